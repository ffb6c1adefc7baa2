//! Settings: defaults, then the config file, then the environment (`ONEMATTER_…`), then the flags.
//!
//! Invariant: an unknown key is refused with its name, wherever it stands.
//! Deliberately absent: what the law leaves to a county; those settings stand in its plans and templates.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::telemetry::TelemetryOptions;
use crate::ticker::TickerOptions;

/// The variable by which collectors are commonly named; a setting of ours comes before it.
const OTLP_VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// The largest paper that is taken, in MiB, where nothing is said.
const PAPERS_MAX_MIB: NonZeroU32 = NonZeroU32::MIN.saturating_add(63);

/// The log in the data directory.
pub const EMBEDDED: &str = "embedded";

/// What a server is started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeConfig {
    /// Directory of the log, the vault, the papers, the credentials and the projections.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Named users without sign-in, on a loopback address only.
    pub dev: bool,
    /// Serve a demo's directory, with its virtual clock.
    pub demo: bool,
    /// Origins whose pages may speak to the API besides its own.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Where traces go by OTLP over gRPC; none: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otlp: Option<String>,
    /// Where personal text is kept: the address of a PostgreSQL database; none: a file in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    /// The authorities that the database's certificate is checked against, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_ca: Option<PathBuf>,
    /// The file of the master key that wraps the keys of personal texts; none: one in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_key: Option<PathBuf>,
    /// Where papers are kept: the address of a PostgreSQL database or an S3 bucket; none: files in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<String>,
    /// The authorities that this database's certificate is checked against, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers_ca: Option<PathBuf>,
    /// The largest paper that is taken, in MiB.
    pub papers_max_mib: NonZeroU32,
    /// Where credentials are kept: the address of a PostgreSQL database; none: a file in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// The authorities that this database's certificate is checked against, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_ca: Option<PathBuf>,
    /// The counties' identity providers, a TOML file; none: people sign in with passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<PathBuf>,
    /// Whether a proxy ends TLS before a listening address that is not a loopback one.
    #[serde(default)]
    pub behind_tls: bool,
    /// Certificate chain that the API is served with, a PEM file; none: plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// Key of that certificate, a PEM file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Networks of the proxies whose word on a caller's address is taken, such as `10.0.0.0/8`; none: nobody's.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// Address on which readiness and figures are served, and no more at `listen`; none: beside the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_listen: Option<SocketAddr>,
    /// Points a second that one account may use; none: 200, and without bound with `dev`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_rate: Option<NonZeroU32>,
    /// MiB of answers kept for whoever asks the same again while nothing has changed; none: 32, 0: every answer is made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_mib: Option<u64>,
    /// Where the event log is: `embedded` (in the data directory), or the address of a cluster.
    pub log: String,
    /// Which log lines are written.
    pub log_lines: String,
    /// One JSON object a line instead of text.
    pub log_json: bool,
    /// How many matters are kept in memory.
    pub cached_matters: usize,
    /// Seconds between two looks at the deadlines.
    pub ticker_seconds: u32,
    /// Seconds after the end of a due day in Beijing before the ticker acts.
    pub ticker_grace_seconds: u32,
    /// Address on which the log is served over the EventStoreDB protocol; none: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esdb_listen: Option<SocketAddr>,
    /// Certificate chain of that service, a PEM file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esdb_tls_cert: Option<PathBuf>,
    /// Key of that certificate, a PEM file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esdb_tls_key: Option<PathBuf>,
    /// Authorities of client certificates that name an account, as PEM; none: a client shows a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esdb_tls_client_ca: Option<PathBuf>,
    /// Accounts of that service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esdb_users: Option<PathBuf>,
    /// Without certificate or accounts, on a loopback address only.
    pub esdb_insecure: bool,
}

impl ServeConfig {
    /// What telemetry is told.
    pub fn telemetry(&self) -> TelemetryOptions {
        TelemetryOptions { level: self.log_lines.clone(), json: self.log_json, otlp: self.otlp.clone() }
    }

    /// The largest paper that is taken, in bytes.
    pub fn papers_limit(&self) -> u64 {
        u64::from(self.papers_max_mib.get()) * 1_024 * 1_024
    }

    /// What the ticker is told.
    pub fn ticker(&self) -> TickerOptions {
        TickerOptions {
            every: Duration::from_secs(self.ticker_seconds.into()),
            grace: Duration::from_secs(self.ticker_grace_seconds.into()),
        }
    }
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            dev: false,
            demo: false,
            allowed_origins: Vec::new(),
            otlp: None,
            vault: None,
            vault_ca: None,
            vault_key: None,
            papers: None,
            papers_ca: None,
            papers_max_mib: PAPERS_MAX_MIB,
            credentials: None,
            credentials_ca: None,
            oidc: None,
            behind_tls: false,
            tls_cert: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            admin_listen: None,
            account_rate: None,
            answers_mib: None,
            log: EMBEDDED.into(),
            log_lines: "info".into(),
            log_json: false,
            cached_matters: 4_096,
            ticker_seconds: 20,
            ticker_grace_seconds: 60,
            esdb_listen: None,
            esdb_tls_cert: None,
            esdb_tls_key: None,
            esdb_tls_client_ca: None,
            esdb_users: None,
            esdb_insecure: false,
        }
    }
}

