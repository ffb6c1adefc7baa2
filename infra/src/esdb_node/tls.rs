//! The name in a client's certificate.
//!
//! Deliberately absent: whether the certificate is to be believed; it was checked before.

use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode as _;

/// The attribute of a name that is the common name, by its number (X.520).
const COMMON_NAME: &str = "2.5.4.3";

/// The common name that a certificate is for.
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let mut names = parts.filter(|part| part.oid.to_string() == COMMON_NAME);
    std::str::from_utf8(names.next()?.value.value()).ok().map(str::to_owned)
}
