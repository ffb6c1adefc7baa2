//! What can have happened to a meeting: facts, past tense, forever.
//!
//! Invariants: a stored name and version never change meaning; resolutions and tasks are numbered from 1 in the order they
//! were recorded, which is how the minutes cite them.

use crate::{
    decider::SeenAt,
    events,
    ids::{BodyId, EventId, LegalText, MatterId, OfficerId},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

events! {
    /// What can have happened to a meeting.
    pub enum MeetingEvent {
        /// A joint meeting was convened (召集联席会议).
        MeetingConvened = 1 {
            /// What it is called.
            title: LegalText,
            /// The day it is held on.
            on: Date,
            /// Where.
            place: LegalText,
            /// Who chairs it.
            chair: OfficerId,
            /// The matters it treats.
            matters: BTreeSet<MatterId>,
            /// The bodies invited.
            bodies: BTreeSet<BodyId>,
            /// The agenda, point by point.
            agenda: Vec<LegalText>,
            /// Where the matters were read.
            seen: Vec<SeenAt>,
        },
        /// It will not be held.
        MeetingCancelled = 1 {
            /// Why.
            reason: LegalText,
        },
        /// A resolution was recorded. It decides nothing by itself: a meeting has no licensing power.
        ResolutionRecorded = 1 {
            /// Its number, from 1.
            number: u16,
            /// The matter it is about.
            matter: MatterId,
            /// What was resolved.
            text: LegalText,
        },
        /// A resolution was linked to the act by which the competent body did it.
        ResolutionLinked = 1 {
            /// The resolution.
            number: u16,
            /// Its matter.
            matter: MatterId,
            /// The entry of that matter.
            event: EventId,
            /// What was done, by the stored name of the entry.
            act: LegalText,
            /// The body that did it.
            body: BodyId,
            /// The day it took effect.
            on: Date,
            /// Where it was read.
            seen: SeenAt,
        },
        /// A task was given to a body, with the limit the meeting set.
        TaskAssigned = 1 {
            /// Its number, from 1.
            number: u16,
            /// What is to be done.
            text: LegalText,
            /// The matter it is about; none if about none alone.
            matter: Option<MatterId>,
            /// The resolution it carries out, if one.
            resolution: Option<u16>,
            /// Whose it is.
            owner: BodyId,
            /// The last day the meeting allows.
            limit: Date,
        },
        /// The owner took the task on and set its own date (任务认领).
        TaskClaimed = 1 {
            /// The task.
            number: u16,
            /// The date the owner set, not beyond the limit.
            due: Date,
        },
        /// The owner reported how far it has come.
        TaskReported = 1 {
            /// The task.
            number: u16,
            /// What was done.
            progress: LegalText,
            /// Whether the owner says it is finished.
            finished: bool,
        },
        /// A report of completion was not accepted: the task goes on.
        TaskReturned = 1 {
            /// The task.
            number: u16,
            /// Why.
            reason: LegalText,
        },
        /// The task was confirmed to be done.
        TaskDone = 1 {
            /// The task.
            number: u16,
        },
        /// The task's date passed with no report that it is finished (time's fact).
        TaskOverdue = 1 {
            /// The task.
            number: u16,
            /// Whose it is.
            owner: BodyId,
            /// The date that passed: the owner's own, or the limit where it had set none.
            due: Date,
        },
        /// The meeting was closed by its minutes (会议纪要); its tasks go on.
        MeetingClosed = 1 {
            /// Number of the minutes (纪要文号).
            minutes: LegalText,
            /// Their date.
            on: Date,
        },
    }
}
