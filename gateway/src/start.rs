//! Whether this server, or the log's, may be started as it is asked to be, and what it must say when it is.
//!
//! Invariant: named development users are served on a loopback address only, and who signs in sends no password over a
//! network unencrypted; the log is served encrypted and to known accounts, or on a loopback address by somebody who
//! said so.
//! Deliberately absent: reading what the settings name.

#[cfg(feature = "esdb")]
use om_infra::esdb_node::NodeOptions;
use om_infra::{config::ServeConfig, tls::TlsFiles};
use std::net::SocketAddr;

/// Why the server does not start; what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// Passwords and tokens would cross a network in the open.
    #[error(
        "passwords and tokens would cross the network unencrypted: give --tls-cert and --tls-key, or listen on 127.0.0.1 or [::1] instead of {0} and let a proxy on this machine end TLS, or say --behind-tls if one elsewhere does"
    )]
    InTheOpen(SocketAddr),
    /// Development users would be open to a network.
    #[error(
        "--dev lets everybody in under any name and is for loopback only: listen on 127.0.0.1 or [::1] instead of {0}"
    )]
    NotLoopback(SocketAddr),
    /// Whoever signs in at a provider where everybody is anybody.
    #[error("--dev lets everybody in under any name: leave out --dev, or --oidc")]
    DevAndProviders,
    /// The log would be open to a network.
    #[cfg(feature = "esdb")]
    #[error(
        "{flag} serves the log without {what} and is for loopback only: listen on 127.0.0.1 or [::1] instead of {listen}, or give certificate, key and accounts"
    )]
    NodeNotLoopback {
        /// The flag that allows it.
        flag: &'static str,
        /// What is missing.
        what: &'static str,
        /// Where it would listen.
        listen: SocketAddr,
    },
    /// The log would be served unguarded without anybody having said so.
    #[cfg(feature = "esdb")]
    #[error(
        "the log is not served without {what}: give certificate, key and accounts (onematter node-user add makes them), or, on a loopback address, {flag}"
    )]
    NodeUnguarded {
        /// What is missing.
        what: &'static str,
        /// The flag that allows it.
        flag: &'static str,
    },
    /// One of two files.
    #[error("a certificate needs its key and a key its certificate: give both")]
    HalfTls,
    /// A password that everybody on the machine can read in the list of processes.
    #[error(
        "{0} holds a password, and everybody on this machine can read it in the list of processes: write it into a file that only the server's user may read and say passwordFile=FILE in the address, such as postgres://USER@HOST/DATABASE?passwordFile=FILE; or put the address into the file of --config"
    )]
    PasswordInFlag(String),
    /// Names in client certificates that nobody looks up.
    #[cfg(feature = "esdb")]
    #[error(
        "a client certificate names an account, over TLS: give certificate, key and accounts beside the client authorities (onematter node-user add makes accounts)"
    )]
    NodeClientCa,
}

/// Whether people may be let in as these settings say.
///
/// # Errors
/// When anybody could be anybody, or passwords would cross a network in the open.
pub fn check_sign_in(config: &ServeConfig) -> Result<(), NotStarted> {
    let encrypted = tls(config)?.is_some() || config.behind_tls;
    match (config.dev, config.listen.ip().is_loopback()) {
        (true, _) if config.oidc.is_some() => Err(NotStarted::DevAndProviders),
        (true, false) => Err(NotStarted::NotLoopback(config.listen)),
        (false, false) if !encrypted => Err(NotStarted::InTheOpen(config.listen)),
        _ => Ok(()),
    }
}

/// The files of the certificate that the API is served with, if it is to be.
///
/// # Errors
/// When one of both is missing.
pub fn tls(config: &ServeConfig) -> Result<Option<TlsFiles>, NotStarted> {
    match (&config.tls_cert, &config.tls_key) {
        (Some(cert), Some(key)) => {
            Ok(Some(TlsFiles { cert: cert.clone(), key: key.clone(), client_ca: None }))
        }
        (None, None) => Ok(None),
        _ => Err(NotStarted::HalfTls),
    }
}

/// Whether the addresses of databases and clusters on a command line, of whatever command, hold no password.
///
/// # Errors
/// Names the flag whose address does.
pub fn check_arguments(arguments: impl IntoIterator<Item = String>) -> Result<(), NotStarted> {
    let mut flag = "the address".to_owned();
    for argument in arguments {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (Some(name), value),
            _ => (argument.strip_prefix("--").map(|_| argument.as_str()), argument.as_str()),
        };
        if let Some(name) = name {
            name.clone_into(&mut flag);
        }
        if holds_a_password(value) {
            return Err(NotStarted::PasswordInFlag(flag));
        }
    }
    Ok(())
}

/// Whether an address is `scheme://user:password@…`, or says `password=`.
fn holds_a_password(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = before.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
        || query.split('&').any(|setting| setting.to_ascii_lowercase().starts_with("password="))
}

/// How the log may be served over the EventStoreDB protocol at `listen`; `flag` is the one that allows less.
#[cfg(feature = "esdb")]
pub fn node(config: &ServeConfig, listen: SocketAddr, flag: &'static str) -> Result<NodeOptions, NotStarted> {
    let tls = match (&config.esdb_tls_cert, &config.esdb_tls_key) {
        (Some(cert), Some(key)) => Some(TlsFiles {
            cert: cert.clone(),
            key: key.clone(),
            client_ca: config.esdb_tls_client_ca.clone(),
        }),
        (None, None) => None,
        _ => return Err(NotStarted::HalfTls),
    };
    let users = config.esdb_users.clone();
    if config.esdb_tls_client_ca.is_some() && (tls.is_none() || users.is_none()) {
        return Err(NotStarted::NodeClientCa);
    }
    let what = match (&tls, &users) {
        (Some(_), Some(_)) => return Ok(NodeOptions { tls, users, ..NodeOptions::default() }),
        (None, Some(_)) => "encryption",
        (Some(_), None) => "accounts",
        (None, None) => "encryption and accounts",
    };
    match (config.esdb_insecure, listen.ip().is_loopback()) {
        (true, true) => Ok(NodeOptions { tls, users, ..NodeOptions::default() }),
        (true, false) => Err(NotStarted::NodeNotLoopback { flag, what, listen }),
        (false, _) => Err(NotStarted::NodeUnguarded { what, flag }),
    }
}

