//! How long a stage has taken (R15), against days counted by hand.
//!
//! June 2023: the 12th is a Monday; the 22nd to the 24th are off, Sunday the 25th makes up for it.

use super::{
    given::*,
    plan::{edge, of_permit, permit, plan},
};
use om_domain::{
    clock::Unit,
    matter::{
        plan::{Gate, Nature, Plan, Reaches, Stage},
        stage_time::{GateTime, StageTime},
    },
};

/// Of the first stage A1 (ten days, and an expert review) and A2 (five days), which is accepted after A1's approval; of the
/// second B1 (three days), which stands alone.
fn two_stages() -> Plan {
    let mut plan = plan();
    let mut a1 = plan.permits[0].clone();
    a1.materials.clear();
    let mut a2 = permit("A2", "natural-resources");
    a2.promised = Some(limit(5, Unit::WorkingDays, "county promise"));
    a2.prerequisites = vec![edge(of_permit("A1"), Reaches::Approved, Gate::Accept, false, &[])];
    let mut b1 = permit("B1", "housing");
    (b1.stage, b1.nature, b1.certificate) = (Stage::Construction, Nature::Review, false);
    b1.promised = Some(limit(3, Unit::WorkingDays, "county promise"));
    // only the stage's own permits make its target
    b1.prerequisites = vec![edge(of_permit("A1"), Reaches::Approved, Gate::Decide, false, &[])];
    plan.permits = vec![a1, a2, b1];
    plan.milestones.clear();
    plan
}

fn stage(g: &Given, of: Stage, on: &str) -> StageTime {
    let all = g.state.stage_times(&g.calendar, p(on));
    all.into_iter().find(|time| time.stage == of).unwrap()
}

fn first(g: &Given, on: &str) -> StageTime {
    stage(g, Stage::ProjectAndLand, on)
}

fn days(time: &StageTime) -> (i32, i32, i32, i32) {
    (time.elapsed(), time.worked, time.waited, time.excluded)
}

/// A1 received on the 12th, accepted on the 14th, stopped from the 15th through the 20th.
fn stopped() -> Given {
    let g = given(two_stages()).on("2023-06-12").by("window").when(submit("A1", &[]));
    let g = g.on("2023-06-14").by("dr-1").when(accept("A1", "2023-06-14"));
    g.on("2023-06-15").when(suspend("A1", "2023-06-20", "特 1", "2023-06-15"))
}

/// A1 approved and issued on the 26th; A2 received and accepted on the 28th, approved and issued on the 30th.
fn done() -> Given {
    let g = stopped().on("2023-06-26").by("dr-2").when(approve("A1", "2023-06-26")).when(issue(
        "A1",
        "2023-06-26",
        None,
    ));
    let g =
        g.on("2023-06-28").by("window").when(submit("A2", &[])).by("nr-1").when(accept("A2", "2023-06-28"));
    g.on("2023-06-30").by("nr-2").when(approve("A2", "2023-06-30")).when(issue("A2", "2023-06-30", None))
}

#[test]
fn r15_a_stage_is_worked_waited_and_excluded_days_against_the_longest_way_through_its_plan() {
    let time = first(&done(), "2023-07-31");
    assert_eq!((time.began_on, time.ended_on), (day("2023-06-12"), day("2023-06-30")));
    // worked 13, 14, 21, 25, 26, 29, 30; waited for the applicant 27, 28; stopped 15, 16, 19, 20
    assert_eq!(days(&time), (13, 7, 2, 4));
    // A1's ten days end on the 27th, A2's five after that on the 4th of July
    assert_eq!((time.target, time.target_on), (Some(15), day("2023-07-04")));
    assert_eq!((time.counted(), time.left()), (9, Some(6)));
    assert_eq!(time.longest, Some((p("A1"), 5)));
}

