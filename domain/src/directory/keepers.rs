//! The three administrators (三员分立: 系统、安全、审计管理员): who keeps what of the directory, and that they stay three.
//!
//! Invariants: an administrator's role goes with no other; the county keeps one of each of the three;
//! where the directory knows that two accounts are one person, that person is not two of them, nor one of them beside other work;
//! and grants nothing to itself by another account.
//! Deliberately absent: who a person is; two accounts of one person whom the directory does not name look like two, until they are
//! named (`NameOfficer`).
//! Source: GB/T 22239-2019, 8.1.5 (level 3: system, audit and security management are separate).

use super::{
    Ctx, Directory, DirectoryEvent, DirectoryRefusal,
    entry::OfficerEntry,
    event::{OfficerRegistered, RolesChanged},
};
use crate::{
    access::{Action, may},
    decider::{Fact, Role, Roles},
    ids::OfficerId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The roles that are one person's each.
const APART: [Role; 4] =
    [Role::Administrator, Role::SecurityAdministrator, Role::AuditAdministrator, Role::Auditor];
/// Those without whom nobody could change the directory again, or see who did.
const NEEDED: [Role; 3] = [Role::Administrator, Role::SecurityAdministrator, Role::AuditAdministrator];

/// A part of a written directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportPart {
    /// The bodies: the system administrator's.
    Bodies,
    /// The accounts with their roles and posts: the security administrator's.
    Accounts,
}

impl ImportPart {
    /// The part and who keeps it, in Chinese.
    pub(super) fn zh(self) -> (&'static str, &'static str) {
        match self {
            ImportPart::Bodies => ("机构", Role::Administrator.name_zh()),
            ImportPart::Accounts => ("账号或角色", Role::SecurityAdministrator.name_zh()),
        }
    }

    /// The part and who keeps it, in English.
    pub(super) fn en(self) -> (&'static str, &'static str) {
        match self {
            ImportPart::Bodies => ("bodies", Role::Administrator.name_en()),
            ImportPart::Accounts => ("accounts or roles", Role::SecurityAdministrator.name_en()),
        }
    }

    fn action(self) -> Action {
        match self {
            ImportPart::Bodies => Action::KeepDirectory,
            ImportPart::Accounts => Action::GrantRoles,
        }
    }
}

type Allowed = Result<(), DirectoryRefusal>;

pub(super) fn keeps_bodies(ctx: &Ctx<'_>) -> Allowed {
    let officer = || ctx.by.officer.clone();
    may(ctx.by, Action::KeepDirectory)
        .then_some(())
        .ok_or_else(|| DirectoryRefusal::NotAdministrator { officer: officer() })
}

pub(super) fn grants_roles(ctx: &Ctx<'_>) -> Allowed {
    let officer = || ctx.by.officer.clone();
    may(ctx.by, Action::GrantRoles)
        .then_some(())
        .ok_or_else(|| DirectoryRefusal::NotSecurityAdministrator { officer: officer() })
}

pub(super) fn imports(ctx: &Ctx<'_>) -> Allowed {
    let officer = || ctx.by.officer.clone();
    may(ctx.by, Action::ImportDirectory)
        .then_some(())
        .ok_or_else(|| DirectoryRefusal::NotAdministrator { officer: officer() })
}

/// Whether what an import changes in one part is the actor's to change. A county that was set up when one administrator kept
/// both has nobody who grants roles: there, and only there, the system administrator names the first who does.
pub(super) fn may_import(
    part: ImportPart,
    facts: &[Fact<DirectoryEvent>],
    state: &Directory,
    ctx: &Ctx<'_>,
) -> Allowed {
    if facts.is_empty() || may(ctx.by, part.action()) {
        return Ok(());
    }
    let first = Roles::from([Role::SecurityAdministrator]);
    let names_the_first = |fact: &Fact<DirectoryEvent>| match &fact.event {
        DirectoryEvent::OfficerRegistered(OfficerRegistered { officer, .. }) => officer.roles == first,
        DirectoryEvent::RolesChanged(RolesChanged { roles, .. }) => *roles == first,
        _ => false,
    };
    let nobody_grants =
        !state.officers().any(|(_, officer)| officer.roles.contains(&Role::SecurityAdministrator));
    if part == ImportPart::Accounts && nobody_grants && facts.iter().all(names_the_first) {
        return Ok(());
    }
    Err(DirectoryRefusal::OtherPart { officer: ctx.by.officer.clone(), part })
}

/// Whether the actor is the person of this entry, as far as the directory knows.
pub(super) fn is_the_same_person(state: &Directory, entry: &OfficerEntry, ctx: &Ctx<'_>) -> bool {
    let own = state.officer(&ctx.by.officer).and_then(|officer| officer.person.as_ref());
    own.is_some() && own == entry.person.as_ref()
}

/// Nobody makes another account's roles their own by a name, be it that account's or that of their own.
pub(super) fn makes_none_their_own(
    state: &Directory,
    id: &OfficerId,
    named: &OfficerEntry,
    ctx: &Ctx<'_>,
) -> Allowed {
    let mut others = state.officers().filter(|(other, _)| *other != id);
    let theirs = match *id == ctx.by.officer {
        true => others.any(|(_, officer)| officer.person == named.person),
        false => is_the_same_person(state, named, ctx),
    };
    match theirs {
        true => Err(DirectoryRefusal::OwnRoles { officer: id.clone() }),
        false => Ok(()),
    }
}

/// An administrator's role, or audit.
pub(super) fn apart(roles: &Roles) -> Option<Role> {
    APART.into_iter().find(|role| roles.contains(role))
}

/// Such a role among others.
pub(super) fn alone(roles: &Roles) -> Option<Role> {
    apart(roles).filter(|_| roles.len() > 1)
}

/// The county keeps each that it needs, whatever becomes of this account.
pub(super) fn remain(state: &Directory, id: &OfficerId, roles: &Roles) -> Allowed {
    for role in NEEDED {
        let is = |officer: &OfficerEntry| officer.roles.contains(&role);
        let other = || state.officers().any(|(other, officer)| other != id && is(officer));
        if state.officer(id).is_some_and(is) && !roles.contains(&role) && !other() {
            return Err(DirectoryRefusal::LastAdministrator { officer: id.clone(), role });
        }
    }
    Ok(())
}

/// Whoever the directory knows to be one person is not two of those who are apart.
pub(super) fn are_different_people(state: &Directory, id: &OfficerId, new: &OfficerEntry) -> Allowed {
    let apart = |officer: &OfficerEntry| apart(&officer.roles);
    let Some(person) = new.person.as_ref() else { return Ok(()) };
    let same = |(other, officer): &(&OfficerId, &OfficerEntry)| {
        *other != id && officer.person.as_ref() == Some(person) && apart(officer) != apart(new)
    };
    match state.officers().find(same) {
        Some((other, _)) => Err(DirectoryRefusal::SamePerson { officer: id.clone(), other: other.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
