//! A matter that is given up gives its project code back.
//!
//! Invariant: the code is released for the matter that held it and for no other.

use crate::{decider::Recorded, ids::MatterId, matter::MatterEvent, project::ProjectCommand};

/// What a matter's fact asks of its project code's stream; nothing for most.
pub fn termination_releases_code(matter: MatterId, fact: &Recorded<MatterEvent>) -> Option<ProjectCommand> {
    let MatterEvent::MatterTerminated(terminated) = &fact.event else { return None };
    Some(ProjectCommand::ReleaseProjectCode { matter, reason: terminated.reason.clone() })
}