/// What is said, loudly, when development users are served.
pub const DEV_BANNER: &str = "\
  ╔══════════════════════════════════════════════════════════════════════════╗
  ║  DEVELOPMENT MODE: no sign-in. Whoever reaches this port is anybody.     ║
  ║  开发模式：无登录认证，能访问此端口者即可冒用任何账号。请勿用于真实业务。  ║
  ║  Authorization: Bearer dev:NAME   —   onematter users --dev              ║
  ╚══════════════════════════════════════════════════════════════════════════╝";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_let_in_under_any_name_or_in_the_open_over_a_network() {
        let (here, open) = (SocketAddr::from(([127, 0, 0, 1], 8080)), SocketAddr::from(([0, 0, 0, 0], 8080)));
        let with = |dev, listen, behind_tls| {
            check_sign_in(&ServeConfig { dev, listen, behind_tls, ..ServeConfig::default() })
        };
        assert_eq!(with(true, here, false), Ok(()));
        assert_eq!(with(true, open, true), Err(NotStarted::NotLoopback(open)));
        assert_eq!(with(false, here, false), Ok(()));
        assert_eq!(with(false, open, false), Err(NotStarted::InTheOpen(open)));
        assert_eq!(with(false, open, true), Ok(()));
        let both = ServeConfig { dev: true, oidc: Some("p.toml".into()), ..ServeConfig::default() };
        assert_eq!(check_sign_in(&both), Err(NotStarted::DevAndProviders));
    }

    #[test]
    fn a_certificate_of_ones_own_is_encryption_and_half_of_one_is_none() {
        let open = SocketAddr::from(([0, 0, 0, 0], 8443));
        let half = ServeConfig { listen: open, tls_cert: Some("c".into()), ..ServeConfig::default() };
        let whole = ServeConfig { tls_key: Some("k".into()), ..half.clone() };
        assert_eq!(check_sign_in(&half), Err(NotStarted::HalfTls));
        assert_eq!(check_sign_in(&whole), Ok(()));
        assert_eq!(check_sign_in(&ServeConfig { dev: true, ..whole }), Err(NotStarted::NotLoopback(open)));
    }

    #[test]
    fn a_password_does_not_stand_in_a_flag() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let told = |address: &str| {
            check_arguments(words(&format!("onematter serve --dev --vault {address} --demo")))
        };
        let refused = |flag: &str| Err(NotStarted::PasswordInFlag(flag.into()));
        for address in [
            "postgres://u:secret@h/d",
            "postgres://h/d?user=u&password=secret",
            "esdb://u:p%40ss@a:2113,b:2113?tls=false",
            "postgres://u:pa@ss@h/d",
        ] {
            assert_eq!(told(address), refused("--vault"), "{address}");
            let joined = check_arguments(words(&format!("onematter doctor --vault={address}")));
            assert_eq!(joined, refused("--vault"), "{address}");
            let bare = check_arguments(words(&format!("onematter migrate {address} here")));
            assert_eq!(bare, refused("the address"), "{address}");
        }
        for address in [
            "postgres://u@h/d?passwordFile=/etc/om",
            "embedded",
            "esdb://a:2113,b:2113",
            "postgres://h:5432/d",
        ] {
            assert_eq!(told(address), Ok(()), "{address}");
        }
    }

    #[cfg(feature = "esdb")]
    #[test]
    fn the_log_is_served_guarded_or_on_loopback_by_somebody_who_said_so() {
        let (here, open) = (SocketAddr::from(([127, 0, 0, 1], 2113)), SocketAddr::from(([0, 0, 0, 0], 2113)));
        let file = || Some("f".into());
        let plain = ServeConfig::default();
        let insecure = ServeConfig { esdb_insecure: true, ..plain.clone() };
        let encrypted = ServeConfig { esdb_tls_cert: file(), esdb_tls_key: file(), ..plain.clone() };
        let guarded = ServeConfig { esdb_users: file(), ..encrypted.clone() };
        let half = ServeConfig { esdb_tls_key: None, ..guarded.clone() };
        assert!(node(&guarded, open, "--insecure").is_ok());
        assert!(node(&insecure, here, "--insecure").is_ok());
        assert!(matches!(node(&insecure, open, "--insecure"), Err(NotStarted::NodeNotLoopback { .. })));
        for unguarded in [plain, encrypted] {
            assert!(matches!(node(&unguarded, here, "--insecure"), Err(NotStarted::NodeUnguarded { .. })));
        }
        assert!(matches!(node(&half, here, "--insecure"), Err(NotStarted::HalfTls)));
        let by_certificate = ServeConfig { esdb_tls_client_ca: file(), ..guarded.clone() };
        assert!(node(&by_certificate, open, "--insecure").is_ok_and(|o| o.tls.unwrap().client_ca.is_some()));
        let nobody = ServeConfig { esdb_users: None, esdb_insecure: true, ..by_certificate };
        assert!(matches!(node(&nobody, here, "--insecure"), Err(NotStarted::NodeClientCa)));
    }
}
