//! The command line, as every side of the bench is called.
//!
//! Deliberately absent: a second form of output; `--json` is taken because the form may grow one.

use std::path::PathBuf;

use super::Outcome;
use super::workload::EVENTS;

/// What to measure, on how much, where.
#[derive(Debug, Clone)]
pub struct Options {
    /// `fill`, `W1` to `W6`, `W3-cached` or `F1`.
    pub workload: String,
    /// Commands of W1 and W2, the history of the others.
    pub events: usize,
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
        let mut options =
            Self { workload: String::new(), events: 10_000, dir: "target/bench-data/own".into(), seed: 1 };
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

    /// W1 and W2 in a steady state: so many commands first, uncounted, and the first matter to go on with.
    pub(super) fn warm_up(&self) -> (usize, usize) {
        let commands = (self.events / 5).max(1_000);
        (commands, 64 * (commands / EVENTS + 1))
    }
}
