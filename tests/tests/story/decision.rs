//! Decided, issued, renewed, heard, revoked: by whom, when, and what follows (R7, R9, R18).

use om_tests::house::{Case, names};

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

async fn in_review() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case
}

#[tokio::test]
async fn approved_and_issued_every_entry_says_who_and_when() {
    let case = in_review().await;
    case.at("2023-06-20").by("wa-officer-1").approve("W").done().await;
    case.at("2023-06-21").by("wa-officer-2").issue("W").done().await;
    case.permit("W")
        .await
        .shows("status", "ISSUED")
        .shows("round.decision.by", "officer:wa-officer-1")
        .lacks("nextGate");
    let told = case.history().await;
    let expected = ["MatterProposed", "MatterDesignated", "MatterPlanned", "MatterStarted"];
    assert_eq!(names(&told)[..4], expected);
    assert_eq!(
        names(&told)[4..],
        ["PermitSubmitted", "PermitAccepted", "PermitApproved", "CertificateIssued"]
    );
    let days: Vec<_> = told[4..].iter().map(|entry| entry.on.as_str()).collect();
    assert_eq!(days, ["2023-06-12", "2023-06-12", "2023-06-20", "2023-06-21"]);
    told[7].all.shows("actor", "officer:wa-officer-2").shows("body", "body:water").shows("backfilled", false);
    case.by("wa-officer-1").approve("W").refused("AlreadyDecided").await.says("by", "wa-officer-1");
}

#[tokio::test]
async fn r07_a_renewal_unanswered_before_expiry_is_deemed_granted() {
    let case = in_review().await;
    let water = case.by("wa-officer-1");
    water.approve("W").done().await;
    water.issue_until("W", "2023-12-31").done().await;
    water.renew("W", "2024-12-31").refused("NoRenewal").await.by("R7", "行政许可法 50");
    // Thirty days before 31 December is the 1st.
    case.at("2023-12-01 23:00").by("clerk").ask_renewal("W").done().await;
    case.permit("W").await.shows("round.certificate.renewalAsked", "2023-12-01");
    case.at("2024-01-01").time_passes().await;
    let deemed = case.last("RenewalDeemedGranted").await;
    deemed.all.shows("effectiveOn", "2024-01-01").shows("data.expired_on", "2023-12-31");
    case.permit("W").await.shows("status", "ISSUED").lacks("round.certificate.renewalAsked");
}

#[tokio::test]
async fn r07_asked_later_than_thirty_days_before_or_answered_in_time_nothing_is_deemed() {
    let case = in_review().await;
    let water = case.by("wa-officer-1");
    water.approve("W").done().await;
    water.issue_until("W", "2023-12-31").done().await;
    case.at("2023-12-02 00:00");
    let late = case.by("clerk").ask_renewal("W").refused("RenewalTooLate").await;
    late.by("R7", "行政许可法 50").says("latest", "2023-12-01");
    case.by("clerk").ask_renewal("W").effective_on("2023-12-01").done().await;
    case.at("2023-12-20");
    water.renew("W", "2023-12-31").refused("RenewalNoLonger").await.by("R7", "行政许可法 50");
    water.renew("W", "2026-12-31").done().await;
    case.at("2024-01-02").time_passes().await;
    assert_eq!(case.times("RenewalDeemedGranted").await, 0);
    case.permit("W").await.shows("round.certificate.validUntil", "2026-12-31");
}

#[tokio::test]
async fn r07_refused_with_reasons_before_expiry_nothing_is_deemed() {
    let case = in_review().await;
    let water = case.by("wa-officer-1");
    water.approve("W").done().await;
    water.issue_until("W", "2023-12-31").done().await;
    case.at("2023-11-01").by("clerk").ask_renewal("W").done().await;
    water.refuse_renewal("W").done().await;
    case.at("2024-01-02").time_passes().await;
    assert_eq!(case.times("RenewalDeemedGranted").await, 0);
    case.permit("W").await.lacks("round.certificate.renewalAsked");
}

