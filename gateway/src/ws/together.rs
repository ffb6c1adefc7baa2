//! The operations of all connections, each driven in a task; those that follow the same and stand at the same place, together.
//!
//! ```text
//! alone      a task of its own puts each change together, from the subscription's first on
//! together   once it waits and a group that follows the same has not passed its place, it joins, and its task ends;
//!            where there is none it becomes one. The group puts a change together once, as bytes
//! alone      again, from its own place on, when it reads too slowly, may not read any more, or the group broke off
//! ```
//!
//! Invariants: a subscriber gets every change after its place once, in order, whoever puts it together; only what is the same for
//! everybody is shared (`graphql::alike`), and nothing with an error; before each change each subscriber is asked for, and who
//! may not read is told so as if it had been alone; of each operation at most sixteen changes wait to be sent, shared with
//! all others, and one of its own; of each connection at most four queries are answered at a time.
//! Deliberately absent: connections (`session`); who still may be connected, which each session looks up.

use crate::{
    app::GatewayState,
    context::Requester,
    graphql::{
        engine::{Outcome, Params, Prepared},
        place::{Audience, Place},
    },
};
use async_graphql::parser::types::OperationType;
use futures::{StreamExt, stream::BoxStream};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        mpsc::{self, error::TrySendError},
    },
    time::{MissedTickBehavior, interval},
};
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument as _;

/// Changes put together with others that may wait for one connection.
const AHEAD: usize = 16;
/// Queries of one connection that are being answered, or whose answers wait to be sent: an answer may be megabytes.
pub(super) const ANSWERING: usize = 4;
/// How often a group looks whether anybody is there.
const LOOK: Duration = Duration::from_secs(5);

/// What a session sends next.
pub(super) enum Delivery {
    /// Of this operation alone; the next is made once this is gone.
    Own(Box<Outcome>, OwnedSemaphorePermit),
    /// The payload of a change, the same for others.
    Shared(Arc<str>),
    /// Nothing more comes.
    Over,
}

/// Those who follow the same, over all connections.
#[derive(Default)]
pub struct Together(Mutex<HashMap<Key, Arc<Group>>>);

/// What is followed, and by what words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key(String, [u8; 32]);

#[derive(Default)]
struct Group(Mutex<Members>);

#[derive(Default)]
struct Members {
    at: u64,
    all: Vec<Member>,
}

/// Somebody who follows.
struct Member {
    at: u64,
    asked: Arc<Asked>,
    tell: mpsc::Sender<Delivery>,
    own: Arc<Semaphore>,
}

/// What somebody asked.
struct Asked {
    params: Params,
    who: Requester,
    trace: String,
    words: [u8; 32],
}

/// How joining went.
enum Joined {
    /// The group tells it from now on.
    Member,
    /// There is none: it is one now.
    Leader(Key, Arc<Group>),
    /// The group has passed its place.
    NotYet(Member),
}

/// What an operation says, in order; it ends when what it gives is dropped. It is driven in a task: between two looks at it the
/// session sends, or looks up who asks, and an operation that is not driven meanwhile would hold what it holds, such as the state
/// of a stream that it was about to read, and everybody else would wait for that, the session itself included.
pub(super) fn begin(
    state: &GatewayState,
    params: Params,
    who: &Requester,
    trace: &str,
    prepared: Prepared,
    answering: &Arc<Semaphore>,
) -> ReceiverStream<Delivery> {
    let (tell, said) = mpsc::channel(AHEAD);
    let own = Arc::new(Semaphore::new(1));
    let asked = prepared.alike().map(|alike| {
        let words = words(&params, alike.since.as_deref());
        Arc::new(Asked { params, who: who.clone(), trace: trace.to_owned(), words })
    });
    let state = state.clone();
    let place = Place::default();
    match asked {
        _ if prepared.kind() == OperationType::Query => {
            let stream = state.engine().stream(prepared);
            tokio::spawn(answered(stream, tell, Arc::clone(answering)).in_current_span());
        }
        Some(asked) => go_on(state, Member { at: 0, asked, tell, own }, prepared, place),
        None => {
            let stream = state.engine().stream(prepared);
            tokio::spawn(by_itself(stream, tell, own).in_current_span());
        }
    }
    ReceiverStream::new(said)
}

/// What is asked but for where it begins.
fn words(params: &Params, since: Option<&str>) -> [u8; 32] {
    let variables = params.variables.iter().flatten().filter(|(name, _)| Some(name.as_str()) != since);
    let variables: Vec<_> = variables.collect();
    let words = (&params.query, &params.operation_name, variables);
    // maps of JSON are in the order of their keys
    Sha256::digest(serde_json::to_vec(&words).unwrap_or_default()).into()
}

