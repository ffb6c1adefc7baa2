//! The state of a meeting: what the fold of its stream is.
//!
//! Invariants: facts of different tasks and resolutions may change places; an overdue mark stays, and whether it stands is
//! said by the day of the report that the task was finished.
//! Deliberately absent: what the matters have come to; those are streams of their own.

use super::event::{MeetingConvened, MeetingEvent as E};
use crate::{
    access::{Parties, of_meeting},
    decider::Recorded,
    ids::{BodyId, EventId, LegalText, MatterId, OfficerId},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Where a meeting is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingPhase {
    /// Nothing is recorded.
    #[default]
    Unknown,
    /// Convened; held on its day.
    Convened,
    /// Closed by its minutes; its tasks go on.
    Closed,
    /// Called off.
    Cancelled,
}

impl MeetingPhase {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            MeetingPhase::Unknown => "未召集",
            MeetingPhase::Convened => "已召集",
            MeetingPhase::Closed => "已形成纪要",
            MeetingPhase::Cancelled => "已取消",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        match self {
            MeetingPhase::Unknown => "not convened",
            MeetingPhase::Convened => "convened",
            MeetingPhase::Closed => "closed by its minutes",
            MeetingPhase::Cancelled => "called off",
        }
    }
}

/// One meeting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meeting {
    /// Where it is in its life.
    pub phase: MeetingPhase,
    /// How it was convened.
    pub convened: Option<MeetingConvened>,
    /// Who convened it: its secretary, who records for the chair.
    pub convener: Option<OfficerId>,
    /// Its resolutions, by number.
    pub resolutions: BTreeMap<u16, Resolution>,
    /// Its tasks, by number.
    pub tasks: BTreeMap<u16, Task>,
    /// Number and date of its minutes.
    pub minutes: Option<(LegalText, Date)>,
    /// Why it was called off.
    pub cancelled: Option<LegalText>,
    /// Who takes part, or ever did.
    pub parties: Parties,
    /// The last day something of the meeting as a whole was recorded for.
    pub(super) last: Option<Date>,
}

/// A resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The matter it is about.
    pub matter: MatterId,
    /// What was resolved.
    pub text: LegalText,
    /// The day.
    pub on: Date,
    /// Acts by which the competent body did it, by the entries of the matter.
    pub links: BTreeMap<EventId, Link>,
}

/// The act by which a competent body did what was resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What was done, by the stored name of the entry.
    pub act: LegalText,
    /// The body that did it.
    pub body: BodyId,
    /// The day it took effect.
    pub on: Date,
}

/// A task of a meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What is to be done.
    pub text: LegalText,
    /// The matter it is about.
    pub matter: Option<MatterId>,
    /// The resolution it carries out.
    pub resolution: Option<u16>,
    /// Whose it is.
    pub owner: BodyId,
    /// The day it was assigned.
    pub on: Date,
    /// The last day the meeting allows.
    pub limit: Date,
    /// The day it was claimed, by whom, and the date the owner set.
    pub claimed: Option<(Date, OfficerId, Date)>,
    /// Reports, in order.
    pub reports: Vec<Report>,
    /// The day it was confirmed, and by whom.
    pub done: Option<(Date, OfficerId)>,
    /// The date that passed without it, as time stated it, once.
    pub overdue: Option<Date>,
    /// The last day something of it was recorded for.
    pub(super) last: Date,
}

/// A report on a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The day.
    pub on: Date,
    /// Who reported.
    pub by: OfficerId,
    /// What was done.
    pub progress: LegalText,
    /// Whether the owner says it is finished.
    pub finished: bool,
    /// Why it was not accepted as finished.
    pub returned: Option<LegalText>,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Assigned, not claimed.
    Assigned,
    /// Claimed, with the owner's own date.
    Claimed,
    /// Reported to be finished; waits to be confirmed.
    Finished,
    /// Confirmed.
    Done,
}

impl Task {
    /// The date it is due: the owner's own, or the limit while it has set none.
    pub fn due(&self) -> Date {
        self.claimed.as_ref().map_or(self.limit, |(_, _, due)| *due)
    }

