//! Files that only their owner may read.
//!
//! Deliberately absent: other systems' access lists; where there are no Unix permissions, the directory's must do.

use std::io;
use std::path::Path;

/// Takes every right from everybody but the owner.
///
/// # Errors
/// When the system does not let it.
#[cfg(unix)]
pub(crate) fn close_to_others(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

/// Does nothing here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}
