//! A template (事项模板): which permits one kind of matter needs, in which order, within which limits.
//!
//! Invariants: an imported definition has no fault; versions only grow; a matter keeps the plan it was given.
//! Deliberately absent: drawing or editing; a template is a text that a county official writes, read whole.

mod check;
pub mod command;
mod definition;
pub mod event;
mod fault_text;
mod parse;
mod plan;
pub mod refusal;
mod shipped;
pub mod state;
#[cfg(test)]
mod tests;

pub use check::{Fault, FaultKind, Place};
pub use command::TemplateCommand;
pub use definition::{Definition, IMPLEMENTING_BODY};
pub use event::TemplateEvent;
pub use parse::parse;
pub use plan::Unplannable;
pub use refusal::TemplateRefusal;
pub use shipped::SHIPPED;
pub use state::Template;

use crate::{
    access::{self, Action},
    decider::{Context, Decider, Fact, Recorded, Seen},
    ids::BodyId,
};
use event::TemplateImported;
use std::collections::BTreeSet;

/// The rules of a template's stream, `{county}.template-{id}`.
#[derive(Debug, Clone, Copy)]
pub struct TemplateDecider;

/// What an import needs from other streams.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateReads {
    /// The bodies of the county's directory; none if it has not been read or does not exist.
    pub bodies: Option<Seen<BTreeSet<BodyId>>>,
}

impl Decider for TemplateDecider {
    const CATEGORY: &'static str = "template";
    type State = Template;
    type Command = TemplateCommand;
    type Event = TemplateEvent;
    type Refusal = TemplateRefusal;
    type Reads = TemplateReads;

    fn evolve(state: &mut Template, fact: &Recorded<TemplateEvent>) {
        state.fold(&fact.event);
    }

    fn decide(
        state: &Template,
        command: &TemplateCommand,
        ctx: &Context<'_, TemplateReads>,
    ) -> Result<Vec<Fact<TemplateEvent>>, TemplateRefusal> {
        if !access::may(ctx.by, Action::KeepTemplates) {
            return Err(TemplateRefusal::NotAdministrator { officer: ctx.by.officer.clone() });
        }
        match command {
            TemplateCommand::ImportTemplate { definition } => import(state, definition, ctx),
        }
    }
}

fn import(
    state: &Template,
    definition: &Definition,
    ctx: &Context<'_, TemplateReads>,
) -> Result<Vec<Fact<TemplateEvent>>, TemplateRefusal> {
    if let Some(latest) = state.latest() {
        if latest.id != definition.id {
            let (expected, given) = (latest.id.clone(), definition.id.clone());
            return Err(TemplateRefusal::OtherTemplate { expected, given });
        }
        if latest == definition {
            return Ok(Vec::new());
        }
    }
    let Some(bodies) = &ctx.read.bodies else {
        return Err(TemplateRefusal::NoDirectory { county: ctx.by.county.clone() });
    };
    let faults = definition.faults(&bodies.value);
    if !faults.is_empty() {
        return Err(TemplateRefusal::Faulty { faults });
    }
    Ok(vec![ctx.fact(TemplateImported {
        version: state.latest_version() + 1,
        definition: definition.clone(),
        directory: bodies.at.clone(),
    })])
}
