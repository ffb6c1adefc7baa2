//! Papers as files beside the embedded log: `papers/COUNTY/ab/cd/HASH.pdf`, so that an archive finds them without us.
//!
//! Invariants: a file has its name only once its bytes are on disk, and the name is on disk before it is told; no file
//! is open to others.
//! Deliberately absent: more than one process; many gateways need the database engine.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use om_domain::ids::{CountyId, PaperHash};
use tempfile::NamedTempFile;
use tokio::sync::Mutex;

use super::{
    Checked, Media, Paper, PaperError, PaperStore, blocking, hash_of, make_directory, measured, storage,
    sync_directory,
};

/// The name of the papers' directory in the data directory.
pub const DIRECTORY: &str = "papers";

/// Papers as files.
pub struct FilePapers {
    dir: PathBuf,
    /// One paper is given its name at a time, so that a paper put twice has one.
    naming: Arc<Mutex<()>>,
}

impl FilePapers {
    /// Opens the papers in `dir`, creating it if need be.
    ///
    /// # Errors
    /// When the directory cannot be used or closed to others.
    pub fn open(dir: &Path) -> Result<Self, PaperError> {
        make_directory(dir)?;
        Ok(Self { dir: dir.to_owned(), naming: Arc::default() })
    }

    fn place(&self, county: &CountyId, hash: &PaperHash) -> Place {
        let text = hash.as_str();
        Place { shard: self.dir.join(county.as_str()).join(&text[..2]).join(&text[2..4]), hash: hash.clone() }
    }
}

/// Where a paper lies, whatever its kind.
struct Place {
    shard: PathBuf,
    hash: PaperHash,
}

impl Place {
    fn file(&self, media: Media) -> PathBuf {
        self.shard.join(format!("{}.{}", self.hash, media.extension()))
    }

    fn find(&self) -> Result<Option<(Paper, PathBuf)>, PaperError> {
        for media in Media::ALL {
            let file = self.file(media);
            match std::fs::metadata(&file) {
                Ok(found) => {
                    return Ok(Some((Paper { hash: self.hash.clone(), size: found.len(), media }, file)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(storage(&file)(error)),
            }
        }
        Ok(None)
    }

    fn open(&self) -> Result<Option<Checked>, PaperError> {
        let Some((mut paper, path)) = self.find()? else { return Ok(None) };
        let mut file = File::open(&path).map_err(storage(&path))?;
        let (hasher, size) = measured(&mut file).map_err(storage(&path))?;
        if hash_of(hasher)? != self.hash {
            return Err(PaperError::Damaged { hash: self.hash.clone() });
        }
        paper.size = size;
        Ok(Some(Checked { paper, file }))
    }

    fn keep(&self, paper: Paper, file: NamedTempFile) -> Result<Paper, PaperError> {
        match self.open() {
            Ok(Some(kept)) => return Ok(kept.paper),
            Ok(None) => make_directory(&self.shard)?,
            Err(PaperError::Damaged { .. }) => {
                if let Some((_, damaged)) = self.find()? {
                    std::fs::remove_file(&damaged).map_err(storage(&damaged))?;
                }
            }
            Err(other) => return Err(other),
        }
        let path = self.file(paper.media);
        file.persist(&path).map_err(|e| storage(&path)(e.error))?;
        sync_directory(&self.shard)?;
        Ok(paper)
    }
}

#[async_trait]
impl PaperStore for FilePapers {
    async fn keep(&self, county: &CountyId, paper: Paper, file: NamedTempFile) -> Result<Paper, PaperError> {
        let place = self.place(county, &paper.hash);
        let naming = Arc::clone(&self.naming).lock_owned().await;
        blocking(move || {
            let kept = place.keep(paper, file);
            drop(naming);
            kept
        })
        .await
    }

    async fn find(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Paper>, PaperError> {
        let place = self.place(county, hash);
        blocking(move || Ok(place.find()?.map(|(paper, _)| paper))).await
    }

    async fn open(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Checked>, PaperError> {
        let place = self.place(county, hash);
        blocking(move || place.open()).await
    }
}
