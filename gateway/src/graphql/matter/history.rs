//! A matter's entries: who did what, when it happened, when it was recorded.
//!
//! Invariants: the order is the log's; an entry recorded late shows as back-filled, by the grace of the matter's plan;
//! a cursor is the entry's revision.
//! Deliberately absent: erasing or hiding an entry; a wrong one is corrected by another.

use super::{payload::stream_of, queries::of_request, types::View};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::page_size,
    matter::carry_out::of_fault,
    me::Role,
    node_id::NodeId,
    page::connection,
    scalars::{Date, Instant, Json, PermitCode, Uuid},
};
use crate::{http::notices::url, notices::served, services::Services};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{Effective, EventRecord},
    ids::{self as domain, MatterId},
    matter::{Matter, MatterEvent, event_permit, sentence},
    naming::Names,
};
use om_infra::{log::StreamName, recorded::Entry};

/// An entry of a matter's history: a fact, as it was recorded.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Event {
    #[graphql(skip)]
    id: ID,
    /// Its number in the matter, from 0.
    pub revision: u64,
    /// Where it stands in the log: an opaque token of this installation's log.
    pub position: String,
    /// The name of what happened, such as `PermitApproved`.
    pub name: &'static str,
    /// The version of its data's form.
    pub version: u16,
    /// The permit it is about, if it is about one.
    pub permit: Option<PermitCode>,
    /// Who acted, `officer:…`.
    pub actor: ID,
    /// The body they acted for, `body:…`.
    pub body: ID,
    /// In whose place they acted, `officer:…` (AB岗代办); none where in their own post.
    pub stands_in_for: Option<ID>,
    /// Who brought it in from papers of the past, `officer:…` (后期补录); none where whoever acted recorded it.
    pub entered_by: Option<ID>,
    /// Their roles at that moment.
    pub roles: Vec<Role>,
    /// The instant it happened at; none where only the date is known.
    pub effective_at: Option<Instant>,
    /// The day it happened on, in Beijing.
    pub effective_on: Date,
    /// When it was recorded; never goes back within a matter.
    pub recorded: Instant,
    /// Recorded later than it happened by more than the grace: back-filling (后期补录).
    pub backfilled: bool,
    /// How many working days later than it happened it was recorded.
    pub recorded_late_working_days: i32,
    /// The command that brought it about.
    pub command_id: Uuid,
    /// Its data, whose form follows from name and version.
    pub data: Json,
    /// What happened, in one English sentence.
    pub sentence: String,
    /// The same in Chinese.
    pub sentence_zh: String,
    /// Where its notice is printed (`…/service` its sheet of service), below the address of this server; none where
    /// nothing was served.
    pub notice_url: Option<String>,
}

#[ComplexObject]
impl Event {
    /// Its id, `event:…/…`.
    pub async fn id(&self) -> ID {
        self.id.clone()
    }
}

impl Event {
    pub(crate) fn of(
        matter: MatterId,
        entry: &Entry<MatterEvent>,
        calendar: &Calendar,
        grace_days: i32,
        names: &Names<'_>,
    ) -> Self {
        let fact = &entry.fact;
        let data = fact.event.encode().ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let said = sentence::of(&fact.event, names).by(&fact.by, names);
        let late = calendar.working_days_between(fact.effective.day(), beijing(fact.recorded));
        Event {
            id: NodeId::Event(matter, fact.id).id(),
            revision: fact.revision,
            position: entry.position.to_string(),
            name: fact.event.name(),
            version: fact.event.version(),
            permit: event_permit(&fact.event).cloned().map(Into::into),
            actor: NodeId::Officer(fact.by.officer.clone()).id(),
            stands_in_for: fact.by.stands_in_for.clone().map(|officer| NodeId::Officer(officer).id()),
            entered_by: entry.origin.entered_by.clone().map(|officer| NodeId::Officer(officer).id()),
            body: NodeId::Body(fact.by.body.clone()).id(),
            roles: fact.by.roles.iter().map(|role| (*role).into()).collect(),
            effective_at: match fact.effective {
                Effective::At(instant) => Some(instant.into()),
                Effective::On(_) => None,
            },
            effective_on: fact.effective.day().into(),
            recorded: fact.recorded.into(),
            backfilled: fact.is_backfilled(calendar, grace_days),
            recorded_late_working_days: late.max(0),
            command_id: Uuid(entry.origin.command.0),
            data: Json(data.unwrap_or_default()),
            sentence: said.en,
            sentence_zh: said.zh,
            notice_url: served(&fact.event).map(|_| url(matter, fact.id)),
        }
    }
}

