//! How notices and overlays change a calendar, and which are refused (domain rules R19, R20).

use jiff::civil::{Date, date};
use om_domain::calendar::{Calendar, CalendarError, CountyOverlay, DayKind, HolidayNotice, NamedDay, Unit};

fn named(holiday: &str, days: &[Date]) -> Vec<NamedDay> {
    days.iter().map(|date| NamedDay { date: *date, holiday: holiday.to_owned() }).collect()
}

/// An invented arrangement for 2027: three days off, one Sunday worked.
fn notice_2027() -> HolidayNotice {
    HolidayNotice {
        id: "示例〔2026〕1号".to_owned(),
        year: 2027,
        sources: vec!["https://example.org/2027".to_owned()],
        amends: None,
        off: named("元旦", &[date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)]),
        make_up: named("春节", &[date(2027, 1, 31)]),
        withdrawn: Vec::new(),
        authoritative_through: date(2027, 12, 31),
    }
}

/// An invented amendment of 2026: 4 January is not worked after all, 5 January is off.
fn amendment_2026() -> HolidayNotice {
    HolidayNotice {
        id: "示例〔2026〕2号".to_owned(),
        year: 2026,
        amends: Some("table-2026".to_owned()),
        off: named("元旦", &[date(2026, 1, 5)]),
        make_up: Vec::new(),
        withdrawn: vec![date(2026, 1, 4)],
        authoritative_through: date(2026, 12, 31),
        ..notice_2027()
    }
}

/// An invented local holiday: Friday 24 July 2026 off, Saturday 25 July worked.
fn overlay() -> CountyOverlay {
    CountyOverlay {
        county: "530322".to_owned(),
        id: "县政发〔2026〕1号".to_owned(),
        sources: vec!["https://example.org/county".to_owned()],
        off: named("火把节", &[date(2026, 7, 24)]),
        make_up: named("火把节", &[date(2026, 7, 25)]),
        withdrawn: Vec::new(),
    }
}

#[test]
fn r19_a_notice_moves_the_last_authoritative_day_and_its_days_take_effect() {
    let before = Calendar::national();
    let after = before.with_notice(notice_2027()).expect("a good notice");
    assert_eq!((before.version().as_str(), after.version().as_str()), ("cn-2026-1", "cn-2027-2"));
    assert_eq!(after.authoritative_through(), date(2027, 12, 31));
    assert!(before.is_provisional(date(2027, 1, 4)) && !after.is_provisional(date(2027, 1, 4)));
    assert_eq!(after.day(date(2027, 1, 31)), DayKind::MakeUp { holiday: "春节" });
    assert_eq!(after.add(date(2026, 12, 30), 2, Unit::WorkingDays), date(2027, 1, 4));
    assert_eq!(after.notices_of(2027).count(), 1);
}

#[test]
fn r20_the_old_version_still_computes_what_it_computed() {
    let before = Calendar::national();
    let _after = before.with_notice(notice_2027()).expect("a good notice");
    assert_eq!(before.add(date(2026, 12, 30), 2, Unit::WorkingDays), date(2027, 1, 1));
    assert_eq!(before, Calendar::national());
}

#[test]
fn r19_a_notice_may_reach_into_the_december_before() {
    let mut notice = notice_2027();
    notice.off.extend(named("元旦", &[date(2026, 12, 31)]));
    let cal = Calendar::national().with_notice(notice).expect("as the notices of 2008 and 2019 did");
    assert_eq!(cal.day(date(2026, 12, 31)), DayKind::Holiday { name: "元旦" });
}

#[test]
fn r19_an_amendment_overrides_only_the_days_it_lists_and_gives_a_new_version() {
    let cal = Calendar::national().with_notice(amendment_2026()).expect("a good amendment");
    assert_eq!(cal.version().as_str(), "cn-2026-2");
    assert_eq!(cal.day(date(2026, 1, 4)), DayKind::Weekend);
    assert_eq!(cal.day(date(2026, 1, 5)), DayKind::Holiday { name: "元旦" });
    assert_eq!(cal.day(date(2026, 1, 1)), DayKind::Holiday { name: "元旦" });
    assert_eq!(cal.authoritative_through(), date(2026, 12, 31));
    assert_eq!(cal.notices_of(2026).count(), 2);
}

#[test]
fn r19_an_overlay_is_the_county_s_alone_and_its_order_with_a_notice_does_not_matter() {
    let national = Calendar::national();
    let county = national.with_overlay(overlay()).expect("a good overlay");
    assert_eq!((national.county(), county.county()), (None, Some("530322")));
    assert_eq!(county.version().as_str(), "cn-2026-1+530322-1");
    assert_eq!(county.day(date(2026, 7, 24)), DayKind::Holiday { name: "火把节" });
    assert_eq!(county.day(date(2026, 7, 25)), DayKind::MakeUp { holiday: "火把节" });
    assert_eq!(national.day(date(2026, 7, 24)), DayKind::Working);
    let after = county.with_notice(notice_2027()).expect("a good notice");
    let other_way = national.with_notice(notice_2027()).and_then(|cal| cal.with_overlay(overlay()));
    assert_eq!(Ok(after), other_way);
}