/// Answers a query, once there is room for its answer. The place is another's when the answer is sent.
async fn answered(
    mut stream: BoxStream<'static, Outcome>,
    tell: mpsc::Sender<Delivery>,
    answering: Arc<Semaphore>,
) {
    let place = tokio::select! {
        place = answering.acquire_owned() => place,
        () = tell.closed() => return,
    };
    let item = tokio::select! {
        item = stream.next() => item,
        () = tell.closed() => return,
    };
    if let (Ok(place), Some(outcome)) = (place, item) {
        let _ = tell.send(Delivery::Own(Box::new(outcome), place)).await;
    }
    let _ = tell.send(Delivery::Over).await;
}

/// Drives what is of one connection alone.
async fn by_itself(
    mut stream: BoxStream<'static, Outcome>,
    tell: mpsc::Sender<Delivery>,
    own: Arc<Semaphore>,
) {
    loop {
        let item = tokio::select! {
            item = stream.next() => item,
            () = tell.closed() => return,
        };
        if !give(&tell, &own, item).await {
            return;
        }
    }
}

/// Gives what an operation itself has made; whether more is wanted.
async fn give(tell: &mpsc::Sender<Delivery>, own: &Arc<Semaphore>, item: Option<Outcome>) -> bool {
    let Some(outcome) = item else {
        let _ = tell.send(Delivery::Over).await;
        return false;
    };
    let Ok(permit) = Arc::clone(own).acquire_owned().await else { return false };
    tell.send(Delivery::Own(Box::new(outcome), permit)).await.is_ok()
}

fn go_on(state: GatewayState, member: Member, prepared: Prepared, place: Place) {
    let stream = state.engine().stream(prepared.placed(place.clone()));
    tokio::spawn(alone_at_first(state, member, stream, place).in_current_span());
}

/// Somebody who was in a group is alone again.
fn alone_again(state: &GatewayState, member: Member) {
    let asked = Arc::clone(&member.asked);
    match state.engine().prepare(asked.params.clone(), &asked.who, &asked.trace) {
        Ok(prepared) => {
            let place = Place::after(member.at);
            go_on(state.clone(), member, prepared.paid(), place);
        }
        Err(errors) => {
            let refused = futures::stream::iter([Outcome::Refused(errors)]).boxed();
            tokio::spawn(by_itself(refused, member.tell, member.own));
        }
    }
}

/// Drives it until it is one of a group.
async fn alone_at_first(
    state: GatewayState,
    mut member: Member,
    mut stream: BoxStream<'static, Outcome>,
    place: Place,
) {
    loop {
        tokio::select! {
            item = stream.next() => {
                if item.is_some() {
                    state.services().metrics.change_told("alone", 1);
                }
                if !give(&member.tell, &member.own, item).await {
                    return;
                }
            }
            () = place.waited() => match state.together().join(member, &place) {
                Joined::Member => return,
                Joined::NotYet(still) => member = still,
                Joined::Leader(key, group) => {
                    place.is_for_all();
                    return lead(state, key, group, stream, place).await;
                }
            },
            () = member.tell.closed() => return,
        }
    }
}

/// Puts changes together for a group until nobody is there or something goes wrong; then each goes on alone.
async fn lead(
    state: GatewayState,
    key: Key,
    group: Arc<Group>,
    mut stream: BoxStream<'static, Outcome>,
    place: Place,
) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let shutdown = state.shutdown().clone();
    loop {
        tokio::select! {
            item = stream.next() => {
                let Some((at, text, audience)) = change(item, &place) else { break };
                let (told, released) = group.members().tell(at, &text, audience.as_deref());
                state.services().metrics.change_told("together", told);
                released.into_iter().for_each(|member| alone_again(&state, member));
            }
            _ = look.tick() => if state.together().is_deserted(&key) { return },
            () = shutdown.cancelled() => return,
        }
    }
    state.together().disband(&key).into_iter().for_each(|member| alone_again(&state, member));
}

/// What a group is told: where it stands then, the payload, who may hear it.
fn change(item: Option<Outcome>, place: &Place) -> Option<(u64, Arc<str>, Option<Arc<Audience>>)> {
    let Some(Outcome::Executed(response)) = item else { return None };
    let stand = place.stand();
    let text = response.errors.is_empty().then(|| serde_json::to_string(&response))?;
    Some((stand.at?, text.ok()?.into(), stand.audience))
}

impl Together {
    /// Has somebody who waits at a place join those who follow the same.
    fn join(&self, mut member: Member, place: &Place) -> Joined {
        let stand = place.stand();
        let (Some(subject), Some(at)) = (stand.subject, stand.at) else { return Joined::NotYet(member) };
        member.at = at;
        match self.groups().entry(Key(subject, member.asked.words)) {
            Entry::Occupied(group) => {
                let mut members = group.get().members();
                // what was told before it came it would miss
                if members.at > at {
                    return Joined::NotYet(member);
                }
                members.all.push(member);
                Joined::Member
            }
            Entry::Vacant(room) => {
                let key = room.key().clone();
                let group = Arc::new(Group(Mutex::new(Members { at, all: vec![member] })));
                Joined::Leader(key, Arc::clone(room.insert(group)))
            }
        }
    }

