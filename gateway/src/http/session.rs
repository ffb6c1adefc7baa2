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
    respond::{self, harden, problem},
};
use crate::{
    app::GatewayState,
    context::{DEVICE_COOKIE, Presented, Requester, SESSION_COOKIE, SignIn, Unauthenticated, cookie},
    edge::{client::Client, client_of, rate::Limited},
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
    credentials::{Caller, CredentialError, DEVICE, Holder, NotLetIn, SESSION, SignedIn},
    oidc::Name,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Largest body of a sign-in.
const MAX_BODY_BYTES: usize = 8 * 1024;
/// Longest time for it to come in.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What whoever is not let in is told, whatever the cause.
const WRONG: &str = "name or password is wrong; or the account is locked for where you are, for a quarter of an hour after five wrong \
                     passwords from there; or \
                     several counties have the name, then write OFFICER@COUNTY; or the county's directory has no such \
                     account: ask your administrator";

/// What whoever signs out is told when that cannot be kept.
const NOT_STRUCK_OUT: &str = "this browser is signed out, and the session opens nothing at this server any more; but that could not be \
                              written down, so after a restart it would be open until it has not been used for half an hour: \
                              tell your administrator that the credentials cannot be written";

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
pub async fn who(State(state): State<GatewayState>, uri: Uri, headers: HeaderMap, trace: Trace) -> Response {
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
    let trace = Trace::of_request(request.extensions(), request.headers());
    if let Err(refused) = of_own_page(&state, request.headers(), request.uri(), &trace) {
        return *refused;
    }
    let before = Presented::of(request.headers());
    let (client, caller) = caller(&request);
    let Typed { name, password } = match read(request).await {
        Ok(typed) => typed,
        Err(message) => return answer(StatusCode::BAD_REQUEST, Code::BadInput, message, &trace),
    };
    let begun = match let_in(&state, (&name, &password), client, &caller).await {
        Ok(begun) => begun,
        Err(NotBegun::Limited(limited)) => return respond::limited(&limited, Media::Json, trace.id()),
        Err(NotBegun::NotLetIn(why)) => return not_let_in(&why, &trace),
    };
    let presented = Presented::Session(begun.session.clone());
    match state.requester(Some(&presented)).await {
        Ok(who) => {
            let Holder { county, officer } = &begun.holder;
            tracing::info!(%county, %officer, "signed in");
            state.services().metrics.sign_in("password", "in");
            // whoever was signed in at this browser is not any more
            if let Err(error) = sign_out(&state, before).await {
                tracing::warn!(%error, "the session before could not be ended");
            }
            let mut response = told(&state, &who).await;
            set_cookie(response.headers_mut(), SESSION_COOKIE, &begun.session, SESSION.as_secs());
            if let Some(device) = &begun.device {
                set_cookie(response.headers_mut(), DEVICE_COOKIE, device, DEVICE.as_secs());
            }
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

enum NotBegun {
    Limited(Limited),
    NotLetIn(NotLetIn),
}

/// Who tries, as far as can be told before.
fn caller(request: &Request<Body>) -> (Client, Caller) {
    let client = client_of(request.extensions());
    let device = cookie(request.headers(), DEVICE_COOKIE).map(str::to_owned);
    (client, Caller { device, address: Some(client.0) })
}

/// Lets somebody in, and counts what came of it.
async fn let_in(
    state: &GatewayState,
    (name, password): (&str, &str),
    client: Client,
    caller: &Caller,
) -> Result<SignedIn, NotBegun> {
    let metrics = &state.services().metrics;
    let known = state.sign_in().known_device(caller).await.map_err(NotLetIn::Unavailable);
    let begun = match known {
        Ok(device) => {
            state.rates().sign_in(client, device).map_err(|limited| {
                metrics.sign_in("password", "limited");
                NotBegun::Limited(limited)
            })?;
            state.sign_in().sign_in(name, password, caller).await
        }
        Err(unavailable) => Err(unavailable),
    };
    begun.map_err(|why| {
        metrics.sign_in("password", outcome(&why));
        NotBegun::NotLetIn(why)
    })
}

/// Signs out.
pub async fn end(State(state): State<GatewayState>, uri: Uri, headers: HeaderMap, trace: Trace) -> Response {
    if let Err(refused) = of_own_page(&state, &headers, &uri, &trace) {
        return *refused;
    }
    let mut response = match sign_out(&state, Presented::of(&headers)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "a session could not be struck out; it opens nothing while this server runs");
            let (status, code) = match error.is_disk_full() {
                true => (StatusCode::INSUFFICIENT_STORAGE, Code::DiskFull),
                false => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
            };
            answer(status, code, NOT_STRUCK_OUT, &trace)
        }
    };
    set_cookie(response.headers_mut(), SESSION_COOKIE, "", 0);
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

pub(super) fn set_cookie(headers: &mut HeaderMap, name: &str, secret: &str, seconds: i64) {
    let cookie = format!("{name}={secret}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}
