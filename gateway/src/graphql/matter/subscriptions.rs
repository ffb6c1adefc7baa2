//! Hearing of changes, without a gap.
//!
//! Invariants: a subscriber gets every entry after `since`, once, in order: first those stored, then each new one, all
//! read from the stream itself; where that cannot be promised it gets `Resync` instead of silence.
//! Deliberately absent: how a stream is followed; that is `following`'s.

use super::{carry_out::of_fault, history::Event, payload::stream_of, queries::view_of, types::Matter};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::not_found,
        following::{Following, Source},
        node_id,
        node_id::NodeId,
        place::Place,
    },
    services::Services,
};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject, Subscription, Union};
use futures::Stream;
use om_domain::{access::Action, ids::MatterId, matter::state::Phase, naming::Names};
use om_infra::log::StreamName;
use std::sync::Arc;

/// What a subscriber to a matter gets.
#[derive(Debug, Clone, Union)]
#[expect(clippy::large_enum_variant, reason = "one at a time; it is moved once")]
pub enum MatterChange {
    /// One more entry.
    Changed(MatterChanged),
    /// Load the matter again: what was asked for cannot be continued.
    Resync(Resync),
}

/// One more entry of a matter.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct MatterChanged {
    #[graphql(skip)]
    matter: MatterId,
    /// The entry's revision; send it as `since` when subscribing again.
    pub revision: u64,
    /// The entry.
    pub event: Event,
}

#[ComplexObject]
impl MatterChanged {
    /// The matter as it is when this is asked for, which may already hold later entries.
    async fn matter(&self, ctx: &Context<'_>) -> Result<Matter> {
        let (services, who) = super::queries::of_request(ctx)?;
        Ok(Matter(Arc::new(view_of(services, who, self.matter).await?)))
    }
}

/// What was asked for cannot be continued: load anew.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Resync {
    /// What to load again, such as `matter:…`.
    pub id: ID,
    /// Why.
    pub reason: String,
    /// The revision as it is now.
    pub revision: Option<u64>,
}

impl Resync {
    /// Where what is asked for lies beyond the stream's last revision.
    pub(crate) fn where_ahead(of: NodeId, since: Option<u64>, head: Option<u64>) -> Option<Self> {
        let ahead = since.is_some_and(|since| head.is_none_or(|head| since > head));
        ahead.then(|| Resync {
            id: of.id(),
            reason: "since lies beyond the last revision: load it again".into(),
            revision: head,
        })
    }
}

/// Subscriptions to one matter.
#[derive(Default)]
pub struct MatterSubscription;

#[Subscription]
impl MatterSubscription {
    /// Every entry of a matter after a revision: those recorded already, then each new one as it is recorded.
    async fn matter_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matter, `matter:…`.")] id: ID,
        #[graphql(desc = "The last revision the subscriber has; all entries if not said.")] since: Option<
            u32,
        >,
    ) -> Result<impl Stream<Item = Result<MatterChange>>> {
        let matter = node_id::matter(&id)?;
        let services = Arc::clone(ctx.data::<Arc<Services>>()?);
        let who = ctx.data::<Requester>()?.clone();
        let name = stream_of(&who, matter)?;
        let wakes = services.changes.of_stream(&name);
        let snapshot = services.matters.state(&name).await.map_err(of_fault)?;
        if snapshot.state.phase == Phase::Unknown {
            return Err(not_found("the matter"));
        }
        access::of_matter(&who, matter, &snapshot.state)?;
        let place = ctx.data_opt::<Place>().cloned().unwrap_or_default();
        let from = place.from(since.map(u64::from));
        let resync = Resync::where_ahead(NodeId::Matter(matter), from.checked_sub(1), snapshot.revision);
        place.begins(name.to_string(), Some(from));
        let entries = Entries { services, who, name, matter, place: place.clone() };
        let following = Following::from(entries, from, place, wakes);
        Ok(futures::stream::unfold(Some((following, resync)), step))
    }
}

struct Entries {
    services: Arc<Services>,
    who: Requester,
    name: StreamName,
    matter: MatterId,
    place: Place,
}

impl Source for Entries {
    type Entry = Event;

    async fn read(&self, from: u64, most: usize) -> Result<Vec<(u64, Event)>> {
        let entries = self.services.matters.history(&self.name, from, most).await.map_err(of_fault)?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let state = self.services.matters.state(&self.name).await.map_err(of_fault)?.state;
        self.place.is_for(Action::ReadMatter, &state.parties);
        if !self.place.asks_each() {
            access::of_matter(&self.who, self.matter, &state)?;
        }
        let directory = self.services.registers.directory(self.who.county()).await.map_err(of_fault)?.state;
        let names = Names { directory: Some(&directory), plan: state.plan.as_deref(), ..Names::default() };
        let grace = state.backfill_grace_days();
        let calendar = self.services.calendar(self.who.county()).await.map_err(of_fault)?;
        let event = |entry| Event::of(self.matter, entry, &calendar, grace, &names);
        Ok(entries.iter().map(|entry| (entry.fact.revision, event(entry))).collect())
    }
}

type Subscribed = Option<(Following<Entries>, Option<Resync>)>;

async fn step(subscribed: Subscribed) -> Option<(Result<MatterChange>, Subscribed)> {
    let (mut following, resync) = subscribed?;
    if let Some(resync) = resync {
        return Some((Ok(MatterChange::Resync(resync)), None));
    }
    match following.next().await {
        Ok(Some((revision, event))) => {
            let changed = MatterChanged { matter: following.source.matter, revision, event };
            Some((Ok(MatterChange::Changed(changed)), Some((following, None))))
        }
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
