//! Intake: receipt, the one-time notice, acceptance, silence, rounds (R3).

use super::given::*;
use om_domain::matter::{
    MatterEvent as E, MatterRefusal as R,
    state::{Manner, RoundPhase},
};

fn received() -> Given {
    given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form", "seal"]))
}

fn lacking() -> Given {
    given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form"])).by("dr-1")
}

#[test]
fn r03_the_clock_starts_on_the_day_a_complete_file_was_received() {
    received()
        .then_only(&["PermitSubmitted"])
        .on("2023-06-15")
        .by("dr-1")
        .when(accept("A1", "2023-06-15"))
        .then(|events| {
            let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.clock_from, day("2023-06-12"));
            let dues = e.dues.as_ref().unwrap();
            // 20 working days after Monday 12 June: Dragon Boat off 22–24, worked on Sunday 25.
            assert_eq!((dues.statutory, dues.promised), (day("2023-07-11"), day("2023-06-27")));
        });
}

#[test]
fn r03_a_notice_can_be_served_until_the_fifth_working_day() {
    lacking()
        .then_only(&["PermitSubmitted"])
        .see(|g| assert_eq!(Some(g.round("A1").intake_due.date), day("2023-06-19")))
        .at("2023-06-19T23:59")
        .when(notice_correction("A1", &["material:seal"], "2023-06-19"))
        .then_only(&["CorrectionNoticed"]);
}

#[test]
fn r03_silence_deems_the_file_accepted_from_the_day_of_receipt() {
    lacking().at("2023-06-20T00:00").passes().then(|events| {
        let [E::PermitDeemedAccepted(e)] = events else { panic!("{events:?}") };
        assert_eq!(Some(e.clock_from), day("2023-06-12"));
        assert_eq!(Some(e.term_ended), day("2023-06-19"));
        assert_eq!(e.dues.statutory, day("2023-07-11"));
    });
}

#[test]
fn r03_a_filing_is_not_deemed_accepted_by_silence_but_its_term_overruns() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A3", &["map"]))
        .on("2023-07-03")
        .passes()
        .then_only(&["TermOverrun"])
        .see(|g| assert_eq!(g.round("A3").phase, RoundPhase::Received));
}

#[test]
fn r22_deemed_acceptance_comes_before_an_acceptance_on_the_sixth_day() {
    received()
        .on("2023-06-20")
        .by("dr-1")
        .when(accept("A1", "2023-06-20"))
        .refused(|r| matches!(r, R::DeemedAlready { .. }))
        .see(|g| {
            assert_eq!(g.count("PermitDeemedAccepted"), 1);
            assert_eq!(g.round("A1").accepted.as_ref().unwrap().manner, Manner::Deemed);
        });
}

#[test]
fn r03_a_notice_after_deeming_is_refused_even_if_it_says_it_was_in_time() {
    lacking()
        .on("2023-06-20")
        .effective("2023-06-16")
        .when(notice_correction("A1", &["material:seal"], "2023-06-16"))
        .refused_as("DeemedAlready");
}

#[test]
fn r03_the_head_sets_a_deemed_acceptance_aside_with_a_notice_served_in_time() {
    lacking()
        .on("2023-06-26")
        .by("dr-head")
        .when(set_aside("A1", &["material:seal"], "2023-06-16"))
        .then_only(&["PermitDeemedAccepted", "DeemedAcceptanceSetAside"])
        .see(|g| assert_eq!(g.round("A1").phase, RoundPhase::AwaitingCorrection))
        .on("2023-06-27")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .on("2023-06-28")
        .by("dr-1")
        .when(accept("A1", "2023-06-28"))
        .then(|events| {
            let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.clock_from, day("2023-06-27"));
        });
}

#[test]
fn r03_a_deemed_acceptance_is_set_aside_by_the_head_only_and_only_in_time() {
    let deemed = lacking().on("2023-06-26").passes();
    deemed
        .clone()
        .by("dr-1")
        .when(set_aside("A1", &["material:seal"], "2023-06-16"))
        .refused_as("NotAuthorised");
    deemed
        .clone()
        .by("dr-head")
        .when(set_aside("A1", &["material:seal"], "2023-06-20"))
        .refused_as("NoticeTooLate");
    deemed.by("dr-head").when(set_aside("A1", &["material:form"], "2023-06-16")).refused_as("NotMissing");
}

