//! What the tests share.

pub mod bench;
pub mod conformance;
pub mod powercut;
