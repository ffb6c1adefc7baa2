//! How much of a name or a contact is shown to who needs to know that it is the right one, and no more.
//!
//! Invariant: what is masked never holds the whole text, nor more than seven characters of it.
//! Deliberately absent: notes and names of files, which say nothing when masked; they are shown whole or not at all.

use super::TextClass;

/// The family name's first character; of a telephone the first three digits and the last four (GB/T 35273-2020, 7.2).
pub fn mask(class: TextClass, text: &str) -> String {
    let text = text.trim();
    match class {
        TextClass::PersonName => name(text),
        TextClass::Contact => contact(text),
        TextClass::Note | TextClass::FileName => "*".repeat(3),
    }
}

fn name(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.count()) {
        (None, _) => String::new(),
        (Some(_), 0) => "*".into(),
        (Some(first), rest) => format!("{first}{}", "*".repeat(rest.min(2))),
    }
}

fn contact(text: &str) -> String {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || "+-() 　".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let of_mobile =
        digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11));
    let digits = of_mobile.unwrap_or(&digits);
    match (is_number, digits.len()) {
        (true, 11..) => format!("{}****{}", &digits[..3], &digits[digits.len() - 4..]),
        (true, 7..=10) => format!("****{}", &digits[digits.len() - 3..]),
        _ => name(text),
    }
}
