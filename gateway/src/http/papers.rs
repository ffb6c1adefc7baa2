//! `/papers`: a paper is handed in as the raw body of a POST and given out by its hash.
//!
//! Invariants: who is not known, or comes from a page of another origin, is answered before a byte of the body is read; what comes
//! is kept if its sender still may hand it in when its last byte is here;
//! a hash is answered only once the paper is durable; nothing that is given out can run in a browser: it is not sniffed,
//! may load nothing, and is saved rather than shown unless it is a PDF or a picture.
//! Deliberately absent: multipart forms (one request, one paper); erasing; who may read which paper
//! ([`access::sees_paper`]).

use super::{graphql, negotiate::Media, params::Malformed, respond};
use crate::{
    access,
    app::GatewayState,
    context::{PAPERS, Presented, Requester, Unauthenticated},
    edge::uploads::Full,
    graphql::error::{Code, server_error},
    trace::Trace,
};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use om_domain::access::{Action, Of};
use om_domain::access_log::About;
use om_domain::ids::PaperHash;
use om_infra::papers::{self, Checked, Paper, PaperError};
use serde_json::json;
use std::{
    io::{self, Seek, SeekFrom},
    ops::RangeInclusive,
    sync::{Mutex, OnceLock},
    time::Duration,
};
use tokio::{io::AsyncReadExt, time::Instant};
use tokio_util::io::ReaderStream;
use tracing::Instrument;

/// The header in which a sender may say the hash that the paper has, in hexadecimal.
pub const SAID_HASH: &str = "x-content-sha256";
/// A sender has this long for its next [`PACE`] bytes: who falls silent or sends drop by drop has broken off.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first of it has come by then, the wait for a place included: what a sender has sent meanwhile lies in the system's buffers.
const BEGUN_WITHIN: Duration = Duration::from_secs(25);
/// How much has to come in that time.
const PACE: usize = 16 * 1024;
/// Bytes a second of the slowest line that a whole paper is waited for.
const SLOWEST: u64 = 32 * 1024;
/// When to come again while the store does not answer, in seconds.
const COME_AGAIN: &str = "5";

/// Takes one paper: the body is its bytes, `Content-Type` its kind, which may be left out where the bytes tell it.
pub async fn put(State(state): State<GatewayState>, request: Request<Body>) -> Response {
    let trace = Trace::of_request(request.extensions(), request.headers());
    let span = trace.span();
    let begun_by = Instant::now() + BEGUN_WITHIN;
    let answered = async {
        let who = match asker(&state, request.headers(), request.uri(), &trace).await {
            Ok(who) => who,
            Err(refused) => return *refused,
        };
        if let Err(refused) = may_hand_in(&who, &trace) {
            return *refused;
        }
        let _place = match state.uploads().enter(&who.actor).await {
            Ok(place) => place,
            Err(full @ Full::Own) => {
                let message = full.to_string();
                return come_again(problem(
                    StatusCode::TOO_MANY_REQUESTS,
                    Code::RateLimited,
                    &message,
                    &trace,
                ));
            }
            Err(full @ Full::All) => {
                let message = full.to_string();
                return come_again(problem(
                    StatusCode::SERVICE_UNAVAILABLE,
                    Code::Unavailable,
                    &message,
                    &trace,
                ));
            }
        };
        match take_in(&state, &who, request, begun_by, &trace).await {
            Ok(paper) => {
                let body = (who.county().clone(), who.actor.body.clone());
                state.services().handed_in.note(&body, &paper.hash);
                (StatusCode::CREATED, Json(told(&paper))).into_response()
            }
            Err(Refused::Malformed(m)) => problem(m.status, Code::BadInput, &m.message, &trace),
            Err(Refused::Store(error)) => of_error(&error, &trace),
            Err(Refused::NoMore(refused)) => *refused,
        }
    };
    hardened(answered.instrument(span).await)
}

/// Lets the requester hand papers in; the answer if it may not.
fn may_hand_in(who: &Requester, trace: &Trace) -> Result<(), Box<Response>> {
    let forbidden = |message| Box::new(problem(StatusCode::FORBIDDEN, Code::Forbidden, message, trace));
    if who.read_only {
        access::log::not_given(who, Action::HandIn);
    }
    if who.read_only || access::permit(who, Action::HandIn, Of::County).is_err() {
        return Err(forbidden("who does not act on matters hands no paper in"));
    }
    if !who.may_give(PAPERS) {
        access::log::not_given(who, Action::HandIn);
        return Err(forbidden(
            "this token may hand no paper in: have the administrator make one that may (onematter token make --only papers,…)",
        ));
    }
    Ok(())
}

