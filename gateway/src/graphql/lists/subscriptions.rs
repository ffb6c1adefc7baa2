//! Hearing that a list may read differently now.
//!
//! Invariants: the first item comes at once, so whoever subscribes and then reads misses nothing; an item comes only
//! after the lists show what it is about, or says that they do not yet, and then another comes once they do; a burst of changes
//! comes as one item; one comes when a day begins in Beijing, for what is late or due is counted by it.
//! Deliberately absent: what has changed; the list says that.

use crate::{
    access,
    context::Requester,
    graphql::{node_id, node_id::NodeId, place::Place, scalars},
    services::Services,
};
use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use jiff::civil::Date;
use om_domain::access::Action;
use om_infra::{clock::another_day, log::Position};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Changes within this time come as one.
const BURST: Duration = Duration::from_millis(150);

/// A list may read differently now: read it again.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ListChange {
    /// What has changed: the desk's body `body:…`, or none for the overview.
    pub body: Option<ID>,
    /// Where the log stood that the lists show now: an opaque token, the same while nothing changes.
    pub position: Option<String>,
    /// Whether the lists may not show all of it yet: once they do, another item comes.
    pub pending: bool,
    /// The day in Beijing by which the lists count: an item comes when another begins, too.
    pub day: scalars::Date,
}

/// Subscriptions to lists.
#[derive(Default)]
pub struct ListSubscription;

#[Subscription]
impl ListSubscription {
    /// That a desk may read differently now. The first item comes at once.
    async fn desk_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body, `body:…`; the requester's own if not said.")] body: Option<ID>,
    ) -> Result<impl Stream<Item = ListChange>> {
        let who = ctx.data::<Requester>()?;
        let body = match &body {
            Some(id) => node_id::body(id)?,
            None => who.actor.body.clone(),
        };
        access::of_body(ctx.data::<Arc<Services>>()?, who, Action::ReadDesk, &body).await?;
        changes(ctx, Some(NodeId::Body(body).id()))
    }

    /// That the overview may read differently now. The first item comes at once.
    async fn overview_changed(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = ListChange>> {
        changes(ctx, None)
    }
}

struct Following {
    services: Arc<Services>,
    wakes: watch::Receiver<u64>,
    body: Option<ID>,
    /// The day of the item before; none before the first.
    told_on: Option<Date>,
    /// What was told before the lists showed it.
    pending: Option<Position>,
    place: Place,
}

fn changes(ctx: &Context<'_>, body: Option<ID>) -> Result<impl Stream<Item = ListChange> + use<>> {
    let services = Arc::clone(ctx.data::<Arc<Services>>()?);
    let county = ctx.data::<Requester>()?.county().as_str();
    let wakes = services.changes.of_county(county);
    let place = ctx.data_opt::<Place>().cloned().unwrap_or_default();
    place.begins(format!("{county} {}", body.as_ref().map_or("", |body| body.as_str())), None);
    let following = Following { services, wakes, body, told_on: None, pending: None, place };
    Ok(futures::stream::unfold(following, step))
}

/// A place for what is told: further with each entry and each day, and once the lists show what they did not.
fn stands_at(head: Position, day: Date, pending: bool) -> u64 {
    let days = day.duration_since(Date::MIN).as_hours() / 24;
    let told = head.number().saturating_add(days.unsigned_abs());
    told.saturating_mul(2).saturating_add(u64::from(!pending))
}

impl Following {
    /// Waits for the next change, for another day, or for the lists to show what was told before they did.
    async fn waited(&mut self, day: Date) -> Option<()> {
        let shown = async {
            match self.pending {
                // who was told so waits alone: nobody else would tell it again
                Some(position) => self.services.listed(position).await,
                None => {
                    self.place.waits();
                    std::future::pending().await
                }
            }
        };
        tokio::select! {
            () = shown => {}
            () = another_day(&*self.services.clock, day) => {}
            changed = self.wakes.changed() => {
                changed.ok()?;
                tokio::time::sleep(BURST).await;
            }
        }
        Some(())
    }
}

async fn step(mut following: Following) -> Option<(ListChange, Following)> {
    if let Some(day) = following.told_on {
        following.waited(day).await?;
    }
    let day = following.services.today();
    following.told_on = Some(day);
    following.wakes.mark_unchanged();
    let head = following.services.head().await.ok().flatten();
    following.pending = match head {
        Some(head) => following.services.pending(head).await.then_some(head),
        None => None,
    };
    let pending = following.pending.is_some();
    following.place.moves(head.map(|head| stands_at(head, day, pending)));
    let position = head.map(|head| head.to_string());
    Some((ListChange { body: following.body.clone(), position, pending, day: day.into() }, following))
}
