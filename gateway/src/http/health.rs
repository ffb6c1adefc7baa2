//! `/livez`, `/readyz`, `/metrics`: for whoever keeps the service running.
//!
//! Invariant: alive means that the process answers; ready means that what it would answer can be relied upon.
//! Deliberately absent: names of people, of matters, of files.

use crate::app::GatewayState;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use om_infra::{
    log::LogState,
    runner::{Phase, ProjectionHealth},
    space::{self, Space},
};
use serde_json::{Value, json};

/// The process answers.
pub async fn livez() -> &'static str {
    "alive\n"
}

/// Whether requests can be relied upon: the log acknowledges, the projections follow, nobody is shutting down. What may come
/// later (search, performance) may still be being built: it is said, and whoever asks for it is told so. A full disk is said as `degraded`, with 200: commands are refused as such and everything can be read.
///
/// What an error said, with its paths and addresses, is for who keeps the service running: in the log, and at an address of theirs
/// ([`readyz_in_full`]).
pub async fn readyz(State(state): State<GatewayState>) -> Response {
    readiness(&state, false).await
}

/// The same with what errors said, for an address that only those reach who keep the service running.
pub async fn readyz_in_full(State(state): State<GatewayState>) -> Response {
    readiness(&state, true).await
}

async fn readiness(state: &GatewayState, in_full: bool) -> Response {
    let services = state.services();
    let draining = state.shutdown().is_cancelled();
    let mut log = match services.log.state() {
        LogState::Serving => json!({ "state": "serving" }),
        LogState::Stopped { reason } => json!({ "state": "stopped", "reason": reason }),
        LogState::Unreachable { since, reason } => {
            json!({ "state": "unreachable", "since": since.to_string(), "reason": reason })
        }
    };
    let serving = services.log.state() == LogState::Serving;
    let health = services.projections.health().await.unwrap_or_default();
    let following = !health.is_empty() && health.iter().all(ProjectionHealth::lets_serve);
    let ready = serving && following && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let projections: Vec<Value> = health.iter().map(projection).collect();
    // nothing can be recorded, and all that was recorded can be read: no reason to take the reader's way away
    let mut disk = match disk(state).await {
        Space::Free => json!({ "state": "free" }),
        Space::Full => json!({ "state": "full" }),
        Space::Failing { reason } => json!({ "state": "failing", "reason": reason }),
    };
    let degraded = disk["state"] != "free";
    if !in_full {
        for said in [&mut log, &mut disk] {
            said.as_object_mut().and_then(|said| said.remove("reason"));
        }
    }
    let body = json!({
        "ready": ready, "degraded": degraded, "draining": draining, "log": log, "disk": disk,
        "projections": projections,
    });
    (status, Json(body)).into_response()
}

/// Whether the disk of the data directory takes bytes.
async fn disk(state: &GatewayState) -> Space {
    let data = state.services().data.clone();
    let tried = tokio::task::spawn_blocking(move || space::probe(&data)).await;
    tried.unwrap_or_else(|error| Space::Failing { reason: error.to_string() })
}

fn projection(health: &ProjectionHealth) -> Value {
    let phase = match &health.phase {
        Phase::Building { folded, of } => json!({ "phase": "building", "folded": folded, "of": of }),
        Phase::Live => json!({ "phase": "live" }),
        Phase::Stopped { poison } => {
            json!({ "phase": "stopped", "event": poison.event, "position": poison.position })
        }
        Phase::Failing { .. } => json!({ "phase": "failing" }),
    };
    json!({
        "name": health.name, "schema": health.schema, "state": phase, "later": health.later,
        "lagEvents": health.lag.events(), "lagBytes": health.lag.bytes(), "lagMs": health.lag_ms,
    })
}

/// Figures in the text format of Prometheus.
pub async fn metrics(State(state): State<GatewayState>) -> Response {
    let services = state.services();
    if let Err(error) = services.projections.measure(&services.metrics).await {
        tracing::warn!(%error, "the projections' lag is not known");
    }
    let mut text = services.metrics.gather().unwrap_or_else(|error| {
        tracing::error!(%error, "metrics cannot be written");
        String::new()
    });
    text.push_str(&format!(
        "# HELP onematter_websocket_connections WebSocket connections open now.\n\
         # TYPE onematter_websocket_connections gauge\n\
         onematter_websocket_connections {}\n",
        state.connections()
    ));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
