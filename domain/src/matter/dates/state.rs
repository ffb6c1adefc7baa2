//! A milestone with a date: what was planned, asked, agreed, missed.
//!
//! Invariants: the original date never moves; a miss is a mark that stays, whatever is recorded later.
//! Deliberately absent: the milestone's name and place in the graph, which are the plan's; the day it was reached.

use crate::{
    ids::{BodyId, EventId, LegalText, OfficerId},
    matter::{event::Approval, plan::Whole},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What has happened to the date of one milestone.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// What it is the target of, if of a stage or of the whole matter.
    pub whole: Option<Whole>,
    /// Whether the template's plan did not have it.
    pub(in crate::matter) added: bool,
    /// The day it was planned; the span of what may be extended begins here.
    pub planned_on: Date,
    /// The date as first planned.
    pub original: Date,
    /// The date as it stands.
    pub date: Date,
    /// Changes asked for, in the order they were.
    pub changes: Vec<DateChange>,
    /// Dates that passed without it, as time stated them.
    pub missed: BTreeSet<Date>,
    /// What the lead recorded of a missed date, by that date.
    pub explained: BTreeMap<Date, Explanation>,
}

/// A change of the date that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DateChange {
    /// The entry that asked.
    pub entry: EventId,
    /// The day it was asked.
    pub on: Date,
    /// Who asked.
    pub by: OfficerId,
    /// For which body.
    pub body: BodyId,
    /// From which date.
    pub from: Date,
    /// To which date.
    pub to: Date,
    /// Why.
    pub reason: LegalText,
    /// The departments it touches, whose agreement it needs.
    pub asks: BTreeSet<BodyId>,
    /// Whether the lead decides it after they have agreed.
    pub lead_decides: bool,
    /// What they have answered, each its last word.
    pub answers: BTreeMap<BodyId, Answer>,
    /// What came of it; none while it is open, or if its date passed meanwhile.
    pub outcome: Option<Outcome>,
}

/// A department's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The day.
    pub on: Date,
    /// Whose word it is.
    pub by: OfficerId,
    /// Why not; none if it agrees.
    pub objection: Option<LegalText>,
}

/// What came of a change that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The day.
    pub on: Date,
    /// What.
    pub what: Came,
    /// Why, where somebody said so.
    pub reason: Option<LegalText>,
}

/// The three ends of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Approved, by agreement alone or by the lead.
    Approved(Approval),
    /// Refused by the lead.
    Refused,
    /// Taken back by who asked.
    Withdrawn,
}

/// What the lead recorded of a missed date.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The day.
    pub on: Date,
    /// Why it was missed.
    pub reason: LegalText,
    /// The new date; none where it had been reached by then.
    pub to: Option<Date>,
}

impl DateChange {
    /// Departments that have not agreed, those that object among them.
    pub fn not_agreed(&self) -> impl Iterator<Item = &BodyId> {
        let agreed = |body: &BodyId| self.answers.get(body).is_some_and(|a| a.objection.is_none());
        self.asks.iter().filter(move |body| !agreed(body))
    }
}

impl Dated {
    /// A milestone that was just given its date.
    pub(super) fn planned(whole: Option<Whole>, added: bool, planned_on: Date, date: Date) -> Self {
        Dated {
            whole,
            added,
            planned_on,
            original: date,
            date,
            changes: Vec::new(),
            missed: BTreeSet::new(),
            explained: BTreeMap::new(),
        }
    }

    /// Dates that were missed, given the day it was reached: what an entry recorded late shows to have been kept is none.
    pub fn misses(&self, reached: Option<Date>) -> impl Iterator<Item = Date> + '_ {
        self.missed.iter().copied().filter(move |date| reached.is_none_or(|on| on > *date))
    }

    /// The missed date of which the lead has not said why.
    pub fn unexplained(&self, reached: Option<Date>) -> Option<Date> {
        self.misses(reached).find(|date| !self.explained.contains_key(date))
    }

    /// The change that is asked for and undecided. One whose date has passed meanwhile is not: the date was missed.
    pub fn open_change(&self, reached: Option<Date>) -> Option<&DateChange> {
        let open = |change: &&DateChange| change.outcome.is_none() && !self.missed.contains(&change.from);
        self.changes.last().filter(|_| reached.is_none()).filter(open)
    }
}
