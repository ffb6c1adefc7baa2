//! Our forecast of the municipal road against dates recomputed in Python with another calendar
//! (tests/python/reference_case_check.py, by the conventions of docs/domain-forecast.md).

#![expect(clippy::unwrap_used, reason = "a test: what cannot be read is a failure")]

use jiff::civil::Date;
use om_domain::{
    calendar::Calendar,
    directory,
    forecast::{Assumptions, Basis, Progress, forecast},
    ids::PermitCode,
    matter::plan::{Mode, Node, Plan, RequirementId, Settings},
    template,
};
use std::collections::{BTreeMap, BTreeSet};

const REFERENCE: &str = include_str!("../../tests/reference/municipal-road-2023.json");

fn road() -> Plan {
    let bodies = directory::parse(directory::SHIPPED).unwrap().bodies.into_keys().collect();
    let (_, text) = template::SHIPPED.iter().find(|(name, _)| *name == "municipal-road-bridge").unwrap();
    let road = template::parse(text, &bodies).unwrap();
    road.plan(1, &BTreeSet::new(), Settings::default()).unwrap().implemented_by(&"tongle".parse().unwrap())
}

/// Every prerequisite of the road that the template lets be tolerated, in its first mode.
fn tolerated(plan: &Plan) -> BTreeMap<(PermitCode, RequirementId), Mode> {
    let edges =
        plan.permits.iter().flat_map(|permit| permit.prerequisites.iter().map(move |edge| (permit, edge)));
    edges
        .filter_map(|(permit, edge)| Some(((permit.code.clone(), edge.id()), *edge.modes.first()?)))
        .collect()
}

fn code(node: &Node) -> String {
    match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    }
}

#[test]
fn every_permit_has_the_dates_of_the_independent_recomputation() {
    let plan = road();
    let reference: serde_json::Value = serde_json::from_str(REFERENCE).unwrap();
    let start: Date = reference["start"].as_str().unwrap().parse().unwrap();
    let cases = [
        ("statutory-serial", Basis::Statutory, true, BTreeMap::new()),
        ("statutory-parallel", Basis::Statutory, false, BTreeMap::new()),
        ("promised-parallel", Basis::Promised, false, BTreeMap::new()),
        ("promised-parallel-tolerance", Basis::Promised, false, tolerated(&plan)),
    ];
    assert_eq!(reference["cases"].as_object().unwrap().len(), cases.len());
    for (name, basis, serial, tolerate) in cases {
        let assumptions = Assumptions { basis, serial, tolerate, ..Default::default() };
        let ours = forecast(&plan, &Calendar::national(), start, &Progress::default(), &assumptions).unwrap();
        let theirs = &reference["cases"][name];
        let mut compared = 0;
        for permit in &ours.permits {
            let dates = [
                ("accept", permit.accept),
                ("due", permit.due),
                ("decide", permit.decide),
                ("issue", permit.issue),
            ];
            for (gate, date) in dates {
                let expected = theirs["permits"][permit.code.as_str()][gate].as_str();
                assert_eq!(Some(date.to_string().as_str()), expected, "{name} {} {gate}", permit.code);
                compared += 1;
            }
            let slacks = [
                ("accept", permit.accept_slack),
                ("decide", permit.decide_slack),
                ("issue", permit.issue_slack),
            ];
            for (gate, ours) in slacks {
                let may = &theirs["slack"][permit.code.as_str()][gate];
                let latest = may["latest"].as_str().map(|date| date.parse::<Date>().unwrap());
                let ours = ours.map(|slack| (u64::from(slack.days), slack.latest));
                assert_eq!(ours, may["days"].as_u64().zip(latest), "{name} {} {gate} may slip", permit.code);
            }
        }
        assert_eq!(compared, 4 * theirs["permits"].as_object().unwrap().len(), "{name}");
        for milestone in &ours.milestones {
            assert_eq!(theirs["milestones"][milestone.code.as_str()], milestone.on.to_string(), "{name}");
            let may = &theirs["slack"][milestone.code.as_str()]["accept"];
            let days = milestone.slack.map(|slack| u64::from(slack.days));
            assert_eq!(days, may["days"].as_u64(), "{name} {}", milestone.code);
        }
        let path: Vec<_> = ours.critical_path.iter().map(code).collect();
        assert_eq!(theirs["critical_path"], serde_json::json!(path), "{name}");
        assert_eq!(theirs["completion"], ours.completion.to_string(), "{name}");
    }
}
