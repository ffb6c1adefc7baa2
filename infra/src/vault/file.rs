//! The vault in SQLite files beside the embedded log: sealed texts in one, the subjects' keys in another ([`super::keys`]).
//!
//! Invariants: the files are readable by their owner only; what was erased is in no file of the vault any more; no text
//! is written in the clear, and one that an older version had is sealed at the next opening and leaves no trace.
//! Deliberately absent: more than one process; a second gateway needs the database engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use om_domain::person::Subject;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::Mutex;

use super::cipher::ALGORITHM;
use super::keys::{Held, KeyFile, forget_the_past};
use super::sealing::{Place, Tombstone, class, subject_of};
use super::{Class, Kept, State, Vault, VaultError, new_reference, tombstone_text};
use crate::private_file::close_to_others;

/// The name of the vault's file in the data directory.
pub const FILE_NAME: &str = "vault.db";

/// The form of the file that this version writes.
const FORM: i64 = 1;

const DDL: &str = "CREATE TABLE IF NOT EXISTS entry (
    county TEXT NOT NULL, ref TEXT NOT NULL, class TEXT NOT NULL, command TEXT, place INTEGER,
    subject TEXT, algorithm TEXT, key TEXT,
    sealed BLOB, -- none once erased
    PRIMARY KEY (county, ref)) WITHOUT ROWID, STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS entry_once ON entry (county, command, place) WHERE command IS NOT NULL;";
const OF_SUBJECT: &str = "CREATE INDEX IF NOT EXISTS entry_subject ON entry (county, subject);";
/// What the first form, whose texts stood in the clear, lacks.
const FROM_FIRST: &str =
    "ALTER TABLE entry ADD COLUMN subject TEXT; ALTER TABLE entry ADD COLUMN algorithm TEXT;
    ALTER TABLE entry ADD COLUMN key TEXT; ALTER TABLE entry ADD COLUMN sealed BLOB;";

/// The vault in SQLite files.
pub struct FileVault {
    files: Arc<Mutex<Files>>,
}

struct Files {
    file: PathBuf,
    texts: Connection,
    keys: KeyFile,
}

/// A text to put.
struct Put {
    county: CountyId,
    reference: VaultRef,
    class: Class,
    subject: Option<Subject>,
    text: String,
    of: Option<(CommandId, u32)>,
}

/// A row of a text.
struct Row {
    reference: String,
    class: String,
    subject: String,
    sealed: Option<Vec<u8>>,
}

const COLUMNS: &str = "ref, class, coalesce(subject, 'text-' || substr(ref, 7)), sealed";

impl FileVault {
    /// Opens the vault in `dir` with the directory's own master key, creating what is not there.
    ///
    /// # Errors
    /// When a file cannot be used or closed to others, or the key is another's.
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        Self::open_with(dir, None)
    }

    /// Opens the vault in `dir` with the master key of a file; the directory's own if none is named.
    ///
    /// # Errors
    /// As [`FileVault::open`].
    pub fn open_with(dir: &Path, master: Option<&Path>) -> Result<Self, VaultError> {
        let keys = KeyFile::open(dir, master)?;
        let file = dir.join(FILE_NAME);
        let storage = |source| VaultError::Storage { file: file.clone(), source };
        let texts = Connection::open(&file).map_err(storage)?;
        close_to_others(&file).map_err(|source| VaultError::Permissions { file: file.clone(), source })?;
        texts.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
        texts.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
        texts.pragma_update(None, "secure_delete", "ON").map_err(storage)?;
        let files = Files { file, texts, keys };
        files.bring_up()?;
        Ok(Self { files: Arc::new(Mutex::new(files)) })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let files = Arc::clone(&self.files).lock_owned().await;
        let file = files.file.clone();
        let done = tokio::task::spawn_blocking(move || work(&files)).await;
        done.unwrap_or(Err(VaultError::Storage { file, source: rusqlite::Error::InvalidQuery }))
    }
}

impl Files {
    fn failed(&self, source: rusqlite::Error) -> VaultError {
        VaultError::Storage { file: self.file.clone(), source }
    }

