//! The briefing (专报): what a county's matters came to in a week, and what is to be decided next.
//!
//! Invariants: it is computed from matters folded up to one entry of the log and read on one day, so the same week, entry
//! and day give the same briefing for ever; what was recorded in the week counts in it, whenever it happened, so that
//! nothing falls between two briefings.
//! Deliberately absent: how it is laid out; the lead's own words, which are no fact.

use crate::{
    calendar::Calendar,
    decider::Recorded,
    forecast::{Assumptions, outline},
    ids::{BodyId, LegalText, MatterId, MilestoneCode, PermitCode},
    matter::{
        blocks::Blocking,
        card::{Card, CardStanding, Colour},
        event::MatterEvent as E,
        lateness::Lateness,
        plan::{Node, RequirementId},
        since::{Changes, Moment, changes},
        state::{Debt, Matter, Phase, Tolerance},
    },
};
use jiff::{ToSpan as _, civil::Date};

/// A week, Monday to Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// Its Sunday.
    pub sunday: Date,
}

impl Week {
    /// The week in which a day lies; none where a calendar has no such days any more.
    pub fn of(day: Date) -> Option<Self> {
        let monday = day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()?;
        Some(Week { monday, sunday: monday.checked_add(6.days()).ok()? })
    }

    /// Whether a day lies in it.
    pub fn has(&self, day: Date) -> bool {
        (self.monday..=self.sunday).contains(&day)
    }

    /// The week before it.
    pub fn previous(&self) -> Option<Self> {
        Week::of(self.monday.checked_sub(1.days()).ok()?)
    }

    /// The week after it.
    pub fn next(&self) -> Option<Self> {
        Week::of(self.sunday.checked_add(1.days()).ok()?)
    }
}

/// A matter of the briefing.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Which.
    pub id: MatterId,
    /// As it was known when the week began; none if it was not there.
    pub then: Option<&'a Matter>,
    /// As it is known at the entry that the briefing is pinned to.
    pub now: &'a Matter,
    /// What was recorded between the two.
    pub entries: &'a [Recorded<E>],
}

/// What was done in the week, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Files received.
    pub received: u32,
    /// Files accepted, deemed accepted ones among them.
    pub accepted: u32,
    /// Permits approved.
    pub approved: u32,
    /// Permits denied or refused acceptance.
    pub denied: u32,
    /// Certificates issued.
    pub issued: u32,
    /// Deficiencies tolerated.
    pub tolerated: u32,
    /// Supplements verified.
    pub supplemented: u32,
    /// Files handed off and received.
    pub handed_off: u32,
    /// Entries recorded late beyond the grace (R16).
    pub backfilled: u32,
}

/// One matter's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Which.
    pub matter: MatterId,
    /// Its name.
    pub name: Option<LegalText>,
    /// Where it stands.
    pub phase: Phase,
    /// Permits that apply.
    pub permits: u32,
    /// Of them, done.
    pub permits_done: u32,
    /// Of them, late.
    pub permits_late: u32,
    /// What was done in the week.
    pub done: Done,
    /// The forecast day of completion when the week began.
    pub completion_before: Option<Date>,
    /// The same now.
    pub completion: Option<Date>,
    /// The target, if it has one.
    pub target: Option<Date>,
    /// Working days by which the live tolerances bring completion forward.
    pub tolerances_save: i32,
}

/// What needs coordination: a permit that is late, or that holds others up.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordination {
    /// The matter.
    pub matter: MatterId,
    /// Where it stands: whose move, since when.
    pub blocking: Blocking,
    /// By how much it is late.
    pub late: Option<Lateness>,
    /// Whether it became late in the week.
    pub newly_late: bool,
}

/// A card that is open, or was issued in the week.
#[derive(Debug, Clone, PartialEq)]
pub struct CardLine {
    /// The matter.
    pub matter: MatterId,
    /// The permit.
    pub permit: PermitCode,
    /// How grave.
    pub colour: Colour,
    /// Against which body.
    pub against: BodyId,
    /// The day it was issued.
    pub on: Date,
    /// Where it stands.
    pub standing: CardStanding,
}

/// A deficiency whose supplement is owed, or that lapsed in the week.
#[derive(Debug, Clone, PartialEq)]
pub struct DebtLine {
    /// The matter.
    pub matter: MatterId,
    /// The permit.
    pub permit: PermitCode,
    /// What is owed.
    pub requirement: RequirementId,
    /// Where it stands.
    pub debt: Debt,
    /// Last day for the supplement.
    pub due: Date,
}

/// Something whose last day lies in the week after.
#[derive(Debug, Clone, PartialEq)]
pub struct DueLine {
    /// The matter.
    pub matter: MatterId,
    /// The permit or milestone.
    pub node: Node,
    /// What ends then.
    pub what: Due,
    /// The last day.
    pub on: Date,
}

/// What ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A term of the department.
    Term(crate::matter::event::Term),
    /// A supplement.
    Supplement(RequirementId),
    /// A milestone's date.
    Milestone(MilestoneCode),
}

