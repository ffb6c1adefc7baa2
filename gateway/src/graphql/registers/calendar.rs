//! The county's calendar book: its days, the notices and overlays they come from, and recording them (R19, R20).
//!
//! Invariant: what a document says is entered as it says it, with where it was published; a person vouches for it.
//! Deliberately absent: fetching notices; what a notice moves is recorded on each open matter by the platform.

use super::payload::{RegisterCommandPayload, carry_out};
use crate::graphql::{
    error::{bad_input, fault},
    matter::{carry_out::of_fault, queries::of_request},
    scalars::{Date, LegalText, Uuid},
};
use crate::services::stream;
use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use jiff::{ToSpan, civil};
use om_domain::{
    calendar::{self, CountyOverlay, DayKind, HolidayNotice},
    calendar_book::{CalendarBookCommand, CalendarBookDecider, MAIN},
    ids::CommandId,
};
use om_infra::executor::Request;

/// Most days of one answer.
const MAX_DAYS: i64 = 400;

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CalendarDayKind {
    /// An ordinary working day, Monday to Friday.
    Working,
    /// A Saturday or Sunday that is worked for a holiday (调休).
    MakeUp,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off by notice or overlay, weekends within the holiday included.
    Holiday,
}

/// One day of the county's calendar.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CalendarDay {
    /// The day.
    pub date: Date,
    /// What it is.
    pub kind: CalendarDayKind,
    /// Whether it counts as a working day.
    pub working: bool,
    /// The holiday that it is off for, or worked for, as its document writes it.
    pub name: Option<String>,
    /// Whether no notice speaks for it yet, so that it may still change (R19).
    pub provisional: bool,
}

/// A day that a document names, with the holiday it belongs to.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct NamedDay {
    /// The day.
    pub date: Date,
    /// The holiday, such as 春节.
    pub holiday: String,
}

/// A document that the calendar is made of: a notice of the State Council, or the county's own days.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CalendarDocument {
    /// Its number, such as 国办发明电〔2025〕7号.
    pub number: String,
    /// Whether it is the county's own rather than the State Council's.
    pub overlay: bool,
    /// The year it arranges; none for the county's own.
    pub year: Option<i32>,
    /// Where it was published.
    pub sources: Vec<String>,
    /// The number of the notice it amends.
    pub amends: Option<String>,
    /// Days off.
    pub off: Vec<NamedDay>,
    /// Saturdays and Sundays that are worked (调休).
    pub make_up: Vec<NamedDay>,
    /// Days that it gives back to what the week, or the nation, says.
    pub withdrawn: Vec<Date>,
}

/// A part of the county's working calendar, as known now.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Calendar {
    /// The name of what it knows, such as `cn-2026-1`; it changes with every document recorded.
    pub version: String,
    /// The first day it speaks for.
    pub authoritative_from: Date,
    /// The last day for which holidays are settled; later days are provisional (R19).
    pub authoritative_through: Date,
    /// Whether the part asked for reaches beyond that.
    pub provisional: bool,
    /// The days, in order.
    #[graphql(complexity = "100 * child_complexity")]
    pub days: Vec<CalendarDay>,
    /// The documents of these years, the State Council's first, each in the order it was recorded.
    #[graphql(complexity = "20 * child_complexity")]
    pub notices: Vec<CalendarDocument>,
}

/// A day that a document names, with the holiday it belongs to.
#[derive(Debug, Clone, InputObject)]
pub struct NamedDayInput {
    /// The day.
    pub date: Date,
    /// The holiday as the document writes it, such as 春节.
    pub holiday: LegalText,
}

/// A holiday notice of the State Council, or an amendment of one.
#[derive(Debug, Clone, InputObject)]
pub struct RecordHolidayNoticeInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// Its number (文号), unique in the calendar.
    pub number: LegalText,
    /// The calendar year it arranges: the next one without a notice, or with `amends` one that has one.
    #[graphql(validator(minimum = 1949, maximum = 9999))]
    pub year: i16,
    /// Where it was published, at least one address or citation.
    #[graphql(validator(min_items = 1, max_items = 20))]
    pub sources: Vec<LegalText>,
    /// The number of the notice of the same year that it amends.
    pub amends: Option<LegalText>,
    /// Days off, weekends within a holiday included.
    #[graphql(validator(max_items = 366))]
    pub off: Vec<NamedDayInput>,
    /// Saturdays and Sundays that are worked (调休).
    #[graphql(default, validator(max_items = 366))]
    pub make_up: Vec<NamedDayInput>,
    /// Days of an earlier notice that go back to what the week says; in an amendment only.
    #[graphql(default, validator(max_items = 366))]
    pub withdrawn: Vec<Date>,
    /// The last day for which holidays are settled by it, usually 31 December.
    pub authoritative_through: Date,
}

/// The county's own days off and make-up days (放假办法 2024, 4).
#[derive(Debug, Clone, InputObject)]
pub struct RecordCountyOverlayInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// Number of the document that decided it, unique in the calendar.
    pub number: LegalText,
    /// Where it was published, at least one address or citation.
    #[graphql(validator(min_items = 1, max_items = 20))]
    pub sources: Vec<LegalText>,
    /// Local days off; they prevail over a national make-up day.
    #[graphql(validator(max_items = 366))]
    pub off: Vec<NamedDayInput>,
    /// Saturdays and Sundays that are worked for them.
    #[graphql(default, validator(max_items = 366))]
    pub make_up: Vec<NamedDayInput>,
    /// Days of earlier documents of the county that go back to what the nation says.
    #[graphql(default, validator(max_items = 366))]
    pub withdrawn: Vec<Date>,
}

