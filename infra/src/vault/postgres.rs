//! The vault in a PostgreSQL database that many gateways share.
//!
//! Invariant: a text is committed before its reference is given.
//! Deliberately absent: a promise that an erased text is at once in no file. It is out of the table; the server's
//! write-ahead log and its dead rows go when it recycles and vacuums them (docs/operations.md).

use std::path::Path;

use async_trait::async_trait;
use deadpool_postgres::Object;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use tokio_postgres::Row;

use super::{Class, Vault, VaultError, new_reference};
use crate::postgres::{Database, DatabaseError};

/// A number of ours for the lock under which the table is made: several gateways may start at once.
const SCHEMA_LOCK: i64 = 0x6f6d_7661_756c_7400;
const DDL: &str = "CREATE TABLE IF NOT EXISTS onematter_vault (
    county text NOT NULL, ref text NOT NULL, class text NOT NULL,
    text text, -- none once erased
    command uuid, place bigint,
    PRIMARY KEY (county, ref));
    CREATE UNIQUE INDEX IF NOT EXISTS onematter_vault_once ON onematter_vault (county, command, place)
        WHERE command IS NOT NULL;";

/// The vault in a PostgreSQL database.
pub struct PostgresVault {
    database: Database,
}

impl From<DatabaseError> for VaultError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Address { reason } => VaultError::Address { reason },
            DatabaseError::Database { server, source } => VaultError::Database { server, source },
        }
    }
}

impl PostgresVault {
    /// Connects by a `postgres://` address and makes the table if it is not there. The server's certificate is
    /// checked against the authorities in `ca` (PEM) where the address says `sslmode=require`.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, or the database does not answer.
    pub async fn connect(address: &str, ca: Option<&Path>) -> Result<Self, VaultError> {
        Ok(Self { database: Database::connect(address, (ca, "--vault-ca"), (SCHEMA_LOCK, DDL)).await? })
    }

    async fn connection(&self) -> Result<Object, VaultError> {
        Ok(self.database.connection().await?)
    }

    fn failed(&self, source: tokio_postgres::Error) -> VaultError {
        self.database.failed(source).into()
    }

    async fn insert(
        &self,
        county: &CountyId,
        reference: &VaultRef,
        class: Class,
        text: &str,
        of: Option<(CommandId, u32)>,
    ) -> Result<(), VaultError> {
        let (command, place) = of.map(|(command, place)| (command.0, i64::from(place))).unzip();
        let connection = self.connection().await?;
        let sql = "INSERT INTO onematter_vault (county, ref, class, text, command, place)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (county, command, place) WHERE command IS NOT NULL DO NOTHING";
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        let (county, reference) = (county.to_string(), reference.to_string());
        connection
            .execute(&statement, &[&county, &reference, &class.as_str(), &text, &command, &place])
            .await
            .map_err(|e| self.failed(e))?;
        Ok(())
    }

    async fn one(
        &self,
        sql: &str,
        by: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Option<Row>, VaultError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        connection.query_opt(&statement, by).await.map_err(|e| self.failed(e))
    }
}

#[async_trait]
impl Vault for PostgresVault {
    async fn put(&self, county: &CountyId, class: Class, text: &str) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        self.insert(county, &reference, class, text, None).await?;
        Ok(reference)
    }

    async fn put_with(
        &self,
        county: &CountyId,
        (command, place): (CommandId, u32),
        class: Class,
        text: &str,
    ) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        self.insert(county, &reference, class, text, Some((command, place))).await?;
        let kept = self
            .one(
                "SELECT ref, text FROM onematter_vault WHERE county = $1 AND command = $2 AND place = $3",
                &[&county.to_string(), &command.0, &i64::from(place)],
            )
            .await?;
        // the row is there: it was put just now or by the same command before, and rows are never deleted
        let Some(kept) = kept else { return Ok(reference) };
        let same = kept.get::<_, Option<&str>>(1).is_none_or(|kept| kept == text);
        if same {
            Ok(kept.get::<_, &str>(0).parse()?)
        } else {
            Err(VaultError::CommandIdReused { command, place })
        }
    }

    async fn get(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<String>, VaultError> {
        let row = self
            .one(
                "SELECT text FROM onematter_vault WHERE county = $1 AND ref = $2",
                &[&county.to_string(), &reference.to_string()],
            )
            .await?;
        Ok(row.and_then(|row| row.get(0)))
    }

    async fn erase(&self, county: &CountyId, reference: &VaultRef) -> Result<bool, VaultError> {
        // the row stays, so that a command sent again does not bring the text back
        let row = self
            .one(
                "UPDATE onematter_vault SET text = NULL
                 WHERE county = $1 AND ref = $2 AND text IS NOT NULL RETURNING 1",
                &[&county.to_string(), &reference.to_string()],
            )
            .await?;
        Ok(row.is_some())
    }
}