    /// The report that it is finished, waiting to be confirmed or confirmed.
    pub fn finished(&self) -> Option<&Report> {
        self.reports.last().filter(|report| report.finished && report.returned.is_none())
    }

    /// Where it stands.
    pub fn state(&self) -> TaskState {
        if self.done.is_some() {
            TaskState::Done
        } else if self.finished().is_some() {
            TaskState::Finished
        } else if self.claimed.is_some() {
            TaskState::Claimed
        } else {
            TaskState::Assigned
        }
    }

    /// Whether it is late at a day: its date passed, and no report in time says that it was finished.
    pub fn is_overdue_at(&self, day: Date) -> bool {
        self.finished().map_or(day, |report| report.on) > self.due()
    }
}

impl Meeting {
    /// Folds one recorded fact. Total.
    pub(super) fn fold(&mut self, fact: &Recorded<E>) {
        let day = fact.effective.day();
        self.parties.extend(of_meeting(fact));
        match &fact.event {
            E::MeetingConvened(e) => {
                self.phase = MeetingPhase::Convened;
                self.convened = Some(e.clone());
                self.convener = Some(fact.by.officer.clone());
                self.note(day);
            }
            E::MeetingCancelled(e) => {
                self.phase = MeetingPhase::Cancelled;
                self.cancelled = Some(e.reason.clone());
                self.note(day);
            }
            E::MeetingClosed(e) => {
                self.phase = MeetingPhase::Closed;
                self.minutes = Some((e.minutes.clone(), e.on));
                self.note(day);
            }
            E::ResolutionRecorded(e) => {
                let (matter, text) = (e.matter, e.text.clone());
                self.resolutions
                    .insert(e.number, Resolution { matter, text, on: day, links: BTreeMap::new() });
                self.note(day);
            }
            E::ResolutionLinked(e) => {
                if let Some(resolution) = self.resolutions.get_mut(&e.number) {
                    let link = Link { act: e.act.clone(), body: e.body.clone(), on: e.on };
                    resolution.links.insert(e.event, link);
                }
            }
            E::TaskAssigned(e) => {
                self.tasks.insert(
                    e.number,
                    Task {
                        text: e.text.clone(),
                        matter: e.matter,
                        resolution: e.resolution,
                        owner: e.owner.clone(),
                        on: day,
                        limit: e.limit,
                        claimed: None,
                        reports: Vec::new(),
                        done: None,
                        overdue: None,
                        last: day,
                    },
                );
                self.note(day);
            }
            E::TaskOverdue(e) => {
                if let Some(task) = self.tasks.get_mut(&e.number) {
                    task.overdue = Some(e.due);
                }
            }
            event => {
                if let Some(task) = number(event).and_then(|number| self.tasks.get_mut(&number)) {
                    task.last = task.last.max(day);
                    fold_task(task, fact, day);
                }
            }
        }
    }

    fn note(&mut self, day: Date) {
        self.last = self.last.max(Some(day));
    }
}

/// The task a fact of its course is about.
fn number(event: &E) -> Option<u16> {
    match event {
        E::TaskClaimed(e) => Some(e.number),
        E::TaskReported(e) => Some(e.number),
        E::TaskReturned(e) => Some(e.number),
        E::TaskDone(e) => Some(e.number),
        _ => None,
    }
}

fn fold_task(task: &mut Task, fact: &Recorded<E>, day: Date) {
    let by = || fact.by.officer.clone();
    match &fact.event {
        E::TaskClaimed(e) => task.claimed = Some((day, by(), e.due)),
        E::TaskReported(e) => {
            let (progress, finished) = (e.progress.clone(), e.finished);
            task.reports.push(Report { on: day, by: by(), progress, finished, returned: None });
        }
        E::TaskReturned(e) => {
            if let Some(report) = task.reports.last_mut() {
                report.returned = Some(e.reason.clone());
            }
        }
        E::TaskDone(_) => task.done = Some((day, by())),
        _ => {}
    }
}
