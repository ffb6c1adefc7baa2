//! What is counted again: by a later calendar, by an entry that came late or was wrong, by what came after the file (R3, R6, R10,
//! R16, R20).

use super::{clocks::amended, given::*};
use om_domain::{
    decider::Explained,
    matter::{
        MatterCommand as C, MatterEvent as E,
        event::Term,
        plan::Mode,
        state::{Debt, RoundPhase},
    },
};

const SEAL: &str = "material:seal";

fn revise() -> C {
    C::ReviseDueDates { notice: text("国办发明电〔2023〕99号") }
}

fn file(materials: &[&str]) -> Given {
    given(plan()).on("2023-06-12").by("window").when(submit("A1", materials))
}

/// A1 accepted without its seal, which is due on the 20th.
fn owing() -> Given {
    file(&["form", "bank"])
        .by("dr-1")
        .when(tolerate("A1", SEAL, Mode::Accept, "2023-06-20"))
        .when(accept("A1", "2023-06-12"))
}

#[test]
fn r20_a_supplement_due_on_what_became_a_day_off_is_due_on_the_next_working_day() {
    let off = || owing().on("2023-06-14").calendar(amended(&[(6, 20)], &[])).by("system").when(revise());
    off()
        .then(|events| {
            let [E::DueDateRevised(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.supplements[&requirement(SEAL)].date, p("2023-06-21"));
        })
        .on("2023-06-21")
        .passes()
        .then_only(&[])
        .by("window")
        .when(supplement("A1", SEAL))
        .then_only(&["SupplementReceived"]);
    off().on("2023-06-22").passes().then(|events| {
        let [E::ToleranceLapsed(e), E::PermitLapsed(_)] = events else { panic!("{events:?}") };
        assert_eq!(e.due.date, p("2023-06-21"));
    });
}

#[test]
fn r20_a_day_told_to_the_applicant_is_not_taken_back_by_a_day_worked() {
    let before = owing().on("2023-06-14").calendar(amended(&[], &[(6, 17)])).by("system").when(revise());
    before.see(|g| assert_eq!(g.round("A1").tolerances[&requirement(SEAL)].due.date, p("2023-06-20")));
}

#[test]
fn r20_a_supplement_received_before_the_notice_may_still_be_recorded_after_it() {
    owing()
        .on("2023-06-15")
        .calendar(amended(&[(6, 20)], &[]))
        .by("system")
        .when(revise())
        .by("window")
        .effective("2023-06-14")
        .when(supplement("A1", SEAL))
        .then_only(&["SupplementReceived"]);
}

#[test]
fn r20_the_answer_to_a_handoff_is_due_by_the_days_worked() {
    let offered = owing().when(offer("A1", "natural-resources"));
    offered
        .on("2023-06-13")
        .calendar(amended(&[(6, 14)], &[]))
        .by("system")
        .when(revise())
        .then(|events| {
            let [E::DueDateRevised(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.handoff.as_ref().map(|due| due.date), day("2023-06-15"));
        })
        .on("2023-06-15")
        .passes()
        .then_only(&[])
        .on("2023-06-16")
        .passes()
        .then_only(&["HandoffOverdue"]);
}

#[test]
fn r20_a_round_that_stands_again_is_counted_by_the_notice_that_came_meanwhile() {
    let lapsed = owing().on("2023-06-21").passes().then_only(&["ToleranceLapsed", "PermitLapsed"]);
    lapsed
        .calendar(amended(&[(6, 26)], &[]))
        .by("system")
        .when(revise())
        .then_only(&[])
        .by("dr-head")
        .when(C::SetAsideLapse {
            permit: p("A1"),
            requirement: requirement(SEAL),
            received_on: p("2023-06-20"),
            materials: handed(&["seal"]),
            proof: paper(),
            reason: text("窗口漏录"),
        })
        .then_only(&["LapseSetAside", "DueDateRevised"])
        .see(|g| assert_eq!(g.dues("A1"), (day("2023-07-12"), day("2023-06-28"))));
}

#[test]
fn r06_a_procedure_takes_no_more_than_its_maximum_however_many_notices_tell_of_it() {
    // thirty working days from 13 June end on 25 July, for 25 June is worked
    let first = file(&["form", "seal"])
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .on("2023-06-13")
        .when(suspend("A1", "2023-07-20", "特 1", "2023-06-13"))
        .on("2023-07-19");
    first.clone().when(suspend("A1", "2023-07-26", "特 2", "2023-07-19")).refused_as("ExclusionTooLong");
    first.when(suspend("A1", "2023-07-25", "特 2", "2023-07-19")).then_only(&["ClockSuspended"]);
}

#[test]
fn r06_what_was_resumed_early_is_left_for_another_stop() {
    let resumed = file(&["form", "seal"])
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .on("2023-06-13")
        .when(suspend("A1", "2023-07-20", "特 1", "2023-06-13"))
        .on("2023-06-15")
        .when(resume("A1"))
        .on("2023-06-19");
    // two days are used; twenty-eight from 19 June end on 27 July
    resumed.clone().when(suspend("A1", "2023-07-28", "特 2", "2023-06-19")).refused_as("ExclusionTooLong");
    resumed.when(suspend("A1", "2023-07-27", "特 2", "2023-06-19")).then_only(&["ClockSuspended"]);
}

#[test]
fn r03_the_clock_starts_on_the_day_the_file_was_complete() {
    let late = || file(&["form"]).on("2023-06-14").by("window").when(supply("A1", &["seal"]));
    late().by("dr-1").when(accept("A1", "2023-06-14")).then(|events| {
        let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
        assert_eq!(e.clock_from, day("2023-06-14"));
    });
    // a better copy of what lay there moves nothing, nor does what is due only at the decision
    let again = || file(&["form", "seal"]).on("2023-06-14").by("window");
    for more in [&["seal"], &["bank"]] {
        again().when(supply("A1", more)).by("dr-1").when(accept("A1", "2023-06-14")).see(|g| {
            assert_eq!(g.round("A1").clocks.as_ref().unwrap().from, p("2023-06-12"));
        });
    }
    late().on("2023-06-21").passes().see(|g| {
        assert_eq!(
            g.round("A1").clocks.as_ref().unwrap().from,
            p("2023-06-12"),
            "silence deems it accepted when received"
        );
    });
}

#[test]
fn r03_a_corrected_day_of_receipt_leaves_a_start_that_came_later() {
    let g = file(&["form"]).on("2023-06-14").by("window").when(supply("A1", &["seal"]));
    let g = g.by("dr-1").when(accept("A1", "2023-06-14"));
    let entry = g.round("A1").entry;
    g.when(correct_entry("A1", entry, received_on("2023-06-12", "2023-06-13"), "dr-2"))
        .see(|g| assert_eq!(g.round("A1").clocks.as_ref().unwrap().from, p("2023-06-14")));
}

#[test]
fn r11_mode_3_what_landed_before_the_file_was_accepted_starts_the_clock() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .when(submit("A2", &[]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .on("2023-06-14")
        .by("dr-1")
        .when(approve("A1", "2023-06-14"))
        .then_only(&["PermitApproved", "PrerequisiteLanded"])
        .on("2023-06-15")
        .by("nr-1")
        .when(accept("A2", "2023-06-15"))
        .see(|g| assert_eq!(g.round("A2").clocks.as_ref().unwrap().from, p("2023-06-14")));
}

/// A2 in pre-review until A1 is approved, by the 15th; A1 was, on that day, which was recorded after the lapse.
fn landed_unrecorded(approved_on: &str) -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .when(submit("A2", &[]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("nr-1")
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
        .on("2023-06-16")
        .passes()
        .then_only(&["ToleranceLapsed", "PermitLapsed"])
        .on("2023-06-19")
        .by("dr-1")
        .effective(approved_on)
        .when(approve("A1", approved_on))
        .then_only(&["PermitApproved"])
        .by("nr-head")
}

fn landed_on(day: &str) -> C {
    C::SetAsideLapse {
        permit: p("A2"),
        requirement: requirement("permit:A1"),
        received_on: p(day),
        materials: vec![],
        proof: paper(),
        reason: text("批复当日未录入"),
    }
}

#[test]
fn r10_a_prerequisite_that_landed_in_time_and_was_recorded_late_lets_the_round_stand_again() {
    landed_unrecorded("2023-06-15")
        .when(landed_on("2023-06-15"))
        .then_only(&["LapseSetAside", "PrerequisiteLanded"])
        .see(|g| {
            let round = g.round("A2");
            assert_eq!(round.phase, RoundPhase::InReview);
            assert_eq!(round.tolerances[&requirement("permit:A1")].debt, Debt::Landed);
            assert_eq!(round.clocks.as_ref().unwrap().from, p("2023-06-15"));
        });
}

#[test]
fn r10_not_where_it_landed_too_late_or_not_on_that_day() {
    landed_unrecorded("2023-06-16").when(landed_on("2023-06-15")).refused_as("NotReceivedInTime");
    landed_unrecorded("2023-06-15").when(landed_on("2023-06-14")).refused_as("NotReceivedInTime");
    let unlanded = given(plan()).on("2023-06-12").by("window").when(submit("A2", &[])).by("nr-1");
    unlanded
        .when(tolerate("A2", "permit:A1", Mode::PreReview, "2023-06-15"))
        .when(accept("A2", "2023-06-12"))
        .on("2023-06-16")
        .by("nr-head")
        .when(landed_on("2023-06-15"))
        .refused_as("LandsByItself");
}

#[test]
fn r10_a_lapse_that_the_applicants_record_has_not_heard_of_yet_already_counts() {
    let lapsed = owing().on("2023-06-21").by("window").when(submit("A1", &["form"])).by("dr-1");
    let asked = || tolerate("A1", SEAL, Mode::Accept, "2023-06-28");
    lapsed.clone().when(asked()).refused_as("Ineligible");
    let entry = lapsed.entry("ToleranceLapsed");
    // made good since
    lapsed
        .read(|reads| reads.noted_lapses = [entry].into())
        .when(asked())
        .then_only(&["DeficiencyTolerated"]);
}

#[test]
fn r16_a_day_of_receipt_corrected_after_the_decision_moves_the_due_dates_it_is_judged_by() {
    let g = file(&["form", "seal", "bank"]).on("2023-06-13").by("dr-1").when(accept("A1", "2023-06-13"));
    let g = g.on("2023-06-28").when(approve("A1", "2023-06-28")).see(|g| {
        assert_eq!(
            g.round("A1").standing_overruns().map(|(term, _)| term).collect::<Vec<_>>(),
            [Term::Promised]
        );
    });
    let entry = g.round("A1").entry;
    g.when(correct_entry("A1", entry, received_on("2023-06-12", "2023-06-13"), "dr-2")).see(|g| {
        assert_eq!(g.dues("A1").1, day("2023-06-28"));
        assert_eq!(g.round("A1").standing_overruns().count(), 0, "it was decided in time");
    });
}

#[test]
fn r10_a_deadline_at_its_bound_is_not_moved_beyond_it() {
    let far = file(&["form", "seal"])
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::Commitment, "2023-07-11"));
    far.on("2023-06-13").when(move_due("A1", "material:safety", "2023-07-12")).refused(|refusal| {
        let said = refusal.message_en(&om_domain::naming::Names::default());
        said.contains("2023-07-11 at the latest")
    });
}
