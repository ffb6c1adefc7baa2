//! The read side: what a row is, how a fact changes it, its table and its queries.
//!
//! Invariants: folds are pure and total; rows hold due dates from events, never “days left” or “overdue”, which are
//! computed for the moment asked about; the county leads every primary key and every query.
//! Deliberately absent: subscriptions, checkpoints, HTTP, clocks.

pub mod board;
pub mod contacts;
pub mod deadlines;
pub mod desk;
pub mod folding;
pub mod life;
pub mod meetings;
pub mod named_papers;
pub mod performance;
pub mod projection;
pub mod reach;
pub mod search;
pub mod sql;
pub mod streams;
pub mod supervision;
#[cfg(test)]
mod testing;
pub mod tolerances;
