//! What a corrected day of receipt makes of the term of intake and of the answer to the file (R3).
//!
//! Invariants: the term is counted again whatever the answer was; an answer that came too late, or a deemed acceptance
//! that came too early, falls away, unless something stands on it that a correction does not undo.
//! Deliberately absent: the deemed acceptance that follows; that is time's fact, in `settle`.

use super::{
    Ctx,
    authority::At,
    event::{DueOn, IntakeAnswer},
    intake::{INTAKE_DAYS, term},
    plan::Nature,
    record::contradicts,
    refusal::MatterRefusal,
    state::{Manner, Round, RoundPhase},
};
use crate::ids::EventId;
use jiff::civil::Date;

/// The term as it is now, where it moved, and the answer that no longer stands.
#[derive(Default)]
pub(super) struct Recount {
    pub(super) due: Option<DueOn>,
    pub(super) fell_away: Option<(IntakeAnswer, EventId)>,
}

/// Counts the intake of a corrected round again.
pub(super) fn recount(
    at: &At<'_>,
    before: &Round,
    after: &Round,
    ctx: &Ctx<'_>,
) -> Result<Recount, MatterRefusal> {
    let days = |round: &Round| (round.received_on, round.complete_on());
    if days(before) == days(after) {
        return Ok(Recount::default());
    }
    let (due, fell_away) = answered(at, after, ctx);
    if let Some((answer, _)) = fell_away {
        undoes_nothing(after, answer, due.date)?;
    }
    let refused = after.phase == RoundPhase::NotAccepted && at.planned.nature == Nature::Permit;
    let answerable = refused && after.correction.as_ref().is_none_or(|c| c.received.is_some());
    if after.ended.as_ref().is_some_and(|ended| answerable && ended.on > due.date) {
        return stands("不予受理", "the refusal to accept", due.date);
    }
    let moved = (due.date, due.provisional) != (before.intake_due.date, before.intake_due.provisional);
    let fell_away = fell_away.filter(|_| after.phase != RoundPhase::Withdrawn);
    Ok(Recount { due: moved.then_some(due), fell_away })
}

/// The last day of the term, and the answer that did not keep it. Silence deems administrative permits only.
fn answered(at: &At<'_>, round: &Round, ctx: &Ctx<'_>) -> (DueOn, Option<(IntakeAnswer, EventId)>) {
    let first = term(ctx.calendar, round.received_on, INTAKE_DAYS);
    let deems = at.planned.nature == Nature::Permit;
    if let Some(notice) = round.correction.as_ref().filter(|c| deems && c.notice.served_on > first.date) {
        return (first, Some((IntakeAnswer::CorrectionNotice, notice.entry)));
    }
    let due = term(ctx.calendar, round.complete_on(), INTAKE_DAYS);
    let accepted = round.accepted.as_ref().filter(|_| deems);
    let fell_away = accepted.and_then(|a| match a.manner {
        Manner::Deemed => (due.date >= ctx.today()).then_some((IntakeAnswer::DeemedAcceptance, a.entry)),
        _ => (a.on > due.date).then_some((IntakeAnswer::Acceptance, a.entry)),
    });
    (due, fell_away)
}

/// Whether nothing stands on the answer that falls away. A late acceptance gives way to a deemed one, and what was done
/// since stands on that; where nothing is deemed any more, nothing must have been done.
fn undoes_nothing(round: &Round, answer: IntakeAnswer, due: Date) -> Result<(), MatterRefusal> {
    use RoundPhase::*;
    match round.phase {
        Withdrawn => Ok(()),
        AwaitingCorrection | Received | InReview if round.pre_review.is_none() => {
            let stops =
                round.clocks.as_ref().is_some_and(|c| !c.suspensions.is_empty() || c.extension.is_some());
            let worked = stops || round.hearing.is_some() || !round.checks.is_empty();
            if answer == IntakeAnswer::DeemedAcceptance && (worked || !round.tolerances.is_empty()) {
                return contradicts(&format!(
                    "按更正后的收件日，期限至 {due} 未满，视为受理不再成立，而其后已有停止计时、延期、核查、听证或容缺；请待期限届满后更正 \
                     (by the corrected day the term runs until {due}, so nothing is deemed accepted yet, but the clock was stopped or extended, or a check, a hearing or a tolerance stands on it; correct it once that day has passed)"
                ));
            }
            Ok(())
        }
        PreReview | InReview => stands("容缺预审", "the pre-review", due),
        NotAccepted => stands("不予受理", "the refusal to accept", due),
        Lapsed => stands("本轮失效", "the lapse", due),
        _ => stands("已作出的决定", "the decision", due),
    }
}

/// The first day of a clock after the day on which the file was complete moved from `before` to `complete`: what came later
/// than the file still starts it.
pub fn moved_start(from: Date, before: Date, complete: Date) -> Date {
    if from > before { from.max(complete) } else { complete }
}

fn stands<T>(zh: &str, en: &str, due: Date) -> Result<T, MatterRefusal> {
    contradicts(&format!(
        "按更正后的收件日，受理期限至 {due}，是否视为受理将改变，而{zh}以此为据；请先依法撤销或更正该决定，或重新收件办理下一轮 \
         (by the corrected day the term of intake ended on {due}, which changes whether the file was deemed accepted, and {en} stands on it; have that set aside by its own procedure first, or receive the file in a new round)"
    ))
}

impl Round {
    /// Folds an answer that fell away: the file waits again. A clock that ran on an acceptance keeps its exclusions for
    /// the deemed acceptance that follows.
    pub(super) fn reopen(&mut self, fell_away: IntakeAnswer, day: Date) {
        match fell_away {
            IntakeAnswer::CorrectionNotice => self.correction = None,
            IntakeAnswer::Acceptance => {}
            IntakeAnswer::DeemedAcceptance => self.clocks = None,
        }
        self.accepted = None;
        self.phase = RoundPhase::Received;
        self.entered_on = day;
    }
}
