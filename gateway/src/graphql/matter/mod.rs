//! Matters in the API: types read off the fold, commands, history, changes.

pub mod carry_out;
pub mod enums;
pub mod history;
pub mod inputs;
pub mod mutations;
pub mod payload;
pub mod plan_inputs;
pub mod queries;
pub mod subscriptions;
pub mod types;
