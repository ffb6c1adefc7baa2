//! The product as the server opens it: log, executor, clock and calendar.
//!
//! Invariants: the log's options are the defaults, so an acknowledged command is synced; behind the esdb engine stands
//! our node, `onematter node`, in a process of its own, over a TCP socket on loopback.
//! Deliberately absent: a cluster. A node of ours is one process on one disk.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use om_domain::matter::{MatterDecider, MatterRefusal};
use om_infra::calendars::CountyCalendars;
use om_infra::clock::VirtualClock;
use om_infra::executor::{Executor, Host, Outcome as Answer, Request};
use om_infra::log::sqlite::Options as LogOptions;
use om_infra::log::{EventLog, KurrentLog, SqliteLog};
use om_infra::telemetry::Metrics;

use super::options::Engine;
use super::process::Process;
use super::workload::{NOW, Workload};
use super::{Options, Outcome};

/// Streams kept in memory.
const STREAMS: usize = 4_096;
/// How long a node that does not answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The product, and the workload that is put to it.
pub(super) struct System {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) host: Host,
    pub(super) executor: Executor<MatterDecider>,
    pub(super) workload: Workload,
    /// How durable what the embedded log acknowledges is, as it says itself.
    pub(super) durability: Option<String>,
    node: Mutex<Option<Process>>,
}

impl System {
    pub(super) async fn open(options: &Options) -> Outcome<Arc<Self>> {
        let (log, node, durability): (Arc<dyn EventLog>, _, _) = match options.engine {
            Engine::Embedded => {
                let log = SqliteLog::open(&options.dir, LogOptions::default())?;
                let durability = log.durability().map(str::to_owned);
                (log, None, durability)
            }
            Engine::Esdb => {
                let (log, node) = esdb(options).await?;
                (log, Some(node), None)
            }
        };
        let host = Host {
            log: log.clone(),
            clock: Arc::new(VirtualClock::running(NOW.parse()?)),
            calendars: Arc::new(CountyCalendars::new(log.clone())),
            metrics: Arc::new(Metrics::new()?),
        };
        let executor = Executor::new(host.clone(), STREAMS);
        let workload = Workload::new(options.seed, options.counties)?;
        Ok(Arc::new(Self { log, host, executor, workload, durability, node: Mutex::new(node) }))
    }

    /// The same, with matters that its log does not hold yet.
    pub(super) async fn open_for_more(options: &Options) -> Outcome<Arc<Self>> {
        let mut system = Self::open(options).await?;
        let head = system.log.head().await?.ok_or("fill this directory first")?;
        let workload = Workload::new(options.seed.wrapping_add(head.number()), options.counties)?;
        Arc::get_mut(&mut system).ok_or("it is in use already")?.workload = workload;
        Ok(system)
    }

    /// The same, with so many permits in each matter's plan.
    pub(super) async fn open_with_permits(options: &Options, permits: usize) -> Outcome<Arc<Self>> {
        let mut system = Self::open(options).await?;
        let workload = Workload::with_permits(options.seed, options.counties, permits)?;
        Arc::get_mut(&mut system).ok_or("it is in use already")?.workload = workload;
        Ok(system)
    }

    /// The process number of the node, if there is one.
    pub(super) fn node_id(&self) -> Option<u32> {
        self.node.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Process::id)
    }

    /// Lets go of the log and stops the node.
    pub(super) async fn close(&self) -> Outcome {
        self.log.close().await;
        let node = self.node.lock().unwrap_or_else(PoisonError::into_inner).take();
        node.map_or(Ok(()), Process::stop)
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

/// A node of its own over the directory's log, and the engine that speaks to it.
pub(super) async fn esdb(options: &Options) -> Outcome<(Arc<KurrentLog>, Process)> {
    let node = Process::node(&options.dir)?;
    let counties = options.narrowed.iter().map(|county| format!("&counties={county}"));
    let address = format!("{}{}", node.url(), counties.collect::<String>());
    Ok((KurrentLog::open(address.parse()?, PATIENCE).await?, node))
}
