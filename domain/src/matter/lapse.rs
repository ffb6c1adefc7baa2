//! A lapse set aside: the supplement was handed in in time, or the prerequisite had landed in time, and was recorded only after
//! time had stated the lapse (R10, R22).
//!
//! Invariants: the lapse stays visible; the head of the department sets it aside with proof of receipt, and is not who
//! handles the file; nothing later stands on the lapse.
//! Deliberately absent: the applicant's eligibility; a policy tells its stream. Whether the supplement is good; that is
//! still to be verified.

use super::{
    Ctx, Facts,
    authority::{At, stand_back},
    clocks::revised,
    command::MatterCommand as C,
    event::{Consequence, DueDateRevised, Handed, LapseSetAside},
    intake::{INTAKE_DAYS, known_materials, term},
    plan::{Mode, RequirementId},
    refusal::MatterRefusal,
    state::{Debt, Matter, Round, RoundPhase, Tolerance},
};
use crate::ids::{EventId, LegalText};
use uuid::Uuid;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    let C::SetAsideLapse { permit, requirement, received_on, materials, proof, reason } = command else {
        return Ok(vec![]);
    };
    let at = state.working(permit)?;
    at.head(ctx)?;
    let (round, tolerance) = lapsed(&at, requirement)?;
    at.not_the_applicant(state, round, ctx)?;
    if handles(&at, round, tolerance, ctx) {
        stand_back(&ctx.by.officer, "本人经办该件 (handles this permit)")?;
    }
    let earliest = if handed(requirement, materials) {
        tolerance.on
    } else {
        let landed = at.planned.requirement(requirement).and_then(|r| state.met_on(&r, at.permit));
        landed.ok_or_else(|| MatterRefusal::LandsByItself { requirement: requirement.clone() })?
    };
    known_materials(&at, materials)?;
    let latest = tolerance.due.date;
    if !(earliest..=latest).contains(received_on) {
        return Err(MatterRefusal::NotReceivedInTime {
            requirement: requirement.clone(),
            received_on: *received_on,
            latest,
        });
    }
    let lapse = tolerance.lapsed.ok_or_else(|| not_lapsed(requirement))?;
    let corrected = tolerance.mode == Mode::ReceiveOnly;
    let set_aside = LapseSetAside {
        permit: permit.clone(),
        requirement: requirement.clone(),
        lapse,
        received_on: *received_on,
        materials: materials.clone(),
        proof: proof.clone(),
        reason: reason.clone(),
        intake_due: corrected.then(|| term(ctx.calendar, *received_on, INTAKE_DAYS)),
    };
    let revised = counted_again(&at, &set_aside, ctx);
    Ok([ctx.fact(set_aside)].into_iter().chain(revised.map(|e| ctx.fact(e))).collect())
}

/// What holiday notices moved while the round stood as ended (R20).
fn counted_again(at: &At<'_>, set_aside: &LapseSetAside, ctx: &Ctx<'_>) -> Option<DueDateRevised> {
    let mut permit = at.permit.clone();
    permit.rounds.last_mut()?.stand_again(set_aside, EventId(Uuid::nil()), ctx.day());
    let notice = LegalText::fixed("恢复在办，按现行放假安排重算");
    revised(&At { permit: &permit, ..*at }, &permit, &notice, ctx)
}

fn not_lapsed(requirement: &RequirementId) -> MatterRefusal {
    MatterRefusal::NotLapsed { requirement: requirement.clone() }
}

/// The round that lapsed, if nothing later stands on that.
fn lapsed<'a>(at: &At<'a>, requirement: &RequirementId) -> Result<(&'a Round, &'a Tolerance), MatterRefusal> {
    let round = at.round()?;
    let of = |round: &'a Round| round.tolerances.get(requirement).filter(|t| t.debt == Debt::Lapsed);
    let Some(tolerance) = of(round) else {
        let earlier = at.permit.rounds.iter().any(|earlier| of(earlier).is_some());
        return Err(if earlier {
            MatterRefusal::LapseBuiltOn { permit: at.code.clone(), round: round.number, phase: round.phase }
        } else {
            not_lapsed(requirement)
        });
    };
    let by_lapse = round.ended.as_ref().is_some_and(|ended| ended.on == tolerance.changed_on)
        && matches!(round.phase, RoundPhase::Lapsed | RoundPhase::NotAccepted);
    if round.phase.allows_new_round() && !by_lapse {
        return Err(MatterRefusal::LapseBuiltOn {
            permit: at.code.clone(),
            round: round.number,
            phase: round.phase,
        });
    }
    Ok((round, tolerance))
}

/// Whether this officer accepted the file, checked it, or let its deficiency pass as an officer does.
fn handles(at: &At<'_>, round: &Round, tolerance: &Tolerance, ctx: &Ctx<'_>) -> bool {
    at.permit.custody.offer.is_some()
        || round.is_handled_by(ctx.by)
        || (!tolerance.mode.needs_head() && ctx.by.is_one_with(&tolerance.by))
}

/// Only a material is handed in, and it must be among what was.
fn handed(requirement: &RequirementId, materials: &[Handed]) -> bool {
    materials.iter().any(|m| RequirementId::Material(m.material.clone()) == *requirement)
}

impl Round {
    /// Folds a lapse that was set aside: the debt is handed in again, and the round stands where it stood unless
    /// another lapse ended it too.
    pub(super) fn stand_again(
        &mut self,
        e: &LapseSetAside,
        entry: crate::ids::EventId,
        day: jiff::civil::Date,
    ) {
        if let Some(tolerance) = self.tolerances.get_mut(&e.requirement) {
            tolerance.debt = Debt::Received;
            tolerance.changed_on = day;
        }
        if let Some(due) = &e.intake_due {
            self.intake_due = due.clone();
            self.entered_on = day;
            self.materials.extend(e.materials.iter().map(|h| (h.material.clone(), h.clone())));
            if let Some(correction) = &mut self.correction {
                correction.received = Some((entry, e.received_on));
            }
        }
        self.restored_on = Some(day);
        let ends = |t: &Tolerance| t.debt == Debt::Lapsed && t.consequence != Consequence::RevocationProposed;
        let ended = matches!(self.phase, RoundPhase::Lapsed | RoundPhase::NotAccepted);
        if !ended || self.tolerances.values().any(ends) {
            return;
        }
        self.ended = None;
        if let Some(clocks) = &mut self.clocks {
            clocks.ended_on = None;
        }
        let awaits = self.correction.as_ref().is_some_and(|c| c.received.is_none());
        self.phase = match (&self.accepted, &self.clocks) {
            (Some(_), Some(_)) => RoundPhase::InReview,
            (Some(_), None) => RoundPhase::PreReview,
            (None, _) if awaits => RoundPhase::AwaitingCorrection,
            (None, _) => RoundPhase::Received,
        };
    }
}
