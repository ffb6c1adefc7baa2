//! Of which permits a fact can make something due by time, so that only those are asked (R22).
//!
//! Invariant: where nothing was due before a fact that the rules let come about, what is due after it is due of what it reaches.
//! What time states of a permit depends on its own life and, of another's, on how far that has come, if this one waits for it, and
//! on what materials lie with it.
//! Deliberately absent: facts about the matter and its plan; they reach everything, as does whatever is not named here.

use super::{
    about::event_permit,
    event::MatterEvent as E,
    plan::{Node, PlannedPermit},
};
use crate::decider::Reach;

/// What a fact reaches.
pub(super) fn of(event: &E) -> Reach {
    let Some(permit) = event_permit(event) else { return Reach::All };
    let permit = permit.as_str().into();
    match event {
        // where it lies, who was asked, what stops its clock, what is owed, what was found: no other permit looks at these
        E::HandoffOffered(_)
        | E::HandoffReceived(_)
        | E::HandoffReturned(_)
        | E::HandoffWithdrawn(_)
        | E::CustodyRecalled(_)
        | E::HandoffOverdue(_)
        | E::OpinionRequested(_)
        | E::OpinionGiven(_)
        | E::OpinionOverdue(_)
        | E::OpinionRequestWithdrawn(_)
        | E::OpinionsConcluded(_)
        | E::ObjectionTreated(_)
        | E::ObjectionWithdrawn(_)
        | E::ClockSuspended(_)
        | E::ClockResumed(_)
        | E::SuspensionTermEnded(_)
        | E::LimitExtended(_)
        | E::TermOverrun(_)
        | E::ToleranceProposed(_)
        | E::DeficiencyTolerated(_)
        | E::SupplementReceived(_)
        | E::SupplementRejected(_)
        | E::SupplementDeadlineMoved(_)
        | E::ToleranceLapsed(_)
        | E::CheckRecorded(_)
        | E::HearingRequested(_)
        | E::HearingHeld(_)
        | E::CardIssued(_)
        | E::CardAnswered(_)
        | E::CardAppealed(_)
        | E::CardUpheld(_)
        | E::CardCancelled(_)
        | E::CardCleared(_) => Reach::Part(permit),
        // how far it has come
        E::PermitAccepted(_)
        | E::PermitDeemedAccepted(_)
        | E::PrerequisiteLanded(_)
        | E::PermitApproved(_)
        | E::PermitDenied(_)
        | E::CertificateIssued(_) => Reach::PartAndWaiting(permit),
        _ => Reach::All,
    }
}

/// Whether a permit is reached.
pub(super) fn reaches(reached: &[Reach], planned: &PlannedPermit) -> bool {
    let waits_for = |code: &str| {
        let on = |node: &Node| matches!(node, Node::Permit(other) if other.as_str() == code);
        planned.prerequisites.iter().any(|edge| on(&edge.node))
    };
    reached.iter().any(|reach| match reach {
        Reach::All => true,
        Reach::Part(code) => planned.code.as_str() == code,
        Reach::PartAndWaiting(code) => planned.code.as_str() == code || waits_for(code),
    })
}