/// Lets who began to send a paper have it kept; the answer if that is nobody any more, or may not.
async fn still_may(
    state: &GatewayState,
    presented: Option<&Presented>,
    trace: &Trace,
) -> Result<(), Box<Response>> {
    let who = match presented {
        Some(presented) => state.still(presented).await,
        None => state.requester(None).await,
    };
    may_hand_in(&who.map_err(|why| Box::new(not_known(why, trace)))?, trace)
}

/// Gives one paper of the asker's county by its hash.
pub async fn get(
    State(state): State<GatewayState>,
    Path(hash): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    trace: Trace,
) -> Response {
    let span = trace.span();
    let answered = async {
        let who = match asker(&state, &headers, &uri, &trace).await {
            Ok(who) => who,
            Err(refused) => return hardened(*refused),
        };
        if let Err(limited) = state.rates().protected(&who) {
            return hardened(respond::limited(&limited, Media::Json, trace.id()));
        }
        let Ok(hash) = hash.parse::<PaperHash>() else {
            return hardened(problem(
                StatusCode::NOT_FOUND,
                Code::NotFound,
                "that is no paper's hash",
                &trace,
            ));
        };
        match access::sees_paper(state.services(), &who, &hash).await {
            Ok(true) => give(&state, &who, &hash, &headers, &trace).await,
            Ok(false) => hardened(unknown(&trace)),
            Err(error) => {
                tracing::error!(%error, "whose a paper is cannot be told");
                let message = "whose the paper is cannot be looked up now: try again in a moment";
                let refused = problem(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message, &trace);
                hardened(come_again(refused))
            }
        }
    };
    answered.instrument(span).await
}

enum Refused {
    Malformed(Malformed),
    Store(PaperError),
    /// Who sent it may not hand it in any more.
    NoMore(Box<Response>),
}

/// What is said of a paper that was taken in.
fn told(paper: &Paper) -> serde_json::Value {
    json!({
        "hash": paper.hash, "size": paper.size, "contentType": paper.media.content_type(),
        "url": url(&paper.hash),
    })
}

/// Where a paper is given out.
pub fn url(hash: &PaperHash) -> String {
    format!("/papers/{hash}")
}

/// Who asks, if it may ask at all; the answer if not.
pub(super) async fn asker(
    state: &GatewayState,
    headers: &HeaderMap,
    uri: &Uri,
    trace: &Trace,
) -> Result<Requester, Box<Response>> {
    if !state.origins().permit(headers, uri) {
        let refused = problem(StatusCode::FORBIDDEN, Code::Forbidden, graphql::FOREIGN_PAGE, trace);
        return Err(Box::new(refused));
    }
    let who = state.requester(Presented::of(headers).as_ref()).await;
    let who = who.map_err(|why| Box::new(not_known(why, trace)))?;
    let limited = |e| Box::new(respond::limited(&e, Media::Json, trace.id()));
    state.rates().account(&who).map_err(limited)?;
    Ok(who)
}