    /// Whether nobody is left in a group, which then is none any more.
    fn is_deserted(&self, key: &Key) -> bool {
        let mut groups = self.groups();
        let Some(group) = groups.get(key) else { return true };
        let deserted = group.members().is_deserted();
        if deserted {
            groups.remove(key);
        }
        deserted
    }

    /// Ends a group and gives back who was in it.
    fn disband(&self, key: &Key) -> Vec<Member> {
        let group = self.groups().remove(key);
        group.map(|group| std::mem::take(&mut group.members().all)).unwrap_or_default()
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<Key, Arc<Group>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    fn members(&self) -> MutexGuard<'_, Members> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    /// Tells of a change: how many were told, and who goes on alone.
    fn tell(&mut self, at: u64, text: &Arc<str>, audience: Option<&Audience>) -> (u64, Vec<Member>) {
        let (mut told, mut released) = (0, Vec::new());
        self.at = at;
        for mut member in std::mem::take(&mut self.all) {
            if member.at >= at {
                self.all.push(member);
            } else if !audience.is_none_or(|audience| audience.has(&member.asked.who)) {
                released.push(member);
            } else {
                match member.tell.try_send(Delivery::Shared(Arc::clone(text))) {
                    Ok(()) => {
                        (member.at, told) = (at, told + 1);
                        self.all.push(member);
                    }
                    Err(TrySendError::Full(_)) => released.push(member),
                    Err(TrySendError::Closed(_)) => {}
                }
            }
        }
        (told, released)
    }

    fn is_deserted(&mut self) -> bool {
        self.all.retain(|member| !member.tell.is_closed());
        self.all.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use om_domain::{
        access::Action,
        decider::{Actor, Role},
    };

    fn member(body: &str, at: u64) -> (Member, mpsc::Receiver<Delivery>) {
        let actor = Actor::new(
            format!("{body}-officer-1").parse().unwrap(),
            "530322".parse().unwrap(),
            body.parse().unwrap(),
            [Role::Officer].into(),
        );
        let who = Requester {
            actor: Arc::new(actor),
            in_place_of: Arc::new([]),
            read_only: false,
            only: None,
            access_log: None,
        };
        let asked = Asked { params: Params::default(), who, trace: String::new(), words: [0; 32] };
        let (tell, said) = mpsc::channel(AHEAD);
        (Member { at, asked: Arc::new(asked), tell, own: Arc::new(Semaphore::new(1)) }, said)
    }

    fn water() -> Arc<Audience> {
        let (water, _) = member("water", 0);
        let place = Place::default();
        place.is_for(Action::ReadMatter, &water.asked.who.asker().parties());
        place.stand().audience.unwrap()
    }

    #[test]
    fn who_may_not_read_or_reads_too_slowly_is_let_go_and_who_has_it_is_not_told_twice() {
        let (sees, mut heard) = member("water", 0);
        let (sees_not, _unheard) = member("forestry", 0);
        let (has_it, mut nothing) = member("water", 7);
        let (slow, _never_read) = member("water", 0);
        let (gone, said) = member("water", 0);
        drop(said);
        for _ in 0..AHEAD {
            assert!(slow.tell.try_send(Delivery::Over).is_ok());
        }
        let mut members = Members { at: 0, all: vec![sees, sees_not, has_it, slow, gone] };
        let (told, released) = members.tell(7, &"{}".into(), Some(&water()));
        assert_eq!(told, 1);
        assert!(matches!(heard.try_recv(), Ok(Delivery::Shared(text)) if &*text == "{}"));
        assert!(nothing.try_recv().is_err());
        let places = |members: &[Member]| members.iter().map(|member| member.at).collect::<Vec<_>>();
        assert_eq!(places(&released), [0, 0], "each goes on from its own place");
        assert_eq!((places(&members.all), members.at), (vec![7, 7], 7));
    }

    #[test]
    fn nobody_joins_a_group_that_has_passed_its_place() {
        let together = Together::default();
        let stands = |at| {
            let place = Place::default();
            place.begins("530322.matter-1".to_owned(), Some(at));
            place
        };
        let (first, _first) = member("water", 0);
        let Joined::Leader(key, group) = together.join(first, &stands(5)) else { panic!("there is a group") };
        let (behind, _behind) = member("water", 0);
        assert!(matches!(together.join(behind, &stands(4)), Joined::NotYet(_)));
        let (ahead, said) = member("water", 0);
        assert!(matches!(together.join(ahead, &stands(6)), Joined::Member));
        assert_eq!(group.members().all.len(), 2);
        drop(said);
        assert!(!together.is_deserted(&key));
        assert_eq!(together.disband(&key).len(), 1);
        assert!(together.is_deserted(&key));
    }
}
