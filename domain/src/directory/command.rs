//! What can be asked of the directory.
//!
//! Invariant: a command names accounts and posts, never a person; a person is a reference into the vault.

use super::{
    entry::{Body, DirectoryDefinition, OfficerEntry},
    keepers::ImportPart,
};
use crate::{
    decider::Roles,
    ids::{BodyId, FeedDigest, LegalText, OfficerId, VaultRef},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
    /// Name the person of an account that exists.
    NameOfficer { officer: OfficerId, person: VaultRef },
    /// Change an officer's roles.
    ChangeRoles { id: OfficerId, roles: Roles },
    /// Name a stand-in for an account, inside its body and for some days.
    GrantStandIn { principal: OfficerId, stand_in: OfficerId, from: Date, to: Date, reason: LegalText },
    /// End a stand-in's days early, at once; known by principal and first day.
    EndStandIn { principal: OfficerId, from: Date, reason: LegalText },
    /// Make a secret address of one's own deadlines for a calendar.
    OpenCalendarFeed { secret_hash: FeedDigest },
    /// Close it.
    CloseCalendarFeed,
    /// Retire an account for good.
    RetireOfficer { id: OfficerId, reason: LegalText },
    /// Bring the directory to a whole definition: adds and amends, never removes. All of it or nothing.
    ImportDirectory {
        definition: DirectoryDefinition,
        /// Only this part of it; none: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<ImportPart>,
    },
}
