//! Who asks: from what a request presents to the actor the domain decides about.
//!
//! Invariants: a requester is exactly one actor of one county, as that county's directory has it at this moment; what lies
//! in another county does not exist for it; authority over a command is the domain's to decide, not this module's.
//! Deliberately absent: signing in ([`crate::http::session`]), and where credentials are kept.

use crate::{dev_users, graphql::error::Code, services::Services};
use axum::http::{HeaderMap, StatusCode, header};
use om_domain::{
    access::Asker,
    decider::{Actor, Role},
    ids::CountyId,
};
use om_infra::{
    access_log::AccessBook,
    credentials::{Caller, CredentialError, Credentials, Key, NotLetIn, SignedIn},
    oidc::{Bearer, Issuers, NotProven},
};
use std::{collections::BTreeSet, sync::Arc};

/// The cookie of a session. Its prefix has the browser refuse it unless it is `Secure`, of this host and for every path
/// (RFC 6265bis, 4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-onematter";

/// By what name a token's commands hold that papers are handed in, which is no mutation.
pub const PAPERS: &str = "papers";
/// The cookie of a browser in which somebody signed in: it opens nothing, and keeps strangers' guesses apart from the
/// attempts of who sits there.
pub const DEVICE_COOKIE: &str = "__Host-onematter-device";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The actor, as every fact it brings about will carry it.
    pub actor: Arc<Actor>,
    /// The actor as it is in the place of each whom it stands in for today.
    pub in_place_of: Arc<[Actor]>,
    /// Whether what it presented lets read only, whatever its roles.
    pub read_only: bool,
    /// The only commands that what it presented lets give, whatever its roles; none: all.
    pub only: Option<Arc<BTreeSet<String>>>,
    /// Where is told what it was denied and what of the protected it read; none where nobody is served.
    pub access_log: Option<AccessBook>,
}

impl Requester {
    /// The county that the requester sees.
    pub fn county(&self) -> &CountyId {
        &self.actor.county
    }

    /// As the policy sees it.
    pub fn asker(&self) -> Asker<'_> {
        Asker { actor: &self.actor, in_place_of: &self.in_place_of }
    }

    /// Whether both are one account of one county, whatever it may do now.
    pub fn is_the_same_person(&self, other: &Requester) -> bool {
        (&self.actor.county, &self.actor.officer) == (&other.actor.county, &other.actor.officer)
    }

    /// Whether what it presented lets give this command, by its name in the API, or [`PAPERS`].
    pub fn may_give(&self, command: &str) -> bool {
        !self.read_only && self.only.as_ref().is_none_or(|only| only.contains(command))
    }

    /// Whether the requester only reads.
    pub fn only_reads(&self) -> bool {
        self.read_only || self.actor.roles.iter().all(|role| *role == Role::Auditor)
    }
}

/// How requesters are known.
#[derive(Clone)]
pub enum SignIn {
    /// Named development users (`Bearer dev:NAME`); for loopback only.
    Dev(dev_users::DevUsers),
    /// Sessions of people who signed in, tokens of departments' own systems and of the counties' identity providers.
    Credentials(Arc<Credentials>, Arc<Issuers>),
}

/// What a request presents: a bearer, or the cookie of a session. The bearer goes first, a program knows what it sends.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// The value of an `Authorization` header.
    Authorization(String),
    /// The secret of a session.
    Session(String),
}

impl Presented {
    /// What these headers present, if anything.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            return Some(Self::Authorization(value.to_str().unwrap_or_default().to_owned()));
        }
        cookie(headers, SESSION_COOKIE).map(|value| Self::Session(value.to_owned()))
    }

    /// The bearer in it.
    fn bearer(&self) -> Option<&str> {
        let Self::Authorization(value) = self else { return None };
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|part| part.trim().split_once('='));
    cookies.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// Why nobody was known; what to do instead, and nothing about who exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// Nothing was presented, where development users are.
    #[error("no credentials: send `Authorization: Bearer dev:NAME`; `onematter users --dev` lists the names")]
    NoDevUser,
    /// Nobody we know, where development users are.
    #[error(
        "unknown credentials: send `Authorization: Bearer dev:NAME`; `onematter users --dev` lists the names"
    )]
    UnknownDevUser,
    /// Nothing was presented.
    #[error(
        "no credentials: sign in at the console, or send `Authorization: Bearer TOKEN` with a token that the administrator \
         made (onematter token make)"
    )]
    Missing,
    /// Nobody we know.
    #[error(
        "these credentials open nothing (any more): sign in again, or have the administrator make a new token (onematter \
         token make). The county's directory must have the account, too"
    )]
    Unknown,
    /// A token of an identity provider that is not taken.
    #[error(
        "this token is not taken: {0}. Send an access token that the identity provider made for this server"
    )]
    NotProven(NotProven),
    /// A proven token that may do nothing here.
    #[error("this token is not taken: {}. Ask the identity provider for the scope", NotProven::Scope)]
    NoScope,
    /// The credentials or the directory cannot be read.
    #[error("who you are cannot be looked up now: try again in a moment")]
    Unavailable,
}

impl Unauthenticated {
    /// How it is answered.
    pub fn answer(self) -> (StatusCode, Code) {
        match self {
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
            Self::NoScope => (StatusCode::FORBIDDEN, Code::Forbidden),
            _ => (StatusCode::UNAUTHORIZED, Code::Unauthenticated),
        }
    }
}

