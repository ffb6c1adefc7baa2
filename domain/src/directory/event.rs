//! What can have happened to the directory.
//!
//! Invariant: who had which role on a day can be told for any day.

use super::entry::{Body, OfficerEntry};
use crate::{
    decider::Role,
    events,
    ids::{BodyId, LegalText, OfficerId},
};
use std::collections::BTreeSet;

events! {
    /// What can have happened to the directory.
    pub enum DirectoryEvent {
        /// A body was registered.
        BodyRegistered = 1 {
            /// Its id.
            id: BodyId,
            /// What is known of it.
            body: Body,
        },
        /// What is known of a body changed.
        BodyAmended = 1 {
            /// Its id.
            id: BodyId,
            /// What is known of it now.
            body: Body,
        },
        /// An officer's account was registered.
        OfficerRegistered = 1 {
            /// The account.
            id: OfficerId,
            /// What is known of it.
            officer: OfficerEntry,
        },
        /// An officer's post was renamed.
        OfficerPostRenamed = 1 {
            /// The account.
            id: OfficerId,
            /// The post now.
            post: Option<LegalText>,
        },
        /// An officer's roles changed.
        RolesChanged = 1 {
            /// The account.
            id: OfficerId,
            /// All roles from now on.
            roles: BTreeSet<Role>,
        },
        /// An account was retired for good.
        OfficerRetired = 1 {
            /// The account.
            id: OfficerId,
            /// Why.
            reason: LegalText,
        },
    }
}