#[test]
fn r03_a_withdrawn_file_is_not_brought_back_by_setting_its_acceptance_aside() {
    lacking()
        .on("2023-06-26")
        .by("window")
        .when(withdraw("A1"))
        .by("dr-head")
        .when(set_aside("A1", &["material:seal"], "2023-06-16"))
        .refused_as("WrongStep");
}

#[test]
fn r03_only_one_notice_a_round_and_what_it_did_not_list_is_not_demanded() {
    let file = given(plan()).on("2023-06-12").by("window").when(submit("A1", &[])).by("dr-1");
    let noticed = file.when(notice_correction("A1", &["material:seal"], "2023-06-12"));
    noticed
        .on("2023-06-13")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .by("dr-1")
        .when(notice_correction("A1", &["material:form"], "2023-06-13"))
        .refused_as("AlreadyNoticed")
        .when(accept("A1", "2023-06-13"))
        .then_only(&["PermitAccepted"]);
}

#[test]
fn r03_a_notice_lists_something_and_only_what_is_missing_now() {
    lacking().when(notice_correction("A1", &[], "2023-06-12")).refused_as("NothingListed");
    lacking().when(notice_correction("A1", &["material:form"], "2023-06-12")).refused_as("NotMissing");
    lacking().when(notice_correction("A1", &["material:bank"], "2023-06-12")).refused_as("NotMissing");
    lacking().when(notice_correction("A1", &["material:hat"], "2023-06-12")).refused_as("NoSuchRequirement");
}

#[test]
fn r03_no_service_no_effect() {
    lacking().when(notice_correction("A1", &["material:seal"], "2023-06-13")).refused_as("NoticeNotServed");
    received().by("dr-1").when(accept("A1", "2023-06-13")).refused_as("NoticeNotServed");
}

#[test]
fn r03_after_correction_the_clock_starts_anew_and_silence_deems_from_that_day() {
    lacking()
        .on("2023-06-14")
        .when(notice_correction("A1", &["material:seal"], "2023-06-14"))
        .on("2023-06-26")
        .by("town")
        .when(correct_file("A1", &["seal"]))
        .see(|g| assert_eq!(Some(g.round("A1").intake_due.date), day("2023-07-03")))
        .on("2023-07-04")
        .passes()
        .then(|events| {
            let [E::PermitDeemedAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.clock_from), day("2023-06-26"));
        });
}

#[test]
fn r03_a_noticed_file_waits_without_end_for_its_correction() {
    lacking()
        .when(notice_correction("A1", &["material:seal"], "2023-06-12"))
        .on("2024-06-12")
        .passes()
        .then_only(&[]);
}

#[test]
fn gates_nothing_is_accepted_before_what_acceptance_asks_for() {
    lacking().when(accept("A1", "2023-06-12")).refused(|r| {
        matches!(r, R::RequirementsUnmet { missing, .. } if missing.len() == 1
            && missing[0].requirement == requirement("material:seal"))
    });
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .refused_as("RequirementsUnmet");
}

#[test]
fn gates_a_deemed_acceptance_counts_as_accepted_for_who_waits_for_it() {
    received()
        .on("2023-06-20")
        .by("window")
        .when(submit("A3", &["map"]))
        .by("water-1")
        .when(accept("A3", "2023-06-20"))
        .then_only(&["PermitAccepted"]);
}

#[test]
fn rounds_after_each_bad_end_a_new_round_has_its_own_notice_and_clock() {
    let endings: [(&str, om_domain::matter::MatterCommand); 3] = [
        ("dr-1", not_accepted("A1", "2023-06-13")),
        ("dr-1", deny("A1", "2023-06-13")),
        ("window", withdraw("A1")),
    ];
    for (by, end) in endings {
        let mut first = lacking()
            .when(notice_correction("A1", &["material:seal"], "2023-06-12"))
            .by("window")
            .when(correct_file("A1", &["seal"]))
            .on("2023-06-13");
        if matches!(end, om_domain::matter::MatterCommand::DenyPermit { .. }) {
            first = first.by("dr-1").when(accept("A1", "2023-06-13"));
        }
        first
            .by(by)
            .when(end)
            .on("2023-06-26")
            .by("window")
            .when(submit("A1", &["form"]))
            .then(|events| {
                let [E::PermitSubmitted(e)] = events else { panic!("{events:?}") };
                assert_eq!(e.round, 2);
                assert_eq!(Some(e.intake_due.date), day("2023-07-03"));
            })
            .by("dr-1")
            .when(notice_correction("A1", &["material:seal"], "2023-06-26"))
            .then_only(&["CorrectionNoticed"])
            .see(|g| assert_eq!(g.permit("A1").rounds.len(), 2));
    }
}

