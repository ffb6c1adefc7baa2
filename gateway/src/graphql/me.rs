//! Who is asking, as the server sees it.

use crate::context::Requester;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use om_domain::decider;

/// What an officer may be in the county's directory (角色). Membership of a task force is per matter and not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "decider::Role")]
pub enum Role {
    /// Handles permits of the body (经办/审批人).
    Officer,
    /// Head of the body (部门负责人): extends limits, tolerates by commitment, sets a deemed acceptance aside.
    Head,
    /// Head of the people's government: extends unified or joint handling (行政许可法 42).
    GovernmentHead,
    /// May lead a task force (专班组长).
    Lead,
    /// Clerk of the integrated window (综合窗口).
    Clerk,
    /// Officer of a township or subdistrict (乡镇/街道).
    Township,
    /// Supervision office (督查).
    Supervisor,
    /// Audit or discipline inspection (审计/纪检): reads everything, commands nothing.
    Auditor,
    /// Keeps directory, templates and calendars.
    Administrator,
    /// The platform itself: states what time has made true, decides nothing.
    System,
}

/// The account that asks.
#[derive(Debug, Clone, SimpleObject)]
pub struct Me {
    /// The account, `officer:…`.
    pub officer: ID,
    /// Six-digit division code (GB/T 2260) of the county it belongs to; it sees and acts in no other.
    pub county: String,
    /// The body it acts for, `body:…`.
    pub body: ID,
    /// Its roles in that body.
    pub roles: Vec<Role>,
}

/// Queries about the one who asks.
#[derive(Default)]
pub struct MeQuery;

#[Object]
impl MeQuery {
    /// The account that asks, with its county, body and roles.
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        let actor = &ctx.data::<Requester>()?.actor;
        Ok(Me {
            officer: ID(format!("officer:{}", actor.officer)),
            county: actor.county.to_string(),
            body: ID(format!("body:{}", actor.body)),
            roles: actor.roles.iter().map(|role| (*role).into()).collect(),
        })
    }
}
