//! `migrate`: moves a log from a data directory to a cluster, or back.
//!
//! Invariants: nobody writes a data directory meanwhile; a move that was broken off goes on when it is started again;
//! it is done when both logs were compared event by event.
//! Deliberately absent: the vault; personal text is moved by its own backup.

use super::{Failure, args::Migrate, logs};
use indicatif::{ProgressBar, ProgressStyle};
use om_infra::log::{
    EventLog, SqliteLog,
    migrate::{self, Step},
    sqlite::{FILE_NAME, Options, hold},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A log, and the hold on its directory.
struct Opened {
    log: Arc<dyn EventLog>,
    _hold: Option<File>,
}

/// Moves or compares.
pub(super) async fn run(args: Migrate) -> Result<(), Failure> {
    let from = source(&args.from).await?;
    let to = target(&args.to).await?;
    if from.log.id() == to.log.id() {
        return Err(Failure::new("--from and --to are the same log", "name another target"));
    }
    let all = from.log.head().await?.filter(|_| !from.log.is_shared()).map_or(0, |head| head.number());
    let bar = ProgressBar::new(all);
    if let Ok(style) = ProgressStyle::with_template("{msg:9} {wide_bar} {pos}/{len} ({per_sec}, {eta})") {
        bar.set_style(style);
    }
    let on_step = |step: Step, done: u64| {
        bar.set_message(match step {
            Step::Comparing => "comparing",
            Step::Moving => "moving",
            Step::Verifying => "verifying",
        });
        bar.set_length(all.max(done));
        bar.set_position(done);
    };
    let done = if args.check {
        migrate::compare(&*from.log, &*to.log, &on_step).await.map(|all| format!("{all} events are the same"))
    } else {
        migrate::migrate(&*from.log, &*to.log, &on_step).await.map(|moved| {
            format!(
                "{} events moved, {} were there before; every event was compared",
                moved.written, moved.found
            )
        })
    };
    bar.finish_and_clear();
    to.log.close().await;
    println!("{}", done?);
    Ok(())
}

async fn source(text: &str) -> Result<Opened, Failure> {
    if logs::is_cluster(text) {
        return Ok(Opened { log: logs::cluster(text).await?, _hold: None });
    }
    let dir = directory(text);
    let log = SqliteLog::open_read_only(&dir, &Options::default())?;
    Ok(Opened { log, _hold: Some(hold(&dir)?) })
}

async fn target(text: &str) -> Result<Opened, Failure> {
    if logs::is_cluster(text) {
        return Ok(Opened { log: logs::cluster(text).await?, _hold: None });
    }
    Ok(Opened { log: SqliteLog::open(&directory(text), Options::default())?, _hold: None })
}

/// The directory itself, or that of its events.db.
fn directory(text: &str) -> PathBuf {
    let path = Path::new(text);
    match path.parent() {
        Some(parent) if path.ends_with(FILE_NAME) => parent.to_owned(),
        _ => path.to_owned(),
    }
}
