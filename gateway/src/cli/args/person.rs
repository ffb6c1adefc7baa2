//! The flags of `person`.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Flags of `person`.
#[derive(Debug, ClapArgs)]
pub struct Person {
    /// What to do.
    #[command(subcommand)]
    pub what: PersonWhat,
}

/// What is done to a person's texts.
#[derive(Debug, Subcommand)]
pub enum PersonWhat {
    /// Keep a person's texts and show them to nobody, until that is lifted.
    Restrict(OnePerson),
    /// Allow a person's texts to be used again.
    Lift(OnePerson),
    /// Erase a person's texts for good: their key is destroyed.
    Erase(Erase),
}

/// A person, why, and where everything is kept.
#[derive(Debug, ClapArgs)]
pub struct OnePerson {
    /// Whom: an account, officer:…, or any text about the person, vault:….
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// Why; it is recorded.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// In whose name, an account of the directory that may.
    #[arg(long, value_name = "OFFICER", default_value = "security-administrator")]
    pub by: String,
    /// Data directory of a server that does not run; with a log in a cluster and a vault in a database, any directory beside
    /// gateways that run.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// The county.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// Where personal text is kept, if not in --data.
    #[arg(long, value_name = "URL", env = "ONEMATTER_VAULT", hide_env_values = true)]
    pub vault: Option<String>,
    /// The authorities that the database's certificate is checked against (PEM).
    #[arg(long, value_name = "FILE", env = "ONEMATTER_VAULT_CA")]
    pub vault_ca: Option<PathBuf>,
    /// Where the server that runs on this directory answers, for the command line that is printed if one does.
    #[arg(long, value_name = "URL", env = "ONEMATTER_URL", default_value = "http://127.0.0.1:8080")]
    pub at: String,
    /// The file of the master key; vault.key in --data if not given.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_VAULT_KEY")]
    pub vault_key: Option<PathBuf>,
}

/// Flags of `person erase`.
#[derive(Debug, ClapArgs)]
pub struct Erase {
    /// By which provision.
    #[arg(long, value_name = "TEXT", default_value = "个人信息保护法 47")]
    pub basis: String,
    /// Whom, why and where.
    #[command(flatten)]
    pub one: OnePerson,
}
