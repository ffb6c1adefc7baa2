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
use serde_json::json;

/// The process answers.
pub async fn livez() -> &'static str {
    "alive\n"
}

/// Whether requests can be relied upon.
pub async fn readyz(State(state): State<GatewayState>) -> Response {
    let draining = state.shutdown().is_cancelled();
    let status = if draining { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(json!({ "ready": !draining, "draining": draining }))).into_response()
}

/// Figures in the text format of Prometheus.
pub async fn metrics(State(state): State<GatewayState>) -> Response {
    let text = format!(
        "# HELP onematter_websocket_connections WebSocket connections open now.\n\
         # TYPE onematter_websocket_connections gauge\n\
         onematter_websocket_connections {}\n",
        state.connections()
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
