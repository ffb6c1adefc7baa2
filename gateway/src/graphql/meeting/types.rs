//! A meeting, its resolutions and its tasks, as the fold of its stream has them.
//!
//! Invariant: what one who asks may do is asked of the domain.

use super::history::{MeetingEntryConnection, entries};
use crate::graphql::{
    matter::types::Action,
    node_id::NodeId,
    scalars::{Date, LegalText},
    standing_in,
};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use jiff::Timestamp;
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{self, Actor},
    directory::Directory,
    ids::{EventId, MatterId, MeetingId},
    matter::acts::called,
    meeting::{self, MeetingReads, can_on_meeting, can_on_resolution, can_on_task},
    naming::Names,
    settings::CountySettings,
};
use std::sync::Arc;

/// Where a meeting is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "meeting::MeetingPhase")]
pub enum MeetingPhase {
    /// Nothing is recorded.
    Unknown,
    /// Convened; held on its day.
    Convened,
    /// Closed by its minutes (已形成纪要); its tasks go on.
    Closed,
    /// Called off.
    Cancelled,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "meeting::TaskState")]
pub enum MeetingTaskState {
    /// Assigned, not claimed.
    Assigned,
    /// Claimed, with the owner's own date (已认领).
    Claimed,
    /// Reported to be finished; waits to be confirmed.
    Finished,
    /// Confirmed.
    Done,
}

/// One meeting at one moment.
#[derive(Debug, Clone)]
pub struct MeetingView {
    pub(super) id: MeetingId,
    pub(super) state: Arc<meeting::Meeting>,
    pub(super) revision: Option<u64>,
    pub(super) as_of: Timestamp,
    pub(super) past: bool,
    pub(super) calendar: Calendar,
    pub(super) settings: Arc<CountySettings>,
    pub(super) reads: MeetingReads,
    pub(super) directory: Arc<Directory>,
    pub(super) by: Arc<Actor>,
    pub(super) in_place: Vec<Actor>,
}

impl MeetingView {
    fn context<'a>(&'a self, by: &'a Actor) -> decider::Context<'a, MeetingReads> {
        decider::Context {
            at: self.as_of,
            by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective: None,
            read: &self.reads,
        }
    }

    fn actions(&self, ask: impl Fn(&decider::Context<'_, MeetingReads>) -> Vec<meeting::Can>) -> Vec<Action> {
        if self.past {
            return Vec::new();
        }
        let names = Names::of_directory(&self.directory);
        let of =
            |by: &Actor| ask(&self.context(by)).into_iter().map(|can| (can.action, can.refusal)).collect();
        standing_in::actions(&self.by, &self.in_place, &names, of)
    }
}

/// The act by which a competent body did what was resolved.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ResolutionLink {
    /// The entry of the matter, `event:…/…`.
    pub event: ID,
    /// What was done, by the name of the entry.
    pub act: LegalText,
    /// The same in a word or two of English.
    pub act_called: String,
    /// The same in Chinese.
    pub act_called_zh: String,
    /// The body that did it, `body:…`.
    pub body: ID,
    /// The day it took effect.
    pub on: Date,
}

impl ResolutionLink {
    fn of(matter: MatterId, event: EventId, link: &meeting::state::Link) -> Self {
        let act = link.act.as_str();
        let (zh, en) = called(act).unwrap_or((act, act));
        ResolutionLink {
            event: NodeId::Event(matter, event).id(),
            act: link.act.clone().into(),
            act_called: en.to_owned(),
            act_called_zh: zh.to_owned(),
            body: NodeId::Body(link.body.clone()).id(),
            on: link.on.into(),
        }
    }
}

/// A resolution (议定事项). It decides nothing by itself.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Resolution {
    #[graphql(skip)]
    view: Arc<MeetingView>,
    /// Its number in the minutes, from 1.
    pub number: u16,
    /// The matter it is about, `matter:…`.
    pub matter: ID,
    /// What was resolved.
    pub text: LegalText,
    /// The day.
    pub on: Date,
    /// What the competent bodies then did; empty while nothing is linked.
    pub done_by: Vec<ResolutionLink>,
}

#[ComplexObject]
impl Resolution {
    /// What the one who asks may do with it now, and why not: who neither runs the meeting nor leads the matter links an act of the
    /// body they act for. Empty when the past is looked at.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn can(&self) -> Vec<Action> {
        self.view.actions(|ctx| can_on_resolution(&self.view.state, self.number, ctx))
    }
}

