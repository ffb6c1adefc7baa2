//! Tolerated deficiency (容缺): five modes, each with its success and its failure, and what is never tolerated (R8,
//! R10–R12).

use om_tests::house::{Case, STORY, names};
use serde_json::Value;

const SEAL: &str = "material:seal";

/// A file for W of the 12th without its seal.
async fn unsealed() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "proof", "photo"]).done().await;
    case
}

#[tokio::test]
async fn r11_mode_1_the_missing_list_is_the_one_time_notice_and_the_seal_comes() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    let bare =
        water.tolerate("W", SEAL, "RECEIVE_ONLY", "2023-06-16").with(serde_json::json!({ "notice": null }));
    bare.refused("NoticeNeeded").await.by("R11", "行政许可法 32");
    water.tolerate("W", SEAL, "RECEIVE_ONLY", "2023-06-16").done().await;
    let permit = case.permit("W").await;
    permit.shows("status", "AWAITING_CORRECTION").shows("round.correction.listed.0", SEAL);
    permit.shows("tolerances.0.from", "ACCEPT").shows("tolerances.0.to", "ACCEPT");
    permit.shows("tolerances.0.consequence", "NOT_ACCEPTED");
    case.at("2023-06-14").by("clerk").receive_correction("W", &["seal"]).done().await;
    water.accept("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("round.acceptance.manner", "COMPLETE").shows("clock.statutory.start", "2023-06-14");
    permit.shows("tolerances.0.debt", "VERIFIED");
}

#[tokio::test]
async fn r11_mode_1_fails_to_a_file_that_is_not_accepted() {
    let case = unsealed().await;
    case.by("wa-officer-1").tolerate("W", SEAL, "RECEIVE_ONLY", "2023-06-16").done().await;
    case.at("2023-06-17").time_passes().await;
    let permit = case.permit("W").await;
    permit.shows("status", "NOT_ACCEPTED").shows("round.endedOn", "2023-06-17").lacks("clock");
    assert_eq!(names(&case.history().await)[7..], ["ToleranceLapsed", "PermitNotAccepted"]);
    case.by("clerk").submit("W", &["form", "seal"]).done().await;
    case.permit("W").await.shows("round.number", 2);
}

#[tokio::test]
async fn r11_mode_2_accepted_without_its_seal_which_comes_before_the_decision() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("round.acceptance.manner", "DEFICIENT").shows("clock.statutory.due", "2023-07-11");
    permit.one("materials", "code", "seal").shows("gateNow", "DECIDE");
    let unpaid = water.approve("W").refused("RequirementsUnmet").await;
    assert_eq!(unpaid.facts["missing"][0]["because"], "debt_open");
    case.at("2023-06-20 17:30").by("clerk").supplement("W", SEAL).done().await;
    case.by("clerk").supplement("W", SEAL).refused("SupplementWaiting").await.by("R10", "");
    // It was there in time; the applicant does not answer for the officer's delay.
    case.at("2023-06-26").time_passes().await;
    case.permit("W").await.shows("status", "IN_REVIEW").shows("tolerances.0.debt", "RECEIVED");
    water.verify("W", SEAL).done().await;
    water.approve("W").done().await;
    case.permit("W").await.shows("status", "APPROVED").shows("tolerances.0.debt", "VERIFIED");
}

#[tokio::test]
async fn r11_mode_2_fails_to_a_lapse_then_a_new_round_with_its_own_clock() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    case.at("2023-06-20 23:59").permit("W").await.shows("status", "IN_REVIEW");
    case.at("2023-06-21 00:00").by("clerk").supplement("W", SEAL).refused("NoDebt").await;
    let permit = case.permit("W").await;
    permit
        .shows("status", "LAPSED")
        .shows("round.endedOn", "2023-06-21")
        .shows("tolerances.0.debt", "LAPSED");
    case.at("2023-06-26").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let permit = case.permit("W").await;
    permit
        .shows("round.number", 2)
        .shows("rounds.0.phase", "LAPSED")
        .shows("clock.statutory.start", "2023-06-26");
}

