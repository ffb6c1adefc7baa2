//! Registers that matters refer to: the directory and the templates.
//!
//! Invariant: a definition is a text that an official writes; each fault in it is answered with its line.
//! Deliberately absent: names of persons; those are in the vault.

pub mod directory;
pub mod mutations;
pub mod payload;
pub mod templates;
