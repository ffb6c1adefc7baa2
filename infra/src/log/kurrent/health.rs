//! Whether the cluster answers, and one line each time that changes.
//!
//! Invariant: whoever waits for the cluster is woken by its return, not by a timer.
//! Deliberately absent: finding out; the follower does, whose subscription stands or falls with the connection.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::{Clock as _, SystemClock};
use crate::log::{LogError, LogState};

/// How many reasons' worth of text is shown.
const SHOWN: usize = 300;

pub(super) struct Health(watch::Sender<LogState>);

impl Health {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(LogState::Serving))
    }

    pub(super) fn state(&self) -> LogState {
        self.0.borrow().clone()
    }

    /// The cluster answers.
    pub(super) fn back(&self) {
        self.0.send_if_modified(|state| {
            let lost = matches!(state, LogState::Unreachable { .. });
            if lost {
                *state = LogState::Serving;
            }
            lost
        });
    }

    /// The cluster does not answer.
    pub(super) fn lost(&self, reason: &str) {
        self.0.send_if_modified(|state| {
            let serving = *state == LogState::Serving;
            if serving {
                let reason = reason.chars().take(SHOWN).collect();
                *state = LogState::Unreachable { since: SystemClock.now(), reason };
            }
            serving
        });
    }

    /// Nothing may be answered any more.
    pub(super) fn stop(&self, reason: String) {
        self.0.send_replace(LogState::Stopped { reason });
    }

    /// An error if it is known that asking is in vain.
    pub(super) fn check(&self) -> Result<(), LogError> {
        match &*self.0.borrow() {
            LogState::Serving => Ok(()),
            LogState::Stopped { reason } => Err(LogError::Stopped { reason: reason.clone() }),
            LogState::Unreachable { since, reason } => {
                Err(LogError::Unreachable { reason: format!("since {since}: {reason}") })
            }
        }
    }

    /// Waits until asking is not known to be in vain.
    pub(super) async fn returned(&self) {
        // the sender is this one's own: it cannot be gone
        let _ = self.0.subscribe().wait_for(|state| !matches!(state, LogState::Unreachable { .. })).await;
    }

    /// Waits until nothing may be answered any more; tells why.
    pub(super) async fn stopped(&self) -> String {
        let mut states = self.0.subscribe();
        let stopped = states.wait_for(|state| matches!(state, LogState::Stopped { .. })).await;
        match stopped.as_deref() {
            Ok(LogState::Stopped { reason }) => reason.clone(),
            _ => String::new(),
        }
    }

    /// Says every change in one line, until the log is let go of.
    pub(super) fn announce(&self, address: String) -> impl Future<Output = ()> + Send + 'static {
        let mut states = self.0.subscribe();
        async move {
            let mut lost: Option<Timestamp> = None;
            while states.changed().await.is_ok() {
                let state = states.borrow_and_update().clone();
                match (state, lost) {
                    (LogState::Unreachable { since, reason }, None) => {
                        tracing::error!(%address, %reason, "the event log is lost; trying until it is back");
                        lost = Some(since);
                    }
                    (LogState::Serving, Some(since)) => {
                        let seconds = SystemClock.now().duration_since(since).as_secs();
                        tracing::info!(%address, seconds, "the event log is back");
                        lost = None;
                    }
                    (LogState::Stopped { reason }, _) => {
                        tracing::error!(%address, %reason, "the event log has stopped");
                        return;
                    }
                    _ => {}
                }
            }
        }
    }
}
