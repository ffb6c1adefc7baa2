//! What every log engine and every vault must do: the same list for each.
//!
//! One binary, since each links the whole gateway.

mod esdb;
mod kurrentdb;
mod sqlite;
mod table;
mod vault;
