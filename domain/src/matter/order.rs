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
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, HashMap};

/// What a fact writes of the state. The matter, the plan and each milestone are one lane, a permit has several.
enum Writes<'a> {
    /// A mark that only adds to a set: it comes before or after anything.
    Nothing,
    /// Life of the matter and its task force.
    Matter,
    /// The plan; a barrier for every permit.
    Plan,
    /// A milestone.
    Milestone(&'a MilestoneCode),
    /// Lanes of a permit.
    Permit(&'a PermitCode, Lanes),
}

/// Hardly any fact writes more of them.
type Lanes = SmallVec<[Lane; 4]>;

/// A part of a permit's state that a fact writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Its rounds; a barrier for everything of that permit but its cards.
    Round,
    /// Its intake, decision and certificate.
    File,
    /// Its due dates.
    Due,
    /// Its custody.
    Custody,
    /// The day on which the answer to a handoff is due.
    AnswerDue,
    /// What one department says of it.
    Opinion(BodyId),
    /// One of its materials that lies elsewhere.
    Reuse(MaterialCode),
    /// One of its debts.
    Debt(RequirementId),
    /// The day on which one of its debts is due.
    DebtDue(RequirementId),
    /// What the lead proposed for one of its requirements.
    Proposal(RequirementId),
    /// One of its cards. No barrier for anything else: a card changes no outcome.
    Card(u16),
}

impl Lane {
    /// Whether a fact of this lane must not come before what is noted in another of the same permit.
    fn follows(&self, other: &Lane) -> bool {
        let by_a_round = *self == Lane::Round || *other == Lane::Round;
        let of_a_card = |lane: &Lane| matches!(lane, Lane::Card(_));
        self == other || by_a_round && !of_a_card(self) && !of_a_card(other)
    }
}

/// The last day each lane was written on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Order {
    matter: Option<Date>,
    plan: Option<Date>,
    milestones: BTreeMap<MilestoneCode, Date>,
    permits: HashMap<PermitCode, BTreeMap<Lane, Date>, foldhash::fast::RandomState>,
}

impl Order {
    /// Notes a fact that took effect on this day.
    pub(super) fn note(&mut self, event: &MatterEvent, day: Date) {
        let later = |last: &mut Date| *last = day.max(*last);
        match writes(event) {
            Writes::Nothing => {}
            Writes::Matter => later(self.matter.get_or_insert(day)),
            Writes::Plan => later(self.plan.get_or_insert(day)),
            Writes::Milestone(code) => later(self.milestones.entry(code.clone()).or_insert(day)),
            Writes::Permit(code, lanes) => {
                let permit = match self.permits.get_mut(code) {
                    Some(permit) => permit,
                    None => self.permits.entry(code.clone()).or_default(),
                };
                for lane in lanes {
                    later(permit.entry(lane).or_insert(day));
                }
            }
        }
    }

    /// The last day on which one of these lanes of a permit, or the plan, was written: the earliest on which something may
    /// still be added to them.
    pub(super) fn last_of_permit(&self, code: &PermitCode, lanes: &[Lane]) -> Option<Date> {
        let permit = self.permits.get(code);
        let days = lanes.iter().filter_map(|lane| permit?.get(lane).copied());
        days.chain(self.plan).max()
    }

    /// The same of a milestone.
    pub(super) fn last_of_milestone(&self, code: &MilestoneCode) -> Option<Date> {
        self.milestones.get(code).copied().max(self.plan)
    }

    /// The day before which this fact would change the outcome of what is already recorded, if it lies before it.
    pub(super) fn broken_by(&self, fact: &Fact<MatterEvent>) -> Option<Date> {
        let last = match writes(&fact.event) {
            Writes::Nothing => None,
            Writes::Matter => self.matter,
            Writes::Plan => self.last(),
            Writes::Milestone(code) => self.last_of_milestone(code),
            Writes::Permit(_, lanes) if lanes.is_empty() => None,
            Writes::Permit(code, lanes) => {
                let written = self.permits.get(code).into_iter().flatten();
                let barriers = written.filter(|(other, _)| lanes.iter().any(|lane| lane.follows(other)));
                barriers.map(|(_, last)| *last).chain(self.plan).max()
            }
        };
        last.filter(|last| fact.effective.day() < *last)
    }

    /// The last day anything was written on.
    fn last(&self) -> Option<Date> {
        let permits = self.permits.values().flat_map(BTreeMap::values);
        let days = permits.chain(self.milestones.values()).copied();
        days.chain(self.matter).chain(self.plan).max()
    }
}

