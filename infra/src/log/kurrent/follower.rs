//! Follows the cluster: one subscription a process, on a thread and a runtime of its own, with a watchdog.
//!
//! What always holds:
//! - it goes on after the last event that came, so nothing is missed and nothing comes twice;
//! - it tells whether the cluster answers ([`Health`]), for its subscription stands or falls with the connection;
//! - a thread that gives no beat is given up and another takes its place;
//! - a log that is another one than before, or that lost its end, whatever it has grown since, stops everything: positions would
//!   lie.
//!
//! Deliberately absent: who reads along; they take what came from the [`Tail`].
//!
//! [`Health`]: super::health::Health
//! [`Tail`]: super::tail::Tail

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use kurrentdb::{Client, SubscriptionEvent};
use rand::Rng as _;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Shared;
use super::trap::{Broken, guarded};
use super::wire::{Trouble, opened};
use super::{calls, nodelay, probe, some};
use crate::log::LogError;

/// How often the thread shows that it lives, and looks whether the log grew without it.
const BEAT: Duration = Duration::from_secs(5);
/// After so long without a beat it is given up. Longer than a call may take.
const STUCK: Duration = Duration::from_secs(30);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What the watchdog and one thread know of each other.
struct Beat {
    begun: Instant,
    millis: AtomicU64,
    given_up: AtomicBool,
}

impl Beat {
    fn now(&self) {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        self.begun.elapsed() > Duration::from_millis(self.millis.load(Ordering::Relaxed)) + STUCK
    }
}

/// Why following ended.
enum End {
    /// The log is let go of.
    Closed,
    /// It was under way and broke off: ask again at once.
    BrokeOff(String),
    /// It could not begin.
    NotBegun(String),
    /// It must not go on.
    Stop(String),
}

