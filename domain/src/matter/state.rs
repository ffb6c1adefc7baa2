//! The state of a matter: what the fold of its stream is.
//!
//! Invariants: what is kept is what a rule or a screen asks for; due dates stand as their events fixed them (R20);
//! a fact of one permit changes that permit only, so facts of different permits may change places.
//! Deliberately absent: the calendar; nothing here is computed from it.

mod parts;
mod phase;

pub use parts::{Certificate, Check, Custody, Debt, Decision, Hearing, Offer, Tolerance};
pub use phase::Phase;

use super::{
    card::Card,
    dates::Dated,
    event::{DueOn, Dues, Handed, Notice, ProjectFacts, TaskForce, Term},
    opinion::Consultations,
    order::Order,
    package::Package,
    plan::{Mode, Plan, PlannedPermit, Reaches, RequirementId, Settings},
    reuse::Lies,
};
use crate::{
    access::Parties,
    calendar::Calendar,
    clock::{Clock, Due, Extension, Ground, Suspension},
    decider::Actor,
    ids::{BodyId, EventId, LegalText, MaterialCode, MilestoneCode, OfficerId, PermitCode},
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matter {
    /// Where it is in its life.
    pub phase: Phase,
    /// The project.
    pub project: Option<ProjectFacts>,
    /// The task force.
    pub task_force: Option<TaskForce>,
    /// The plan.
    pub plan: Option<Arc<Plan>>,
    /// What has happened to each permit of the plan.
    pub permits: BTreeMap<PermitCode, Permit>,
    /// Packages received at the window, by the number of their receipt.
    pub packages: BTreeMap<LegalText, Package>,
    /// Milestones reached, and when.
    pub milestones: BTreeMap<MilestoneCode, Date>,
    /// Milestones that have a date, and what has happened to it (R14).
    pub dates: BTreeMap<MilestoneCode, Dated>,
    /// The day work on it began.
    pub started_on: Option<Date>,
    /// The day it was completed or given up.
    pub ended_on: Option<Date>,
    /// Who takes part, or ever did.
    pub parties: Parties,
    /// Permits that an amendment put into the plan, which the template did not have.
    pub(super) added: BTreeSet<PermitCode>,
    /// Permits that an amendment dropped, as they stood then: what is put back is compared with it.
    pub(super) dropped: BTreeMap<PermitCode, PlannedPermit>,
    /// The last day each part was touched on, for back-filling.
    pub(super) order: Order,
}

/// What has happened to one permit.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    /// Its rounds; the last is the current one.
    pub rounds: Vec<Round>,
    /// Who has it.
    pub custody: Custody,
    /// Why it does not apply, if so.
    pub not_applicable: Option<LegalText>,
    /// Since when it does not.
    pub not_applicable_on: Option<Date>,
    /// Tolerance proposed by the lead, by requirement.
    pub proposals: BTreeMap<RequirementId, Mode>,
    /// Prerequisites that fell away after it had passed their gate, each with the day they did.
    pub fell_away: BTreeSet<(RequirementId, Date)>,
    /// Debts for which revocation was proposed, each with the day it lapsed: a later round's debt is another one.
    pub revocation_proposed: BTreeSet<(RequirementId, Date)>,
    /// What the department decided to leave as it is although revocation was proposed, each with the day.
    pub(super) revocation_declined: BTreeSet<(RequirementId, Date)>,
    /// Falls of a prerequisite that a person judged, each with the day.
    pub(super) judged: BTreeSet<(RequirementId, Date)>,
    /// Fallen prerequisites that stand again, each with the day.
    pub(super) stand_again: BTreeSet<(RequirementId, Date)>,
    /// Its cards (R13), by number.
    pub cards: BTreeMap<u16, Card>,
}

impl Matter {
    /// The grace beyond which a late entry shows as back-filled (R16), in working days: the plan's, before it is planned
    /// the usual one.
    pub fn backfill_grace_days(&self) -> i32 {
        let usual = || Settings::default().backfill_grace_days;
        i32::from(self.plan.as_ref().map_or_else(usual, |plan| plan.settings.backfill_grace_days))
    }
}

