use super::*;
use crate::{
    decider::{Explained as _, Role},
    directory::{self, DirectoryCommand as C, DirectoryDecider, DirectoryDefinition},
    given::{Given, actor, administrator, id, platform, security_administrator},
    ids::LegalText,
};

fn shipped() -> DirectoryDefinition {
    directory::parse(directory::SHIPPED).unwrap()
}

fn import(definition: DirectoryDefinition, part: Option<ImportPart>) -> C {
    C::ImportDirectory { definition, part }
}

fn with_shipped() -> Given<DirectoryDecider> {
    Given::nothing().does(&import(shipped(), None))
}

/// A definition that changes a body and an account.
fn changing_both() -> DirectoryDefinition {
    let mut both = shipped();
    both.bodies.get_mut(&id("water")).unwrap().name_en = id::<LegalText>("Water Authority");
    both.officers.get_mut(&id("wa-officer-1")).unwrap().roles = [Role::Clerk].into();
    both
}

#[test]
fn each_administrator_imports_its_part_and_neither_the_others() {
    use ImportPart::{Accounts, Bodies};
    let mut system = with_shipped().by(administrator());
    let code = |result: Result<Vec<_>, DirectoryRefusal>| result.unwrap_err().code();
    assert_eq!(code(system.when(&import(changing_both(), None))), "OtherPart");
    assert_eq!(code(system.when(&import(changing_both(), Some(Accounts)))), "OtherPart");
    let mut security = system.does(&import(changing_both(), Some(Bodies))).by(security_administrator());
    assert_eq!(security.when(&import(changing_both(), None)).map(|facts| facts.len()), Ok(1));
    assert_eq!(security.when(&import(shipped(), Some(Bodies))).unwrap_err().code(), "OtherPart");
    assert!(
        security
            .does(&import(changing_both(), Some(Accounts)))
            .when(&import(changing_both(), None))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_system_administrator_grants_nothing_and_the_security_administrator_keeps_no_body() {
    let given = with_shipped();
    let mut system = given.by(administrator());
    let roles = C::ChangeRoles { id: id("lead"), roles: [Role::Clerk].into() };
    assert_eq!(system.when(&roles).unwrap_err().code(), "NotSecurityAdministrator");
    let body = shipped().bodies[&id("water")].clone();
    let amend = C::AmendBody { id: id("water"), body };
    assert_eq!(system.by(security_administrator()).when(&amend).unwrap_err().code(), "NotAdministrator");
}

#[test]
fn an_administrators_role_goes_with_no_other() {
    let mut given = with_shipped().by(security_administrator());
    for role in [Role::Administrator, Role::SecurityAdministrator, Role::AuditAdministrator] {
        let both = C::ChangeRoles { id: id("lead"), roles: [role, Role::Lead].into() };
        assert_eq!(given.when(&both).unwrap_err().code(), "RoleStandsAlone", "{role:?}");
    }
}

#[test]
fn one_person_is_not_two_of_the_administrators() {
    let person = "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().ok();
    let register = |account: &str, role| C::RegisterOfficer {
        id: id(account),
        officer: OfficerEntry {
            body: id("government-services"),
            roles: [role].into(),
            post: None,
            person: person.clone(),
        },
    };
    let mut given =
        with_shipped().by(security_administrator()).does(&register("system-2", Role::Administrator));
    let code = |result: Result<Vec<_>, DirectoryRefusal>| result.unwrap_err().code();
    assert_eq!(code(given.when(&register("security-2", Role::SecurityAdministrator))), "SamePerson");
    assert_eq!(code(given.when(&register("audit-2", Role::AuditAdministrator))), "SamePerson");
    assert!(given.when(&register("system-3", Role::Administrator)).is_ok());
    assert_eq!(
        code(given.when(&register("clerk-2", Role::Clerk))),
        "SamePerson",
        "nor one of them beside other work"
    );
}

#[test]
fn nobody_grants_roles_to_their_other_account() {
    let person = "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().ok();
    let register = |account: &str, role: Role| C::RegisterOfficer {
        id: id(account),
        officer: OfficerEntry {
            body: id("government-services"),
            roles: [role].into(),
            post: None,
            person: person.clone(),
        },
    };
    let given =
        with_shipped().by(security_administrator()).does(&register("sa-2", Role::SecurityAdministrator));
    let mut own = given.by(actor("sa-2", "government-services", &[Role::SecurityAdministrator]));
    assert_eq!(own.when(&register("sa-3", Role::SecurityAdministrator)).unwrap_err().code(), "OwnRoles");
}

fn name(account: &str, person: char) -> C {
    C::NameOfficer { officer: id(account), person: id(&format!("vault:01ARZ3NDEKTSV4RRFFQ69G5FA{person}")) }
}

#[test]
fn r18_a_name_makes_no_two_of_the_administrators_one_person() {
    let mut given = with_shipped().by(security_administrator()).does(&name("administrator", 'A'));
    for other in ["audit-administrator", "auditor", "lead", "security-administrator"] {
        assert_eq!(given.when(&name(other, 'A')).unwrap_err().code(), "SamePerson", "{other}");
        assert_eq!(given.when(&name(other, 'A')).unwrap_err().rule(), Some("R18"), "{other}");
    }
    let mut given = given.does(&name("lead", 'B'));
    assert!(
        given.when(&name("wa-head", 'B')).is_ok(),
        "two posts of one person are no two of the administrators"
    );
    let given = given.does(&name("wa-head", 'B'));
    let mut all_three =
        given.does(&name("security-administrator", 'C')).does(&name("audit-administrator", 'D'));
    let roles = C::ChangeRoles { id: id("wa-head"), roles: [Role::Auditor].into() };
    assert_eq!(all_three.when(&roles).unwrap_err().code(), "SamePerson", "a name given later counts, too");
}

#[test]
fn r18_ones_own_account_is_named_but_no_other_is_made_ones_own() {
    let second = C::RegisterOfficer {
        id: id("sa-2"),
        officer: OfficerEntry {
            body: id("government-services"),
            roles: [Role::SecurityAdministrator].into(),
            post: None,
            person: None,
        },
    };
    let mut given = with_shipped().by(security_administrator()).does(&second);
    let code = |result: Result<Vec<_>, DirectoryRefusal>| result.unwrap_err().code();
    assert!(given.when(&name("security-administrator", 'A')).is_ok());
    let mut own_first = given.does(&name("security-administrator", 'A'));
    assert_eq!(code(own_first.when(&name("sa-2", 'A'))), "OwnRoles");
    let mut other_first = with_shipped().by(security_administrator()).does(&second).does(&name("sa-2", 'A'));
    assert_eq!(code(other_first.when(&name("security-administrator", 'A'))), "OwnRoles");
    let register = C::RegisterOfficer {
        id: id("third"),
        officer: OfficerEntry {
            body: id("government-services"),
            roles: [Role::SecurityAdministrator].into(),
            post: None,
            person: "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().ok(),
        },
    };
    let mut third =
        own_first.does(&register).by(actor("third", "government-services", &[Role::SecurityAdministrator]));
    assert!(third.when(&name("sa-2", 'A')).is_ok(), "another security administrator says who they are");
}

/// A county set up when one administrator kept everything.
#[test]
fn where_nobody_grants_roles_the_system_administrator_names_the_first_who_does_and_no_more() {
    let mut old = shipped();
    old.officers.remove(&id("security-administrator"));
    old.officers.remove(&id("audit-administrator"));
    let mut given: Given<DirectoryDecider> =
        Given::nothing().by(platform()).does(&import(old.clone(), None)).by(administrator());
    assert_eq!(
        given.when(&import(shipped(), None)).unwrap_err().code(),
        "OtherPart",
        "an audit administrator, too"
    );
    let mut first = shipped();
    first.officers.remove(&id("audit-administrator"));
    let mut given = given.does(&import(first, None));
    assert_eq!(given.when(&import(shipped(), None)).unwrap_err().code(), "OtherPart");
    assert_eq!(
        given.by(security_administrator()).when(&import(shipped(), None)).map(|facts| facts.len()),
        Ok(1)
    );
}
