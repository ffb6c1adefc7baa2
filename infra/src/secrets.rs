//! Secrets: made by chance, and hashed so that what is kept lets nobody in.
//!
//! Invariant: a password is hashed with argon2id and a salt of its own (RFC 9106; OWASP's parameters, 19 MiB).
//! Deliberately absent: where secrets are kept, and how long a password must be.

use argon2::Argon2;
use argon2::password_hash::{Error, PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 random bits, in 43 characters that need no escaping.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The hash of a password, in PHC form.
///
/// # Errors
/// When it cannot be hashed here.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Whether a password is the one of a hash; none is that of a hash that cannot be read.
pub(crate) fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
