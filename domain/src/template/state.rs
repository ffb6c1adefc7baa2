//! A template as folded from its stream: every version of it.
//!
//! Invariant: versions are 1, 2, 3 … without a gap, and none is ever lost: a matter planned by an old one can be
//! explained by it.

use super::{definition::Definition, event::TemplateEvent};
use std::sync::Arc;

/// A template with all its versions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    versions: Vec<Arc<Definition>>,
}

impl Template {
    /// The number of the latest version; 0 if nothing was imported.
    pub fn latest_version(&self) -> u32 {
        u32::try_from(self.versions.len()).unwrap_or(u32::MAX)
    }

    /// The latest definition.
    pub fn latest(&self) -> Option<&Definition> {
        self.versions.last().map(AsRef::as_ref)
    }

    /// The definition of a version.
    pub fn version(&self, version: u32) -> Option<&Definition> {
        let index = usize::try_from(version.checked_sub(1)?).ok()?;
        self.versions.get(index).map(AsRef::as_ref)
    }

    pub(super) fn fold(&mut self, event: &TemplateEvent) {
        let TemplateEvent::TemplateImported(imported) = event;
        self.versions.push(Arc::new(imported.definition.clone()));
    }
}
