//! Our own side of `make bench`: one figure of the permit workload a process, on the executor that serves requests.
//!
//! `onematter-bench --json --workload W1 --events N --dir DIR [--seed S]`; `tests/peers/README.md` says what each
//! workload measures and what the line of JSON holds.
//!
//! Invariants: rules, log, executor and board are the product's, in its settings; what was asked of them is checked
//! before a figure is printed.
//! Deliberately absent: HTTP, tracing, and the reads of other streams that the gateway makes before a command.

mod fill;
mod forecast;
mod measure;
mod options;
mod plan;
mod report;
mod system;
mod workload;

pub use options::Options;

/// What a measurement comes to.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Takes the figure that the options name and prints it.
///
/// # Errors
/// When the product refuses or fails, or the directory does not hold what the workload needs.
pub async fn run(options: &Options) -> Outcome {
    match options.workload.as_str() {
        "fill" => fill::fill(options).await,
        "W1" => measure::commands(options, 1).await,
        "W2" => measure::commands(options, 64).await,
        "W3" => measure::load(options).await,
        "W3-cached" => measure::cached(options).await,
        "W4" => measure::rebuild(options).await,
        "W5" => measure::read_all(options).await,
        "W6" => measure::size(options).await,
        "F1" => forecast::whole(options),
        other => Err(format!("unknown workload {other}: fill, W1 to W6, W3-cached or F1").into()),
    }
}
