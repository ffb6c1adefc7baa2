use crate::{
    decider::{Explained, Role},
    directory::{self, DirectoryCommand as C, DirectoryDecider, DirectoryEvent as E},
    given::{Given, actor, id, security_administrator},
};
use jiff::civil::date;

fn days(from: i8, to: i8, principal: &str, stand_in: &str) -> C {
    let (from, to) = (date(2023, 6, from), date(2023, 6, to));
    C::GrantStandIn { principal: id(principal), stand_in: id(stand_in), from, to, reason: id("外出培训") }
}

fn ended(principal: &str, from: i8) -> C {
    C::EndStandIn { principal: id(principal), from: date(2023, 6, from), reason: id("提前返岗") }
}

/// The shipped directory on Monday 2023-06-12; its security administrator acts.
fn given() -> Given<DirectoryDecider> {
    let definition = directory::parse(directory::SHIPPED).unwrap();
    Given::nothing().does(&C::ImportDirectory { definition, part: None }).by(security_administrator())
}

fn refused(given: &mut Given<DirectoryDecider>, command: &C) -> &'static str {
    given.when(command).unwrap_err().code()
}

#[test]
fn r18_a_head_names_a_stand_in_who_acts_in_the_post_on_those_days_only() {
    let head = actor("wa-head", "water", &[Role::Head]);
    let given = given().by(head).does(&days(13, 16, "wa-head", "wa-officer-1"));
    let on = |day| given.state.in_place_of_others(&id("wa-officer-1"), date(2023, 6, day));
    assert_eq!((on(12).len(), on(13).len(), on(16).len(), on(17).len()), (0, 1, 1, 0));
    let acting = &on(14)[0];
    assert_eq!((acting.officer.as_str(), acting.body.as_str()), ("wa-officer-1", "water"));
    assert_eq!((&acting.roles, &acting.stands_in_for), (&[Role::Head].into(), &Some(id("wa-head"))));
    let granted = &given.state.stand_ins()[0];
    assert_eq!((granted.granted_by.as_str(), granted.granted_on), ("wa-head", date(2023, 6, 12)));
}

#[test]
fn r18_who_administers_or_audits_stands_in_for_nobody_and_who_becomes_that_no_longer() {
    let mut given = given();
    for keeper in ["administrator", "security-administrator"] {
        let head = actor("gs-head", "government-services", &[Role::Head]);
        given = given.by(head);
        assert_eq!(refused(&mut given, &days(13, 16, "clerk", keeper)), "RoleStandsAlone", "{keeper}");
    }
    let of_clerk = given.does(&days(13, 16, "clerk", "gs-officer-1"));
    let on = |given: &Given<DirectoryDecider>| {
        given.state.in_place_of_others(&id("gs-officer-1"), date(2023, 6, 14)).len()
    };
    assert_eq!(on(&of_clerk), 1);
    let roles = [Role::AuditAdministrator].into();
    let changed =
        of_clerk.by(security_administrator()).does(&C::ChangeRoles { id: id("gs-officer-1"), roles });
    assert_eq!(on(&changed), 0);
}

#[test]
fn r18_nobody_names_themselves_and_only_for_their_own_body() {
    let mut of_officer = given().by(actor("wa-officer-1", "water", &[Role::Officer]));
    assert_eq!(refused(&mut of_officer, &days(13, 16, "wa-head", "wa-officer-1")), "NotItsHead");
    let mut of_other = given().by(actor("nr-head", "natural-resources", &[Role::Head]));
    assert_eq!(refused(&mut of_other, &days(13, 16, "wa-head", "wa-officer-1")), "NotItsHead");
    let mut own = given().by(actor("wa-head", "water", &[Role::Head]));
    assert_eq!(refused(&mut own, &days(13, 16, "wa-officer-1", "wa-head")), "OwnStandIn");
    let mut admin = given();
    assert_eq!(refused(&mut admin, &days(13, 16, "wa-head", "nr-head")), "StandInElsewhere");
    assert_eq!(refused(&mut admin, &days(13, 16, "wa-head", "wa-head")), "StandsInForThemselves");
    assert_eq!(refused(&mut admin, &days(13, 16, "wa-head", "nobody")), "NoSuchOfficer");
}

#[test]
fn places_held_by_name_and_those_who_look_on_have_no_stand_in() {
    let register = |account: &str, body: &str, role| C::RegisterOfficer {
        id: id(account),
        officer: directory::OfficerEntry { body: id(body), roles: [role].into(), post: None, person: None },
    };
    let mut given = given()
        .does(&register("auditor-2", "audit", Role::Auditor))
        .does(&register("audit-officer", "audit", Role::Officer))
        .does(&register("lead-2", "county-government", Role::Lead));
    assert_eq!(refused(&mut given, &days(13, 16, "auditor", "audit-officer")), "NothingToStandInFor");
    assert_eq!(refused(&mut given, &days(13, 16, "audit-officer", "auditor-2")), "AuditorActs");
    let body = given.state.officer(&id("lead")).unwrap().body.clone();
    let other = register("lead-3", body.as_str(), Role::Officer);
    let mut given = given.does(&other);
    assert_eq!(refused(&mut given, &days(13, 16, "lead", "lead-3")), "NothingToStandInFor");
}

