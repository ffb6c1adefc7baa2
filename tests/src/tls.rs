//! Certificates for tests: an authority, and what it signs.
//!
//! Deliberately absent: anything that a real authority would be careful about.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the test and is seen")]

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// An authority whose certificate lies in a file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    dir: PathBuf,
    name: String,
}

/// A certificate and its key, in files.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The certificate, PEM.
    pub cert: PathBuf,
    /// The key, PEM.
    pub key: PathBuf,
}

impl Authority {
    /// A new one, which keeps its files in `dir`.
    pub fn new(dir: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        let authority = Self { issuer: Issuer::new(params, key), dir: dir.to_owned(), name: name.to_owned() };
        std::fs::write(authority.file(), own.pem()).unwrap();
        authority
    }

    /// Its own certificate.
    pub fn file(&self) -> PathBuf {
        self.dir.join(format!("{}.ca.crt", self.name))
    }

    /// A certificate for a host's name, or for a client whose name is the common name.
    pub fn signs(&self, name: &str) -> Signed {
        self.signs_until(name, 2100)
    }

    /// The same, valid until a year begins.
    pub fn signs_until(&self, name: &str, year: i32) -> Signed {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        let signed = Signed {
            cert: self.dir.join(format!("{}.{name}.crt", self.name)),
            key: self.dir.join(format!("{}.{name}.key", self.name)),
        };
        std::fs::write(&signed.cert, cert.pem()).unwrap();
        std::fs::write(&signed.key, key.serialize_pem()).unwrap();
        signed
    }
}
