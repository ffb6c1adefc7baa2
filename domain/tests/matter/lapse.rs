//! A lapse set aside: the supplement was there in time and was recorded too late (R10, R22).

use super::given::*;
use om_domain::matter::{
    MatterCommand as C,
    plan::Mode,
    state::{Debt, RoundPhase},
};

const SEAL: &str = "material:seal";

/// A1 accepted without its seal, which was due on the 20th; nothing was recorded by the 21st.
fn lapsed() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "bank"]))
        .by("dr-1")
        .when(tolerate("A1", SEAL, Mode::Accept, "2023-06-20"))
        .when(accept("A1", "2023-06-12"))
        .on("2023-06-21")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitLapsed"])
}

fn set_aside_lapse(received_on: &str) -> C {
    C::SetAsideLapse {
        permit: p("A1"),
        requirement: requirement(SEAL),
        received_on: p(received_on),
        materials: handed(&["seal"]),
        proof: paper(),
        reason: text("窗口漏录"),
    }
}

#[test]
fn r10_a_supplement_that_was_there_in_time_lets_the_round_stand_again() {
    let again = lapsed().on("2023-06-26").by("dr-head").when(set_aside_lapse("2023-06-20"));
    let again = again.then_only(&["LapseSetAside"]).see(|g| {
        let round = g.round("A1");
        assert_eq!((round.phase, &round.ended), (RoundPhase::InReview, &None));
        assert_eq!(round.tolerances[&requirement(SEAL)].debt, Debt::Received);
        assert_eq!(round.clocks.as_ref().unwrap().ended_on, None, "the clock ran on");
        assert_eq!((g.count("ToleranceLapsed"), g.count("PermitLapsed")), (1, 1), "the lapse stays visible");
        assert_eq!(g.dues("A1").1, day("2023-06-27"), "the department's delay moves no due date");
    });
    again
        .by("dr-1")
        .when(verify("A1", SEAL))
        .when(approve("A1", "2023-06-26"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r10_a_supplement_rejected_after_that_lapses_again() {
    let again = lapsed().on("2023-06-26").by("dr-head").when(set_aside_lapse("2023-06-20"));
    again
        .by("dr-1")
        .when(reject("A1", SEAL))
        .then_only(&["SupplementRejected"])
        .on("2023-06-27")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitLapsed"]);
}

#[test]
fn r10_only_in_time_by_the_head_who_does_not_handle_it_and_once() {
    lapsed().by("dr-1").when(set_aside_lapse("2023-06-20")).refused_as("NotAuthorised");
    let head = || lapsed().by("dr-head");
    head().when(set_aside_lapse("2023-06-21")).refused_as("NotReceivedInTime");
    head().when(set_aside_lapse("2023-06-09")).refused_as("NotReceivedInTime");
    head().when(set_aside_lapse("2023-06-20")).when(set_aside_lapse("2023-06-20")).refused_as("NotLapsed");
    let by_head = given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form"])).by("dr-head");
    by_head
        .when(tolerate("A1", SEAL, Mode::Accept, "2023-06-20"))
        .on("2023-06-21")
        .when(set_aside_lapse("2023-06-20"))
        .refused_as("SeparationOfDuties");
}

#[test]
fn r10_not_where_a_new_round_stands_on_the_lapse() {
    lapsed()
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-head")
        .when(set_aside_lapse("2023-06-20"))
        .refused_as("LapseBuiltOn");
}

#[test]
fn r11_mode_1_the_corrected_file_that_was_there_in_time_is_answered() {
    let notice = Some(notice("补正 1", "2023-06-12"));
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(tolerate_with("A1", SEAL, Mode::ReceiveOnly, "2023-06-16", notice))
        .on("2023-06-19")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitNotAccepted"])
        .by("dr-head")
        .when(set_aside_lapse("2023-06-16"))
        .then_only(&["LapseSetAside"])
        .by("dr-1")
        .when(accept("A1", "2023-06-19"))
        .then_only(&["PermitAccepted", "SupplementVerified"])
        .see(|g| assert_eq!(g.round("A1").clocks.as_ref().unwrap().from, p("2023-06-16")));
}

#[test]
fn r11_modes_4_and_5_the_proposal_to_revoke_falls_with_the_lapse() {
    let seal = |received_on: &str| C::SetAsideLapse {
        permit: p("A1"),
        requirement: requirement("material:bank"),
        received_on: p(received_on),
        materials: handed(&["bank"]),
        proof: paper(),
        reason: text("窗口漏录"),
    };
    let issued = given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:bank", Mode::Commitment, "2023-06-20"))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
        .on("2023-06-21")
        .passes()
        .then_only(&["ToleranceLapsed", "RevocationProposed"]);
    issued.by("dr-head").when(seal("2023-06-19")).then_only(&["LapseSetAside"]).see(|g| {
        assert!(g.permit("A1").revocation_proposed.is_empty());
        assert_eq!(g.round("A1").phase, RoundPhase::Issued);
    });
}
