//! Hearing of changes, without a gap.
//!
//! Invariants: a subscriber gets every entry after `since`, once, in order: first those stored, then each new one, all
//! read from the stream itself; where that cannot be promised it gets `Resync` instead of silence.
//! Deliberately absent: buffers; a slow subscriber reads later, nothing is kept for it.

use super::{carry_out::of_fault, history::Event, payload::stream_of, queries::view_of, types::Matter};
use crate::{
    access,
    context::Requester,
    graphql::{error::not_found, node_id, node_id::NodeId},
    services::Services,
};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject, Subscription, Union};
use futures::Stream;
use om_domain::{ids::MatterId, matter::state::Phase, naming::Names};
use om_infra::log::StreamName;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::watch;

/// Entries read at a time.
const PAGE: usize = 100;

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
#[graphql(complex)]
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
pub struct Resync {
    /// What to load again, such as `matter:…`.
    pub id: ID,
    /// Why.
    pub reason: String,
    /// The revision as it is now.
    pub revision: Option<u64>,
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
        access::of_matter(&who, &snapshot.state)?;
        let since = since.map(u64::from);
        let ahead = since.is_some_and(|since| snapshot.revision.is_none_or(|head| since > head));
        let resync = ahead.then(|| Resync {
            id: NodeId::Matter(matter).id(),
            reason: "since lies beyond the matter's last revision: load it again".into(),
            revision: snapshot.revision,
        });
        let next = since.map_or(0, |since| since.saturating_add(1));
        let following = Following { services, who, name, matter, next, wakes, read: VecDeque::new(), resync };
        Ok(futures::stream::unfold(Some(following), step))
    }
}

struct Following {
    services: Arc<Services>,
    who: Requester,
    name: StreamName,
    matter: MatterId,
    next: u64,
    wakes: watch::Receiver<u64>,
    read: VecDeque<Event>,
    resync: Option<Resync>,
}

async fn step(following: Option<Following>) -> Option<(Result<MatterChange>, Option<Following>)> {
    let mut following = following?;
    if let Some(resync) = following.resync.take() {
        return Some((Ok(MatterChange::Resync(resync)), None));
    }
    match following.next_event().await {
        Ok(Some(event)) => {
            let changed = MatterChanged { matter: following.matter, revision: event.revision, event };
            Some((Ok(MatterChange::Changed(changed)), Some(following)))
        }
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}

impl Following {
    /// The next entry, waited for; none when nobody wakes us any more.
    async fn next_event(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return Ok(Some(event));
            }
            // Marked before reading, so a wake that comes while we read makes us look again.
            self.wakes.mark_unchanged();
            let entries =
                self.services.matters.history(&self.name, self.next, PAGE).await.map_err(of_fault)?;
            if entries.is_empty() {
                if self.wakes.changed().await.is_err() {
                    return Ok(None);
                }
                continue;
            }
            let state = self.services.matters.state(&self.name).await.map_err(of_fault)?.state;
            access::of_matter(&self.who, &state)?;
            let directory =
                self.services.registers.directory(self.who.county()).await.map_err(of_fault)?.state;
            let names = Names { directory: Some(&directory), plan: state.plan.as_ref(), ..Names::default() };
            let grace = state.backfill_grace_days();
            let calendar = self.services.calendar(self.who.county()).await.map_err(of_fault)?;
            self.next = entries.last().map_or(self.next, |entry| entry.fact.revision + 1);
            self.read
                .extend(entries.iter().map(|entry| Event::of(self.matter, entry, &calendar, grace, &names)));
        }
    }
}
