//! Due dates counted again from the log alone, day by day, by code of their own.

use super::given::*;
use jiff::{ToSpan, civil::Date};
use om_domain::{
    calendar::{Calendar, CalendarVersion},
    clock::{Ground, Limit, Unit},
    decider::Recorded,
    ids::EventId,
    matter::{
        MatterEvent as E,
        event::{Correction, DueOn, Dues},
        plan::PlannedPermit,
    },
};

#[derive(Clone)]
struct Stop {
    entry: EventId,
    resumed: Option<EventId>,
    ground: Ground,
    from: Date,
    until: Option<Date>,
    told: Date,
}

/// What the log says of one round's clock.
#[derive(Clone, Default)]
struct Told {
    receipts: Vec<EventId>,
    complete: Option<Date>,
    start: Option<Date>,
    waited: bool,
    stops: Vec<Stop>,
    extension: u16,
}

fn next(day: Date) -> Date {
    day.saturating_add(1.days())
}

/// Last day, or what is left while a stop without end holds it.
fn count(
    calendar: &Calendar,
    start: Date,
    limit: &Limit,
    more: u16,
    stops: &[Stop],
) -> (Option<Date>, Option<i32>) {
    let total = i32::from(limit.value) + i32::from(more);
    let out = |d: Date| stops.iter().any(|s| s.from <= d && s.until.is_none_or(|u| d <= u));
    let without_end = |d: Date| stops.iter().any(|s| s.from <= d && s.until.is_none());
    let counts = |d: Date| !out(d) && (limit.unit == Unit::CalendarDays || calendar.is_working(d));
    let (mut day, mut used) = (start, 0);
    while used < total {
        day = next(day);
        if without_end(day) {
            return (None, Some(total - used));
        }
        used += i32::from(counts(day));
    }
    while out(day) || !calendar.is_working(day) {
        if without_end(day) {
            return (None, Some(0));
        }
        day = next(day);
    }
    (Some(day), None)
}

/// The day after this many working days.
fn working(calendar: &Calendar, from: Date, days: u32) -> Date {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        day = next(day);
        left -= u32::from(calendar.is_working(day));
    }
    day
}

