//! Corrections of the record: the wrong entry stays visible, clocks recompute.
//!
//! Invariants: the old value is what is recorded; a second person of the same body confirms; what followed from the
//! entry is not contradicted.
//! Deliberately absent: changing an event; nothing recorded is ever changed.

use super::{
    Ctx, Facts,
    authority::At,
    command::MatterCommand as C,
    event::{Correction, EntryCorrected, IntakeReopened},
    evolve::{correct, document},
    receipt,
    refusal::MatterRefusal,
    state::{Excluded, Matter, Round},
};
use crate::{
    decider::Role,
    ids::{EventId, OfficerId},
};
use jiff::civil::Date;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    let C::CorrectEntry { permit, entry, correction, reason, second_person } = command else {
        return Ok(vec![]);
    };
    let at = state.working(permit)?;
    at.custodian(ctx)?;
    second(&at, second_person, ctx)?;
    let round = at.round()?;
    let recorded = recorded(round, entry, correction).ok_or(MatterRefusal::NoSuchEntry { entry: *entry })?;
    if recorded != old(correction) {
        return Err(MatterRefusal::OldValueDiffers { recorded });
    }
    if recorded == new(correction) {
        return Ok(vec![]);
    }
    let mut after = round.clone();
    correct(&mut after, entry, correction);
    consistent(round, &after, ctx)?;
    let intake = receipt::recount(&at, round, &after, ctx)?;
    // of a clock that has ended too: whether it was kept is judged by its due dates
    let counted = after.clocks.as_ref().filter(|_| intake.fell_away.is_none());
    let dues = counted
        .map(|c| c.compute(at.planned, ctx.calendar))
        .filter(|new| after.clocks.as_ref().is_some_and(|c| c.dues != *new));
    let corrected = EntryCorrected {
        permit: permit.clone(),
        entry: *entry,
        correction: correction.clone(),
        reason: reason.clone(),
        second_person: second_person.clone(),
        dues,
        intake_due: intake.due,
    };
    let reopened = intake.fell_away.map(|(fell_away, answer)| IntakeReopened {
        permit: permit.clone(),
        fell_away,
        answer,
    });
    Ok([ctx.fact(corrected)].into_iter().chain(reopened.map(|e| ctx.fact(e))).collect())
}

fn second(at: &At<'_>, second: &OfficerId, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let body = &at.permit.custody.holder;
    let known = ctx.read.officers.get(second);
    let fits = known.is_some_and(|a| a.body == *body && (a.is(Role::Officer) || a.is(Role::Head)));
    if fits && !ctx.by.is_one_with(second) {
        Ok(())
    } else {
        Err(MatterRefusal::SecondPersonNeeded { body: body.clone() })
    }
}

fn old(correction: &Correction) -> String {
    match correction {
        Correction::ReceivedOn { old, .. }
        | Correction::SuspendedFrom { old, .. }
        | Correction::ResumedOn { old, .. } => old.to_string(),
        Correction::DocumentNumber { old, .. } => old.to_string(),
    }
}

fn new(correction: &Correction) -> String {
    match correction {
        Correction::ReceivedOn { new, .. }
        | Correction::SuspendedFrom { new, .. }
        | Correction::ResumedOn { new, .. } => new.to_string(),
        Correction::DocumentNumber { new, .. } => new.to_string(),
    }
}

