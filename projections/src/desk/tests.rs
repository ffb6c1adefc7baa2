//! Whose move it is, and by when.

use super::*;
use crate::{
    board::tests::tolerate_form,
    testing::{History, day, t, told},
};
use om_domain::{
    clock::Ground,
    matter::{MatterCommand as C, event::Notice},
};

fn kinds(history: &History, body: &str) -> Vec<(TaskKind, Option<Date>, Weight)> {
    kinds_on(history, body, history.today)
}

fn kinds_on(history: &History, body: &str, on: Date) -> Vec<(TaskKind, Option<Date>, Weight)> {
    let db = told(&[history]);
    let rows = desk(&db, (&history.county, &t(body)), on, DeskOrder::Due, None, 50).unwrap();
    rows.into_iter().map(|row| (row.task.kind, row.task.due, row.task.weight)).collect()
}

#[test]
fn the_move_goes_from_intake_to_decision_to_certificate() {
    let mut h = History::underway("530322", 1);
    let desk = |h: &History| kinds(h, "natural-resources");
    assert_eq!(desk(&h), []);
    h.submit("A1", &["form", "drawings"]);
    assert_eq!(desk(&h), [(TaskKind::AcceptOrNotice, Some(day("2026-11-09")), Weight::SilenceDecides)]);
    h.accept("A1");
    assert_eq!(desk(&h), [(TaskKind::Decide, Some(day("2026-11-09")), Weight::Promised)]);
    h.approve("A1");
    assert_eq!(desk(&h), [(TaskKind::IssueCertificate, Some(day("2026-11-16")), Weight::Statutory)]);
    h.run(C::IssueCertificate { permit: t("A1"), certificate: h.notice(), valid_until: None });
    assert_eq!(desk(&h), []);
}

#[test]
fn while_the_applicant_must_correct_no_desk_has_the_permit() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["drawings"]);
    let listed = [t("material:form")].into();
    h.run(C::NoticeCorrection { permit: t("A1"), listed, notice: h.notice() });
    assert_eq!(kinds(&h, "natural-resources"), []);
}

#[test]
fn an_offer_is_the_receivers_to_answer_and_custody_takes_the_work_along() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.run(C::OfferHandoff { permit: t("A1"), to: t("water"), reason: t("需会商"), papers: Vec::new() });
    assert_eq!(kinds(&h, "water"), [(TaskKind::AnswerHandoff, Some(day("2026-11-04")), Weight::Internal)]);
    assert_eq!(kinds(&h, "natural-resources").len(), 1);
    h.run(C::ReceiveHandoff { permit: t("A1") });
    assert_eq!(kinds(&h, "water"), [(TaskKind::Decide, Some(day("2026-11-09")), Weight::Promised)]);
    assert_eq!(kinds(&h, "natural-resources"), []);
}

#[test]
fn a_stop_carried_on_by_a_new_notice_ends_when_that_one_does() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    for (number, told_until) in [("特 1", "2026-11-06"), ("特 2", "2026-11-13")] {
        h.wait(1);
        let (ground, notice) = (Ground::ExpertReview, Notice { number: t(number), ..h.notice() });
        h.run(C::SuspendClock { permit: t("A1"), ground, told_until: day(told_until), notice, proof: None });
        let due = Some(day(told_until));
        assert_eq!(kinds(&h, "natural-resources"), [(TaskKind::ResumeClock, due, Weight::Promised)]);
    }
}

#[test]
fn a_debt_is_received_and_then_verified() {
    let mut h = History::underway("530322", 1);
    tolerate_form(&mut h);
    let first = |h: &History| kinds(h, "natural-resources")[0].0;
    assert_eq!(first(&h), TaskKind::ReceiveSupplement);
    h.run(C::ReceiveSupplement { permit: t("A1"), requirement: t("material:form"), paper: None });
    assert_eq!(first(&h), TaskKind::VerifySupplement);
    h.run(C::VerifySupplement { permit: t("A1"), requirement: t("material:form") });
    assert_eq!(first(&h), TaskKind::Decide);
}

