//! Clocks counted by hand on a wall calendar, around the long holidays of 2023 (domain rules R1, R2, R4, R6, R19).
//!
//! 2023: 春节 off 21–27 January, 28 and 29 January (Sat, Sun) worked; 劳动节 off 29 April – 3 May, 23 April (Sun) and
//! 6 May (Sat) worked; 端午节 off 22–24 June, 25 June (Sun) worked; 中秋节、国庆节 off 29 September – 6 October,
//! 7 and 8 October (Sat, Sun) worked.

use jiff::civil::{Date, date};
use om_domain::calendar::Calendar;
use om_domain::clock::{Clock, Due, Extension, Ground, Limit, Reading, State, Step, Suspension, Unit};

fn working(value: u16, start: Date) -> Clock {
    let limit = Limit { value, unit: Unit::WorkingDays, source: "行政许可法 42".to_owned() };
    Clock::start(limit, start)
}

fn plain(value: u16, start: Date) -> Clock {
    let limit = Limit { value, unit: Unit::CalendarDays, source: "环评法 22".to_owned() };
    Clock::start(limit, start)
}

fn review(from: Date, until: Option<Date>) -> Suspension {
    let notice = "陆水审〔2023〕5号".to_owned();
    Suspension { ground: Ground::ExpertReview, from, until, told_until: until.unwrap_or(from), notice }
}

fn due(clock: &Clock) -> Due {
    clock.due(&Calendar::national())
}

fn on(date: Date) -> Due {
    Due::On { date, provisional: false }
}

fn read(clock: &Clock, day: Date) -> Reading {
    clock.reading(&Calendar::national(), day)
}

#[test]
fn r01_spring_festival_2023_is_skipped_and_its_make_up_weekend_works() {
    // 17, 18, 19, 20 January, then Saturday 28
    assert_eq!(due(&working(5, date(2023, 1, 16))), on(date(2023, 1, 28)));
    // … 28, 29, 30, 31 January, 1–3, 6–10, 13–16 February
    assert_eq!(due(&working(20, date(2023, 1, 16))), on(date(2023, 2, 16)));
}

#[test]
fn r01_may_day_2023_lies_between_two_worked_weekend_days() {
    // Sunday 23 April, 24–28, then 4, 5, Saturday 6, Monday 8 May
    assert_eq!(due(&working(10, date(2023, 4, 21))), on(date(2023, 5, 8)));
}

#[test]
fn r01_national_day_2023_ends_in_two_worked_weekend_days() {
    // 26, 27, 28 September, 7, 8, 9, 10 October
    assert_eq!(due(&working(7, date(2023, 9, 25))), on(date(2023, 10, 10)));
}

#[test]
fn r02_thirty_plain_days_ending_on_a_holiday_roll_to_the_first_working_day() {
    let clock = plain(30, date(2023, 8, 31));
    assert_eq!(due(&clock), on(date(2023, 10, 7)));
    let holiday = read(&clock, date(2023, 10, 3));
    assert_eq!((holiday.used, holiday.left, holiday.overdue_days), (30, 0, 0));
    assert!(!holiday.is_overdue() && !read(&clock, date(2023, 10, 7)).is_overdue());
    let late = read(&clock, date(2023, 10, 9));
    assert_eq!((late.used, late.left, late.overdue_days), (30, 0, 2));
}

#[test]
fn r01_late_on_a_day_off_is_overdue_by_no_working_day_yet() {
    let clock = working(3, date(2023, 6, 13));
    assert_eq!(due(&clock), on(date(2023, 6, 16)));
    let saturday = read(&clock, date(2023, 6, 17));
    assert!(saturday.is_overdue() && saturday.overdue_days == 0);
    assert_eq!(read(&clock, date(2023, 6, 20)).overdue_days, 2);
}

#[test]
fn r06_an_expert_review_over_the_dragon_boat_festival_costs_its_seven_working_days() {
    let mut clock = working(20, date(2023, 6, 12));
    assert_eq!(due(&clock), on(date(2023, 7, 11)));
    // 19, 20, 21 and 25, 26, 27, 28 June are excluded
    clock.suspensions.push(review(date(2023, 6, 19), Some(date(2023, 6, 28))));
    assert_eq!(due(&clock), on(date(2023, 7, 20)));
    let within = read(&clock, date(2023, 6, 27));
    assert_eq!((within.state, within.used, within.left), (State::Stopped, 4, 16));
}

#[test]
fn r06_while_a_suspension_is_open_there_is_no_due_date_only_what_is_left() {
    let mut clock = working(20, date(2023, 6, 12));
    clock.suspensions.push(review(date(2023, 6, 19), None));
    assert_eq!(due(&clock), Due::Stopped { left: 16 });
    let later = read(&clock, date(2023, 9, 1));
    assert_eq!((later.state, later.used, later.left), (State::Stopped, 4, 16));
    let before = read(&clock, date(2023, 6, 14));
    assert_eq!((before.state, before.used, before.due), (State::Running, 2, Due::Stopped { left: 16 }));
}

