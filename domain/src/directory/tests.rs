use super::*;
use crate::{
    decider::{Actor, Explained},
    given::{Given, actor, administrator, id, platform, security_administrator},
};
use std::collections::BTreeSet;

fn shipped() -> DirectoryDefinition {
    parse(SHIPPED).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn import(definition: DirectoryDefinition) -> DirectoryCommand {
    DirectoryCommand::ImportDirectory { definition, part: None }
}

fn with_shipped() -> Given<DirectoryDecider> {
    Given::nothing().does(&import(shipped())).by(security_administrator())
}

fn roles(id: &str, roles: &[Role]) -> DirectoryCommand {
    DirectoryCommand::ChangeRoles { id: crate::given::id(id), roles: roles.iter().copied().collect() }
}

fn officer(body: &str, roles: &[Role]) -> OfficerEntry {
    OfficerEntry { body: id(body), roles: roles.iter().copied().collect(), post: None, person: None }
}

fn register(account: &str, body: &str, roles: &[Role]) -> DirectoryCommand {
    DirectoryCommand::RegisterOfficer { id: id(account), officer: officer(body, roles) }
}

fn name(account: &str, person: char) -> DirectoryCommand {
    let person = id(&format!("vault:01ARZ3NDEKTSV4RRFFQ69G5FA{person}"));
    DirectoryCommand::NameOfficer { officer: id(account), person }
}

fn retire(account: &str) -> DirectoryCommand {
    DirectoryCommand::RetireOfficer { id: id(account), reason: id("调离") }
}

#[test]
fn the_shipped_directory_gives_every_department_a_head_and_two_officers() {
    let directory = with_shipped().state;
    for body in ["development-reform", "natural-resources", "housing-construction", "water", "fire"] {
        let of = |role| {
            directory.officers().filter(|(_, o)| o.body.as_str() == body && o.roles.contains(&role)).count()
        };
        assert_eq!((of(Role::Head), of(Role::Officer)), (1, 2), "{body}");
    }
    for account in ["lead", "deputy", "clerk", "township", "supervisor", "auditor", "administrator"] {
        assert!(directory.actor(&id(account)).is_some(), "{account}");
    }
    let expected = actor("nr-officer-1", "natural-resources", &[Role::Officer]);
    assert_eq!(directory.actor(&id("nr-officer-1")), Some(expected));
    assert_eq!(directory.actor(&id("nobody")), None);
}

#[test]
fn an_import_gives_the_difference_and_the_same_again_is_nothing() {
    let mut given = with_shipped().by(platform());
    assert_eq!(given.when(&import(shipped())), Ok(vec![]));
    let mut changed = shipped();
    changed.bodies.get_mut(&id("water")).unwrap().name_en = id("Water Authority");
    changed.officers.get_mut(&id("wa-officer-1")).unwrap().roles.insert(Role::Head);
    changed.officers.get_mut(&id("wa-officer-2")).unwrap().post = Some(id("水务局经办人乙"));
    changed.officers.insert(id("wa-officer-3"), officer("water", &[Role::Officer]));
    changed.officers.remove(&id("wa-head"));
    let events = given.when(&import(changed)).unwrap();
    let names: Vec<_> = events.iter().map(crate::decider::EventRecord::name).collect();
    assert_eq!(names, ["BodyAmended", "RolesChanged", "OfficerPostRenamed", "OfficerRegistered"]);
}

#[test]
fn nobody_grants_roles_to_themselves_not_even_by_import() {
    let mut given = with_shipped();
    let grant = roles("security-administrator", &[Role::Auditor]);
    assert_eq!(given.when(&grant).unwrap_err().code(), "OwnRoles");
    assert_eq!(given.when(&grant).unwrap_err().rule(), Some("R18"));
    let mut definition = shipped();
    definition.officers.get_mut(&id("security-administrator")).unwrap().roles = [Role::Supervisor].into();
    assert_eq!(given.when(&import(definition)).unwrap_err().code(), "OwnRoles");
    let second = register("security-administrator-2", "government-services", &[Role::SecurityAdministrator]);
    let given = given.does(&second);
    let mut other =
        given.by(actor("security-administrator-2", "government-services", &[Role::SecurityAdministrator]));
    assert_eq!(other.when(&grant).map(|events| events.len()), Ok(1));
}

#[test]
fn roles_that_do_not_go_together_are_refused() {
    let mut given = with_shipped();
    let code = |result: Result<Vec<DirectoryEvent>, DirectoryRefusal>| result.unwrap_err().code();
    assert_eq!(code(given.when(&roles("auditor", &[Role::Auditor, Role::Officer]))), "AuditorActs");
    assert_eq!(code(given.when(&roles("lead", &[Role::System]))), "SystemRole");
    assert_eq!(code(given.when(&roles("lead", &[Role::Township]))), "NotATownship");
    assert_eq!(code(given.when(&roles("lead", &[]))), "NoRole");
    assert_eq!(code(given.when(&register("new", "nowhere", &[Role::Officer]))), "NoSuchBody");
    assert_eq!(code(given.when(&register("lead", "water", &[Role::Officer]))), "OfficerExists");
}

#[test]
fn a_retired_account_is_no_actor_and_does_not_come_back() {
    let mut given = with_shipped().does(&retire("nr-head"));
    assert_eq!(given.state.actor(&id("nr-head")), None);
    assert!(given.state.known(&id("nr-head")).is_some());
    assert_eq!(given.when(&retire("nr-head")), Ok(vec![]));
    assert_eq!(given.when(&import(shipped())), Ok(vec![]));
    let again = register("nr-head", "natural-resources", &[Role::Head]);
    assert_eq!(given.when(&again).unwrap_err().code(), "OfficerRetired");
}

#[test]
fn an_account_stays_with_its_body_and_a_directory_with_its_county() {
    let mut given = with_shipped();
    let mut moved = shipped();
    moved.officers.get_mut(&id("nr-head")).unwrap().body = id("water");
    assert_eq!(given.when(&import(moved)).unwrap_err().code(), "OfficerElsewhere");
    let mut other = shipped();
    other.county = id("530323");
    assert_eq!(given.when(&import(other)).unwrap_err().code(), "OtherCounty");
    let mut officer = given.by(actor("nr-head", "natural-resources", &[Role::Head]));
    assert_eq!(officer.when(&retire("lead")).unwrap_err().code(), "NotSecurityAdministrator");
}

#[test]
fn a_role_that_is_named_twice_is_a_slip_and_told() {
    let text = SHIPPED.replacen("roles = [\"clerk\"]", "roles = [\"clerk\", \"clerk\"]", 1);
    let errors = parse(&text).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().contains("each name once"), "{}", errors[0]);
}