#[test]
fn a_pre_review_is_watched_confirmed_and_decided() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.submit("A2", &[]);
    h.run(C::TolerateDeficiency {
        permit: t("A2"),
        requirement: t("permit:A1"),
        mode: om_domain::matter::plan::Mode::PreReview,
        commitment: t(&"ab".repeat(32)),
        supplement_due: day("2026-11-03"),
        form: t("批复"),
        notice: None,
    });
    h.accept("A2");
    let kinds = |h: &History| kinds(h, "water").into_iter().map(|row| row.0).collect::<Vec<_>>();
    assert_eq!(kinds(&h), [TaskKind::WatchDebt, TaskKind::PreReview]);
    h.approve("A1");
    assert_eq!(kinds(&h), [TaskKind::ConfirmPreReview]);
    h.run(C::ConfirmPreReview { permit: t("A2") });
    assert_eq!(kinds(&h), [TaskKind::Decide]);
}

#[test]
fn pages_follow_each_other_in_both_orders() {
    let mut histories: Vec<History> = (1..=5).map(|seed| History::underway("530322", seed)).collect();
    for (n, history) in histories.iter_mut().enumerate() {
        history.wait(i32::try_from(n).unwrap() % 2);
        history.submit("A3", &[]);
        if n > 2 {
            history.accept("A3");
        }
    }
    let db = told(&histories.iter().collect::<Vec<_>>());
    for order in [DeskOrder::Due, DeskOrder::Risk] {
        let page = |after: Option<&DeskCursor>, first| {
            desk(&db, (&t("530322"), &t("housing")), day("2026-11-05"), order, after, first).unwrap()
        };
        let whole = page(None, 50);
        let (mut paged, mut cursor) = (Vec::new(), None);
        while let Some(last) = paged.len().lt(&5).then(|| page(cursor.as_ref(), 2)).filter(|p| !p.is_empty())
        {
            cursor = last.last().map(DeskCursor::from);
            paged.extend(last);
        }
        assert_eq!((whole.len(), &paged), (5, &whole), "{order:?}");
        let sorted = whole.is_sorted_by_key(|row| match order {
            DeskOrder::Due => (Weight::SilenceDecides, row.task.due),
            DeskOrder::Risk => (row.task.weight, row.task.due),
        });
        assert!(sorted, "{order:?}");
    }
    let other = (&t("530323"), &t("housing"));
    assert_eq!(desk(&db, other, day("2026-11-05"), DeskOrder::Due, None, 9).unwrap(), []);
}

/// Permits of natural resources in review, one matter a day: each promised 5 working days, the statute gives 20.
fn in_review_day_by_day() -> Vec<History> {
    let mut histories: Vec<History> = (1..=6).map(|seed| History::underway("530322", seed)).collect();
    for (n, history) in histories.iter_mut().enumerate() {
        history.wait(i32::try_from(n).unwrap());
        history.submit("A1", &["form", "drawings"]);
        history.accept("A1");
    }
    histories
}

#[test]
fn once_the_statutory_limit_has_run_out_too_it_is_what_hangs_on_the_task() {
    let history = &in_review_day_by_day()[0];
    let (promised, statutory) = (day("2026-11-09"), day("2026-11-30"));
    let on = |date| kinds_on(history, "natural-resources", day(date));
    let before = [(TaskKind::Decide, Some(promised), Weight::Promised)];
    assert_eq!(
        [on("2026-11-03"), on("2026-11-10"), on("2026-11-30")],
        [before, before, before].map(Vec::from)
    );
    assert_eq!(on("2026-12-01"), [(TaskKind::Decide, Some(statutory), Weight::Statutory)]);
}

#[test]
fn pages_follow_each_other_while_statutory_limits_run_out() {
    let histories = in_review_day_by_day();
    let db = told(&histories.iter().collect::<Vec<_>>());
    let who = (&t("530322"), &t("natural-resources"));
    for on in (0..12).map(|n| day("2026-11-28").saturating_add(jiff::Span::new().days(n))) {
        for order in [DeskOrder::Due, DeskOrder::Risk] {
            let whole = desk(&db, who, on, order, None, 50).unwrap();
            assert_eq!(whole.len(), 6);
            assert!(whole.iter().all(|row| {
                let run_out = row.task.statutory_due.is_some_and(|due| due < on);
                (row.task.weight == Weight::Statutory) == run_out
            }));
            let sorted = whole.is_sorted_by_key(|row| match order {
                DeskOrder::Due => (Weight::SilenceDecides, row.task.due),
                DeskOrder::Risk => (row.task.weight, row.task.due),
            });
            assert!(sorted, "{order:?} {on}");
            let (mut paged, mut cursor): (Vec<DeskRow>, Option<DeskCursor>) = (Vec::new(), None);
            loop {
                // the day moves on between two pages, and no task is lost or shown twice
                let later = on.saturating_add(jiff::Span::new().days(i64::from(cursor.is_some())));
                let page = desk(&db, who, later, order, cursor.as_ref(), 2).unwrap();
                let Some(last) = page.last() else { break };
                cursor = Some(DeskCursor::from(last));
                paged.extend(page);
            }
            assert_eq!(paged, whole, "{order:?} {on}");
        }
    }
}