    /// Brings the file to the form of today: texts of the first form are sealed, and nothing of them is left.
    fn bring_up(&self) -> Result<(), VaultError> {
        let failed = |e| self.failed(e);
        let form: i64 = self.texts.query_row("PRAGMA user_version", (), |row| row.get(0)).map_err(failed)?;
        if form < FORM {
            let in_the_clear = self.has_column("text").map_err(failed)?;
            if in_the_clear {
                self.seal_the_old()?;
            }
            // also where this was broken off after the texts were sealed
            self.texts
                .execute_batch(DDL)
                .and_then(|()| self.texts.execute_batch("VACUUM"))
                .and_then(|()| forget_the_past(&self.texts))
                .and_then(|()| self.texts.pragma_update(None, "user_version", FORM))
                .map_err(failed)?;
        }
        self.texts.execute_batch(OF_SUBJECT).map_err(failed)
    }

    fn has_column(&self, name: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT count(*) > 0 FROM pragma_table_info('entry') WHERE name = ?";
        self.texts.query_row(sql, [name], |row| row.get(0))
    }

    fn seal_the_old(&self) -> Result<(), VaultError> {
        let failed = |e| self.failed(e);
        let sql = "SELECT county, ref, class, text FROM entry";
        let rows = self.texts.prepare(sql).and_then(|mut statement| {
            let rows =
                statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String, String, Option<String>)>>>()
        });
        let rows = rows.map_err(failed)?;
        let sealed = self.keys.at_once(|keys| {
            let mut sealed = Vec::new();
            for (county, reference, of_class, text) in &rows {
                let county_id: CountyId = county.parse()?;
                let subject = Subject::Text(reference.parse()?).to_string();
                let Some(text) = text else { continue };
                let Some(key) = keys.key(&county_id, &subject)? else { continue };
                let place =
                    Place { county: &county_id, reference, class: class(of_class)?, subject: &subject };
                sealed.push((county.clone(), reference.clone(), key.id.clone(), key.seal(place, text)?));
            }
            Ok(sealed)
        })?;
        let begun = self.texts.unchecked_transaction().map_err(failed)?;
        begun.execute_batch(FROM_FIRST).map_err(failed)?;
        begun.execute("UPDATE entry SET subject = 'text-' || substr(ref, 7)", ()).map_err(failed)?;
        for (county, reference, key, text) in &sealed {
            let sql = "UPDATE entry SET algorithm = ?, key = ?, sealed = ? WHERE county = ? AND ref = ?";
            begun.execute(sql, params![ALGORITHM, key, text, county, reference]).map_err(failed)?;
        }
        begun.execute_batch("ALTER TABLE entry DROP COLUMN text").map_err(failed)?;
        begun.commit().map_err(failed)?;
        tracing::info!(texts = sealed.len(), file = %self.file.display(), "texts of an older version were sealed");
        Ok(())
    }

    fn put(&self, put: &Put) -> Result<VaultRef, VaultError> {
        if let Some(of) = put.of
            && let Some(row) = self.row(
                "county = ?1 AND command = ?2 AND place = ?3",
                params![put.county.as_str(), of.0.to_string(), of.1],
            )?
        {
            let kept = self.kept(&put.county, &row)?;
            if put.subject.as_ref().is_some_and(|subject| *subject != kept.subject) {
                return Err(VaultError::CommandIdReused { command: of.0, place: of.1 });
            }
            return match kept.text {
                Some(text) if text != put.text || kept.class != put.class => {
                    Err(VaultError::CommandIdReused { command: of.0, place: of.1 })
                }
                _ => Ok(row.reference.parse()?),
            };
        }
        let subject = subject_of(put.subject.as_ref(), &put.reference);
        let key = self.keys.key(&put.county, &subject)?.ok_or(VaultError::SubjectErased)?;
        let reference = put.reference.to_string();
        let place = Place { county: &put.county, reference: &reference, class: put.class, subject: &subject };
        let sealed = key.seal(place, &put.text)?;
        let (command, nth) = put.of.map(|(command, nth)| (command.to_string(), nth)).unzip();
        let sql = "INSERT INTO entry (county, ref, class, command, place, subject, algorithm, key, sealed)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let class = put.class.as_str();
        let row =
            params![put.county.as_str(), reference, class, command, nth, subject, ALGORITHM, key.id, sealed];
        self.texts.execute(sql, row).map_err(|e| self.failed(e))?;
        Ok(put.reference.clone())
    }

    fn row(&self, which: &str, by: &[&dyn rusqlite::ToSql]) -> Result<Option<Row>, VaultError> {
        let row = |row: &rusqlite::Row<'_>| {
            let (reference, class, subject, sealed) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Row { reference, class, subject, sealed })
        };
        let found = self
            .texts
            .prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE {which}"))
            .and_then(|mut statement| statement.query_row(by, row).optional());
        found.map_err(|e| self.failed(e))
    }

    fn kept(&self, county: &CountyId, row: &Row) -> Result<Kept, VaultError> {
        let (class, held) = (class(&row.class)?, self.keys.held(county, &row.subject)?);
        let place = Place { county, reference: &row.reference, class, subject: &row.subject };
        let (state, text) = match (&row.sealed, held) {
            (None, _) | (_, Held::Destroyed) => (State::Erased, None),
            (Some(_), Held::Nothing) => (State::NoKey, None),
            (Some(sealed), Held::Key { key, restricted }) => {
                let state = if restricted { State::Restricted } else { State::Kept };
                (state, Some(key.open(place, sealed)?))
            }
        };
        Ok(Kept { class, subject: row.subject.parse()?, state, text })
    }
}

