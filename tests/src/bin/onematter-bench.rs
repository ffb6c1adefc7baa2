//! Our own side of `make bench`: see [`om_tests::bench`].

use mimalloc::MiMalloc;
use om_tests::bench::{Options, Outcome, run};

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome {
    run(&Options::from_args(std::env::args().skip(1))?).await
}
