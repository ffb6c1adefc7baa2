//! The HTTP edge: `/graphql`, papers, notices to print, sign-in, the console's page, health and figures.
//!
//! Invariant: an answer carries no internals; a fault carries a trace id.
//! Deliberately absent: the log node's protocol, a server of its own.

pub mod calendar;
#[cfg(feature = "console")]
pub mod console;
pub mod graphql;
pub mod health;
pub mod negotiate;
pub mod notices;
pub mod oidc;
mod oidc_page;
pub mod origin;
pub mod papers;
pub mod params;
pub mod respond;
pub mod session;
