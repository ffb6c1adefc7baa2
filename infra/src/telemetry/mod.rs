//! What the platform says about itself: logs, traces, metrics.
//!
//! Invariant: one trace runs from the request through the append to the projections, because every event carries
//! its request's trace context.
//! Deliberately absent: what to say; that is where things happen.

mod init;
mod metrics;
mod trace;

pub use init::{Telemetry, TelemetryError, TelemetryOptions};
pub use metrics::Metrics;
pub use trace::{continue_from, link, trace_id, traceparent};
