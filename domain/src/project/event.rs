//! What can have happened to a project code.
//!
//! Invariant: reserved and released take turns.

use crate::{
    events,
    ids::{LegalText, MatterId},
};

events! {
    /// What can have happened to a project code.
    pub enum ProjectEvent {
        /// It was reserved for a matter.
        ProjectCodeReserved = 1 {
            /// The matter.
            matter: MatterId,
        },
        /// It was given back.
        ProjectCodeReleased = 1 {
            /// The matter that had it.
            matter: MatterId,
            /// Why.
            reason: LegalText,
        },
    }
}
