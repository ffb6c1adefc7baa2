//! The record: what was filled in late, what is known when, and how a wrong entry is put right (R16).

use om_tests::house::{Case, Seen};
use serde_json::json;

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

#[tokio::test]
async fn r16_recorded_late_is_accepted_and_shown_as_back_filling() {
    let case = Case::story().await;
    // The grace is one working day: a file of Friday the 16th recorded on Monday is in time, on Tuesday it is not.
    case.at("2023-06-19").by("clerk").submit("W", FILE).effective_on("2023-06-16").done().await;
    case.at("2023-06-20").by("clerk").submit("J", &[]).effective_on("2023-06-16").done().await;
    let told = case.history().await;
    let [.., first, second] = &told[..] else { panic!("{told:?}") };
    first
        .all
        .shows("backfilled", false)
        .shows("recordedLateWorkingDays", 1)
        .shows("effectiveOn", "2023-06-16");
    second.all.shows("backfilled", true).shows("recordedLateWorkingDays", 2).lacks("effectiveAt");
    case.permit("W")
        .await
        .shows("round.receivedOn", "2023-06-16")
        .shows("round.intakeDue.date", "2023-06-26");
}

#[tokio::test]
async fn r16_what_would_change_the_recorded_outcome_is_refused() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", FILE).done().await;
    case.at("2023-06-15").by("wa-officer-1").accept("W").done().await;
    case.at("2023-06-16");
    let water = case.by("wa-officer-1");
    let before = water
        .stop("W", "TESTING", "2023-06-20")
        .effective_on("2023-06-14")
        .refused("BackfillOutOfOrder")
        .await;
    before.by("R16", "").says("last", "2023-06-15");
    let ahead = water.approve("W").effective_on("2023-06-17").refused("EffectiveInFuture").await;
    ahead.by("R16", "").says("today", "2023-06-16");
    water.approve("W").effective_on("2023-06-15").done().await;
    let before = water.issue("W").effective_on("2023-06-14").refused("BackfillOutOfOrder").await;
    before.says("last", "2023-06-15");
}

#[tokio::test]
async fn r16_as_known_then_and_as_true_then_differ_by_what_was_filled_in() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.at("2023-06-16").by("wa-officer-1").approve("W").effective_on("2023-06-14").done().await;
    case.permit_known("W", "2023-06-15").await.shows("status", "IN_REVIEW").shows("clock.statutory.used", 3);
    case.permit_true("W", "2023-06-15")
        .await
        .shows("status", "APPROVED")
        .shows("round.decision.on", "2023-06-14");
    case.permit_true("W", "2023-06-13").await.shows("status", "IN_REVIEW");
    case.permit_known("W", "2023-06-11").await.shows("status", "PLANNED");
    // The past is looked at and not acted on.
    case.permit_known("W", "2023-06-15").await.shows("can", serde_json::json!([]));
    let both =
        serde_json::json!({ "known": { "time": "2023-06-15T01:00:00Z" }, "asOf": "2023-06-15T01:00:00Z" });
    case.permit_as("auditor", "W", both).await.shows("status", "IN_REVIEW");
}

#[tokio::test]
async fn r16_the_whole_in_the_order_of_effect_ends_where_the_record_ends() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.at("2023-06-14").by("clerk").submit("J", &[]).effective_on("2023-06-13").done().await;
    case.at("2023-06-19")
        .by("wa-officer-1")
        .stop("W", "TESTING", "2023-06-20")
        .effective_on("2023-06-15")
        .done()
        .await;
    case.at("2023-06-21").by("dr-officer-1").accept("J").effective_on("2023-06-16").done().await;
    case.at("2023-06-26").time_passes().await;
    for code in ["W", "J"] {
        let at = serde_json::json!({ "asOf": "2023-06-26T01:00:00Z" });
        let mut known = case.permit(code).await;
        known.0["can"] = serde_json::json!([]);
        let by_effect = case.permit_as("lead", code, at).await;
        assert_eq!(by_effect, known, "{code}");
    }
}