/// A report on a task.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct TaskReport {
    /// The day.
    pub on: Date,
    /// Who reported, `officer:…`.
    pub by: ID,
    /// What was done.
    pub progress: LegalText,
    /// Whether the owner says it is finished.
    pub finished: bool,
    /// Why it was not accepted as finished.
    pub returned: Option<LegalText>,
}

/// A task of a meeting (会议任务).
#[derive(Debug, Clone)]
pub struct MeetingTask {
    pub(super) view: Arc<MeetingView>,
    pub(super) number: u16,
    pub(super) task: meeting::Task,
}

/// A task of a meeting (会议任务).
#[Object(serial)]
impl MeetingTask {
    /// Its number in the minutes, from 1.
    async fn number(&self) -> u16 {
        self.number
    }

    /// The meeting that gave it, `meeting:…`.
    async fn meeting(&self) -> ID {
        NodeId::Meeting(self.view.id).id()
    }

    /// What the meeting is called.
    async fn meeting_title(&self) -> Option<LegalText> {
        self.view.state.convened.as_ref().map(|convened| convened.title.clone().into())
    }

    /// What is to be done.
    async fn text(&self) -> LegalText {
        self.task.text.clone().into()
    }

    /// The matter it is about, `matter:…`; none if about none alone.
    async fn matter(&self) -> Option<ID> {
        self.task.matter.map(|matter| NodeId::Matter(matter).id())
    }

    /// The resolution it carries out, by number.
    async fn resolution(&self) -> Option<u16> {
        self.task.resolution
    }

    /// Whose it is, `body:…`.
    async fn owner(&self) -> ID {
        NodeId::Body(self.task.owner.clone()).id()
    }

    /// The day it was assigned.
    async fn assigned_on(&self) -> Date {
        self.task.on.into()
    }

    /// The last day the meeting allows.
    async fn limit(&self) -> Date {
        self.task.limit.into()
    }

    /// The day the owner claimed it (任务认领); none until then.
    async fn claimed_on(&self) -> Option<Date> {
        self.task.claimed.as_ref().map(|(on, _, _)| (*on).into())
    }

    /// The date it is due: the one the owner set, or the limit while it has set none.
    async fn due(&self) -> Date {
        self.task.due().into()
    }

    /// Where it stands.
    async fn state(&self) -> MeetingTaskState {
        self.task.state().into()
    }

    /// Whether it is late at the moment of this view: its date passed, and no report in time says that it was finished.
    async fn overdue(&self) -> bool {
        self.task.is_overdue_at(beijing(self.view.as_of))
    }

    /// Working days (工作日) left through its date; negative when it has passed, none once it was reported finished.
    async fn left_working_days(&self) -> Option<i32> {
        let open = self.task.finished().is_none();
        open.then(|| self.view.calendar.working_days_between(beijing(self.view.as_of), self.task.due()))
    }

    /// Reports, in order.
    async fn reports(&self) -> Vec<TaskReport> {
        let report = |report: &meeting::state::Report| TaskReport {
            on: report.on.into(),
            by: NodeId::Officer(report.by.clone()).id(),
            progress: report.progress.clone().into(),
            finished: report.finished,
            returned: report.returned.clone().map(Into::into),
        };
        self.task.reports.iter().map(report).collect()
    }

    /// The day it was confirmed; none until then.
    async fn done_on(&self) -> Option<Date> {
        self.task.done.as_ref().map(|(on, _)| (*on).into())
    }

    /// What the one who asks may do with it now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn can(&self) -> Vec<Action> {
        self.view.actions(|ctx| can_on_task(&self.view.state, self.number, ctx))
    }
}

/// A joint meeting (联席会议), as the fold of its stream has it: now, or at the moment asked for.
#[derive(Debug, Clone)]
pub struct Meeting(pub Arc<MeetingView>);

impl Meeting {
    pub(super) fn all_tasks(&self) -> Vec<MeetingTask> {
        let tasks = self.0.state.tasks.iter();
        let one = |(number, task): (&u16, &meeting::Task)| MeetingTask {
            view: Arc::clone(&self.0),
            number: *number,
            task: task.clone(),
        };
        tasks.map(one).collect()
    }
}

