//! Tolerated deficiency (容缺): a requirement moved to a later gate, with a deadline and a fallback (R8, R10–R12).
//!
//! Invariants: never a flag; never a statutory condition past issue; never without list, commitment, deadline and
//! consequence; modes 4 and 5 only by the head of the department, who is not the handling officer.
//! Deliberately absent: the lapse; that is time's fact, in `settle`.

use super::{
    Ctx, Facts, MatterReads,
    authority::At,
    clocks::known_due,
    command::MatterCommand as C,
    event::*,
    intake::may_notice,
    plan::{Gate, Mode, Requirement, RequirementId},
    refusal::{MatterRefusal, answers},
    state::{Debt, Matter, Round, RoundPhase, Tolerance},
};
use crate::{
    calendar::Unit,
    ids::{EventId, LegalText, PaperHash, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::ProposeTolerance { permit, requirement, mode, reason } => {
            propose(state, permit, requirement, *mode, reason, ctx)
        }
        C::TolerateDeficiency { permit, requirement, mode, commitment, supplement_due, form, notice } => {
            let at = state.working(permit)?;
            let asked = Asked { requirement, mode: *mode, commitment, due: *supplement_due, form, notice };
            tolerate(state, &at, &asked, ctx)
        }
        C::ReceiveSupplement { permit, requirement, paper } => {
            receive(state, permit, requirement, paper, ctx)
        }
        C::VerifySupplement { permit, requirement } => {
            handed_in(state, permit, requirement, ctx)?;
            super::one(ctx, SupplementVerified { permit: permit.clone(), requirement: requirement.clone() })
        }
        C::RejectSupplement { permit, requirement, reason } => {
            handed_in(state, permit, requirement, ctx)?;
            let (permit, requirement, reason) = (permit.clone(), requirement.clone(), reason.clone());
            super::one(ctx, SupplementRejected { permit, requirement, reason })
        }
        C::MoveSupplementDeadline { permit, requirement, to, reason } => {
            move_deadline(state, permit, requirement, *to, reason, ctx)
        }
        C::ConfirmPreReview { permit } => confirm(state, permit, ctx),
        _ => Ok(vec![]),
    }
}

struct Asked<'a> {
    requirement: &'a RequirementId,
    mode: Mode,
    commitment: &'a PaperHash,
    due: Date,
    form: &'a LegalText,
    notice: &'a Option<Notice>,
}

/// The legal verdict on tolerating a requirement in a mode: the gate it moves to, or the article against it.
pub fn verdict(
    at_planned: &super::plan::PlannedPermit,
    requirement: &Requirement<'_>,
    mode: Mode,
) -> Result<Gate, MatterRefusal> {
    let id = requirement.id.clone();
    let Some(to) = mode.shifts(requirement.gate, &id) else {
        return Err(MatterRefusal::ModeDoesNotFit { requirement: id, mode, gate: requirement.gate });
    };
    if requirement.statutory && to == Gate::AfterIssue {
        return Err(MatterRefusal::StatutoryCondition {
            requirement: id,
            article: requirement.source.clone(),
        });
    }
    if let Some(field) = requirement.sensitive.or(at_planned.sensitive).filter(|_| mode.needs_head()) {
        return Err(MatterRefusal::NeverByCommitment { requirement: id, field });
    }
    if !requirement.modes.contains(&mode) {
        let allowed = requirement.modes.iter().copied().collect();
        return Err(MatterRefusal::NotTolerable { requirement: id, mode, allowed });
    }
    if mode == Mode::IssueFirst && !at_planned.issue_first_listed {
        return Err(MatterRefusal::NotOnSpecialList { permit: at_planned.code.clone() });
    }
    Ok(to)
}

