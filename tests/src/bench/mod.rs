//! Our own side of `make bench`: one figure of the permit workload a process, on the executor that serves requests.
//!
//! `onematter-bench --json --workload W1 --events N --dir DIR [--commands N] [--engine embedded|esdb] [--counties N]
//! [--seed S]`; `tests/peers/README.md` says what each workload measures and what the line of JSON holds.
//!
//! Invariants: rules, log, executor and board are the product's, in its settings; what was asked of them is checked
//! before a figure is printed.
//! Deliberately absent: but for W7 to W9, HTTP; tracing, and the reads of other streams that the gateway makes before a command.

pub mod bare;
mod fill;
mod follow;
mod forecast;
mod growth;
mod measure;
mod notify;
mod options;
mod plan;
mod process;
mod query;
mod report;
mod restart;
mod system;
mod wire;
mod workload;

pub use options::{Engine, Options};

/// What a measurement comes to.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Takes the figure that the options name and prints it.
///
/// # Errors
/// When the product refuses or fails, or the directory does not hold what the workload needs.
pub async fn run(options: &Options) -> Outcome {
    match options.workload.as_str() {
        "fill" => fill::fill(options).await,
        "W1" | "E1" => measure::commands(options, 1).await,
        "E2" => measure::commands(options, 16).await,
        "W2" | "E3" => measure::commands(options, 64).await,
        "P1" => measure::more_commands(options, 64).await,
        "W3" | "P2" => measure::load(options).await,
        "W3-cached" => measure::cached(options).await,
        "W4" => measure::rebuild(options).await,
        "W5" | "E4" => measure::read_all(options).await,
        "W6" => measure::size(options).await,
        "F1" => forecast::whole(options),
        "W7" => query::permits(options, query::How::Kept).await,
        "W7-anew" => query::permits(options, query::How::Anew).await,
        "W7-signed" => query::permits(options, query::How::Signed).await,
        "W8" => notify::subscribers(options, false).await,
        "W8-apart" => notify::subscribers(options, true).await,
        "G1" => growth::overview(options).await,
        "G2" => growth::command_after(options).await,
        "G3" => growth::load_after(options).await,
        "G4" => growth::page_after(options).await,
        "G5" => growth::command_among(options).await,
        "G6" => growth::permits_of(options).await,
        "W9" => restart::ready(options, false).await,
        "W9-empty" => restart::ready(options, true).await,
        "E5" | "P3" => follow::all(options).await,
        "P4" => follow::one_county(options).await,
        other => Err(format!(
            "unknown workload {other}: fill, W1 to W9, W3-cached, W7-anew, W7-signed, W8-apart, W9-empty, E1 to E5, P1 to P4, G1 to G6 or F1"
        )
        .into()),
    }
}
