use super::{PersonCommand as C, PersonRefusal as R, *};
use crate::decider::EventRecord as _;
use crate::given::{Given, actor, id, platform, security_administrator};
use jiff::civil::date;
use proptest::prelude::*;

const REFERENCE: &str = "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn look() -> C {
    C::Unmask { text: id(REFERENCE), class: TextClass::Contact, reason: id("通知补正") }
}

fn restrict() -> C {
    C::Restrict { whose: Whose::default(), reason: id("本人要求限制") }
}

fn lift() -> C {
    C::LiftRestriction { whose: Whose::default(), reason: id("诉讼已结") }
}

fn order() -> C {
    erase(&[Subject::Text(id(REFERENCE))], &[])
}

fn erase(person: &[Subject], own: &[Subject]) -> C {
    C::Erase {
        whose: whose(person, own),
        reason: id("本人要求删除，保存期限已满"),
        basis: id("个人信息保护法 47"),
    }
}

fn whose(person: &[Subject], own: &[Subject]) -> Whose {
    Whose { person: person.iter().cloned().collect(), own: own.iter().cloned().collect() }
}

fn restate() -> C {
    C::RestateErasure {
        reason: id("本人要求删除"),
        basis: id("个人信息保护法 47"),
        ordered_by: id("security-administrator"),
    }
}

fn officer() -> crate::decider::Actor {
    actor("wa-officer-1", "water", &[Role::Officer])
}

fn nothing() -> Given<PersonDecider> {
    Given::nothing()
}

#[test]
fn r23_a_text_is_seen_in_full_for_a_reason_that_is_recorded() {
    let mut given = nothing().by(officer());
    let seen = given.when(&look()).unwrap();
    let [PersonEvent::TextUnmasked(TextUnmasked { text, class, reason })] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!((text.as_str(), *class, reason.as_str()), (REFERENCE, TextClass::Contact, "通知补正"));
    assert_eq!(given.does(&look()).does(&look()).state.unmasked, 2, "each time is a fact of its own");
}

#[test]
fn r23_who_acts_on_no_matter_sees_nothing_in_full() {
    for role in [
        Role::Supervisor,
        Role::Auditor,
        Role::Administrator,
        Role::SecurityAdministrator,
        Role::AuditAdministrator,
    ] {
        let refused = nothing().by(actor("somebody", "audit", &[role])).when(&look()).unwrap_err();
        assert!(matches!(refused, R::MayNotUnmask { .. }), "{role:?}: {refused:?}");
    }
}

#[test]
fn r23_what_is_restricted_is_seen_by_nobody_until_that_is_lifted() {
    let given = nothing().by(security_administrator()).on(date(2023, 7, 3)).does(&restrict());
    let mut given = given.by(officer()).on(date(2023, 7, 4));
    assert_eq!(given.when(&look()), Err(R::Restricted { since: date(2023, 7, 3) }));
    let mut given = given.by(security_administrator());
    assert_eq!(given.when(&restrict()), Ok(vec![]), "already so");
    let mut given = given.does(&lift());
    assert_eq!(given.when(&lift()), Err(R::NotRestricted));
    assert!(given.by(officer()).when(&look()).is_ok());
}

#[test]
fn r23_what_was_erased_is_erased_for_good() {
    let mut given = nothing().by(security_administrator()).on(date(2023, 7, 3)).does(&order());
    assert_eq!(given.when(&order()), Ok(vec![]), "already so");
    for command in [restrict(), lift()] {
        assert_eq!(given.when(&command), Err(R::Erased { on: date(2023, 7, 3) }));
    }
    let mut given = given.by(officer());
    assert_eq!(given.when(&look()), Err(R::Erased { on: date(2023, 7, 3) }));
    let mut given = given.by(platform());
    assert_eq!(given.when(&restate()), Ok(vec![]), "the log has it");
}

#[test]
fn r23_what_is_restricted_can_be_erased() {
    assert!(nothing().by(security_administrator()).does(&restrict()).does(&order()).state.erased.is_some());
}

