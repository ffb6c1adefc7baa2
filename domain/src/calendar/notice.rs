//! What changes a calendar: a State Council notice, a county's overlay, and the checks they pass by themselves.
//!
//! Invariant: a notice that is accepted says one thing about each day it lists, and nothing that the week already says.
//! Deliberately absent: reading a notice's text; a person enters its days, and the source is kept with them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CalendarError, days};

/// A day that a notice names, with the holiday it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedDay {
    /// The day, in Beijing.
    pub date: Date,
    /// The holiday's name as the notice writes it, e.g. 春节.
    pub holiday: String,
}

/// The State Council's arrangement of one year's holidays, or an amendment of it (放假办法 2024).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HolidayNotice {
    /// The notice's number, unique in a calendar, e.g. 国办发明电〔2025〕7号.
    pub id: String,
    /// The calendar year it arranges.
    pub year: i16,
    /// Where it was published: at least one address or citation.
    pub sources: Vec<String>,
    /// The id of the notice of the same year that this one amends; `None` for a year's first notice.
    #[serde(default)]
    pub amends: Option<String>,
    /// Days off, weekends within a holiday included.
    pub off: Vec<NamedDay>,
    /// Saturdays and Sundays that are worked (调休).
    pub make_up: Vec<NamedDay>,
    /// Days listed by an earlier notice that go back to what the week says. Only in an amendment.
    #[serde(default)]
    pub withdrawn: Vec<Date>,
    /// The last day for which holidays are settled once this notice is known, usually 31 December (R19).
    pub authoritative_through: Date,
}

/// A county's own days: holidays of its minorities' customs, and the weekends worked for them (R19; 放假办法 2024, 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountyOverlay {
    /// The county's six-digit division code, e.g. 530322.
    pub county: String,
    /// The number of the document that decided it, unique in a calendar.
    pub id: String,
    /// Where it was published: at least one address or citation.
    pub sources: Vec<String>,
    /// Local days off; they prevail over a national make-up day.
    pub off: Vec<NamedDay>,
    /// Local make-up working days: Saturdays and Sundays.
    pub make_up: Vec<NamedDay>,
    /// Days of this county's earlier overlays that go back to what the nation says.
    #[serde(default)]
    pub withdrawn: Vec<Date>,
}

/// The days of a notice or overlay, seen alike.
pub(super) struct Listed<'a> {
    pub(super) id: &'a str,
    pub(super) sources: &'a [String],
    pub(super) off: &'a [NamedDay],
    pub(super) make_up: &'a [NamedDay],
    pub(super) withdrawn: &'a [Date],
}

impl Listed<'_> {
    /// Sources, days, names; one saying for each day; make-up days on weekends only.
    fn check(&self) -> Result<(), CalendarError> {
        if !self.sources.iter().any(|source| !source.trim().is_empty()) {
            return Err(CalendarError::NoSource { id: self.id.to_owned() });
        }
        if let Some(day) = self.off.iter().chain(self.make_up).find(|day| day.holiday.trim().is_empty()) {
            return Err(CalendarError::Nameless { date: day.date });
        }
        let mut said = BTreeMap::new();
        for (date, says) in self.sayings() {
            match said.insert(date, says) {
                Some(before) if before == says => return Err(CalendarError::ListedTwice { date }),
                Some(_) => return Err(CalendarError::Contradiction { date }),
                None if says == Says::Work && days::is_weekday(days::number(date)) => {
                    return Err(CalendarError::MakeUpOnWeekday { date });
                }
                None => {}
            }
        }
        if said.is_empty() { Err(CalendarError::NoDays { id: self.id.to_owned() }) } else { Ok(()) }
    }

    fn sayings(&self) -> impl Iterator<Item = (Date, Says)> {
        let off = self.off.iter().map(|day| (day.date, Says::Off));
        let work = self.make_up.iter().map(|day| (day.date, Says::Work));
        off.chain(work).chain(self.withdrawn.iter().map(|day| (*day, Says::Withdrawn)))
    }
}

/// What a notice or overlay says of one day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Off,
    Work,
    Withdrawn,
}

impl HolidayNotice {
    pub(super) fn listed(&self) -> Listed<'_> {
        let Self { id, sources, off, make_up, withdrawn, .. } = self;
        Listed { id, sources, off, make_up, withdrawn }
    }

    /// Checks what the notice says by itself: sources, days, its year.
    pub(super) fn check(&self) -> Result<(), CalendarError> {
        let (year, through) = (self.year, self.authoritative_through);
        let listed = self.listed();
        listed.check()?;
        let inside =
            |day: Date| day.year() == year || (day.month() == 12 && day.year().checked_add(1) == Some(year));
        if let Some((date, _)) = listed.sayings().find(|(day, _)| !inside(*day)) {
            return Err(CalendarError::OutsideYear { date, year });
        }
        if through.year() != year {
            return Err(CalendarError::AuthorityOutsideYear { through, year });
        }
        Ok(())
    }
}

impl CountyOverlay {
    pub(super) fn listed(&self) -> Listed<'_> {
        let Self { id, sources, off, make_up, withdrawn, .. } = self;
        Listed { id, sources, off, make_up, withdrawn }
    }

    /// Checks what the overlay says by itself: county, sources, days.
    pub(super) fn check(&self) -> Result<(), CalendarError> {
        if self.county.len() != 6 || !self.county.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CalendarError::NotACounty { county: self.county.clone() });
        }
        self.listed().check()
    }
}
