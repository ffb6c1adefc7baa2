//! The life of one permit as the read side keeps it: the row that board, desk, deadlines and debts are read from.
//!
//! Invariants: due dates stand as events fixed them (R20); what a term or a debt came to is what an event said of it;
//! facts of one permit alone make up its life. It is stored packed (postcard), fields and variants by their order alone:
//! whoever changes one raises [`Projection::SCHEMA`](crate::projection::Projection::SCHEMA) of the board (`life/tests.rs`).
//! Deliberately absent: “days left” and “overdue”, which need a day and a calendar ([`Life::clocks_at`]); papers,
//! notices, checks, what opinions say, which one matter's own fold has.

mod fold;
mod moment;
mod parts;

pub use moment::{ClocksAt, LimitAt};
pub use parts::{
    Asked, BeforeLapse, CardLine, ClockDues, Debt, DebtState, DueDay, Last, Late, Offer, Overrun, Renewal,
    Stop,
};

use crate::sql::named;
use jiff::civil::Date;
use om_domain::{
    clock::{Limit, Unit},
    decider::Recorded,
    ids::{BodyId, EventId, LegalText},
    matter::{
        event::Term,
        plan::{Nature, PlannedPermit, RequirementId, Stage},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

named! {
    /// Where a permit stands, as one word.
    pub enum Status {
        /// In the plan only.
        Planned = "planned",
        /// A file, or a corrected file, lies with the department.
        Submitted = "submitted",
        /// The one-time correction notice was served; the applicant's move.
        CorrectionNoticed = "correction_noticed",
        /// Accepted for pre-review; the statutory clock waits for a prerequisite (mode 3).
        PreReview = "pre_review",
        /// Accepted; the clock runs.
        InReview = "in_review",
        /// Accepted; the clock is stopped (R6).
        Suspended = "suspended",
        /// Approved; the end, where no certificate is issued.
        Approved = "approved",
        /// Certificate issued.
        Issued = "issued",
        /// Denied.
        Denied = "denied",
        /// Not accepted.
        NotAccepted = "not_accepted",
        /// Withdrawn by the applicant.
        Withdrawn = "withdrawn",
        /// The round lapsed.
        Lapsed = "lapsed",
        /// Revoked.
        Revoked = "revoked",
        /// Does not apply to this matter.
        NotApplicable = "not_applicable",
    }
}

impl Status {
    /// Whether the round has ended with nothing granted: nothing is owed or due in it any more.
    pub const fn is_over(self) -> bool {
        use Status::*;
        matches!(self, Denied | NotAccepted | Withdrawn | Lapsed | Revoked | NotApplicable)
    }

    /// Whether a decision is still to come in this round.
    pub const fn is_before_decision(self) -> bool {
        use Status::*;
        matches!(self, Submitted | CorrectionNoticed | PreReview | InReview | Suspended)
    }
}

/// What the plan says of the permit, as far as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its place among the permits of the plan, from 0; those added by an amendment come after all others.
    pub ordinal: u16,
    /// Its name.
    pub name: LegalText,
    /// The stage it belongs to.
    pub stage: Stage,
    /// The department that decides it.
    pub lead: BodyId,
    /// What kind of act it is.
    pub nature: Nature,
    /// Whether a certificate is issued after approval.
    pub certificate: bool,
    /// In what the statutory limit is counted; none where no law sets one.
    pub statutory_unit: Option<Unit>,
    /// In what the promised limit is counted.
    pub promised_unit: Option<Unit>,
}

impl Planned {
    /// What lists show of a planned permit.
    pub fn of(permit: &PlannedPermit, ordinal: u16) -> Self {
        let unit = |limit: &Option<Limit>| limit.as_ref().map(|limit| limit.unit);
        Planned {
            ordinal,
            name: permit.name.clone(),
            stage: permit.stage,
            lead: permit.lead.clone(),
            nature: permit.nature,
            certificate: permit.certificate,
            statutory_unit: unit(&permit.statutory),
            promised_unit: unit(&permit.promised),
        }
    }
}

/// The current round of a permit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// From 1; 0 while nothing was submitted.
    pub number: u16,
    /// The entry of the receipt, and then of the corrected file.
    pub receipts: Vec<EventId>,
    /// The day the file was received.
    pub received_on: Option<Date>,
    /// The day the corrected file was received.
    pub corrected_on: Option<Date>,
    /// Last day of the term of intake (R3).
    pub intake_due: Option<DueDay>,
    /// Internal term of a pre-review (mode 3).
    pub pre_review_due: Option<DueDay>,
    /// Whether the provisional opinion of a pre-review was confirmed.
    pub pre_review_confirmed: bool,
    /// The clock's first day, not counted itself.
    pub clock_from: Option<Date>,
    /// Due dates of the clock.
    pub dues: Option<ClockDues>,
    /// Suspensions that are open.
    pub stops: Vec<Stop>,
    /// A hearing asked for and not held: since when, and the last day to hold it.
    pub hearing: Option<(Date, DueDay)>,
    /// Opinions asked for and not withdrawn, by department.
    pub opinions: BTreeMap<BodyId, Asked>,
    /// The day of the decision.
    pub decided_on: Option<Date>,
    /// Last day to deliver the certificate (R5).
    pub delivery_due: Option<DueDay>,
    /// The day the certificate was issued.
    pub issued_on: Option<Date>,
    /// The day the certificate expires.
    pub valid_until: Option<Date>,
    /// A renewal asked for and not answered.
    pub renewal: Option<Renewal>,
}

