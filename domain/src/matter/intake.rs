//! Intake of a file: receipt, the one-time notice, acceptance, its refusal, withdrawal (R3, R9, 行政许可法 32).
//!
//! Invariants: one notice a round, complete; what it did not list is not demanded; the clock starts on the day the
//! complete file was received.
//! Deliberately absent: deemed acceptance itself; that is time's fact, in `settle`.

use super::{
    Ctx, Facts,
    authority::At,
    command::MatterCommand as C,
    event::*,
    plan::{Gate, Mode, RequirementId},
    refusal::{MatterRefusal, answers},
    requirements::gate_now,
    state::{Clocks, Debt, Matter, Round, RoundPhase},
};
use crate::{
    calendar::{Calendar, Unit},
    ids::{LegalText, PaperHash, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Working days in which a one-time notice must be served (行政许可法 32).
pub(super) const INTAKE_DAYS: u32 = 5;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::SubmitPermit { permit, materials } => super::one(ctx, submission(state, permit, materials, ctx)?),
        C::NoticeCorrection { permit, listed, notice } => {
            notice_correction(state, permit, listed, notice, ctx)
        }
        C::ReceiveCorrection { permit, materials } => receive_correction(state, permit, materials, ctx),
        C::SupplyMaterials { permit, materials } => supply(state, permit, materials, ctx),
        C::AcceptPermit { permit, notice } => accept(state, permit, notice, ctx),
        C::RefuseAcceptance { permit, reason, notice } => refuse(state, permit, reason, notice, ctx),
        C::SetAsideDeemedAcceptance { permit, listed, notice, proof } => {
            set_aside(state, permit, listed, notice, proof, ctx)
        }
        C::WithdrawPermit { permit, reason } => withdraw(state, permit, reason, ctx),
        C::MarkNotApplicable { permit, reason } => not_applicable(state, permit, reason, ctx),
        _ => Ok(vec![]),
    }
}

/// The last day of a term of this many working days from this day.
pub(super) fn term(calendar: &Calendar, from: Date, days: u32) -> DueOn {
    due_on(calendar, calendar.add(from, days, Unit::WorkingDays))
}

/// A due date with its calendar.
pub(super) fn due_on(calendar: &Calendar, date: Date) -> DueOn {
    DueOn { date, provisional: calendar.is_provisional(date), calendar: calendar.version().clone() }
}

/// The receipt of one permit's file, alone or in a package.
pub(super) fn submission(
    state: &Matter,
    code: &PermitCode,
    materials: &[Handed],
    ctx: &Ctx<'_>,
) -> Result<PermitSubmitted, MatterRefusal> {
    let at = state.working(code)?;
    at.submitter(state, ctx)?;
    if at.permit.not_applicable.is_some() {
        return Err(MatterRefusal::NotApplicable { permit: code.clone() });
    }
    // what has expired is applied for anew
    let open = |r: &&Round| !r.phase.allows_new_round() && !r.has_expired(ctx.day());
    if let Some(round) = at.permit.round().filter(open) {
        return Err(MatterRefusal::AlreadySubmitted { permit: code.clone(), on: round.received_on });
    }
    super::barred::may_apply(&at, ctx)?;
    known_materials(&at, materials)?;
    Ok(PermitSubmitted {
        permit: code.clone(),
        // the last number, wherever it stands: facts of time name their round by it
        round: at.permit.rounds.iter().map(|r| r.number).max().map_or(1, |last| last.saturating_add(1)),
        received_on: ctx.day(),
        materials: materials.to_vec(),
        intake_due: term(ctx.calendar, ctx.day(), INTAKE_DAYS),
        applied_by: ctx.by.officer.clone(),
    })
}

pub(super) fn known_materials(at: &At<'_>, materials: &[Handed]) -> Result<(), MatterRefusal> {
    for handed in materials {
        if !at.planned.materials.iter().any(|m| m.code == handed.material) {
            return Err(MatterRefusal::NoSuchRequirement {
                permit: at.code.clone(),
                requirement: RequirementId::Material(handed.material.clone()),
            });
        }
    }
    Ok(())
}

/// The round while its file can still be answered with a notice, an acceptance or a refusal to accept.
fn answerable<'a>(at: &At<'a>) -> Result<&'a Round, MatterRefusal> {
    let round = at.undecided()?;
    if let Some(accepted) = round.accepted.as_ref().filter(|_| round.is_deemed()) {
        return Err(MatterRefusal::DeemedAlready {
            permit: at.code.clone(),
            accepted_on: accepted.on,
            term_ended: round.intake_due.date,
        });
    }
    at.round_in(&[RoundPhase::Received], "received and not yet accepted (收件待受理)")
}

fn notice_correction(
    state: &Matter,
    code: &PermitCode,
    listed: &BTreeSet<RequirementId>,
    notice: &Notice,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let round = answerable(&at)?;
    may_notice(state, &at, round, listed, notice, ctx)?;
    answers(notice, round.complete_on(), ctx.day())?;
    super::one(
        ctx,
        CorrectionNoticed { permit: code.clone(), listed: listed.clone(), notice: notice.clone() },
    )
}

