//! Which pages of a browser may speak to the API.
//!
//! Invariants: what names no origin is no page of a browser, and is judged by its bearer alone; a page of another origin is
//! refused before anything of its request is read, unless it is listed.
//! Deliberately absent: CORS headers; a listed page reaches the WebSocket, and over HTTP goes through its own server.

use axum::http::{HeaderMap, Uri, header};
use std::{collections::BTreeSet, str::FromStr, sync::Arc};

/// An origin that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin: write scheme, host and port only, such as https://permits.example.gov.cn")]
pub struct NotAnOrigin(String);

/// The origins that may speak to the API besides its own.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    listed: Arc<BTreeSet<String>>,
    only_loopback: bool,
}

impl Origins {
    /// These origins and the API's own.
    ///
    /// # Errors
    /// Names what is not an origin.
    pub fn listed(origins: &[String]) -> Result<Self, NotAnOrigin> {
        let listed = origins.iter().map(|text| origin(text).ok_or_else(|| NotAnOrigin(text.clone())));
        Ok(Origins { listed: Arc::new(listed.collect::<Result<_, _>>()?), only_loopback: false })
    }

    /// Takes as the API's own only origins of this machine: where nobody signs in, a page under a name that was turned to
    /// 127.0.0.1 (DNS rebinding) would otherwise be anybody.
    #[must_use]
    pub fn of_loopback(self) -> Self {
        Origins { only_loopback: true, ..self }
    }

    /// Whether a request with these headers may come from where it says.
    pub fn permit(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let mut named = headers.get_all(header::ORIGIN).iter();
        let Some(first) = named.next() else { return true };
        let Some(origin) = first.to_str().ok().and_then(origin).filter(|_| named.next().is_none()) else {
            return false;
        };
        self.listed.contains(&origin) || self.is_own(&origin, headers, uri)
    }

    /// Of the host that was asked. Whether by TLS is not seen here, a proxy ends it.
    fn is_own(&self, origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let asked = uri.authority().map(|authority| authority.as_str()).or(host);
        let (Some((_, named)), Some(asked)) = (origin.split_once("://"), asked) else { return false };
        named.eq_ignore_ascii_case(asked) && (!self.only_loopback || is_loopback(named))
    }
}

/// An origin as browsers write it; none if it is not one, or is `null`.
fn origin(text: &str) -> Option<String> {
    let uri = Uri::from_str(text).ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let whole = text.trim_end_matches('/');
    let bare = matches!(scheme, "http" | "https")
        && !authority.contains('@')
        && whole.len() == scheme.len() + 3 + authority.len();
    bare.then(|| whole.to_ascii_lowercase())
}

fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<axum::http::uri::Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(origins: &Origins, origin: &str, host: &str) -> bool {
        let headers = [(header::ORIGIN, origin.parse().unwrap()), (header::HOST, host.parse().unwrap())];
        origins.permit(&HeaderMap::from_iter(headers), &Uri::from_static("/graphql"))
    }

    #[test]
    fn the_own_origin_and_listed_ones_are_let_in_and_no_other() {
        let listed = Origins::listed(&["https://Permits.example.gov.cn/".into()]).unwrap();
        for (origin, host, expected) in [
            ("https://om.gov.cn", "om.gov.cn", true),
            ("https://om.gov.cn:8443", "om.gov.cn:8443", true),
            ("https://permits.example.gov.cn", "om.gov.cn", true),
            ("http://permits.example.gov.cn", "om.gov.cn", false),
            ("https://om.gov.cn:8443", "om.gov.cn", false),
            ("https://om.gov.cn.evil.example", "om.gov.cn", false),
            ("https://evil.example", "om.gov.cn", false),
            ("null", "om.gov.cn", false),
            ("", "om.gov.cn", false),
        ] {
            assert_eq!(permits(&listed, origin, host), expected, "{origin} to {host}");
        }
        assert!(listed.permit(&HeaderMap::new(), &Uri::from_static("/graphql")));
        for bad in
            ["evil.example", "ftp://a.example", "https://a.example/path", "https://u@a.example", "*", "null"]
        {
            assert!(Origins::listed(&[bad.into()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_turned_to_this_machine_is_not_this_machine() {
        let dev = Origins::default().of_loopback();
        for own in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            assert!(permits(&dev, &format!("http://{own}"), own), "{own}");
        }
        assert!(!permits(&dev, "http://evil.example:8080", "evil.example:8080"));
        assert!(!permits(&dev, "http://localhost:3000", "localhost:8080"));
    }
}
