//! The fold of a matter: how one recorded fact changes the state.
//!
//! Invariants: total, whatever the order of facts; what a fact says is taken as it stands, nothing is computed.
//! Deliberately absent: rules; a fact that no rule would allow today still folds.

use super::{
    card, dates,
    event::{Correction, DueDateRevised, MatterEvent as E},
    opinion::Consultations,
    package::Package,
    plan::{Plan, PlannedPermit},
    receipt::moved_start,
    reuse::Lies,
    state::*,
};
use crate::{
    access,
    clock::Suspension,
    decider::Recorded,
    ids::{BodyId, EventId, PermitCode},
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Folds one fact.
pub(super) fn evolve(state: &mut Matter, fact: &Recorded<E>) {
    let day = fact.effective.day();
    state.order.note(&fact.event, day);
    state.parties.extend(access::of_matter(fact));
    match &fact.event {
        E::MatterProposed(e) => {
            state.project = Some(e.project.clone());
            state.phase = Phase::Proposed;
        }
        E::ProjectCorrected(e) => state.project = Some((*e.new).clone()),
        E::MatterDesignated(e) => {
            state.task_force = Some(e.task_force.clone());
            state.phase = Phase::Designated;
        }
        E::TaskForceChanged(e) => state.task_force = Some(e.task_force.clone()),
        E::MatterPlanned(e) => {
            state.permits =
                e.plan.permits.iter().map(|p| (p.code.clone(), Permit::planned(p.lead.clone()))).collect();
            state.plan = Some(e.plan.clone());
        }
        E::PlanAmended(e) => {
            if let Some(plan) = &mut state.plan {
                note_amendment(plan, &mut state.added, &mut state.dropped, e);
                amend(Arc::make_mut(plan), &mut state.permits, e);
            }
            dates::amended(state);
        }
        E::MatterStarted(e) => {
            state.phase = Phase::Underway;
            state.started_on = Some(e.on);
        }
        E::MatterResumed(_) => state.phase = Phase::Underway,
        E::MatterSuspended(_) => state.phase = Phase::Suspended,
        E::MatterCompleted(_) | E::MatterTerminated(_) => {
            let completed = matches!(fact.event, E::MatterCompleted(_));
            state.phase = if completed { Phase::Completed } else { Phase::Terminated };
            state.ended_on = Some(day);
        }
        E::PackageReceived(e) => {
            state.packages.insert(e.number.clone(), Package::of(e));
        }
        E::MilestoneReached(e) => {
            state.milestones.insert(e.milestone.clone(), e.on);
        }
        event => {
            dates::evolve(state, fact, day);
            if let Some(code) = super::about::event_permit(event)
                && let Some(permit) = state.permits.get_mut(code)
            {
                let lead = || Some(state.plan.as_ref()?.permit(code)?.lead.clone());
                evolve_permit(permit, lead, fact, day);
            }
        }
    }
}

/// Keeps what an amendment added, and what it dropped as it stood.
fn note_amendment(
    plan: &Plan,
    added: &mut BTreeSet<PermitCode>,
    dropped: &mut BTreeMap<PermitCode, PlannedPermit>,
    e: &super::event::PlanAmended,
) {
    let known = |code: &PermitCode, dropped: &BTreeMap<_, _>| {
        plan.permit(code).is_some() || dropped.contains_key(code)
    };
    let new = e.put.iter().map(|put| &put.code).filter(|code| !known(code, dropped));
    added.extend(new.cloned());
    for old in e.drop.iter().filter_map(|code| plan.permit(code)) {
        dropped.insert(old.code.clone(), old.clone());
    }
    dropped.retain(|code, _| !e.put.iter().any(|put| put.code == *code));
}

fn amend(plan: &mut Plan, permits: &mut BTreeMap<PermitCode, Permit>, e: &super::event::PlanAmended) {
    plan.permits.retain(|p| !e.drop.contains(&p.code));
    for code in &e.drop {
        permits.remove(code);
    }
    for put in &e.put {
        match plan.permits.iter_mut().find(|p| p.code == put.code) {
            Some(old) => *old = put.clone(),
            None => plan.permits.push(put.clone()),
        }
        let permit = permits.entry(put.code.clone()).or_insert_with(|| Permit::planned(put.lead.clone()));
        if permit.rounds.is_empty() {
            permit.custody.holder = put.lead.clone();
        }
    }
}

fn evolve_permit(permit: &mut Permit, lead: impl Fn() -> Option<BodyId>, fact: &Recorded<E>, day: Date) {
    match &fact.event {
        E::PermitSubmitted(e) => {
            permit.rounds.push(Round {
                number: e.round,
                entry: fact.id,
                received_on: e.received_on,
                entered_on: day,
                applied_by: e.applied_by.clone(),
                materials: e.materials.iter().map(|h| (h.material.clone(), h.clone())).collect(),
                lies: Lies::since(&e.materials, e.received_on),
                opinions: Consultations::default(),
                phase: RoundPhase::Received,
                intake_due: e.intake_due.clone(),
                correction: None,
                accepted: None,
                pre_review: None,
                clocks: None,
                tolerances: BTreeMap::new(),
                checks: Vec::new(),
                hearing: None,
                decision: None,
                certificate: None,
                overruns: BTreeMap::new(),
                ended: None,
                restored_on: None,
            });
            if let Some(lead) = lead() {
                hold(&mut permit.custody, lead, day);
            }
        }
        E::PermitNotApplicable(e) => {
            permit.not_applicable = Some(e.reason.clone());
            permit.not_applicable_on = Some(day);
        }
        E::ToleranceProposed(e) => {
            permit.proposals.insert(e.requirement.clone(), e.mode);
        }
        E::PrerequisiteFellAway(e) => {
            permit.fell_away.insert((e.requirement.clone(), day));
        }
        E::RevocationProposed(e) => {
            permit.revocation_proposed.insert((e.requirement.clone(), day));
        }
        E::RevocationDeclined(e) => {
            permit.revocation_declined.insert((e.requirement.clone(), day));
        }
        E::FallenPrerequisiteJudged(e) => {
            permit.judged.insert((e.prerequisite.clone(), day));
        }
        E::PrerequisiteStandsAgain(e) => {
            permit.stand_again.insert((e.requirement.clone(), day));
        }
        E::HandoffOffered(e) => {
            permit.custody.offer = Some(Offer {
                to: e.to.clone(),
                on: day,
                reason: e.reason.clone(),
                answer_due: e.answer_due.clone(),
            });
        }
        E::HandoffReceived(e) => hold(&mut permit.custody, e.to.clone(), day),
        E::DueDateRevised(e) => {
            if let (Some(due), Some(offer)) = (&e.handoff, &mut permit.custody.offer) {
                offer.answer_due = due.clone();
            }
            if let Some(round) = permit.rounds.last_mut() {
                revise(round, e);
            }
        }
        E::HandoffReturned(_) | E::HandoffWithdrawn(_) => close_offer(&mut permit.custody, day),
        E::CustodyRecalled(e) => hold(&mut permit.custody, e.to.clone(), day),
        E::HandoffOverdue(e) => {
            permit.custody.overdue.insert((e.to.clone(), e.due.date));
        }
        E::OpinionOverdue(e) => {
            if let Some(round) = permit.rounds.iter_mut().find(|r| r.number == e.round) {
                round.opinions.note_overdue(e);
            }
        }
        E::TermOverrun(e) => {
            if let Some(round) = permit.rounds.iter_mut().find(|r| r.number == e.round) {
                round.overruns.insert((e.term, e.due.date), e.due.clone());
            }
        }
        E::CardIssued(_)
        | E::CardAnswered(_)
        | E::CardAppealed(_)
        | E::CardUpheld(_)
        | E::CardCancelled(_)
        | E::CardCleared(_) => card::fold(&mut permit.cards, fact),
        _ => {
            if let E::LapseSetAside(e) = &fact.event {
                let lapsed =
                    permit.round().and_then(|r| r.tolerances.get(&e.requirement)).map(|t| t.changed_on);
                permit.revocation_proposed.retain(|(id, on)| *id != e.requirement || Some(*on) != lapsed);
            }
            if let Some(round) = permit.rounds.last_mut() {
                evolve_round(round, fact, day);
                evolve_debts(round, fact, day);
                round.opinions.evolve(fact, day);
                round.lies.evolve(&fact.event, day);
            }
        }
    }
}

fn close_offer(custody: &mut Custody, day: Date) {
    if let Some(offer) = custody.offer.take() {
        custody.answered.insert((offer.to, day));
    }
}

fn hold(custody: &mut Custody, body: BodyId, day: Date) {
    close_offer(custody, day);
    if custody.spans.last().is_none_or(|(holder, _)| *holder != body) {
        custody.spans.push((body.clone(), day));
    }
    custody.holder = body;
}

fn evolve_round(round: &mut Round, fact: &Recorded<E>, day: Date) {
    match &fact.event {
        E::CorrectionNoticed(e) => {
            round.phase = RoundPhase::AwaitingCorrection;
            round.correction = Some(notice(fact.id, e.listed.clone(), e.notice.clone()));
        }
        E::CorrectionReceived(e) => {
            round.phase = RoundPhase::Received;
            round.entered_on = day;
            round.intake_due = e.intake_due.clone();
            round.materials.extend(e.materials.iter().map(|h| (h.material.clone(), h.clone())));
            if let Some(correction) = &mut round.correction {
                correction.received = Some((fact.id, e.received_on));
            }
        }
        E::MaterialsSupplied(e) => {
            round.materials.extend(e.materials.iter().map(|h| (h.material.clone(), h.clone())));
        }
        E::PermitAccepted(e) => {
            round.accepted = Some(Acceptance {
                entry: fact.id,
                on: day,
                manner: if e.deficient.is_empty() { Manner::Complete } else { Manner::Deficient },
                by: Some(fact.by.officer.clone()),
                notice: Some(e.notice.clone()),
            });
            round.pre_review = e.pre_review_due.clone().map(|due| PreReview { due, confirmed: false });
            round.phase =
                if round.pre_review.is_some() { RoundPhase::PreReview } else { RoundPhase::InReview };
            if let (Some(from), Some(dues)) = (e.clock_from, &e.dues) {
                round.clocks = Some(Clocks::start(from, dues.clone()));
            }
        }
        E::PermitDeemedAccepted(e) => {
            round.accepted = Some(Acceptance {
                entry: fact.id,
                on: e.clock_from,
                manner: Manner::Deemed,
                by: None,
                notice: None,
            });
            round.phase = RoundPhase::InReview;
            // a clock that ran on an acceptance since found late keeps what was excluded from it
            match &mut round.clocks {
                Some(clocks) => (clocks.from, clocks.dues) = (e.clock_from, e.dues.clone()),
                None => round.clocks = Some(Clocks::start(e.clock_from, e.dues.clone())),
            }
        }
        E::IntakeReopened(e) => round.reopen(e.fell_away, day),
        E::DeemedAcceptanceSetAside(e) => {
            round.accepted = None;
            round.clocks = None;
            round.phase = RoundPhase::AwaitingCorrection;
            round.correction = Some(notice(fact.id, e.listed.clone(), e.notice.clone()));
        }
        E::PermitNotAccepted(e) => round.end(RoundPhase::NotAccepted, day, Some(e.reason.clone())),
        E::PermitLapsed(e) => round.end(RoundPhase::Lapsed, day, Some(e.reason.clone())),
        E::PermitWithdrawn(e) => round.end(RoundPhase::Withdrawn, day, Some(e.reason.clone())),
        E::PermitRevoked(e) => round.end(RoundPhase::Revoked, day, Some(e.reasons.clone())),
        E::PreReviewConfirmed(_) => {
            if let Some(pre_review) = &mut round.pre_review {
                pre_review.confirmed = true;
            }
        }
        E::CheckRecorded(e) => round.checks.push(Check {
            on: day,
            officers: e.officers.clone(),
            finding: e.finding.clone(),
            passed: e.passed,
        }),
        E::HearingRequested(e) => {
            round.hearing = Some(Hearing { asked_on: day, hold_by: e.hold_by.clone(), held: None })
        }
        E::HearingHeld(e) => {
            if let Some(hearing) = &mut round.hearing {
                hearing.held = Some((day, e.record.clone()));
            }
        }
        E::PermitApproved(e) => {
            round.end(RoundPhase::Approved, day, None);
            round.decision = Some(Decision {
                entry: fact.id,
                on: day,
                by: fact.by.officer.clone(),
                approved: true,
                notice: e.notice.clone(),
                text: e.conditions.clone(),
                delivery_due: e.delivery_due.clone(),
            });
        }
        E::PermitDenied(e) => {
            round.end(RoundPhase::Denied, day, None);
            round.decision = Some(Decision {
                entry: fact.id,
                on: day,
                by: fact.by.officer.clone(),
                approved: false,
                notice: e.notice.clone(),
                text: Some(e.reasons.clone()),
                delivery_due: None,
            });
        }
        E::CertificateIssued(e) => {
            round.phase = RoundPhase::Issued;
            round.certificate = Some(Certificate {
                entry: fact.id,
                on: day,
                document: e.certificate.clone(),
                valid_until: e.valid_until,
                term_from: day,
                deemed_from: None,
                renewal_asked: None,
                renewal_asked_by: None,
            });
        }
        E::RenewalRequested(_) => renew(round, |c| {
            c.renewal_asked = Some(day);
            c.renewal_asked_by = Some(fact.by.officer.clone());
        }),
        E::RenewalGranted(e) => renew(round, |c| {
            c.renewal_asked = None;
            c.term_from = c.deemed_from.take().or(c.valid_until).unwrap_or(c.term_from);
            c.valid_until = Some(e.valid_until);
        }),
        E::RenewalRefused(_) => renew(round, |c| c.renewal_asked = None),
        E::RenewalDeemedGranted(e) => renew(round, |c| {
            c.renewal_asked = None;
            c.valid_until = None;
            c.deemed_from = Some(e.expired_on);
        }),
        _ => evolve_clock(round, fact),
    }
}

fn renew(round: &mut Round, change: impl FnOnce(&mut Certificate)) {
    if let Some(certificate) = &mut round.certificate {
        change(certificate);
    }
}

fn notice(
    entry: EventId,
    listed: std::collections::BTreeSet<super::plan::RequirementId>,
    notice: super::event::Notice,
) -> CorrectionNotice {
    CorrectionNotice { entry, listed, notice, received: None }
}

fn evolve_clock(round: &mut Round, fact: &Recorded<E>) {
    if let E::EntryCorrected(e) = &fact.event {
        correct(round, &e.entry, &e.correction);
        if let Some(due) = &e.intake_due {
            round.intake_due = due.clone();
        }
    }
    let Some(clocks) = &mut round.clocks else { return };
    match &fact.event {
        E::ClockSuspended(e) => {
            clocks.suspensions.push(Excluded {
                entry: fact.id,
                resumed: None,
                served_on: e.notice.served_on,
                suspension: Suspension {
                    ground: e.ground,
                    from: e.from,
                    until: None,
                    told_until: e.told_until,
                    notice: e.notice.number.to_string(),
                },
            });
            clocks.dues = e.dues.clone();
        }
        E::ClockResumed(e) => {
            clocks.close(e.ground, crate::calendar::days::shift(e.on, -1), false, Some(fact.id));
            clocks.dues = e.dues.clone();
        }
        E::SuspensionTermEnded(e) => {
            clocks.close(e.ground, e.told_until, true, Some(fact.id));
            clocks.dues = e.dues.clone();
        }
        E::LimitExtended(e) => {
            clocks.extension = Some(e.extension.clone());
            clocks.dues = e.dues.clone();
        }
        E::EntryCorrected(e) => clocks.dues = e.dues.clone().unwrap_or_else(|| clocks.dues.clone()),
        _ => {}
    }
}

/// Takes over what a notice moved.
fn revise(round: &mut Round, e: &DueDateRevised) {
    if let (Some(dues), Some(clocks)) = (&e.new, &mut round.clocks) {
        clocks.dues = dues.clone();
    }
    if let Some(intake) = &e.intake {
        round.intake_due = intake.clone();
    }
    if let (Some(delivery), Some(decision)) = (&e.delivery, &mut round.decision) {
        decision.delivery_due = Some(delivery.clone());
    }
    if let (Some(hold_by), Some(hearing)) = (&e.hearing, &mut round.hearing) {
        hearing.hold_by = hold_by.clone();
    }
    if let (Some(due), Some(pre_review)) = (&e.pre_review, &mut round.pre_review) {
        pre_review.due = due.clone();
    }
    for (requirement, due) in &e.supplements {
        if let Some(tolerance) = round.tolerances.get_mut(requirement) {
            tolerance.due = due.clone();
        }
    }
}

/// Puts the corrected value where the wrong entry put its own.
pub(super) fn correct(round: &mut Round, entry: &EventId, correction: &Correction) {
    match correction {
        Correction::ReceivedOn { old, new } => {
            let before = round.complete_on();
            round.lies.correct(*old, *new);
            if round.entry == *entry {
                round.received_on = *new;
            } else if let Some((_, on)) =
                round.correction.as_mut().and_then(|c| c.received.as_mut()).filter(|(id, _)| id == entry)
            {
                *on = *new;
            }
            let complete = round.complete_on();
            let waited = round.pre_review.is_some();
            if let Some(clocks) = round.clocks.as_mut().filter(|_| !waited) {
                clocks.from = moved_start(clocks.from, before, complete);
            }
            if let Some(accepted) = round.accepted.as_mut().filter(|a| a.manner == Manner::Deemed) {
                accepted.on = complete;
            }
        }
        Correction::SuspendedFrom { new, .. } => {
            for s in round.clocks.iter_mut().flat_map(|c| &mut c.suspensions).filter(|s| s.entry == *entry) {
                s.suspension.from = *new;
            }
        }
        Correction::ResumedOn { old, new } => {
            let until = |on: &Date| crate::calendar::days::shift(*on, -1);
            for s in
                round.clocks.iter_mut().flat_map(|c| &mut c.suspensions).filter(|s| s.resumed == Some(*entry))
            {
                // what had ended on its own told day before stays there, unless the clock ran again still earlier
                let ended = s.suspension.until.filter(|ended| *ended != until(old));
                s.suspension.until = Some(ended.map_or(until(new), |ended| ended.min(until(new))));
            }
        }
        Correction::DocumentNumber { new, .. } => {
            if let Some(notice) = document(round, entry) {
                notice.number = new.clone();
            }
            for s in round.clocks.iter_mut().flat_map(|c| &mut c.suspensions).filter(|s| s.entry == *entry) {
                s.suspension.notice = new.to_string();
            }
        }
    }
}

/// The document that an entry recorded.
pub(super) fn document<'a>(round: &'a mut Round, entry: &EventId) -> Option<&'a mut super::event::Notice> {
    let correction = round.correction.as_mut().filter(|c| c.entry == *entry).map(|c| &mut c.notice);
    let acceptance = round.accepted.as_mut().filter(|a| a.entry == *entry).and_then(|a| a.notice.as_mut());
    let decision = round.decision.as_mut().filter(|d| d.entry == *entry).map(|d| &mut d.notice);
    let certificate = round.certificate.as_mut().filter(|c| c.entry == *entry).map(|c| &mut c.document);
    correction.or(acceptance).or(decision).or(certificate)
}

