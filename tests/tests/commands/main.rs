//! The command line from outside: what it refuses, the demo it plays, the log it moves.
//!
//! One binary, since each links the whole gateway.

mod accounts;
mod cli;
mod demo;
mod migrate;
