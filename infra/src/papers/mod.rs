//! Papers (文件原件): what was handed in, committed to, proven or served, kept by the SHA-256 of its bytes.
//!
//! Invariants: a paper is durable before its hash is given; what is given out was checked against its hash first, a
//! damaged paper never is; a county is in every key; the same paper put twice is kept once, and put again mends a
//! damaged one. Engines keep them: files beside the embedded log, and a PostgreSQL that many gateways share.
//! Deliberately absent: erasing; a fact names the paper for ever, and how long papers are kept is the archive's to say.
//! Encryption; the disk under an engine protects the papers, as it does the vault.

mod file;
mod local;
mod media;
mod named;
mod postgres;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use om_domain::ids::{CountyId, PaperHash};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

pub use file::{DIRECTORY, FilePapers};
pub use local::LocalPaper;
pub use media::Media;
pub(crate) use named::{Placed, placed};
pub(crate) use om_domain::matter::papers_named as named;
pub use postgres::PostgresPapers;

/// The largest paper that is taken if no other limit is set, in bytes.
pub const MAX_BYTES: u64 = 64 * 1_024 * 1_024;
/// Bytes read or kept at a time.
const PIECE: usize = 1_024 * 1_024;
/// Where papers come in before they are kept, in the papers' directory.
const INCOMING: &str = "incoming";

/// A paper that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// SHA-256 of its bytes.
    pub hash: PaperHash,
    /// How many bytes.
    pub size: u64,
    /// What it is.
    pub media: Media,
}

/// A paper whose bytes were checked against its hash.
#[derive(Debug)]
pub struct Checked {
    /// The paper.
    pub paper: Paper,
    /// Its bytes, from the first.
    pub file: File,
}

/// A paper was not taken, or cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// Too large.
    #[error("the paper is larger than {limit} bytes: scan it with fewer dots or in several papers")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Nothing in it.
    #[error("the paper is empty: choose the file again")]
    Empty,
    /// Not what its sender has.
    #[error("the paper came with the hash {got} and was said to have {said}: send it again")]
    WrongHash {
        /// What was said.
        said: PaperHash,
        /// What came.
        got: PaperHash,
    },
    /// Not told what it is.
    #[error("what the paper is cannot be told from its bytes: name its type in Content-Type")]
    KindUnclear,
    /// Its bytes are of another kind.
    #[error("the paper is said to be {said} and does not begin like one: name the type it has")]
    NotWhatItSays {
        /// What was said.
        said: &'static str,
    },
    /// It did not come whole.
    #[error("the paper broke off before its end: send it again")]
    BrokeOff,
    /// No space.
    #[error("the disk is full: nothing was kept. Free space, then send the paper again")]
    DiskFull,
    /// Its bytes are not those of its hash any more.
    #[error(
        "the paper {hash} is damaged where it is kept and is not given out: hand it in again, or restore it from a \
         backup"
    )]
    Damaged {
        /// The paper.
        hash: PaperHash,
    },
    /// The files cannot be used.
    #[error("the papers in {} cannot be used: {source}. Check the disk and who may write there", at.display())]
    Storage {
        /// Where.
        at: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database does not answer, or not as it should.
    #[error(
        "the papers' database {server} cannot be used: {source}. Nothing was kept; try again once it answers"
    )]
    Database {
        /// The server, without user or password.
        server: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address or the certificate of the database cannot be used.
    #[error(
        "the papers' address cannot be used: {reason}. It looks like postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Address {
        /// Why; never the password.
        reason: String,
    },
    /// A hash was not well formed.
    #[error(transparent)]
    Id(#[from] om_domain::ids::IdError),
}

impl PaperError {
    /// Whether the paper, not the store, is at fault: the same paper will not be taken a moment later either.
    pub const fn is_of_the_paper(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. }
                | Self::Empty
                | Self::WrongHash { .. }
                | Self::KindUnclear
                | Self::NotWhatItSays { .. }
                | Self::BrokeOff
        )
    }
}

/// Where papers are kept. `file` of a paper to keep is synced and lies in the directory of what comes in.
#[async_trait]
pub trait PaperStore: Send + Sync {
    /// Keeps a paper whose bytes are those of its hash; gives it as it is kept. One that is there already stays as it
    /// is, unless it is damaged.
    ///
    /// # Errors
    /// When it cannot be kept; then nothing is.
    async fn keep(&self, county: &CountyId, paper: Paper, file: NamedTempFile) -> Result<Paper, PaperError>;

    /// The paper of this hash, `None` if the county has none; its bytes are not looked at.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn find(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Paper>, PaperError>;

    /// The paper of this hash with its bytes, checked; `None` if the county has none.
    ///
    /// # Errors
    /// When the store cannot be read, or the paper is damaged.
    async fn open(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Checked>, PaperError>;
}

/// The papers of an installation: takes them in, finds them, gives them out.
pub struct Papers {
    store: Arc<dyn PaperStore>,
    incoming: PathBuf,
    limit: u64,
}

impl Papers {
    /// Papers in a store, none larger than `limit` bytes; what comes in lies in `dir` until it is kept.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub fn new(store: Arc<dyn PaperStore>, dir: &Path, limit: u64) -> Result<Self, PaperError> {
        Ok(Self { store, incoming: incoming(dir)?, limit })
    }