/// W in review, L received on the strength of it.
async fn pre_reviewed() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case.by("clerk").submit("L", &[]).done().await;
    let land = case.by("nr-officer-1");
    land.accept("L").refused("RequirementsUnmet").await;
    // The promise is five working days: three at most.
    let late =
        land.tolerate("L", "permit:W", "PRE_REVIEW", "2023-06-16").refused("DeadlineOutOfBounds").await;
    late.by("R10", "").says("latest", "2023-06-15");
    case.by("wa-officer-1")
        .tolerate("L", "permit:W", "PRE_REVIEW", "2023-06-15")
        .refused("NotAuthorised")
        .await;
    land.tolerate("L", "permit:W", "PRE_REVIEW", "2023-06-15").done().await;
    land.accept("L").done().await;
    case
}

#[tokio::test]
async fn r11_mode_3_the_statutory_clock_starts_when_the_prerequisite_lands() {
    let case = pre_reviewed().await;
    let land = case.by("nr-officer-1");
    let waiting = case.permit("L").await;
    waiting.shows("status", "PRE_REVIEW").lacks("clock").shows("round.preReviewDue.date", "2023-07-11");
    land.approve("L").refused("WrongStep").await;
    land.supplement("L", "permit:W").refused("LandsByItself").await;
    case.at("2023-06-14").by("wa-officer-1").approve("W").done().await;
    let permit = case.permit("L").await;
    permit.shows("status", "IN_REVIEW").shows("tolerances.0.debt", "LANDED");
    permit.shows("clock.statutory.start", "2023-06-14").shows("clock.statutory.due", "2023-07-13");
    permit.shows("clock.promised.due", "2023-06-21");
    land.approve("L").refused("PreReviewUnconfirmed").await.by("R11", "");
    land.confirm("L").done().await;
    land.confirm("L").refused("NothingToConfirm").await;
    land.approve("L").done().await;
    land.issue("L").done().await;
    case.permit("L").await.shows("status", "ISSUED");
}

#[tokio::test]
async fn r11_mode_3_fails_to_an_opinion_that_is_void() {
    let case = pre_reviewed().await;
    case.at("2023-06-16").time_passes().await;
    let permit = case.permit("L").await;
    permit.shows("status", "LAPSED").shows("tolerances.0.consequence", "OPINION_VOID");
    case.by("wa-officer-1").approve("W").done().await;
    case.permit("L").await.shows("status", "LAPSED").shows("ready", true);
}

