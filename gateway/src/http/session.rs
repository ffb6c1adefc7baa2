//! `/session`: signing in with name and password, who one is, signing out.
//!
//! Invariants: the cookie is HttpOnly, Secure, of this host and SameSite=Strict, so no script reads it and no page of another
//! site sends it; a page of another origin is refused besides; neither name nor password is logged, since people type
//! one into the field of the other; every refusal of a sign-in reads alike.
//! Deliberately absent: signing in at an identity provider ([`super::oidc`]), and changing one's password, which the administrator sets.

use super::{
    graphql::FOREIGN_PAGE,
    negotiate::Media,
    params,
    respond::{harden, problem},
};
use crate::{
    app::GatewayState,
    context::{Presented, Requester, SESSION_COOKIE, SignIn, Unauthenticated},
    graphql::error::Code,
    trace::Trace,
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use om_domain::{decider::Role, ids::OfficerId};
use om_infra::{
    credentials::{CredentialError, Holder, NotLetIn, SESSION},
    oidc::Name,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Largest body of a sign-in.
const MAX_BODY_BYTES: usize = 8 * 1024;
/// Longest time for it to come in.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What whoever is not let in is told, whatever the cause.
const WRONG: &str = "name or password is wrong; or the account is locked, for a quarter of an hour after five wrong passwords; or \
                     several counties have the name, then write OFFICER@COUNTY; or the county's directory has no such \
                     account: ask your administrator";

/// How people sign in here.
#[derive(Serialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum By<'a> {
    /// A name of development mode, chosen.
    Name { accounts: Vec<Account<'a>> },
    Password {
        /// Identity providers beside it.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        providers: Vec<ProviderWay<'a>>,
    },
}

/// An identity provider, and what people call it.
#[derive(Serialize)]
struct ProviderWay<'a> {
    id: &'a str,
    name: &'a Name,
}

/// An account of development mode.
#[derive(Serialize)]
struct Account<'a> {
    name: &'a str,
    post: &'a str,
    body: &'a str,
    roles: Vec<Role>,
}

/// Who is signed in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Who<'a> {
    name: &'a OfficerId,
    county: &'a str,
    post: Option<String>,
    body: &'a str,
    roles: Vec<Role>,
    only_reads: bool,
}

/// What a person types.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    name: String,
    password: String,
}

/// How one signs in: by a password, or in development mode by choosing an account.
pub async fn ways(State(state): State<GatewayState>) -> Response {
    let users = match state.sign_in() {
        SignIn::Dev(users) => users,
        SignIn::Credentials(_, issuers) => {
            let settings = issuers.all().map(|provider| provider.settings());
            let providers = settings.map(|one| ProviderWay { id: &one.id, name: &one.name }).collect();
            return Json(By::Password { providers }).into_response();
        }
    };
    let accounts = users.all().map(|user| Account {
        name: user.actor.officer.as_str(),
        post: &user.post,
        body: user.actor.body.as_str(),
        roles: user.actor.roles.iter().copied().collect(),
    });
    Json(By::Name { accounts: accounts.collect() }).into_response()
}

/// Who is signed in.
pub async fn who(State(state): State<GatewayState>, uri: Uri, headers: HeaderMap) -> Response {
    let trace = Trace::of(&headers);
    if let Err(refused) = of_own_page(&state, &headers, &uri, &trace) {
        return *refused;
    }
    match state.requester(Presented::of(&headers).as_ref()).await {
        Ok(who) => told(&state, &who).await,
        Err(why) => unauthenticated(why, &trace),
    }
}

/// Signs in: `{"name": "…", "password": "…"}`.
pub async fn begin(State(state): State<GatewayState>, request: Request<Body>) -> Response {
    let trace = Trace::of(request.headers());
    if let Err(refused) = of_own_page(&state, request.headers(), request.uri(), &trace) {
        return *refused;
    }
    let before = Presented::of(request.headers());
    let Typed { name, password } = match read(request).await {
        Ok(typed) => typed,
        Err(message) => return answer(StatusCode::BAD_REQUEST, Code::BadInput, message, &trace),
    };
    let (secret, Holder { county, officer }) = match state.sign_in().sign_in(&name, &password).await {
        Ok(begun) => begun,
        Err(why) => {
            state.services().metrics.sign_in("password", outcome(&why));
            return not_let_in(&why, &trace);
        }
    };
    let presented = Presented::Session(secret.clone());
    match state.requester(Some(&presented)).await {
        Ok(who) => {
            tracing::info!(%county, %officer, "signed in");
            state.services().metrics.sign_in("password", "in");
            // whoever was signed in at this browser is not any more
            if let Err(error) = sign_out(&state, before).await {
                tracing::warn!(%error, "the session before could not be ended");
            }
            let mut response = told(&state, &who).await;
            set_cookie(response.headers_mut(), &secret, SESSION.as_secs());
            response
        }
        Err(Unauthenticated::Unavailable) => unauthenticated(Unauthenticated::Unavailable, &trace),
        // the password is right, but the directory has no such account, or not any more
        Err(_) => {
            state.services().metrics.sign_in("password", "nobody");
            not_let_in(&NotLetIn::Wrong, &trace)
        }
    }
}