#[tokio::test]
async fn a_wrong_day_is_corrected_by_two_and_the_clock_is_computed_again() {
    let case = Case::story().await;
    let submitted =
        case.at("2023-06-13").by("clerk").submit("W", FILE).effective_on("2023-06-12").done().await;
    case.by("wa-officer-1").accept("W").done().await;
    case.permit("W").await.shows("clock.statutory.due", "2023-07-11");
    let (water, entry) = (case.by("wa-officer-1"), submitted.events[0].as_str());
    let days = ("2023-06-12", "2023-06-13");
    water.correct("W", entry, "receivedOn", days, "wa-officer-1").refused("SecondPersonNeeded").await;
    water.correct("W", entry, "receivedOn", days, "nr-officer-1").refused("SecondPersonNeeded").await;
    let other = ("2023-06-11", "2023-06-13");
    let differs =
        water.correct("W", entry, "receivedOn", other, "wa-officer-2").refused("OldValueDiffers").await;
    differs.says("recorded", "2023-06-12");
    water.correct("W", entry, "receivedOn", days, "wa-officer-2").done().await;
    let permit = case.permit("W").await;
    permit.shows("round.receivedOn", "2023-06-13").shows("clock.statutory.due", "2023-07-12");
    // The wrong entry stays visible.
    let told = case.history().await;
    told[4].all.shows("name", "PermitSubmitted").shows("data.received_on", "2023-06-12");
    told[6].all.shows("name", "EntryCorrected").shows("data.second_person", "wa-officer-2");
    case.permit_known("W", "2023-06-12").await.shows("status", "PLANNED");
}

#[tokio::test]
async fn the_days_of_a_suspension_are_corrected_and_the_clock_is_computed_again() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let water = case.by("wa-officer-1");
    let stopped =
        case.at("2023-06-14").by("wa-officer-1").stop("W", "EXPERT_REVIEW", "2023-06-21").done().await;
    let resumed = case.at("2023-06-19").by("wa-officer-1").resume("W", "EXPERT_REVIEW").done().await;
    // The 14th, 15th and 16th are excluded: three working days beyond the 11th of July.
    case.permit("W").await.shows("clock.statutory.due", "2023-07-14");
    let (stop, resume) = (stopped.events[0].as_str(), resumed.events[0].as_str());
    let second = "wa-officer-2";
    let before = water.correct("W", stop, "suspendedFrom", ("2023-06-14", "2023-06-13"), second);
    before.refused("CorrectionContradicts").await;
    water.correct("W", stop, "suspendedFrom", ("2023-06-14", "2023-06-15"), second).done().await;
    case.permit("W").await.shows("clock.statutory.due", "2023-07-13");
    let other = water.correct("W", stop, "resumedOn", ("2023-06-19", "2023-06-16"), second);
    other.refused("NoSuchEntry").await;
    water.correct("W", resume, "resumedOn", ("2023-06-19", "2023-06-16"), second).done().await;
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2023-07-12").shows("round.suspensions.0.from", "2023-06-15");
    // As it was known before the corrections.
    case.permit_known("W", "2023-06-18").await.shows("round.suspensions.0.from", "2023-06-14");
}

#[tokio::test]
async fn the_day_of_a_corrected_file_and_the_number_of_a_document_are_corrected() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-13").by("wa-officer-1").notice_correction("W", &["material:seal"]).done().await;
    let corrected = case.at("2023-06-15").by("clerk").receive_correction("W", &["seal"]);
    let corrected = corrected.effective_on("2023-06-14").done().await;
    let acceptance = case.by("wa-officer-1").accept("W");
    let number = acceptance.input["notice"]["number"].as_str().unwrap_or_default().to_owned();
    let accepted = acceptance.done().await;
    case.permit("W").await.shows("clock.statutory.due", "2023-07-13");
    let (water, second) = (case.by("wa-officer-1"), "wa-officer-2");
    let entry = corrected.events[0].as_str();
    water.correct("W", entry, "receivedOn", ("2023-06-14", "2023-06-15"), second).done().await;
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2023-07-14").shows("round.correction.receivedOn", "2023-06-15");
    let first = case.history().await.into_iter().find(|entry| entry.name == "PermitSubmitted");
    let first =
        first.map(|entry| entry.all.at("id").as_str().unwrap_or_default().to_owned()).unwrap_or_default();
    let late = water.correct("W", &first, "receivedOn", ("2023-06-12", "2023-06-16"), second);
    late.refused("CorrectionContradicts").await;

    let entry = accepted.events[0].as_str();
    let numbers = (number.as_str(), "沾水受〔2023〕18号");
    water
        .correct("W", entry, "documentNumber", ("别的文号", numbers.1), second)
        .refused("OldValueDiffers")
        .await;
    water.correct("W", entry, "documentNumber", numbers, second).done().await;
    let part = "permit(code: \"W\") { round { acceptance { notice { number } } } }";
    let seen = case.see_as("auditor", part, serde_json::Value::Null).await;
    seen.shows("permit.round.acceptance.notice.number", numbers.1);
    case.last("PermitAccepted").await.all.shows("data.notice.number", number.as_str());
}

