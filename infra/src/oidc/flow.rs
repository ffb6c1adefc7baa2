//! Signing in at a provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207).
//!
//! Invariants: an answer counts only in the browser that began, at the provider it began with, once, within
//! [`FLOW_LIFE`]; the ID token is judged like any token, and for this sign-in alone; the way back is a path of this
//! server.
//! Deliberately absent: the cookie that remembers, and the session that follows; refresh tokens, a session here lasts no
//! longer for being renewed there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJsonWebKeySet};
use openidconnect::url::Url;
use openidconnect::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
    TokenUrl,
};
use serde::{Deserialize, Serialize};

use super::Issuers;
use super::http::Carrier;
use super::provider::{Places, Provider};
use super::token::NotProven;
use crate::credentials::Holder;
use crate::secrets;

/// How long a sign-in at a provider may take.
pub const FLOW_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Longest way back, in bytes.
const MAX_BACK: usize = 512;
/// Longest text that a browser may bring back, in bytes.
const MAX_BROUGHT: usize = 4 * 1024;
/// Most sign-ins that are remembered as used.
const MAX_USED: usize = 100_000;

/// Why a sign-in at a provider came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// There is no such provider.
    #[error("there is no such identity provider")]
    NoProvider,
    /// Not begun in this browser, or too long ago.
    #[error("no sign-in was begun in this browser, or too long ago")]
    NotBegun,
    /// Begun at another provider than the one that answers.
    #[error("another identity provider answered than was asked")]
    Mixed,
    /// Answered before.
    #[error("this sign-in was answered before")]
    Again,
    /// The person, or the provider, said no.
    #[error("the identity provider refused: {0}")]
    Declined(String),
    /// The provider does not answer, or not as it should.
    #[error("the identity provider cannot be asked: {0}")]
    Silent(String),
    /// The ID token proves nothing.
    #[error("the identity provider's token is not taken: {0}")]
    NotProven(#[from] NotProven),
}

/// What the browser keeps meanwhile; nobody else learns of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    provider: String,
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    until: i64,
}

impl Remembered {
    /// As text for a cookie.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// From the text of a cookie.
    pub fn of_text(text: &str) -> Option<Self> {
        if text.len() > MAX_BROUGHT {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// A sign-in that was begun.
pub struct Begun {
    /// Where the browser goes.
    pub to: Url,
    /// What it keeps meanwhile.
    pub remembered: Remembered,
}

/// What the browser brings back.
#[derive(Default)]
pub struct Answer {
    /// `code`.
    pub code: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `iss`.
    pub iss: Option<String>,
    /// `error`.
    pub error: Option<String>,
}

impl Answer {
    /// From the names and values of a query; none if one stands twice or is too long.
    pub fn of_query<'a>(
        pairs: impl Iterator<Item = (impl AsRef<str> + 'a, impl Into<String> + 'a)>,
    ) -> Option<Self> {
        let mut answer = Self::default();
        for (name, value) in pairs {
            let place = match name.as_ref() {
                "code" => &mut answer.code,
                "state" => &mut answer.state,
                "iss" => &mut answer.iss,
                "error" => &mut answer.error,
                _ => continue,
            };
            let value = value.into();
            if value.len() > MAX_BROUGHT || place.replace(value).is_some() {
                return None;
            }
        }
        Some(answer)
    }
}

/// Sign-ins that were answered, until they would be too old anyway.
#[derive(Default)]
pub(super) struct Used(Mutex<HashMap<String, i64>>);

impl Used {
    /// Notes one; tells whether it is the first time.
    fn first_time(&self, state: &str, until: i64, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.as_millisecond();
        if used.len() >= MAX_USED {
            used.retain(|_, until| *until > now);
        }
        // whoever fills it within ten minutes gains one thing: that the provider, not we, refuses a code used twice
        if used.len() >= MAX_USED {
            used.clear();
        }
        used.insert(state.to_owned(), until).is_none()
    }
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet>;

impl Issuers {
    /// Begins a sign-in at a provider; `back` is where the person wants to go then.
    ///
    /// # Errors
    /// When there is no such provider, or it does not answer.
    pub async fn begin(&self, provider: &str, back: Option<&str>) -> Result<Begun, NotSignedIn> {
        let (provider, places, client) = self.client(provider).await?;
        drop(places);
        let settings = provider.settings();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let random = secrets::random;
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(random()),
                move || Nonce::new(random()),
            )
            .set_pkce_challenge(challenge);
        for scope in &settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (to, state, nonce) = request.url();
        let until = provider.clock().now().checked_add(FLOW_LIFE).unwrap_or(Timestamp::MAX);
        let remembered = Remembered {
            provider: settings.id.clone(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            back: back.filter(|back| is_local(back)).unwrap_or("/").to_owned(),
            until: until.as_millisecond(),
        };
        Ok(Begun { to, remembered })
    }

    /// Ends a sign-in: whom the provider vouches for, and where they wanted to go.
    ///
    /// # Errors
    /// When it vouches for nobody, or not to this browser.
    pub async fn finish(
        &self,
        provider: &str,
        answer: Answer,
        remembered: Option<Remembered>,
    ) -> Result<(Holder, String), NotSignedIn> {
        let known = self.named(provider).ok_or(NotSignedIn::NoProvider)?;
        let begun = remembered.ok_or(NotSignedIn::NotBegun)?;
        let now = known.clock().now();
        if now.as_millisecond() >= begun.until || !is_local(&begun.back) {
            return Err(NotSignedIn::NotBegun);
        }
        if begun.provider != provider {
            return Err(NotSignedIn::Mixed);
        }
        if answer.state.as_deref() != Some(begun.state.as_str()) {
            return Err(NotSignedIn::NotBegun);
        }
        let (provider, places, client) = self.client(provider).await?;
        match &answer.iss {
            Some(iss) if *iss != provider.settings().issuer => return Err(NotSignedIn::Mixed),
            None if places.names_itself => return Err(NotSignedIn::Mixed),
            _ => {}
        }
        if !self.used.first_time(&begun.state, begun.until, now) {
            return Err(NotSignedIn::Again);
        }
        if let Some(error) = answer.error {
            return Err(NotSignedIn::Declined(word(&error)));
        }
        let code = answer.code.ok_or_else(|| NotSignedIn::Declined("no code".into()))?;
        let token = id_token(&client, provider, code, begun.verifier).await?;
        let holder = provider.signed_in(&token, &begun.nonce).await?;
        Ok((holder, begun.back))
    }

    async fn client(&self, id: &str) -> Result<(&Arc<Provider>, Arc<Places>, Client), NotSignedIn> {
        let provider = self.named(id).ok_or(NotSignedIn::NoProvider)?;
        let settings = provider.settings();
        let places =
            provider.found().await.ok_or_else(|| NotSignedIn::Silent("it does not answer".into()))?;
        let wrong = |error: &dyn std::fmt::Display| NotSignedIn::Silent(error.to_string());
        let own = self.public_url.as_ref().ok_or(NotSignedIn::NoProvider)?;
        let back = own.join(&format!("/sign-in/oidc/{id}/callback")).map_err(|e| wrong(&e))?;
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|e| wrong(&e))?;
        // its keys are looked up where all tokens' are
        let client =
            CoreClient::new(ClientId::new(settings.client_id.clone()), issuer, CoreJsonWebKeySet::default());
        let client = match &settings.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.clone())),
            None => client,
        };
        let client = client
            .set_auth_type(places.auth_type.clone())
            .set_auth_uri(AuthUrl::from_url(places.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(places.token.clone()))
            .set_redirect_uri(RedirectUrl::from_url(back));
        Ok((provider, places, client))
    }
}

