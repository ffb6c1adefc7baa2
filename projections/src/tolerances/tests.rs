//! The ledger of debts.

use super::*;
use crate::{
    board::tests::tolerate_form,
    testing::{History, day, t, told},
};
use om_domain::matter::{MatterCommand as C, event::Consequence};
use rusqlite::Connection;

fn lines(db: &Connection, filter: &ToleranceFilter) -> Vec<ToleranceRow> {
    tolerances(db, &t("530322"), filter, None, 50).unwrap()
}

#[test]
fn a_debt_that_lapses_takes_its_permit_along_and_stays_in_the_ledger() {
    let mut h = History::underway("530322", 1);
    tolerate_form(&mut h);
    let open = lines(&told(&[&h]), &ToleranceFilter { live: true, ..Default::default() });
    assert_eq!((open.len(), open[0].debt.due), (1, day("2026-11-04")));
    assert_eq!(
        (open[0].debt.consequence, open[0].lead.as_str()),
        (Consequence::PermitLapses, "natural-resources")
    );
    let overdue = |at: &str| ToleranceFilter { overdue_at: Some(day(at)), ..Default::default() };
    assert_eq!(lines(&told(&[&h]), &overdue("2026-11-04")).len(), 0);
    assert_eq!(lines(&told(&[&h]), &overdue("2026-11-05")).len(), 1);
    h.wait(5);
    h.settle();
    let db = told(&[&h]);
    assert_eq!(lines(&db, &overdue("2026-12-31")), []);
    assert_eq!(lines(&db, &ToleranceFilter::default())[0].debt.state, DebtState::Lapsed);
    assert_eq!(lines(&db, &ToleranceFilter { state: Some(DebtState::Verified), ..Default::default() }), []);
}

#[test]
fn a_deadline_is_moved_once_and_each_round_has_its_own_line() {
    let mut h = History::underway("530322", 1);
    tolerate_form(&mut h);
    h.run(C::MoveSupplementDeadline {
        permit: t("A1"),
        requirement: t("material:form"),
        to: day("2026-11-06"),
        reason: t("补件在途"),
    });
    h.run(C::WithdrawPermit { permit: t("A1"), reason: t("申请人撤回") });
    tolerate_form(&mut h);
    let rows = lines(&told(&[&h]), &ToleranceFilter { matter: Some(h.matter), ..Default::default() });
    let lines: Vec<_> = rows.iter().map(|r| (r.debt.round, r.debt.moved, r.debt.state)).collect();
    assert_eq!(lines, [(2, false, DebtState::Open), (1, true, DebtState::RoundEnded)]);
}

#[test]
fn the_ledger_is_paged_by_county_and_department() {
    let mut histories: Vec<History> = (1..=4).map(|seed| History::underway("530322", seed)).collect();
    histories.push(History::underway("530323", 9));
    histories.iter_mut().for_each(tolerate_form);
    let db = told(&histories.iter().collect::<Vec<_>>());
    let all = ToleranceFilter { lead: Some(t("natural-resources")), ..Default::default() };
    let first = tolerances(&db, &t("530322"), &all, None, 3).unwrap();
    let after = ToleranceCursor::from(&first[2]);
    let second = tolerances(&db, &t("530322"), &all, Some(&after), 3).unwrap();
    assert_eq!((first.len(), second.len()), (3, 1));
    assert!(!first.contains(&second[0]));
    let water = ToleranceFilter { lead: Some(t("water")), ..Default::default() };
    assert_eq!(lines(&db, &water), []);
}

/// However many debts a county has, a page costs what its rows cost; of one matter all are read.
#[test]
fn a_page_of_the_ledger_is_read_in_its_order_and_not_sorted() {
    let db = told(&[]);
    let all = ToleranceFilter::default();
    let owed = ToleranceFilter { live: true, ..all.clone() };
    let lead = Some(t("water"));
    for (filter, index) in [
        (all.clone(), "PRIMARY KEY"),
        (ToleranceFilter { lead: lead.clone(), ..all.clone() }, "PRIMARY KEY"),
        (owed.clone(), "tolerance_live"),
        (ToleranceFilter { lead, ..owed }, "tolerance_lead"),
        (ToleranceFilter { overdue_at: Some(day("2026-11-05")), ..all }, "tolerance_live"),
    ] {
        let sql = format!("EXPLAIN QUERY PLAN {}", super::ledger(&filter));
        let mut statement = db.prepare(&sql).unwrap();
        let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>("detail").unwrap());
        }
        assert!(steps[0].starts_with("SEARCH t ") && steps[0].contains(index), "{filter:?}: {steps:?}");
        assert!(!steps.concat().contains("TEMP B-TREE"), "{filter:?}: {steps:?}");
    }
}
