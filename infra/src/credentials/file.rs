//! The credentials in one SQLite file, beside the embedded log.
//!
//! Invariants: the file is readable by its owner only; more than one process may use it at a time, so an account is made,
//! unlocked or removed while the server runs.
//! Deliberately absent: more than one machine; many gateways need the database engine.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use om_domain::ids::OfficerId;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use tokio::sync::Mutex;

use super::{
    Account, Attempts, Begun, CredentialError, CredentialStore, DEVICES, Holder, Key, KeyKind, KeyRow, Lane,
    SecretHash, account, attempts::forgotten_before, holder, idle_since, only_text,
};
use crate::private_file::close_to_others;

/// The name of the credentials' file in the data directory.
pub const FILE_NAME: &str = "credentials.db";

const DDL: &str = "CREATE TABLE IF NOT EXISTS account (
    county TEXT NOT NULL, officer TEXT NOT NULL, password TEXT NOT NULL, changed INTEGER NOT NULL,
    PRIMARY KEY (county, officer)) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS attempt (
    county TEXT NOT NULL, officer TEXT NOT NULL, lane TEXT NOT NULL, count INTEGER NOT NULL, since INTEGER NOT NULL,
    locked_until INTEGER, PRIMARY KEY (county, officer, lane)) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS key (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, county TEXT NOT NULL, officer TEXT NOT NULL,
    label TEXT NOT NULL, read_only INTEGER NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL,
    used INTEGER NOT NULL, only_commands TEXT) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS key_holder ON key (county, officer);";
const KEY: &str =
    "SELECT id, kind, county, officer, label, read_only, made, expires, used, only_commands FROM key";
/// A file from before tokens could be scoped to commands.
const WITHOUT_COMMANDS: &str =
    "SELECT count(*) = 0 FROM pragma_table_info('key') WHERE name = 'only_commands'";

/// How long a change waits for those of other processes.
const CHANGES_WAIT: Duration = Duration::from_secs(5);
/// A look-up waits for no change, but for as long as another process mends what a killed one left.
const KEYS_WAIT: Duration = Duration::from_secs(1);

/// One attempt less; a lane that it locked is one attempt before that.
const TAKE_BACK: &str =
    "UPDATE attempt SET count = iif(locked_until IS NULL, max(count - 1, 0), ?4), locked_until = NULL
    WHERE county = ?1 AND officer = ?2 AND lane = ?3";

/// The credentials in one SQLite file.
pub struct FileCredentials {
    file: PathBuf,
    connection: Arc<Mutex<Connection>>,
    /// For looking up keys, beside what changes something.
    keys: std::sync::Mutex<Connection>,
}

impl FileCredentials {
    /// Opens the credentials in `dir`, creating them if need be.
    ///
    /// # Errors
    /// When the file cannot be used or closed to others.
    pub fn open(dir: &Path) -> Result<Self, CredentialError> {
        let file = dir.join(FILE_NAME);
        let storage = |source| CredentialError::Storage { file: file.clone(), source };
        let connection = open(&file, CHANGES_WAIT).map_err(storage)?;
        close_to_others(&file)
            .map_err(|source| CredentialError::Permissions { file: file.clone(), source })?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
        connection.execute_batch(DDL).map_err(storage)?;
        if connection.query_row(WITHOUT_COMMANDS, [], |row| row.get(0)).map_err(storage)? {
            let added = connection.execute_batch("ALTER TABLE key ADD COLUMN only_commands TEXT");
            // another process may have been quicker
            if connection.query_row(WITHOUT_COMMANDS, [], |row| row.get(0)).map_err(storage)? {
                added.map_err(storage)?;
            }
        }
        let keys = open(&file, KEYS_WAIT).map_err(storage)?;
        Ok(Self { file, connection: Arc::new(Mutex::new(connection)), keys: std::sync::Mutex::new(keys) })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, CredentialError> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut connection)).await;
        let done = done.unwrap_or_else(|_| Err(rusqlite::Error::InvalidQuery));
        done.map_err(|source| CredentialError::Storage { file: self.file.clone(), source })
    }

    /// Changes rows; tells whether there were any.
    async fn change<P>(&self, sql: &'static str, by: P) -> Result<bool, CredentialError>
    where
        P: rusqlite::Params + Send + 'static,
    {
        self.with(move |c| c.execute(sql, by)).await.map(|rows| rows > 0)
    }
}

fn open(file: &Path, wait: Duration) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(wait)?;
    Ok(connection)
}

fn key_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        county: row.get(2)?,
        officer: row.get(3)?,
        label: row.get(4)?,
        read_only: row.get(5)?,
        made: row.get(6)?,
        expires: row.get(7)?,
        used: row.get(8)?,
        only: row.get(9)?,
    })
}

