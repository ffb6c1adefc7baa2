//! `/graphql`: GraphQL over HTTP, as the draft of the GraphQL foundation has it.
//!
//! Invariants: a page of another origin is answered 403, and who is not known 401, before a byte of the body is read, and once more where that took its time; a mutation comes as a POST with JSON
//! or not at all, so no page of another origin can send one; bodies, documents and time are bounded.
//! Deliberately absent: batches, uploads, subscriptions (they are `/graphql/ws`'s).

use super::{
    negotiate::{Media, negotiate},
    params::{self, Malformed},
    respond::{self, harden, outcome, problem, refused},
};
use crate::{
    access, answers,
    app::GatewayState,
    context::{Presented, Requester, Unauthenticated},
    graphql::{
        engine::{Outcome, Params, Prepared},
        error::Code,
    },
    trace::Trace,
};
use async_graphql::parser::types::OperationType;
use axum::body::Bytes;
use axum::{
    body::{Body, to_bytes},
    extract::{Query, State},
    http::{HeaderValue, Method, Request, StatusCode, header},
    response::Response,
};
use om_infra::shown;
use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};
use tracing::Instrument;

/// Largest body of a POST.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Rights that were looked up longer ago are looked up again: a body may come slowly.
const FRESH: Duration = Duration::from_secs(1);
/// Longest time for a body to come in.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for an operation.
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(20);

/// What a page of another origin is told.
pub const FOREIGN_PAGE: &str = "a page of another origin may not speak to this server: open it from the server's own address, or have the \
     administrator list its origin (--allowed-origin)";

/// What a request is answered in, and under which trace.
struct Asked {
    media: Media,
    trace: Trace,
}

impl Asked {
    fn problem(&self, status: StatusCode, code: Code, message: &str) -> Response {
        problem(status, code, message, self.media, self.trace.id())
    }

    fn unknown(&self, why: Unauthenticated) -> Response {
        let (status, code) = why.answer();
        let mut response = self.problem(status, code, &why.to_string());
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    }
}

/// Answers any method on `/graphql`.
pub async fn serve(State(state): State<GatewayState>, request: Request<Body>) -> Response {
    let trace = Trace::of_request(request.extensions(), request.headers());
    let span = trace.span();
    let media = negotiate(request.headers());
    let asked = Asked { media: media.unwrap_or(Media::Json), trace };
    let acceptable = media.is_some();
    let answered = async {
        if !acceptable {
            let message =
                "answers come as application/graphql-response+json or application/json: name one in Accept";
            return asked.problem(StatusCode::NOT_ACCEPTABLE, Code::BadInput, message);
        }
        answer(&state, request, &asked).await
    };
    let mut response = answered.instrument(span).await;
    harden(response.headers_mut());
    response
}

async fn answer(state: &GatewayState, request: Request<Body>, asked: &Asked) -> Response {
    let method = request.method().clone();
    if method != Method::POST && method != Method::GET && method != Method::HEAD {
        return not_allowed(asked, "GET, POST", "send queries by GET or POST and mutations by POST");
    }
    if !state.origins().permit(request.headers(), request.uri()) {
        return asked.problem(StatusCode::FORBIDDEN, Code::Forbidden, FOREIGN_PAGE);
    }
    let presented = Presented::of(request.headers());
    let requester = match state.requester(presented.as_ref()).await {
        Ok(requester) => requester,
        Err(why) => return asked.unknown(why),
    };
    if let Err(limited) = state.rates().account(&requester) {
        return respond::limited(&limited, asked.media, asked.trace.id());
    }
    let (post, begun) = (method == Method::POST, Instant::now());
    let params = match read(request, post).await {
        Ok(params) => params,
        Err(Malformed { status, message }) => return asked.problem(status, Code::BadInput, &message),
    };
    let requester = match &presented {
        // what was a right when the body began may be none now that it is here
        Some(presented) if begun.elapsed() > FRESH => match state.still(presented).await {
            Ok(requester) => requester,
            Err(why) => return asked.unknown(why),
        },
        _ => requester,
    };
    run(state, params, &requester, post, asked).await
}

