//! `/matters/{id}/notices/{event}`: a notice as a page to print, and `…/service` its sheet of service (送达回证).
//!
//! Invariants: a page is given to the county's own; it is made of what was recorded up to its fact, so it is the same
//! whenever it is asked for; it runs nothing and loads nothing.
//! Deliberately absent: PDF; a browser prints it.

use super::papers::{asker, come_again, hardened, problem};
use crate::{
    access,
    app::GatewayState,
    context::Requester,
    graphql::{error::Code, node_id::NodeId},
    notices::{Source, of, page},
    services::stream,
    trace::Trace,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use om_domain::{
    decider::Decider,
    directory::{DirectoryDecider, MAIN},
    ids::{EventId, MatterId},
    matter::{Matter, MatterDecider},
};
use om_infra::executor::{At, Fault, HistoryError, Known};
use tracing::Instrument;

/// The notice of a fact.
pub async fn notice(
    State(state): State<GatewayState>,
    Path((matter, event)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    trace: Trace,
) -> Response {
    give(&state, (&matter, &event), false, (&headers, &uri), trace).await
}

/// The sheet of service of a fact.
pub async fn service(
    State(state): State<GatewayState>,
    Path((matter, event)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    trace: Trace,
) -> Response {
    give(&state, (&matter, &event), true, (&headers, &uri), trace).await
}

/// Where the notice of a fact is printed.
pub fn url(matter: MatterId, event: EventId) -> String {
    format!("/matters/{matter}/notices/{event}")
}

async fn give(
    state: &GatewayState,
    (matter, event): (&str, &str),
    of_service: bool,
    (headers, uri): (&HeaderMap, &Uri),
    trace: Trace,
) -> Response {
    let span = trace.span();
    let answered = async {
        let who = match asker(state, headers, uri, &trace).await {
            Ok(who) => who,
            Err(refused) => return hardened(*refused),
        };
        let unknown = || {
            let message = "there is no such notice in your county";
            hardened(problem(StatusCode::NOT_FOUND, Code::NotFound, message, &trace))
        };
        let Some((matter, event)) = ids(matter, event) else { return unknown() };
        match rendered(state, &who, (matter, event), of_service).await {
            Ok(Some(html)) => printed(html),
            Ok(None) | Err(HistoryError::UnknownEvent { .. }) => unknown(),
            Err(HistoryError::Fault(fault)) => {
                tracing::error!(%fault, "a notice could not be rendered");
                let message = "the matter cannot be read now: try again in a moment";
                let refused = problem(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message, &trace);
                hardened(come_again(refused))
            }
        }
    };
    answered.instrument(span).await
}

/// As the API writes them, or bare.
fn ids(matter: &str, event: &str) -> Option<(MatterId, EventId)> {
    let matter = match matter.parse() {
        Ok(NodeId::Matter(id)) => id,
        _ => matter.parse().ok()?,
    };
    Some((matter, event.parse().ok()?))
}

async fn rendered(
    state: &GatewayState,
    who: &Requester,
    (matter, event): (MatterId, EventId),
    of_service: bool,
) -> Result<Option<String>, HistoryError> {
    let services = state.services();
    let name = stream::<MatterDecider>(who.county(), matter).map_err(Fault::from)?;
    let now = services.matters.state(&name).await?.state;
    if !access::sees_matter(who, matter, &now) {
        return Ok(None);
    }
    let facts = services.matters.facts_at(&name, At { known: Known::Event(event), as_of: None }).await?;
    let Some(entry) = facts.last() else { return Ok(None) };
    let mut folded = Matter::default();
    facts.iter().for_each(|entry| MatterDecider::evolve(&mut folded, &entry.fact));
    let known = Known::Time(entry.fact.recorded);
    let directory = stream::<DirectoryDecider>(who.county(), MAIN).map_err(Fault::from)?;
    let directory = services.registers.directory.fold_at(&directory, At { known, as_of: None }).await?;
    let source = Source { matter, entry, state: &folded, directory: &directory.state, of_service };
    Ok(of(&source).map(|sheet| page(&sheet)))
}

fn printed(html: String) -> Response {
    let mut response = hardened(html.into_response());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
