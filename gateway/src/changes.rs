//! Who wants to hear that a stream has grown, and telling them.
//!
//! Invariants: one reader follows the log for all subscribers; a subscriber is woken for its own stream or county only;
//! being woken says "look", never "this is all": whoever is woken reads the stream itself, so nothing is lost when
//! wakes run together or this reader starts anew.
//! Deliberately absent: the events themselves.

use futures::StreamExt;
use om_domain::{access_log::AccessLogDecider, decider::Decider as _};
use om_infra::log::{EventLog, StreamName};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::watch;

/// Pause before the log is followed anew.
const PAUSE: Duration = Duration::from_secs(1);

type Wakes<K> = Mutex<HashMap<K, watch::Sender<u64>>>;

/// Wakes subscribers.
#[derive(Debug, Default)]
pub struct Changes {
    streams: Wakes<StreamName>,
    counties: Wakes<String>,
}

impl Changes {
    /// Follows a log from its end on, for as long as somebody holds what is returned.
    pub fn follow(log: Arc<dyn EventLog>) -> Arc<Self> {
        let changes = Arc::new(Changes::default());
        let weak = Arc::downgrade(&changes);
        tokio::spawn(async move {
            while weak.strong_count() > 0 {
                follow(&log, &weak).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
        changes
    }

    /// Wakes whenever the stream has grown.
    pub fn of_stream(&self, stream: &StreamName) -> watch::Receiver<u64> {
        receiver(&self.streams, stream.clone())
    }

    /// Wakes whenever any stream of the county has grown.
    pub fn of_county(&self, county: &str) -> watch::Receiver<u64> {
        receiver(&self.counties, county.to_owned())
    }

    fn wake(&self, stream: &StreamName) {
        wake(&self.streams, stream);
        wake(&self.counties, stream.county());
    }

    /// After an interruption nobody knows what was missed, so everybody looks.
    fn wake_all(&self) {
        wake_all(&self.streams);
        wake_all(&self.counties);
    }
}

async fn follow(log: &Arc<dyn EventLog>, changes: &Weak<Changes>) {
    let head = match log.head().await {
        Ok(head) => head,
        Err(error) => {
            tracing::warn!(%error, "the log's end is not known; subscribers wait");
            return;
        }
    };
    let mut events = log.subscribe(head);
    if let Some(changes) = changes.upgrade() {
        changes.wake_all();
    }
    while let Some(event) = events.next().await {
        let Some(changes) = changes.upgrade() else { return };
        match event {
            // what is read is written down: woken by that, whoever listens would read again
            Ok(event) if event.stream.category() == AccessLogDecider::CATEGORY => {}
            Ok(event) => changes.wake(&event.stream),
            Err(error) => {
                tracing::warn!(%error, "following the log was interrupted; it is followed anew");
                return;
            }
        }
    }
}

fn receiver<K: Hash + Eq>(wakes: &Wakes<K>, key: K) -> watch::Receiver<u64> {
    let mut wakes = wakes.lock().unwrap_or_else(PoisonError::into_inner);
    if wakes.len() >= 1_024 && wakes.len().is_power_of_two() {
        wakes.retain(|_, sender| sender.receiver_count() > 0);
    }
    wakes.entry(key).or_insert_with(|| watch::Sender::new(0)).subscribe()
}

fn wake<K, Q>(wakes: &Wakes<K>, key: &Q)
where
    K: Hash + Eq + std::borrow::Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    let mut wakes = wakes.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = wakes.get(key) {
        if sender.receiver_count() == 0 {
            wakes.remove(key);
        } else {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

fn wake_all<K: Hash + Eq>(wakes: &Wakes<K>) {
    let mut wakes = wakes.lock().unwrap_or_else(PoisonError::into_inner);
    wakes.retain(|_, sender| sender.receiver_count() > 0);
    wakes.values().for_each(|sender| sender.send_modify(|count| *count = count.wrapping_add(1)));
}
