//! Everything that touches the world: log engines, executor, projection runner, ticker, vault, telemetry.
//!
//! Deliberately absent: business rules (those are `om-domain`'s) and GraphQL (that is the gateway's).

pub mod log;