#[tokio::test]
async fn r09_false_materials_bar_for_a_year_and_fraud_for_three() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    let bar = |kind: &str| {
        serde_json::json!({
            "applicant": "applicant:city-investment", "kind": kind, "matter": case.id, "permit": "W",
            "decision": case.by("wa-head").notice() })
    };
    let refused = case.on_register("wa-officer-1", "imposeBar", bar("FALSE_MATERIALS")).await;
    refused.shows("__typename", "CommandRefused");
    case.on_register("wa-head", "imposeBar", bar("FALSE_MATERIALS")).await.shows("entries", 1);
    let record =
        "{ applicant(id: \"applicant:city-investment\") { eligible rule bars { kind until source } } }";
    let seen = case.list("lead", record).await;
    seen.shows("applicant.eligible", false).shows("applicant.bars.0.until", "2024-06-12");
    seen.shows("applicant.bars.0.source", "行政许可法 78").shows("applicant.rule", "R9");
    let lost = case
        .by("wa-officer-1")
        .tolerate("W", "material:seal", "ACCEPT", "2023-06-20")
        .refused("Ineligible")
        .await;
    assert!(lost.facts["reason"].as_str().unwrap().contains("2024-06-12"), "{lost:?}");
    case.at("2024-06-12 23:59").list("lead", record).await.shows("applicant.eligible", false);
    case.at("2024-06-13").list("lead", record).await.shows("applicant.eligible", true);
    case.on_register("wa-head", "imposeBar", bar("FRAUD")).await.shows("entries", 1);
    let seen = case.list("lead", record).await;
    seen.shows("applicant.bars.0.until", "2027-06-13").shows("applicant.bars.0.source", "行政许可法 79");
}

#[tokio::test]
async fn r09_who_is_barred_does_not_apply_again_for_what_touches_public_safety() {
    let case = Case::story().await;
    let bar = |permit: &str| {
        serde_json::json!({
            "applicant": "applicant:city-investment", "kind": "FALSE_MATERIALS", "matter": case.id, "permit": permit,
            "decision": case.by("hc-head").notice() })
    };
    case.at("2023-06-12").on_register("hc-head", "imposeBar", bar("Z")).await.shows("code", "NoSuchPermit");
    case.on_register("hc-head", "imposeBar", bar("C")).await.shows("entries", 1);
    case.by("clerk").submit("W", &["form"]).done().await;
    let again = case.by("clerk").submit("C", &[]).refused("BarredFromApplying").await;
    again.by("R9", "行政许可法 78").says("until", "2024-06-12");
    case.at("2024-06-13").by("clerk").submit("C", &[]).done().await;
}

#[tokio::test]
async fn what_is_due_before_a_later_gate_is_supplied_when_it_comes() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal"], "wa-officer-1").await;
    case.by("wa-officer-1").approve("W").refused("RequirementsUnmet").await;
    case.by("clerk").supply("W", &["hat"]).refused("NoSuchRequirement").await;
    case.by("clerk").supply("W", &["proof"]).done().await;
    case.by("wa-officer-1").approve("W").done().await;
    case.by("clerk").supply("W", &["photo"]).done().await;
    case.by("wa-officer-1").issue("W").done().await;
}

#[tokio::test]
async fn r09_a_hearing_is_asked_for_within_five_working_days_and_held_within_twenty() {
    let case = in_review().await;
    case.at("2023-06-20");
    let late = case.by("clerk").ask_hearing("W", "2023-06-12").refused("HearingTooLate").await;
    late.by("R9", "行政许可法 47").says("latest", "2023-06-19");
    case.by("clerk").ask_hearing("W", "2023-06-19").done().await;
    // Twenty working days from the 20th: 21, 25 to 30, three weeks of July but for two days.
    case.permit("W").await.shows("round.hearing.holdBy.date", "2023-07-19");
    let water = case.by("wa-officer-1");
    water.approve("W").refused("HearingOpen").await.by("R9", "行政许可法 47").says("hold_by", "2023-07-19");
    water.deny("W").refused("HearingOpen").await;
    case.by("clerk").ask_hearing("W", "2023-06-19").refused("HearingAlready").await.by("R9", "行政许可法 47");
    case.at("2023-07-10");
    water.hold_hearing("W").done().await;
    water.hold_hearing("W").refused("NoHearing").await;
    water.approve("W").done().await;
}