/// A week's briefing.
#[derive(Debug, Clone, PartialEq)]
pub struct Briefing {
    /// The week.
    pub week: Week,
    /// The day its clocks are read on.
    pub day: Date,
    /// What was done, over all matters.
    pub done: Done,
    /// The matters, those that need most first.
    pub lines: Vec<Line>,
    /// What needs coordination, the latest first.
    pub coordination: Vec<Coordination>,
    /// Cards, red ones first.
    pub cards: Vec<CardLine>,
    /// Debts, by their last day.
    pub debts: Vec<DebtLine>,
    /// What is due in the week after, by its last day.
    pub due: Vec<DueLine>,
}

/// The briefing of a week, read on a day, over these matters.
pub fn briefing(week: Week, day: Date, calendar: &Calendar, subjects: &[Subject<'_>]) -> Briefing {
    let mut briefing = Briefing {
        week,
        day,
        done: Done::default(),
        lines: Vec::new(),
        coordination: Vec::new(),
        cards: Vec::new(),
        debts: Vec::new(),
        due: Vec::new(),
    };
    for subject in subjects {
        let now = Moment { state: subject.now, calendar, day };
        let nothing = Matter::default();
        let then = Moment { state: subject.then.unwrap_or(&nothing), calendar, day: week.monday };
        let changed = changes(then, now);
        let done = done(subject.now, subject.entries, calendar);
        briefing.done.add(done);
        briefing.lines.push(line(subject, &changed, done, now));
        briefing.coordination.extend(coordination(subject, &changed, now));
        briefing.cards.extend(cards(subject, week));
        briefing.debts.extend(debts(subject, week));
        briefing.due.extend(week.next().map(|next| due(subject, next)).unwrap_or_default());
    }
    briefing.in_order();
    briefing
}

impl Done {
    fn add(&mut self, other: Done) {
        let fields = [
            (&mut self.received, other.received),
            (&mut self.accepted, other.accepted),
            (&mut self.approved, other.approved),
            (&mut self.denied, other.denied),
            (&mut self.issued, other.issued),
            (&mut self.tolerated, other.tolerated),
            (&mut self.supplemented, other.supplemented),
            (&mut self.handed_off, other.handed_off),
            (&mut self.backfilled, other.backfilled),
        ];
        for (field, more) in fields {
            *field = field.saturating_add(more);
        }
    }
}

impl Briefing {
    fn in_order(&mut self) {
        self.lines.sort_by_key(|line| (std::cmp::Reverse(line.permits_late), line.matter));
        self.coordination.sort_by_key(|c| {
            let held_up = c.blocking.holds_up.len();
            (c.late.map_or(Date::MAX, |late| late.due), std::cmp::Reverse(held_up), c.matter)
        });
        self.cards.sort_by_key(|card| (card.colour != Colour::Red, card.on, card.matter));
        self.debts.sort_by_key(|debt| (debt.due, debt.matter));
        self.due.sort_by_key(|due| (due.on, due.matter));
    }
}

fn done(matter: &Matter, entries: &[Recorded<E>], calendar: &Calendar) -> Done {
    let grace = matter.backfill_grace_days();
    let mut done = Done::default();
    for entry in entries {
        let counted = match &entry.event {
            E::PermitSubmitted(_) | E::CorrectionReceived(_) => Some(&mut done.received),
            E::PermitAccepted(_) | E::PermitDeemedAccepted(_) => Some(&mut done.accepted),
            E::PermitApproved(_) => Some(&mut done.approved),
            E::PermitDenied(_) | E::PermitNotAccepted(_) => Some(&mut done.denied),
            E::CertificateIssued(_) => Some(&mut done.issued),
            E::DeficiencyTolerated(_) => Some(&mut done.tolerated),
            E::SupplementVerified(_) => Some(&mut done.supplemented),
            E::HandoffReceived(_) => Some(&mut done.handed_off),
            _ => None,
        };
        if let Some(counted) = counted {
            *counted += 1;
        }
        done.backfilled += u32::from(entry.is_backfilled(calendar, grace));
    }
    done
}

fn line(subject: &Subject<'_>, changed: &Changes, done: Done, at: Moment<'_>) -> Line {
    let matter = subject.now;
    let mut line = Line {
        matter: subject.id,
        name: matter.project.as_ref().map(|project| project.name.clone()),
        phase: matter.phase,
        permits: 0,
        permits_done: 0,
        permits_late: 0,
        done,
        completion_before: changed.completion.0,
        completion: changed.completion.1,
        target: matter.target(),
        tolerances_save: tolerances_save(at),
    };
    for planned in matter.plan.iter().flat_map(|plan| &plan.permits) {
        let Some(permit) = matter.permits.get(&planned.code).filter(|p| p.not_applicable.is_none()) else {
            continue;
        };
        line.permits += 1;
        line.permits_done += u32::from(permit.is_done(planned.certificate));
        line.permits_late += u32::from(permit.late(planned, at.calendar, at.day).is_some());
    }
    line
}

/// By how many working days completion would be later without what is tolerated now.
fn tolerances_save(at: Moment<'_>) -> i32 {
    let matter = at.state;
    let Some(plan) = &matter.plan else { return 0 };
    let (progress, live) = (matter.progress(at.day), matter.assumptions());
    if live.tolerate.is_empty() {
        return 0;
    }
    let without = Assumptions { tolerate: Default::default(), ..live.clone() };
    let day = |assumed: &Assumptions| {
        outline(plan, at.calendar, at.day, &progress, assumed).ok().map(|outline| outline.completion)
    };
    match (day(&live), day(&without)) {
        (Some(with), Some(without)) if with < without => at.calendar.working_days_between(with, without),
        _ => 0,
    }
}

fn coordination<'a>(
    subject: &'a Subject<'_>,
    changed: &'a Changes,
    at: Moment<'a>,
) -> impl Iterator<Item = Coordination> + 'a {
    subject.now.blocks(at.day).into_iter().filter_map(move |blocking| {
        let late = match &blocking.node {
            Node::Permit(permit) => subject.now.late(permit, at.calendar, at.day),
            Node::Milestone(_) => None,
        };
        let holds_up = blocking.next.is_some() && blocking.holds_up.len() > 1;
        let newly_late =
            matches!(&blocking.node, Node::Permit(permit) if changed.late.iter().any(|(p, _)| p == permit));
        (late.is_some() || holds_up).then_some(Coordination {
            matter: subject.id,
            blocking,
            late,
            newly_late,
        })
    })
}

