//! Asking a provider over HTTP.
//!
//! Invariants: an answer is read up to a bound and not longer than [`PATIENCE`]; no redirection is followed, so that a
//! provider cannot send this server elsewhere; the certificate is checked.
//! Deliberately absent: retries.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// Longest time for one answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// A provider did not answer, or not as it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("it does not answer: {0}")]
    Silent(String),
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

impl From<reqwest::Error> for AskError {
    fn from(error: reqwest::Error) -> Self {
        // the cause says more than reqwest's own words, and no address with a code in it
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::Silent(if error.is_timeout() { "it takes too long".into() } else { cause.to_string() })
    }
}

/// A client that believes these authorities, or the system's.
pub(super) fn client(authorities: Option<&[CertificateDer<'static>]>) -> Result<Client, String> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(authorities) => {
            for certificate in authorities {
                roots.add(certificate.clone()).map_err(|error| format!("ca_file: {error}"))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Client::builder().use_preconfigured_tls(tls).redirect(Policy::none()).timeout(PATIENCE);
    client.connect_timeout(PATIENCE).build().map_err(|error| error.to_string())
}

/// The body at an address.
pub(super) async fn get(client: &Client, address: &str) -> Result<Vec<u8>, AskError> {
    let answer =
        client.get(address).header("accept", "application/json").send().await.map_err(without_address)?;
    match answer.status().as_u16() {
        200 => bounded(answer).await,
        status => Err(AskError::Status(status)),
    }
}

/// What the OAuth client asks with.
pub(super) struct Carrier<'a>(pub(super) &'a Client);

impl<'c> AsyncHttpClient<'c> for Carrier<'_> {
    type Error = AskError;
    type Future = BoxFuture<'c, Result<HttpResponse, AskError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(carry(self.0.clone(), request))
    }
}

async fn carry(client: Client, request: HttpRequest) -> Result<HttpResponse, AskError> {
    let unreadable = |error: String| AskError::Unreadable(error);
    let request = reqwest::Request::try_from(request).map_err(|e| unreadable(e.to_string()))?;
    let answer = client.execute(request).await.map_err(without_address)?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    response.body(bounded(answer).await?).map_err(|e| unreadable(e.to_string()))
}

fn without_address(error: reqwest::Error) -> AskError {
    error.without_url().into()
}

async fn bounded(mut answer: reqwest::Response) -> Result<Vec<u8>, AskError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(without_address)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(AskError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
