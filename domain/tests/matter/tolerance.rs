//! Tolerated deficiency: five modes, each a gate shift with a deadline and a fallback (R8, R10–R12).

use super::given::*;
use om_domain::matter::{
    MatterCommand as C, MatterEvent as E, MatterRefusal as R,
    event::Consequence,
    plan::{Gate, Mode},
    state::{Debt, RoundPhase},
};

fn file(materials: &[&str]) -> Given {
    given(plan()).on("2023-06-12").by("window").when(submit("A1", materials)).by("dr-1")
}

fn debt(g: &Given, code: &str, r: &str) -> Debt {
    g.round(code).tolerances[&requirement(r)].debt
}

fn received_only() -> Given {
    file(&["form"]).when(tolerate_with(
        "A1",
        "material:seal",
        Mode::ReceiveOnly,
        "2023-06-16",
        Some(notice("补正 1", "2023-06-12")),
    ))
}

#[test]
fn r11_mode_1_the_missing_list_is_the_one_time_notice() {
    received_only()
        .then(|events| {
            let [E::CorrectionNoticed(noticed), E::DeficiencyTolerated(e)] = events else {
                panic!("{events:?}")
            };
            assert_eq!(noticed.listed, [requirement("material:seal")].into());
            assert_eq!((e.from, e.to), (Gate::Accept, Gate::Accept));
            assert_eq!(e.consequence, Consequence::NotAccepted);
        })
        .on("2023-06-14")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .then_only(&["CorrectionReceived", "SupplementReceived"])
        .by("dr-1")
        .when(accept("A1", "2023-06-14"))
        .then(|events| {
            let [E::PermitAccepted(e), E::SupplementVerified(_)] = events else { panic!("{events:?}") };
            assert_eq!(e.clock_from, day("2023-06-14"));
        });
}

#[test]
fn r11_mode_1_fails_to_not_accepted_and_never_to_deemed() {
    received_only()
        .on("2023-06-17")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitNotAccepted"])
        .on("2023-07-20")
        .passes()
        .then_only(&[])
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .then_only(&["PermitSubmitted"]);
}

#[test]
fn r11_mode_1_needs_its_notice() {
    file(&["form"])
        .when(tolerate("A1", "material:seal", Mode::ReceiveOnly, "2023-06-16"))
        .refused_as("NoticeNeeded");
}

fn accepted_with_debt() -> Given {
    file(&["form", "bank"])
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .when(accept("A1", "2023-06-12"))
}

#[test]
fn r11_mode_2_a_material_moves_from_accept_to_decide_and_the_clock_runs() {
    accepted_with_debt()
        .then(|events| {
            let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.deficient, [requirement("material:seal")].into());
            assert_eq!(e.clock_from, day("2023-06-12"));
        })
        .when(approve("A1", "2023-06-12"))
        .refused(|r| matches!(r, R::RequirementsUnmet { gate: Gate::Decide, .. }))
        .on("2023-06-19")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .by("dr-1")
        .when(approve("A1", "2023-06-19"))
        .refused_as("RequirementsUnmet")
        .when(verify("A1", "material:seal"))
        .when(approve("A1", "2023-06-19"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r11_mode_2_fails_to_a_lapse_and_a_new_round_is_allowed() {
    accepted_with_debt()
        .on("2023-06-21")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitLapsed"])
        .see(|g| assert_eq!(Some(g.day_of("PermitLapsed")), day("2023-06-21")))
        .on("2023-07-20")
        .passes()
        .then_only(&[])
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .then(|events| assert!(matches!(events, [E::PermitSubmitted(e)] if e.round == 2)));
}

#[test]
fn r10_received_in_time_it_waits_for_its_officer_however_long() {
    accepted_with_debt()
        .at("2023-06-20T23:59")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .on("2023-06-26")
        .passes()
        .then_only(&[])
        .by("dr-1")
        .when(verify("A1", "material:seal"))
        .then_only(&["SupplementVerified"]);
}

#[test]
fn r10_a_day_late_it_has_lapsed() {
    accepted_with_debt()
        .at("2023-06-21T00:00")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .refused(|r| matches!(r, R::WrongStep { .. } | R::NoDebt { .. }))
        .see(|g| assert_eq!(g.round("A1").phase, RoundPhase::Lapsed));
}

#[test]
fn r10_rejected_the_deadline_stands() {
    accepted_with_debt()
        .on("2023-06-14")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .when(supplement("A1", "material:seal"))
        .refused_as("SupplementWaiting")
        .by("dr-1")
        .when(reject("A1", "material:seal"))
        .then_only(&["SupplementRejected"])
        .when(reject("A1", "material:seal"))
        .refused_as("NothingReceived")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .by("dr-1")
        .on("2023-06-26")
        .when(reject("A1", "material:seal"))
        .then_only(&["SupplementRejected", "ToleranceLapsed", "PermitLapsed"]);
}

#[test]
fn r10_the_deadline_is_moved_once_by_the_head() {
    let g = accepted_with_debt().on("2023-06-14");
    g.clone().when(move_due("A1", "material:seal", "2023-06-28")).refused_as("NotAuthorised");
    g.by("dr-head")
        .when(move_due("A1", "material:seal", "2023-06-20"))
        .refused_as("DeadlineOutOfBounds")
        .when(move_due("A1", "material:seal", "2023-06-28"))
        .then_only(&["SupplementDeadlineMoved"])
        .when(move_due("A1", "material:seal", "2023-06-29"))
        .refused_as("AlreadyMoved")
        .on("2023-06-28")
        .passes()
        .then_only(&["TermOverrun"])
        .on("2023-06-29")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitLapsed"]);
}

#[test]
fn r10_a_tolerated_paper_that_comes_with_the_corrected_file_is_its_supplement() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &[]))
        .by("dr-1")
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .when(notice_correction("A1", &["material:form"], "2023-06-12"))
        .on("2023-06-14")
        .by("window")
        .when(correct_file("A1", &["form", "seal"]))
        .then_only(&["CorrectionReceived", "SupplementReceived"])
        .by("dr-1")
        .when(accept("A1", "2023-06-14"))
        .on("2023-06-21")
        .passes()
        .then_only(&[]);
}

