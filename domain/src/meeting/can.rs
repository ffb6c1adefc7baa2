//! What this actor may do with a meeting now, and why not: the same rules, asked with a sample command.
//!
//! Invariant: nothing here decides; each answer is what `decide` says.

use super::{Ctx, Meeting, MeetingCommand as C, MeetingDecider, MeetingRefusal, state::TaskState};
use crate::{decider::Decider, ids::LegalText};

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
