//! Who is asking, as the server sees it.

use super::{
    matter::{carry_out::of_fault, queries::of_request, types::Action},
    registers::stand_ins::StandIn,
    scalars::Date,
    standing_in,
};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use om_domain::{
    decider::{self, Actor},
    directory,
    matter::{MatterReads, can_propose},
    meeting::{MeetingReads, can_convene},
    naming::Names,
};
use om_infra::calendars::Calendars as _;

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
    /// System administrator (系统管理员): keeps bodies, templates, calendars and settings.
    Administrator,
    /// Security administrator (安全管理员): keeps accounts, roles and stand-ins.
    SecurityAdministrator,
    /// Audit administrator (审计管理员): reads the access log, commands nothing.
    AuditAdministrator,
    /// The platform itself: states what time has made true, decides nothing.
    System,
}

/// The account that asks.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Me {
    /// The account, `officer:…`.
    pub officer: ID,
    /// Six-digit division code (GB/T 2260) of the county it belongs to; it sees and acts in no other.
    pub county: String,
    /// The body it acts for, `body:…`.
    pub body: ID,
    /// Its roles in that body.
    pub roles: Vec<Role>,
    /// The day in Beijing, by the clock that the server counts by.
    pub today: Date,
    /// For whom it stands in today (AB岗).
    #[graphql(complexity = "2 * child_complexity")]
    pub stands_in_for: Vec<StandIn>,
    /// Who stands in for it today; none where nobody does.
    pub stood_in_for_by: Option<StandIn>,
    /// The day the secret address of its calendar of deadlines was made; none where it has none.
    pub calendar_feed_since: Option<Date>,
}

#[ComplexObject]
impl Me {
    /// What they may begin that belongs to no record yet, and why not: `conveneMeeting`, `proposeMatter`.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn can(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let (services, who) = of_request(ctx)?;
        let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
        let settings = services.calendars.settings(who.county()).await.map_err(of_fault)?;
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        let read = MeetingReads::default();
        let no_matter = MatterReads::default();
        let ask = |by: &Actor| {
            let ctx = decider::Context {
                at: services.now(),
                by,
                calendar: &calendar,
                settings: &settings,
                effective: None,
                read: &read,
            };
            can_convene(&ctx).into_iter().map(|can| (can.action, can.refusal)).collect()
        };
        let propose = |by: &Actor| {
            let ctx = decider::Context {
                at: services.now(),
                by,
                calendar: &calendar,
                settings: &settings,
                effective: None,
                read: &no_matter,
            };
            can_propose(&ctx).into_iter().map(|can| (can.action, can.refusal)).collect()
        };
        let in_place = directory.in_place_of_others(&who.actor.officer, services.today());
        let names = Names::of_directory(&directory);
        let mut all = standing_in::actions(&who.actor, &in_place, &names, ask);
        all.extend(standing_in::actions(&who.actor, &in_place, &names, propose));
        Ok(all)
    }
}

/// Queries about the one who asks.
#[derive(Default)]
pub struct MeQuery;

#[Object(serial)]
impl MeQuery {
    /// The account that asks, with its county, body and roles.
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        let (services, who) = of_request(ctx)?;
        let (actor, today) = (&who.actor, services.today());
        let directory = match services.registers.directory(who.county()).await {
            Err(cause) if cause.is_outage() => {
                services.registers.remembered(who.county()).await.ok_or_else(|| of_fault(cause))?
            }
            directory => directory.map_err(of_fault)?,
        };
        let directory = directory.state;
        let shown = |granted: &directory::StandIn| StandIn::of(&directory, granted, today);
        let own = |granted: &&directory::StandIn| granted.stand_in == actor.officer;
        let stands_in_for = directory.stand_ins_on(today).filter(own).map(shown).collect();
        let absent = |granted: &&directory::StandIn| granted.principal == actor.officer;
        let stood_in_for_by = directory.stand_ins_on(today).find(absent).map(shown);
        Ok(Me {
            officer: ID(format!("officer:{}", actor.officer)),
            county: actor.county.to_string(),
            body: ID(format!("body:{}", actor.body)),
            roles: actor.roles.iter().map(|role| (*role).into()).collect(),
            today: today.into(),
            stands_in_for,
            stood_in_for_by,
            calendar_feed_since: directory.feed(&actor.officer).map(|(_, on)| (*on).into()),
        })
    }
}
