//! Following one stream, without a gap: what is stored, then each new entry as it comes.
//!
//! Invariant: every entry after the one asked for comes once, in order, read from the stream itself.
//! Deliberately absent: buffers; a slow subscriber reads later, nothing is kept for it.

use super::place::Place;
use async_graphql::Result;
use std::{collections::VecDeque, future::Future};
use tokio::sync::watch;

/// Entries read at a time.
const PAGE: usize = 100;

/// A stream that can be read from a revision on.
pub(super) trait Source: Send {
    /// What a reader gets.
    type Entry: Send;

    /// At most so many entries, each with its revision, from a revision on.
    fn read(&self, from: u64, most: usize) -> impl Future<Output = Result<Vec<(u64, Self::Entry)>>> + Send;
}

/// Where somebody has come to in a stream.
pub(super) struct Following<S: Source> {
    pub(super) source: S,
    next: u64,
    pub(super) place: Place,
    wakes: watch::Receiver<u64>,
    read: VecDeque<(u64, S::Entry)>,
}

impl<S: Source> Following<S> {
    /// From the entry of this number on.
    pub(super) fn from(source: S, next: u64, place: Place, wakes: watch::Receiver<u64>) -> Self {
        Following { source, next, place, wakes, read: VecDeque::new() }
    }

    /// The next entry and its revision, waited for; none when nobody wakes us any more.
    pub(super) async fn next(&mut self) -> Result<Option<(u64, S::Entry)>> {
        loop {
            if let Some(entry) = self.read.pop_front() {
                self.place.moves(Some(entry.0 + 1));
                return Ok(Some(entry));
            }
            // Marked before reading, so a wake that comes while we read makes us look again.
            self.wakes.mark_unchanged();
            self.read.extend(self.source.read(self.next, PAGE).await?);
            if let Some((last, _)) = self.read.back() {
                self.next = last + 1;
                continue;
            }
            self.place.waits();
            if self.wakes.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
