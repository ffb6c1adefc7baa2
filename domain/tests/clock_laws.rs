//! Laws of the statutory clock, each named after its rule (domain rules R1, R2, R4, R6, R19, R20).
//!
//! Each clock is compared with one found day by day, and each explanation is added up again, by code of their own.

mod by_hand;
mod oracle;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use om_domain::calendar::Calendar;
use om_domain::clock::{Clock, Due, Extension, Ground, Limit, Reading, State, Step, Suspension, Unit};
use proptest::prelude::*;

fn plus(day: Date, n: i32) -> Date {
    day.saturating_add(n.days())
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![Just(Unit::WorkingDays), Just(Unit::CalendarDays)]
}

/// A suspension that begins from a few days before the start to long after it, lasts −1 to 30 days, or is open.
fn suspension(start: Date, open: bool) -> impl Strategy<Value = Suspension> {
    let until = if open {
        prop_oneof![4 => (-1_i32..30).prop_map(Some), 1 => Just(None)].boxed()
    } else {
        (-1_i32..30).prop_map(Some).boxed()
    };
    (-5_i32..70, until, proptest::sample::select(&Ground::ALL[..])).prop_map(move |(from, length, ground)| {
        let from = plus(start, from);
        let until = length.map(|length| plus(from, length));
        Suspension {
            ground, from, until, told_until: until.unwrap_or(from), notice: "示例 1 号".to_owned()
        }
    })
}

/// A suspension for a hearing from one day to another.
fn excluding(from: Date, until: Date) -> Suspension {
    Suspension {
        ground: Ground::Hearing,
        from,
        until: Some(until),
        told_until: until,
        notice: "示例 2 号".to_owned(),
    }
}

/// Clocks that start from 2022 to 2026; with open suspensions if asked.
fn clock(open: bool) -> impl Strategy<Value = Clock> {
    let start = (0_i32..1_800).prop_map(|n| plus(date(2022, 1, 1), n));
    (start, 0_u16..50, unit(), proptest::option::of(0_u16..20)).prop_flat_map(
        move |(start, value, unit, more)| {
            let stopped = proptest::option::weighted(0.3, 0_i32..120);
            (proptest::collection::vec(suspension(start, open), 0..4), stopped).prop_map(
                move |(suspensions, stopped)| {
                    let limit = Limit { value, unit, source: "行政许可法 42".to_owned() };
                    let extension =
                        more.map(|value| Extension { value, unit, source: "行政许可法 42".to_owned() });
                    let stopped_on = stopped.map(|n| plus(start, n));
                    Clock { limit, start, suspensions, extension, stopped_on }
                },
            )
        },
    )
}

/// A clock without open suspensions, its due date, and a day around its life to read it on.
fn closed() -> impl Strategy<Value = (Clock, Date)> {
    (clock(false), -10_i32..200).prop_map(|(clock, n)| {
        let on = plus(clock.start, n);
        (clock, on)
    })
}

fn any_clock() -> impl Strategy<Value = (Clock, Date)> {
    (clock(true), -10_i32..200).prop_map(|(clock, n)| {
        let on = plus(clock.start, n);
        (clock, on)
    })
}

fn due_date(clock: &Clock, cal: &Calendar) -> Date {
    match clock.due(cal) {
        Due::On { date, .. } => date,
        Due::Stopped { left } => panic!("stopped with {left} left"),
    }
}

