//! What every request meets before its handler: whose address it comes from, under which trace it runs, how much of it
//! there may be.
//!
//! Invariants: what a caller says of its own address is believed only of a proxy that was named; every answer of the API
//! carries the id of its trace; who presents credentials that open nothing again and again is turned away.
//! Deliberately absent: who may do what; the domain decides that.

pub mod client;
pub mod rate;
pub mod uploads;

use crate::{
    app::GatewayState,
    http::{negotiate::Media, respond},
    trace::Trace,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use client::{Client, Peer};

/// The header that tells a caller the id of its request: what `extensions.traceId` of an error says, too.
pub const REQUEST_ID: &str = "x-request-id";

/// Goes around every request of the API.
pub async fn around(State(state): State<GatewayState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied().unwrap_or_default();
    let client = state.proxies().client(peer, request.headers());
    let trace = Trace::of(request.headers());
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(trace.clone());
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED
        && let Err(limited) = state.rates().unknown(client)
    {
        response = respond::limited(&limited, Media::Json, trace.id());
    }
    if let Ok(id) = HeaderValue::from_str(trace.id()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if state.tls().is_some() {
        // a browser that came by TLS once comes by nothing else
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The address of a request's caller, where [`around`] went around it.
pub fn client_of(extensions: &axum::http::Extensions) -> Client {
    extensions.get::<Client>().copied().unwrap_or_default()
}
