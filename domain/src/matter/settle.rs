//! Time's facts (R22): what the passing of days has made true and no one has recorded yet.
//!
//! Invariants: one at a time, the earliest first; folded, each is not stated again; whoever asks, and how often, the
//! facts are the same. Time never revokes, denies or sanctions: it states that a term has passed.
//! Deliberately absent: when to ask; the executor asks before every command, the ticker when nobody else does.

use super::{
    Ctx,
    authority::At,
    event::*,
    intake::first_dues,
    on,
    order::Lane,
    plan::{Gate, Mode, Nature, PlannedPermit, Requirement, RequirementId},
    requirements::gate_now,
    state::{Clocks, Debt, Matter, Phase, Round, RoundPhase, Tolerance},
    supervision,
};
use crate::{calendar::days, clock::Suspension, decider::Fact, ids::LegalText, naming::Names};
use jiff::civil::Date;

/// The earliest of what is due by today, the first found of a day; a fact is put together only if it is that.
pub(super) struct Dues {
    today: Date,
    earliest: Option<(Date, Fact<MatterEvent>)>,
}

impl Dues {
    /// Whether something of that day would be taken: it is due, and nothing found so far comes before it.
    pub(super) fn would_take(&self, day: Date) -> bool {
        day <= self.today && self.earliest.as_ref().is_none_or(|(earliest, _)| day < *earliest)
    }

    /// Something that the beginning of `day` made true.
    pub(super) fn push(&mut self, day: Date, fact: impl FnOnce() -> Fact<MatterEvent>) {
        if self.would_take(day) {
            self.earliest = Some((day, fact()));
        }
    }
}

/// The earliest fact that time has made true and that is not recorded.
pub(super) fn next(state: &Matter, ctx: &Ctx<'_>) -> Option<Fact<MatterEvent>> {
    next_of(state, |_| true, ctx)
}

/// The same of some permits, where nothing is due of the others.
pub(super) fn next_of(
    state: &Matter,
    asked: impl Fn(&PlannedPermit) -> bool,
    ctx: &Ctx<'_>,
) -> Option<Fact<MatterEvent>> {
    if matches!(state.phase, Phase::Unknown | Phase::Terminated) {
        return None;
    }
    let plan = state.plan.as_ref()?;
    let mut dues = Dues { today: ctx.today(), earliest: None };
    for planned in plan.permits.iter().filter(|planned| asked(planned)) {
        let Some(permit) = state.permits.get(&planned.code) else { continue };
        if !permit.rounds.is_empty() {
            of_permit(state, &At { plan, planned, permit, code: &planned.code }, ctx, &mut dues);
        }
    }
    super::dates::due(state, |day, fact| dues.push(day, || fact));
    dues.earliest.map(|(_, fact)| fact)
}

pub(super) fn after(date: Date) -> Date {
    days::shift(date, 1)
}

fn of_permit(state: &Matter, at: &At<'_>, ctx: &Ctx<'_>, dues: &mut Dues) {
    handoff(at, dues);
    for round in &at.permit.rounds {
        overruns(at, round, dues);
    }
    if let Some(round) = at.permit.round() {
        if let Some((day, fact)) = super::reuse::next(state, at, round) {
            dues.push(day, || fact);
        }
        for (day, fact) in super::opinion::overdue(at, round) {
            dues.push(day, || fact);
        }
        intake(at, round, ctx, dues);
        suspensions(at, round, ctx, dues);
        debts(state, at, round, ctx, dues);
        renewal(at, round, dues);
        fallen(state, at, round, ctx, dues);
        stands_again(state, at, round, dues);
    }
    // last, so that of one day what has happened comes before the card on it
    supervision::due(at, ctx, dues);
}

fn handoff(at: &At<'_>, dues: &mut Dues) {
    let custody = &at.permit.custody;
    let Some(offer) = &custody.offer else { return };
    if !custody.overdue.contains(&(offer.to.clone(), offer.answer_due.date)) {
        let day = after(offer.answer_due.date);
        dues.push(day, || {
            let (permit, to, due) = (at.code.clone(), offer.to.clone(), offer.answer_due.clone());
            on(day, HandoffOverdue { permit, to, due })
        });
    }
}

/// Silence deems a permit accepted from the day of receipt; other acts state that the term has passed (R3).
fn intake(at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    if round.phase != RoundPhase::Received {
        return;
    }
    if at.planned.nature != Nature::Permit {
        return overrun_on(at, round, Term::Intake, Some(&round.intake_due), dues);
    }
    dues.push(after(round.intake_due.date), || {
        let from = round.complete_on();
        let again = round.clocks.clone().map(|clocks| Clocks { from, ..clocks });
        let event = PermitDeemedAccepted {
            permit: at.code.clone(),
            clock_from: from,
            dues: again.map_or_else(
                || first_dues(at, from, ctx.calendar),
                |clocks| clocks.compute(at.planned, ctx.calendar),
            ),
            term_ended: round.intake_due.date,
        };
        // It took effect on the day of receipt; where that was corrected since, the record still has the receipt first.
        on(from.max(round.entered_on), event)
    });
}

