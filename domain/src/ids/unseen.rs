//! Characters that a reader does not see and that change what is read: direction overrides, controls, blanks of no width.
//!
//! Invariant: what joins or varies letters stays allowed (joiners, variation selectors, letters of a private use area,
//! in which some names of persons are written), so every text that a person can read is kept.
//! Deliberately absent: letters that look alike; which of them is meant only a person can say.

/// The first character of a text that is not seen and changes what is read; a line's end may be allowed.
pub fn unseen(text: &str) -> Option<char> {
    text.chars().find(|c| *c != '\n' && is_unseen(*c))
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // soft hyphen, Arabic and Mongolian marks without a shape
            '\u{AD}' | '\u{61C}' | '\u{180E}'
            // of no width, and marks of direction; the joiners U+200C and U+200D stay
            | '\u{200B}' | '\u{200E}' | '\u{200F}'
            // ends of line and paragraph that few programs show as such; overrides and embeddings
            | '\u{2028}'..='\u{202E}'
            // word joiner, invisible operators, isolates, deprecated format marks
            | '\u{2060}'..='\u{206F}'
            // byte order mark, noncharacters, annotations
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            // tags: a text hidden in a text
            | '\u{E0000}'..='\u{E007F}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Whether there is something to see: not only spaces and joiners.
pub(super) fn says_something(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !matches!(c, '\u{200C}' | '\u{200D}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_letters_is_found_and_named() {
        for c in "\u{0}\u{7}\u{1B}\u{7F}\u{85}\u{9B}\u{AD}\u{61C}\u{200B}\u{200E}\u{200F}\u{2028}\u{2029}\u{202A}\u{202E}\u{2060}\u{2066}\u{2069}\u{206F}\u{FDD0}\u{FEFF}\u{FFFB}\u{FFFE}\u{FFFF}\u{1FFFE}\u{E0041}\u{10FFFF}".chars() {
            assert_eq!(unseen(&format!("陆自然资罚〔2023〕{c}1号")), Some(c), "{c:?}");
        }
    }

    #[test]
    fn what_people_write_passes() {
        for text in [
            "陆自然资罚〔2023〕1号",
            "同意。\n附条件：……",
            "㐂𠮷𮧵",
            "葛\u{E0100}城",
            "क्\u{200D}ष",
            "مى\u{200C}خواهم",
            "دعوى",
            "e\u{301}",
            "\u{E000}某",
            "全角　空格",
            "👩\u{200D}🔧",
            "“引号”—·～",
        ] {
            assert_eq!(unseen(text), None, "{text:?}");
        }
        assert!(says_something("无") && !says_something("\u{200D} \u{3000}"));
    }
}
