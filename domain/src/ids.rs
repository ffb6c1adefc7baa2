//! Typed ids: every thing has its own type, and its kind stands in the text a person sees (`matter:01J…`).
//!
//! Invariant: a value of an id type is well formed; it is checked when it is parsed, also when it comes from JSON. Where
//! the form was drawn tighter later, what is recorded already is read as it stands: a fact is never lost to a rule.
//! Deliberately absent: making ids by chance; what is random comes in from outside, what can be derived is derived.

mod personal;
mod project_code;
mod unseen;

pub use personal::{Personal, personal, personal_id};
pub use project_code::Level;
pub use unseen::unseen;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use smol_str::SmolStr;
use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// Why a text is not an id of the kind asked for; it says what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}: {expected}{}", self.why())]
pub struct IdError {
    /// The kind of id that was asked for.
    pub kind: &'static str,
    /// What was given, cut at 80 characters.
    pub text: String,
    /// What a well-formed one looks like.
    pub expected: &'static str,
    /// The first character in it that a reader does not see and that changes what is read.
    pub unseen: Option<char>,
    /// The number of a person that it holds; then the text is not repeated here.
    pub personal: Option<Personal>,
}

impl IdError {
    pub(crate) fn new(kind: &'static str, text: &str, expected: &'static str) -> Self {
        let personal = personal(text).or_else(|| personal_id(text));
        // an error goes into answers and log lines, and a person's number into neither
        let text = personal.map_or_else(|| text.chars().take(80).collect(), |_| "…".to_owned());
        IdError { kind, unseen: unseen(&text), text, expected, personal }
    }

    fn why(&self) -> String {
        let unseen = self.unseen.map(|c| format!("; it holds U+{:04X}, which is not seen", u32::from(c)));
        let personal = self.personal.map(|what| format!("; {}", what.todo()));
        unseen.into_iter().chain(personal).collect()
    }
}

/// What a text is to the vault and to an export: a fact, a text with legal meaning, or personal (a reference only).
fn class(kind: &str) -> &'static str {
    match kind {
        "legal text" => "legal_text",
        "vault reference" => "personal",
        _ => "fact",
    }
}

/// Reads a value that stands as text, without a copy of the text: events are full of them.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: serde::Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(PhantomData))
}

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $expected:literal, $valid:expr) => {
        text_id!($(#[$meta])* $name, $kind, $expected, $valid, recorded: $valid);
    };
    ($(#[$meta:meta])* $name:ident, $kind:literal, $expected:literal, $valid:expr, recorded: $recorded:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// One that was recorded, perhaps before more was asked of it than then.
            ///
            /// # Errors
            /// When it never was one.
            pub fn recorded(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $recorded;
                valid(text).then(|| Self(text.into())).ok_or_else(|| IdError::new($kind, text, $expected))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.into())) } else { Err(IdError::new($kind, text, $expected)) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Recorded($name);
                impl FromStr for Recorded {
                    type Err = IdError;
                    fn from_str(text: &str) -> Result<Self, IdError> {
                        $name::recorded(text).map(Recorded)
                    }
                }
                $crate::ids::from_text(deserializer).map(|Recorded(id)| id)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expected, "x-class": class($kind) })
            }
        }
    };
}

/// Whether every byte is such a one. No branch on each: of a long text many are looked at at a time.
fn every(text: &str, is: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & is(byte))
}

fn slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && every(text, |b| b.is_ascii_lowercase() | b.is_ascii_digit() | (b == b'-'))
        && !text.starts_with('-')
}

/// A slug that holds no number of a person.
fn impersonal(text: &str) -> bool {
    slug(text) && personal_id(text).is_none()
}

fn code(text: &str) -> bool {
    (1..=32).contains(&text.len()) && every(text, |b| b.is_ascii_alphanumeric() | (b == b'-') | (b == b'_'))
}

/// Whether it is the hexadecimal digits of a SHA-256, in lower case.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && every(text, |b| b.is_ascii_digit() | (b'a'..=b'f').contains(&b))
}

