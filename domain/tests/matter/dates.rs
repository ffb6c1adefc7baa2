//! Dates of milestones, and how they change (R14): A4, the housing department's, waits for the works' completion.

use super::given::*;
use om_domain::matter::{
    MatterCommand as C, MatterEvent as E,
    dates::Came,
    event::{Approval, ProjectFacts},
};

/// Works' completion is planned on 1 June for 30 September: 121 days, half of them 60, the latest 29 November.
fn planned() -> Given {
    given(plan()).when(plan_milestone(p("works-completed"), p("2023-09-30")))
}

fn agree() -> C {
    C::AgreeDateChange { milestone: p("works-completed") }
}

fn object() -> C {
    C::ObjectDateChange { milestone: p("works-completed"), reason: text("无法安排") }
}

fn approve_date() -> C {
    C::ApproveDateChange { milestone: p("works-completed"), reason: text("同意顺延") }
}

fn refuse() -> C {
    C::RefuseDateChange { milestone: p("works-completed"), reason: text("理由不充分") }
}

fn explain(to: Option<&str>) -> C {
    C::ExplainMissedMilestone {
        milestone: p("works-completed"), reason: text("征迁未完成"), to: to.map(p)
    }
}

fn dated(g: &Given) -> &om_domain::matter::dates::Dated {
    &g.state.dates[&p("works-completed")]
}

#[test]
fn r14_a_milestone_is_planned_once_by_the_lead_for_a_day_ahead() {
    given(plan())
        .by("housing-1")
        .when(plan_milestone(p("works-completed"), p("2023-09-30")))
        .refused_as("NotAuthorised")
        .by("lead")
        .when(plan_milestone(p("works-completed"), p("2023-06-01")))
        .refused_as("DateNotAhead")
        .when(plan_milestone(p("no-such"), p("2023-09-30")))
        .refused_as("NoSuchMilestone")
        .when(plan_milestone(p("works-completed"), p("2023-08-30")))
        .then_only(&["MilestonePlanned"])
        // a slip of the same day is put right; the same once more is nothing
        .when(plan_milestone(p("works-completed"), p("2023-09-30")))
        .then_only(&["MilestonePlanned"])
        .when(plan_milestone(p("works-completed"), p("2023-09-30")))
        .then_only(&[])
        .on("2023-06-02")
        .when(plan_milestone(p("works-completed"), p("2023-10-30")))
        .refused_as("MilestoneDated")
        .see(|g| assert_eq!((dated(g).original, dated(g).planned_on), (p("2023-09-30"), p("2023-06-01"))));
}

