//! Stopping, resuming and extending a permit's clock; revising due dates by a new holiday notice (R4, R6, R20).
//!
//! Invariants: no notice, no suspension; a limit is extended once and before it has run out.
//! Deliberately absent: the arithmetic; that is the clock's.

use super::{
    Ctx, Facts,
    authority::{At, allow, stand_back},
    command::MatterCommand as C,
    event::*,
    intake::{INTAKE_DAYS, due_on, term},
    plan::Handling,
    refusal::{Authority, MatterRefusal, served},
    state::{Clocks, Excluded, Matter, Permit, Phase, Round, RoundPhase},
};
use crate::{
    access::{self, Action},
    calendar::Calendar,
    clock::{Extension, Ground, Limit, Suspension, excluded},
    decider::Role,
    ids::{EventId, LegalText, PaperHash, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// No procedure of 行政许可法 45 is told to take longer than two years; a longer one is a slip of the pen.
const LONGEST_EXCLUSION_DAYS: i32 = 730;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::SuspendClock { permit, ground, told_until, notice, proof } => {
            suspend(state, permit, (*ground, *told_until, notice), proof.as_ref(), ctx)
        }
        C::ResumeClock { permit, ground } => resume(state, permit, *ground, ctx),
        C::ExtendLimit { permit, extension, reason, notice, proof } => {
            extend(state, permit, (extension, reason, notice), proof.as_ref(), ctx)
        }
        C::ReviseDueDates { notice } => revise(state, notice, ctx),
        _ => Ok(vec![]),
    }
}

fn running<'a>(at: &At<'a>) -> Result<(&'a Round, &'a Clocks), MatterRefusal> {
    let round = at.undecided()?;
    let clocks = round.clocks.as_ref().filter(|_| round.phase == RoundPhase::InReview);
    clocks.map(|c| (round, c)).ok_or_else(|| MatterRefusal::ClockNotRunning { permit: at.code.clone() })
}

fn suspend(
    state: &Matter,
    code: &PermitCode,
    (ground, told_until, notice): (Ground, Date, &Notice),
    proof: Option<&PaperHash>,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let (round, clocks) = running(&at)?;
    served(notice, ctx.day())?;
    let from = ctx.day();
    let limit = clocks.dues.statutory.or(clocks.dues.promised);
    if let Some(due) = limit.filter(|due| from > *due) {
        return Err(MatterRefusal::LimitRunOut { permit: code.clone(), due });
    }
    if told_until < from {
        return Err(MatterRefusal::ToldBeforeStart { from, told_until });
    }
    let used = |s: &Suspension| s.ground == ground && s.notice == notice.number.as_str();
    if clocks.suspensions.iter().any(|s| used(&s.suspension)) {
        return Err(MatterRefusal::NoticeUsed { permit: code.clone(), number: notice.number.clone() });
    }
    let longest = crate::calendar::days::shift(from, LONGEST_EXCLUSION_DAYS);
    if told_until > longest {
        let source = "行政许可法 45（须告知所需时间）".to_owned();
        return Err(MatterRefusal::ExclusionTooLong { ground, latest: longest, source });
    }
    let listed = at.planned.excluded.iter().find(|e| e.ground == ground).and_then(|e| e.max.as_ref());
    if let Some(max) = listed {
        let latest = latest_exclusion(clocks, (ground, max), from, ctx.calendar);
        if told_until > latest {
            return Err(MatterRefusal::ExclusionTooLong { ground, latest, source: max.source.clone() });
        }
    }
    let proved = proved(state, &at, round, notice, proof, ctx)?;
    if proved.is_some() {
        at.head(ctx)?;
    }
    let mut after = clocks.clone();
    let number = notice.number.to_string();
    after.suspensions.push(Excluded {
        entry: EventId(uuid::Uuid::nil()),
        resumed: None,
        served_on: notice.served_on,
        suspension: Suspension { ground, from, until: None, told_until, notice: number },
    });
    let dues = after.compute(at.planned, ctx.calendar);
    let stopped =
        ClockSuspended { permit: code.clone(), ground, from, told_until, notice: notice.clone(), dues };
    Ok([ctx.fact(stopped)].into_iter().chain(proved.map(|e| ctx.fact(e))).collect())
}

