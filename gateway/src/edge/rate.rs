//! How much one account, one address and one connection may ask for.
//!
//! Invariants: what is limited by account is charged only once the account is known, so nobody spends another's; an
//! operation is charged what it costs before it runs; whoever is turned away is told when to come again.
//! Deliberately absent: limits across gateways; each has its own, and each guards its own machine. Guesses at a password
//! are counted in the credentials, for all gateways together.

use super::client::Client;
use crate::context::Requester;
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use om_domain::ids::{CountyId, OfficerId};
use om_infra::telemetry::Metrics;
use std::{hash::Hash, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

/// Points a second of one account, where nothing else is said.
pub const ACCOUNT: NonZeroU32 = some(200);
/// For how many seconds of rest an account may make up at once.
const ACCOUNT_BURST_SECONDS: u32 = 10;
/// Cost of an operation (see [`crate::graphql::limits`]) that is one point more.
const COST_OF_A_POINT: usize = 200;
/// Points of reading something protected, which is written down.
const PROTECTED: NonZeroU32 = some(5);
/// Sign-ins that one place may begin at once, and a second. Whole offices come from one address.
const SIGN_IN: (NonZeroU32, NonZeroU32) = (some(60), some(1));
/// Credentials that open nothing which one place may present at once, and a second.
const UNKNOWN: (NonZeroU32, NonZeroU32) = (some(200), some(10));
/// Messages that one WebSocket connection may send at once, and a second.
const MESSAGES: (NonZeroU32, NonZeroU32) = (some(500), some(100));

const fn some(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// A limit, by its name in the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// What one account asks for.
    Account,
    /// Sign-ins from one place.
    SignIn,
    /// Unknown credentials from one place.
    Unknown,
    /// Messages of one WebSocket connection.
    Messages,
    /// Connections of one address, or of all.
    Connections,
}

impl Limit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::SignIn => "sign_in",
            Self::Unknown => "unknown_credentials",
            Self::Messages => "messages",
            Self::Connections => "connections",
        }
    }

    /// What whoever meets it is told.
    const fn message(self) -> &'static str {
        match self {
            Self::Account => "this account asks for more than is answered",
            Self::SignIn => "too many sign-ins from this address",
            Self::Unknown => "too many requests from this address with credentials that open nothing",
            Self::Messages => "too many messages on this connection",
            Self::Connections => "too many connections from this address",
        }
    }
}

/// Turned away, for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: come again in {} s", limit.message(), seconds(*after))]
pub struct Limited {
    /// By what.
    pub limit: Limit,
    /// For how long.
    pub after: Duration,
}

impl Limited {
    /// Whole seconds to wait, at least one.
    pub fn seconds(&self) -> u64 {
        seconds(self.after)
    }
}

fn seconds(after: Duration) -> u64 {
    after.as_secs() + u64::from(after.subsec_nanos() > 0).max(u64::from(after.is_zero()))
}

/// Who begins a sign-in, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Begins {
    /// A browser in which somebody signed in before.
    Device(String),
    Place(IpAddr),
}

type Account = (CountyId, OfficerId);

/// The limits of one gateway.
pub struct Rates {
    accounts: Option<DefaultKeyedRateLimiter<Account>>,
    sign_ins: DefaultKeyedRateLimiter<Begins>,
    unknown: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    metrics: Arc<Metrics>,
}

impl Rates {
    /// With this many points a second for an account; none: without bound.
    pub fn new(account: Option<NonZeroU32>, metrics: Arc<Metrics>) -> Self {
        let of_account = |rate: NonZeroU32| {
            let burst = rate.saturating_mul(some(ACCOUNT_BURST_SECONDS));
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        };
        Rates {
            accounts: account.map(of_account),
            sign_ins: RateLimiter::keyed(quota(SIGN_IN)),
            unknown: RateLimiter::keyed(quota(UNKNOWN)),
            clock: DefaultClock::default(),
            metrics,
        }
    }

    /// One more request of an account.
    ///
    /// # Errors
    /// When it asks for too much.
    pub fn account(&self, who: &Requester) -> Result<(), Limited> {
        self.charge(who, NonZeroU32::MIN)
    }

    /// What an operation of an account costs beyond its request.
    ///
    /// # Errors
    /// When it asks for too much.
    pub fn operation(&self, who: &Requester, cost: usize) -> Result<(), Limited> {
        let points = u32::try_from(cost / COST_OF_A_POINT).unwrap_or(u32::MAX);
        NonZeroU32::new(points).map_or(Ok(()), |points| self.charge(who, points))
    }

    /// What an account pays for reading a paper or a bad-credit record, beyond its request.
    ///
    /// # Errors
    /// When it asks for too much.
    pub fn protected(&self, who: &Requester) -> Result<(), Limited> {
        self.charge(who, PROTECTED)
    }