proptest! {
    #[test]
    fn r01_the_due_date_is_the_one_found_by_walking((clock, _) in any_clock()) {
        let cal = Calendar::national();
        match clock.due(&cal) {
            Due::On { date, provisional } => {
                prop_assert_eq!(oracle::due(&clock, &cal), Some(date));
                prop_assert_eq!(provisional, date > cal.authoritative_through());
            }
            Due::Stopped { left } => {
                prop_assert_eq!(oracle::due(&clock, &cal), None);
                let open = clock.suspensions.iter().filter(|s| s.until.is_none()).map(|s| s.from).min();
                let before = plus(open.expect("an open suspension"), -1);
                prop_assert_eq!(left, oracle::total(&clock) - oracle::used(&clock, &cal, before));
            }
        }
    }

    #[test]
    fn r01_used_and_left_make_the_limit_on_every_day((clock, on) in any_clock()) {
        let cal = Calendar::national();
        let read = clock.reading(&cal, on);
        prop_assert_eq!(read.used + read.left, read.limit_total);
        prop_assert_eq!(read.limit_total, oracle::total(&clock));
        prop_assert!(read.used >= 0 && read.left >= 0);
        prop_assert_eq!(read.as_of, clock.stopped_on.map_or(on, |stopped| stopped.min(on)));
        prop_assert_eq!(read.used, oracle::used(&clock, &cal, read.as_of));
    }

    #[test]
    fn r01_overdue_counts_the_days_after_the_due_date((clock, on) in closed()) {
        let cal = Calendar::national();
        let (read, due) = (clock.reading(&cal, on), due_date(&clock, &cal));
        let late = due.series(1.day()).skip(1).take_while(|day| *day <= read.as_of);
        let late = late.filter(|day| clock.limit.unit == Unit::CalendarDays || cal.is_working(*day)).count();
        prop_assert_eq!(read.overdue_days, i32::try_from(late)?);
        prop_assert_eq!(read.is_overdue(), read.as_of > due);
        prop_assert!(!read.is_overdue() || read.left == 0);
    }

    #[test]
    fn r01_nothing_is_left_on_the_due_date_and_something_was_the_working_day_before((mut clock, _) in closed()) {
        let cal = Calendar::national();
        clock.stopped_on = None;
        let due = due_date(&clock, &cal);
        prop_assert_eq!(clock.reading(&cal, due).left, 0);
        if clock.limit.unit == Unit::WorkingDays && clock.limit_total() > 0 {
            prop_assert_eq!(clock.reading(&cal, plus(due, -1)).left, 1);
        }
    }

    #[test]
    fn r01_time_never_gives_a_unit_back((clock, on) in any_clock(), later in 0_i32..60) {
        let cal = Calendar::national();
        let (now, then) = (clock.reading(&cal, on), clock.reading(&cal, plus(on, later)));
        prop_assert!(then.used >= now.used && then.overdue_days >= now.overdue_days);
    }

    #[test]
    fn r01_the_due_date_is_a_working_day_that_no_suspension_excludes((clock, _) in closed()) {
        let cal = Calendar::national();
        let due = due_date(&clock, &cal);
        prop_assert!(cal.is_working(due));
        prop_assert!(clock.limit_total() == 0 || !clock.suspensions.iter().any(|s| s.excludes(due)));
    }

    #[test]
    fn r02_without_suspensions_the_clock_is_the_calendar_s_sum((mut clock, _) in closed()) {
        let cal = Calendar::national();
        clock.suspensions.clear();
        let n = u32::try_from(clock.limit_total())?;
        prop_assert_eq!(due_date(&clock, &cal), cal.add(clock.start, n, clock.limit.unit));
    }

    #[test]
    fn r04_an_extension_adds_exactly_its_units((mut clock, _) in closed(), more in 1_u16..30) {
        let cal = Calendar::national();
        (clock.extension, clock.stopped_on) = (None, None);
        let mut extended = clock.clone();
        let (unit, source) = (clock.limit.unit, "行政许可法 42".to_owned());
        extended.extension = Some(Extension { value: more, unit, source });
        prop_assert_eq!(extended.limit_total(), clock.limit_total() + i32::from(more));
        let longer = Clock { limit: Limit { value: clock.limit.value + more, ..clock.limit.clone() }, ..clock.clone() };
        prop_assert_eq!(extended.due(&cal), longer.due(&cal));
        let on_old_due = extended.reading(&cal, due_date(&clock, &cal));
        if clock.limit.unit == Unit::WorkingDays && clock.limit_total() > 0 {
            prop_assert_eq!(on_old_due.left, i32::from(more));
        }
    }

    #[test]
    fn r06_a_suspension_never_shortens((clock, _) in closed()) {
        let cal = Calendar::national();
        for n in 0..clock.suspensions.len() {
            let mut without = clock.clone();
            without.suspensions.remove(n);
            prop_assert!(due_date(&clock, &cal) >= due_date(&without, &cal));
        }
    }

    #[test]
    fn r06_a_suspension_within_the_term_costs_exactly_the_units_it_excludes(
        (mut clock, _) in closed(), from in 1_i32..40, length in 0_i32..20,
    ) {
        let cal = Calendar::national();
        (clock.stopped_on, clock.suspensions) = (None, Vec::new());
        let from = plus(clock.start, from);
        let until = plus(from, length);
        let free = clock.clone();
        clock.suspensions.push(excluding(from, until));
        if from <= due_date(&free, &cal) && clock.limit.unit == Unit::WorkingDays && clock.limit_total() > 0 {
            let lost = from.series(1.day()).take_while(|day| *day <= until).filter(|day| cal.is_working(*day)).count();
            let moved = cal.working_days_between(due_date(&free, &cal), due_date(&clock, &cal));
            prop_assert_eq!(moved, i32::try_from(lost)?);
        }
    }

    #[test]
    fn r06_overlaps_count_once((clock, on) in any_clock()) {
        let cal = Calendar::national();
        let mut doubled = clock.clone();
        doubled.suspensions.extend(clock.suspensions.iter().cloned());
        for whole in &clock.suspensions {
            let until = whole.until.unwrap_or(plus(whole.from, 3));
            doubled.suspensions.push(Suspension { from: plus(whole.from, 1), until: Some(until), ..whole.clone() });
        }
        prop_assert_eq!(doubled.reading(&cal, on), clock.reading(&cal, on));
    }

    #[test]
    fn r06_a_suspension_is_the_sum_of_its_days((clock, on) in closed()) {
        let cal = Calendar::national();
        let mut daily = clock.clone();
        daily.suspensions = clock.suspensions.iter().flat_map(|whole| {
            let days = whole.from.series(1.day()).take_while(|day| whole.excludes(*day));
            days.map(|day| Suspension { from: day, until: Some(day), ..whole.clone() }).collect::<Vec<_>>()
        }).collect();
        prop_assert_eq!(daily.reading(&cal, on), clock.reading(&cal, on));
    }

    #[test]
    fn r06_a_suspension_over_days_off_moves_no_working_day_limit((mut clock, on) in closed(), week in 0_i32..12) {
        let cal = Calendar::national();
        clock.limit.unit = Unit::WorkingDays;
        let before = clock.reading(&cal, on);
        let near = plus(clock.start, week * 7);
        let first = near.series(1.day()).find(|day| !cal.is_working(*day)).expect("a day off");
        let last = plus(cal.next_working(first), -1);
        clock.suspensions.push(excluding(first, last));
        let after = clock.reading(&cal, on);
        prop_assert_eq!((after.used, after.left, after.overdue_days), (before.used, before.left, before.overdue_days));
        prop_assert_eq!(after.due, before.due);
    }

    #[test]
    fn r06_the_order_of_suspensions_does_not_matter((clock, on) in any_clock(), turn in 0_usize..4) {
        let cal = Calendar::national();
        let mut turned = clock.clone();
        turned.suspensions.reverse();
        let n = turned.suspensions.len().max(1);
        turned.suspensions.rotate_left(turn % n);
        prop_assert_eq!(turned.reading(&cal, on), clock.reading(&cal, on));
        prop_assert_eq!(turned.explain(&cal, on), clock.explain(&cal, on));
    }

    #[test]
    fn r06_a_suspended_day_before_the_term_ends_reads_stopped((mut clock, on) in any_clock()) {
        let cal = Calendar::national();
        clock.stopped_on = None;
        let read = clock.reading(&cal, on);
        let excluded = clock.suspensions.iter().any(|s| s.excludes(on));
        let expected = match () {
            () if on < clock.start => State::NotStarted,
            () if excluded && !read.is_overdue() => State::Stopped,
            () => State::Running,
        };
        prop_assert_eq!(read.state, expected);
    }

    #[test]
    fn r01_the_explanation_re_added_by_hand_is_the_reading((clock, on) in any_clock()) {
        let cal = Calendar::national();
        let (read, sum) = (clock.reading(&cal, on), by_hand::add(&clock.explain(&cal, on)));
        prop_assert_eq!(sum.limit, read.limit_total);
        prop_assert_eq!(sum.used, read.used);
        prop_assert_eq!(sum.overdue, read.overdue_days);
        prop_assert_eq!(&sum.unnamed_weekdays, &Vec::<Date>::new());
        match read.due {
            Due::On { date, .. } => {
                prop_assert_eq!(sum.projected, read.left);
                prop_assert_eq!((sum.due, sum.stopped), (Some(date), None));
            }
            Due::Stopped { left } => {
                prop_assert_eq!(sum.projected, read.left - left);
                prop_assert_eq!((sum.due, sum.stopped), (None, Some(left)));
            }
        }
    }

    #[test]
    fn r01_the_explanation_ends_on_the_due_date_or_rolls_to_it((clock, on) in closed()) {
        let cal = Calendar::national();
        let steps = clock.explain(&cal, on);
        let last = steps.iter().filter_map(|step| match step {
            Step::Start { date } | Step::MakeUp { date, .. } => Some(*date),
            Step::Counted { to, .. } => Some(*to),
            _ => None,
        }).max();
        let rolled = steps.iter().find_map(|step| match step {
            Step::RolledForward { from, to } => Some((Some(*from), *to)),
            _ => None,
        });
        prop_assert_eq!(rolled.unwrap_or((last, due_date(&clock, &cal))), (last, due_date(&clock, &cal)));
        prop_assert_eq!(rolled.is_some(), last != Some(due_date(&clock, &cal)));
        let provisional = steps.iter().any(|step| matches!(step, Step::Provisional { .. }));
        prop_assert_eq!(provisional, due_date(&clock, &cal) > cal.authoritative_through());
    }

    #[test]
    fn r06_an_explained_exclusion_names_its_grounds_and_what_it_cost((clock, on) in any_clock()) {
        let cal = Calendar::national();
        for step in clock.explain(&cal, on) {
            let Step::Excluded { from, to, grounds, days, .. } = step else { continue };
            let all: Vec<Date> = from.series(1.day()).take_while(|day| *day <= to).collect();
            let lost = all.iter().filter(|day| clock.limit.unit == Unit::CalendarDays || cal.is_working(**day)).count();
            prop_assert_eq!(days, i32::try_from(lost)?);
            for day in all {
                let mut holding: Vec<Ground> =
                    clock.suspensions.iter().filter(|s| s.excludes(day)).map(|s| s.ground).collect();
                holding.sort();
                holding.dedup();
                prop_assert_eq!(&holding, &grounds);
            }
        }
    }

    #[test]
    fn r20_a_stored_clock_reads_back_the_same((clock, on) in any_clock()) {
        let cal = Calendar::national();
        let stored = serde_json::to_string(&clock)?;
        prop_assert_eq!(serde_json::from_str::<Clock>(&stored)?, clock.clone());
        let read = clock.reading(&cal, on);
        prop_assert_eq!(serde_json::from_str::<Reading>(&serde_json::to_string(&read)?)?, read);
        let steps = clock.explain(&cal, on);
        prop_assert_eq!(&serde_json::from_str::<Vec<Step>>(&serde_json::to_string(&steps)?)?, &steps);
        prop_assert!(steps.iter().all(|step| !step.text_zh().is_empty() && !step.text_en().is_empty()));
    }

    #[test]
    fn r01_no_date_and_no_limit_is_too_far(
        value in any::<u16>(), more in any::<u16>(), unit in unit(),
        days in proptest::collection::vec(-20_000_000_i64..20_000_000, 5),
        ends in proptest::collection::vec(proptest::option::of(any::<bool>()), 5),
    ) {
        let cal = Calendar::national();
        let far: Vec<Date> = days.iter().zip(&ends).map(|(n, end)| match end {
            Some(true) => Date::MAX,
            Some(false) => Date::MIN,
            None => date(2023, 1, 1).saturating_add(SignedDuration::from_hours(24 * n)),
        }).collect();
        let mut clock = Clock::start(Limit { value, unit, source: String::new() }, far[0]);
        clock.extension = Some(Extension { value: more, unit, source: String::new() });
        for until in [Some(far[2]), None] {
            clock.suspensions.push(Suspension { until, ..excluding(far[1], far[2]) });
            clock.stopped_on = until.map(|_| far[3]);
            let read = clock.reading(&cal, far[4]);
            prop_assert_eq!(read.used + read.left, i32::from(value) + i32::from(more));
            let _ = clock.explain(&cal, far[4]);
        }
    }
}
