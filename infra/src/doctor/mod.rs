//! What is wrong with a data directory, and what to do: `onematter doctor`.
//!
//! Invariants: nothing is written, and no lock is kept, so a server may be at work; every finding that is not good says
//! what to do; a check that cannot be made is a finding, never silence.
//! Deliberately absent: putting right. What can be built again is built by `rebuild`, what cannot is restored.

mod log;
mod papers;
mod place;
mod read;

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::calendars::{Calendars, CountyCalendars};
use crate::log::SqliteLog;
use crate::log::sqlite::Options;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// It serves, and somebody has to see to it.
    Warning,
    /// It does not serve, or what was recorded is damaged.
    Damage,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check; a word that does not change, for scripts.
    pub check: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is so.
    pub what: String,
    /// What to do, unless it is good.
    pub todo: Option<String>,
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Events and their leaves.
    Leaves,
    /// Papers and their hashes.
    Papers,
}

/// Hears what is being read, how many are done with, and of how many.
pub type OnProgress<'a> = &'a (dyn Fn(What, u64, u64) + Send + Sync);

/// What is kept elsewhere than in the directory, as its server is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Personal text.
    pub vault_in_database: bool,
    /// Papers.
    pub papers_in_database: bool,
}

/// Counts down to the last day for which a calendar has a notice.
const CALENDAR_NEARLY_OVER_DAYS: i32 = 60;

/// Looks at a data directory as of now; the findings in the order of the checks.
pub async fn examine(data: &Path, kept: Kept, now: Timestamp, on_progress: OnProgress<'_>) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    place::directory(data, &mut findings);
    if findings.worst() == Severity::Damage {
        return findings.0;
    }
    let held = place::lock(data, &mut findings);
    place::space(data, &mut findings);
    place::wal(data, held, &mut findings);
    let seen = log::events(data, on_progress, &mut findings);
    log::vault(data, kept, seen.as_ref(), &mut findings);
    log::credentials(data, &mut findings);
    papers::papers(data, kept, seen.as_ref().map(log::Seen::papers), on_progress, &mut findings);
    if let Some(seen) = &seen {
        log::clock(seen, now, &mut findings);
        read::projections(data, seen, &mut findings);
        log::registers(seen, &mut findings);
        calendars(data, seen, now, &mut findings).await;
    }
    findings.0
}

async fn calendars(data: &Path, seen: &log::Seen, now: Timestamp, findings: &mut Findings) {
    let log = match SqliteLog::open_read_only(data, &Options::default()) {
        Ok(log) => log,
        Err(error) => return findings.warning("calendar", error.to_string(), "see to the log first"),
    };
    let books = CountyCalendars::new(log);
    let today = om_domain::calendar::beijing(now);
    for county in seen.counties() {
        let calendar = match books.calendar(&county).await {
            Ok(calendar) => calendar,
            Err(error) => {
                findings.warning(
                    "calendar",
                    format!("the calendar of county {county} cannot be read: {error}"),
                    "see to the log first",
                );
                continue;
            }
        };
        let through = calendar.authoritative_through();
        let left = through.since(today).map_or(0, |span| span.get_days());
        if left >= CALENDAR_NEARLY_OVER_DAYS {
            findings.good("calendar", format!("county {county}: holidays are known through {through}"));
        } else {
            findings.warning(
                "calendar",
                format!("county {county}: holidays are known through {through} only; later due dates are provisional"),
                "once the State Council's notice for the next year is out, an administrator records it with \
                 recordHolidayNotice; due dates that move are then revised by themselves",
            );
        }
    }
}

/// Findings as they come.
struct Findings(Vec<Finding>);

impl Findings {
    fn worst(&self) -> Severity {
        self.0.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Good)
    }

    fn good(&mut self, check: &'static str, what: impl Into<String>) {
        self.0.push(Finding { check, severity: Severity::Good, what: what.into(), todo: None });
    }

    fn warning(&mut self, check: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        let todo = Some(todo.into());
        self.0.push(Finding { check, severity: Severity::Warning, what: what.into(), todo });
    }

    fn damage(&mut self, check: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        let todo = Some(todo.into());
        self.0.push(Finding { check, severity: Severity::Damage, what: what.into(), todo });
    }
}