impl Permit {
    /// A permit of the plan to which nothing has happened; its lead department has custody.
    pub fn planned(lead: BodyId) -> Self {
        Permit {
            rounds: Vec::new(),
            custody: Custody {
                holder: lead,
                offer: None,
                spans: Vec::new(),
                overdue: BTreeSet::new(),
                answered: BTreeSet::new(),
            },
            not_applicable: None,
            not_applicable_on: None,
            proposals: BTreeMap::new(),
            fell_away: BTreeSet::new(),
            revocation_proposed: BTreeSet::new(),
            revocation_declined: BTreeSet::new(),
            judged: BTreeSet::new(),
            stand_again: BTreeSet::new(),
            cards: BTreeMap::new(),
        }
    }

    /// The number of its next card.
    pub(super) fn next_card(&self) -> u16 {
        self.cards.last_key_value().map_or(1, |(last, _)| last.saturating_add(1))
    }

    /// Cards of which something is still to come.
    pub fn open_cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values().filter(|card| !card.standing.is_closed())
    }

    /// The current round.
    pub fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// The day on which this prerequisite last fell away, if it ever did.
    pub(super) fn last_fall(&self, requirement: &RequirementId) -> Option<Date> {
        last_of(&self.fell_away, requirement)
    }

    /// Whether the last fall of this prerequisite was judged.
    pub(super) fn is_judged(&self, requirement: &RequirementId) -> bool {
        last_of(&self.judged, requirement) >= self.last_fall(requirement)
    }

    /// Whether nothing of a fall of this prerequisite waits: it was judged, or stands again.
    pub fn is_fall_closed(&self, requirement: &RequirementId) -> bool {
        self.is_judged(requirement) || last_of(&self.stand_again, requirement) >= self.last_fall(requirement)
    }

    /// Whether the department decided, since that day, not to revoke because of this debt.
    pub(super) fn declined_since(&self, requirement: &RequirementId, lapsed_on: Date) -> bool {
        last_of(&self.revocation_declined, requirement).is_some_and(|on| on >= lapsed_on)
    }

    /// Debts of the current round for which revocation is proposed and not decided, each with the day it lapsed.
    pub fn open_revocations(&self) -> impl Iterator<Item = (&RequirementId, Date)> {
        let round = self.round().filter(|round| !round.phase.allows_new_round());
        let debts = round.into_iter().flat_map(|round| &round.tolerances);
        debts.map(|(id, debt)| (id, debt.changed_on)).filter(|(id, lapsed_on)| {
            self.revocation_proposed.contains(&((*id).clone(), *lapsed_on))
                && !self.declined_since(id, *lapsed_on)
        })
    }

    /// Where it stands, as one word.
    pub fn status(&self) -> Status {
        if self.not_applicable.is_some() {
            return Status::NotApplicable;
        }
        self.round().map_or(Status::Planned, |round| match round.phase {
            RoundPhase::InReview if round.is_stopped() => Status::ClockStopped,
            phase => Status::In(phase),
        })
    }

    /// Whether it has come so far; what ended badly has not.
    pub fn has_reached(&self, reaches: Reaches, certificate: bool) -> bool {
        let Some(round) = self.round() else { return false };
        let accepted = round.accepted.is_some();
        match (reaches, round.phase) {
            (_, RoundPhase::Issued) => true,
            (Reaches::Issued, RoundPhase::Approved) => !certificate,
            (Reaches::Accepted | Reaches::Approved, RoundPhase::Approved) => true,
            (Reaches::Accepted, RoundPhase::InReview | RoundPhase::PreReview) => accepted,
            _ => false,
        }
    }

    /// Whether nothing more is to come: issued, approved where nothing is issued, or not applicable.
    pub fn is_done(&self, certificate: bool) -> bool {
        self.not_applicable.is_some() || self.has_reached(Reaches::Issued, certificate)
    }
}

/// The last day on which this was noted of the requirement.
fn last_of(days: &BTreeSet<(RequirementId, Date)>, requirement: &RequirementId) -> Option<Date> {
    days.iter().filter(|(id, _)| id == requirement).map(|(_, on)| *on).max()
}

