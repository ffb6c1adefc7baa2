//! Where the time of a permit went: working, waiting or suspended, and with whom.
//!
//! Invariants: from the day the matter started every day until the permit is done is booked once, to one kind and to the
//! body that had custody (the lead department before the first file); a start day is not counted (R1), so stretches add up;
//! a stop that the law excludes from the limit is suspended (R6), whatever else was lacking.
//! A day in review is its custodian's work until the limit has ended; beyond it, and while a prerequisite is still
//! lacking, it is waiting (F6). So is a day in pre-review beyond its term.
//! Deliberately absent: whose fault it was.

use super::{
    authority::At,
    plan::Gate,
    state::{Matter, Round},
};
use crate::{
    calendar::{Calendar, Unit, days},
    ids::{BodyId, PermitCode},
};
use jiff::civil::Date;
use std::{collections::BTreeMap, ops::AddAssign};

/// How time was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spent {
    /// With the custodian, who is to act.
    Working,
    /// For a permit or milestone that must come first.
    WaitingForPrerequisite,
    /// For the applicant: a file, a corrected file, a new application.
    WaitingForApplicant,
    /// The clock stood still for an excluded procedure (R6).
    Suspended,
}

/// A stretch of days of one kind with one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The day before its first, not counted.
    pub after: Date,
    /// Its last day.
    pub through: Date,
    /// How it was spent.
    pub spent: Spent,
    /// The body it is booked to.
    pub body: BodyId,
}

/// A number of days, in both units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// Working days.
    pub working: i32,
    /// Calendar days.
    pub calendar: i32,
}

impl AddAssign for Days {
    fn add_assign(&mut self, other: Days) {
        self.working = self.working.saturating_add(other.working);
        self.calendar = self.calendar.saturating_add(other.calendar);
    }
}

/// Days by how they were spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// Working, with the custodian.
    pub working: Days,
    /// Waiting for a permit or milestone.
    pub waiting_for_prerequisite: Days,
    /// Waiting for the applicant.
    pub waiting_for_applicant: Days,
    /// Suspended.
    pub suspended: Days,
}

impl AddAssign for Split {
    fn add_assign(&mut self, other: Split) {
        self.working += other.working;
        self.waiting_for_prerequisite += other.waiting_for_prerequisite;
        self.waiting_for_applicant += other.waiting_for_applicant;
        self.suspended += other.suspended;
    }
}

impl Split {
    fn book(&mut self, stretch: &Stretch, calendar: &Calendar) {
        let between = |unit| calendar.days_between(stretch.after, stretch.through, unit);
        let days = Days { working: between(Unit::WorkingDays), calendar: between(Unit::CalendarDays) };
        *match stretch.spent {
            Spent::Working => &mut self.working,
            Spent::WaitingForPrerequisite => &mut self.waiting_for_prerequisite,
            Spent::WaitingForApplicant => &mut self.waiting_for_applicant,
            Spent::Suspended => &mut self.suspended,
        } += days;
    }

    /// All of them together.
    pub fn total(&self) -> Days {
        let mut total = self.working;
        total += self.waiting_for_prerequisite;
        total += self.waiting_for_applicant;
        total += self.suspended;
        total
    }
}

impl Matter {
    /// The days of one permit through a day.
    pub fn time_split(&self, code: &PermitCode, calendar: &Calendar, day: Date) -> Split {
        let mut split = Split::default();
        self.stretches(code, day).iter().for_each(|stretch| split.book(stretch, calendar));
        split
    }

    /// The days of all its permits together, by the body they are booked to.
    pub fn time_by_body(&self, calendar: &Calendar, day: Date) -> BTreeMap<BodyId, Split> {
        let mut by_body: BTreeMap<BodyId, Split> = BTreeMap::new();
        for planned in self.plan.iter().flat_map(|plan| &plan.permits) {
            for stretch in self.stretches(&planned.code, day) {
                by_body.entry(stretch.body.clone()).or_default().book(&stretch, calendar);
            }
        }
        by_body
    }

    /// The days of one permit through a day, in order of time.
    pub fn stretches(&self, code: &PermitCode, day: Date) -> Vec<Stretch> {
        let (Ok(at), Some(started)) = (self.find(code), self.started_on) else { return Vec::new() };
        let through = self.ended_on.map_or(day, |ended| ended.min(day));
        let line = Line::of(self, &at, started);
        line.stretches(&at, started, through)
    }
}

/// What a permit's time is from each day on, and what overrides it.
#[derive(Default)]
struct Line {
    /// From the day after on; none: nothing is booked.
    turns: Vec<(Date, Option<Spent>)>,
    /// Over work only: after a day, through a day or still.
    over: Vec<(Date, Option<Date>, Spent)>,
}

