//! One line of JSON per figure, and what the operating system says of the processes measured.
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
            "system": self.options.system(),
            "value": round(value),
            "unit": unit,
            "n": n,
            "cpu_us_per_op": round(cpu.as_secs_f64() * 1e6 / per(n)),
            "peak_rss_mib": round(peak_rss_mib(None)),
            "seed": self.options.seed,
        });
        if !self.note.is_empty() {
            line["note"] = self.note.as_str().into();
        }
        line
    }

    /// The same with the node's part, if there is a node.
    fn timed(&self, value: f64, unit: &str, n: usize, clock: &Clock) -> Value {
        let mut line = self.line(value, unit, n, clock.cpu());
        if let Some(cpu) = clock.node_cpu() {
            line["node_cpu_us_per_op"] = round(cpu.as_secs_f64() * 1e6 / per(n)).into();
            line["node_peak_rss_mib"] = round(peak_rss_mib(clock.node)).into();
        }
        line
    }

    /// `n` events in one go.
    pub(super) fn rate(&self, n: usize, clock: &Clock) {
        println!("{}", self.timed(per(n) / clock.wall().as_secs_f64(), "events/s", n, clock));
    }

    /// `n` events in one go, and the value is how long that took.
    pub(super) fn duration(&self, n: usize, clock: &Clock) {
        println!("{}", self.timed(clock.wall().as_secs_f64() * 1e3, "ms", n, clock));
    }

    /// W9: the value is the median of the starts; `n` events in the log, processor time and memory of the last process.
    pub(super) fn starts(&self, taken: &mut [Duration], n: usize, cpu: Duration, rss: f64) {
        let mut line = self.line(0.0, "ms", n, cpu);
        percentiles(&mut line, taken);
        line["value"] = round(line["p50_us"].as_f64().unwrap_or(0.0) / 1e3).into();
        line["peak_rss_mib"] = round(rss).into();
        println!("{line}");
    }

    /// Commands with the time each took.
    pub(super) fn commands(&self, taken: &mut [Duration], clock: &Clock) {
        let n = taken.len();
        let mut line = self.timed(per(n) / clock.wall().as_secs_f64(), "commands/s", n, clock);
        percentiles(&mut line, taken);
        line["retries"] = 0.into();
        println!("{line}");
    }

    /// W7: requests, with what the server that answered them used.
    pub(super) fn requests(&self, taken: &mut [Duration], clock: &Clock, cpu: Duration, rss: f64) {
        let n = taken.len();
        let mut line = self.line(per(n) / clock.wall().as_secs_f64(), "requests/s", n, cpu);
        percentiles(&mut line, taken);
        line["peak_rss_mib"] = round(rss).into();
        println!("{line}");
    }

    /// Answers, one at a time, with what the server that gave them used; the value is the median.
    pub(super) fn answers(&self, taken: &mut [Duration], clock: &Clock, cpu: Duration, rss: f64) {
        let mut line = self.line(0.0, "us", taken.len(), cpu);
        percentiles(&mut line, taken);
        line["value"] = line["p50_us"].clone();
        line["peak_rss_mib"] = round(rss).into();
        line["seconds"] = round(clock.wall().as_secs_f64()).into();
        println!("{line}");
    }

    /// W8: notices, with what the server that sent them used; the value is the 99th percentile.
    pub(super) fn heard(&self, taken: &mut [Duration], clock: &Clock, cpu: Duration, rss: f64) {
        let mut line = self.line(0.0, "ms", taken.len(), cpu);
        percentiles(&mut line, taken);
        line["value"] = round(line["p99_us"].as_f64().unwrap_or(0.0) / 1e3).into();
        line["peak_rss_mib"] = round(rss).into();
        line["seconds"] = round(clock.wall().as_secs_f64()).into();
        println!("{line}");
    }

    /// Loads: the value is the median.
    pub(super) fn latency(&self, taken: &mut [Duration], clock: &Clock) {
        let mut line = self.timed(0.0, "us", taken.len(), clock);
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

/// Wall time, and the processor time of this process and of its node, since it was started.
pub(super) struct Clock {
    start: Instant,
    cpu: Duration,
    node: Option<u32>,
    node_cpu: Duration,
}

impl Clock {
    pub(super) fn start(node: Option<u32>) -> Self {
        let node_cpu = node.map_or(Duration::ZERO, |node| cpu_time(Some(node)));
        Self { start: Instant::now(), cpu: cpu_time(None), node, node_cpu }
    }

    fn wall(&self) -> Duration {
        self.start.elapsed()
    }

    fn cpu(&self) -> Duration {
        cpu_time(None).saturating_sub(self.cpu)
    }

    fn node_cpu(&self) -> Option<Duration> {
        self.node.map(|node| cpu_time(Some(node)).saturating_sub(self.node_cpu))
    }
}

/// What the system tells of a process, of this one if none is named.
fn told(process: Option<u32>, what: &str) -> String {
    let process = process.map_or_else(|| "self".to_owned(), |number| number.to_string());
    std::fs::read_to_string(format!("/proc/{process}/{what}")).unwrap_or_default()
}

/// User and system time of all threads; Linux counts it in hundredths of a second.
pub(super) fn cpu_time(process: Option<u32>) -> Duration {
    let stat = told(process, "stat");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

pub(super) fn peak_rss_mib(process: Option<u32>) -> f64 {
    let status = told(process, "status");
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
