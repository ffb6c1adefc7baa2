//! A provider's public keys.
//!
//! Invariants: a key is used for algorithms of its own kind only, and for signatures only; RSA has 2,048 bits or more; a
//! set with a key that is not understood is used without it, a set without any that is understood is not taken.
//! Deliberately absent: where keys come from.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// Most keys of a set that are looked at.
const MAX_KEYS: usize = 100;
/// Characters of base64 that a modulus of 2,048 bits has.
const RSA_2048: usize = 341;

/// What kind of signatures a key checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl Kind {
    fn of(algorithm: Algorithm) -> Option<Self> {
        use Algorithm as A;
        match algorithm {
            A::RS256 | A::RS384 | A::RS512 | A::PS256 | A::PS384 | A::PS512 => Some(Self::Rsa),
            A::ES256 => Some(Self::P256),
            A::ES384 => Some(Self::P384),
            A::EdDSA => Some(Self::Ed25519),
            _ => None,
        }
    }
}

struct Key {
    id: Option<String>,
    kind: Kind,
    /// The only algorithm it is for, if it says so.
    algorithm: Option<String>,
    decoding: DecodingKey,
}

/// The keys of a provider, as last seen.
pub(super) struct Keys(Vec<Key>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

impl Keys {
    /// Reads a JWK set (RFC 7517).
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let keys: Vec<Key> = set.keys.into_iter().take(MAX_KEYS).filter_map(key).collect();
        match keys.is_empty() {
            true => Err("there is no key in it that checks a signature".into()),
            false => Ok(Self(keys)),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The one key by this id for this algorithm; without an id, the one key there is for it.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let kind = Kind::of(algorithm)?;
        let name = format!("{algorithm:?}");
        let mut found = self.0.iter().filter(|key| {
            key.kind == kind
                && (id.is_none() || key.id.as_deref() == id)
                && key.algorithm.as_ref().is_none_or(|own| *own == name)
        });
        let first = found.next()?;
        found.next().is_none().then_some(&first.decoding)
    }
}

fn key(value: serde_json::Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let common = &jwk.common;
    if common.public_key_use.as_ref().is_some_and(|own| *own != PublicKeyUse::Signature) {
        return None;
    }
    let kind = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if rsa.n.trim_start_matches('A').len() >= RSA_2048 => Kind::Rsa,
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => Kind::P256,
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P384 => Kind::P384,
        AlgorithmParameters::OctetKeyPair(ed) if ed.curve == EllipticCurve::Ed25519 => Kind::Ed25519,
        // a symmetric key in a public place proves nothing
        _ => return None,
    };
    Some(Key {
        id: common.key_id.clone(),
        kind,
        algorithm: common.key_algorithm.map(|own| own.to_string()),
        decoding: DecodingKey::from_jwk(&jwk).ok()?,
    })
}