/// Keeps a thread following until the log is let go of.
pub(super) async fn watch(shared: Arc<Shared>) {
    let mut closed = shared.closed.subscribe();
    loop {
        let beat = Arc::new(Beat {
            begun: Instant::now(),
            millis: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
        });
        let (alive, gone) = mpsc::channel::<()>();
        let run = {
            let (shared, beat) = (Arc::clone(&shared), Arc::clone(&beat));
            move || {
                let _alive = alive;
                run(&shared, &beat);
            }
        };
        if let Err(error) = thread::Builder::new().name("om-esdb-follower".into()).spawn(run) {
            tracing::error!(%error, "no thread can be started to follow the event log; trying again");
        }
        while !beat.is_late() && !matches!(gone.try_recv(), Err(mpsc::TryRecvError::Disconnected)) {
            tokio::select! {
                _ = closed.wait_for(|closed| *closed) => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
        if *closed.borrow() {
            return;
        }
        beat.given_up.store(true, Ordering::Relaxed);
        tracing::error!(
            "the thread that follows the event log hangs and is replaced; restart when convenient"
        );
    }
}

/// Follows, again and again.
fn run(shared: &Shared, beat: &Beat) {
    let mut failures = 0_u32;
    while !*shared.closed.borrow() && !beat.given_up.load(Ordering::Relaxed) {
        beat.now();
        let seen = shared.tail.head();
        let end = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            // made anew each time, so that nothing of a broken connection stays
            Ok(runtime) => guarded(|| runtime.block_on(follow(shared, beat))),
            Err(error) => Ok(End::NotBegun(error.to_string())),
        };
        let begun = match end {
            Ok(End::Closed) => return,
            Ok(End::Stop(reason)) => return shared.health.stop(reason),
            Ok(End::NotBegun(reason)) => {
                shared.health.lost(&reason);
                false
            }
            Ok(End::BrokeOff(reason)) => {
                tracing::debug!(reason, "following the event log broke off");
                true
            }
            Err(Broken::Ended | Broken::Panicked) => true,
        };
        // once at once: a server that ends a subscription may well take the next
        let at_once = begun && (failures == 0 || shared.tail.head() != seen);
        failures = if at_once { 1 } else { failures + 1 };
        if !at_once {
            pause(shared, beat, failures);
        }
    }
}

/// Twice as long each time, and never as long as anybody else.
fn pause(shared: &Shared, beat: &Beat, failures: u32) {
    let longest = SHORTEST_PAUSE.saturating_mul(1 << failures.min(10)).min(LONGEST_PAUSE);
    let until = Instant::now() + longest.mul_f64(rand::rng().random_range(0.5..1.0));
    while Instant::now() < until && !*shared.closed.borrow() {
        thread::sleep(SHORTEST_PAUSE.min(until.saturating_duration_since(Instant::now())));
        beat.now();
    }
}

/// Why there is no connection, if that can be found out; it is said once, so it may take a moment.
async fn reason(shared: &Shared, trouble: Trouble) -> String {
    let found = match trouble.passes() && shared.health.check().is_ok() {
        true => probe::why(&shared.address).await,
        false => None,
    };
    found.map_or_else(|| LogError::from(trouble).to_string(), |why| why.text)
}

/// Whether the last event seen still stands where it was seen.
async fn same(shared: &Shared, client: &Client, seen: u64, leaf: Option<[u8; 32]>) -> Result<bool, Trouble> {
    let Some(leaf) = leaf.filter(|_| seen > 0) else { return Ok(true) };
    let Some(event) = calls::event_at(client, &shared.address, seen).await? else { return Ok(false) };
    // one that cannot be read is not the one that could
    Ok(opened(shared.id, event, None).is_ok_and(|event| event.leaf == leaf))
}

async fn follow(shared: &Shared, beat: &Beat) -> End {
    shared.address.read_password_again();
    let begun = async {
        let client =
            Client::with_runtime_handle(tokio::runtime::Handle::current(), shared.address.settings.clone())
                .map_err(|e| Trouble::NotSent(e.to_string()))?;
        let told = calls::told_identity(&client, &shared.address).await?;
        let head = calls::last_of_all(&client, &shared.address).await?;
        Ok::<_, Trouble>((client, told, head.map_or(0, |event| event.position.commit)))
    };
    let (client, told, head) = match begun.await {
        Ok(begun) => begun,
        Err(trouble) => return End::NotBegun(reason(shared, trouble).await),
    };
    if told.is_none_or(|told| told.id != shared.id) {
        return End::Stop(shared.replaced_by(told));
    }
    let (seen, leaf) = shared.tail.last();
    if head < seen {
        return End::Stop(format!(
            "the log ends at {head} and had reached {seen}: it was restored from an older copy; restart this gateway"
        ));
    }
    match same(shared, &client, seen, leaf).await {
        Ok(true) => {}
        Ok(false) => {
            return End::Stop(format!(
                "the log holds another event at {seen} than before: it was restored from an older copy and has grown since; \
                 restart this gateway"
            ));
        }
        Err(trouble) => return End::NotBegun(reason(shared, trouble).await),
    }
    let mut events = calls::subscribe(&client, &shared.address, some(seen)).await;
    let mut confirmed = false;
    let mut ticks = interval_at(Instant::now() + BEAT, BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut closed = shared.closed.subscribe();
    let mut silent_at = None;
    loop {
        // a wait that is dropped makes the client subscribe again: it is kept until it ends
        let mut next = pin!(events.next_subscription_event());
        let next = loop {
            tokio::select! {
                next = &mut next => break next,
                _ = closed.wait_for(|closed| *closed) => return End::Closed,
                _ = ticks.tick() => {
                    beat.now();
                    // the client may have gone to another node by itself
                    nodelay::hurry();
                    let seen = shared.tail.head();
                    match calls::last_of_all(&client, &shared.address).await {
                        Ok(last) if last.as_ref().is_some_and(|event| event.position.commit > seen) => {
                            if silent_at == Some(seen) {
                                return End::BrokeOff("the log grows and nothing comes".into());
                            }
                            silent_at = Some(seen);
                        }
                        Ok(_) => silent_at = None,
                        Err(trouble) => return End::BrokeOff(LogError::from(trouble).to_string()),
                    }
                }
            }
        };
        let event = match next {
            Ok(SubscriptionEvent::EventAppeared(event)) => event.event,
            Ok(_) => None,
            Err(error) if confirmed => return End::BrokeOff(error.to_string()),
            Err(error) => return End::NotBegun(error.to_string()),
        };
        if !confirmed {
            confirmed = true;
            shared.health.back();
        }
        if beat.given_up.load(Ordering::Relaxed) {
            return End::Closed;
        }
        if let Some(event) = event {
            match opened(shared.id, event, None) {
                Ok(event) => {
                    shared.tail.push(event);
                }
                Err(error) => return End::Stop(error.to_string()),
            }
        }
    }
}
