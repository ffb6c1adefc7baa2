//! The flags of `user` and `token`.

use clap::{Args as ClapArgs, Subcommand};
use om_infra::credentials::Holder;
use std::path::PathBuf;

/// Where credentials are kept. A running server follows at once.
#[derive(Debug, ClapArgs)]
pub struct CredentialsAt {
    /// Data directory with the file of credentials.
    #[arg(long, value_name = "DIR", default_value = "data", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// The PostgreSQL database with the credentials, if they are in one.
    #[arg(long, value_name = "ADDRESS", env = "ONEMATTER_CREDENTIALS", hide_env_values = true)]
    pub credentials: Option<String>,
    /// The authorities (PEM) that its certificate is checked against.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_CREDENTIALS_CA")]
    pub credentials_ca: Option<PathBuf>,
}

/// Flags of `user`.
#[derive(Debug, ClapArgs)]
pub struct User {
    /// What to do.
    #[command(subcommand)]
    pub what: UserWhat,
}

/// What is done to accounts.
#[derive(Debug, Subcommand)]
pub enum UserWhat {
    /// Make an account for an officer of a county's directory, or give it another password.
    ///
    /// The password is made and printed once unless it is read from standard input. Sessions that the old one opened end.
    Add(UserAdd),
    /// List the accounts.
    List(CredentialsAt),
    /// Let somebody try again who was locked out by wrong passwords.
    Unlock(OneHolder),
    /// Remove an account; its sessions and tokens end.
    Remove(OneHolder),
}

/// Flags of `user add`.
#[derive(Debug, ClapArgs)]
pub struct UserAdd {
    /// The officer and the county, such as lead@530322.
    #[arg(value_name = "OFFICER@COUNTY")]
    pub holder: Holder,
    /// Read the password from standard input, one line, instead of making one.
    #[arg(long)]
    pub password_stdin: bool,
    /// Where credentials are kept.
    #[command(flatten)]
    pub at: CredentialsAt,
}

/// Somebody, and where their credentials are kept.
#[derive(Debug, ClapArgs)]
pub struct OneHolder {
    /// The officer and the county, such as lead@530322.
    #[arg(value_name = "OFFICER@COUNTY")]
    pub holder: Holder,
    /// Where credentials are kept.
    #[command(flatten)]
    pub at: CredentialsAt,
}

/// Flags of `token`.
#[derive(Debug, ClapArgs)]
pub struct Token {
    /// What to do.
    #[command(subcommand)]
    pub what: TokenWhat,
}

/// What is done to tokens.
#[derive(Debug, Subcommand)]
pub enum TokenWhat {
    /// Make a token that acts as an account of the directory; it is printed once.
    Make(TokenMake),
    /// List the tokens, without their secrets.
    List(CredentialsAt),
    /// Revoke a token by its id.
    Revoke(TokenRevoke),
}

/// Flags of `token make`.
#[derive(Debug, ClapArgs)]
pub struct TokenMake {
    /// The account and the county, such as nr-officer-1@530322; better one that the directory has for the system alone.
    #[arg(value_name = "OFFICER@COUNTY")]
    pub holder: Holder,
    /// What it is for, such as the system's name.
    #[arg(long, value_name = "TEXT")]
    pub label: String,
    /// It reads and never commands, whatever the account may.
    #[arg(long)]
    pub read_only: bool,
    /// It gives these commands only, by their names in the API, whatever the account may; `papers` hands papers in.
    #[arg(long, value_name = "COMMAND,…", value_delimiter = ',', conflicts_with = "read_only")]
    pub only: Vec<String>,
    /// How long it lasts, 1 to 366.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub days: u16,
    /// Where credentials are kept.
    #[command(flatten)]
    pub at: CredentialsAt,
}

/// Flags of `token revoke`.
#[derive(Debug, ClapArgs)]
pub struct TokenRevoke {
    /// The token's id, from `token list`.
    pub id: String,
    /// Where credentials are kept.
    #[command(flatten)]
    pub at: CredentialsAt,
}
