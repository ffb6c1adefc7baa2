//! From a mutation to the executor, and back.
//!
//! Invariants: what is asked is asked for the requester's own county; a command is carried out once, however often it
//! is sent; a refusal is an answer, a fault is an error.
//! Deliberately absent: authority; the domain decides it.

use super::payload::{self, MatterCommandPayload, stream_of};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::{Code, error, fault},
        papers::of_unreadable,
        standing_in,
    },
    services::{Services, stream},
};
use async_graphql::{Context, Error, Result};
use om_domain::{
    access::{Action, Of},
    decider::{Context as DecisionContext, Decider, Effective, Seen, SeenAt},
    ids::{CommandId, MatterId},
    matter::{
        Matter, MatterCommand, MatterDecider, MatterReads, MatterRefusal, event::ProjectFacts, state::Phase,
    },
    naming::Names,
    project::{ProjectCommand, ProjectDecider},
};
use om_infra::{
    calendars::Calendars as _,
    executor::{Fault, Outcome, Request},
};
use std::sync::Arc;

/// What every command on a matter carries.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The caller's id of the intention.
    pub command_id: CommandId,
    /// The matter.
    pub matter: MatterId,
    /// When it happened, if not now.
    pub effective: Option<Effective>,
    /// The revision the caller decided on.
    pub expected: Option<u64>,
}

/// Carries out a command on a matter.
pub async fn carry_out(
    ctx: &Context<'_>,
    asked: Asked,
    command: MatterCommand,
) -> Result<MatterCommandPayload> {
    let services = ctx.data::<Arc<Services>>()?;
    let who = ctx.data::<Requester>()?;
    let name = stream_of(who, asked.matter)?;
    let matter = services.matters.state(&name).await.map_err(of_fault)?.state;
    let begins = matches!(command, MatterCommand::ProposeMatter { .. });
    let is_there = matter.phase != Phase::Unknown;
    if !is_there && !begins || is_there && !may_act(who, asked.matter, &matter, &command) {
        // nothing is told of it, not even whether it exists: one that does not is no further asked either, neither what revision it
        // was expected at nor what the rules say of the rest
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        return Ok(payload::refused(&MatterRefusal::NoSuchMatter, None, &Names::of_directory(&directory)));
    }
    let day = asked.effective.map_or_else(|| services.today(), |effective| effective.day());
    let registers = &services.registers;
    let mut reads =
        registers.for_matter(who.county(), asked.matter, &matter, &command, day).await.map_err(of_fault)?;
    let unseen = access::unseen(services, who, command.papers(), &reads.missing_papers).await;
    reads.missing_papers.extend(unseen.map_err(of_unreadable)?);
    let about = command.permit().cloned();
    let request = Request {
        effective: asked.effective,
        expected: asked.expected,
        reads,
        ..Request::new(name, asked.command_id, (*who.actor).clone(), command)
    };
    let outcome = standing_in::execute(services, &services.matters, request).await.map_err(of_fault)?;
    payload::of_outcome(services, who, (asked.matter, about.as_ref()), outcome).await
}

/// Whether the requester may act on this matter at all; due dates are revised by who keeps the calendar and reads no matter.
fn may_act(who: &Requester, id: MatterId, matter: &Matter, command: &MatterCommand) -> bool {
    let keeps = matches!(command, MatterCommand::ReviseDueDates { .. })
        && access::verdict(who, Action::KeepCalendar, Of::County).is_allowed();
    keeps || access::sees_matter(who, id, matter)
}

