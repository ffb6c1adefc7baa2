//! The command line, as every side of the bench is called.
//!
//! Deliberately absent: a second form of output; `--json` is taken because the form may grow one.

use std::path::PathBuf;

use super::Outcome;
use super::workload::EVENTS;

/// The engine behind the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in this process.
    Embedded,
    /// The official client, and our node in a process of its own.
    Esdb,
}

/// What answers in W7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// `onematter serve`.
    Ours,
    /// async-graphql with nothing about it.
    Graphql,
    /// The same JSON by axum, serialised each time.
    Json,
    /// graphql-yoga, on Node.
    Yoga,
}

/// What to measure, on how much, where.
#[derive(Debug, Clone)]
pub struct Options {
    /// `fill`, or one of those in `tests/peers/README.md`.
    pub workload: String,
    /// Commands where a workload begins with an empty directory, the history where it finds one.
    pub events: usize,
    /// Commands of P1, which finds a history.
    pub commands: usize,
    /// The engine that is measured.
    pub engine: Engine,
    /// What answers in W7.
    pub served: Served,
    /// The counties that the matters are spread over, one after another.
    pub counties: usize,
    /// The county that the esdb engine's address is narrowed to.
    pub(super) narrowed: Option<String>,
    /// The directory of the log.
    pub dir: PathBuf,
    /// What the workload is made from.
    pub seed: u64,
}

impl Options {
    /// Reads the command line; the directory is created.
    ///
    /// # Errors
    /// When an option is unknown or has no value of its kind.
    pub fn from_args(args: impl IntoIterator<Item = String>) -> Outcome<Self> {
        let mut options = Self {
            workload: String::new(),
            events: 10_000,
            commands: 2_000,
            engine: Engine::Embedded,
            served: Served::Ours,
            counties: 1,
            narrowed: None,
            dir: "target/bench-data/own".into(),
            seed: 1,
        };
        let mut args = args.into_iter();
        while let Some(name) = args.next() {
            if name == "--json" {
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            let bad = |e| format!("{name} {value}: {e}");
            match name.as_str() {
                "--workload" => options.workload = value,
                "--events" => options.events = value.parse().map_err(bad)?,
                "--commands" => options.commands = value.parse().map_err(bad)?,
                "--counties" => options.counties = value.parse().map_err(bad)?,
                "--engine" => {
                    options.engine = match value.as_str() {
                        "embedded" => Engine::Embedded,
                        "esdb" => Engine::Esdb,
                        _ => return Err(format!("unknown engine {value}: embedded or esdb").into()),
                    }
                }
                "--served" => {
                    options.served = match value.as_str() {
                        "async-graphql" => Served::Graphql,
                        "axum-json" => Served::Json,
                        "graphql-yoga" => Served::Yoga,
                        _ => {
                            let known = "async-graphql, axum-json or graphql-yoga";
                            return Err(format!("unknown answer {value}: {known}").into());
                        }
                    }
                }
                "--seed" => options.seed = value.parse().map_err(bad)?,
                "--dir" => options.dir = value.into(),
                _ => return Err(format!("unknown option {name}").into()),
            }
        }
        std::fs::create_dir_all(&options.dir)?;
        Ok(options)
    }

    /// At least one matter.
    pub(super) fn matters(&self) -> usize {
        self.events.div_ceil(EVENTS).max(1)
    }

    /// The name of what is measured: the engine unless embedded, the counties unless one.
    pub(super) fn system(&self) -> String {
        match self.served {
            Served::Ours => {}
            Served::Graphql => return "async-graphql".to_owned(),
            Served::Json => return "axum-json".to_owned(),
            Served::Yoga => return "graphql-yoga".to_owned(),
        }
        let engine = if self.engine == Engine::Esdb { "-esdb" } else { "" };
        let counties = if self.counties > 1 { format!("-{}", self.counties) } else { String::new() };
        format!("onematter{engine}{counties}")
    }

    /// Commands in a steady state: so many first, uncounted, and the first matter to go on with. They fill the write-ahead log to
    /// its first checkpoint: until then it grows, which doubles the time of a commit.
    pub(super) fn warm_up(&self, commands: usize) -> (usize, usize) {
        let commands = (commands / 5).max(4_000);
        (commands, 64 * (commands / EVENTS + 1))
    }
}
