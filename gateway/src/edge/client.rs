//! From which address a request comes.
//!
//! Invariants: without a named proxy it is the connection's own; a proxy's word is taken from the right, entry by entry,
//! as far as each was written by a proxy that was named, so what a caller wrote itself is never believed; where the two
//! headers that proxies use contradict each other, none is.
//! Deliberately absent: host names; a network is written in numbers.

use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Default for Peer {
    /// Where there is no connection: the process itself.
    fn default() -> Self {
        Peer(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

/// The address of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

impl Default for Client {
    fn default() -> Self {
        Client(Peer::default().0)
    }
}

impl Client {
    /// What is counted as one place: an address, or its network where one machine has as many addresses as it likes.
    pub fn place(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address => address,
        }
    }
}

/// A network that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no network: write an address and how many of its bits count, such as 10.1.2.3/32 or fd00::/8"
)]
pub struct NotANetwork(String);

/// The proxies whose word on a caller's address is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    networks: Arc<[IpNet]>,
    warned: Arc<AtomicBool>,
}

impl Proxies {
    /// Those in these networks; an address alone is a network of one.
    ///
    /// # Errors
    /// Names what is no network.
    pub fn named(networks: &[String]) -> Result<Self, NotANetwork> {
        let read = |text: &String| {
            let alone = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>().or_else(|_| alone()).map_err(|_| NotANetwork(text.clone()))
        };
        let networks = networks.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Proxies { networks, warned: Arc::default() })
    }

    /// Whether this is the address of a named one.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// From where a request with these headers comes.
    pub fn client(&self, Peer(peer): Peer, headers: &HeaderMap) -> Client {
        let (by_x, by_standard) =
            (headers.contains_key(X_FORWARDED_FOR), headers.contains_key(header::FORWARDED));
        if !by_x && !by_standard {
            return Client(peer.to_canonical());
        }
        if !self.trusts(peer) {
            self.warn_once(peer);
            return Client(peer.to_canonical());
        }
        let said_by_x = by_x.then(|| self.nearest_untrusted(peer, &x_forwarded_for(headers)));
        let said_by_standard = by_standard.then(|| self.nearest_untrusted(peer, &forwarded(headers)));
        match (said_by_x, said_by_standard) {
            (Some(one), Some(other)) if one != other => Client(peer.to_canonical()),
            (Some(said), _) | (None, Some(said)) => Client(said),
            (None, None) => Client(peer.to_canonical()),
        }
    }

    /// The first address from the right that no named proxy has; the last that is known where an entry is none.
    fn nearest_untrusted(&self, peer: IpAddr, entries: &[Option<IpAddr>]) -> IpAddr {
        let mut known = peer.to_canonical();
        for entry in entries.iter().rev() {
            let Some(address) = entry else { return known };
            known = address.to_canonical();
            if !self.trusts(known) {
                return known;
            }
        }
        known
    }

    fn warn_once(&self, peer: IpAddr) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a proxy says for whom it asks and is not believed, so all its callers count as one: name it by --trusted-proxy"
            );
        }
    }
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    entries(headers, X_FORWARDED_FOR, address)
}

/// `Forwarded` (RFC 7239): of each element the `for`.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    entries(headers, header::FORWARDED.as_str(), |element| {
        element.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then(|| address(value.trim().trim_matches('"')))?
        })
    })
}

fn entries<T>(headers: &HeaderMap, name: &str, read: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|entry| read(entry.trim())).collect()
}

/// An address, with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn client(proxies: &[&str], peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = Proxies::named(&proxies.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        proxies.client(Peer(ip(peer)), &map).0.to_string()
    }

    #[test]
    fn a_stranger_is_not_believed_and_a_named_proxy_is_as_far_as_it_wrote_it() {
        let x = |value| [(X_FORWARDED_FOR, value)];
        assert_eq!(client(&[], "203.0.113.9", &x("198.51.100.1")), "203.0.113.9");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9", &x("198.51.100.1")), "203.0.113.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.2", &x("198.51.100.1")), "198.51.100.1");
        // what the caller wrote stands left of what the proxy saw
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.2", &x("127.0.0.1, 198.51.100.1")), "198.51.100.1");
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.2", &x("1.1.1.1, 198.51.100.1, 10.0.0.3")),
            "198.51.100.1"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.2", &x("198.51.100.1, nonsense")), "10.0.0.2");
        let two = [(X_FORWARDED_FOR, "1.1.1.1"), (X_FORWARDED_FOR, "198.51.100.1:4711")];
        assert_eq!(client(&["10.0.0.2"], "10.0.0.2", &two), "198.51.100.1");
        assert_eq!(client(&["::1/128"], "::1", &x("[2001:db8::7]:443")), "2001:db8::7");
    }

    #[test]
    fn the_standards_header_is_read_and_a_contradiction_is_nobodys_word() {
        let of = |value| [("forwarded", value)];
        assert_eq!(
            client(&["::1"], "::1", &of("for=1.1.1.1, For=\"[2001:db8::7]:443\";proto=https")),
            "2001:db8::7"
        );
        assert_eq!(client(&["::1"], "::1", &of("for=unknown")), "::1");
        let both = [(X_FORWARDED_FOR, "1.1.1.1"), ("forwarded", "for=198.51.100.1")];
        assert_eq!(client(&["::1"], "::1", &both), "::1");
        let agreed = [(X_FORWARDED_FOR, "198.51.100.1"), ("forwarded", "for=198.51.100.1")];
        assert_eq!(client(&["::1"], "::1", &agreed), "198.51.100.1");
        assert!(Proxies::named(&["proxy.county".into()]).is_err());
    }

    #[test]
    fn one_machine_is_one_place_however_many_addresses_it_has() {
        let place = |text| Client(ip(text)).place();
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), place("2001:db8:1:2::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:203.0.113.7"), ip("203.0.113.7"));
    }
}
