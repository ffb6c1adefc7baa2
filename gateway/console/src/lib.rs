//! The built page of the console (`gateway/web/dist`), as bytes: in the binary where it is built for release, read
//! from the folder otherwise.
//!
//! Invariants: compiling never calls npm; a page that was not built is none, not a failure to compile.
//! Deliberately absent: HTTP; the gateway answers requests.

use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// How the bytes of a file are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli, `br`.
    Brotli,
    /// gzip.
    Gzip,
    /// As they are.
    Identity,
}

/// A file of the page.
#[derive(Debug)]
pub struct File {
    /// Its bytes, encoded.
    pub bytes: Cow<'static, [u8]>,
    /// How.
    pub encoding: Encoding,
    /// Of the encoded bytes: SHA-256.
    pub hash: [u8; 32],
}

/// Whether the page was built.
pub fn is_built() -> bool {
    Dist::get("index.html").is_some()
}

/// The file at that path below the page's root, in the best of these encodings that was written for it.
pub fn file(path: &str, accepted: &[Encoding]) -> Option<File> {
    let variants = [(Encoding::Brotli, ".br"), (Encoding::Gzip, ".gz"), (Encoding::Identity, "")];
    variants
        .into_iter()
        .filter(|(encoding, _)| *encoding == Encoding::Identity || accepted.contains(encoding))
        .find_map(|(encoding, suffix)| {
            let file = Dist::get(&format!("{path}{suffix}"))?;
            Some(File { bytes: file.data, encoding, hash: file.metadata.sha256_hash() })
        })
}
