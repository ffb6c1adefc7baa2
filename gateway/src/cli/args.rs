//! The flags of each command, as `--help` shows them.

pub(super) mod accounts;
pub(super) mod keys;
pub(super) mod person;

use accounts::{Token, User};
use clap::{Args as ClapArgs, Parser, Subcommand};
use jiff::civil::Date;
use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

/// One Matter (一件事): every permit of a project in one order, with clocks that are right to the day.
#[derive(Debug, Parser)]
#[command(name = "onematter", version, about, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve GraphQL at /graphql and /graphql/ws.
    Serve(Box<Serve>),
    /// Serve the log, and nothing else, over the EventStoreDB protocol: to gateways on other machines and auditors' tools.
    #[cfg(feature = "esdb")]
    Node(Node),
    /// Add, list and remove the accounts of a node.
    #[cfg(feature = "esdb")]
    NodeUser(NodeUser),
    /// Play the road-and-bridge matter of 2023 through the shipped template, print its board, and serve it.
    Demo(Demo),
    /// Import a template or a directory from a TOML file.
    Import(Import),
    /// Print the lead's board of a matter, or the list of matters.
    Board(Board),
    /// Print the briefing (专报) of a week.
    Briefing(Briefing),
    /// Print a matter as it stood at a moment: as known then, and as true then.
    Replay(Replay),
    /// Rebuild the projections from the log.
    Rebuild(Rebuild),
    /// Move a log from an embedded one to a cluster, or back: order, ids, times and metadata intact.
    Migrate(Migrate),
    /// Back up a data directory, beside a server that may be running: verified, and whole or not at all.
    Backup(Backup),
    /// Restore a backup into an empty directory, if it verifies.
    Restore(Restore),
    /// Say what is wrong with a data directory and what to do. Status 0: nothing; 3: see to something; 4: damaged.
    Doctor(Doctor),
    /// Make, unlock and remove the accounts that sign in with a password.
    User(User),
    /// Make and revoke the tokens of departments' own systems.
    Token(Token),
    /// Restrict or erase a person's texts, where no server runs.
    Person(person::Person),
    /// Change the master key of personal texts, where no server runs.
    Keys(keys::Keys),
    /// List the named users of `--dev`.
    Users(Users),
    /// Print the GraphQL schema, or who may ask for what of it.
    Schema {
        /// Print who may ask for what, as in docs/access.md.
        #[arg(long)]
        access: bool,
    },
}