/// Where a permit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// In the plan only.
    Planned,
    /// In a round.
    In(RoundPhase),
    /// In review with its clock stopped (R6).
    ClockStopped,
    /// Does not apply to this matter.
    NotApplicable,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundPhase {
    /// The file, or the corrected file, lies with the department.
    Received,
    /// The one-time notice was served.
    AwaitingCorrection,
    /// Accepted for pre-review; the statutory clock waits for a prerequisite (mode 3).
    PreReview,
    /// Accepted, the clock runs or is stopped.
    InReview,
    /// Approved.
    Approved,
    /// Certificate issued.
    Issued,
    /// Denied.
    Denied,
    /// Not accepted.
    NotAccepted,
    /// Withdrawn.
    Withdrawn,
    /// Lapsed.
    Lapsed,
    /// Revoked.
    Revoked,
}

impl RoundPhase {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        use RoundPhase::*;
        match self {
            Received => "已收件待受理",
            AwaitingCorrection => "待补正",
            PreReview => "容缺预审",
            InReview => "审查中",
            Approved => "已批准",
            Issued => "已发证",
            Denied => "不予许可",
            NotAccepted => "不予受理",
            Withdrawn => "已撤回",
            Lapsed => "已失效",
            Revoked => "已撤销",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        use RoundPhase::*;
        match self {
            Received => "received, not yet accepted",
            AwaitingCorrection => "waiting for the corrected file",
            PreReview => "in pre-review",
            InReview => "in review",
            Approved => "approved",
            Issued => "issued",
            Denied => "denied",
            NotAccepted => "not accepted",
            Withdrawn => "withdrawn",
            Lapsed => "lapsed",
            Revoked => "revoked",
        }
    }

    /// Whether the round has ended in a way that allows a new one.
    pub fn allows_new_round(self) -> bool {
        use RoundPhase::*;
        matches!(self, Denied | NotAccepted | Withdrawn | Lapsed | Revoked)
    }
}

/// One round of a permit: one application with its own clock and its own one-time notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// From 1.
    pub number: u16,
    /// The entry that recorded the receipt.
    pub entry: EventId,
    /// The day the file was received.
    pub received_on: Date,
    /// The day on which the receipt of the file, or of the corrected file, stands in the record; a correction of the
    /// receipt moves it only where the file waits for its answer again.
    pub entered_on: Date,
    /// Who applied; may not decide (R18).
    pub applied_by: OfficerId,
    /// What was handed in, by material.
    pub materials: BTreeMap<MaterialCode, Handed>,
    /// Since when each lies here, and what lies with another permit and is not asked for again.
    pub lies: Lies,
    /// Opinions asked for and given.
    pub opinions: Consultations,
    /// Where it stands.
    pub phase: RoundPhase,
    /// Last day of the term of intake (R3).
    pub intake_due: DueOn,
    /// The one-time notice and what came of it.
    pub correction: Option<CorrectionNotice>,
    /// How it was accepted.
    pub accepted: Option<Acceptance>,
    /// A pre-review (mode 3).
    pub pre_review: Option<PreReview>,
    /// The clock, once started.
    pub clocks: Option<Clocks>,
    /// Debts, by requirement.
    pub tolerances: BTreeMap<RequirementId, Tolerance>,
    /// Checks of substance.
    pub checks: Vec<Check>,
    /// A hearing.
    pub hearing: Option<Hearing>,
    /// The decision.
    pub decision: Option<Decision>,
    /// The certificate.
    pub certificate: Option<Certificate>,
    /// Terms that passed without their act, as stated, by their last day.
    pub overruns: BTreeMap<(Term, Date), DueOn>,
    /// Why it ended, where it ended otherwise than by a decision.
    pub ended: Option<Ending>,
    /// Since when it stands again, after a lapse was set aside.
    pub restored_on: Option<Date>,
}

/// How and why a round ended without a decision, or after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// The day.
    pub on: Date,
    /// The reason.
    pub reason: LegalText,
}

/// The one-time correction notice.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionNotice {
    /// The entry.
    pub entry: EventId,
    /// What it listed; nothing else can be demanded.
    pub listed: BTreeSet<RequirementId>,
    /// The notice.
    pub notice: Notice,
    /// The corrected file: the entry and the day.
    pub received: Option<(EventId, Date)>,
}

/// How a file was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Complete.
    Complete,
    /// With tolerated deficiencies (容缺受理).
    Deficient,
    /// By silence (视为受理, R3).
    Deemed,
}