#[test]
fn r06_a_suspension_that_opens_after_the_term_has_run_out_stops_nothing() {
    let mut clock = working(3, date(2023, 6, 13));
    clock.suspensions.push(review(date(2023, 6, 19), None));
    let late = read(&clock, date(2023, 6, 20));
    assert_eq!((late.due, late.state, late.overdue_days), (on(date(2023, 6, 16)), State::Running, 2));
}

#[test]
fn r06_a_weekend_on_which_plain_days_end_may_be_excluded_too() {
    // day 5 is Saturday 10 June; Sunday to Tuesday are excluded
    let mut clock = plain(5, date(2023, 6, 5));
    assert_eq!(due(&clock), on(date(2023, 6, 12)));
    clock.suspensions.push(review(date(2023, 6, 11), Some(date(2023, 6, 13))));
    assert_eq!(due(&clock), on(date(2023, 6, 14)));
    clock.suspensions.push(review(date(2023, 6, 12), None));
    assert_eq!(due(&clock), Due::Stopped { left: 0 });
}

#[test]
fn r04_ten_more_working_days_after_the_twentieth() {
    let mut clock = working(20, date(2023, 6, 12));
    let source = "行政许可法 42".to_owned();
    clock.extension = Some(Extension { value: 10, unit: Unit::WorkingDays, source });
    // 20th on 11 July; 12–14, 17–21, 24, 25 July
    assert_eq!(due(&clock), on(date(2023, 7, 25)));
    assert_eq!(clock.limit_total(), 30);
}

#[test]
fn r01_a_decided_clock_keeps_the_reading_of_its_last_day() {
    let mut clock = working(20, date(2023, 6, 12));
    clock.stopped_on = Some(date(2023, 6, 16));
    let ended = read(&clock, date(2024, 1, 1));
    assert_eq!((ended.state, ended.as_of, ended.used), (State::Ended, date(2023, 6, 16), 4));
    assert_eq!((ended.due, ended.overdue_days), (on(date(2023, 7, 11)), 0));
    assert_eq!(read(&clock, date(2023, 6, 14)).state, State::Running);
    assert_eq!(read(&clock, date(2023, 6, 11)).state, State::NotStarted);
}

#[test]
fn r19_a_due_date_beyond_the_last_notice_is_provisional() {
    let clock = working(20, date(2026, 12, 21));
    assert_eq!(due(&clock), Due::On { date: date(2027, 1, 18), provisional: true });
}

#[test]
fn r06_the_explanation_of_a_review_over_the_festival_reads_in_both_languages() {
    let mut clock = working(10, date(2023, 6, 12));
    clock.suspensions.push(review(date(2023, 6, 19), Some(date(2023, 6, 20))));
    let steps = clock.explain(&Calendar::national(), date(2023, 6, 21));
    let zh: Vec<_> = steps.iter().map(Step::text_zh).collect();
    assert_eq!(
        zh,
        [
            "时限10个工作日（行政许可法 42）",
            "2023-06-12起算，开始的当日不计入",
            "2023-06-13至2023-06-16计4个工作日（周一至周五）",
            "2023-06-19至2023-06-20专家评审所需时间不计入，扣除2个工作日（行政许可法 45）",
            "2023-06-21计1个工作日（周一至周五）",
            "截至2023-06-21（计时中）已用5个工作日，剩余5个工作日",
            "2023-06-22至2023-06-24端午节放假，不计入",
            "2023-06-25周末调休上班（端午节），计1个工作日",
            "2023-06-26至2023-06-29计4个工作日（周一至周五）",
            "2023-06-29二十四时届满（窗口有停止业务时间的，以该时间为准）",
        ]
    );
    let en: Vec<_> = steps.iter().map(Step::text_en).collect();
    assert_eq!(
        en,
        [
            "limit of 10 working days (行政许可法 42)",
            "starts 2023-06-12; the start day is not counted",
            "2023-06-13 to 2023-06-16: 4 working days (Monday to Friday)",
            "2023-06-19 to 2023-06-20: expert review, 2 working days excluded (行政许可法 45)",
            "2023-06-21: 1 working day (Monday to Friday)",
            "through 2023-06-21 (running): 5 used, 5 working days left",
            "2023-06-22 to 2023-06-24: 端午节, not counted",
            "2023-06-25: weekend worked for 端午节, 1 working day",
            "2023-06-26 to 2023-06-29: 4 working days (Monday to Friday)",
            "due at the end of 2023-06-29 (24:00, or the window's closing time)",
        ]
    );
}
