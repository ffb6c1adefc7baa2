//! Which of the two response types the caller takes, by its `Accept`.
//!
//! Invariant: no `Accept`, or one that takes anything, gets `application/json`, as the GraphQL-over-HTTP draft asks
//! until clients have moved; who names `application/graphql-response+json` gets it.
//! Deliberately absent: any other type; a page for people is the console's.

use axum::http::{HeaderMap, HeaderValue, header};

/// The type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    GraphqlResponse,
    /// `application/json`: a well-formed request is answered with 200, whatever came of it.
    Json,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
        })
    }
}

/// The type to answer in; none if the caller takes neither.
pub fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let values: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    let accept = values.join(",");
    if accept.trim().is_empty() {
        return Some(Media::Json);
    }
    let ranges: Vec<(String, f32)> = accept.split(',').map(range).collect();
    let graphql = quality(&ranges, "application/graphql-response+json");
    let json = quality(&ranges, "application/json");
    let named = ranges.iter().any(|(r, q)| r == "application/graphql-response+json" && *q > 0.0);
    match (graphql > 0.0, json > 0.0) {
        (false, false) => None,
        (true, false) => Some(Media::GraphqlResponse),
        (false, true) => Some(Media::Json),
        (true, true) if named && graphql >= json => Some(Media::GraphqlResponse),
        (true, true) => Some(Media::Json),
    }
}

fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let q = parts
        .find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")))
        .map(|q| q.parse().unwrap_or(0.0));
    (name, q.unwrap_or(1.0))
}

/// The quality of a type: that of the most specific range that takes it.
fn quality(ranges: &[(String, f32)], media: &str) -> f32 {
    [media, "application/*", "*/*"]
        .iter()
        .find_map(|wanted| ranges.iter().find(|(r, _)| r == wanted).map(|(_, q)| *q))
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accept: &str) -> Option<Media> {
        negotiate(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]))
    }

    #[test]
    fn the_type_that_is_named_is_the_type_that_comes() {
        assert_eq!(negotiate(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(of("*/*"), Some(Media::Json));
        assert_eq!(of("application/json"), Some(Media::Json));
        assert_eq!(of("application/json; charset=utf-8"), Some(Media::Json));
        assert_eq!(of("application/graphql-response+json"), Some(Media::GraphqlResponse));
        assert_eq!(
            of("application/graphql-response+json, application/json;q=0.9"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(of("application/json, application/graphql-response+json;q=0.5"), Some(Media::Json));
        assert_eq!(of("text/html, */*;q=0.8"), Some(Media::Json));
        assert_eq!(of("text/html"), None);
        assert_eq!(of("application/json;q=0"), None);
    }
}
