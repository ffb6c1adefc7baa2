use super::*;
use crate::{
    LineError,
    decider::{Explained, Role, SeenAt},
    directory,
    given::{Given, actor, administrator, id},
    graph::Graph,
    matter::plan::{Gate, Mode, Nature, RequirementId, Settings},
};

fn bodies() -> BTreeSet<BodyId> {
    directory::parse(directory::SHIPPED).unwrap().bodies.into_keys().collect()
}

fn road() -> Definition {
    parse(SHIPPED[0].1, &bodies()).unwrap()
}

fn reads() -> TemplateReads {
    let at = SeenAt { stream: "530322.directory-main".into(), revision: Some(3) };
    TemplateReads { bodies: Some(Seen { at, value: bodies() }) }
}

fn import(definition: &Definition) -> TemplateCommand {
    TemplateCommand::ImportTemplate { definition: definition.clone() }
}

#[test]
fn the_shipped_templates_read_without_error() {
    for (name, text) in SHIPPED {
        let definition = parse(text, &bodies()).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        assert_eq!(definition.id.as_str(), name);
        assert_eq!(
            Graph::of_plan(&definition.permits, &definition.milestones).cycles(),
            Vec::<Vec<_>>::new()
        );
        for permit in &definition.permits {
            for limit in [&permit.statutory, &permit.promised].into_iter().flatten() {
                assert!(!limit.source.is_empty(), "{} of {name}", permit.code);
            }
        }
    }
}

#[test]
fn the_road_has_its_seventeen_permits_and_the_law_is_hard() {
    let road = road();
    let codes: Vec<_> = road.permits.iter().map(|permit| permit.code.as_str()).collect();
    let expected = "A1 A2 A3 A4 A5 A6 A7 A8 B1 B2 B3 C1 C2 C3 C4 D1 D2";
    assert_eq!(codes.join(" "), expected);
    let c4 = road.permits.iter().find(|permit| permit.code.as_str() == "C4").unwrap();
    assert_eq!(c4.nature, Nature::Permit);
    let at_issue: Vec<_> = c4.requirements().filter(|r| r.gate == Gate::Issue && r.edge.is_some()).collect();
    assert_eq!(at_issue.len(), 7);
    assert!(at_issue.iter().all(|r| r.statutory && r.modes.is_empty()));
    let a8 = road.permits.iter().find(|permit| permit.code.as_str() == "A8").unwrap();
    let edge = a8.requirement(&RequirementId::Permit(id("A7"))).unwrap();
    assert_eq!((edge.gate, edge.modes.iter().copied().collect()), (Gate::Accept, vec![Mode::PreReview]));
}

/// A good template, with one line changed.
fn errors_of(from: &str, to: &str) -> Vec<LineError> {
    let text = include_str!("tests/good.toml");
    assert!(text.contains(from), "{from}");
    parse(&text.replacen(from, to, 1), &bodies()).unwrap_err()
}

