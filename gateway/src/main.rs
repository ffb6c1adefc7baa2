//! The binary `onematter`.

use clap::Parser as _;
use mimalloc::MiMalloc;
use om_gateway::cli::{Args, run};
use std::process::ExitCode;

/// Facts and answers are many small texts, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    run(Args::parse())
}
