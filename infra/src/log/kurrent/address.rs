//! Where the cluster is and who asks: `esdb://` or `kurrentdb://`, with `+discover`, and settings after `?`.
//!
//! Invariants: a user's name and password are taken out of the address before anything is printed or handed to the
//! client, which would send a percent-encoded password as it stands; calls have a deadline; the leader is asked. With
//! `counties=530322,530303` only their streams are seen, and no other can be written.
//! Deliberately absent: what the client itself reads (`tls`, `tlsCaFile`, `userCertFile`, `userKeyFile`, …).

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use kurrentdb::{Authentication, ClientSettings};
use om_domain::ids::CountyId;

/// Schemes of the protocol, each also with `+discover`.
const SCHEMES: [&str; 2] = ["esdb", "kurrentdb"];
/// How long the client waits for one call, if the address says nothing.
const DEADLINE: Duration = Duration::from_secs(10);

/// The address of a cluster.
#[derive(Clone)]
pub struct Address {
    shown: String,
    pub(super) settings: ClientSettings,
    pub(super) credentials: Option<Authentication>,
    /// How long one call may take.
    pub(super) deadline: Duration,
    /// The counties whose streams are seen; none named: all of them.
    counties: Vec<CountyId>,
}

/// Why a text is not the address of a cluster.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AddressError {
    /// Another scheme, or none.
    #[error(
        "the log {0:?} is neither \"embedded\" nor an address such as esdb://HOST:2113 or \
         esdb+discover://CLUSTER:2113?tls=true"
    )]
    Scheme(String),
    /// The client does not understand it.
    #[error("the log's address {shown} cannot be used: {reason}")]
    Settings {
        /// The address without its password.
        shown: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file it names cannot be read.
    #[error("the file {} that the log's address names cannot be read: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl Address {
    /// What the name of a stream that is seen looks like.
    pub(super) fn pattern(&self) -> String {
        let counties: Vec<_> = self.counties.iter().map(CountyId::as_str).collect();
        match counties.is_empty() {
            true => r"^[0-9]{6}\.[a-z0-9_]+-".to_owned(),
            false => format!(r"^({})\.[a-z0-9_]+-", counties.join("|")),
        }
    }

    /// Whether streams of a county are seen.
    pub(super) fn sees(&self, county: &str) -> bool {
        self.counties.is_empty() || self.counties.iter().any(|seen| seen.as_str() == county)
    }

    /// Whether a text means a cluster rather than the embedded log.
    pub fn is_one(text: &str) -> bool {
        scheme(text).is_some()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = scheme(text).ok_or_else(|| AddressError::Scheme(text.to_owned()))?;
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        let (mut kept, mut password_file, mut deadline) = (Vec::new(), None, DEADLINE);
        let mut counties = Vec::new();
        let wrong = |shown: &str, reason: &str| AddressError::Settings {
            shown: shown.to_owned(),
            reason: reason.to_owned(),
        };
        let mut leader = true;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name.to_ascii_lowercase().as_str() {
                "passwordfile" => password_file = Some(PathBuf::from(decoded(value))),
                "counties" => {
                    let parsed = value.split(',').map(str::parse).collect::<Result<_, _>>();
                    counties =
                        parsed.map_err(|_| wrong(hosts, "counties are codes of six digits with commas"))?;
                }
                "defaultdeadline" => {
                    let millis =
                        value.parse().map_err(|_| wrong(hosts, "defaultDeadline is in milliseconds"))?;
                    deadline = Duration::from_millis(millis);
                }
                name => {
                    leader &= name != "nodepreference";
                    kept.push(pair.to_owned());
                }
            }
        }
        // a follower may be behind, and a refusal must stand on the stream's end
        if leader {
            kept.push("nodePreference=leader".to_owned());
        }
        kept.push(format!("defaultDeadline={}", deadline.as_millis()));
        let shown = format!("{scheme}://{hosts}");
        let settings: ClientSettings = format!("{shown}?{}", kept.join("&"))
            .parse()
            .map_err(|e: kurrentdb::ClientSettingsParseError| wrong(&shown, e.message()))?;
        for file in settings.user_certificate().into_iter().flat_map(|(cert, key)| [cert, key]) {
            readable(file)?;
        }
        settings.tls_ca_file().map_or(Ok(()), |file| readable(file))?;
        let credentials = credentials(user, password_file)?;
        Ok(Self { shown, settings, credentials, deadline, counties })
    }
}

