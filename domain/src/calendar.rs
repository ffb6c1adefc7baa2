//! The working calendar (R1, R19–R21): which days count, how many lie between two dates, where a term ends.
//!
//! Invariant: a calendar is a value. A notice or an overlay gives a new calendar with a new version, so what an old
//! version computed can be computed again (R20). Beyond the last authoritative day every date is provisional (R19).
//! Counting neither allocates nor panics; a date outside years -9999 to 9999 becomes the nearest end of that range.
//! Deliberately absent: what a limit is and when it stops (the clock's), half days, other nations' holidays, today.

mod beijing;
pub(crate) mod days;
mod error;
mod marks;
mod notice;
mod table;

use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use beijing::{BEIJING, beijing, beijing_datetime, end_of_day, end_of_term, instant, start_of_day};
pub use error::CalendarError;
use marks::{Layer, Marks};
pub use notice::{CountyOverlay, HolidayNotice, NamedDay};

/// In what a term is counted (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Working days (工作日), as 行政许可法 82 counts its own limits.
    WorkingDays,
    /// Plain days (日), as most other laws count.
    CalendarDays,
}

/// The name of what a calendar knows, e.g. `cn-2026-1`: last year with a notice, a serial that grows with every
/// notice recorded since the built-in table, and `+530322-1` for a county with one overlay.
///
/// Equal versions of one installation hold equal days. The order is that of text, for use as a key, not of age.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CalendarVersion(String);

impl CalendarVersion {
    /// The version as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CalendarVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayKind<'a> {
    /// An ordinary working day, Monday to Friday.
    Working,
    /// A Saturday or Sunday that is worked for a holiday (调休).
    MakeUp {
        /// The holiday it is worked for.
        holiday: &'a str,
    },
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off by notice or overlay, weekends within the holiday included.
    Holiday {
        /// The holiday's name.
        name: &'a str,
    },
}

impl DayKind<'_> {
    /// True when the day counts as a working day.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::MakeUp { .. })
    }
}

/// A working calendar of the nation, or of one county. Cloning is one reference count.
#[derive(Clone, PartialEq, Eq)]
pub struct Calendar(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    version: CalendarVersion,
    from: Date,
    through: Date,
    notices: Vec<Arc<HolidayNotice>>,
    overlays: Vec<Arc<CountyOverlay>>,
    marks: Marks,
}

static NATIONAL: LazyLock<Calendar> = LazyLock::new(|| Calendar::of(table::notices(), Vec::new()));

impl Calendar {
    /// The built-in national calendar, 2007–2026.
    pub fn national() -> Self {
        NATIONAL.clone()
    }

    /// The calendar with a State Council notice added: the next year's, or an amendment of a year it has.
    ///
    /// # Errors
    /// When the notice contradicts itself, comes out of order, or is there already; each error says what to do.
    pub fn with_notice(&self, notice: HolidayNotice) -> Result<Self, CalendarError> {
        notice.check()?;
        self.refuse_recorded(&notice.id)?;
        let (year, expected) = (notice.year, self.last_year().saturating_add(1));
        match &notice.amends {
            None if year == expected => {}
            None if self.notices_of(year).next().is_some() => {
                return Err(CalendarError::YearCovered { year });
            }
            None => return Err(CalendarError::YearOutOfOrder { year, expected }),
            Some(amends) if self.notices_of(year).all(|known| known.id != *amends) => {
                return Err(CalendarError::AmendsUnknown { year, amends: amends.clone() });
            }
            Some(_) => {}
        }
        let known = national_layer(&self.0.notices);
        refuse_unlisted(&known, &notice.withdrawn)?;
        let mut notices = self.0.notices.clone();
        notices.push(Arc::new(notice));
        Ok(Self::of(notices, self.0.overlays.clone()))
    }

