//! What the tests share.

pub mod bench;
pub mod bucket;
pub mod conformance;
pub mod guarded;
pub mod house;
pub mod load;
pub mod node;
pub mod postgres;
pub mod powercut;
pub mod provider;
pub mod server;
pub mod subscriber;
pub mod tls;
