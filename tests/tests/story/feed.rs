//! One's deadlines in a calendar that cannot sign in: by a secret address that is made, read and closed.

use om_tests::house::{Case, Seen};
use serde_json::{Value, json};
use uuid::Uuid;

const OPEN: &str =
    "mutation($input: CalendarFeedInput!) { openCalendarFeed(input: $input) { path outcome { __typename
    ... on RegisterCommandDone { entries repeated } ... on CommandRefused { code } } } }";
const CLOSE: &str = "mutation($input: CalendarFeedInput!) { closeCalendarFeed(input: $input) {
    ... on RegisterCommandDone { entries } } }";

async fn opened(case: &Case, user: &str, id: Uuid) -> Seen {
    Seen(
        case.house.ask(user, OPEN, json!({ "input": { "commandId": id } })).await["openCalendarFeed"].clone(),
    )
}

/// What the address gives to who cannot sign in: status, kind, text.
async fn read(case: &Case, path: &str) -> (u16, String, String) {
    case.house.platform.projections.caught_up().await.unwrap_or_else(|e| panic!("{e}"));
    let answer = reqwest::get(format!("http://{}{path}", case.house.address)).await;
    let answer = answer.unwrap_or_else(|e| panic!("{e}"));
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (status, kind) = (answer.status().as_u16(), kind.to_owned());
    (status, kind, answer.text().await.unwrap_or_default().replace("\r\n ", ""))
}

#[tokio::test]
async fn r21_a_calendar_shows_the_last_days_of_ones_body_with_law_and_link_until_the_address_is_closed() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let made = opened(&case, "wa-officer-1", Uuid::new_v4()).await;
    let path = made.at("path").as_str().unwrap_or_default().to_owned();
    assert!(path.starts_with("/calendar/530322-") && path.ends_with(".ics"), "{made:?}");
    let (status, kind, text) = read(&case, &path).await;
    assert_eq!((status, kind.as_str()), (200, "text/calendar; charset=utf-8"));
    // ten working days from Monday 12 June, past the festival and the worked Sunday: 27 June
    assert!(text.contains("DTSTART;VALUE=DATE:20230627\r\nDTEND;VALUE=DATE:20230628\r\n"), "{text}");
    assert!(text.contains("SUMMARY:作出审批决定：W 取水许可\r\n") && text.contains("承诺清单"), "{text}");
    let link =
        format!("URL:http://{}/matter/{}\r\n", case.house.address, case.id.trim_start_matches("matter:"));
    assert!(text.contains(&link), "{text}");
    let uid = |text: &str| text.lines().find(|line| line.starts_with("UID:decide.W.")).map(str::to_owned);
    let before = uid(&text);
    assert!(before.is_some(), "{text}");
    // the law's own limit has run out after the promise: another day, the same entry
    case.at("2023-07-20").time_passes().await;
    let (_, _, moved) = read(&case, &path).await;
    assert_eq!(uid(&moved), before);
    assert!(!moved.contains("20230627") && moved.contains("行政许可法 42"), "{moved}");
    let other = opened(&case, "nr-officer-1", Uuid::new_v4()).await;
    let (_, _, others) = read(&case, other.at("path").as_str().unwrap_or_default()).await;
    assert!(!others.contains("取水许可"), "another body's desk is its own: {others}");
    let mine = case.house.get("wa-officer-1", "/calendar/mine.ics").send().await;
    assert_eq!(mine.map(|answer| answer.status().as_u16()).unwrap_or_default(), 200);
    assert_eq!(read(&case, "/calendar/mine.ics").await.0, 401);
    let me = Seen(case.house.ask("wa-officer-1", "{ me { calendarFeedSince } }", Value::Null).await);
    me.shows("me.calendarFeedSince", "2023-06-12");
    case.house.ask("wa-officer-1", CLOSE, json!({ "input": { "commandId": Uuid::new_v4() } })).await;
    assert_eq!(read(&case, &path).await.0, 404);
    assert_eq!(read(&case, "/calendar/530322-nobody.ics").await.0, 404);
}

#[tokio::test]
async fn an_address_is_shown_once_a_new_one_closes_it_and_only_its_hash_is_kept() {
    let case = Case::story().await;
    let id = Uuid::new_v4();
    let first = opened(&case, "lead", id).await;
    let again = opened(&case, "lead", id).await;
    again.lacks("path");
    let path = first.at("path").as_str().unwrap_or_default().to_owned();
    let second = opened(&case, "lead", Uuid::new_v4()).await;
    assert_eq!(read(&case, &path).await.0, 404);
    let now = second.at("path").as_str().unwrap_or_default().to_owned();
    assert_eq!(read(&case, &now).await.0, 200);
    let secret = now.trim_start_matches("/calendar/530322-").trim_end_matches(".ics").to_owned();
    let stored = case.house.platform.log.read_all(None, usize::MAX).await.unwrap_or_else(|e| panic!("{e}"));
    let kept = stored.iter().find(|event| String::from_utf8_lossy(&event.payload).contains(&secret));
    assert!(kept.is_none(), "the secret lies in no event");
}
