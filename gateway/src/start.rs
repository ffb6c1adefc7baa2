//! Whether this server may be started as it is asked to be, and what it must say when it is.
//!
//! Invariant: without sign-in it serves named development users, and those on a loopback address only.
//! Deliberately absent: real sign-in; until it lands there is no other way to start.

use crate::{context::SignIn, dev_users::DevUsers};
use std::net::SocketAddr;

/// Why the server does not start; what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// No way to know who asks.
    #[error(
        "sign-in is not part of this version, so nobody could be told from anybody else: start it with --dev on a loopback address, for development only"
    )]
    NoSignIn,
    /// Development users would be open to a network.
    #[error(
        "--dev lets everybody in under any name and is for loopback only: listen on 127.0.0.1 or [::1] instead of {0}"
    )]
    NotLoopback(SocketAddr),
}

/// How requesters are known by a server that is asked to start so.
pub fn sign_in(dev: bool, listen: SocketAddr) -> Result<SignIn, NotStarted> {
    match (dev, listen.ip().is_loopback()) {
        (true, true) => Ok(SignIn::Dev(DevUsers::built_in())),
        (true, false) => Err(NotStarted::NotLoopback(listen)),
        (false, _) => Err(NotStarted::NoSignIn),
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
    fn it_starts_for_development_on_loopback_and_not_otherwise() {
        let (here, open) = (SocketAddr::from(([127, 0, 0, 1], 8080)), SocketAddr::from(([0, 0, 0, 0], 8080)));
        assert!(sign_in(true, here).is_ok());
        assert_eq!(sign_in(true, open).unwrap_err(), NotStarted::NotLoopback(open));
        assert_eq!(sign_in(false, here).unwrap_err(), NotStarted::NoSignIn);
    }
}
