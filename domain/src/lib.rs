//! The pure rules of one matter (一件事): deciders, working calendar, statutory clock, permit graph, forecast, templates.
//!
//! Invariant: nothing here reads a clock, draws a random number, does I/O or is async; time and chance are passed in.
//! Deliberately absent: cqrs-es, SQL, GraphQL, the network.

pub mod access;
pub mod access_log;
pub mod applicant;
pub mod as_written;
pub mod briefing;
pub mod calendar;
pub mod calendar_book;
pub mod clock;
pub mod decider;
pub mod directory;
pub mod forecast;
#[cfg(test)]
mod given;
pub mod graph;
pub mod ids;
pub mod matter;
pub mod meeting;
pub mod metadata;
pub mod naming;
pub mod person;
pub mod policies;
pub mod project;
pub mod settings;
pub mod sources;
pub mod template;
mod toml_text;

pub use toml_text::LineError;
