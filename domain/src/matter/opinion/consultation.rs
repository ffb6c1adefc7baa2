//! What each department was asked and what it answered: the state of a round's opinions and its fold.
//!
//! Invariants: one consultation a department, the last; a department asked again starts anew; total, whatever the order of
//! facts.
//! Deliberately absent: whether an opinion counts on a day; that is the conclusion's.

use super::{Opinion, Treatment};
use crate::{
    decider::Recorded,
    ids::{BodyId, EventId, LegalText, OfficerId},
    matter::{
        event::{DueOn, MatterEvent as E, OpinionOverdue, OpinionRequested},
        plan::Silence,
    },
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The opinions of one round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consultations {
    asked: BTreeMap<BodyId, Consultation>,
    /// What departments were asked before and are asked no more, each with the day the request was withdrawn or put anew.
    former: BTreeMap<BodyId, Vec<(Consultation, Date)>>,
    /// Last days that were stated to have passed.
    overdue: BTreeSet<(BodyId, Date)>,
}

/// One department and what it was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Consultation {
    /// The entry that asked it.
    pub entry: EventId,
    /// The day it was asked.
    pub asked_on: Date,
    /// What.
    pub question: LegalText,
    /// Its last day.
    pub due: DueOn,
    /// What its silence counts as.
    pub overdue_counts_as: Silence,
    /// What it said.
    pub given: Option<Given>,
    pub(super) working_days: Option<u16>,
    pub(super) counted_from: Date,
}

/// What a department said.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The entry.
    pub entry: EventId,
    /// The day.
    pub on: Date,
    /// Who gave it for the department.
    pub by: OfficerId,
    /// What.
    pub opinion: Opinion,
    /// After its last day.
    pub late: bool,
    /// After the decision, which it does not touch.
    pub after_decision: bool,
    /// How the lead dealt with the objection, why, and on which day.
    pub treated: Option<(Treatment, LegalText, Date)>,
    /// Why the objection was withdrawn, and on which day.
    pub withdrawn: Option<(LegalText, Date)>,
}

impl Consultation {
    /// Whether an objection stands that was neither dealt with nor withdrawn, and still concerns the decision.
    pub fn objects(&self) -> bool {
        self.given.as_ref().is_some_and(|given| {
            matches!(given.opinion, Opinion::Object { .. })
                && given.treated.is_none()
                && given.withdrawn.is_none()
                && !given.after_decision
        })
    }

    /// Whether on this day its last day has passed and its silence counts in place of an answer.
    pub(in crate::matter) fn silence_counts(&self, day: Date) -> bool {
        self.standing(day) == super::Standing::SilentAgreed
    }

    /// The working days it was counted in; none where a date was told.
    pub(in crate::matter) const fn working_days(&self) -> Option<u16> {
        self.working_days
    }

    /// The day its term is counted from, which is not counted itself.
    pub(in crate::matter) const fn counted_from(&self) -> Date {
        self.counted_from
    }

    /// Whether its last day is before this day and it was not answered by then.
    pub fn is_overdue(&self, day: Date) -> bool {
        self.due.date < day && self.given.as_ref().is_none_or(|given| given.late)
    }
}

impl Consultations {
    /// What a department was asked, if it was.
    pub fn of(&self, body: &BodyId) -> Option<&Consultation> {
        self.asked.get(body)
    }

    /// What a department was asked on a day, also if it is asked no more: then with the day since when.
    pub(in crate::matter) fn asked_on(
        &self,
        body: &BodyId,
        day: Date,
    ) -> Option<(&Consultation, Option<Date>)> {
        let now = self.asked.get(body).filter(|asked| asked.asked_on == day).map(|asked| (asked, None));
        let former = || self.former.get(body)?.iter().rev().find(|(asked, _)| asked.asked_on == day);
        now.or_else(|| former().map(|(asked, until)| (asked, Some(*until))))
    }

    /// All departments asked.
    pub fn all(&self) -> impl Iterator<Item = (&BodyId, &Consultation)> {
        self.asked.iter()
    }

    /// How many have answered before the decision, and how many were asked (意见 n/m).
    pub fn count(&self) -> (usize, usize) {
        let given = |c: &&Consultation| c.given.as_ref().is_some_and(|given| !given.after_decision);
        (self.asked.values().filter(given).count(), self.asked.len())
    }

    /// Departments that have not answered and whose silence was not stated.
    pub(super) fn awaited(&self) -> impl Iterator<Item = (&BodyId, &Consultation)> {
        let stated = |body: &BodyId, due: Date| self.overdue.iter().any(|(b, d)| b == body && *d == due);
        self.asked.iter().filter(move |(body, c)| c.given.is_none() && !stated(body, c.due.date))
    }

    /// Whether the last day of a department's present term was stated to have passed.
    pub fn is_stated(&self, body: &BodyId, due: Date) -> bool {
        self.overdue.contains(&(body.clone(), due))
    }

    pub(crate) fn note_overdue(&mut self, e: &OpinionOverdue) {
        self.overdue.insert((e.body.clone(), e.due.date));
    }

    pub(crate) fn evolve(&mut self, fact: &Recorded<E>, day: Date) {
        match &fact.event {
            E::OpinionRequested(e) => {
                for body in &e.bodies {
                    self.lay_aside(body, day);
                    self.asked.insert(body.clone(), Consultation::of(e, fact.id, day));
                }
            }
            E::OpinionGiven(e) => self.change(&e.body, |c| {
                c.given = Some(Given {
                    entry: fact.id,
                    on: day,
                    by: fact.by.officer.clone(),
                    opinion: e.opinion.clone(),
                    late: e.late,
                    after_decision: e.after_decision,
                    treated: None,
                    withdrawn: None,
                });
            }),
            E::ObjectionTreated(e) => self.answer(&e.body, |given| {
                given.treated = Some((e.treatment, e.reasons.clone(), day));
            }),
            E::ObjectionWithdrawn(e) => {
                self.answer(&e.body, |given| given.withdrawn = Some((e.reasons.clone(), day)));
            }
            E::OpinionRequestWithdrawn(e) => {
                self.lay_aside(&e.body, day);
            }
            E::OpinionDuesRevised(e) => {
                for (body, due) in &e.dues {
                    self.change(body, |c| c.due = due.clone());
                }
            }
            _ => {}
        }
    }

    fn lay_aside(&mut self, body: &BodyId, day: Date) {
        if let Some(asked) = self.asked.remove(body) {
            self.former.entry(body.clone()).or_default().push((asked, day));
        }
    }

    fn change(&mut self, body: &BodyId, change: impl FnOnce(&mut Consultation)) {
        if let Some(consultation) = self.asked.get_mut(body) {
            change(consultation);
        }
    }

    fn answer(&mut self, body: &BodyId, change: impl FnOnce(&mut Given)) {
        self.change(body, |c| {
            if let Some(given) = &mut c.given {
                change(given);
            }
        });
    }
}

impl Consultation {
    fn of(e: &OpinionRequested, entry: EventId, day: Date) -> Self {
        Consultation {
            entry,
            asked_on: day,
            question: e.question.clone(),
            due: e.due.clone(),
            overdue_counts_as: e.overdue_counts_as,
            given: None,
            working_days: e.working_days,
            counted_from: e.counted_from,
        }
    }
}