fn evolve_debts(round: &mut Round, fact: &Recorded<E>, day: Date) {
    if let E::DeficiencyTolerated(e) = &fact.event {
        round.tolerances.insert(
            e.requirement.clone(),
            Tolerance {
                entry: fact.id,
                mode: e.mode,
                from: e.from,
                to: e.to,
                on: day,
                by: fact.by.officer.clone(),
                commitment: e.commitment.clone(),
                form: e.form.clone(),
                due: e.supplement_due.clone(),
                moved: false,
                consequence: e.consequence,
                debt: Debt::Open,
                changed_on: day,
                lapsed: None,
            },
        );
        return;
    }
    if let E::LapseSetAside(e) = &fact.event {
        round.stand_again(e, fact.id, day);
        return;
    }
    let (requirement, debt) = match &fact.event {
        E::SupplementReceived(e) => (&e.requirement, Some(Debt::Received)),
        E::SupplementVerified(e) => (&e.requirement, Some(Debt::Verified)),
        E::SupplementRejected(e) => (&e.requirement, Some(Debt::Rejected)),
        E::PrerequisiteLanded(e) => (&e.requirement, Some(Debt::Landed)),
        E::ToleranceLapsed(e) => (&e.requirement, Some(Debt::Lapsed)),
        E::SupplementDeadlineMoved(e) => (&e.requirement, None),
        _ => return,
    };
    if let E::PrerequisiteLanded(e) = &fact.event
        && let Some(clock) = &e.clock
    {
        round.clocks = Some(Clocks::start(clock.from, clock.dues.clone()));
        round.phase = RoundPhase::InReview;
    }
    let Some(tolerance) = round.tolerances.get_mut(requirement) else { return };
    if debt == Some(Debt::Lapsed) {
        tolerance.lapsed = Some(fact.id);
    }
    if let Some(debt) = debt {
        tolerance.debt = debt;
        tolerance.changed_on = day;
    }
    if let E::SupplementDeadlineMoved(e) = &fact.event {
        tolerance.due = e.new.clone();
        tolerance.moved = true;
    }
}
