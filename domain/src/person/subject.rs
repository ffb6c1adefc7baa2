//! Whom a personal text is about, and what it is.
//!
//! Invariant: a subject says nothing about the person: an account, or the reference of a text.
//! Deliberately absent: which texts belong to one person where nobody has said so.

use crate::ids::{IdError, OfficerId, VaultRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};

/// Whom texts of the vault are about: one key, one stream, erased together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An officer, by account.
    Officer(OfficerId),
    /// Whoever this text is about, and the texts that were put with it: a contact's name, then the telephone.
    Text(VaultRef),
}

const OFFICER: &str = "officer-";
const TEXT: &str = "text-";
const VAULT: &str = "vault:";

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Officer(officer) => write!(f, "{OFFICER}{officer}"),
            Self::Text(text) => write!(f, "{TEXT}{}", text.as_str().trim_start_matches(VAULT)),
        }
    }
}

impl FromStr for Subject {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if let Some(officer) = text.strip_prefix(OFFICER) {
            return OfficerId::recorded(officer).map(Self::Officer);
        }
        match text.strip_prefix(TEXT) {
            Some(reference) => format!("{VAULT}{reference}").parse().map(Self::Text),
            None => Err(IdError::new(
                "subject",
                text,
                "officer- and an account, or text- and what follows vault:",
            )),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::ids::from_text(deserializer)
    }
}

impl JsonSchema for Subject {
    fn schema_name() -> Cow<'static, str> {
        "Subject".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "whom texts of the vault are about", "x-class": "fact" })
    }
}

/// What a text of the vault is, for who may read it and how it is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextClass {
    /// The name of a person.
    PersonName,
    /// How to reach a person.
    Contact,
    /// A free note.
    Note,
    /// The name of a file.
    FileName,
}

impl TextClass {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PersonName => "person_name",
            Self::Contact => "contact",
            Self::Note => "note",
            Self::FileName => "file_name",
        }
    }

    /// From how it is stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::PersonName, Self::Contact, Self::Note, Self::FileName]
            .into_iter()
            .find(|class| class.as_str() == text)
    }

    /// Whether it is shown masked, and in full for a reason only.
    pub fn is_masked(self) -> bool {
        matches!(self, Self::PersonName | Self::Contact)
    }
}
