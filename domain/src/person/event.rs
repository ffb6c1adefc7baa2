//! What can have happened to a subject's personal texts.
//!
//! Invariant: references and reasons; no text, no part of one, no key.

use super::subject::{Subject, TextClass};
use crate::{
    events,
    ids::{LegalText, OfficerId, VaultRef},
};
use std::collections::BTreeSet;

events! {
    /// What can have happened to a subject's personal texts.
    pub enum PersonEvent {
        /// Somebody saw a text in full. Recorded before it was given.
        TextUnmasked = 1 {
            /// Which.
            text: VaultRef,
            /// What it is.
            class: TextClass,
            /// Why.
            reason: LegalText,
        },
        /// The subject's texts are kept and not used (个人信息保护法 47).
        PersonRestricted = 1 {
            /// Why.
            reason: LegalText,
        },
        /// They may be used again.
        RestrictionLifted = 1 {
            /// Why.
            reason: LegalText,
        },
        /// Their key was ordered to be destroyed: no text of the subject can be read any more.
        PersonErased = 2 reads 1 {
            /// Why.
            reason: LegalText,
            /// By which provision, such as 个人信息保护法 47.
            basis: LegalText,
            /// On whose order, where the platform states again what the key store knows and the log had lost.
            ordered_by: Option<OfficerId>,
            /// All that was known to be this person and is erased with it, this subject as well; none if it is all. What was broken off
            /// is finished by it.
            with: Option<BTreeSet<Subject>>,
        },
    }
}
