//! Deadlines name exactly the days after which the matter's own `settle` states something.

use super::*;
use crate::testing::{
    History,
    chance::{live, steps},
    day, t, told,
};
use jiff::ToSpan;
use om_domain::matter::MatterCommand as C;
use proptest::prelude::*;

fn due(history: &History) -> Option<Date> {
    let due = due_streams(&told(&[history]), day("9999-12-31"), 10).unwrap();
    assert!(due.len() <= 1);
    due.first().map(|stream| stream.due)
}

#[test]
fn a_term_leaves_the_row_once_its_running_out_is_stated() {
    let mut h = History::underway("530322", 1);
    assert_eq!(due(&h), None);
    h.submit("A3", &[]);
    assert_eq!(due(&h), Some(day("2026-11-09")));
    h.wait(8);
    assert_eq!(h.settle(), 1, "silence deems it accepted");
    assert_eq!(due(&h), Some(day("2026-11-11")), "the promised limit");
    h.wait(30);
    assert_eq!(h.settle(), 1);
    assert_eq!(due(&h), None);
}

#[test]
fn a_matter_given_up_has_no_deadline() {
    let mut h = History::underway("530322", 1);
    h.submit("A3", &[]);
    // no rule allows to give a matter up over an open round; histories there are in which it was
    let lead = crate::testing::actor(&h.county, "lead-1", "government", &[om_domain::decider::Role::Lead]);
    let event = om_domain::matter::event::MatterTerminated { reason: t("项目取消") }.into();
    let effective = om_domain::decider::Effective::On(h.today);
    h.record(&lead, om_domain::decider::Fact { event, effective });
    assert_eq!(due(&h), None);
    let of = due_of(&told(&[&h]), &h.county, h.matter, &t("A3")).unwrap();
    assert_eq!(of, Some(day("2026-11-09")), "the permit's own term stands");
}

#[test]
fn streams_come_with_the_longest_past_first() {
    let mut histories: Vec<History> = (1..=3).map(|seed| History::underway("530322", seed)).collect();
    for (wait, history) in histories.iter_mut().enumerate() {
        history.wait(3 - i32::try_from(wait).unwrap());
        history.submit("A3", &[]);
    }
    let db = told(&histories.iter().collect::<Vec<_>>());
    let due = due_streams(&db, day("2026-11-12"), 10).unwrap();
    let expected = [(histories[2].matter, day("2026-11-10")), (histories[1].matter, day("2026-11-11"))];
    assert_eq!(due.iter().map(|s| (s.matter, s.due)).collect::<Vec<_>>(), expected);
    assert_eq!(due_streams(&db, day("2026-11-12"), 1).unwrap().len(), 1);
}

#[test]
fn a_hearing_of_a_round_that_ended_is_owed_no_more() {
    let mut h = History::underway("530322", 1);
    h.submit("A3", &[]);
    h.accept("A3");
    h.run(C::RequestHearing { permit: t("A3"), told_on: h.today });
    h.run(C::WithdrawPermit { permit: t("A3"), reason: t("申请人撤回") });
    assert_eq!(due(&h), None);
}

/// A round that ended while a hearing was still to be held: `settle` states that the hearing's term ran out
/// although nobody owes it any more. The rows do not wait for that.
fn has_moot_hearing(h: &History) -> bool {
    let mut rounds = h.state.permits.values().flat_map(|permit| &permit.rounds);
    rounds.any(|round| {
        let open = round.hearing.as_ref().is_some_and(|hearing| hearing.held.is_none());
        open && round.decision.is_none() && round.phase.allows_new_round()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn time_states_something_on_the_day_after_and_nothing_before(steps in steps()) {
        let mut h = History::underway("530322", 1);
        live(&mut h, &steps);
        prop_assume!(!has_moot_hearing(&h));
        match due(&h) {
            Some(due) => {
                let next = due.saturating_add(1.day());
                prop_assert!(h.next_fact(due).is_none(), "on {due}: {:?}", h.next_fact(due));
                prop_assert!(h.next_fact(next.max(h.today)).is_some(), "nothing after {due}");
            }
            None => {
                let far = h.today.saturating_add(3000.days());
                prop_assert!(h.next_fact(far).is_none(), "{:?}", h.next_fact(far));
            }
        }
    }
}
