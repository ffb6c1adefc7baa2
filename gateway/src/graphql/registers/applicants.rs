//! Applicants' records: may they be given tolerance, and are they barred (R9, R10).
//!
//! Invariant: a term of a bar follows from its kind by law and is never asked for.
//! Whom to reach at an applicant is shown masked; in full by `unmask` alone.
//! Deliberately absent: who an applicant is, and taking eligibility away; only a lapsed tolerance does that.

use super::payload::{RegisterCommandPayload, carry_out};
use crate::{
    access::{self, log::Reading},
    context::Requester,
    edge::rate::Rates,
    graphql::{
        error::{fault, limited_here},
        matter::{carry_out::of_fault, inputs::NoticeInput, queries::of_request},
        node_id::{self, NodeId},
        papers::of_unreadable,
        persons::same_person,
        scalars::{Date, LegalText, PermitCode, Requirement, Uuid, VaultRef},
        vault::VaultText,
    },
    services::{Services, stream},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use om_domain::{
    access::{Action, Of},
    access_log::About,
    applicant::{self, ApplicantCommand, ApplicantDecider, KeptText},
    decider::Explained,
    ids::{self, ApplicantId, CommandId},
    matter::MatterDecider,
    naming::Names,
    person::Subject,
};
use om_infra::{executor::Request, vault::State};
use std::{collections::BTreeMap, sync::Arc};

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
#[graphql(serial)]
pub struct Lapse {
    /// The matter, `matter:…`; none for who takes no part in it.
    pub matter: Option<ID>,
    /// The permit.
    pub permit: PermitCode,
    /// What was owed.
    pub requirement: Requirement,
    /// The entry that recorded the lapse, `event:…/…`; none for who takes no part in the matter.
    pub event: Option<ID>,
}

/// A bar that runs (R9).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Bar {
    /// What for.
    pub kind: BarKind,
    /// The matter it came up in, `matter:…`; none for who takes no part in it.
    pub matter: Option<ID>,
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

/// Whom to reach at an applicant (联系人).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ApplicantContact {
    /// The name, masked; in full by `unmask`.
    pub name: VaultText,
    /// The telephone or another way to be reached, masked; in full by `unmask`. None where only the name is known.
    pub phone: Option<VaultText>,
    /// The day on which it was named.
    pub since: Date,
    /// Who named it, `officer:…`.
    #[graphql(owned)]
    pub by: ID,
}

/// An applicant's record (申请人信用), as of today in Beijing. One without entries is eligible.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
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
    /// Whom to reach there; none if nobody is named, or for who takes part in none of the applicant's matters. Who erased texts are about is still named, and they are shown as erased.
    pub contact: Option<ApplicantContact>,
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

/// Whom to reach at an applicant, in the place of who was named before.
#[derive(Debug, Clone, InputObject)]
pub struct NameContactInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The applicant, `applicant:…`.
    pub applicant: ID,
    /// The name, put into the vault before as `PERSON_NAME`.
    pub name: VaultRef,
    /// The telephone or another way to be reached, put in as `CONTACT` with the name as its subject (`putText(subject:)`), so that one
    /// erasure takes both.
    pub phone: Option<VaultRef>,
}

/// An applicant at whom nobody is to be named any more.
#[derive(Debug, Clone, InputObject)]
pub struct RemoveContactInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The applicant, `applicant:…`.
    pub applicant: ID,
    /// Why.
    pub reason: LegalText,
}

/// Queries for applicants.
#[derive(Default)]
pub struct ApplicantQuery;

#[Object(serial)]
impl ApplicantQuery {
    /// An applicant's record: may it be given tolerance today, and what stands against it.
    async fn applicant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applicant, `applicant:…`.")] id: ID,
    ) -> Result<Applicant> {
        record(ctx, node_id::applicant(&id)?).await
    }
}