impl Line {
    fn of(state: &Matter, at: &At<'_>, started: Date) -> Self {
        let mut line = Line::default();
        let first = at.permit.rounds.first().map(|round| round.received_on);
        let mut before =
            at.planned.requirements().filter(|r| r.edge.is_some() && r.gate == Gate::Accept).peekable();
        if before.peek().is_some() {
            line.turns.push((started, Some(Spent::WaitingForPrerequisite)));
            let came = before.try_fold(started, |latest, r| Some(latest.max(state.met_on(&r, at.permit)?)));
            if let Some(came) = came.filter(|came| first.is_none_or(|first| *came <= first)) {
                line.turns.push((came, Some(Spent::WaitingForApplicant)));
            }
        } else {
            line.turns.push((started, Some(Spent::WaitingForApplicant)));
        }
        for round in &at.permit.rounds {
            line.round(round, at);
        }
        if let Some(round) = at.permit.round() {
            line.lacking(state, at, round);
        }
        line.turns.extend(at.permit.not_applicable_on.map(|on| (on, None)));
        line.turns.sort_by_key(|(on, _)| *on);
        line
    }

    fn round(&mut self, round: &Round, at: &At<'_>) {
        self.turns.push((round.received_on, Some(Spent::Working)));
        if let Some(correction) = &round.correction {
            self.turns.push((correction.notice.served_on, Some(Spent::WaitingForApplicant)));
            let back = correction.received.as_ref().map(|(_, on)| *on);
            // a notice set aside, or an acceptance all the same, gives the file back to the department
            let back = back.or(round.accepted.as_ref().map(|accepted| accepted.on));
            self.turns.extend(back.map(|on| (on, Some(Spent::Working))));
        }
        for stop in round.clocks.iter().flat_map(|clocks| &clocks.suspensions).map(|s| &s.suspension) {
            self.over.push((days::shift(stop.from, -1), stop.until, Spent::Suspended));
        }
        if let Some(decision) = &round.decision {
            let goes_on = decision.approved && at.planned.certificate;
            self.turns.push((decision.on, goes_on.then_some(Spent::Working)));
        }
        self.turns.extend(round.certificate.as_ref().map(|certificate| (certificate.on, None)));
        self.turns.extend(round.over_on().map(|on| (on, Some(Spent::WaitingForApplicant))));
    }

    /// Work that had to wait for what came, or has not come yet, after its limit.
    fn lacking(&mut self, state: &Matter, at: &At<'_>, round: &Round) {
        let dues = round.clocks.as_ref().map(|clocks| &clocks.dues);
        let limit = dues.and_then(|dues| dues.promised.or(dues.statutory));
        let term = round.pre_review.as_ref().map(|pre_review| pre_review.due.date);
        let decided = round.decision.as_ref().map(|decision| decision.on);
        for r in at.planned.requirements().filter(|r| r.edge.is_some()) {
            let came = state.met_on(&r, at.permit);
            let gate = super::requirements::gate_now(Some(round), &r);
            // in pre-review the clock starts when it lands
            let from = match (gate, round.clocks.is_some()) {
                (Gate::Decide, true) => limit,
                (Gate::Decide, false) => term,
                (Gate::Issue, _) => decided,
                (Gate::Accept | Gate::AfterIssue, _) => None,
            };
            let waited = from.filter(|from| came.is_none_or(|came| came > *from));
            self.over.extend(waited.map(|from| (from, came, Spent::WaitingForPrerequisite)));
        }
    }

    fn spent(&self, after: Date, through: Date) -> Option<Spent> {
        let (_, spent) = self.turns.iter().rev().find(|(on, _)| *on <= after)?;
        let over = |of: Spent| {
            self.over.iter().any(|(from, until, spent)| {
                *spent == of && *from <= after && until.is_none_or(|until| through <= until)
            })
        };
        match spent {
            Some(Spent::Working) if over(Spent::Suspended) => Some(Spent::Suspended),
            Some(Spent::Working) if over(Spent::WaitingForPrerequisite) => {
                Some(Spent::WaitingForPrerequisite)
            }
            spent => *spent,
        }
    }

    fn stretches(&self, at: &At<'_>, started: Date, through: Date) -> Vec<Stretch> {
        let spans = &at.permit.custody.spans;
        let mut bounds: Vec<Date> = self.turns.iter().map(|(on, _)| *on).collect();
        bounds.extend(self.over.iter().flat_map(|(from, until, _)| [Some(*from), *until]).flatten());
        bounds.extend(spans.iter().map(|(_, since)| *since));
        bounds.extend([started, through]);
        bounds.retain(|day| (started..=through).contains(day));
        bounds.sort_unstable();
        bounds.dedup();
        let mut stretches: Vec<Stretch> = Vec::new();
        for pair in bounds.windows(2) {
            let (after, through) = (pair[0], pair[1]);
            let Some(spent) = self.spent(after, through) else { continue };
            let holder = spans.iter().rev().find(|(_, since)| *since <= after).map(|(body, _)| body);
            let body = holder.unwrap_or(&at.planned.lead);
            match stretches.last_mut().filter(|l| l.through == after && l.spent == spent && l.body == *body) {
                Some(last) => last.through = through,
                None => stretches.push(Stretch { after, through, spent, body: body.clone() }),
            }
        }
        stretches
    }
}
