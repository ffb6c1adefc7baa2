use super::*;
use crate::{
    calendar::{Calendar, NamedDay},
    decider::{EventRecord, Explained},
    given::{Given, actor, administrator, platform},
};
use jiff::civil::{Date, date};

fn named(days: &[Date]) -> Vec<NamedDay> {
    days.iter().map(|day| NamedDay { date: *day, holiday: "火把节".into() }).collect()
}

fn notice(year: i16, off: &[Date]) -> HolidayNotice {
    HolidayNotice {
        id: format!("国办发明电〔{}〕7号", year - 1),
        year,
        sources: vec!["https://www.gov.cn/example".into()],
        amends: None,
        off: named(off),
        make_up: vec![],
        withdrawn: vec![],
        authoritative_through: date(year, 12, 31),
    }
}

fn overlay(county: &str, off: &[Date]) -> CountyOverlay {
    CountyOverlay {
        county: county.into(),
        id: "县政发〔2026〕3号".into(),
        sources: vec!["https://www.example.gov.cn".into()],
        off: named(off),
        make_up: vec![],
        withdrawn: vec![],
    }
}

fn record(notice: HolidayNotice) -> CalendarBookCommand {
    CalendarBookCommand::RecordHolidayNotice { notice }
}

fn lay(overlay: CountyOverlay) -> CalendarBookCommand {
    CalendarBookCommand::RecordCountyOverlay { overlay }
}

fn book() -> Given<CalendarBookDecider> {
    Given::nothing().by(administrator())
}

const NEW_YEAR: Date = date(2027, 1, 1);

#[test]
fn r19_the_book_begins_as_the_nations_and_a_notice_carries_its_authority_further() {
    assert_eq!(book().state.calendar().authoritative_through(), date(2026, 12, 31));
    let given = book().does(&record(notice(2027, &[NEW_YEAR])));
    let calendar = given.state.calendar();
    assert_eq!(calendar.authoritative_through(), date(2027, 12, 31));
    assert!(!calendar.is_working(NEW_YEAR));
    assert_ne!(calendar.version(), Calendar::national().version());
    assert_eq!(given.refolded(), given.state);
}

#[test]
fn r19_a_county_lays_its_own_days_over_the_nations_and_only_its_own() {
    let day = date(2026, 8, 6);
    let given = book().does(&lay(overlay("530322", &[day])));
    assert!(!given.state.calendar().is_working(day));
    assert_eq!(given.state.calendar().county(), Some("530322"));
    let refusal = book().when(&lay(overlay("530323", &[day]))).unwrap_err();
    assert_eq!(refusal.code(), "OtherCounty");
}

#[test]
fn r20_a_day_that_has_begun_is_not_declared_away() {
    let today = date(2026, 8, 6);
    let book = || book().on(today);
    for past in [date(2026, 8, 5), today] {
        let refusal = book().when(&lay(overlay("530322", &[date(2026, 8, 20), past]))).unwrap_err();
        assert_eq!(refusal, CalendarBookRefusal::DayHasBegun { day: past, today });
        let mut worked = overlay("530322", &[date(2026, 8, 20)]);
        worked.make_up = named(&[past]);
        assert_eq!(book().when(&lay(worked)).unwrap_err().code(), "DayHasBegun");
    }
    assert!(book().when(&lay(overlay("530322", &[date(2026, 8, 7)]))).is_ok());
}

#[test]
fn r19_what_contradicts_is_refused_and_says_which_day_or_number() {
    let mut given = book().does(&record(notice(2027, &[NEW_YEAR])));
    let mut other = notice(2027, &[NEW_YEAR, date(2027, 1, 2)]);
    let refused =
        |given: &mut Given<CalendarBookDecider>, n: &HolidayNotice| match given.when(&record(n.clone())) {
            Err(CalendarBookRefusal::Contradicts { error }) => error,
            other => panic!("{other:?}"),
        };
    assert_eq!(refused(&mut given, &other), CalendarError::Recorded { id: other.id.clone() });
    other.id = "国办发明电〔2026〕8号".into();
    assert_eq!(refused(&mut given, &other), CalendarError::YearCovered { year: 2027 });
    assert_eq!(
        refused(&mut given, &notice(2029, &[date(2029, 1, 1)])),
        CalendarError::YearOutOfOrder { year: 2029, expected: 2028 }
    );
    let mut both = notice(2028, &[date(2028, 1, 1)]);
    both.make_up = both.off.clone();
    assert_eq!(refused(&mut given, &both), CalendarError::Contradiction { date: date(2028, 1, 1) });
    let refusal = CalendarBookRefusal::Contradicts { error: CalendarError::YearCovered { year: 2027 } };
    assert!(
        refusal.message_zh(&Default::default()).contains("2027")
            && refusal.message_en(&Default::default()).contains("2027")
    );
    assert_eq!(refusal.rule(), Some("R19"));
    assert!(serde_json::to_string(&refusal).unwrap().contains("YearCovered"));
}

#[test]
fn r18_only_an_administrator_or_the_platform_keeps_the_calendar() {
    use crate::decider::Role;
    let officer = actor("nr-1", "natural-resources", &[Role::Officer, Role::Head]);
    let refusal = book().by(officer).when(&record(notice(2027, &[NEW_YEAR]))).unwrap_err();
    assert_eq!(refusal.code(), "NotAdministrator");
    assert!(book().by(platform()).when(&record(notice(2027, &[NEW_YEAR]))).is_ok());
}

#[test]
fn a_document_recorded_again_is_recorded_once() {
    let mut given = book();
    assert!(given.repeats(&record(notice(2027, &[NEW_YEAR]))));
    assert!(given.repeats(&lay(overlay("530322", &[date(2026, 8, 6)]))));
    assert_eq!(given.log.len(), 2);
}

#[test]
fn r16_documents_are_recorded_in_turn() {
    let mut given = book().does(&record(notice(2027, &[NEW_YEAR]))).on(date(2023, 6, 11));
    let refusal = given.when(&record(notice(2028, &[date(2028, 1, 1)]))).unwrap_err();
    assert_eq!(refusal.code(), "BackfillOutOfOrder");
}

#[test]
fn r20_what_is_stored_reads_back_and_an_amendment_gives_a_new_version() {
    let given = book().does(&record(notice(2027, &[NEW_YEAR])));
    for fact in &given.log {
        let bytes = fact.event.encode().unwrap();
        let read = CalendarBookEvent::decode(fact.event.name(), fact.event.version(), &bytes).unwrap();
        assert_eq!(read, fact.event);
    }
    let before = given.state.calendar().version().clone();
    let mut amendment = notice(2027, &[date(2027, 1, 4)]);
    amendment.amends = Some(amendment.id.clone());
    amendment.id = "国办发明电〔2026〕9号".into();
    let given = given.does(&record(amendment));
    assert_ne!(*given.state.calendar().version(), before);
}
