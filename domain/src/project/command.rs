//! What can be asked of a project code.
//!
//! Invariant: the code itself is the stream's id and stands in no command.

use crate::ids::{LegalText, MatterId};
use serde::{Deserialize, Serialize};

/// What can be asked of a project code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum ProjectCommand {
    /// Reserve it for a matter about to be proposed.
    ReserveProjectCode { matter: MatterId },
    /// Give it back: the matter was terminated, or never came to be.
    ReleaseProjectCode { matter: MatterId, reason: LegalText },
}
