//! Which providers there are: one TOML file, read at start.
//!
//! Invariants: an unknown key, an address that is not encrypted, a missing file or an algorithm that proves nothing is
//! refused before the server starts, with what to write instead; a secret is in no error and in no line of a log.
//! Deliberately absent: asking a provider anything; one that is down now must not keep the server from starting.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jsonwebtoken::Algorithm;
use om_domain::ids::{CountyId, OfficerId};
use openidconnect::url::{Host, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

use crate::credentials::Holder;

/// Algorithms that may be pinned: signatures by a key that only the provider has.
const ALGORITHMS: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];
/// How often keys are asked for, in seconds: when nothing is said, at least, at most.
const REFRESH: (u32, u32, u32) = (300, 5, 3_600);

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the identity providers in {} cannot be used: {problem}", file.display())]
pub struct SettingsError {
    file: PathBuf,
    problem: String,
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// All of the file.
pub struct OidcSettings {
    /// Where browsers reach this server: scheme, host and port.
    pub public_url: Url,
    /// The providers.
    pub issuers: Vec<IssuerSettings>,
}

/// One provider.
pub struct IssuerSettings {
    /// How addresses and figures name it.
    pub id: String,
    /// Its issuer identifier, to the letter as it writes it.
    pub issuer: String,
    /// As which client this server is known there.
    pub client_id: String,
    /// The client's secret, if it has one. Written out nowhere.
    pub(super) client_secret: Option<String>,
    /// What it may sign with.
    pub algorithms: Vec<Algorithm>,
    /// Whom access tokens must be for; none: this provider's bearer tokens are not taken.
    pub audience: Option<String>,
    /// The `typ` of an access token, lower case and without `application/`.
    pub token_types: Vec<String>,
    /// The counties that it may speak for.
    pub counties: BTreeSet<CountyId>,
    /// The claim that names the county, where it may speak for several.
    pub county_claim: Option<String>,
    /// The claim that names the officer.
    pub officer_claim: String,
    /// Whom a value of that claim stands for, where it is not the officer's own name.
    pub officers: BTreeMap<String, Holder>,
    /// As whom a client acts that comes for itself (client credentials).
    pub clients: BTreeMap<String, Holder>,
    /// What people call it.
    pub name: Name,
    /// Scopes that are asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The scope of an access token that reads.
    pub read_scope: String,
    /// The scope of an access token that reads and commands.
    pub write_scope: String,
    /// How often its keys are asked for.
    pub refresh: Duration,
    /// Whose certificates are believed, instead of the system's.
    pub(super) authorities: Option<Vec<CertificateDer<'static>>>,
    /// The file, for what is said later.
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: String,
    issuer: Vec<Entry>,
}

/// A provider as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    algorithms: Vec<String>,
    audience: Option<String>,
    #[serde(default = "token_types")]
    token_types: Vec<String>,
    counties: BTreeSet<String>,
    county_claim: Option<String>,
    #[serde(default = "officer_claim")]
    officer_claim: String,
    #[serde(default)]
    officers: BTreeMap<String, String>,
    #[serde(default)]
    clients: BTreeMap<String, String>,
    name: Name,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default = "read_scope")]
    read_scope: String,
    #[serde(default = "write_scope")]
    write_scope: String,
    #[serde(default = "refresh_seconds")]
    refresh_seconds: u32,
    ca_file: Option<PathBuf>,
}

fn token_types() -> Vec<String> {
    vec!["at+jwt".into()]
}

fn officer_claim() -> String {
    "sub".into()
}

fn read_scope() -> String {
    "onematter:read".into()
}

fn write_scope() -> String {
    "onematter:write".into()
}

const fn refresh_seconds() -> u32 {
    REFRESH.0
}

impl OidcSettings {
    /// Reads and checks the file and what it names. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// Says what is wrong and what to write instead.
    pub fn load(file: &Path) -> Result<Self, SettingsError> {
        let wrong = |problem: String| SettingsError { file: file.to_owned(), problem };
        let text = std::fs::read_to_string(file)
            .map_err(|error| wrong(format!("{error}. Name a file that this user can read")))?;
        // the error shows a line of the file, which holds no secret
        let read: File = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let public_url = encrypted(&read.public_url).map_err(|why| wrong(format!("public_url {why}")))?;
        if public_url.path() != "/" || public_url.query().is_some() || public_url.fragment().is_some() {
            return Err(wrong(
                "public_url is scheme, host and port only: people reach the console at its root".into(),
            ));
        }
        if read.issuer.is_empty() {
            return Err(wrong("it names no provider: write an [[issuer]], or leave --oidc out".into()));
        }
        let mut issuers: Vec<IssuerSettings> = Vec::new();
        for entry in read.issuer {
            let id = entry.id.clone();
            let one = checked(entry, file).map_err(|why| wrong(format!("issuer {id:?}: {why}")))?;
            if issuers.iter().any(|other| other.id == one.id || other.issuer == one.issuer) {
                return Err(wrong(format!("issuer {id:?}: another has the same id or the same issuer")));
            }
            issuers.push(one);
        }
        Ok(Self { public_url, issuers })
    }
}

impl IssuerSettings {
    /// Why this provider cannot be used after all.
    pub(super) fn unusable(&self, problem: &dyn std::fmt::Display) -> SettingsError {
        SettingsError { file: self.file.clone(), problem: format!("issuer {:?}: {problem}", self.id) }
    }
}

