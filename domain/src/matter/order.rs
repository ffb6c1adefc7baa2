//! Order of facts by the day they took effect, so that log order and effective order end in the same state (R16).
//!
//! Invariant: facts that share no lane commute in the fold; within a lane days never go back.
//! Deliberately absent: instants; the law counts days, and within a day the log's order stands.

use super::{event::MatterEvent, plan::RequirementId};
use crate::{
    decider::Fact,
    ids::{BodyId, MaterialCode, MilestoneCode, PermitCode},
};
use jiff::civil::Date;
use std::collections::HashMap;

/// A part of the state that a fact writes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// Life of the matter and its task force.
    Matter,
    /// The plan; a barrier for every permit.
    Plan,
    /// Rounds of a permit; a barrier for everything of that permit.
    Round(PermitCode),
    /// Intake, decision and certificate of a permit.
    Permit(PermitCode),
    /// Its due dates.
    Due(PermitCode),
    /// Its custody.
    Custody(PermitCode),
    /// What one department says of it.
    Opinion(PermitCode, BodyId),
    /// One of its materials that lies elsewhere.
    Reuse(PermitCode, MaterialCode),
    /// One of its debts.
    Debt(PermitCode, RequirementId),
    /// The day on which one of its debts is due.
    DebtDue(PermitCode, RequirementId),
    /// The day on which the answer to a handoff is due.
    AnswerDue(PermitCode),
    /// What the lead proposed for one of its requirements.
    Proposal(PermitCode, RequirementId),
    /// A milestone.
    Milestone(MilestoneCode),
    /// One of its cards. No barrier for anything else: a card changes no outcome.
    Card(PermitCode, u16),
}

impl Lane {
    /// The permit it is a lane of.
    fn permit(&self) -> Option<&PermitCode> {
        match self {
            Lane::Round(code) | Lane::Permit(code) | Lane::Due(code) | Lane::Custody(code) => Some(code),
            Lane::Opinion(code, _) | Lane::Reuse(code, _) => Some(code),
            Lane::Debt(code, _) | Lane::DebtDue(code, _) | Lane::Proposal(code, _) => Some(code),
            Lane::AnswerDue(code) => Some(code),
            Lane::Matter | Lane::Plan | Lane::Milestone(_) | Lane::Card(..) => None,
        }
    }

    /// Whether a fact of this lane must not come before what is noted in the other.
    fn follows(&self, other: &Lane) -> bool {
        match self {
            Lane::Plan => true,
            Lane::Round(code) => *other == Lane::Plan || other.permit() == Some(code),
            Lane::Matter => *other == Lane::Matter,
            Lane::Milestone(_) => other == self || *other == Lane::Plan,
            _ => other == self || matches!(other, Lane::Plan) || self.is_within(other),
        }
    }

    /// Whether the other is the round this lane lies in.
    fn is_within(&self, other: &Lane) -> bool {
        matches!(other, Lane::Round(code) if self.permit() == Some(code))
    }
}

/// The last day each lane was written on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Order(HashMap<Lane, Date, foldhash::fast::RandomState>);

impl Order {
    /// Notes a fact that took effect on this day.
    pub(super) fn note(&mut self, event: &MatterEvent, day: Date) {
        for lane in lanes(event) {
            let last = self.0.entry(lane).or_insert(day);
            *last = day.max(*last);
        }
    }

    /// The last day of a permit's own lane, the earliest on which something may still be added to it.
    pub(super) fn last(&self, lane: &Lane) -> Option<Date> {
        self.0.get(lane).copied()
    }

    /// The day before which this fact would change the outcome of what is already recorded, if it lies before it.
    pub(super) fn broken_by(&self, fact: &Fact<MatterEvent>) -> Option<Date> {
        let day = fact.effective.day();
        let lanes = lanes(&fact.event);
        let before = |other: &Lane| lanes.iter().any(|lane| lane.follows(other));
        let last = self.0.iter().filter(|(other, _)| before(other)).map(|(_, last)| *last).max();
        last.filter(|last| day < *last)
    }
}

