//! What a command on a register is answered with.

use crate::{
    graphql::{
        matter::{
            carry_out::of_fault,
            payload::{CommandConflict, CommandRefused, MatterCommandPayload, busy, refused, reused},
        },
        scalars::{Instant, Json, Uuid},
        standing_in,
    },
    services::Services,
};
use async_graphql::{Result, SimpleObject, Union};
use om_domain::{LineError, decider::Decider, naming::Names};
use om_infra::executor::{Executor, Outcome, Request};

/// What a command on a register is answered with.
#[derive(Debug, Clone, Union)]
pub enum RegisterCommandPayload {
    /// Carried out, or already so.
    Done(RegisterCommandDone),
    /// Refused by a rule, or the definition has faults.
    Refused(CommandRefused),
    /// Somebody else came first, or the command's id was used before.
    Conflict(CommandConflict),
}

/// The command was carried out, or what it asks was already so.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct RegisterCommandDone {
    /// The command's id; none when nothing was to be recorded.
    pub command_id: Option<Uuid>,
    /// How many entries were recorded; 0 when what was asked was already so.
    pub entries: usize,
    /// The register's revision now.
    pub revision: Option<u64>,
    /// When it was recorded.
    pub recorded: Option<Instant>,
    /// Whether it had been carried out before this request came: a retry.
    pub repeated: bool,
    /// Whether lists may not show it yet.
    pub projections_pending: bool,
}

/// Carries out a command on a register.
pub async fn carry_out<D: Decider>(
    services: &Services,
    executor: &Executor<D>,
    request: Request<D>,
) -> Result<RegisterCommandPayload> {
    let county = request.by.county.clone();
    // on the heap: every root that is merged with this one would hold it on the stack once more
    let outcome = Box::pin(standing_in::execute(services, executor, request)).await.map_err(of_fault)?;
    let pending = match outcome.position() {
        Some(position) => services.pending(position).await,
        None => false,
    };
    Ok(match outcome {
        Outcome::Done(receipt) => RegisterCommandPayload::Done(RegisterCommandDone {
            command_id: Some(Uuid(receipt.command.0)),
            entries: receipt.events.len(),
            revision: Some(receipt.last_revision),
            recorded: Some(receipt.recorded.into()),
            repeated: receipt.repeated,
            projections_pending: pending,
        }),
        Outcome::NoChange(standing) => RegisterCommandPayload::Done(RegisterCommandDone {
            command_id: None,
            entries: 0,
            revision: standing.revision,
            recorded: None,
            repeated: false,
            projections_pending: pending,
        }),
        Outcome::Refused { refusal, standing } => {
            let directory = services.registers.directory(&county).await.map_err(of_fault)?.state;
            of_matter(refused(&refusal, Some(&standing), &Names::of_directory(&directory)))
        }
        Outcome::Conflict(standing) => of_matter(busy("the register has moved on", standing.revision)),
        Outcome::CommandIdReused { first } => of_matter(reused(Some(&first))),
    })
}

/// A refusal or a conflict, in this union.
fn of_matter(payload: MatterCommandPayload) -> RegisterCommandPayload {
    match payload {
        MatterCommandPayload::Refused(refused) => RegisterCommandPayload::Refused(refused),
        MatterCommandPayload::Conflict(conflict) => RegisterCommandPayload::Conflict(conflict),
        MatterCommandPayload::Done(done) => RegisterCommandPayload::Done(RegisterCommandDone {
            command_id: done.receipt.command_id,
            entries: done.receipt.events.len(),
            revision: done.receipt.last_revision,
            recorded: done.receipt.recorded,
            repeated: done.receipt.repeated,
            projections_pending: done.projections_pending,
        }),
    }
}

/// A definition with faults, each with its line.
pub fn faulty(faults: &[LineError]) -> RegisterCommandPayload {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| serde_json::json!({ "line": fault.line, "zh": fault.zh, "en": fault.en }))
        .collect();
    let join = |texts: Vec<String>| texts.join("; ");
    RegisterCommandPayload::Refused(CommandRefused {
        code: "DefinitionFaulty",
        rule: None,
        source: None,
        message: join(faults.iter().take(5).map(ToString::to_string).collect()),
        message_zh: join(faults.iter().take(5).map(LineError::message_zh).collect()),
        facts: Json(serde_json::json!({ "faults": lines })),
        revision: None,
        position: None,
    })
}
