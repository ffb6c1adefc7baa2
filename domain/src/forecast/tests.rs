use super::*;
use crate::{
    directory,
    given::id,
    matter::plan::{Gate, Reaches, Settings},
    template,
};
use jiff::civil::date;

fn road() -> Plan {
    let bodies = directory::parse(directory::SHIPPED).unwrap().bodies.into_keys().collect();
    let road = template::parse(template::SHIPPED[0].1, &bodies).unwrap();
    road.plan(1, &BTreeSet::new(), Settings::default()).unwrap().implemented_by(&id("tongle"))
}

fn run(plan: &Plan, from: Date, progress: &Progress, assumptions: &Assumptions) -> Forecast {
    forecast(plan, &Calendar::national(), from, progress, assumptions).unwrap()
}

fn fresh(assumptions: &Assumptions) -> Forecast {
    run(&road(), date(2023, 6, 12), &Progress::default(), assumptions)
}

fn soft() -> BTreeMap<(PermitCode, RequirementId), Mode> {
    let edges = [("A3", "A2"), ("B1", "A5"), ("B2", "B1"), ("C2", "C1")];
    let commitment = edges.map(|(of, on)| ((id(of), RequirementId::Permit(id(on))), Mode::Commitment));
    commitment.into_iter().chain([((id("A8"), RequirementId::Permit(id("A7"))), Mode::PreReview)]).collect()
}

#[test]
fn the_first_permits_by_hand() {
    // Mon 2023-06-12 + 3 W = Thu 15. A2: + 5 W over the Dragon Boat days off (22-24) and the make-up Sunday 25: Wed 21,
    // counted 16, 19, 20, 21, 25.
    let promised = fresh(&Assumptions::default());
    let of = |code: &str| promised.permit(&id(code)).unwrap();
    assert_eq!((of("A1").accept, of("A1").decide), (date(2023, 6, 12), date(2023, 6, 15)));
    assert_eq!((of("A2").accept, of("A2").decide), (date(2023, 6, 15), date(2023, 6, 25)));
    assert!(!promised.provisional);
}

#[test]
fn tolerance_and_parallel_work_never_make_it_later() {
    let assume =
        |basis, serial, tolerate| fresh(&Assumptions { basis, serial, tolerate, ..Default::default() });
    let serial = assume(Basis::Statutory, true, BTreeMap::new());
    let parallel = assume(Basis::Statutory, false, BTreeMap::new());
    let promised = assume(Basis::Promised, false, BTreeMap::new());
    let tolerated = assume(Basis::Promised, false, soft());
    assert!(serial.completion > parallel.completion && parallel.completion > promised.completion);
    assert!(promised.completion >= tolerated.completion);
    assert_eq!(promised.days_before(&parallel), -parallel.days_before(&promised));
    // The design review no longer waits for the flood assessment, nor the land decision's acceptance for the licence.
    let earlier = |code: &str, gate: fn(&PermitForecast) -> Date| {
        let of = |forecast: &Forecast| gate(forecast.permit(&id(code)).unwrap());
        of(&tolerated) < of(&promised)
    };
    assert!(earlier("B1", |permit| permit.decide) && earlier("A8", |permit| permit.accept));
    let waits = |forecast: &Forecast, code: &str| forecast.permit(&id(code)).unwrap().waits_for.clone();
    assert_eq!(waits(&promised, "B1"), Some(Node::Permit(id("A5"))));
    assert_eq!(waits(&tolerated, "B1"), None);
}

#[test]
fn one_working_day_more_than_the_slack_moves_completion() {
    let before = fresh(&Assumptions::default());
    for permit in &before.permits {
        let with = |days: u32| {
            let mut extend = BTreeMap::new();
            extend.insert(permit.code.clone(), u16::try_from(days).unwrap());
            fresh(&Assumptions { extend, ..Default::default() }).completion
        };
        let slack = permit.decide_slack.unwrap().days;
        assert!(permit.critical == (slack == 0));
        // The slack of a decision that waits for another is less than what its limit could grow by.
        if permit.waits_for.is_none() && permit.code.as_str() != "C2" {
            assert_eq!(with(slack), before.completion, "{}", permit.code);
            assert!(with(slack + 1) > before.completion, "{}", permit.code);
        }
    }
}

#[test]
fn the_critical_path_is_a_chain_that_ends_at_completion() {
    let forecast = fresh(&Assumptions::default());
    let path = &forecast.critical_path;
    assert_eq!(path.first(), Some(&Node::Permit(id("A1"))));
    assert_eq!(path.last(), Some(&Node::Permit(id("D2"))));
    let plan = road();
    for pair in path.windows(2) {
        let before = match &pair[1] {
            Node::Permit(code) => {
                plan.permit(code).unwrap().prerequisites.iter().map(|edge| edge.node.clone()).collect()
            }
            Node::Milestone(code) => plan.milestones.iter().find(|m| &m.code == code).unwrap().after.clone(),
        };
        assert!(before.contains(&pair[0]), "{pair:?}");
    }
}

