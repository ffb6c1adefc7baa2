use super::*;
use crate::{
    decider::{Actor, Explained},
    given::{Given, actor, administrator, id, platform},
};

fn shipped() -> DirectoryDefinition {
    parse(SHIPPED).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn import(definition: DirectoryDefinition) -> DirectoryCommand {
    DirectoryCommand::ImportDirectory { definition }
}

fn with_shipped() -> Given<DirectoryDecider> {
    Given::nothing().does(&import(shipped())).by(administrator())
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
    let mut given = with_shipped();
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
    let grant = roles("administrator", &[Role::Administrator, Role::Head]);
    assert_eq!(given.when(&grant).unwrap_err().rule(), Some("R18"));
    let mut definition = shipped();
    definition.officers.get_mut(&id("administrator")).unwrap().roles.insert(Role::Supervisor);
    assert_eq!(given.when(&import(definition)).unwrap_err().code(), "OwnRoles");
    let mut other = given.by(actor("administrator-2", "government-services", &[Role::Administrator]));
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
    assert_eq!(officer.when(&retire("lead")).unwrap_err().code(), "NotAdministrator");
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
    const ROLES: [Role; 5] = [Role::Officer, Role::Head, Role::Auditor, Role::Administrator, Role::Township];
    let account =
        proptest::sample::select(vec!["administrator", "nr-head", "nr-officer-1", "new-1", "new-2"]);
    let body = proptest::sample::select(vec!["water", "tongle", "nowhere"]);
    let some = proptest::sample::subsequence(ROLES.to_vec(), 0..3);
    let command = prop_oneof![
        (account.clone(), body.clone(), some.clone()).prop_map(|(a, b, r)| register(a, b, &r)),
        (account.clone(), some).prop_map(|(a, r)| roles(a, &r)),
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
    let actors: [Actor; 2] = [platform(), administrator()];
    let step = (command, 0usize..2);
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
fn the_county_keeps_an_administrator_and_the_platform_its_name() {
    let mut given = with_shipped();
    assert_eq!(given.when(&retire("administrator")).unwrap_err().code(), "LastAdministrator");
    let taken = register("platform", "government-services", &[Role::Officer]);
    assert_eq!(given.when(&taken).unwrap_err().code(), "PlatformsName");
    let second = register("administrator-2", "government-services", &[Role::Administrator]);
    let mut given = given.does(&second);
    assert!(given.when(&retire("administrator")).is_ok());
}