/// The verdict on a day, whoever asks: the gate not passed, the requirement neither tolerated nor met already. Without a
/// round nothing is passed yet.
pub(super) fn tolerable(
    state: &Matter,
    at: &At<'_>,
    round: Option<&Round>,
    requirement: &Requirement<'_>,
    mode: Mode,
    day: Date,
) -> Result<Gate, MatterRefusal> {
    let to = verdict(at.planned, requirement, mode)?;
    if let Some(round) = round {
        in_time(at, round, requirement)?;
        if round.live_tolerance(&requirement.id).is_some() {
            return Err(MatterRefusal::AlreadyTolerated { requirement: requirement.id.clone() });
        }
    }
    match state.unmet(requirement, at.permit, day) {
        None => Err(MatterRefusal::AlreadyMet { requirement: requirement.id.clone() }),
        Some(_) => Ok(to),
    }
}

pub(super) fn required<'a>(at: &At<'a>, id: &RequirementId) -> Result<Requirement<'a>, MatterRefusal> {
    at.planned
        .requirement(id)
        .ok_or_else(|| MatterRefusal::NoSuchRequirement { permit: at.code.clone(), requirement: id.clone() })
}

fn propose(
    state: &Matter,
    code: &PermitCode,
    requirement: &RequirementId,
    mode: Mode,
    reason: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    state.lead_only(ctx)?;
    verdict(at.planned, &required(&at, requirement)?, mode)?;
    if at.permit.proposals.get(requirement) == Some(&mode) {
        return Ok(vec![]);
    }
    let (permit, requirement, reason) = (code.clone(), requirement.clone(), reason.clone());
    super::one(ctx, ToleranceProposed { permit, requirement, mode, reason })
}

fn tolerate(state: &Matter, at: &At<'_>, asked: &Asked<'_>, ctx: &Ctx<'_>) -> Facts {
    let requirement = required(at, asked.requirement)?;
    let round = at.undecided_or_approved()?;
    authorised(state, at, asked.mode, round, ctx)?;
    let to = tolerable(state, at, Some(round), &requirement, asked.mode, ctx.day())?;
    let eligibility = ctx.read.ineligible.as_ref().ok_or(MatterRefusal::EligibilityUnknown)?;
    eligible(state, ctx.read)?;
    within_bounds(at, asked, ctx)?;
    let mut facts = Vec::new();
    if asked.mode == Mode::ReceiveOnly {
        facts.push(ctx.fact(one_time_notice(state, at, round, asked, ctx)?));
    }
    facts.push(ctx.fact(DeficiencyTolerated {
        permit: at.code.clone(),
        requirement: asked.requirement.clone(),
        mode: asked.mode,
        from: requirement.gate,
        to,
        commitment: asked.commitment.clone(),
        supplement_due: known_due(ctx, ctx.calendar.roll_forward(asked.due)),
        form: asked.form.clone(),
        consequence: consequence(asked.mode),
        eligibility: eligibility.at.clone(),
    }));
    Ok(facts)
}

/// Whether the applicant may be given tolerance, as far as its record is known. A lapse of this matter counts from the moment
/// time has stated it, before the record has it (R10, R22).
pub(super) fn eligible(state: &Matter, reads: &MatterReads) -> Result<(), MatterRefusal> {
    if let Some(reason) = reads.ineligible.as_ref().and_then(|seen| seen.value.clone()) {
        return Err(MatterRefusal::Ineligible { reason });
    }
    let mut lapses = state.lapses();
    match lapses.find(|(.., entry)| !reads.noted_lapses.contains(entry)) {
        None => Ok(()),
        Some((permit, requirement, _)) => Err(MatterRefusal::Ineligible {
            reason: format!(
                "{permit} 的 {requirement} 容缺逾期未补 ({requirement} of {permit} lapsed; supply it and ask for repair)"
            ),
        }),
    }
}

