//! The demo through the real binary: its dates against ones added up by hand, its past, and that it plays alike twice.
//!
//! Working days in the summer of 2023: the Dragon Boat festival is off from Thursday 22 June through Saturday 24 June,
//! Sunday 25 June is worked; no other holiday falls between 12 June and 28 September.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::{Path, PathBuf};

use om_infra::log::sqlite::Options;
use om_infra::log::{EventLog as _, SqliteLog, StoredEvent};
use om_tests::server::{Server, command, succeeds, text};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Played {
    _scratch: TempDir,
    data: PathBuf,
    boards: Vec<Value>,
}

fn play() -> Played {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("demo");
    let printed = succeeds(["demo", "--no-serve", "--json", "--data", text(&data)]);
    let boards = serde_json::Deserializer::from_str(&printed).into_iter().map(Result::unwrap).collect();
    Played { _scratch: scratch, data, boards }
}

const ROAD: &str = "2306-530322-04-01-280001";

impl Played {
    fn facts(&self, more: &[&str]) -> Vec<Value> {
        let mut arguments = vec!["replay", "--data", text(&self.data), ROAD, "--json"];
        arguments.extend(more);
        succeeds(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The row of a permit on the board that `replay` draws.
    fn row(&self, permit: &str, when: &[&str]) -> String {
        let mut arguments = vec!["replay", "--data", text(&self.data), "南片区"];
        arguments.extend(when);
        let board = succeeds(arguments);
        let row = board.lines().find(|line| line.starts_with(&format!(" {permit} ")));
        row.unwrap_or_else(|| panic!("{permit} is not on the board: {board}")).to_owned()
    }
}

async fn stored(data: &Path) -> Vec<StoredEvent> {
    let log = SqliteLog::open_read_only(data, &Options::default()).unwrap();
    log.read_all(None, usize::MAX).await.unwrap()
}

#[test]
fn the_road_comes_to_the_dates_added_up_by_hand() {
    let played = play();
    let road = &played.boards[0];
    assert_eq!((&road["projectCode"], &road["phase"]), (&json!(ROAD), &json!("underway")));
    assert_eq!(played.boards.len(), 2);
    // code, round, received, accepted, how, promised due, statutory due, decided, issued
    let expected = "
        A1 1 06-12 06-12 complete  06-15 07-11 06-15 -
        A2 1 06-15 06-15 complete  06-25 07-14 06-25 06-26
        A3 1 06-15 06-16 deficient 06-25 07-14 06-21 -
        A4 2 06-26 06-26 complete  07-14 07-21 07-13 -
        A5 1 06-15 06-16 complete  07-31 08-14 07-27 -
        A6 1 06-27 06-27 deemed    07-11 07-27 07-07 -
        A7 1 06-26 06-26 complete  06-29 07-24 06-29 06-30
        A8 1 06-26 06-27 deficient 07-11 07-28 07-11 07-12
        B1 1 06-26 06-26 complete  07-05 -     07-04 -
        B2 1 06-27 06-28 complete  07-21 08-11 07-20 -
        B3 1 07-05 07-05 complete  07-12 08-02 07-12 07-13
        C1 1 07-24 07-25 complete  08-02 08-14 08-02 08-02
        C2 1 07-24 07-24 complete  08-21 -     08-21 -
        C3 1 08-22 08-22 complete  08-25 09-21 08-25 -
        C4 1 08-30 08-30 complete  09-04 09-06 09-04 09-05
        D1 - - - - - - - -
        D2 - - - - - - - -";
    let shown = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.trim_start_matches("2023-").to_owned(),
        other => other.to_string(),
    };
    let rows = road["permits"].as_array().unwrap().iter().map(|p| {
        let cells = [
            &p["code"],
            &p["round"],
            &p["receivedOn"],
            &p["acceptedOn"],
            &p["manner"],
            &p["dues"]["promised"],
            &p["dues"]["statutory"],
            &p["decidedOn"],
            &p["issuedOn"],
        ];
        cells.map(shown).join(" ")
    });
    let expected = expected.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(rows.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn the_facts_of_the_road_are_those_of_its_story() {
    let facts = play().facts(&[]);
    let of = |permit: &str, kind: &str| -> Vec<&Value> {
        facts.iter().filter(|f| f["payload"]["permit"] == permit && f["type"] == kind).collect()
    };
    let on = |fact: &Value| fact["effective"]["on"].clone();

    // promised by 20 June and not there: stated on the 21st, the round ends with it, a second one opens
    let lapsed = of("A4", "ToleranceLapsed");
    assert_eq!((lapsed.len(), on(lapsed[0])), (1, json!("2023-06-21")));
    assert_eq!(lapsed[0]["payload"]["due"]["date"], "2023-06-20");
    assert_eq!(on(of("A4", "PermitLapsed")[0]), "2023-06-21");
    let rounds: Vec<_> = of("A4", "PermitSubmitted").iter().map(|f| f["payload"]["round"].clone()).collect();
    assert_eq!(rounds, [1, 2]);

    // received on Tuesday the 27th, five working days without a word end on 4 July: accepted as of receipt
    let deemed = of("A6", "PermitDeemedAccepted");
    assert_eq!((deemed.len(), on(deemed[0])), (1, json!("2023-06-27")));
    assert_eq!(
        (&deemed[0]["payload"]["term_ended"], &deemed[0]["by"]),
        (&json!("2023-07-04"), &json!("platform"))
    );
    assert_eq!(deemed[0]["payload"]["clock_from"], "2023-06-27");

    // two of ten and of twenty days are used when it first stands still; it stands until the second notice ends it
    let stopped = of("A5", "ClockSuspended");
    let told: Vec<_> = stopped.iter().map(|f| f["payload"]["told_until"].clone()).collect();
    assert_eq!(told, ["2023-07-11", "2023-07-21"]);
    for stop in stopped {
        let dues = &stop["payload"]["dues"];
        assert_eq!((&dues["promised_left"], &dues["statutory_left"]), (&json!(8), &json!(18)));
    }
    assert_eq!(of("A5", "ClockResumed")[0]["payload"]["on"], "2023-07-20");

    // the clock of the pre-reviewed permit starts when what it waited for is issued
    let accepted = of("A8", "PermitAccepted");
    assert_eq!(accepted[0]["payload"]["clock_from"], Value::Null);
    let landed = of("A8", "PrerequisiteLanded");
    assert_eq!(landed[0]["payload"]["clock"]["from"], "2023-06-30");
    assert_eq!(landed[0]["payload"]["requirement"], "permit:A7");

    let corrected = of("C1", "EntryCorrected");
    let received = &corrected[0]["payload"]["correction"];
    assert_eq!((&received["old"], &received["new"]), (&json!("2023-07-25"), &json!("2023-07-24")));
    assert_eq!(corrected[0]["payload"]["dues"]["promised"], "2023-08-02");

    // decided on the 25th, written down on the 30th
    let late = of("C3", "PermitApproved");
    assert_eq!((on(late[0]), &late[0]["recorded"]), (json!("2023-08-25"), &json!("2023-08-30T01:00:00Z")));

    let issued = of("C4", "CertificateIssued");
    assert_eq!(issued[0]["payload"]["certificate"]["date"], "2023-09-05");
    let revisions: Vec<_> = facts.iter().map(|f| f["revision"].as_u64().unwrap()).collect();
    assert_eq!(revisions, (0..facts.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_applicant_loses_its_eligibility_and_gets_it_back() {
    let played = play();
    let events = stored(&played.data).await;
    let of_applicant = events.iter().filter(|e| e.stream.id() == "luliang-city-investment");
    let told: Vec<_> = of_applicant.map(|e| (&*e.kind, e.recorded.to_string())).collect();
    assert_eq!(
        told,
        [
            ("EligibilityLost", "2023-06-20T16:02:00Z".to_owned()),
            ("EligibilityRepaired", "2023-06-26T03:00:00Z".to_owned())
        ]
    );
    // what is tolerated after that was decided on the repaired record
    let seen = |from: &str| {
        let tolerated =
            events.iter().filter(|e| &*e.kind == "DeficiencyTolerated" && *e.recorded.to_string() > *from);
        let first = tolerated.map(|e| serde_json::from_slice::<Value>(&e.payload).unwrap()).next().unwrap();
        first["eligibility"]["revision"].clone()
    };
    assert_eq!((seen("2023-06-01"), seen("2023-06-26")), (Value::Null, json!(1)));
    assert!(
        succeeds(["rebuild", "--data", text(&played.data), "--check"]).contains(&events.len().to_string())
    );
}

#[tokio::test]
async fn the_demo_has_cards_a_meeting_an_overdue_opinion_and_a_date_that_moved() {
    let played = play();
    let events = stored(&played.data).await;
    let days = |kind: &str| -> Vec<String> {
        let of = events.iter().filter(|event| &*event.kind == kind);
        of.map(|event| serde_json::from_slice::<Value>(&event.metadata.json()).unwrap())
            .map(|meta| meta["effective"]["on"].as_str().unwrap_or("at").to_owned())
            .collect()
    };
    assert_eq!(
        (days("CardAnswered").len(), days("CardUpheld").len(), days("CardCancelled").len()),
        (3, 1, 1)
    );
    assert_eq!(days("CardCleared").len(), 14);
    assert_eq!(
        (days("MeetingConvened").len(), days("TaskDone").len(), days("MeetingClosed").len()),
        (1, 1, 1)
    );
    assert_eq!(days("TaskOverdue"), ["2023-09-01"], "claimed for 31 August, and not done by then");
    assert!(!days("OpinionOverdue").is_empty());
    assert_eq!(days("DateChangeApproved").len(), 1);
    let school = &played.boards[1]["permits"];
    let a4 = school.as_array().unwrap().iter().find(|permit| permit["code"] == "A4").unwrap();
    let cards: Vec<_> = a4["cards"].as_array().unwrap().iter().map(|card| &card["standing"]).collect();
    assert_eq!(cards, ["issued", "answered", "answered"]);
    let board = succeeds(["board", "--data", text(&played.data), "城南"]);
    assert!(board.contains("红牌 red card 2 → 水务局") && board.contains("维持 upheld"), "{board}");
    let printed = succeeds(["demo", "--no-serve", "--data", text(&played.data)]);
    assert!(printed.contains("B1 不等 A5（告知承诺）：决定提前 12 个工作日"), "{printed}");
}

#[test]
fn a_moment_shows_what_was_known_then() {
    let played = play();
    let all = played.facts(&[]);
    for day in ["2023-06-12", "2023-06-20", "2023-06-24", "2023-07-05", "2023-08-10", "2023-09-05"] {
        let then = played.facts(&["--at", day]);
        // the day ends at 16:00 in Greenwich
        let wanted: Vec<_> = all
            .iter()
            .filter(|f| f["recorded"].as_str().unwrap() < &*format!("{day}T16:00:00Z"))
            .cloned()
            .collect();
        assert!(!wanted.is_empty());
        assert_eq!(then, wanted, "{day}");
    }
    let event = all[24]["eventId"].as_str().unwrap();
    assert_eq!(played.facts(&["--at", event]), all[..=24]);

    for (permit, day, words) in [
        ("A4", "2023-06-20", &["debt owed"][..]),
        ("A4", "2023-06-21", &["已失效", "06-21 终止"]),
        ("A4", "2023-06-26", &["第2轮", "≤07-03 余5工作日"]),
        ("A5", "2023-06-20", &["停计", "停 余8工作日"]),
        ("A5", "2023-07-12", &["停计", "停 余8工作日"]),
        ("A5", "2023-07-20", &["审查中", "≤07-31 余7工作日"]),
        ("A6", "2023-07-04", &["待受理"]),
        ("A6", "2023-07-05", &["审查中", "≤07-11 余4工作日"]),
        ("A8", "2023-06-27", &["容缺预审"]),
        ("A8", "2023-06-30", &["≤07-11 余7工作日"]),
        ("C1", "2023-07-25", &["≤08-03"]),
        ("C1", "2023-07-26", &["≤08-02"]),
        // no fact on that day: the clock is read on it all the same; the 27th day is a Sunday, so Monday is the last
        ("C2", "2023-08-10", &["≤08-21 余10日历日"]),
        ("C3", "2023-08-25", &["审查中"]),
        ("C3", "2023-08-26", &["逾期", "≤08-25 逾"]),
        ("C3", "2023-08-30", &["已批准", "08-25 决定"]),
        ("C4", "2023-09-04", &["已批待发证"]),
        ("C4", "2023-09-05", &["已发证", "09-05 发证"]),
    ] {
        let row = played.row(permit, &["--at", day]);
        for word in words {
            assert!(row.contains(word), "{permit} on {day} does not say {word}: {row}");
        }
    }
    assert!(!played.row("A4", &["--at", "2023-06-21"]).contains('余'), "what has ended has no days left");
    let board = succeeds(["replay", "--data", text(&played.data), "南片区", "--as-of", "2023-08-25"]);
    assert!(
        board.contains("as true 2023-08-25") && board.contains("  2023-08-25 周五"),
        "a day is itself: {board}"
    );
    // what is known now of the 25th: it was decided that day
    assert!(played.row("C3", &["--as-of", "2023-08-25"]).contains("08-25 决定"));
}

#[tokio::test]
async fn a_demo_played_twice_is_the_same() {
    let (played, again) = (play(), play());
    let (first, second) = (stored(&played.data).await, stored(&again.data).await);
    assert_eq!(first.len(), second.len());
    for (one, other) in first.iter().zip(&second) {
        assert_eq!((&one.stream, one.revision, &one.kind), (&other.stream, other.revision, &other.kind));
        assert_eq!((one.id, one.version, one.recorded), (other.id, other.version, other.recorded));
        assert_eq!(one.payload, other.payload, "{} {}", one.stream, one.revision);
        assert_eq!(one.metadata, other.metadata, "{} {}", one.stream, one.revision);
    }
    assert_eq!(played.boards, again.boards);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_is_served_once_it_is_played() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("demo");
    let demo = command(["demo", "--data", text(&data), "--listen", "127.0.0.1:0"]);
    let server = Server::start_by(demo);
    server.ready().await;
    let seen = server.api().ask("lead", "{ overview { underway } }", &Value::Null).await;
    assert_eq!(seen["overview"]["underway"], 3, "{seen}");
}
