//! Two times for every fact, and corrections of the record (R16, R18, R20).

use super::given::*;
use om_domain::matter::{MatterEvent as E, event::Correction, state::RoundPhase};

fn received() -> Given {
    given(plan()).on("2023-06-13").by("window").when(submit("A1", &["form", "seal", "bank"])).by("dr-1")
}

fn in_review() -> Given {
    received().on("2023-06-14").when(accept("A1", "2023-06-14"))
}

#[test]
fn r16_backfilling_is_accepted_and_shown_as_such() {
    in_review().on("2023-06-20").effective("2023-06-15").when(approve("A1", "2023-06-15")).see(|g| {
        let fact = g.log.last().unwrap();
        assert_eq!(Some(fact.effective.day()), day("2023-06-15"));
        assert!(fact.is_backfilled(&g.calendar, 1));
        assert_eq!(g.round("A1").decision.as_ref().map(|d| d.on), day("2023-06-15"));
    });
    in_review().on("2023-06-15").effective("2023-06-14").when(approve("A1", "2023-06-14")).see(|g| {
        assert!(!g.log.last().unwrap().is_backfilled(&g.calendar, 1), "within the grace");
    });
}

#[test]
fn r16_backfilling_over_a_weekend_counts_working_days() {
    // Friday's act recorded on Monday is one working day late.
    in_review().on("2023-06-19").effective("2023-06-16").when(approve("A1", "2023-06-16")).see(|g| {
        assert!(!g.log.last().unwrap().is_backfilled(&g.calendar, 1));
    });
}

#[test]
fn r16_what_would_change_the_outcome_of_what_is_recorded_is_refused() {
    let g = in_review().on("2023-06-16").when(check("A1", &["dr-1", "dr-2"], true));
    g.on("2023-06-20")
        .effective("2023-06-15")
        .when(approve("A1", "2023-06-15"))
        .refused_as("BackfillOutOfOrder");
    in_review()
        .on("2023-06-20")
        .effective("2023-06-12")
        .when(approve("A1", "2023-06-12"))
        .refused_as("BackfillOutOfOrder");
}

