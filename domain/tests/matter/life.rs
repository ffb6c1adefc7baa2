//! Life of the matter: proposal, plan, amendment, milestones, completion, suspension.

use super::given::*;
use om_domain::{
    calendar::Unit,
    matter::{
        MatterCommand as C, MatterEvent as E, MatterRefusal as R,
        plan::{Gate, Mode, Plan},
        state::Phase,
    },
    template::IMPLEMENTING_BODY,
};

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

fn only_a1() -> Plan {
    let mut plan = plan();
    plan.permits.truncate(1);
    plan
}

fn done() -> Given {
    given(only_a1())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
}

#[test]
fn a_matter_has_one_project_code_and_is_proposed_once() {
    proposed(plan()).when(C::ProposeMatter { project: project() }).refused_as("MatterExists");
    let mut other = proposed(plan());
    other.log.clear();
    (other.state, other.quiet) = (Default::default(), None);
    other
        .clone()
        .read(|r| r.reserved = None)
        .when(C::ProposeMatter { project: project() })
        .refused_as("CodeNotReserved");
    other
        .read(|r| r.matter = Some(p("01HZZZZZZZZZZZZZZZZZZZZZZY")))
        .when(C::ProposeMatter { project: project() })
        .refused_as("CodeNotReserved");
}

#[test]
fn a_matter_is_planned_once_and_started_with_a_plan() {
    let designated =
        proposed(plan()).when(C::DesignateMatter { task_force: task_force(), basis: text("政府令 1") });
    designated.clone().when(C::StartMatter).refused_as("NoPlan");
    let plan = || C::PlanMatter { template: p("municipal-road-bridge"), leave_out: [].into() };
    designated
        .when(plan())
        .when(plan())
        .refused_as("AlreadyPlanned")
        .when(C::StartMatter)
        .then_only(&["MatterStarted"]);
}

#[test]
fn an_auditor_reads_everything_and_commands_nothing() {
    in_review().by("auditor").when(withdraw("A1")).refused_as("NotAuthorised");
}

#[test]
fn a_task_force_that_stays_as_it_is_is_not_recorded_again() {
    let mut changed = task_force();
    changed.deputy = None;
    let change = C::ChangeTaskForce { task_force: changed, reason: text("人事变动") };
    given(plan()).when(change.clone()).then_only(&["TaskForceChanged"]).when(change).then_only(&[]);
}

