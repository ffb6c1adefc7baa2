//! The credentials in a PostgreSQL database that many gateways share.
//!
//! Invariant: an account locked at one gateway is locked at all, since attempts are counted in the database, a row at a
//! time.
//! Deliberately absent: a cache; a key that was revoked opens nothing at the next request, whichever gateway has it.

use std::path::Path;

use async_trait::async_trait;
use deadpool_postgres::Object;
use jiff::Timestamp;
use om_domain::ids::OfficerId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};

use super::{
    Account, Attempts, Begun, CredentialError, CredentialStore, DEVICES, Holder, Key, KeyKind, KeyRow, Lane,
    SecretHash, account, attempts::forgotten_before, holder, idle_since, only_text,
};
use crate::postgres::{Database, DatabaseError};

/// A number of ours for the lock under which the tables are made: several gateways may start at once.
const SCHEMA_LOCK: i64 = 0x6f6d_6372_6564_7300;
const DDL: &str = "CREATE TABLE IF NOT EXISTS onematter_account (
    county text NOT NULL, officer text NOT NULL, password text NOT NULL, changed bigint NOT NULL,
    PRIMARY KEY (county, officer));
    CREATE TABLE IF NOT EXISTS onematter_attempt (
    county text NOT NULL, officer text NOT NULL, lane text NOT NULL, count bigint NOT NULL, since bigint NOT NULL,
    locked_until bigint, PRIMARY KEY (county, officer, lane));
    CREATE TABLE IF NOT EXISTS onematter_key (
    hash bytea PRIMARY KEY, id text NOT NULL UNIQUE, kind text NOT NULL, county text NOT NULL, officer text NOT NULL,
    label text NOT NULL, read_only boolean NOT NULL, made bigint NOT NULL, expires bigint NOT NULL,
    used bigint NOT NULL);
    ALTER TABLE onematter_key ADD COLUMN IF NOT EXISTS only_commands text;
    CREATE INDEX IF NOT EXISTS onematter_key_holder ON onematter_key (county, officer);";
const KEY: &str = "SELECT id, kind, county, officer, label, read_only, made, expires, used, only_commands FROM onematter_key";

/// One attempt less; a lane that it locked is one attempt before that.
const TAKE_BACK: &str = "UPDATE onematter_attempt
    SET count = CASE WHEN locked_until IS NULL THEN greatest(count - 1, 0) ELSE $4 END, locked_until = NULL
    WHERE county = $1 AND officer = $2 AND lane = $3";

/// The credentials in a PostgreSQL database.
pub struct PostgresCredentials {
    database: Database,
}

impl From<DatabaseError> for CredentialError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Address { reason } => Self::Address { reason },
            DatabaseError::Database { server, source } => Self::Database { server, source },
        }
    }
}

type By<'a> = &'a [&'a (dyn ToSql + Sync)];

impl PostgresCredentials {
    /// Connects by a `postgres://` address and makes the tables if they are not there. The server's certificate is
    /// checked against the authorities in `ca` (PEM) where the address says `sslmode=require`.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, or the database does not answer.
    pub async fn connect(address: &str, ca: Option<&Path>) -> Result<Self, CredentialError> {
        Ok(Self { database: Database::connect(address, (ca, "--credentials-ca"), (SCHEMA_LOCK, DDL)).await? })
    }

    async fn connection(&self) -> Result<Object, CredentialError> {
        Ok(self.database.connection().await?)
    }

    fn failed(&self, source: tokio_postgres::Error) -> CredentialError {
        self.database.failed(source).into()
    }

    async fn rows(&self, sql: &str, by: By<'_>) -> Result<Vec<Row>, CredentialError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        connection.query(&statement, by).await.map_err(|e| self.failed(e))
    }

    /// Changes rows; tells whether there were any.
    async fn change(&self, sql: &str, by: By<'_>) -> Result<bool, CredentialError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        Ok(connection.execute(&statement, by).await.map_err(|e| self.failed(e))? > 0)
    }
}

fn key_of(row: &Row) -> Result<Key, CredentialError> {
    Key::try_from(KeyRow {
        id: row.get(0),
        kind: row.get(1),
        county: row.get(2),
        officer: row.get(3),
        label: row.get(4),
        read_only: row.get(5),
        made: row.get(6),
        expires: row.get(7),
        used: row.get(8),
        only: row.get(9),
    })
}

async fn put(client: &impl GenericClient, hash: SecretHash, key: &Key) -> Result<(), tokio_postgres::Error> {
    let sql = "INSERT INTO onematter_key
               (hash, id, kind, county, officer, label, read_only, made, expires, used, only_commands)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let only = only_text(key);
    let times = [key.made, key.expires, key.used].map(Timestamp::as_millisecond);
    let by: By<'_> = &[
        &hash.0.as_slice(),
        &key.id,
        &key.kind.as_str(),
        &key.holder.county.as_str(),
        &key.holder.officer.as_str(),
        &key.label,
        &key.read_only,
        &times[0],
        &times[1],
        &times[2],
        &only,
    ];
    client.execute(sql, by).await.map(drop)
}

