//! Asking for one meeting, now or at a moment, and for lists of meetings and tasks.
//!
//! Invariants: a meeting of another county is not found; lists come from the projection, each one's screen from its fold.

use super::{
    history::MeetingEntry,
    types::{Meeting, MeetingTask, MeetingView},
};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::{bad_input, fault, not_found},
        limits::{multiplier, page_size},
        lists::{decode, encode, of_read, one_more, seen},
        matter::{
            carry_out::of_fault,
            queries::{AtInput, KnownInput, of_history, of_request},
        },
        node_id,
        page::connection,
        past::moment,
        scalars::Date,
    },
    services::{Services, stream},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use om_domain::{
    ids::{BodyId, EventId, MatterId, MeetingId},
    meeting::{MeetingDecider, MeetingPhase, MeetingReads},
    naming::Names,
};
use om_infra::{
    calendars::Calendars as _,
    executor::{At, Known},
    log::StreamName,
};
use om_projections::meetings::{self, MeetingCursor, Meetings, TaskCursor};
use std::sync::Arc;

/// Which meetings are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, InputObject)]
pub struct MeetingFilterInput {
    /// Treating this matter, `matter:…`.
    pub matter: Option<ID>,
    /// Held from this day on.
    pub from: Option<Date>,
}

/// Which tasks are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, InputObject)]
pub struct TaskFilterInput {
    /// Of this body, `body:…`.
    pub body: Option<ID>,
    /// About this matter, `matter:…`.
    pub matter: Option<ID>,
    /// Not confirmed yet.
    #[graphql(default)]
    pub open: bool,
    /// Late today: its date has passed, and no report in time says that it was finished.
    #[graphql(default)]
    pub overdue: bool,
}

connection! {
    /// A page of meetings.
    MeetingConnection, MeetingEdge, Meeting
}

connection! {
    /// A page of tasks.
    TaskConnection, TaskEdge, MeetingTask
}

/// The stream of a meeting in the requester's county.
pub(super) fn stream_of(who: &Requester, meeting: MeetingId) -> Result<StreamName> {
    stream::<MeetingDecider>(who.county(), meeting).map_err(|e| fault("naming a stream", &e))
}

/// The meeting as it is now.
pub(crate) async fn meeting_now(services: &Services, who: &Requester, id: MeetingId) -> Result<MeetingView> {
    let name = stream_of(who, id)?;
    let snapshot = services.registers.meetings.state(&name).await.map_err(of_fault)?;
    if snapshot.state.phase == MeetingPhase::Unknown {
        return Err(not_found("the meeting"));
    }
    access::of_meeting(who, id, &snapshot.state)?;
    let registers = &services.registers;
    let reads = registers.for_asking_of_meeting(who.county(), &snapshot.state).await.map_err(of_fault)?;
    let directory = registers.directory(who.county()).await.map_err(of_fault)?.state;
    Ok(MeetingView {
        id,
        in_place: directory.in_place_of_others(&who.actor.officer, services.today()),
        state: snapshot.state,
        revision: snapshot.revision,
        as_of: services.now(),
        past: false,
        calendar: services.calendar(who.county()).await.map_err(of_fault)?,
        settings: services.calendars.settings(who.county()).await.map_err(of_fault)?,
        reads,
        directory,
        by: Arc::clone(&who.actor),
    })
}

