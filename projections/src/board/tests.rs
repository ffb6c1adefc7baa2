//! The board's rows and queries, on histories made by the domain's rules.

use super::*;
use crate::{
    life::{DebtState, Status},
    testing::{History, day, t, told},
};
use om_domain::{calendar::Calendar, clock::Ground, matter::MatterCommand as C};

fn permit(db: &Connection, history: &History, code: &str) -> Life {
    let (_, permits) = matter_rows(db, &history.county, history.matter).unwrap().unwrap();
    permits.into_iter().find(|row| row.permit.as_str() == code).unwrap().life
}

#[test]
fn a_permit_goes_from_submission_to_its_certificate() {
    let mut h = History::underway("530322", 1);
    let a1 = |h: &History| permit(&told(&[h]), h, "A1");
    assert_eq!((a1(&h).status, a1(&h).next_due()), (Status::Planned, None));
    h.submit("A1", &["form", "drawings"]);
    assert_eq!((a1(&h).status, a1(&h).next_due()), (Status::Submitted, Some(day("2026-11-09"))));
    h.wait(1);
    h.accept("A1");
    let life = a1(&h);
    assert_eq!((life.status, life.round.clock_from), (Status::InReview, Some(day("2026-11-02"))));
    assert_eq!(life.next_due(), Some(day("2026-11-09")));
    let at = life.clocks_at(&Calendar::national(), day("2026-11-10"));
    assert_eq!(at.promised.map(|l| (l.left, l.overdue)), Some((-1, true)));
    assert_eq!(at.statutory.map(|l| (l.left, l.overdue)), Some((14, false)));
    h.wait(1);
    h.approve("A1");
    assert_eq!((a1(&h).status, a1(&h).is_done()), (Status::Approved, false));
    h.wait(2);
    h.run(C::IssueCertificate { permit: t("A1"), certificate: h.notice(), valid_until: None });
    let life = a1(&h);
    assert_eq!((life.status, life.is_done()), (Status::Issued, true));
    assert_eq!(
        (life.round.decided_on, life.round.issued_on),
        (Some(day("2026-11-04")), Some(day("2026-11-06")))
    );
}

#[test]
fn a_stopped_clock_has_no_due_date_only_what_is_left() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.wait(1);
    h.run(C::SuspendClock {
        permit: t("A1"),
        ground: Ground::ExpertReview,
        told_until: day("2026-11-13"),
        notice: h.notice(),
        proof: None,
    });
    let life = permit(&told(&[&h]), &h, "A1");
    assert_eq!((life.status, life.next_due()), (Status::Suspended, None));
    let at = life.clocks_at(&Calendar::national(), day("2026-11-12"));
    assert_eq!(at.promised.map(|l| (l.due, l.left, l.overdue)), Some((None, 5, false)));
    h.wait(30);
    h.settle();
    let life = permit(&told(&[&h]), &h, "A1");
    assert_eq!((life.status, life.round.stops.len()), (Status::InReview, 0));
    assert_eq!(life.overruns.len(), 1, "the promised limit ran out after the told day: {:?}", life.overruns);
}

#[test]
fn a_new_round_ends_what_was_owed_in_the_last_one() {
    let mut h = History::underway("530322", 1);
    tolerate_form(&mut h);
    h.run(C::WithdrawPermit { permit: t("A1"), reason: t("申请人撤回") });
    h.wait(1);
    h.submit("A1", &["form", "drawings"]);
    let life = permit(&told(&[&h]), &h, "A1");
    assert_eq!((life.status, life.round.number), (Status::Submitted, 2));
    assert_eq!(
        life.debts.iter().map(|d| (d.round, d.state)).collect::<Vec<_>>(),
        [(1, DebtState::RoundEnded)]
    );
}

pub(crate) fn tolerate_form(h: &mut History) {
    h.submit("A1", &["drawings"]);
    h.run(C::TolerateDeficiency {
        permit: t("A1"),
        requirement: t("material:form"),
        mode: om_domain::matter::plan::Mode::Accept,
        commitment: t(&"ab".repeat(32)),
        supplement_due: day("2026-11-04"),
        form: t("原件"),
        notice: None,
    });
    h.accept("A1");
}

