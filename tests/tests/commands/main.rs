//! The command line from outside: what it refuses, the demo it plays, the log it moves, backs up and examines.
//!
//! One binary, since each links the whole gateway.

mod accounts;
mod backup;
mod cli;
mod demo;
mod doctor;
mod history;
mod keys;
mod migrate;
mod persons;