/// The last day that a procedure beginning on a day may take: what its earlier stops took counts in its maximum.
fn latest_exclusion(
    clocks: &Clocks,
    (ground, max): (Ground, &Limit),
    from: Date,
    calendar: &Calendar,
) -> Date {
    let before = crate::calendar::days::shift(from, -1);
    let earlier: Vec<_> = clocks.suspensions.iter().map(|s| s.suspension.clone()).collect();
    let of_ground: Vec<_> = earlier.into_iter().filter(|s| s.ground == ground).collect();
    let used = excluded(calendar, clocks.from, &of_ground, before, max.unit);
    match u32::try_from(i32::from(max.value) - used) {
        Ok(left) if left > 0 => calendar.add(before, left, max.unit),
        _ => before,
    }
}

fn resume(state: &Matter, code: &PermitCode, ground: Ground, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let (_, clocks) = running(&at)?;
    let open = clocks
        .suspensions
        .iter()
        .filter(|s| s.suspension.ground == ground && s.suspension.until.is_none())
        .map(|s| s.suspension.from)
        .max()
        .ok_or_else(|| MatterRefusal::NotStopped { permit: code.clone(), ground })?;
    let on = ctx.day();
    if on < open {
        return Err(MatterRefusal::ResumedBeforeStart { from: open, on });
    }
    let mut after = clocks.clone();
    after.close(ground, crate::calendar::days::shift(on, -1), false, None);
    let dues = after.compute(at.planned, ctx.calendar);
    super::one(ctx, ClockResumed { permit: code.clone(), on, ground, dues })
}

fn extend(
    state: &Matter,
    code: &PermitCode,
    (extension, reason, notice): (&Extension, &LegalText, &Notice),
    proof: Option<&PaperHash>,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    match at.planned.handling {
        Handling::Single => at.head(ctx)?,
        Handling::Joint => allow(ctx.by.is(Role::GovernmentHead), Authority::GovernmentHead)?,
        Handling::Preliminary => return Err(MatterRefusal::NotExtendable { permit: code.clone() }),
    }
    let (round, clocks) = running(&at)?;
    served(notice, ctx.day())?;
    extendable(&at, Some(clocks), extension, ctx.day())?;
    let proved = proved(state, &at, round, notice, proof, ctx)?;
    let mut after = clocks.clone();
    after.extension = Some(extension.clone());
    let dues = after.compute(at.planned, ctx.calendar);
    let extended = LimitExtended {
        permit: code.clone(),
        extension: extension.clone(),
        approved_by: ctx.by.officer.clone(),
        reason: reason.clone(),
        notice: notice.clone(),
        dues,
    };
    Ok([ctx.fact(extended)].into_iter().chain(proved.map(|e| ctx.fact(e))).collect())
}

/// The most by which the limit may be extended, if it could be by so much on a day, whoever asks: once, before it has run
/// out (R4). Without a clock nothing has run out yet.
pub(super) fn extendable<'a>(
    at: &At<'a>,
    clocks: Option<&Clocks>,
    extension: &Extension,
    day: Date,
) -> Result<&'a Limit, MatterRefusal> {
    let permit = || at.code.clone();
    let may = at.planned.handling != Handling::Preliminary && at.planned.statutory.is_some();
    let most = at.planned.extension.as_ref().filter(|_| may);
    let most = most.ok_or_else(|| MatterRefusal::NotExtendable { permit: permit() })?;
    if clocks.is_some_and(|clocks| clocks.extension.is_some()) {
        return Err(MatterRefusal::AlreadyExtended { permit: permit() });
    }
    if let Some(due) = clocks.and_then(|clocks| clocks.dues.statutory).filter(|due| day > *due) {
        return Err(MatterRefusal::LimitRunOut { permit: permit(), due });
    }
    if extension.unit != most.unit {
        let (asked, limit, source) = (extension.unit, most.unit, most.source.clone());
        return Err(MatterRefusal::ExtensionUnitDiffers { asked, limit, source });
    }
    if extension.value > most.value || extension.value == 0 {
        return Err(MatterRefusal::ExtensionTooLong {
            asked: extension.value,
            most: most.value,
            source: most.source.clone(),
        });
    }
    Ok(most)
}

/// A stop or an extension recorded only after the limit had run out would make lateness good by its date alone: it needs
/// the proof that its notice was served in time, and a head who does not handle the file (as with a deemed acceptance set
/// aside).
fn proved(
    state: &Matter,
    at: &At<'_>,
    round: &Round,
    notice: &Notice,
    proof: Option<&PaperHash>,
    ctx: &Ctx<'_>,
) -> Result<Option<LateServiceProved>, MatterRefusal> {
    let statutory = round.clocks.as_ref().and_then(|clocks| clocks.dues.statutory);
    let Some(run_out) = statutory.filter(|due| ctx.today() > *due) else { return Ok(None) };
    let unproved = || MatterRefusal::LimitRunOut { permit: at.code.clone(), due: run_out };
    let proof = proof.ok_or_else(unproved)?.clone();
    at.not_the_applicant(state, round, ctx)?;
    if round.is_handled_by(ctx.by) || at.permit.custody.offer.is_some() {
        stand_back(&ctx.by.officer, "本人经办该件 (handles this permit)")?;
    }
    let (permit, number) = (at.code.clone(), notice.number.clone());
    Ok(Some(LateServiceProved { permit, number, served_on: notice.served_on, run_out, proof }))
}

