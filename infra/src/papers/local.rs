//! A paper that lies as a file on this machine: looked at first, handed in later.
//!
//! Invariant: what is handed in is what was looked at; a file that changed in between is refused.
//! Deliberately absent: who may hand in; whoever runs the command line has the data directory.

use std::fs::File;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::TryStreamExt as _;
use om_domain::ids::CountyId;
use tokio_util::io::ReaderStream;

use super::{Media, PIECE, Paper, PaperError, Papers, hash_of, measured, media, storage};

/// A file that can be handed in as a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPaper {
    /// The paper it is.
    pub paper: Paper,
    /// Where it lies.
    pub file: PathBuf,
}

impl LocalPaper {
    /// Looks at a file: its hash, its size, and what it is, by its ending and its first bytes. Blocks.
    ///
    /// # Errors
    /// When it cannot be read, is empty, is larger than `limit` bytes, or is not what its ending says.
    pub fn look(file: &Path, limit: u64) -> Result<Self, PaperError> {
        use std::io::Read as _;
        let mut opened = File::open(file).map_err(storage(file))?;
        let length = opened.metadata().map_err(storage(file))?.len();
        if length == 0 {
            return Err(PaperError::Empty);
        }
        if length > limit {
            return Err(PaperError::TooLarge { limit });
        }
        let (hasher, size) = measured(&mut opened).map_err(storage(file))?;
        let mut head = Vec::new();
        opened.take(media::HEAD as u64).read_to_end(&mut head).map_err(storage(file))?;
        let end = file.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        let media = Media::judged(Media::of_extension(&end), &head)?;
        let paper = Paper { hash: hash_of(hasher)?, size, media };
        Ok(Self { paper, file: file.to_owned() })
    }
}

impl Papers {
    /// Hands in a file that was looked at.
    ///
    /// # Errors
    /// As [`Papers::take_in`]; a file that has changed since is [`PaperError::WrongHash`].
    pub async fn take_local(&self, county: &CountyId, local: &LocalPaper) -> Result<Paper, PaperError> {
        let file = tokio::fs::File::open(&local.file).await.map_err(storage(&local.file))?;
        let bytes = ReaderStream::with_capacity(file, PIECE).map_ok(|piece: Bytes| piece);
        let said = (Some(local.paper.media), Some(&local.paper.hash));
        self.take_in(county, said, Box::pin(bytes)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::FilePapers;
    use super::*;

    #[tokio::test]
    async fn a_file_is_handed_in_as_it_was_looked_at_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, file) = (dir.path().join("papers"), dir.path().join("批复.PDF"));
        let papers = Papers::new(Arc::new(FilePapers::open(&kept).unwrap()), &kept, 64).unwrap();
        let county: CountyId = "530322".parse().unwrap();
        std::fs::write(&file, "%PDF-1.7 one").unwrap();
        let local = LocalPaper::look(&file, 64).unwrap();
        assert_eq!((local.paper.media, local.paper.size), (Media::Pdf, 12));
        assert!(papers.find(&county, &local.paper.hash).await.unwrap().is_none(), "looking hands nothing in");
        std::fs::write(&file, "%PDF-1.7 two").unwrap();
        let changed = papers.take_local(&county, &local).await;
        assert!(matches!(changed, Err(PaperError::WrongHash { .. })), "{changed:?}");
        std::fs::write(&file, "%PDF-1.7 one").unwrap();
        assert_eq!(papers.take_local(&county, &local).await.unwrap(), local.paper);
        assert!(papers.find(&county, &local.paper.hash).await.unwrap().is_some());

        std::fs::write(&file, "no pdf").unwrap();
        assert!(matches!(LocalPaper::look(&file, 64), Err(PaperError::NotWhatItSays { .. })));
        assert!(matches!(LocalPaper::look(&file, 5), Err(PaperError::TooLarge { .. })));
        std::fs::write(&file, "").unwrap();
        assert!(matches!(LocalPaper::look(&file, 64), Err(PaperError::Empty)));
        assert!(LocalPaper::look(&dir.path().join("none"), 64).is_err());
    }
}