async fn past(services: &Services, who: &Requester, id: MeetingId, at: AtInput) -> Result<MeetingView> {
    let known = match &at.known {
        None => Known::Head,
        Some(KnownInput::Time(time)) => Known::Time(time.0),
        Some(KnownInput::EventId(event)) => {
            let (of, event) = node_id::meeting_event(event)?;
            if of != id {
                return Err(bad_input("the entry is of another meeting"));
            }
            Known::Event(event)
        }
    };
    let name = stream_of(who, id)?;
    access::of_meeting(who, id, &services.registers.meetings.state(&name).await.map_err(of_fault)?.state)?;
    let at = At { known, as_of: at.as_of.map(Into::into) };
    let folded = services.registers.meetings.fold_at(&name, at).await.map_err(of_history)?;
    // as of a day on which nothing had happened yet there was no meeting, not an empty one
    let Some(recorded) = folded.known_recorded.filter(|_| folded.facts > 0) else {
        return Err(not_found("the meeting"));
    };
    let then = moment(services, who.county(), at, recorded).await?;
    Ok(MeetingView {
        id,
        state: Arc::new(folded.state),
        revision: folded.known_revision,
        as_of: then.read_at,
        past: true,
        in_place: Vec::new(),
        calendar: then.calendar,
        settings: services.calendars.settings(who.county()).await.map_err(of_fault)?,
        reads: MeetingReads::default(),
        directory: then.directory,
        by: Arc::clone(&who.actor),
    })
}

/// Queries for meetings and their tasks.
#[derive(Default)]
pub struct MeetingQuery;

#[Object(serial)]
impl MeetingQuery {
    /// One joint meeting (联席会议): as it is now, or as known and as true at a moment of the past.
    async fn meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting, `meeting:…`.")] id: ID,
        #[graphql(desc = "Which past; now if not said.")] at: Option<AtInput>,
    ) -> Result<Meeting> {
        let id = node_id::meeting(&id)?;
        let (services, who) = of_request(ctx)?;
        let view = match at {
            None => meeting_now(services, who, id).await?,
            Some(at) => past(services, who, id, at).await?,
        };
        Ok(Meeting(Arc::new(view)))
    }

    /// The county's joint meetings, the latest first.
    #[graphql(complexity = "multiplier(first, 20) * child_complexity")]
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which meetings are wanted; all if not said.")] filter: Option<MeetingFilterInput>,
        #[graphql(desc = "At most this many, 1 to 200; 20 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the meeting of this cursor.")] after: Option<String>,
        #[graphql(desc = "Show at least what stood at this position, as a receipt gave it.")] seen: Option<
            String,
        >,
    ) -> Result<MeetingConnection> {
        let filter = filter.unwrap_or_default();
        let matter = filter.matter.as_ref().map(node_id::matter).transpose()?;
        let (services, who) = of_request(ctx)?;
        let (from, reach) = (filter.from.map(|from| from.0), access::meetings(services, who).await?);
        let wanted = meetings::MeetingFilter { matter, from, reach };
        seen::shown::<Meetings>(services, seen).await?;
        let size = page_size(first, 20).map_err(bad_input)?;
        let cursor: Option<MeetingCursor> = decode(after.as_ref())?;
        let county = who.county().clone();
        let read = move |db: &_| meetings::meetings(db, &county, &wanted, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Meetings, _>(read).await.map_err(of_read)?;
        let mut page = Vec::new();
        for (id, row) in rows {
            let view = meeting_now(services, who, id).await?;
            page.push((encode(&MeetingCursor { on: row.on, meeting: id })?, Meeting(Arc::new(view))));
        }
        Ok(MeetingConnection::of(page, size, after.is_some()))
    }

    /// Tasks of meetings by their date: a body's, a matter's, the open ones, the late ones (任务清单).
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks are wanted; all if not said.")] filter: Option<TaskFilterInput>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the task of this cursor.")] after: Option<String>,
        #[graphql(desc = "Show at least what stood at this position, as a receipt gave it.")] seen: Option<
            String,
        >,
    ) -> Result<TaskConnection> {
        let filter = filter.unwrap_or_default();
        let (services, who) = of_request(ctx)?;
        seen::shown::<Meetings>(services, seen).await?;
        let wanted = meetings::TaskFilter {
            owner: filter.body.as_ref().map(node_id::body).transpose()?,
            matter: filter.matter.as_ref().map(node_id::matter).transpose()?,
            open: filter.open,
            overdue_at: filter.overdue.then(|| services.today()),
            reach: access::meetings(services, who).await?,
        };
        let size = page_size(first, 50).map_err(bad_input)?;
        let cursor: Option<TaskCursor> = decode(after.as_ref())?;
        let county = who.county().clone();
        let read = move |db: &_| meetings::tasks(db, &county, &wanted, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Meetings, _>(read).await.map_err(of_read)?;
        let mut page = Vec::new();
        for (id, _, number, row) in rows {
            let view = Arc::new(meeting_now(services, who, id).await?);
            let Some(task) = view.state.tasks.get(&number).cloned() else { continue };
            let cursor = encode(&TaskCursor { due: row.due(), meeting: id, number })?;
            page.push((cursor, MeetingTask { view, number, task }));
        }
        Ok(TaskConnection::of(page, size, after.is_some()))
    }
}

