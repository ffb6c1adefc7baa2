//! The product as the server opens it: log, executor, clock and calendar.
//!
//! Invariant: the log's options are the defaults, so an acknowledged command is synced.

use std::sync::Arc;

use om_domain::matter::{MatterDecider, MatterRefusal};
use om_infra::calendars::CountyCalendars;
use om_infra::clock::VirtualClock;
use om_infra::executor::{Executor, Host, Outcome as Answer, Request};
use om_infra::log::SqliteLog;
use om_infra::log::sqlite::Options as LogOptions;
use om_infra::telemetry::Metrics;

use super::workload::{NOW, Workload};
use super::{Options, Outcome};

/// Streams kept in memory.
const STREAMS: usize = 4_096;

/// The product, and the workload that is put to it.
pub(super) struct System {
    pub(super) log: Arc<SqliteLog>,
    pub(super) host: Host,
    pub(super) executor: Executor<MatterDecider>,
    pub(super) workload: Workload,
}

impl System {
    pub(super) fn open(options: &Options) -> Outcome<Arc<Self>> {
        let log = SqliteLog::open(&options.dir, LogOptions::default())?;
        let host = Host {
            log: log.clone(),
            clock: Arc::new(VirtualClock::running(NOW.parse()?)),
            calendars: Arc::new(CountyCalendars::new(log.clone())),
            metrics: Arc::new(Metrics::new()?),
        };
        let executor = Executor::new(host.clone(), STREAMS);
        Ok(Arc::new(Self { log, host, executor, workload: Workload::new(options.seed)? }))
    }

    /// Carries out a command that must bring about one event at this place.
    pub(super) async fn execute(&self, request: Request<MatterDecider>, place: usize) -> Outcome {
        let answer: Answer<MatterRefusal> = self.executor.execute(request).await?;
        match answer {
            Answer::Done(receipt)
                if usize::try_from(receipt.first_revision)? == place && receipt.events.len() == 1 =>
            {
                Ok(())
            }
            other => Err(format!("command {place} came to {other:?}").into()),
        }
    }
}
