//! Stored JSON, read in the very form it is written in: no space, no escape, every field of a struct in its order.
//!
//! Invariants: what is read here is what the JSON says; whatever has another form is left to the JSON reader, and so is every
//! complaint. A name of a field is compared with the one that comes next and never searched for.
//! Deliberately absent: fields left out, negative and broken numbers, variants with fields. The JSON reader knows them.

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::fmt;

/// Reads stored JSON as the very type that was written. Of a type with fewer fields it is the longer way:
/// [`from_json`](crate::decider::from_json) is for those.
///
/// # Errors
/// When it is not UTF-8, or in no form the JSON of this type.
pub fn read<T: DeserializeOwned>(stored: &[u8]) -> Result<T, serde_json::Error> {
    let text = simdutf8::compat::from_utf8(stored).map_err(serde::de::Error::custom)?;
    as_written(text).map_or_else(|| serde_json::from_str(text), Ok)
}

/// The same where it has the form that is written. Outside: the JSON reader is to say what it is.
fn as_written<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut rest = Rest(text);
    let read = T::deserialize(&mut rest).ok()?;
    rest.0.is_empty().then_some(read)
}

/// It has another form, or is not of this type. The JSON reader says which.
#[derive(Debug)]
struct Other;

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not in the form that is written")
    }
}
impl std::error::Error for Other {}
impl Error for Other {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Other
    }
}

/// What has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    // what is skipped is mostly known where this is compiled: two instructions instead of a comparison of texts
    #[inline]
    fn skip(&mut self, what: &str) -> Result<(), Other> {
        self.0 = self.0.strip_prefix(what).ok_or(Other)?;
        Ok(())
    }

    fn skip_if(&mut self, what: &str) -> bool {
        self.0.strip_prefix(what).map(|rest| self.0 = rest).is_some()
    }

    /// The name of a field, and the colon behind it.
    fn skip_name(&mut self, name: &str) -> Result<(), Other> {
        let rest = self.0.strip_prefix('"').and_then(|rest| rest.strip_prefix(name));
        self.0 = rest.and_then(|rest| rest.strip_prefix("\":")).ok_or(Other)?;
        Ok(())
    }

    /// A string, whose characters all stand for themselves.
    fn text(&mut self) -> Result<&'a str, Other> {
        self.skip("\"")?;
        let (text, rest) = self.0.split_at_checked(plain_bytes(self.0)).ok_or(Other)?;
        self.0 = rest;
        self.skip("\"")?;
        Ok(text)
    }

    /// A whole number from 0 on; with a fraction or an exponent it is another form.
    fn number(&mut self) -> Result<u64, Other> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits).ok_or(Other)?;
        if rest.starts_with(['.', 'e', 'E']) || digits > 1 && number.starts_with('0') {
            return Err(Other);
        }
        self.0 = rest;
        number.parse().map_err(|_| Other)
    }
}

/// So many bytes from the beginning on stand for themselves in a JSON string.
pub(crate) fn plain_bytes(text: &str) -> usize {
    let (words, rest) = text.as_bytes().as_chunks();
    for (number, word) in words.iter().enumerate() {
        let others = not_plain(u64::from_le_bytes(*word));
        if others != 0 {
            return number * 8 + others.trailing_zeros() as usize / 8;
        }
    }
    text.len() - rest.len() + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

/// Eight bytes at once: the lowest bit set is the highest of the first byte that is not [plain](is_plain); none is set where all
/// are. A borrow may set more of them above the first (Mycroft's test for a zero byte).
const fn not_plain(bytes: u64) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = EACH << 7;
    let (quote, backslash) = (bytes ^ (EACH * b'"' as u64), bytes ^ (EACH * b'\\' as u64));
    let control = bytes.wrapping_sub(EACH * b' ' as u64) & !bytes;
    let (quote, backslash) = (quote.wrapping_sub(EACH) & !quote, backslash.wrapping_sub(EACH) & !backslash);
    (control | quote | backslash) & HIGHEST
}

/// A byte that stands for itself in a JSON string.
pub(crate) const fn is_plain(byte: u8) -> bool {
    (byte >= b' ') & (byte != b'"') & (byte != b'\\')
}

