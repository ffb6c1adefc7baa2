//! The vault in a PostgreSQL database that many gateways share: sealed texts in one table, the subjects' keys in another.
//!
//! Invariants: a text is committed before its reference is given; no text is written in the clear, and what an older version
//! had is sealed at the next start; every gateway has the same master key, and one with another does not start.
//! Deliberately absent: a promise that what was erased is at once in no file. It is out of the tables; the server's
//! write-ahead log and its dead rows go when it recycles and vacuums them (docs/operations.md).

use std::path::Path;

use async_trait::async_trait;
use deadpool_postgres::Object;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use om_domain::person::Subject;
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};

use super::cipher::ALGORITHM;
use super::rotate::{Rotated, is_to_be};
use super::sealing::{Place, SubjectKey, Tombstone, class, new_key, rewrapped, subject_of, unwrapped};
use super::{
    Class, Kept, MasterKey, State, Vault, VaultError, marked, new_reference, tombstone, tombstone_text,
};
use crate::postgres::{Database, DatabaseError};

/// A number of ours for the lock under which the tables are made: several gateways may start at once.
const SCHEMA_LOCK: i64 = 0x6f6d_7661_756c_7400;
const DDL: &str = "CREATE TABLE IF NOT EXISTS onematter_vault (
    county text NOT NULL, ref text NOT NULL, class text NOT NULL,
    text text, -- of the first form; none once sealed
    command uuid, place bigint,
    PRIMARY KEY (county, ref));
    CREATE UNIQUE INDEX IF NOT EXISTS onematter_vault_once ON onematter_vault (county, command, place)
        WHERE command IS NOT NULL;
    ALTER TABLE onematter_vault ADD COLUMN IF NOT EXISTS subject text, ADD COLUMN IF NOT EXISTS algorithm text,
        ADD COLUMN IF NOT EXISTS key text, ADD COLUMN IF NOT EXISTS sealed bytea; -- none once erased
    CREATE INDEX IF NOT EXISTS onematter_vault_subject ON onematter_vault (county, subject);
    CREATE TABLE IF NOT EXISTS onematter_subject_key (
    county text NOT NULL, subject text NOT NULL, id text NOT NULL, algorithm text NOT NULL,
    wrapped bytea, -- none once destroyed
    restricted boolean NOT NULL DEFAULT false,
    tombstone text, -- JSON, once destroyed
    PRIMARY KEY (county, subject));
    CREATE TABLE IF NOT EXISTS onematter_vault_said (name text PRIMARY KEY, value text NOT NULL);";

/// One look at a text with its key; a row without a subject is of the first form, and about itself.
const LOOK: &str = "SELECT v.ref, v.class, coalesce(v.subject, 'text-' || substr(v.ref, 7)), v.sealed,
    k.id, k.wrapped, k.restricted, v.text
    FROM onematter_vault v LEFT JOIN onematter_subject_key k
    ON k.county = v.county AND k.subject = coalesce(v.subject, 'text-' || substr(v.ref, 7))";

/// The vault in a PostgreSQL database.
pub struct PostgresVault {
    database: Database,
    master: MasterKey,
}

impl From<DatabaseError> for VaultError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Address { reason } => VaultError::Address { reason },
            DatabaseError::Database { server, source } => VaultError::Database { server, source },
        }
    }
}