/// Recounts every due date that the facts of one permit have stored.
pub(super) fn recount(log: &[Recorded<E>], planned: &PlannedPermit, calendars: &[Calendar]) {
    let mut told = Told::default();
    let of = |version: &CalendarVersion| calendars.iter().find(|c| c.version() == version).unwrap();
    let dues = |told: &Told, dues: &Dues, fact: &Recorded<E>| {
        let calendar = of(&dues.calendar);
        let one = |limit: &Option<Limit>, more| match limit {
            Some(limit) => count(calendar, told.start.unwrap(), limit, more, &told.stops),
            None => (None, None),
        };
        let promised_more = if planned.extension_moves_promise { told.extension } else { 0 };
        let (statutory, promised) =
            (one(&planned.statutory, told.extension), one(&planned.promised, promised_more));
        let stored = ((dues.statutory, dues.statutory_left), (dues.promised, dues.promised_left));
        assert_eq!(stored, (statutory, promised), "{fact:#?}");
    };
    let term = |due: &DueOn, from: Date, days: u32, fact: &Recorded<E>| {
        assert_eq!(due.date, working(of(&due.calendar), from, days), "{fact:#?}");
    };
    for fact in log.iter().filter(|f| om_domain::matter::event_permit(&f.event) == Some(&planned.code)) {
        let day = fact.effective.day();
        match &fact.event {
            E::PermitSubmitted(e) => {
                told = Told { receipts: vec![fact.id], complete: Some(e.received_on), ..Told::default() };
                term(&e.intake_due, e.received_on, 5, fact);
            }
            E::CorrectionReceived(e) => {
                told.receipts.push(fact.id);
                told.complete = Some(e.received_on);
                term(&e.intake_due, e.received_on, 5, fact);
            }
            E::PermitAccepted(e) => {
                told.start = e.clock_from;
                told.waited = e.pre_review_due.is_some();
                e.dues.iter().for_each(|d| dues(&told, d, fact));
                e.pre_review_due.iter().for_each(|due| term(due, day, 20, fact));
            }
            E::PermitDeemedAccepted(e) => {
                told.start = Some(e.clock_from);
                dues(&told, &e.dues, fact);
            }
            E::DeemedAcceptanceSetAside(_) => {
                told.start = None;
                told.stops.clear();
                told.extension = 0;
            }
            E::PrerequisiteLanded(e) => {
                if let Some(clock) = &e.clock {
                    told.start = Some(clock.from);
                    dues(&told, &clock.dues, fact);
                }
            }
            E::ClockSuspended(e) => {
                let (entry, ground, from, told_until) = (fact.id, e.ground, e.from, e.told_until);
                told.stops.push(Stop { entry, resumed: None, ground, from, until: None, told: told_until });
                dues(&told, &e.dues, fact);
            }
            E::ClockResumed(e) => {
                for s in told.stops.iter_mut().filter(|s| s.ground == e.ground && s.until.is_none()) {
                    s.until = Some(e.on.saturating_sub(1.days()));
                    s.resumed = Some(fact.id);
                }
                dues(&told, &e.dues, fact);
            }
            E::SuspensionTermEnded(e) => {
                let over =
                    |s: &&mut Stop| s.ground == e.ground && s.until.is_none() && s.told <= e.told_until;
                for s in told.stops.iter_mut().filter(over) {
                    s.until = Some(e.told_until);
                    s.resumed = Some(fact.id);
                }
                dues(&told, &e.dues, fact);
            }
            E::LimitExtended(e) => {
                told.extension = e.extension.value;
                dues(&told, &e.dues, fact);
            }
            E::DueDateRevised(e) => e.new.iter().for_each(|d| dues(&told, d, fact)),
            E::EntryCorrected(e) => {
                corrected(&mut told, e.entry, &e.correction);
                e.dues.iter().for_each(|d| dues(&told, d, fact));
                e.intake_due.iter().for_each(|due| {
                    let Correction::ReceivedOn { new, .. } = &e.correction else { panic!("{fact:?}") };
                    term(due, *new, 5, fact);
                });
            }
            E::PermitApproved(e) => e.delivery_due.iter().for_each(|due| term(due, day, 10, fact)),
            E::HearingRequested(e) => term(&e.hold_by, day, 20, fact),
            E::HandoffOffered(e) => term(&e.answer_due, day, 2, fact),
            _ => {}
        }
    }
}

fn corrected(told: &mut Told, entry: EventId, correction: &Correction) {
    match correction {
        Correction::ReceivedOn { new, .. } => {
            if told.receipts.last() == Some(&entry) {
                let before = told.complete.replace(*new);
                // what came after the file still starts the clock
                let later = told.start.filter(|start| Some(*start) > before);
                if told.start.is_some() && !told.waited {
                    told.start = Some(later.map_or(*new, |later| later.max(*new)));
                }
            }
        }
        Correction::SuspendedFrom { new, .. } => {
            told.stops.iter_mut().filter(|s| s.entry == entry).for_each(|s| s.from = *new);
        }
        Correction::ResumedOn { new, .. } => {
            let until = new.saturating_sub(1.days());
            told.stops.iter_mut().filter(|s| s.resumed == Some(entry)).for_each(|s| s.until = Some(until));
        }
        Correction::DocumentNumber { .. } => {}
    }
}

/// For every clock that runs or stands still: what is used and what is left is the limit, on each of a hundred days.
pub(super) fn adds_up(g: &Given) {
    for (code, permit) in &g.state.permits {
        if permit.round().is_none_or(|r| r.clocks.is_none()) {
            continue;
        }
        for clock in g.clocks(code.as_str()) {
            for n in 0..100_i64 {
                let reading = clock.reading(&g.calendar, clock.start.saturating_add(n.days()));
                assert_eq!(reading.used + reading.left, reading.limit_total);
            }
        }
    }
}
