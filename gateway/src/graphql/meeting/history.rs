//! A meeting's entries: who did what, when it happened, when it was recorded.
//!
//! Invariants: the order is the log's; a cursor is the entry's revision.

use super::queries::stream_of;
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::page_size,
    matter::{carry_out::of_fault, queries::of_request},
    node_id::NodeId,
    page::connection,
    scalars::{Date, Instant, Json, Uuid},
};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use om_domain::{
    decider::EventRecord,
    ids::MeetingId,
    meeting::{MeetingEvent, sentence},
    naming::Names,
};
use om_infra::recorded::Entry;

/// An entry of a meeting's history: a fact, as it was recorded.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct MeetingEntry {
    #[graphql(skip)]
    id: ID,
    /// Its number in the meeting, from 0.
    pub revision: u64,
    /// Where it stands in the log: an opaque token of this installation's log.
    pub position: String,
    /// The name of what happened, such as `ResolutionRecorded`.
    pub name: &'static str,
    /// The version of its data's form.
    pub version: u16,
    /// Who acted, `officer:…`.
    pub actor: ID,
    /// The body they acted for, `body:…`.
    pub body: ID,
    /// In whose place they acted, `officer:…` (AB岗代办); none where in their own post.
    pub stands_in_for: Option<ID>,
    /// The day it happened on, in Beijing.
    pub effective_on: Date,
    /// When it was recorded; never goes back within a meeting.
    pub recorded: Instant,
    /// The command that brought it about.
    pub command_id: Uuid,
    /// Its data, whose form follows from name and version.
    pub data: Json,
    /// What happened, in one English sentence.
    pub sentence: String,
    /// The same in Chinese.
    pub sentence_zh: String,
}

#[ComplexObject]
impl MeetingEntry {
    /// Its id, `meeting-event:…/…`.
    pub async fn id(&self) -> ID {
        self.id.clone()
    }
}

impl MeetingEntry {
    pub(crate) fn of(meeting: MeetingId, entry: &Entry<MeetingEvent>, names: &Names<'_>) -> Self {
        let fact = &entry.fact;
        let data = fact.event.encode().ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let said = sentence::of(&fact.event, names).by(&fact.by, names);
        MeetingEntry {
            id: NodeId::MeetingEvent(meeting, fact.id).id(),
            revision: fact.revision,
            position: entry.position.to_string(),
            name: fact.event.name(),
            version: fact.event.version(),
            actor: NodeId::Officer(fact.by.officer.clone()).id(),
            body: NodeId::Body(fact.by.body.clone()).id(),
            stands_in_for: fact.by.stands_in_for.clone().map(|officer| NodeId::Officer(officer).id()),
            effective_on: fact.effective.day().into(),
            recorded: fact.recorded.into(),
            command_id: Uuid(entry.origin.command.0),
            data: Json(data.unwrap_or_default()),
            sentence: said.en,
            sentence_zh: said.zh,
        }
    }
}

connection! {
    /// Entries of a meeting's history, in the order of the log.
    MeetingEntryConnection, MeetingEntryEdge, MeetingEntry
}

/// A page of a meeting's entries.
pub(super) async fn entries(
    ctx: &Context<'_>,
    meeting: MeetingId,
    first: Option<i32>,
    after: Option<String>,
    through: Option<u64>,
) -> Result<MeetingEntryConnection> {
    let size = page_size(first, 50).map_err(bad_input)?;
    let cursor =
        |text: &String| text.parse::<u64>().map_err(|_| bad_input("after is not a cursor of a history"));
    let from = after.as_ref().map(cursor).transpose()?.map_or(0, |revision| revision.saturating_add(1));
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, meeting)?;
    access::of_meeting(
        who,
        meeting,
        &services.registers.meetings.state(&name).await.map_err(of_fault)?.state,
    )?;
    let found = services.registers.meetings.history(&name, from, size + 1).await.map_err(of_fault)?;
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let names = Names::of_directory(&directory);
    let wanted = found.iter().take_while(|entry| through.is_none_or(|last| entry.fact.revision <= last));
    let page = wanted.map(|entry| MeetingEntry::of(meeting, entry, &names));
    let page = page.map(|entry| (entry.revision.to_string(), entry)).collect();
    Ok(MeetingEntryConnection::of(page, size, after.is_some()))
}
