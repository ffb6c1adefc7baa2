//! The node, as the official Rust client meets it.

#![cfg(feature = "esdb")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod appends;
mod guarded;
mod limits;
mod reads;
mod running;
