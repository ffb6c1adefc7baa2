//! `/calendar/{secret}.ics`: one's deadlines for a calendar that cannot sign in, and `/calendar/mine.ics` for who can.
//!
//! Invariants: an address opens one account's deadlines and nothing else; a closed one, one of a retired account and one that
//! never was are answered alike; nothing is kept of who asked. Of the secret only its hash is kept, in the directory.
//! Deliberately absent: writing; a calendar shows, the desk does.

use super::papers::{asker, come_again, hardened, problem};
use crate::{
    access::log,
    app::GatewayState,
    feed::{self, ical},
    graphql::error::Code,
    services::Services,
    trace::Trace,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use om_domain::{
    access::{Action, Asker, Of, Resource, Verdict, decide},
    decider::Actor,
    ids::{CountyId, FeedDigest},
};
use om_infra::executor::Fault;
use sha2::{Digest as _, Sha256};
use tracing::Instrument;

/// The name of the calendar of who is signed in.
const MINE: &str = "mine";

/// The address of an account's calendar, below this server's.
pub fn path(county: &CountyId, secret: &str) -> String {
    format!("/calendar/{county}-{secret}.ics")
}

/// What is kept of a secret.
pub fn digest(secret: &str) -> Option<FeedDigest> {
    let hex: String = Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    hex.parse().ok()
}

/// One's deadlines as an iCalendar text.
pub async fn feed(
    State(state): State<GatewayState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    trace: Trace,
) -> Response {
    // the address is a secret: no span and no line of the log names it
    let span = trace.span();
    let answered = async {
        let unavailable = |cause: &dyn std::fmt::Display| {
            tracing::error!(%cause, "a calendar could not be made");
            let message = "the deadlines cannot be read now: try again in a moment";
            let refused = problem(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message, &trace);
            hardened(come_again(refused))
        };
        let Some(token) = name.strip_suffix(".ics") else { return nothing(&trace) };
        let who = if token == MINE {
            match asker(&state, &headers, &uri, &trace).await {
                Ok(who) => (*who.actor).clone(),
                Err(refused) => return hardened(*refused),
            }
        } else {
            match holder(state.services(), token).await {
                Ok(Some(who)) => who,
                Ok(None) => return nothing(&trace),
                Err(fault) => return unavailable(&fault),
            }
        };
        // a calendar is a desk that is taken away: who may read none of it has none, whatever it was when it was made
        let of_county = Resource { county: &who.county, of: Of::County };
        if let Verdict::Deny(denial) = decide(Asker::of(&who), Action::ReadDesk, of_county) {
            log::denied_to(&state.services().access_log, &who, &denial, None);
            return nothing(&trace);
        }
        let base = base(&headers, state.tls().is_some());
        match feed::deadlines(state.services(), &who, base.as_deref()).await {
            Ok(deadlines) => calendar(&ical::text("一件事期限", state.services().now(), &deadlines)),
            Err(cause) => unavailable(&cause),
        }
    };
    answered.instrument(span).await
}

fn nothing(trace: &Trace) -> Response {
    let message = "there is no such calendar (any more): make a new address (openCalendarFeed)";
    hardened(problem(StatusCode::NOT_FOUND, Code::NotFound, message, trace))
}

/// The account that an address belongs to.
async fn holder(services: &Services, token: &str) -> Result<Option<Actor>, Fault> {
    let Some((county, secret)) = token.split_once('-') else { return Ok(None) };
    let (Ok(county), Some(digest)) = (county.parse::<CountyId>(), digest(secret)) else { return Ok(None) };
    let directory = services.registers.directory(&county).await?.state;
    Ok(directory.holder_of_feed(&digest).and_then(|officer| directory.actor(officer)))
}

/// This server's address as the asker wrote it.
fn base(headers: &HeaderMap, encrypted: bool) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text("host")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return None;
    }
    let https = encrypted || text("x-forwarded-proto") == Some("https");
    let scheme = if https { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

fn calendar(text: &str) -> Response {
    let mut response = hardened(text.to_owned().into_response());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"deadlines.ics\""));
    response
}
