//! Finds out why there is no connection: the client says only that there is none.
//!
//! Each host of the address is called once, by hand, as far as the end of the TLS handshake.
//!
//! Invariant: nothing is asked and no password is sent; a wait has a limit.
//! Deliberately absent: whether the log serves; a host that takes the handshake is not at fault here.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::{Address, certificates};

/// How long a host may take for each step.
const LIMIT: Duration = Duration::from_secs(3);

/// How long an objection to our certificate is waited for.
const OBJECTION: Duration = Duration::from_millis(500);

/// What was found.
pub(super) struct Why {
    /// In words, host by host, with what to do.
    pub(super) text: String,
    /// Trying again does not help: somebody has to change something.
    pub(super) stays: bool,
}

/// Why no host of the address can be talked to; none if one can.
pub(super) async fn why(address: &Address) -> Option<Why> {
    let config = match Trust::of(address) {
        Ok(config) => config,
        Err(text) => return Some(Why { text, stays: true }),
    };
    let hosts = address.settings.hosts().iter().map(|at| host(&config, &at.host, at.port));
    let mut found = Vec::new();
    for host in futures::future::join_all(hosts).await {
        found.push(host?);
    }
    let stays = !found.is_empty() && found.iter().all(|why| why.stays);
    let texts: Vec<_> = found.into_iter().map(|why| why.text).collect();
    (!texts.is_empty()).then(|| Why { text: texts.join("; "), stays })
}

/// Whom the address trusts.
struct Trust {
    config: Arc<ClientConfig>,
    /// Where the authorities come from, in words.
    from: String,
    encrypted: bool,
}

impl Trust {
    fn of(address: &Address) -> Result<Self, String> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let encrypted = address.settings.is_secure_mode_enabled();
        let building = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?;
        let unchecked = !encrypted || !address.settings.is_tls_certificate_verification_enabled();
        let mut from = String::new();
        let checked = if unchecked {
            building.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        } else {
            let (roots, whence) = roots(address)?;
            from = whence;
            building.with_root_certificates(roots)
        };
        let mut config = match address.settings.user_certificate() {
            None => checked.with_no_client_auth(),
            Some((cert, key)) => {
                let chain = certificates(Path::new(cert)).map_err(|e| e.to_string())?;
                let shown = PrivateKeyDer::from_pem_file(key).map_err(|e| format!("the file {key}: {e}"))?;
                let fits = checked.with_client_auth_cert(chain, shown);
                fits.map_err(|e| format!("the key {key} does not fit the certificate {cert}: {e}"))?
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self { config: Arc::new(config), from, encrypted })
    }
}

fn roots(address: &Address) -> Result<(RootCertStore, String), String> {
    let mut roots = RootCertStore::empty();
    let (found, from) = match address.settings.tls_ca_file() {
        Some(file) => {
            let found = certificates(Path::new(file)).map_err(|e| e.to_string())?;
            (found, format!("the file of tlsCaFile, {file}"))
        }
        None => {
            let found = rustls_native_certs::load_native_certs().certs;
            (found, "this machine; the address has no tlsCaFile=FILE".to_owned())
        }
    };
    roots.add_parsable_certificates(found);
    Ok((roots, from))
}

async fn host(trust: &Trust, name: &str, port: u32) -> Option<Why> {
    let place = format!("{name}:{port}");
    let why = |stays: bool, text: String| Some(Why { text: format!("{place} {text}"), stays });
    let Ok(port) = u16::try_from(port) else {
        return why(true, "is no address: a port ends at 65535".into());
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let stream = match tokio::time::timeout(LIMIT, TcpStream::connect((bare, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            return why(
                false,
                format!("cannot be reached ({error}): check that it runs and that this machine may reach it"),
            );
        }
        Err(_) => {
            return why(
                false,
                format!("does not answer within {LIMIT:?}: check the way there and its firewall"),
            );
        }
    };
    let Ok(server) = ServerName::try_from(bare.to_owned()) else {
        return why(true, "has a name that no certificate can have".into());
    };
    let handshake = async {
        let mut stream = TlsConnector::from(Arc::clone(&trust.config)).connect(server, stream).await?;
        // a server that does not take our certificate says so when we think that all is well; one that does says nothing
        match tokio::time::timeout(OBJECTION, stream.read_u8()).await {
            Ok(Err(error)) if of_tls(&error).is_some() => Err(error),
            _ => Ok(()),
        }
    };
    match (tokio::time::timeout(LIMIT, handshake).await, trust.encrypted) {
        // whoever speaks plainly does not answer a handshake
        (Ok(Ok(_)), false) => why(true, "speaks TLS: take tls=false out of the log's address".into()),
        (Ok(Ok(_)), true) | (_, false) => None,
        (Err(_), true) => {
            why(false, "does not answer the TLS handshake: if it speaks plainly, say tls=false".into())
        }
        (Ok(Err(error)), true) => {
            let (stays, text) = refused(&error, name, &trust.from);
            why(stays, text)
        }
    }
}

fn of_tls(error: &std::io::Error) -> Option<&TlsError> {
    error.get_ref().and_then(|error| error.downcast_ref())
}

/// What an error of the handshake means, and what to do.
fn refused(error: &std::io::Error, name: &str, trusted: &str) -> (bool, String) {
    match of_tls(error) {
        Some(TlsError::InvalidCertificate(certificate)) => (true, untrusted(certificate, name, trusted)),
        Some(TlsError::InvalidMessage(_)) => {
            (true, "does not speak TLS: give it a certificate, or say tls=false on one machine".into())
        }
        Some(TlsError::AlertReceived(alert)) => {
            let todo = "check that the certificate of userCertFile is of an authority that the node trusts";
            (true, format!("broke off the TLS handshake ({alert:?}): {todo}"))
        }
        _ => (false, format!("broke off the TLS handshake ({error}): if it speaks plainly, say tls=false")),
    }
}

fn untrusted(error: &CertificateError, name: &str, trusted: &str) -> String {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "has a certificate of an authority that is not trusted here (trusted is {trusted}): name the authority's \
             certificate by tlsCaFile=FILE"
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!(
            "has a certificate that is not for the name {name}: call it by a name in its certificate, or give it one \
             for this name"
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "has a certificate that has expired: renew it on the node (or set this machine's clock)".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "has a certificate that is not valid yet: check the clocks of both machines".into()
        }
        other => format!("has a certificate that cannot be trusted ({other:?}): make it a new one"),
    }
}

/// Takes any certificate, to see whether TLS is spoken at all.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