/// Flags of `serve`. Each is also read from the environment (ONEMATTER_DATA, ONEMATTER_LISTEN, …) and the config file.
#[derive(Debug, ClapArgs)]
pub struct Serve {
    /// Directory of the log, the vault, the papers and the projections.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Named users without sign-in, on a loopback address only.
    #[arg(long)]
    pub dev: bool,
    /// Serve the data directory of a demo, with its virtual clock.
    #[arg(long)]
    pub demo: bool,
    /// Origin whose pages may speak to the API besides its own, such as https://permits.example.gov.cn; may be repeated.
    #[arg(long = "allowed-origin", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
    /// TOML file with the same settings.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where traces go by OTLP over gRPC, such as http://127.0.0.1:4317.
    #[arg(long, value_name = "URL")]
    pub otlp: Option<String>,
    /// Where personal text is kept: postgres://USER:PASSWORD@HOST/DATABASE, for many gateways. A file in --data if
    /// not given. An address with a password belongs into ONEMATTER_VAULT or the config file.
    #[arg(long, value_name = "URL")]
    pub vault: Option<String>,
    /// The authorities that the database's certificate is checked against (PEM), for an address with sslmode=require.
    #[arg(long, value_name = "FILE")]
    pub vault_ca: Option<PathBuf>,
    /// The file of the master key that wraps the keys of personal texts; vault.key in --data if not given. With a database for
    /// many gateways it is the same at each.
    #[arg(long, value_name = "FILE")]
    pub vault_key: Option<PathBuf>,
    /// Where papers are kept: postgres://USER:PASSWORD@HOST/DATABASE or
    /// s3://BUCKET/PREFIX?endpoint=URL&region=REGION&keyFile=FILE, for many gateways. Files in --data if not given. An address with a password belongs into ONEMATTER_PAPERS or the config file.
    #[arg(long, value_name = "URL")]
    pub papers: Option<String>,
    /// The authorities that the papers' server is checked against (PEM): for postgres:// with sslmode=require, and for an
    /// s3:// endpoint of one's own.
    #[arg(long, value_name = "FILE")]
    pub papers_ca: Option<PathBuf>,
    /// The largest paper that is taken, in MiB; 64 if not given.
    #[arg(long, value_name = "MIB")]
    pub papers_max_mib: Option<NonZeroU32>,
    /// Where credentials are kept, such as postgres://USER:PASSWORD@HOST/DATABASE; a file in the data directory if not
    /// given. Better in the environment, since it holds a password.
    #[arg(long, value_name = "ADDRESS")]
    pub credentials: Option<String>,
    /// The authorities (PEM) that this database's certificate is checked against.
    #[arg(long, value_name = "FILE")]
    pub credentials_ca: Option<PathBuf>,
    /// The counties' identity providers (OpenID Connect), a TOML file; people sign in there or with a password.
    #[arg(long, value_name = "FILE")]
    pub oidc: Option<PathBuf>,
    /// A proxy ends TLS before the address to listen on, which need not be a loopback one then.
    #[arg(long)]
    pub behind_tls: bool,
    /// Certificate chain to serve the API with (PEM); read again when it changes.
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Key of that certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Network of proxies that say by X-Forwarded-For or Forwarded for whom they ask, such as 10.1.2.3/32; may be repeated.
    #[arg(long = "trusted-proxy", value_name = "CIDR")]
    pub trusted_proxies: Vec<String>,
    /// Serve /livez, /readyz and /metrics at this address, unencrypted, and not beside the API.
    #[arg(long, value_name = "ADDR")]
    pub admin_listen: Option<SocketAddr>,
    /// Points a second that one account may use, a request being one and a costly query more; 200 if not given.
    #[arg(long, value_name = "POINTS")]
    pub account_rate: Option<NonZeroU32>,
    /// MiB of answers kept for whoever asks the same again while nothing has changed; 32 if not given, 0 makes each anew.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(..=4096))]
    pub answers_mib: Option<u64>,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL")]
    pub log: Option<String>,
    /// Which log lines are written, such as info or om_infra=debug.
    #[arg(long, value_name = "FILTER")]
    pub log_lines: Option<String>,
    /// Serve the log over the EventStoreDB protocol too, at this address.
    #[cfg(feature = "esdb")]
    #[arg(long, value_name = "ADDR")]
    pub esdb_listen: Option<SocketAddr>,
    /// Certificate chain of that service, a PEM file.
    #[cfg(feature = "esdb")]
    #[arg(long, value_name = "FILE")]
    pub esdb_tls_cert: Option<PathBuf>,
    /// Key of that certificate, a PEM file.
    #[cfg(feature = "esdb")]
    #[arg(long, value_name = "FILE")]
    pub esdb_tls_key: Option<PathBuf>,
    /// Authorities of client certificates, a PEM file; the common name of a certificate names an account.
    #[cfg(feature = "esdb")]
    #[arg(long, value_name = "FILE")]
    pub esdb_tls_client_ca: Option<PathBuf>,
    /// Accounts of that service, made by `node-user add`.
    #[cfg(feature = "esdb")]
    #[arg(long, value_name = "FILE")]
    pub esdb_users: Option<PathBuf>,
    /// Serve it without certificate or accounts, on a loopback address only.
    #[cfg(feature = "esdb")]
    #[arg(long)]
    pub esdb_insecure: bool,
}

/// Flags of `node`. Settings come from the same file and environment as those of `serve` (ONEMATTER_ESDB_LISTEN, …).
#[cfg(feature = "esdb")]
#[derive(Debug, ClapArgs)]
pub struct Node {
    /// Directory of the log.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Certificate chain, a PEM file.
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Key of the certificate, a PEM file.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Authorities of client certificates, a PEM file; the common name of a certificate names an account.
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// Accounts, made by `node-user add`.
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,
    /// Serve without certificate or accounts, on a loopback address only.
    #[arg(long)]
    pub insecure: bool,
    /// TOML file with the same settings.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where traces go by OTLP over gRPC, such as http://127.0.0.1:4317.
    #[arg(long, value_name = "URL")]
    pub otlp: Option<String>,
    /// Which log lines are written, such as info or om_infra=debug.
    #[arg(long, value_name = "FILTER")]
    pub log_lines: Option<String>,
}

/// Flags of `node-user`.
#[cfg(feature = "esdb")]
#[derive(Debug, ClapArgs)]
pub struct NodeUser {
    /// What to do.
    #[command(subcommand)]
    pub what: NodeUserWhat,
}