async fn run(state: &GatewayState, params: Params, who: &Requester, post: bool, asked: &Asked) -> Response {
    let services = state.services();
    let key = state.answers().key(&params, who, services.today());
    if let Some(key) = &key
        && let Some(kept) = state.answers().still(key, services).await
    {
        return match state.rates().operation(who, kept.cost) {
            Ok(()) => {
                services.metrics.answered("kept");
                respond::kept(kept.body.clone(), asked.media)
            }
            Err(limited) => respond::limited(&limited, asked.media, asked.trace.id()),
        };
    }
    let prepared = match state.engine().prepare(params, who, asked.trace.id()) {
        Ok(prepared) => prepared,
        Err(errors) => return refused(&errors, asked.media),
    };
    match prepared.kind() {
        OperationType::Mutation if !post => {
            return not_allowed(
                asked,
                "POST",
                "mutations are taken by POST with Content-Type: application/json only",
            );
        }
        OperationType::Mutation if who.read_only => {
            not_given(&prepared, who);
            let message =
                "these credentials read only: have the administrator make a token that commands, too";
            return asked.problem(StatusCode::FORBIDDEN, Code::Forbidden, message);
        }
        OperationType::Mutation => {
            if let Some(other) = prepared.commands().find(|name| !who.may_give(name)) {
                not_given(&prepared, who);
                return asked.problem(StatusCode::FORBIDDEN, Code::Forbidden, &not_of_this_token(other));
            }
        }
        OperationType::Subscription => {
            let message = "subscriptions are taken over WebSocket at /graphql/ws (graphql-transport-ws) only";
            return asked.problem(StatusCode::BAD_REQUEST, Code::BadInput, message);
        }
        _ => {}
    }
    let key = key.filter(|_| prepared.kind() == OperationType::Query);
    let stood_at = answers::end(services).await;
    let (engine, cost) = (state.engine().clone(), prepared.cost());
    let is_query = prepared.kind() == OperationType::Query;
    let executing = Box::pin(shown::noting(async move { engine.execute(prepared).await }));
    let done = match is_query {
        true => tokio::time::timeout(EXECUTION_TIMEOUT, executing).await.map(Ok),
        // In a task of its own: a caller who hangs up does not stop a command half way.
        false => tokio::time::timeout(EXECUTION_TIMEOUT, tokio::spawn(executing.in_current_span())).await,
    };
    match done {
        Ok(Ok((Outcome::Executed(response), shown))) if response.errors.is_empty() && key.is_some() => {
            match (key, serde_json::to_vec(&response)) {
                (Some(key), Ok(bytes)) => {
                    services.metrics.answered("made");
                    let bytes = Bytes::from(bytes);
                    state.answers().keep(key, bytes.clone(), cost.get(), shown, stood_at);
                    respond::kept(bytes, asked.media)
                }
                _ => outcome(&Outcome::Executed(response), asked.media),
            }
        }
        Ok(Ok((done, _))) => outcome(&done, asked.media),
        Ok(Err(_)) => {
            asked.problem(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, "the request failed inside")
        }
        Err(_) => {
            let message =
                "the request took too long; if it was a command, send it again with the same commandId";
            asked.problem(StatusCode::GATEWAY_TIMEOUT, Code::Timeout, message)
        }
    }
}

/// Tells the access log what these credentials do not give.
fn not_given(prepared: &Prepared, who: &Requester) {
    let denied = prepared.commands().filter(|name| !who.may_give(name));
    let actions: BTreeSet<_> = denied.filter_map(access::fields::action).collect();
    actions.into_iter().for_each(|action| access::log::not_given(who, action));
}

/// What whoever gives a command is told whose token is for others.
fn not_of_this_token(command: &str) -> String {
    let command: String = command.chars().take(64).collect();
    format!(
        "this token may not give {command}: have the administrator make one that may (onematter token make --only \
         {command},…), or use one without --only"
    )
}

async fn read(request: Request<Body>, post: bool) -> Result<Params, Malformed> {
    if !post {
        let uri = request.uri().clone();
        let pairs: Query<HashMap<String, String>> = Query::try_from_uri(&uri).map_err(|_| Malformed {
            status: StatusCode::BAD_REQUEST,
            message: "the query string is not well formed".into(),
        })?;
        return params::of_query(pairs.0);
    }
    params::check_content_type(request.headers())?;
    let body = tokio::time::timeout(BODY_TIMEOUT, to_bytes(request.into_body(), MAX_BODY_BYTES)).await;
    match body {
        Ok(Ok(bytes)) => params::of_body(&bytes),
        Ok(Err(_)) => Err(Malformed {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            message: format!("the body is larger than {MAX_BODY_BYTES} bytes or broke off"),
        }),
        Err(_) => {
            Err(Malformed { status: StatusCode::REQUEST_TIMEOUT, message: "the body came too slowly".into() })
        }
    }
}

fn not_allowed(asked: &Asked, allow: &'static str, message: &str) -> Response {
    let mut response = asked.problem(StatusCode::METHOD_NOT_ALLOWED, Code::BadInput, message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}