#[test]
fn r10_the_deadline_lies_within_the_promise_less_two_working_days() {
    // The promise is 10 working days: 8 at most, Sunday 25 June.
    let g = file(&["form"]);
    g.clone()
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-26"))
        .refused_as("DeadlineOutOfBounds");
    g.clone()
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-12"))
        .refused_as("DeadlineOutOfBounds");
    g.when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-25")).then_only(&["DeficiencyTolerated"]);
}

#[test]
fn r10_a_limit_in_plain_days_bounds_it_by_plain_days() {
    // 15 plain days from 12 June end on 27 June; two working days less: 25 June.
    let mut plan = plan();
    plan.permits[2].prerequisites.clear();
    let g = given(plan).on("2023-06-12").by("window").when(submit("A3", &[])).by("water-1");
    g.clone()
        .when(tolerate("A3", "material:map", Mode::Accept, "2023-06-26"))
        .refused_as("DeadlineOutOfBounds");
    g.when(tolerate("A3", "material:map", Mode::Accept, "2023-06-25")).then_only(&["DeficiencyTolerated"]);
}

#[test]
fn r10_a_last_day_off_rolls_forward() {
    file(&["form", "bank"])
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-17"))
        .then(|events| {
            let [E::DeficiencyTolerated(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.supplement_due.date), day("2023-06-19"));
        })
        .when(accept("A1", "2023-06-12"))
        .on("2023-06-19")
        .passes()
        .then_only(&[]);
}

#[test]
fn r10_only_what_is_on_the_list_and_only_for_whom_may() {
    let g = file(&["seal"]);
    g.when(tolerate("A1", "material:form", Mode::Accept, "2023-06-20")).refused_as("NotTolerable");
    let g = file(&["form"]);
    g.clone()
        .by("dr-head")
        .when(tolerate("A1", "material:seal", Mode::Commitment, "2023-06-20"))
        .refused_as("ModeDoesNotFit");
    g.clone()
        .when(tolerate("A1", "material:hat", Mode::Accept, "2023-06-20"))
        .refused_as("NoSuchRequirement");
    g.clone()
        .ineligible(Some("上次容缺逾期未补"))
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused_as("Ineligible");
    g.clone()
        .read(|reads| reads.ineligible = None)
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused_as("EligibilityUnknown");
    g.clone()
        .by("lead")
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused_as("NotAuthorised");
    g.when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused_as("AlreadyTolerated");
    file(&["form", "seal"])
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused_as("AlreadyMet");
}