#[test]
fn suspending_a_matter_stops_no_statutory_clock() {
    in_review()
        .by("lead")
        .when(C::SuspendMatter { reason: text("资金未落实") })
        .on("2023-07-12")
        .passes()
        .then_only(&["TermOverrun", "TermOverrun"])
        .by("dr-1")
        .when(approve("A1", "2023-07-12"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn amended_never_for_a_gate_already_passed() {
    let g = in_review().by("lead");
    let mut later = plan().permits.remove(0);
    later.materials.iter_mut().find(|m| m.code == p("form")).unwrap().gate = Gate::Decide;
    g.clone()
        .when(amend(vec![later], &[]))
        .refused(|r| matches!(r, R::GatePassed { gate: Gate::Accept, .. }));
    let mut shorter = plan().permits.remove(0);
    shorter.statutory.as_mut().unwrap().value = 10;
    g.clone().when(amend(vec![shorter], &[])).refused_as("GatePassed");
    let mut kinder = plan().permits.remove(0);
    kinder.extension_moves_promise = true;
    g.clone().when(amend(vec![kinder], &[])).refused_as("GatePassed");
    g.clone().when(amend(vec![], &["A1"])).refused_as("GatePassed");
    let mut issue = plan().permits.remove(0);
    issue.materials.retain(|m| m.code != p("safety"));
    g.when(amend(vec![issue], &[])).then_only(&["PlanAmended"]);
}

#[test]
fn amended_the_nature_of_an_act_does_not_change_under_an_open_file() {
    let mut filing = plan().permits.remove(0);
    filing.nature = om_domain::matter::plan::Nature::Filing;
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("lead")
        .when(amend(vec![filing], &[]))
        .refused_as("GatePassed");
}

#[test]
fn amended_the_plan_still_holds_together() {
    let g = given(plan());
    g.clone().when(amend(vec![], &["A1"])).refused_as("StatutoryEdgeRemoved");
    let mut cycle = plan().permits.remove(0);
    cycle.prerequisites.push(super::plan::edge(
        super::plan::of_permit("A2"),
        om_domain::matter::plan::Reaches::Approved,
        Gate::Accept,
        false,
        &[],
    ));
    g.clone().when(amend(vec![cycle], &[])).refused_as("PlanInvalid");
    let mut dangling = super::plan::permit("X1", "water");
    dangling.prerequisites.push(super::plan::edge(
        super::plan::of_permit("Z9"),
        om_domain::matter::plan::Reaches::Approved,
        Gate::Accept,
        false,
        &[],
    ));
    g.when(amend(vec![dangling], &[])).refused_as("PlanInvalid");
}

#[test]
fn amended_to_what_it_is_the_plan_is_not_amended() {
    given(plan()).when(amend(plan().permits, &[])).then_only(&[]).when(amend(vec![], &[])).then_only(&[]);
}

#[test]
fn amended_a_permit_not_yet_submitted_lies_with_its_new_department() {
    let mut moved = plan().permits.remove(4);
    moved.lead = p("housing");
    given(plan()).when(amend(vec![moved], &[])).see(|g| {
        assert_eq!(g.permit("A5").custody.holder.as_str(), "housing");
    });
}

#[test]
fn milestones_are_reached_once_by_the_lead_or_the_implementing_body() {
    let g = given(plan()).on("2023-06-12");
    g.clone().by("nr-1").when(reach()).refused_as("NotAuthorised");
    g.clone()
        .by("town")
        .when(reach())
        .then_only(&["MilestoneReached"])
        .when(reach())
        .refused_as("MilestoneAlreadyReached");
    g.by("lead")
        .when(C::ReachMilestone { milestone: p("no-such"), evidence: text("照片") })
        .refused_as("NoSuchMilestone");
}

#[test]
fn milestones_open_the_gate_that_waits_for_them() {
    let mut plan = plan();
    plan.permits[3].prerequisites.retain(|e| e.id() == requirement("milestone:works-completed"));
    plan.permits[3].site_check = false;
    let g = given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A4", &[]))
        .by("housing-1")
        .when(accept("A4", "2023-06-12"))
        .when(approve("A4", "2023-06-12"));
    g.when(issue("A4", "2023-06-12", None))
        .refused_as("RequirementsUnmet")
        .by("town")
        .when(reach())
        .by("housing-1")
        .when(issue("A4", "2023-06-12", None))
        .then_only(&["CertificateIssued"]);
}

#[test]
fn complete_when_every_stage_is_and_nothing_is_owed() {
    done()
        .by("lead")
        .when(C::CompleteMatter)
        .then_only(&["MatterCompleted"])
        .when(C::CompleteMatter)
        .refused_as("WrongPhase");
    given(only_a1())
        .when(C::CompleteMatter)
        .refused(|r| matches!(r, R::NotFinished(open) if open.permits.len() == 1));
    done().by("dr-1").when(C::CompleteMatter).refused_as("NotAuthorised");
}

#[test]
fn complete_not_with_an_open_debt() {
    given(only_a1())
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
        .by("lead")
        .when(C::CompleteMatter)
        .refused(|r| matches!(r, R::NotFinished(open) if open.debts.len() == 1));
}

#[test]
fn complete_a_debt_of_an_ended_round_is_owed_no_more() {
    given(only_a1())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form"]))
        .by("dr-1")
        .when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-20"))
        .by("window")
        .when(withdraw("A1"))
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
        .by("lead")
        .when(C::CompleteMatter)
        .then_only(&["MatterCompleted"]);
}

#[test]
fn complete_approved_is_enough_where_nothing_is_issued() {
    let mut plan = only_a1();
    plan.permits[0].certificate = false;
    plan.permits[0].materials.clear();
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &[]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"))
        .then(|events| assert!(matches!(events, [E::PermitApproved(e)] if e.delivery_due.is_none())))
        .when(issue("A1", "2023-06-12", None))
        .refused_as("NoCertificate")
        .by("lead")
        .when(C::CompleteMatter)
        .then_only(&["MatterCompleted"]);
}

#[test]
fn terminated_time_states_nothing_more() {
    in_review()
        .by("window")
        .when(withdraw("A1"))
        .by("lead")
        .when(C::TerminateMatter { reason: text("项目取消") })
        .see(|g| assert_eq!(g.state.phase, Phase::Terminated))
        .on("2023-12-01")
        .passes()
        .then_only(&[])
        .by("dr-1")
        .when(approve("A1", "2023-12-01"))
        .refused_as("WrongPhase");
}

#[test]
fn r10_settings_of_the_plan_are_the_plans() {
    let mut plan = plan();
    plan.settings.handoff_answer_days = 5;
    plan.permits[0].promised = Some(limit(30, Unit::WorkingDays, "county"));
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(offer("A1", "water"))
        .then(|events| {
            let [E::HandoffOffered(e)] = events else { panic!("{events:?}") };
            assert_eq!(Some(e.answer_due.date), day("2023-06-19"));
        });
}

#[test]
fn r08_an_amendment_takes_no_statutory_condition_away() {
    let mut plan = plan();
    let edges = |p: &om_domain::matter::plan::PlannedPermit| p.prerequisites.len();
    let dependent = plan.permits.iter_mut().find(|p| edges(p) > 0).expect("a permit that waits for another");
    dependent.prerequisites[0].statutory = true;
    dependent.prerequisites[0].modes.clear();
    let mut freed = dependent.clone();
    freed.prerequisites.remove(0);
    let mut softened = dependent.clone();
    softened.prerequisites[0].statutory = false;
    let g = given(plan);
    g.clone().when(amend(vec![freed], &[])).refused_as("StatutoryEdgeRemoved");
    g.when(amend(vec![softened], &[])).refused_as("StatutoryEdgeRemoved");
}

#[test]
fn only_who_has_the_role_of_a_lead_leads_a_task_force() {
    let mut changed = task_force();
    changed.lead = p("window");
    given(plan())
        .when(C::ChangeTaskForce { task_force: changed, reason: text("人事变动") })
        .refused_as("NotALead");
}

#[test]
fn a_body_that_a_command_names_stands_in_the_directory() {
    let mut unknown = task_force();
    unknown.members.insert(p("nobody"), p("lead"));
    given(plan())
        .read(|r| r.bodies = Some([p("water")].into()))
        .when(C::ChangeTaskForce { task_force: unknown, reason: text("人事变动") })
        .refused_as("UnknownBody");
}

#[test]
fn r02_an_amendment_does_not_change_what_the_law_sets() {
    let mut kinder = plan().permits.remove(0);
    kinder.statutory = Some(limit(3650, om_domain::clock::Unit::WorkingDays, "县长说的"));
    let g = given(plan());
    g.clone().when(amend(vec![kinder.clone()], &[])).refused_as("LawIsNotAmended");
    let mut without = plan().permits.remove(0);
    without.promised = Some(limit(0, om_domain::clock::Unit::WorkingDays, " "));
    g.clone().when(amend(vec![without.clone()], &[])).refused_as("PlanInvalid");
    let same = plan().permits.remove(0);
    g.when(amend(vec![same.clone(), same], &[])).refused_as("PlanInvalid");
}

#[test]
fn a_project_code_of_another_place_is_refused_and_one_from_above_is_not() {
    let propose = |code: &str| {
        let mut g = proposed(plan());
        g.log.clear();
        (g.state, g.quiet) = (Default::default(), None);
        g.when(C::ProposeMatter {
            project: om_domain::matter::event::ProjectFacts { code: p(code), ..project() },
        })
    };
    propose("2306-530323-04-01-123456").refused_as("CodeOfAnotherPlace");
    propose("2306-440300-04-01-123456").refused_as("CodeOfAnotherPlace");
    propose("2306-530300-04-01-123456").then_only(&["MatterProposed"]);
    propose("2306-530000-04-01-123456").then_only(&["MatterProposed"]);
}

fn correct_project(change: impl FnOnce(&mut om_domain::matter::event::ProjectFacts), second: &str) -> C {
    let mut corrected = project();
    change(&mut corrected);
    C::CorrectProject { project: corrected, reason: text("录入错误"), second_person: p(second) }
}

#[test]
fn a_plan_is_made_for_the_body_that_implements_the_matter_when_it_is_recorded() {
    let mut template = plan();
    template.permits[0].lead = p(IMPLEMENTING_BODY);
    template.permits[1].cooperating = vec![p(IMPLEMENTING_BODY)];
    // the template was read before who implements it was corrected
    proposed(template)
        .when(C::DesignateMatter { task_force: task_force(), basis: text("政府令 1") })
        .when(correct_project(|project| project.implementing_body = p("tongle"), "deputy"))
        .when(C::PlanMatter { template: p("municipal-road-bridge"), leave_out: [].into() })
        .then(|events| {
            let [E::MatterPlanned(e)] = events else { panic!("{events:?}") };
            let [first, second, ..] = e.plan.permits.as_slice() else { panic!("{:?}", e.plan) };
            assert_eq!((first.lead.as_str(), second.cooperating[0].as_str()), ("tongle", "tongle"));
        });
}

#[test]
fn the_projects_facts_are_corrected_by_two_and_the_wrong_ones_stay_visible() {
    let correct = || correct_project(|p| (p.place, p.area_m2) = (text("同乐街道"), Some(187_000)), "deputy");
    given(plan())
        .by("lead")
        .when(correct())
        .then(|events| {
            let [E::ProjectCorrected(e)] = events else { panic!("{events:?}") };
            assert_eq!((e.old.place.as_str(), e.new.place.as_str()), ("中枢街道", "同乐街道"));
        })
        .see(|g| assert_eq!(g.state.project.as_ref().unwrap().area_m2, Some(187_000)))
        .when(correct())
        .then_only(&[])
        .see(|g| assert_eq!(g.count("MatterProposed"), 1));
}

#[test]
fn the_projects_facts_are_corrected_by_the_lead_or_who_implements_it_with_a_second_person() {
    let named = |second: &str| correct_project(|p| p.name = text("滇中大道二期"), second);
    given(plan()).by("dr-1").when(named("dr-2")).refused_as("NotAuthorised");
    given(plan()).by("lead").when(named("lead")).refused_as("SecondPersonNeeded");
    given(plan()).by("lead").when(named("nr-1")).refused_as("SecondPersonNeeded");
    given(plan()).by("town").when(named("deputy")).refused_as("SecondPersonNeeded");
}

#[test]
fn what_a_project_is_known_by_is_not_corrected() {
    let lead = || given(plan()).by("lead");
    let stays = |change: fn(&mut om_domain::matter::event::ProjectFacts)| {
        lead().when(correct_project(change, "deputy")).refused_as("ProjectStays")
    };
    stays(|p| p.code = "2306-530322-04-01-654321".parse().unwrap());
    stays(|p| p.applicant = "somebody-else".parse().unwrap());
    stays(|p| p.implementing_body = "water".parse().unwrap());
    let owner = || correct_project(|p| p.applicant_body = None, "deputy");
    lead().when(owner()).then_only(&["ProjectCorrected"]);
    in_review().by("lead").when(owner()).refused_as("ProjectStays");
}

#[test]
fn r02_a_promised_limit_changes_only_with_its_departments_document() {
    let put = |value: u16, source: &str| {
        let mut a2 = plan().permits.remove(1);
        a2.promised = Some(limit(value, Unit::WorkingDays, source));
        amend(vec![a2], &[])
    };
    let lead = || given(plan()).by("lead");
    lead().when(put(8, "county promise")).refused_as("PromiseNeedsItsDocument");
    lead().when(put(3, "county promise")).refused_as("PromiseNeedsItsDocument");
    lead().when(put(3, "陆自然资发〔2023〕9号")).then_only(&["PlanAmended"]);
    let mut none = plan().permits.remove(1);
    none.promised = None;
    lead().when(amend(vec![none], &[])).refused_as("PromiseNeedsItsDocument");
}

#[test]
fn terminated_not_over_an_application_that_waits_for_its_answer() {
    let terminate = || C::TerminateMatter { reason: text("项目取消") };
    let open = |g: Given| {
        g.by("lead").when(terminate()).refused(
            |r| matches!(r, R::RoundsOpen { permits } if permits.len() == 1 && permits[0] == p("A1")),
        )
    };
    let received = given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form"]));
    open(received.clone());
    open(received.by("dr-1").when(notice_correction("A1", &["material:seal"], "2023-06-12")));
    open(in_review());
    let approved = in_review().by("dr-1").when(approve("A1", "2023-06-12"));
    open(approved.clone());
    approved
        .when(issue("A1", "2023-06-12", None))
        .by("lead")
        .when(terminate())
        .then_only(&["MatterTerminated"]);
    in_review()
        .by("dr-1")
        .when(deny("A1", "2023-06-12"))
        .by("lead")
        .when(terminate())
        .then_only(&["MatterTerminated"]);
}

#[test]
fn milestones_come_after_what_the_template_puts_before_them() {
    use om_domain::matter::plan::{Node, PlannedMilestone};
    let mut plan = only_a1();
    plan.milestones[0].after = vec![Node::Permit(p("A1"))];
    plan.milestones.push(PlannedMilestone {
        code: p("house-completed"),
        name: text("房屋建成"),
        after: vec![Node::Milestone(p("works-completed"))],
        expected: None,
    });
    let completed = || C::ReachMilestone { milestone: p("house-completed"), evidence: text("照片") };
    let reviewed = given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"));
    let early = |g: Given, command: C| {
        g.by("lead")
            .when(command)
            .refused(|r| matches!(r, R::MilestoneTooEarly { after, .. } if after.len() == 1))
    };
    early(reviewed.clone(), reach());
    early(reviewed.clone(), completed());
    let issued = reviewed.on("2023-06-14").when(issue("A1", "2023-06-14", None)).on("2023-06-20");
    early(issued.clone().effective("2023-06-13"), reach());
    issued
        .by("lead")
        .when(reach())
        .then_only(&["MilestoneReached"])
        .when(completed())
        .then_only(&["MilestoneReached"]);
}
