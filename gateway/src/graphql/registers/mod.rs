//! Registers that matters refer to: the directory, the templates, the calendar book, applicants' records.
//!
//! Invariant: a definition is a text that an official writes; each fault in it is answered with its line.
//! Deliberately absent: names of persons; those are in the vault.

pub mod applicants;
pub mod calendar;
pub mod contacts;
pub mod directory;
pub mod feeds;
pub mod mutations;
pub mod payload;
pub mod settings;
pub mod stand_ins;
pub mod templates;
