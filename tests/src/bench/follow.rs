//! Catching up: the events of `$all`, or of one county in it, by a subscription from the start.
//!
//! Invariant: what came is counted against what must be there.
//! Deliberately absent: what a projection does with them; W4 and W9 have that.

use std::sync::Arc;

use futures::StreamExt as _;
use om_infra::log::EventLog;

use super::options::Engine;
use super::report::{Clock, Figure};
use super::system::System;
use super::workload::{self, EVENTS};
use super::{Options, Outcome};

/// E5 and P3: everything, until it has caught up with the log's end.
pub(super) async fn all(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let clock = Clock::start(system.node_id());
    let (seen, _) = caught_up(&system.log, None).await?;
    if seen < options.matters() * EVENTS {
        return Err(format!("only {seen} events came: fill this directory first").into());
    }
    Figure::new(options).rate(seen, &clock);
    system.close().await
}

/// P4: the events of one county. The esdb engine asks the node for its streams only (`counties=` in its address), the
/// embedded engine has no such question, so whoever wants one county reads all.
pub(super) async fn one_county(options: &Options) -> Outcome {
    let county = workload::code(0, options.counties);
    let narrowed = Options { narrowed: Some(county.clone()), ..options.clone() };
    let system = System::open(&narrowed).await?;
    let clock = Clock::start(system.node_id());
    let (seen, of_county) = caught_up(&system.log, Some(&county)).await?;
    let least = options.matters().div_ceil(options.counties) * EVENTS;
    let strays = options.engine == Engine::Esdb && seen != of_county;
    if of_county < least || strays {
        return Err(format!("{seen} events came, {of_county} of {county}, which has {least}").into());
    }
    let mut figure = Figure::new(options);
    figure.note(&format!("{of_county} events of {county}; {seen} came"));
    figure.duration(of_county, &clock);
    system.close().await
}

/// How many events came until the end of what is seen of the log, and how many of them were of a county.
async fn caught_up(log: &Arc<dyn EventLog>, county: Option<&str>) -> Outcome<(usize, usize)> {
    let head = log.head().await?.ok_or("fill this directory first")?;
    let (mut seen, mut of_county, mut bytes) = (0, 0, 0);
    let mut events = log.subscribe(None);
    while let Some(event) = events.next().await {
        let event = event?;
        seen += 1;
        of_county += usize::from(county.is_some_and(|county| event.stream.county() == county));
        bytes += event.payload.len();
        if event.position >= head {
            break;
        }
    }
    if bytes < seen { Err("events without payload".into()) } else { Ok((seen, of_county)) }
}
