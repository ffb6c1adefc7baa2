//! The vault in a PostgreSQL database that many gateways share.
//!
//! Invariants: a text is committed before its reference is given, and the server is asked for a synchronous commit; a
//! connection that broke is replaced at the next request; neither user nor password stands in an error.
//! Deliberately absent: a promise that an erased text is at once in no file. It is out of the table; the server's
//! write-ahead log and its dead rows go when it recycles and vacuums them (docs/operations.md).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{
    Config, CreatePoolError, Object, Pool, PoolConfig, PoolError, Runtime, SslMode, Timeouts,
};
use om_domain::ids::{CommandId, CountyId, VaultRef};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::config::{Host, SslMode as SslModeOf};
use tokio_postgres::{NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Class, Vault, VaultError, new_reference};

/// A number of ours for the lock under which the table is made: several gateways may start at once.
const SCHEMA_LOCK: i64 = 0x6f6d_7661_756c_7400;
const DDL: &str = "CREATE TABLE IF NOT EXISTS onematter_vault (
    county text NOT NULL, ref text NOT NULL, class text NOT NULL,
    text text, -- none once erased
    command uuid, place bigint,
    PRIMARY KEY (county, ref));
    CREATE UNIQUE INDEX IF NOT EXISTS onematter_vault_once ON onematter_vault (county, command, place)
        WHERE command IS NOT NULL;";

/// Connections a gateway keeps at most.
const CONNECTIONS: usize = 8;
/// How long a request waits for a connection, and for making one.
const PATIENCE: Duration = Duration::from_secs(5);

/// The vault in a PostgreSQL database.
pub struct PostgresVault {
    pool: Pool,
    server: String,
}

impl PostgresVault {
    /// Connects by a `postgres://` address and makes the table if it is not there. The server's certificate is
    /// checked against the authorities in `ca` (PEM) where the address says `sslmode=require`.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, or the database does not answer.
    pub async fn connect(address: &str, ca: Option<&Path>) -> Result<Self, VaultError> {
        let parsed: tokio_postgres::Config =
            address.parse().map_err(|_| wrong_address("it is no PostgreSQL address"))?;
        let server = server_name(&parsed);
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let config = Config {
            url: Some(address.to_owned()),
            connect_timeout: Some(PATIENCE),
            options: Some("-c synchronous_commit=on -c statement_timeout=10000".to_owned()),
            application_name: Some("onematter".to_owned()),
            pool: Some(PoolConfig { max_size: CONNECTIONS, timeouts, ..PoolConfig::default() }),
            ..Config::default()
        };
        let pool = match (parsed.get_ssl_mode(), ca) {
            (SslModeOf::Require, Some(ca)) => pool_over_tls(&config, ca),
            (SslModeOf::Require, None) => {
                Err(wrong_address("sslmode=require needs the authorities' certificates, --vault-ca FILE"))
            }
            (_, Some(_)) => Err(wrong_address("a CA file is given, but the address lacks sslmode=require")),
            (_, None) => {
                let plain = Config { ssl_mode: Some(SslMode::Disable), ..config };
                plain.create_pool(Some(Runtime::Tokio1), NoTls).map_err(|e| of_pool(&e))
            }
        }?;
        let vault = Self { pool, server };
        vault.make_table().await?;
        Ok(vault)
    }

    async fn make_table(&self) -> Result<(), VaultError> {
        let mut connection = self.connection().await?;
        let failed = |e| self.failed(e);
        let transaction = connection.transaction().await.map_err(failed)?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await.map_err(failed)?;
        transaction.batch_execute(DDL).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn connection(&self) -> Result<Object, VaultError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(source) => self.failed(source),
            other => VaultError::Database { server: self.server.clone(), source: Box::new(other) },
        })
    }

    fn failed(&self, source: tokio_postgres::Error) -> VaultError {
        VaultError::Database { server: self.server.clone(), source: Box::new(source) }
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

fn pool_over_tls(config: &Config, ca: &Path) -> Result<Pool, VaultError> {
    let unreadable = |e: &dyn std::fmt::Display| wrong_address(&format!("{}: {e}", ca.display()));
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|e| unreadable(&e))? {
        let certificate = certificate.map_err(|e| unreadable(&e))?;
        roots.add(certificate).map_err(|e| unreadable(&e))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"there is no certificate in it"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong_address(&e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.create_pool(Some(Runtime::Tokio1), MakeRustlsConnect::new(tls)).map_err(|e| of_pool(&e))
}

fn of_pool(error: &CreatePoolError) -> VaultError {
    wrong_address(&error.to_string())
}

fn wrong_address(reason: &str) -> VaultError {
    VaultError::Address { reason: reason.to_owned() }
}

/// Host and database, as a person knows the server.
fn server_name(config: &tokio_postgres::Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    format!("{host}/{}", config.get_dbname().unwrap_or_default())
}