/// Signs out.
pub async fn end(State(state): State<GatewayState>, uri: Uri, headers: HeaderMap) -> Response {
    let trace = Trace::of(&headers);
    if let Err(refused) = of_own_page(&state, &headers, &uri, &trace) {
        return *refused;
    }
    if let Err(error) = sign_out(&state, Presented::of(&headers)).await {
        tracing::error!(%error, "a session could not be ended");
        return unauthenticated(Unauthenticated::Unavailable, &trace);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(response.headers_mut(), "", 0);
    // papers that were looked at are not for whoever sits down next
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

fn outcome(why: &NotLetIn) -> &'static str {
    match why {
        NotLetIn::Wrong => "wrong",
        NotLetIn::Locked => "locked",
        NotLetIn::Unavailable(_) => "unavailable",
    }
}

pub(super) async fn sign_out(
    state: &GatewayState,
    presented: Option<Presented>,
) -> Result<(), CredentialError> {
    match (state.sign_in(), presented) {
        (SignIn::Credentials(credentials, _), Some(Presented::Session(secret))) => {
            credentials.sign_out(&secret).await
        }
        _ => Ok(()),
    }
}

async fn told(state: &GatewayState, who: &Requester) -> Response {
    let actor = &who.actor;
    Json(Who {
        name: &actor.officer,
        county: actor.county.as_str(),
        post: state.services().post(actor).await,
        body: actor.body.as_str(),
        roles: actor.roles.iter().copied().collect(),
        only_reads: who.only_reads(),
    })
    .into_response()
}

async fn read(request: Request<Body>) -> Result<Typed, &'static str> {
    const FORM: &str = "send {\"name\": \"OFFICER\", \"password\": \"…\"} as application/json";
    params::check_content_type(request.headers()).map_err(|_| FORM)?;
    let body = tokio::time::timeout(BODY_TIMEOUT, to_bytes(request.into_body(), MAX_BODY_BYTES)).await;
    let bytes = body.map_err(|_| "the body came too slowly")?.map_err(|_| FORM)?;
    // what was typed is in no error
    serde_json::from_slice(&bytes).map_err(|_| FORM)
}

fn of_own_page(
    state: &GatewayState,
    headers: &HeaderMap,
    uri: &Uri,
    trace: &Trace,
) -> Result<(), Box<Response>> {
    match state.origins().permit(headers, uri) {
        true => Ok(()),
        false => Err(Box::new(answer(StatusCode::FORBIDDEN, Code::Forbidden, FOREIGN_PAGE, trace))),
    }
}

fn not_let_in(why: &NotLetIn, trace: &Trace) -> Response {
    match why {
        // a lock that was told apart would tell which names exist
        NotLetIn::Wrong | NotLetIn::Locked => {
            answer(StatusCode::UNAUTHORIZED, Code::Unauthenticated, WRONG, trace)
        }
        NotLetIn::Unavailable(error) => {
            tracing::error!(%error, "the credentials cannot be read; nobody is let in");
            unauthenticated(Unauthenticated::Unavailable, trace)
        }
    }
}

fn unauthenticated(why: Unauthenticated, trace: &Trace) -> Response {
    let (status, code) = why.answer();
    answer(status, code, &why.to_string(), trace)
}

fn answer(status: StatusCode, code: Code, message: &str, trace: &Trace) -> Response {
    let mut response = problem(status, code, message, Media::Json, trace.id());
    harden(response.headers_mut());
    response
}

pub(super) fn set_cookie(headers: &mut HeaderMap, secret: &str, seconds: i64) {
    let cookie =
        format!("{SESSION_COOKIE}={secret}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}