/// W accepted without its proof, which only stands before the decision.
async fn unproven() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "photo"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn r11_mode_4_the_head_takes_a_commitment_and_the_proof_comes_after_issue() {
    let case = unproven().await;
    let (water, head) = (case.by("wa-officer-1"), case.by("wa-head"));
    water.approve("W").refused("RequirementsUnmet").await;
    water.tolerate("W", "material:proof", "COMMITMENT", "2023-07-11").refused("NotAuthorised").await;
    let late =
        head.tolerate("W", "material:proof", "COMMITMENT", "2023-07-12").refused("DeadlineOutOfBounds").await;
    late.by("R10", "").says("latest", "2023-07-11");
    head.tolerate("W", "material:proof", "COMMITMENT", "2023-07-11").done().await;
    water.approve("W").done().await;
    water.issue("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("status", "ISSUED").shows("tolerances.0.live", true).shows("tolerances.0.to", "AFTER_ISSUE");
    case.at("2023-07-10").by("clerk").supplement("W", "material:proof").done().await;
    water.verify("W", "material:proof").done().await;
    case.at("2023-07-31").time_passes().await;
    case.permit("W").await.shows("status", "ISSUED").shows("revocationProposed", Value::Array(vec![]));
}

#[tokio::test]
async fn r11_mode_4_fails_to_a_proposal_that_the_department_decides() {
    let case = unproven().await;
    case.by("wa-head").tolerate("W", "material:proof", "COMMITMENT", "2023-07-11").done().await;
    case.by("wa-officer-1").approve("W").done().await;
    case.by("wa-officer-1").issue("W").done().await;
    case.at("2023-07-12").time_passes().await;
    // Time never revokes.
    let permit = case.permit("W").await;
    permit.shows("status", "ISSUED").shows("revocationProposed.0.requirement", "material:proof");
    permit.shows("revocationProposed.0.since", "2023-07-12");
    case.by("wa-officer-1").revoke("W").refused("NotAuthorised").await;
    case.at("2023-07-14").by("wa-head").revoke("W").done().await;
    case.permit("W").await.shows("status", "REVOKED");
}

/// W approved without its photo, which stands before issue.
async fn unpictured() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").approved("W", &["form", "seal", "proof"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn r11_mode_5_issued_first_and_the_photo_comes_after() {
    let case = unpictured().await;
    let water = case.by("wa-officer-1");
    water.issue("W").refused("RequirementsUnmet").await;
    case.by("wa-head").tolerate("W", "material:photo", "ISSUE_FIRST", "2023-07-11").done().await;
    water.issue("W").done().await;
    case.at("2023-06-30").by("clerk").supplement("W", "material:photo").done().await;
    water.reject("W", "material:photo").done().await;
    case.permit("W").await.shows("tolerances.0.debt", "REJECTED");
    case.by("clerk").supplement("W", "material:photo").done().await;
    water.verify("W", "material:photo").done().await;
    case.permit("W").await.shows("status", "ISSUED").shows("tolerances.0.debt", "VERIFIED");
}

#[tokio::test]
async fn r11_mode_5_fails_to_a_proposal_too() {
    let case = unpictured().await;
    case.by("wa-head").tolerate("W", "material:photo", "ISSUE_FIRST", "2023-06-30").done().await;
    case.by("wa-officer-1").issue("W").done().await;
    case.at("2023-07-01").time_passes().await;
    let permit = case.permit("W").await;
    permit.shows("status", "ISSUED").shows("revocationProposed.0.since", "2023-07-01");
    assert_eq!(case.times("PermitRevoked").await, 0);
    let decline = |user| {
        let kept =
            serde_json::json!({ "permit": "W", "requirement": "material:photo", "reasons": "现场已核实" });
        case.by(user).act("declineRevocation", kept)
    };
    decline("wa-officer-1").refused("NotAuthorised").await;
    decline("wa-head").done().await;
    decline("wa-head").refused("NoRevocationProposed").await.by("R11", "");
    case.permit("W").await.shows("status", "ISSUED").shows("revocationProposed", serde_json::json!([]));
}

#[tokio::test]
async fn r11_a_mode_moves_only_from_its_own_gate() {
    let case = unsealed().await;
    let misfit =
        case.by("wa-head").tolerate("W", SEAL, "COMMITMENT", "2023-06-20").refused("ModeDoesNotFit").await;
    misfit.by("R11", "").says("gate", "accept");
    let shipped = STORY.replace("issue_first_listed = true", "issue_first_listed = false");
    let faulty = case.try_import("importTemplate", &shipped).await;
    assert_eq!(faulty["code"], "DefinitionFaulty", "{faulty}");
}

