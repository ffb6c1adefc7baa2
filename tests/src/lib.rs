//! What the tests share.

pub mod bench;
pub mod conformance;
pub mod load;
pub mod powercut;
pub mod server;
