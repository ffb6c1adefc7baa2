//! What is late, by how much, and against which term (R3, R4, R5, R6, R9).

use super::given::*;
use om_domain::{
    clock::Unit,
    matter::{Lateness, event::Term},
};

fn late(g: &Given, code: &str, on: &str) -> Option<(Term, Option<jiff::civil::Date>, i32)> {
    let late: Option<Lateness> = g.state.late(&p(code), &g.calendar, p(on));
    late.map(|l| (l.term, Some(l.due), l.days))
}

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

#[test]
fn r03_an_answer_to_a_file_is_late_after_its_fifth_working_day() {
    given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form"])).see(|g| {
        assert_eq!(late(g, "A1", "2023-06-19"), None);
        assert_eq!(late(g, "A1", "2023-06-20"), Some((Term::Intake, day("2023-06-19"), 1)));
        // 22 to 24 June are off, Sunday the 25th is worked
        assert_eq!(late(g, "A1", "2023-06-25"), Some((Term::Intake, day("2023-06-19"), 3)));
        assert_eq!(late(g, "A5", "2023-12-01"), None, "nothing was submitted");
    });
}

#[test]
fn r04_the_statutory_limit_stands_before_the_promised_one_once_both_have_run_out() {
    in_review().see(|g| {
        assert_eq!(late(g, "A1", "2023-06-27"), None);
        assert_eq!(late(g, "A1", "2023-06-28"), Some((Term::Promised, day("2023-06-27"), 1)));
        assert_eq!(late(g, "A1", "2023-07-11").map(|l| l.0), Some(Term::Promised));
        assert_eq!(late(g, "A1", "2023-07-12"), Some((Term::Statutory, day("2023-07-11"), 1)));
    });
}

#[test]
fn r05_delivery_is_late_after_its_tenth_working_day() {
    in_review().on("2023-06-14").when(approve("A1", "2023-06-14")).see(|g| {
        let due = g.round("A1").decision.as_ref().and_then(|d| d.delivery_due.clone());
        let due = due.unwrap().date;
        assert_eq!(late(g, "A1", &due.to_string()), None);
        let next = due.tomorrow().unwrap().to_string();
        assert_eq!(late(g, "A1", &next).map(|l| (l.0, l.1)), Some((Term::Delivery, Some(due))));
    });
}

#[test]
fn r06_a_stopped_clock_is_not_late() {
    in_review().on("2023-06-20").when(suspend("A1", "2023-07-31", "特 1", "2023-06-20")).see(|g| {
        assert_eq!(late(g, "A1", "2023-07-31"), None);
    });
}

#[test]
fn r09_a_hearing_owed_is_late_by_law_before_the_promise() {
    in_review().on("2023-06-13").by("window").when(hearing("A1", "2023-06-13")).see(|g| {
        let hold_by = g.round("A1").hearing.as_ref().unwrap().hold_by.date;
        assert_eq!(late(g, "A1", "2023-07-11").map(|l| l.0), Some(Term::Promised));
        let next = hold_by.tomorrow().unwrap().to_string();
        let statutory = g.dues("A1").0;
        let expected = if statutory < Some(hold_by) { Term::Statutory } else { Term::Hearing };
        assert_eq!(late(g, "A1", &next).map(|l| l.0), Some(expected));
    });
}

#[test]
fn nothing_of_a_matter_given_up_is_late() {
    let mut g = in_review();
    // histories there are in which an open round was given up with its matter
    g.state.phase = om_domain::matter::state::Phase::Terminated;
    assert_eq!(late(&g, "A1", "2023-12-01"), None);
}

#[test]
fn r02_a_limit_in_plain_days_is_late_in_plain_days() {
    let mut small = plan();
    small.permits[2].prerequisites.clear();
    given(small)
        .on("2023-06-09")
        .by("window")
        .when(submit("A3", &["map"]))
        .by("water-1")
        .when(accept("A3", "2023-06-09"))
        .see(|g| {
            // due on Sunday 25 June, a worked day
            let late = g.state.late(&p("A3"), &g.calendar, p("2023-07-02")).unwrap();
            assert_eq!((late.days, late.unit), (7, Unit::CalendarDays));
        });
}
