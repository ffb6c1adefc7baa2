//! `demo`: plays the matters into a directory, prints the board of the first, and serves.
//!
//! Invariants: a directory that holds real matters is not touched; a demo already played is not played again, its
//! clock runs on.
//! Deliberately absent: the scripts; they are the demo's.

use super::{
    Failure,
    args::Demo,
    out::line,
    reading::Reading,
    text::{Paint, Style},
};
use crate::demo::{EVE, LAST_DAY, Play, Player, plays, script::fixed};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use om_domain::calendar::{beijing, instant};
use om_infra::{
    clock::{Clock, SystemClock, VirtualClock},
    config::EMBEDDED,
    config::ServeConfig,
    executor::At,
    log::sqlite::FILE_NAME,
    platform::{DemoClock, Platform, PlatformOptions},
};
use std::{path::Path, sync::Arc};

/// Boards printed after a demo: the matter brought to its permit, and the one underway.
const BOARDS: usize = 2;

/// Plays and serves.
pub(super) async fn run(args: Demo) -> Result<(), Failure> {
    let kept = args.data.clone();
    let temporary = std::env::temp_dir().join(format!("onematter-demo-{}", std::process::id()));
    let data = kept.clone().unwrap_or_else(|| temporary.clone());
    let done = played(&args, &data).await;
    if kept.is_none() {
        // the demo is over; nothing of it is wanted
        let _ = std::fs::remove_dir_all(&temporary);
    }
    done
}

async fn played(args: &Demo, data: &Path) -> Result<(), Failure> {
    let plays = plays(args.matters);
    if DemoClock::read(data)?.is_none() {
        if data.join(FILE_NAME).exists() {
            return Err(Failure::new(
                format!("{} holds real matters, a demo is not played into it", data.display()),
                "give --data a new directory, or leave it out",
            ));
        }
        if std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::new(
                format!("{} is not empty and holds no demo, nothing is played into it", data.display()),
                "give --data a new or an empty directory, or leave it out",
            ));
        }
        play(data, &plays).await?;
    } else {
        eprintln!("{} holds a demo already; its clock runs on", data.display());
    }
    show(args, data, &plays).await?;
    if args.no_serve {
        return Ok(());
    }
    let config = ServeConfig {
        data: data.to_owned(),
        listen: args.listen,
        dev: true,
        demo: true,
        log_lines: "warn".into(),
        ..ServeConfig::default()
    };
    super::serve::serve(config).await
}

async fn play(data: &Path, plays: &[Play]) -> Result<(), Failure> {
    let eve = instant(fixed(EVE));
    let clock = Arc::new(VirtualClock::standing(eve));
    let options = PlatformOptions {
        clock: Some(Arc::clone(&clock) as Arc<dyn Clock>),
        demo: true,
        ..PlatformOptions::default()
    };
    let platform = Platform::open(data, options)?;
    let steps = plays.iter().map(|play| play.steps.len() as u64).sum();
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message("playing 2023");
    let played = async {
        let mut player = Player::begin(&platform, clock, eve).await?;
        let matters = player.play(plays, |done| bar.set_position(done)).await?;
        player.end(instant(fixed(LAST_DAY))).await?;
        Ok::<_, Failure>((matters.len(), count(&platform).await?))
    };
    let played = platform.closed_after(played).await;
    bar.finish_and_clear();
    let (matters, facts) = played?;
    eprintln!("played {matters} matters, {steps} acts, {facts}");
    DemoClock { virtual_time: instant(fixed(LAST_DAY)), real_time: SystemClock.now() }.write(data)?;
    Ok(())
}

async fn count(platform: &Platform) -> Result<String, Failure> {
    let head = platform.log.head().await?.map_or(0, |position| position.number());
    Ok(format!("{head} facts"))
}

async fn show(args: &Demo, data: &Path, plays: &[Play]) -> Result<(), Failure> {
    let reading = Reading::open(data, EMBEDDED, "530322").await?;
    let now: Timestamp = reading.clock.now();
    if !args.json {
        let banner = format!("演示 · demo — virtual clock, today is {}", beijing(now));
        line(Paint::detect().on(Style::Yellow, &banner))?;
    }
    for play in plays.iter().take(BOARDS) {
        let found = reading.find(play.project.code.as_str()).await?;
        let text = if args.json {
            super::board_json::board(&reading, found.id, At::default()).await?
        } else {
            super::show::drawn(&reading, found.id, At::default(), (now, None)).await?
        };
        line(text.trim_end())?;
        if !args.json {
            super::board_together::saved(&reading, found.id).await?.into_iter().try_for_each(line)?;
        }
    }
    if plays.len() > BOARDS && !args.json {
        line(format!("and {} more: onematter board --data {}", plays.len() - BOARDS, data.display()))?;
    }
    Ok(())
}