/// All errors of the changed template, each with its way out.
fn only(from: &str, to: &str) -> String {
    let errors = errors_of(from, to);
    assert!(errors.iter().all(|e| e.zh.contains('；') && e.en.contains("; ")), "{errors:#?}");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

#[test]
fn each_error_names_its_line_and_what_to_do() {
    assert!(parse(include_str!("tests/good.toml"), &bodies()).is_ok());
    let all = [
        only("lead = \"water\"", "lead = \"watr\""),
        only("[\"ecology\", \"fire\"]", "[\"ecology\", \"fyre\"]"),
        only("permit = \"A1\", before = \"accept\"", "permit = \"A9\", before = \"accept\""),
        only(
            "{ permit = \"A1\", before = \"accept\" }",
            "{ permit = \"A1\", milestone = \"done\", before = \"accept\" }",
        ),
        only("after_permits = [\"A3\"]", "after_permits = [\"A4\"]"),
        only("needs = [] # A1", "needs = [{ permit = \"A3\", before = \"accept\" }] # A1"),
        only(", source = \"行政许可法 42\" } # A1", " } # A1"),
        only(
            "unit = \"working_days\", source = \"行政许可法 42\" } # A1",
            "unit = \"weeks\", source = \"行政许可法 42\" } # A1",
        ),
        only("value = 20, unit", "value = 0, unit"),
        only("code = \"A3\"", "code = \"A1\"\n# "),
        only("modes = [\"accept\"]", "modes = [\"pre_review\"]"),
        only("modes = [\"commitment\"] # soft", "modes = [\"accept\"] # soft"),
        only("statutory = true, modes = []", "statutory = true, modes = [\"commitment\"]"),
        only("statutory = true, modes = []", "statutory = true, modes = [\"issue_first\"]"),
        only(
            "before = \"issue\", statutory = true, modes = []",
            "before = \"after_issue\", statutory = true",
        ),
        only("sensitive = \"ecology\" # none", "sensitive = \"ecology\", modes = [\"commitment\"] # none"),
        only("certificate = true", "certificate = false"),
        only("name = \"甲\"", "name = \"甲\"\nnote = \"?\""),
        only("name = \"甲\"", "nam = \"甲\""),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn r04_no_more_is_promised_than_the_law_gives() {
    let promise = |value: u16, unit: &str| {
        format!("needs = [] # A1\npromised = {{ value = {value}, unit = \"{unit}\", source = \"承诺\" }}")
    };
    let told = only("needs = [] # A1", &promise(21, "working_days"));
    assert!(told.contains("21") && told.contains("20"), "{told}");
    assert_eq!(errors_of("needs = [] # A1", &promise(21, "working_days"))[0].line, 17);
    for lawful in [promise(20, "working_days"), promise(21, "calendar_days")] {
        let text = include_str!("tests/good.toml").replacen("needs = [] # A1", &lawful, 1);
        assert!(parse(&text, &bodies()).is_ok(), "{lawful}");
    }
}

#[test]
fn all_errors_come_at_once_in_order_of_lines() {
    let text = include_str!("tests/good.toml")
        .replace("lead = \"water\"", "lead = \"watr\"")
        .replace("unit = \"calendar_days\"", "unit = \"days\"")
        .replace("kind = \"试验\"", "knd = \"试验\"");
    let errors = parse(&text, &bodies()).unwrap_err();
    insta::assert_snapshot!(
        errors.iter().flat_map(|e| [e.to_string(), e.message_zh()]).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let errors = parse("id = \"x\"\nname = \n", &bodies()).unwrap_err();
    assert_eq!(errors[0].line, 2, "{errors:#?}");
    assert!(parse("", &bodies()).is_err());
}

#[test]
fn an_import_is_the_next_version_and_the_same_again_is_nothing() {
    let mut changed = road();
    changed.permits[0].promised.as_mut().unwrap().value = 2;
    let mut given =
        Given::<TemplateDecider>::nothing().by(administrator()).reading(reads()).does(&import(&road()));
    assert_eq!(given.when(&import(&road())), Ok(vec![]));
    let events = given.when(&import(&changed)).unwrap();
    assert!(matches!(&events[..], [TemplateEvent::TemplateImported(i)] if i.version == 2));
    let given = given.does(&import(&changed));
    assert_eq!(given.state.version(1), Some(&road()));
    assert_eq!(given.state.latest(), Some(&changed));
}

#[test]
fn who_may_not_import_and_what_may_not_be_imported() {
    let officer = actor("nr-officer-1", "natural-resources", &[Role::Officer]);
    let mut given = Given::<TemplateDecider>::nothing().by(officer).reading(reads());
    assert_eq!(given.when(&import(&road())).unwrap_err().code(), "NotAdministrator");
    let mut given = Given::<TemplateDecider>::nothing();
    assert_eq!(given.when(&import(&road())).unwrap_err().code(), "NoDirectory");
    let mut given = Given::<TemplateDecider>::nothing().reading(reads()).does(&import(&road()));
    let mut other = road();
    other.id = id("other");
    assert_eq!(given.when(&import(&other)).unwrap_err().code(), "OtherTemplate");
    let mut faulty = road();
    faulty.permits[14].prerequisites[1].modes.insert(Mode::IssueFirst);
    let refusal = given.when(&import(&faulty)).unwrap_err();
    assert_eq!((refusal.code(), refusal.rule()), ("TemplateFaulty", Some("R8")));
    assert!(refusal.message_zh(&Default::default()).contains("行政许可法第69条"));
}

#[test]
fn a_plan_may_leave_out_what_no_law_demands() {
    let given = Given::<TemplateDecider>::nothing().reading(reads()).does(&import(&road()));
    let plan = |leave: &[&str]| {
        let leave = leave.iter().map(|code| id(code)).collect();
        given.state.plan(None, &leave, Settings::default())
    };
    let without = plan(&["A1"]).unwrap();
    assert_eq!((without.permits.len(), without.version), (16, 1));
    assert!(
        without
            .permit(&id("A3"))
            .unwrap()
            .prerequisites
            .iter()
            .all(|e| e.id() != RequirementId::Permit(id("A1")))
    );
    let refused = plan(&["A4"]).unwrap_err();
    assert!(matches!(&refused, Unplannable::NeededByLaw { by, .. } if by.as_str() == "C4"));
    assert!(refused.source().unwrap().contains("水土保持法"));
    assert!(matches!(plan(&["Z1"]), Err(Unplannable::NoSuchPermit { .. })));
    let none = BTreeSet::new();
    let missing = given.state.plan(Some(2), &none, Settings::default());
    assert_eq!(missing, Err(Unplannable::NoSuchVersion { version: Some(2), latest: 1 }));
}

#[test]
fn a_rural_house_is_led_by_the_township_it_stands_in() {
    let (_, text) = SHIPPED.iter().find(|(name, _)| *name == "rural-house").unwrap();
    let house = parse(text, &bodies()).unwrap();
    let plan = house.plan(1, &[id("H3")].into(), Settings::default()).unwrap().implemented_by(&id("majie"));
    assert_eq!(plan.permit(&id("H5")).unwrap().lead.as_str(), "majie");
    assert!(plan.permits.iter().all(|permit| permit.lead.as_str() != IMPLEMENTING_BODY));
    assert!(
        plan.permits.iter().flat_map(|permit| &permit.cooperating).all(|b| b.as_str() != IMPLEMENTING_BODY)
    );
}

#[test]
fn any_sequence_of_imports_folds_and_repeats_in_silence() {
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
    let base = road();
    proptest!(ProptestConfig::with_cases(32), |(limits in proptest::collection::vec(1u16..4, 0..8))| {
        let mut given = Given::<TemplateDecider>::nothing().reading(reads());
        for limit in limits {
            let mut definition = base.clone();
            definition.permits[0].promised.as_mut().unwrap().value = limit;
            prop_assert!(given.repeats(&import(&definition)));
        }
        prop_assert_eq!(given.refolded(), given.state);
    });
}
