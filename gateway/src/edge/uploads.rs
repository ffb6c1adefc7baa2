//! How many papers come in at a time, and of one account.
//!
//! Invariant: of all places no account has more than a part, so that nobody keeps others from handing papers in.
//! Deliberately absent: how fast a paper has to come ([`crate::http::papers`]).

use om_domain::{
    decider::Actor,
    ids::{CountyId, OfficerId},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

/// Most papers coming in at a time.
const MOST: usize = 16;
/// Most of them of one account.
const OF_AN_ACCOUNT: usize = 4;
/// How long a paper waits for a place; a form may send a dozen at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// No place has become free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// None of the account's own.
    #[error("{OF_AN_ACCOUNT} papers of this account are coming in: send it again once one of them has come")]
    Own,
    /// None of all.
    #[error("too many papers are coming in: send it again in a moment")]
    All,
}

type Account = (CountyId, OfficerId);

/// The places of one gateway.
pub struct Uploads {
    all: Arc<Semaphore>,
    of: Mutex<HashMap<Account, Arc<Semaphore>>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Uploads { all: Arc::new(Semaphore::new(MOST)), of: Mutex::default() }
    }
}

/// A place, given back when dropped.
#[derive(Debug)]
pub struct Place {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Uploads {
    /// A place for one paper of this account, once there is one.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn enter(&self, by: &Actor) -> Result<Place, Full> {
        self.enter_within(by, PATIENCE).await
    }

    async fn enter_within(&self, by: &Actor, patience: Duration) -> Result<Place, Full> {
        let until = Instant::now() + patience;
        let own = timeout_at(until, self.of(by).acquire_owned()).await;
        let own = own.ok().and_then(Result::ok).ok_or(Full::Own)?;
        let of_all = timeout_at(until, Arc::clone(&self.all).acquire_owned()).await;
        let of_all = of_all.ok().and_then(Result::ok).ok_or(Full::All)?;
        Ok(Place { _own: own, _of_all: of_all })
    }

    fn of(&self, by: &Actor) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        // whoever waits or has a place holds it, too
        of.retain(|_, places| Arc::strong_count(places) > 1);
        let account = (by.county.clone(), by.officer.clone());
        Arc::clone(of.entry(account).or_insert_with(|| Arc::new(Semaphore::new(OF_AN_ACCOUNT))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(name: &str) -> Actor {
        Actor::new(
            name.parse().unwrap(),
            "530322".parse().unwrap(),
            "water".parse().unwrap(),
            Default::default(),
        )
    }

    #[tokio::test]
    async fn an_account_has_its_part_of_the_places_and_the_next_of_it_waits() {
        let uploads = Uploads::default();
        let mut places = Vec::new();
        for _ in 0..OF_AN_ACCOUNT {
            places.push(uploads.enter(&by("one")).await.unwrap());
        }
        let soon = Duration::from_millis(20);
        assert_eq!(uploads.enter_within(&by("one"), soon).await.unwrap_err(), Full::Own);
        places.push(uploads.enter(&by("other")).await.unwrap());
        let one = by("one");
        let waits = uploads.enter(&one);
        let gives_back = async { drop(places.remove(0)) };
        let (place, ()) = tokio::join!(waits, gives_back);
        places.push(place.unwrap());
        for n in places.len()..MOST {
            places.push(uploads.enter(&by(&format!("a{n}"))).await.unwrap());
        }
        assert_eq!(uploads.enter_within(&by("last"), soon).await.unwrap_err(), Full::All);
    }
}
