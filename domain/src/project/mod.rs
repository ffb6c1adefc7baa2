//! A project code (项目代码): which matter it belongs to [政府投资条例 10: one code per project].
//!
//! Invariant: a code belongs to at most one matter at a time; the stream is created before its matter.
//! Deliberately absent: the project's facts; those are the matter's.

pub mod command;
pub mod event;
pub mod refusal;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::ProjectCommand;
pub use event::ProjectEvent;
pub use refusal::ProjectRefusal;
pub use state::Project;

use crate::{
    decider::{Context, Decider, Fact, Recorded, Role},
    ids::MatterId,
};
use event::{ProjectCodeReleased, ProjectCodeReserved};

/// The rules of a project's stream, `{county}.project-{code}`.
#[derive(Debug, Clone, Copy)]
pub struct ProjectDecider;

type Facts = Result<Vec<Fact<ProjectEvent>>, ProjectRefusal>;

impl Decider for ProjectDecider {
    const CATEGORY: &'static str = "project";
    type State = Project;
    type Command = ProjectCommand;
    type Event = ProjectEvent;
    type Refusal = ProjectRefusal;
    type Reads = ();

    fn evolve(state: &mut Project, fact: &Recorded<ProjectEvent>) {
        state.fold(&fact.event);
    }

    fn decide(state: &Project, command: &ProjectCommand, ctx: &Context<'_, ()>) -> Facts {
        if ctx.by.is(Role::Auditor) {
            return Err(ProjectRefusal::AuditorActs { officer: ctx.by.officer.clone() });
        }
        match command {
            ProjectCommand::ReserveProjectCode { matter } => match state.holder() {
                Some(holder) if holder == *matter => Ok(Vec::new()),
                Some(_) => Err(ProjectRefusal::CodeTaken),
                None => Ok(vec![ctx.fact(ProjectCodeReserved { matter: *matter })]),
            },
            ProjectCommand::ReleaseProjectCode { matter, reason } => release(state, *matter, reason, ctx),
        }
    }
}

fn release(
    state: &Project,
    matter: MatterId,
    reason: &crate::ids::LegalText,
    ctx: &Context<'_, ()>,
) -> Facts {
    if !ctx.by.is(Role::System) && !ctx.by.is(Role::Administrator) {
        return Err(ProjectRefusal::NotTheirs { officer: ctx.by.officer.clone() });
    }
    match state.holder() {
        Some(holder) if holder == matter => {
            Ok(vec![ctx.fact(ProjectCodeReleased { matter, reason: reason.clone() })])
        }
        Some(_) => Err(ProjectRefusal::CodeTaken),
        None => Ok(Vec::new()),
    }
}