#[test]
fn rounds_no_second_round_while_one_is_open_or_was_approved() {
    received().when(submit("A1", &["form"])).refused_as("AlreadySubmitted");
    received()
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-2")
        .when(supply("A1", &["bank"]))
        .by("dr-2")
        .when(approve("A1", "2023-06-12"))
        .by("window")
        .when(submit("A1", &["form"]))
        .refused_as("AlreadySubmitted");
}

#[test]
fn rounds_a_file_that_ended_takes_no_hearing_supplement_or_offer() {
    let ended = received().by("window").when(withdraw("A1"));
    ended.clone().when(withdraw("A1")).refused_as("WrongStep");
    ended.clone().by("dr-1").when(offer("A1", "water")).refused_as("WrongStep");
    ended.clone().by("dr-1").when(accept("A1", "2023-06-12")).refused_as("WrongStep");
    ended.when(supply("A1", &["bank"])).refused_as("WrongStep");
}

#[test]
fn r03_what_the_applicant_hands_in_twice_is_recorded_once() {
    received()
        .when(supply("A1", &["bank"]))
        .then_only(&["MaterialsSupplied"])
        .when(supply("A1", &["bank"]))
        .then_only(&[]);
}

#[test]
fn not_applicable_needs_the_permits_department_and_no_open_round() {
    let g = given(plan()).on("2023-06-12");
    g.clone().by("lead").when(not_applicable("A2")).refused_as("NotAuthorised");
    g.clone().by("nr-1").when(not_applicable("A2")).then_only(&["PermitNotApplicable"]);
    g.clone()
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(not_applicable("A2"))
        .refused_as("AlreadySubmitted");
    // A4 waits for A1 as a statutory condition: nobody may wish it away.
    g.by("dr-1").when(not_applicable("A1")).refused_as("StatutoryEdge");
}

#[test]
fn not_applicable_removes_the_edge() {
    let mut plan = plan();
    plan.permits[3].prerequisites.retain(|edge| !edge.statutory);
    given(plan)
        .on("2023-06-12")
        .by("dr-1")
        .when(not_applicable("A1"))
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .then_only(&["PermitAccepted"])
        .by("window")
        .when(submit("A1", &["form"]))
        .refused_as("NotApplicable");
}

#[test]
fn r03_a_refusal_to_accept_is_a_decision_and_the_lead_departments_alone() {
    received()
        .by("dr-1")
        .when(offer("A1", "water"))
        .by("water-1")
        .when(receive("A1"))
        .when(not_accepted("A1", "2023-06-12"))
        .refused_as("NotAuthorised");
}

#[test]
fn a_round_has_a_number_of_its_own_however_the_others_stand() {
    // no log holds them so; yet a number twice, and time would state of the one for ever what has come of the other
    let mut g =
        given(plan()).on("2023-06-05").by("window").when(submit("A1", &["form"])).when(withdraw("A1"));
    let first = g.log.len() - 2;
    g = g.on("2023-06-06").when(submit("A1", &["form"])).when(withdraw("A1"));
    g.log[first..].rotate_left(2);
    (g.state, g.quiet) = (folded(&g.log), None);
    let numbers: Vec<_> = g.permit("A1").rounds.iter().map(|round| round.number).collect();
    assert_eq!(numbers, [2, 1]);
    let events = g.on("2023-09-01").effective("2023-06-20").attempt(&submit("A1", &["form"])).unwrap();
    let [E::PermitSubmitted(e), ..] = &events[..] else { panic!("{events:?}") };
    assert_eq!(e.round, 3);
}
