//! What others see of a projection while it runs.
//!
//! Invariants: the progress shown is committed; a change is announced after the rows that show it.
//! Deliberately absent: the changes themselves. Whoever hears of one reads the rows; whoever has missed one
//! (the channel says so) reads them all.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use jiff::Timestamp;
use om_projections::projection::{AnyProjection, Poison};
use tokio::sync::{broadcast, watch};

use super::pool::Pool;
use crate::log::{Distance, EventLog, Position, StoredEvent, StreamName};

/// Rows of a stream have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The projection whose rows have changed.
    pub projection: &'static str,
    /// The stream, which names its county.
    pub stream: StreamName,
    /// The position of the last event of it that the rows show.
    pub position: Position,
}

/// How far a projection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The last position folded, `None` before the first.
    pub position: Option<Position>,
    /// When that event was recorded.
    pub recorded: Option<Timestamp>,
    /// The leaf of that event, by which the log is known again: one restored from an older copy grows over the same positions.
    pub leaf: Option<[u8; 32]>,
}

/// What a projection is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It is being built from the log.
    Building {
        /// Where it stands, as the number of a position of the log.
        folded: u64,
        /// Where the log ends.
        of: u64,
    },
    /// It follows the log.
    Live,
    /// It stopped at an event that it cannot read; its rows show everything before that event.
    Stopped {
        /// Which, and why.
        poison: Poison,
    },
    /// It cannot write, or cannot read the log, and tries again.
    Failing {
        /// What was said.
        reason: String,
    },
}

/// How a projection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionHealth {
    /// Its name.
    pub name: &'static str,
    /// The version of its rows.
    pub schema: u32,
    /// What it is doing.
    pub phase: Phase,
    /// Where it stands.
    pub position: Option<Position>,
    /// How far its rows are behind the log.
    pub lag: Distance,
    /// How long it has been behind without a break.
    pub lag_ms: u64,
    /// Whether a gateway is of use before it is built.
    pub later: bool,
}

impl ProjectionHealth {
    /// Whether its rows can be read and move.
    pub const fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Live)
    }

    /// Whether a gateway may serve: its rows can be read and move, or it may come later and is being built.
    pub const fn lets_serve(&self) -> bool {
        self.is_ready() || (self.later && matches!(self.phase, Phase::Building { .. }))
    }
}

pub(super) struct Shared {
    pub(super) name: &'static str,
    pub(super) schema: u32,
    pub(super) later: bool,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) changes: broadcast::Sender<Change>,
    pub(super) serving: RwLock<Option<Arc<Pool>>>,
    /// How often its rows may have changed while it ran here.
    rows: AtomicU64,
    phase: Mutex<Phase>,
    behind_since: Mutex<Option<Instant>>,
    stopping: AtomicBool,
}

impl Shared {
    pub(super) fn new(
        projection: &dyn AnyProjection,
        later: bool,
        changes: broadcast::Sender<Change>,
    ) -> Self {
        Self {
            name: projection.name(),
            schema: projection.schema(),
            later,
            progress: watch::Sender::default(),
            changes,
            serving: RwLock::default(),
            rows: AtomicU64::new(0),
            phase: Mutex::new(Phase::Building { folded: 0, of: 0 }),
            behind_since: Mutex::default(),
            stopping: AtomicBool::new(false),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// Whether it is one that may come later, and has not come yet.
    pub(super) fn comes_later(&self) -> bool {
        self.later && self.pool().is_none()
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(super) fn pool(&self) -> Option<Arc<Pool>> {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on the generation in this file serves.
    pub(super) fn serve(&self, path: &Path, progress: Progress) {
        let mut serving = self.serving.write().unwrap_or_else(PoisonError::into_inner);
        if !serving.as_ref().is_some_and(|pool| pool.is_of(path)) {
            let before = serving.replace(Pool::new(path.to_owned()));
            drop(serving);
            before.inspect(|pool| pool.retire());
        }
        self.rows_changed();
        self.progress.send_replace(progress);
    }

    /// Its rows may read differently now. Said before the progress is, for who waits for that reads what is kept.
    pub(super) fn rows_changed(&self) {
        self.rows.fetch_add(1, Ordering::AcqRel);
    }

    /// How often its rows may have changed.
    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Acquire)
    }

    pub(super) fn received(&self) {
        let mut since = self.behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.get_or_insert_with(Instant::now);
    }

    pub(super) fn folded_to(&self, progress: Progress) {
        *self.behind_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.progress.send_replace(progress);
    }

    /// Tells which streams have changed, each once.
    pub(super) fn announce(&self, batch: &[StoredEvent], categories: &[&str]) {
        if self.changes.receiver_count() == 0 {
            return;
        }
        let mut last: HashMap<&StreamName, Position> = HashMap::new();
        for event in batch.iter().filter(|event| categories.contains(&event.stream.category())) {
            last.insert(&event.stream, event.position);
        }
        let mut changes: Vec<_> = last.into_iter().collect();
        changes.sort_unstable_by_key(|(_, position)| position.number());
        for (stream, position) in changes {
            // an error means that nobody listens any more
            let _ = self.changes.send(Change { projection: self.name, stream: stream.clone(), position });
        }
    }

    pub(super) fn health(&self, log: &dyn EventLog, head: Option<Position>) -> ProjectionHealth {
        let position = self.progress.borrow().position;
        let lag = log.distance(position, head);
        let since = *self.behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        ProjectionHealth {
            name: self.name,
            schema: self.schema,
            phase: self.phase(),
            position,
            lag,
            lag_ms: since.filter(|_| !lag.is_none()).map_or(0, elapsed_ms),
            later: self.later,
        }
    }
}

fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
