//! Denials that wait to be written down, by account.
//!
//! Invariants: an account's denials take a bounded place and nobody else's; none of them is dropped.
//! Deliberately absent: writing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use om_domain::access_log::Accessor;
use om_domain::ids::CountyId;
use tokio::sync::Notify;

use super::Denied;

/// Different denials of one account that are told one by one; beyond, their action and rule are told and how many.
const LISTED: usize = 32;

type Account = (CountyId, Accessor);

/// What waits.
#[derive(Default)]
pub(super) struct Gathered {
    waiting: Mutex<BTreeMap<Account, BTreeMap<Denied, u32>>>,
    there_are: Notify,
}

impl Gathered {
    /// One more denial, that came so many times.
    pub(super) fn one_more(&self, county: &CountyId, denied: Denied, times: u32) {
        let mut waiting = self.waiting();
        let of_account = waiting.entry((county.clone(), denied.by.clone())).or_default();
        let listed = of_account.len() < LISTED || of_account.contains_key(&denied);
        let told = if listed { denied } else { Denied { about: None, register: None, ..denied } };
        let so_far = of_account.entry(told).or_default();
        *so_far = so_far.saturating_add(times);
        drop(waiting);
        self.there_are.notify_one();
    }

    /// Resolves once there may be more than before.
    pub(super) async fn there_are(&self) {
        self.there_are.notified().await;
    }

    /// How many entries they are.
    pub(super) fn len(&self) -> usize {
        self.waiting().values().map(BTreeMap::len).sum()
    }

    /// Takes at most so many of one county out; none if none waits.
    pub(super) fn take(&self, most: usize) -> Option<(CountyId, Vec<(Denied, u32)>)> {
        let mut waiting = self.waiting();
        let county = waiting.first_key_value()?.0.0.clone();
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(mut first) = waiting.first_entry().filter(|first| first.key().0 == county)
        {
            while taken.len() < most
                && let Some(one) = first.get_mut().pop_first()
            {
                taken.push(one);
            }
            if first.get().is_empty() {
                first.remove();
            }
        }
        Some((county, taken))
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Account, BTreeMap<Denied, u32>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use om_domain::access_log::About;

    fn denied(officer: &str, body: &str) -> Denied {
        let by = Accessor { officer: officer.parse().unwrap(), body: "water".parse().unwrap() };
        let about = Some(About::Body(body.parse().unwrap()));
        Denied { by, action: "ReadDesk".into(), rule: "A4", about, register: None }
    }

    #[test]
    fn who_is_denied_without_end_takes_nobody_elses_place_and_is_counted() {
        let (gathered, county) = (Gathered::default(), "530322".parse().unwrap());
        for n in 0..5_000 {
            gathered.one_more(&county, denied("loud", &format!("b{n}")), 1);
        }
        gathered.one_more(&county, denied("quiet", "fire"), 1);
        assert_eq!(gathered.len(), LISTED + 2);
        let (_, taken) = gathered.take(LISTED).unwrap();
        assert_eq!(taken.len(), LISTED);
        let (_, rest) = gathered.take(256).unwrap();
        assert!(gathered.take(256).is_none());
        let all: Vec<_> = taken.into_iter().chain(rest).collect();
        assert!(all.contains(&(denied("quiet", "fire"), 1)));
        let others = u32::try_from(5_000 - LISTED).unwrap();
        assert!(all.contains(&(Denied { about: None, ..denied("loud", "b") }, others)));
    }
}
