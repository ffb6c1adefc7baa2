//! What a failed statement means for the log.
//!
//! Invariant: once what is on disk is in doubt the log has stopped, on whichever thread that was found.
//! A commit that is under way on another thread then is still acknowledged, if its own sync succeeds.
//! Deliberately absent: a way back; whoever starts the log anew has the file looked at first (`open`).

use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};

use super::{Shared, open};
use crate::log::LogError;

impl Shared {
    /// What it means; stops the log if what is on disk is in doubt.
    pub(super) fn classify(&self, error: rusqlite::Error) -> LogError {
        let code = error.sqlite_extended_error_code();
        // the index of the write-ahead log lives in memory and needs a little disk only to reserve it
        let full = [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE];
        if code.is_some_and(|code| full.contains(&code)) {
            return LogError::DiskFull;
        }
        let in_doubt = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
                    | ErrorCode::InternalMalfunction
            )
        );
        if in_doubt {
            self.stop(error.to_string(), is_failed_io(&error))
        } else {
            LogError::Storage { doing: "committing", source: Arc::new(error) }
        }
    }

    /// Brings to the disk what is written in the file; stops the log if that fails.
    pub(super) fn sync(&self) -> Result<(), LogError> {
        let file = self.pool.file();
        self.pool.sync().map_err(|error| self.stop(format!("syncing {}: {error}", file.display()), true))
    }

    pub(super) fn stop(&self, reason: String, failed_io: bool) -> LogError {
        let mut first = false;
        let reason = self.stopped.get_or_init(|| {
            first = true;
            reason
        });
        if first && failed_io {
            open::note_doubt_of(self.pool.file());
        }
        tracing::error!(reason, "the event log has stopped accepting appends");
        LogError::Stopped { reason: reason.clone() }
    }
}

/// Whether writing, reading or syncing failed.
pub(super) fn is_failed_io(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}