/// A suspension ends at the told day unless a new notice came first (R6).
fn suspensions(at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    let Some(clocks) = round.clocks.as_ref().filter(|_| round.phase == RoundPhase::InReview) else { return };
    let stopped = || clocks.suspensions.iter().map(|s| &s.suspension).filter(|s| s.until.is_none());
    for open in stopped() {
        let carried_on = |s: &Suspension| {
            s.ground == open.ground && s.from <= open.told_until && s.told_until > open.told_until
        };
        if stopped().any(carried_on) {
            continue;
        }
        let day = after(open.told_until);
        dues.push(day, || {
            let mut ended = clocks.clone();
            ended.close(open.ground, open.told_until, true, None);
            let event = SuspensionTermEnded {
                permit: at.code.clone(),
                ground: open.ground,
                told_until: open.told_until,
                dues: ended.compute(at.planned, ctx.calendar),
            };
            on(day, event)
        });
    }
}

fn overruns(at: &At<'_>, round: &Round, dues: &mut Dues) {
    match (round.phase, &round.clocks) {
        (RoundPhase::InReview, Some(clocks)) if !clocks.is_stopped() => {
            for (term, date) in
                [(Term::Statutory, clocks.dues.statutory), (Term::Promised, clocks.dues.promised)]
            {
                overrun(at, round, term, date, dues, |date| DueOn {
                    date,
                    provisional: clocks.dues.provisional,
                    calendar: clocks.dues.calendar.clone(),
                });
            }
        }
        (RoundPhase::PreReview, _) => {
            overrun_on(at, round, Term::PreReview, round.pre_review.as_ref().map(|p| &p.due), dues);
        }
        (RoundPhase::Approved, _) => {
            let due = round.decision.as_ref().and_then(|d| d.delivery_due.as_ref());
            overrun_on(at, round, Term::Delivery, due, dues);
        }
        _ => {}
    }
    let open = round.decision.is_none() && !round.phase.allows_new_round();
    let hearing = round.hearing.as_ref().filter(|h| open && h.held.is_none());
    overrun_on(at, round, Term::Hearing, hearing.map(|h| &h.hold_by), dues);
}

fn overrun_on(at: &At<'_>, round: &Round, term: Term, due: Option<&DueOn>, dues: &mut Dues) {
    if let Some(due) = due {
        overrun(at, round, term, Some(due.date), dues, |_| due.clone());
    }
}

fn overrun(
    at: &At<'_>,
    round: &Round,
    term: Term,
    date: Option<Date>,
    dues: &mut Dues,
    due: impl FnOnce(Date) -> DueOn,
) {
    let Some(date) = date.filter(|date| !round.overruns.contains_key(&(term, *date))) else { return };
    let day = after(date);
    dues.push(day, || {
        let (permit, round) = (at.code.clone(), round.number);
        on(day, TermOverrun { permit, round, term, due: due(date) })
    });
}

fn debts(state: &Matter, at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    if round.phase.allows_new_round() {
        return;
    }
    for (id, tolerance) in &round.tolerances {
        if tolerance.debt != Debt::Lapsed && !tolerance.debt.is_live() {
            continue;
        }
        let Some(requirement) = at.planned.requirement(id) else { continue };
        if tolerance.debt == Debt::Lapsed {
            let relied = passed(round, tolerance.from)
                && state.unmet(&requirement, at.permit, tolerance.changed_on).is_some();
            consequence(at, round, id, tolerance, relied, dues);
            continue;
        }
        // what had expired when it was tolerated is not what it waits for
        let expired = state.has_expired(&requirement, tolerance.on);
        match state.met_on(&requirement, at.permit).filter(|_| !expired) {
            Some(met) => landed(state, at, round, &requirement, tolerance, met, (ctx, dues)),
            None => lapse(at, round, id, tolerance, dues),
        }
    }
}

