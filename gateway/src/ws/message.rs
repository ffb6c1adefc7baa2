//! The messages of graphql-transport-ws, and the codes a connection is closed with.
//!
//! Invariant: a message is read whole or the connection is closed with 4400; what the client sent is not echoed.
//! Deliberately absent: the older subprotocol `graphql-ws`.

use crate::graphql::engine::Params;
use async_graphql::{Response, ServerError};
use serde::Serialize;
use serde_json::{Map, Value};

/// The subprotocol.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// Why a connection is closed by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The server goes away; the client connects again, with `since`.
    GoingAway,
    /// Whether who is there still may be cannot be looked up; the client connects again, with `since`, once it can.
    TryAgain,
    /// A message that is not of the protocol.
    BadRequest(&'static str),
    /// Not signed in, or not yet.
    Unauthorized(&'static str),
    /// `connection_init` names somebody else than the upgrade's `Authorization` header.
    Forbidden(&'static str),
    /// No `connection_init` in time.
    InitTimeout,
    /// An id that is in use was subscribed again.
    SubscriberExists,
    /// A second `connection_init`.
    TooManyInits,
    /// The client does not read, or does not answer pings.
    TooSlow,
    /// The client sends more than is read.
    TooMany(&'static str),
    /// A message that is no text.
    NoText,
    /// A message beyond what is taken.
    TooLarge,
}

impl Closing {
    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            Closing::GoingAway => 1001,
            Closing::TryAgain => 1013,
            Closing::BadRequest(_) => 4400,
            Closing::Unauthorized(_) => 4401,
            Closing::Forbidden(_) => 4403,
            Closing::InitTimeout => 4408,
            Closing::SubscriberExists => 4409,
            Closing::TooManyInits => 4429,
            Closing::NoText => 1007,
            // "try again later": clients take 1008 for an end, and stay without news
            Closing::TooSlow | Closing::TooMany(_) => 1013,
            Closing::TooLarge => 1009,
        }
    }

    /// The reason beside the code.
    pub fn reason(self) -> &'static str {
        match self {
            Closing::GoingAway => "Going away",
            Closing::TryAgain => "Try again later: your rights cannot be looked up now",
            Closing::BadRequest(reason)
            | Closing::Unauthorized(reason)
            | Closing::Forbidden(reason)
            | Closing::TooMany(reason) => reason,
            Closing::InitTimeout => "Connection initialisation timeout",
            Closing::SubscriberExists => "Subscriber for this id already exists",
            Closing::TooManyInits => "Too many initialisation requests",
            Closing::TooSlow => "Too slow",
            Closing::NoText => "Invalid message: not UTF-8",
            Closing::TooLarge => "Message too large: at most 256 KiB",
        }
    }
}

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum ClientMessage {
    /// Begin, with credentials.
    Init {
        /// The value of `Authorization` in the payload, if there was one.
        authorization: Option<String>,
    },
    /// Run an operation.
    Subscribe {
        /// The client's id for it.
        id: String,
        /// The operation.
        params: Params,
    },
    /// Stop an operation.
    Complete {
        /// The client's id for it.
        id: String,
    },
    /// Are you there?
    Ping,
    /// I am.
    Pong,
}

/// Reads a text frame.
pub fn read(text: &str) -> Result<ClientMessage, Closing> {
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
        return Err(Closing::BadRequest("Invalid message: not a JSON object"));
    };
    let payload = message.remove("payload");
    match message.get("type").and_then(Value::as_str) {
        Some("connection_init") => Ok(ClientMessage::Init { authorization: authorization(payload)? }),
        Some("subscribe") => {
            let params =
                payload.ok_or(Closing::BadRequest("Invalid message: subscribe without a payload"))?;
            let params = serde_json::from_value(params)
                .map_err(|_| Closing::BadRequest("Invalid message: the payload is not a GraphQL request"))?;
            Ok(ClientMessage::Subscribe { id: id(&message)?, params })
        }
        Some("complete") => Ok(ClientMessage::Complete { id: id(&message)? }),
        Some("ping") => Ok(ClientMessage::Ping),
        Some("pong") => Ok(ClientMessage::Pong),
        _ => Err(Closing::BadRequest("Invalid message: unknown type")),
    }
}

fn id(message: &Map<String, Value>) -> Result<String, Closing> {
    match message.get("id").and_then(Value::as_str) {
        Some(id) if (1..=128).contains(&id.len()) => Ok(id.to_owned()),
        _ => Err(Closing::BadRequest("Invalid message: id is not a text of 1 to 128 bytes")),
    }
}

fn authorization(payload: Option<Value>) -> Result<Option<String>, Closing> {
    match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => {
            let found = map.iter().find(|(key, _)| key.eq_ignore_ascii_case("authorization"));
            Ok(found.and_then(|(_, value)| value.as_str()).map(str::to_owned))
        }
        Some(_) => {
            Err(Closing::BadRequest("Invalid message: the payload of connection_init is not an object"))
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerMessage<'a> {
    ConnectionAck,
    Pong,
    Next { id: &'a str, payload: &'a Response },
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

fn text(message: &ServerMessage<'_>) -> String {
    serde_json::to_string(message).unwrap_or_else(|cause| {
        tracing::error!(%cause, "a message could not be written as JSON");
        String::from("{\"type\":\"ping\"}")
    })
}

/// `connection_ack`.
pub fn ack() -> String {
    text(&ServerMessage::ConnectionAck)
}

/// `pong`.
pub fn pong() -> String {
    text(&ServerMessage::Pong)
}

/// `next`.
pub fn next(id: &str, payload: &Response) -> String {
    text(&ServerMessage::Next { id, payload })
}

/// `next` with a payload that was written before.
pub fn next_written(id: &str, payload: &str) -> String {
    #[derive(Serialize)]
    #[serde(tag = "type", rename = "next")]
    struct Next<'a> {
        id: &'a str,
    }
    let mut text = serde_json::to_string(&Next { id }).unwrap_or_default();
    text.truncate(text.len().saturating_sub(1));
    text.reserve(payload.len() + 12);
    text.push_str(",\"payload\":");
    text.push_str(payload);
    text.push('}');
    text
}

/// `error`, which ends the operation.
pub fn error(id: &str, payload: &[ServerError]) -> String {
    text(&ServerMessage::Error { id, payload })
}

/// `complete`.
pub fn complete(id: &str) -> String {
    text(&ServerMessage::Complete { id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_protocol_is_a_bad_request() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"type":"start"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"subscribe","id":"1"}"#,
        ] {
            assert_eq!(read(bad).unwrap_err().code(), 4400, "{bad}");
        }
        let written = serde_json::to_string(&Response::new(async_graphql::Value::from(1))).unwrap();
        let whole = next("a\"b", &Response::new(async_graphql::Value::from(1)));
        assert_eq!(next_written("a\"b", &written), whole);
        let init =
            read(r#"{"type":"connection_init","payload":{"Authorization":"Bearer dev:lead"}}"#).unwrap();
        assert_eq!(init, ClientMessage::Init { authorization: Some("Bearer dev:lead".into()) });
    }
}
