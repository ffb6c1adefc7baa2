//! What a command on a matter is answered with: done, refused, or conflict. One union for all of them.
//!
//! Invariant: a program of a department needs one handler for every command.
//! Deliberately absent: faults; those are GraphQL errors.

use super::{carry_out::of_fault, queries::view_of, types::Matter};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::fault,
        node_id::NodeId,
        scalars::{Instant, Json, Uuid},
    },
    services::{Services, stream},
};
use async_graphql::{Enum, ID, Result, SimpleObject, Union};
use om_domain::{
    access::{Action, Of},
    decider::Explained,
    ids::{MatterId, PermitCode},
    matter::{MatterDecider, MatterRefusal},
    naming::Names,
};
use om_infra::executor::{Outcome, Receipt as ExecutorReceipt, Standing};
use std::sync::Arc;

/// What a command on a matter is answered with.
#[derive(Debug, Clone, Union)]
pub enum MatterCommandPayload {
    /// Carried out, or already so.
    Done(MatterCommandDone),
    /// Refused by a rule.
    Refused(CommandRefused),
    /// Somebody else came first, or the command's id was used before.
    Conflict(CommandConflict),
}

/// The command was carried out, or what it asks was already so.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MatterCommandDone {
    /// What was recorded.
    pub receipt: Receipt,
    /// The matter as it is now; none for who keeps due dates and reads no matters.
    pub matter: Option<Matter>,
    /// Whether lists (overview, desk, tolerances) may not show it yet: they did not catch up within two seconds.
    pub projections_pending: bool,
}

/// What a command has recorded. Keep it as evidence of what was done.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Receipt {
    /// The command's id.
    pub command_id: Option<Uuid>,
    /// The matter, `matter:…`.
    pub matter: ID,
    /// The revision of its first entry; none when nothing was to be recorded.
    pub first_revision: Option<u64>,
    /// The revision of its last entry, or of the matter when nothing was to be recorded.
    pub last_revision: Option<u64>,
    /// The entries, `event:…/…`, in order; empty when what was asked was already so.
    pub events: Vec<ID>,
    /// When it was recorded.
    pub recorded: Option<Instant>,
    /// Where it stands in the log: an opaque token of this installation's log.
    pub position: Option<String>,
    /// Whether it had been carried out before this request came: a retry.
    pub repeated: bool,
}

/// The command was refused by a rule. Nothing of it was recorded.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CommandRefused {
    /// The refusal's name, such as `RequirementsUnmet`.
    pub code: &'static str,
    /// The rule behind it, such as `R3`.
    pub rule: Option<&'static str>,
    /// The law or source behind the rule, such as 行政许可法 32.
    pub source: Option<String>,
    /// Why, and what to do, in one English sentence.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
    /// The facts of the refusal, whose form follows from its code.
    pub facts: Json,
    /// The revision of the matter (of the register, if one was asked) at which the rules refused, its end when the command
    /// was decided: folded up to this entry they refuse again. None when it has no entry yet.
    pub revision: Option<u64>,
    /// Where that entry stands in the log: an opaque token of this installation's log.
    pub position: Option<String>,
}

/// Why there is a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ConflictKind {
    /// The matter has moved on since the revision the caller decided on.
    MovedOn,
    /// The command's id was used before, for something else or by somebody else.
    CommandIdReused,
}

/// Somebody else came first, or the command's id was used before. Nothing was recorded, nothing overwritten.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CommandConflict {
    /// Which of the two.
    pub kind: ConflictKind,
    /// What happened and what to do, in one English sentence.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
    /// The matter's revision now; load it and decide again.
    pub revision: Option<u64>,
    /// Who came first, `officer:…`; none for who may not read the matter, as the two below.
    pub first_actor: Option<ID>,
    /// What they did: the name of the event, such as `PermitApproved`.
    pub first_event: Option<String>,
    /// When it was recorded.
    pub at: Option<Instant>,
}

/// A refusal as an answer, with the names that are known; `standing` is where the stream asked stood, none while it
/// does not exist.
pub fn refused(
    refusal: &impl Explained,
    standing: Option<&Standing>,
    names: &Names<'_>,
) -> MatterCommandPayload {
    MatterCommandPayload::Refused(CommandRefused {
        code: refusal.code(),
        rule: refusal.rule(),
        source: refusal.source(),
        message: refusal.message_en(names),
        message_zh: refusal.message_zh(names),
        facts: Json::of(refusal),
        revision: standing.and_then(|standing| standing.revision),
        position: standing.and_then(|standing| standing.position).map(|position| position.to_string()),
    })
}

/// Others were quicker, whoever they were.
pub fn busy(message: &str, revision: Option<u64>) -> MatterCommandPayload {
    MatterCommandPayload::Conflict(CommandConflict {
        kind: ConflictKind::MovedOn,
        message: format!("{message}: load it again and decide again"),
        message_zh: "其他人已先行操作，请刷新后再决定".into(),
        revision,
        first_actor: None,
        first_event: None,
        at: None,
    })
}

