//! What is refused before a document is parsed: too many bytes, too many tokens, brackets nested too deep.
//!
//! Invariants: every document, over HTTP and over WebSocket, passes here before the parser sees it, because the parser
//! recurses on brackets without a bound; the text is read once, without allocating; whatever this lexer cannot close
//! (a string, a block string) is refused, so no bracket can hide from it that the parser would see.
//! Deliberately absent: grammar, and the limits that need a parsed document ([`super::expansion`]).

/// Longest document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// Deepest nesting of `{`, `[` and `(` together.
pub const MAX_NESTING: usize = 32;
/// Most tokens in a document.
pub const MAX_TOKENS: usize = 8_000;
/// Largest page of any list.
pub const MAX_FIRST: i32 = 200;
/// Largest cost of an operation: fields, each counted as often as the list it stands in may hold.
pub const MAX_COMPLEXITY: usize = 60_000;

/// Why a document was refused unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// Too long.
    #[error(
        "the document has {0} bytes; at most {MAX_DOCUMENT_BYTES} are read: ask for less at once, or use variables"
    )]
    Bytes(usize),
    /// Nested too deep.
    #[error("brackets are nested deeper than {MAX_NESTING}: ask for less at once, or use variables")]
    Nesting,
    /// Too many tokens.
    #[error("the document has more than {MAX_TOKENS} tokens: ask for less at once")]
    Tokens,
    /// A string that does not end.
    #[error("a string that opens at byte {0} is not closed")]
    OpenString(usize),
}

/// Reads the text of a document and refuses what the parser must not see.
pub fn guard(document: &str) -> Result<(), TooMuch> {
    let text = document.as_bytes();
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(TooMuch::Bytes(text.len()));
    }
    let (mut at, mut depth, mut tokens) = (0, 0_usize, 0_usize);
    while let Some(byte) = text.get(at) {
        let next = match byte {
            b' ' | b',' | b'\t' | b'\n' | b'\r' | 0xEF | 0xBB | 0xBF => {
                at += 1;
                continue;
            }
            b'#' => {
                at = end_of_line(text, at);
                continue;
            }
            b'"' => string(text, at).ok_or(TooMuch::OpenString(at))?,
            b'{' | b'[' | b'(' => {
                depth += 1;
                at + 1
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                at + 1
            }
            _ if is_word(*byte) => {
                text.iter().skip(at).position(|b| !is_word(*b)).map_or(text.len(), |n| at + n)
            }
            _ => at + 1,
        };
        tokens += 1;
        if depth > MAX_NESTING {
            return Err(TooMuch::Nesting);
        }
        if tokens > MAX_TOKENS {
            return Err(TooMuch::Tokens);
        }
        at = next;
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_line(text: &[u8], from: usize) -> usize {
    text.iter().skip(from).position(|b| matches!(b, b'\n' | b'\r')).map_or(text.len(), |n| from + n)
}

/// Where the string that opens at `from` ends; none if it does not.
fn string(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    if rest.starts_with(b"\"\"\"") {
        let mut at = 3;
        loop {
            let tail = rest.get(at..)?;
            if tail.starts_with(b"\\\"\"\"") {
                at += 4;
            } else if tail.starts_with(b"\"\"\"") {
                return Some(from + at + 3);
            } else if tail.is_empty() {
                return None;
            } else {
                at += 1;
            }
        }
    }
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'"' => return Some(from + at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A page size as asked for, or the usual one; refused above [`MAX_FIRST`] and below 1.
pub fn page_size(first: Option<i32>, usual: i32) -> Result<usize, String> {
    match first.unwrap_or(usual) {
        n @ 1..=MAX_FIRST => Ok(usize::try_from(n).unwrap_or(1)),
        n => Err(format!(
            "first is {n}; a page has 1 to {MAX_FIRST} entries: ask for the next page with after"
        )),
    }
}

/// How many entries a page of this size may hold, for the cost of an operation.
pub fn multiplier(first: Option<i32>, usual: i32) -> usize {
    usize::try_from(first.unwrap_or(usual).clamp(1, MAX_FIRST)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_refused_and_what_stands_in_strings_and_comments_is_not_counted() {
        assert_eq!(guard(&"[".repeat(2048)), Err(TooMuch::Nesting));
        assert_eq!(guard(&"{a".repeat(40)), Err(TooMuch::Nesting));
        assert_eq!(guard(&format!("{{a(b: \"{}\")}}", "[".repeat(500))), Ok(()));
        assert_eq!(
            guard(&format!("{{a(b: \"\"\"{}\\\"\"\" {}\"\"\")}}", "[".repeat(500), "[".repeat(9))),
            Ok(())
        );
        assert_eq!(guard(&format!("#{}\n{{a}}", "[".repeat(500))), Ok(()));
        assert_eq!(guard(&format!("#\r{}", "[".repeat(500))), Err(TooMuch::Nesting));
    }

    #[test]
    fn a_string_that_hides_brackets_from_one_lexer_only_is_refused() {
        assert!(matches!(
            guard(&format!("{{a(b: [\"\"\"\"{}", "[".repeat(500))),
            Err(TooMuch::OpenString(_))
        ));
        assert!(matches!(
            guard(&format!("{{a(b: \"\n{}\")}}", "[".repeat(500))),
            Err(TooMuch::OpenString(_))
        ));
        assert!(matches!(guard("{a(b: \"\\"), Err(TooMuch::OpenString(_))));
    }

    #[test]
    fn size_and_tokens_are_bounded() {
        assert_eq!(guard(&" ".repeat(MAX_DOCUMENT_BYTES + 1)), Err(TooMuch::Bytes(MAX_DOCUMENT_BYTES + 1)));
        assert_eq!(guard(&"a ".repeat(MAX_TOKENS + 1)), Err(TooMuch::Tokens));
    }

    #[test]
    fn a_page_has_a_largest_size() {
        assert_eq!(page_size(None, 50), Ok(50));
        assert!(page_size(Some(201), 50).is_err());
        assert!(page_size(Some(0), 50).is_err());
    }
}