    /// The calendar with a county's own days laid over it; from then on it is that county's.
    ///
    /// # Errors
    /// When the overlay contradicts itself, is another county's, or is there already; each error says what to do.
    pub fn with_overlay(&self, overlay: CountyOverlay) -> Result<Self, CalendarError> {
        overlay.check()?;
        self.refuse_recorded(&overlay.id)?;
        if let Some(here) = self.county().filter(|here| *here != overlay.county) {
            return Err(CalendarError::OtherCounty { here: here.to_owned(), given: overlay.county });
        }
        refuse_unlisted(&county_layer(&self.0.overlays), &overlay.withdrawn)?;
        let mut overlays = self.0.overlays.clone();
        overlays.push(Arc::new(overlay));
        Ok(Self::of(self.0.notices.clone(), overlays))
    }

    /// The name of what this calendar knows; it changes with every notice and overlay (R20).
    pub fn version(&self) -> &CalendarVersion {
        &self.0.version
    }

    /// The first day the table speaks for.
    pub fn authoritative_from(&self) -> Date {
        self.0.from
    }

    /// The last day the table speaks for (R19). A later notice may still reach back into its last days of December.
    pub fn authoritative_through(&self) -> Date {
        self.0.through
    }

    /// The notices, in the order they were added, built-in years first.
    pub fn notices(&self) -> impl Iterator<Item = &HolidayNotice> {
        self.0.notices.iter().map(AsRef::as_ref)
    }

    /// The notice of one year, followed by its amendments.
    pub fn notices_of(&self, year: i16) -> impl Iterator<Item = &HolidayNotice> {
        self.notices().filter(move |notice| notice.year == year)
    }

    /// The county's overlays, in the order they were added.
    pub fn overlays(&self) -> impl Iterator<Item = &CountyOverlay> {
        self.0.overlays.iter().map(AsRef::as_ref)
    }

    /// Whose calendar it is: a six-digit division code, or `None` for the nation's.
    pub fn county(&self) -> Option<&str> {
        self.0.overlays.first().map(|overlay| overlay.county.as_str())
    }

