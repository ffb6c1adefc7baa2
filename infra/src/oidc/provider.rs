//! One provider: where it is to be asked, its keys as last seen, and when they are asked for again.
//!
//! Invariants: keys that were seen are used until others are seen, however long the provider is down; for keys that
//! tokens name and nobody knows it is asked at most once in [`UNKNOWN_KEY`], by one at a time, and whoever hangs up
//! meanwhile stops nothing.
//! Deliberately absent: keeping keys on disk; after a restart a provider that is down vouches for nobody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use openidconnect::AuthType;
use openidconnect::url::Url;
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep};

use super::claims::Claims;
use super::http::{self, AskError};
use super::keys::Keys;
use super::settings::{IssuerSettings, SettingsError, encrypted};
use super::token::{self, Bearer, NotProven, Unproven};
use crate::clock::Clock;
use crate::credentials::Holder;
use crate::telemetry::Metrics;

/// Between two questions for a key that is not known.
pub(super) const UNKNOWN_KEY: Duration = Duration::from_secs(30);
/// Between two questions while the provider has never answered.
const NEVER_SEEN: Duration = Duration::from_secs(3);
/// Longest time between two questions while it is down.
const WAIT_AT_MOST: Duration = Duration::from_secs(30);

/// Where the provider is to be asked for what.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) authorize: Url,
    pub(super) token: Url,
    keys: Url,
    /// Whether its answers name it (RFC 9207).
    pub(super) names_itself: bool,
    pub(super) auth_type: AuthType,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Default)]
pub(super) struct Turn {
    /// When somebody's unknown key last made us ask.
    for_unknown: Option<Instant>,
    /// When it was last asked.
    last: Option<Instant>,
    /// Whether it answered then.
    answered: bool,
}

/// A provider.
pub struct Provider {
    settings: IssuerSettings,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    pub(super) http: Client,
    places: RwLock<Option<Arc<Places>>>,
    keys: RwLock<Option<Arc<Keys>>>,
    turn: Arc<Mutex<Turn>>,
    down: AtomicBool,
}