fn cards(subject: &Subject<'_>, week: Week) -> Vec<CardLine> {
    let shown = |card: &&Card| !card.standing.is_closed() || week.has(card.on);
    let of = |(permit, card): (&PermitCode, &Card)| CardLine {
        matter: subject.id,
        permit: permit.clone(),
        colour: card.colour,
        against: card.against.clone(),
        on: card.on,
        standing: card.standing,
    };
    let permits = subject.now.permits.iter();
    permits
        .flat_map(|(code, permit)| permit.cards.values().filter(shown).map(move |c| of((code, c))))
        .collect()
}

fn debts(subject: &Subject<'_>, week: Week) -> Vec<DebtLine> {
    let lapsed = |tolerance: &Tolerance| tolerance.debt == Debt::Lapsed && week.has(tolerance.changed_on);
    let mut lines = Vec::new();
    for (permit, round) in
        subject.now.permits.iter().flat_map(|(code, p)| p.round().map(|round| (code, round)))
    {
        let shown = round.owed().chain(round.tolerances.iter().filter(|(_, tolerance)| lapsed(tolerance)));
        lines.extend(shown.map(|(requirement, tolerance)| DebtLine {
            matter: subject.id,
            permit: permit.clone(),
            requirement: requirement.clone(),
            debt: tolerance.debt,
            due: tolerance.due.date,
        }));
    }
    lines
}

fn due(subject: &Subject<'_>, next: Week) -> Vec<DueLine> {
    let (id, matter) = (subject.id, subject.now);
    // suspending a matter stops no clock
    let working = matches!(matter.phase, Phase::Underway | Phase::Suspended);
    let Some(plan) = matter.plan.as_ref().filter(|_| working) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for planned in &plan.permits {
        let Some(permit) = matter.permits.get(&planned.code).filter(|p| p.not_applicable.is_none()) else {
            continue;
        };
        let Some(round) = permit.round() else { continue };
        let node = || Node::Permit(planned.code.clone());
        lines.extend(round.open_terms(planned).filter(|open| next.has(open.due)).map(|open| DueLine {
            matter: id,
            node: node(),
            what: Due::Term(open.term),
            on: open.due,
        }));
        let owed = round.owed().filter(|(_, tolerance)| next.has(tolerance.due.date));
        lines.extend(owed.map(|(requirement, tolerance)| DueLine {
            matter: id,
            node: node(),
            what: Due::Supplement(requirement.clone()),
            on: tolerance.due.date,
        }));
    }
    for (code, dated) in &matter.dates {
        let open = !matter.milestones.contains_key(code) && next.has(dated.date);
        lines.extend(open.then(|| DueLine {
            matter: id,
            node: Node::Milestone(code.clone()),
            what: Due::Milestone(code.clone()),
            on: dated.date,
        }));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_week_begins_on_monday_whatever_day_of_it_is_named() {
        let week = Week { monday: date(2023, 6, 26), sunday: date(2023, 7, 2) };
        for day in [date(2023, 6, 26), date(2023, 6, 28), date(2023, 7, 2)] {
            assert_eq!(Week::of(day), Some(week));
            assert!(week.has(day));
        }
        assert!(!week.has(date(2023, 6, 25)) && !week.has(date(2023, 7, 3)));
        assert_eq!(week.next(), Week::of(date(2023, 7, 3)));
        assert_eq!(week.next().and_then(|next| next.previous()), Some(week));
        assert_eq!(Week::of(Date::MAX).and_then(|last| last.next()), None);
    }
}
