//! An applicant's contact: named, removed, of one person, by who works on matters.

use super::*;
use crate::{
    access::Party,
    ids::VaultRef,
    person::{Subject, TextClass},
};
use std::collections::BTreeMap;

const NAMES: [&str; 2] = ["vault:01ARZ3NDEKTSV4RRFFQ69G5FA0", "vault:01ARZ3NDEKTSV4RRFFQ69G5FA1"];
const PHONES: [&str; 2] = ["vault:01ARZ3NDEKTSV4RRFFQ69G5FB0", "vault:01ARZ3NDEKTSV4RRFFQ69G5FB1"];

/// Two persons, each with a name and a telephone.
pub(super) fn texts() -> BTreeMap<VaultRef, KeptText> {
    let of = |text: &str, person: usize, class| {
        (id(text), KeptText { class, subject: Subject::Text(id(NAMES[person])), usable: true })
    };
    let both = |person| {
        [of(NAMES[person], person, TextClass::PersonName), of(PHONES[person], person, TextClass::Contact)]
    };
    (0..2).flat_map(both).collect()
}

/// The contact of this number, with the telephone of that one; none beyond the second.
pub(super) fn naming(name: usize, phone: usize) -> ApplicantCommand {
    ApplicantCommand::NameContact { name: id(NAMES[name % 2]), phone: PHONES.get(phone).map(|text| id(text)) }
}

pub(super) fn removing() -> ApplicantCommand {
    ApplicantCommand::RemoveContact { reason: id("经办人已离职") }
}

fn at_the_window() -> Given<ApplicantDecider> {
    let mut given = nothing().by(actor("clerk", "government-services", &[Role::Clerk]));
    given.reads.texts = texts();
    given.reads.parties = [Party::Body(id("water"))].into();
    given
}

#[test]
fn the_last_contact_named_is_the_contact_until_it_is_removed() {
    let given = at_the_window();
    assert_eq!(given.state.contact(), None);
    let mut given = given.does(&naming(0, 0));
    let contact =
        Contact { name: id(NAMES[0]), phone: Some(id(PHONES[0])), since: date(2023, 6, 12), by: id("clerk") };
    assert_eq!(given.state.contact(), Some(&contact));
    assert_eq!(given.when(&naming(0, 0)), Ok(vec![]), "already so");

    let given =
        given.on(date(2023, 6, 14)).by(actor("wa-officer-1", "water", &[Role::Officer])).does(&naming(1, 2));
    let contact =
        Contact { name: id(NAMES[1]), phone: None, since: date(2023, 6, 14), by: id("wa-officer-1") };
    assert_eq!(given.state.contact(), Some(&contact));
    let mut given = given.does(&removing());
    assert_eq!(given.state.contact(), None);
    assert_eq!(given.when(&removing()), Ok(vec![]), "already so");
    assert_eq!(given.when(&naming(1, 2)).unwrap().len(), 1, "named once more");
}

#[test]
fn r18_a_contact_is_kept_by_who_works_on_matters_and_not_by_audit() {
    for role in [Role::Clerk, Role::Lead, Role::Officer, Role::Head, Role::System] {
        let given = at_the_window().by(actor("somebody", "water", &[role])).does(&naming(0, 0));
        assert!(given.state.contact().is_some(), "{role:?}");
    }
    let others = [
        Role::Auditor,
        Role::Supervisor,
        Role::Township,
        Role::GovernmentHead,
        Role::Administrator,
        Role::SecurityAdministrator,
        Role::AuditAdministrator,
    ];
    let audits = [Role::Auditor, Role::Clerk];
    for roles in others.iter().map(std::slice::from_ref).chain([&audits[..]]) {
        let mut given = at_the_window().does(&naming(0, 0)).by(actor("somebody", "water", roles));
        for command in [naming(1, 1), naming(0, 0), removing()] {
            let refused = given.when(&command).unwrap_err();
            assert_eq!(refused, ApplicantRefusal::MayNotKeepContact { officer: id("somebody") }, "{roles:?}");
        }
    }
}

#[test]
fn r18_a_department_that_takes_part_in_none_of_its_matters_keeps_no_contact() {
    for role in [Role::Officer, Role::Head] {
        let mut given = at_the_window().does(&naming(0, 0)).by(actor("ag-officer-1", "agriculture", &[role]));
        for command in [naming(1, 1), removing()] {
            assert_eq!(given.when(&command).unwrap_err().code(), "MayNotKeepContact", "{role:?}");
        }
    }
}

#[test]
fn r23_name_and_telephone_are_of_one_person_so_that_one_erasure_takes_both() {
    let (name, phone) = (id(NAMES[0]), id(PHONES[1]));
    assert_eq!(at_the_window().when(&naming(0, 1)), Err(ApplicantRefusal::OfTwoPersons { name, phone }));
}

#[test]
fn r23_only_a_name_and_a_telephone_that_may_be_used_are_a_contact() {
    let named = |change: &dyn Fn(&mut BTreeMap<VaultRef, KeptText>)| {
        let mut given = at_the_window();
        change(&mut given.reads.texts);
        given.when(&naming(0, 0)).unwrap_err()
    };
    let (name, phone): (VaultRef, VaultRef) = (id(NAMES[0]), id(PHONES[0]));
    for (text, wanted) in [(&name, TextClass::PersonName), (&phone, TextClass::Contact)] {
        let expected = ApplicantRefusal::NoSuchText { text: text.clone(), wanted };
        assert_eq!(named(&|texts| drop(texts.remove(text))), expected);
        assert_eq!(named(&|texts| texts.get_mut(text).unwrap().class = TextClass::Note), expected);
        let expected = ApplicantRefusal::TextNotUsable { text: text.clone() };
        assert_eq!(named(&|texts| texts.get_mut(text).unwrap().usable = false), expected);
    }
}