#[test]
fn days_lie_ahead_and_a_principal_has_one_stand_in_and_no_chain() {
    let mut given = given();
    assert_eq!(refused(&mut given, &days(16, 13, "wa-head", "wa-officer-1")), "DaysReversed");
    assert_eq!(refused(&mut given, &days(11, 13, "wa-head", "wa-officer-1")), "StandInInThePast");
    let mut given = given.does(&days(12, 16, "wa-head", "wa-officer-1"));
    assert_eq!(given.when(&days(12, 16, "wa-head", "wa-officer-1")), Ok(vec![]), "the same again");
    assert_eq!(refused(&mut given, &days(16, 20, "wa-head", "wa-officer-2")), "StoodInForAlready");
    assert_eq!(refused(&mut given, &days(14, 20, "wa-officer-1", "wa-officer-2")), "ChainOfStandIns");
    assert_eq!(refused(&mut given, &days(14, 20, "wa-officer-2", "wa-head")), "ChainOfStandIns");
    assert!(given.when(&days(17, 20, "wa-officer-1", "wa-officer-2")).is_ok(), "on other days there is none");
}

#[test]
fn ended_early_it_holds_no_more_and_another_may_follow() {
    let mut given = given().does(&days(12, 16, "wa-head", "wa-officer-1"));
    assert_eq!(refused(&mut given, &ended("wa-head", 13)), "NoSuchStandIn");
    let mut given = given.on(date(2023, 6, 14)).does(&ended("wa-head", 12));
    assert!(given.state.in_place_of_others(&id("wa-officer-1"), date(2023, 6, 14)).is_empty());
    assert_eq!(given.when(&ended("wa-head", 12)), Ok(vec![]));
    let told = given.state.stand_ins()[0].ended.clone().unwrap();
    assert_eq!((told.on, told.by.as_str()), (date(2023, 6, 14), "security-administrator"));
    let again = given.when(&days(14, 16, "wa-head", "wa-officer-2")).unwrap();
    assert!(matches!(&again[..], [E::StandInGranted(_)]));
    let mut over = given.does(&days(14, 16, "wa-head", "wa-officer-2")).on(date(2023, 6, 17));
    assert_eq!(refused(&mut over, &ended("wa-head", 14)), "NoSuchStandIn");
}

#[test]
fn a_retired_account_neither_stands_in_nor_is_stood_in_for() {
    for gone in ["wa-head", "wa-officer-1"] {
        let retire = C::RetireOfficer { id: id(gone), reason: id("调离") };
        let given = given().does(&days(12, 16, "wa-head", "wa-officer-1")).does(&retire);
        assert!(given.state.in_place_of_others(&id("wa-officer-1"), date(2023, 6, 13)).is_empty(), "{gone}");
    }
}

fn named(account: &str) -> C {
    C::NameOfficer { officer: id(account), person: id("vault:01ARZ3NDEKTSV4RRFFQ69G5FAV") }
}

fn named_other(account: &str) -> C {
    C::NameOfficer { officer: id(account), person: id("vault:01ARZ3NDEKTSV4RRFFQ69G5FAW") }
}

#[test]
fn r18_a_stand_in_is_one_with_whatever_accounts_either_has() {
    let head = actor("wa-head", "water", &[Role::Head]);
    let given = given().does(&named("wa-head")).does(&named("clerk"));
    let given = given.does(&named_other("wa-officer-1")).does(&named_other("township")).by(head).does(&days(
        13,
        16,
        "wa-head",
        "wa-officer-1",
    ));
    let acting = &given.state.in_place_of_others(&id("wa-officer-1"), date(2023, 6, 14))[0];
    for one in ["wa-officer-1", "wa-head", "clerk", "township"] {
        assert!(acting.is_one_with(&id(one)), "{one}");
    }
    assert!(!acting.is_one_with(&id("wa-officer-2")));
}

#[test]
fn r18_nobody_names_their_own_other_account() {
    let given = given().does(&named("wa-head")).does(&named("wa-officer-1"));
    let mut head = given.by(actor("wa-head", "water", &[Role::Head]));
    assert_eq!(refused(&mut head, &days(13, 16, "wa-head", "wa-officer-1")), "OwnStandIn");
    assert!(head.when(&days(13, 16, "wa-head", "wa-officer-2")).is_ok());
}
