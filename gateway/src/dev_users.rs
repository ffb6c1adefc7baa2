//! Named users for development, one per role: what `onematter users --dev` lists.
//!
//! Invariant: they exist only while the server runs with `--dev` on a loopback address.
//! Deliberately absent: passwords; a name is enough, which is why this is not sign-in.

use om_domain::decider::{Actor, Role};
use std::{collections::BTreeMap, sync::Arc};

/// One development user, for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DevUser {
    /// The name behind `dev:`, which is also the officer's id.
    pub name: &'static str,
    /// The body it acts for.
    pub body: &'static str,
    /// What it may be there.
    pub roles: &'static [Role],
    /// What one comes for, in one line.
    pub purpose: &'static str,
}

/// County of the development users, Luliang.
pub const COUNTY: &str = "530322";
/// A second county with one user, to see that counties do not see each other.
pub const OTHER_COUNTY: &str = "530326";
/// The user of the second county.
pub const STRANGER: &str = "stranger";

macro_rules! users {
    ($($name:literal, $body:literal, [$($role:ident),*], $purpose:literal;)*) => {
        &[$(DevUser { name: $name, body: $body, roles: &[$(Role::$role),*], purpose: $purpose }),*]
    };
}

/// The built-in users.
pub const USERS: &[DevUser] = users! {
    "lead", "task-force-office", [Lead, Officer], "专班组长 leads the task force, plans and completes matters";
    "deputy", "task-force-office", [Lead, Officer], "专班副组长 deputy lead";
    "dr-officer", "development-reform", [Officer], "发改经办 handles A1, A3, B2, C2";
    "dr-head", "development-reform", [Head], "发改负责人 extends limits, tolerates by commitment";
    "nr-officer", "natural-resources", [Officer], "自然资源经办 handles A2, A7, A8, B1, B3";
    "nr-officer-2", "natural-resources", [Officer], "自然资源经办 second person for checks and corrections";
    "nr-head", "natural-resources", [Head], "自然资源负责人";
    "water-officer", "water", [Officer], "水务经办 handles A4, A5";
    "water-head", "water", [Head], "水务负责人";
    "eco-officer", "ecology", [Officer], "生态环境经办 handles A6";
    "eco-head", "ecology", [Head], "生态环境负责人";
    "hc-officer", "housing-construction", [Officer], "住建经办 handles C3, C4, D1, D2";
    "hc-head", "housing-construction", [Head], "住建负责人";
    "urban-officer", "urban-management", [Officer], "城管经办 gives opinions on B1";
    "traffic-officer", "traffic-police", [Officer], "交警经办 gives opinions on B1";
    "fire-officer", "fire", [Officer], "消防经办 takes part in D1";
    "civil-defence-officer", "civil-defence", [Officer], "人防经办 takes part in D1";
    "review-officer", "drawing-review", [Officer], "审图机构 handles C1";
    "gov-head", "county-government", [GovernmentHead], "县政府负责人 extends joint handling";
    "clerk", "window", [Clerk], "综合窗口 takes packages of files";
    "township", "zhongshu", [Township], "街道经办 officer of the implementing subdistrict";
    "supervisor", "supervision", [Supervisor], "督查";
    "auditor", "audit", [Auditor], "审计/纪检 reads everything, commands nothing";
    "admin", "administration", [Administrator], "管理员 directory, templates, calendars";
};

/// The users of one installation, resolved.
#[derive(Debug, Clone)]
pub struct DevUsers(Arc<BTreeMap<&'static str, Arc<Actor>>>);

impl DevUsers {
    /// The built-in users, with the one of another county.
    pub fn built_in() -> Self {
        let mut users: BTreeMap<_, _> =
            USERS.iter().filter_map(|u| Some((u.name, Arc::new(actor(COUNTY, u)?)))).collect();
        let stranger = DevUser {
            name: STRANGER,
            body: "development-reform",
            roles: &[Role::Officer, Role::Lead],
            purpose: "",
        };
        users.extend(actor(OTHER_COUNTY, &stranger).map(|a| (STRANGER, Arc::new(a))));
        DevUsers(Arc::new(users))
    }

    /// The actor of that name.
    pub fn actor(&self, name: &str) -> Option<Arc<Actor>> {
        self.0.get(name).cloned()
    }
}

fn actor(county: &str, user: &DevUser) -> Option<Actor> {
    Some(Actor {
        officer: user.name.parse().ok()?,
        county: county.parse().ok()?,
        body: user.body.parse().ok()?,
        roles: user.roles.iter().copied().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_is_well_formed_and_every_role_has_one() {
        let users = DevUsers::built_in();
        assert!(USERS.iter().all(|u| users.actor(u.name).is_some()));
        assert!(users.actor(STRANGER).is_some_and(|a| a.county.as_str() == OTHER_COUNTY));
        for role in [Role::Officer, Role::Head, Role::GovernmentHead, Role::Lead, Role::Clerk, Role::Township]
        {
            assert!(USERS.iter().any(|u| u.roles.contains(&role)));
        }
        for role in [Role::Supervisor, Role::Auditor, Role::Administrator] {
            assert!(USERS.iter().any(|u| u.roles.contains(&role)));
        }
        assert!(USERS.iter().all(|u| !u.roles.contains(&Role::System)));
    }
}
