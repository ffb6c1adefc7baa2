//! A history for the workloads that read: matters lived through by the product itself, 64 side by side.
//!
//! Invariant: it goes into the directory by the embedded engine; our node serves the same directory.

use std::sync::Arc;

use super::options::Engine;
use super::system::System;
use super::workload::EVENTS;
use super::{Options, Outcome};

/// Matters that lie side by side in the log.
pub(super) const SIDE_BY_SIDE: usize = 64;

/// Writes the history, if it is not there.
pub(super) async fn fill(options: &Options) -> Outcome {
    let system = System::open(&Options { engine: Engine::Embedded, ..options.clone() }).await?;
    let matters = options.matters();
    for first in (0..matters).step_by(SIDE_BY_SIDE) {
        let clients: Vec<_> = (first..matters.min(first + SIDE_BY_SIDE))
            .map(|matter| tokio::spawn(live(Arc::clone(&system), matter)))
            .collect();
        for client in clients {
            client.await??;
        }
    }
    system.close().await
}

async fn live(system: Arc<System>, matter: usize) -> Outcome {
    for place in 0..EVENTS {
        system.execute(system.workload.request(matter, place)?, place).await?;
    }
    Ok(())
}
