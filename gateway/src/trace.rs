//! The trace a request belongs to: the caller's, if it sent one (W3C `traceparent`), else a new one.
//!
//! Invariant: an id is 32 lower-case hexadecimal digits and stands in the answer, in the span and in the log.
//! Deliberately absent: exporting spans; that is telemetry's.

use axum::http::HeaderMap;
use uuid::Uuid;

/// A request's trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    id: String,
}

impl Trace {
    /// The caller's trace, or a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get("traceparent").and_then(|v| v.to_str().ok()).and_then(parse);
        given.unwrap_or_else(Self::new_one)
    }

    /// A trace of its own.
    pub fn new_one() -> Self {
        Trace { id: Uuid::new_v4().simple().to_string() }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A span of this trace.
    pub fn span(&self, name: &'static str) -> tracing::Span {
        tracing::info_span!("request", otel.name = name, trace_id = %self.id)
    }
}

fn parse(header: &str) -> Option<Trace> {
    let id = header.split('-').nth(1)?;
    let hex = id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex && id.bytes().any(|b| b != b'0')).then(|| Trace { id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_callers_trace_goes_on_and_a_damaged_one_does_not() {
        let of = |text: &'static str| {
            Trace::of(&HeaderMap::from_iter([(
                "traceparent".parse().unwrap(),
                HeaderValue::from_static(text),
            )]))
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").id(), id);
        assert_ne!(of("00-00000000000000000000000000000000-00f067aa0ba902b7-01").id(), "0".repeat(32));
        assert_eq!(of("nonsense").id().len(), 32);
    }
}
