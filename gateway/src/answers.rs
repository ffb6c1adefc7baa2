//! Answers kept as they were written, for whoever asks the same again while nothing that they show has changed.
//!
//! ```text
//! key    document, operation, variables; the account with all its rights; the day in Beijing
//! valid  the log stands where it stood; or each stream and projection that is shown does
//! ```
//!
//! Invariants: a kept answer is byte for byte what making it anew would give (but for moments, which are never kept); each is one
//! account's with exactly these rights; asking for it costs the account as many points; only answers without errors, of
//! queries, are kept, and none with something protected in it.
//! Deliberately absent: answers to several accounts of equal rights: `can` looks at who acted before.

use crate::{context::Requester, graphql::engine::Params, services::Services};
use axum::body::Bytes;
use jiff::civil::Date;
use lru::LruCache;
use om_domain::ids::OfficerId;
use om_infra::{log::Position, shown::Shown};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    iter,
    sync::{Arc, Mutex, PoisonError},
};

/// How much is kept, in bytes, if not told otherwise.
pub const BYTES: u64 = 32 * 1024 * 1024;
/// The longest answer that is kept: one in so many would push all others out.
const PART: u64 = 64;
/// What an answer takes beside its bytes and the names of what it shows.
const EACH: u64 = 1_024;

type Key = [u8; 32];

/// An answer.
pub struct Kept {
    /// The body.
    pub body: Bytes,
    /// What making it costs.
    pub cost: usize,
    shown: Shown,
    /// Where the log's end was when all of it stood as shown.
    stood_at: Mutex<Option<Position>>,
}

impl Kept {
    /// What it takes.
    fn bytes(&self) -> u64 {
        (self.body.len() + self.shown.bytes()) as u64 + EACH
    }
}

/// The answers of one gateway.
pub struct Answers {
    limit: u64,
    kept: Mutex<Shelf>,
}

struct Shelf {
    answers: LruCache<Key, Arc<Kept>>,
    bytes: u64,
}

/// What is asked, by whom, on which day.
#[derive(Serialize)]
struct Asked<'a> {
    query: &'a str,
    operation_name: Option<&'a str>,
    variables: Option<&'a serde_json::Map<String, serde_json::Value>>,
    actor: &'a om_domain::decider::Actor,
    in_place_of: &'a [om_domain::decider::Actor],
    /// By which accounts else each of them has acted, which no record of an actor holds.
    other_accounts: Vec<&'a BTreeSet<OfficerId>>,
    read_only: bool,
    day: Date,
}

impl Answers {
    /// Keeps at most so many bytes; 0: nothing.
    pub fn of(limit: u64) -> Self {
        Answers { limit, kept: Mutex::new(Shelf { answers: LruCache::unbounded(), bytes: 0 }) }
    }

    /// The key of a question; none where nothing is kept.
    pub fn key(&self, params: &Params, who: &Requester, day: Date) -> Option<Key> {
        if self.limit == 0 {
            return None;
        }
        let asked = Asked {
            query: &params.query,
            operation_name: params.operation_name.as_deref(),
            variables: params.variables.as_ref(),
            actor: &who.actor,
            in_place_of: &who.in_place_of,
            other_accounts: iter::once(&*who.actor)
                .chain(&*who.in_place_of)
                .map(|actor| &actor.other_accounts)
                .collect(),
            read_only: who.read_only,
            day,
        };
        Some(Sha256::digest(serde_json::to_vec(&asked).ok()?).into())
    }

    /// The answer kept, if all that it shows still stands.
    pub async fn still(&self, key: &Key, services: &Services) -> Option<Arc<Kept>> {
        let kept = Arc::clone(self.shelf().answers.get(key)?);
        let end = end(services).await;
        let stood_at = *kept.stood_at.lock().unwrap_or_else(PoisonError::into_inner);
        if end.is_some() && end == stood_at && kept.shown.rows_stand(&services.projections) {
            return Some(kept);
        }
        match kept.shown.stands(&*services.log, &services.projections, stood_at).await {
            Ok(true) => {
                *kept.stood_at.lock().unwrap_or_else(PoisonError::into_inner) = end;
                Some(kept)
            }
            Ok(false) => {
                self.shelf().take(key);
                None
            }
            // whoever makes it anew says what is the matter
            Err(_) => None,
        }
    }

    /// Keeps an answer that was made after the log's end was seen to be here.
    pub fn keep(&self, key: Key, body: Bytes, cost: usize, shown: Shown, stood_at: Option<Position>) {
        if !shown.can_be_followed() || body.len() as u64 > self.limit / PART {
            return;
        }
        let kept = Kept { body, cost, shown, stood_at: Mutex::new(stood_at) };
        let mut shelf = self.shelf();
        shelf.take(&key);
        shelf.bytes += kept.bytes();
        shelf.answers.put(key, Arc::new(kept));
        while shelf.bytes > self.limit {
            let Some((_, oldest)) = shelf.answers.pop_lru() else { break };
            shelf.bytes -= oldest.bytes();
        }
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn take(&mut self, key: &Key) {
        if let Some(gone) = self.answers.pop(key) {
            self.bytes -= gone.bytes();
        }
    }
}

/// Where the log ends, if that is known here without asking: whoever shares it is asked for each stream.
pub async fn end(services: &Services) -> Option<Position> {
    if services.log.is_shared() { None } else { services.log.head().await.ok().flatten() }
}
