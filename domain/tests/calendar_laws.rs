//! Laws of the working calendar, each named after its rule (domain rules R1, R2, R19–R21).

use jiff::civil::{Date, Weekday, date, time};
use jiff::{Timestamp, ToSpan};
use om_domain::calendar::{
    Calendar, CountyOverlay, DayKind, NamedDay, Unit, beijing, beijing_datetime, end_of_day, end_of_term,
    start_of_day,
};
use proptest::prelude::*;

/// A day from 2006 to 2030: before, within and beyond the table.
fn day() -> impl Strategy<Value = Date> {
    (0_i32..9_131).prop_map(|n| plus(date(2006, 1, 1), n))
}

/// Any day at all, the ends of the range often.
fn any_day() -> impl Strategy<Value = Date> {
    let near = (0_i32..400).prop_map(|n| plus(Date::MAX, -n));
    let far = (0_i32..400).prop_map(|n| plus(Date::MIN, n));
    prop_oneof![Just(Date::MIN), Just(Date::MAX), near, far, day()]
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![Just(Unit::WorkingDays), Just(Unit::CalendarDays)]
}

fn plus(day: Date, n: i32) -> Date {
    day.saturating_add(n.days())
}

/// The days after `after` through `through`, one by one.
fn walk(after: Date, through: Date) -> impl Iterator<Item = Date> {
    after.series(1.day()).skip(1).take_while(move |day| *day <= through)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

proptest! {
    #[test]
    fn r01_adding_n_working_days_counts_n_and_no_earlier_day_does(start in day(), n in 1_u32..400) {
        let cal = Calendar::national();
        let due = cal.add(start, n, Unit::WorkingDays);
        prop_assert_eq!(cal.working_days_between(start, due), i32::try_from(n)?);
        prop_assert!(cal.is_working(due));
    }

    #[test]
    fn r01_the_start_day_is_not_counted(start in day()) {
        let cal = Calendar::national();
        prop_assert_eq!(cal.add(start, 1, Unit::WorkingDays), cal.next_working(start));
        prop_assert_eq!(cal.working_days_between(start, start), 0);
    }

    #[test]
    fn r01_next_working_is_the_first_working_day_after(start in day()) {
        let cal = Calendar::national();
        let next = cal.next_working(start);
        prop_assert!(next > start && cal.is_working(next));
        prop_assert!(walk(start, plus(next, -1)).all(|day| !cal.is_working(day)));
    }

    #[test]
    fn r01_rolling_forward_twice_is_rolling_once(start in day()) {
        let cal = Calendar::national();
        let rolled = cal.roll_forward(start);
        prop_assert!(rolled >= start && cal.is_working(rolled));
        prop_assert_eq!(cal.roll_forward(rolled), rolled);
        prop_assert_eq!(rolled == start, cal.is_working(start));
    }

    #[test]
    fn r01_a_later_start_or_a_longer_term_never_ends_earlier(
        start in day(), later in 0_i32..40, n in 0_u32..200, more in 0_u32..40, unit in unit(),
    ) {
        let cal = Calendar::national();
        let due = cal.add(start, n, unit);
        prop_assert!(cal.add(plus(start, later), n, unit) >= due);
        prop_assert!(cal.add(start, n + more, unit) >= due);
    }

    #[test]
    fn r01_a_term_from_the_latest_start_ends_in_time_and_from_the_day_after_does_not(
        through in day(), n in 0_u32..200, unit in unit(),
    ) {
        let cal = Calendar::national();
        let start = cal.latest_start(through, n, unit);
        prop_assert!(cal.add(start, n, unit) <= through);
        prop_assert!(cal.add(plus(start, 1), n, unit) > through);
    }

    #[test]
    fn r01_counting_is_what_walking_day_by_day_gives(after in day(), length in 0_i32..800) {
        let cal = Calendar::national();
        let through = plus(after, length);
        let walked = walk(after, through).filter(|day| cal.is_working(*day)).count();
        prop_assert_eq!(cal.working_days_between(after, through), i32::try_from(walked)?);
        prop_assert_eq!(cal.working_days_between(through, after), -i32::try_from(walked)?);
        prop_assert_eq!(cal.days_between(after, through, Unit::CalendarDays), length);
    }

    #[test]
    fn r19_a_countys_own_days_are_counted_wherever_they_lie(
        own in prop::collection::btree_set(day(), 1..60), start in day(), n in 1_i32..200,
    ) {
        let named = |date: &Date| NamedDay { date: *date, holiday: "火把节".into() };
        let (make_up, off): (Vec<_>, Vec<_>) = own.iter().partition(|day| is_weekend(**day));
        let overlay = CountyOverlay {
            county: "530322".into(),
            id: "陆政发〔2026〕1号".into(),
            sources: vec!["陆政发〔2026〕1号".into()],
            off: off.into_iter().map(named).collect(),
            make_up: make_up.into_iter().map(named).collect(),
            withdrawn: Vec::new(),
        };
        let cal = Calendar::national().with_overlay(overlay)?;
        let term = u32::try_from(n)?;
        let due = cal.add(start, term, Unit::WorkingDays);
        prop_assert!(cal.is_working(due));
        prop_assert_eq!(walk(start, due).filter(|day| cal.is_working(*day)).count(), usize::try_from(n)?);
        let latest = cal.latest_start(start, term, Unit::WorkingDays);
        prop_assert_eq!(walk(latest, start).filter(|day| cal.is_working(*day)).count(), usize::try_from(n)?);
        prop_assert!(cal.is_working(plus(latest, 1)));
        for day in own {
            prop_assert_eq!(cal.is_working(day), is_weekend(day));
        }
    }

    #[test]
    fn r01_a_day_works_exactly_when_its_kind_says_so(day in day()) {
        let cal = Calendar::national();
        let expected = match cal.day(day) {
            DayKind::Working => !is_weekend(day),
            DayKind::MakeUp { .. } => is_weekend(day),
            DayKind::Weekend => { prop_assert!(is_weekend(day)); false }
            DayKind::Holiday { .. } => false,
        };
        prop_assert_eq!(cal.is_working(day), expected);
        prop_assert_eq!(cal.day(day).is_working(), expected);
    }

    #[test]
    fn r01_special_days_are_those_that_differ_from_the_week(from in day(), length in 0_i32..400) {
        let cal = Calendar::national();
        let to = plus(from, length);
        let listed: Vec<_> = cal.special_days(from, to).collect();
        let special = |kind: &DayKind<'_>| matches!(kind, DayKind::MakeUp { .. } | DayKind::Holiday { .. });
        let walked: Vec<_> = walk(plus(from, -1), to).map(|day| (day, cal.day(day))).collect();
        prop_assert_eq!(listed, walked.into_iter().filter(|(_, kind)| special(kind)).collect::<Vec<_>>());
    }

    #[test]
    fn r02_plain_days_count_every_day_and_roll_a_last_day_off_forward(start in day(), n in 0_u32..400) {
        let cal = Calendar::national();
        let last = plus(start, i32::try_from(n)?);
        prop_assert_eq!(cal.add(start, n, Unit::CalendarDays), cal.roll_forward(last));
    }

    #[test]
    fn r19_a_day_is_provisional_exactly_outside_the_table(day in day()) {
        let inside = (date(2007, 1, 1)..=date(2026, 12, 31)).contains(&day);
        prop_assert_eq!(Calendar::national().is_provisional(day), !inside);
    }

    #[test]
    fn r21_a_day_is_half_open_from_midnight_to_midnight_in_beijing(day in day()) {
        let (start, end) = (start_of_day(day), end_of_day(day));
        prop_assert_eq!(end, start_of_day(plus(day, 1)));
        prop_assert_eq!(end.duration_since(start).as_secs(), 86_400);
        prop_assert_eq!(beijing(start), day);
        prop_assert_eq!(beijing(end - 1.nanosecond()), day);
        prop_assert_eq!(beijing(end), plus(day, 1));
        prop_assert_eq!(end_of_term(day, None), end);
        let closing = end_of_term(day, Some(time(17, 30, 0, 0)));
        prop_assert_eq!(beijing_datetime(closing), day.at(17, 30, 0, 0));
        prop_assert!(start < closing && closing < end);
    }

    #[test]
    fn r21_the_offset_is_eight_hours_at_every_instant(second in -2_000_000_000_i64..4_000_000_000) {
        let at = Timestamp::from_second(second)?;
        let utc = jiff::tz::Offset::UTC.to_datetime(at);
        prop_assert_eq!(utc.until(beijing_datetime(at))?.total(jiff::Unit::Second)?, 28_800.0);
    }

    #[test]
    fn r01_no_date_and_no_term_is_too_far(start in any_day(), other in any_day(), n in any::<u32>(), unit in unit()) {
        let cal = Calendar::national();
        let due = cal.add(start, n, unit);
        prop_assert!(due >= start && cal.roll_forward(due) == due);
        prop_assert!(cal.next_working(start) >= start);
        let ahead = cal.working_days_between(start, other);
        prop_assert_eq!(ahead, -cal.working_days_between(other, start));
        prop_assert!(start_of_day(start) <= end_of_day(start));
        let _ = (cal.day(start), cal.is_provisional(start), end_of_term(start, Some(time(23, 59, 59, 0))));
    }
}

#[test]
fn r01_every_listed_day_off_is_off_and_every_make_up_weekend_works() {
    let cal = Calendar::national();
    for notice in cal.notices() {
        assert!(notice.sources.iter().all(|source| source.contains("gov.cn/zhengce/")), "{}", notice.id);
        for off in &notice.off {
            assert_eq!(cal.day(off.date), DayKind::Holiday { name: &off.holiday }, "{}", off.date);
        }
        for work in &notice.make_up {
            assert!(is_weekend(work.date), "{}", work.date);
            assert_eq!(cal.day(work.date), DayKind::MakeUp { holiday: &work.holiday }, "{}", work.date);
        }
    }
}

#[test]
fn r01_the_six_make_up_days_of_2026() {
    let cal = Calendar::national();
    let worked: Vec<_> = cal
        .special_days(date(2026, 1, 1), date(2026, 12, 31))
        .filter(|(_, kind)| kind.is_working())
        .map(|(day, _)| (day.month(), day.day()))
        .collect();
    assert_eq!(worked, [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]);
}

#[test]
fn r21_no_summer_time_in_1988_and_the_last_second_belongs_to_the_day() {
    let summer: Timestamp = "1988-07-01T15:59:59Z".parse().expect("an instant");
    assert_eq!(beijing_datetime(summer), date(1988, 7, 1).at(23, 59, 59, 0));
    assert_eq!(start_of_day(date(2026, 11, 22)).to_string(), "2026-11-21T16:00:00Z");
    assert_eq!(end_of_day(date(2026, 11, 22)).to_string(), "2026-11-22T16:00:00Z");
}