/// Acceptance.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    /// The entry.
    pub entry: EventId,
    /// The day it took effect; for a deemed one the day of receipt.
    pub on: Date,
    /// How.
    pub manner: Manner,
    /// The handling officer; none if deemed.
    pub by: Option<OfficerId>,
    /// The notice of acceptance; none if deemed.
    pub notice: Option<Notice>,
}

/// A pre-review.
#[derive(Debug, Clone, PartialEq)]
pub struct PreReview {
    /// Its internal term.
    pub due: DueOn,
    /// Whether the officer confirmed the provisional opinion after the prerequisite landed.
    pub confirmed: bool,
}

/// The clocks of a round: one history of exclusions and extension, read by both limits (R4).
#[derive(Debug, Clone, PartialEq)]
pub struct Clocks {
    /// The clock's first day, not counted.
    pub from: Date,
    /// Exclusions, each with the entries that recorded its start and its end.
    pub suspensions: Vec<Excluded>,
    /// The extension, once.
    pub extension: Option<Extension>,
    /// The day of the decision, or of the round's end.
    pub ended_on: Option<Date>,
    /// Due dates as the last event fixed them.
    pub dues: Dues,
}

/// One exclusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Excluded {
    /// The entry that recorded it.
    pub entry: EventId,
    /// The entry that recorded the resumption.
    pub resumed: Option<EventId>,
    /// The day its notice was served: it excludes nothing before (R6).
    pub served_on: Date,
    /// The value.
    pub suspension: Suspension,
}

impl Clocks {
    /// A clock from this day.
    pub fn start(from: Date, dues: Dues) -> Self {
        Clocks { from, suspensions: Vec::new(), extension: None, ended_on: None, dues }
    }

    /// Whether an exclusion is open.
    pub fn is_stopped(&self) -> bool {
        self.ended_on.is_none() && self.suspensions.iter().any(|s| s.suspension.until.is_none())
    }

    /// The statutory clock; none where no law sets a limit.
    pub fn statutory(&self, planned: &PlannedPermit) -> Option<Clock> {
        planned.statutory.as_ref().map(|limit| self.clock(limit.clone(), self.extension.clone()))
    }

    /// The promised clock: the same exclusions; the extension only if the plan says so (R4).
    pub fn promised(&self, planned: &PlannedPermit) -> Option<Clock> {
        let extension = self.extension.clone().filter(|_| planned.extension_moves_promise);
        planned.promised.as_ref().map(|limit| self.clock(limit.clone(), extension))
    }

    fn clock(&self, limit: crate::clock::Limit, extension: Option<Extension>) -> Clock {
        Clock {
            limit,
            start: self.from,
            suspensions: self.suspensions.iter().map(|s| s.suspension.clone()).collect(),
            extension,
            stopped_on: self.ended_on,
        }
    }

    /// Due dates by this calendar.
    pub fn compute(&self, planned: &PlannedPermit, calendar: &Calendar) -> Dues {
        let mut dues = Dues {
            statutory: None,
            promised: None,
            statutory_left: None,
            promised_left: None,
            provisional: false,
            calendar: calendar.version().clone(),
        };
        for (clock, date, left) in [
            (self.statutory(planned), &mut dues.statutory, &mut dues.statutory_left),
            (self.promised(planned), &mut dues.promised, &mut dues.promised_left),
        ] {
            match clock.map(|c| c.due(calendar)) {
                Some(Due::On { date: on, provisional }) => {
                    *date = Some(on);
                    dues.provisional |= provisional;
                }
                Some(Due::Stopped { left: units }) => *left = Some(units),
                None => {}
            }
        }
        dues
    }

    /// Closes what is open on this ground: `until` is the last excluded day. None excludes more than its notice told;
    /// what a further notice told from then on is that one's.
    pub(super) fn close(&mut self, ground: Ground, until: Date, only_told_by: bool, entry: Option<EventId>) {
        for open in &mut self.suspensions {
            let s = &mut open.suspension;
            if s.ground == ground && s.until.is_none() && !(only_told_by && s.told_until > until) {
                s.until = Some(until.min(s.told_until));
                open.resumed = entry;
            }
        }
    }
}

impl Round {
    /// Whether the clock stands still.
    pub fn is_stopped(&self) -> bool {
        self.clocks.as_ref().is_some_and(Clocks::is_stopped)
    }