fn named(days: Vec<NamedDayInput>) -> Vec<calendar::NamedDay> {
    let day =
        |day: NamedDayInput| calendar::NamedDay { date: day.date.0, holiday: day.holiday.0.to_string() };
    days.into_iter().map(day).collect()
}

fn texts(texts: Vec<LegalText>) -> Vec<String> {
    texts.into_iter().map(|text| text.0.to_string()).collect()
}

fn dates(dates: Vec<Date>) -> Vec<civil::Date> {
    dates.into_iter().map(|date| date.0).collect()
}

fn shown(days: &[calendar::NamedDay]) -> Vec<NamedDay> {
    days.iter().map(|day| NamedDay { date: day.date.into(), holiday: day.holiday.clone() }).collect()
}

impl From<&HolidayNotice> for CalendarDocument {
    fn from(notice: &HolidayNotice) -> Self {
        CalendarDocument {
            number: notice.id.clone(),
            overlay: false,
            year: Some(notice.year.into()),
            sources: notice.sources.clone(),
            amends: notice.amends.clone(),
            off: shown(&notice.off),
            make_up: shown(&notice.make_up),
            withdrawn: notice.withdrawn.iter().map(|day| (*day).into()).collect(),
        }
    }
}

impl From<&CountyOverlay> for CalendarDocument {
    fn from(overlay: &CountyOverlay) -> Self {
        CalendarDocument {
            number: overlay.id.clone(),
            overlay: true,
            year: None,
            sources: overlay.sources.clone(),
            amends: None,
            off: shown(&overlay.off),
            make_up: shown(&overlay.make_up),
            withdrawn: overlay.withdrawn.iter().map(|day| (*day).into()).collect(),
        }
    }
}

fn day(calendar: &calendar::Calendar, date: civil::Date) -> CalendarDay {
    let kind = calendar.day(date);
    let (shown, name) = match kind {
        DayKind::Working => (CalendarDayKind::Working, None),
        DayKind::MakeUp { holiday } => (CalendarDayKind::MakeUp, Some(holiday)),
        DayKind::Weekend => (CalendarDayKind::Weekend, None),
        DayKind::Holiday { name } => (CalendarDayKind::Holiday, Some(name)),
    };
    CalendarDay {
        date: date.into(),
        kind: shown,
        working: kind.is_working(),
        name: name.map(str::to_owned),
        provisional: date > calendar.authoritative_through(),
    }
}

/// Queries for the calendar.
#[derive(Default)]
pub struct CalendarQuery;

#[Object(serial)]
impl CalendarQuery {
    /// The county's working calendar between two days, both included, at most 400 days (R19).
    async fn calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day.")] to: Date,
    ) -> Result<Calendar> {
        let (services, who) = of_request(ctx)?;
        let (from, to) = (from.0, to.0);
        let days = i64::from(to.since(from).map_err(bad_input)?.get_days()) + 1;
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(bad_input(format!("ask for 1 to {MAX_DAYS} days, from the first to the last")));
        }
        let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
        // a notice may reach into the December before its year
        let years = from.year()..=to.year().saturating_add(1);
        let within = |day: &calendar::NamedDay| (from..=to).contains(&day.date);
        let notices = calendar.notices().filter(|notice| {
            years.contains(&notice.year)
                && (notice.year <= to.year() || notice.off.iter().chain(&notice.make_up).any(within))
        });
        Ok(Calendar {
            version: calendar.version().to_string(),
            authoritative_from: calendar.authoritative_from().into(),
            authoritative_through: calendar.authoritative_through().into(),
            provisional: to > calendar.authoritative_through(),
            days: from
                .series(1.day())
                .take_while(|date| *date <= to)
                .map(|date| day(&calendar, date))
                .collect(),
            notices: notices.map(Into::into).chain(calendar.overlays().map(Into::into)).collect(),
        })
    }
}

/// Commands on the calendar book.
#[derive(Default)]
pub struct CalendarMutation;

#[Object(serial)]
impl CalendarMutation {
    /// Record the State Council's holiday notice of a year, or an amendment (R19): the system administrator's. Every command
    /// from then on counts by it; open due dates that it moves are revised, with the old and the new date (R20).
    async fn record_holiday_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notice, whole.")] input: RecordHolidayNoticeInput,
    ) -> Result<RegisterCommandPayload> {
        let notice = HolidayNotice {
            id: input.number.0.to_string(),
            year: input.year,
            sources: texts(input.sources),
            amends: input.amends.map(|number| number.0.to_string()),
            off: named(input.off),
            make_up: named(input.make_up),
            withdrawn: dates(input.withdrawn),
            authoritative_through: input.authoritative_through.0,
        };
        on_book(ctx, input.command_id, CalendarBookCommand::RecordHolidayNotice { notice }).await
    }

    /// Record the county's own days off and make-up days (R19): the system administrator's. Open due dates are revised as by a
    /// notice.
    async fn record_county_overlay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The county's days.")] input: RecordCountyOverlayInput,
    ) -> Result<RegisterCommandPayload> {
        let (_, who) = of_request(ctx)?;
        let overlay = CountyOverlay {
            county: who.county().to_string(),
            id: input.number.0.to_string(),
            sources: texts(input.sources),
            off: named(input.off),
            make_up: named(input.make_up),
            withdrawn: dates(input.withdrawn),
        };
        on_book(ctx, input.command_id, CalendarBookCommand::RecordCountyOverlay { overlay }).await
    }
}

async fn on_book(
    ctx: &Context<'_>,
    id: Uuid,
    command: CalendarBookCommand,
) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let name = stream::<CalendarBookDecider>(who.county(), MAIN).map_err(|e| fault("naming a stream", &e))?;
    let request = Request::new(name, CommandId(id.0), (*who.actor).clone(), command);
    carry_out(services, &services.registers.calendar_books, request).await
}
