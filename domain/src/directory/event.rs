//! What can have happened to the directory.
//!
//! Invariant: who had which role on a day can be told for any day.

use super::entry::{Body, OfficerEntry};
use crate::{
    decider::Roles,
    events,
    ids::{BodyId, FeedDigest, LegalText, OfficerId, VaultRef},
};
use jiff::civil::Date;

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
        OfficerRegistered = 2 reads 1 {
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
        /// An account that exists was given a name, or another one.
        OfficerNamed = 1 {
            /// The account.
            officer: OfficerId,
            /// The person from now on, in the vault.
            person: VaultRef,
        },
        /// An officer's roles changed.
        RolesChanged = 2 reads 1 {
            /// The account.
            id: OfficerId,
            /// All roles from now on.
            roles: Roles,
        },
        /// A stand-in was named for an account, inside its body and for some days (AB岗).
        StandInGranted = 1 {
            /// The account that is stood in for.
            principal: OfficerId,
            /// The account that acts in its place.
            stand_in: OfficerId,
            /// First day.
            from: Date,
            /// Last day.
            to: Date,
            /// Why.
            reason: LegalText,
        },
        /// A stand-in's days were ended early, at once.
        StandInEnded = 1 {
            /// The account that was stood in for.
            principal: OfficerId,
            /// The account that acted in its place.
            stand_in: OfficerId,
            /// The first day it was granted for: by principal and first day it is known.
            from: Date,
            /// Why.
            reason: LegalText,
        },
        /// An account made a secret address of its deadlines for a calendar; one it had before opens nothing any more.
        CalendarFeedOpened = 1 {
            /// The account.
            officer: OfficerId,
            /// What is kept of the secret.
            secret_hash: FeedDigest,
        },
        /// An account closed the address.
        CalendarFeedClosed = 1 {
            /// The account.
            officer: OfficerId,
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