#[test]
fn what_fell_away_is_judged_or_stands_again_and_leaves_the_desk() {
    let judging = |h: &History| {
        let on = kinds_on(h, "water", h.today);
        on.iter().any(|(kind, ..)| *kind == TaskKind::JudgeFallenPrerequisite)
    };
    let approved = |h: &mut History| {
        h.submit("A1", &["form", "drawings"]);
        h.accept("A1");
        h.approve("A1");
    };
    let mut h = History::underway("530322", 1);
    approved(&mut h);
    h.submit("A2", &[]);
    h.accept("A2");
    let revoke = |h: &mut History| {
        let (permit, notice) = (t("A1"), h.notice());
        h.run(C::RevokePermit {
            permit, reasons: t("违反程序"), article: t("行政许可法 69"), notice
        });
    };
    revoke(&mut h);
    assert!(judging(&h));
    h.wait(1);
    approved(&mut h);
    assert!(!judging(&h), "it stands again");
    h.wait(1);
    revoke(&mut h);
    assert!(judging(&h));
    h.run(C::JudgeFallenPrerequisite {
        permit: t("A2"), prerequisite: t("permit:A1"), reasons: t("不影响")
    });
    assert!(!judging(&h), "judged");
}

#[test]
fn a_proposed_revocation_is_decided_against_and_leaves_the_desk() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form"]);
    h.accept("A1");
    h.approve("A1");
    h.run(C::TolerateDeficiency {
        permit: t("A1"),
        requirement: t("material:drawings"),
        mode: om_domain::matter::plan::Mode::Commitment,
        commitment: t(&"ab".repeat(32)),
        supplement_due: day("2026-11-04"),
        form: t("原件"),
        notice: None,
    });
    h.run(C::IssueCertificate { permit: t("A1"), certificate: h.notice(), valid_until: None });
    h.wait(7);
    h.settle();
    let deciding = |h: &History| {
        let on = kinds_on(h, "natural-resources", h.today);
        on.iter().any(|(kind, ..)| *kind == TaskKind::DecideRevocation)
    };
    assert!(deciding(&h));
    let requirement = t("material:drawings");
    h.run(C::DeclineRevocation { permit: t("A1"), requirement, reasons: t("已补齐") });
    assert!(!deciding(&h));
}

mod blocks {
    //! What the matter's own fold says must be done next stands on the desk of the body it names, by the same day.

    use crate::{
        board::matter_rows,
        desk::{TaskKind, tasks},
        testing::{
            History,
            chance::{live, steps},
            told,
        },
    };
    use om_domain::matter::blocks::{Act, Mover};
    use proptest::prelude::*;

    /// The task of the desk, where the act is one that lists know by itself.
    fn kind(act: Act) -> Option<TaskKind> {
        Some(match act {
            Act::AcceptOrNotice => TaskKind::AcceptOrNotice,
            Act::AnswerHandoff => TaskKind::AnswerHandoff,
            Act::ConfirmPreReview => TaskKind::ConfirmPreReview,
            Act::ResumeClock => TaskKind::ResumeClock,
            Act::HoldHearing => TaskKind::HoldHearing,
            Act::IssueCertificate => TaskKind::IssueCertificate,
            Act::DecideRevocation => TaskKind::DecideRevocation,
            _ => return None,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_blocks_is_on_the_desk_of_whose_move_it_is(steps in steps()) {
            let mut h = History::underway("530322", 1);
            live(&mut h, &steps);
            let (_, permits) = matter_rows(&told(&[&h]), &h.county, h.matter).unwrap().unwrap();
            for row in &permits {
                let Some(next) = h.state.standing(&row.permit, h.today).and_then(|block| block.next) else { continue };
                let (Some(kind), Mover::Department(body)) = (kind(next.act), &next.mover) else { continue };
                let desk = tasks(&row.life);
                let there = desk.iter().any(|task| task.kind == kind && task.body == *body);
                prop_assert!(there, "{}: {next:?} is not among {desk:?}", row.permit);
            }
        }
    }
}
