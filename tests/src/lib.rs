//! What the tests share.

pub mod conformance;
pub mod powercut;
