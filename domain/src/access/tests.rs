use super::*;
use crate::ids::OfficerId;
use std::collections::BTreeSet;

const ROLES: [Role; 12] = [
    Role::Officer,
    Role::Head,
    Role::GovernmentHead,
    Role::Lead,
    Role::Clerk,
    Role::Township,
    Role::Supervisor,
    Role::Auditor,
    Role::Administrator,
    Role::SecurityAdministrator,
    Role::AuditAdministrator,
    Role::System,
];

const ALL: [Action; 30] = [
    Action::SeeOneself,
    Action::ReadRegisters,
    Action::ReadApplicant,
    Action::LookForMatters,
    Action::ReadMatter,
    Action::ReadPersonal,
    Action::LookForMeetings,
    Action::ReadMeeting,
    Action::ReadDesk,
    Action::ReadPerformance,
    Action::ReadBriefing,
    Action::ReadHealth,
    Action::ReadAccessLog,
    Action::ReadPersonRecord,
    Action::KeepOwnCalendar,
    Action::HandIn,
    Action::PutText,
    Action::Unmask,
    Action::KeepPersons,
    Action::ActOnMatter,
    Action::ActInMeeting,
    Action::JudgeApplicant,
    Action::KeepContact,
    Action::NameStandIn,
    Action::KeepDirectory,
    Action::ImportDirectory,
    Action::GrantRoles,
    Action::KeepTemplates,
    Action::KeepCalendar,
    Action::KeepSettings,
];

fn actor(body: &str, roles: &[Role]) -> Actor {
    Actor::new(
        "somebody".parse().unwrap(),
        "530322".parse().unwrap(),
        body.parse().unwrap(),
        roles.iter().copied().collect(),
    )
}

fn parties(of: &[&str]) -> Parties {
    of.iter().map(|body| Party::Body(body.parse().unwrap())).collect()
}

fn allowed(actor: &Actor, action: Action, of: Of<'_>) -> bool {
    decide(Asker::of(actor), action, Resource { county: &actor.county, of }).is_allowed()
}

#[test]
fn who_has_no_role_may_nothing() {
    for action in ALL {
        assert!(!allowed(&actor("water", &[]), action, Of::County), "{action:?}");
    }
}

#[test]
fn nobody_may_anything_in_another_county() {
    let other: CountyId = "530302".parse().unwrap();
    for (role, action) in ROLES.iter().flat_map(|role| ALL.map(|action| (role, action))) {
        let verdict =
            decide(Asker::of(&actor("water", &[*role])), action, Resource { county: &other, of: Of::County });
        assert_eq!(verdict, Verdict::Deny(Denial { action, why: Why::OtherCounty }));
    }
}

#[test]
fn r18_audit_commands_nothing_whatever_else_it_is() {
    for role in ROLES {
        let both = actor("audit", &[role, Role::Auditor]);
        for action in ALL.into_iter().filter(|action| action.is_command()) {
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
        A::KeepContact,
        A::HandIn,
        A::PutText,
    ] {
        assert!(!allowed(&administrator, action, Of::Parties(&all)), "{action:?}");
        assert!(!allowed(&administrator, action, Of::County), "{action:?}");
    }
    for action in [A::KeepDirectory, A::KeepTemplates, A::KeepCalendar, A::ReadHealth, A::ReadRegisters] {
        assert!(allowed(&administrator, action, Of::County), "{action:?}");
    }
}

/// 三员分立, GB/T 22239-2019, 8.1.5.
#[test]
fn what_one_administrator_may_change_no_other_may_and_none_reads_a_matter() {
    let keepers = [Role::Administrator, Role::SecurityAdministrator, Role::AuditAdministrator];
    let all = parties(&["office"]);
    for action in ALL {
        let may = |role: &&Role| allowed(&actor("office", &[**role]), action, Of::County);
        let shared = [
            Action::ImportDirectory,
            Action::SeeOneself,
            Action::ReadRegisters,
            Action::ReadHealth,
            Action::ReadPersonRecord,
        ];
        let who = keepers.iter().filter(may).count();
        assert!(who <= 1 || shared.contains(&action), "{action:?}");
        if matches!(
            action,
            Action::ReadMatter | Action::ReadMeeting | Action::ReadPersonal | Action::ActOnMatter
        ) {
            assert_eq!(who, 0, "{action:?}");
            assert!(!keepers.iter().any(|role| allowed(
                &actor("office", &[*role]),
                action,
                Of::Parties(&all)
            )));
        }
    }
    let audit = actor("audit", &[Role::AuditAdministrator]);
    assert!(allowed(&audit, Action::ReadAccessLog, Of::County));
    assert!(ALL.iter().filter(|action| action.is_command()).all(|action| !allowed(
        &audit,
        *action,
        Of::County
    )));
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