#[test]
fn the_overview_filters_pages_and_counts_one_county() {
    let mut histories: Vec<History> = (1..=5).map(|seed| History::underway("530322", seed)).collect();
    tolerate_form(&mut histories[0]);
    histories[1].submit("A3", &[]);
    histories[2].run(C::TerminateMatter { reason: t("项目取消") });
    histories[3].run(C::SuspendMatter { reason: t("资金调整") });
    let elsewhere = History::underway("530323", 1);
    let mut all: Vec<&History> = histories.iter().collect();
    all.push(&elsewhere);
    let db = told(&all);
    let county = t("530322");
    let counted =
        counts(&db, &county, (day("2026-11-05"), day("2026-11-08")), &crate::reach::Reach::All).unwrap();
    assert_eq!(counted, Counts { underway: 3, debts_overdue: 1, ..Counts::default() });
    let counted =
        counts(&db, &county, (day("2026-11-10"), day("2026-11-15")), &crate::reach::Reach::All).unwrap();
    assert_eq!((counted.due_this_week, counted.overdue), (0, 2));

    let list = |filter: &MatterFilter| {
        let rows = matters(&db, &county, filter, MatterOrder::Name, None, 50).unwrap();
        rows.iter().map(|row| row.row.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(&MatterFilter::default()).len(), 5);
    let underway = MatterFilter { phase: Some(Phase::Underway), ..Default::default() };
    assert_eq!(list(&underway).len(), 3);
    let owing = MatterFilter { debt_overdue_at: Some(day("2026-11-05")), ..Default::default() };
    assert_eq!(list(&owing), ["城南路桥工程1"]);
    let due = MatterFilter { act_due: Some((day("2026-11-09"), day("2026-11-09"))), ..Default::default() };
    assert_eq!(list(&due), ["城南路桥工程1", "城南路桥工程2"]);
    let text =
        MatterFilter { text: Some("工程5".into()), lead_officer: Some(t("lead-1")), ..Default::default() };
    assert_eq!(list(&text), ["城南路桥工程5"]);
}

#[test]
fn pages_follow_each_other_without_gap_or_double_in_every_order() {
    let histories: Vec<History> = (1..=7).map(|seed| History::underway("530322", seed)).collect();
    let mut db = told(&[]);
    let (mut board, mut position) = (crate::folding::Folding::<Board>::default(), 0);
    for history in &histories {
        let mut stored = history.stored.clone();
        stored.iter_mut().for_each(|event| {
            position += 1;
            event.position = position;
        });
        let events: Vec<_> = stored.iter().map(|event| event.view()).collect();
        let transaction = db.transaction().unwrap();
        crate::projection::AnyProjection::fold_batch(&mut board, &transaction, &events).unwrap();
        transaction.commit().unwrap();
    }
    let county = t("530322");
    for order in [MatterOrder::Name, MatterOrder::Target, MatterOrder::LastChange] {
        let whole = matters(&db, &county, &MatterFilter::default(), order, None, 100).unwrap();
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let page = matters(&db, &county, &MatterFilter::default(), order, cursor.as_ref(), 3).unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some(MatterCursor::from(last));
            paged.extend(page);
        }
        assert_eq!((whole.len(), &paged), (7, &whole), "{order:?}");
    }
}