    /// What the day is.
    pub fn day(&self, day: Date) -> DayKind<'_> {
        let number = days::number(day);
        match self.0.marks.get(number) {
            Some(mark) if !mark.works => DayKind::Holiday { name: &mark.holiday },
            Some(mark) => DayKind::MakeUp { holiday: &mark.holiday },
            None if days::is_weekday(number) => DayKind::Working,
            None => DayKind::Weekend,
        }
    }

    /// The days from `from` to `to`, both inclusive, that are not what the week says, in order.
    pub fn special_days(&self, from: Date, to: Date) -> impl Iterator<Item = (Date, DayKind<'_>)> {
        self.0.marks.between(days::number(from), days::number(to)).map(|(day, mark)| {
            let holiday = &*mark.holiday;
            let kind =
                if mark.works { DayKind::MakeUp { holiday } } else { DayKind::Holiday { name: holiday } };
            (days::date_of(day), kind)
        })
    }

    /// True when the day counts as a working day (R1).
    pub fn is_working(&self, day: Date) -> bool {
        self.0.marks.is_working(days::number(day))
    }

    /// True when no notice speaks for the day: it lies beyond the last authoritative day, or before the table (R19).
    pub fn is_provisional(&self, day: Date) -> bool {
        day > self.0.through || day < self.0.from
    }

    /// The first working day strictly after.
    pub fn next_working(&self, day: Date) -> Date {
        days::date_of(self.0.marks.nth_after(days::number(day), 1))
    }

    /// The day itself if it is a working day, else the next one that is (民法典 203).
    pub fn roll_forward(&self, day: Date) -> Date {
        if self.is_working(day) { day } else { self.next_working(day) }
    }

    /// The working day that lies so many working days before a working day.
    pub(crate) fn working_day_before(&self, day: Date, n: u16) -> Date {
        let mut before = day;
        for _ in 0..n {
            before = days::shift(before, -1);
            while !self.is_working(before) && before > Date::MIN {
                before = days::shift(before, -1);
            }
        }
        before
    }

    /// Working days after `after`, through and with `through`; negative when `through` is the earlier.
    pub fn working_days_between(&self, after: Date, through: Date) -> i32 {
        let worked = |day| self.0.marks.worked_through(days::number(day));
        worked(through).saturating_sub(worked(after))
    }

    /// Days of that unit after `after`, through and with `through`; negative when `through` is the earlier.
    pub fn days_between(&self, after: Date, through: Date, unit: Unit) -> i32 {
        match unit {
            Unit::WorkingDays => self.working_days_between(after, through),
            Unit::CalendarDays => days::number(through).saturating_sub(days::number(after)),
        }
    }

    /// The last day of a term of `n` units: the start day is not counted, a last day off rolls forward (R1).
    /// Always a working day.
    pub fn add(&self, start: Date, n: u32, unit: Unit) -> Date {
        self.roll_forward(self.count_on(start, i32::try_from(n).unwrap_or(i32::MAX), unit))
    }

    /// The last day from which a term of `n` units ends by `through`: what [`Calendar::add`] of a day later would miss.
    pub fn latest_start(&self, through: Date, n: u32, unit: Unit) -> Date {
        let n = i32::try_from(n).unwrap_or(i32::MAX);
        match unit {
            _ if n == 0 => self.roll_back(through),
            Unit::WorkingDays => days::date_of(self.0.marks.last_before(days::number(through), n)),
            Unit::CalendarDays => days::shift(self.roll_back(through), n.saturating_neg()),
        }
    }

    /// The day itself if it is a working day, else the last one before it that is.
    fn roll_back(&self, day: Date) -> Date {
        days::date_of(self.0.marks.last_before(days::number(day), 1).saturating_add(1))
    }

    /// The day on which the `n`-th unit after `start` is counted, not rolled forward.
    pub(crate) fn count_on(&self, start: Date, n: i32, unit: Unit) -> Date {
        match unit {
            _ if n <= 0 => start,
            Unit::WorkingDays => days::date_of(self.0.marks.nth_after(days::number(start), n)),
            Unit::CalendarDays => days::shift(start, n),
        }
    }

    /// Whether it is this very value, not one like it.
    pub fn is_very(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn of(notices: Vec<Arc<HolidayNotice>>, overlays: Vec<Arc<CountyOverlay>>) -> Self {
        let mut layer = national_layer(&notices);
        layer.extend(county_layer(&overlays));
        let first = notices.first().map_or(0, |notice| notice.year);
        let from = Date::new(first, 1, 1).unwrap_or(Date::MIN);
        let through = notices.iter().map(|notice| notice.authoritative_through).max().unwrap_or(Date::MIN);
        let version = version(&notices, &overlays);
        Self(Arc::new(Inner { version, from, through, notices, overlays, marks: Marks::of(layer) }))
    }

    fn last_year(&self) -> i16 {
        self.notices().map(|notice| notice.year).max().unwrap_or(0)
    }

    fn refuse_recorded(&self, id: &str) -> Result<(), CalendarError> {
        let known =
            self.notices().any(|notice| notice.id == id) || self.overlays().any(|overlay| overlay.id == id);
        if known { Err(CalendarError::Recorded { id: id.to_owned() }) } else { Ok(()) }
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calendar({})", self.0.version)
    }
}

fn national_layer(notices: &[Arc<HolidayNotice>]) -> Layer {
    let mut layer = Layer::new();
    notices.iter().for_each(|notice| marks::lay(&mut layer, &notice.listed()));
    layer
}

fn county_layer(overlays: &[Arc<CountyOverlay>]) -> Layer {
    let mut layer = Layer::new();
    overlays.iter().for_each(|overlay| marks::lay(&mut layer, &overlay.listed()));
    layer
}

fn refuse_unlisted(layer: &Layer, withdrawn: &[Date]) -> Result<(), CalendarError> {
    let unlisted = withdrawn.iter().find(|day| !layer.contains_key(&days::number(**day)));
    unlisted.map_or(Ok(()), |date| Err(CalendarError::NothingToWithdraw { date: *date }))
}

fn version(notices: &[Arc<HolidayNotice>], overlays: &[Arc<CountyOverlay>]) -> CalendarVersion {
    let year = notices.iter().map(|notice| notice.year).max().unwrap_or(0);
    let serial = notices.len().saturating_sub(table::YEARS.len()) + 1;
    let county =
        overlays.first().map(|first| format!("+{}-{}", first.county, overlays.len())).unwrap_or_default();
    CalendarVersion(format!("cn-{year}-{serial}{county}"))
}