#[tokio::test]
async fn r09_a_hearing_not_held_in_time_is_an_overrun_and_nothing_else() {
    let case = in_review().await;
    case.at("2023-06-20").by("clerk").ask_hearing("W", "2023-06-19").done().await;
    case.at("2023-07-20").time_passes().await;
    let overruns: Vec<_> = case.history().await.into_iter().filter(|e| e.name == "TermOverrun").collect();
    let terms: Vec<_> =
        overruns.iter().map(|e| (e.all.at("data.term").as_str().unwrap(), e.on.as_str())).collect();
    assert_eq!(terms, [("promised", "2023-06-28"), ("statutory", "2023-07-12"), ("hearing", "2023-07-20")]);
    case.permit("W").await.shows("status", "IN_REVIEW");
}

#[tokio::test]
async fn r18_a_check_of_substance_is_by_two_officers() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("C", &[], "hc-officer-1").await;
    let housing = case.by("hc-officer-1");
    housing.approve("C").refused("CheckMissing").await.by("R18", "行政许可法 34");
    let alone = housing.check("C", &["hc-officer-1"]).refused("TwoOfficersNeeded").await;
    alone.by("R18", "行政许可法 34").says("given", 1);
    housing.check("C", &["hc-officer-1", "hc-officer-1"]).refused("TwoOfficersNeeded").await;
    housing.check("C", &["hc-officer-1", "nobody-1"]).refused("UnknownOfficer").await;
    housing.check("C", &["hc-officer-1", "fi-officer-1"]).done().await;
    housing.approve("C").done().await;
}

#[tokio::test]
async fn r18_who_applied_does_not_decide() {
    let case = Case::story().await;
    case.at("2023-06-12").by("wa-officer-1").submit("W", FILE).done().await;
    case.by("wa-officer-1").accept("W").done().await;
    for act in [case.by("wa-officer-1").approve("W"), case.by("wa-officer-1").deny("W")] {
        act.refused("SeparationOfDuties").await.by("R18", "行政许可法 34").says("officer", "wa-officer-1");
    }
    case.by("wa-officer-2").approve("W").done().await;
}

#[tokio::test]
async fn r18_no_officer_of_the_applicants_own_body_decides() {
    let house = om_tests::house::House::open().await;
    house.template(om_tests::house::STORY).await;
    let own = serde_json::json!({ "applicantBody": "body:water" });
    let case = Case::proposed(&house, 1, own).await;
    let lead = case.by("lead");
    let force = serde_json::json!({ "lead": "officer:lead", "members": [] });
    lead.act("designateMatter", serde_json::json!({ "taskForce": force, "basis": "纪要" })).done().await;
    lead.act("planMatter", serde_json::json!({ "template": "template:story" })).done().await;
    lead.act("startMatter", serde_json::json!({})).done().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    for officer in ["wa-officer-1", "wa-officer-2", "wa-head"] {
        case.by(officer).approve("W").refused("SeparationOfDuties").await.by("R18", "行政许可法 34");
    }
}

#[tokio::test]
async fn r18_who_handles_does_not_take_the_commitment() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "photo"], "wa-head").await;
    let own = case.by("wa-head").tolerate("W", "material:proof", "COMMITMENT", "2023-06-20");
    own.refused("SeparationOfDuties").await.by("R18", "行政许可法 34");
}

