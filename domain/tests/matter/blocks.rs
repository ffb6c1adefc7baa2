//! Who waits for whom, and where the time went.

use super::given::*;
use jiff::civil::Date;
use om_domain::{
    calendar::beijing,
    matter::{
        blocks::{Act, Blocking, Mover},
        plan::Node,
        since::{Moment, changes},
        time_split::{Days, Split},
    },
};

fn node(code: &str) -> Node {
    Node::Permit(p(code))
}

fn block(g: &Given, code: &str) -> Blocking {
    let blocks = g.state.blocks(beijing(g.now));
    blocks.into_iter().find(|block| block.node == node(code)).unwrap_or_else(|| panic!("{code} is not open"))
}

/// What is to be done, by whom, since when and by when.
fn next(g: &Given, code: &str) -> (Act, Mover, Option<Date>, Option<Date>) {
    let block = block(g, code);
    let next = block.next.unwrap_or_else(|| panic!("{code} waits for {:?}", block.lacks));
    (next.act, next.mover, block.since, next.due)
}

fn by(body: &str) -> Mover {
    Mover::Department(p(body))
}

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

fn split(g: &Given, code: &str) -> Split {
    g.state.time_split(&p(code), &g.calendar, beijing(g.now))
}

fn days(working: i32, calendar: i32) -> Days {
    Days { working, calendar }
}

#[test]
fn whose_move_it_is_at_each_step() {
    let g = given(plan()).on("2023-06-12");
    assert_eq!(next(&g, "A1"), (Act::HandIn, Mover::Applicant, day("2023-06-01"), None));
    let g = g.by("window").when(submit("A1", &["form", "bank", "safety", "title"])).then(|_| ());
    let intake = (Act::AcceptOrNotice, by("development-reform"), day("2023-06-12"), day("2023-06-19"));
    assert_eq!(next(&g, "A1"), intake);
    let g = g.by("dr-1").when(notice_correction("A1", &["material:seal"], "2023-06-12")).then(|_| ());
    assert_eq!(next(&g, "A1"), (Act::Correct, Mover::Applicant, day("2023-06-12"), None));
    let g = g.on("2023-06-14").by("window").when(correct_file("A1", &["seal"])).then(|_| ());
    let g = g.by("dr-1").when(accept("A1", "2023-06-14")).then(|_| ());
    // Ten working days from 14 June, over the Dragon Boat days (22 to 24; the 25th is worked).
    let decide = (Act::Decide, by("development-reform"), day("2023-06-14"), day("2023-06-29"));
    assert_eq!(next(&g, "A1"), decide);
    let g = g.when(suspend("A1", "2023-06-20", "告 1", "2023-06-14")).then(|_| ());
    let stopped = (Act::ResumeClock, by("development-reform"), day("2023-06-14"), day("2023-06-20"));
    assert_eq!(next(&g, "A1"), stopped);
    let g = g.on("2023-06-19").when(resume("A1")).then(|_| ());
    assert_eq!(next(&g, "A1").2, day("2023-06-19"));
    let g = g.when(offer("A1", "water")).then(|_| ());
    assert_eq!(next(&g, "A1"), (Act::AnswerHandoff, by("water"), day("2023-06-19"), day("2023-06-21")));
    let g = g.by("water-1").when(receive("A1")).then(|_| ());
    let (act, mover, since, _) = next(&g, "A1");
    assert_eq!((act, mover, since), (Act::HandBack, by("water"), day("2023-06-19")));
}

#[test]
fn what_waits_names_what_it_hangs_on_in_the_end() {
    let g = in_review();
    let a2 = block(&g, "A2");
    assert_eq!((a2.next, a2.lacks), (None, vec![node("A1")]));
    assert_eq!(a2.hangs_on, [node("A1")].into());
    assert_eq!(block(&g, "A1").holds_up, [node("A2")].into());
    assert_eq!(block(&g, "A1").hangs_on, [node("A1")].into());
    // A3 asks only for A1's acceptance, which is there.
    assert_eq!(next(&g, "A3").2, day("2023-06-12"));
    let g = g.by("dr-2").when(approve("A1", "2023-06-12")).then(|_| ());
    let (act, mover, ..) = next(&g, "A1");
    assert_eq!((act, mover), (Act::IssueCertificate, by("development-reform")));
    assert_eq!(next(&g, "A2"), (Act::HandIn, Mover::Applicant, day("2023-06-12"), None));
    let g = g.when(issue("A1", "2023-06-12", None)).then(|_| ());
    assert!(g.state.blocks(beijing(g.now)).iter().all(|block| block.node != node("A1")));
}