/// The scheme and what follows it, if it is one of ours.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    SCHEMES.contains(&scheme.strip_suffix("+discover").unwrap_or(scheme)).then_some((scheme, rest))
}

fn credentials(
    user: Option<&str>,
    password_file: Option<PathBuf>,
) -> Result<Option<Authentication>, AddressError> {
    let Some(user) = user else { return Ok(None) };
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let password = match password_file {
        None => decoded(password),
        Some(file) => std::fs::read_to_string(&file)
            .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            .map_err(|e| AddressError::File { file, reason: e.to_string() })?,
    };
    Ok(Some(Authentication::basic(decoded(name), password)))
}

/// The client panics over a certificate that is not there.
fn readable(file: &str) -> Result<(), AddressError> {
    let file = PathBuf::from(file);
    match std::fs::File::open(&file) {
        Ok(_) => Ok(()),
        Err(e) => Err(AddressError::File { file, reason: e.to_string() }),
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Without user and password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_hides_its_password_and_asks_the_leader() {
        let address: Address = "esdb://om:p%40ss@one:2113,two:2114?tls=false".parse().unwrap();
        assert_eq!(
            (format!("{address}"), format!("{address:?}").contains("p@ss")),
            ("esdb://one:2113,two:2114".into(), false)
        );
        assert_eq!(address.settings.hosts().len(), 2);
        assert_eq!(address.settings.node_preference(), kurrentdb::NodePreference::Leader);
        assert!(address.settings.default_authenticated_user().is_none());
        let Some(Authentication::Basic(_)) = address.credentials else { panic!("no credentials") };
        for (text, discover) in [("kurrentdb+discover://cluster", true), ("kurrentdb://one", false)] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.settings.is_dns_discovery_enabled(), discover, "{text}");
            assert!(address.settings.is_secure_mode_enabled());
        }
    }

    #[test]
    fn a_password_comes_from_a_file_and_a_missing_file_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "秘密\n").unwrap();
        let text = format!("esdb://om@one?passwordFile={}", file.path().display());
        assert!(text.parse::<Address>().unwrap().credentials.is_some());
        let refused = "esdb://om@one?passwordFile=/nowhere/x".parse::<Address>().unwrap_err().to_string();
        assert!(refused.contains("/nowhere/x"), "{refused}");
        let refused = "esdb://one?userCertFile=/nowhere/c&userKeyFile=/nowhere/k".parse::<Address>();
        assert!(matches!(refused, Err(AddressError::File { .. })), "{refused:?}");
    }

    #[test]
    fn counties_narrow_what_is_seen() {
        let all: Address = "esdb://one".parse().unwrap();
        assert!(all.sees("110101") && all.pattern().contains("[0-9]{6}"));
        let two: Address = "esdb://one?counties=530322,530303".parse().unwrap();
        assert!(two.sees("530303") && !two.sees("110101"));
        assert_eq!(two.pattern(), r"^(530322|530303)\.[a-z0-9_]+-");
        assert!("esdb://one?counties=5303".parse::<Address>().is_err());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["info", "http://one", "esdb:/one", ""] {
            assert!(!Address::is_one(text), "{text}");
            assert!(matches!(text.parse::<Address>(), Err(AddressError::Scheme(_))));
        }
        assert!("esdb://one?tls=perhaps".parse::<Address>().is_err());
    }
}