macro_rules! numbers {
    ($($read:ident)*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
            visitor.visit_u64(self.number()?)
        })*
    };
}
macro_rules! texts {
    ($($read:ident)*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
            visitor.visit_borrowed_str(self.text()?)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Rest<'de> {
    type Error = Other;

    numbers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 }
    texts! { deserialize_str deserialize_string }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Other> {
        Err(Other)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        let is = self.skip_if("true");
        if !is {
            self.skip("false")?;
        }
        visitor.visit_bool(is)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        if self.skip_if("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Other> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Other> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Other> {
        self.skip("{")?;
        let read = visitor.visit_seq(Fields { rest: self, next: fields.iter(), first: true })?;
        self.skip("}")?;
        Ok(read)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        self.skip("[")?;
        let read = visitor.visit_seq(Items { rest: self, close: "]", first: true })?;
        self.skip("]")?;
        Ok(read)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Other> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        self.skip("{")?;
        let read = visitor.visit_map(Items { rest: self, close: "}", first: true })?;
        self.skip("}")?;
        Ok(read)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct identifier ignored_any
    }
}

/// The fields of a struct, each behind its name.
struct Fields<'r, 'de> {
    rest: &'r mut Rest<'de>,
    next: std::slice::Iter<'static, &'static str>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Fields<'_, 'de> {
    type Error = Other;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Other> {
        let Some(name) = self.next.next() else { return Ok(None) };
        if !std::mem::take(&mut self.first) {
            self.rest.skip(",")?;
        }
        self.rest.skip_name(name)?;
        seed.deserialize(&mut *self.rest).map(Some)
    }
}

/// The items of an array, or of an object whose keys are data.
struct Items<'r, 'de> {
    rest: &'r mut Rest<'de>,
    close: &'static str,
    first: bool,
}

impl Items<'_, '_> {
    /// Goes to the next one, if there is one.
    fn advance(&mut self) -> Result<bool, Other> {
        if self.rest.0.starts_with(self.close) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.first) {
            self.rest.skip(",")?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Other;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Other> {
        if self.advance()? { seed.deserialize(&mut *self.rest).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Other;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Other> {
        if !self.advance()? {
            return Ok(None);
        }
        let key = self.rest.text()?;
        self.rest.skip(":")?;
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Other> {
        seed.deserialize(&mut *self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Road,
        Bridge,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Name(String);

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Inner {
        at: (u8, u16),
        on: Option<jiff::civil::Date>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Whole {
        name: Name,
        kind: Kind,
        count: u64,
        change: i32,
        done: bool,
        inner: Vec<Inner>,
        places: BTreeMap<String, u32>,
        #[serde(rename = "$last")]
        last: Option<Box<Inner>>,
    }

    fn whole() -> Whole {
        let inner = Inner { at: (0, 65_535), on: Some(jiff::civil::date(2026, 2, 28)) };
        Whole {
            name: Name("城南路桥及管网改造工程".into()),
            kind: Kind::Bridge,
            count: u64::MAX,
            change: 40,
            done: true,
            inner: vec![inner.clone(), Inner { on: None, ..inner.clone() }],
            places: [("中枢街道".into(), 0), ("板桥镇".into(), 7)].into(),
            last: Some(inner.into()),
        }
    }

    /// Forms in which it is written.
    fn forms() -> Vec<Whole> {
        vec![
            whole(),
            Whole { kind: Kind::Road, done: false, last: None, ..whole() },
            Whole { inner: Vec::new(), places: BTreeMap::new(), ..whole() },
            Whole { name: Name("x".repeat(48)), count: 0, ..whole() },
            Whole { name: Name(String::new()), ..whole() },
        ]
    }

    #[test]
    fn what_is_written_is_read_without_the_json_reader() {
        for form in forms() {
            let text = serde_json::to_string(&form).unwrap();
            assert_eq!(as_written::<Whole>(&text), Some(form.clone()), "{text}");
            assert_eq!(read::<Whole>(text.as_bytes()).unwrap(), form);
        }
    }

    #[test]
    fn whatever_is_read_here_is_what_the_json_says() {
        for text in forms().iter().map(|form| serde_json::to_string(form).unwrap()) {
            for at in 0..text.len() {
                for with in *b"\"\\{}[]:, 0\n-.ex" {
                    let mut damaged = text.clone().into_bytes();
                    damaged[at] = with;
                    let Ok(damaged) = String::from_utf8(damaged) else { continue };
                    let mut inserted = text.clone().into_bytes();
                    inserted.insert(at, with);
                    let inserted = String::from_utf8(inserted).unwrap_or_default();
                    for other in [damaged, inserted, text[..text.floor_char_boundary(at)].to_owned()] {
                        if let Some(read) = as_written::<Whole>(&other) {
                            assert_eq!(serde_json::from_str::<Whole>(&other).unwrap(), read, "{other}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn another_form_is_left_to_the_json_reader() {
        let minus = Whole { change: -40, ..whole() };
        let escaped = Whole { name: Name("他说\"好\"\n".into()), ..whole() };
        for (form, text) in [
            (&minus, serde_json::to_string(&minus).unwrap()),
            (&escaped, serde_json::to_string(&escaped).unwrap()),
            (&whole(), serde_json::to_string_pretty(&whole()).unwrap()),
            (&whole(), serde_json::to_value(whole()).unwrap().to_string()),
            (&whole(), serde_json::to_string(&whole()).unwrap().replace("true", "true,\"more\":[{}]")),
        ] {
            assert_eq!(as_written::<Whole>(&text), None, "{text}");
            assert_eq!(read::<Whole>(text.as_bytes()).unwrap(), *form, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_the_json_reader() {
        let text = serde_json::to_string(&whole()).unwrap();
        for (wrong, why) in [
            (text.replace("65535", "65536"), "expected u16"),
            (text.replace("bridge", "ferry"), "unknown variant `ferry`"),
            (text.replace("2026-02-28", "2026-02-30"), "day"),
            (text.replace("\"done\":true,", ""), "missing field `done`"),
            (format!("{text}x"), "trailing characters"),
        ] {
            let said = read::<Whole>(wrong.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(why), "{wrong}: {said}");
        }
        assert!(read::<Whole>(b"\xff").unwrap_err().to_string().contains("utf-8"));
    }

    #[test]
    fn the_first_byte_that_stands_for_another_is_found_wherever_it_is() {
        let texts = ["\"", "\\", "\n", "\u{1f}", "\0", " ", "!", "#", "[", "]", "\u{7f}", "é", "桥"];
        for before in (0..20).flat_map(|length| ["a", " ", "#", "]", "桥"].map(|text| text.repeat(length))) {
            for with in texts {
                // what follows the first, too, may look like it
                for after in texts.map(|text| text.repeat(9)) {
                    let text = [&*before, with, &after].concat();
                    let found = text.bytes().position(|byte| !is_plain(byte)).unwrap_or(text.len());
                    assert_eq!(plain_bytes(&text), found, "{text:?}");
                }
            }
        }
    }
}
