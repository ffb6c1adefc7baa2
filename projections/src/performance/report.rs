//! What departments achieved in a period.
//!
//! Invariants: a decision, a statement and a tolerance count in the period of their day, an entry in that of its recording;
//! a decision is on time if it came by the promised last day, where none is promised by the statutory one, and while the
//! clock stood still; where no limit runs it counts in no rate.

use super::{RoundTrack, Track, table};
use jiff::civil::Date;
use om_domain::{
    calendar::Calendar,
    clock::{Clock, Limit, Suspension, Unit},
    decider::is_backfilled,
    ids::{BodyId, CountyId, LegalText},
    matter::plan::Nature,
};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What a department achieved in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Decisions by kind of permit, by name.
    pub kinds: BTreeMap<LegalText, KindReport>,
    /// What ran out against it.
    pub overdue: Overdue,
    /// Entries it recorded.
    pub entries: u32,
    /// Of them, those that are back-filling (R16).
    pub backfilled: u32,
    /// Tolerances of its permits.
    pub tolerances: Tolerances,
}

/// Decisions of one kind of permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindReport {
    /// What kind of act it is.
    pub nature: Nature,
    /// Decisions.
    pub decided: u32,
    /// Of them, those under a limit.
    pub limited: u32,
    /// Of those, on time.
    pub on_time: u32,
    /// Working days each decision took on its clock, in ascending order; those whose clock is not known are left out.
    pub working_days: Vec<i32>,
}

/// What was stated to have run out and still stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Terms: answer to the file, limits, pre-review, hearing, delivery.
    pub terms: u32,
    /// Answers to a handoff.
    pub handoffs: u32,
    /// Opinions.
    pub opinions: u32,
}

/// Tolerances granted in the period, and what came of them until now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tolerances {
    /// Granted.
    pub granted: u32,
    /// Of them, paid without a lapse.
    pub kept: u32,
    /// Lapsed.
    pub lapsed: u32,
}

impl Report {
    /// Decisions of all kinds.
    pub fn decided(&self) -> u32 {
        self.kinds.values().map(|kind| kind.decided).sum()
    }

    /// Of all kinds: decisions under a limit, and those on time.
    pub fn on_time(&self) -> (u32, u32) {
        let all = self.kinds.values();
        all.fold((0, 0), |(limited, on_time), kind| (limited + kind.limited, on_time + kind.on_time))
    }

    /// Working days of all kinds, in ascending order.
    pub fn working_days(&self) -> Vec<i32> {
        let mut all: Vec<i32> = self.kinds.values().flat_map(|kind| kind.working_days.clone()).collect();
        all.sort_unstable();
        all
    }
}

/// What each body of a county did from one day through another; bodies that did nothing are left out.
///
/// # Errors
/// What SQLite said.
pub fn report(
    db: &Connection,
    county: &CountyId,
    period: (Date, Date),
    calendar: &Calendar,
) -> rusqlite::Result<BTreeMap<BodyId, Report>> {
    let within = |day: Date| (period.0..=period.1).contains(&day);
    let mut all: BTreeMap<BodyId, Report> = BTreeMap::new();
    for track in table::tracks(db, county, period)? {
        for round in &track.rounds {
            if let Some((on, _)) = round.decided.filter(|(on, _)| within(*on)) {
                let report = all.entry(track.lead.clone()).or_default();
                decided(report, &track, round, on, calendar);
            }
        }
        for overrun in track.overruns.iter().filter(|o| within(o.on) && track.stands(o)) {
            let overdue = &mut all.entry(overrun.body.clone()).or_default().overdue;
            match (overrun.term, overrun.opinion) {
                (Some(_), _) => overdue.terms += 1,
                (None, true) => overdue.opinions += 1,
                (None, false) => overdue.handoffs += 1,
            }
        }
        for tolerance in track.tolerances.iter().filter(|t| within(t.on)) {
            let counted = &mut all.entry(track.lead.clone()).or_default().tolerances;
            counted.granted += 1;
            counted.lapsed += u32::from(tolerance.lapsed_on.is_some());
            counted.kept += u32::from(tolerance.lapsed_on.is_none() && tolerance.paid_on.is_some());
        }
    }
    for table::Recorded { of, day, grace, acts } in table::acts(db, county, period)? {
        let report = all.entry(of).or_default();
        report.entries += acts.entries;
        for effective in acts.late {
            report.backfilled += u32::from(is_backfilled(effective, day, calendar, i32::from(grace)));
        }
    }
    for kind in all.values_mut().flat_map(|report| report.kinds.values_mut()) {
        kind.working_days.sort_unstable();
    }
    Ok(all)
}

fn decided(report: &mut Report, track: &Track, round: &RoundTrack, on: Date, calendar: &Calendar) {
    let kind = report.kinds.entry(track.name.clone()).or_insert(KindReport {
        nature: track.nature,
        decided: 0,
        limited: 0,
        on_time: 0,
        working_days: Vec::new(),
    });
    kind.decided += 1;
    let dues = round.dues.unwrap_or_default();
    let promised = dues.promised.is_some() || dues.promised_left.is_some();
    let (due, left) = match promised {
        true => (dues.promised, dues.promised_left),
        false => (dues.statutory, dues.statutory_left),
    };
    if due.is_some() || left.is_some() {
        kind.limited += 1;
        kind.on_time += u32::from(due.is_none_or(|due| on <= due));
    }
    kind.working_days.extend(working_days(round, on, calendar));
}

/// Working days from the clock's start to the decision, what was excluded left out.
fn working_days(round: &RoundTrack, on: Date, calendar: &Calendar) -> Option<i32> {
    let start = round.clock_from?;
    let suspension = |stop: &super::StopTrack| Suspension {
        ground: stop.ground,
        from: stop.from,
        until: stop.until,
        told_until: stop.told_until,
        notice: String::new(),
    };
    // no clock runs longer than this limit, so that `used` is what was used
    let limit = Limit { value: u16::MAX, unit: Unit::WorkingDays, source: String::new() };
    let suspensions = round.stops.iter().map(suspension).collect();
    let clock = Clock { suspensions, stopped_on: Some(on), ..Clock::start(limit, start) };
    Some(clock.reading(calendar, on).used)
}
