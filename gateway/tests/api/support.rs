//! A gateway on a directory of its own, and ways to speak to it without a socket.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use om_gateway::{
    app::{Edge, GatewayState, app},
    context::SignIn,
    dev_users::DevUsers,
    http::origin::Origins,
};
use om_infra::{
    clock::VirtualClock,
    platform::{Platform, PlatformOptions},
};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// Both types, as a good client asks.
pub(crate) const BOTH: &str = "application/graphql-response+json, application/json;q=0.9";

/// A gateway whose clock stands until it is set.
pub(crate) struct Gateway {
    pub(crate) state: GatewayState,
    pub(crate) clock: Arc<VirtualClock>,
    _dir: TempDir,
}

impl Gateway {
    pub(crate) fn open() -> Self {
        Self::of(&[])
    }

    /// One that pages of these origins may speak to besides its own.
    pub(crate) fn of(origins: &[&str]) -> Self {
        Self::standing(origins, Edge::default())
    }

    /// The same, standing so to the network otherwise.
    pub(crate) fn standing(origins: &[&str], edge: Edge) -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(VirtualClock::standing("2026-03-02T01:00:00Z".parse().unwrap()));
        let options = PlatformOptions { clock: Some(clock.clone()), ..PlatformOptions::default() };
        let platform = Arc::new(Platform::open(dir.path(), options).unwrap());
        let origins: Vec<String> = origins.iter().map(ToString::to_string).collect();
        let origins = Origins::listed(&origins).unwrap();
        let edge = Edge { origins, ..edge };
        let state = GatewayState::at(platform, SignIn::Dev(DevUsers::built_in()), edge).unwrap();
        Gateway { state, clock, _dir: dir }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
        let response = app(self.state.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Asks as a user; the whole answer.
    pub(crate) async fn ask(&self, user: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(post(user, BOTH, body)).await.2
    }
}

pub(crate) fn post(user: &str, accept: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header("authorization", format!("Bearer dev:{user}"))
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(body.into())
        .unwrap()
}