#[test]
fn what_has_happened_stands_and_nothing_is_put_into_the_past() {
    let plan = road();
    let today = date(2023, 7, 10);
    let mut progress = Progress::default();
    let done = |accepted, decided| PermitProgress {
        accepted_on: Some(accepted),
        decided_on: Some(decided),
        ..Default::default()
    };
    progress.permits.insert(id("A1"), done(date(2023, 6, 12), date(2023, 6, 14)));
    let dues = Dues {
        statutory: None,
        promised: None,
        statutory_left: Some(15),
        promised_left: Some(2),
        provisional: false,
        calendar: Calendar::national().version().clone(),
    };
    let stopped = PermitProgress {
        accepted_on: Some(date(2023, 6, 15)),
        dues: Some(dues),
        told_until: Some(date(2023, 7, 14)),
        ..Default::default()
    };
    progress.permits.insert(id("A4"), stopped);
    progress.permits.insert(id("A5"), PermitProgress { not_applicable: true, ..Default::default() });
    let forecast = run(&plan, today, &progress, &Assumptions::default());
    let of = |code: &str| forecast.permit(&id(code)).unwrap();
    assert_eq!((of("A1").decide, of("A1").decide_slack), (date(2023, 6, 14), None));
    assert_eq!(of("A2").accept, today);
    // Told until Friday 14, two working days left: Tuesday 18.
    assert_eq!((of("A4").accept, of("A4").due), (date(2023, 6, 15), date(2023, 7, 18)));
    assert_eq!(forecast.permit(&id("A5")), None);
    let late = date(2023, 8, 1);
    assert_eq!(run(&plan, late, &progress, &Assumptions::default()).permit(&id("A4")).unwrap().decide, late);
}

#[test]
fn a_cycle_gives_no_dates_and_is_named() {
    let mut plan = road();
    let mut edge = plan.permits[1].prerequisites[0].clone();
    edge.node = Node::Permit(id("D2"));
    plan.permits[0].prerequisites.push(edge);
    let cyclic = forecast(
        &plan,
        &Calendar::national(),
        date(2023, 6, 12),
        &Progress::default(),
        &Assumptions::default(),
    );
    assert!(cyclic.unwrap_err().path.contains(&Node::Permit(id("D2"))));
}

#[test]
fn what_lies_beyond_the_calendar_is_provisional() {
    let forecast = run(&road(), date(2026, 11, 2), &Progress::default(), &Assumptions::default());
    assert!(forecast.provisional);
    assert!(!forecast.permit(&id("A1")).unwrap().provisional);
    assert!(forecast.permit(&id("D2")).unwrap().provisional);
}

#[test]
fn gates_come_in_order_whatever_is_assumed() {
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    let plan = road();
    proptest!(ProptestConfig::with_cases(24), |(
        offset in 0i32..900,
        serial in proptest::bool::ANY,
        statutory in proptest::bool::ANY,
        extra in 0u16..30,
        which in 0usize..17,
    )| {
        let basis = if statutory { Basis::Statutory } else { Basis::Promised };
        let code = plan.permits[which].code.clone();
        let from = date(2023, 1, 1).saturating_add(jiff::Span::new().days(offset));
        let base = run(&plan, from, &Progress::default(), &Assumptions { basis, serial, ..Default::default() });
        let extend = [(code, extra)].into();
        let more = run(&plan, from, &Progress::default(), &Assumptions { basis, serial, extend, ..Default::default() });
        prop_assert!(more.completion >= base.completion);
        for permit in base.permits.iter().chain(&more.permits) {
            prop_assert!(from <= permit.accept && permit.accept <= permit.due);
            prop_assert!(permit.due <= permit.decide && permit.decide <= permit.issue);
        }
        for permit in &plan.permits {
            for edge in permit.prerequisites.iter().filter(|edge| edge.gate == Gate::Accept) {
                if let Node::Permit(before) = &edge.node {
                    let (of, on) = (base.permit(&permit.code).unwrap(), base.permit(before).unwrap());
                    prop_assert!(of.accept >= on.decide);
                }
            }
        }
    });
}

#[test]
fn r11_the_statutory_limit_of_a_pre_review_begins_when_what_it_waits_for_lands() {
    let plan = road();
    let mut progress = Progress::default();
    progress
        .permits
        .insert(id("A8"), PermitProgress { accepted_on: Some(date(2023, 6, 12)), ..Default::default() });
    let tolerate = [((id("A8"), id("permit:A7")), Mode::PreReview)].into();
    let forecast = run(&plan, date(2023, 6, 12), &progress, &Assumptions { tolerate, ..Default::default() });
    let (a7, a8) = (forecast.permit(&id("A7")).unwrap(), forecast.permit(&id("A8")).unwrap());
    let limit = plan.permit(&id("A8")).unwrap().statutory.clone().unwrap();
    let landed = plan.permit(&id("A8")).unwrap().prerequisites[0].reaches;
    let from = if landed == Reaches::Issued { a7.issue } else { a7.decide };
    assert_eq!(a8.law_due, Some(Calendar::national().add(from, limit.value.into(), limit.unit)));
}