#[test]
fn r15_a_stage_runs_to_the_day_asked_for_and_one_that_has_not_begun_has_its_target_alone() {
    let g = stopped();
    assert_eq!(days(&first(&g, "2023-06-12")), (0, 0, 0, 0));
    assert_eq!(days(&first(&g, "2023-06-14")), (2, 2, 0, 0));
    assert_eq!(days(&first(&g, "2023-06-19")), (5, 2, 0, 3));
    assert_eq!(first(&g, "2023-06-11").began_on, None, "received the day after");
    let second = stage(&g, Stage::Construction, "2023-06-19");
    assert_eq!((second.began_on, days(&second), &second.longest), (None, (0, 0, 0, 0), &None));
    assert_eq!((second.target, second.left(), second.target_on), (Some(3), Some(3), None));
    assert!(second.gates.is_empty());
}

#[test]
fn r15_each_gate_is_timed_by_the_permit_that_took_longest_there() {
    let gate = |gate, permit: &str, working_days, limit, over| GateTime {
        gate,
        permit: p(permit),
        round: 1,
        working_days,
        limit_working_days: Some(limit),
        over,
    };
    // to accept 13, 14; to decide 21, 25, 26, for the clock stood still before; issued on the day of the approval
    assert_eq!(
        first(&done(), "2023-07-31").gates,
        [
            gate(Gate::Accept, "A1", 2, 5, true),
            gate(Gate::Decide, "A1", 3, 10, true),
            gate(Gate::Issue, "A1", 0, 10, true)
        ]
    );
    let now = first(&stopped(), "2023-06-16");
    assert_eq!(now.gates, [gate(Gate::Accept, "A1", 2, 5, true), gate(Gate::Decide, "A1", 0, 10, false)]);
}

#[test]
fn r15_permits_side_by_side_count_a_day_once_and_one_at_work_is_not_a_day_excluded() {
    let mut plan = two_stages();
    plan.permits[1].prerequisites.clear();
    let g = given(plan).on("2023-06-12").by("window").when(submit("A1", &[])).when(submit("A2", &[]));
    let g = g.on("2023-06-14").by("dr-1").when(accept("A1", "2023-06-14"));
    let g = g.by("nr-1").when(accept("A2", "2023-06-14"));
    let g = g.on("2023-06-15").by("dr-1").when(suspend("A1", "2023-06-20", "特 1", "2023-06-15"));
    // A2 is at work until the 16th; then all that was begun stands still on the 19th and 20th
    let g =
        g.on("2023-06-16").by("nr-2").when(approve("A2", "2023-06-16")).when(issue("A2", "2023-06-16", None));
    let time = first(&g.on("2023-06-21").passes(), "2023-06-21");
    assert_eq!(days(&time), (7, 5, 0, 2));
    // side by side the longest promise is the target: ten days
    assert_eq!(time.target, Some(10));
    assert_eq!(time.ended_on, None, "A1 is not done");
}

#[test]
fn r16_what_is_recorded_late_counts_on_the_day_it_happened() {
    let g = stopped().on("2023-06-29").passes();
    // as known then: at work on 13, 14, 21, 25, 26, 27, 28, 29
    assert_eq!(days(&first(&g, "2023-06-29")), (12, 8, 0, 4));
    let g = g.effective("2023-06-26").by("dr-2").when(approve("A1", "2023-06-26"));
    let g = g.effective("2023-06-26").when(issue("A1", "2023-06-26", None));
    // approved on the 26th: 27, 28 and 29 were nobody's
    assert_eq!(days(&first(&g, "2023-06-29")), (12, 5, 3, 4));
    assert_eq!(first(&g, "2023-06-26").longest, Some((p("A1"), 5)));
}

#[test]
fn r15_a_permit_that_does_not_apply_is_out_of_the_target_and_does_not_keep_a_stage_open() {
    let mut plan = two_stages();
    plan.permits[1].prerequisites.clear();
    let g = given(plan).on("2023-06-12").by("nr-1").when(not_applicable("A2"));
    let g = g.by("window").when(submit("A1", &[])).by("dr-1").when(accept("A1", "2023-06-12"));
    let g =
        g.on("2023-06-14").by("dr-2").when(approve("A1", "2023-06-14")).when(issue("A1", "2023-06-14", None));
    let time = first(&g, "2023-07-31");
    assert_eq!((time.target, time.ended_on, time.elapsed()), (Some(10), day("2023-06-14"), 2));
}