/// An applicant's record, as of today.
pub async fn record(ctx: &Context<'_>, id: ApplicantId) -> Result<Applicant> {
    let (services, who) = of_request(ctx)?;
    if let Some(rates) = ctx.data_opt::<Arc<Rates>>() {
        rates.protected(who).map_err(|e| limited_here(&e))?;
    }
    let name = stream::<ApplicantDecider>(who.county(), &id).map_err(|e| fault("naming a stream", &e))?;
    let seen = services.registers.applicants.state(&name).await.map_err(of_fault)?;
    // of who has no record there is nothing to read, and no end of names
    if seen.revision.is_some() {
        ctx.data::<Reading>()?.of(About::CreditRecord(id.clone()));
    }
    let state = seen.state;
    let today = services.today();
    let why = state.eligible(today).err();
    let named = state.open_lapses().iter().map(|lapse| lapse.matter);
    let named = named.chain(state.bars_on(today).map(|bar| bar.matter)).collect();
    let seen = access::seen_of(services, who, named).await.map_err(of_fault)?;
    let lapse = |lapse: &applicant::Lapse| Lapse {
        matter: seen.contains(&lapse.matter).then(|| NodeId::Matter(lapse.matter).id()),
        permit: lapse.permit.clone().into(),
        requirement: lapse.requirement.clone().into(),
        event: seen.contains(&lapse.matter).then(|| NodeId::Event(lapse.matter, lapse.event).id()),
    };
    let bar = |bar: &applicant::event::BarImposed| Bar {
        kind: bar.kind.into(),
        matter: seen.contains(&bar.matter).then(|| NodeId::Matter(bar.matter).id()),
        permit: bar.permit.clone().into(),
        decision: bar.decision.number.clone().into(),
        served_on: bar.decision.served_on.into(),
        until: bar.until.into(),
        source: bar.kind.article().into(),
    };
    let parties = access::parties_of_applicant(services, who, &id).await?;
    let takes_part = access::verdict(who, Action::ReadMatter, Of::Parties(&parties)).is_allowed();
    let contact = state.contact().filter(|_| takes_part).map(|contact| ApplicantContact {
        name: contact.name.clone().into(),
        phone: contact.phone.clone().map(VaultText::from),
        since: contact.since.into(),
        by: NodeId::Officer(contact.by.clone()).id(),
    });
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
        contact,
    })
}

/// Commands on applicants' records.
#[derive(Default)]
pub struct ApplicantMutation;

#[Object(serial)]
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

    /// Name whom to reach at an applicant (联系人): the window's, the task force's or a department's. The texts stand in the vault; what is
    /// recorded has references alone.
    async fn name_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applicant and its contact.")] input: NameContactInput,
    ) -> Result<RegisterCommandPayload> {
        let (name, phone) = (input.name.0, input.phone.map(|phone| phone.0));
        on_applicant(ctx, input.command_id, &input.applicant, ApplicantCommand::NameContact { name, phone })
            .await
    }

    /// Name nobody at an applicant any more. The texts stay in the vault until `erasePerson`.
    async fn remove_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applicant and why.")] input: RemoveContactInput,
    ) -> Result<RegisterCommandPayload> {
        let command = ApplicantCommand::RemoveContact { reason: input.reason.0 };
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
    let mut reads =
        services.registers.for_applicant(who.county(), &applicant, &command).await.map_err(of_fault)?;
    let unseen = access::unseen(services, who, command.papers(), &reads.missing_papers).await;
    reads.missing_papers.extend(unseen.map_err(of_unreadable)?);
    if let ApplicantCommand::ImposeBar { matter, .. } = &command {
        let cited =
            stream::<MatterDecider>(who.county(), matter).map_err(|e| fault("naming a stream", &e))?;
        let cited = services.matters.state(&cited).await.map_err(of_fault)?.state;
        // a matter that its giver may not see is not there: who applies in it and which departments have its permits is not told
        if cited.project.is_some() && !access::sees_matter(who, *matter, &cited) {
            reads.cited.remove(matter);
        }
    }
    reads.texts = kept(services, who, &command).await?;
    reads.parties = access::parties_of_applicant(services, who, &applicant).await?;
    let request = Request { reads, ..Request::new(name, CommandId(id.0), (*who.actor).clone(), command) };
    carry_out(services, &services.registers.applicants, request).await
}

/// Those of the texts the command names that the vault has and this contact may be: not one that is another applicant's and not the
/// giver's to see, nor one of an officer's, whom an erasure of the contact would take with it.
async fn kept(
    services: &Services,
    who: &Requester,
    command: &ApplicantCommand,
) -> Result<BTreeMap<ids::VaultRef, KeptText>> {
    let mut kept = BTreeMap::new();
    let texts = command.texts();
    if texts.is_empty() {
        return Ok(kept);
    }
    let same = same_person(services, who).await?;
    for text in texts {
        if !access::sees_contact(services, who, text).await? {
            continue;
        }
        let found = services.vault.look(who.county(), text).await;
        if let Some(found) = found.map_err(|e| fault("reading the vault", &e))? {
            if same.of(&found.subject).iter().any(|one| matches!(one, Subject::Officer(_))) {
                continue;
            }
            let (class, subject, usable) = (found.class, found.subject, found.state == State::Kept);
            kept.insert(text.clone(), KeptText { class, subject, usable });
        }
    }
    Ok(kept)
}
