//! The directory as folded from its stream.
//!
//! Invariant: a retired account stays known and is never an actor again.

use super::{
    StandIn,
    entry::{Body, OfficerEntry},
    event::DirectoryEvent,
    stand_in::Ended,
};
use crate::{
    decider::{Actor, Recorded},
    ids::{BodyId, CountyId, FeedDigest, OfficerId},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The bodies and officers of one county.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directory {
    county: Option<CountyId>,
    bodies: BTreeMap<BodyId, Body>,
    officers: BTreeMap<OfficerId, OfficerEntry>,
    retired: BTreeSet<OfficerId>,
    pub(super) stand_ins: Vec<StandIn>,
    feeds: BTreeMap<OfficerId, (FeedDigest, Date)>,
}

impl Directory {
    /// The officer as an actor; none if not known or retired.
    pub fn actor(&self, id: &OfficerId) -> Option<Actor> {
        let officer = self.officer(id)?;
        let (county, body, roles) = (self.county.clone()?, officer.body.clone(), officer.roles);
        let other_accounts = self.other_accounts(id);
        Some(Actor { other_accounts, ..Actor::new(id.clone(), county, body, roles) })
    }

    /// The other accounts of the same person, as far as their names say so. Retired ones too: what they did was done by that person.
    pub fn other_accounts(&self, id: &OfficerId) -> BTreeSet<OfficerId> {
        let Some(person) = self.known(id).and_then(|officer| officer.person.as_ref()) else {
            return BTreeSet::new();
        };
        let same = |(other, officer): &(&OfficerId, &OfficerEntry)| {
            *other != id && officer.person.as_ref() == Some(person)
        };
        self.officers.iter().filter(same).map(|(other, _)| other.clone()).collect()
    }

    /// An account that is not retired.
    pub fn officer(&self, id: &OfficerId) -> Option<&OfficerEntry> {
        self.officers.get(id).filter(|_| !self.is_retired(id))
    }

    /// Every account that is not retired.
    pub fn officers(&self) -> impl Iterator<Item = (&OfficerId, &OfficerEntry)> {
        self.officers.iter().filter(|(id, _)| !self.is_retired(id))
    }

    /// Every account as it was last known, retired or not.
    pub fn all_known(&self) -> impl Iterator<Item = (&OfficerId, &OfficerEntry)> {
        self.officers.iter()
    }

    /// An account as it was last known, retired or not.
    pub fn known(&self, id: &OfficerId) -> Option<&OfficerEntry> {
        self.officers.get(id)
    }

    /// Whether the account was retired.
    pub fn is_retired(&self, id: &OfficerId) -> bool {
        self.retired.contains(id)
    }

    /// Whose calendar's secret has this hash; none if nobody's, or if the account was retired.
    pub fn holder_of_feed(&self, secret_hash: &FeedDigest) -> Option<&OfficerId> {
        let held = self.feeds.iter().find(|(_, (hash, _))| hash == secret_hash);
        held.map(|(officer, _)| officer).filter(|officer| !self.is_retired(officer))
    }

    /// The hash of the account's calendar's secret, and the day it was made.
    pub fn feed(&self, officer: &OfficerId) -> Option<&(FeedDigest, Date)> {
        self.feeds.get(officer)
    }

    /// A body.
    pub fn body(&self, id: &BodyId) -> Option<&Body> {
        self.bodies.get(id)
    }

    /// Every body.
    pub fn bodies(&self) -> impl Iterator<Item = (&BodyId, &Body)> {
        self.bodies.iter()
    }

    /// The ids of every body, as a template is checked against.
    pub fn body_ids(&self) -> BTreeSet<BodyId> {
        self.bodies.keys().cloned().collect()
    }

    pub(super) fn fold(&mut self, fact: &Recorded<DirectoryEvent>) {
        self.county.get_or_insert_with(|| fact.by.county.clone());
        match &fact.event {
            DirectoryEvent::BodyRegistered(event) => {
                self.bodies.insert(event.id.clone(), event.body.clone());
            }
            DirectoryEvent::BodyAmended(event) => {
                self.bodies.insert(event.id.clone(), event.body.clone());
            }
            DirectoryEvent::OfficerRegistered(event) => {
                self.officers.insert(event.id.clone(), event.officer.clone());
            }
            DirectoryEvent::OfficerPostRenamed(event) => {
                if let Some(officer) = self.officers.get_mut(&event.id) {
                    officer.post = event.post.clone();
                }
            }
            DirectoryEvent::RolesChanged(event) => {
                if let Some(officer) = self.officers.get_mut(&event.id) {
                    officer.roles = event.roles;
                }
            }
            DirectoryEvent::OfficerNamed(event) => {
                if let Some(officer) = self.officers.get_mut(&event.officer) {
                    officer.person = Some(event.person.clone());
                }
            }
            DirectoryEvent::StandInGranted(event) => self.stand_ins.push(StandIn {
                principal: event.principal.clone(),
                stand_in: event.stand_in.clone(),
                from: event.from,
                to: event.to,
                reason: event.reason.clone(),
                granted_by: fact.by.officer.clone(),
                granted_on: fact.effective.day(),
                ended: None,
            }),
            DirectoryEvent::StandInEnded(event) => {
                let is = |s: &&mut StandIn| s.principal == event.principal && s.from == event.from;
                if let Some(granted) = self.stand_ins.iter_mut().rev().find(is) {
                    let (by, reason) = (fact.by.officer.clone(), event.reason.clone());
                    granted.ended = Some(Ended { on: fact.effective.day(), by, reason });
                }
            }
            DirectoryEvent::CalendarFeedOpened(event) => {
                let opened = (event.secret_hash.clone(), fact.effective.day());
                self.feeds.insert(event.officer.clone(), opened);
            }
            DirectoryEvent::CalendarFeedClosed(event) => drop(self.feeds.remove(&event.officer)),
            DirectoryEvent::OfficerRetired(event) => {
                self.retired.insert(event.id.clone());
            }
        }
    }
}
