//! The command line: `onematter serve | node | demo | import | board | replay | rebuild | migrate | backup | restore | doctor | user | token | person | keys | users | schema | …`.
//!
//! Invariants: every error says what to do and ends with a status other than zero; what a script reads comes on
//! standard output with `--json`, what a person is told on standard error.
//! Deliberately absent: rules and SQL; each command calls the platform.

mod accounts;
mod args;
mod backup;
pub mod board;
mod board_json;
mod board_together;
mod briefing;
mod doctor;
mod history;
mod import;
mod keys;
mod logs;
mod migrate;
#[cfg(feature = "esdb")]
mod node;
#[cfg(feature = "esdb")]
mod node_user;
mod out;
mod person;
mod play;
mod reading;
mod rebuild;
mod serve;
mod show;
pub mod text;

pub use args::{Args, Command};

use std::process::ExitCode;

/// What went wrong, in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub what: String,
    /// What to do.
    pub todo: Option<String>,
    /// Nobody reads on (`| head`): whoever asked has what was wanted, so this ends in silence and success.
    unread: bool,
}

impl Failure {
    /// Something happened, and what to do.
    pub fn new(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Failure { what: what.into(), todo: Some(todo.into()), unread: false }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut what = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !what.contains(&text) {
                what.push_str(": ");
                what.push_str(&text);
            }
            cause = inner.source();
        }
        Failure { what, todo: None, unread: false }
    }
}

/// The stack of a thread. A resolver's frames hold something of every command there is, in a debug build megabytes: with the
/// usual two the process ended at a command. What is not touched takes no memory. `.cargo/config.toml` gives tests as much.
const STACK: usize = 8 * 1024 * 1024;

/// Runs one command; prints a failure and gives the status.
pub fn run(args: Args) -> ExitCode {
    only_for_its_owner();
    if let Err(refused) = crate::start::check_arguments(std::env::args()) {
        return fail(&refused.into());
    }
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
            Ok(runtime) => runtime,
            Err(error) => return fail(&error.into()),
        };
    let outcome = runtime.block_on(async {
        let done = match args.command {
            Command::Serve(serve) => serve::run(*serve).await,
            #[cfg(feature = "esdb")]
            Command::Node(node) => node::run(node).await,
            #[cfg(feature = "esdb")]
            Command::NodeUser(accounts) => node_user::run(accounts),
            Command::Demo(demo) => play::run(demo).await,
            Command::Import(import) => import::run(import).await,
            Command::Board(board) => show::board(board).await,
            Command::Briefing(asked) => briefing::run(asked).await,
            Command::Replay(replay) => show::replay(replay).await,
            Command::Rebuild(rebuild) => rebuild::run(rebuild).await,
            Command::Migrate(migrate) => migrate::run(migrate).await,
            Command::Backup(backup) => return backup::take(backup).await,
            Command::Restore(restore) => backup::restore(restore).await,
            Command::Doctor(doctor) => return doctor::run(doctor).await,
            Command::User(accounts) => accounts::user(accounts).await,
            Command::Token(tokens) => accounts::token(tokens).await,
            Command::Person(args) => person::run(args).await,
            Command::Keys(args) => keys::run(args).await,
            Command::Users(users) => show::users(&users),
            Command::Schema { access } => show::schema(access),
        };
        done.map(|()| ExitCode::SUCCESS)
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match outcome {
        Ok(status) => status,
        Err(failure) if failure.unread => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

/// What this process makes, the log above all, is readable by its own user only.
#[cfg(unix)]
fn only_for_its_owner() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

#[cfg(not(unix))]
fn only_for_its_owner() {}

fn fail(failure: &Failure) -> ExitCode {
    let paint = text::Paint::detect();
    eprintln!("{} {}", paint.on(text::Style::Red, "error:"), failure.what);
    if let Some(todo) = &failure.todo {
        eprintln!("  {} {todo}", paint.on(text::Style::Bold, "→"));
    }
    ExitCode::FAILURE
}
