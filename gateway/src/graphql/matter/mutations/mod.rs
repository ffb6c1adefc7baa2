//! Every command of a matter as a mutation of the same name.
//!
//! Invariant: what a mutation asks is decided by the domain alone; here ids are decoded and words translated.
//! Deliberately absent: `Settle`; that is the platform's own.

pub mod checks;
pub mod clock;
pub mod dates;
pub mod decision;
mod declare;
pub mod handoff;
pub mod intake;
pub mod life;
pub mod opinion;
pub mod supervision;
pub mod tolerance;

use async_graphql::MergedObject;

/// Commands on matters.
#[derive(MergedObject, Default)]
pub struct MatterMutation(
    life::ProposeMutation,
    life::LifeMutation,
    intake::IntakeMutation,
    clock::ClockMutation,
    dates::DateMutation,
    handoff::HandoffMutation,
    opinion::OpinionMutation,
    supervision::SupervisionMutation,
    tolerance::ToleranceMutation,
    checks::CheckMutation,
    decision::DecisionMutation,
);
