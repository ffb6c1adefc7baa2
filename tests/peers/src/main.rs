//! Peers on the permit workload: `peers <system> <workload> --events N --dir DIR`.
//!
//! Systems: cqrs-es, cqrs-es-snapshots, umadb, umadb-server (W2 alone). Workloads: fill, W1 to W6 (see README.md). One line of JSON a figure.
//! Every peer is set to sync before it acknowledges.

mod cqrs;
mod figure;
mod uma;
mod uma_server;
mod workload;

pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome {
    let options = figure::Options::from_args()?;
    match options.system.as_str() {
        "cqrs-es" => cqrs::run(&options, None).await,
        "cqrs-es-snapshots" => cqrs::run(&options, Some(20)).await,
        "umadb" => uma::run(&options).await,
        "umadb-server" => uma_server::run(&options).await,
        other => Err(format!("unknown system {other}").into()),
    }
}
