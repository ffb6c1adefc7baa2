//! What every log engine, every vault and every store of papers must do: the same list for each.
//!
//! One binary, since each links the whole gateway.

mod credentials;
mod esdb;
mod kurrentdb;
mod papers;
mod sqlite;
mod table;
mod vault;
