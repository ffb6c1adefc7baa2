//! Hearing of a meeting's changes, without a gap.
//!
//! Invariants: as for a matter: every entry after `since`, once, in order; where that cannot be promised, `Resync`.
//! Deliberately absent: how a stream is followed; that is `following`'s.

use super::{
    history::MeetingEntry,
    queries::{meeting_now, stream_of},
    types::Meeting,
};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::not_found,
        following::{Following, Source},
        matter::{carry_out::of_fault, queries::of_request, subscriptions::Resync},
        node_id,
        node_id::NodeId,
        place::Place,
    },
    services::Services,
};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject, Subscription, Union};
use futures::Stream;
use om_domain::{access::Action, ids::MeetingId, meeting::MeetingPhase, naming::Names};
use om_infra::log::StreamName;
use std::sync::Arc;

/// What a subscriber to a meeting gets.
#[derive(Debug, Clone, Union)]
#[expect(clippy::large_enum_variant, reason = "one at a time; it is moved once")]
pub enum MeetingChange {
    /// One more entry.
    Changed(MeetingChanged),
    /// Load the meeting again: what was asked for cannot be continued.
    Resync(Resync),
}

/// One more entry of a meeting.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct MeetingChanged {
    #[graphql(skip)]
    meeting: MeetingId,
    /// The entry's revision; send it as `since` when subscribing again.
    pub revision: u64,
    /// The entry.
    pub event: MeetingEntry,
}

#[ComplexObject]
impl MeetingChanged {
    /// The meeting as it is when this is asked for, which may already hold later entries.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Meeting> {
        let (services, who) = of_request(ctx)?;
        Ok(Meeting(Arc::new(meeting_now(services, who, self.meeting).await?)))
    }
}

/// Subscriptions to one meeting.
#[derive(Default)]
pub struct MeetingSubscription;

#[Subscription]
impl MeetingSubscription {
    /// Every entry of a meeting after a revision: those recorded already, then each new one as it is recorded.
    async fn meeting_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting, `meeting:…`.")] id: ID,
        #[graphql(desc = "The last revision the subscriber has; all entries if not said.")] since: Option<
            u32,
        >,
    ) -> Result<impl Stream<Item = Result<MeetingChange>>> {
        let meeting = node_id::meeting(&id)?;
        let services = Arc::clone(ctx.data::<Arc<Services>>()?);
        let who = ctx.data::<Requester>()?.clone();
        let name = stream_of(&who, meeting)?;
        let wakes = services.changes.of_stream(&name);
        let snapshot = services.registers.meetings.state(&name).await.map_err(of_fault)?;
        if snapshot.state.phase == MeetingPhase::Unknown {
            return Err(not_found("the meeting"));
        }
        access::of_meeting(&who, meeting, &snapshot.state)?;
        let place = ctx.data_opt::<Place>().cloned().unwrap_or_default();
        let from = place.from(since.map(u64::from));
        let resync = Resync::where_ahead(NodeId::Meeting(meeting), from.checked_sub(1), snapshot.revision);
        place.begins(name.to_string(), Some(from));
        let entries = Entries { services, who, name, meeting, place: place.clone() };
        let following = Following::from(entries, from, place, wakes);
        Ok(futures::stream::unfold(Some((following, resync)), step))
    }
}

struct Entries {
    services: Arc<Services>,
    who: Requester,
    name: StreamName,
    meeting: MeetingId,
    place: Place,
}

impl Source for Entries {
    type Entry = MeetingEntry;

    async fn read(&self, from: u64, most: usize) -> Result<Vec<(u64, MeetingEntry)>> {
        let registers = &self.services.registers;
        let entries = registers.meetings.history(&self.name, from, most).await.map_err(of_fault)?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let state = registers.meetings.state(&self.name).await.map_err(of_fault)?.state;
        self.place.is_for(Action::ReadMeeting, &state.parties);
        if !self.place.asks_each() {
            access::of_meeting(&self.who, self.meeting, &state)?;
        }
        let directory = registers.directory(self.who.county()).await.map_err(of_fault)?.state;
        let names = Names::of_directory(&directory);
        let entry = |entry| MeetingEntry::of(self.meeting, entry, &names);
        Ok(entries.iter().map(|found| (found.fact.revision, entry(found))).collect())
    }
}

type Subscribed = Option<(Following<Entries>, Option<Resync>)>;

async fn step(subscribed: Subscribed) -> Option<(Result<MeetingChange>, Subscribed)> {
    let (mut following, resync) = subscribed?;
    if let Some(resync) = resync {
        return Some((Ok(MeetingChange::Resync(resync)), None));
    }
    match following.next().await {
        Ok(Some((revision, event))) => {
            let changed = MeetingChanged { meeting: following.source.meeting, revision, event };
            Some((Ok(MeetingChange::Changed(changed)), Some((following, None))))
        }
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
