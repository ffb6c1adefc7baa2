//! The executor, the runners and the ticker at work on the real embedded log, with a toy aggregate.

#![expect(unreachable_pub, reason = "no other crate sees the modules of a test")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod counted_by;
mod executor;
mod faults;
mod platform;
mod policies;
mod runner;
mod sums;
mod ticker;
mod toy;
mod trial;