/// Whether a look at a session keeps it from falling idle: a person's request does, the server's own look does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Somebody asks for something.
    Use,
    /// The server looks whether it is still open.
    Only,
}

impl SignIn {
    /// The requester behind what was presented, with the roles that its county's directory gives it now.
    ///
    /// # Errors
    /// When it is nobody, or that cannot be told.
    pub async fn requester(
        &self,
        presented: Option<&Presented>,
        look: Look,
        services: &Services,
    ) -> Result<Requester, Unauthenticated> {
        let access_log = Some(services.access_log.clone());
        match self {
            Self::Dev(users) => {
                let bearer = presented.ok_or(Unauthenticated::NoDevUser)?.bearer();
                let name = bearer.and_then(|bearer| bearer.strip_prefix("dev:"));
                let actor = name.and_then(|name| users.actor(name)).ok_or(Unauthenticated::UnknownDevUser)?;
                let actor = services.as_registered(actor).await.map_err(|error| unavailable(&error))?;
                let actor = actor.ok_or(Unauthenticated::UnknownDevUser)?;
                let in_place_of = services.in_place_of(&actor).await.map_err(|error| unavailable(&error))?;
                Ok(Requester { actor, in_place_of, read_only: false, only: None, access_log })
            }
            Self::Credentials(credentials, issuers) => {
                let presented = presented.ok_or(Unauthenticated::Missing)?;
                let (holder, read_only, only) = match presented.bearer() {
                    Some(token) if !issuers.is_empty() && Issuers::looks_like_one(token) => {
                        let Bearer { holder, read_only, only } =
                            bearer(issuers, token, look, services).await?;
                        (holder, read_only, only)
                    }
                    _ => {
                        let Key { holder, read_only, only, .. } = key(credentials, presented, look).await?;
                        (holder, read_only, only)
                    }
                };
                let actor = services.registered(&holder.county, &holder.officer).await;
                let actor = actor.map_err(|error| unavailable(&error))?.ok_or(Unauthenticated::Unknown)?;
                let in_place_of = services.in_place_of(&actor).await.map_err(|error| unavailable(&error))?;
                Ok(Requester { actor, in_place_of, read_only, only: only.map(Arc::new), access_log })
            }
        }
    }

    /// Signs in by name and password.
    ///
    /// # Errors
    /// When nobody is let in; development users need not sign in.
    pub async fn sign_in(&self, name: &str, password: &str, caller: &Caller) -> Result<SignedIn, NotLetIn> {
        match self {
            Self::Dev(_) => Err(NotLetIn::Wrong),
            Self::Credentials(credentials, _) => credentials.sign_in(name, password, caller).await,
        }
    }

    /// The secret of the caller's browser, if somebody signed in there.
    ///
    /// # Errors
    /// When that cannot be read.
    pub async fn known_device<'c>(&self, caller: &'c Caller) -> Result<Option<&'c str>, CredentialError> {
        match self {
            Self::Credentials(credentials, _) if credentials.is_known_device(caller).await? => {
                Ok(caller.device.as_deref())
            }
            _ => Ok(None),
        }
    }
}

/// What a token of an identity provider opens.
async fn bearer(
    issuers: &Issuers,
    token: &str,
    look: Look,
    services: &Services,
) -> Result<Bearer, Unauthenticated> {
    let proven = issuers.bearer(token).await;
    if look == Look::Use {
        services.metrics.sign_in("bearer", proven.as_ref().map_or_else(|why| why.word(), |_| "in"));
    }
    proven.map_err(|why| match why {
        // the provider's watch has said so in the log
        NotProven::Unavailable => Unauthenticated::Unavailable,
        NotProven::Scope => Unauthenticated::NoScope,
        NotProven::Nobody => Unauthenticated::Unknown,
        why => Unauthenticated::NotProven(why),
    })
}

async fn key(credentials: &Credentials, presented: &Presented, look: Look) -> Result<Key, Unauthenticated> {
    let key = match presented {
        Presented::Session(secret) if look == Look::Use => credentials.session(secret).await,
        Presented::Session(secret) => credentials.still_open(secret).await,
        Presented::Authorization(_) => {
            credentials.token(presented.bearer().ok_or(Unauthenticated::Unknown)?).await
        }
    };
    key.map_err(|why| match why {
        NotLetIn::Unavailable(error) => unavailable(&error),
        NotLetIn::Wrong | NotLetIn::Locked => Unauthenticated::Unknown,
    })
}

fn unavailable(error: &dyn std::fmt::Display) -> Unauthenticated {
    tracing::error!(%error, "credentials or directory cannot be read; nobody is let in");
    Unauthenticated::Unavailable
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_bearer_goes_before_a_cookie_and_a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert!(Presented::of(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; __Host-onematterx=1"));
        assert!(Presented::of(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; __Host-onematter=s3cret"));
        assert!(matches!(Presented::of(&headers), Some(Presented::Session(secret)) if secret == "s3cret"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer  om_x"));
        assert_eq!(Presented::of(&headers).unwrap().bearer(), Some("om_x"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic om_x"));
        assert_eq!(Presented::of(&headers).unwrap().bearer(), None);
    }
}