#[test]
fn each_error_of_the_text_names_its_line() {
    let text = "county = \"53032\"\n[[body]]\nid = \"water\"\nname = \"水务局\"\nname_en = \"Water\"\nkind = \"bureau\"\n\
                [[officer]]\nid = \"wa-head\"\nbody = \"watr\"\nroles = [\"boss\"]\nperson = \"x\"\n";
    let errors = parse(text).unwrap_err();
    let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn any_history_folds_and_any_accepted_command_repeats_in_silence() {
    use proptest::prelude::{
        Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };
    const ROLES: [Role; 6] = [
        Role::Officer,
        Role::Head,
        Role::Auditor,
        Role::Administrator,
        Role::SecurityAdministrator,
        Role::Township,
    ];
    let account =
        proptest::sample::select(vec!["administrator", "nr-head", "nr-officer-1", "new-1", "new-2"]);
    let body = proptest::sample::select(vec!["water", "tongle", "nowhere"]);
    let some = proptest::sample::subsequence(ROLES.to_vec(), 0..3);
    let command = prop_oneof![
        (account.clone(), body.clone(), some.clone()).prop_map(|(a, b, r)| register(a, b, &r)),
        (account.clone(), some).prop_map(|(a, r)| roles(a, &r)),
        (account.clone(), proptest::sample::select(vec!['A', 'B'])).prop_map(|(a, p)| name(a, p)),
        account.clone().prop_map(retire),
        (account.clone(), account.clone(), 10i8..16, 10i8..16).prop_map(|(principal, stand_in, from, to)| {
            let (from, to) = (jiff::civil::date(2023, 6, from), jiff::civil::date(2023, 6, to));
            let (principal, stand_in) = (id(principal), id(stand_in));
            DirectoryCommand::GrantStandIn { principal, stand_in, from, to, reason: id("休假") }
        }),
        (account, 10i8..16).prop_map(|(principal, from)| {
            let from = jiff::civil::date(2023, 6, from);
            DirectoryCommand::EndStandIn { principal: id(principal), from, reason: id("返岗") }
        }),
        body.prop_map(|b| {
            let (name_zh, name_en) = (id("某局"), id("Some Bureau"));
            DirectoryCommand::AmendBody {
                id: id(b),
                body: Body { name_zh, name_en, kind: BodyKind::Department },
            }
        }),
        Just(import(shipped())),
    ];
    let actors: [Actor; 3] = [platform(), administrator(), security_administrator()];
    let step = (command, 0usize..3);
    proptest!(ProptestConfig::with_cases(48), |(steps in proptest::collection::vec(step, 0..16))| {
        let mut given = Given::<DirectoryDecider>::nothing();
        for (command, who) in steps {
            given = given.by(actors[who].clone());
            prop_assert!(given.repeats(&command));
        }
        prop_assert_eq!(given.refolded(), given.state);
    });
}

#[test]
fn the_county_keeps_its_administrators_and_the_platform_its_name() {
    let mut given = with_shipped();
    for needed in ["administrator", "security-administrator", "audit-administrator"] {
        assert_eq!(given.when(&retire(needed)).unwrap_err().code(), "LastAdministrator");
    }
    assert_eq!(given.when(&roles("administrator", &[Role::Clerk])).unwrap_err().code(), "LastAdministrator");
    let taken = register("platform", "government-services", &[Role::Officer]);
    assert_eq!(given.when(&taken).unwrap_err().code(), "PlatformsName");
    let second = register("administrator-2", "government-services", &[Role::Administrator]);
    let mut given = given.does(&second);
    assert!(given.when(&retire("administrator")).is_ok());
}

#[test]
fn r18_an_account_that_exists_is_given_a_name_and_the_same_again_is_nothing() {
    let mut given = with_shipped();
    let expected =
        event::OfficerNamed { officer: id("nr-head"), person: id("vault:01ARZ3NDEKTSV4RRFFQ69G5FAA") };
    assert_eq!(given.when(&name("nr-head", 'A')), Ok(vec![expected.into()]));
    let mut given = given.does(&name("nr-head", 'A'));
    assert_eq!(given.when(&name("nr-head", 'A')), Ok(vec![]));
    assert!(given.state.other_accounts(&id("nr-head")).is_empty());
    // a slip is put right
    assert_eq!(given.when(&name("nr-head", 'B')).map(|events| events.len()), Ok(1));
    // an import knows no persons and takes no name away
    let imported = given.by(platform()).does(&import(shipped()));
    assert!(imported.state.officer(&id("nr-head")).unwrap().person.is_some());
}

#[test]
fn r18_only_the_security_administrator_names_and_only_an_account_that_can_act() {
    let mut given = with_shipped().does(&retire("nr-head"));
    assert_eq!(given.when(&name("nobody", 'A')).unwrap_err().code(), "NoSuchOfficer");
    assert_eq!(given.when(&name("nr-head", 'A')).unwrap_err().code(), "OfficerRetired");
    let mut system = given.by(administrator());
    assert_eq!(system.when(&name("clerk", 'A')).unwrap_err().code(), "NotSecurityAdministrator");
}

#[test]
fn r18_an_actor_knows_the_other_accounts_of_its_person_retired_ones_too_and_no_event_holds_them() {
    let given = with_shipped().does(&name("clerk", 'A')).does(&name("nr-officer-1", 'A'));
    let given =
        given.does(&name("wa-officer-1", 'A')).does(&name("nr-officer-2", 'B')).does(&retire("clerk"));
    let one = given.state.actor(&id("nr-officer-1")).unwrap();
    assert_eq!(one.other_accounts, BTreeSet::from([id("clerk"), id("wa-officer-1")]));
    assert!(one.is_one_with(&id("clerk")) && one.is_one_with(&id("wa-officer-1")));
    assert!(!one.is_one_with(&id("nr-officer-2")));
    let stored = serde_json::to_value(&one).unwrap();
    assert_eq!(stored, serde_json::to_value(one.as_recorded()).unwrap());
    assert!(!stored.to_string().contains("clerk"));
    let unnamed = given.state.actor(&id("nr-head")).unwrap();
    assert!(unnamed.other_accounts.is_empty(), "nobody's name is no name in common");
}