connection! {
    /// Entries of a matter's history, in the order of the log.
    EventConnection, EventEdge, Event
}

/// Which of a matter's entries are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this permit.
    pub permit: Option<domain::PermitCode>,
    /// Through this revision.
    pub through: Option<u64>,
}

/// Entries read at a time where most of them are not wanted.
const SIFTED: usize = 500;

/// A page of a matter's entries as they are known now.
pub async fn events(
    ctx: &Context<'_>,
    matter: MatterId,
    first: Option<i32>,
    after: Option<String>,
    wanted: Wanted,
) -> Result<EventConnection> {
    let (services, who) = of_request(ctx)?;
    let state = services.matters.state(&stream_of(who, matter)?).await.map_err(of_fault)?.state;
    access::of_matter(who, matter, &state)?;
    let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let names = Names { directory: Some(&directory), plan: state.plan.as_deref(), ..Names::default() };
    page(ctx, matter, (first, after), wanted, (&state, &calendar, names)).await
}

/// A page of the entries of a matter that is looked at, with names and holidays as they were known at its moment.
pub async fn events_of(
    ctx: &Context<'_>,
    view: &View,
    first: Option<i32>,
    after: Option<String>,
    permit: Option<domain::PermitCode>,
) -> Result<EventConnection> {
    let wanted = Wanted { permit, through: view.revision };
    page(ctx, view.id, (first, after), wanted, (&view.state, &view.calendar, view.names(None))).await
}

async fn page(
    ctx: &Context<'_>,
    matter: MatterId,
    (first, after): (Option<i32>, Option<String>),
    wanted: Wanted,
    (state, calendar, names): (&Matter, &Calendar, Names<'_>),
) -> Result<EventConnection> {
    let size = page_size(first, 50).map_err(bad_input)?;
    let cursor =
        |text: &String| text.parse::<u64>().map_err(|_| bad_input("after is not a cursor of a history"));
    let from = after.as_ref().map(cursor).transpose()?.map_or(0, |revision| revision.saturating_add(1));
    let (services, who) = of_request(ctx)?;
    let entries = sifted(services, &stream_of(who, matter)?, from, size + 1, &wanted).await?;
    let grace = state.backfill_grace_days();
    let events = entries.iter().map(|entry| Event::of(matter, entry, calendar, grace, &names));
    let events = events.map(|event| (event.revision.to_string(), event)).collect();
    Ok(EventConnection::of(events, size, after.is_some()))
}

/// At most so many of the wanted entries, from a revision on.
async fn sifted(
    services: &Services,
    name: &StreamName,
    mut from: u64,
    most: usize,
    wanted: &Wanted,
) -> Result<Vec<Entry<MatterEvent>>> {
    let at_once = if wanted.permit.is_some() { SIFTED } else { most };
    let mut found = Vec::new();
    loop {
        let read = services.matters.history(name, from, at_once).await.map_err(of_fault)?;
        let last = read.last().map(|entry| entry.fact.revision);
        let more = read.len() == at_once && wanted.through.is_none_or(|through| last < Some(through));
        let fits = |entry: &Entry<MatterEvent>| {
            wanted.through.is_none_or(|through| entry.fact.revision <= through)
                && wanted.permit.as_ref().is_none_or(|permit| event_permit(&entry.fact.event) == Some(permit))
        };
        found.extend(read.into_iter().filter(fits).take(most - found.len()));
        match last.filter(|_| more && found.len() < most) {
            Some(last) => from = last + 1,
            None => return Ok(found),
        }
    }
}