/// An entry of a meeting's history.
pub(crate) async fn meeting_entry(
    ctx: &Context<'_>,
    meeting: MeetingId,
    id: EventId,
) -> Result<MeetingEntry> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, meeting)?;
    access::of_meeting(
        who,
        meeting,
        &services.registers.meetings.state(&name).await.map_err(of_fault)?.state,
    )?;
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let mut from = 0;
    loop {
        let entries = services.registers.meetings.history(&name, from, 500).await.map_err(of_fault)?;
        if let Some(found) = entries.iter().find(|entry| entry.fact.id == id) {
            return Ok(MeetingEntry::of(meeting, found, &Names::of_directory(&directory)));
        }
        match entries.last() {
            Some(last) if entries.len() == 500 => from = last.fact.revision + 1,
            _ => return Err(not_found("the entry")),
        }
    }
}

/// How many meetings of one matter are shown with it.
const OF_A_MATTER: u16 = 100;

/// The meetings that treat a matter, the latest first.
pub(crate) async fn of_matter(ctx: &Context<'_>, matter: MatterId) -> Result<Vec<Meeting>> {
    let (services, who) = of_request(ctx)?;
    let reach = access::meetings(services, who).await?;
    let wanted = meetings::MeetingFilter { matter: Some(matter), from: None, reach };
    let county = who.county().clone();
    let read = move |db: &_| meetings::meetings(db, &county, &wanted, None, OF_A_MATTER);
    let rows = services.projections.read::<Meetings, _>(read).await.map_err(of_read)?;
    let mut all = Vec::new();
    for (id, _) in rows {
        all.push(Meeting(Arc::new(meeting_now(services, who, id).await?)));
    }
    Ok(all)
}

/// The tasks about a matter, by their date.
pub(crate) async fn tasks_of_matter(ctx: &Context<'_>, matter: MatterId) -> Result<Vec<MeetingTask>> {
    let all = of_matter(ctx, matter).await?;
    let about = |task: &MeetingTask| task.task.matter == Some(matter);
    let mut tasks: Vec<_> = all.iter().flat_map(Meeting::all_tasks).filter(about).collect();
    tasks.sort_by_key(|task| (task.task.due(), task.view.id, task.number));
    Ok(tasks)
}

/// How many open tasks of one body are shown with its desk.
const OF_A_BODY: u16 = 200;

/// The tasks of a body that nobody has confirmed, by their date.
pub(crate) async fn open_tasks_of(ctx: &Context<'_>, body: BodyId) -> Result<Vec<MeetingTask>> {
    let (services, who) = of_request(ctx)?;
    let reach = access::meetings(services, who).await?;
    let wanted =
        meetings::TaskFilter { owner: Some(body), open: true, reach, ..meetings::TaskFilter::default() };
    let county = who.county().clone();
    let read = move |db: &_| meetings::tasks(db, &county, &wanted, None, OF_A_BODY);
    let rows = services.projections.read::<Meetings, _>(read).await.map_err(of_read)?;
    let mut all = Vec::new();
    for (id, _, number, _) in rows {
        let view = Arc::new(meeting_now(services, who, id).await?);
        let Some(task) = view.state.tasks.get(&number).cloned() else { continue };
        all.push(MeetingTask { view, number, task });
    }
    Ok(all)
}