/// A tolerated prerequisite has landed: the debt is paid; in a pre-review the statutory clock starts (R11).
fn landed(
    state: &Matter,
    at: &At<'_>,
    round: &Round,
    requirement: &Requirement<'_>,
    tolerance: &Tolerance,
    met: Date,
    (ctx, dues): (&Ctx<'_>, &mut Dues),
) {
    let pre_reviewed =
        || round.tolerances.iter().filter(|(id, t)| **id != requirement.id && t.mode == Mode::PreReview);
    let others = pre_reviewed().any(|(_, t)| t.debt.is_live());
    let starts = tolerance.mode == Mode::PreReview && round.phase == RoundPhase::PreReview && !others;
    let before = pre_reviewed().filter(|(_, t)| t.debt == Debt::Landed).map(|(_, t)| t.changed_on);
    let accepted = round.accepted.as_ref().map(|a| a.on);
    let from = before.chain(accepted).chain([met, tolerance.on]).max().unwrap_or(met);
    // The clock runs from the day it landed; the entry itself comes after what the record has of the permit by then.
    let lanes = [Lane::Debt(requirement.id.clone()), Lane::File, Lane::Due];
    let written = state.order.last_of_permit(at.code, if starts { &lanes } else { &lanes[..1] });
    let landed = if starts { from } else { met.max(tolerance.on) };
    let day = landed.max(written.unwrap_or(landed));
    dues.push(day, || {
        let clock = starts.then(|| StartedClock { from, dues: first_dues(at, from, ctx.calendar) });
        on(day, PrerequisiteLanded { permit: at.code.clone(), requirement: requirement.id.clone(), clock })
    });
}

/// The deadline passed and nothing waits to be verified. A supplement handed in on time waits for its officer.
/// What fell due while the round stood ended by a lapse since set aside may still come on the day it stands again.
fn lapse(at: &At<'_>, round: &Round, id: &RequirementId, tolerance: &Tolerance, dues: &mut Dues) {
    if tolerance.debt == Debt::Received {
        return;
    }
    let day = after(tolerance.due.date).max(tolerance.changed_on);
    let day = round.restored_on.map_or(day, |on| day.max(after(on)));
    dues.push(day, || {
        let event = ToleranceLapsed {
            permit: at.code.clone(),
            requirement: id.clone(),
            due: tolerance.due.clone(),
            consequence: tolerance.consequence,
        };
        on(day, event)
    });
}

/// What the mode says follows (R11). Revocation is proposed only where the gate was passed on the strength of the debt;
/// before that the requirement is back at its gate and stands in the way there.
fn consequence(
    at: &At<'_>,
    round: &Round,
    id: &RequirementId,
    tolerance: &Tolerance,
    relied: bool,
    dues: &mut Dues,
) {
    let (day, permit) = (tolerance.changed_on, at.code.clone());
    let reason = || reason(at, id, tolerance);
    let undecided = round.decision.is_none();
    let fact = match tolerance.consequence {
        Consequence::NotAccepted if undecided && round.accepted.is_none() => {
            on(day, PermitNotAccepted { permit, reason: reason(), notice: None })
        }
        Consequence::PermitLapses | Consequence::OpinionVoid if undecided => {
            on(day, PermitLapsed { permit, round: round.number, reason: reason() })
        }
        Consequence::RevocationProposed
            if relied && !at.permit.revocation_proposed.contains(&(id.clone(), day)) =>
        {
            on(day, RevocationProposed { permit, requirement: id.clone() })
        }
        _ => return,
    };
    dues.push(day, || fact);
}

fn reason(at: &At<'_>, id: &RequirementId, tolerance: &Tolerance) -> LegalText {
    let due = tolerance.due.date;
    let owed = Names { plan: Some(at.plan), ..Names::default() }.requirement(Some(at.code), id);
    LegalText::fixed(&format!("{}：{owed}逾期未补齐（期限 {due}）", tolerance.mode.name_zh()))
}

/// Renewal asked for in time and unanswered before expiry is deemed granted (R7).
fn renewal(at: &At<'_>, round: &Round, dues: &mut Dues) {
    let Some(certificate) = round.certificate.as_ref().filter(|_| round.phase == RoundPhase::Issued) else {
        return;
    };
    if let (Some(_), Some(expired_on)) = (certificate.renewal_asked, certificate.valid_until) {
        let day = after(expired_on);
        dues.push(day, || on(day, RenewalDeemedGranted { permit: at.code.clone(), expired_on }));
    }
}

/// Whether the round has passed this gate.
pub(super) fn passed(round: &Round, gate: Gate) -> bool {
    match gate {
        Gate::Accept => round.accepted.is_some(),
        Gate::Decide => round.decision.is_some(),
        Gate::Issue => round.certificate.is_some(),
        Gate::AfterIssue => false,
    }
}

/// A prerequisite revoked after this permit had passed, relying on it, the gate it stands at.
fn fallen(state: &Matter, at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    if round.phase.allows_new_round() {
        return;
    }
    for requirement in at.planned.edges() {
        let RequirementId::Permit(other) = &requirement.id else { continue };
        let revoked =
            state.permits.get(other).and_then(|p| p.round()).filter(|r| r.phase == RoundPhase::Revoked);
        let Some(revoked) = revoked else { continue };
        let day = revoked.ended.as_ref().map_or(ctx.today(), |e| e.on);
        let relied = passed(round, gate_now(Some(round), &requirement));
        if relied && !at.permit.fell_away.contains(&(requirement.id.clone(), day)) {
            let (permit, requirement) = (at.code.clone(), requirement.id);
            dues.push(day, || on(day, PrerequisiteFellAway { permit, requirement }));
        }
    }
}

/// What fell away and nobody judged stands again: nothing is left to judge.
fn stands_again(state: &Matter, at: &At<'_>, round: &Round, dues: &mut Dues) {
    if round.phase.allows_new_round() || at.permit.fell_away.is_empty() {
        return;
    }
    for requirement in at.planned.requirements() {
        let id = requirement.id.clone();
        let Some(fell_on) = at.permit.last_fall(&id).filter(|_| !at.permit.is_fall_closed(&id)) else {
            continue;
        };
        if let Some(met) = state.met_on(&requirement, at.permit) {
            let day = met.max(fell_on);
            dues.push(day, || on(day, PrerequisiteStandsAgain { permit: at.code.clone(), requirement: id }));
        }
    }
}
