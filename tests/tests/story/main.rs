//! What people do, through the real HTTP API on the real store: one errand a module.
//!
//! One binary, since each links the whole gateway.

mod access;
mod access_log;
mod answers;
mod authority;
mod board;
mod briefing;
mod calendar;
mod clocks;
mod cluster;
mod dates;
mod decision;
mod edge;
mod feed;
mod forecast;
mod handoff;
mod hostile;
mod idempotency;
mod intake;
mod leaks;
mod lists;
mod many_departments;
mod meetings;
mod notices;
mod oidc;
mod one_person;
mod operations;
mod opinion;
mod order;
mod package;
mod papers;
mod past;
mod performance;
mod persons;
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
mod whose;
