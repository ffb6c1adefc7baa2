//! AES-256-GCM, by the library that TLS already stands on (aws-lc).
//!
//! Invariants: every sealing has a nonce of its own from the system's generator; what was sealed for one place opens at no
//! other (the place is authenticated data); the name of the algorithm is stored beside what it sealed.
//! Deliberately absent: another algorithm. A new one gets a new name, and what has the old one is still opened.
//! Sources: NIST SP 800-38D (96-bit nonces by chance: at most 2^32 sealings a key; a subject has some few); decision 0053.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;

/// The name of the algorithm, as it is stored.
pub(super) const ALGORITHM: &str = "AES-256-GCM";
/// The length of a key, in bytes.
pub(super) const KEY: usize = 32;

/// It could not be sealed or opened: another key, another place, or bytes that were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsealable;

/// A key. It is never printed.
#[derive(Clone)]
pub(super) struct Key([u8; KEY]);

impl Key {
    /// By chance.
    pub(super) fn new() -> Result<Self, Unsealable> {
        let mut bytes = [0; KEY];
        rand::fill(&mut bytes).map_err(|_| Unsealable)?;
        Ok(Self(bytes))
    }

    /// From its bytes.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Unsealable> {
        bytes.try_into().map(Self).map_err(|_| Unsealable)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    fn cipher(&self) -> Result<LessSafeKey, Unsealable> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new).map_err(|_| Unsealable)
    }

    /// Nonce, sealed text and tag.
    pub(super) fn seal(&self, place: &[&str], plain: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| Unsealable)?;
        let mut text = plain.to_vec();
        let (unique, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(bound(place)));
        self.cipher()?.seal_in_place_append_tag(unique, aad, &mut text).map_err(|_| Unsealable)?;
        Ok([&nonce[..], &text].concat())
    }

    /// What was sealed at this place.
    pub(super) fn open(&self, place: &[&str], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut text = text.to_vec();
        let plain = self.cipher()?.open_in_place(nonce, Aad::from(bound(place)), &mut text);
        plain.map(|plain| plain.to_vec()).map_err(|_| Unsealable)
    }
}

/// A place as bytes: each part behind its length, so that no two places read alike.
fn bound(place: &[&str]) -> Vec<u8> {
    let part = |part: &&str| [&(part.len() as u64).to_be_bytes()[..], part.as_bytes()].concat();
    place.iter().flat_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// NIST's test case 16 for GCM (AES-256 with authenticated data), from the GCM specification, appendix B.
    #[test]
    fn the_cipher_is_the_one_of_the_standard() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let cipher = Key::of(&key).unwrap().cipher().unwrap();
        let mut text = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let nonce = Nonce::try_assume_unique_for_key(&hex("cafebabefacedbaddecaf888")).unwrap();
        let aad = Aad::from(hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
        cipher.seal_in_place_append_tag(nonce, aad, &mut text).unwrap();
        assert_eq!(
            text,
            hex(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
            )
        );
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_there_and_nowhere_else(text in ".{0,200}", place in "[a-z]{1,9}", bit in 0usize..64) {
            let key = Key::new().unwrap();
            let at = ["530322", &place, "note"];
            let sealed = key.seal(&at, text.as_bytes()).unwrap();
            prop_assert_eq!(key.open(&at, &sealed).unwrap(), text.as_bytes());
            prop_assert_ne!(&sealed, &key.seal(&at, text.as_bytes()).unwrap(), "a nonce of its own");
            let shifted = [format!("530322{place}"), String::new(), "note".to_owned()];
            prop_assert!(key.open(&[&shifted[0], &shifted[1], &shifted[2]], &sealed).is_err());
            prop_assert!(Key::new().unwrap().open(&at, &sealed).is_err());
            let mut changed = sealed.clone();
            let bit = bit % (changed.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(key.open(&at, &changed).is_err());
            prop_assert!(key.open(&at, &sealed[..sealed.len() - 1]).is_err());
        }
    }
}
