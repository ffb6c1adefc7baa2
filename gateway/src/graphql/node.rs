//! `node(id)`: whatever an id of the API names.
//!
//! Invariant: what lies in another county is not found, like what does not exist.
//! Deliberately absent: guessing; an id says its kind.

use super::{
    error::not_found,
    matter::carry_out::of_fault,
    matter::{
        history::Event,
        payload::stream_of,
        queries::{of_request, view_of},
        types::{Matter, Permit},
    },
    meeting::{
        history::MeetingEntry,
        queries::{meeting_entry, meeting_now},
        types::Meeting,
    },
    node_id::NodeId,
    registers::{
        applicants::{Applicant, record},
        directory::{Body, Officer},
        templates::{Template, latest},
    },
};
use crate::access;
use async_graphql::{Context, ID, Interface, Object, Result};
use om_domain::{
    access::{Action, Of},
    ids::{EventId, MatterId},
    naming::Names,
};
use std::sync::Arc;

/// A thing with a typed global id.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id, whose kind stands before the colon."))]
pub enum Node {
    /// A matter.
    Matter(Matter),
    /// A permit of a matter.
    Permit(Permit),
    /// An entry of a matter's history.
    Event(Event),
    /// A joint meeting.
    Meeting(Meeting),
    /// An entry of a meeting's history.
    MeetingEntry(MeetingEntry),
    /// A template in its latest version.
    Template(Template),
    /// A body of the county.
    Body(Body),
    /// An officer's account.
    Officer(Officer),
    /// An applicant's record.
    Applicant(Applicant),
}

/// Queries by id.
#[derive(Default)]
pub struct NodeQuery;

#[Object(serial)]
impl NodeQuery {
    /// Whatever an id of the API names: a matter, a permit, an entry of a history, a meeting, a template, a body, an account, an
    /// applicant.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, such as `permit:…/A1`.")] id: ID,
    ) -> Result<Node> {
        let (services, who) = of_request(ctx)?;
        match id.parse::<NodeId>()? {
            NodeId::Matter(matter) => {
                Ok(Node::Matter(Matter(Arc::new(view_of(services, who, matter).await?))))
            }
            NodeId::Permit(matter, code) => {
                let view = Arc::new(view_of(services, who, matter).await?);
                Permit::find(&view, &code).map(Node::Permit).ok_or_else(|| not_found("the permit"))
            }
            NodeId::Event(matter, event) => entry(ctx, matter, event).await.map(Node::Event),
            NodeId::Meeting(id) => {
                Ok(Node::Meeting(Meeting(Arc::new(meeting_now(services, who, id).await?))))
            }
            NodeId::MeetingEvent(meeting, event) => {
                meeting_entry(ctx, meeting, event).await.map(Node::MeetingEntry)
            }
            NodeId::Template(id) => {
                latest(ctx, id).await?.map(Node::Template).ok_or_else(|| not_found("the template"))
            }
            NodeId::Body(id) => {
                let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
                let body = directory.body(&id).map(|body| Node::Body(Body::of(&id, body)));
                body.ok_or_else(|| not_found("the body"))
            }
            NodeId::Officer(id) => {
                let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
                let found = directory.officers().find(|(known, _)| **known == id);
                found
                    .map(|(id, officer)| Node::Officer(Officer::of(id, officer)))
                    .ok_or_else(|| not_found("the account"))
            }
            NodeId::Applicant(id) => {
                access::permit(who, Action::ReadApplicant, Of::County)?;
                Ok(Node::Applicant(record(ctx, id).await?))
            }
        }
    }
}

async fn entry(ctx: &Context<'_>, matter: MatterId, id: EventId) -> Result<Event> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, matter)?;
    let state = services.matters.state(&name).await.map_err(of_fault)?.state;
    access::of_matter(who, matter, &state)?;
    let grace = state.backfill_grace_days();
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let names = Names { directory: Some(&directory), plan: state.plan.as_deref(), ..Names::default() };
    let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
    let mut from = 0;
    loop {
        let entries = services.matters.history(&name, from, 500).await.map_err(of_fault)?;
        if let Some(found) = entries.iter().find(|entry| entry.fact.id == id) {
            return Ok(Event::of(matter, found, &calendar, grace, &names));
        }
        match entries.last() {
            Some(last) if entries.len() == 500 => from = last.fact.revision + 1,
            _ => return Err(not_found("the event")),
        }
    }
}