#[tokio::test]
async fn the_projects_facts_are_put_right_by_two_and_what_was_wrong_stays_in_the_history() {
    use serde_json::json;
    let case = Case::story().await;
    let code = case.see_as("lead", "project { code }", json!(null)).await.at("project.code").clone();
    let correct = |user: &str, second: &str, code: serde_json::Value| {
        let project = json!({
            "name": "同乐大道一期", "kind": "市政道路", "code": code, "implementingBody": "body:tongle",
            "applicant": "applicant:city-investment", "place": "同乐街道城南片区", "areaM2": 187_000 });
        let second = format!("officer:{second}");
        let input = json!({ "project": project, "reason": "录入错误", "secondPerson": second });
        case.by(user).act("correctProject", input)
    };
    correct("wa-officer-1", "wa-officer-2", code.clone()).refused("NotAuthorised").await;
    correct("lead", "lead", code.clone()).refused("SecondPersonNeeded").await;
    correct("lead", "deputy", json!("2306-530322-04-01-999999")).refused("ProjectStays").await;
    correct("lead", "deputy", code).done().await;
    let seen = case.see_as("lead", "project { place areaM2 }", json!(null)).await;
    seen.shows("project.place", "同乐街道城南片区").shows("project.areaM2", 187_000);
    let told = case.history().await;
    let last = told.last().map(|entry| entry.all.clone());
    let last = last.as_ref().and_then(|all| all.at("data.old.place").as_str());
    assert_eq!(last, Some("同乐街道"), "the wrong entry stays visible");
    let rows = case.list("lead", "{ overview { matters(first: 5) { edges { node { place } } } } }").await;
    rows.shows("overview.matters.edges.0.node.place", "同乐街道城南片区");
}

#[tokio::test]
async fn r03_a_corrected_receipt_shows_that_a_notice_had_come_too_late() {
    let case = Case::story().await;
    // Recorded as received on Monday 19 June; in truth on the 12th, answerable until the 19th. Noticed on the 20th.
    let submitted = case.at("2023-06-19").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-20").by("wa-officer-1").notice_correction("W", &["material:seal"]).done().await;
    case.permit("W").await.shows("round.intakeDue.date", "2023-06-27");
    let (entry, days) = (submitted.events[0].as_str(), ("2023-06-19", "2023-06-12"));
    case.by("wa-officer-1").correct("W", entry, "receivedOn", days, "wa-officer-2").done().await;
    case.permit("W")
        .await
        .shows("status", "IN_REVIEW")
        .shows("round.intakeDue.date", "2023-06-19")
        .shows("round.acceptance.manner", "DEEMED")
        .shows("clock.statutory.due", "2023-07-11");
}

#[tokio::test]
async fn the_history_of_one_permit_is_read_page_by_page_without_the_others() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal"], "wa-officer-1").await;
    case.by("clerk").submit("E", &["eia"]).done().await;
    case.by("wa-officer-1").offer("W", "ecology").done().await;
    let query = "query($id: ID!, $permit: PermitCode, $after: String) { matter(id: $id) { history(permit: $permit, first: 2,
        after: $after) { edges { cursor node { name permit revision } } pageInfo { hasNextPage } } }
        history(matterId: $id, permit: $permit) { edges { node { name } } } }";
    let first = case.ask("auditor", query, json!({ "id": case.id, "permit": "W" })).await;
    let first = Seen(first);
    first.shows("matter.history.edges.0.node.name", "PermitSubmitted");
    first.shows("matter.history.edges.1.node.name", "PermitAccepted");
    first.shows("matter.history.pageInfo.hasNextPage", true);
    assert_eq!(first.all("history.edges").len(), 3, "the other permit's are left out");
    let after = first.at("matter.history.edges.1.cursor").clone();
    let next = case.ask("auditor", query, json!({ "id": case.id, "permit": "W", "after": after })).await;
    let next = Seen(next);
    next.shows("matter.history.edges.0.node.name", "HandoffOffered");
    next.shows("matter.history.pageInfo.hasNextPage", false);
    let none = case.ask("auditor", query, json!({ "id": case.id, "permit": "ZZ" })).await;
    assert_eq!(none["history"]["edges"], json!([]), "a permit of which nothing is recorded");
}
