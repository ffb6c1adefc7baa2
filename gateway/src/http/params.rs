//! The parameters of a GraphQL request, out of a POST's body or a GET's query string.
//!
//! Invariants: one request at a time, a batch is refused; what is there is of the form the specification says, else the
//! request is refused with 400 and the name of the parameter.
//! Deliberately absent: the document's own grammar and limits.

use crate::graphql::engine::Params;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Why the parameters could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The status to answer with.
    pub status: StatusCode,
    /// What to send instead.
    pub message: String,
}

fn malformed(message: impl Into<String>) -> Malformed {
    Malformed { status: StatusCode::BAD_REQUEST, message: message.into() }
}

/// Whether the body of a POST is JSON in UTF-8, by its `Content-Type`.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Malformed> {
    let unsupported =
        |message: &str| Malformed { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, message: message.into() };
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    if parts.next().as_deref() != Some("application/json") {
        return Err(unsupported("send the request as POST with Content-Type: application/json"));
    }
    match parts.find_map(|part| part.strip_prefix("charset=").map(|c| c.trim_matches('"').to_owned())) {
        None => Ok(()),
        Some(charset) if charset == "utf-8" || charset == "utf8" => Ok(()),
        Some(_) => Err(unsupported("send the request in UTF-8")),
    }
}

/// Out of a POST's body.
pub fn of_body(body: &[u8]) -> Result<Params, Malformed> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => of_map(map),
        Ok(Value::Array(_)) => Err(malformed("batches are not taken: send one request at a time")),
        Ok(_) => {
            Err(malformed("the body is not a JSON object with query, operationName, variables, extensions"))
        }
        Err(_) => Err(malformed("the body is not JSON: send {\"query\": \"…\", \"variables\": {…}}")),
    }
}

/// Out of a GET's query string, where variables and extensions are JSON texts.
pub fn of_query(pairs: HashMap<String, String>) -> Result<Params, Malformed> {
    let mut map = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "query" | "operationName" => Value::String(text),
            "variables" | "extensions" if text.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&text).map_err(|_| malformed(format!("{name} is not a JSON text")))?
            }
            _ => continue,
        };
        map.insert(name, value);
    }
    if map.get("operationName").and_then(Value::as_str) == Some("") {
        map.remove("operationName");
    }
    of_map(map)
}

fn of_map(mut map: Map<String, Value>) -> Result<Params, Malformed> {
    let query = match map.remove("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(malformed("query is not a string")),
        None => return Err(malformed("query is missing")),
    };
    let operation_name = match map.remove("operationName") {
        Some(Value::String(name)) => Some(name),
        None | Some(Value::Null) => None,
        Some(_) => return Err(malformed("operationName is not a string")),
    };
    let variables = object(&mut map, "variables")?;
    let extensions = object(&mut map, "extensions")?;
    Ok(Params { query, operation_name, variables, extensions })
}

fn object(map: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, Malformed> {
    match map.remove(name) {
        Some(Value::Object(object)) => Ok(Some(object)),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(malformed(format!("{name} is not an object"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_has_its_form() {
        assert!(
            of_body(br#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#).is_ok()
        );
        for bad in [
            "",
            "[]",
            "7",
            "{}",
            r#"{"query":7}"#,
            r#"{"query":"{a}","variables":"{}"}"#,
            r#"{"query":"{a}","operationName":[]}"#,
            r#"{"query":"{a}","extensions":[]}"#,
        ] {
            assert_eq!(of_body(bad.as_bytes()).unwrap_err().status, StatusCode::BAD_REQUEST, "{bad}");
        }
        let get = HashMap::from([("query".into(), "{a}".into()), ("variables".into(), "{\"x\":1}".into())]);
        assert_eq!(of_query(get).unwrap().variables.unwrap().len(), 1);
    }
}