#[test]
fn r14_within_thirty_days_the_departments_agreement_is_enough() {
    planned()
        .on("2023-08-01")
        .by("water-1")
        .when(change_date("works-completed", "2023-10-20"))
        .refused_as("NotAuthorised")
        .by("town")
        .when(change_date("works-completed", "2023-10-20"))
        .then(|events| {
            let [E::DateChangeRequested(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.asks, [p("housing")].into());
            assert!(!e.lead_decides && e.latest == p("2023-11-29"));
        })
        .when(change_date("works-completed", "2023-10-25"))
        .refused_as("DateChangeOpen")
        .by("water-1")
        .when(agree())
        .refused_as("NotAuthorised")
        .by("housing-1")
        .when(agree())
        .then_only(&["DateChangeAgreed", "DateChangeApproved"])
        .when(agree())
        .refused_as("NoDateChange")
        .see(|g| {
            assert_eq!((dated(g).date, dated(g).original), (p("2023-10-20"), p("2023-09-30")));
            let outcome = dated(g).changes[0].outcome.as_ref().unwrap();
            assert_eq!(outcome.what, Came::Approved(Approval::ByAgreement));
        });
}

#[test]
fn r14_more_than_thirty_days_beyond_the_original_is_the_leads_decision() {
    let asked = planned().on("2023-08-01").by("town").when(change_date("works-completed", "2023-10-31"));
    asked
        .by("lead")
        .when(approve_date())
        .refused_as("DateChangeNotAgreed")
        .by("housing-1")
        .when(agree())
        .then_only(&["DateChangeAgreed"])
        .when(agree())
        .then_only(&[])
        .by("housing-1")
        .when(approve_date())
        .refused_as("NotAuthorised")
        .by("lead")
        .when(approve_date())
        .then_only(&["DateChangeApproved"])
        .see(|g| assert_eq!(dated(g).date, p("2023-10-31")))
        // counted from the original, not from the date as changed
        .on("2023-08-05")
        .by("town")
        .when(change_date("works-completed", "2023-11-05"))
        .then(|events| {
            let [E::DateChangeRequested(e)] = events else { panic!("{events:?}") };
            assert!(e.lead_decides);
        });
}

#[test]
fn r14_all_changes_together_extend_by_at_most_half_the_original_span() {
    planned()
        .on("2023-08-01")
        .by("town")
        .when(change_date("works-completed", "2023-11-30"))
        .refused_as("DateTooFar")
        .when(change_date("works-completed", "2023-11-29"))
        .then_only(&["DateChangeRequested"])
        .by("housing-1")
        .when(agree())
        .by("lead")
        .when(approve_date())
        .by("town")
        .when(change_date("works-completed", "2023-11-30"))
        .refused_as("DateTooFar")
        .when(change_date("works-completed", "2023-11-29"))
        .refused_as("DateUnchanged")
        // an earlier date is always within
        .when(change_date("works-completed", "2023-10-01"))
        .then_only(&["DateChangeRequested"]);
}

#[test]
fn r14_in_the_last_days_only_the_lead_asks_and_after_the_date_nobody() {
    planned()
        .on("2023-09-20")
        .by("town")
        .when(change_date("works-completed", "2023-10-20"))
        .then_only(&["DateChangeRequested"])
        .when(C::WithdrawDateChange { milestone: p("works-completed"), reason: text("工期已追回") })
        .then_only(&["DateChangeWithdrawn"])
        .on("2023-09-21")
        .when(change_date("works-completed", "2023-10-20"))
        .refused_as("DateIsNear")
        .by("lead")
        .when(change_date("works-completed", "2023-10-20"))
        .then(|events| {
            let [E::DateChangeRequested(e)] = events else { panic!("{events:?}") };
            assert!(e.lead_decides, "in the last days it is the lead's decision");
        })
        .on("2023-10-01")
        .by("housing-1")
        .when(agree())
        .refused_as("NoDateChange")
        .by("lead")
        .when(change_date("works-completed", "2023-10-20"))
        .refused_as("DateHasPassed");
}

#[test]
fn r14_an_objection_stands_until_its_department_says_otherwise() {
    planned()
        .on("2023-08-01")
        .by("town")
        .when(change_date("works-completed", "2023-10-31"))
        .by("housing-1")
        .when(object())
        .then_only(&["DateChangeObjected"])
        .when(object())
        .then_only(&[])
        .by("lead")
        .when(approve_date())
        .refused_as("DateChangeNotAgreed")
        .by("housing-head")
        .when(agree())
        .then_only(&["DateChangeAgreed"])
        .by("lead")
        .when(refuse())
        .then_only(&["DateChangeRefused"])
        .when(approve_date())
        .refused_as("NoDateChange")
        .see(|g| assert_eq!(dated(g).date, p("2023-09-30")));
}

#[test]
fn r14_a_department_that_alone_is_touched_does_not_decide_its_own_date() {
    planned()
        .on("2023-08-01")
        .by("housing-1")
        .when(change_date("works-completed", "2023-10-10"))
        .then(|events| {
            let [E::DateChangeRequested(e)] = events else { panic!("{events:?}") };
            assert!(e.asks.is_empty() && e.lead_decides);
        })
        .by("lead")
        .when(approve_date())
        .then_only(&["DateChangeApproved"]);
}

#[test]
fn r14_r22_a_missed_date_is_stated_once_and_the_lead_says_why() {
    let missed = planned()
        .on("2023-10-05")
        .passes()
        .then_only(&["MilestoneMissed"])
        .see(|g| assert_eq!(g.day_of("MilestoneMissed"), p("2023-10-01")))
        .passes()
        .then_only(&[]);
    missed
        .by("town")
        .when(explain(Some("2023-12-31")))
        .refused_as("NotAuthorised")
        .by("lead")
        .when(explain(None))
        .refused_as("NewDateNeeded")
        .when(explain(Some("2023-10-05")))
        .refused_as("DateNotAhead")
        // the facts are what they are: no bound on what the lead has to say
        .when(explain(Some("2023-12-31")))
        .then_only(&["MissedMilestoneExplained"])
        .when(explain(Some("2023-12-31")))
        .refused_as("NothingMissed")
        .see(|g| assert_eq!((dated(g).date, dated(g).original), (p("2023-12-31"), p("2023-09-30"))))
        .on("2024-01-02")
        .passes()
        .then_only(&["MilestoneMissed"])
        .by("town")
        .when(reach())
        .then_only(&["MilestoneReached"])
        .by("lead")
        .when(explain(None))
        .then_only(&["MissedMilestoneExplained"]);
}

#[test]
fn r14_r16_what_was_reached_in_time_and_recorded_late_was_not_missed() {
    planned()
        .on("2023-10-05")
        .by("town")
        .effective("2023-09-28")
        .when(reach())
        .then_only(&["MilestoneMissed", "MilestoneReached"])
        .see(|g| {
            let reached = g.state.milestones.get(&p("works-completed")).copied();
            assert_eq!(dated(g).misses(reached).count(), 0);
        })
        .by("lead")
        .when(explain(None))
        .refused_as("NothingMissed")
        .when(change_date("works-completed", "2023-11-01"))
        .refused_as("MilestoneAlreadyReached");
}

#[test]
fn r14_a_stage_is_reached_with_its_last_permit_and_touches_those_still_open() {
    given(plan())
        .when(plan_milestone(p("stage"), p("2023-12-31")))
        .see(|g| {
            let touched = g.state.touched(&p("stage"));
            assert_eq!(
                touched,
                ["development-reform", "natural-resources", "water", "housing"].map(p).into_iter().collect()
            );
        })
        .on("2023-06-12")
        .by("dr-1")
        .when(not_applicable("A1"))
        .refused_as("StatutoryEdge")
        .by("water-1")
        .when(not_applicable("A5"))
        .when(not_applicable("A3"))
        .see(|g| assert!(!g.state.touched(&p("stage")).contains(&p("water"))))
        .by("housing-1")
        .when(not_applicable("A4"))
        .by("nr-1")
        .when(not_applicable("A2"))
        .on("2023-06-13")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-13"))
        .when(approve("A1", "2023-06-13"))
        .when(issue("A1", "2023-06-13", None))
        .then_only(&["CertificateIssued", "MilestoneReached"])
        .see(|g| assert_eq!(g.state.milestones[&p("stage")], p("2023-06-13")));
}

#[test]
fn r14_the_target_of_the_whole_is_the_projects_and_moves_as_a_milestone() {
    let target = ProjectFacts { target: day("2024-06-30"), ..project() };
    let correct = |target: &ProjectFacts| C::CorrectProject {
        project: target.clone(),
        reason: text("录入错误"),
        second_person: p("deputy"),
    };
    given(plan())
        .when(correct(&target))
        .when(plan_milestone(p("target"), p("2024-07-31")))
        .refused_as("TargetDiffers")
        .when(plan_milestone(p("target"), p("2024-06-30")))
        .then_only(&["MilestonePlanned"])
        .when(plan_milestone(p("begun"), p("2023-08-31")))
        .when(correct(&ProjectFacts { target: day("2025-06-30"), ..project() }))
        .refused_as("TargetIsMilestone")
        .when(C::CompleteMatter)
        .refused(|r| serde_json::to_value(r).unwrap()["milestones"] == serde_json::json!(["begun"]))
        .when(change_date("target", "2024-07-20"))
        .see(|g| {
            assert_eq!(g.state.target(), day("2024-06-30"));
            let milestones = &g.state.plan.as_deref().unwrap().milestones;
            let codes: Vec<_> = milestones.iter().map(|m| m.code.as_str()).collect();
            assert_eq!(codes, ["works-completed", "begun", "target"]);
        });
}

#[test]
fn r14_an_amendment_that_a_targets_own_permit_waits_for_it_is_a_cycle() {
    use super::plan::{edge, permit};
    use om_domain::matter::plan::{Gate, Node, Reaches};
    let mut new = permit("A9", "water");
    new.prerequisites = vec![edge(Node::Milestone(p("stage")), Reaches::Approved, Gate::Accept, false, &[])];
    let before = given(plan()).when(plan_milestone(p("stage"), p("2023-12-31")));
    before.clone().when(amend(vec![new], &[])).refused_as("PlanInvalid");
    before.when(amend(vec![permit("A9", "water")], &[])).see(|g| {
        let milestones = &g.state.plan.as_deref().unwrap().milestones;
        let stage = milestones.iter().find(|m| m.code == p("stage")).unwrap();
        assert!(
            stage.after.contains(&Node::Permit(p("A9"))),
            "a target comes after what is added to its stage"
        );
    });
}