#[test]
fn r18_restricting_and_erasing_are_the_keepers_and_restating_the_platforms() {
    for role in
        [Role::Officer, Role::Head, Role::Lead, Role::Auditor, Role::AuditAdministrator, Role::Administrator]
    {
        let mut given = nothing().by(actor("somebody", "water", &[role]));
        for command in [restrict(), lift(), order()] {
            assert!(matches!(given.when(&command), Err(R::NotItsKeeper { .. })), "{role:?}");
        }
        assert!(matches!(given.when(&restate()), Err(R::NotThePlatform { .. })), "{role:?}");
    }
    let restated = nothing().by(platform()).when(&restate()).unwrap();
    assert!(matches!(&restated[..], [PersonEvent::PersonErased(PersonErased { ordered_by: Some(_), .. })]));
}

#[test]
fn r18_nobody_restricts_frees_or_erases_what_is_recorded_of_themselves() {
    let keeper = security_administrator();
    let own = R::OwnTexts { officer: keeper.officer.clone() };
    let account = Subject::Officer(keeper.officer.clone());
    let (name, other) = (Subject::Text(id(REFERENCE)), Subject::Officer(id("other-account")));
    let mut given = nothing().by(keeper);
    assert_eq!(given.when(&erase(&[account], &[])), Err(own.clone()));
    // by a name that is theirs, or another account of theirs
    for theirs in [name.clone(), other.clone()] {
        let one = std::slice::from_ref(&theirs);
        assert_eq!(given.when(&erase(one, one)), Err(own.clone()));
    }
    for theirs in [name.clone(), other.clone()] {
        let one = std::slice::from_ref(&theirs);
        let (whose, reason) = (whose(one, one), id::<LegalText>("本人要求"));
        let restrict = C::Restrict { whose: whose.clone(), reason: reason.clone() };
        assert_eq!(given.when(&restrict), Err(own.clone()));
        assert_eq!(given.when(&C::LiftRestriction { whose, reason }), Err(own.clone()));
    }
    let both = [name.clone(), other.clone()];
    assert_eq!(given.when(&erase(&both, &both[1..])), Err(own), "in part");
    assert!(given.when(&erase(&[name], &[other])).is_ok());
}

#[test]
fn a_subject_is_read_back_from_the_name_of_its_stream() {
    for subject in [Subject::Officer(id("wa-officer-1")), Subject::Text(id(REFERENCE))] {
        assert_eq!(subject.to_string().parse::<Subject>().unwrap(), subject);
    }
    for wrong in ["", "wa-officer-1", "officer-", "text-", "text-short", "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
    }
}

#[test]
fn names_and_contacts_are_masked_as_people_know_it() {
    for (name, masked) in [
        ("张三", "张*"),
        ("张小明", "张**"),
        ("欧阳小明", "欧**"),
        ("李", "*"),
        (" 王五 ", "王*"),
        ("", ""),
        ("𠮷田", "𠮷*"),
    ] {
        assert_eq!(mask(TextClass::PersonName, name), masked, "{name}");
    }
    for (contact, masked) in [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0874-6822345", "087****2345"),
        ("6822345", "****345"),
        ("110", "1**"),
        ("zhang@example.cn", "z**"),
        ("微信 zhang", "微**"),
    ] {
        assert_eq!(mask(TextClass::Contact, contact), masked, "{contact}");
    }
}

proptest! {
    #[test]
    fn a_masked_text_never_holds_the_whole(text in "\\PC{0,40}", contact: bool) {
        let class = if contact { TextClass::Contact } else { TextClass::PersonName };
        let masked = mask(class, &text);
        prop_assert!(masked.is_empty() || masked.contains('*'));
        prop_assert!(masked.chars().filter(|c| *c != '*').count() <= 7);
        prop_assert!(text.trim().is_empty() || text.contains('*') || !masked.contains(text.trim()));
    }

    #[test]
    fn no_text_stands_in_an_event(reason in "[\u{4e00}-\u{4fff}]{1,20}") {
        let event: PersonEvent = TextUnmasked { text: id(REFERENCE), class: TextClass::Contact, reason: id(&reason) }.into();
        let bytes = event.encode().unwrap();
        prop_assert_eq!(PersonEvent::decode(event.name(), event.version(), &bytes).unwrap(), event);
    }
}