/// A joint meeting (联席会议), as the fold of its stream has it: now, or at the moment asked for.
#[Object(serial)]
impl Meeting {
    /// Its id, `meeting:…`.
    pub async fn id(&self) -> ID {
        NodeId::Meeting(self.0.id).id()
    }

    /// Its last known revision: the number of its last entry, from 0. Send it as `expectedRevision`.
    async fn revision(&self) -> Option<u64> {
        self.0.revision
    }

    /// Whether this is the past, which is looked at and not acted on.
    async fn past(&self) -> bool {
        self.0.past
    }

    /// Where it is in its life.
    async fn phase(&self) -> MeetingPhase {
        self.0.state.phase.into()
    }

    /// What it is called.
    async fn title(&self) -> Option<LegalText> {
        self.0.state.convened.as_ref().map(|convened| convened.title.clone().into())
    }

    /// The day it is held on.
    async fn on(&self) -> Option<Date> {
        self.0.state.convened.as_ref().map(|convened| convened.on.into())
    }

    /// Where.
    async fn place(&self) -> Option<LegalText> {
        self.0.state.convened.as_ref().map(|convened| convened.place.clone().into())
    }

    /// Who chairs it, `officer:…`.
    async fn chair(&self) -> Option<ID> {
        self.0.state.convened.as_ref().map(|convened| NodeId::Officer(convened.chair.clone()).id())
    }

    /// Who convened it, `officer:…`.
    async fn convener(&self) -> Option<ID> {
        self.0.state.convener.clone().map(|convener| NodeId::Officer(convener).id())
    }

    /// The matters it treats, `matter:…`.
    async fn matters(&self) -> Vec<ID> {
        let treated = self.0.state.convened.iter().flat_map(|convened| &convened.matters);
        treated.map(|matter| NodeId::Matter(*matter).id()).collect()
    }

    /// The bodies invited, `body:…`.
    async fn bodies(&self) -> Vec<ID> {
        let invited = self.0.state.convened.iter().flat_map(|convened| &convened.bodies);
        invited.map(|body| NodeId::Body(body.clone()).id()).collect()
    }

    /// The agenda, point by point.
    async fn agenda(&self) -> Vec<LegalText> {
        let points = self.0.state.convened.iter().flat_map(|convened| &convened.agenda);
        points.map(|point| point.clone().into()).collect()
    }

    /// Number of its minutes (纪要文号); none until it is closed.
    async fn minutes(&self) -> Option<LegalText> {
        self.0.state.minutes.as_ref().map(|(number, _)| number.clone().into())
    }

    /// The day of its minutes.
    async fn closed_on(&self) -> Option<Date> {
        self.0.state.minutes.as_ref().map(|(_, on)| (*on).into())
    }

    /// Why it was called off, if it was.
    async fn cancelled_because(&self) -> Option<LegalText> {
        self.0.state.cancelled.clone().map(Into::into)
    }

    /// Its resolutions, in the order of the minutes.
    #[graphql(complexity = "5 * child_complexity")]
    async fn resolutions(&self) -> Vec<Resolution> {
        let one = |(number, resolution): (&u16, &meeting::Resolution)| Resolution {
            view: Arc::clone(&self.0),
            number: *number,
            matter: NodeId::Matter(resolution.matter).id(),
            text: resolution.text.clone().into(),
            on: resolution.on.into(),
            done_by: resolution
                .links
                .iter()
                .map(|(event, link)| ResolutionLink::of(resolution.matter, *event, link))
                .collect(),
        };
        self.0.state.resolutions.iter().map(one).collect()
    }

    /// Its tasks, in the order of the minutes.
    #[graphql(complexity = "10 * child_complexity")]
    async fn tasks(&self) -> Vec<MeetingTask> {
        self.all_tasks()
    }

    /// What the one who asks may do with the meeting as a whole now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn can(&self) -> Vec<Action> {
        self.0.actions(|ctx| can_on_meeting(&self.0.state, ctx))
    }

    /// Its entries in the order of the log, as known at the moment of this view.
    #[graphql(complexity = "crate::graphql::limits::multiplier(first, 50) * child_complexity")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many entries, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the entry of this cursor.")] after: Option<String>,
    ) -> Result<MeetingEntryConnection> {
        entries(ctx, self.0.id, first, after, self.0.revision).await
    }
}
