//! Since my last visit: what changed in a matter since an entry or a moment that the client kept.
//!
//! Invariant: nothing is kept on the server; both moments are folded from the log by the same code.
//! Deliberately absent: who has seen what.

use super::{blocking::Blocking, late::LateBy, view::View};
use crate::graphql::{
    error::bad_input,
    matter::{
        carry_out::of_fault,
        history::Event,
        payload::stream_of,
        queries::{of_history, of_request},
    },
    scalars::{Date, Instant, PermitCode},
};
use async_graphql::{Context, Enum, InputObject, Result, SimpleObject};
use om_domain::{
    calendar::beijing,
    matter::since::{self, Changes, Heading, Moment},
};
use om_infra::{
    calendars::Calendars as _,
    executor::{At, Happened, Known},
};
use std::collections::BTreeMap;

/// At most this many entries are listed; the newest.
const ENTRIES: usize = 200;

/// What was seen last: one of the two.
#[derive(Debug, Clone, InputObject)]
pub struct SeenInput {
    /// The matter's revision then.
    pub revision: Option<u64>,
    /// The moment of the last visit.
    pub time: Option<Instant>,
}

/// Under which heading a lead reads an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Heading")]
pub enum ChangeHeading {
    /// Approvals, denials, certificates, revocations.
    Decisions,
    /// Files received, accepted, corrected, withdrawn.
    Intake,
    /// Terms that ran out, debts that lapsed, prerequisites that fell away.
    Lateness,
    /// The file handed from one department to another.
    Handoffs,
    /// Deficiencies tolerated, and their supplements.
    Tolerances,
    /// Clocks stopped, resumed, extended, revised.
    Clocks,
    /// The matter itself, its plan and its milestones.
    Matter,
    /// Everything else: checks, hearings, corrections of the record.
    Other,
}

/// Entries under one heading.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ChangeGroup {
    /// The heading.
    pub heading: ChangeHeading,
    /// Its entries, in the order of the log.
    pub entries: Vec<Event>,
}

/// A permit that has become late since.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct NewlyLate {
    /// The permit.
    pub permit: PermitCode,
    /// By how much now.
    pub late_by: LateBy,
}

/// A permit or milestone on which it is another's move, or another thing is to be done.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MoveChange {
    /// How it stood; none where nothing was to be done.
    pub before: Option<Blocking>,
    /// How it stands; none where nothing more is to be done.
    pub now: Option<Blocking>,
}

/// What changed in a matter.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct SinceVisit {
    /// The revision seen last.
    pub from: Option<u64>,
    /// The revision now: keep it, and send it the next time.
    pub to: Option<u64>,
    /// How many entries lie between.
    pub entries: usize,
    /// Whether there were more than are listed; the newest are.
    pub cut: bool,
    /// The entries, by heading.
    #[graphql(complexity = "20 * child_complexity")]
    pub groups: Vec<ChangeGroup>,
    /// Permits that have become late.
    #[graphql(complexity = "10 * child_complexity")]
    pub late: Vec<NewlyLate>,
    /// Permits that were late and are not any more.
    pub no_longer_late: Vec<PermitCode>,
    /// Where it is another's move now, or another thing is to be done.
    #[graphql(complexity = "10 * child_complexity")]
    pub moves: Vec<MoveChange>,
    /// The forecast day of completion then.
    pub completion_before: Option<Date>,
    /// The forecast day of completion now.
    pub completion_now: Option<Date>,
}

/// What changed since then, up to the moment of the view.
pub(super) async fn of(ctx: &Context<'_>, view: &View, seen: SeenInput) -> Result<SinceVisit> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, view.id)?;
    let mut facts =
        services.matters.facts_at(&name, At { as_of: None, ..view.at }).await.map_err(of_history)?;
    facts.retain(|entry| Some(entry.fact.revision) <= view.revision);
    if let Some(instant) = view.at.as_of {
        let happened = Happened::by(instant, facts.iter().map(|entry| &entry.fact));
        facts.retain(|entry| happened.has(&entry.fact));
    }
    let is_old = |revision: u64, recorded: jiff::Timestamp| match (&seen.revision, &seen.time) {
        (Some(last), None) => Ok(revision <= *last),
        (None, Some(time)) => Ok(recorded <= time.0),
        _ => Err(bad_input("seen: say either the revision or the time")),
    };
    let mut old = 0;
    for entry in &facts {
        old += usize::from(is_old(entry.fact.revision, entry.fact.recorded)?);
    }
    let (before, after) = facts.split_at(old);
    let last = before.last().map(|entry| &entry.fact);
    let then_at = seen.time.as_ref().map(|time| time.0).or(last.map(|fact| fact.recorded));
    let (then, calendar) = match (last, then_at) {
        (Some(fact), Some(at)) => {
            let known = At { known: Known::Event(fact.id), as_of: None };
            let folded = services.matters.fold_at(&name, known).await.map_err(of_history)?;
            (folded.state, services.calendars.known_by(who.county(), at).await.map_err(of_fault)?)
        }
        _ => (om_domain::matter::Matter::default(), view.calendar.clone()),
    };
    let day = then_at.map_or(view.today(), beijing).min(view.today());
    let then = Moment { state: &then, calendar: &calendar, day };
    let now = Moment { state: &view.state, calendar: &view.calendar, day: view.today() };
    let changes = since::changes(then, now);
    let grace = view.state.backfill_grace_days();
    let mut groups: BTreeMap<Heading, Vec<Event>> = BTreeMap::new();
    for entry in after.iter().skip(after.len().saturating_sub(ENTRIES)) {
        let event = Event::of(view.id, entry, &view.calendar, grace, &view.names(None));
        groups.entry(since::heading(&entry.fact.event)).or_default().push(event);
    }
    let groups =
        groups.into_iter().map(|(heading, entries)| ChangeGroup { heading: heading.into(), entries });
    Ok(SinceVisit {
        from: last.map(|fact| fact.revision),
        to: view.revision,
        entries: after.len(),
        cut: after.len() > ENTRIES,
        groups: groups.collect(),
        ..of_changes(view, changes)
    })
}

fn of_changes(view: &View, changes: Changes) -> SinceVisit {
    let shown = |block: Option<om_domain::matter::blocks::Blocking>| block.map(|b| Blocking::of(view, &b));
    let late = |(permit, late): (om_domain::ids::PermitCode, _)| NewlyLate {
        permit: permit.into(),
        late_by: LateBy::from(late),
    };
    SinceVisit {
        from: None,
        to: None,
        entries: 0,
        cut: false,
        groups: Vec::new(),
        late: changes.late.into_iter().map(late).collect(),
        no_longer_late: changes.no_longer_late.into_iter().map(Into::into).collect(),
        moves: changes
            .moves
            .into_iter()
            .map(|(before, now)| MoveChange { before: shown(before), now: shown(now) })
            .collect(),
        completion_before: changes.completion.0.map(Into::into),
        completion_now: changes.completion.1.map(Into::into),
    }
}
