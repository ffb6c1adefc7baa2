//! What this actor may do with a meeting now, and why not: the same rules, asked with a sample command.
//!
//! Invariant: nothing here decides; each answer is what `decide` says.

use super::{
    Act, Ctx, Meeting, MeetingCommand as C, MeetingDecider, MeetingReads, MeetingRefusal, state::TaskState,
};
use crate::{
    decider::{Decider, Seen, SeenAt},
    ids::{CommandId, EventId, LegalText, MatterId},
};
use std::collections::{BTreeMap, BTreeSet};

/// An action and whether it may be taken now.
#[derive(Debug, Clone, PartialEq)]
pub struct Can {
    /// The command's name as in the API, in camel case.
    pub action: &'static str,
    /// Why not; none if it may.
    pub refusal: Option<MeetingRefusal>,
}

fn ask(state: &Meeting, ctx: &Ctx<'_>, commands: Vec<(&'static str, C)>) -> Vec<Can> {
    let answer = |(action, command): (&'static str, C)| Can {
        action,
        refusal: MeetingDecider::decide(state, &command, ctx).err(),
    };
    commands.into_iter().map(answer).collect()
}

/// Whether the actor may convene a meeting: with itself in the chair, on some matter, with its own body. What a meeting is about
/// is asked when it is named.
pub fn can_convene(ctx: &Ctx<'_>) -> Vec<Can> {
    let text = LegalText::fixed("样例");
    let matter = MatterId::of_command(&ctx.by.county, &CommandId(uuid::Uuid::nil()));
    let seen = Seen { at: SeenAt { stream: String::new(), revision: None }, value: BTreeSet::new() };
    let reads = MeetingReads {
        matters: BTreeMap::from([(matter, seen)]),
        officers: BTreeMap::from([(ctx.by.officer.clone(), ctx.by.clone())]),
        ..MeetingReads::default()
    };
    let command = C::ConveneMeeting {
        title: text.clone(),
        on: ctx.day(),
        place: text,
        chair: ctx.by.officer.clone(),
        matters: BTreeSet::from([matter]),
        bodies: BTreeSet::from([ctx.by.body.clone()]),
        agenda: Vec::new(),
    };
    ask(&Meeting::default(), &Ctx { read: &reads, ..ctx.clone() }, vec![("conveneMeeting", command)])
}

/// What the actor may do with one of its resolutions. For who neither runs the meeting nor leads the matter, the act it would be
/// linked to is one of its own body's.
pub fn can_on_resolution(state: &Meeting, number: u16, ctx: &Ctx<'_>) -> Vec<Can> {
    let Some(resolution) = state.resolutions.get(&number) else { return vec![] };
    let on = ctx.day().max(resolution.on);
    let act = Act { name: LegalText::fixed("样例"), body: ctx.by.body.clone(), on, of_time: false };
    let at = SeenAt { stream: String::new(), revision: None };
    let reads = MeetingReads { act: Some(Seen { at, value: Some(act) }), ..ctx.read.clone() };
    let command = C::LinkResolution { number, event: EventId(uuid::Uuid::nil()) };
    ask(state, &Ctx { read: &reads, ..ctx.clone() }, vec![("linkResolution", command)])
}

/// What the actor may do with the meeting itself.
pub fn can_on_meeting(state: &Meeting, ctx: &Ctx<'_>) -> Vec<Can> {
    let text = LegalText::fixed("样例");
    let mut commands = vec![
        ("cancelMeeting", C::CancelMeeting { reason: text.clone() }),
        ("closeMeeting", C::CloseMeeting { minutes: text.clone() }),
    ];
    if let Some(convened) = &state.convened {
        let first = convened.matters.first().copied();
        commands.extend(
            first.map(|matter| ("recordResolution", C::RecordResolution { matter, text: text.clone() })),
        );
        if let Some(owner) = convened.bodies.first().cloned() {
            let limit = ctx.day();
            let task = C::AssignTask { text, matter: None, resolution: None, owner, limit };
            commands.push(("assignTask", task));
        }
    }
    ask(state, ctx, commands)
}

/// What the actor may do with one of its tasks.
pub fn can_on_task(state: &Meeting, number: u16, ctx: &Ctx<'_>) -> Vec<Can> {
    let Some(task) = state.tasks.get(&number) else { return vec![] };
    let text = LegalText::fixed("样例");
    let mut commands = vec![("reportTask", C::ReportTask { number, progress: text.clone(), finished: true })];
    if task.claimed.is_none() {
        commands.push(("claimTask", C::ClaimTask { number, due: task.limit }));
    }
    if task.state() == TaskState::Finished {
        commands.push(("confirmTask", C::ConfirmTask { number }));
        commands.push(("returnTask", C::ReturnTask { number, reason: text }));
    }
    ask(state, ctx, commands)
}