    /// The largest paper that is taken, in bytes.
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Takes a paper in as it comes, and gives it once it is durable. What was said of its kind or hash must agree.
    ///
    /// # Errors
    /// When it is not taken, for a reason of its own or the store's.
    pub async fn take_in<E>(
        &self,
        county: &CountyId,
        (kind, hash): (Option<Media>, Option<&PaperHash>),
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Paper, PaperError> {
        let mut coming = Coming::begin(&self.incoming)?;
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|_| PaperError::BrokeOff)?;
            if coming.size + piece.len() as u64 > self.limit {
                return Err(PaperError::TooLarge { limit: self.limit });
            }
            coming = blocking(move || coming.add(&piece)).await?;
        }
        let (paper, file) = blocking(move || coming.end(kind)).await?;
        if let Some(said) = hash.filter(|said| **said != paper.hash) {
            return Err(PaperError::WrongHash { said: said.clone(), got: paper.hash });
        }
        self.store.keep(county, paper, file).await
    }

    /// The paper of this hash, `None` if the county has none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Paper>, PaperError> {
        self.store.find(county, hash).await
    }

    /// The paper with its bytes, checked against its hash; `None` if the county has none.
    ///
    /// # Errors
    /// When the store cannot be read, or the paper is damaged.
    pub async fn open(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Checked>, PaperError> {
        self.store.open(county, hash).await
    }

    /// Those of these papers that the county does not have.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn missing(
        &self,
        county: &CountyId,
        named: impl IntoIterator<Item = &PaperHash>,
    ) -> Result<BTreeSet<PaperHash>, PaperError> {
        let mut missing = BTreeSet::new();
        for hash in named {
            if self.store.find(county, hash).await?.is_none() {
                missing.insert(hash.clone());
            }
        }
        Ok(missing)
    }
}

/// A paper that is coming in.
struct Coming {
    file: NamedTempFile,
    hasher: Sha256,
    head: Vec<u8>,
    size: u64,
}

impl Coming {
    fn begin(dir: &Path) -> Result<Self, PaperError> {
        let file = NamedTempFile::new_in(dir).map_err(storage(dir))?;
        Ok(Self { file, hasher: Sha256::new(), head: Vec::new(), size: 0 })
    }

    fn add(mut self, piece: &[u8]) -> Result<Self, PaperError> {
        self.hasher.update(piece);
        let wanted = media::HEAD - self.head.len();
        self.head.extend(piece.iter().take(wanted));
        self.size += piece.len() as u64;
        self.file.write_all(piece).map_err(storage(self.file.path()))?;
        Ok(self)
    }

    fn end(self, kind: Option<Media>) -> Result<(Paper, NamedTempFile), PaperError> {
        if self.size == 0 {
            return Err(PaperError::Empty);
        }
        let media = Media::judged(kind, &self.head)?;
        self.file.as_file().sync_all().map_err(storage(self.file.path()))?;
        Ok((Paper { hash: hash_of(self.hasher)?, size: self.size, media }, self.file))
    }
}

/// The directory of what comes in, without what an earlier process left there. One process has the directory.
fn incoming(dir: &Path) -> Result<PathBuf, PaperError> {
    let incoming = dir.join(INCOMING);
    match std::fs::remove_dir_all(&incoming) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(storage(&incoming)(error)),
        _ => {}
    }
    make_directory(&incoming)?;
    Ok(incoming)
}

/// Makes a directory and those above it, each durable and closed to others.
fn make_directory(dir: &Path) -> Result<(), PaperError> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent() {
        make_directory(above)?;
        match std::fs::create_dir(dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(storage(dir)(error)),
            _ => {}
        }
        close_to_others(dir)?;
        sync_directory(above)?;
    }
    Ok(())
}

fn sync_directory(dir: &Path) -> Result<(), PaperError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(storage(dir))
}

#[cfg(unix)]
fn close_to_others(dir: &Path) -> Result<(), PaperError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(storage(dir))
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> Result<(), PaperError> {
    Ok(())
}

fn storage(at: &Path) -> impl FnOnce(io::Error) -> PaperError {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => PaperError::DiskFull,
        _ => PaperError::Storage { at: at.to_owned(), source },
    }
}

/// Work on files, off the threads that answer requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PaperError> + Send + 'static,
) -> Result<T, PaperError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(PaperError::Storage { at: PathBuf::new(), source: io::Error::other(e) }))
}

/// The hash and length of a file from its first byte; it stands at the first again afterwards.
fn measured(file: &mut File) -> io::Result<(Sha256, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0, vec![0; 64 * 1_024]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            file.seek(SeekFrom::Start(0))?;
            return Ok((hasher, size));
        }
        hasher.update(&piece[..read]);
        size += read as u64;
    }
}

fn hash_of(hasher: Sha256) -> Result<PaperHash, PaperError> {
    let hex: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(hex.parse()?)
}
