//! Named users for development, at least one per role: what `onematter users --dev` lists.
//!
//! Invariants: they exist only while the server runs with `--dev` on a loopback address; their accounts are those of
//! the directory that comes with the program, so what they do is decided by the same roles as later.
//! Deliberately absent: passwords; a name is enough, which is why this is not sign-in.

use om_domain::{
    decider::{Actor, Role},
    directory,
    ids::OfficerId,
};
use std::{collections::BTreeMap, sync::Arc};

/// A second county with one user, to see that counties do not see each other.
pub const OTHER_COUNTY: &str = "530326";
/// The user of the second county.
pub const STRANGER: &str = "stranger";

/// An administrator who is in no directory: sets a new county up, since nobody grants roles to themselves.
pub const INSTALLER: &str = "installer";

/// The users of one installation.
#[derive(Debug, Clone, Default)]
pub struct DevUsers(Arc<BTreeMap<OfficerId, DevUser>>);

/// One user.
#[derive(Debug, Clone)]
pub struct DevUser {
    /// Who it acts as.
    pub actor: Arc<Actor>,
    /// Its post, such as 自然资源局经办人一.
    pub post: String,
}

impl DevUsers {
    /// The accounts of the directory that comes with the program, and one of another county.
    pub fn built_in() -> Self {
        let definition = match directory::parse(directory::SHIPPED) {
            Ok(definition) => definition,
            Err(faults) => {
                tracing::error!(?faults, "the directory that comes with the program cannot be read");
                return DevUsers::default();
            }
        };
        let county = &definition.county;
        let mut users: BTreeMap<OfficerId, DevUser> = BTreeMap::new();
        for (id, officer) in definition.officers.clone() {
            let (body, roles) = (officer.body, officer.roles);
            let county = county.clone();
            let actor = Arc::new(Actor::new(id.clone(), county, body, roles));
            users
                .insert(id, DevUser { actor, post: officer.post.map(|p| p.to_string()).unwrap_or_default() });
        }
        let others = [
            (outsider(STRANGER, OTHER_COUNTY, &[Role::Lead, Role::Officer]), "外县经办人，用于检验县际隔离"),
            (
                outsider(INSTALLER, county.as_str(), &[Role::Administrator, Role::SecurityAdministrator]),
                "安装人员，导入首份目录与模板",
            ),
        ];
        for (actor, post) in others {
            users.extend(
                actor.map(|a| (a.officer.clone(), DevUser { actor: Arc::new(a), post: post.into() })),
            );
        }
        DevUsers(Arc::new(users))
    }

    /// The user of that name.
    pub fn actor(&self, name: &str) -> Option<Arc<Actor>> {
        self.0.get(&name.parse::<OfficerId>().ok()?).map(|user| Arc::clone(&user.actor))
    }

    /// Every user, by name.
    pub fn all(&self) -> impl Iterator<Item = &DevUser> {
        self.0.values()
    }
}

fn outsider(name: &str, county: &str, roles: &[Role]) -> Option<Actor> {
    Some(Actor::new(
        name.parse().ok()?,
        county.parse().ok()?,
        "development-reform".parse().ok()?,
        roles.iter().copied().collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_of_a_person_has_a_user_and_the_platform_has_none() {
        let users = DevUsers::built_in();
        let has = |role: Role| users.all().any(|user| user.actor.is(role));
        use Role::*;
        for role in [
            Officer,
            Head,
            GovernmentHead,
            Lead,
            Clerk,
            Township,
            Supervisor,
            Auditor,
            Administrator,
            SecurityAdministrator,
            AuditAdministrator,
        ] {
            assert!(has(role), "{role:?}");
        }
        assert!(!has(System));
        assert!(users.actor(STRANGER).is_some_and(|a| a.county.as_str() == OTHER_COUNTY));
    }
}