#[tokio::test]
async fn r10_only_what_is_listed_within_its_bounds_and_once() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    // Ten working days promised, two less: the eighth is Sunday 25 June, which was worked.
    let late = water.tolerate("W", SEAL, "ACCEPT", "2023-06-26").refused("DeadlineOutOfBounds").await;
    late.by("R10", "").says("earliest", "2023-06-13").says("latest", "2023-06-25");
    water.tolerate("W", "material:hat", "ACCEPT", "2023-06-20").refused("NoSuchRequirement").await;
    water.tolerate("W", "material:form", "ACCEPT", "2023-06-20").refused("NotTolerable").await.by("R10", "");
    case.by("lead").tolerate("W", SEAL, "ACCEPT", "2023-06-20").refused("NotAuthorised").await;
    // Saturday the 17th rolls to Monday the 19th.
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-17").done().await;
    case.permit("W").await.shows("tolerances.0.due.date", "2023-06-19");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").refused("AlreadyTolerated").await.by("R10", "");
    water.accept("W").done().await;
    case.at("2023-06-14").by("wa-head").move_deadline("W", SEAL, "2023-06-28").done().await;
    case.by("wa-head").move_deadline("W", SEAL, "2023-06-29").refused("AlreadyMoved").await.by("R10", "");
    case.at("2023-06-28 18:00").time_passes().await;
    case.permit("W").await.shows("status", "IN_REVIEW");
    case.at("2023-06-29").time_passes().await;
    case.permit("W").await.shows("status", "LAPSED");
}

#[tokio::test]
async fn r10_who_let_a_tolerance_lapse_is_given_none_until_it_is_repaired() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    case.at("2023-06-21").time_passes().await;
    case.by("clerk").submit("W", &["form"]).done().await;
    let lost = water.tolerate("W", SEAL, "ACCEPT", "2023-06-26").refused("Ineligible").await;
    assert!(lost.facts["reason"].as_str().unwrap().contains(SEAL), "{lost:?}");
    // And in every other matter of the same applicant.
    let other = Case::begin(&case.house, "story", 2).await;
    other.by("clerk").submit("W", &["form"]).done().await;
    other
        .by("wa-officer-1")
        .tolerate("W", SEAL, "ACCEPT", "2023-06-26")
        .refused("Ineligible")
        .await
        .by("R10", "");
    let repair = serde_json::json!({ "applicant": "applicant:city-investment", "reason": "已补齐" });
    case.on_register("clerk", "repairEligibility", repair.clone())
        .await
        .shows("__typename", "CommandRefused");
    case.on_register("hc-head", "repairEligibility", repair.clone()).await.shows("code", "LapsedElsewhere");
    case.on_register("wa-head", "repairEligibility", repair).await.shows("__typename", "RegisterCommandDone");
    other.by("wa-officer-1").tolerate("W", SEAL, "ACCEPT", "2023-06-26").done().await;
}

/// Nobody has asked the matter in which it lapsed since, and nothing has told the applicant's record.
#[tokio::test]
async fn r10_a_lapse_in_another_matter_counts_before_anybody_has_stated_it() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    let other = Case::begin(&case.house, "story", 2).await;
    let elsewhere = other.by("wa-officer-1");
    other.at("2023-06-19").by("clerk").submit("W", &["form"]).done().await;
    other.at("2023-06-21 00:00");
    let lost = elsewhere.tolerate("W", SEAL, "ACCEPT", "2023-06-26").refused("Ineligible").await;
    assert!(lost.by("R10", "").facts["reason"].as_str().unwrap().contains(SEAL));
    assert_eq!(names(&case.history().await).last(), Some(&"PermitLapsed"), "stated where it lapsed");
    // the record learns of it, and it is made good there
    case.time_passes().await;
    let repair = serde_json::json!({ "applicant": "applicant:city-investment", "reason": "已补齐" });
    case.on_register("wa-head", "repairEligibility", repair).await.shows("__typename", "RegisterCommandDone");
    elsewhere.tolerate("W", SEAL, "ACCEPT", "2023-06-26").done().await;
}