#[tokio::test]
async fn denied_with_reasons_then_a_second_round() {
    let case = in_review().await;
    case.at("2023-06-20").by("wa-officer-1").deny("W").done().await;
    let denied = case.permit("W").await;
    denied.shows("status", "DENIED").shows("round.decision.approved", false).shows("ready", true);
    case.by("wa-officer-1").issue("W").refused("WrongStep").await;
    case.at("2023-06-26").issued("W", FILE, "wa-officer-1").await;
    let permit = case.permit("W").await;
    permit.shows("round.number", 2).shows("rounds.0.phase", "DENIED").shows("rounds.1.phase", "ISSUED");
}

#[tokio::test]
async fn withdrawn_by_the_window_and_by_nobody_after_the_decision() {
    let case = in_review().await;
    case.by("nr-officer-1").withdraw("W").refused("NotAuthorised").await;
    case.at("2023-06-14").by("clerk").withdraw("W").done().await;
    case.permit("W").await.shows("status", "WITHDRAWN").shows("round.endedOn", "2023-06-14");
    case.at("2023-06-15").approved("W", FILE, "wa-officer-1").await;
    case.by("clerk").withdraw("W").refused("AlreadyDecided").await;
}

#[tokio::test]
async fn revoked_what_relied_on_it_is_shown_to_a_person_and_nothing_falls_by_itself() {
    let case = in_review().await;
    case.by("wa-officer-1").approve("W").done().await;
    case.by("wa-officer-1").issue("W").done().await;
    case.at("2023-06-13").accepted("L", &[], "nr-officer-1").await;
    case.at("2023-06-20").by("wa-head").revoke("W").done().await;
    case.permit("W").await.shows("status", "REVOKED");
    let land = case.permit("L").await;
    land.shows("status", "IN_REVIEW").shows("fellAway.0.requirement", "permit:W");
    land.shows("fellAway.0.since", "2023-06-20")
        .one("prerequisites", "requirement", "permit:W")
        .shows("met", false);
    assert_eq!(case.last("PrerequisiteFellAway").await.permit, "L");
    let land = case.by("nr-officer-1");
    land.approve("L").refused("RequirementsUnmet").await;
    case.at("2023-06-26").issued("W", FILE, "wa-officer-1").await;
    case.permit("W").await.shows("round.number", 2);
    // It stands again: nothing is left to judge.
    assert_eq!(case.last("PrerequisiteStandsAgain").await.permit, "L");
    case.permit("L").await.shows("fellAway", serde_json::json!([]));
    land.approve("L").done().await;
}

#[tokio::test]
async fn a_fallen_prerequisite_is_judged_by_the_department_that_relied_on_it() {
    let case = in_review().await;
    case.by("wa-officer-1").approve("W").done().await;
    case.by("wa-officer-1").issue("W").done().await;
    case.at("2023-06-13").accepted("L", &[], "nr-officer-1").await;
    case.at("2023-06-20").by("wa-head").revoke("W").done().await;
    let judge = |user| {
        let judged =
            serde_json::json!({ "permit": "L", "prerequisite": "permit:W", "reasons": "用地不涉及该水域" });
        case.by(user).act("judgeFallenPrerequisite", judged)
    };
    judge("wa-head").refused("NotAuthorised").await;
    judge("nr-officer-1").done().await;
    judge("nr-officer-1").refused("NothingFallen").await;
    case.permit("L").await.shows("fellAway", serde_json::json!([]));
    case.by("nr-officer-1").approve("L").done().await;
}

#[tokio::test]
async fn not_applicable_removes_it_from_what_others_wait_for() {
    let case = Case::story().await;
    case.at("2023-06-12");
    case.by("lead").not_applicable("L").refused("NotAuthorised").await;
    case.by("nr-officer-1").not_applicable("L").done().await;
    case.permit("L").await.shows("status", "NOT_APPLICABLE").shows("notApplicable", "不涉及");
    case.by("clerk").submit("L", &[]).refused("NotApplicable").await;
    case.by("nr-officer-1").not_applicable("L").refused("NotApplicable").await;
}
