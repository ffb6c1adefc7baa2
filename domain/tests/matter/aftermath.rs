//! A ground that gives later: a prerequisite revoked, a debt that lapsed after issue, and what a person says of it.

use super::{given::*, plan};
use om_domain::matter::{
    MatterCommand as C, MatterRefusal as R,
    plan::{Gate, Mode, Plan, Reaches},
};

/// A1 issued, A2 in review on the strength of it, A1 revoked on the 14th.
fn fallen(plan: Plan) -> Given {
    approved_again(given(plan), "2023-06-12")
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .on("2023-06-14")
        .by("dr-head")
        .when(revoke("A1", "2023-06-14"))
        .then_only(&["PermitRevoked", "PrerequisiteFellAway"])
        .on("2023-06-15")
        .by("nr-1")
}

fn approved_again(g: Given, on: &str) -> Given {
    g.on(on)
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", on))
        .when(approve("A1", on))
        .when(issue("A1", on, None))
}

/// The same, with the edge a condition of the law.
fn by_law() -> Plan {
    let mut plan = plan();
    plan.permits[1].prerequisites =
        vec![plan::edge(plan::of_permit("A1"), Reaches::Approved, Gate::Accept, true, &[])];
    plan
}

fn blocked(r: &R, at: Gate) -> bool {
    matches!(r, R::RequirementsUnmet { gate, missing, .. }
        if *gate == at && missing[0].requirement == requirement("permit:A1"))
}

#[test]
fn r08_no_approval_while_a_prerequisite_stands_revoked() {
    fallen(by_law())
        .see(|g| {
            assert_eq!(g.state.missing_at(&p("A2"), Gate::Decide, jiff::civil::date(2023, 6, 15)).len(), 1)
        })
        .when(approve("A2", "2023-06-15"))
        .refused(|r| blocked(r, Gate::Decide))
        .when(judge("A2", "permit:A1"))
        .refused_as("FallenByLaw")
        .when(deny("A2", "2023-06-15"))
        .then_only(&["PermitDenied"]);
}

#[test]
fn r08_no_issue_while_a_prerequisite_stands_revoked() {
    approved_again(given(by_law()), "2023-06-12")
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .when(approve("A2", "2023-06-12"))
        .by("dr-head")
        .when(revoke("A1", "2023-06-12"))
        .by("nr-1")
        .when(issue("A2", "2023-06-12", None))
        .refused(|r| blocked(r, Gate::Issue));
}

#[test]
fn a_fallen_prerequisite_that_is_no_condition_of_the_law_is_judged_by_the_department() {
    let g = fallen(plan());
    g.clone().when(approve("A2", "2023-06-15")).refused(|r| blocked(r, Gate::Decide));
    for other in ["dr-head", "lead", "window", "auditor"] {
        g.clone().by(other).when(judge("A2", "permit:A1")).refused_as("NotAuthorised");
    }
    g.clone().when(judge("A2", "permit:A3")).refused_as("NothingFallen");
    g.when(judge("A2", "permit:A1"))
        .then_only(&["FallenPrerequisiteJudged"])
        .when(judge("A2", "permit:A1"))
        .refused_as("NothingFallen")
        .when(approve("A2", "2023-06-15"))
        .then_only(&["PermitApproved"])
        .when(issue("A2", "2023-06-15", None))
        .then_only(&["CertificateIssued"]);
}

#[test]
fn a_fallen_prerequisite_that_stands_again_closes_its_fall_by_itself() {
    approved_again(fallen(by_law()), "2023-06-16")
        .see(|g| assert_eq!(g.count("PrerequisiteStandsAgain"), 1))
        .by("nr-1")
        .when(judge("A2", "permit:A1"))
        .refused_as("NothingFallen")
        .when(approve("A2", "2023-06-16"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn judged_once_a_prerequisite_that_falls_again_is_judged_again() {
    approved_again(fallen(plan()).when(judge("A2", "permit:A1")), "2023-06-16")
        .on("2023-06-19")
        .by("dr-head")
        .when(revoke("A1", "2023-06-19"))
        .by("nr-1")
        .when(approve("A2", "2023-06-19"))
        .refused(|r| blocked(r, Gate::Decide))
        .when(judge("A2", "permit:A1"))
        .when(approve("A2", "2023-06-19"))
        .then_only(&["PermitApproved"]);
}

/// A1 alone, issued with a debt on it that lapsed.
fn lapsed() -> Given {
    let mut plan = plan();
    plan.permits.truncate(1);
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(tolerate("A1", "material:safety", Mode::IssueFirst, "2023-06-20"))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
        .on("2023-06-26")
        .passes()
        .then_only(&["ToleranceLapsed", "RevocationProposed"])
        .by("dr-head")
}

#[test]
fn complete_not_over_a_lapsed_debt_and_an_undecided_revocation() {
    lapsed().by("lead").when(C::CompleteMatter).refused(|r| {
        matches!(r, R::NotFinished(open)
            if open.permits.is_empty() && open.debts.len() == 1 && open.revocations.len() == 1)
    });
}

#[test]
fn r11_the_department_may_decide_not_to_revoke() {
    lapsed().by("dr-1").when(decline("A1", "material:safety")).refused_as("NotAuthorised");
    lapsed()
        .when(decline("A1", "material:bank"))
        .refused_as("NoRevocationProposed")
        .when(decline("A1", "material:safety"))
        .then_only(&["RevocationDeclined"])
        .when(decline("A1", "material:safety"))
        .refused_as("NoRevocationProposed")
        .passes()
        .then_only(&[])
        .by("lead")
        .when(C::CompleteMatter)
        .then_only(&["MatterCompleted"]);
}

#[test]
fn complete_not_over_a_fallen_prerequisite() {
    let mut two = plan();
    two.permits.truncate(2);
    fallen(two)
        .when(judge("A2", "permit:A1"))
        .when(approve("A2", "2023-06-15"))
        .when(issue("A2", "2023-06-15", None))
        .by("lead")
        .when(C::CompleteMatter)
        .refused(|r| matches!(r, R::NotFinished(open) if open.permits.len() == 1 && open.fallen.is_empty()));
    let mut two = by_law();
    two.permits.truncate(2);
    approved_again(given(two), "2023-06-12")
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .when(approve("A2", "2023-06-12"))
        .when(issue("A2", "2023-06-12", None))
        .by("dr-head")
        .when(revoke("A1", "2023-06-12"))
        .by("lead")
        .when(C::CompleteMatter)
        .refused(
            |r| matches!(r, R::NotFinished(open) if open.fallen.len() == 1 && open.fallen[0] == p("A2")),
        );
}
