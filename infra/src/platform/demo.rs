//! A demo's clock, kept in its data directory.
//!
//! Invariant: a directory with [`VIRTUAL_CLOCK`] is a demo's from then on; its clock runs on while nobody looks.
//! Deliberately absent: what a demo plays.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PlatformError;

/// The file that marks a demo's directory and holds its clock.
pub const VIRTUAL_CLOCK: &str = "virtual-clock.json";

/// A demo's clock: it stood at `virtual_time` when the world's stood at `real_time`, and runs on at real speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoClock {
    /// The demo's time.
    pub virtual_time: Timestamp,
    /// The world's time.
    pub real_time: Timestamp,
}

impl DemoClock {
    /// The demo's clock of a directory; none if it is not a demo's.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(dir: &Path) -> Result<Option<Self>, PlatformError> {
        let file = dir.join(VIRTUAL_CLOCK);
        let wrong = |reason: String| PlatformError::DemoClock { file: file.clone(), reason };
        match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| wrong(e.to_string())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            // not the clock but the directory cannot be looked into: the log says so
            Err(_) if file.try_exists().is_err() => Ok(None),
            Err(e) => Err(wrong(e.to_string())),
        }
    }

    /// Writes it into a directory, which is a demo's from then on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(self, dir: &Path) -> Result<(), PlatformError> {
        let file = dir.join(VIRTUAL_CLOCK);
        let wrong = |reason: String| PlatformError::DemoClock { file: file.clone(), reason };
        let bytes = serde_json::to_vec_pretty(&self).map_err(|e| wrong(e.to_string()))?;
        std::fs::create_dir_all(dir).map_err(|e| wrong(e.to_string()))?;
        std::fs::write(&file, bytes).map_err(|e| wrong(e.to_string()))
    }

    /// What it shows when the world's clock shows `real`.
    pub fn at(self, real: Timestamp) -> Timestamp {
        let ran = real.duration_since(self.real_time).max(jiff::SignedDuration::ZERO);
        self.virtual_time.checked_add(ran).unwrap_or(self.virtual_time)
    }
}
