//! What people do, through the real HTTP API on the real store: one errand a module.
//!
//! One binary, since each links the whole gateway.

mod access;
mod authority;
mod board;
mod briefing;
mod calendar;
mod clocks;
mod cluster;
mod dates;
mod decision;
mod feed;
mod forecast;
mod handoff;
mod hostile;
mod idempotency;
mod intake;
mod lists;
mod many_departments;
mod meetings;
mod notices;
mod operations;
mod opinion;
mod package;
mod papers;
mod performance;
mod plan;
mod rebuild;
mod record;
mod rounds;
mod search;
mod sign_in;
mod stand_in;
mod subscriptions;
mod supervision;
mod tolerance;
