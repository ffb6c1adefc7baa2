//! One line of JSON per figure, and what the operating system says of this process.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The options every bench command takes: `<system> <workload> --events N --dir DIR --seed S`.
pub struct Options {
    pub system: String,
    pub workload: String,
    pub events: usize,
    pub dir: std::path::PathBuf,
    pub seed: u64,
}

impl Options {
    pub fn from_args() -> Result<Self, String> {
        let mut args = std::env::args().skip(1);
        let mut options = Self {
            system: args.next().ok_or("which system?")?,
            workload: args.next().ok_or("which workload?")?,
            events: 10_000,
            dir: "target/bench-data".into(),
            seed: 1,
        };
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|e| format!("{name} {value}: {e}"));
            match name.as_str() {
                "--events" => options.events = number()? as usize,
                "--seed" => options.seed = number()?,
                "--dir" => options.dir = value.into(),
                _ => return Err(format!("unknown option {name}")),
            }
        }
        std::fs::create_dir_all(&options.dir).map_err(|e| e.to_string())?;
        Ok(options)
    }

    /// At least one matter.
    pub fn matters(&self) -> usize {
        self.events.div_ceil(crate::workload::EVENTS).max(1)
    }

    /// W1 and W2 in a steady state: so many commands first, uncounted, and the first matter to go on with. They take SQLite's
    /// write-ahead log past its first checkpoint, after which it no longer grows; that of ours is of 4,096 pages.
    pub fn warm_up(&self) -> (usize, usize) {
        let commands = (self.events / 5).max(4_000);
        (commands, 64 * (commands / crate::workload::EVENTS + 1))
    }

    fn line(&self, value: f64, unit: &str, n: usize, cpu: Duration) -> Value {
        json!({
            "workload": self.workload,
            "system": self.system,
            "value": round(value),
            "unit": unit,
            "n": n,
            "cpu_us_per_op": round(cpu.as_secs_f64() * 1e6 / n.max(1) as f64),
            "peak_rss_mib": round(peak_rss_mib("self")),
            "seed": self.seed,
        })
    }

    /// W4 and W5: `n` things in one go.
    pub fn rate(&self, unit: &str, n: usize, clock: &Clock) {
        println!("{}", self.line(n as f64 / clock.wall().as_secs_f64(), unit, n, clock.cpu()));
    }

    /// W1 and W2: commands with the time each took.
    pub fn commands(&self, mut taken: Vec<Duration>, clock: &Clock, retries: usize) {
        let n = taken.len();
        let mut line = self.line(n as f64 / clock.wall().as_secs_f64(), "commands/s", n, clock.cpu());
        percentiles(&mut line, &mut taken);
        line["retries"] = retries.into();
        if let Some(server) = clock.server {
            let cpu = clock.server_cpu().as_secs_f64() * 1e6 / n.max(1) as f64;
            line["node_cpu_us_per_op"] = round(cpu).into();
            line["node_peak_rss_mib"] = round(peak_rss_mib(&server.to_string())).into();
        }
        println!("{line}");
    }

    /// W3: the value is the median.
    pub fn latency(&self, mut taken: Vec<Duration>, clock: &Clock) {
        let mut line = self.line(0.0, "us", taken.len(), clock.cpu());
        percentiles(&mut line, &mut taken);
        line["value"] = line["p50_us"].clone();
        println!("{line}");
    }

    /// W6.
    pub fn bytes(&self, bytes: u64, n: usize) {
        println!("{}", self.line(bytes as f64 / n as f64, "bytes/event", n, Duration::ZERO));
    }
}

fn percentiles(line: &mut Value, taken: &mut [Duration]) {
    taken.sort_unstable();
    let at = |q: f64| taken[((taken.len() - 1) as f64 * q).round() as usize].as_secs_f64() * 1e6;
    if !taken.is_empty() {
        line["p50_us"] = round(at(0.50)).into();
        line["p99_us"] = round(at(0.99)).into();
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Wall and processor time since it was started, of this process and of a server in another.
pub struct Clock {
    start: Instant,
    cpu: Duration,
    server: Option<u32>,
    server_cpu: Duration,
}

impl Clock {
    pub fn start() -> Self {
        Self { start: Instant::now(), cpu: cpu_time("self"), server: None, server_cpu: Duration::ZERO }
    }

    pub fn with(server: u32) -> Self {
        let server_cpu = cpu_time(&server.to_string());
        Self { server: Some(server), server_cpu, ..Self::start() }
    }

    fn wall(&self) -> Duration {
        self.start.elapsed()
    }

    fn cpu(&self) -> Duration {
        cpu_time("self").saturating_sub(self.cpu)
    }

    fn server_cpu(&self) -> Duration {
        let now = self.server.map(|process| cpu_time(&process.to_string())).unwrap_or_default();
        now.saturating_sub(self.server_cpu)
    }
}

/// User and system time of all threads of a process; Linux counts it in hundredths of a second.
fn cpu_time(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn peak_rss_mib(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

pub fn size_of(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    entries
        .flatten()
        .map(|e| if e.path().is_dir() { size_of(&e.path()) } else { e.metadata().map_or(0, |m| m.len()) })
        .sum()
}