/// Proposes a matter: reserves the project code, then creates the matter.
pub async fn propose(
    ctx: &Context<'_>,
    command_id: CommandId,
    effective: Option<Effective>,
    project: ProjectFacts,
) -> Result<MatterCommandPayload> {
    let services = ctx.data::<Arc<Services>>()?;
    let who = ctx.data::<Requester>()?;
    let matter = MatterId::of_command(who.county(), &command_id);
    let code = project.code.clone();
    let command = MatterCommand::ProposeMatter { project };
    let there = services.matters.state(&stream_of(who, matter)?).await.map_err(of_fault)?.state;
    if there.phase != Phase::Unknown {
        // the id of the matter is made of the command's: it was carried out, and what is so today refuses it no more
        return carry_out(ctx, Asked { command_id, matter, effective, expected: None }, command).await;
    }
    // Asked first with the code as if it were reserved, so that a proposal the rules refuse reserves nothing.
    if let Some(refused) = would_be_refused(services, who, matter, effective, &command).await? {
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        return Ok(payload::refused(&refused, None, &Names::of_directory(&directory)));
    }
    let name = stream::<ProjectDecider>(who.county(), &code).map_err(|e| fault("naming a stream", &e))?;
    let reserve = ProjectCommand::ReserveProjectCode { matter };
    let request = Request::new(name, command_id, (*who.actor).clone(), reserve);
    match services.registers.projects.execute(request).await.map_err(of_fault)? {
        Outcome::Done(_) | Outcome::NoChange(_) => {}
        Outcome::Refused { refusal, .. } => {
            let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
            // where the code's stream stands says nothing of the matter, which has no entry yet
            return Ok(payload::refused(&refusal, None, &Names::of_directory(&directory)));
        }
        Outcome::Conflict(standing) => {
            return Ok(payload::busy("the project code is being reserved by others", standing.revision));
        }
        Outcome::CommandIdReused { .. } => return Ok(payload::reused(None)),
    }
    carry_out(ctx, Asked { command_id, matter, effective, expected: None }, command).await
}

async fn would_be_refused(
    services: &Services,
    who: &Requester,
    matter: MatterId,
    effective: Option<Effective>,
    command: &MatterCommand,
) -> Result<Option<om_domain::matter::MatterRefusal>> {
    let at = SeenAt { stream: String::new(), revision: None };
    let reads = MatterReads {
        matter: Some(matter),
        reserved: Some(Seen { at, value: Some(matter) }),
        ..MatterReads::default()
    };
    let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
    let settings = services.calendars.settings(who.county()).await.map_err(of_fault)?;
    let context = DecisionContext {
        at: services.now(),
        by: &who.actor,
        calendar: &calendar,
        settings: &settings,
        effective,
        read: &reads,
    };
    Ok(MatterDecider::decide(&Matter::default(), command, &context).err())
}

/// A fault of the machine as an error the caller can act on.
pub fn of_fault(cause: Fault) -> Error {
    match cause.code() {
        "OUTCOME_UNKNOWN" => {
            tracing::error!(%cause, "whether a command was recorded is unknown");
            let message = "whether it was recorded is unknown: send it again with the same commandId";
            error(Code::OutcomeUnknown, message)
        }
        "DISK_FULL" => {
            tracing::error!(%cause, "the disk is full");
            error(
                Code::DiskFull,
                "nothing was recorded: the disk is full; tell whoever looks after the server",
            )
        }
        // said once in the log when it was lost
        "LOG_UNREACHABLE" => error(
            Code::LogUnreachable,
            "the event log's server does not answer: nothing was recorded, and what is not in memory cannot be shown; \
             send the same request again in a moment",
        ),
        "UNAVAILABLE" => {
            tracing::error!(%cause, "the log cannot be reached");
            error(Code::Unavailable, "the log cannot be reached: try again in a moment")
        }
        "PAPERS_UNREACHABLE" => {
            tracing::error!(%cause, "the papers cannot be read");
            let message = "nothing was recorded: the papers it names cannot be looked up; send the same request again in a moment";
            error(Code::Unavailable, message)
        }
        "FORBIDDEN" => error(Code::Forbidden, "an actor of one county cannot act in another"),
        _ => fault("carrying out a command", &cause),
    }
}