fn put(connection: &Connection, hash: SecretHash, key: &Key) -> rusqlite::Result<()> {
    let (county, officer) = texts(&key.holder);
    let row = params![
        hash.0,
        key.id,
        key.kind.as_str(),
        county,
        officer,
        key.label,
        key.read_only,
        key.made.as_millisecond(),
        key.expires.as_millisecond(),
        key.used.as_millisecond(),
        only_text(key),
    ];
    let sql = "INSERT INTO key (hash, id, kind, county, officer, label, read_only, made, expires, used, only_commands)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.execute(sql, row).map(drop)
}

/// Both halves of a holder, as they are kept.
fn texts(holder: &Holder) -> (String, String) {
    (holder.county.to_string(), holder.officer.to_string())
}

#[async_trait]
impl CredentialStore for FileCredentials {
    async fn set_password(&self, holder: &Holder, hash: &str, now: Timestamp) -> Result<(), CredentialError> {
        let over = "DELETE FROM key WHERE (kind = 'session' AND county = ? AND officer = ?)
                    OR expires <= ? OR (kind = 'session' AND used <= ?)";
        let sql = "INSERT INTO account (county, officer, password, changed) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (county, officer) DO UPDATE SET password = ?3, changed = ?4";
        let (by, hash) = (texts(holder), hash.to_owned());
        self.with(move |c| {
            let transaction = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute(sql, (&by.0, &by.1, hash, now.as_millisecond()))?;
            transaction.execute(over, (&by.0, &by.1, now.as_millisecond(), idle_since(now)))?;
            transaction.execute("DELETE FROM attempt WHERE county = ? AND officer = ?", (&by.0, &by.1))?;
            transaction.commit()
        })
        .await
    }

    async fn begin(&self, holder: &Holder, lanes: &[Lane], now: Timestamp) -> Result<Begun, CredentialError> {
        let (by, lanes) = (texts(holder), lanes.to_vec());
        self.with(move |c| {
            let transaction = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let sql = "SELECT password FROM account WHERE county = ? AND officer = ?";
            let found = transaction.query_row(sql, (&by.0, &by.1), |row| row.get::<_, String>(0));
            let Some(password) = found.optional()? else { return Ok(Begun::Unknown) };
            transaction.execute(
                "DELETE FROM attempt WHERE county = ? AND officer = ? AND since < ?",
                (&by.0, &by.1, forgotten_before(now)),
            )?;
            for lane in &lanes {
                let sql = "SELECT count, since, locked_until FROM attempt
                           WHERE county = ? AND officer = ? AND lane = ?";
                let found = transaction.query_row(sql, (&by.0, &by.1, &lane.name), |row| {
                    Ok(Attempts { count: row.get(0)?, since: row.get(1)?, locked_until: row.get(2)? })
                });
                let Some(next) = found.optional()?.unwrap_or_default().one_more(lane, now) else {
                    // what was counted in the lanes before is rolled back
                    return Ok(Begun::Locked);
                };
                transaction.execute(
                    "INSERT OR REPLACE INTO attempt (county, officer, lane, count, since, locked_until)
                     VALUES (?, ?, ?, ?, ?, ?)",
                    (&by.0, &by.1, &lane.name, next.count, next.since, next.locked_until),
                )?;
            }
            transaction.commit()?;
            Ok(Begun::Password(password))
        })
        .await
    }

    async fn was_right(&self, holder: &Holder, lanes: &[Lane]) -> Result<(), CredentialError> {
        let (by, lanes) = (texts(holder), lanes.to_vec());
        self.with(move |c| {
            let transaction = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for lane in &lanes {
                if lane.shared {
                    transaction.execute(TAKE_BACK, (&by.0, &by.1, &lane.name, lane.most - 1))?;
                } else {
                    let sql = "DELETE FROM attempt WHERE county = ? AND officer = ? AND lane = ?";
                    transaction.execute(sql, (&by.0, &by.1, &lane.name))?;
                }
            }
            transaction.commit()
        })
        .await
    }

    async fn forgive(&self, holder: &Holder) -> Result<bool, CredentialError> {
        let by = texts(holder);
        self.with(move |c| {
            c.execute("DELETE FROM attempt WHERE county = ? AND officer = ?", (&by.0, &by.1))?;
            let sql = "SELECT count(*) FROM account WHERE county = ? AND officer = ?";
            c.query_row(sql, (&by.0, &by.1), |row| row.get::<_, i64>(0))
        })
        .await
        .map(|accounts| accounts > 0)
    }

    async fn remove(&self, holder: &Holder) -> Result<bool, CredentialError> {
        let by = texts(holder);
        self.with(move |c| {
            let transaction = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (county, officer) = by;
            let rows = transaction
                .execute("DELETE FROM account WHERE county = ? AND officer = ?", (&county, &officer))?
                + transaction
                    .execute("DELETE FROM key WHERE county = ? AND officer = ?", (&county, &officer))?;
            transaction
                .execute("DELETE FROM attempt WHERE county = ? AND officer = ?", (&county, &officer))?;
            transaction.commit()?;
            Ok(rows > 0)
        })
        .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, CredentialError> {
        let rows = self
            .with(|c| {
                let sql = "SELECT county, officer, changed, (SELECT max(locked_until) FROM attempt AS a
                           WHERE a.county = account.county AND a.officer = account.officer)
                           FROM account ORDER BY county, officer";
                let mut statement = c.prepare(sql)?;
                let rows = statement
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
                rows.collect::<rusqlite::Result<Vec<(String, String, i64, Option<i64>)>>>()
            })
            .await?;
        rows.into_iter()
            .map(|(county, officer, changed, locked)| account(&county, &officer, changed, locked))
            .collect()
    }

