use super::*;
use crate::ids::OfficerId;
use std::collections::BTreeSet;

const ROLES: [Role; 10] = [
    Role::Officer,
    Role::Head,
    Role::GovernmentHead,
    Role::Lead,
    Role::Clerk,
    Role::Township,
    Role::Supervisor,
    Role::Auditor,
    Role::Administrator,
    Role::System,
];

fn actor(body: &str, roles: &[Role]) -> Actor {
    Actor {
        officer: "somebody".parse().unwrap(),
        county: "530322".parse().unwrap(),
        body: body.parse().unwrap(),
        roles: roles.iter().copied().collect(),
        stands_in_for: None,
    }
}

fn parties(of: &[&str]) -> Parties {
    of.iter().map(|body| Party::Body(body.parse().unwrap())).collect()
}

fn allowed(actor: &Actor, action: Action, of: Of<'_>) -> bool {
    decide(Asker::of(actor), action, Resource { county: &actor.county, of }).is_allowed()
}

#[test]
fn who_has_no_role_may_nothing() {
    for action in Action::ALL {
        assert!(!allowed(&actor("water", &[]), action, Of::County), "{action:?}");
    }
}

#[test]
fn nobody_may_anything_in_another_county() {
    let other: CountyId = "530302".parse().unwrap();
    for (role, action) in ROLES.iter().flat_map(|role| Action::ALL.map(|action| (role, action))) {
        let verdict =
            decide(Asker::of(&actor("water", &[*role])), action, Resource { county: &other, of: Of::County });
        assert_eq!(verdict, Verdict::Deny(Denial { action, why: Why::OtherCounty }));
    }
}

#[test]
fn r18_audit_commands_nothing_whatever_else_it_is() {
    for role in ROLES {
        let both = actor("audit", &[role, Role::Auditor]);
        for action in Action::ALL.into_iter().filter(|action| action.is_command()) {
            assert!(!allowed(&both, action, Of::County), "{role:?} {action:?}");
        }
    }
}

#[test]
fn an_administrator_reads_no_matter_and_decides_none() {
    let (administrator, all) = (actor("office", &[Role::Administrator]), parties(&["office"]));
    use Action as A;
    for action in [
        A::LookForMatters,
        A::ReadMatter,
        A::ReadPersonal,
        A::LookForMeetings,
        A::ReadMeeting,
        A::ReadDesk,
        A::ReadPerformance,
        A::ReadBriefing,
        A::ReadApplicant,
        A::ActOnMatter,
        A::ActInMeeting,
        A::JudgeApplicant,
        A::HandIn,
        A::ReadAccessLog,
    ] {
        assert!(!allowed(&administrator, action, Of::Parties(&all)), "{action:?}");
        assert!(!allowed(&administrator, action, Of::County), "{action:?}");
    }
    for action in [A::GrantRoles, A::KeepTemplates, A::KeepCalendar, A::ReadHealth, A::ReadRegisters] {
        assert!(allowed(&administrator, action, Of::County), "{action:?}");
    }
}

#[test]
fn a_department_sees_what_it_takes_part_in_and_a_supervisor_everything() {
    let taking_part = parties(&["water", "housing"]);
    for role in [Role::Officer, Role::Head, Role::Township] {
        assert!(allowed(&actor("water", &[role]), Action::ReadMatter, Of::Parties(&taking_part)));
        assert!(!allowed(&actor("forestry", &[role]), Action::ReadMatter, Of::Parties(&taking_part)));
        assert!(!allowed(&actor("forestry", &[role]), Action::ActOnMatter, Of::Parties(&taking_part)));
        assert!(allowed(&actor("water", &[role]), Action::ReadDesk, Of::Body(&"water".parse().unwrap())));
        assert!(!allowed(&actor("water", &[role]), Action::ReadDesk, Of::Body(&"housing".parse().unwrap())));
    }
    for role in [Role::Supervisor, Role::Auditor, Role::Lead, Role::Clerk, Role::GovernmentHead] {
        assert!(allowed(&actor("forestry", &[role]), Action::ReadMatter, Of::Parties(&taking_part)));
    }
    assert!(!allowed(&actor("audit", &[Role::Auditor]), Action::ReadPersonal, Of::Parties(&taking_part)));
}

#[test]
fn an_officer_named_to_the_task_force_takes_part_and_so_does_who_stands_in() {
    let named: OfficerId = "deputy".parse().unwrap();
    let taking_part = BTreeSet::from([Party::Officer(named.clone())]);
    let mut deputy = actor("transport", &[Role::Officer]);
    assert!(!allowed(&deputy, Action::ReadMatter, Of::Parties(&taking_part)));
    deputy.officer = named.clone();
    assert!(allowed(&deputy, Action::ReadMatter, Of::Parties(&taking_part)));

    let other = actor("transport", &[Role::Officer]);
    let in_place = [Actor { stands_in_for: Some(named), ..actor("transport", &[Role::Head]) }];
    let asker = Asker { actor: &other, in_place_of: &in_place };
    let resource = Resource { county: &other.county, of: Of::Parties(&taking_part) };
    assert!(decide(asker, Action::ReadMatter, resource).is_allowed());
}

#[test]
fn every_denial_says_why_in_both_languages_and_names_no_thing() {
    let whys = [
        Why::OtherCounty,
        Why::AuditActs,
        Why::Role { needs: vec![Role::Lead, Role::Supervisor] },
        Why::NoParty,
        Why::OtherBody,
    ];
    for why in whys {
        let denial = Denial { action: Action::ReadMatter, why };
        assert!(!denial.message_zh().is_empty() && !denial.message_en().is_empty());
        assert!(!denial.message_en().contains("matter:") && !denial.rule().is_empty());
    }
}
