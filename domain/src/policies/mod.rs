//! What one stream's fact asks of another: pure, from event to command.
//!
//! Invariant: the same fact gives the same command, so that it can be delivered again without harm.
//! Deliberately absent: delivery; that is the policy runner's.

mod lapse_costs_eligibility;
mod termination_releases_code;

pub use lapse_costs_eligibility::lapse_costs_eligibility;
pub use termination_releases_code::termination_releases_code;
