//! The binary `onematter`.

use clap::Parser as _;
use om_gateway::cli::{Args, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(Args::parse())
}
