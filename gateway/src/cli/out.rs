//! Standard output: what a script or a person reads.
//!
//! Invariant: a reader that has gone (`| head`) is no fault; any other failure to write is.
//! Deliberately absent: colours and columns; those are `text`.

use super::Failure;
use std::io::{ErrorKind, Write as _};

/// Writes text as it is.
pub(super) fn put(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) => {
            let unread = error.kind() == ErrorKind::BrokenPipe;
            Err(Failure { unread, ..Failure::from(error) })
        }
    }
}

/// Writes a line.
pub(super) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    put(&format!("{text}\n"))
}