/// What is done to the accounts of a node. A running node follows within seconds.
#[cfg(feature = "esdb")]
#[derive(Debug, Subcommand)]
pub enum NodeUserWhat {
    /// Add an account, or give it another role and password. Makes the password and prints it once.
    Add(NodeUserAdd),
    /// List names and roles.
    List(NodeUserList),
    /// Remove an account.
    Remove(NodeUserRemove),
}

/// Flags of `node-user add`.
#[cfg(feature = "esdb")]
#[derive(Debug, ClapArgs)]
pub struct NodeUserAdd {
    /// Name of the account.
    pub name: String,
    /// rw reads and appends (a gateway), ro reads (an auditor's tool).
    #[arg(long, value_name = "rw|ro")]
    pub role: om_infra::esdb_node::users::Role,
    /// The accounts file; made if it is not there.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_ESDB_USERS")]
    pub users: PathBuf,
    /// Read the password from standard input, one line, instead of making one.
    #[arg(long)]
    pub password_stdin: bool,
}

/// Flags of `node-user list`.
#[cfg(feature = "esdb")]
#[derive(Debug, ClapArgs)]
pub struct NodeUserList {
    /// The accounts file.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_ESDB_USERS")]
    pub users: PathBuf,
}

/// Flags of `node-user remove`.
#[cfg(feature = "esdb")]
#[derive(Debug, ClapArgs)]
pub struct NodeUserRemove {
    /// Name of the account.
    pub name: String,
    /// The accounts file.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_ESDB_USERS")]
    pub users: PathBuf,
}

