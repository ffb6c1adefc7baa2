//! Where the cluster is and who asks: `esdb://` or `kurrentdb://`, with `+discover`, and settings after `?`.
//!
//! Invariants: a user's name and password are taken out of the address before anything is printed or handed to the
//! client, which would send a percent-encoded password as it stands; calls have a deadline; the leader is asked; a
//! setting that nobody reads is refused. With `counties=530322,530303` only their streams are seen, and no other can be
//! written.
//! Deliberately absent: what the client itself reads (`tls`, `tlsCaFile`, `userCertFile`, `userKeyFile`, …).

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use kurrentdb::{Authentication, ClientSettings};
use om_domain::ids::CountyId;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::password::Password;

/// Schemes of the protocol, each also with `+discover`.
const SCHEMES: [&str; 2] = ["esdb", "kurrentdb"];
/// How long the client waits for one call, if the address says nothing.
const DEADLINE: Duration = Duration::from_secs(10);
/// What else may stand after `?`; the client would pass over a name with a mistake in it without a word.
const SETTINGS: [&str; 13] = [
    "tls",
    "tlsverifycert",
    "tlscafile",
    "usercertfile",
    "userkeyfile",
    "nodepreference",
    "maxdiscoverattempts",
    "discoveryinterval",
    "gossiptimeout",
    "keepaliveinterval",
    "keepalivetimeout",
    "connectionname",
    "throwonappendfailure",
];

/// The address of a cluster.
#[derive(Clone)]
pub struct Address {
    shown: String,
    pub(super) settings: ClientSettings,
    user: Option<(String, Password)>,
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
    /// As whom the cluster is asked; a password in a file is the one that was last read.
    pub(super) fn credentials(&self) -> Option<Authentication> {
        let (name, password) = self.user.as_ref()?;
        Some(Authentication::basic(name.clone(), password.current()))
    }

    /// Reads a password that lies in a file again: it may have been changed on both sides.
    pub(super) fn read_password_again(&self) {
        if let Some((_, password)) = &self.user {
            password.read_again();
        }
    }

    /// Whether the password may be another by now.
    pub(super) fn password_may_change(&self) -> bool {
        self.user.as_ref().is_some_and(|(_, password)| password.is_in_a_file())
    }

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
        let (mut leader, mut interval) = (true, true);
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
                name if !SETTINGS.contains(&name) => {
                    let reason = format!("it has no setting {name:?}; check the spelling");
                    return Err(wrong(hosts, &reason));
                }
                name => {
                    leader &= name != "nodepreference";
                    interval &= name != "discoveryinterval";
                    kept.push(pair.to_owned());
                }
            }
        }
        // a follower may be behind, and a refusal must stand on the stream's end
        if leader {
            kept.push("nodePreference=leader".to_owned());
        }
        // the client waits so long before each connection it makes, also the first
        if interval {
            kept.push("discoveryInterval=100".to_owned());
        }
        kept.push(format!("defaultDeadline={}", deadline.as_millis()));
        let shown = format!("{scheme}://{hosts}");
        // of several hosts with +discover the client takes the first for all; without, it asks each for the others
        let plain = scheme.strip_suffix("+discover").filter(|_| hosts.contains(',')).unwrap_or(scheme);
        let settings: ClientSettings = format!("{plain}://{hosts}?{}", kept.join("&"))
            .parse()
            .map_err(|e: kurrentdb::ClientSettingsParseError| wrong(&shown, e.message()))?;
        if let Some((cert, key)) = settings.user_certificate() {
            certificates(Path::new(cert))?;
            let key = Path::new(key);
            PrivateKeyDer::from_pem_file(key).map_err(|e| unusable(key, e))?;
        }
        settings.tls_ca_file().map_or(Ok(()), |file| certificates(Path::new(file)).map(drop))?;
        let user = credentials(user, password_file)?;
        Ok(Self { shown, settings, user, deadline, counties })
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
) -> Result<Option<(String, Password)>, AddressError> {
    let Some(user) = user else { return Ok(None) };
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let password = match password_file {
        None => Password::given(decoded(password)),
        Some(file) => {
            Password::of(file.clone()).map_err(|e| AddressError::File { file, reason: e.to_string() })?
        }
    };
    Ok(Some((decoded(name), password)))
}

/// The certificates in a PEM file. The client panics over one that is not there, or that is none.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, AddressError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(AddressError::File {
            file: file.to_owned(),
            reason: "it holds no certificate in PEM form".into(),
        }),
        read => read.map_err(|e| unusable(file, e)),
    }
}

fn unusable(file: &Path, error: rustls::pki_types::pem::Error) -> AddressError {
    let reason = match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        rustls::pki_types::pem::Error::NoItemsFound => "it does not hold what it should in PEM form".into(),
        other => other.to_string(),
    };
    AddressError::File { file: file.to_owned(), reason }
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
        let Some(Authentication::Basic(_)) = address.credentials() else { panic!("no credentials") };
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
        assert!(text.parse::<Address>().unwrap().credentials().is_some());
        let refused = "esdb://om@one?passwordFile=/nowhere/x".parse::<Address>().unwrap_err().to_string();
        assert!(refused.contains("/nowhere/x"), "{refused}");
        let refused = "esdb://one?userCertFile=/nowhere/c&userKeyFile=/nowhere/k".parse::<Address>();
        assert!(matches!(refused, Err(AddressError::File { .. })), "{refused:?}");
        // a file that is there and holds no certificate
        let refused = format!("esdb://one?tlsCaFile={}", file.path().display()).parse::<Address>();
        assert!(refused.unwrap_err().to_string().contains("no certificate"));
    }

    #[test]
    fn several_hosts_are_all_asked_with_discover_too() {
        for scheme in ["esdb", "esdb+discover", "kurrentdb+discover"] {
            let address: Address = format!("{scheme}://one:1,two:2,three").parse().unwrap();
            assert!(!address.settings.is_dns_discovery_enabled(), "{scheme}: only the first would be asked");
            assert_eq!(address.settings.hosts().len(), 3);
            assert_eq!(address.to_string(), format!("{scheme}://one:1,two:2,three"));
        }
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
        let misspelt = "esdb://one?tlsCa=ca.crt".parse::<Address>().unwrap_err().to_string();
        assert!(misspelt.contains("tlsca"), "{misspelt}");
    }
}
