//! A corrected day of receipt counts the term of intake again, and what was answered by it (R3).
//!
//! Five working days: 22 April 2024 to Sunday 28 April, worked; 6 May to Saturday 11 May, worked; 8 May to 14 May;
//! 15 March to 22 March.

use super::given::*;
use om_domain::matter::{
    MatterEvent as E, MatterRefusal as R,
    event::IntakeAnswer,
    state::{Manner, RoundPhase},
};

fn received() -> Given {
    given(plan()).on("2024-05-06").by("window").when(submit("A1", &["form", "seal", "bank"])).by("dr-1")
}

fn lacking() -> Given {
    given(plan()).on("2024-05-06").by("window").when(submit("A1", &["form"])).by("dr-1")
}

fn received_earlier(g: Given) -> Given {
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-04-22"), "dr-2"))
}

fn intake_due(g: &Given) -> Option<jiff::civil::Date> {
    Some(g.round("A1").intake_due.date)
}

#[test]
fn r03_a_notice_that_turns_out_late_has_no_effect_and_silence_deems() {
    received_earlier(
        lacking().when(notice_correction("A1", &["material:seal"], "2024-05-06")).on("2024-05-13"),
    )
    .then(|events| {
        let [E::EntryCorrected(_), E::IntakeReopened(r), E::PermitDeemedAccepted(e), ..] = events else {
            panic!("{events:?}")
        };
        assert_eq!(r.fell_away, IntakeAnswer::CorrectionNotice);
        assert_eq!((Some(e.clock_from), Some(e.term_ended)), (day("2024-04-22"), day("2024-04-28")));
    })
    .see(|g| {
        assert_eq!(intake_due(g), day("2024-04-28"));
        let round = g.round("A1");
        assert_eq!(round.phase, RoundPhase::InReview);
        let accepted = round.accepted.as_ref().unwrap();
        assert_eq!((accepted.manner, Some(accepted.on)), (Manner::Deemed, day("2024-04-22")));
    })
    .passes()
    .then_only(&[]);
}

#[test]
fn r03_a_notice_that_stays_in_time_stands_and_its_term_is_counted_again() {
    let g = lacking().when(notice_correction("A1", &["material:seal"], "2024-05-06")).on("2024-05-13");
    let entry = g.entry("PermitSubmitted");
    // 29 April, 30 April, 6 May, 7 May, 8 May.
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-04-28"), "dr-2"))
        .then_only(&["EntryCorrected"])
        .see(|g| {
            assert_eq!(intake_due(g), day("2024-05-08"));
            assert_eq!(g.round("A1").phase, RoundPhase::AwaitingCorrection);
        });
}

#[test]
fn r03_a_late_notice_takes_the_corrected_file_with_it() {
    let g = lacking()
        .when(notice_correction("A1", &["material:seal"], "2024-05-06"))
        .on("2024-05-07")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .by("dr-1")
        .when(accept("A1", "2024-05-07"))
        .on("2024-05-13");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-04-22"), "dr-2"))
        // the promised ten working days had run out on 8 May
        .then_only(&["EntryCorrected", "IntakeReopened", "PermitDeemedAccepted", "TermOverrun"])
        .see(|g| {
            let round = g.round("A1");
            assert_eq!(Some(round.clocks.as_ref().unwrap().from), day("2024-04-22"));
            assert!(round.correction.is_none());
        });
}

#[test]
fn r03_a_deemed_acceptance_falls_away_while_the_corrected_term_runs() {
    let g = received().on("2024-05-13").passes().then_only(&["PermitDeemedAccepted"]).by("dr-1");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-05-08"), "dr-2"))
        .then_only(&["EntryCorrected", "IntakeReopened"])
        .see(|g| {
            assert_eq!(intake_due(g), day("2024-05-14"));
            let round = g.round("A1");
            assert_eq!(round.phase, RoundPhase::Received);
            assert!(round.accepted.is_none() && round.clocks.is_none());
        })
        .on("2024-05-14")
        .when(accept("A1", "2024-05-14"))
        .then(|events| {
            let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.clock_from, day("2024-05-08"));
        });
}

