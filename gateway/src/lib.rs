//! The gateway: GraphQL over HTTP and WebSocket, health, and the command line.
//!
//! Invariants: everything that comes from outside is bounded before it is read; authority is decided in the domain and
//! only asked here; every date and every day left is computed by the server.
//! Deliberately absent: rules (the domain's) and SQL (the projections').

pub mod access;
pub mod answers;
pub mod app;
pub mod briefing;
pub mod changes;
pub mod cli;
pub mod context;
pub mod demo;
pub mod dev_users;
pub mod edge;
pub mod feed;
pub mod graphql;
pub mod handed_in;
pub mod http;
pub mod notices;
pub mod serve;
pub mod services;
pub mod start;
pub mod trace;
pub mod ws;