/// What a fact writes.
fn writes(event: &MatterEvent) -> Writes<'_> {
    use MatterEvent as E;
    let date = Writes::Milestone;
    let file = |code| Writes::Permit(code, smallvec![Lane::File]);
    let moves = |code| Writes::Permit(code, smallvec![Lane::File, Lane::Due]);
    let custody = |code| Writes::Permit(code, smallvec![Lane::Custody]);
    let opinion = |code, body: &BodyId| Writes::Permit(code, smallvec![Lane::Opinion(body.clone())]);
    let card = |code, number| Writes::Permit(code, smallvec![Lane::Card(number)]);
    let debt = |code, r: &RequirementId| Writes::Permit(code, smallvec![Lane::Debt(r.clone())]);
    let owed = |code, r: &RequirementId| {
        Writes::Permit(code, smallvec![Lane::Debt(r.clone()), Lane::DebtDue(r.clone())])
    };
    match event {
        E::MatterProposed(_)
        | E::ProjectCorrected(_)
        | E::MatterDesignated(_)
        | E::TaskForceChanged(_)
        | E::MatterStarted(_)
        | E::MatterSuspended(_)
        | E::MatterResumed(_)
        | E::MatterCompleted(_)
        | E::MatterTerminated(_) => Writes::Matter,
        E::MatterPlanned(_) | E::PlanAmended(_) => Writes::Plan,
        E::PermitSubmitted(e) => {
            Writes::Permit(&e.permit, smallvec![Lane::Round, Lane::File, Lane::Due, Lane::Custody])
        }
        E::CorrectionNoticed(e) => file(&e.permit),
        E::CorrectionReceived(e) => moves(&e.permit),
        E::MaterialsSupplied(e) => file(&e.permit),
        E::IntakeReopened(e) => moves(&e.permit),
        E::PermitAccepted(e) => moves(&e.permit),
        E::PermitDeemedAccepted(e) => moves(&e.permit),
        E::DeemedAcceptanceSetAside(e) => moves(&e.permit),
        E::PermitNotAccepted(e) => file(&e.permit),
        E::ClockSuspended(e) => moves(&e.permit),
        E::ClockResumed(e) => moves(&e.permit),
        E::SuspensionTermEnded(e) => moves(&e.permit),
        E::LateServiceProved(e) => file(&e.permit),
        E::LimitExtended(e) => moves(&e.permit),
        E::DueDateRevised(e) => {
            let owed = e.supplements.keys().map(|r| Lane::DebtDue(r.clone()));
            let offered = e.handoff.iter().map(|_| Lane::AnswerDue);
            Writes::Permit(&e.permit, std::iter::once(Lane::Due).chain(owed).chain(offered).collect())
        }
        E::HandoffOffered(e) => Writes::Permit(&e.permit, smallvec![Lane::Custody, Lane::AnswerDue]),
        E::HandoffReceived(e) => custody(&e.permit),
        E::HandoffReturned(e) => custody(&e.permit),
        E::HandoffWithdrawn(e) => custody(&e.permit),
        E::CustodyRecalled(e) => custody(&e.permit),
        E::OpinionRequested(e) => {
            Writes::Permit(&e.permit, e.bodies.iter().cloned().map(Lane::Opinion).collect())
        }
        E::OpinionGiven(e) => opinion(&e.permit, &e.body),
        E::ObjectionTreated(e) => opinion(&e.permit, &e.body),
        E::ObjectionWithdrawn(e) => opinion(&e.permit, &e.body),
        E::OpinionRequestWithdrawn(e) => opinion(&e.permit, &e.body),
        E::OpinionDuesRevised(e) => {
            Writes::Permit(&e.permit, e.dues.keys().cloned().map(Lane::Opinion).collect())
        }
        E::OpinionsConcluded(e) => file(&e.permit),
        E::MaterialsReused(e) => {
            let reused = e.reused.iter().map(|reused| Lane::Reuse(reused.handed.material.clone()));
            Writes::Permit(&e.permit, reused.collect())
        }
        E::ToleranceProposed(e) => {
            Writes::Permit(&e.permit, smallvec![Lane::Proposal(e.requirement.clone())])
        }
        E::DeficiencyTolerated(e) => owed(&e.permit, &e.requirement),
        E::SupplementReceived(e) => debt(&e.permit, &e.requirement),
        E::SupplementVerified(e) => debt(&e.permit, &e.requirement),
        E::SupplementRejected(e) => debt(&e.permit, &e.requirement),
        E::SupplementDeadlineMoved(e) => owed(&e.permit, &e.requirement),
        E::ToleranceLapsed(e) => debt(&e.permit, &e.requirement),
        E::LapseSetAside(e) => {
            let debt = Lane::Debt(e.requirement.clone());
            Writes::Permit(&e.permit, smallvec![debt, Lane::File, Lane::Due])
        }
        E::PrerequisiteLanded(e) => {
            let mut lanes: Lanes = smallvec![Lane::Debt(e.requirement.clone())];
            if e.clock.is_some() {
                lanes.extend([Lane::File, Lane::Due]);
            }
            Writes::Permit(&e.permit, lanes)
        }
        E::PreReviewConfirmed(e) => file(&e.permit),
        E::PermitLapsed(e) => file(&e.permit),
        E::CheckRecorded(e) => file(&e.permit),
        E::HearingRequested(e) => file(&e.permit),
        E::HearingHeld(e) => file(&e.permit),
        E::RenewalRequested(e) => file(&e.permit),
        E::RenewalGranted(e) => file(&e.permit),
        E::RenewalRefused(e) => file(&e.permit),
        E::RenewalDeemedGranted(e) => file(&e.permit),
        E::PermitApproved(e) => file(&e.permit),
        E::PermitDenied(e) => file(&e.permit),
        E::CertificateIssued(e) => file(&e.permit),
        E::PermitRevoked(e) => file(&e.permit),
        E::PermitWithdrawn(e) => file(&e.permit),
        E::PermitNotApplicable(e) => Writes::Permit(&e.permit, smallvec![Lane::Round, Lane::File]),
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
        | E::PrerequisiteStandsAgain(_) => Writes::Nothing,
    }
}