#[async_trait]
impl CredentialStore for PostgresCredentials {
    async fn set_password(&self, holder: &Holder, hash: &str, now: Timestamp) -> Result<(), CredentialError> {
        let failed = |e| self.failed(e);
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        let (county, officer) = (holder.county.as_str(), holder.officer.as_str());
        // waits for sessions that the old one is opening, so that the next statement sees them
        let sql = "INSERT INTO onematter_account (county, officer, password, changed) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (county, officer) DO UPDATE SET password = $3, changed = $4";
        let by: By<'_> = &[&county, &officer, &hash, &now.as_millisecond()];
        transaction.execute(sql, by).await.map_err(failed)?;
        let sql = "DELETE FROM onematter_key WHERE (kind = 'session' AND county = $1 AND officer = $2)
                   OR expires <= $3 OR (kind = 'session' AND used <= $4)";
        let by: By<'_> = &[&county, &officer, &now.as_millisecond(), &idle_since(now)];
        transaction.execute(sql, by).await.map_err(failed)?;
        let sql = "DELETE FROM onematter_attempt WHERE county = $1 AND officer = $2";
        transaction.execute(sql, &[&county, &officer]).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn begin(&self, holder: &Holder, lanes: &[Lane], now: Timestamp) -> Result<Begun, CredentialError> {
        let failed = |e| self.failed(e);
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        let (county, officer) = (holder.county.as_str(), holder.officer.as_str());
        // attempts at one account wait for each other here
        let sql = "SELECT password FROM onematter_account WHERE county = $1 AND officer = $2 FOR UPDATE";
        let Some(row) = transaction.query_opt(sql, &[&county, &officer]).await.map_err(failed)? else {
            return Ok(Begun::Unknown);
        };
        let sql = "DELETE FROM onematter_attempt WHERE county = $1 AND officer = $2 AND since < $3";
        transaction.execute(sql, &[&county, &officer, &forgotten_before(now)]).await.map_err(failed)?;
        for lane in lanes {
            let sql = "SELECT count, since, locked_until FROM onematter_attempt
                       WHERE county = $1 AND officer = $2 AND lane = $3";
            let found = transaction.query_opt(sql, &[&county, &officer, &lane.name]).await.map_err(failed)?;
            let attempts =
                found.map(|row| Attempts { count: row.get(0), since: row.get(1), locked_until: row.get(2) });
            let Some(next) = attempts.unwrap_or_default().one_more(lane, now) else {
                // what was counted in the lanes before is rolled back
                return Ok(Begun::Locked);
            };
            let sql = "INSERT INTO onematter_attempt (county, officer, lane, count, since, locked_until)
                       VALUES ($1, $2, $3, $4, $5, $6)
                       ON CONFLICT (county, officer, lane) DO UPDATE SET count = $4, since = $5, locked_until = $6";
            let by: By<'_> = &[&county, &officer, &lane.name, &next.count, &next.since, &next.locked_until];
            transaction.execute(sql, by).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(Begun::Password(row.get(0)))
    }

    async fn was_right(&self, holder: &Holder, lanes: &[Lane]) -> Result<(), CredentialError> {
        let (county, officer) = (holder.county.as_str(), holder.officer.as_str());
        for lane in lanes {
            if lane.shared {
                self.change(TAKE_BACK, &[&county, &officer, &lane.name, &(lane.most - 1)]).await?;
            } else {
                let sql = "DELETE FROM onematter_attempt WHERE county = $1 AND officer = $2 AND lane = $3";
                self.change(sql, &[&county, &officer, &lane.name]).await?;
            }
        }
        Ok(())
    }

    async fn forgive(&self, holder: &Holder) -> Result<bool, CredentialError> {
        let sql = "WITH forgiven AS (DELETE FROM onematter_attempt WHERE county = $1 AND officer = $2)
                   SELECT count(*) FROM onematter_account WHERE county = $1 AND officer = $2";
        let rows = self.rows(sql, &[&holder.county.as_str(), &holder.officer.as_str()]).await?;
        Ok(rows.first().is_some_and(|row| row.get::<_, i64>(0) > 0))
    }

    async fn remove(&self, holder: &Holder) -> Result<bool, CredentialError> {
        let failed = |e| self.failed(e);
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        let by: By<'_> = &[&holder.county.as_str(), &holder.officer.as_str()];
        let mut rows = 0;
        // the account first: that waits for a session which its password is opening
        for table in ["onematter_account", "onematter_key", "onematter_attempt"] {
            let sql = format!("DELETE FROM {table} WHERE county = $1 AND officer = $2");
            let deleted = transaction.execute(&sql, by).await.map_err(failed)?;
            rows += if table == "onematter_attempt" { 0 } else { deleted };
        }
        transaction.commit().await.map_err(failed)?;
        Ok(rows > 0)
    }

    async fn accounts(&self) -> Result<Vec<Account>, CredentialError> {
        let sql = "SELECT county, officer, changed, (SELECT max(locked_until) FROM onematter_attempt AS a
                   WHERE a.county = b.county AND a.officer = b.officer)
                   FROM onematter_account AS b ORDER BY county, officer";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| account(row.get(0), row.get(1), row.get(2), row.get(3))).collect()
    }

    async fn named(&self, officer: &OfficerId) -> Result<Vec<Holder>, CredentialError> {
        let sql = "SELECT county FROM onematter_account WHERE officer = $1";
        let rows = self.rows(sql, &[&officer.as_str()]).await?;
        rows.iter().map(|row| holder(row.get(0), officer.as_str())).collect()
    }

    async fn put_key(&self, hash: SecretHash, key: &Key) -> Result<(), CredentialError> {
        let connection = self.connection().await?;
        put(&**connection, hash, key).await.map_err(|e| self.failed(e))?;
        if key.kind == KeyKind::Device {
            let sql = "DELETE FROM onematter_key WHERE kind = 'device' AND county = $1 AND officer = $2
                       AND hash NOT IN (SELECT hash FROM onematter_key WHERE kind = 'device' AND county = $1
                       AND officer = $2 ORDER BY made DESC, id LIMIT $3)";
            let by: By<'_> = &[&key.holder.county.as_str(), &key.holder.officer.as_str(), &DEVICES];
            self.change(sql, by).await?;
        }
        Ok(())
    }

    async fn put_session(
        &self,
        hash: SecretHash,
        session: &Key,
        password: &str,
    ) -> Result<bool, CredentialError> {
        let failed = |e| self.failed(e);
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        let (county, officer) = (session.holder.county.as_str(), session.holder.officer.as_str());
        // whoever sets another waits until this session is kept, and ends it then
        let sql = "SELECT 1 FROM onematter_account
                   WHERE county = $1 AND officer = $2 AND password = $3 FOR SHARE";
        let still = transaction.query_opt(sql, &[&county, &officer, &password]).await.map_err(failed)?;
        if still.is_some() {
            put(&*transaction, hash, session).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(still.is_some())
    }

    async fn key(&self, hash: SecretHash) -> Result<Option<Key>, CredentialError> {
        let rows = self.rows(&format!("{KEY} WHERE hash = $1"), &[&hash.0.as_slice()]).await?;
        rows.first().map(key_of).transpose()
    }

    async fn used(&self, hash: SecretHash, now: Timestamp) -> Result<(), CredentialError> {
        let sql = "UPDATE onematter_key SET used = greatest(used, $1) WHERE hash = $2";
        self.change(sql, &[&now.as_millisecond(), &hash.0.as_slice()]).await.map(|_| ())
    }

    async fn keys(&self, kind: KeyKind) -> Result<Vec<Key>, CredentialError> {
        let rows = self.rows(&format!("{KEY} WHERE kind = $1 ORDER BY made, id"), &[&kind.as_str()]).await?;
        rows.iter().map(key_of).collect()
    }

    async fn revoke(&self, id: &str) -> Result<bool, CredentialError> {
        self.change("DELETE FROM onematter_key WHERE id = $1", &[&id]).await
    }
}
