//! What can be asked of a meeting, in the same words as the API.
//!
//! Invariant: numbers are given by the meeting, never asked for.

use crate::ids::{BodyId, EventId, LegalText, MatterId, OfficerId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be asked of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum MeetingCommand {
    /// Convene it.
    ConveneMeeting {
        title: LegalText,
        on: Date,
        place: LegalText,
        chair: OfficerId,
        matters: BTreeSet<MatterId>,
        bodies: BTreeSet<BodyId>,
        agenda: Vec<LegalText>,
    },
    /// Call it off, before anything was recorded of it.
    CancelMeeting { reason: LegalText },
    /// Record a resolution on one of the matters treated.
    RecordResolution { matter: MatterId, text: LegalText },
    /// Link a resolution to the act by which the competent body did it.
    LinkResolution { number: u16, event: EventId },
    /// Give a body a task.
    AssignTask {
        text: LegalText,
        matter: Option<MatterId>,
        resolution: Option<u16>,
        owner: BodyId,
        limit: Date,
    },
    /// Take the task on, with a date of one's own.
    ClaimTask { number: u16, due: Date },
    /// Report how far it has come.
    ReportTask { number: u16, progress: LegalText, finished: bool },
    /// Not accept that it is finished.
    ReturnTask { number: u16, reason: LegalText },
    /// Confirm that it is done.
    ConfirmTask { number: u16 },
    /// Close the meeting by its minutes.
    CloseMeeting { minutes: LegalText },
    /// State what time alone has made true, and nothing else.
    Settle,
}
