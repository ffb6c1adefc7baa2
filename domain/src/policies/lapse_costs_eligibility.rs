//! A tolerance that ran out costs the applicant its eligibility until repaired (R10).
//!
//! Invariant: the lapse is named by its event, so a report that comes twice counts once.

use crate::{
    applicant::{ApplicantCommand, Lapse},
    decider::Recorded,
    ids::MatterId,
    matter::MatterEvent,
};

/// What a matter's fact asks of its applicant's stream; nothing for most.
pub fn lapse_costs_eligibility(matter: MatterId, fact: &Recorded<MatterEvent>) -> Option<ApplicantCommand> {
    let MatterEvent::ToleranceLapsed(lapsed) = &fact.event else { return None };
    let (permit, requirement) = (lapsed.permit.clone(), lapsed.requirement.clone());
    let lapse = Lapse { matter, permit, requirement, event: fact.id };
    Some(ApplicantCommand::LoseEligibility { lapse })
}
