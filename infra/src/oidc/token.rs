//! Proving a token: whether the provider that it names as its issuer signed it, for us, for now, for this.
//!
//! Invariants: nothing of a token is believed before its signature is checked, but which provider's keys to check it with,
//! which of them and how, and of that only what the settings pin; no key, and no address of one, is taken from the token
//! itself; an ID token opens nothing, and an access token signs nobody in.
//! Deliberately absent: fetching keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeSet;

use super::claims::{self, Claims};
use super::settings::IssuerSettings;
use crate::credentials::Holder;

/// Longest token that is read, in bytes.
pub(super) const MAX_TOKEN: usize = 8 * 1024;
/// How far clocks may be apart, in seconds.
const LEEWAY: f64 = 60.0;
/// How old an ID token may be that was given for a code just now, in seconds.
const MAX_ID_AGE: f64 = 600.0;
/// What only an ID token says.
const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// Why a token proves nothing; nothing in it about who exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// It is not a signed token as it should be.
    #[error("it cannot be read: {0}")]
    Form(&'static str),
    /// No provider here has its issuer.
    #[error("its issuer is not one that this server believes")]
    Issuer,
    /// Signed in a way that is not pinned.
    #[error("its algorithm is not one that its issuer is pinned to")]
    Algorithm,
    /// By no key of its issuer.
    #[error("it is signed by no key that its issuer shows")]
    Key,
    /// Altered, or signed by somebody else.
    #[error("its signature does not fit")]
    Signature,
    /// Past its end.
    #[error("it has expired: get a new one")]
    Expired,
    /// Before its begin.
    #[error("it is not valid yet: are the clocks right?")]
    Early,
    /// For somebody else.
    #[error("it is for another audience")]
    Audience,
    /// An ID token where an access token is asked for, or the other way round.
    #[error("it is of the wrong kind (typ): an access token opens the API, an ID token signs in")]
    Kind,
    /// For another sign-in.
    #[error("it is for another sign-in")]
    Nonce,
    /// It may not do anything here.
    #[error("it has no scope to read or to command here")]
    Scope,
    /// For a county that its issuer does not speak for.
    #[error("its issuer does not speak for its county")]
    County,
    /// About nobody with an account.
    #[error("it is about nobody who has an account here")]
    Nobody,
    /// The provider does not answer, and its keys are not known.
    #[error("its issuer does not answer now")]
    Unavailable,
}

impl NotProven {
    /// In one word, for figures.
    pub fn word(self) -> &'static str {
        match self {
            Self::Form(_) => "form",
            Self::Issuer => "issuer",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::Early => "early",
            Self::Audience => "audience",
            Self::Kind => "kind",
            Self::Nonce => "nonce",
            Self::Scope => "scope",
            Self::County => "county",
            Self::Nobody => "nobody",
            Self::Unavailable => "unavailable",
        }
    }
}

/// What an access token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// As whom.
    pub holder: Holder,
    /// Whether it lets read only.
    pub read_only: bool,
    /// The only commands that it may give; none: all that its holder may.
    pub only: Option<BTreeSet<String>>,
}

/// The header of a token. What a token says of keys outside is not followed, and refused.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
}

/// A token of which nothing is proven yet.
pub(super) struct Unproven<'a> {
    text: &'a str,
    header: Header,
    said: Claims,
}

impl<'a> Unproven<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, NotProven> {
        if text.len() > MAX_TOKEN {
            return Err(NotProven::Form("it is too long"));
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotProven::Form("it has not three parts"));
        };
        let part =
            |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| NotProven::Form("it is not base64url"));
        let header: Header =
            serde_json::from_slice(&part(header)?).map_err(|_| NotProven::Form("its header"))?;
        let said = serde_json::from_slice(&part(payload)?).map_err(|_| NotProven::Form("its claims"))?;
        if header.crit.is_some() {
            return Err(NotProven::Form("its header asks for what this server does not know (crit)"));
        }
        if header.jku.is_some() || header.x5u.is_some() || header.jwk.is_some() {
            return Err(NotProven::Form("it brings a key of its own (jku, x5u, jwk)"));
        }
        Ok(Self { text, header, said })
    }

    /// The issuer that it names, believed by nobody yet.
    pub(super) fn issuer(&self) -> Option<&str> {
        claims::text(&self.said, "iss")
    }

    /// The key that it names.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Its algorithm, which is a pinned one.
    pub(super) fn algorithm(&self, settings: &IssuerSettings) -> Result<Algorithm, NotProven> {
        let algorithm: Algorithm = self.header.alg.parse().map_err(|_| NotProven::Algorithm)?;
        settings.algorithms.contains(&algorithm).then_some(algorithm).ok_or(NotProven::Algorithm)
    }

    /// Its kind, lower case and without `application/` (RFC 7515, 4.1.9).
    fn kind(&self) -> Option<String> {
        let kind = self.header.typ.as_ref()?.to_ascii_lowercase();
        Some(kind.trim_start_matches("application/").to_owned())
    }

    /// Its claims, once its signature fits the key, its issuer is the provider and its time is now.
    pub(super) fn proven(
        &self,
        key: &DecodingKey,
        settings: &IssuerSettings,
        now: Timestamp,
    ) -> Result<Claims, NotProven> {
        let mut signature_only = Validation::new(self.algorithm(settings)?);
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        let proven = jsonwebtoken::decode::<Claims>(self.text, key, &signature_only);
        let claims = proven.map_err(|error| match error.kind() {
            ErrorKind::Json(_) => NotProven::Form("its claims"),
            _ => NotProven::Signature,
        });
        let claims = claims?.claims;
        if claims::text(&claims, "iss") != Some(&settings.issuer) {
            return Err(NotProven::Issuer);
        }
        in_time(&claims, now)?;
        Ok(claims)
    }
}

