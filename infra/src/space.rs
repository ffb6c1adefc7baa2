//! Whether the disk of a directory takes bytes.
//!
//! Invariant: it is tried, not reckoned: quotas, reserved blocks and thin volumes are full before their figures say so.
//! Deliberately absent: how much room is left; `doctor` says that.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// What is written and removed again.
const PROBE: &str = ".space-probe";
/// As much as a file system hands out at least.
const BYTES: usize = 8 * 1_024;

/// What came of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Space {
    /// Bytes are taken.
    Free,
    /// The disk, or the quota, is full.
    Full,
    /// Nothing can be written for another reason.
    Failing {
        /// What the system said.
        reason: String,
    },
}

/// Tries the directory's disk. Blocks.
pub fn probe(dir: &Path) -> Space {
    let file = dir.join(PROBE);
    let written = File::create(&file).and_then(|mut probe| probe.write_all(&[b'.'; BYTES]));
    let removed = std::fs::remove_file(&file);
    match written.and(removed) {
        Ok(()) => Space::Free,
        Err(error) if is_full(&error) => Space::Full,
        Err(error) => Space::Failing { reason: error.to_string() },
    }
}

/// Whether this is for want of space.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_takes_bytes_is_free_and_is_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(probe(dir.path()), Space::Free);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(matches!(probe(&dir.path().join("gone")), Space::Failing { .. }));
    }
}
