//! What an answer shows: the streams it read, each with its revision, and the projections, each with how often its rows have changed.
//!
//! Invariant: whatever is read off the log, a projection or a store while an answer is made is noted, as a stream's state, as a
//! projection's rows, or as something else; an answer that shows nothing else says the same again as long as those stand where
//! they stood. How often rows have changed is noted before they are read, so that they never are older than what is noted.
//! Deliberately absent: the day, on which much depends; keeping answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::log::{EventLog, LogError, Position, StreamName};
use crate::runner::Projections;

tokio::task_local! {
    static NOTED: Noted;
    /// Inside of it what is read off the log is the state of a stream that is noted as such.
    static AS_A_STATE: ();
}

#[derive(Debug, Clone, Default)]
struct Noted(Arc<Mutex<Shown>>);

/// What an answer shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    streams: BTreeMap<StreamName, Option<u64>>,
    rows: BTreeMap<&'static str, u64>,
    something_else: bool,
}

/// Does something and tells what it has shown.
pub async fn noting<F: Future>(doing: F) -> (F::Output, Shown) {
    let noted = Noted::default();
    let done = NOTED.scope(noted.clone(), doing).await;
    let shown = std::mem::take(&mut *noted.0.lock().unwrap_or_else(PoisonError::into_inner));
    (done, shown)
}

fn note(add: impl FnOnce(&mut Shown)) {
    // outside of an answer nobody asks
    let _ = NOTED.try_with(|noted| add(&mut noted.0.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// The state of a stream at this revision is shown.
pub(crate) fn stream(name: &StreamName, revision: Option<u64>) {
    note(|shown| match shown.streams.get(name) {
        // it grew meanwhile, and both were shown
        Some(other) if *other != revision => shown.something_else = true,
        Some(_) => {}
        None => {
            shown.streams.insert(name.clone(), revision);
        }
    });
}

/// Rows of a projection are about to be shown that have changed so often.
pub(crate) fn rows(projection: &'static str, changed: u64) {
    note(|shown| match shown.rows.get(projection) {
        Some(other) if *other != changed => shown.something_else = true,
        Some(_) => {}
        None => {
            shown.rows.insert(projection, changed);
        }
    });
}

/// Something else is shown, which no revision tells of: the moment, what is protected, how the platform is.
pub fn something_else() {
    note(|shown| shown.something_else = true);
}

/// Something is read off the log.
pub(crate) fn off_the_log() {
    if AS_A_STATE.try_with(|()| ()).is_err() {
        something_else();
    }
}

/// Reads off the log the state of a stream, which is noted as such.
pub(crate) async fn as_a_state<F: Future>(reading: F) -> F::Output {
    AS_A_STATE.scope((), reading).await
}

/// What the name of a stream takes beside its characters: its place in the map, and that of the revision.
const EACH_STREAM: usize = 64;

impl Shown {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.streams.keys().map(|stream| stream.as_str().len() + EACH_STREAM).sum()
    }

    /// Whether it is told when an answer says something else.
    pub fn can_be_followed(&self) -> bool {
        !self.something_else
    }

    /// Whether the rows stand where they stood: a projection may follow while the log stands still.
    pub fn rows_stand(&self, projections: &Projections) -> bool {
        self.rows.iter().all(|(name, changed)| projections.rows_of(name) == Some(*changed))
    }

    /// Whether all of it stands where it stood, as it did when the log ended at this position.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn stands(
        &self,
        log: &dyn EventLog,
        projections: &Projections,
        stood_at: Option<Position>,
    ) -> Result<bool, LogError> {
        if !self.rows_stand(projections) {
            return Ok(false);
        }
        for (stream, revision) in &self.streams {
            let quiet = stood_at.is_some() && log.is_known_quiet(stream, stood_at);
            if !quiet && log.stream_head(stream).await? != *revision {
                return Ok(false);
            }
        }
        Ok(!self.something_else)
    }
}
