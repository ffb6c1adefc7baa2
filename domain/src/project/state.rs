//! A project code as folded from its stream.
//!
//! Invariant: at most one holder.

use super::event::ProjectEvent;
use crate::ids::MatterId;

/// A project code: free, or held by a matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Project {
    /// No matter has it.
    #[default]
    Free,
    /// A matter has it.
    Held(MatterId),
}

impl Project {
    /// The matter that has the code.
    pub fn holder(&self) -> Option<MatterId> {
        match self {
            Project::Free => None,
            Project::Held(matter) => Some(*matter),
        }
    }

    pub(super) fn fold(&mut self, event: &ProjectEvent) {
        *self = match event {
            ProjectEvent::ProjectCodeReserved(reserved) => Project::Held(reserved.matter),
            ProjectEvent::ProjectCodeReleased(_) => Project::Free,
        };
    }
}
