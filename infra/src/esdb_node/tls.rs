//! The node's certificate, and whose client certificates it takes.
//!
//! Invariant: files that change are read again, and what is served meanwhile is the last that could be used: a
//! certificate that was renewed before its key is taken up when both fit. Connections that stand keep what they have.
//! Deliberately absent: what a client's name may do; that is the accounts'.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;
use x509_cert::der::Decode as _;

use super::{NodeError, TlsFiles};

/// The attribute of a name that is the common name, by its number (X.520).
const COMMON_NAME: &str = "2.5.4.3";

type Seen = Vec<Option<(SystemTime, u64)>>;

pub(super) struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
    seen: Mutex<Seen>,
}

impl Tls {
    pub(super) fn load(files: TlsFiles) -> Result<Self, NodeError> {
        let seen = Mutex::new(seen(&files));
        Ok(Self { config: RwLock::new(config(&files)?), files, seen })
    }

    /// For the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads the files again if one has changed.
    pub(super) fn refresh(&self) {
        let now = seen(&self.files);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return;
            }
            *seen = now;
        }
        match config(&self.files) {
            Ok(config) => {
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!(file = %self.files.cert.display(), "the node's certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the node's certificate stays as it was"),
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

fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, NodeError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let unusable = |file: &Path, why: String| NodeError::TlsFile { file: file.to_owned(), why };
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
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, NodeError> {
    let unusable = |why: String| NodeError::TlsFile { file: file.to_owned(), why };
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|e| unusable(e.to_string()))?;
    match found.is_empty() {
        true => Err(unusable("it holds no certificate in PEM form".into())),
        false => Ok(found),
    }
}

/// The common name that a certificate is for.
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let mut names = parts.filter(|part| part.oid.to_string() == COMMON_NAME);
    std::str::from_utf8(names.next()?.value.value()).ok().map(str::to_owned)
}
