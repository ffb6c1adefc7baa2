//! Applicants' records: may they be given tolerance, and are they barred (R9, R10).
//!
//! Invariant: a term of a bar follows from its kind by law and is never asked for.
//! Deliberately absent: who an applicant is, and taking eligibility away; only a lapsed tolerance does that.

use super::payload::{RegisterCommandPayload, carry_out};
use crate::{
    context::Requester,
    graphql::{
        error::fault,
        matter::{carry_out::of_fault, inputs::NoticeInput, queries::of_request},
        node_id::{self, NodeId},
        scalars::{Date, LegalText, PermitCode, Requirement, Uuid},
    },
    services::{Services, stream},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use om_domain::{
    applicant::{self, ApplicantCommand, ApplicantDecider},
    decider::Explained,
    ids::{ApplicantId, CommandId},
    naming::Names,
};
use om_infra::executor::Request;

/// What a bar is for, and so how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "applicant::BarKind")]
pub enum BarKind {
    /// False materials or concealment when applying: one year (行政许可法 78).
    FalseMaterials,
    /// A permit got by fraud or bribery: three years (行政许可法 79).
    Fraud,
}

/// A tolerance that lapsed and has not been made good (R10).
#[derive(Debug, Clone, SimpleObject)]
pub struct Lapse {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// The permit.
    pub permit: PermitCode,
    /// What was owed.
    pub requirement: Requirement,
    /// The entry that recorded the lapse, `event:…/…`.
    pub event: ID,
}

/// A bar that runs (R9).
#[derive(Debug, Clone, SimpleObject)]
pub struct Bar {
    /// What for.
    pub kind: BarKind,
    /// The matter it came up in, `matter:…`.
    pub matter: ID,
    /// The permit.
    pub permit: PermitCode,
    /// Number of the decision (文号).
    pub decision: LegalText,
    /// The day the decision was served, from which the bar runs.
    pub served_on: Date,
    /// Its last day; it does not roll forward.
    pub until: Date,
    /// The article that sets the term.
    pub source: String,
}

/// An applicant's record (申请人信用), as of today in Beijing. One without entries is eligible.
#[derive(Debug, Clone, SimpleObject)]
pub struct Applicant {
    /// Its id, `applicant:…`.
    #[graphql(owned)]
    pub id: ID,
    /// Whether it may be given tolerance today.
    pub eligible: bool,
    /// Why not, and what to do, in one sentence; none if it may.
    pub reason: Option<String>,
    /// The same in Chinese.
    pub reason_zh: Option<String>,
    /// The rule behind it, such as `R10`.
    pub rule: Option<&'static str>,
    /// Tolerances that lapsed and are not made good.
    pub lapses: Vec<Lapse>,
    /// Bars that run today.
    pub bars: Vec<Bar>,
}

/// Give eligibility for tolerance back (信用修复).
#[derive(Debug, Clone, InputObject)]
pub struct RepairEligibilityInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The applicant, `applicant:…`.
    pub applicant: ID,
    /// Why.
    pub reason: LegalText,
}

/// A bar decided and served.
#[derive(Debug, Clone, InputObject)]
pub struct ImposeBarInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The applicant, `applicant:…`.
    pub applicant: ID,
    /// What for; the term follows from it.
    pub kind: BarKind,
    /// The matter it came up in, `matter:…`.
    pub matter: ID,
    /// The permit.
    pub permit: PermitCode,
    /// The decision; in force from its service.
    pub decision: NoticeInput,
}

/// Queries for applicants.
#[derive(Default)]
pub struct ApplicantQuery;

#[Object]
impl ApplicantQuery {
    /// An applicant's record: may it be given tolerance today, and what stands against it.
    async fn applicant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applicant, `applicant:…`.")] id: ID,
    ) -> Result<Applicant> {
        let (services, who) = of_request(ctx)?;
        record(services, who, node_id::applicant(&id)?).await
    }
}

/// An applicant's record, as of today.
pub async fn record(services: &Services, who: &Requester, id: ApplicantId) -> Result<Applicant> {
    let name = stream::<ApplicantDecider>(who.county(), &id).map_err(|e| fault("naming a stream", &e))?;
    let state = services.registers.applicants.state(&name).await.map_err(of_fault)?.state;
    let today = services.today();
    let why = state.eligible(today).err();
    let lapse = |lapse: &applicant::Lapse| Lapse {
        matter: NodeId::Matter(lapse.matter).id(),
        permit: lapse.permit.clone().into(),
        requirement: lapse.requirement.clone().into(),
        event: NodeId::Event(lapse.matter, lapse.event).id(),
    };
    let bar = |bar: &applicant::event::BarImposed| Bar {
        kind: bar.kind.into(),
        matter: NodeId::Matter(bar.matter).id(),
        permit: bar.permit.clone().into(),
        decision: bar.decision.number.clone().into(),
        served_on: bar.decision.served_on.into(),
        until: bar.until.into(),
        source: bar.kind.article().into(),
    };
    // an applicant's record is of no one matter, so there is no plan to name by
    let names = Names::default();
    Ok(Applicant {
        id: NodeId::Applicant(id).id(),
        eligible: why.is_none(),
        reason: why.as_ref().map(|why| why.message_en(&names)),
        reason_zh: why.as_ref().map(|why| why.message_zh(&names)),
        rule: why.as_ref().and_then(Explained::rule),
        lapses: state.open_lapses().iter().map(lapse).collect(),
        bars: state.bars_on(today).map(bar).collect(),
    })
}

/// Commands on applicants' records.
#[derive(Default)]
pub struct ApplicantMutation;

#[Object]
impl ApplicantMutation {
    /// Give an applicant its eligibility for tolerance back, for all lapses known (信用修复, R10): a department's.
    async fn repair_eligibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applicant and why.")] input: RepairEligibilityInput,
    ) -> Result<RegisterCommandPayload> {
        let command = ApplicantCommand::RepairEligibility { reason: input.reason.0 };
        on_applicant(ctx, input.command_id, &input.applicant, command).await
    }

    /// Record a bar decided and served by a department's head: no new application for a year, or three (行政许可法 78, 79;
    /// R9).
    async fn impose_bar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bar.")] input: ImposeBarInput,
    ) -> Result<RegisterCommandPayload> {
        let command = ApplicantCommand::ImposeBar {
            kind: input.kind.into(),
            matter: node_id::matter(&input.matter)?,
            permit: input.permit.0,
            decision: input.decision.into(),
        };
        on_applicant(ctx, input.command_id, &input.applicant, command).await
    }
}

async fn on_applicant(
    ctx: &Context<'_>,
    id: Uuid,
    applicant: &ID,
    command: ApplicantCommand,
) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let applicant = node_id::applicant(applicant)?;
    let name =
        stream::<ApplicantDecider>(who.county(), &applicant).map_err(|e| fault("naming a stream", &e))?;
    let reads =
        services.registers.for_applicant(who.county(), &applicant, &command).await.map_err(of_fault)?;
    let request = Request { reads, ..Request::new(name, CommandId(id.0), (*who.actor).clone(), command) };
    carry_out(services, &services.registers.applicants, request).await
}