impl Matter {
    /// The lapses that stand, of any round, each with the entry that stated it; the applicant's record may not have them yet.
    pub fn lapses(&self) -> impl Iterator<Item = (&PermitCode, &RequirementId, EventId)> {
        let debts = self.permits.iter().flat_map(|(code, permit)| {
            let debts = permit.rounds.iter().flat_map(|round| &round.tolerances);
            debts.map(move |(requirement, debt)| (code, requirement, debt))
        });
        debts
            .filter(|(.., debt)| debt.debt == Debt::Lapsed)
            .filter_map(|(code, requirement, debt)| Some((code, requirement, debt.lapsed?)))
    }
}

/// What follows if the supplement of this mode fails (R11).
pub fn consequence(mode: Mode) -> Consequence {
    match mode {
        Mode::ReceiveOnly => Consequence::NotAccepted,
        Mode::Accept => Consequence::PermitLapses,
        Mode::PreReview => Consequence::OpinionVoid,
        Mode::Commitment | Mode::IssueFirst => Consequence::RevocationProposed,
    }
}

/// In mode 1 the missing list is the one-time notice: everything that is missing, once (R3).
fn one_time_notice(
    state: &Matter,
    at: &At<'_>,
    round: &Round,
    asked: &Asked<'_>,
    ctx: &Ctx<'_>,
) -> Result<CorrectionNoticed, MatterRefusal> {
    let requirement = asked.requirement.clone();
    let notice = asked.notice.clone().ok_or(MatterRefusal::NoticeNeeded { requirement })?;
    let listed: BTreeSet<_> =
        state.missing_at(at.code, Gate::Accept, ctx.day()).into_iter().map(|m| m.requirement).collect();
    may_notice(state, at, round, &listed, &notice, ctx)?;
    answers(&notice, round.complete_on(), ctx.day())?;
    Ok(CorrectionNoticed { permit: at.code.clone(), listed, notice })
}

fn authorised(
    state: &Matter,
    at: &At<'_>,
    mode: Mode,
    round: &Round,
    ctx: &Ctx<'_>,
) -> Result<(), MatterRefusal> {
    match mode {
        Mode::ReceiveOnly | Mode::Accept => at.custodian(ctx),
        Mode::PreReview => {
            at.lead_department(ctx)?;
            at.not_the_applicant(state, round, ctx)
        }
        Mode::Commitment | Mode::IssueFirst => {
            at.head(ctx)?;
            let accepted_by = round.accepted.as_ref().and_then(|a| a.by.as_ref());
            let handles = accepted_by.is_some_and(|officer| ctx.by.is_one_with(officer));
            if handles {
                super::authority::stand_back(&ctx.by.officer, "本人经办该件 (handles this permit)")?;
            }
            at.not_the_applicant(state, round, ctx)
        }
    }
}

/// The gate the requirement stands at must not have been passed.
fn in_time(at: &At<'_>, round: &Round, requirement: &Requirement<'_>) -> Result<(), MatterRefusal> {
    let open = match requirement.gate {
        Gate::Accept => round.phase == RoundPhase::Received,
        Gate::Decide => {
            matches!(round.phase, RoundPhase::Received | RoundPhase::InReview | RoundPhase::PreReview)
        }
        Gate::Issue => matches!(round.phase, RoundPhase::InReview | RoundPhase::Approved),
        Gate::AfterIssue => false,
    };
    if open { Ok(()) } else { Err(at.wrong_step("before the gate of the requirement (该环节之前)")) }
}

/// The latest day a supplement may be due: the promised limit less two working days, at most twenty (R10);
/// after issue the county's bound alone.
pub(super) fn latest_due(at: &At<'_>, mode: Mode, ctx: &Ctx<'_>) -> Date {
    let settings = &at.plan.settings;
    let most = settings.supplement_max_days;
    let limit = at.planned.promised.as_ref().or(at.planned.statutory.as_ref());
    let bound = limit.filter(|_| !mode.needs_head()).map_or(most, |limit| {
        let ends = ctx.calendar.add(ctx.day(), u32::from(limit.value), limit.unit);
        let working = ctx.calendar.working_days_between(ctx.day(), ends);
        let working = u16::try_from(working).unwrap_or(0);
        working.saturating_sub(settings.supplement_margin_days).clamp(1, most.max(1))
    });
    ctx.calendar.add(ctx.day(), u32::from(bound), Unit::WorkingDays)
}

