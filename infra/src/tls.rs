//! A server's certificate, and whose client certificates it takes.
//!
//! Invariant: files that change are read again, and what is served meanwhile is the last that could be used: a
//! certificate that was renewed before its key is taken up when both fit. Connections that stand keep what they have.
//! Deliberately absent: listening, and what a client's name may do.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// A certificate chain and its key, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
    /// The authorities of client certificates; the common name of one is the name of its account. None: a client
    /// shows a password.
    pub client_ca: Option<PathBuf>,
}

/// A file of the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the TLS file {} cannot be used: {why}", file.display())]
pub struct TlsError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong; nothing of what is in it.
    pub why: String,
}

type Seen = Vec<Option<(SystemTime, u64)>>;

/// What a server's connections are encrypted with.
pub struct Tls {
    files: TlsFiles,
    protocols: &'static [&'static str],
    config: RwLock<Arc<ServerConfig>>,
    seen: Mutex<Seen>,
}

impl Tls {
    /// Reads the files, for a server that speaks these protocols over TLS (ALPN), the one it likes best first.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn load(files: TlsFiles, protocols: &'static [&'static str]) -> Result<Self, TlsError> {
        let seen = Mutex::new(seen(&files));
        Ok(Self { config: RwLock::new(config(&files, protocols)?), files, protocols, seen })
    }

    /// For the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads the files again if one has changed.
    pub fn refresh(&self) {
        let now = seen(&self.files);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return;
            }
            *seen = now;
        }
        match config(&self.files, self.protocols) {
            Ok(config) => {
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!(file = %self.files.cert.display(), "the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the certificate stays as it was"),
        }
    }
}

fn seen(files: &TlsFiles) -> Seen {
    [Some(&files.cert), Some(&files.key), files.client_ca.as_ref()].into_iter().flatten().map(stamp).collect()
}

fn stamp(file: &PathBuf) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn config(files: &TlsFiles, protocols: &[&str]) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let unusable = |file: &Path, why: String| TlsError { file: file.to_owned(), why };
    let building = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| unusable(&files.cert, e.to_string()))?;
    let building = match &files.client_ca {
        None => building.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(file)? {
                roots.add(authority).map_err(|e| unusable(file, e.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            // who comes without one shows a password
            let verifier = verifier.allow_unauthenticated().build();
            building.with_client_cert_verifier(verifier.map_err(|e| unusable(file, e.to_string()))?)
        }
    };
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| unusable(&files.key, e.to_string()))?;
    let mut config = building
        .with_single_cert(certificates(&files.cert)?, key)
        .map_err(|e| unusable(&files.cert, format!("with the key {}: {e}", files.key.display())))?;
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(Arc::new(config))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unusable = |why: String| TlsError { file: file.to_owned(), why };
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|e| unusable(e.to_string()))?;
    match found.is_empty() {
        true => Err(unusable("it holds no certificate in PEM form".into())),
        false => Ok(found),
    }
}
