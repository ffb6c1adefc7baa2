//! Papers in a bucket of an S3 store that many gateways share: `PREFIX/COUNTY/ab/cd/HASH`, its kind beside it.
//!
//! Invariants: what is put was hashed again as it was sent, and is put only where nothing is (`If-None-Match`), so no paper
//! is ever overwritten but a damaged one, and that only while it is the one that was seen to be damaged (`If-Match`); a
//! store that does not keep these conditions is refused when it is opened. No more than four papers are in memory.
//! Deliberately absent: keys from the environment or the machine's role; they come from a file and are read at the start.
//! Encryption, versions and lifetimes; they are the bucket's own settings.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use object_store::path::Path as Key;
use object_store::{
    Attribute, AttributeValue, Attributes, Error, GetOptions, GetResult, ObjectStore, PutMode, PutOptions,
    PutPayload, PutPayloadMut, UpdateVersion,
};
use om_domain::ids::{CountyId, PaperHash};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

use super::{
    Checked, Media, PIECE, Paper, PaperError, PaperStore, blocking, hash_of, make_directory, measured,
    storage,
};

/// Papers that are sent at a time; each is in memory meanwhile.
pub(super) const AT_ONCE: usize = 4;
/// The mark that stands in a bucket where papers are kept.
const MARK: &str = "onematter-papers";
/// Where a paper's kind stands, beside its content type.
const KIND: &str = "onematter-kind";

/// What is wrong with a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketFault {
    /// There is no such bucket.
    Missing,
    /// The keys do not reach so far.
    Denied,
    /// It does not answer.
    Unreachable(String),
    /// It answers as no S3 store should.
    Answer(String),
    /// It overwrites what it was told not to.
    Overwrites,
}

impl std::fmt::Display for BucketFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "there is no such bucket there. Create it, or correct the bucket and the endpoint in --papers",
            ),
            Self::Denied => f.write_str(
                "the keys are not taken or do not reach so far. They need to list the bucket and to get and put what lies \
                 under the prefix; correct the file that keyFile names, the region, or the keys' rights, and check the \
                 machine's clock",
            ),
            Self::Unreachable(what) => write!(
                f,
                "it does not answer: {what}. Nothing was kept; check the endpoint, the network and, for https, \
                 --papers-ca, and try again once it answers"
            ),
            Self::Answer(what) => write!(f, "it answers: {what}. See to the store, then try again"),
            Self::Overwrites => f.write_str(
                "it overwrites what is there although told not to (If-None-Match), so no paper would be safe in it. \
                 Install a version that keeps this condition, or take another store",
            ),
        }
    }
}

/// Papers in a bucket.
pub struct BucketPapers<S> {
    store: S,
    /// Bucket and endpoint, as a person knows it.
    name: String,
    prefix: Key,
    /// Where a paper lies while it is checked and given out.
    passing: PathBuf,
    sending: Semaphore,
}

impl<S: ObjectStore> BucketPapers<S> {
    /// Papers in an object store, under a prefix; what passes through lies in `dir`. It is tried: that it can be listed, and
    /// that it keeps what is there.
    ///
    /// # Errors
    /// When the store cannot be used, or would overwrite papers.
    pub async fn open(store: S, name: &str, prefix: &str, dir: &Path) -> Result<Self, PaperError> {
        make_directory(dir)?;
        let (prefix, passing) = (Key::from(prefix), dir.to_owned());
        let sending = Semaphore::new(AT_ONCE);
        let papers = Self { store, name: name.to_owned(), prefix, passing, sending };
        papers.tried().await?;
        Ok(papers)
    }

    async fn tried(&self) -> Result<(), PaperError> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        // in a listing nothing else than the bucket can be what is not there
        let listed = self.store.list_with_delimiter(prefix).await;
        listed.map_err(|error| match error {
            Error::NotFound { .. } => self.fault(BucketFault::Missing),
            other => self.failed(other),
        })?;
        let mark = self.prefix.clone().join(MARK);
        for _ in 0..2 {
            let payload = PutPayload::from_static(b"Papers of One Matter lie here, each by its hash.\n");
            match self.store.put_opts(&mark, payload, PutMode::Create.into()).await {
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        Err(self.fault(BucketFault::Overwrites))
    }

    fn key(&self, county: &CountyId, hash: &PaperHash) -> Key {
        let text = hash.as_str();
        let parts = [county.as_str(), &text[..2], &text[2..4], text];
        parts.into_iter().fold(self.prefix.clone(), |key, part| key.join(part))
    }

    fn fault(&self, fault: BucketFault) -> PaperError {
        PaperError::Bucket { bucket: self.name.clone(), fault }
    }

    fn failed(&self, error: Error) -> PaperError {
        self.fault(match error {
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => BucketFault::Denied,
            other => fault_of(&other),
        })
    }

    /// What the store has under a key; its bytes only if asked for.
    async fn got(&self, key: &Key, head: bool) -> Result<Option<GetResult>, PaperError> {
        match self.store.get_opts(key, GetOptions { head, ..GetOptions::default() }).await {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Puts a paper under its key; tells whether the condition held.
    async fn put(
        &self,
        key: &Key,
        paper: &Paper,
        file: &NamedTempFile,
        mode: PutMode,
    ) -> Result<bool, PaperError> {
        let closed = |_| self.fault(BucketFault::Answer("it is being closed".into()));
        let _turn = self.sending.acquire().await.map_err(closed)?;
        let (file, expected) = (file.reopen().map_err(storage(file.path()))?, paper.hash.clone());
        let payload = blocking(move || payload(file, &expected)).await?;
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, AttributeValue::from(paper.media.content_type())),
            (Attribute::Metadata(KIND.into()), AttributeValue::from(paper.media.extension())),
        ]);
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        match self.store.put_opts(key, payload, options).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The paper with its bytes on this machine's disk, checked.
    async fn checked(&self, hash: &PaperHash, found: GetResult) -> Result<Checked, PaperError> {
        let paper = paper_of(hash, &found)?;
        let passing = self.passing.clone();
        let mut file = blocking(move || tempfile::tempfile_in(&passing).map_err(storage(&passing))).await?;
        let mut bytes = found.into_stream();
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|error| self.failed(error))?;
            let passing = self.passing.clone();
            file = blocking(move || {
                file.write_all(&piece).map_err(storage(&passing))?;
                Ok(file)
            })
            .await?;
        }
        let passing = self.passing.clone();
        blocking(move || {
            let (hasher, size) = measured(&mut file).map_err(storage(&passing))?;
            if hash_of(hasher)? != paper.hash || size != paper.size {
                return Err(PaperError::Damaged { hash: paper.hash });
            }
            Ok(Checked { paper, file })
        })
        .await
    }
}