text_id!(
    /// A county: its six-digit administrative division code (GB/T 2260), e.g. `530322` for Luliang.
    CountyId, "county", "a six-digit division code such as 530322",
    |t| t.len() == 6 && t.bytes().all(|b| b.is_ascii_digit())
);
text_id!(
    /// A body of the county: a department, a township or subdistrict, an assessment institution.
    BodyId, "body", "lower-case letters, digits and hyphens, at most 64, such as natural-resources", impersonal,
    recorded: slug
);
text_id!(
    /// An officer: an account in the directory, never a person's name.
    OfficerId, "officer", "lower-case letters, digits and hyphens, at most 64, such as nr-officer-1", impersonal,
    recorded: slug
);
text_id!(
    /// A template of permits, such as `municipal-road-bridge`.
    TemplateId, "template", "lower-case letters, digits and hyphens, at most 64, such as municipal-road-bridge", slug
);
text_id!(
    /// An applicant organisation.
    ApplicantId, "applicant", "lower-case letters, digits and hyphens, at most 64, such as luliang-city-investment", impersonal,
    recorded: slug
);
text_id!(
    /// A permit (审批事项) inside one matter, by its code in the plan: `A1`.
    PermitCode, "permit code", "1 to 32 letters, digits, hyphens or underscores, such as A1", code
);
text_id!(
    /// A milestone inside one matter: `works-completed`.
    MilestoneCode, "milestone code", "1 to 32 letters, digits, hyphens or underscores, such as works-completed", code
);
text_id!(
    /// A material (申请材料) asked for by a permit: `sealed-drawings`.
    MaterialCode, "material code", "1 to 32 letters, digits, hyphens or underscores, such as sealed-drawings", code
);
text_id!(
    /// A project code (项目代码), one per project [政府投资条例 10], `2306-530322-04-01-123456`.
    ProjectCode, "project code", "YYMM-DDDDDD-II-KK-NNNNNN, digits, such as 2306-530322-04-01-123456",
    project_code::well_formed,
    recorded: |t| (4..=40).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);
text_id!(
    /// A reference into the erasable vault, where personal text, free notes and file names lie: `vault:…`.
    VaultRef, "vault reference", "vault: followed by 26 letters or digits, as the vault gave it",
    |t| t.strip_prefix("vault:").is_some_and(|r| r.len() == 26 && r.bytes().all(|b| b.is_ascii_alphanumeric()))
);
text_id!(
    /// A paper in the object store, by the SHA-256 of its bytes in lower-case hexadecimal.
    PaperHash, "paper hash", "the 64 hexadecimal digits of the paper's SHA-256, in lower case", is_sha256
);
text_id!(
    /// What is kept of the secret address of a calendar: its SHA-256 in lower-case hexadecimal. The secret has 256 random bits,
    /// so nobody finds it by its hash.
    FeedDigest, "feed digest", "the 64 hexadecimal digits of a SHA-256, in lower case", is_sha256
);
text_id!(
    /// A text with legal meaning (a reason, a notice number, a name of a thing): 1 to 2,000 characters,
    /// never a note about a person.
    LegalText, "legal text", "1 to 2,000 characters, not only spaces, none that is not seen",
    |t| unseen::says_something(t) && t.chars().count() <= 2_000 && unseen(t).is_none() && personal(t).is_none(),
    recorded: |t| is_short_and_plain(t)
        || !t.trim().is_empty() && t.chars().count() <= 2_000 && !t.chars().any(|c| c.is_control() && c != '\n')
);

/// Whether it is surely a legal text, by its bytes alone: what begins with a sign that is seen, and has no byte that a
/// control character has. Most texts are, and histories are full of them.
fn is_short_and_plain(text: &str) -> bool {
    let controls =
        text.bytes().fold(false, |found, byte| found | (byte < b' ' || byte == 0x7f || byte == 0xc2));
    !controls && text.len() <= 2_000 && text.chars().next().is_some_and(|first| !first.is_whitespace())
}

impl PaperHash {
    /// The hash itself.
    pub fn to_bytes(&self) -> [u8; 32] {
        hash_bytes(self.as_str())
    }
}

/// The bytes of a hash that is written in 64 lower-case hexadecimal digits.
pub(crate) fn hash_bytes(digits: &str) -> [u8; 32] {
    // what each is worth first: many are looked at at a time
    let mut values = [0; 64];
    for (value, byte) in values.iter_mut().zip(digits.bytes()) {
        *value = digit(byte);
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(values.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    bytes
}

/// What a lower-case hexadecimal digit is worth.
const fn digit(byte: u8) -> u8 {
    if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'a' - 10) & 15 }
}

impl LegalText {
    /// A sentence of the rules themselves; what would not be a legal text is cut to one.
    pub(crate) fn fixed(sentence: &str) -> Self {
        sentence.parse().unwrap_or_else(|_| LegalText("—".into()))
    }
}

macro_rules! ulid_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, $kind:literal, $expected:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(into = "String")]
        pub struct $name(ulid::Ulid);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                from_text(deserializer)
            }
        }
        impl $name {
            /// The id that the command which begins it gives it: the same for each retry.
            pub fn of_command(county: &CountyId, command: &CommandId) -> Self {
                let name = format!("{county}/{}/{command}", $prefix);
                $name(ulid::Ulid(of_name(&name).as_u128()))
            }

            /// Its 16 bytes, the first character's first: they sort as the text does.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.0.to_be_bytes()
            }

            /// Its 26 characters, written into this room.
            pub const fn write(self, room: &mut [u8; 26]) -> &str {
                self.0.array_to_str(room)
            }

            /// The id of these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                $name(ulid::Ulid(u128::from_be_bytes(bytes)))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let bare = text.strip_prefix(concat!($prefix, ":")).unwrap_or(text);
                ulid::Ulid::from_string(bare).map($name).map_err(|_| IdError::new($kind, text, $expected))
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.write(&mut [0; 26]))
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": "26 characters of Crockford base 32", "x-class": "fact" })
            }
        }
    };
}