fn not_known(why: Unauthenticated, trace: &Trace) -> Response {
    let (status, code) = why.answer();
    let mut response = problem(status, code, &why.to_string(), trace);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

async fn take_in(
    state: &GatewayState,
    who: &Requester,
    request: Request<Body>,
    begun_by: Instant,
    trace: &Trace,
) -> Result<Paper, Refused> {
    let malformed = |status, message: String| Refused::Malformed(Malformed { status, message });
    let headers = request.headers();
    let kind = match headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default()) {
        None | Some("application/octet-stream") => None,
        Some(value) => Some(papers::Media::of_content_type(value).ok_or_else(|| {
            let known: Vec<&str> = papers::Media::ALL.iter().map(|media| media.content_type()).collect();
            let message = format!("{value} is not taken as a paper; these are: {}", known.join(", "));
            malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
        })?),
    };
    let said = match headers.get(SAID_HASH).map(|value| value.to_str().unwrap_or_default()) {
        None => None,
        Some(value) => Some(
            value
                .parse::<PaperHash>()
                .map_err(|e| malformed(StatusCode::BAD_REQUEST, format!("{SAID_HASH}: {e}")))?,
        ),
    };
    let services = state.services();
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let limit = services.papers.limit();
    if length.is_some_and(|length: u64| length > limit) {
        return Err(Refused::Store(PaperError::TooLarge { limit }));
    }
    let presented = Presented::of(headers);
    // a large paper comes for minutes, in which a session may end or a right: the last thing before it is kept
    let no_more = OnceLock::new();
    let last = futures::stream::once(async {
        let refused = still_may(state, presented.as_ref(), trace).await.err();
        refused.map_or(Ok(Bytes::new()), |refused| {
            let _ = no_more.set(Mutex::new(refused));
            Err(io::ErrorKind::PermissionDenied.into())
        })
    });
    let bytes = Box::pin(heard(request.into_body(), length.unwrap_or(limit), begun_by).chain(last));
    let taken = services.papers.take_in(who.county(), (kind, said.as_ref()), bytes).await;
    match no_more.into_inner().map(Mutex::into_inner) {
        Some(Ok(refused)) => Err(Refused::NoMore(refused)),
        _ => taken.map_err(Refused::Store),
    }
}

