//! The smaller parts of a round: debts, checks, the hearing, the decision, the certificate, custody.
//!
//! Invariant: each is what its events said, and nothing that a calendar would have to add.

use crate::{
    ids::{BodyId, EventId, LegalText, OfficerId, PaperHash},
    matter::{
        event::{Consequence, DueOn, Notice},
        plan::{Gate, Mode},
    },
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What has come of a tolerated deficiency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Debt {
    /// Owed.
    Open,
    /// Handed in, not yet verified.
    Received,
    /// Handed in and rejected; owed again.
    Rejected,
    /// Paid.
    Verified,
    /// The prerequisite landed.
    Landed,
    /// The deadline passed.
    Lapsed,
}

impl Debt {
    /// Whether the requirement stands at its later gate.
    pub fn is_live(self) -> bool {
        matches!(self, Debt::Open | Debt::Received | Debt::Rejected)
    }
}

/// A tolerated deficiency.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerance {
    /// The entry.
    pub entry: EventId,
    /// The mode.
    pub mode: Mode,
    /// From which gate.
    pub from: Gate,
    /// To which gate.
    pub to: Gate,
    /// Granted on.
    pub on: Date,
    /// By whom.
    pub by: OfficerId,
    /// The commitment.
    pub commitment: PaperHash,
    /// In which form the supplement must come.
    pub form: LegalText,
    /// Last day for the supplement.
    pub due: DueOn,
    /// Whether the deadline was moved.
    pub moved: bool,
    /// What follows if it fails.
    pub consequence: Consequence,
    /// What has come of it.
    pub debt: Debt,
    /// The day it last changed: received, rejected, verified, landed or lapsed.
    pub changed_on: Date,
    /// The entry that stated its lapse, also where that was set aside.
    pub lapsed: Option<EventId>,
}

/// A check of substance.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The day.
    pub on: Date,
    /// The officers.
    pub officers: BTreeSet<OfficerId>,
    /// The finding.
    pub finding: LegalText,
    /// Whether the conditions were met.
    pub passed: bool,
}

/// A hearing.
#[derive(Debug, Clone, PartialEq)]
pub struct Hearing {
    /// The day it was asked for.
    pub asked_on: Date,
    /// Last day to hold it.
    pub hold_by: DueOn,
    /// The day it was held, with its record.
    pub held: Option<(Date, PaperHash)>,
}

/// The decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The entry.
    pub entry: EventId,
    /// The day.
    pub on: Date,
    /// Who decided.
    pub by: OfficerId,
    /// Approved or denied.
    pub approved: bool,
    /// The document.
    pub notice: Notice,
    /// Conditions of an approval, or the reasons of a denial.
    pub text: Option<LegalText>,
    /// Last day to deliver the certificate (R5).
    pub delivery_due: Option<DueOn>,
}

/// The certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The entry.
    pub entry: EventId,
    /// The day it was issued.
    pub on: Date,
    /// The document.
    pub document: Notice,
    /// Valid until, where it expires.
    pub valid_until: Option<Date>,
    /// The day its term began: of issue, and after a renewal the day the term before it ended.
    pub term_from: Date,
    /// Deemed renewed, and the department has not recorded for how long: the day it would have expired (R7).
    pub deemed_from: Option<Date>,
    /// A renewal asked for and not answered: the day it was asked.
    pub renewal_asked: Option<Date>,
    /// And by whom; does not answer it (R18).
    pub renewal_asked_by: Option<OfficerId>,
}

/// Who has a permit, and since when.
#[derive(Debug, Clone, PartialEq)]
pub struct Custody {
    /// The one body that has it.
    pub holder: BodyId,
    /// An open offer.
    pub offer: Option<Offer>,
    /// From which day on each body had it; days are booked to the custodian.
    pub spans: Vec<(BodyId, Date)>,
    /// Offers that stood unanswered beyond their term, against the receiver.
    pub overdue: BTreeSet<(BodyId, Date)>,
    /// Offers that are no longer open: to whom, and the day each was received, returned, withdrawn or fell away.
    pub(in crate::matter) answered: BTreeSet<(BodyId, Date)>,
}

/// An offer of custody.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// To whom.
    pub to: BodyId,
    /// Since when.
    pub on: Date,
    /// Why.
    pub reason: LegalText,
    /// Last day for an answer.
    pub answer_due: DueOn,
}
