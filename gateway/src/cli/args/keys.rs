//! The flags of `keys`.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Flags of `keys`.
#[derive(Debug, ClapArgs)]
pub struct Keys {
    /// What to do.
    #[command(subcommand)]
    pub what: KeysWhat,
}

/// What is done to the keys of personal texts.
#[derive(Debug, Subcommand)]
pub enum KeysWhat {
    /// Change the master key: wrap the keys of personal texts by another one. No text is touched.
    ///
    /// Stop the server first; with a vault in a database stop every gateway. If it is broken off, the old master key still opens
    /// everything, or the new one does: give the same command again. Copies of the keys that were made before
    /// (`backup --keys`) need the old one: keep it as long as they are kept.
    Rotate(Rotate),
}

/// Flags of `keys rotate`.
#[derive(Debug, ClapArgs)]
pub struct Rotate {
    /// Data directory of a server that does not run.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// The file of the master key until now; vault.key in --data if not given.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_VAULT_KEY")]
    pub vault_key: Option<PathBuf>,
    /// The file of the new master key; it is made if it is not there.
    #[arg(long, value_name = "FILE")]
    pub new_vault_key: PathBuf,
    /// Where personal text is kept, if not in --data.
    #[arg(long, value_name = "URL", env = "ONEMATTER_VAULT", hide_env_values = true)]
    pub vault: Option<String>,
    /// The authorities that the database's certificate is checked against (PEM).
    #[arg(long, value_name = "FILE", env = "ONEMATTER_VAULT_CA")]
    pub vault_ca: Option<PathBuf>,
}