#[test]
fn r03_a_deemed_acceptance_that_fell_away_is_deemed_again_when_the_term_has_passed() {
    let g = received().on("2024-05-13").passes().by("dr-1");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-05-08"), "dr-2"))
        .on("2024-05-15")
        .passes()
        .then(|events| {
            let [E::PermitDeemedAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!((Some(e.clock_from), Some(e.term_ended)), (day("2024-05-08"), day("2024-05-14")));
        });
}

#[test]
fn r03_a_deemed_acceptance_on_which_something_stands_is_not_taken_away() {
    let g = received().on("2024-05-13").when(check("A1", &["dr-1", "dr-2"], true));
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-05-08"), "dr-2")).refused(
        |r| matches!(r, R::CorrectionContradicts { reason } if reason.as_str().contains("2024-05-14")),
    );
}

#[test]
fn r03_a_deemed_acceptance_that_stays_moves_with_the_receipt() {
    let g = received().on("2024-05-20").passes().by("dr-1");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-05-08"), "dr-2"))
        .then_only(&["EntryCorrected"])
        .see(|g| {
            assert_eq!(intake_due(g), day("2024-05-14"));
            assert_eq!(g.round("A1").accepted.as_ref().map(|a| a.on), day("2024-05-08"));
        });
}

#[test]
fn r03_an_acceptance_that_turns_out_late_gives_way_to_a_deemed_one() {
    received_earlier(received().when(accept("A1", "2024-05-06")).on("2024-05-13"))
        .then(|events| {
            let [E::EntryCorrected(_), E::IntakeReopened(r), E::PermitDeemedAccepted(e), ..] = events else {
                panic!("{events:?}")
            };
            assert_eq!(r.fell_away, IntakeAnswer::Acceptance);
            assert_eq!((Some(e.clock_from), Some(e.term_ended)), (day("2024-04-22"), day("2024-04-28")));
            // Twenty working days after 22 April: seven to the 30th (the 28th worked), 6 to 11 May six, 13 to 17 May
            // five, 20 and 21 May.
            assert_eq!(e.dues.statutory, day("2024-05-21"));
        })
        .see(|g| {
            assert_eq!(intake_due(g), day("2024-04-28"));
            assert!(g.round("A1").is_deemed());
        });
}

#[test]
fn r03_what_was_excluded_since_a_late_acceptance_stays_excluded() {
    let g = received()
        .when(accept("A1", "2024-05-06"))
        .on("2024-05-09")
        .when(suspend("A1", "2024-05-30", "特 1", "2024-05-09"))
        .on("2024-05-13")
        .when(resume("A1"));
    let names = ["EntryCorrected", "IntakeReopened", "PermitDeemedAccepted", "TermOverrun"];
    received_earlier(g).then_only(&names).see(|g| {
        // Three working days excluded, 9 to 11 May: 21 May becomes 24 May.
        assert_eq!(g.dues("A1").0, day("2024-05-24"));
    });
}

#[test]
fn r03_a_decision_or_a_refusal_to_accept_is_not_undone_by_a_correction() {
    let decided = received()
        .when(accept("A1", "2024-05-06"))
        .by("dr-2")
        .when(approve("A1", "2024-05-06"))
        .by("dr-1")
        .on("2024-05-13");
    received_earlier(decided).refused_as("CorrectionContradicts");
    let refused = received().when(not_accepted("A1", "2024-05-06")).on("2024-05-13");
    received_earlier(refused).refused_as("CorrectionContradicts");
}

#[test]
fn r03_the_term_of_a_corrected_file_is_counted_again_after_it_was_accepted() {
    let g = given(plan())
        .on("2024-03-13")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(notice_correction("A1", &["material:seal"], "2024-03-13"))
        .on("2024-03-20")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .by("dr-1")
        .when(accept("A1", "2024-03-20"))
        .on("2024-03-21");
    let entry = g.entry("CorrectionReceived");
    g.when(correct_entry("A1", entry, received_on("2024-03-20", "2024-03-15"), "dr-2"))
        .then_only(&["EntryCorrected"])
        .see(|g| {
            assert_eq!(intake_due(g), day("2024-03-22"));
            assert_eq!(g.round("A1").accepted.as_ref().map(|a| a.manner), Some(Manner::Complete));
        });
}

#[test]
fn r03_a_file_is_not_received_after_the_notice_that_answers_it() {
    let g = lacking().when(notice_correction("A1", &["material:seal"], "2024-05-06")).on("2024-05-13");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2024-05-06", "2024-05-07"), "dr-2"))
        .refused_as("CorrectionContradicts");
}