/// The body of so many bytes as it comes; a sender that does not keep the pace, or is not done in time, has broken off.
fn heard(body: Body, size: u64, begun_by: Instant) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let end = Instant::now() + PATIENCE + Duration::from_secs(size / SLOWEST);
    let begun = (body.into_data_stream(), begun_by.min(Instant::now() + PATIENCE), 0);
    futures::stream::unfold(Some(begun), move |hearing| async move {
        let (mut stream, mut deadline, mut came) = hearing?;
        match tokio::time::timeout_at(deadline.min(end), stream.next()).await {
            Ok(Some(Ok(piece))) => {
                came += piece.len();
                if came >= PACE {
                    (deadline, came) = (Instant::now() + PATIENCE, 0);
                }
                Some((Ok(piece), Some((stream, deadline, came))))
            }
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

async fn give(
    state: &GatewayState,
    who: &Requester,
    hash: &PaperHash,
    headers: &HeaderMap,
    trace: &Trace,
) -> Response {
    let tag = format!("\"{hash}\"");
    let store = &state.services().papers;
    if named(headers, header::IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.contains(&tag)) {
        // it is looked for all the same: who may not see it learns nothing, and what is gone is said
        match store.find(who.county(), hash).await {
            Ok(Some(paper)) => {
                let shown = dressed(StatusCode::NOT_MODIFIED, &paper, &tag, Body::empty());
                return written_down(state, who, hash, trace)
                    .await
                    .map_or_else(|refused| *refused, |()| shown);
            }
            Ok(None) => return hardened(unknown(trace)),
            Err(error) => return hardened(of_error(&error, trace)),
        }
    }
    let Checked { paper, mut file } = match store.open(who.county(), hash).await {
        Ok(Some(checked)) => checked,
        Ok(None) => return hardened(unknown(trace)),
        Err(error) => return hardened(of_error(&error, trace)),
    };
    if let Err(refused) = written_down(state, who, hash, trace).await {
        return *refused;
    }
    let whole_if = named(headers, header::IF_RANGE).is_none_or(|condition| condition == tag);
    let asked = named(headers, header::RANGE).filter(|_| whole_if).and_then(|range| part(range, paper.size));
    match asked {
        None => {
            let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
            let mut response = dressed(StatusCode::OK, &paper, &tag, body);
            response.headers_mut().insert(header::CONTENT_LENGTH, paper.size.into());
            response
        }
        Some(None) => {
            let mut response = hardened(StatusCode::RANGE_NOT_SATISFIABLE.into_response());
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{}", paper.size));
            response
        }
        Some(Some(part)) => {
            if let Err(error) = file.seek(SeekFrom::Start(*part.start())) {
                let source = PaperError::Storage { at: "papers".into(), source: error };
                return hardened(of_error(&source, trace));
            }
            let length = part.end() - part.start() + 1;
            let body = tokio::fs::File::from_std(file).take(length);
            let mut response = dressed(
                StatusCode::PARTIAL_CONTENT,
                &paper,
                &tag,
                Body::from_stream(ReaderStream::new(body)),
            );
            let told = format!("bytes {}-{}/{}", part.start(), part.end(), paper.size);
            set(response.headers_mut(), header::CONTENT_RANGE, &told);
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            response
        }
    }
}

/// Writes down that a paper is about to be read, be it from a browser's own copy; the answer if that cannot be.
async fn written_down(
    state: &GatewayState,
    who: &Requester,
    hash: &PaperHash,
    trace: &Trace,
) -> Result<(), Box<Response>> {
    let about = vec![About::Paper(hash.clone())];
    access::log::read(&state.services().access_log, &who.actor, about).await.map_err(|error| {
        tracing::error!(%error, "a paper was not given");
        let message =
            "that the paper was read cannot be written down now, so it is not given: try again in a moment";
        let refused = problem(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message, trace);
        Box::new(hardened(come_again(refused)))
    })
}

fn named(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The part that a `Range` of one part asks for: none if there is none to give, nothing if the header is to be ignored.
fn part(range: &str, size: u64) -> Option<Option<RangeInclusive<u64>>> {
    let (from, to) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let last = size.checked_sub(1)?;
    match (from.trim(), to.trim()) {
        ("", tail) => {
            let tail: u64 = tail.parse().ok()?;
            Some((tail > 0).then(|| size.saturating_sub(tail)..=last))
        }
        (from, to) => {
            let from: u64 = from.parse().ok()?;
            let to = if to.is_empty() { last } else { to.parse::<u64>().ok()?.min(last) };
            if to < from && from <= last { None } else { Some((from <= last).then_some(from..=to)) }
        }
    }
}

fn dressed(status: StatusCode, paper: &Paper, tag: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    respond::harden(headers);
    let place = if paper.media.is_shown() { "inline" } else { "attachment" };
    let name = format!("{}.{}", &paper.hash.as_str()[..12], paper.media.extension());
    set(headers, header::CONTENT_TYPE, paper.media.content_type());
    set(headers, header::CONTENT_DISPOSITION, &format!("{place}; filename=\"{name}\""));
    set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'");
    // the bytes of a hash never change, and whether one may read them does: a browser keeps them and asks
    set(headers, header::CACHE_CONTROL, "private, no-cache");
    set(headers, header::ETAG, tag);
    set(headers, header::ACCEPT_RANGES, "bytes");
    response
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn unknown(trace: &Trace) -> Response {
    problem(StatusCode::NOT_FOUND, Code::NotFound, "the paper was not found in your county", trace)
}

fn of_error(error: &PaperError, trace: &Trace) -> Response {
    let told = error.to_string();
    match error {
        PaperError::TooLarge { .. } => problem(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, &told, trace),
        PaperError::KindUnclear | PaperError::NotWhatItSays { .. } => {
            problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadInput, &told, trace)
        }
        of_paper if of_paper.is_of_the_paper() => {
            problem(StatusCode::BAD_REQUEST, Code::BadInput, &told, trace)
        }
        PaperError::DiskFull => {
            tracing::error!("the disk of the papers is full");
            come_again(problem(StatusCode::INSUFFICIENT_STORAGE, Code::DiskFull, &told, trace))
        }
        PaperError::Damaged { .. } => {
            tracing::error!(%error, "a damaged paper was asked for");
            problem(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, &told, trace)
        }
        _ => {
            tracing::error!(%error, "the papers cannot be used");
            let message = "the papers cannot be reached, and nothing was kept: try again in a moment";
            come_again(problem(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message, trace))
        }
    }
}

pub(super) fn problem(status: StatusCode, code: Code, message: &str, trace: &Trace) -> Response {
    let mut error = server_error(code, message);
    if matches!(code, Code::DiskFull) {
        error.extensions.get_or_insert_with(Default::default).set("retryable", true);
    }
    respond::problem_of(status, error, code, Media::Json, trace.id())
}

pub(super) fn come_again(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(COME_AGAIN));
    response
}

pub(super) fn hardened(mut response: Response) -> Response {
    respond::harden(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_one_part_within_the_paper() {
        for (asked, given) in [
            ("bytes=0-3", Some(Some(0..=3))),
            ("bytes=4-", Some(Some(4..=9))),
            ("bytes=-2", Some(Some(8..=9))),
            ("bytes=-20", Some(Some(0..=9))),
            ("bytes=8-99", Some(Some(8..=9))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=5-2", None),
            ("bytes=0-1,3-4", None),
            ("pages=1-2", None),
        ] {
            assert_eq!(part(asked, 10), given, "{asked}");
        }
    }
}
