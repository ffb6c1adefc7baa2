//! What a command on a meeting is answered with, and carrying it out.
//!
//! Invariant: as for matters: done, refused or conflict; faults are GraphQL errors.

use super::{
    queries::{meeting_now, stream_of},
    types::Meeting,
};
use crate::access;
use crate::graphql::{
    matter::{
        carry_out::of_fault,
        payload::{CommandConflict, CommandRefused, MatterCommandPayload, busy, refused, reused},
        queries::of_request,
    },
    node_id::NodeId,
    scalars::{Instant, Uuid},
    standing_in,
};
use async_graphql::{Context, ID, Result, SimpleObject, Union};
use om_domain::meeting::{MeetingPhase, MeetingRefusal};
use om_domain::{
    decider::Effective,
    ids::{CommandId, MeetingId},
    meeting::MeetingCommand,
    naming::Names,
};
use om_infra::executor::{Outcome, Request};
use std::sync::Arc;

/// What a command on a meeting is answered with.
#[derive(Debug, Clone, Union)]
pub enum MeetingCommandPayload {
    /// Carried out, or already so.
    Done(MeetingCommandDone),
    /// Refused by a rule.
    Refused(CommandRefused),
    /// Somebody else came first, or the command's id was used before.
    Conflict(CommandConflict),
}

/// The command was carried out, or what it asks was already so.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MeetingCommandDone {
    /// The meeting as it is now.
    pub meeting: Meeting,
    /// The entries, `meeting-event:…/…`, in order; empty when what was asked was already so.
    pub events: Vec<ID>,
    /// When it was recorded.
    pub recorded: Option<Instant>,
    /// Where it stands in the log: an opaque token of this installation's log.
    pub position: Option<String>,
    /// Whether it had been carried out before this request came: a retry.
    pub repeated: bool,
    /// Whether lists may not show it yet.
    pub projections_pending: bool,
}

/// What every command on a meeting carries.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(super) command_id: Uuid,
    pub(super) meeting: MeetingId,
    pub(super) effective: Option<Effective>,
    pub(super) expected: Option<u64>,
}

/// Carries out a command on a meeting.
pub(super) async fn carry_out(
    ctx: &Context<'_>,
    asked: Asked,
    command: MeetingCommand,
) -> Result<MeetingCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, asked.meeting)?;
    let executor = &services.registers.meetings;
    let state = executor.state(&name).await.map_err(of_fault)?.state;
    let begins = matches!(command, MeetingCommand::ConveneMeeting { .. });
    let is_there = state.phase != MeetingPhase::Unknown;
    // what is not there is answered as what may not be seen, before its revision and all else
    if !is_there && !begins || is_there && !access::sees_meeting(who, asked.meeting, &state) {
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        let refusal = MeetingRefusal::NoSuchMeeting;
        return Ok(other(refused(&refusal, None, &Names::of_directory(&directory))));
    }
    let reads = services.registers.for_meeting(who.county(), &state, &command).await.map_err(of_fault)?;
    let request = Request {
        effective: asked.effective,
        expected: asked.expected,
        reads,
        ..Request::new(name, CommandId(asked.command_id.0), (*who.actor).clone(), command)
    };
    let outcome = standing_in::execute(services, executor, request).await.map_err(of_fault)?;
    let pending = match outcome.position() {
        Some(position) => services.pending(position).await,
        None => false,
    };
    let (events, recorded, position, repeated) = match outcome {
        Outcome::Done(receipt) => {
            let entry = |event: &_| NodeId::MeetingEvent(asked.meeting, *event).id();
            let events = receipt.events.iter().map(entry).collect();
            (events, Some(receipt.recorded.into()), Some(receipt.position.to_string()), receipt.repeated)
        }
        Outcome::NoChange(standing) => {
            (Vec::new(), None, standing.position.map(|position| position.to_string()), false)
        }
        Outcome::Refused { refusal, standing } => {
            let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
            return Ok(other(refused(&refusal, Some(&standing), &Names::of_directory(&directory))));
        }
        Outcome::Conflict(standing) => return Ok(other(busy("the meeting has moved on", standing.revision))),
        Outcome::CommandIdReused { first } => return Ok(other(reused(Some(&first)))),
    };
    let meeting = Meeting(Arc::new(meeting_now(services, who, asked.meeting).await?));
    let projections_pending = pending;
    Ok(MeetingCommandPayload::Done(MeetingCommandDone {
        meeting,
        events,
        recorded,
        position,
        repeated,
        projections_pending,
    }))
}

/// A refusal or a conflict, in this union.
fn other(payload: MatterCommandPayload) -> MeetingCommandPayload {
    match payload {
        MatterCommandPayload::Refused(refused) => MeetingCommandPayload::Refused(refused),
        MatterCommandPayload::Conflict(conflict) => MeetingCommandPayload::Conflict(conflict),
        // what is built here is never done: `refused`, `busy` and `reused` make the other two
        MatterCommandPayload::Done(done) => MeetingCommandPayload::Conflict(CommandConflict {
            kind: crate::graphql::matter::payload::ConflictKind::MovedOn,
            message: "load it again and decide again".into(),
            message_zh: "请刷新后再决定".into(),
            revision: done.receipt.last_revision,
            first_actor: None,
            first_event: None,
            at: done.receipt.recorded,
        }),
    }
}