fn checked(entry: Entry, file: &Path) -> Result<IssuerSettings, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(1..=40).contains(&entry.id.len()) || !entry.id.chars().all(fits) {
        return Err("its id stands in addresses: write 1 to 40 of a-z, 0-9 and -".into());
    }
    encrypted(&entry.issuer).map_err(|why| format!("issuer {why}"))?;
    let counties = counties(&entry)?;
    if entry.client_id.is_empty() {
        return Err("client_id is empty: write the name under which the provider knows this server".into());
    }
    if entry.name.zh.trim().is_empty() || entry.name.en.trim().is_empty() {
        return Err("name = { zh = \"…\", en = \"…\" } is what people see on the button: write both".into());
    }
    // an ID token is for the client: an access token for it, too, could not be told from one
    if entry.audience.as_ref() == Some(&entry.client_id) {
        return Err(
            "audience is the client_id: ID tokens are for that one. Have the provider give access tokens an \
                    audience of their own, such as public_url"
                .into(),
        );
    }
    let (_, least, most) = REFRESH;
    if !(least..=most).contains(&entry.refresh_seconds) {
        return Err(format!("refresh_seconds is {least} to {most}"));
    }
    let beside = |path: &Path| file.parent().unwrap_or(Path::new(".")).join(path);
    let accounts = |kind: &str, table: &BTreeMap<String, String>| {
        let one = |(value, text): (&String, &String)| {
            account(text, &counties)
                .map(|h| (value.clone(), h))
                .map_err(|why| format!("[issuer.{kind}] {value:?}: {why}"))
        };
        table.iter().map(one).collect::<Result<BTreeMap<_, _>, _>>()
    };
    let token_type = |text: &String| text.to_ascii_lowercase().trim_start_matches("application/").to_owned();
    Ok(IssuerSettings {
        client_secret: entry.client_secret_file.map(|path| secret(&beside(&path))).transpose()?,
        algorithms: entry
            .algorithms
            .iter()
            .map(|name| algorithm(name))
            .collect::<Result<_, _>>()
            .and_then(some)?,
        officers: accounts("officers", &entry.officers)?,
        clients: accounts("clients", &entry.clients)?,
        token_types: entry.token_types.iter().map(token_type).collect(),
        authorities: entry.ca_file.map(|path| authorities(&beside(&path))).transpose()?,
        refresh: Duration::from_secs(entry.refresh_seconds.into()),
        id: entry.id,
        issuer: entry.issuer,
        client_id: entry.client_id,
        audience: entry.audience,
        counties,
        county_claim: entry.county_claim,
        officer_claim: entry.officer_claim,
        name: entry.name,
        scopes: entry.scopes,
        read_scope: entry.read_scope,
        write_scope: entry.write_scope,
        file: file.to_owned(),
    })
}

fn counties(entry: &Entry) -> Result<BTreeSet<CountyId>, String> {
    let parsed = entry.counties.iter().map(|text| text.parse().map_err(|error| format!("counties: {error}")));
    let counties: BTreeSet<CountyId> = parsed.collect::<Result<_, _>>()?;
    match (counties.len(), &entry.county_claim) {
        (0, _) => {
            Err("counties = [] speaks for nobody: write the county's code, such as [\"530322\"]".into())
        }
        (2.., None) => {
            Err("it speaks for several counties: write county_claim, the claim that says of which an \
                            officer is"
                .into())
        }
        _ => Ok(counties),
    }
}

/// An account as the tables write it: `OFFICER`, or `OFFICER@COUNTY` where there are several counties.
fn account(text: &str, counties: &BTreeSet<CountyId>) -> Result<Holder, String> {
    let holder = match (text.contains('@'), counties.iter().next()) {
        (false, Some(county)) if counties.len() == 1 => {
            let officer: OfficerId = text.parse().map_err(|error| format!("{error}"))?;
            Holder { county: county.clone(), officer }
        }
        _ => text.parse::<Holder>()?,
    };
    match counties.contains(&holder.county) {
        true => Ok(holder),
        false => Err(format!("it does not speak for county {}", holder.county)),
    }
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let known = ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm);
    known.ok_or_else(|| {
        let all = ALGORITHMS.map(|(known, _)| known).join(", ");
        match name.eq_ignore_ascii_case("none") || name.to_ascii_uppercase().starts_with("HS") {
            true => format!(
                "algorithm {name} lets whoever has no key of the provider make tokens: pin what the provider signs with, \
                 of {all}"
            ),
            false => format!("algorithm {name:?} is not known: pin some of {all}"),
        }
    })
}

fn some<T>(list: Vec<T>) -> Result<Vec<T>, String> {
    match list.is_empty() {
        true => {
            Err("algorithms = [] proves nothing: pin what the provider signs with, such as [\"RS256\"]"
                .into())
        }
        false => Ok(list),
    }
}

/// An address whose connection is encrypted, or that stays on this machine.
pub(super) fn encrypted(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("{text:?} is no address: {error}. Write https://…"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or a password: leave them out".into());
    }
    let here = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        "http" => {
            Err(format!("{text:?} is not encrypted: whoever is on the way could be anybody. Write https://…"))
        }
        other => Err(format!("{text:?} begins with {other}: write https://…")),
    }
}

fn secret(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("client_secret_file {}: {error}", file.display()))?;
    let text = text.trim().to_owned();
    match text.is_empty() {
        true => Err(format!("client_secret_file {} is empty", file.display())),
        false => Ok(text),
    }
}

fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("ca_file {}: {error}", file.display());
    let found = CertificateDer::pem_file_iter(file).map_err(|e| wrong(&e))?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(|e| wrong(&e))?;
    match found.is_empty() {
        true => Err(wrong(&"there is no certificate in it")),
        false => Ok(found),
    }
}
