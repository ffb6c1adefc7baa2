//! The rows of cards, on histories made by the domain's rules.

use super::*;
use crate::testing::{History, day, t, told};
use om_domain::matter::MatterCommand as C;

/// A1 accepted on Monday, 2 November 2026, promised by the 9th.
fn overdue() -> History {
    let mut h = History::underway("530322", 1).carded();
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.wait(8);
    h.settle();
    h
}

#[test]
fn r13_cards_are_listed_counted_by_body_and_leave_when_closed() {
    let mut h = overdue();
    let lead = h.state.plan.as_deref().unwrap().permits[0].lead.clone();
    let list = |h: &History, filter: CardFilter| {
        let rows = cards(&told(&[h]), &h.county, &filter, None, 10).unwrap();
        rows.into_iter().map(|row| (row.card.number, row.card.colour, row.card.standing)).collect::<Vec<_>>()
    };
    let open = || CardFilter { open: true, ..CardFilter::default() };
    let (yellow, red) = ((1, Colour::Yellow, CardStanding::Issued), (2, Colour::Red, CardStanding::Issued));
    assert_eq!(list(&h, open()), [yellow, red]);
    let counted = by_body(&told(&[&h]), &h.county, None, &crate::reach::Reach::All).unwrap();
    // the promise ends on Monday the 9th: one working day is left when Friday ends
    let expected =
        BodyCards { body: lead.clone(), yellow: 1, red: 1, unanswered: 2, since: day("2026-11-07") };
    assert_eq!(counted, [expected]);
    h.run(C::AnswerCard { permit: t("A1"), card: 2, answer: t("明日办结") });
    h.approve("A1");
    h.run(C::ClearCard { permit: t("A1"), card: 1, reason: t("已办结") });
    assert_eq!(list(&h, open()), [(2, Colour::Red, CardStanding::Answered)]);
    assert_eq!(list(&h, CardFilter { unanswered: true, ..CardFilter::default() }), []);
    let all = list(&h, CardFilter { against: Some(lead), ..CardFilter::default() });
    assert_eq!(all, [(1, Colour::Yellow, CardStanding::Cleared), (2, Colour::Red, CardStanding::Answered)]);
}

#[test]
fn cards_are_paged_without_gap_or_double() {
    let h = overdue();
    let db = told(&[&h]);
    let first = cards(&db, &h.county, &CardFilter::default(), None, 1).unwrap();
    let after = CardCursor::from(&first[0]);
    let second = cards(&db, &h.county, &CardFilter::default(), Some(&after), 5).unwrap();
    assert_eq!((first[0].card.number, second.len(), second[0].card.number), (1, 1, 2));
}