type By<'a> = &'a [&'a (dyn ToSql + Sync)];

impl PostgresVault {
    /// Connects by a `postgres://` address and makes the tables if they are not there. The server's certificate is
    /// checked against the authorities in `ca` (PEM) where the address says `sslmode=require`. The subjects' keys are wrapped
    /// by `master`.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, the database does not answer, or another master key wraps its keys.
    pub async fn connect(address: &str, ca: Option<&Path>, master: MasterKey) -> Result<Self, VaultError> {
        let database = Database::connect(address, (ca, "--vault-ca"), (SCHEMA_LOCK, DDL)).await?;
        let vault = Self { database, master };
        vault.of_this_master().await?;
        vault.seal_the_old().await?;
        Ok(vault)
    }

    /// Wraps the subjects' keys by another master key, all in one transaction: a gateway that still has the old one finds out at its
    /// next key, and takes none.
    ///
    /// # Errors
    /// As [`PostgresVault::connect`], and when a key does not open; then all is as before.
    pub async fn rotate(
        address: &str,
        ca: Option<&Path>,
        (old, new): (&MasterKey, &MasterKey),
    ) -> Result<Rotated, VaultError> {
        let vault = match Self::connect(address, ca, old.clone()).await {
            Err(VaultError::OtherMaster { wants, .. }) if wants == new.id() => return Ok(Rotated::Already),
            connected => connected?,
        };
        let failed = |e| vault.failed(e);
        let mut connection = vault.connection().await?;
        let begun = connection.transaction().await.map_err(failed)?;
        // whoever makes a key holds this row, so that none is made by the old master key after this
        let sql = "SELECT value FROM onematter_vault_said WHERE name = 'master' FOR UPDATE";
        let wants = begun.query_opt(sql, &[]).await.map_err(failed)?.map(|row| row.get(0));
        if !is_to_be(wants, old, new)? {
            return Ok(Rotated::Already);
        }
        let sql = "SELECT county, subject, id, wrapped FROM onematter_subject_key WHERE wrapped IS NOT NULL FOR UPDATE";
        let rows = begun.query(sql, &[]).await.map_err(failed)?;
        for row in &rows {
            let (county, subject): (&str, &str) = (row.get(0), row.get(1));
            let anew = rewrapped((old, new), &county.parse()?, subject, (row.get(2), row.get(3)))?;
            let sql = "UPDATE onematter_subject_key SET wrapped = $3 WHERE county = $1 AND subject = $2";
            begun.execute(sql, &[&county, &subject, &anew]).await.map_err(failed)?;
        }
        let sql = "UPDATE onematter_vault_said SET value = $1 WHERE name = 'master'";
        begun.execute(sql, &[&new.id()]).await.map_err(failed)?;
        begun.commit().await.map_err(failed)?;
        Ok(Rotated::Keys(rows.len() as u64))
    }

    async fn connection(&self) -> Result<Object, VaultError> {
        Ok(self.database.connection().await?)
    }

    fn failed(&self, source: tokio_postgres::Error) -> VaultError {
        self.database.failed(source).into()
    }

    async fn one(&self, sql: &str, by: By<'_>) -> Result<Option<Row>, VaultError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        connection.query_opt(&statement, by).await.map_err(|e| self.failed(e))
    }

    async fn run(&self, sql: &str, by: By<'_>) -> Result<u64, VaultError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        connection.execute(&statement, by).await.map_err(|e| self.failed(e))
    }

    /// The first gateway says which master key wraps the keys; every other must have it.
    async fn of_this_master(&self) -> Result<(), VaultError> {
        let (name, given) = ("master", self.master.id().to_owned());
        let sql =
            "INSERT INTO onematter_vault_said (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.run(sql, &[&name, &given]).await?;
        match self.said(name).await? {
            Some(wants) if wants != given => Err(VaultError::OtherMaster { wants, given }),
            _ => Ok(()),
        }
    }

    async fn said(&self, name: &str) -> Result<Option<String>, VaultError> {
        let row = self.one("SELECT value FROM onematter_vault_said WHERE name = $1", &[&name]).await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Seals the texts that an older version wrote in the clear, and has the table written anew without them.
    async fn seal_the_old(&self) -> Result<(), VaultError> {
        let failed = |e| self.failed(e);
        let mut connection = self.connection().await?;
        let begun = connection.transaction().await.map_err(failed)?;
        begun.execute("SELECT pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await.map_err(failed)?;
        let sql = "SELECT county, ref, class, text FROM onematter_vault WHERE text IS NOT NULL FOR UPDATE";
        let rows = begun.query(sql, &[]).await.map_err(failed)?;
        for row in &rows {
            let county: CountyId = row.get::<_, &str>(0).parse()?;
            let (reference, text): (&str, &str) = (row.get(1), row.get(3));
            let subject = Subject::Text(reference.parse()?).to_string();
            let key = self.key(&*begun, &county, &subject).await?;
            let place = Place { county: &county, reference, class: class(row.get(2))?, subject: &subject };
            let sealed = key.as_ref().map(|key| key.seal(place, text)).transpose()?;
            let id = key.map(|key| key.id);
            let sql =
                "UPDATE onematter_vault SET text = NULL, subject = $3, algorithm = $4, key = $5, sealed = $6
                       WHERE county = $1 AND ref = $2";
            let by: By<'_> = &[&county.as_str(), &reference, &subject, &ALGORITHM, &id, &sealed];
            begun.execute(sql, by).await.map_err(failed)?;
        }
        begun.commit().await.map_err(failed)?;
        if !rows.is_empty() {
            connection.batch_execute("VACUUM (FULL) onematter_vault").await.map_err(failed)?;
            tracing::info!(texts = rows.len(), "texts of an older version were sealed");
        }
        Ok(())
    }

    /// The subject's key, made if there is none yet; none if it was destroyed.
    async fn key(
        &self,
        client: &impl GenericClient,
        county: &CountyId,
        subject: &str,
    ) -> Result<Option<SubjectKey>, VaultError> {
        let new = new_key(&self.master, county, subject)?;
        // none by a master key that was changed for another since this gateway started
        let sql =
            "WITH ours AS (SELECT 1 FROM onematter_vault_said WHERE name = 'master' AND value = $6 FOR SHARE)
                   INSERT INTO onematter_subject_key (county, subject, id, algorithm, wrapped)
                   SELECT $1::text, $2::text, $3::text, $4::text, $5::bytea FROM ours
                   ON CONFLICT (county, subject) DO NOTHING";
        let by: By<'_> = &[&county.as_str(), &subject, &new.id, &ALGORITHM, &new.wrapped, &self.master.id()];
        client.execute(sql, by).await.map_err(|e| self.failed(e))?;
        let sql =
            "SELECT k.id, k.wrapped, s.value FROM onematter_vault_said s LEFT JOIN onematter_subject_key k
                   ON k.county = $1 AND k.subject = $2 WHERE s.name = 'master'";
        let row = client.query_one(sql, &[&county.as_str(), &subject]).await.map_err(|e| self.failed(e))?;
        let wants: String = row.get(2);
        if wants != self.master.id() {
            return Err(VaultError::OtherMaster { wants, given: self.master.id().to_owned() });
        }
        let wrapped: Option<Vec<u8>> = row.get(1);
        wrapped.map(|wrapped| unwrapped(&self.master, county, subject, (row.get(0), wrapped))).transpose()
    }

    fn kept(&self, county: &CountyId, row: &Row) -> Result<Kept, VaultError> {
        let (reference, stored, subject): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        let (sealed, id, wrapped): (Option<Vec<u8>>, Option<String>, Option<Vec<u8>>) =
            (row.get(3), row.get(4), row.get(5));
        let (class, restricted) = (class(stored)?, row.get::<_, Option<bool>>(6).unwrap_or_default());
        let place = Place { county, reference, class, subject };
        let marked = if restricted { State::Restricted } else { State::Kept };
        let (state, text) = match (sealed, id, wrapped) {
            // an older gateway wrote it a moment ago; the next start seals it
            (None, None, _) if row.get::<_, Option<&str>>(7).is_some() => (State::Kept, row.get(7)),
            (None, ..) | (_, Some(_), None) => (State::Erased, None),
            (Some(_), None, _) => (State::NoKey, None),
            (Some(sealed), Some(id), Some(wrapped)) => {
                let key = unwrapped(&self.master, county, subject, (id, wrapped))?;
                (marked, Some(key.open(place, &sealed)?))
            }
        };
        Ok(Kept { class, subject: subject.parse()?, state, text })
    }

    async fn of_command(
        &self,
        county: &CountyId,
        (command, place): (CommandId, u32),
    ) -> Result<Option<Row>, VaultError> {
        let sql = format!("{LOOK} WHERE v.county = $1 AND v.command = $2 AND v.place = $3");
        self.one(&sql, &[&county.as_str(), &command.0, &i64::from(place)]).await
    }
}

#[async_trait]
impl Vault for PostgresVault {
    async fn put_about(
        &self,
        county: &CountyId,
        of: Option<(CommandId, u32)>,
        (class, about): (Class, Option<&Subject>),
        text: &str,
    ) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        let before = match of {
            Some(of) => self.of_command(county, of).await?,
            None => None,
        };
        if before.is_none() {
            let subject = subject_of(about, &reference);
            let connection = self.connection().await?;
            let key = self.key(&**connection, county, &subject).await?.ok_or(VaultError::SubjectErased)?;
            drop(connection);
            let place = Place { county, reference: reference.as_str(), class, subject: &subject };
            let sealed = key.seal(place, text)?;
            let (command, nth) = of.map(|(command, place)| (command.0, i64::from(place))).unzip();
            let sql = "INSERT INTO onematter_vault (county, ref, class, command, place, subject, algorithm, key, sealed)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                       ON CONFLICT (county, command, place) WHERE command IS NOT NULL DO NOTHING";
            let (county, reference, class) = (county.as_str(), reference.as_str(), class.as_str());
            let by: By<'_> =
                &[&county, &reference, &class, &command, &nth, &subject, &ALGORITHM, &key.id, &sealed];
            self.run(sql, by).await?;
        }
        let Some((command, place)) = of else { return Ok(reference) };
        // the row is there: it was put just now or by the same command before, and rows are never deleted
        let Some(row) = self.of_command(county, (command, place)).await? else { return Ok(reference) };
        let kept = self.kept(county, &row)?;
        if about.is_some_and(|about| *about != kept.subject) {
            return Err(VaultError::CommandIdReused { command, place });
        }
        match kept.text {
            Some(kept_text) if kept_text != text || kept.class != class => {
                Err(VaultError::CommandIdReused { command, place })
            }
            _ => Ok(row.get::<_, &str>(0).parse()?),
        }
    }

    async fn look(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<Kept>, VaultError> {
        let sql = format!("{LOOK} WHERE v.county = $1 AND v.ref = $2");
        let row = self.one(&sql, &[&county.as_str(), &reference.as_str()]).await?;
        row.map(|row| self.kept(county, &row)).transpose()
    }

    async fn destroy(
        &self,
        county: &CountyId,
        subject: &Subject,
        order: &Tombstone,
    ) -> Result<(), VaultError> {
        let (subject, order) = (subject.to_string(), tombstone_text(order)?);
        // the key first: without it what is left says nothing
        let sql = "INSERT INTO onematter_subject_key AS k (county, subject, id, algorithm, tombstone)
                   VALUES ($1, $2, '', $3, $4) ON CONFLICT (county, subject) DO UPDATE
                   SET wrapped = NULL, restricted = false, tombstone = coalesce(k.tombstone, excluded.tombstone)";
        self.run(sql, &[&county.as_str(), &subject, &ALGORITHM, &order]).await?;
        // the rows stay, so that a command sent again does not bring a text back
        let sql = "UPDATE onematter_vault SET sealed = NULL WHERE county = $1 AND subject = $2 AND sealed IS NOT NULL";
        self.run(sql, &[&county.as_str(), &subject]).await.map(drop)
    }

    async fn restrict(
        &self,
        county: &CountyId,
        subject: &Subject,
        restricted: bool,
    ) -> Result<(), VaultError> {
        let subject = subject.to_string();
        let connection = self.connection().await?;
        // also before its first text comes
        self.key(&**connection, county, &subject).await?;
        drop(connection);
        let sql = "UPDATE onematter_subject_key SET restricted = $3
                   WHERE county = $1 AND subject = $2 AND wrapped IS NOT NULL";
        self.run(sql, &[&county.as_str(), &subject, &restricted]).await.map(drop)
    }

    async fn opens(&self) -> Result<(), VaultError> {
        Ok(())
    }

    async fn tombstones(&self) -> Result<Vec<(CountyId, Subject, Tombstone)>, VaultError> {
        let sql = "SELECT county, subject, tombstone FROM onematter_subject_key WHERE tombstone IS NOT NULL";
        let rows = self.connection().await?.query(sql, &[]).await.map_err(|e| self.failed(e))?;
        rows.iter().map(|row| tombstone((row.get(0), row.get(1), row.get(2)))).collect()
    }

    async fn restricted(&self) -> Result<Vec<(CountyId, Subject)>, VaultError> {
        let sql =
            "SELECT county, subject FROM onematter_subject_key WHERE restricted AND wrapped IS NOT NULL";
        let rows = self.connection().await?.query(sql, &[]).await.map_err(|e| self.failed(e))?;
        rows.iter().map(|row| marked((row.get(0), row.get(1)))).collect()
    }

    async fn applied(&self) -> Result<Option<String>, VaultError> {
        self.said("applied").await
    }

    async fn set_applied(&self, to: &str) -> Result<(), VaultError> {
        let sql = "INSERT INTO onematter_vault_said (name, value) VALUES ('applied', $1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.run(sql, &[&to]).await.map(drop)
    }
}