/// The ID token for a code.
async fn id_token(
    client: &Client,
    provider: &Provider,
    code: String,
    verifier: String,
) -> Result<String, NotSignedIn> {
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&Carrier(&provider.http))
        .await
        .map_err(|error| match error {
            // its words may hold anything: only the code of the error is told
            RequestTokenError::ServerResponse(said) => NotSignedIn::Declined(word(said.error().as_ref())),
            RequestTokenError::Request(why) => NotSignedIn::Silent(why.to_string()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                NotSignedIn::Silent("its answer cannot be read".into())
            }
        })?;
    let token = answer.id_token().ok_or(NotProven::Form("there is no ID token"))?;
    Ok(token.to_string())
}

/// A word that somebody else wrote, cut to what may stand in a line of a log.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}

/// Whether this is a path of this server, as every browser reads it.
fn is_local(back: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let mut chars = back.chars();
    back.len() <= MAX_BACK
        && chars.next() == Some('/')
        && chars.next() != Some('/')
        && back.chars().all(plain)
        && !back.starts_with("/sign-in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_a_path_of_this_server() {
        for good in ["/", "/desk", "/matter/bWF0dGVyOng?tab=1#a", "/papers/abc"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "desk",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/a b",
            "/a\nb",
            "/sign-in/oidc/x",
            "javascript:alert(1)",
            "/\u{2028}",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
        assert!(!is_local(&format!("/{}", "a".repeat(MAX_BACK))));
    }

    #[test]
    fn a_sign_in_counts_once_and_what_is_used_is_bounded() {
        let used = Used::default();
        let now = Timestamp::UNIX_EPOCH;
        assert!(used.first_time("a", 1, now));
        assert!(!used.first_time("a", 1, now));
        for n in 0..=MAX_USED {
            assert!(used.first_time(&n.to_string(), 1, now));
        }
        assert!(used.0.lock().unwrap().len() <= MAX_USED);
    }

    #[test]
    fn a_parameter_that_stands_twice_is_nobodys() {
        let of = |query: &[(&'static str, &'static str)]| Answer::of_query(query.iter().copied());
        assert!(of(&[("code", "a"), ("state", "b"), ("session_state", "c")]).is_some());
        assert!(of(&[("state", "a"), ("state", "a")]).is_none());
    }
}