/// The life of one permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// What the plan says of it.
    pub planned: Planned,
    /// Where it stands.
    pub status: Status,
    /// Since which day; for a planned permit the day it was planned.
    pub since: Date,
    /// The one body that has custody.
    pub custodian: BodyId,
    /// An open offer of custody.
    pub offer: Option<Offer>,
    /// Offers stated to be overdue: against whom, and the last day for an answer.
    pub handoffs_overdue: Vec<(BodyId, Date)>,
    /// The current round.
    pub round: Round,
    /// Tolerated deficiencies of all rounds, in the order they were tolerated.
    pub debts: Vec<Debt>,
    /// Terms that passed without their act, of all rounds.
    pub overruns: Vec<Overrun>,
    /// Tolerance proposed by the lead and not answered: since when.
    pub proposals: BTreeMap<RequirementId, Date>,
    /// Prerequisites that fell away after their gate: since when.
    pub fell_away: BTreeMap<RequirementId, Date>,
    /// Debts for which revocation was proposed and not decided: since when.
    pub revocations: BTreeMap<RequirementId, Date>,
    /// How the current round stood before a lapse ended it; a lapse can be set aside.
    pub before_lapse: Option<Box<BeforeLapse>>,
    /// Cards of all rounds, by number.
    pub cards: Vec<CardLine>,
    /// Entries corrected.
    pub corrections: u16,
    /// Entries recorded on a later day than they happened on, by a person.
    pub late: Vec<Late>,
    /// The last event.
    pub last: Last,
}

impl Life {
    /// A permit of the plan to which nothing has happened; its lead department has custody.
    pub fn planned<E>(planned: Planned, fact: &Recorded<E>, position: u64) -> Self {
        let on = fact.effective.day();
        Life {
            custodian: planned.lead.clone(),
            planned,
            status: Status::Planned,
            since: on,
            offer: None,
            handoffs_overdue: Vec::new(),
            round: Round::default(),
            debts: Vec::new(),
            overruns: Vec::new(),
            proposals: BTreeMap::new(),
            fell_away: BTreeMap::new(),
            revocations: BTreeMap::new(),
            before_lapse: None,
            cards: Vec::new(),
            corrections: 0,
            late: Vec::new(),
            last: Last { event: fact.id, position, on },
        }
    }

    /// Debts of the current round that are still owed.
    pub fn live_debts(&self) -> impl Iterator<Item = &Debt> {
        self.debts.iter().filter(|debt| debt.state.is_live())
    }

    /// Cards of which something is still to come.
    pub fn open_cards(&self) -> impl Iterator<Item = &CardLine> {
        self.cards.iter().filter(|card| !card.standing.is_closed())
    }

    /// Whether it was already stated that this term of the current round ran out; it is stated once for each last day.
    pub fn is_stated(&self, term: Term, due: Date) -> bool {
        self.overruns.iter().any(|o| (o.round, o.term, o.due) == (self.round.number, term, due))
    }

    /// Opinions given before the decision, and those asked for (意见 n/m).
    pub fn opinions_given(&self) -> (usize, usize) {
        let opinions = &self.round.opinions;
        (opinions.values().filter(|asked| asked.given_on.is_some()).count(), opinions.len())
    }

    /// Opinions still awaited; nobody waits for them once the permit is decided.
    pub fn opinions_awaited(&self) -> impl Iterator<Item = (&BodyId, &Asked)> {
        let open = self.status.is_before_decision();
        self.round.opinions.iter().filter(move |(_, asked)| open && asked.given_on.is_none())
    }

    /// Whether nothing more is to come: issued, approved where nothing is issued, or not applicable.
    pub fn is_done(&self) -> bool {
        match self.status {
            Status::Issued | Status::NotApplicable => true,
            Status::Approved => !self.planned.certificate,
            _ => false,
        }
    }

    /// The last day of the department's next act: answer to the file, opinion, hearing, decision, delivery. None while
    /// the clock is stopped and no hearing is owed, and while it is the applicant's move.
    pub fn next_due(&self) -> Option<Date> {
        self.open_terms().map(|open| open.due).min()
    }

    /// Whether a date shown of it is provisional (R19).
    pub fn is_provisional(&self) -> bool {
        let round = &self.round;
        let dues = [&round.intake_due, &round.pre_review_due, &round.delivery_due];
        self.status.is_before_decision() && round.dues.as_ref().is_some_and(|dues| dues.provisional)
            || !self.status.is_over() && dues.into_iter().flatten().any(|due| due.provisional)
            || self.live_debts().any(|debt| debt.provisional)
    }
}

#[cfg(test)]
mod tests;
