//! Joint meetings (联席会议): convened, resolved, tasks given, claimed, reported and confirmed.
//!
//! Invariant: a meeting decides nothing of a matter; what a body did is shown beside the resolution, by its entry.
//! Deliberately absent: rules; the domain decides.

pub mod history;
pub mod mutations;
pub mod payload;
pub mod queries;
pub mod subscriptions;
pub mod types;
