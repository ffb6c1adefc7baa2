//! The API without a socket: its edge, its WebSocket protocol, its schema, and stories told through it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod calendar;
mod edge;
mod hostile;
mod registers;
mod schema;
mod socket;
mod story;
mod support;
mod trace;
mod websocket;