/// What the entry has recorded in that field, if it has one.
fn recorded(round: &Round, entry: &EventId, correction: &Correction) -> Option<String> {
    let mut suspensions = round.clocks.iter().flat_map(|c| &c.suspensions);
    match correction {
        Correction::ReceivedOn { .. } if round.entry == *entry => Some(round.received_on.to_string()),
        Correction::ReceivedOn { .. } => {
            let received = round.correction.as_ref()?.received.as_ref();
            received.filter(|(id, _)| id == entry).map(|(_, on)| on.to_string())
        }
        Correction::SuspendedFrom { .. } => {
            suspensions.find(|s| s.entry == *entry).map(|s| s.suspension.from.to_string())
        }
        Correction::ResumedOn { .. } => suspensions
            .filter(|s| s.resumed == Some(*entry))
            .filter_map(|s| s.suspension.until)
            .max()
            .map(|until| crate::calendar::days::shift(until, 1).to_string()),
        Correction::DocumentNumber { .. } => {
            let document = document(&mut round.clone(), entry).map(|notice| notice.number.to_string());
            let stopped = suspensions.find(|s| s.entry == *entry).map(|s| s.suspension.notice.clone());
            document.or(stopped)
        }
    }
}

/// `中文 (English)`: each reader is told one of the two.
pub(super) fn contradicts<T>(zh_en: &str) -> Result<T, MatterRefusal> {
    Err(MatterRefusal::CorrectionContradicts { reason: super::authority::text(zh_en) })
}

fn consistent(before: &Round, after: &Round, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let moved = |a: Date, b: Date| a != b;
    let days = [after.received_on, after.complete_on()];
    if days.iter().any(|day| *day > ctx.today()) {
        return contradicts("收件日晚于今天 (received after today)");
    }
    if moved(before.complete_on(), after.complete_on()) || moved(before.received_on, after.received_on) {
        let accepted = after.accepted.as_ref().filter(|_| !after.is_deemed()).map(|a| a.on);
        if accepted.is_some_and(|on| after.complete_on() > on) {
            return contradicts("收件日晚于受理日 (received after acceptance)");
        }
        if after.complete_on() < after.received_on {
            return contradicts("补正收件日早于首次收件日 (corrected file before the first)");
        }
        if let Some(notice) = &after.correction {
            if after.received_on > notice.notice.served_on {
                return contradicts(
                    "收件日晚于一次性告知的送达日 (received after the one-time notice was served)",
                );
            }
            if notice.received.is_some_and(|(_, on)| on < notice.notice.served_on) {
                return contradicts(
                    "补正收件日早于一次性告知的送达日 (corrected file before the notice was served)",
                );
            }
        }
        if after.ended.as_ref().is_some_and(|ended| ended.on < after.complete_on()) {
            return contradicts("收件日晚于本轮终止日 (received after the round had ended)");
        }
    }
    suspensions_consistent(before, after, ctx)
}

fn suspensions_consistent(before: &Round, after: &Round, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let stops = |round: &Round| round.clocks.as_ref().map(|c| c.suspensions.clone()).unwrap_or_default();
    for (was, s) in stops(before).iter().zip(&stops(after)).filter(|(was, s)| was != s) {
        if s.suspension.from < s.served_on || s.suspension.from > s.suspension.told_until {
            return contradicts("停止日早于告知送达日或晚于告知的截止日 (not within what the notice told)");
        }
        let until = s.suspension.until.filter(|until| was.suspension.until != Some(*until));
        if until.is_some_and(|until| until > s.suspension.told_until) {
            return contradicts("恢复日晚于告知的截止日 (resumed after the told day)");
        }
    }
    let all = stops(after);
    let told = |s: &Excluded| (s.suspension.ground, s.suspension.notice.clone());
    if all.iter().enumerate().any(|(n, s)| all.iter().skip(n + 1).any(|other| told(other) == told(s))) {
        return contradicts(
            "该文号已用于同一事由的另一次停止计时 (the number of another notice on that ground)",
        );
    }
    for s in after.clocks.iter().flat_map(|c| &c.suspensions) {
        let end = s.suspension.until.map(|until| crate::calendar::days::shift(until, 1));
        if s.suspension.from > ctx.today()
            || end.is_some_and(|end| end < s.suspension.from || end > ctx.today())
        {
            return contradicts("恢复日早于停止日或晚于今天 (resumed before stopped, or after today)");
        }
    }
    Ok(())
}
