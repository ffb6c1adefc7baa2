//! Whom the claims of a proven token are about.
//!
//! Invariant: nobody is found whose county the provider may not speak for.
//! Deliberately absent: whether the county's directory has such an officer; it is asked at every request.

use om_domain::ids::CountyId;
use serde_json::{Map, Value};

use super::settings::IssuerSettings;
use super::token::NotProven;
use crate::credentials::Holder;

/// Claims as they were signed.
pub(super) type Claims = Map<String, Value>;

/// A claim that is text.
pub(super) fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// Whether a claim is this text, or a list with it.
pub(super) fn holds(claims: &Claims, name: &str, wanted: &str) -> bool {
    match claims.get(name) {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}

/// The person that the claims are about.
pub(super) fn officer(claims: &Claims, settings: &IssuerSettings) -> Result<Holder, NotProven> {
    let value = text(claims, &settings.officer_claim).ok_or(NotProven::Nobody)?;
    if let Some(holder) = settings.officers.get(value) {
        return Ok(holder.clone());
    }
    let officer = value.parse().map_err(|_| NotProven::Nobody)?;
    Ok(Holder { county: county(claims, settings)?, officer })
}

/// The account of the client that a token was given to for itself; none where it was given to a person's program. Of a token that names
/// no client the two cannot be told apart: a client called like an officer would act as that officer.
pub(super) fn client(claims: &Claims, settings: &IssuerSettings) -> Option<Result<Holder, NotProven>> {
    let Some(client) = text(claims, "client_id").or_else(|| text(claims, "azp")) else {
        return Some(Err(NotProven::Form("it does not say for which client it is (client_id or azp)")));
    };
    // a token of a client for itself names the client as its subject (RFC 9068, 2.2)
    let for_itself = text(claims, "sub").is_none_or(|subject| subject == client);
    for_itself.then(|| settings.clients.get(client).cloned().ok_or(NotProven::Nobody))
}

fn county(claims: &Claims, settings: &IssuerSettings) -> Result<CountyId, NotProven> {
    let county = match &settings.county_claim {
        None => settings.counties.first().cloned(),
        Some(claim) => text(claims, claim).and_then(|text| text.parse().ok()),
    };
    county.filter(|county| settings.counties.contains(county)).ok_or(NotProven::County)
}
