//! The clock of a permit: extended once, stopped for excluded procedures, ended by the decision (R4, R5, R6, R22).

use om_tests::house::{Case, names};

async fn in_review() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn r04_the_head_extends_once_and_the_promise_stays() {
    let case = in_review().await;
    case.at("2023-07-11");
    case.by("wa-officer-1").extend("W", 10).refused("NotAuthorised").await;
    let head = case.by("wa-head");
    head.extend("W", 11).refused("ExtensionTooLong").await.by("R4", "行政许可法 42").says("most", 10);
    head.extend("W", 10).done().await;
    // Ten more from 11 July: 12, 13, 14, the week of the 17th, 24, 25.
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2023-07-25").shows("clock.statutory.total", 30);
    permit.shows("clock.promised.due", "2023-06-27");
    head.extend("W", 1).refused("AlreadyExtended").await.by("R4", "行政许可法 42");
}

#[tokio::test]
async fn r04_a_limit_that_has_run_out_is_not_extended() {
    let case = in_review().await;
    case.at("2023-07-12");
    let late = case.by("wa-head").extend("W", 10).refused("LimitRunOut").await;
    late.by("R4", "行政许可法 42").says("due", "2023-07-11");
    case.permit("W").await.shows("lateBy.term", "STATUTORY").shows("lateBy.days", 1);
}

#[tokio::test]
async fn r04_joint_handling_has_forty_five_days_and_the_head_of_government_extends() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("J", &[], "dr-officer-1").await;
    case.permit("J").await.shows("clock.statutory.due", "2023-08-15").lacks("clock.promised");
    case.by("dr-head").extend("J", 15).refused("NotAuthorised").await;
    case.by("mayor").extend("J", 15).done().await;
    case.permit("J").await.shows("clock.statutory.due", "2023-09-05");
}

