//! Whether a backup is what it says: every file by its hash, the log by its leaves.
//!
//! Invariant: nothing is changed, so a backup on a medium that cannot be written verifies too.
//! Deliberately absent: comparing with a data directory, which has gone on since.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use om_domain::decider::Decider as _;
use om_domain::ids::PaperHash;
use om_domain::person::PersonDecider;
use rusqlite::{Connection, OpenFlags};

use super::manifest::Manifest;
use super::{BackupError, Kind, OnStep, PARTS, Step, files};
use crate::log::sqlite;
use crate::log::sqlite::audit::audit;
use crate::papers;
use crate::vault::known::Known;

/// The stored name of the event that says that a subject's texts were erased; names of events never change.
const ERASED: &str = "PersonErased";

/// A backup that is what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it holds.
    pub manifest: Manifest,
    /// Texts that its events refer to and that its vault does not know; none are counted if it has no vault, as where
    /// the vault is in PostgreSQL.
    pub texts_missing: u64,
    /// The papers of the backup.
    pub papers: Papers,
    /// Whose personal texts its log says were erased: county and subject.
    pub erased: BTreeSet<(String, String)>,
}

/// The papers of a backup. One that is damaged or missing keeps nobody from backing up and restoring everything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Papers {
    /// How many files of papers it holds.
    pub held: u64,
    /// How many papers its events name.
    pub named: u64,
    /// Of these, how many it does not hold.
    pub missing: u64,
    /// Files that do not have the hash that their name says: they were damaged before they were copied.
    pub damaged: Vec<String>,
}

impl Papers {
    /// Whether a paper is lost that should lie there; where papers are kept in a database none lies there.
    pub fn is_short(&self) -> bool {
        !self.damaged.is_empty() || (self.held > 0 && self.missing > 0)
    }

    fn of(manifest: &Manifest, named: &BTreeSet<(String, PaperHash)>) -> Self {
        let (mut held, mut damaged) = (BTreeSet::new(), Vec::new());
        for file in &manifest.files {
            let Ok(path) = Path::new(&file.path).strip_prefix(papers::DIRECTORY) else { continue };
            if let papers::Placed::Paper(county, hash) = papers::placed(path) {
                if hash.as_str() != file.sha256 {
                    damaged.push(file.path.clone());
                }
                held.insert((county.to_string(), hash));
            }
        }
        Self {
            held: held.len() as u64,
            named: named.len() as u64,
            missing: named.difference(&held).count() as u64,
            damaged,
        }
    }
}

/// Verifies a backup: hashes, leaves, positions, revisions, counts. Blocks.
///
/// # Errors
/// [`BackupError::Unfit`] with all that is wrong; others when it cannot be read.
pub fn verify(dir: &Path, on_step: OnStep<'_>) -> Result<Verified, BackupError> {
    let manifest = Manifest::read(dir)?;
    let mut wrong = Vec::new();
    for (nth, file) in (1..).zip(&manifest.files) {
        if let Some(what) = fault_of(dir, file) {
            wrong.push(what);
        }
        on_step(Step::Hashing, nth, manifest.files.len() as u64);
    }
    let named: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    if !named.contains(sqlite::FILE_NAME) {
        wrong.push(format!("the manifest names no {}", sqlite::FILE_NAME));
    }
    if !wrong.is_empty() {
        return Err(BackupError::Unfit { dir: dir.to_owned(), wrong });
    }
    let (mut texts_missing, mut named_papers, mut erased) = (0, BTreeSet::new(), BTreeSet::new());
    let known = Known::read(dir)?;
    let mut each = |event: &crate::log::StoredEvent| {
        if let Some(known) = &known {
            texts_missing += known.missing_of(event).len() as u64;
        }
        if event.stream.category() == PersonDecider::CATEGORY && &*event.kind == ERASED {
            erased.insert((event.stream.county().to_owned(), event.stream.id().to_owned()));
        }
        for hash in papers::named(&event.payload) {
            named_papers.insert((event.stream.county().to_owned(), hash));
        }
    };
    let found = audit(dir, &mut each, &|done, of| on_step(Step::Checking, done, of))?;
    wrong.extend(found.damages.iter().map(ToString::to_string));
    if found.more > 0 {
        wrong.push(format!("and {} more", found.more));
    }
    let log = &manifest.log;
    if found.id.as_uuid() != log.id {
        let (is, should) = (found.id, log.id);
        wrong.push(format!("{} is the log {is}, and the backup is of the log {should}", sqlite::FILE_NAME));
    }
    for (what, is, should) in [
        ("the last position", found.head, log.head),
        ("the number of events", found.events, log.events),
        ("the number of streams", found.streams, log.streams),
    ] {
        if is != should {
            wrong.push(format!("{what} is {is}, and the manifest says {should}"));
        }
    }
    for part in PARTS.iter().filter(|part| part.kind == Kind::Database && named.contains(part.name)) {
        wrong.extend(database_fault(&dir.join(part.name)).map(|what| format!("{}: {what}", part.name)));
    }
    if wrong.is_empty() {
        let papers = Papers::of(&manifest, &named_papers);
        Ok(Verified { manifest, texts_missing, papers, erased })
    } else {
        Err(BackupError::Unfit { dir: dir.to_owned(), wrong })
    }
}

/// What is wrong with a file, against its line of the manifest.
fn fault_of(dir: &Path, file: &super::FileFacts) -> Option<String> {
    let path = Path::new(&file.path);
    if path.components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Some(format!("{} is no path inside a backup", file.path));
    }
    match files::facts(dir, &file.path) {
        Err(BackupError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Some(format!("{} is missing", file.path))
        }
        Err(error) => Some(format!("{}: {error}", file.path)),
        Ok(found) if found.bytes != file.bytes => Some(format!(
            "{} has {} bytes, and the manifest says {}: it was cut off or changed",
            file.path, found.bytes, file.bytes
        )),
        Ok(found) if found.sha256 != file.sha256 => {
            Some(format!("{} does not have the hash of the manifest: it was changed or damaged", file.path))
        }
        Ok(_) => None,
    }
}

/// What is wrong with another database.
pub(crate) fn database_fault(file: &Path) -> Option<String> {
    let check = || -> rusqlite::Result<String> {
        let connection = reading(file)?;
        connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))
    };
    match check() {
        Ok(said) if said == "ok" => None,
        Ok(said) => Some(said),
        Err(error) => Some(error.to_string()),
    }
}

pub(super) fn reading(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// How many streams a copied log holds.
pub(super) fn streams(file: &Path) -> Result<u64, BackupError> {
    one(file, "SELECT count(*) FROM stream").map(|count| count.unwrap_or_default().unsigned_abs())
}

/// The latest time at which anything in a copied log was recorded.
pub(super) fn last_recorded(file: &Path) -> Result<Option<Timestamp>, BackupError> {
    let micros = one(file, "SELECT max(recorded) FROM event")?;
    Ok(micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
}

fn one(file: &Path, sql: &str) -> Result<Option<i64>, BackupError> {
    let read = || reading(file)?.query_row(sql, (), |row| row.get(0));
    read().map_err(|source| BackupError::Database { file: file.to_owned(), source })
}
