//! One line of JSON per figure, and what the operating system says of this process.
//!
//! Invariant: fields, units and percentiles are those of the peers (`tests/peers/src/figure.rs`).

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Options;

/// A figure under way.
pub(super) struct Figure<'a> {
    options: &'a Options,
    note: String,
}

impl<'a> Figure<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self { options, note: String::new() }
    }

    /// Something that should stand beside the figure.
    pub(super) fn note(&mut self, note: &str) {
        if !self.note.is_empty() {
            self.note.push_str("; ");
        }
        self.note.push_str(note);
    }

    fn line(&self, value: f64, unit: &str, n: usize, cpu: Duration) -> Value {
        let mut line = json!({
            "workload": self.options.workload,
            "system": "onematter",
            "value": round(value),
            "unit": unit,
            "n": n,
            "cpu_us_per_op": round(cpu.as_secs_f64() * 1e6 / per(n)),
            "peak_rss_mib": round(peak_rss_mib()),
            "seed": self.options.seed,
        });
        if !self.note.is_empty() {
            line["note"] = self.note.as_str().into();
        }
        line
    }

    /// W4 and W5: `n` events in one go.
    pub(super) fn rate(&self, n: usize, clock: &Clock) {
        println!("{}", self.line(per(n) / clock.wall().as_secs_f64(), "events/s", n, clock.cpu()));
    }

    /// W1 and W2: commands with the time each took.
    pub(super) fn commands(&self, taken: &mut [Duration], clock: &Clock) {
        let n = taken.len();
        let mut line = self.line(per(n) / clock.wall().as_secs_f64(), "commands/s", n, clock.cpu());
        percentiles(&mut line, taken);
        line["retries"] = 0.into();
        println!("{line}");
    }

    /// W3: the value is the median.
    pub(super) fn latency(&self, taken: &mut [Duration], clock: &Clock) {
        let mut line = self.line(0.0, "us", taken.len(), clock.cpu());
        percentiles(&mut line, taken);
        line["value"] = line["p50_us"].clone();
        println!("{line}");
    }

    /// W6.
    pub(super) fn bytes(&self, bytes: u64, n: usize) {
        let bytes = Duration::from_secs(bytes).as_secs_f64();
        println!("{}", self.line(bytes / per(n), "bytes/event", n, Duration::ZERO));
    }
}

fn percentiles(line: &mut Value, taken: &mut [Duration]) {
    taken.sort_unstable();
    let last = taken.len().saturating_sub(1);
    for (field, percent) in [("p50_us", 50), ("p99_us", 99)] {
        if let Some(time) = taken.get((last * percent + 50) / 100) {
            line[field] = round(time.as_secs_f64() * 1e6).into();
        }
    }
}

fn per(n: usize) -> f64 {
    u32::try_from(n.max(1)).map_or(f64::INFINITY, f64::from)
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Wall and processor time since it was started.
pub(super) struct Clock {
    start: Instant,
    cpu: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), cpu: cpu_time() }
    }

    fn wall(&self) -> Duration {
        self.start.elapsed()
    }

    fn cpu(&self) -> Duration {
        cpu_time().saturating_sub(self.cpu)
    }
}

/// User and system time of all threads; Linux counts it in hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn peak_rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The bytes of all files in a directory.
pub(super) fn size_of(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    entries
        .flatten()
        .map(|entry| {
            if entry.path().is_dir() {
                size_of(&entry.path())
            } else {
                entry.metadata().map_or(0, |metadata| metadata.len())
            }
        })
        .sum()
}
