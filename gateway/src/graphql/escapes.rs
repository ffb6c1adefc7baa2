//! Characters written as escapes in a document's strings, spelled out.
//!
//! Invariants: a pair of surrogates (`\uD842\uDFB7`) and a code point in braces (`\u{20BB7}`) are read as the one character
//! they are, as the specification has it and the parser does not; half a pair is refused with its place; what is no such
//! escape stays byte for byte, and nothing outside of plain strings is touched.
//! Deliberately absent: other escapes; the parser reads them.

use std::borrow::Cow;

/// An escape that is no character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCharacter {
    /// Half a pair.
    #[error(
        "the escape at byte {0} is half of a pair of surrogates: write both halves, or the character itself"
    )]
    Half(usize),
    /// In braces, and beyond the last character.
    #[error(
        "the escape at byte {0} is no character: write \\u{{…}} with a code point from 0 to 10FFFF, no surrogate"
    )]
    Beyond(usize),
}

/// The document with such escapes spelled out. It has passed [`super::limits::guard`], so every string in it ends.
///
/// # Errors
/// When an escape is no character.
pub fn spelled_out(document: &str) -> Result<Cow<'_, str>, NoCharacter> {
    if !document.contains("\\u") {
        return Ok(Cow::Borrowed(document));
    }
    let mut read =
        Reading { rest: document, whole: document.len(), written: String::with_capacity(document.len()) };
    while let Some(next) = read.rest.chars().next() {
        match next {
            '#' => read.copy(read.rest.find(['\n', '\r']).unwrap_or(read.rest.len())),
            '"' if read.rest.starts_with("\"\"\"") => read.block(),
            '"' => read.string()?,
            _ => read.copy(next.len_utf8()),
        }
    }
    Ok(Cow::Owned(read.written))
}

struct Reading<'a> {
    rest: &'a str,
    whole: usize,
    written: String,
}

impl Reading<'_> {
    fn copy(&mut self, bytes: usize) {
        let (copied, rest) = self.rest.split_at(bytes);
        self.written.push_str(copied);
        self.rest = rest;
    }

    fn at(&self) -> usize {
        self.whole - self.rest.len()
    }

    fn block(&mut self) {
        self.copy(3);
        loop {
            if self.rest.starts_with("\\\"\"\"") {
                self.copy(4);
            } else if self.rest.starts_with("\"\"\"") {
                return self.copy(3);
            } else {
                match self.rest.chars().next() {
                    Some(next) => self.copy(next.len_utf8()),
                    None => return,
                }
            }
        }
    }

    fn string(&mut self) -> Result<(), NoCharacter> {
        self.copy(1);
        while let Some(next) = self.rest.chars().next() {
            match next {
                '"' => {
                    self.copy(1);
                    return Ok(());
                }
                '\\' => self.escape()?,
                _ => self.copy(next.len_utf8()),
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), NoCharacter> {
        let at = self.at();
        if let Some(in_braces) = self.rest.strip_prefix("\\u{") {
            let end = in_braces.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(in_braces.len());
            let (digits, after) = in_braces.split_at(end);
            // of many zeros the last is enough
            let significant = digits.trim_start_matches('0');
            let point = u32::from_str_radix(if significant.is_empty() { digits } else { significant }, 16);
            let character = point.ok().and_then(char::from_u32);
            self.write(character.ok_or(NoCharacter::Beyond(at))?);
            self.rest = after.strip_prefix('}').ok_or(NoCharacter::Beyond(at))?;
            return Ok(());
        }
        match unit(self.rest) {
            Some(high @ 0xD800..=0xDBFF) => {
                let low = self.rest.get(6..).and_then(unit).filter(|low| (0xDC00..=0xDFFF).contains(low));
                let pair = [high, low.ok_or(NoCharacter::Half(at))?];
                let character = char::decode_utf16(pair).next().and_then(Result::ok);
                self.write(character.ok_or(NoCharacter::Half(at))?);
                self.rest = self.rest.get(12..).unwrap_or_default();
                Ok(())
            }
            Some(0xDC00..=0xDFFF) => Err(NoCharacter::Half(at)),
            _ => {
                // the character behind the backslash goes with it, or \" would end the string and \\ begin an escape
                let next = self.rest.chars().nth(1).map_or(0, char::len_utf8);
                self.copy(1 + next);
                Ok(())
            }
        }
    }

    /// A character of the basic plane as the escape that the parser reads, since it may be a quote or a line's end.
    fn write(&mut self, character: char) {
        match u16::try_from(u32::from(character)) {
            Ok(unit) => self.written.push_str(&format!("\\u{unit:04X}")),
            Err(_) => self.written.push(character),
        }
    }
}

/// The unit of an escape `\uXXXX` that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(document: &str) -> String {
        spelled_out(document).unwrap().into_owned()
    }

    #[test]
    fn a_pair_and_braces_are_one_character() {
        assert_eq!(of(r#"{a(b: "\uD842\uDFB7水")}"#), r#"{a(b: "𠮷水")}"#);
        assert_eq!(of(r#"{a(b: "\u{20BB7}\u{000000020bb7}")}"#), r#"{a(b: "𠮷𠮷")}"#);
        assert_eq!(of(r#"{a(b: "\u{22}\u{a}\u{0}\u6C34")}"#), r#"{a(b: "\u0022\u000A\u0000\u6C34")}"#);
    }

    #[test]
    fn half_a_pair_is_refused_with_its_place() {
        for half in [r"\uD842", r"\uD842x", r"\uDFB7\uD842", r"\uD842\n\uDFB7", r"\uD842\uD842\uDFB7"] {
            let document = format!("{{a(b: \"{half}\")}}");
            assert_eq!(spelled_out(&document), Err(NoCharacter::Half(7)), "{half}");
        }
        for beyond in [r"\u{D842}", r"\u{110000}", r"\u{}", r"\u{g}", r"\u{FFFFFFFFFFFFFFFFFF}"] {
            let document = format!("{{a(b: \"{beyond}\")}}");
            assert_eq!(spelled_out(&document), Err(NoCharacter::Beyond(7)), "{beyond}");
        }
    }

    #[test]
    fn what_is_no_such_escape_stays_as_it_is() {
        for document in [
            r#"{a(b: "\\uD842")}"#,
            r#"{a(b: "\"\\\\uD842", c: """\uD842 \""" \u{1F600}""")} # \uD842 "\uD842"#,
            r#"{a(b: "\uZZZZ \u12")} "#,
            "{a}",
            "# \\uD842 \" \r{a(b: \"\\n\")}",
        ] {
            assert_eq!(of(document), document);
        }
    }
}
