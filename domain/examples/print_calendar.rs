//! Prints every day the built-in table speaks for, one a line: `2007-01-01 off` or `2007-01-04 work`.
//!
//! An independent check compares the lines with other tables of the same facts (`tests/python/calendar_check.py`).

use std::io::{self, BufWriter, Write};

use om_domain::calendar::Calendar;

fn main() -> io::Result<()> {
    let cal = Calendar::national();
    let mut out = BufWriter::new(io::stdout().lock());
    let days = cal.authoritative_from().series(jiff::Span::new().days(1));
    for day in days.take_while(|day| *day <= cal.authoritative_through()) {
        writeln!(out, "{day} {}", if cal.is_working(day) { "work" } else { "off" })?;
    }
    out.flush()
}
