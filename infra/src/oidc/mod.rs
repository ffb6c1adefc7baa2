//! Identity providers of counties (OpenID Connect): who a person is whom such a provider vouches for, and whose bearer
//! token a program shows.
//!
//! Invariants: a provider speaks for the counties that it is configured for and for no other; algorithms are pinned for
//! each provider and are public-key ones; a token is judged by keys of the provider that it names as its issuer, and by
//! no key that it brings itself; what a provider sends is bounded in size and time; a provider that is down stops
//! nobody whose token its last keys still prove.
//! Deliberately absent: what an officer may do (the county's directory says so), sessions ([`crate::credentials`]),
//! HTTP towards browsers.

mod claims;
mod flow;
mod http;
mod keys;
mod provider;
mod settings;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use openidconnect::url::Url;
use tokio::task::JoinHandle;

pub use flow::{Answer, Begun, FLOW_LIFE, NotSignedIn, Remembered};
pub use provider::Provider;
pub use settings::{IssuerSettings, Name, OidcSettings, SettingsError};
pub use token::{Bearer, NotProven};

use crate::clock::Clock;
use crate::telemetry::Metrics;

/// The providers of an installation. Dropped, it asks them nothing more.
#[derive(Default)]
pub struct Issuers {
    providers: Vec<Arc<Provider>>,
    public_url: Option<Url>,
    used: flow::Used,
    watching: Vec<JoinHandle<()>>,
}

impl Issuers {
    /// The providers of these settings. Each is asked for its keys at once, in a task of its own, and again and again.
    ///
    /// # Errors
    /// When no encrypted connection can be made here.
    pub fn open(
        settings: OidcSettings,
        clock: &Arc<dyn Clock>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, SettingsError> {
        let mut issuers = Self::default();
        issuers.public_url = Some(settings.public_url);
        for one in settings.issuers {
            let provider = Arc::new(Provider::new(one, Arc::clone(clock), Arc::clone(metrics))?);
            issuers.watching.push(tokio::spawn(Arc::clone(&provider).watch()));
            issuers.providers.push(provider);
        }
        Ok(issuers)
    }

    /// In the order of the file.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.iter()
    }

    /// The provider of this id.
    pub fn named(&self, id: &str) -> Option<&Arc<Provider>> {
        self.all().find(|provider| provider.settings().id == id)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// What a bearer token proves.
    ///
    /// # Errors
    /// When it proves nothing, or that cannot be told now.
    pub async fn bearer(&self, token: &str) -> Result<Bearer, NotProven> {
        let unproven = token::Unproven::read(token)?;
        let issuer = unproven.issuer().ok_or(NotProven::Form("no issuer"))?;
        let provider = self.all().find(|provider| provider.settings().issuer == issuer);
        provider.ok_or(NotProven::Issuer)?.bearer(&unproven).await
    }

    /// Whether a bearer looks like a token of a provider, not like one of ours.
    pub fn looks_like_one(bearer: &str) -> bool {
        bearer.starts_with("eyJ") && bearer.bytes().filter(|byte| *byte == b'.').count() == 2
    }
}

impl Drop for Issuers {
    fn drop(&mut self) {
        self.watching.iter().for_each(JoinHandle::abort);
    }
}
