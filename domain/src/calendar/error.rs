//! Why a notice or overlay is not taken into a calendar.
//!
//! Invariant: every refusal carries its facts and says what to do about it.
//! Deliberately absent: doubts about the notice itself; a person vouches for that by its source.

use jiff::civil::Date;

/// Why a notice or overlay was not taken into the calendar, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[serde(tag = "kind")]
pub enum CalendarError {
    /// No publication is named.
    #[error("{id} names no source: give the address or citation it was published under")]
    NoSource {
        /// The notice or overlay.
        id: String,
    },
    /// No day is listed.
    #[error("{id} lists no day: enter its days off and make-up days")]
    NoDays {
        /// The notice or overlay.
        id: String,
    },
    /// A day has no holiday name.
    #[error("{date} has no holiday name: write the name the notice uses")]
    Nameless {
        /// The day.
        date: Date,
    },
    /// A day is listed as two different things.
    #[error("{date} is listed both as off and as worked (or withdrawn): keep the one the notice says")]
    Contradiction {
        /// The day.
        date: Date,
    },
    /// A day is listed twice as the same thing.
    #[error("{date} is listed twice: remove one")]
    ListedTwice {
        /// The day.
        date: Date,
    },
    /// A make-up day is no Saturday or Sunday.
    #[error(
        "{date} is a weekday and cannot be a make-up day: correct it, or list it as withdrawn to take back a day off"
    )]
    MakeUpOnWeekday {
        /// The day.
        date: Date,
    },
    /// A day lies outside the year (and the December before, which a notice may reach into).
    #[error(
        "{date} is outside the arrangement of {year}: correct the day, or enter it with its own year's notice"
    )]
    OutsideYear {
        /// The day.
        date: Date,
        /// The notice's year.
        year: i16,
    },
    /// A year would be missing, or lies before the table.
    #[error("{year} is out of order: enter the notice of {expected} first, or amend a year from the table")]
    YearOutOfOrder {
        /// The notice's year.
        year: i16,
        /// The next year without a notice.
        expected: i16,
    },
    /// The year has its notice already.
    #[error("{year} already has a notice: say which one this notice amends")]
    YearCovered {
        /// The notice's year.
        year: i16,
    },
    /// The amended notice is not one of that year's.
    #[error("{amends} is no notice of {year}: name one of that year's notices")]
    AmendsUnknown {
        /// The notice's year.
        year: i16,
        /// The id given.
        amends: String,
    },
    /// A notice or overlay with that id is in the calendar.
    #[error("{id} is in the calendar already: enter a correction as an amendment with its own number")]
    Recorded {
        /// The id.
        id: String,
    },
    /// The last authoritative day is not in the notice's year.
    #[error("authoritative through {through} is not in {year}: it is usually 31 December of that year")]
    AuthorityOutsideYear {
        /// The day given.
        through: Date,
        /// The notice's year.
        year: i16,
    },
    /// A withdrawn day was never listed.
    #[error("{date} is not listed by an earlier notice: there is nothing to withdraw")]
    NothingToWithdraw {
        /// The day.
        date: Date,
    },
    /// The county code is malformed.
    #[error("{county:?} is no county: give its six-digit division code")]
    NotACounty {
        /// The code given.
        county: String,
    },
    /// The calendar is another county's.
    #[error("this calendar is {here}'s, the overlay is {given}'s: lay it over the national calendar")]
    OtherCounty {
        /// Whose calendar it is.
        here: String,
        /// Whose overlay it is.
        given: String,
    },
}
