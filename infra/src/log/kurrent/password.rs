//! The password by which the cluster is asked, given in the address or in a file.
//!
//! Invariant: one from a file is read again whenever the connection is made anew, so that it can be changed on both
//! sides without a restart; a file that cannot be read leaves the one that was read last.
//! Deliberately absent: showing it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

#[derive(Clone)]
pub(super) struct Password {
    file: Option<PathBuf>,
    text: Arc<RwLock<String>>,
}

impl Password {
    pub(super) fn given(text: String) -> Self {
        Self { file: None, text: Arc::new(RwLock::new(text)) }
    }

    /// The first line of a file.
    pub(super) fn of(file: PathBuf) -> io::Result<Self> {
        let text = read(&file)?;
        Ok(Self { file: Some(file), text: Arc::new(RwLock::new(text)) })
    }

    pub(super) fn current(&self) -> String {
        self.text.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn is_in_a_file(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn read_again(&self) {
        let Some(file) = &self.file else { return };
        match read(file) {
            Ok(text) => *self.text.write().unwrap_or_else(PoisonError::into_inner) = text,
            Err(error) => {
                tracing::warn!(%error, file = %file.display(), "the log's password cannot be read again")
            }
        }
    }
}

fn read(file: &PathBuf) -> io::Result<String> {
    Ok(std::fs::read_to_string(file)?.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_read_and_a_missing_one_changes_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one\r\nand a remark\n").unwrap();
        let password = Password::of(file.path().to_owned()).unwrap();
        assert_eq!(password.current(), "one");
        std::fs::write(file.path(), "two").unwrap();
        assert_eq!(password.current(), "one");
        password.read_again();
        assert_eq!(password.current(), "two");
        std::fs::remove_file(file.path()).unwrap();
        password.read_again();
        assert_eq!(password.current(), "two");
    }
}
