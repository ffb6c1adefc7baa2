//! A round of a permit: one application with its own clock and its own one-time notice.

use super::{
    clock::{LimitClock, PermitClock},
    opinion::{Opinion, ReusedMaterial},
    parts::{DueDay, Handed, Notice, officer},
    requirement::Tolerance,
};
use crate::graphql::{
    matter::{
        enums::{AcceptanceManner, Ground, RoundPhase},
        types::View,
    },
    node_id::NodeId,
    scalars::{Date, LegalText, PaperHash, Requirement},
};
use async_graphql::{ID, SimpleObject};
use om_domain::{
    ids::EventId,
    matter::{
        plan::PlannedPermit,
        state::{self, Clocks},
    },
};
use std::sync::Arc;

/// The one-time correction notice (一次性告知补正) and what came of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Correction {
    /// The entry, `event:…/…`.
    pub entry: ID,
    /// What it listed; nothing else can be demanded (行政许可法 32).
    pub listed: Vec<Requirement>,
    /// The notice.
    pub notice: Notice,
    /// The day the corrected file was received; none until then.
    pub received_on: Option<Date>,
    /// The entry of that receipt, `event:…/…`.
    pub received_entry: Option<ID>,
}

/// Acceptance (受理).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Acceptance {
    /// The entry, `event:…/…`.
    pub entry: ID,
    /// The day it took effect; for a deemed one the day of receipt.
    pub on: Date,
    /// How.
    pub manner: AcceptanceManner,
    /// The handling officer, `officer:…`; none if deemed.
    pub by: Option<ID>,
    /// The notice of acceptance; none if deemed.
    pub notice: Option<Notice>,
}

/// A stretch of days excluded from both limits (特别程序, 行政许可法 45).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Suspension {
    /// The entry that recorded it, `event:…/…`.
    pub entry: ID,
    /// The entry that recorded the resumption, `event:…/…`; none while open or ended by time.
    pub resumed_entry: Option<ID>,
    /// What the time is needed for.
    pub ground: Ground,
    /// The first excluded day.
    pub from: Date,
    /// The last excluded day; none while open, and where it was resumed on its first day, so that no day is excluded.
    pub until: Option<Date>,
    /// The day from which days count again; none while open.
    pub resumed_on: Option<Date>,
    /// The last day that the written notice told.
    pub told_until: Date,
    /// The notice's number.
    pub notice: String,
}

/// A check of substance (实地核查).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Check {
    /// The day.
    pub on: Date,
    /// The officers, at least two (行政许可法 34), `officer:…`.
    pub officers: Vec<ID>,
    /// The finding.
    pub finding: LegalText,
    /// Whether the conditions were met.
    pub passed: bool,
}

/// A hearing (听证, 行政许可法 46-48).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Hearing {
    /// Last day to hold it.
    pub hold_by: DueDay,
    /// The day it was held.
    pub held_on: Option<Date>,
    /// The record of the hearing.
    pub record: Option<PaperHash>,
}

/// The decision (审批决定).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Decision {
    /// The entry, `event:…/…`.
    pub entry: ID,
    /// The day.
    pub on: Date,
    /// Who decided, `officer:…`.
    pub by: ID,
    /// Approved or denied.
    pub approved: bool,
    /// The document (决定书).
    pub notice: Notice,
    /// Conditions of an approval, or the reasons of a denial.
    pub text: Option<LegalText>,
    /// Last day to deliver the certificate (行政许可法 44); none where none is issued.
    pub delivery_due: Option<DueDay>,
}

/// The certificate (证照).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Certificate {
    /// The entry, `event:…/…`.
    pub entry: ID,
    /// The day it was issued.
    pub on: Date,
    /// The document.
    pub document: Notice,
    /// Valid until, where it expires; none also while a deemed renewal's term is not recorded.
    pub valid_until: Option<Date>,
    /// Deemed renewed (视为准予延续, 行政许可法 50) from this day on, and the department has not recorded for how long; it does
    /// so by granting the renewal, for no less than the former term.
    pub renewal_deemed_from: Option<Date>,
    /// The day an unanswered renewal was asked for.
    pub renewal_asked: Option<Date>,
}

/// One round of a permit.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Round {
    /// Its number, from 1.
    pub number: u16,
    /// The entry that recorded the receipt, `event:…/…`.
    pub entry: ID,
    /// The day the file was received.
    pub received_on: Date,
    /// Who applied for the applicant, `officer:…`; may not decide.
    pub applied_by: ID,
    /// Where it stands.
    pub phase: RoundPhase,
    /// What was handed in.
    #[graphql(complexity = "10 * child_complexity")]
    pub materials: Vec<Handed>,
    /// Number of the receipt of the package it came in; none where the file came alone.
    pub package: Option<LegalText>,
    /// Materials that lie with another permit of the matter and are not asked for again.
    #[graphql(complexity = "10 * child_complexity")]
    pub reused: Vec<ReusedMaterial>,
    /// Opinions asked for and given (征求意见), by department.
    #[graphql(complexity = "5 * child_complexity")]
    pub opinions: Vec<Opinion>,
    /// Last day of the term of intake: silence beyond it deems the file accepted (行政许可法 32).
    pub intake_due: DueDay,
    /// The one-time correction notice.
    pub correction: Option<Correction>,
    /// How it was accepted.
    pub acceptance: Option<Acceptance>,
    /// Last day of a pre-review's internal term (mode 3).
    pub pre_review_due: Option<DueDay>,
    /// Its clock, read at the moment of the matter; none until started.
    pub clock: Option<PermitClock>,
    /// Stretches excluded from both limits.
    #[graphql(complexity = "5 * child_complexity")]
    pub suspensions: Vec<Suspension>,
    /// Tolerated deficiencies.
    #[graphql(complexity = "10 * child_complexity")]
    pub tolerances: Vec<Tolerance>,
    /// Checks of substance.
    #[graphql(complexity = "5 * child_complexity")]
    pub checks: Vec<Check>,
    /// A hearing.
    pub hearing: Option<Hearing>,
    /// The decision.
    pub decision: Option<Decision>,
    /// The certificate.
    pub certificate: Option<Certificate>,
    /// The day it ended otherwise than by a decision.
    pub ended_on: Option<Date>,
    /// Why it ended so.
    pub ended_reason: Option<LegalText>,
}