#[test]
fn r16_another_permits_later_facts_do_not_stand_in_the_way() {
    in_review()
        .on("2023-06-19")
        .by("window")
        .when(submit("A5", &[]))
        .on("2023-06-20")
        .by("dr-1")
        .effective("2023-06-15")
        .when(approve("A1", "2023-06-15"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r16_nothing_takes_effect_in_the_future() {
    in_review().effective("2023-06-15").when(approve("A1", "2023-06-14")).refused_as("EffectiveInFuture");
}

#[test]
fn r16_a_new_round_is_not_backfilled_before_the_debts_of_the_old_one() {
    use om_domain::matter::plan::Mode;
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .when(accept("A1", "2023-06-12"))
        .on("2023-06-16")
        .by("window")
        .when(supplement("A1", "material:seal"))
        .on("2023-06-19")
        .effective("2023-06-14")
        .when(withdraw("A1"))
        .effective("2023-06-14")
        .when(submit("A1", &["form"]))
        .refused_as("BackfillOutOfOrder");
}

#[test]
fn r16_a_consequence_in_the_past_of_what_is_recorded_is_refused_too() {
    use om_domain::matter::plan::Mode;
    // A filing is not deemed accepted. Rejected on 16 June after its deadline it would have lapsed on that day, yet it
    // was accepted on 19 June.
    let mut plan = plan();
    plan.permits[2].prerequisites.clear();
    plan.permits[2].promised = None;
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A3", &[]))
        .by("water-1")
        .when(tolerate("A3", "material:map", Mode::Accept, "2023-06-14"))
        .on("2023-06-13")
        .by("window")
        .when(supplement("A3", "material:map"))
        .on("2023-06-19")
        .by("water-1")
        .when(accept("A3", "2023-06-19"))
        .on("2023-06-20")
        .effective("2023-06-16")
        .when(reject("A3", "material:map"))
        .refused_as("BackfillOutOfOrder");
}

#[test]
fn correction_of_the_receipt_recomputes_the_due_dates() {
    let g = in_review();
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2023-06-13", "2023-06-12"), "dr-2"))
        .then(|events| {
            let [E::EntryCorrected(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.dues.as_ref().unwrap().statutory, day("2023-07-11"));
        })
        .see(|g| {
            assert_eq!(g.dues("A1"), (day("2023-07-11"), day("2023-06-27")));
            assert_eq!(g.count("PermitSubmitted"), 1, "the wrong entry stays");
        });
}

#[test]
fn correction_needs_a_second_person_of_the_body_that_has_it() {
    let g = in_review();
    let (entry, change) = (g.entry("PermitSubmitted"), received_on("2023-06-13", "2023-06-12"));
    g.clone().when(correct_entry("A1", entry, change.clone(), "dr-1")).refused_as("SecondPersonNeeded");
    g.clone().when(correct_entry("A1", entry, change.clone(), "nr-1")).refused_as("SecondPersonNeeded");
    g.clone().when(correct_entry("A1", entry, change.clone(), "nobody")).refused_as("SecondPersonNeeded");
    g.by("nr-1").when(correct_entry("A1", entry, change, "nr-2")).refused_as("NotAuthorised");
}

#[test]
fn correction_of_another_value_than_is_recorded_is_refused() {
    let g = in_review();
    let entry = g.entry("PermitSubmitted");
    let wrong = received_on("2023-06-11", "2023-06-12");
    g.clone().when(correct_entry("A1", entry, wrong, "dr-2")).refused_as("OldValueDiffers");
    let other = g.entry("MatterStarted");
    g.clone()
        .when(correct_entry("A1", other, received_on("2023-06-13", "2023-06-12"), "dr-2"))
        .refused_as("NoSuchEntry");
    let same = received_on("2023-06-13", "2023-06-13");
    g.when(correct_entry("A1", entry, same, "dr-2")).then_only(&[]);
}

#[test]
fn correction_does_not_contradict_what_followed() {
    let g = in_review().on("2023-06-19");
    let entry = g.entry("PermitSubmitted");
    let after_acceptance = received_on("2023-06-13", "2023-06-15");
    g.clone().when(correct_entry("A1", entry, after_acceptance, "dr-2")).refused_as("CorrectionContradicts");
    let tomorrow = received_on("2023-06-13", "2023-06-20");
    g.when(correct_entry("A1", entry, tomorrow, "dr-2")).refused_as("CorrectionContradicts");
}

#[test]
fn correction_to_an_earlier_receipt_may_show_that_the_file_was_deemed_accepted() {
    // Recorded as received on Tuesday 13 June, due on the 20th; in truth on Friday 9 June, due on the 16th.
    let g = received().on("2023-06-19");
    let entry = g.entry("PermitSubmitted");
    g.when(correct_entry("A1", entry, received_on("2023-06-13", "2023-06-09"), "dr-2"))
        .then(|events| {
            let [E::EntryCorrected(_), E::PermitDeemedAccepted(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.clock_from), day("2023-06-09"));
            assert_eq!(Some(e.term_ended), day("2023-06-16"));
        })
        .see(|g| assert_eq!(g.round("A1").phase, RoundPhase::InReview));
}

#[test]
fn correction_of_a_corrected_files_receipt_may_show_it_too() {
    let g = given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(notice_correction("A1", &["material:seal"], "2023-06-12"))
        .on("2023-06-19")
        .by("window")
        .when(correct_file("A1", &["seal"]))
        .on("2023-06-25")
        .by("dr-1");
    let entry = g.entry("CorrectionReceived");
    g.when(correct_entry("A1", entry, received_on("2023-06-19", "2023-06-14"), "dr-2"))
        .then_only(&["EntryCorrected", "PermitDeemedAccepted"]);
}

#[test]
fn correction_of_a_suspension_keeps_to_the_notice_and_to_the_told_day() {
    let g = in_review().on("2023-06-16").when(suspend("A1", "2023-06-20", "特 1", "2023-06-15"));
    let entry = g.entry("ClockSuspended");
    let from = |old: &str, new: &str| Correction::SuspendedFrom { old: p(old), new: p(new) };
    // Told on the 15th: it excludes nothing before (R6).
    g.clone()
        .when(correct_entry("A1", entry, from("2023-06-16", "2023-06-14"), "dr-2"))
        .refused_as("CorrectionContradicts");
    g.clone().when(correct_entry("A1", entry, from("2023-06-16", "2023-06-15"), "dr-2")).then(|events| {
        let [E::EntryCorrected(e)] = events else { panic!("{events:?}") };
        assert_eq!(e.dues.as_ref().unwrap().statutory_left, Some(19));
    });
    let resumed = g.on("2023-06-19").when(resume("A1"));
    let entry = resumed.entry("ClockResumed");
    let on = |old: &str, new: &str| Correction::ResumedOn { old: p(old), new: p(new) };
    let late = resumed.on("2023-06-27");
    late.clone()
        .when(correct_entry("A1", entry, on("2023-06-19", "2023-06-25"), "dr-2"))
        .refused_as("CorrectionContradicts");
    late.when(correct_entry("A1", entry, on("2023-06-19", "2023-06-20"), "dr-2")).then(|events| {
        let [.., E::EntryCorrected(e)] = events else { panic!("{events:?}") };
        // Received 13 June, 20 working days to 12 July; excluded 16 and 19 June.
        assert_eq!(e.dues.as_ref().unwrap().statutory, day("2023-07-14"));
    });
}

#[test]
fn correction_of_a_documents_number_moves_no_date() {
    let g = in_review();
    let entry = g.entry("PermitAccepted");
    let change = Correction::DocumentNumber { old: text("受理 1"), new: text("受理 2") };
    g.when(correct_entry("A1", entry, change, "dr-2"))
        .then(|events| assert!(matches!(events, [E::EntryCorrected(e)] if e.dues.is_none())))
        .see(|g| {
            let accepted = g.round("A1").accepted.as_ref().unwrap();
            assert_eq!(accepted.notice.as_ref().unwrap().number, text("受理 2"));
        });
}

#[test]
fn r06_the_corrected_number_of_a_suspensions_notice_is_the_one_that_was_used() {
    let stopped = in_review().when(suspend("A1", "2023-06-30", "特 1", "2023-06-12"));
    let entry = stopped.entry("ClockSuspended");
    let number = |old: &str, new: &str| Correction::DocumentNumber { old: text(old), new: text(new) };
    let corrected = stopped
        .when(correct_entry("A1", entry, number("特 1", "特 7"), "dr-2"))
        .then_only(&["EntryCorrected"])
        .see(|g| {
            let stops = &g.round("A1").clocks.as_ref().unwrap().suspensions;
            assert_eq!(stops[0].suspension.notice, "特 7");
        });
    corrected.clone().when(suspend("A1", "2023-06-30", "特 7", "2023-06-12")).refused_as("NoticeUsed");
    let twice = corrected.when(suspend("A1", "2023-06-30", "特 1", "2023-06-12"));
    let second = twice.entry("ClockSuspended");
    twice
        .when(correct_entry("A1", second, number("特 1", "特 7"), "dr-2"))
        .refused_as("CorrectionContradicts");
}
