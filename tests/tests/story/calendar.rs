//! Days beyond the last holiday notice are provisional; a notice revises what is open and leaves what is past (R19, R20).

use om_tests::house::{Case, names};
use serde_json::{Value, json};

fn named(days: &[&str], holiday: &str) -> Value {
    days.iter().map(|day| json!({ "date": day, "holiday": holiday })).collect()
}

const OF_2027: &str = "国办发明电〔2026〕9号";

/// A made-up notice of 2027 with one holiday: Friday 1 January and its weekend.
fn of_2027() -> Value {
    json!({
        "number": OF_2027, "year": 2027, "sources": ["example"], "authoritativeThrough": "2027-12-31",
        "off": named(&["2027-01-01", "2027-01-02", "2027-01-03"], "元旦") })
}

#[tokio::test]
async fn r19_beyond_the_last_notice_every_date_is_provisional() {
    let case = Case::story().await;
    let sure = Case::begin(&case.house, "story", 2).await;
    sure.at("2023-06-12").accepted("W", &["form", "seal"], "wa-officer-1").await;
    sure.permit("W").await.shows("clock.statutory.provisional", false);
    case.at("2026-12-21").accepted("W", &["form", "seal"], "wa-officer-1").await;
    // Eight working days of December, then the week's own: 1 January, two weeks, Monday the 18th.
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2027-01-18").shows("clock.statutory.provisional", true);
    permit.shows("round.intakeDue.date", "2026-12-28").shows("round.intakeDue.provisional", false);
}

#[tokio::test]
async fn r19_a_countys_own_holiday_is_no_working_day_there() {
    let case = Case::story().await;
    let own = json!({ "number": "县政发〔2023〕3号", "sources": ["example"], "off": named(&["2023-06-15"], "火把节") });
    case.on_register("lead", "recordCountyOverlay", own.clone()).await.shows("__typename", "CommandRefused");
    case.on_register("administrator", "recordCountyOverlay", own).await.shows("entries", 1);
    case.at("2023-06-12").accepted("W", &["form", "seal"], "wa-officer-1").await;
    case.permit("W")
        .await
        .shows("clock.promised.due", "2023-06-28")
        .shows("clock.statutory.due", "2023-07-12");
}

#[tokio::test]
async fn r20_a_notice_revises_what_is_open_and_what_is_past_keeps_its_calendar() {
    let case = Case::story().await;
    case.at("2026-12-21").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case.approved("E", &["eia", "letter"], "ec-officer-1").await;
    let before = case.revision().await;
    case.at("2026-12-24");
    let contradicts =
        json!({ "off": named(&["2027-01-01"], "元旦"), "makeUp": named(&["2027-01-01"], "元旦") });
    let mut wrong = of_2027();
    wrong.as_object_mut().unwrap().extend(contradicts.as_object().unwrap().clone());
    let refused = case.on_register("administrator", "recordHolidayNotice", wrong).await;
    refused.shows("__typename", "CommandRefused").shows("rule", "R19");
    case.on_register("administrator", "recordHolidayNotice", of_2027()).await.shows("entries", 1);
    case.time_passes().await;
    let told = case.since(before).await;
    assert_eq!(names(&told), ["DueDateRevised"], "one open permit, one revision; none for what is decided");
    told[0].all.shows("permit", "W").shows("data.notice", OF_2027).shows("actor", "officer:platform");
    told[0].all.shows("data.old.statutory", "2027-01-18").shows("data.new.statutory", "2027-01-19");
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2027-01-19").shows("clock.statutory.provisional", false);
    // What was computed then is still read as it was then, with the calendar it was computed by.
    let history = case.history().await;
    let accepted = history.iter().find(|e| e.name == "PermitAccepted" && e.permit == "W").unwrap();
    accepted.all.shows("data.dues.statutory", "2027-01-18").shows("data.dues.provisional", true);
    assert_ne!(accepted.all.at("data.dues.calendar"), told[0].all.at("data.new.calendar"));
    let then = case.permit_known("W", "2026-12-22").await;
    then.shows("clock.statutory.due", "2027-01-18").shows("clock.statutory.provisional", true);
    case.time_passes().await;
    let again = case.by("administrator").act("reviseDueDates", json!({ "notice": OF_2027 })).done().await;
    assert_eq!((again.first, again.events.len()), (None, 0), "it moves nothing twice");
    assert_eq!(case.times("DueDateRevised").await, 1);
}
