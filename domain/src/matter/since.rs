//! What changed between two moments of one matter: whose move, what became late, when it will be done.
//!
//! Invariant: both moments are read by the same functions as a screen of that moment; the entries between are the log's.
//! Deliberately absent: who has seen what; the one who asks says from when.

use super::{blocks::Blocking, event::MatterEvent as E, lateness::Lateness, plan::Node, state::Matter};
use crate::{calendar::Calendar, ids::PermitCode};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A matter at a moment: its state, and the calendar and the day it is read by.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The state.
    pub state: &'a Matter,
    /// The calendar known then.
    pub calendar: &'a Calendar,
    /// The day.
    pub day: Date,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Permits that have become late since, each with by how much.
    pub late: Vec<(PermitCode, Lateness)>,
    /// Permits that were late and are not any more.
    pub no_longer_late: Vec<PermitCode>,
    /// Nodes on which the next move, or what they wait for, is another: how it stood and how it stands; none where
    /// nothing is or was to be done.
    pub moves: Vec<(Option<Blocking>, Option<Blocking>)>,
    /// The forecast completion, then and now; none before the matter is planned.
    pub completion: (Option<Date>, Option<Date>),
}

/// What changed from one moment to another.
pub fn changes(then: Moment<'_>, now: Moment<'_>) -> Changes {
    let late = |at: Moment<'_>, code: &PermitCode| at.state.late(code, at.calendar, at.day);
    let mut changes = Changes {
        completion: (completion(then), completion(now)),
        moves: moves(then, now),
        ..Changes::default()
    };
    for planned in now.state.plan.iter().flat_map(|plan| &plan.permits) {
        let code = &planned.code;
        match (late(then, code), late(now, code)) {
            (before, Some(lateness)) if before.is_none_or(|before| before.term != lateness.term) => {
                changes.late.push((code.clone(), lateness));
            }
            (Some(_), None) => changes.no_longer_late.push(code.clone()),
            _ => {}
        }
    }
    changes
}

fn completion(at: Moment<'_>) -> Option<Date> {
    at.state.outline(at.calendar, at.day).map(|outline| outline.completion)
}

fn moves(then: Moment<'_>, now: Moment<'_>) -> Vec<(Option<Blocking>, Option<Blocking>)> {
    let mut before: BTreeMap<Node, Blocking> =
        then.state.blocks(then.day).into_iter().map(|block| (block.node.clone(), block)).collect();
    let moved = |a: &Blocking, b: &Blocking| {
        let whose = |block: &Blocking| block.next.as_ref().map(|next| (next.act, next.mover.clone()));
        whose(a) != whose(b) || (a.next.is_none() && a.lacks != b.lacks)
    };
    let mut moves: Vec<_> = now
        .state
        .blocks(now.day)
        .into_iter()
        .map(|block| (before.remove(&block.node), Some(block)))
        .filter(|(was, is)| was.as_ref().zip(is.as_ref()).is_none_or(|(was, is)| moved(was, is)))
        .collect();
    moves.extend(before.into_values().map(|was| (Some(was), None)));
    moves
}

/// Under which heading a lead reads an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heading {
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

/// The heading of an entry.
pub fn heading(event: &E) -> Heading {
    match event {
        E::PermitApproved(_) | E::PermitDenied(_) | E::CertificateIssued(_) | E::PermitRevoked(_) => {
            Heading::Decisions
        }
        E::PermitSubmitted(_)
        | E::CorrectionNoticed(_)
        | E::CorrectionReceived(_)
        | E::MaterialsSupplied(_)
        | E::PermitAccepted(_)
        | E::PermitDeemedAccepted(_)
        | E::PermitNotAccepted(_)
        | E::PermitWithdrawn(_)
        | E::PermitNotApplicable(_) => Heading::Intake,
        E::TermOverrun(_) | E::ToleranceLapsed(_) | E::PrerequisiteFellAway(_) => Heading::Lateness,
        E::HandoffOffered(_) | E::HandoffReceived(_) | E::HandoffReturned(_) | E::HandoffWithdrawn(_) => {
            Heading::Handoffs
        }
        E::ToleranceProposed(_)
        | E::DeficiencyTolerated(_)
        | E::SupplementReceived(_)
        | E::SupplementVerified(_)
        | E::SupplementRejected(_)
        | E::SupplementDeadlineMoved(_) => Heading::Tolerances,
        E::ClockSuspended(_)
        | E::ClockResumed(_)
        | E::SuspensionTermEnded(_)
        | E::LimitExtended(_)
        | E::DueDateRevised(_) => Heading::Clocks,
        event if super::event_permit(event).is_none() => Heading::Matter,
        _ => Heading::Other,
    }
}