fn paper_of(hash: &PaperHash, found: &GetResult) -> Result<Paper, PaperError> {
    let kind = found.attributes.get(&Attribute::Metadata(KIND.into()));
    let kind = kind.and_then(|kind| Media::ALL.into_iter().find(|media| media.extension() == kind.as_ref()));
    let said = || found.attributes.get(&Attribute::ContentType).and_then(|kind| Media::of_content_type(kind));
    let media = kind.or_else(said).ok_or_else(|| PaperError::Damaged { hash: hash.clone() })?;
    Ok(Paper { hash: hash.clone(), size: found.meta.size, media })
}

/// The bytes of a file, which must still be those of their hash.
fn payload(mut file: std::fs::File, hash: &PaperHash) -> Result<PutPayload, PaperError> {
    let passing = || storage(Path::new(super::INCOMING));
    file.seek(SeekFrom::Start(0)).map_err(passing())?;
    let (mut hasher, mut all) = (Sha256::new(), PutPayloadMut::new());
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        std::io::Read::take(&mut file, PIECE as u64).read_to_end(&mut piece).map_err(passing())?;
        if piece.is_empty() {
            break;
        }
        hasher.update(&piece);
        all.push(Bytes::from(piece));
    }
    let got = hash_of(hasher)?;
    if got != *hash {
        return Err(PaperError::WrongHash { said: hash.clone(), got });
    }
    Ok(all.freeze())
}

#[async_trait]
impl<S: ObjectStore> PaperStore for BucketPapers<S> {
    async fn keep(&self, county: &CountyId, paper: Paper, file: NamedTempFile) -> Result<Paper, PaperError> {
        let key = self.key(county, &paper.hash);
        for _ in 0..3 {
            if self.put(&key, &paper, &file, PutMode::Create).await? {
                return Ok(paper);
            }
            let Some(found) = self.got(&key, false).await? else { continue };
            let (e_tag, version) = (found.meta.e_tag.clone(), found.meta.version.clone());
            match self.checked(&paper.hash, found).await {
                Ok(kept) => return Ok(kept.paper),
                Err(PaperError::Damaged { .. }) => {}
                Err(other) => return Err(other),
            }
            let damaged = PutMode::Update(UpdateVersion { e_tag, version });
            if self.put(&key, &paper, &file, damaged).await? {
                return Ok(paper);
            }
        }
        Err(self.fault(BucketFault::Answer("the paper is and is not there, three times over".into())))
    }

    async fn find(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Paper>, PaperError> {
        let found = self.got(&self.key(county, hash), true).await?;
        found.map(|found| paper_of(hash, &found)).transpose()
    }

    async fn open(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Checked>, PaperError> {
        let Some(found) = self.got(&self.key(county, hash), false).await? else { return Ok(None) };
        self.checked(hash, found).await.map(Some)
    }
}

/// What an answer of the store means, by its cause: the last words of the chain say most.
pub(super) fn fault_of(error: &Error) -> BucketFault {
    let mut chain = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        chain.push(deeper.to_string());
        cause = deeper.source();
    }
    let last = chain.last().cloned().unwrap_or_default();
    let said = |words: &[&str]| chain.iter().any(|text| words.iter().any(|word| text.contains(word)));
    if said(&["NoSuchBucket"]) {
        BucketFault::Missing
    } else if said(&[
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "AccessDenied",
        "403 Forbidden",
        "RequestTimeTooSkewed",
    ]) {
        BucketFault::Denied
    } else if said(&["error sending request", "connect", "timed out", "dns", "certificate"]) {
        BucketFault::Unreachable(last)
    } else {
        BucketFault::Answer(last)
    }
}