impl Provider {
    pub(super) fn new(
        settings: IssuerSettings,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, SettingsError> {
        let http = http::client(settings.authorities.as_deref()).map_err(|why| settings.unusable(&why))?;
        Ok(Self {
            settings,
            clock,
            metrics,
            http,
            places: RwLock::default(),
            keys: RwLock::default(),
            turn: Arc::default(),
            down: AtomicBool::new(false),
        })
    }

    /// With these keys, as if it had shown them.
    #[cfg(test)]
    pub(super) fn with_keys(self, keys: Keys) -> Arc<Self> {
        *self.keys.write().unwrap() = Some(Arc::new(keys));
        Arc::new(self)
    }

    /// How it is configured.
    pub fn settings(&self) -> &IssuerSettings {
        &self.settings
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Asks for its keys for ever.
    pub(super) async fn watch(self: Arc<Self>) {
        let mut wait = Duration::from_secs(1);
        loop {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let next = match self.ask(turn).await {
                true => {
                    wait = Duration::from_secs(1);
                    self.settings.refresh
                }
                false => {
                    wait = (wait * 2).min(WAIT_AT_MOST);
                    wait / 2
                }
            };
            sleep(next).await;
        }
    }

    /// Asks for everything anew; tells whether its keys are now those it shows.
    pub(super) async fn ask(&self, mut turn: OwnedMutexGuard<Turn>) -> bool {
        turn.last = Some(Instant::now());
        let asked = self.ask_for_all().await;
        turn.answered = asked.is_ok();
        drop(turn);
        let id = self.settings.id.as_str();
        self.metrics.keys_asked_for(id, if asked.is_ok() { "answered" } else { "failed" });
        match asked {
            Ok(keys) => {
                if self.down.swap(false, Ordering::Relaxed) {
                    tracing::info!(provider = id, keys, "the identity provider answers again");
                }
                true
            }
            Err(error) => {
                let kept = self.keys().is_some();
                if !self.down.swap(true, Ordering::Relaxed) {
                    let issuer = &self.settings.issuer;
                    tracing::warn!(provider = id, issuer, %error, kept, "the identity provider cannot be asked for its \
                        keys; it is asked again, and its last keys hold meanwhile");
                }
                false
            }
        }
    }

    async fn ask_for_all(&self) -> Result<usize, AskError> {
        match self.discover().await {
            Ok(places) => {
                *self.places.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(places));
            }
            // where it was found before it may still be found
            Err(error) if self.places().is_none() => return Err(error),
            Err(error) => {
                tracing::debug!(provider = self.settings.id, %error, "its description was not read")
            }
        }
        let places = self.places().ok_or_else(|| AskError::Unreadable("no description".into()))?;
        let keys = http::get(&self.http, places.keys.as_str()).await?;
        let keys = Keys::read(&keys).map_err(AskError::Unreadable)?;
        let count = keys.len();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
        Ok(count)
    }

    async fn discover(&self) -> Result<Places, AskError> {
        let issuer = &self.settings.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = http::get(&self.http, &address).await?;
        let unreadable = |why: String| AskError::Unreadable(why);
        let found: Document =
            serde_json::from_slice(&found).map_err(|error| unreadable(error.to_string()))?;
        if found.issuer != *issuer {
            let other: String = found.issuer.chars().take(200).collect();
            return Err(unreadable(format!(
                "it calls itself {other:?}: write that as issuer, to the letter"
            )));
        }
        let place = |text: &str| encrypted(text).map_err(unreadable);
        let takes = |method: &str| {
            let methods = found.token_endpoint_auth_methods_supported.as_ref();
            methods.is_some_and(|methods| methods.iter().any(|one| one == method))
        };
        let in_body = takes("client_secret_post") && !takes("client_secret_basic");
        Ok(Places {
            authorize: place(&found.authorization_endpoint)?,
            token: place(&found.token_endpoint)?,
            keys: place(&found.jwks_uri)?,
            names_itself: found.authorization_response_iss_parameter_supported,
            auth_type: if in_body { AuthType::RequestBody } else { AuthType::BasicAuth },
        })
    }

    fn places(&self) -> Option<Arc<Places>> {
        self.places.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keys(&self) -> Option<Arc<Keys>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where it is to be asked; it is asked for that now if it has never answered.
    pub(super) async fn found(self: &Arc<Self>) -> Option<Arc<Places>> {
        if let Some(places) = self.places() {
            return Some(places);
        }
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let lately = turn.last.is_some_and(|last| last.elapsed() < NEVER_SEEN);
        if self.places().is_none() && !lately {
            self.ask_apart(turn).await;
        }
        self.places()
    }

    /// Asks in a task of its own: whoever hangs up meanwhile stops nothing.
    async fn ask_apart(self: &Arc<Self>, turn: OwnedMutexGuard<Turn>) -> bool {
        let this = Arc::clone(self);
        tokio::spawn(async move { this.ask(turn).await }).await.unwrap_or(false)
    }

    fn known(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        self.keys()?.find(id, algorithm).cloned()
    }

    async fn key(self: &Arc<Self>, id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, NotProven> {
        if let Some(key) = self.known(id, algorithm) {
            return Ok(key);
        }
        let mut turn = Arc::clone(&self.turn).lock_owned().await;
        let lately = turn.for_unknown.is_some_and(|last| last.elapsed() < UNKNOWN_KEY);
        let answered = if self.known(id, algorithm).is_some() || lately {
            turn.answered
        } else {
            turn.for_unknown = Some(Instant::now());
            self.ask_apart(turn).await
        };
        let missing = if answered { NotProven::Key } else { NotProven::Unavailable };
        self.known(id, algorithm).ok_or(missing)
    }

    async fn proven(self: &Arc<Self>, token: &Unproven<'_>) -> Result<Claims, NotProven> {
        let algorithm = token.algorithm(&self.settings)?;
        let key = self.key(token.key_id(), algorithm).await?;
        token.proven(&key, &self.settings, self.clock.now())
    }

    /// What an access token opens.
    pub(super) async fn bearer(self: &Arc<Self>, token: &Unproven<'_>) -> Result<Bearer, NotProven> {
        let claims = self.proven(token).await?;
        token::bearer(token, &claims, &self.settings)
    }

    /// Whom an ID token signs in that was given for a code just now.
    pub(super) async fn signed_in(self: &Arc<Self>, token: &str, nonce: &str) -> Result<Holder, NotProven> {
        let token = Unproven::read(token)?;
        let claims = self.proven(&token).await?;
        token::signed_in(&token, &claims, nonce, &self.settings, self.clock.now())
    }
}