#[test]
fn r19_an_overlay_s_withdrawn_day_goes_back_to_what_the_nation_says() {
    let mut off = overlay();
    off.off = named("火把节", &[date(2026, 10, 1)]);
    let withdrawal = CountyOverlay {
        id: "县政发〔2026〕2号".to_owned(),
        off: Vec::new(),
        make_up: Vec::new(),
        withdrawn: vec![date(2026, 10, 1)],
        ..overlay()
    };
    let cal = Calendar::national().with_overlay(off).and_then(|cal| cal.with_overlay(withdrawal));
    let cal = cal.expect("two good overlays");
    assert_eq!(cal.day(date(2026, 10, 1)), DayKind::Holiday { name: "国庆节" });
    assert_eq!(cal.version().as_str(), "cn-2026-1+530322-2");
}

#[test]
fn r19_a_notice_that_contradicts_itself_is_refused() {
    let refused = |change: &dyn Fn(&mut HolidayNotice)| {
        let mut notice = notice_2027();
        change(&mut notice);
        Calendar::national().with_notice(notice).expect_err("refused")
    };
    let id = notice_2027().id;
    let friday = date(2027, 1, 1);
    assert_eq!(refused(&|n| n.sources.clear()), CalendarError::NoSource { id: id.clone() });
    assert_eq!(refused(&|n| (n.off.clear(), n.make_up.clear()).0), CalendarError::NoDays { id });
    assert_eq!(
        refused(&|n| n.off.extend(named(" ", &[date(2027, 1, 4)]))),
        CalendarError::Nameless { date: date(2027, 1, 4) }
    );
    assert_eq!(
        refused(&|n| n.off.extend(named("元旦", &[friday]))),
        CalendarError::ListedTwice { date: friday }
    );
    let sunday = date(2027, 1, 3);
    assert_eq!(
        refused(&|n| n.make_up.extend(named("元旦", &[sunday]))),
        CalendarError::Contradiction { date: sunday }
    );
    let monday = date(2027, 1, 4);
    assert_eq!(
        refused(&|n| n.make_up.extend(named("元旦", &[monday]))),
        CalendarError::MakeUpOnWeekday { date: monday }
    );
    let outside = date(2028, 1, 1);
    assert_eq!(
        refused(&|n| n.off.extend(named("元旦", &[outside]))),
        CalendarError::OutsideYear { date: outside, year: 2027 }
    );
    let november = date(2026, 11, 30);
    assert_eq!(
        refused(&|n| n.off.extend(named("元旦", &[november]))),
        CalendarError::OutsideYear { date: november, year: 2027 }
    );
    assert_eq!(
        refused(&|n| n.authoritative_through = outside),
        CalendarError::AuthorityOutsideYear { through: outside, year: 2027 }
    );
    assert_eq!(refused(&|n| n.withdrawn.push(monday)), CalendarError::NothingToWithdraw { date: monday });
}

#[test]
fn r19_a_notice_out_of_its_order_is_refused() {
    let cal = Calendar::national();
    let mut later = notice_2027();
    (later.year, later.authoritative_through) = (2028, date(2028, 12, 31));
    (later.off, later.make_up) = (named("元旦", &[date(2028, 1, 1)]), Vec::new());
    assert_eq!(cal.with_notice(later), Err(CalendarError::YearOutOfOrder { year: 2028, expected: 2027 }));
    let covered = HolidayNotice { amends: None, ..amendment_2026() };
    assert_eq!(cal.with_notice(covered), Err(CalendarError::YearCovered { year: 2026 }));
    let unknown = HolidayNotice { amends: Some("?".to_owned()), ..amendment_2026() };
    let refusal = CalendarError::AmendsUnknown { year: 2026, amends: "?".to_owned() };
    assert_eq!(cal.with_notice(unknown), Err(refusal));
    let once = cal.with_notice(notice_2027()).expect("a good notice");
    assert_eq!(once.with_notice(notice_2027()), Err(CalendarError::Recorded { id: notice_2027().id }));
}

#[test]
fn r19_an_overlay_of_another_county_or_of_none_is_refused() {
    let cal = Calendar::national().with_overlay(overlay()).expect("a good overlay");
    let other = CountyOverlay { county: "530324".to_owned(), id: "2".to_owned(), ..overlay() };
    let refusal = CalendarError::OtherCounty { here: "530322".to_owned(), given: "530324".to_owned() };
    assert_eq!(cal.with_overlay(other), Err(refusal));
    let none = CountyOverlay { county: "陆良".to_owned(), ..overlay() };
    let refusal = CalendarError::NotACounty { county: "陆良".to_owned() };
    assert_eq!(Calendar::national().with_overlay(none), Err(refusal));
}

#[test]
fn r20_what_is_stored_reads_back_the_same() {
    let notice = serde_json::to_string(&amendment_2026()).expect("json");
    assert_eq!(serde_json::from_str::<HolidayNotice>(&notice).expect("a notice"), amendment_2026());
    let laid = serde_json::to_string(&overlay()).expect("json");
    assert_eq!(serde_json::from_str::<CountyOverlay>(&laid).expect("an overlay"), overlay());
    assert_eq!(serde_json::to_string(Calendar::national().version()).expect("json"), "\"cn-2026-1\"");
}
