//! What W7 is compared with, in a process of its own: see [`om_tests::bench::bare`].

use om_tests::bench::{Outcome, bare};

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome {
    bare::serve_as(&std::env::args().nth(1).unwrap_or_default()).await
}
