//! What can be asked of a template.
//!
//! Invariant: a command carries a whole definition; the version follows from what was imported before.

use super::definition::Definition;
use serde::{Deserialize, Serialize};

/// What can be asked of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TemplateCommand {
    /// Import a definition as the next version. The same one again changes nothing.
    ImportTemplate {
        /// The whole definition, as [`super::parse`] read it.
        definition: Definition,
    },
}