#[test]
fn r10_the_lead_may_propose_and_no_more() {
    let propose = C::ProposeTolerance {
        permit: p("A1"),
        requirement: requirement("material:seal"),
        mode: Mode::Accept,
        reason: text("可节省三日"),
    };
    let g = file(&["form"]);
    g.clone().when(propose.clone()).refused_as("NotAuthorised");
    g.by("lead")
        .when(propose.clone())
        .then_only(&["ToleranceProposed"])
        .when(propose)
        .then_only(&[])
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .refused_as("RequirementsUnmet");
}

fn pre_reviewed() -> Given {
    file(&["form", "seal", "bank"])
        .when(accept("A1", "2023-06-12"))
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
}

#[test]
fn r11_mode_3_the_statutory_clock_starts_when_the_prerequisite_lands() {
    pre_reviewed()
        .then(|events| {
            let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!((e.clock_from, e.dues.is_none()), (None, true));
            assert_eq!(e.pre_review_due.as_ref().map(|due| due.date), day("2023-07-11"));
        })
        .when(approve("A2", "2023-06-12"))
        .refused_as("WrongStep")
        .on("2023-06-14")
        .by("dr-1")
        .when(approve("A1", "2023-06-14"))
        .then(|events| {
            let [E::PermitApproved(_), E::PrerequisiteLanded(e)] = events else { panic!("{events:?}") };
            let clock = e.clock.as_ref().unwrap();
            assert_eq!(Some(clock.from), day("2023-06-14"));
            assert_eq!((clock.dues.statutory, clock.dues.promised), (day("2023-07-13"), day("2023-06-21")));
        })
        .by("nr-1")
        .when(approve("A2", "2023-06-14"))
        .refused_as("PreReviewUnconfirmed")
        .when(C::ConfirmPreReview { permit: p("A2") })
        .when(C::ConfirmPreReview { permit: p("A2") })
        .refused_as("NothingToConfirm")
        .when(approve("A2", "2023-06-14"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r11_mode_3_fails_to_an_opinion_that_is_void() {
    pre_reviewed()
        .on("2023-06-16")
        .passes()
        .then(|events| {
            let [E::ToleranceLapsed(e), E::PermitLapsed(_)] = events else { panic!("{events:?}") };
            assert_eq!(e.consequence, Consequence::OpinionVoid);
        })
        .by("dr-1")
        .when(approve("A1", "2023-06-16"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r11_mode_3_a_landing_recorded_late_starts_the_clock_on_the_day_it_landed() {
    // Approved on the 13th, recorded on the 15th, while A2 was checked on the 14th: the limit runs from the 13th.
    pre_reviewed()
        .on("2023-06-14")
        .when(check("A2", &["nr-1", "nr-2"], true))
        .on("2023-06-15")
        .by("dr-1")
        .effective("2023-06-13")
        .when(approve("A1", "2023-06-13"))
        .then(|events| {
            let [E::PermitApproved(_), E::PrerequisiteLanded(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.clock.as_ref().unwrap().from), day("2023-06-13"));
        });
}

#[test]
fn r11_mode_3_waits_for_the_last_of_two_prerequisites_in_whatever_order_they_are_recorded() {
    let mut two = plan();
    two.permits[4].materials.clear();
    let more = super::plan::edge(
        super::plan::of_permit("A5"),
        om_domain::matter::plan::Reaches::Approved,
        Gate::Accept,
        false,
        &[Mode::PreReview],
    );
    two.permits[1].prerequisites.push(more);
    let g = given(two)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .when(submit("A5", &[]))
        .when(submit("A2", &[]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("water-1")
        .when(accept("A5", "2023-06-12"))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(tolerate("A2", "permit:A5", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
        .on("2023-06-15")
        .by("dr-1")
        .when(approve("A1", "2023-06-15"))
        .then(|events| {
            let [E::PermitApproved(_), E::PrerequisiteLanded(e)] = events else { panic!("{events:?}") };
            assert!(e.clock.is_none(), "A5 has not landed");
        });
    g.by("water-1").effective("2023-06-13").when(approve("A5", "2023-06-13")).then(|events| {
        let [E::PermitApproved(_), E::PrerequisiteLanded(e)] = events else { panic!("{events:?}") };
        assert_eq!(Some(e.clock.as_ref().unwrap().from), day("2023-06-15"), "both had landed on the 15th");
    });
}

#[test]
fn r11_mode_3_a_prerequisite_that_turns_out_not_to_apply_has_landed() {
    let mut plan = plan();
    plan.permits[3].prerequisites.retain(|edge| !edge.statutory);
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
        .on("2023-06-14")
        .by("dr-1")
        .when(not_applicable("A1"))
        .then_only(&["PermitNotApplicable", "PrerequisiteLanded"])
        .see(|g| assert_eq!(Some(g.round("A2").clocks.as_ref().unwrap().from), day("2023-06-14")))
        .on("2023-06-20")
        .passes()
        .then_only(&[]);
}

#[test]
fn r11_mode_3_tolerated_then_deemed_accepted_the_clock_runs_from_receipt() {
    file(&["form", "seal", "bank"])
        .when(accept("A1", "2023-06-12"))
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .on("2023-06-14")
        .by("dr-1")
        .when(approve("A1", "2023-06-14"))
        .on("2023-06-20")
        .passes()
        .then_only(&["PermitDeemedAccepted", "TermOverrun"])
        .see(|g| assert_eq!(Some(g.round("A2").clocks.as_ref().unwrap().from), day("2023-06-12")));
}

#[test]
fn prerequisite_that_was_tolerated_never_fell_away() {
    // A1 was revoked before A2 came; A2 is pre-reviewed without it and has relied on nothing.
    file(&["form", "seal", "bank"])
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"))
        .by("dr-head")
        .when(revoke("A1", "2023-06-12"))
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
        .then_only(&["PermitAccepted"]);
}

fn in_review(materials: &[&str]) -> Given {
    file(materials).when(accept("A1", "2023-06-12"))
}

fn committed() -> Given {
    in_review(&["form", "seal", "safety", "title"])
        .by("dr-head")
        .when(tolerate("A1", "material:bank", Mode::Commitment, "2023-06-20"))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
}

#[test]
fn r11_mode_4_a_non_statutory_item_moves_to_after_issue() {
    committed()
        .then_only(&["CertificateIssued"])
        .on("2023-06-19")
        .by("window")
        .when(supplement("A1", "material:bank"))
        .by("dr-1")
        .when(verify("A1", "material:bank"))
        .see(|g| assert_eq!(debt(g, "A1", "material:bank"), Debt::Verified))
        .on("2023-07-30")
        .passes()
        .then_only(&[]);
}

#[test]
fn r11_mode_4_fails_to_a_proposal_and_a_person_decides() {
    committed()
        .on("2023-06-21")
        .passes()
        .then_only(&["ToleranceLapsed", "RevocationProposed"])
        .see(|g| assert_eq!(g.round("A1").phase, RoundPhase::Issued, "time revokes nothing"))
        .on("2023-08-21")
        .passes()
        .then_only(&[])
        .by("dr-head")
        .when(revoke("A1", "2023-08-21"))
        .then_only(&["PermitRevoked"]);
}

#[test]
fn r11_mode_4_proposes_in_each_round_in_which_it_fails() {
    let again = committed().on("2023-06-21").passes().by("dr-head").when(revoke("A1", "2023-06-21"));
    let lapse = again.entry("ToleranceLapsed");
    again
        .read(|reads| reads.noted_lapses = [lapse].into())
        .by("window")
        .when(submit("A1", &["form", "seal", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-21"))
        .by("dr-head")
        .when(tolerate("A1", "material:bank", Mode::Commitment, "2023-06-27"))
        .by("dr-1")
        .when(approve("A1", "2023-06-21"))
        .when(issue("A1", "2023-06-21", None))
        .on("2023-06-28")
        .passes()
        .then_only(&["ToleranceLapsed", "RevocationProposed"]);
}

#[test]
fn r11_mode_4_lapsed_before_the_decision_the_requirement_is_back_at_its_gate() {
    let lapsed = in_review(&["form", "seal", "safety", "title"])
        .by("dr-head")
        .when(tolerate("A1", "material:bank", Mode::Commitment, "2023-06-14"))
        .on("2023-06-15")
        .passes()
        .then_only(&["ToleranceLapsed"])
        .by("dr-1")
        .when(approve("A1", "2023-06-15"))
        .refused_as("RequirementsUnmet");
    // Handed in after all, it is approved in full: there is nothing to revoke for.
    lapsed
        .by("window")
        .when(supply("A1", &["bank"]))
        .by("dr-1")
        .when(approve("A1", "2023-06-15"))
        .then_only(&["PermitApproved"])
        .when(issue("A1", "2023-06-15", None))
        .on("2023-07-15")
        .passes()
        .then_only(&[]);
}

#[test]
fn r11_mode_4_lapsed_between_decision_and_issue_it_blocks_the_issue_only() {
    in_review(&["form", "seal", "bank", "title"])
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::Commitment, "2023-06-14"))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .on("2023-06-15")
        .passes()
        .then_only(&["ToleranceLapsed"])
        .by("dr-1")
        .when(issue("A1", "2023-06-15", None))
        .refused_as("RequirementsUnmet");
}

#[test]
fn r10_modes_4_and_5_are_the_heads_who_is_not_the_handling_officer() {
    let g = in_review(&["form", "seal", "title", "bank"]);
    g.clone()
        .when(tolerate("A1", "material:safety", Mode::Commitment, "2023-06-20"))
        .refused_as("NotAuthorised");
    file(&["form", "seal", "title", "bank"])
        .by("dr-head")
        .when(accept("A1", "2023-06-12"))
        .when(tolerate("A1", "material:safety", Mode::Commitment, "2023-06-20"))
        .refused_as("SeparationOfDuties");
    given(plan())
        .on("2023-06-12")
        .by("dr-head")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::IssueFirst, "2023-06-20"))
        .refused_as("SeparationOfDuties");
}

fn issued_first() -> Given {
    in_review(&["form", "seal", "bank", "title"])
        .when(approve("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::IssueFirst, "2023-06-20"))
        .by("dr-1")
        .when(issue("A1", "2023-06-12", None))
}

#[test]
fn r11_mode_5_issued_first_and_supplemented_after() {
    issued_first()
        .then_only(&["CertificateIssued"])
        .on("2023-06-20")
        .by("window")
        .when(supplement("A1", "material:safety"))
        .by("dr-1")
        .when(verify("A1", "material:safety"))
        .then_only(&["SupplementVerified"]);
}

#[test]
fn r11_mode_5_fails_to_a_proposal() {
    issued_first().on("2023-06-21").passes().then_only(&["ToleranceLapsed", "RevocationProposed"]);
}

#[test]
fn r11_mode_5_only_on_the_countys_special_list() {
    let mut plan = plan();
    plan.permits[0].issue_first_listed = false;
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::IssueFirst, "2023-06-20"))
        .refused_as("NotOnSpecialList");
}

#[test]
fn r08_a_statutory_condition_is_never_tolerated_past_issue() {
    for mode in [Mode::Commitment, Mode::IssueFirst] {
        in_review(&["form", "seal", "bank"])
            .by("dr-head")
            .when(tolerate("A1", "material:title", mode, "2023-06-20"))
            .refused(
                |r| matches!(r, R::StatutoryCondition { article, .. } if article.as_str() == "建筑法 8"),
            );
    }
}

#[test]
fn r12_never_by_commitment_where_harm_is_hard_to_reverse() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A5", &[]))
        .by("water-1")
        .when(accept("A5", "2023-06-12"))
        .by("water-head")
        .when(tolerate("A5", "material:report", Mode::Commitment, "2023-06-20"))
        .refused_as("NeverByCommitment");
}

#[test]
fn r11_a_gate_already_passed_is_not_tolerated() {
    in_review(&["form", "seal", "bank"])
        .by("dr-head")
        .when(tolerate("A1", "material:bank", Mode::Commitment, "2023-06-20"))
        .refused_as("AlreadyMet");
    let decided = in_review(&["form", "seal", "bank"]).when(approve("A1", "2023-06-12"));
    decided
        .clone()
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .refused(|r| matches!(r, R::WrongStep { .. } | R::AlreadyMet { .. }));
    let bare = file(&["form"]).on("2023-06-20");
    bare.when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-25")).refused_as("WrongStep");
}

#[test]
fn r11_mode_2_tolerated_then_deemed_accepted_the_debt_stays_a_debt() {
    file(&["form", "bank"])
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .on("2023-06-20")
        .passes()
        .then_only(&["PermitDeemedAccepted"])
        .by("dr-1")
        .when(approve("A1", "2023-06-20"))
        .refused_as("RequirementsUnmet")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .by("dr-1")
        .when(verify("A1", "material:seal"))
        .when(approve("A1", "2023-06-20"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn rounds_a_debt_of_an_ended_round_neither_lapses_nor_takes_a_supplement() {
    let ended = accepted_with_debt().on("2023-06-14").by("window").when(withdraw("A1"));
    ended.clone().when(supplement("A1", "material:seal")).refused_as("WrongStep");
    ended.on("2023-07-14").passes().then_only(&[]);
}

#[test]
fn rounds_a_prerequisite_does_not_land_in_an_ended_round() {
    pre_reviewed()
        .by("window")
        .when(withdraw("A2"))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .then_only(&["PermitApproved"]);
}