/// Whether this list may be served as the one-time notice of this round.
pub(super) fn may_notice(
    state: &Matter,
    at: &At<'_>,
    round: &Round,
    listed: &BTreeSet<RequirementId>,
    notice: &Notice,
    ctx: &Ctx<'_>,
) -> Result<(), MatterRefusal> {
    let permit = at.code.clone();
    if let Some(first) = &round.correction {
        return Err(MatterRefusal::AlreadyNoticed { permit, number: first.notice.number.clone() });
    }
    if listed.is_empty() {
        return Err(MatterRefusal::NothingListed { permit });
    }
    for requirement in listed {
        let planned = at.planned.requirement(requirement).ok_or_else(|| {
            MatterRefusal::NoSuchRequirement { permit: permit.clone(), requirement: requirement.clone() }
        })?;
        lies_elsewhere(&permit, round, requirement)?;
        let due_now = gate_now(Some(round), &planned) == Gate::Accept;
        if !due_now || state.unmet(&planned, at.permit, ctx.day()).is_none() {
            return Err(MatterRefusal::NotMissing { permit, requirement: requirement.clone() });
        }
    }
    if notice.served_on > round.intake_due.date {
        return Err(MatterRefusal::NoticeTooLate {
            permit,
            served_on: notice.served_on,
            due: round.intake_due.date,
        });
    }
    Ok(())
}

/// What lies with the matter is not demanded again: the refusal says where it lies (行政许可法 31).
fn lies_elsewhere(
    permit: &PermitCode,
    round: &Round,
    requirement: &RequirementId,
) -> Result<(), MatterRefusal> {
    let RequirementId::Material(material) = requirement else { return Ok(()) };
    let handed = round.materials.contains_key(material);
    match round.lies.elsewhere(material).filter(|_| !handed) {
        Some(reused) => Err(MatterRefusal::MaterialLiesWithMatter {
            permit: permit.clone(),
            requirement: requirement.clone(),
            from: reused.from.clone(),
            round: reused.round,
            received_on: reused.received_on,
            paper: reused.handed.paper.clone(),
        }),
        None => Ok(()),
    }
}

fn receive_correction(state: &Matter, code: &PermitCode, materials: &[Handed], ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    if at.submitter(state, ctx).is_err() {
        at.custodian(ctx)?;
    }
    let round = at.round_in(&[RoundPhase::AwaitingCorrection], "noticed for correction (待补正)")?;
    known_materials(&at, materials)?;
    let received = CorrectionReceived {
        permit: code.clone(),
        received_on: ctx.day(),
        materials: materials.to_vec(),
        intake_due: term(ctx.calendar, ctx.day(), INTAKE_DAYS),
    };
    let mut facts = vec![ctx.fact(received)];
    for handed in materials {
        let requirement = RequirementId::Material(handed.material.clone());
        if round.live_tolerance(&requirement).is_some_and(|t| t.debt != Debt::Received) {
            facts.push(ctx.fact(SupplementReceived {
                permit: code.clone(),
                requirement,
                received_on: ctx.day(),
                paper: handed.paper.clone(),
            }));
        }
    }
    Ok(facts)
}

/// Materials that were not with the file. The clock of a file that is complete only by them starts on the day they came;
/// after the one-time notice only the corrected file adds to what is due at acceptance. A tolerated material comes as its
/// supplement.
fn supply(state: &Matter, code: &PermitCode, materials: &[Handed], ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    if at.submitter(state, ctx).is_err() {
        at.custodian(ctx)?;
    }
    let round = at.undecided_or_approved()?;
    if round.phase.allows_new_round() {
        return Err(at.wrong_step("open (在办)"));
    }
    known_materials(&at, materials)?;
    for handed in materials {
        let requirement = RequirementId::Material(handed.material.clone());
        if round.live_tolerance(&requirement).is_some() {
            return Err(MatterRefusal::AlreadyTolerated { requirement });
        }
    }
    if round.phase == RoundPhase::AwaitingCorrection {
        return Err(at.wrong_step("not waiting for a corrected file (待补正件请用补正收件)"));
    }
    if materials.iter().all(|handed| round.materials.get(&handed.material) == Some(handed)) {
        return Ok(vec![]);
    }
    let (permit, materials) = (code.clone(), materials.to_vec());
    super::one(ctx, MaterialsSupplied { permit, received_on: ctx.day(), materials })
}