fn in_time(claims: &Claims, now: Timestamp) -> Result<(), NotProven> {
    let now = seconds(now);
    let at = |name| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(NotProven::Form("a time in it is not a number")),
    };
    let end = at("exp")?.ok_or(NotProven::Form("it has no end (exp)"))?;
    if now >= end + LEEWAY {
        return Err(NotProven::Expired);
    }
    for begin in [at("nbf")?, at("iat")?].into_iter().flatten() {
        if begin > now + LEEWAY {
            return Err(NotProven::Early);
        }
    }
    Ok(())
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// What a proven access token opens.
pub(super) fn bearer(
    token: &Unproven<'_>,
    claims: &Claims,
    settings: &IssuerSettings,
) -> Result<Bearer, NotProven> {
    let kind = token.kind().unwrap_or_default();
    let is_typed = kind == "at+jwt";
    let of_id_tokens = || OF_ID_TOKENS.iter().any(|name| claims.contains_key(*name));
    // some providers say the kind among the claims, too
    let other_kind = claims::text(claims, "typ").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer"));
    if !settings.token_types.contains(&kind) || other_kind || (!is_typed && of_id_tokens()) {
        return Err(NotProven::Kind);
    }
    let audience = settings.audience.as_ref().ok_or(NotProven::Audience)?;
    if !claims::holds(claims, "aud", audience) {
        return Err(NotProven::Audience);
    }
    let (read_only, only) = scope(claims, settings)?;
    let holder = match claims::client(claims, settings) {
        Some(client) => client?,
        None => claims::officer(claims, settings)?,
    };
    Ok(Bearer { holder, read_only, only })
}

/// Whether it reads only, and the only commands that it may give.
fn scope(claims: &Claims, settings: &IssuerSettings) -> Result<(bool, Option<BTreeSet<String>>), NotProven> {
    let mut scopes: Vec<&str> = claims::text(claims, "scope").unwrap_or_default().split(' ').collect();
    for name in ["scp", "scope"] {
        if let Some(Value::Array(listed)) = claims.get(name) {
            scopes.extend(listed.iter().filter_map(Value::as_str));
        }
    }
    if scopes.contains(&settings.write_scope.as_str()) {
        return Ok((false, None));
    }
    let single =
        |scope: &&str| Some(scope.strip_prefix(&settings.write_scope)?.strip_prefix(':')?.to_owned());
    let commands: BTreeSet<String> =
        scopes.iter().filter_map(single).filter(|name| !name.is_empty()).collect();
    match (commands.is_empty(), scopes.contains(&settings.read_scope.as_str())) {
        (false, _) => Ok((false, Some(commands))),
        (true, true) => Ok((true, None)),
        (true, false) => Err(NotProven::Scope),
    }
}

/// Whom a proven ID token, given for a code just now, signs in.
pub(super) fn signed_in(
    token: &Unproven<'_>,
    claims: &Claims,
    nonce: &str,
    settings: &IssuerSettings,
    now: Timestamp,
) -> Result<Holder, NotProven> {
    if token.kind().is_some_and(|kind| kind != "jwt") {
        return Err(NotProven::Kind);
    }
    let client = settings.client_id.as_str();
    let several = matches!(claims.get("aud"), Some(Value::Array(all)) if all.len() > 1);
    let party = claims::text(claims, "azp");
    // OpenID Connect Core 1.0, 3.1.3.7
    if !claims::holds(claims, "aud", client)
        || party.is_some_and(|p| p != client)
        || (several && party.is_none())
    {
        return Err(NotProven::Audience);
    }
    if claims::text(claims, "nonce") != Some(nonce) {
        return Err(NotProven::Nonce);
    }
    let made = claims
        .get("iat")
        .and_then(Value::as_f64)
        .ok_or(NotProven::Form("it does not say since when (iat)"))?;
    if seconds(now) - made > MAX_ID_AGE {
        return Err(NotProven::Expired);
    }
    claims::officer(claims, settings)
}