impl Round {
    pub(super) fn of(view: &Arc<View>, planned: &PlannedPermit, round: &state::Round) -> Self {
        let event = |id: &EventId| NodeId::Event(view.id, *id).id();
        let today = view.today();
        let clocks = round.clocks.as_ref();
        let judged_on = round.decision.as_ref().map_or(today, |decision| decision.on.min(today));
        let of = (&planned.code, round.number);
        let opinion = |(body, asked)| Opinion::of(view, of, body, asked, judged_on);
        Round {
            number: round.number,
            entry: event(&round.entry),
            received_on: round.received_on.into(),
            applied_by: officer(&round.applied_by),
            phase: round.phase.into(),
            materials: round.materials.values().map(Into::into).collect(),
            package: view.state.package_of(&planned.code, round.number).cloned().map(Into::into),
            reused: round.lies.reused().map(Into::into).collect(),
            opinions: round.opinions.all().map(opinion).collect(),
            intake_due: (&round.intake_due).into(),
            correction: round.correction.as_ref().map(|c| Correction {
                entry: event(&c.entry),
                listed: c.listed.iter().cloned().map(Into::into).collect(),
                notice: (&c.notice).into(),
                received_on: c.received.as_ref().map(|(_, on)| (*on).into()),
                received_entry: c.received.as_ref().map(|(entry, _)| event(entry)),
            }),
            acceptance: round.accepted.as_ref().map(|a| Acceptance {
                entry: event(&a.entry),
                on: a.on.into(),
                manner: a.manner.into(),
                by: a.by.as_ref().map(officer),
                notice: a.notice.as_ref().map(Into::into),
            }),
            pre_review_due: round.pre_review.as_ref().map(|p| (&p.due).into()),
            clock: clocks.map(|clocks| clock(view, planned, clocks)),
            suspensions: clocks.map(|clocks| suspensions(clocks, event)).unwrap_or_default(),
            tolerances: Tolerance::of(view.id, round, today).collect(),
            checks: round.checks.iter().map(Into::into).collect(),
            hearing: round.hearing.as_ref().map(Into::into),
            decision: round.decision.as_ref().map(|d| decision(d, event(&d.entry))),
            certificate: round.certificate.as_ref().map(|c| Certificate {
                entry: event(&c.entry),
                on: c.on.into(),
                document: (&c.document).into(),
                valid_until: c.valid_until.map(Into::into),
                renewal_deemed_from: c.deemed_from.map(Into::into),
                renewal_asked: c.renewal_asked.map(Into::into),
            }),
            ended_on: round.ended.as_ref().map(|e| e.on.into()),
            ended_reason: round.ended.as_ref().map(|e| e.reason.clone().into()),
        }
    }
}

fn clock(view: &View, planned: &PlannedPermit, clocks: &Clocks) -> PermitClock {
    let read = |c: om_domain::clock::Clock| LimitClock::of(c, &view.calendar, view.today());
    PermitClock {
        statutory: clocks.statutory(planned).map(read),
        promised: clocks.promised(planned).map(read),
    }
}

fn suspensions(clocks: &Clocks, event: impl Fn(&EventId) -> ID) -> Vec<Suspension> {
    let one = |excluded: &state::Excluded| {
        let s = &excluded.suspension;
        Suspension {
            entry: event(&excluded.entry),
            resumed_entry: excluded.resumed.as_ref().map(&event),
            ground: s.ground.into(),
            from: s.from.into(),
            until: s.last_excluded().map(Into::into),
            resumed_on: s.resumed_on().map(Into::into),
            told_until: s.told_until.into(),
            notice: s.notice.clone(),
        }
    };
    clocks.suspensions.iter().map(one).collect()
}

impl From<&state::Check> for Check {
    fn from(c: &state::Check) -> Self {
        Check {
            on: c.on.into(),
            officers: c.officers.iter().map(officer).collect(),
            finding: c.finding.clone().into(),
            passed: c.passed,
        }
    }
}

impl From<&state::Hearing> for Hearing {
    fn from(h: &state::Hearing) -> Self {
        Hearing {
            hold_by: (&h.hold_by).into(),
            held_on: h.held.as_ref().map(|(on, _)| (*on).into()),
            record: h.held.as_ref().map(|(_, record)| record.clone().into()),
        }
    }
}

fn decision(d: &state::Decision, entry: ID) -> Decision {
    Decision {
        entry,
        on: d.on.into(),
        by: officer(&d.by),
        approved: d.approved,
        notice: (&d.notice).into(),
        text: d.text.clone().map(Into::into),
        delivery_due: d.delivery_due.as_ref().map(Into::into),
    }
}
