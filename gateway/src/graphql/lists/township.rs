//! A township's desk (乡镇工作台): its matters, what it must do on them, handoffs that wait for it, tasks of joint meetings.
//!
//! Invariant: each part is what the list of its own gives for this body; nothing is counted here.
//! Deliberately absent: calls and duties of the township, which have streams of their own.

use super::{
    decode,
    desk::{self, DeskConnection, DeskOrder, DeskTask},
    encode, of_read, one_more,
    overview::{MatterConnection, MatterSummary},
    seen,
};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::carry_out::of_fault,
    matter::queries::of_request,
    meeting::{queries, types::MeetingTask},
    node_id::{self, NodeId},
    registers::stand_ins::{self, StandIn},
};
use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use om_domain::access::Action;
use om_domain::ids::BodyId;
use om_projections::board::{self, Board, MatterCursor, MatterFilter, MatterRows};

/// All that lies before a township or subdistrict, in one.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct TownshipDesk {
    #[graphql(skip)]
    of: BodyId,
    /// The body, `body:…`.
    pub body: ID,
}

#[ComplexObject]
impl TownshipDesk {
    /// Matters it implements (实施单位), changed last first; those over too.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn matters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the matter of this cursor.")] after: Option<String>,
    ) -> Result<MatterConnection> {
        let size = page_size(first, 50).map_err(bad_input)?;
        let (services, who) = of_request(ctx)?;
        let wanted = MatterFilter { implementing_body: Some(self.of.clone()), ..MatterFilter::default() };
        let (county, order) = (who.county().clone(), board::MatterOrder::LastChange);
        let cursor: Option<MatterCursor> = decode(after.as_ref())?;
        let read = move |db: &_| board::matters(db, &county, &wanted, order, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let entry = |row: &MatterRows| Ok((encode(&MatterCursor::from(row))?, MatterSummary::from(row)));
        let entries = rows.iter().map(entry).collect::<Result<_>>()?;
        Ok(MatterConnection::of(entries, size, after.is_some()))
    }

    /// What it must do next on permits and milestones, handoffs among it.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which order; by legal risk if not said.")] order: Option<DeskOrder>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the task of this cursor.")] after: Option<String>,
    ) -> Result<DeskConnection> {
        desk::page(ctx, self.of.clone(), order, first, after).await
    }

    /// Permits offered to it (移交) that wait for it to receive or return them, by the last day for an answer.
    #[graphql(complexity = "20 * child_complexity")]
    async fn handoffs(&self, ctx: &Context<'_>) -> Result<Vec<DeskTask>> {
        desk::handoffs(ctx, self.of.clone()).await
    }

    /// Tasks of joint meetings (联席会议) that it owns and nobody has confirmed yet, by their date.
    #[graphql(complexity = "20 * child_complexity")]
    async fn meeting_tasks(&self, ctx: &Context<'_>) -> Result<Vec<MeetingTask>> {
        queries::open_tasks_of(ctx, self.of.clone()).await
    }

    /// Stand-in officers of the body today (AB岗).
    #[graphql(complexity = "2 * child_complexity")]
    async fn stand_ins(&self, ctx: &Context<'_>) -> Result<Vec<StandIn>> {
        let (services, who) = of_request(ctx)?;
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        Ok(stand_ins::in_body(&directory, &self.of, services.today()))
    }
}

/// Queries for townships' desks.
#[derive(Default)]
pub struct TownshipQuery;

#[Object(serial)]
impl TownshipQuery {
    /// All that lies before a township or subdistrict (乡镇工作台), in one: its matters, its tasks, handoffs that wait for it, tasks
    /// of joint meetings.
    #[graphql(complexity = "10 + child_complexity")]
    async fn township_desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body, `body:…`; the requester's own if not said.")] body: Option<ID>,
        #[graphql(desc = "Show at least what stood at this position, as a receipt gave it.")] seen: Option<
            String,
        >,
    ) -> Result<TownshipDesk> {
        let (services, who) = of_request(ctx)?;
        seen::shown::<Board>(services, seen).await?;
        let of = match &body {
            Some(id) => node_id::body(id)?,
            None => who.actor.body.clone(),
        };
        access::of_body(services, who, Action::ReadDesk, &of).await?;
        Ok(TownshipDesk { body: NodeId::Body(of.clone()).id(), of })
    }
}
