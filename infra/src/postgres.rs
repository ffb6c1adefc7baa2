//! Connections to a PostgreSQL database that many gateways share.
//!
//! Invariants: the server is asked for a synchronous commit; a connection that broke is replaced at the next request;
//! neither user nor password stands in an error.
//! Deliberately absent: what is kept there; the vault and the papers have tables of their own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Config, CreatePoolError, Object, Pool, PoolConfig, PoolError, Runtime, SslMode, Timeouts,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::NoTls;
use tokio_postgres::config::{Host, SslMode as SslModeOf};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connections a gateway keeps at most, for each of its uses.
const CONNECTIONS: usize = 8;
/// How long a request waits for a connection, and for making one.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database cannot be used.
#[derive(Debug)]
pub(crate) enum DatabaseError {
    /// Its address or certificate.
    Address {
        /// Why; never the password.
        reason: String,
    },
    /// It does not answer, or not as it should.
    Database {
        /// The server, without user or password.
        server: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Connections to one database.
pub(crate) struct Database {
    pool: Pool,
    server: String,
}

impl Database {
    /// Connects by a `postgres://` address and makes what `ddl` says, under `lock` since several gateways may start at
    /// once. The server's certificate is checked against the authorities in `ca` (PEM) where the address says
    /// `sslmode=require`; `flag` is the one that names them.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, or the database does not answer.
    pub(crate) async fn connect(
        address: &str,
        (ca, flag): (Option<&Path>, &str),
        (lock, ddl): (i64, &str),
    ) -> Result<Self, DatabaseError> {
        let (address, password) = password_of_file(address)?;
        let parsed: tokio_postgres::Config =
            address.parse().map_err(|_| wrong_address("it is no PostgreSQL address"))?;
        let server = server_name(&parsed);
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let config = Config {
            url: Some(address),
            password,
            connect_timeout: Some(PATIENCE),
            options: Some("-c synchronous_commit=on -c statement_timeout=10000".to_owned()),
            application_name: Some("onematter".to_owned()),
            pool: Some(PoolConfig { max_size: CONNECTIONS, timeouts, ..PoolConfig::default() }),
            ..Config::default()
        };
        let pool = match (parsed.get_ssl_mode(), ca) {
            (SslModeOf::Require, Some(ca)) => pool_over_tls(&config, ca),
            (SslModeOf::Require, None) => Err(wrong_address(&format!(
                "sslmode=require needs the authorities' certificates, {flag} FILE"
            ))),
            (_, Some(_)) => Err(wrong_address("a CA file is given, but the address lacks sslmode=require")),
            (_, None) => {
                let plain = Config { ssl_mode: Some(SslMode::Disable), ..config };
                plain.create_pool(Some(Runtime::Tokio1), NoTls).map_err(|e| of_pool(&e))
            }
        }?;
        let database = Self { pool, server };
        database.make(lock, ddl).await?;
        Ok(database)
    }

    async fn make(&self, lock: i64, ddl: &str) -> Result<(), DatabaseError> {
        let mut connection = self.connection().await?;
        let failed = |e| self.failed(e);
        let transaction = connection.transaction().await.map_err(failed)?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&lock]).await.map_err(failed)?;
        transaction.batch_execute(ddl).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// A connection.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub(crate) async fn connection(&self) -> Result<Object, DatabaseError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(source) => self.failed(source),
            other => DatabaseError::Database { server: self.server.clone(), source: Box::new(other) },
        })
    }

    /// What it said, with its name.
    pub(crate) fn failed(&self, source: tokio_postgres::Error) -> DatabaseError {
        DatabaseError::Database { server: self.server.clone(), source: Box::new(source) }
    }
}

/// The address without its `passwordFile`, and the first line of that file.
fn password_of_file(address: &str) -> Result<(String, Option<String>), DatabaseError> {
    let Some((before, query)) = address.split_once('?') else { return Ok((address.to_owned(), None)) };
    let is_file = |setting: &&str| setting.starts_with("passwordFile=");
    let Some(file) = query.split('&').find(is_file).and_then(|setting| setting.split_once('=')) else {
        return Ok((address.to_owned(), None));
    };
    let text = std::fs::read_to_string(file.1).map_err(|e| wrong_address(&format!("{}: {e}", file.1)))?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    if password.is_empty() {
        return Err(wrong_address(&format!("{} has no password in its first line", file.1)));
    }
    let others: Vec<&str> = query.split('&').filter(|setting| !is_file(setting)).collect();
    let address =
        if others.is_empty() { before.to_owned() } else { format!("{before}?{}", others.join("&")) };
    Ok((address, Some(password)))
}

fn pool_over_tls(config: &Config, ca: &Path) -> Result<Pool, DatabaseError> {
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

fn of_pool(error: &CreatePoolError) -> DatabaseError {
    wrong_address(&error.to_string())
}

fn wrong_address(reason: &str) -> DatabaseError {
    DatabaseError::Address { reason: reason.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_read_from_its_file_and_the_rest_of_the_address_stays() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "s3cret\nmore\n").unwrap();
        let named = file.path().display();
        let of = |address: &str| password_of_file(address).unwrap();
        let secret = Some("s3cret".to_owned());
        assert_eq!(
            of(&format!("postgres://u@h/d?passwordFile={named}")),
            ("postgres://u@h/d".into(), secret.clone())
        );
        assert_eq!(
            of(&format!("postgres://u@h/d?sslmode=require&passwordFile={named}&connect_timeout=3")),
            ("postgres://u@h/d?sslmode=require&connect_timeout=3".into(), secret)
        );
        assert_eq!(of("postgres://u:p@h/d?sslmode=require").1, None);
        std::fs::write(file.path(), "\n").unwrap();
        assert!(password_of_file(&format!("postgres://u@h/d?passwordFile={named}")).is_err());
        assert!(password_of_file("postgres://u@h/d?passwordFile=/nowhere/x").is_err());
    }
}
