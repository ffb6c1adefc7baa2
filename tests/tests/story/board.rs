//! The terminal's board of a matter beside the API: the same is late, and what was back-filled is marked.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use om_tests::house::{Case, Seen};
use om_tests::server::{succeeds, text};
use serde_json::json;

/// The board that the program draws of the case's matter as known at the end of a day.
fn board(case: &Case, day: &str) -> String {
    succeeds(["replay", "--data", text(case.house.dir.path()), "同乐大道1期", "--at", day])
}

fn row<'a>(board: &'a str, permit: &str) -> &'a str {
    let row = board.lines().find(|line| line.starts_with(&format!(" {permit} ")));
    row.unwrap_or_else(|| panic!("{permit} is not on the board: {board}"))
}

/// How many permits the API calls late now.
async fn late(case: &Case) -> usize {
    let seen = case.see_as("lead", "permits { lateBy { term } }", json!(null)).await;
    let permits = seen.0["permits"].as_array().unwrap().clone();
    permits.iter().filter(|permit| !permit["lateBy"].is_null()).count()
}

#[tokio::test]
async fn the_board_shows_a_late_answer_and_a_late_delivery_and_counts_as_the_api_does() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("J", &[]).done().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof"], "wa-officer-1").await;
    case.at("2023-06-20 23:59").time_passes().await;
    let intake = board(&case, "2023-06-20");
    assert!(row(&intake, "J").contains("逾期 late 受理"), "{intake}");
    assert!(row(&intake, "J").contains("≤06-19 逾1工作日"), "{intake}");
    assert!(intake.contains("逾期 late 1 ") && late(&case).await == 1, "{intake}");

    case.at("2023-06-20 23:59").by("wa-officer-1").approve("W").done().await;
    case.at("2023-07-06 23:59").time_passes().await;
    let delivery = board(&case, "2023-07-06");
    assert!(row(&delivery, "W").contains("逾期 late 送达"), "{delivery}");
    assert!(row(&delivery, "W").contains("≤07-05 逾1工作日"), "{delivery}");
    assert!(delivery.contains("逾期 late 2 ") && late(&case).await == 2, "{delivery}");
}

#[tokio::test]
async fn r16_the_board_marks_a_permit_with_back_filled_entries() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof"], "wa-officer-1").await;
    case.at("2023-06-12").by("clerk").submit("J", &[]).done().await;
    case.at("2023-06-20").by("wa-officer-1").approve("W").effective_on("2023-06-15").done().await;
    case.last("PermitApproved").await.all.shows("backfilled", true);
    let board = board(&case, "2023-06-20");
    assert!(row(&board, "W").contains("录") && !row(&board, "J").contains("录"), "{board}");
    assert!(board.contains("录 后期补录 back-filled"), "{board}");
}

#[tokio::test]
async fn r15_a_stage_is_timed_by_what_runs_side_by_side_now_and_at_a_past_day() {
    let case = Case::story().await;
    let part = "stageTimes { stage beganOn endedOn elapsedWorkingDays workedWorkingDays waitedWorkingDays excludedWorkingDays
        countedWorkingDays targetWorkingDays leftWorkingDays longestPermit gates { gate permit workingDays limitWorkingDays over } }";
    let seen = case.see_as("lead", part, json!(null)).await;
    seen.shows("stageTimes.0.stage", "PROJECT_AND_LAND").lacks("stageTimes.0.beganOn");
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case.accepted("E", &["eia", "letter"], "ec-officer-1").await;
    case.at("2023-06-15").by("wa-officer-1").stop("W", "EXPERT_REVIEW", "2023-06-20").done().await;
    case.at("2023-06-19").time_passes().await;
    let first = |seen: &Seen| seen.one("stageTimes", "stage", "PROJECT_AND_LAND");
    // both were in hand on 13 and 14; E alone on 15, 16 and 19: a day counts once, and none was excluded
    let now = first(&case.see_as("lead", part, json!(null)).await);
    now.shows("elapsedWorkingDays", 5).shows("workedWorkingDays", 5).shows("excludedWorkingDays", 0);
    now.shows("longestPermit", "E").shows("gates.1.gate", "DECIDE").shows("gates.1.limitWorkingDays", 10);
    // E's approval of the 14th, recorded late: since then all that was begun stood still on 15, 16 and 19
    case.by("ec-officer-2").approve("E").effective_on("2023-06-14").done().await;
    let now = first(&case.see_as("lead", part, json!(null)).await);
    now.shows("workedWorkingDays", 2).shows("excludedWorkingDays", 3).shows("countedWorkingDays", 2);
    let then = json!({ "known": { "time": om_tests::house::moment("2023-06-16 18:00").to_string() } });
    let then = first(&case.see_as("lead", part, then).await);
    then.shows("elapsedWorkingDays", 4).shows("workedWorkingDays", 4);
}