#[tokio::test]
async fn r10_a_lapse_is_set_aside_where_the_supplement_was_there_in_time() {
    let case = unsealed().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    case.at("2023-06-21").time_passes().await;
    case.permit("W").await.shows("status", "LAPSED");
    let record = "{ applicant(id: \"applicant:city-investment\") { eligible } }";
    case.list("lead", record).await.shows("applicant.eligible", false);
    water.set_aside_lapse("W", "seal", "2023-06-20").refused("NotAuthorised").await;
    case.by("wa-head")
        .set_aside_lapse("W", "seal", "2023-06-21")
        .refused("NotReceivedInTime")
        .await
        .by("R10", "");
    case.by("wa-head").set_aside_lapse("W", "seal", "2023-06-20").done().await;
    let permit = case.permit("W").await;
    permit.shows("status", "IN_REVIEW").shows("tolerances.0.debt", "RECEIVED");
    assert!(names(&case.history().await).contains(&"ToleranceLapsed"), "the lapse stays visible");
    case.time_passes().await;
    case.list("lead", record).await.shows("applicant.eligible", true);
    water.verify("W", SEAL).done().await;
    water.approve("W").done().await;
}

#[tokio::test]
async fn r10_the_lead_proposes_and_the_department_decides() {
    let case = unsealed().await;
    case.by("wa-officer-1").propose_tolerance("W", SEAL, "ACCEPT").refused("NotAuthorised").await;
    case.by("lead").propose_tolerance("W", SEAL, "ACCEPT").done().await;
    case.permit("W").await.shows("proposals.0.requirement", SEAL).shows("tolerances", Value::Array(vec![]));
    case.by("wa-officer-1").accept("W").refused("RequirementsUnmet").await;
    case.by("wa-officer-1").tolerate("W", SEAL, "ACCEPT", "2023-06-20").done().await;
    case.permit("W").await.shows("proposals", Value::Array(vec![]));
}

#[tokio::test]
async fn r08_a_statutory_condition_is_never_tolerated_past_issue() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("C", &[]).done().await;
    case.by("hc-officer-1").accept("C").done().await;
    let head = case.by("hc-head");
    for requirement in ["material:deed", "permit:W"] {
        let never =
            head.tolerate("C", requirement, "COMMITMENT", "2023-06-20").refused("StatutoryCondition").await;
        never.by("R8", "行政许可法 69");
    }
    let verdicts = "forecast(assume: { tolerate: [{ permit: \"C\", requirement: \"material:deed\", mode: COMMITMENT }] }) {
        verdicts { lawful source } }";
    let what_if = case.see_as("lead", verdicts, Value::Null).await;
    what_if.shows("forecast.verdicts.0.lawful", false);
    case.by("hc-officer-1").check("C", &["hc-officer-1", "hc-officer-2"]).done().await;
    case.by("hc-officer-1").approve("C").done().await;
    let unmet = case.by("hc-officer-1").issue("C").refused("RequirementsUnmet").await;
    let missing: Vec<_> =
        unmet.facts["missing"].as_array().unwrap().iter().map(|m| &m["requirement"]).collect();
    assert_eq!(missing, ["permit:W", "material:deed"]);
    let edge = case.by("wa-officer-1").not_applicable("W").refused("StatutoryEdge").await;
    edge.by("R8", "行政许可法 69").says("needed_by", "C");
    let bent = STORY.replace(
        "before = \"issue\", statutory = true }",
        "before = \"issue\", statutory = true, modes = [\"commitment\"] }",
    );
    let faulty = case.try_import("importTemplate", &bent).await;
    assert_eq!(faulty["code"], "DefinitionFaulty", "{faulty}");
}

#[tokio::test]
async fn r12_nothing_of_ecology_is_settled_by_commitment() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("E", &["eia"], "ec-officer-1").await;
    let never = case.by("ec-head").tolerate("E", "material:letter", "COMMITMENT", "2023-06-20");
    never.refused("NeverByCommitment").await.by("R12", "国办发〔2020〕42号");
    let bent = STORY.replace(
        "name = \"说明\", before = \"decide\"",
        "name = \"说明\", before = \"decide\", modes = [\"commitment\"]",
    );
    let faulty = case.try_import("importTemplate", &bent).await;
    assert_eq!(faulty["code"], "DefinitionFaulty", "{faulty}");
    let line = faulty["facts"]["faults"][0]["line"].as_u64().unwrap();
    let written = bent.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
    assert!(written.contains("commitment"), "line {line}: {written}");
}
