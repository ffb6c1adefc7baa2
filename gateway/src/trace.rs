//! The trace a request belongs to: the caller's, if it sent one (W3C `traceparent`), else a new one.
//!
//! Invariants: an id is 32 lower-case hexadecimal digits and stands in the answer, in the span and in the log; where
//! spans are exported it is the exported trace's. A span says which operation runs and never with what variables.
//! Deliberately absent: exporting spans; that is telemetry's.

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, request::Parts},
};
use om_infra::telemetry;
use std::convert::Infallible;
use tracing::{Span, field};
use uuid::Uuid;

/// A request's trace, and the span that the request runs in.
#[derive(Debug, Clone)]
pub struct Trace {
    id: String,
    span: Span,
}

impl Trace {
    /// The trace that the edge began for a request; where it did not, the caller's or a new one.
    pub fn of_request(extensions: &Extensions, headers: &HeaderMap) -> Self {
        extensions.get::<Trace>().cloned().unwrap_or_else(|| Self::of(headers))
    }

    /// The caller's trace, or a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        Self::begin(headers.get("traceparent").and_then(|value| value.to_str().ok()))
    }

    /// A trace of its own.
    pub fn new_one() -> Self {
        Self::begin(None)
    }

    fn begin(given: Option<&str>) -> Self {
        let span = tracing::info_span!("request", otel.kind = "server", trace_id = field::Empty);
        if let Some(traceparent) = given {
            telemetry::continue_from(&span, traceparent);
        }
        let id = telemetry::trace_id(&span).or_else(|| given.and_then(parse));
        let id = id.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
        span.record("trace_id", id.as_str());
        Trace { id, span }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The span that the request runs in.
    pub fn span(&self) -> Span {
        self.span.clone()
    }
}

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(&parts.extensions, &parts.headers))
    }
}

fn parse(header: &str) -> Option<String> {
    let id = header.split('-').nth(1)?;
    let hex = id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex && id.bytes().any(|b| b != b'0')).then(|| id.to_owned())
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
