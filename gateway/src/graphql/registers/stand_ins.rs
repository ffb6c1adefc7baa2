//! Stand-in officers (AB岗): who stands in for whom, from which day to which.
//!
//! Invariant: what is shown is the directory's fold; nobody acts in a place by being listed here.
//! Deliberately absent: acting in a place; see `standing_in`.

use super::{mutations::on_directory, payload::RegisterCommandPayload};
use crate::graphql::{
    matter::{carry_out::of_fault, queries::of_request, types::officer_id},
    node_id::{self, NodeId},
    scalars::{Date, LegalText, Uuid},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use om_domain::{
    directory::{self, Directory, DirectoryCommand},
    ids::BodyId,
};

/// A dated delegation inside a body (AB岗代岗).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct StandIn {
    /// In whose place, `officer:…`.
    pub principal: ID,
    /// Who acts, `officer:…`.
    pub stand_in: ID,
    /// The body of both, `body:…`.
    pub body: ID,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why.
    pub reason: LegalText,
    /// Who granted it, `officer:…`.
    pub granted_by: ID,
    /// When it was granted.
    pub granted_on: Date,
    /// The day it was ended early; none where it was not.
    pub ended_on: Option<Date>,
    /// Who ended it, `officer:…`.
    pub ended_by: Option<ID>,
    /// Why it ended early.
    pub end_reason: Option<LegalText>,
    /// Whether it holds today.
    pub holds_today: bool,
}

impl StandIn {
    /// One of the directory's, as it stands on the day.
    pub(crate) fn of(directory: &Directory, granted: &directory::StandIn, today: jiff::civil::Date) -> Self {
        let body = directory.known(&granted.principal).map(|entry| entry.body.clone());
        let ended = granted.ended.as_ref();
        StandIn {
            principal: officer_id(&granted.principal),
            stand_in: officer_id(&granted.stand_in),
            body: body.map_or_else(|| ID(String::new()), |body| NodeId::Body(body).id()),
            from: granted.from.into(),
            to: granted.to.into(),
            reason: granted.reason.clone().into(),
            granted_by: officer_id(&granted.granted_by),
            granted_on: granted.granted_on.into(),
            ended_on: ended.map(|ended| ended.on.into()),
            ended_by: ended.map(|ended| officer_id(&ended.by)),
            end_reason: ended.map(|ended| ended.reason.clone().into()),
            holds_today: directory.stand_ins_on(today).any(|holds| holds == granted),
        }
    }
}

/// Those that hold in a body on a day.
pub(crate) fn in_body(directory: &Directory, body: &BodyId, day: jiff::civil::Date) -> Vec<StandIn> {
    let of_body = |granted: &&directory::StandIn| {
        directory.known(&granted.principal).is_some_and(|entry| entry.body == *body)
    };
    directory.stand_ins_on(day).filter(of_body).map(|granted| StandIn::of(directory, granted, day)).collect()
}

/// A stand-in to name.
#[derive(Debug, Clone, InputObject)]
pub struct GrantStandInInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// In whose place, `officer:…`.
    pub principal: ID,
    /// Who acts, `officer:…`, of the same body.
    pub stand_in: ID,
    /// First day, today or later.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why.
    pub reason: LegalText,
}

/// A stand-in whose days end early.
#[derive(Debug, Clone, InputObject)]
pub struct EndStandInInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// In whose place, `officer:…`.
    pub principal: ID,
    /// The first day it was granted for.
    pub from: Date,
    /// Why.
    pub reason: LegalText,
}

/// Queries for stand-ins.
#[derive(Default)]
pub struct StandInQuery;

#[Object(serial)]
impl StandInQuery {
    /// Stand-in officers (AB岗) ever named in the county, the latest first: who could act in whose place on which days.
    #[graphql(complexity = "100 * child_complexity")]
    async fn stand_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this body, `body:…`.")] body: Option<ID>,
        #[graphql(desc = "Only those whose days have this one among them.")] on: Option<Date>,
    ) -> Result<Vec<StandIn>> {
        let body = body.as_ref().map(node_id::body).transpose()?;
        let (services, who) = of_request(ctx)?;
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        let of_body = |granted: &&directory::StandIn| {
            body.is_none() || directory.known(&granted.principal).map(|entry| &entry.body) == body.as_ref()
        };
        let on = on.map(|on| on.0);
        let on_day = |granted: &&directory::StandIn| on.is_none_or(|on| granted.held_on(on));
        let today = services.today();
        let all = directory.stand_ins().iter().rev().filter(of_body).filter(on_day);
        Ok(all.map(|granted| StandIn::of(&directory, granted, today)).collect())
    }
}

/// Commands on stand-ins: the head's of the body, or a security administrator's.
#[derive(Default)]
pub struct StandInMutation;

#[Object(serial)]
impl StandInMutation {
    /// Name a stand-in (AB岗) inside a body, for some days: it may do what the post may, never what separation of duties keeps
    /// apart, and each such act says in whose place it was.
    async fn grant_stand_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who for whom, from which day to which.")] input: GrantStandInInput,
    ) -> Result<RegisterCommandPayload> {
        let command = DirectoryCommand::GrantStandIn {
            principal: node_id::officer(&input.principal)?,
            stand_in: node_id::officer(&input.stand_in)?,
            from: input.from.0,
            to: input.to.0,
            reason: input.reason.0,
        };
        on_directory(ctx, input.command_id, command).await
    }

    /// End a stand-in's days early, at once; what was done stays done.
    async fn end_stand_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: EndStandInInput,
    ) -> Result<RegisterCommandPayload> {
        let principal = node_id::officer(&input.principal)?;
        let command = DirectoryCommand::EndStandIn { principal, from: input.from.0, reason: input.reason.0 };
        on_directory(ctx, input.command_id, command).await
    }
}
