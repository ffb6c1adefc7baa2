//! A file is handed to another department (移交): custody is with exactly one, no clock stops, no power to decide moves.

use om_tests::house::Case;
use serde_json::json;

async fn in_review() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn offered_received_recalled_and_decided_at_home() {
    let case = in_review().await;
    let (water, land) = (case.by("wa-officer-1"), case.by("nr-officer-1"));
    land.offer("W", "ecology").refused("NotAuthorised").await;
    water.offer("W", "water").refused("SameBody").await;
    water.offer("W", "natural-resources").done().await;
    let offered = case.permit("W").await;
    offered.shows("custodian", "body:water").shows("handoff.to", "body:natural-resources");
    offered.shows("handoff.answerDue.date", "2023-06-14").shows("clock.statutory.state", "RUNNING");
    water.offer("W", "ecology").refused("HandoffOpen").await.says("to", "natural-resources");
    case.by("ec-officer-1").receive("W").refused("NotAuthorised").await;
    case.at("2023-06-13");
    land.receive("W").done().await;
    let away = case.permit("W").await;
    away.shows("custodian", "body:natural-resources")
        .lacks("handoff")
        .shows("clock.statutory.due", "2023-07-11");
    water.approve("W").refused("CustodyElsewhere").await.says("holder", "natural-resources");
    land.approve("W").refused("NotAuthorised").await;
    case.at("2023-06-15");
    water.recall("W").done().await;
    water.approve("W").done().await;
    let days = json!([
        { "body": "body:water", "since": "2023-06-12" },
        { "body": "body:natural-resources", "since": "2023-06-13" },
        { "body": "body:water", "since": "2023-06-15" } ]);
    case.permit("W").await.shows("custody", days);
}

#[tokio::test]
async fn returned_or_withdrawn_it_never_left() {
    let case = in_review().await;
    let (water, land) = (case.by("wa-officer-1"), case.by("nr-officer-1"));
    water.offer("W", "natural-resources").done().await;
    land.give_back("W").done().await;
    case.permit("W").await.shows("custodian", "body:water").lacks("handoff");
    land.receive("W").refused("NoHandoff").await;
    water.offer("W", "natural-resources").done().await;
    land.withdraw_offer("W").refused("NotAuthorised").await;
    water.withdraw_offer("W").done().await;
    land.receive("W").refused("NoHandoff").await;
    case.permit("W").await.shows("custody", json!([{ "body": "body:water", "since": "2023-06-12" }]));
}

#[tokio::test]
async fn unanswered_for_two_working_days_it_is_overdue_against_the_receiver() {
    let case = in_review().await;
    // From Tuesday the 20th: Wednesday the 21st, then the festival, then Sunday the 25th.
    case.at("2023-06-20").by("wa-officer-1").offer("W", "natural-resources").done().await;
    case.permit("W").await.shows("handoff.answerDue.date", "2023-06-25").shows("handoff.overdue", false);
    case.at("2023-06-26").time_passes().await;
    case.permit("W").await.shows("handoff.overdue", true).shows("custodian", "body:water");
    let overdue = case.last("HandoffOverdue").await;
    overdue.all.shows("effectiveOn", "2023-06-26").shows("data.to", "natural-resources");
    case.time_passes().await;
    assert_eq!(case.times("HandoffOverdue").await, 1);
    case.by("nr-officer-1").receive("W").done().await;
}

#[tokio::test]
async fn a_refusal_reads_as_people_speak_and_its_facts_keep_the_ids() {
    let case = in_review().await;
    case.by("wa-officer-1").offer("W", "natural-resources").done().await;
    case.by("nr-officer-1").receive("W").done().await;
    let elsewhere = case.by("wa-officer-1").approve("W").refused("CustodyElsewhere").await;
    let custody = "W 取水许可现由县自然资源局保管";
    assert!(elsewhere.zh.contains(custody), "{elsewhere:?}");
    assert!(
        elsewhere.source.contains("移交")
            && elsewhere.says("permit", "W").facts["holder"] == "natural-resources"
    );
    // a button says the same as the command would
    let seen =
        case.see_as("wa-officer-1", "permit(code: \"W\") { can { name reasonZh } }", json!(null)).await;
    let can = seen.0["permit"]["can"].as_array().unwrap().clone();
    let approve = can.iter().find(|action| action["name"] == "approvePermit").unwrap();
    assert!(approve["reasonZh"].as_str().unwrap().contains(custody), "{approve}");

    let unmet = case.by("clerk").submit("E", &[]).done().await;
    assert_eq!(unmet.events.len(), 1);
    let unmet = case.by("ec-officer-1").accept("E").refused("RequirementsUnmet").await;
    assert!(unmet.zh.contains("E 环评在受理环节尚缺：报告表") && unmet.en.contains("报告表"), "{unmet:?}");
}
