//! `node(id)`: whatever an id of the API names.
//!
//! Invariant: what lies in another county is not found, like what does not exist.
//! Deliberately absent: guessing; an id says its kind.

use super::{
    error::not_found,
    matter::carry_out::of_fault,
    matter::{
        history::{Event, grace_days},
        payload::stream_of,
        queries::{of_request, view_of},
        types::{Matter, Permit},
    },
    node_id::NodeId,
};
use async_graphql::{Context, ID, Interface, Object, Result};
use om_domain::ids::{EventId, MatterId};
use std::sync::Arc;

/// A thing with a typed global id.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id, whose kind stands before the colon."))]
#[expect(clippy::large_enum_variant, reason = "one answer a request; it is moved once")]
pub enum Node {
    /// A matter.
    Matter(Matter),
    /// A permit of a matter.
    Permit(Permit),
    /// An entry of a matter's history.
    Event(Event),
}

/// Queries by id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Whatever an id of the API names: a matter, a permit, an entry of a history.
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
            other => Err(not_found(other)),
        }
    }
}

async fn entry(ctx: &Context<'_>, matter: MatterId, id: EventId) -> Result<Event> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, matter)?;
    let grace = grace_days(&services.matters.state(&name).await.map_err(of_fault)?.state);
    let calendar = services.calendar(who.county());
    let mut from = 0;
    loop {
        let entries = services.matters.history(&name, from, 500).await.map_err(of_fault)?;
        if let Some(found) = entries.iter().find(|entry| entry.fact.id == id) {
            return Ok(Event::of(matter, found, &calendar, grace));
        }
        match entries.last() {
            Some(last) if entries.len() == 500 => from = last.fact.revision + 1,
            _ => return Err(not_found("the event")),
        }
    }
}
