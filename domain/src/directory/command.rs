//! What can be asked of the directory.
//!
//! Invariant: a command names accounts and posts, never a person; a person is a reference into the vault.

use super::entry::{Body, DirectoryDefinition, OfficerEntry};
use crate::{
    decider::Role,
    ids::{BodyId, LegalText, OfficerId},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be asked of the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum DirectoryCommand {
    /// Register a body.
    RegisterBody { id: BodyId, body: Body },
    /// Change what is known of a body.
    AmendBody { id: BodyId, body: Body },
    /// Register an officer's account.
    RegisterOfficer { id: OfficerId, officer: OfficerEntry },
    /// Change an officer's roles.
    ChangeRoles { id: OfficerId, roles: BTreeSet<Role> },
    /// Retire an account for good.
    RetireOfficer { id: OfficerId, reason: LegalText },
    /// Bring the directory to a whole definition: adds and amends, never removes. All of it or nothing.
    ImportDirectory { definition: DirectoryDefinition },
}