    /// The day from which the clock counts if the file as it lies is accepted: receipt of the complete file (R3).
    pub fn complete_on(&self) -> Date {
        self.correction.as_ref().and_then(|c| c.received.as_ref()).map_or(self.received_on, |(_, on)| *on)
    }

    /// Whether its certificate is past its term on a day, with no renewal asked for, granted or deemed granted.
    pub fn has_expired(&self, day: Date) -> bool {
        let certificate = self.certificate.as_ref().filter(|_| self.phase == RoundPhase::Issued);
        certificate
            .is_some_and(|c| c.renewal_asked.is_none() && c.valid_until.is_some_and(|until| until < day))
    }

    /// The live debt on this requirement.
    pub fn live_tolerance(&self, requirement: &RequirementId) -> Option<&Tolerance> {
        self.tolerances.get(requirement).filter(|t| t.debt.is_live())
    }

    /// What is still owed: nothing in a round that has ended.
    pub fn owed(&self) -> impl Iterator<Item = (&RequirementId, &Tolerance)> {
        let open = !self.phase.allows_new_round();
        self.tolerances.iter().filter(move |(_, tolerance)| open && tolerance.debt.is_live())
    }

    /// Whether this officer accepted the file or checked it.
    pub(super) fn is_handled_by(&self, by: &Actor) -> bool {
        self.accepted.as_ref().and_then(|a| a.by.as_ref()).is_some_and(|officer| by.is_one_with(officer))
            || self.checks.iter().any(|c| c.officers.iter().any(|officer| by.is_one_with(officer)))
    }

    /// Whether a deemed acceptance carries the round.
    pub fn is_deemed(&self) -> bool {
        self.accepted.as_ref().is_some_and(|a| a.manner == Manner::Deemed)
    }

    /// Terms that passed without their act and that nothing recorded later turns out to have kept (R16): no act in time, and
    /// no later day on which they end.
    pub fn standing_overruns(&self) -> impl Iterator<Item = (Term, &DueOn)> {
        let kept = |(term, due): (Term, Date)| {
            self.act_of(term).is_some_and(|on| on <= due) || self.ends_on(term).is_some_and(|now| now > due)
        };
        self.overruns.iter().filter(move |(key, _)| !kept(**key)).map(|((term, _), due)| (*term, due))
    }

    /// The last day of a term as it is now; none while its clock is stopped.
    fn ends_on(&self, term: Term) -> Option<Date> {
        match term {
            Term::Intake => Some(self.intake_due.date),
            Term::Statutory => self.clocks.as_ref()?.dues.statutory,
            Term::Promised => self.clocks.as_ref()?.dues.promised,
            Term::PreReview => self.pre_review.as_ref().map(|p| p.due.date),
            Term::Hearing => self.hearing.as_ref().map(|h| h.hold_by.date),
            Term::Delivery => self.decision.as_ref()?.delivery_due.as_ref().map(|due| due.date),
        }
    }

    /// The day of the act that a term asks for, or of the round's end that made it needless.
    pub(super) fn act_of(&self, term: Term) -> Option<Date> {
        let ended = self.decision.as_ref().map(|d| d.on).or(self.ended.as_ref().map(|e| e.on));
        match term {
            Term::Intake => {
                let noticed = self.correction.as_ref().map(|c| c.notice.served_on);
                self.accepted.as_ref().map(|a| a.on).or(noticed).or(ended)
            }
            Term::Statutory | Term::Promised => ended,
            Term::PreReview => self.clocks.as_ref().map(|c| c.from).or(ended),
            Term::Hearing => self.hearing.as_ref().and_then(|h| h.held.as_ref()).map(|(on, _)| *on).or(ended),
            Term::Delivery => self.certificate.as_ref().map(|c| c.on).or(self.ended.as_ref().map(|e| e.on)),
        }
    }

    pub(super) fn end(&mut self, phase: RoundPhase, on: Date, reason: Option<LegalText>) {
        self.phase = phase;
        if let Some(clocks) = &mut self.clocks {
            clocks.ended_on.get_or_insert(on);
        }
        if let Some(reason) = reason {
            self.ended = Some(Ending { on, reason });
        }
    }
}
