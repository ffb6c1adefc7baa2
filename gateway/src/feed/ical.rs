//! Deadlines as an iCalendar text (RFC 5545): all-day events that calendars take in by address.
//!
//! Invariants: lines end in CRLF and are folded at 75 octets, never within a character; text is escaped; the same deadline
//! has the same UID however its date moves.
//! Deliberately absent: alarms, attendees, times of day; a term ends with its day (民法典 203).

use jiff::{Timestamp, ToSpan, civil::Date};
use std::fmt::Write as _;

/// One deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// By what it is known for ever.
    pub uid: String,
    /// Its last day.
    pub on: Date,
    /// What is due.
    pub summary: String,
    /// Of what, and by which law.
    pub description: String,
    /// Where it is done.
    pub url: Option<String>,
}

/// A calendar of deadlines, as of a moment.
pub fn text(name: &str, at: Timestamp, deadlines: &[Deadline]) -> String {
    let mut out = String::new();
    let mut line = |text: &str| folded(text, &mut out);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//One Matter//Deadlines//ZH");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escaped(name)));
    line("X-WR-TIMEZONE:Asia/Shanghai");
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    line("X-PUBLISHED-TTL:PT1H");
    let stamp = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    for deadline in deadlines {
        let (day, next) = (deadline.on, deadline.on.saturating_add(1.day()));
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escaped(&deadline.uid)));
        line(&format!("DTSTAMP:{stamp}"));
        line(&format!("DTSTART;VALUE=DATE:{}", day.strftime("%Y%m%d")));
        line(&format!("DTEND;VALUE=DATE:{}", next.strftime("%Y%m%d")));
        line(&format!("SUMMARY:{}", escaped(&deadline.summary)));
        line(&format!("DESCRIPTION:{}", escaped(&deadline.description)));
        if let Some(url) = &deadline.url {
            line(&format!("URL:{url}"));
        }
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

/// A text value: backslash, semicolon, comma and line ends escaped (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// Octets of a line, its end left out (RFC 5545, 3.1).
const OCTETS: usize = 75;

fn folded(line: &str, out: &mut String) {
    let mut left = OCTETS;
    for c in line.chars() {
        if c.len_utf8() > left {
            out.push_str("\r\n ");
            left = OCTETS - 1;
        }
        left -= c.len_utf8();
        let _ = out.write_char(c);
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    fn one(summary: &str) -> String {
        let deadline = Deadline {
            uid: "decide.A1.01J0@530322.onematter".into(),
            on: jiff::civil::date(2023, 12, 31),
            summary: summary.into(),
            description: "第一行\n第二行".into(),
            url: Some("http://127.0.0.1:8080/matter/01J0".into()),
        };
        text("期限", "2023-06-12T01:02:03Z".parse().unwrap(), &[deadline])
    }

    #[test]
    fn lines_are_folded_at_75_octets_never_within_a_character_and_unfold_to_what_was_said() {
        let summary = "作出审批决定：生产建设项目水土保持方案".repeat(9);
        let text = one(&summary);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.replace("\r\n", "").contains('\n'), "every line ends in CRLF");
        assert!(unfolded(&text).contains(&format!("SUMMARY:{summary}\r\n")));
    }

    #[test]
    fn text_is_escaped_and_an_all_day_event_ends_with_its_day() {
        let text = unfolded(&one("a,b;c\\d"));
        assert!(
            text.contains("SUMMARY:a\\,b\\;c\\\\d\r\n") && text.contains("DESCRIPTION:第一行\\n第二行\r\n")
        );
        assert!(text.contains("DTSTART;VALUE=DATE:20231231\r\nDTEND;VALUE=DATE:20240101\r\n"), "{text}");
        assert!(text.contains("DTSTAMP:20230612T010203Z\r\n"));
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n")
        );
    }
}
