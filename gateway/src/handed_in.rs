//! Which papers a body has handed in at this gateway: it has their bytes, and may name them.
//!
//! Invariants: of a body as many as it needs for its next commands are remembered, the oldest are forgotten first; what is
//! forgotten, or was handed in at another gateway, is handed in again, which keeps no second copy.
//! Deliberately absent: the papers themselves, and who may read what a matter names ([`crate::access::sees_paper`]).

use om_domain::ids::{BodyId, CountyId, PaperHash};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Papers remembered of one body.
const OF_A_BODY: usize = 1_000;

type Body = (CountyId, BodyId);

/// Who has handed in what.
#[derive(Debug, Default)]
pub struct HandedIn(Mutex<HashMap<Body, VecDeque<[u8; 32]>>>);

impl HandedIn {
    /// A body has handed in this paper, every byte of it.
    pub fn note(&self, body: &Body, paper: &PaperHash) {
        let paper = paper.to_bytes();
        let mut all = self.all();
        let of_body = all.entry(body.clone()).or_default();
        of_body.retain(|other| *other != paper);
        of_body.push_back(paper);
        if of_body.len() > OF_A_BODY {
            of_body.pop_front();
        }
    }

    /// Whether the body has.
    pub fn is_of(&self, body: &Body, paper: &PaperHash) -> bool {
        let paper = paper.to_bytes();
        self.all().get(body).is_some_and(|of_body| of_body.contains(&paper))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Body, VecDeque<[u8; 32]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(n: usize) -> PaperHash {
        format!("{n:064x}").parse().unwrap()
    }

    #[test]
    fn a_body_has_what_it_handed_in_last_and_no_other_body_has_it() {
        let (all, county) = (HandedIn::default(), "530322".parse::<CountyId>().unwrap());
        let body = |name: &str| (county.clone(), name.parse::<BodyId>().unwrap());
        let water = body("water");
        all.note(&water, &paper(0));
        assert!(all.is_of(&water, &paper(0)) && !all.is_of(&body("ecology"), &paper(0)));
        (1..OF_A_BODY).for_each(|n| all.note(&water, &paper(n)));
        all.note(&water, &paper(0));
        all.note(&water, &paper(OF_A_BODY));
        assert!(all.is_of(&water, &paper(0)) && !all.is_of(&water, &paper(1)), "the oldest is forgotten");
    }
}
