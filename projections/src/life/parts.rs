//! The parts of a permit's life: debts, due dates, suspensions, offers, terms that passed.

use super::Status;
use crate::sql::named;
use jiff::civil::Date;
use om_domain::{
    clock::Ground,
    ids::{BodyId, EventId, LegalText, PaperHash},
    matter::{
        card::{CardStanding, Colour, Subject},
        event::{Consequence, Term},
        plan::{Gate, Mode, RequirementId},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

named! {
    /// What has come of a tolerated deficiency.
    pub enum DebtState {
        /// Owed.
        Open = "open",
        /// Handed in, not yet verified.
        Received = "received",
        /// Handed in and rejected; owed again.
        Rejected = "rejected",
        /// Paid.
        Verified = "verified",
        /// The prerequisite landed: paid.
        Landed = "landed",
        /// The deadline passed; the mode's consequence follows.
        Lapsed = "lapsed",
        /// The permit's round ended while it was owed: nothing is owed any more.
        RoundEnded = "round_ended",
    }
}

impl DebtState {
    /// Whether it is still owed.
    pub const fn is_live(self) -> bool {
        matches!(self, DebtState::Open | DebtState::Received | DebtState::Rejected)
    }
}

/// A tolerated deficiency of one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The round it was tolerated in, from 1.
    pub round: u16,
    /// What is owed.
    pub requirement: RequirementId,
    /// In which mode.
    pub mode: Mode,
    /// From which gate.
    pub from: Gate,
    /// To which gate.
    pub to: Gate,
    /// The day it was tolerated.
    pub on: Date,
    /// The entry that tolerated it.
    pub entry: EventId,
    /// Last day for the supplement.
    pub due: Date,
    /// Whether that lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// Whether the deadline was moved; it can be once.
    pub moved: bool,
    /// What follows if it fails.
    pub consequence: Consequence,
    /// In which form the supplement must come.
    pub form: LegalText,
    /// The applicant's commitment.
    pub commitment: PaperHash,
    /// What has come of it.
    pub state: DebtState,
    /// The day of that; at first the day it was tolerated.
    pub changed_on: Date,
}

/// A card, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLine {
    /// Its number on the permit, from 1.
    pub number: u16,
    /// The entry that issued it.
    pub entry: EventId,
    /// How grave.
    pub colour: Colour,
    /// What it is about.
    #[serde(with = "as_json")]
    pub subject: Subject,
    /// Against which body.
    pub against: BodyId,
    /// Whether by rule.
    pub by_rule: bool,
    /// The day it was issued.
    pub on: Date,
    /// The last day of the term it is about, where it was issued by rule.
    pub due: Option<Date>,
    /// Where it stands.
    pub standing: CardStanding,
    /// Since which day.
    pub changed_on: Date,
    /// The day it was last answered.
    pub answered_on: Option<Date>,
}

/// How a round stood before a lapse ended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeLapse {
    /// Where it stood.
    pub status: Status,
    /// Suspensions that were open.
    pub stops: Vec<Stop>,
    /// A hearing asked for and not held.
    pub hearing: Option<(Date, DueDay)>,
    /// What was owed besides, as it stood, and since when.
    pub owed: Vec<(RequirementId, DebtState, Date)>,
    /// Prerequisites that had fallen away.
    pub fell_away: BTreeMap<RequirementId, Date>,
}

/// A due date of the permit's current round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDay {
    /// The last day.
    pub on: Date,
    /// Beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
}

/// The clock's due dates as the last event fixed them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockDues {
    /// Last day of the statutory limit; none while stopped or where no law sets one.
    pub statutory: Option<Date>,
    /// Last day of the promised limit; likewise.
    pub promised: Option<Date>,
    /// Left of the statutory limit while stopped, in its unit.
    pub statutory_left: Option<i32>,
    /// Left of the promised limit while stopped, in its unit.
    pub promised_left: Option<i32>,
    /// Whether one of the dates is provisional (R19).
    pub provisional: bool,
}

impl ClockDues {
    /// The earlier of both dates.
    pub fn earliest(&self) -> Option<Date> {
        [self.statutory, self.promised].into_iter().flatten().min()
    }
}

/// A suspension that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The entry that recorded it.
    pub entry: EventId,
    /// On which ground of 行政许可法 45.
    pub ground: Ground,
    /// First day excluded.
    pub from: Date,
    /// The last day the notice told.
    pub told_until: Date,
}

/// An open offer of custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// To whom.
    pub to: BodyId,
    /// Since when.
    pub on: Date,
    /// Last day for an answer.
    pub answer_due: DueDay,
}

/// An opinion that a department was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Since when.
    pub on: Date,
    /// Its last day.
    pub due: DueDay,
    /// Whether it was stated that the last day has passed.
    pub overdue: bool,
    /// The day it was given.
    pub given_on: Option<Date>,
    /// An objection that was neither dealt with nor withdrawn: since when.
    pub objects_since: Option<Date>,
}

/// A renewal that was asked for and not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The day it was asked.
    pub asked_on: Date,
    /// The day the certificate expires; unanswered by then, renewal is deemed granted (R7).
    pub expires_on: Date,
}

/// A term that passed without its act, as stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrun {
    /// The round.
    pub round: u16,
    /// Which term.
    pub term: Term,
    /// Its last day.
    pub due: Date,
}

/// An entry recorded on a later day than it happened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The day it happened.
    pub effective: Date,
    /// The day it was recorded.
    pub recorded: Date,
}

/// The last event that was folded into a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub position: u64,
    /// The day it happened.
    pub on: Date,
}

/// What a card is about names its kind within itself, which a packed form has no place for: it stands there as JSON.
mod as_json {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    pub(super) fn serialize<T: serde::Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: serde::de::DeserializeOwned,
        D: Deserializer<'de>,
    {
        serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}
