//! What an amendment of the plan cannot do: take law away, write the county's lists, promise more than the law gives.

use super::{given::*, plan};
use om_domain::{
    clock::Unit,
    matter::{
        MatterRefusal as R,
        plan::{Gate, Mode, PlannedPermit},
    },
};

fn planned(code: &str) -> PlannedPermit {
    plan().permit(&p(code)).unwrap().clone()
}

#[test]
fn r08_a_permit_with_a_condition_of_the_law_is_not_dropped_and_put_back_without_it() {
    let g = given(plan());
    let by_law = |r: &R| matches!(r, R::StatutoryEdgeRemoved { permit, .. } if *permit == p("A4"));
    g.clone().when(amend(vec![], &["A4"])).refused(by_law);
    let mut bare = planned("A4");
    bare.prerequisites.clear();
    g.clone().when(amend(vec![bare.clone()], &["A4"])).refused(by_law);
    g.when(amend(vec![bare], &[])).refused(by_law);
}

#[test]
fn r08_a_statutory_material_stays_too() {
    let mut without = planned("A1");
    without.materials.retain(|m| m.code != p("title"));
    let mut later = planned("A1");
    later.materials.iter_mut().find(|m| m.code == p("title")).unwrap().gate = Gate::AfterIssue;
    let g = given(plan());
    g.clone().when(amend(vec![without], &[])).refused_as("StatutoryEdgeRemoved");
    g.when(amend(vec![later], &[])).refused_as("StatutoryEdgeRemoved");
}

#[test]
fn a_permit_of_the_template_leaves_the_plan_by_its_departments_word_only() {
    given(plan())
        .when(amend(vec![], &["A5"]))
        .refused(|r| matches!(r, R::PermitOfTemplate { lead, .. } if lead.as_str() == "water"))
        .by("water-1")
        .when(not_applicable("A5"))
        .then_only(&["PermitNotApplicable"]);
}

#[test]
fn what_an_amendment_added_it_may_drop_and_what_is_put_back_is_the_same_permit() {
    let added = plan::permit("X1", "water");
    let mut kinder = added.clone();
    kinder.statutory = Some(limit(30, Unit::WorkingDays, "行政许可法 42"));
    let mut bound = added.clone();
    bound.materials.push(plan::material("title", Gate::Issue, true, &[]));
    let dropped = given(plan())
        .when(amend(vec![added.clone()], &[]))
        .when(amend(vec![], &["X1"]))
        .then_only(&["PlanAmended"])
        .see(|g| assert_eq!(g.state.permits.len(), 5));
    dropped.clone().when(amend(vec![kinder], &[])).refused_as("LawIsNotAmended");
    dropped
        .clone()
        .when(amend(vec![added], &[]))
        .then_only(&["PlanAmended"])
        .when(amend(vec![], &["X1"]))
        .then_only(&["PlanAmended"]);
    dropped.when(amend(vec![bound], &[])).when(amend(vec![], &["X1"])).refused_as("StatutoryEdgeRemoved");
}

#[test]
fn r10_r11_an_amendment_writes_no_list_of_what_may_be_tolerated() {
    use om_domain::decider::Explained;
    let g = given(plan());
    let mut first = plan::permit("X1", "water");
    first.issue_first_listed = true;
    g.clone()
        .when(amend(vec![first], &[]))
        .refused(|r| (r.code(), r.rule()) == ("ListIsNotAmended", Some("R11")));
    let listed = |mode| {
        let mut permit = plan::permit("X1", "water");
        permit.materials = vec![plan::material("safety", Gate::Issue, false, &[mode])];
        permit
    };
    for mode in [Mode::IssueFirst, Mode::Commitment] {
        g.clone()
            .when(amend(vec![listed(mode)], &[]))
            .refused(|r| (r.code(), r.rule()) == ("ListIsNotAmended", Some("R10")));
    }
    let mut wider = planned("A1");
    wider.materials[0].modes.insert(Mode::Accept);
    g.clone().when(amend(vec![wider], &[])).refused_as("ListIsNotAmended");
    let mut wider = planned("A2");
    wider.issue_first_listed = true;
    g.clone().when(amend(vec![wider], &[])).refused_as("ListIsNotAmended");
    let mut narrower = planned("A1");
    narrower.materials[1].modes.remove(&Mode::Accept);
    g.when(amend(vec![narrower], &[])).then_only(&["PlanAmended"]);
}

#[test]
fn r12_an_amendment_takes_no_material_out_of_its_field() {
    let mut before = plan();
    before.permits[0].materials[0].sensitive = Some(om_domain::matter::plan::Sensitive::PublicSafety);
    given(before).when(amend(vec![planned("A1")], &[])).refused_as("LawIsNotAmended");
}

#[test]
fn r18_an_amendment_makes_no_filing_of_a_permit_and_takes_no_check_away() {
    let g = given(plan());
    let mut filing = planned("A1");
    filing.nature = om_domain::matter::plan::Nature::Filing;
    let mut unchecked = planned("A4");
    unchecked.site_check = false;
    for amended in [filing, unchecked] {
        g.clone().when(amend(vec![amended], &[])).refused_as("LawIsNotAmended");
    }
}

#[test]
fn r04_no_more_is_promised_than_the_law_gives() {
    let mut longer = planned("A1");
    longer.promised = Some(limit(21, Unit::WorkingDays, "county promise"));
    let g = given(plan());
    g.clone().when(amend(vec![longer.clone()], &[])).refused(|r| {
        matches!(r, R::PromiseBeyondLaw { promised: 21, statutory: 20, source, .. } if source == "行政许可法 42")
    });
    let mut other_days = longer.clone();
    other_days.promised = Some(limit(21, Unit::CalendarDays, "陆发改发〔2023〕9号"));
    g.when(amend(vec![other_days], &[])).then_only(&["PlanAmended"]);
    let mut before = plan();
    before.permits[0].promised = longer.promised.clone();
    longer.name = text("另一名称");
    given(before).when(amend(vec![longer], &[])).then_only(&["PlanAmended"]);
}