    async fn named(&self, officer: &OfficerId) -> Result<Vec<Holder>, CredentialError> {
        let name = officer.to_string();
        let counties = self
            .with(move |c| {
                let mut statement = c.prepare("SELECT county FROM account WHERE officer = ?")?;
                let rows = statement.query_map([name], |row| row.get(0))?;
                rows.collect::<rusqlite::Result<Vec<String>>>()
            })
            .await?;
        counties.iter().map(|county| holder(county, officer.as_str())).collect()
    }

    async fn put_key(&self, hash: SecretHash, key: &Key) -> Result<(), CredentialError> {
        let key = key.clone();
        self.with(move |c| {
            let (county, officer) = texts(&key.holder);
            put(c, hash, &key)?;
            if key.kind == KeyKind::Device {
                c.execute(
                    "DELETE FROM key WHERE kind = 'device' AND county = ?1 AND officer = ?2 AND hash NOT IN (
                     SELECT hash FROM key WHERE kind = 'device' AND county = ?1 AND officer = ?2
                     ORDER BY made DESC, id LIMIT ?3)",
                    (county, officer, DEVICES),
                )?;
            }
            Ok(())
        })
        .await
    }

    async fn put_session(
        &self,
        hash: SecretHash,
        session: &Key,
        password: &str,
    ) -> Result<bool, CredentialError> {
        let (session, password) = (session.clone(), password.to_owned());
        self.with(move |c| {
            let transaction = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (county, officer) = texts(&session.holder);
            let sql = "SELECT count(*) > 0 FROM account WHERE county = ? AND officer = ? AND password = ?";
            let is_still = transaction.query_row(sql, (county, officer, password), |row| row.get(0))?;
            if is_still {
                put(&transaction, hash, &session)?;
            }
            transaction.commit()?;
            Ok(is_still)
        })
        .await
    }

    async fn key(&self, hash: SecretHash) -> Result<Option<Key>, CredentialError> {
        // with every request, and out of memory: less than waking another thread for it
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let looked_up = keys
            .prepare_cached(&format!("{KEY} WHERE hash = ?"))
            .and_then(|mut statement| statement.query_row([hash.0], key_row).optional());
        drop(keys);
        let row = looked_up.map_err(|source| CredentialError::Storage { file: self.file.clone(), source })?;
        row.map(Key::try_from).transpose()
    }

    async fn used(&self, hash: SecretHash, now: Timestamp) -> Result<(), CredentialError> {
        let by = (now.as_millisecond(), hash.0);
        self.change("UPDATE key SET used = max(used, ?) WHERE hash = ?", by).await.map(|_| ())
    }

    async fn keys(&self, kind: KeyKind) -> Result<Vec<Key>, CredentialError> {
        let sql = format!("{KEY} WHERE kind = ? ORDER BY made, id");
        let rows = self
            .with(move |c| {
                let mut statement = c.prepare(&sql)?;
                let rows = statement.query_map([kind.as_str()], key_row)?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })
            .await?;
        rows.into_iter().map(Key::try_from).collect()
    }

    async fn revoke(&self, id: &str) -> Result<bool, CredentialError> {
        self.change("DELETE FROM key WHERE id = ?", [id.to_owned()]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_in_waits_for_no_change_that_waits_for_another_process() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileCredentials::open(dir.path()).unwrap();
        let (who, now) = (holder("530322", "lead").unwrap(), Timestamp::UNIX_EPOCH);
        let other = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let look = async {
            let found = store.key(SecretHash::of("om_x")).await;
            other.execute_batch("COMMIT").unwrap();
            found
        };
        let (changed, found) = tokio::join!(store.set_password(&who, "hash", now), look);
        assert!(found.unwrap().is_none());
        changed.unwrap();
    }

    #[tokio::test]
    async fn a_file_from_before_tokens_had_commands_is_taken_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let hash = SecretHash::of("om_x");
        {
            let old = Connection::open(dir.path().join(FILE_NAME)).unwrap();
            old.execute_batch(&DDL.replace(", only_commands TEXT", "")).unwrap();
            old.execute(
                "INSERT INTO key VALUES (?, 'a', 'token', '530322', 'lead', 'old', 0, 0, 9, 0)",
                [hash.0],
            )
            .unwrap();
        }
        for _ in 0..2 {
            let store = FileCredentials::open(dir.path()).unwrap();
            let key = store.key(hash).await.unwrap().unwrap();
            assert_eq!((key.label.as_str(), key.only, key.read_only), ("old", None, false));
        }
    }
}
