//! What completion hangs on (F10).
//!
//! Invariant: each step made the date of the next no earlier; slackless gates off the path are not on it.

use super::{
    network::Network,
    pass::{AllTimes, By, Times, last},
};
use crate::matter::plan::Reaches;

/// What completion hangs on, from the first node to the last, each with how far it must have come.
pub(super) fn critical(network: &Network<'_>, all: &AllTimes) -> Vec<(usize, Reaches)> {
    let mut path = Vec::new();
    let mut at = last(network, all).map(|(node, _)| (node, Reaches::Issued));
    while let Some((node, reaches)) = at {
        at = all[node].as_ref().and_then(|times| hangs_on(times, reaches));
        path.push((node, reaches));
    }
    path.reverse();
    path
}

/// The node and gate that made a permit's gate no earlier.
fn hangs_on(times: &Times, reaches: Reaches) -> Option<(usize, Reaches)> {
    let gates: &[By] = match reaches {
        Reaches::Issued => &[times.issue.by, times.decide.by, times.accept.by],
        Reaches::Approved => &[times.decide.by, times.accept.by],
        Reaches::Accepted => &[times.accept.by],
    };
    gates.iter().find(|by| **by != By::Itself).and_then(|by| match by {
        By::Other(node, reaches) => Some((*node, *reaches)),
        By::Happened | By::Start | By::Itself => None,
    })
}
