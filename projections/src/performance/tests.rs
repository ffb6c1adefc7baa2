use super::*;
use crate::{
    folding::Folding,
    projection::AnyProjection,
    testing::{History, Stored, chance, day, t},
};
use jiff::ToSpan;
use om_domain::{
    calendar::Calendar,
    clock::Ground,
    matter::{
        MatterCommand as C,
        event::Notice,
        plan::{Mode, RequirementId},
    },
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn folded(histories: &[&History], batch: usize) -> (Connection, Vec<String>) {
    let db = Connection::open_in_memory().unwrap();
    let mut projection = Folding::<Performance>::default();
    projection.install(&db).unwrap();
    let mut position = 0;
    let all: Vec<Stored> = histories.iter().flat_map(|h| h.stored.clone()).collect();
    for part in all.chunks(batch) {
        let views: Vec<_> = part
            .iter()
            .map(|stored| {
                position += 1;
                EncodedEvent { position, ..stored.view() }
            })
            .collect();
        projection.fold_batch(&db, &views).unwrap();
    }
    let dump = projection.dump(&db).unwrap();
    (db, dump)
}

fn reported(histories: &[&History], from: &str, to: &str) -> BTreeMap<BodyId, Report> {
    let (db, _) = folded(histories, 50);
    report(&db, &t("530322"), (day(from), day(to)), &Calendar::national()).unwrap()
}

/// Handed in and accepted on Monday 2026-11-02, a promise of five working days until the 9th.
fn accepted(seed: u128) -> History {
    let mut h = History::underway("530322", seed);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h
}

#[test]
fn decisions_in_time_and_late_and_the_median_of_their_working_days() {
    let (mut first, mut second, mut third) = (accepted(1), accepted(2), accepted(3));
    first.wait(2);
    first.approve("A1");
    second.wait(7);
    second.approve("A1");
    third.wait(9);
    third.approve("A1");
    let all = reported(&[&first, &second, &third], "2026-11-01", "2026-11-30");
    let own = &all[&t::<BodyId>("natural-resources")];
    // Wednesday: 2 working days; Monday the 9th: 5, on the last day; Wednesday the 11th: 7, late
    assert_eq!((own.decided(), own.on_time(), own.working_days()), (3, (3, 2), vec![2, 5, 7]));
    assert_eq!(own.overdue.terms, 1, "the third one's promise, stated once");
    let early = reported(&[&first, &second, &third], "2026-11-01", "2026-11-04");
    assert_eq!(early[&t::<BodyId>("natural-resources")].decided(), 1);
}

#[test]
fn what_was_excluded_is_not_time_taken() {
    let mut h = accepted(1);
    h.wait(1);
    let (permit, told_until) = (t("A1"), day("2026-11-13"));
    h.run(C::SuspendClock {
        permit,
        ground: Ground::ExpertReview,
        told_until,
        notice: h.notice(),
        proof: None,
    });
    h.wait(13);
    h.approve("A1");
    let all = reported(&[&h], "2026-11-01", "2026-11-30");
    let own = &all[&t::<BodyId>("natural-resources")];
    // stopped from Tuesday the 3rd through Friday the 13th, decided on Monday the 16th
    assert_eq!((own.on_time(), own.working_days()), ((1, 1), vec![1]));
}

#[test]
fn tolerances_granted_kept_and_lapsed() {
    let tolerated = |seed| {
        let mut h = History::underway("530322", seed);
        h.submit("A1", &["drawings"]);
        let requirement = RequirementId::Material(t("form"));
        h.run(C::TolerateDeficiency {
            permit: t("A1"),
            requirement,
            mode: Mode::Accept,
            supplement_due: day("2026-11-04"),
            commitment: t(&"ab".repeat(32)),
            form: t("原件"),
            notice: None,
        });
        h.accept("A1");
        h
    };
    let (mut kept, mut lapsed) = (tolerated(1), tolerated(2));
    kept.wait(1);
    let requirement = || RequirementId::Material(t("form"));
    kept.run(C::ReceiveSupplement { permit: t("A1"), requirement: requirement(), paper: None });
    kept.run(C::VerifySupplement { permit: t("A1"), requirement: requirement() });
    lapsed.wait(5);
    lapsed.settle();
    let all = reported(&[&kept, &lapsed], "2026-11-01", "2026-11-30");
    let own = all[&t::<BodyId>("natural-resources")].tolerances;
    assert_eq!((own.granted, own.kept, own.lapsed), (2, 1, 1));
}

#[test]
fn a_handoff_answered_in_time_and_recorded_late_was_not_late() {
    let late = |seed, answered: &str| {
        let mut h = accepted(seed);
        h.run(C::OfferHandoff {
            permit: t("A1"), to: t("water"), reason: t("需会商"), papers: Vec::new()
        });
        h.wait(4);
        h.settle();
        h.run_late(day(answered), C::ReceiveHandoff { permit: t("A1") });
        h
    };
    let handoffs =
        |h: &History| reported(&[h], "2026-11-01", "2026-11-30")[&t::<BodyId>("water")].overdue.handoffs;
    assert_eq!((handoffs(&late(1, "2026-11-04")), handoffs(&late(1, "2026-11-05"))), (0, 1));
}

#[test]
fn a_promise_that_a_stop_recorded_late_moved_was_not_overrun() {
    let mut h = accepted(1);
    h.wait(8);
    h.settle();
    let (permit, told_until) = (t("A1"), day("2026-11-13"));
    let served_on = day("2026-11-05");
    let notice = Notice { date: served_on, served_on, ..h.notice() };
    let ground = Ground::ExpertReview;
    h.run_late(served_on, C::SuspendClock { permit, ground, told_until, notice, proof: None });
    h.wait(6);
    h.approve("A1");
    let own = &reported(&[&h], "2026-11-01", "2026-11-30")[&t::<BodyId>("natural-resources")];
    assert_eq!((own.on_time(), own.overdue.terms), ((1, 1), 0));
}

#[test]
fn a_county_sees_its_own_only() {
    let mut h = History::underway("530323", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.approve("A1");
    assert!(reported(&[&h], "2026-01-01", "2026-12-31").is_empty());
}

#[test]
fn a_period_reads_the_permits_of_which_something_is_counted_in_it() {
    let db = folded(&[&accepted(1)], 50).0;
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {}", table::TRACKS)).unwrap();
    let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>("detail").unwrap());
    }
    assert!(
        steps.len() == 1 && steps[0].contains("performance_permit_days (county=? AND last>?"),
        "{steps:?}"
    );

    let (mut early, mut late) = (accepted(1), accepted(2));
    early.wait(2);
    early.approve("A1");
    late.wait(9);
    late.approve("A1");
    let (db, _) = folded(&[&early, &late], 50);
    let read = |from, to| table::tracks(&db, &t("530322"), (day(from), day(to))).unwrap().len();
    assert_eq!(read("2026-11-01", "2026-11-30"), 2);
    assert_eq!((read("2026-11-01", "2026-11-04"), read("2026-11-05", "2026-11-30")), (1, 1));
    assert_eq!((read("2026-11-01", "2026-11-03"), read("2026-11-12", "2026-11-30")), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn batches_of_any_size_give_the_same_rows(steps in chance::steps(), batch in 1..100_usize) {
        let mut h = History::underway("530322", 1);
        chance::live(&mut h, &steps);
        let (one, many) = (folded(&[&h], 1).1, folded(&[&h], batch).1);
        prop_assert_eq!(one, many);
    }

    #[test]
    fn what_a_period_counts_is_what_its_days_count(steps in chance::steps()) {
        let mut h = History::underway("530322", 1);
        chance::live(&mut h, &steps);
        let (db, _) = folded(&[&h], 50);
        let counted = |from: Date, to: Date| {
            let mut all = [0; 7];
            for one in report(&db, &t("530322"), (from, to), &Calendar::national()).unwrap().values() {
                let Overdue { terms, handoffs, opinions } = one.overdue;
                let Tolerances { granted, .. } = one.tolerances;
                let of = [one.decided(), terms, handoffs, opinions, granted, one.entries, one.backfilled];
                all.iter_mut().zip(of).for_each(|(sum, one)| *sum += one);
            }
            all
        };
        let (first, last) = (day("2026-10-01"), h.today);
        let mut days = [0; 7];
        for on in first.series(1.day()).take_while(|on| *on <= last) {
            days.iter_mut().zip(counted(on, on)).for_each(|(sum, one)| *sum += one);
        }
        prop_assert_eq!(counted(first, last), days);
    }
}