#[test]
fn a_review_works_until_its_limit_and_waits_from_then_on() {
    // A4 decides after A2, which nobody has applied for; 45 working days from 12 June end on 15 August.
    let g = given(plan()).on("2023-06-12").by("window").when(submit("A4", &[])).by("housing-1");
    let g = g.when(accept("A4", "2023-06-12")).then(|_| ());
    let due = g.dues("A4").0.unwrap();
    let (act, ..) = next(&g, "A4");
    assert_eq!((act, block(&g, "A4").lacks), (Act::Review, vec![node("A2")]));
    let late = g.on("2023-09-01");
    let block = block(&late, "A4");
    assert_eq!((block.next, block.since), (None, Some(due)));
    assert_eq!(block.hangs_on, [node("A1")].into());
    let split = split(&late, "A4");
    // From 1 to 12 June for the applicant; worked until the limit; then for A2.
    assert_eq!(split.waiting_for_applicant, days(7, 11));
    assert_eq!(split.working.working, 45);
    assert_eq!(
        split.waiting_for_prerequisite.working,
        late.calendar.working_days_between(due, p("2023-09-01"))
    );
}

#[test]
fn every_day_is_booked_once_and_to_the_custodian() {
    let g = in_review().on("2023-06-13").when(suspend("A1", "2023-06-16", "告 1", "2023-06-13")).then(|_| ());
    let g = g.on("2023-06-16").when(resume("A1")).then(|_| ());
    let g = g.on("2023-06-19").when(offer("A1", "water")).by("water-1").when(receive("A1")).then(|_| ());
    let g = g.on("2023-06-21");
    let split = split(&g, "A1");
    assert_eq!(split.waiting_for_applicant, days(7, 11));
    // The whole days 13, 14 and 15 are excluded; 16 is worked again.
    assert_eq!(split.suspended, days(3, 3));
    assert_eq!(split.working, days(4, 6));
    assert_eq!(split.waiting_for_prerequisite, Days::default());
    assert_eq!(split.total(), days(14, 20));
    let by_body = g.state.time_by_body(&g.calendar, p("2023-06-21"));
    assert_eq!(by_body[&p("water")].working, days(2, 2));
    let all: i32 = by_body.values().map(|split| split.total().calendar).sum();
    assert_eq!(all, 5 * 20, "five permits, twenty days each");
    // And as it was on an earlier day, by the facts of that day.
    let then = folded(g.log.iter().filter(|fact| fact.effective.day() <= p("2023-06-14")));
    assert_eq!(then.time_split(&p("A1"), &g.calendar, p("2023-06-14")).suspended, days(2, 2));
}

#[test]
fn what_changed_since_names_new_lateness_and_the_moves_that_changed() {
    let before = in_review();
    let then = before.state.clone();
    let after = before.on("2023-07-20");
    let moment = |state, day: &str| Moment { state, calendar: &after.calendar, day: p(day) };
    let found = changes(moment(&then, "2023-06-12"), moment(&after.state, "2023-07-20"));
    assert_eq!(found.late.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["A1"]);
    assert_eq!(found.moves, []);
    assert!(found.completion.1 > found.completion.0);
    let decided = after.clone().by("dr-2").when(approve("A1", "2023-07-20")).then(|_| ());
    let found = changes(moment(&after.state, "2023-07-20"), moment(&decided.state, "2023-07-20"));
    assert_eq!(found.no_longer_late, [p("A1")]);
    let moved: Vec<_> =
        found.moves.iter().filter_map(|(_, is)| is.as_ref()).map(|is| is.node.clone()).collect();
    assert_eq!(moved, [node("A1"), node("A2")]);
}