#[async_trait]
impl Vault for FileVault {
    async fn put_about(
        &self,
        county: &CountyId,
        of: Option<(CommandId, u32)>,
        (class, subject): (Class, Option<&Subject>),
        text: &str,
    ) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        let (county, text) = (county.clone(), text.to_owned());
        let put = Put { county, reference, class, subject: subject.cloned(), text, of };
        self.with(move |files| files.put(&put)).await
    }

    async fn look(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<Kept>, VaultError> {
        let (county, reference) = (county.clone(), reference.to_string());
        self.with(move |files| {
            let row = files.row("county = ? AND ref = ?", params![county.as_str(), reference])?;
            row.map(|row| files.kept(&county, &row)).transpose()
        })
        .await
    }

    async fn destroy(
        &self,
        county: &CountyId,
        subject: &Subject,
        order: &Tombstone,
    ) -> Result<(), VaultError> {
        let (county, subject, order) = (county.clone(), subject.to_string(), tombstone_text(order)?);
        self.with(move |files| {
            // the key first: without it what is left says nothing
            files.keys.destroy(&county, &subject, &order)?;
            // the rows stay, so that a command sent again does not bring a text back
            let sql =
                "UPDATE entry SET sealed = NULL WHERE county = ? AND subject = ? AND sealed IS NOT NULL";
            files
                .texts
                .execute(sql, params![county.as_str(), subject])
                .and_then(|_| forget_the_past(&files.texts))
                .map_err(|e| files.failed(e))
        })
        .await
    }

    async fn restrict(
        &self,
        county: &CountyId,
        subject: &Subject,
        restricted: bool,
    ) -> Result<(), VaultError> {
        let (county, subject) = (county.clone(), subject.to_string());
        self.with(move |files| files.keys.restrict(&county, &subject, restricted)).await
    }

    async fn opens(&self) -> Result<(), VaultError> {
        self.with(|files| files.keys.master().map(drop)).await
    }

    async fn tombstones(&self) -> Result<Vec<(CountyId, Subject, Tombstone)>, VaultError> {
        self.with(|files| files.keys.tombstones()).await
    }

    async fn restricted(&self) -> Result<Vec<(CountyId, Subject)>, VaultError> {
        self.with(|files| files.keys.restricted()).await
    }

    async fn applied(&self) -> Result<Option<String>, VaultError> {
        self.with(|files| files.keys.applied()).await
    }

    async fn set_applied(&self, to: &str) -> Result<(), VaultError> {
        let to = to.to_owned();
        self.with(move |files| files.keys.set_applied(&to)).await
    }
}
