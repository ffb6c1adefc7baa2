//! `/sign-in/oidc/…`: signing in at a county's identity provider.
//!
//! Invariants: what a sign-in that was begun needs lies in a cookie of this host that no script reads and that goes when it is
//! answered; whoever the provider vouches for and the county's directory does not know gets no session; the session that follows
//! is the same as a password's, and as strict.
//! Deliberately absent: what the provider is asked and how its answer is judged ([`om_infra::oidc`]); signing out there, which
//! would end what other services opened.

use super::{
    oidc_page::{self, Refused},
    session,
};
use crate::{
    app::GatewayState,
    context::{Presented, SESSION_COOKIE, SignIn, Unauthenticated, cookie},
    edge::client_of,
};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use om_infra::{
    credentials::{Credentials, Holder, SESSION},
    oidc::{Answer, FLOW_LIFE, Issuers, NotProven, NotSignedIn, Remembered},
};
use std::sync::Arc;

/// The cookie of a sign-in that was begun. Lax, not strict: the answer comes from the provider's site.
const BEGUN: &str = "__Host-onematter-oidc";
/// The parameter that says where the person wants to go.
const BACK: &str = "back";

/// Sends a browser to the provider.
pub async fn begin(
    State(state): State<GatewayState>,
    Path(provider): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some((_, issuers)) = parts(&state) else { return oidc_page::refused(&Refused::NoProvider, None) };
    let back = query(&uri).into_iter().find(|(name, _)| name == BACK).map(|(_, value)| value);
    let begun = match issuers.begin(&provider, back.as_deref()).await {
        Ok(begun) => begun,
        Err(why) => return refused(&state, &provider, &why),
    };
    // Whoever was signed in at this browser is not any more. The answer comes from another site, when the browser does not show
    // the strict cookie; from another site it does not show it here either, so that nobody is signed out by a link.
    if let Err(error) = session::sign_out(&state, Presented::of(&headers)).await {
        tracing::warn!(%error, "the session before could not be ended");
    }
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, begun.to.to_string())]).into_response();
    super::respond::harden(response.headers_mut());
    remember(response.headers_mut(), &begun.remembered.to_text(), FLOW_LIFE.as_secs());
    response
}

/// Takes the provider's answer and lets in whom it vouches for.
pub async fn finish(
    State(state): State<GatewayState>,
    Path(provider): Path<String>,
    request: Request<Body>,
) -> Response {
    let Some((credentials, issuers)) = parts(&state) else {
        return oidc_page::refused(&Refused::NoProvider, None);
    };
    // each answer makes us ask the provider
    if state.rates().sign_in(client_of(request.extensions()), None).is_err() {
        state.services().metrics.sign_in("oidc", "limited");
        return oidc_page::refused(&Refused::TooMany, None);
    }
    let (uri, headers) = (request.uri(), request.headers());
    let answer = Answer::of_query(query(uri).into_iter());
    let remembered = begun(headers);
    let finished = match answer {
        Some(answer) => issuers.finish(&provider, answer, remembered).await,
        None => Err(NotSignedIn::NotBegun),
    };
    let mut response = match finished {
        Ok((holder, back)) => let_in(&state, &credentials, &provider, &holder, &back).await,
        Err(why) => refused(&state, &provider, &why),
    };
    remember(response.headers_mut(), "", 0);
    response
}

/// Begins a session for whom the directory knows.
async fn let_in(
    state: &GatewayState,
    credentials: &Credentials,
    provider: &str,
    holder: &Holder,
    back: &str,
) -> Response {
    let metrics = &state.services().metrics;
    let later = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "nobody can be let in now");
        metrics.sign_in("oidc", "unavailable");
        oidc_page::refused(&Refused::Later, None)
    };
    match state.services().registered(&holder.county, &holder.officer).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            metrics.sign_in("oidc", "nobody");
            tracing::warn!(
                provider,
                "an identity provider vouches for somebody whom the directory does not have"
            );
            return oidc_page::refused(&Refused::NoAccount(Some(holder.to_string())), None);
        }
        Err(error) => return later(&error),
    }
    let secret = match credentials.begin_session(holder).await {
        Ok(secret) => secret,
        Err(error) => return later(&error),
    };
    match state.requester(Some(&Presented::Session(secret.clone()))).await {
        Ok(_) => {
            metrics.sign_in("oidc", "in");
            tracing::info!(provider, county = %holder.county, officer = %holder.officer, "signed in");
            let mut response = oidc_page::go_on(back);
            session::set_cookie(response.headers_mut(), SESSION_COOKIE, &secret, SESSION.as_secs());
            response
        }
        Err(error @ Unauthenticated::Unavailable) => later(&error),
        Err(_) => oidc_page::refused(&Refused::NoAccount(Some(holder.to_string())), None),
    }
}

fn refused(state: &GatewayState, provider: &str, why: &NotSignedIn) -> Response {
    let (page, outcome) = match why {
        NotSignedIn::NoProvider => (Refused::NoProvider, "form"),
        NotSignedIn::NotBegun => (Refused::NotBegun, "form"),
        NotSignedIn::Again => (Refused::NotBegun, "again"),
        NotSignedIn::Mixed => (Refused::NotTaken, "mixed"),
        NotSignedIn::Declined(_) => (Refused::Declined, "declined"),
        NotSignedIn::Silent(_) | NotSignedIn::NotProven(NotProven::Unavailable) => {
            (Refused::Silent, "unavailable")
        }
        NotSignedIn::NotProven(NotProven::Nobody | NotProven::County) => (Refused::NoAccount(None), "nobody"),
        NotSignedIn::NotProven(why) => (Refused::NotTaken, why.word()),
    };
    state.services().metrics.sign_in("oidc", outcome);
    let issuers = parts(state).map(|(_, issuers)| issuers);
    let known = issuers.as_ref().and_then(|all| all.named(provider)).map(|provider| provider.settings());
    tracing::warn!(provider = known.map(|one| one.id.as_str()), why = %why, "nobody was let in");
    oidc_page::refused(&page, known.map(|one| &one.name))
}

fn parts(state: &GatewayState) -> Option<(Arc<Credentials>, Arc<Issuers>)> {
    match state.sign_in() {
        SignIn::Dev(_) => None,
        SignIn::Credentials(credentials, issuers) => Some((Arc::clone(credentials), Arc::clone(issuers))),
    }
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0).unwrap_or_default()
}

/// What this browser remembers of a sign-in that was begun.
fn begun(headers: &HeaderMap) -> Option<Remembered> {
    cookie(headers, BEGUN).and_then(Remembered::of_text)
}

fn remember(headers: &mut HeaderMap, text: &str, seconds: i64) {
    let cookie = format!("{BEGUN}={text}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}