fn within_bounds(at: &At<'_>, asked: &Asked<'_>, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let earliest = crate::calendar::days::shift(ctx.day(), 1);
    let latest = latest_due(at, asked.mode, ctx);
    if (earliest..=latest).contains(&asked.due) {
        Ok(())
    } else {
        Err(MatterRefusal::DeadlineOutOfBounds { asked: asked.due, earliest, latest })
    }
}

fn debt<'a>(at: &At<'a>, requirement: &RequirementId) -> Result<(&'a Round, &'a Tolerance), MatterRefusal> {
    let round = at.round()?;
    let tolerance = round.live_tolerance(requirement);
    tolerance.map(|t| (round, t)).ok_or_else(|| MatterRefusal::NoDebt { requirement: requirement.clone() })
}

fn receive(
    state: &Matter,
    code: &PermitCode,
    requirement: &RequirementId,
    paper: &Option<PaperHash>,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    if at.submitter(state, ctx).is_err() {
        at.custodian(ctx)?;
    }
    let (round, tolerance) = debt(&at, requirement)?;
    if round.phase.allows_new_round() {
        return Err(at.wrong_step("open (在办)"));
    }
    if tolerance.debt == Debt::Received {
        return Err(MatterRefusal::SupplementWaiting { requirement: requirement.clone() });
    }
    if !matches!(requirement, RequirementId::Material(_)) || tolerance.mode == Mode::ReceiveOnly {
        return Err(MatterRefusal::LandsByItself { requirement: requirement.clone() });
    }
    super::one(
        ctx,
        SupplementReceived {
            permit: code.clone(),
            requirement: requirement.clone(),
            received_on: ctx.day(),
            paper: paper.clone(),
        },
    )
}

fn handed_in(
    state: &Matter,
    code: &PermitCode,
    requirement: &RequirementId,
    ctx: &Ctx<'_>,
) -> Result<(), MatterRefusal> {
    let at = state.working(code)?;
    at.lead_department(ctx)?;
    let (_, tolerance) = debt(&at, requirement)?;
    if tolerance.debt != Debt::Received {
        return Err(MatterRefusal::NothingReceived { requirement: requirement.clone() });
    }
    Ok(())
}

fn move_deadline(
    state: &Matter,
    code: &PermitCode,
    requirement: &RequirementId,
    to: Date,
    reason: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.head(ctx)?;
    let (_, tolerance) = debt(&at, requirement)?;
    if tolerance.moved {
        return Err(MatterRefusal::AlreadyMoved { requirement: requirement.clone() });
    }
    let earliest = crate::calendar::days::shift(tolerance.due.date, 1);
    let most = u32::from(at.plan.settings.supplement_max_days);
    let latest = ctx.calendar.add(tolerance.on, most, Unit::WorkingDays);
    if !(earliest..=latest).contains(&to) {
        return Err(MatterRefusal::DeadlineOutOfBounds { asked: to, earliest, latest });
    }
    super::one(
        ctx,
        SupplementDeadlineMoved {
            permit: code.clone(),
            requirement: requirement.clone(),
            old: tolerance.due.clone(),
            new: known_due(ctx, ctx.calendar.roll_forward(to)),
            reason: reason.clone(),
        },
    )
}

fn confirm(state: &Matter, code: &PermitCode, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.decider(ctx)?;
    let round = at.undecided()?;
    let waits =
        round.phase == RoundPhase::InReview && round.pre_review.as_ref().is_some_and(|p| !p.confirmed);
    if !waits {
        return Err(MatterRefusal::NothingToConfirm { permit: code.clone() });
    }
    super::one(ctx, PreReviewConfirmed { permit: code.clone() })
}
