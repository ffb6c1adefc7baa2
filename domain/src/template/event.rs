//! What can have happened to a template.
//!
//! Invariant: a version, once imported, never changes; which one a matter was planned by is in its own events.

use super::definition::Definition;
use crate::{decider::SeenAt, events};

events! {
    /// What can have happened to a template.
    pub enum TemplateEvent {
        /// A definition was imported as the next version.
        TemplateImported = 2 reads 1 {
            /// The version, from 1.
            version: u32,
            /// What it says.
            definition: Definition,
            /// Where the departments were read against which it was checked.
            directory: SeenAt,
        },
    }
}
