//! What a person is told he may do, and who may where he may not.

use super::given::*;
use om_domain::matter::{
    Can, MatterRefusal as R, can_on_matter, can_on_permit, can_propose, refusal::Authority,
};

fn told(g: &Given, name: &str, permit: &str) -> Vec<Can> {
    let by = actor(name);
    can_on_permit(&g.state, &p(permit), &g.context(&by, None))
}

fn of<'a>(all: &'a [Can], action: &str) -> &'a Can {
    all.iter().find(|can| can.action == action).unwrap_or_else(|| panic!("nothing is said of {action}"))
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
fn every_act_on_a_permit_is_spoken_of() {
    let g = in_review();
    let officer = told(&g, "dr-2", "A1");
    for action in ["recordCheck", "requestHearing", "supplyMaterials", "correctEntry"] {
        assert_eq!(of(&officer, action).refusal, None, "{action}");
    }
    for action in [
        "recordHearing",
        "requestRenewal",
        "grantRenewal",
        "refuseRenewal",
        "setAsideDeemedAcceptance",
        "proposeTolerance",
        "revokePermit",
    ] {
        assert!(of(&officer, action).refusal.is_some(), "{action}");
    }
    assert_eq!(of(&told(&g, "lead", "A1"), "proposeTolerance").refusal, None);
    let asked = g.by("dr-1").when(hearing("A1", "2023-06-12"));
    assert_eq!(of(&told(&asked, "dr-2", "A1"), "recordHearing").refusal, None);
}

#[test]
fn custody_may_be_offered_whether_or_not_another_department_cooperates() {
    let g = in_review();
    let planned = g.state.plan.as_deref().and_then(|plan| plan.permit(&p("A1")));
    assert!(planned.is_some_and(|permit| permit.cooperating.is_empty()), "nobody cooperates on it");
    assert_eq!(of(&told(&g, "dr-1", "A1"), "offerHandoff").refusal, None);
}

#[test]
fn a_renewal_asked_for_is_answered_and_a_supplement_verified_or_rejected() {
    use om_domain::matter::{MatterCommand as C, plan::Mode};
    let issued = in_review()
        .by("window")
        .when(supply("A1", &["safety", "title"]))
        .by("dr-1")
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", Some("2024-06-12")))
        .by("window")
        .when(C::RequestRenewal { permit: p("A1") });
    for action in ["grantRenewal", "refuseRenewal"] {
        assert_eq!(of(&told(&issued, "dr-2", "A1"), action).refusal, None, "{action}");
    }
    let owed = given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"));
    assert_eq!(of(&told(&owed, "window", "A1"), "receiveSupplement").refusal, None);
    let handed = owed.by("window").when(supplement("A1", "material:seal"));
    for action in ["verifySupplement", "rejectSupplement"] {
        assert_eq!(of(&told(&handed, "dr-2", "A1"), action).refusal, None, "{action}");
    }
}

#[test]
fn a_ground_that_gave_is_spoken_of_to_who_decides_on_it() {
    let fallen = in_review()
        .when(approve("A1", "2023-06-12"))
        .by("window")
        .when(submit("A2", &[]))
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .by("dr-head")
        .when(revoke("A1", "2023-06-12"));
    assert_eq!(of(&told(&fallen, "nr-2", "A2"), "judgeFallenPrerequisite").refusal, None);
    assert!(of(&told(&fallen, "dr-1", "A2"), "judgeFallenPrerequisite").refusal.is_some());
    assert!(told(&fallen, "nr-2", "A1").iter().all(|can| can.action != "judgeFallenPrerequisite"));
}

#[test]
fn an_auditor_is_told_who_may() {
    let states = [
        given(plan()).on("2023-06-12"),
        given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form"])),
        in_review(),
        in_review().by("dr-1").when(approve("A1", "2023-06-12")),
        in_review().by("dr-1").when(offer("A1", "water")),
    ];
    let needs = |can: &Can| match &can.refusal {
        Some(R::NotAuthorised { needs }) => Some(needs.clone()),
        _ => None,
    };
    for g in &states {
        // the administrator has no part in a permit either, and learns who has from the rules themselves
        for (audit, other) in told(g, "auditor", "A1").iter().zip(&told(g, "admin", "A1")) {
            let told = needs(audit).unwrap_or_else(|| panic!("{audit:?}"));
            assert!(
                needs(other).is_none_or(|from_rules| same_holder(&from_rules, &told)),
                "{audit:?} {other:?}"
            );
        }
    }
}

/// Where the window or the department may, either is named.
fn same_holder(from_rules: &Authority, told: &Authority) -> bool {
    let either = matches!((from_rules, told), (Authority::Custodian { .. }, Authority::Submitter { .. }));
    either || from_rules == told
}

#[test]
fn every_act_on_the_matter_itself_is_spoken_of_from_its_proposal_on() {
    let on = |g: &Given, name: &str| {
        let by = actor(name);
        can_on_matter(&g.state, &g.context(&by, None))
    };
    let g = given(plan()).on("2023-06-12");
    let lead = on(&g, "lead");
    for action in ["changeTaskForce", "correctProject"] {
        assert_eq!(of(&lead, action).refusal, None, "{action}");
    }
    // it has a plan and a task force: neither is made a second time
    assert!(lead.iter().all(|can| !["planMatter", "designateMatter"].contains(&can.action)), "{lead:?}");
    let officer = on(&g, "dr-1");
    for action in ["changeTaskForce", "correctProject"] {
        assert!(of(&officer, action).refusal.is_some(), "{action}");
    }
    let may_propose = |name: &str| {
        let by = actor(name);
        can_propose(&g.context(&by, None)).into_iter().map(|can| can.refusal.is_none()).collect::<Vec<_>>()
    };
    assert_eq!(may_propose("lead"), [true]);
    assert_eq!(may_propose("auditor"), [false]);
}
