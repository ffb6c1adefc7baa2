//! `rebuild`: projections anew from the log, or only a look at every event.
//!
//! Invariant: the log is not changed; what is served stays until what was built takes its place.
//! Deliberately absent: repairing an event; nothing recorded is ever changed.

use super::{Failure, args::Rebuild};
use indicatif::{ProgressBar, ProgressStyle};
use om_infra::{
    log::{EventLog, StreamName, leaf, sqlite::audit::audit},
    platform::{DemoClock, Platform, PlatformOptions},
    runner::{BuildProgress, OnProgress, Phase},
};
use std::{collections::HashMap, path::Path, sync::Arc};

const PAGE: usize = 4_096;
const RESTORE: &str = "keep the file as it is and restore the last backup that passes this check";

/// Rebuilds, or checks.
pub(super) async fn run(args: Rebuild) -> Result<(), Failure> {
    if args.check { check(&args.data, &args.log).await } else { rebuild(&args.data, &args.log).await }
}

fn bar(message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({per_sec})") {
        bar.set_style(style);
    }
    bar.set_message(message);
    bar
}

async fn check(data: &Path, log: &str) -> Result<(), Failure> {
    let seen = match super::logs::opened(log).await? {
        Some(log) => check_streams(log).await?,
        None => {
            let data = data.to_owned();
            tokio::task::spawn_blocking(move || check_file(&data)).await??
        }
    };
    super::out::line(format!("{seen} events, each fits its leaf and follows the one before it"))?;
    Ok(())
}

/// Checks an embedded log, its order with it.
fn check_file(data: &Path) -> Result<u64, Failure> {
    let bar = bar("checking leaves");
    let audit = audit(data, &mut |_| {}, &|done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    match audit.damages.first() {
        None => Ok(audit.events),
        Some(damage) => Err(Failure::new(damage.to_string(), RESTORE)),
    }
}

/// Checks a log whose order its server keeps.
async fn check_streams(log: Arc<dyn EventLog>) -> Result<u64, Failure> {
    let head = log.head().await?;
    let bar = bar("checking leaves");
    bar.set_length(head.map_or(0, |h| h.number()));
    let (mut after, mut seen) = (None, 0_u64);
    let mut next: HashMap<StreamName, u64> = HashMap::new();
    loop {
        let page = log.read_all(after, PAGE).await?;
        for event in &page {
            if !leaf::is_intact(event) {
                return Err(Failure::new(
                    format!(
                        "event {} ({}, revision {}) does not fit its leaf: it was altered or damaged",
                        event.id, event.stream, event.revision
                    ),
                    RESTORE,
                ));
            }
            let expected = next.entry(event.stream.clone()).or_default();
            if event.revision != *expected {
                return Err(Failure::new(
                    format!(
                        "stream {} has revision {} where {expected} should be: an event was taken out or damaged",
                        event.stream, event.revision
                    ),
                    RESTORE,
                ));
            }
            *expected += 1;
            seen += 1;
        }
        bar.set_position(seen);
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.position),
            _ => break,
        }
    }
    bar.finish_and_clear();
    Ok(seen)
}

async fn rebuild(data: &Path, log: &str) -> Result<(), Failure> {
    for line in built(data, log).await? {
        super::out::line(line)?;
    }
    Ok(())
}

/// Builds every projection anew; a line for each.
pub(super) async fn built(data: &Path, log: &str) -> Result<Vec<String>, Failure> {
    let demo = DemoClock::read(data)?.is_some();
    let bar = bar("rebuilding");
    let shown = bar.clone();
    let on_progress: OnProgress = Arc::new(move |progress: BuildProgress| {
        shown.set_length(progress.of);
        shown.set_position(progress.folded);
    });
    let log = super::logs::opened(log).await?;
    let options = PlatformOptions { demo, log, on_progress: Some(on_progress), ..PlatformOptions::default() };
    let platform = Platform::open(data, options)?;
    let rebuilt = async {
        platform.projections.caught_up().await?;
        platform.projections.rebuild().await?;
        Ok::<_, Failure>(platform.projections.health().await?)
    };
    let rebuilt = platform.closed_after(rebuilt).await;
    bar.finish_and_clear();
    let health = rebuilt?;
    let mut lines = Vec::new();
    for projection in &health {
        if let Phase::Stopped { poison } = &projection.phase {
            return Err(Failure::new(
                format!(
                    "projection {} stopped at event {}: {}",
                    projection.name, poison.event, poison.reason
                ),
                "install the version of onematter that wrote it, or restore a backup",
            ));
        }
        let at = projection.position.map_or_else(|| "an empty log".into(), |at| at.to_string());
        lines.push(format!("{}: rebuilt, stands at {at}", projection.name));
    }
    Ok(lines)
}