/// What a fact writes. Marks that only add to a set (overruns, overdue offers, missed dates) write no lane.
pub(super) fn lanes(event: &MatterEvent) -> Vec<Lane> {
    use MatterEvent as E;
    let permit = |code: &PermitCode| vec![Lane::Permit(code.clone())];
    let moves = |code: &PermitCode| vec![Lane::Permit(code.clone()), Lane::Due(code.clone())];
    let custody = |code: &PermitCode| vec![Lane::Custody(code.clone())];
    let opinion = |code: &PermitCode, body: &BodyId| Lane::Opinion(code.clone(), body.clone());
    let card = |code: &PermitCode, number: u16| vec![Lane::Card(code.clone(), number)];
    let debt = |code: &PermitCode, r: &RequirementId| vec![Lane::Debt(code.clone(), r.clone())];
    let owed = |code: &PermitCode, r: &RequirementId| {
        vec![Lane::Debt(code.clone(), r.clone()), Lane::DebtDue(code.clone(), r.clone())]
    };
    let date = |code: &MilestoneCode| vec![Lane::Milestone(code.clone())];
    match event {
        E::MatterProposed(_)
        | E::ProjectCorrected(_)
        | E::MatterDesignated(_)
        | E::TaskForceChanged(_)
        | E::MatterStarted(_)
        | E::MatterSuspended(_)
        | E::MatterResumed(_)
        | E::MatterCompleted(_)
        | E::MatterTerminated(_) => vec![Lane::Matter],
        E::MatterPlanned(_) | E::PlanAmended(_) => vec![Lane::Plan],
        E::PermitSubmitted(e) => {
            let code = &e.permit;
            vec![
                Lane::Round(code.clone()),
                Lane::Permit(code.clone()),
                Lane::Due(code.clone()),
                Lane::Custody(code.clone()),
            ]
        }
        E::CorrectionNoticed(e) => permit(&e.permit),
        E::CorrectionReceived(e) => moves(&e.permit),
        E::MaterialsSupplied(e) => permit(&e.permit),
        E::IntakeReopened(e) => moves(&e.permit),
        E::PermitAccepted(e) => moves(&e.permit),
        E::PermitDeemedAccepted(e) => moves(&e.permit),
        E::DeemedAcceptanceSetAside(e) => moves(&e.permit),
        E::PermitNotAccepted(e) => permit(&e.permit),
        E::ClockSuspended(e) => moves(&e.permit),
        E::ClockResumed(e) => moves(&e.permit),
        E::SuspensionTermEnded(e) => moves(&e.permit),
        E::LateServiceProved(e) => permit(&e.permit),
        E::LimitExtended(e) => moves(&e.permit),
        E::DueDateRevised(e) => {
            let owed = e.supplements.keys().map(|r| Lane::DebtDue(e.permit.clone(), r.clone()));
            let offered = e.handoff.iter().map(|_| Lane::AnswerDue(e.permit.clone()));
            std::iter::once(Lane::Due(e.permit.clone())).chain(owed).chain(offered).collect()
        }
        E::HandoffOffered(e) => vec![Lane::Custody(e.permit.clone()), Lane::AnswerDue(e.permit.clone())],
        E::HandoffReceived(e) => custody(&e.permit),
        E::HandoffReturned(e) => custody(&e.permit),
        E::HandoffWithdrawn(e) => custody(&e.permit),
        E::CustodyRecalled(e) => custody(&e.permit),
        E::OpinionRequested(e) => e.bodies.iter().map(|body| opinion(&e.permit, body)).collect(),
        E::OpinionGiven(e) => vec![opinion(&e.permit, &e.body)],
        E::ObjectionTreated(e) => vec![opinion(&e.permit, &e.body)],
        E::ObjectionWithdrawn(e) => vec![opinion(&e.permit, &e.body)],
        E::OpinionRequestWithdrawn(e) => vec![opinion(&e.permit, &e.body)],
        E::OpinionDuesRevised(e) => e.dues.keys().map(|body| opinion(&e.permit, body)).collect(),
        E::OpinionsConcluded(e) => permit(&e.permit),
        E::MaterialsReused(e) => {
            let lane = |r: &super::event::Reused| Lane::Reuse(e.permit.clone(), r.handed.material.clone());
            e.reused.iter().map(lane).collect()
        }
        E::ToleranceProposed(e) => vec![Lane::Proposal(e.permit.clone(), e.requirement.clone())],
        E::DeficiencyTolerated(e) => owed(&e.permit, &e.requirement),
        E::SupplementReceived(e) => debt(&e.permit, &e.requirement),
        E::SupplementVerified(e) => debt(&e.permit, &e.requirement),
        E::SupplementRejected(e) => debt(&e.permit, &e.requirement),
        E::SupplementDeadlineMoved(e) => owed(&e.permit, &e.requirement),
        E::ToleranceLapsed(e) => debt(&e.permit, &e.requirement),
        E::LapseSetAside(e) => {
            let mut lanes = debt(&e.permit, &e.requirement);
            lanes.extend(moves(&e.permit));
            lanes
        }
        E::PrerequisiteLanded(e) => {
            let mut lanes = debt(&e.permit, &e.requirement);
            if e.clock.is_some() {
                lanes.extend(moves(&e.permit));
            }
            lanes
        }
        E::PreReviewConfirmed(e) => permit(&e.permit),
        E::PermitLapsed(e) => permit(&e.permit),
        E::CheckRecorded(e) => permit(&e.permit),
        E::HearingRequested(e) => permit(&e.permit),
        E::HearingHeld(e) => permit(&e.permit),
        E::RenewalRequested(e) => permit(&e.permit),
        E::RenewalGranted(e) => permit(&e.permit),
        E::RenewalRefused(e) => permit(&e.permit),
        E::RenewalDeemedGranted(e) => permit(&e.permit),
        E::PermitApproved(e) => permit(&e.permit),
        E::PermitDenied(e) => permit(&e.permit),
        E::CertificateIssued(e) => permit(&e.permit),
        E::PermitRevoked(e) => permit(&e.permit),
        E::PermitWithdrawn(e) => permit(&e.permit),
        E::PermitNotApplicable(e) => vec![Lane::Round(e.permit.clone()), Lane::Permit(e.permit.clone())],
        E::MilestoneReached(e) => date(&e.milestone),
        E::MilestonePlanned(e) => date(&e.milestone),
        E::DateChangeRequested(e) => date(&e.milestone),
        E::DateChangeAgreed(e) => date(&e.milestone),
        E::DateChangeObjected(e) => date(&e.milestone),
        E::DateChangeWithdrawn(e) => date(&e.milestone),
        E::DateChangeApproved(e) => date(&e.milestone),
        E::DateChangeRefused(e) => date(&e.milestone),
        E::MissedMilestoneExplained(e) => date(&e.milestone),
        E::EntryCorrected(e) => moves(&e.permit),
        E::RevocationDeclined(e) => debt(&e.permit, &e.requirement),
        E::FallenPrerequisiteJudged(e) => debt(&e.permit, &e.prerequisite),
        E::CardIssued(e) => card(&e.permit, e.card),
        E::CardAnswered(e) => card(&e.permit, e.card),
        E::CardAppealed(e) => card(&e.permit, e.card),
        E::CardUpheld(e) => card(&e.permit, e.card),
        E::CardCancelled(e) => card(&e.permit, e.card),
        E::CardCleared(e) => card(&e.permit, e.card),
        E::TermOverrun(_)
        | E::MilestoneMissed(_)
        | E::HandoffOverdue(_)
        | E::OpinionOverdue(_)
        | E::PackageReceived(_)
        | E::RevocationProposed(_)
        | E::PrerequisiteFellAway(_)
        | E::PrerequisiteStandsAgain(_) => vec![],
    }
}