fn accept(state: &Matter, code: &PermitCode, notice: &Notice, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let round = answerable(&at)?;
    answers(notice, round.complete_on(), ctx.day())?;
    let missing = state.missing_at(code, Gate::Accept, ctx.day());
    if !missing.is_empty() {
        return Err(MatterRefusal::RequirementsUnmet { permit: code.clone(), gate: Gate::Accept, missing });
    }
    let moved = |t: &super::state::Tolerance| t.from == Gate::Accept && t.to > Gate::Accept;
    let deficient: BTreeSet<_> = round
        .tolerances
        .iter()
        .filter(|(_, t)| t.debt.is_live() && moved(t))
        .map(|(requirement, _)| requirement.clone())
        .collect();
    let waits = deficient.iter().any(|r| round.tolerances.get(r).is_some_and(|t| t.mode == Mode::PreReview));
    let from = clock_start(&at, round);
    let clock_from = (!waits).then_some(from);
    let mut facts = vec![ctx.fact(PermitAccepted {
        permit: code.clone(),
        clock_from,
        dues: clock_from.map(|from| first_dues(&at, from, ctx.calendar)),
        pre_review_due:
            waits.then(|| term(ctx.calendar, ctx.day(), u32::from(at.plan.settings.pre_review_days))),
        deficient,
        notice: notice.clone(),
    })];
    for (requirement, tolerance) in &round.tolerances {
        if tolerance.mode == Mode::ReceiveOnly && tolerance.debt == Debt::Received {
            facts.push(
                ctx.fact(SupplementVerified { permit: code.clone(), requirement: requirement.clone() }),
            );
        }
    }
    Ok(facts)
}

/// The first day of the clock of a file accepted as it lies: the last thing it needed for that came on that day, a
/// prerequisite that it was pre-reviewed without among them (R3, R11).
fn clock_start(at: &At<'_>, round: &Round) -> Date {
    let needed = at.planned.materials.iter().filter(|material| material.gate == Gate::Accept);
    let came = needed.filter_map(|material| round.lies.since_when(&material.code));
    let landed = round.tolerances.values().filter(|t| t.mode == Mode::PreReview && t.debt == Debt::Landed);
    came.chain(landed.map(|tolerance| tolerance.changed_on)).fold(round.complete_on(), Date::max)
}

/// Due dates of a clock that starts on this day.
pub(super) fn first_dues(at: &At<'_>, from: Date, calendar: &Calendar) -> Dues {
    let empty = Dues {
        statutory: None,
        promised: None,
        statutory_left: None,
        promised_left: None,
        provisional: false,
        calendar: calendar.version().clone(),
    };
    Clocks::start(from, empty).compute(at.planned, calendar)
}

fn refuse(state: &Matter, code: &PermitCode, reason: &LegalText, notice: &Notice, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.decider(ctx)?;
    let round = answerable(&at)?;
    answers(notice, round.complete_on(), ctx.day())?;
    super::one(
        ctx,
        PermitNotAccepted { permit: code.clone(), reason: reason.clone(), notice: Some(notice.clone()) },
    )
}

fn set_aside(
    state: &Matter,
    code: &PermitCode,
    listed: &BTreeSet<RequirementId>,
    notice: &Notice,
    proof: &PaperHash,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.head(ctx)?;
    let round = at.undecided()?;
    if !round.is_deemed() || round.phase.allows_new_round() {
        return Err(at.wrong_step("deemed accepted (视为受理)"));
    }
    at.not_the_applicant(state, round, ctx)?;
    if at.permit.custody.offer.is_some()
        || round.checks.iter().any(|c| c.officers.iter().any(|o| ctx.by.is_one_with(o)))
    {
        super::authority::stand_back(&ctx.by.officer, "本人经办该件 (handles this permit)")?;
    }
    may_notice(state, &at, round, listed, notice, ctx)?;
    answers(notice, round.complete_on(), ctx.day())?;
    super::one(
        ctx,
        DeemedAcceptanceSetAside {
            permit: code.clone(),
            listed: listed.clone(),
            notice: notice.clone(),
            proof: proof.clone(),
        },
    )
}

fn withdraw(state: &Matter, code: &PermitCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.submitter(state, ctx)?;
    let round = at.undecided()?;
    if round.phase.allows_new_round() {
        return Err(at.wrong_step("open and undecided (在办)"));
    }
    super::one(ctx, PermitWithdrawn { permit: code.clone(), reason: reason.clone() })
}

fn not_applicable(state: &Matter, code: &PermitCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let at = state.find(code)?;
    at.lead_department(ctx)?;
    left_out(&at)?;
    super::one(ctx, PermitNotApplicable { permit: code.clone(), reason: reason.clone() })
}

/// Whether the permit could be said not to apply, whoever says so: nobody has applied for it, and no law makes it a
/// condition of another (R8).
pub(super) fn left_out(at: &At<'_>) -> Result<(), MatterRefusal> {
    let code = at.code;
    if at.permit.not_applicable.is_some() {
        return Err(MatterRefusal::NotApplicable { permit: code.clone() });
    }
    if let Some(round) = at.permit.round().filter(|r| !r.phase.allows_new_round()) {
        return Err(MatterRefusal::AlreadySubmitted { permit: code.clone(), on: round.received_on });
    }
    let needs = |p: &&super::plan::PlannedPermit| {
        p.prerequisites.iter().any(|e| e.statutory && e.id() == RequirementId::Permit(code.clone()))
    };
    match at.plan.permits.iter().find(needs) {
        Some(by) => Err(MatterRefusal::StatutoryEdge { permit: code.clone(), needed_by: by.code.clone() }),
        None => Ok(()),
    }
}
