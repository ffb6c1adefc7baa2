//! Who asks: from a bearer to the actor the domain decides about.
//!
//! Invariants: a requester is exactly one actor of one county; what lies in another county does not exist for it;
//! authority over a command is the domain's to decide, not this module's.
//! Deliberately absent: real sign-in; until it lands there are only named development users, on loopback only.

use crate::dev_users;
use om_domain::{
    decider::{Actor, Role},
    ids::CountyId,
};
use std::sync::Arc;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The actor, as every fact it brings about will carry it.
    pub actor: Arc<Actor>,
}

impl Requester {
    /// The county that the requester sees.
    pub fn county(&self) -> &CountyId {
        &self.actor.county
    }

    /// Whether both are one account of one county, whatever it may do now.
    pub fn is_the_same_person(&self, other: &Requester) -> bool {
        (&self.actor.county, &self.actor.officer) == (&other.actor.county, &other.actor.officer)
    }

    /// Whether the requester only reads.
    pub fn only_reads(&self) -> bool {
        self.actor.roles.iter().all(|role| *role == Role::Auditor)
    }
}

/// How requesters are known.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// Named development users (`Bearer dev:NAME`); for loopback only.
    Dev(dev_users::DevUsers),
}

/// Why a bearer was not taken; what to do instead, and nothing about who exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// No bearer.
    #[error("no credentials: send `Authorization: Bearer dev:NAME`; `onematter users --dev` lists the names")]
    Missing,
    /// Not one we know.
    #[error(
        "unknown credentials: send `Authorization: Bearer dev:NAME`; `onematter users --dev` lists the names"
    )]
    Unknown,
    /// The directory cannot be read.
    #[error("who you are cannot be looked up now: try again in a moment")]
    Unavailable,
}

impl SignIn {
    /// The requester behind the value of an `Authorization` header.
    pub fn authenticate(&self, authorization: Option<&str>) -> Result<Requester, Unauthenticated> {
        let header = authorization.ok_or(Unauthenticated::Missing)?;
        let (scheme, token) = header.split_once(' ').ok_or(Unauthenticated::Unknown)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Unauthenticated::Unknown);
        }
        let SignIn::Dev(users) = self;
        let name = token.trim().strip_prefix("dev:").ok_or(Unauthenticated::Unknown)?;
        let actor = users.actor(name).ok_or(Unauthenticated::Unknown)?;
        Ok(Requester { actor })
    }
}
