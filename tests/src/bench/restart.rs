//! W9: from the start of `onematter serve` until `/readyz` answers 200.
//!
//! Invariants: the process before has ended in good order; policies have read the whole log, so none of them is
//! measured; the log is as long afterwards as before, and nothing of the server stays in its directory.
//! Deliberately absent: a restart after a kill; `tests/tests/fault` has those.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use om_infra::clock::VirtualClock;
use om_infra::log::EventLog;
use om_infra::platform::{Platform, PlatformOptions};

use super::options::Engine;
use super::process::Process;
use super::report::{self, Figure};
use super::system::{self, System};
use super::workload::NOW;
use super::{Options, Outcome};

/// Starts of which the figure is the median; one where each builds the projections.
const STARTS: usize = 5;

/// What the server's directory holds beside the log.
const ITS_OWN: [&str; 4] = ["read", "vault.db", "policies.db", "gateway"];

/// Starts a server again and again; `empty`: without projections.
pub(super) async fn ready(options: &Options, empty: bool) -> Outcome {
    clear(&options.dir)?;
    let data = match options.engine {
        Engine::Embedded => options.dir.clone(),
        Engine::Esdb => options.dir.join("gateway"),
    };
    std::fs::create_dir_all(&data)?;
    let before = settled(options, &data).await?;
    let node = match options.engine {
        Engine::Embedded => None,
        Engine::Esdb => Some(Process::node(&options.dir)?),
    };
    let url = node.as_ref().map(Process::url);
    let mut figure = Figure::new(options);
    if let Some(node) = &node {
        figure.note(&format!("the node itself listened after {} ms", node.age().as_millis()));
    }
    let (mut taken, mut cpu, mut rss) = (Vec::new(), Duration::ZERO, 0.0_f64);
    for _ in 0..if empty { 1 } else { STARTS } {
        if empty {
            remove(&data.join("read"))?;
        }
        let server = Process::server(&data, url.as_deref())?;
        let listens = server.age();
        let (took, behind) = server.ready().await?;
        let whole = server.whole().await?;
        cpu = report::cpu_time(Some(server.id()));
        rss = rss.max(report::peak_rss_mib(Some(server.id())));
        server.stop()?;
        if behind > 0 {
            return Err(format!("ready, and {behind} events behind").into());
        }
        taken.push(took);
        let (listens, whole) = (listens.as_millis(), whole.as_millis());
        figure.note(&format!("listening after {listens} ms, all projections after {whole} ms"));
    }
    if let Some(node) = node {
        node.stop()?;
    }
    clear(&options.dir)?;
    if head(&*System::open(options).await?.log).await? != before {
        return Err("the log has grown by itself: these starts did more than start".into());
    }
    figure.starts(&mut taken, before, cpu, rss);
    Ok(())
}

/// Lets projections and policies read the whole log, in this process; the events in it.
async fn settled(options: &Options, data: &Path) -> Outcome<usize> {
    let clock = Arc::new(VirtualClock::running(NOW.parse()?));
    let mut platform = PlatformOptions { clock: Some(clock), ..PlatformOptions::default() };
    let opened = match options.engine {
        Engine::Embedded => None,
        Engine::Esdb => Some(system::esdb(options).await?),
    };
    let node = opened.map(|(log, node)| {
        platform.log = Some(log);
        node
    });
    let platform = Platform::open(data, platform)?;
    platform.settle_due().await;
    let events = head(&*platform.log).await?;
    platform.shutdown().await;
    drop(platform);
    node.map_or(Ok(()), Process::stop)?;
    Ok(events)
}

/// The events in a log whose positions count them: ours and our node's.
async fn head(log: &dyn EventLog) -> Outcome<usize> {
    Ok(usize::try_from(log.head().await?.ok_or("fill this directory first")?.number())?)
}

fn clear(dir: &Path) -> Outcome {
    for name in ITS_OWN {
        for end in ["", "-wal", "-shm"] {
            remove(&dir.join(format!("{name}{end}")))?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Outcome {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