/// The command's id was used before.
pub fn reused(first: Option<&ExecutorReceipt>) -> MatterCommandPayload {
    MatterCommandPayload::Conflict(CommandConflict {
        kind: ConflictKind::CommandIdReused,
        message: "this commandId was used before for something else: make a new one for a new intention"
            .into(),
        message_zh: "该commandId已用于其他操作，新的操作请使用新的编号".into(),
        revision: first.map(|receipt| receipt.last_revision),
        first_actor: None,
        first_event: None,
        at: first.map(|receipt| receipt.recorded.into()),
    })
}

/// An outcome of the executor as an answer.
pub async fn of_outcome(
    services: &Arc<Services>,
    who: &Requester,
    (matter, about): (MatterId, Option<&PermitCode>),
    outcome: Outcome<MatterRefusal>,
) -> Result<MatterCommandPayload> {
    let receipt = match &outcome {
        Outcome::Refused { refusal, standing } => {
            return named(services, who, (matter, about), (refusal, standing)).await;
        }
        Outcome::Conflict(standing) => return moved_on(services, who, matter, standing).await,
        Outcome::CommandIdReused { first } => return Ok(reused(Some(first))),
        Outcome::Done(receipt) => done(matter, receipt),
        Outcome::NoChange(standing) => unchanged(matter, standing),
    };
    let pending = match outcome.position() {
        Some(position) => services.pending(position).await,
        None => false,
    };
    let reads = access::verdict(who, Action::ReadMatter, Of::County).is_allowed();
    let view = if reads { Some(view_of(services, who, matter).await?) } else { None };
    Ok(MatterCommandPayload::Done(MatterCommandDone {
        receipt,
        matter: view.map(|view| Matter(Arc::new(view))),
        projections_pending: pending,
    }))
}

/// A refusal, with the names of the matter's plan and of the county's directory.
async fn named(
    services: &Services,
    who: &Requester,
    (matter, about): (MatterId, Option<&PermitCode>),
    (refusal, standing): (&MatterRefusal, &Standing),
) -> Result<MatterCommandPayload> {
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let state = services.matters.state(&stream_of(who, matter)?).await.map_err(of_fault)?.state;
    let names = Names { directory: Some(&directory), plan: state.plan.as_deref(), about, ..Names::default() };
    Ok(refused(refusal, Some(standing), &names))
}

fn done(matter: MatterId, receipt: &ExecutorReceipt) -> Receipt {
    Receipt {
        command_id: Some(Uuid(receipt.command.0)),
        matter: NodeId::Matter(matter).id(),
        first_revision: Some(receipt.first_revision),
        last_revision: Some(receipt.last_revision),
        events: receipt.events.iter().map(|event| NodeId::Event(matter, *event).id()).collect(),
        recorded: Some(receipt.recorded.into()),
        position: Some(receipt.position.to_string()),
        repeated: receipt.repeated,
    }
}

fn unchanged(matter: MatterId, standing: &Standing) -> Receipt {
    Receipt {
        command_id: None,
        matter: NodeId::Matter(matter).id(),
        first_revision: None,
        last_revision: standing.revision,
        events: Vec::new(),
        recorded: None,
        position: standing.position.map(|position| position.to_string()),
        repeated: false,
    }
}

/// Who was first: the last entry of the matter, told to who may read it. Who keeps due dates acts on matters and reads none.
async fn moved_on(
    services: &Services,
    who: &Requester,
    matter: MatterId,
    standing: &Standing,
) -> Result<MatterCommandPayload> {
    let MatterCommandPayload::Conflict(mut conflict) = busy("the matter has moved on", standing.revision)
    else {
        return Ok(busy("the matter has moved on", standing.revision));
    };
    let state = services.matters.state(&stream_of(who, matter)?).await.map_err(of_fault)?.state;
    let reads = access::verdict(who, Action::ReadMatter, Of::Parties(&state.parties)).is_allowed();
    if let Some(revision) = standing.revision.filter(|_| reads) {
        let entries = services.matters.history(&standing.stream, revision, 1).await;
        if let Some(entry) = entries.map_err(|e| fault("reading who came first", &e))?.first() {
            use om_domain::decider::EventRecord;
            conflict.first_actor = Some(NodeId::Officer(entry.fact.by.officer.clone()).id());
            conflict.first_event = Some(entry.fact.event.name().to_owned());
            conflict.at = Some(entry.fact.recorded.into());
        }
    }
    Ok(MatterCommandPayload::Conflict(conflict))
}

/// The stream of a matter in the requester's county.
pub fn stream_of(who: &Requester, matter: MatterId) -> Result<om_infra::log::StreamName> {
    stream::<MatterDecider>(who.county(), matter).map_err(|e| fault("naming a stream", &e))
}
