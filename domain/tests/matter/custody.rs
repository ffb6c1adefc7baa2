//! Custody: always with exactly one body; a handoff stops no clock and moves no power to decide.

use super::given::*;
use om_domain::matter::{MatterCommand as C, MatterEvent as E};

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

fn offered() -> Given {
    in_review().when(offer("A1", "water"))
}

fn elsewhere() -> Given {
    offered().by("water-1").when(receive("A1"))
}

fn holder(g: &Given) -> &str {
    g.permit("A1").custody.holder.as_str()
}

fn recall() -> C {
    C::RecallCustody { permit: p("A1"), reason: text("需作决定") }
}

#[test]
fn custody_stays_with_the_offerer_until_receipt() {
    offered()
        .then(|events| {
            let [E::HandoffOffered(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.answer_due.date), day("2023-06-14"));
        })
        .see(|g| assert_eq!(holder(g), "development-reform"))
        .by("water-1")
        .when(receive("A1"))
        .then_only(&["HandoffReceived"])
        .see(|g| assert_eq!(holder(g), "water"))
        .when(receive("A1"))
        .refused_as("NoHandoff");
}

#[test]
fn custody_one_open_offer_a_permit() {
    offered().when(offer("A1", "housing")).refused_as("HandoffOpen");
    offered().when(offer("A1", "water")).refused_as("HandoffOpen");
    in_review().when(offer("A1", "development-reform")).refused_as("SameBody");
}

#[test]
fn custody_only_the_receiver_answers_and_only_the_holder_offers() {
    offered().by("nr-1").when(receive("A1")).refused_as("NotAuthorised");
    offered().by("dr-1").when(receive("A1")).refused_as("NotAuthorised");
    elsewhere().by("dr-1").when(offer("A1", "housing")).refused_as("NotAuthorised");
}

#[test]
fn custody_returned_or_withdrawn_it_never_moved() {
    let back = C::ReturnHandoff { permit: p("A1"), reason: text("非我单位职责") };
    offered().by("water-1").when(back).then_only(&["HandoffReturned"]).see(|g| {
        assert_eq!(holder(g), "development-reform");
        assert!(g.permit("A1").custody.offer.is_none());
    });
    let withdrawn = C::WithdrawHandoff { permit: p("A1"), reason: text("误移交") };
    offered()
        .when(withdrawn)
        .then_only(&["HandoffWithdrawn"])
        .by("water-1")
        .when(receive("A1"))
        .refused_as("NoHandoff");
}

#[test]
fn custody_the_lead_cannot_decide_while_it_is_elsewhere_but_may_recall() {
    elsewhere()
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .refused_as("CustodyElsewhere")
        .by("water-1")
        .when(approve("A1", "2023-06-12"))
        .refused_as("NotAuthorised")
        .by("dr-1")
        .when(recall())
        .then_only(&["CustodyRecalled"])
        .when(approve("A1", "2023-06-12"))
        .then_only(&["PermitApproved"]);
    in_review().when(recall()).refused_as("SameBody");
}

#[test]
fn custody_an_offer_is_overdue_after_two_working_days_against_the_receiver() {
    offered()
        .at("2023-06-14T23:59")
        .passes()
        .then_only(&[])
        .at("2023-06-15T00:00")
        .passes()
        .then(|events| {
            let [E::HandoffOverdue(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.to.as_str(), "water");
        })
        .on("2023-06-20")
        .passes()
        .then_only(&[]);
}

#[test]
fn custody_elsewhere_stops_no_clock_and_books_the_days_to_the_custodian() {
    elsewhere().on("2023-06-28").passes().then_only(&["TermOverrun"]).see(|g| {
        let spans: Vec<_> = g.permit("A1").custody.spans.iter().map(|(b, _)| b.as_str()).collect();
        assert_eq!(spans, ["development-reform", "water"]);
    });
}

#[test]
fn custody_of_a_file_is_elsewhere_and_silence_still_deems_it_accepted() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(offer("A1", "water"))
        .on("2023-06-20")
        .passes()
        .then_only(&["HandoffOverdue", "PermitDeemedAccepted"]);
}

#[test]
fn custody_goes_home_with_a_new_round() {
    elsewhere()
        .by("window")
        .when(withdraw("A1"))
        .when(submit("A1", &["form"]))
        .see(|g| assert_eq!(holder(g), "development-reform"));
}

#[test]
fn custody_an_unanswered_offer_does_not_keep_an_applicant_from_applying_again() {
    offered()
        .by("window")
        .when(withdraw("A1"))
        .when(submit("A1", &["form"]))
        .then_only(&["PermitSubmitted"])
        .see(|g| assert!(g.permit("A1").custody.offer.is_none()));
}