/// The flags that were given; what was not given does not override.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServeFlags {
    /// `--data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--dev`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev: Option<bool>,
    /// `--demo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demo: Option<bool>,
    /// `--allowed-origin`, each of them; given ones take the place of the file's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// `--otlp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp: Option<String>,
    /// `--vault`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    /// `--vault-ca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_ca: Option<PathBuf>,
    /// `--vault-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_key: Option<PathBuf>,
    /// `--papers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub papers: Option<String>,
    /// `--papers-ca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub papers_ca: Option<PathBuf>,
    /// `--papers-max-mib`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub papers_max_mib: Option<NonZeroU32>,
    /// `--credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// `--credentials-ca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_ca: Option<PathBuf>,
    /// `--oidc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<PathBuf>,
    /// `--behind-tls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_tls: Option<bool>,
    /// `--tls-cert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// `--trusted-proxy`, each of them; given ones take the place of the file's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<String>,
    /// `--admin-listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_listen: Option<SocketAddr>,
    /// `--account-rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_rate: Option<NonZeroU32>,
    /// `--answers-mib`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers_mib: Option<u64>,
    /// `--log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// `--log-lines`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_lines: Option<String>,
    /// `--esdb-listen`; the node's `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_listen: Option<SocketAddr>,
    /// `--esdb-tls-cert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_tls_cert: Option<PathBuf>,
    /// `--esdb-tls-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_tls_key: Option<PathBuf>,
    /// `--esdb-tls-client-ca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_tls_client_ca: Option<PathBuf>,
    /// `--esdb-users`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_users: Option<PathBuf>,
    /// `--esdb-insecure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esdb_insecure: Option<bool>,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("the config file {} does not exist: correct --config or leave it out", .0.display())]
    NoFile(PathBuf),
    /// A value or key is wrong.
    #[error(
        "the settings cannot be used: {0}. Known keys: data, listen, dev, demo, allowed_origins, otlp, vault, \
         vault_ca, vault_key, papers, papers_ca, papers_max_mib, credentials, credentials_ca, oidc, behind_tls, tls_cert, tls_key, trusted_proxies, \
         admin_listen, account_rate, answers_mib, log, log_lines, log_json, cached_matters, ticker_seconds, \
         ticker_grace_seconds, esdb_listen, esdb_tls_cert, esdb_tls_key, esdb_tls_client_ca, esdb_users, \
         esdb_insecure"
    )]
    Wrong(Box<figment::Error>),
}

/// The settings from file, environment and flags.
///
/// # Errors
/// Names the key or value that cannot be used.
pub fn load(file: Option<&Path>, flags: &ServeFlags) -> Result<ServeConfig, ConfigError> {
    let mut figment = Figment::from(Serialized::defaults(ServeConfig::default()));
    if let Ok(endpoint) = std::env::var(OTLP_VARIABLE)
        && !endpoint.is_empty()
    {
        figment = figment.merge(Serialized::default("otlp", endpoint));
    }
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    // what the command line reads from the environment by itself is no key
    let environment = Env::prefixed("ONEMATTER_").ignore(&["county", "config"]);
    let merged = figment.merge(environment).merge(Serialized::defaults(flags));
    merged.extract().map_err(|error| ConfigError::Wrong(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_before_the_file_and_an_unknown_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("onematter.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:9000\"\nlog = \"debug\"\n").unwrap();
        let flags = ServeFlags { log: Some("warn".into()), ..ServeFlags::default() };
        let config = load(Some(&file), &flags).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str()), (9000, "warn"));

        std::fs::write(&file, "lisen = \"127.0.0.1:9000\"\n").unwrap();
        let error = load(Some(&file), &ServeFlags::default()).unwrap_err().to_string();
        assert!(error.contains("lisen"), "{error}");
        assert!(load(Some(&dir.path().join("none.toml")), &ServeFlags::default()).is_err());
    }

    #[test]
    fn the_environment_comes_between_and_an_unknown_variable_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("om.toml");
        std::fs::write(&file, "data = '/file'\nlisten = '127.0.0.1:1'\notlp = 'http://file:1'").unwrap();
        let set = [
            ("ONEMATTER_DATA", Some("/environment")),
            ("ONEMATTER_LISTEN", Some("127.0.0.1:2")),
            ("ONEMATTER_CONFIG", Some("om.toml")),
            (OTLP_VARIABLE, Some("http://collector:4317")),
        ];
        temp_env::with_vars(set, || {
            let flags = ServeFlags { listen: "127.0.0.1:3".parse().ok(), ..ServeFlags::default() };
            let config = load(Some(&file), &flags).unwrap();
            assert_eq!((config.listen.port(), config.data), (3, "/environment".into()));
            assert_eq!(config.otlp.as_deref(), Some("http://file:1"));
            let config = load(None, &ServeFlags::default()).unwrap();
            assert_eq!((config.listen.port(), config.otlp.as_deref()), (2, Some("http://collector:4317")));
        });
        let error = temp_env::with_var("ONEMATTER_DEVEL", Some("true"), || {
            load(None, &ServeFlags::default()).unwrap_err().to_string()
        });
        assert!(error.to_lowercase().contains("devel"), "{error}");
    }
}
