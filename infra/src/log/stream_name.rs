//! Names of streams: `{county}.{category}-{id}`, as in `530322.matter-01JD…`.
//!
//! Invariant: a [`StreamName`] was checked when it was made, so its parts can be taken without failing.
//! Deliberately absent: which categories exist and what an id looks like; those are the domain's.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Digits of a county code (GB/T 2260).
const COUNTY_LEN: usize = 6;

/// The name of one stream. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamName(Arc<str>);

/// Why a text is not the name of a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamNameError {
    /// The county code is missing or is not six digits followed by a full stop.
    #[error(
        "a stream name begins with a six-digit county code and a full stop, as in 530322.matter-01JD: {0:?}"
    )]
    County(String),
    /// The category is missing, or has other signs than a–z, 0–9 and `_`.
    #[error(
        "the category of a stream is a–z, 0–9 and _, and ends in a hyphen, as in 530322.matter-01JD: {0:?}"
    )]
    Category(String),
    /// The id is empty or has control characters.
    #[error("the id of a stream is not empty and has no control characters: {0:?}")]
    Id(String),
    /// The id is too long.
    #[error("the id of a stream is at most {max} bytes, not {len}", max = StreamName::MAX_ID_BYTES)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

impl StreamName {
    /// The longest id, in bytes of UTF-8.
    pub const MAX_ID_BYTES: usize = 512;

    /// Builds a name from its parts.
    ///
    /// # Errors
    /// A part that is not as [`StreamNameError`] asks.
    pub fn new(county: &str, category: &str, id: impl fmt::Display) -> Result<Self, StreamNameError> {
        format!("{county}.{category}-{id}").parse()
    }

    /// The county code: six digits.
    pub fn county(&self) -> &str {
        self.0.get(..COUNTY_LEN).unwrap_or_default()
    }

    /// The category, `matter` in `530322.matter-01JD`.
    pub fn category(&self) -> &str {
        self.parts().0
    }

    /// The id, `01JD` in `530322.matter-01JD`. It may itself hold hyphens.
    pub fn id(&self) -> &str {
        self.parts().1
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Category and id. The hyphen stands a few bytes on: a search for it that is made for long texts takes longer to begin.
    fn parts(&self) -> (&str, &str) {
        let rest = self.0.get(COUNTY_LEN + 1..).unwrap_or_default();
        let hyphen = rest.bytes().position(|byte| byte == b'-');
        hyphen.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?))).unwrap_or_default()
    }
}

impl FromStr for StreamName {
    type Err = StreamNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let county_error = || StreamNameError::County(text.to_owned());
        let (county, rest) = text.split_once('.').ok_or_else(county_error)?;
        if county.len() != COUNTY_LEN || !county.bytes().all(|b| b.is_ascii_digit()) {
            return Err(county_error());
        }
        let category_error = || StreamNameError::Category(text.to_owned());
        let (category, id) = rest.split_once('-').ok_or_else(category_error)?;
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if category.is_empty() || !category.bytes().all(legal) {
            return Err(category_error());
        }
        if id.len() > Self::MAX_ID_BYTES {
            return Err(StreamNameError::TooLong { len: id.len() });
        }
        if id.is_empty() || id.chars().any(char::is_control) {
            return Err(StreamNameError::Id(text.to_owned()));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamName({})", self.0)
    }
}

impl AsRef<str> for StreamName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for StreamName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for StreamName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_found_again() {
        let name: StreamName = "530322.duty_list-一件事 办事-2".parse().unwrap();
        assert_eq!((name.county(), name.category(), name.id()), ("530322", "duty_list", "一件事 办事-2"));
        assert_eq!(StreamName::new("530322", "duty_list", "一件事 办事-2").unwrap(), name);
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for text in [
            "",
            "53032.matter-1",
            "5303222.matter-1",
            "53032x.matter-1",
            "530322matter-1",
            "530322.matter1",
            "530322.-1",
            "530322.Matter-1",
            "530322.matter-",
            "530322.matter-a\nb",
        ] {
            assert!(text.parse::<StreamName>().is_err(), "{text:?}");
        }
        assert!(StreamName::new("530322", "matter", "长".repeat(170)).is_ok());
        assert_eq!(
            StreamName::new("530322", "matter", "长".repeat(171)),
            Err(StreamNameError::TooLong { len: 513 })
        );
    }
}