#[tokio::test]
async fn r05_the_certificate_is_delivered_within_ten_working_days() {
    let case = in_review().await;
    case.at("2023-06-20").by("wa-officer-1").approve("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("round.decision.deliveryDue.date", "2023-07-05").shows("clock.statutory.state", "ENDED");
    case.at("2023-07-05 23:59").permit("W").await.lacks("lateBy");
    case.at("2023-07-06").time_passes().await;
    let late = case.permit("W").await;
    late.shows("status", "APPROVED").shows("lateBy.term", "DELIVERY").shows("lateBy.days", 1);
    let overrun = case.last("TermOverrun").await;
    overrun
        .all
        .shows("effectiveOn", "2023-07-06")
        .shows("data.term", "delivery")
        .shows("data.due.date", "2023-07-05");
    case.by("wa-officer-1").issue("W").done().await;
    case.permit("W").await.shows("status", "ISSUED").lacks("lateBy");
}

#[tokio::test]
async fn r06_expert_review_stops_the_clock_until_the_told_day() {
    let case = in_review().await;
    case.at("2023-06-14");
    let water = case.by("wa-officer-1");
    let too_long = water.stop("W", "EXPERT_REVIEW", "2023-08-01").refused("ExclusionTooLong").await;
    // Thirty working days, the 14th the first of them: the 26th of July is the last.
    too_long.by("R6", "县评审规程").says("latest", "2023-07-26");
    water.stop("W", "EXPERT_REVIEW", "2023-06-13").refused("ToldBeforeStart").await;
    water.stop("W", "EXPERT_REVIEW", "2023-06-20").served_on("2023-06-15").refused("NoticeNotServed").await;
    water.stop("W", "EXPERT_REVIEW", "2023-06-20").done().await;
    let stopped = case.permit("W").await;
    stopped.shows("status", "CLOCK_STOPPED").lacks("clock.statutory.due").shows("clock.statutory.left", 19);
    water.approve("W").refused("ClockStopped").await.by("R6", "行政许可法 45");
    // 14, 15, 16, 19 and 20 June are excluded: five working days later.
    case.at("2023-06-21").time_passes().await;
    let running = case.permit("W").await;
    running.shows("status", "IN_REVIEW").shows("clock.statutory.due", "2023-07-18");
    running.shows("clock.promised.due", "2023-07-04").shows("round.suspensions.0.until", "2023-06-20");
    let ended = case.last("SuspensionTermEnded").await;
    assert_eq!(ended.on, "2023-06-21");
}

#[tokio::test]
async fn r06_resumed_early_only_what_was_excluded_counts() {
    let case = in_review().await;
    let water = case.by("wa-officer-1");
    case.at("2023-06-14");
    water.resume("W", "TESTING").refused("NotStopped").await.by("R6", "行政许可法 45");
    water.stop("W", "TESTING", "2023-06-30").done().await;
    case.at("2023-06-16");
    water.resume("W", "TESTING").done().await;
    // The 14th and 15th are excluded, the 16th counts again.
    case.permit("W")
        .await
        .shows("clock.statutory.due", "2023-07-13")
        .shows("clock.promised.due", "2023-06-29");
}

#[tokio::test]
async fn r06_a_weekend_excluded_moves_no_working_day() {
    let case = in_review().await;
    case.at("2023-06-17").by("wa-officer-1").stop("W", "INSPECTION", "2023-06-18").done().await;
    case.at("2023-06-19").time_passes().await;
    case.permit("W")
        .await
        .shows("clock.statutory.due", "2023-07-11")
        .shows("clock.promised.due", "2023-06-27");
}

#[tokio::test]
async fn r22_the_facts_are_the_same_whether_somebody_looked_every_day_or_nobody_did() {
    let (watched, alone) = (in_review().await, in_review().await);
    for case in [&watched, &alone] {
        case.at("2023-06-14").by("wa-officer-1").stop("W", "APPRAISAL", "2023-06-16").done().await;
    }
    for day in 15..=30 {
        watched.at(&format!("2023-06-{day}")).time_passes().await;
    }
    for case in [&watched, &alone] {
        case.at("2023-07-31");
        case.by("wa-head").extend("W", 10).refused("LimitRunOut").await.says("due", "2023-07-14");
    }
    let told = async |case: &Case| -> Vec<_> {
        let facts = case.history().await;
        facts.into_iter().map(|e| (e.name, e.on, e.all.at("data.due.date").clone())).collect()
    };
    let (seen, unseen) = (told(&watched).await, told(&alone).await);
    assert_eq!(seen, unseen);
    let unseen: Vec<_> = unseen.into_iter().filter(|(name, ..)| name != "CardIssued").collect();
    let last: Vec<_> = unseen[unseen.len() - 3..].iter().map(|(name, on, _)| (&**name, &**on)).collect();
    let expected =
        [("SuspensionTermEnded", "2023-06-17"), ("TermOverrun", "2023-07-01"), ("TermOverrun", "2023-07-15")];
    assert_eq!(last, expected);
}

#[tokio::test]
async fn r22_a_command_that_is_refused_still_leaves_what_time_has_made_true() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-30").by("clerk").submit("W", &["form"]).refused("AlreadySubmitted").await;
    let facts = case.history().await;
    let cards = ["CardIssued", "CardIssued", "TermOverrun", "CardIssued"];
    assert_eq!(names(&facts)[4..6], ["PermitSubmitted", "PermitDeemedAccepted"]);
    assert_eq!(names(&facts)[6..], cards, "for the silence, the promise nearly used, the promise overrun");
    facts[8].all.shows("data.term", "promised").shows("effectiveOn", "2023-06-28");
}

#[tokio::test]
async fn suspending_the_matter_stops_no_clock() {
    let case = in_review().await;
    case.at("2023-06-13")
        .by("lead")
        .act("suspendMatter", serde_json::json!({ "reason": "资金未落实" }))
        .done()
        .await;
    assert_eq!(case.phase().await, "SUSPENDED");
    case.permit("W")
        .await
        .shows("clock.statutory.state", "RUNNING")
        .shows("clock.statutory.due", "2023-07-11");
    case.at("2023-06-27").by("wa-officer-1").approve("W").done().await;
    case.by("lead").act("resumeMatter", serde_json::json!({ "reason": "资金到位" })).done().await;
    assert_eq!(case.phase().await, "UNDERWAY");
}