fn revise(state: &Matter, notice: &LegalText, ctx: &Ctx<'_>) -> Facts {
    allow(access::may(ctx.by, Action::KeepCalendar), Authority::Administrator)?;
    let closed = matches!(state.phase, Phase::Completed | Phase::Terminated);
    let Some(plan) = state.plan.as_ref().filter(|_| !closed) else { return Ok(vec![]) };
    let revised = plan.permits.iter().filter_map(|planned| {
        let at = state.find(&planned.code).ok()?;
        let opinions = at.permit.round().and_then(|round| super::opinion::revised(&at, round, notice, ctx));
        let moved = revised(&at, at.permit, notice, ctx).map(|event| ctx.fact(event));
        Some(moved.into_iter().chain(opinions.map(|event| ctx.fact(event))))
    });
    Ok(revised.flatten().collect())
}

/// What the new calendar moves of one permit's open terms; a term that stays where it was keeps its old calendar.
pub(super) fn revised(
    at: &At<'_>,
    permit: &Permit,
    notice: &LegalText,
    ctx: &Ctx<'_>,
) -> Option<DueDateRevised> {
    let round = permit.round().filter(|r| !r.phase.allows_new_round())?;
    let differs =
        |new: DueOn, old: &DueOn| ((new.date, new.provisional) != (old.date, old.provisional)).then_some(new);
    let again = |from: Date, days: u32, old: &DueOn| differs(term(ctx.calendar, from, days), old);
    let clocks =
        round.clocks.as_ref().filter(|c| c.ended_on.is_none() && round.phase == RoundPhase::InReview);
    let moved = clocks.and_then(|clocks| {
        let new = clocks.compute(at.planned, ctx.calendar);
        let same = Dues { calendar: clocks.dues.calendar.clone(), ..new.clone() } == clocks.dues;
        (!same).then(|| (clocks.dues.clone(), new))
    });
    let received = round.phase == RoundPhase::Received;
    let intake = received.then(|| again(round.complete_on(), INTAKE_DAYS, &round.intake_due)).flatten();
    let decided = round.decision.as_ref().filter(|_| round.phase == RoundPhase::Approved);
    let delivery =
        decided.and_then(|d| again(d.on, super::decision::DELIVERY_DAYS, d.delivery_due.as_ref()?));
    let hearing = round.hearing.as_ref().filter(|h| h.held.is_none() && round.decision.is_none());
    let hearing = hearing.and_then(|h| again(h.asked_on, super::decision::HEARING_HOLD_DAYS, &h.hold_by));
    let waits = round.pre_review.as_ref().filter(|_| round.phase == RoundPhase::PreReview);
    let days = u32::from(at.plan.settings.pre_review_days);
    let pre_review = waits.and_then(|p| again(round.accepted.as_ref()?.on, days, &p.due));
    // the applicant was told a day: it is never taken back, only put off where nobody can hand anything in on it
    let supplements: BTreeMap<_, _> = round
        .owed()
        .filter_map(|(requirement, tolerance)| {
            let new = due_on(ctx.calendar, ctx.calendar.roll_forward(tolerance.due.date));
            Some((requirement.clone(), differs(new, &tolerance.due)?))
        })
        .collect();
    let days = u32::from(at.plan.settings.handoff_answer_days);
    let handoff = permit.custody.offer.as_ref().and_then(|o| again(o.on, days, &o.answer_due));
    let terms = [&intake, &delivery, &hearing, &pre_review, &handoff];
    if moved.is_none() && supplements.is_empty() && terms.iter().all(|due| due.is_none()) {
        return None;
    }
    let (old, new) = moved.unzip();
    let (permit, notice) = (at.code.clone(), notice.clone());
    Some(DueDateRevised {
        permit,
        old,
        new,
        intake,
        delivery,
        hearing,
        pre_review,
        supplements,
        handoff,
        notice,
    })
}

/// A due date of an event from a day already fixed elsewhere.
pub(super) fn known_due(ctx: &Ctx<'_>, date: Date) -> DueOn {
    due_on(ctx.calendar, date)
}
