//! The console's page.
//!
//! Invariants: the page loads nothing from another host, and runs no script and takes no style that does not carry the
//! nonce of its answer; a file named after its content is kept for ever, the page itself never; a screen of the page is
//! answered with the page, what is none with 404.
//! Deliberately absent: compressing; `npm run build` writes each file in the encodings a browser takes.

use super::respond::harden;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use om_console::{Encoding, File};
use uuid::Uuid;

/// What stands in the page where the nonce of an answer belongs; `vite.config.ts` writes it there.
const NONCE: &str = "__CSP_NONCE__";
/// Every screen of the page: a step in braces is any one. `App.tsx` has the same.
const SCREENS: &[&str] = &[
    "",
    "matter/{id}",
    "matter/{id}/replay",
    "desk",
    "tolerances",
    "meetings",
    "meetings/{id}",
    "briefing",
    "search",
    "performance",
    "township",
    "mine",
    "operations",
    "persons",
    "persons/{id}",
];
/// First steps of paths that are the API's: what is not found below them is not looked for in the page.
const OF_THE_API: &[&str] =
    &["graphql", "papers", "matters", "calendar", "session", "sign-in", "livez", "readyz", "metrics"];
const PAGE: &str = "index.html";
const NOT_BUILT: &str = "The console was not built into this binary: run `make console`, then build again.\n\
                         本程序未包含控制台页面：先执行 make console，再重新编译。\nThe API is at /graphql.\n";

/// Whether there is a page to serve.
pub fn is_built() -> bool {
    om_console::is_built()
}

/// A file of the page, or the page itself for any screen of it.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        return match om_console::file(path, &accepted(&headers)) {
            Some(file) if path != PAGE => answer(path, file, &headers),
            _ => missing("no such file"),
        };
    }
    if OF_THE_API.contains(&path.split('/').next().unwrap_or_default()) {
        return missing("there is nothing here");
    }
    let Some(file) = om_console::file(PAGE, &[]) else { return missing(NOT_BUILT) };
    let mut response = page(&file);
    if !is_screen(path) {
        // a person who mistyped is led on by the page; whoever only asks hears that there is no such screen
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

fn missing(why: &'static str) -> Response {
    let mut response = (StatusCode::NOT_FOUND, why).into_response();
    harden(response.headers_mut());
    response
}

fn is_screen(path: &str) -> bool {
    let steps = |path: &'static str| path.split('/');
    let asked: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    SCREENS.iter().any(|screen| {
        steps(screen).count() == asked.len()
            && steps(screen)
                .zip(&asked)
                .all(|(step, asked)| step == *asked || (step.starts_with('{') && !asked.is_empty()))
    })
}

/// The page itself, with a nonce that no other answer has: it runs no script and takes no style element but its own.
/// Attributes of style stay: a text field measures itself by one, and an attribute loads nothing.
fn page(file: &File) -> Response {
    let nonce = Uuid::new_v4().simple().to_string();
    let html = String::from_utf8_lossy(&file.bytes).replace(NONCE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    harden(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(PAGE)));
    // kept nowhere: a nonce that is used twice is none
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn answer(name: &str, file: File, asked: &HeaderMap) -> Response {
    let etag =
        format!("\"{}\"", file.hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.bytes.into_owned()))
    };
    let headers = response.headers_mut();
    harden(headers);
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let fixed = [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CACHE_CONTROL, cache),
        (header::VARY, "accept-encoding"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let encoding = match file.encoding {
        Encoding::Brotli => Some("br"),
        Encoding::Gzip => Some("gzip"),
        Encoding::Identity => None,
    };
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// The encodings a browser takes; one it gives no weight is refused.
fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let listed = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let names = listed.flat_map(|value| value.split(',')).filter_map(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then(|| name.trim())
    });
    names
        .filter_map(|name| match name {
            "br" => Some(Encoding::Brotli),
            "gzip" => Some(Encoding::Gzip),
            _ => None,
        })
        .collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(value: &str) -> Vec<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
        accepted(&headers)
    }

    #[test]
    fn the_page_names_a_nonce_that_no_other_answer_has() {
        let answered = || {
            let html = b"<script nonce=\"__CSP_NONCE__\" src=\"/a.js\"></script>".as_slice();
            page(&File { bytes: html.into(), encoding: Encoding::Identity, hash: [0; 32] })
        };
        let nonce = |response: &Response| {
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
            let (_, rest) = policy.split_once("script-src 'nonce-").unwrap();
            let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src")).unwrap();
            assert!(!scripts.contains("unsafe") && !scripts.contains("'self'"), "{policy}");
            rest.split_once('\'').unwrap().0.to_owned()
        };
        let (one, other) = (answered(), answered());
        assert_ne!(nonce(&one), nonce(&other));
        assert_eq!(one.headers()[header::CACHE_CONTROL], "no-store");
    }

    #[test]
    fn the_screens_are_those_of_the_page() {
        let app = include_str!("../../web/src/app/App.tsx");
        let routes = app.split("<Route path=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        let routes: Vec<String> = routes
            .map(|route| {
                let steps = route.split('/').map(|step| match step.strip_prefix(':') {
                    Some(name) => format!("{{{name}}}"),
                    None => step.to_owned(),
                });
                steps.collect::<Vec<_>>().join("/")
            })
            .collect();
        assert_eq!(routes, SCREENS, "SCREENS lists the routes of App.tsx, in its order");
        assert!(is_screen("matter/x/replay/") && is_screen("desk") && is_screen(""));
        assert!(!is_screen("matter/x/y") && !is_screen("matter/") && !is_screen("papers/x"));
    }

    #[test]
    fn an_encoding_without_weight_is_not_taken() {
        assert_eq!(taken("gzip, deflate, br"), [Encoding::Gzip, Encoding::Brotli]);
        assert_eq!(taken("gzip;q=0, br;q=0.5"), [Encoding::Brotli]);
        assert_eq!(taken("br;q=0.0"), []);
        assert_eq!(taken("identity"), []);
    }
}