/// Flags of `demo`.
#[derive(Debug, ClapArgs)]
pub struct Demo {
    /// Directory to play into; must be empty or hold an earlier demo. A temporary one if not given.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// So many synthetic matters besides the three.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub matters: u32,
    /// Address to serve on afterwards.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Print the board and end, without serving.
    #[arg(long)]
    pub no_serve: bool,
    /// Print the board as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `import`.
#[derive(Debug, ClapArgs)]
pub struct Import {
    /// What the file is.
    #[command(subcommand)]
    pub what: ImportWhat,
}

/// What is imported.
#[derive(Debug, Subcommand)]
pub enum ImportWhat {
    /// A template of permits.
    Template(ImportFile),
    /// Departments, townships and officers.
    Directory(ImportFile),
    /// Past approvals of matters that are running (后期补录), a CSV table; docs/history-import.md says how it looks.
    History(ImportHistory),
}

/// Flags of `import history`.
#[derive(Debug, ClapArgs)]
pub struct ImportHistory {
    /// The table: CSV in UTF-8 or GB18030, with its headings in Chinese or English.
    pub file: PathBuf,
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// The county, by its division code.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
    /// The administrator who answers for it.
    #[arg(long, value_name = "OFFICER", default_value = "administrator")]
    pub by: String,
    /// Where papers are kept, as the server is told: postgres://… or s3://…. Files in --data if not given.
    #[arg(long, value_name = "URL", env = "ONEMATTER_PAPERS", hide_env_values = true)]
    pub papers: Option<String>,
    /// The authorities that the papers' server is checked against (PEM): for postgres:// with sslmode=require, and for an
    /// s3:// endpoint of one's own.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_PAPERS_CA")]
    pub papers_ca: Option<PathBuf>,
    /// The largest paper that is taken, in MiB, as the server is told; 64 if not given.
    #[arg(long, value_name = "MIB", env = "ONEMATTER_PAPERS_MAX_MIB", default_value = "64")]
    pub papers_max_mib: NonZeroU32,
    /// Try every line and record nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of an import.
#[derive(Debug, ClapArgs)]
pub struct ImportFile {
    /// The TOML file.
    pub file: PathBuf,
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA", required_unless_present = "check")]
    pub data: Option<PathBuf>,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// The county, by its division code.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
    /// The administrator in whose name it is imported: the system administrator's account, and for accounts and roles
    /// (`--part accounts`) the security administrator's.
    #[arg(long, value_name = "OFFICER")]
    pub by: Option<String>,
    /// Of a directory, import this part only: `bodies` are the system administrator's, `accounts` the security administrator's.
    #[arg(long, value_name = "PART")]
    pub part: Option<ImportPart>,
    /// Check the file and change nothing; a template is checked against the shipped directory.
    #[arg(long)]
    pub check: bool,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A part of a written directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportPart {
    /// The bodies.
    Bodies,
    /// The accounts with their roles and posts.
    Accounts,
}

/// Flags of `board`.
#[derive(Debug, ClapArgs)]
pub struct Board {
    /// The matter: its id, its project code, or a part of its name. Without it, the list of matters.
    pub matter: Option<String>,
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// The county, by its division code.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `briefing`.
#[derive(Debug, ClapArgs)]
pub struct Briefing {
    /// A day of the week; this week if not given.
    #[arg(long, value_name = "DAY")]
    pub week: Option<Date>,
    /// The last entry it knows, event:MATTER/EVENT; the week's last if not given. Printed again with it, it reads the same.
    #[arg(long, value_name = "ENTRY", requires = "day")]
    pub at: Option<String>,
    /// The day of the week on which clocks are read; with --at only.
    #[arg(long, value_name = "DAY", requires = "at")]
    pub day: Option<Date>,
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// The county, by its division code.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
}

/// Flags of `replay`.
#[derive(Debug, ClapArgs)]
pub struct Replay {
    /// The matter: its id, its project code, or a part of its name.
    pub matter: String,
    /// As known at this moment: a date, an instant (RFC 3339), or an event id.
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// As true at this moment, by what was known at `--at`.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// The county, by its division code.
    #[arg(long, value_name = "CODE", default_value = "530322")]
    pub county: String,
    /// Print the facts up to that moment as JSON lines, each with its leaf.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `rebuild`.
#[derive(Debug, ClapArgs)]
pub struct Rebuild {
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is: embedded (in the data directory), or a cluster, such as esdb://HOST:2113.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// Read and check every event, and rebuild nothing.
    #[arg(long)]
    pub check: bool,
}

/// Flags of `migrate`.
#[derive(Debug, ClapArgs)]
pub struct Migrate {
    /// The log that is read: a data directory, its events.db, or the address of a cluster.
    #[arg(long, value_name = "DIR|URL")]
    pub from: String,
    /// The log that is written: the address of a cluster, or a data directory.
    #[arg(long, value_name = "URL|DIR")]
    pub to: String,
    /// Compare only, and write nothing.
    #[arg(long)]
    pub check: bool,
}

/// Flags of `backup`.
#[derive(Debug, ClapArgs)]
pub struct Backup {
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// The directory to be made, such as /backup/2026-11-26; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Copy the keys of personal texts into a new folder of this directory, which lies apart from the backups: none of them can be
    /// read without.
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Delete copies of the keys that are older, once the new one is whole: for so long an erased text can still be read by whoever
    /// has an old backup and an old copy.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub keep_keys_days: u32,
    /// Where the event log is; only an embedded one is backed up here.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// Print the manifest as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `restore`.
#[derive(Debug, ClapArgs)]
pub struct Restore {
    /// The directory that `backup` made.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Data directory to be made; empty, or not there yet.
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    pub data: Option<PathBuf>,
    /// The directory that `backup --keys` writes into, whose newest copy is taken, or one copy in it. Without it personal texts cannot
    /// be read.
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// The file of the master key that the copy is wrapped by, if it is not in the copy.
    #[arg(long, value_name = "FILE", env = "ONEMATTER_VAULT_KEY")]
    pub vault_key: Option<PathBuf>,
    /// Verify the backup, and the copy of the keys if one is named, and restore nothing.
    #[arg(long)]
    pub check: bool,
    /// Print the manifest as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `doctor`.
#[derive(Debug, ClapArgs)]
pub struct Doctor {
    /// Data directory.
    #[arg(long, value_name = "DIR", env = "ONEMATTER_DATA")]
    pub data: PathBuf,
    /// Where the event log is; only an embedded one is examined here.
    #[arg(long, value_name = "URL", env = "ONEMATTER_LOG", default_value = "embedded")]
    pub log: String,
    /// Where personal text is kept, if not in --data; it is not looked at there.
    #[arg(long, value_name = "URL", env = "ONEMATTER_VAULT", hide_env_values = true)]
    pub vault: Option<String>,
    /// Where papers are kept, if not in --data; they are not looked at there.
    #[arg(long, value_name = "URL", env = "ONEMATTER_PAPERS", hide_env_values = true)]
    pub papers: Option<String>,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `users`.
#[derive(Debug, ClapArgs)]
pub struct Users {
    /// The named users of `--dev`.
    #[arg(long)]
    pub dev: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}
