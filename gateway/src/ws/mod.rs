//! `/graphql/ws`: GraphQL over WebSocket, subprotocol graphql-transport-ws.
//!
//! Invariants: a page of another origin is refused before the upgrade, since a browser asks nobody before it opens a
//! WebSocket; buffers are small, so ten thousand subscribers fit in memory; connections are counted and bounded.
//! Deliberately absent: any other subprotocol.

pub mod message;
pub mod session;
pub mod together;

use crate::{
    app::GatewayState,
    context::Presented,
    graphql::error::Code,
    http::{
        graphql::FOREIGN_PAGE,
        negotiate::Media,
        respond::{self, problem},
    },
    trace::Trace,
};
use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use futures::StreamExt;
use message::Closing;
use std::error::Error as _;
use tokio_tungstenite::tungstenite;

/// Largest frame a client may send: a document, its variables and their wrapping.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Bytes read ahead and written behind for each connection.
const BUFFER_BYTES: usize = 4 * 1024;

/// Answers the upgrade.
pub async fn serve(
    State(state): State<GatewayState>,
    uri: Uri,
    headers: HeaderMap,
    trace: Trace,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let refuse = |status, code, message: &str| problem(status, code, message, Media::Json, trace.id());
    if !state.origins().permit(&headers, &uri) {
        return refuse(StatusCode::FORBIDDEN, Code::Forbidden, FOREIGN_PAGE);
    }
    let Ok(upgrade) = upgrade else {
        let message = "this is a WebSocket endpoint: connect with subprotocol graphql-transport-ws";
        return refuse(StatusCode::UPGRADE_REQUIRED, Code::BadInput, message);
    };
    let upgrade = upgrade
        .protocols([message::PROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_MESSAGE_BYTES)
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES);
    if upgrade.selected_protocol().is_none() {
        return refuse(StatusCode::BAD_REQUEST, Code::BadInput, "name the subprotocol graphql-transport-ws");
    }
    let by_header = match Presented::of(&headers) {
        None => None,
        Some(presented) => match state.requester(Some(&presented)).await {
            Ok(requester) => match state.rates().account(&requester) {
                Ok(()) => Some((presented, requester)),
                Err(limited) => return respond::limited(&limited, Media::Json, trace.id()),
            },
            Err(why) => {
                let (status, code) = why.answer();
                return refuse(status, code, &why.to_string());
            }
        },
    };
    let Some(place) = state.enter() else {
        return refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Unavailable,
            "too many connections: try again later",
        );
    };
    upgrade.on_upgrade(move |socket| async move {
        let (sender, receiver) = socket.split();
        let receiver = receiver.map(|frame| frame.map_err(|error| unread(&error)));
        session::run(state, by_header, receiver, sender, session::Patience::default()).await;
        drop(place);
    })
}

/// How a connection is closed on which a message could not be received (RFC 6455, 7.4.1); none if it is gone.
fn unread(error: &axum::Error) -> Option<Closing> {
    match error.source()?.downcast_ref::<tungstenite::Error>()? {
        tungstenite::Error::Capacity(_) => Some(Closing::TooLarge),
        tungstenite::Error::Utf8(_) => Some(Closing::NoText),
        _ => None,
    }
}
