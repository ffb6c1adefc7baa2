//! Answers on the wire: bodies, statuses, headers.
//!
//! Invariants: a request that was not executed has no `data` in its answer; with `application/graphql-response+json`
//! its status is 4xx, with `application/json` a well-formed one is 200; every answer says that it is not to be cached,
//! sniffed or framed.
//! Deliberately absent: what the errors mean.

use super::negotiate::Media;
use crate::{
    edge::rate::Limited,
    graphql::{
        engine::Outcome,
        error::{self, Code, finish, server_error, wait_of},
    },
};
use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::body::Bytes;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;

#[derive(Serialize)]
struct Refused<'a> {
    errors: &'a [ServerError],
}

/// The answer to a request that came as far as the engine.
pub fn outcome(outcome: &Outcome, media: Media) -> Response {
    match outcome {
        Outcome::Refused(errors) => match errors.iter().find_map(wait_of) {
            Some(seconds) => come_again(body_of(StatusCode::TOO_MANY_REQUESTS, media, errors), seconds),
            None => refused(errors, media),
        },
        Outcome::Executed(response) => executed(response, media),
    }
}

fn executed(response: &GraphqlResponse, media: Media) -> Response {
    body(StatusCode::OK, media, serde_json::to_vec(response))
}

/// An answer as it was written before.
pub fn kept(bytes: Bytes, media: Media) -> Response {
    body(StatusCode::OK, media, Ok(bytes))
}

/// The answer to a document that was not executed.
pub fn refused(errors: &[ServerError], media: Media) -> Response {
    let status = match media {
        Media::GraphqlResponse => StatusCode::BAD_REQUEST,
        Media::Json => StatusCode::OK,
    };
    body_of(status, media, errors)
}

/// The answer to whom a limit turns away.
pub fn limited(limited: &Limited, media: Media, trace: &str) -> Response {
    let error = error::limited(limited);
    let response = problem_of(StatusCode::TOO_MANY_REQUESTS, error, Code::RateLimited, media, trace);
    come_again(response, limited.seconds())
}

fn come_again(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn body_of(status: StatusCode, media: Media, errors: &[ServerError]) -> Response {
    body(status, media, serde_json::to_vec(&Refused { errors }))
}

/// The answer to a request that is not a GraphQL request one can execute.
pub fn problem(status: StatusCode, code: Code, message: &str, media: Media, trace: &str) -> Response {
    problem_of(status, server_error(code, message), code, media, trace)
}

/// The same, of an error that says more than its code.
pub fn problem_of(status: StatusCode, error: ServerError, code: Code, media: Media, trace: &str) -> Response {
    let mut errors = [error];
    finish(&mut errors, code, trace);
    body_of(status, media, &errors)
}

fn body(status: StatusCode, media: Media, bytes: serde_json::Result<impl Into<Body>>) -> Response {
    let mut response = match bytes {
        Ok(bytes) => Response::new(bytes.into()),
        Err(cause) => {
            tracing::error!(%cause, "an answer could not be written as JSON");
            Response::new(Body::from("{\"errors\":[{\"message\":\"the answer could not be written\"}]}"))
        }
    };
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    harden(response.headers_mut());
    response
}

/// Headers that every answer of the API carries.
pub fn harden(headers: &mut HeaderMap) {
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
}
