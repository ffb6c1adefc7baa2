//! A lapse that was set aside costs the applicant nothing (R10).
//!
//! Invariant: it lifts the very lapse it names, and no other.

use crate::{
    applicant::{ApplicantCommand, Lapse},
    decider::Recorded,
    ids::MatterId,
    matter::MatterEvent,
};

/// What a matter's fact asks of its applicant's stream; nothing for most.
pub fn lapse_set_aside_lifts(matter: MatterId, fact: &Recorded<MatterEvent>) -> Option<ApplicantCommand> {
    let MatterEvent::LapseSetAside(e) = &fact.event else { return None };
    let (permit, requirement) = (e.permit.clone(), e.requirement.clone());
    Some(ApplicantCommand::LiftLapse { lapse: Lapse { matter, permit, requirement, event: e.lapse } })
}
