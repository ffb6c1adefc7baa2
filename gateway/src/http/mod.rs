//! The HTTP edge: `/graphql`, papers, notices to print, health and figures.
//!
//! Invariant: an answer carries no internals; a fault carries a trace id.
//! Deliberately absent: the console's files and the log node's protocol; each is a router of its own.

pub mod graphql;
pub mod health;
pub mod negotiate;
pub mod notices;
pub mod origin;
pub mod papers;
pub mod params;
pub mod respond;