ulid_id!(
    /// A matter (一件事项目): sortable, 26 characters of Crockford base 32 behind `matter:` in the API.
    MatterId, "matter", "matter id", "matter: and 26 characters of base 32, as the API gave it"
);
ulid_id!(
    /// A joint meeting (联席会议): 26 characters of Crockford base 32 behind `meeting:` in the API.
    MeetingId, "meeting", "meeting id", "meeting: and 26 characters of base 32, as the API gave it"
);

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map($name).map_err(|_| IdError::new($kind, text, "a UUID such as 5f0c2c3e-8d3e-4a51-9b3c-0a4f5f3f6a11"))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid", "x-class": "fact" })
            }
        }
    };
}

uuid_id!(
    /// The caller's id of one intention: sent again, it yields the first receipt and nothing more.
    CommandId, "command id"
);
uuid_id!(
    /// A recorded fact. Derived from stream, command and index, so a retry makes the same one.
    EventId, "event id"
);

impl EventId {
    /// uuid5 of `stream/command/index`.
    pub fn derive(stream: &str, command: &CommandId, index: usize) -> Self {
        EventId(of_name(&format!("{stream}/{command}/{index}")))
    }
}

/// The uuid5 of a name among object identifiers (RFC 9562, 5.5), as [`Uuid::new_v5`] makes it; that one uses none of the instructions
/// that processors have for SHA-1.
fn of_name(name: &str) -> Uuid {
    let hash = Sha1::new_with_prefix(Uuid::NAMESPACE_OID).chain_update(name).finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    uuid::Builder::from_sha1_bytes(first).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_not_well_formed_is_refused_also_in_json() {
        assert!("53032".parse::<CountyId>().is_err());
        assert!("Natural Resources".parse::<BodyId>().is_err());
        assert!(serde_json::from_str::<PermitCode>("\"A 1\"").is_err());
        assert_eq!(serde_json::from_str::<PermitCode>("\"A1\"").unwrap().as_str(), "A1");
        assert!("   ".parse::<LegalText>().is_err());
    }

    #[test]
    fn the_id_of_a_name_is_its_uuid5() {
        for length in [0, 1, 39, 40, 48, 63, 64, 65, 200] {
            let name = "件".repeat(length);
            assert_eq!(of_name(&name), Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
        }
    }

    #[test]
    fn a_character_that_does_not_belong_is_found_wherever_it_stands() {
        for other in (0..=u8::MAX).map(char::from) {
            let letter = other.is_ascii_lowercase();
            let digit = other.is_ascii_digit();
            for at in [1, 31, 63] {
                let with = |length: usize, other: char| -> String {
                    (0..length).map(|n| if n == at { other } else { 'a' }).collect()
                };
                assert_eq!(slug(&with(64, other)), letter || digit || other == '-', "{other:?}");
                assert_eq!(is_sha256(&with(64, other)), matches!(other, 'a'..='f' | '0'..='9'), "{other:?}");
                let coded = other.is_ascii_alphanumeric() || matches!(other, '-' | '_');
                assert_eq!(code(&with(32, other)), at >= 32 || coded, "{other:?}");
            }
        }
        // of the right length in bytes
        assert!(!slug(&"é".repeat(32)) && !is_sha256(&"é".repeat(32)) && !code(&"é".repeat(16)));
    }

    #[test]
    fn a_text_that_reads_otherwise_than_it_is_written_is_refused_and_says_by_what() {
        let turned = "陆自然资罚\u{202E}号1〕3202〔";
        let refused = turned.parse::<LegalText>().unwrap_err();
        assert_eq!(refused.unseen, Some('\u{202E}'));
        assert!(refused.to_string().contains("U+202E"), "{refused}");
        let recorded: LegalText = serde_json::from_str(&serde_json::to_string(turned).unwrap()).unwrap();
        assert_eq!(recorded.as_str(), turned, "what was recorded before is still read");
        assert!("\u{200D}".parse::<LegalText>().is_err());
        assert!("第一行\n第二行".parse::<LegalText>().is_ok());
    }

    #[test]
    fn a_matter_id_is_the_same_for_each_retry_of_its_command() {
        let county: CountyId = "530322".parse().unwrap();
        let command = CommandId(Uuid::from_u128(7));
        let id = MatterId::of_command(&county, &command);
        assert_eq!(id, MatterId::of_command(&county, &command));
        assert_eq!(id, format!("matter:{id}").parse().unwrap());
    }
}
