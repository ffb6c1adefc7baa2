//! One matter (一件事项目): its permits, tolerances, handoffs and dates in one order.
//!
//! Invariants: every command is decided on a state in which time's facts already stand (R22); custody of a permit
//! is always with exactly one body; a permit's facts touch that permit only.
//! Deliberately absent: meetings, calls, duty lists; those are streams of their own.

pub mod command;
pub mod event;
pub mod plan;

pub use command::MatterCommand;
pub use event::MatterEvent;
