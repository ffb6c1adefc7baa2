//! The console's page.
//!
//! Invariants: the page loads nothing from another host, and says so to the browser; a file named after its content
//! is kept for ever, the page itself never; a route of the page is answered with the page, a missing file with 404.
//! Deliberately absent: compressing; `npm run build` writes each file in the encodings a browser takes.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use om_console::{Encoding, File};

/// `style-src` allows the style elements that the component library writes at run time; scripts come from files only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";
const NOT_BUILT: &str = "The console was not built into this binary: run `make console`, then build again.\n\
                         本程序未包含控制台页面：先执行 make console，再重新编译。\nThe API is at /graphql.\n";

/// Whether there is a page to serve.
pub fn is_built() -> bool {
    om_console::is_built()
}

/// A file of the page, or the page itself for any route of it.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = if is_file { path } else { "index.html" };
    let accepted = accepted(&headers);
    match om_console::file(name, &accepted) {
        Some(file) => answer(name, file, &headers),
        None if is_file => (StatusCode::NOT_FOUND, "no such file").into_response(),
        None => (StatusCode::NOT_FOUND, NOT_BUILT).into_response(),
    }
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
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let fixed = [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
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
    fn an_encoding_without_weight_is_not_taken() {
        assert_eq!(taken("gzip, deflate, br"), [Encoding::Gzip, Encoding::Brotli]);
        assert_eq!(taken("gzip;q=0, br;q=0.5"), [Encoding::Brotli]);
        assert_eq!(taken("br;q=0.0"), []);
        assert_eq!(taken("identity"), []);
    }
}