#[test]
fn permits_due_are_paged_and_stages_counted() {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.submit("A3", &[]);
    h.accept("A3");
    let db = told(&[&h]);
    let first = permits(&db, &h.county, &PermitFilter::default(), None, 1).unwrap();
    let after = PermitCursor::after(&first[0]);
    let second = permits(&db, &h.county, &PermitFilter::default(), after.as_ref(), 5).unwrap();
    let codes: Vec<_> = first.iter().chain(&second).map(|row| row.permit.to_string()).collect();
    assert_eq!(codes, ["A1", "A3"]);
    let housing = PermitFilter { lead: Some(t("housing")), ..Default::default() };
    assert_eq!(permits(&db, &h.county, &housing, None, 5).unwrap().len(), 1);
    let progress: Vec<_> =
        stages(&db, &h.county, h.matter).unwrap().iter().map(|s| (s.stage, s.permits, s.done)).collect();
    use om_domain::matter::plan::Stage;
    assert_eq!(progress, [(Stage::ProjectAndLand, 2, 0), (Stage::Works, 1, 0)]);
}

#[test]
fn a_permit_dropped_and_put_again_starts_anew_and_leaves_nothing_behind() {
    let mut h = History::underway("530322", 1);
    h.run(C::ProposeTolerance {
        permit: t("A1"),
        requirement: t("material:form"),
        mode: om_domain::matter::plan::Mode::Accept,
        reason: t("可容缺"),
    });
    let plan = h.state.plan.clone().unwrap();
    let (a1, a2) = (plan.permits[0].clone(), plan.permits[1].clone());
    let free = om_domain::matter::plan::PlannedPermit { prerequisites: Vec::new(), ..a2 };
    // no rule allows to drop a permit of the template; histories there are in which it was dropped
    let lead = crate::testing::actor(&h.county, "lead-1", "government", &[om_domain::decider::Role::Lead]);
    let amended = |put, drop, on| om_domain::decider::Fact {
        event: om_domain::matter::event::PlanAmended { put, drop, reason: t("调整") }.into(),
        effective: om_domain::decider::Effective::On(on),
    };
    h.record(&lead, amended(vec![free], vec![t("A1")], h.today));
    let dropped = told(&[&h]);
    let desk_rows =
        |db: &Connection| -> u32 { db.query_row("SELECT count(*) FROM desk", [], |r| r.get(0)).unwrap() };
    assert_eq!(desk_rows(&dropped), 0);
    assert_eq!(matter_rows(&dropped, &h.county, h.matter).unwrap().unwrap().1.len(), 2);
    h.record(&lead, amended(vec![a1], Vec::new(), h.today));
    let again = told(&[&h]);
    assert_eq!(desk_rows(&again), 0);
    assert_eq!(permit(&again, &h, "A1").status, Status::Planned);
}

#[test]
fn r14_a_milestone_stands_with_its_date_what_is_asked_and_what_was_missed() {
    use om_domain::matter::command::{After, NewMilestone};
    let mut h = History::underway("530322", 1);
    let (planned, later) = (day("2027-06-30"), day("2027-07-15"));
    let new = Some(NewMilestone { name: t("全部办结"), after: After::Everything });
    h.run(C::PlanMilestone { milestone: t("target"), date: planned, new });
    let row = |h: &History| milestones(&told(&[h]), &h.county, h.matter).unwrap().remove(0).1;
    assert_eq!((row(&h).original, row(&h).date, row(&h).next()), (planned, planned, Some(planned)));
    let target = |h: &History| matter_rows(&told(&[h]), &h.county, h.matter).unwrap().unwrap().0.target;
    assert_eq!(target(&h), Some(planned));
    h.run(C::RequestDateChange { milestone: t("target"), to: later, reason: t("汛期停工") });
    let asked = row(&h).asked.unwrap();
    assert_eq!(row(&h).tasks(&t("target")).len(), asked.unanswered.len());
    assert!(!asked.unanswered.is_empty(), "the departments of its permits are asked");
    assert!(row(&h).is_late_at(day("2027-07-01")) && !row(&h).is_late_at(planned));
    h.run(C::RefuseDateChange { milestone: t("target"), reason: t("理由不充分") });
    assert_eq!((row(&h).asked, row(&h).date), (None, planned));
    let counted =
        counts(&told(&[&h]), &h.county, (day("2027-07-02"), day("2027-07-04")), &crate::reach::Reach::All)
            .unwrap();
    assert_eq!((counted.milestones_late, counted.date_changes_open), (1, 0));
}
