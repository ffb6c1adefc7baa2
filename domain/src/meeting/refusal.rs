//! Why a command on a meeting is refused: closed, typed, with its facts.
//!
//! Invariant: each says what to do; the words are in `words`.

use super::{MeetingPhase, words::words};
use crate::{
    decider::Explained,
    ids::{BodyId, EventId, MatterId, OfficerId},
    naming::Names,
    sources,
};
use jiff::civil::Date;
use serde::Serialize;

/// Who would have been needed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are who is named")]
pub enum Needs {
    /// May lead a task force, or heads the government.
    Lead,
    /// The chair, or who convened the meeting.
    Chair { chair: OfficerId },
    /// The chair, who convened it, or who leads the matter; for a link, the body that acted too.
    ChairOrLead { chair: OfficerId },
    /// Somebody of the body whose task it is.
    Owner { body: BodyId },
}

/// Why a command on a meeting is refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "refusal")]
#[expect(missing_docs, reason = "the fields are the facts that the message names")]
pub enum MeetingRefusal {
    /// The meeting does not exist.
    NoSuchMeeting,
    /// The meeting was convened already.
    MeetingExists,
    /// Not this person.
    NotThisPerson { needs: Needs },
    /// The directory does not know this body.
    UnknownBody { body: BodyId },
    /// The directory does not know this officer.
    UnknownOfficer { officer: OfficerId },
    /// Named to chair without the role of a lead or the head of the government.
    NotAChair { officer: OfficerId },
    /// A meeting treats at least one matter.
    NothingToTreat,
    /// A meeting has at least one body invited.
    NobodyInvited,
    /// There is no such matter.
    NoSuchMatter { matter: MatterId },
    /// The meeting does not treat this matter.
    NotTreated { matter: MatterId },
    /// The meeting is closed or called off.
    MeetingEnded { is: MeetingPhase },
    /// The meeting has not been held yet.
    NotHeldYet { on: Date },
    /// What was recorded of a meeting is not called off with it.
    SomethingRecorded,
    /// There is no such resolution.
    NoSuchResolution { number: u16 },
    /// The matter has no such entry.
    NoSuchEntry { matter: MatterId, event: EventId },
    /// The entry is time's, nobody's act.
    NobodysAct { event: EventId },
    /// The act came before the meeting.
    DoneBefore { event: EventId, on: Date, held: Date },
    /// There is no such task.
    NoSuchTask { number: u16 },
    /// The limit lies behind.
    LimitHasPassed { limit: Date, day: Date },
    /// The task was claimed with another date.
    AlreadyClaimed { number: u16, due: Date },
    /// The owner's date lies beyond the limit.
    DueBeyondLimit { number: u16, due: Date, limit: Date },
    /// The owner's date lies behind.
    DueHasPassed { number: u16, due: Date, day: Date },
    /// The task is done.
    TaskEnded { number: u16, on: Date },
    /// The owner has not reported it finished.
    NotReported { number: u16 },
    /// Who reported does not confirm.
    OwnReport { officer: OfficerId },
    /// In the future.
    EffectiveInFuture { effective: Date, today: Date },
    /// Would change the outcome of what is already recorded.
    BackfillOutOfOrder { effective: Date, last: Date },
}

macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        fn code(refusal: &MeetingRefusal) -> &'static str {
            match refusal { $( MeetingRefusal::$name { .. } => stringify!($name) ),* }
        }
        impl MeetingRefusal {
            /// The codes there are.
            pub const CODES: &'static [&'static str] = &[ $( stringify!($name) ),* ];
        }
    };
}
codes!(
    NoSuchMeeting,
    MeetingExists,
    NotThisPerson,
    UnknownBody,
    UnknownOfficer,
    NotAChair,
    NothingToTreat,
    NobodyInvited,
    NoSuchMatter,
    NotTreated,
    MeetingEnded,
    NotHeldYet,
    SomethingRecorded,
    NoSuchResolution,
    NoSuchEntry,
    NobodysAct,
    DoneBefore,
    NoSuchTask,
    LimitHasPassed,
    AlreadyClaimed,
    DueBeyondLimit,
    DueHasPassed,
    TaskEnded,
    NotReported,
    OwnReport,
    EffectiveInFuture,
    BackfillOutOfOrder,
);

impl Explained for MeetingRefusal {
    fn code(&self) -> &'static str {
        code(self)
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::OwnReport { .. } | Self::NotThisPerson { .. } => Some("R18"),
            Self::EffectiveInFuture { .. } | Self::BackfillOutOfOrder { .. } => Some("R16"),
            _ => None,
        }
    }

    fn wants_another_person(&self) -> bool {
        matches!(self, Self::NotThisPerson { .. })
    }

    fn source(&self) -> Option<String> {
        let source = match self {
            Self::OwnReport { .. } | Self::NotThisPerson { .. } => sources::DUTIES,
            Self::UnknownBody { .. }
            | Self::UnknownOfficer { .. }
            | Self::NotAChair { .. }
            | Self::NoSuchMatter { .. }
            | Self::NoSuchMeeting => sources::REGISTER,
            Self::EffectiveInFuture { .. } | Self::BackfillOutOfOrder { .. } => sources::RECORD,
            _ => sources::MEETING,
        };
        Some(source.into())
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&words(self, names).0)
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        words(self, names).1
    }
}
