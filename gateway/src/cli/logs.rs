//! Which event log a command means: embedded, or in a cluster.
//!
//! Invariant: a word that is neither is refused, never taken for a file's name.
//! Deliberately absent: the embedded log of a server; the platform opens it with its directory.

use super::Failure;
use om_infra::{config::EMBEDDED, log::EventLog};
use std::{sync::Arc, time::Duration};

/// How long a cluster that does not answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The log of a server, opened if it is not the embedded one.
pub(super) async fn opened(log: &str) -> Result<Option<Arc<dyn EventLog>>, Failure> {
    if log == EMBEDDED {
        return Ok(None);
    }
    Ok(Some(cluster(log).await?))
}

/// Whether a text is the address of a cluster.
pub(super) fn is_cluster(text: &str) -> bool {
    text.contains("://")
}

/// The log in a cluster.
#[cfg(feature = "esdb")]
pub(super) async fn cluster(address: &str) -> Result<Arc<dyn EventLog>, Failure> {
    use om_infra::log::{KurrentLog, kurrent::Address};
    let address: Address = address.parse()?;
    eprintln!("event log  {address}");
    Ok(KurrentLog::open(address, PATIENCE).await?)
}

/// The log in a cluster, which this binary was built without.
#[cfg(not(feature = "esdb"))]
pub(super) async fn cluster(address: &str) -> Result<Arc<dyn EventLog>, Failure> {
    let _ = PATIENCE;
    Err(Failure::new(
        format!("{address}: this binary was built without the feature esdb"),
        "build it with the default features",
    ))
}