    fn charge(&self, who: &Requester, points: NonZeroU32) -> Result<(), Limited> {
        let Some(accounts) = &self.accounts else { return Ok(()) };
        let key = (who.actor.county.clone(), who.actor.officer.clone());
        match accounts.check_key_n(&key, points) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(self.limited(Limit::Account, &until)),
            // dearer than all it may make up at once: it is let run when nothing else did
            Err(burst) => match accounts.check_key_n(&key, some(burst.0)) {
                Ok(Err(until)) => Err(self.limited(Limit::Account, &until)),
                _ => Ok(()),
            },
        }
    }

    /// One more sign-in from a place, or from a browser that is known.
    ///
    /// # Errors
    /// When there are too many.
    pub fn sign_in(&self, client: Client, known_device: Option<&str>) -> Result<(), Limited> {
        let place = || Begins::Place(client.place());
        let begins = known_device.map_or_else(place, |device| Begins::Device(device.to_owned()));
        self.sign_ins.check_key(&begins).map_err(|until| self.limited(Limit::SignIn, &until))
    }

    /// One more request from a place with credentials that open nothing.
    ///
    /// # Errors
    /// When there are too many.
    pub fn unknown(&self, client: Client) -> Result<(), Limited> {
        self.unknown.check_key(&client.place()).map_err(|until| self.limited(Limit::Unknown, &until))
    }

    /// What one connection may send.
    pub fn messages(&self) -> Messages {
        Messages { bucket: RateLimiter::direct(quota(MESSAGES)), metrics: Arc::clone(&self.metrics) }
    }

    /// A connection was turned away.
    pub fn connection_turned_away(&self) {
        self.metrics.limited(Limit::Connections.as_str());
    }

    /// Forgets who has rested long enough to begin anew.
    pub fn forget_rested(&self) {
        if let Some(accounts) = &self.accounts {
            tidy(accounts);
        }
        tidy(&self.sign_ins);
        tidy(&self.unknown);
    }

    fn limited(&self, limit: Limit, until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Limited {
        self.metrics.limited(limit.as_str());
        Limited { limit, after: until.wait_time_from(self.clock.now()) }
    }
}

fn quota((at_once, a_second): (NonZeroU32, NonZeroU32)) -> Quota {
    Quota::per_second(a_second).allow_burst(at_once)
}

fn tidy<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>) {
    limiter.retain_recent();
    limiter.shrink_to_fit();
}

/// What one connection may send.
pub struct Messages {
    bucket: DefaultDirectRateLimiter,
    metrics: Arc<Metrics>,
}

impl Messages {
    /// Whether one more is read.
    pub fn one_more(&self) -> bool {
        let read = self.bucket.check().is_ok();
        if !read {
            self.metrics.limited(Limit::Messages.as_str());
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use om_domain::decider::Actor;
    use std::net::Ipv4Addr;

    fn rates(account: u32) -> Rates {
        Rates::new(NonZeroU32::new(account), Arc::new(Metrics::new().unwrap()))
    }

    fn who(name: &str) -> Requester {
        let actor = Actor::new(
            name.parse().unwrap(),
            "530322".parse().unwrap(),
            "water".parse().unwrap(),
            Default::default(),
        );
        Requester {
            actor: Arc::new(actor),
            in_place_of: Arc::new([]),
            read_only: false,
            only: None,
            access_log: None,
        }
    }

    #[test]
    fn an_account_spends_its_own_points_only_and_a_dear_operation_more_of_them() {
        let rates = rates(1);
        for _ in 0..10 {
            rates.account(&who("lead")).unwrap();
        }
        let limited = rates.account(&who("lead")).unwrap_err();
        assert_eq!((limited.limit, limited.seconds()), (Limit::Account, 1));
        rates.account(&who("clerk")).unwrap();
        rates.operation(&who("clerk"), COST_OF_A_POINT - 1).unwrap();
        rates.operation(&who("clerk"), 9 * COST_OF_A_POINT).unwrap();
        assert!(rates.account(&who("clerk")).unwrap_err().to_string().contains("come again in 1 s"));
        // dearer than any burst: only after a rest, but then
        rates.operation(&who("head"), 1_000 * COST_OF_A_POINT).unwrap();
        assert!(rates.operation(&who("head"), 1_000 * COST_OF_A_POINT).unwrap_err().seconds() > 5);
    }

    #[test]
    fn strangers_use_up_their_own_place_and_no_known_browser() {
        let rates = rates(1);
        let (stranger, other) = (Client(Ipv4Addr::new(203, 0, 113, 1).into()), Client::default());
        while rates.sign_in(stranger, None).is_ok() {}
        rates.sign_in(stranger, Some("device")).unwrap();
        rates.sign_in(other, None).unwrap();
        while rates.unknown(stranger).is_ok() {}
        rates.unknown(other).unwrap();
        let text = rates.metrics.gather().unwrap();
        assert!(text.contains(r#"onematter_limited_total{limit="sign_in"} 1"#), "{text}");
        rates.forget_rested();
        assert!(rates.unknown(stranger).is_err(), "who has not rested is not forgotten");
    }
}
