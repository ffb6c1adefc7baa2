//! Files: copied with their hash, synced, private to their owner.
//!
//! Invariant: what these functions wrote is on disk when they return.
//! Deliberately absent: what a file is for.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{BackupError, FileFacts, io_error};

const CHUNK: usize = 256 * 1_024;

pub(super) fn hash_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Size and hash of a file.
pub(crate) fn facts(root: &Path, path: &str) -> Result<FileFacts, BackupError> {
    let file = root.join(path);
    let (bytes, sha256) = pass(&file, None).map_err(io_error(&file))?;
    Ok(FileFacts { path: path.to_owned(), bytes, sha256 })
}

/// Copies a file to a place where there is none, syncs it, and tells its size and hash.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    if let Some(parent) = to.parent() {
        create_private(parent)?;
    }
    pass(from, Some(to)).map_err(io_error(to))
}

/// Reads a file to its end, writes what was read if told so, and tells its size and hash.
fn pass(from: &Path, to: Option<&Path>) -> io::Result<(u64, String)> {
    let mut source = File::open(from)?;
    let mut target = to.map(private_file).transpose()?;
    let (mut hash, mut size, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        let bytes = chunk.get(..read).unwrap_or_default();
        hash.update(bytes);
        size += read as u64;
        if let Some(target) = &mut target {
            target.write_all(bytes)?;
        }
    }
    if let Some(target) = target {
        target.sync_all()?;
    }
    let digest: [u8; 32] = hash.finalize().into();
    Ok((size, hex(&digest)))
}

pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let write = || {
        let mut file = private_file(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(io_error(path))
}

pub(super) fn sync_dir(dir: &Path) -> Result<(), BackupError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error(dir))
}

/// Makes a folder that only its owner may look into, and those above it.
pub(super) fn create_private(dir: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(io_error(dir))
}

/// A new file that only its owner may read.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The files under a folder, with paths from its parent, in order; none if there is no such folder. Names that begin with
/// a dot are left out.
pub(crate) fn under(root: &Path, folder: &str) -> Result<Vec<String>, BackupError> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(folder)]);
    while let Some(next) = open.pop() {
        let dir = root.join(&next);
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(io_error(&dir))?,
        };
        for entry in entries {
            let entry = entry.map_err(io_error(&dir))?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            let path = next.join(&name);
            if entry.file_type().map_err(io_error(&dir))?.is_dir() {
                open.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Syncs every folder that holds one of the files, from below.
pub(super) fn sync_folders(root: &Path, files: &[FileFacts]) -> Result<(), BackupError> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for file in files {
        let above = Path::new(&file.path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        folders.extend(above.map(|folder| root.join(folder)));
    }
    folders.sort();
    folders.dedup();
    folders.iter().rev().try_for_each(|folder| sync_dir(folder))?;
    sync_dir(root)
}
