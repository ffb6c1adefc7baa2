//! The rounds of one permit, as far as they are measured.
//!
//! Invariants: total; nothing is computed but which stretch of days a stop covered; a later correction of an entry reaches
//! the round it belongs to only while that is the permit's last one, as the domain allows no other.

use crate::life::ClockDues;
use jiff::{ToSpan, civil::Date};
use om_domain::{
    clock::Ground,
    decider::Recorded,
    ids::{BodyId, EventId, LegalText, PermitCode},
    matter::{
        MatterEvent as E,
        event::{Correction, EntryCorrected, IntakeAnswer, OpinionGiven, OpinionRequestWithdrawn, Term},
        moved_start,
        plan::{Nature, PlannedPermit, RequirementId},
    },
};
use serde::{Deserialize, Serialize};

/// A permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// The department that decides it.
    pub lead: BodyId,
    /// Its name, by which permits of several matters are one kind.
    pub name: LegalText,
    /// What kind of act it is.
    pub nature: Nature,
    /// The body that has custody.
    pub custodian: BodyId,
    /// Its rounds; the last is the current one.
    pub rounds: Vec<RoundTrack>,
    /// Terms stated to have run out, handoffs and opinions not answered in time.
    pub overruns: Vec<OverrunOf>,
    /// Deficiencies tolerated.
    pub tolerances: Vec<ToleranceTrack>,
}

/// A round.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTrack {
    /// Its number, from 1.
    pub number: u16,
    /// Entries of receipt: of the file, and of the corrected file.
    pub receipts: Vec<EventId>,
    /// The day of receipt.
    pub received_on: Option<Date>,
    /// The day the corrected file was received.
    pub corrected_on: Option<Date>,
    /// The day the file was answered: accepted or noticed.
    pub answered_on: Option<Date>,
    /// Whether the clock waited for a prerequisite (pre-review).
    pub pre_review: bool,
    /// The clock's first day, not counted itself.
    pub clock_from: Option<Date>,
    /// Due dates of the clock as last fixed.
    pub dues: Option<ClockDues>,
    /// What was excluded from it.
    pub stops: Vec<StopTrack>,
    /// The day a hearing was held.
    pub heard_on: Option<Date>,
    /// The day of the decision and whether it was an approval.
    pub decided: Option<(Date, bool)>,
    /// The day the certificate was issued.
    pub issued_on: Option<Date>,
    /// The day the round ended with nothing decided.
    pub ended_on: Option<Date>,
}

/// A stretch excluded from the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopTrack {
    /// The entry that stopped it.
    pub entry: EventId,
    /// The entry that let it run again.
    pub ended_by: Option<EventId>,
    /// On which ground.
    pub ground: Ground,
    /// First day excluded.
    pub from: Date,
    /// Last day excluded; before `from` where none was.
    pub until: Option<Date>,
    /// The last day its notice told.
    pub told_until: Date,
}

/// Something stated to have run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrunOf {
    /// Against whom.
    pub body: BodyId,
    /// The day it was stated for.
    pub on: Date,
    /// The last day it had.
    pub due: Date,
    /// The term and its round; none where an answer to a handoff or an opinion did not come.
    pub term: Option<(Term, u16)>,
    /// Whether it is an opinion.
    pub opinion: bool,
}

/// A deficiency tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToleranceTrack {
    /// The round.
    pub round: u16,
    /// What is owed.
    pub requirement: RequirementId,
    /// The day it was tolerated.
    pub on: Date,
    /// The day it was paid, while that stands.
    pub paid_on: Option<Date>,
    /// The day its deadline was stated to have passed, while that stands.
    pub lapsed_on: Option<Date>,
}

impl Track {
    fn planned(permit: &PlannedPermit) -> Self {
        Track {
            lead: permit.lead.clone(),
            name: permit.name.clone(),
            nature: permit.nature,
            custodian: permit.lead.clone(),
            rounds: Vec::new(),
            overruns: Vec::new(),
            tolerances: Vec::new(),
        }
    }

    /// The permit after a fact; none where the plan has no such permit.
    pub(super) fn evolve(track: Option<Track>, code: &PermitCode, fact: &Recorded<E>) -> Option<Track> {
        match &fact.event {
            E::MatterPlanned(e) => e.plan.permits.iter().find(|p| p.code == *code).map(Track::planned),
            E::PlanAmended(e) => {
                let put = e.put.iter().find(|p| p.code == *code)?;
                Some(match track {
                    Some(track) if !e.drop.contains(code) => {
                        let (lead, name) = (put.lead.clone(), put.name.clone());
                        let moved = track.rounds.is_empty() && track.custodian == track.lead;
                        let custodian = if moved { lead.clone() } else { track.custodian };
                        Track { lead, name, nature: put.nature, custodian, ..track }
                    }
                    _ => Track::planned(put),
                })
            }
            event => track.map(|mut track| {
                track.fold(event, fact);
                track
            }),
        }
    }

    fn fold(&mut self, event: &E, fact: &Recorded<E>) {
        self.custody(event);
        self.late(event, fact.effective.day());
        self.tolerance(event, fact.effective.day());
        if let E::PermitSubmitted(e) = event {
            self.custodian = self.lead.clone();
            self.rounds.push(RoundTrack {
                number: e.round,
                receipts: vec![fact.id],
                received_on: Some(e.received_on),
                ..RoundTrack::default()
            });
        } else if let Some(round) = self.rounds.last_mut() {
            round.course(event, fact);
            round.clock(event, fact);
        }
    }

    fn custody(&mut self, event: &E) {
        match event {
            E::HandoffReceived(e) => self.custodian = e.to.clone(),
            E::CustodyRecalled(e) => self.custodian = e.to.clone(),
            _ => {}
        }
    }

    fn late(&mut self, event: &E, on: Date) {
        let (body, due, term, opinion) = match event {
            E::TermOverrun(e) => {
                let whose = if e.term == Term::Delivery { &self.lead } else { &self.custodian };
                (whose.clone(), e.due.date, Some((e.term, e.round)), false)
            }
            E::HandoffOverdue(e) => (e.to.clone(), e.due.date, None, false),
            E::OpinionOverdue(e) => (e.body.clone(), e.due.date, None, true),
            event => return self.in_time(event, on),
        };
        self.overruns.push(OverrunOf { body, on, due, term, opinion });
    }

    /// An answer recorded only after it was stated not to have come in time, which it had (R16).
    fn in_time(&mut self, event: &E, on: Date) {
        let late = |overrun: &OverrunOf| overrun.term.is_some() || overrun.due < on;
        match event {
            E::HandoffReceived(_)
            | E::HandoffReturned(_)
            | E::HandoffWithdrawn(_)
            | E::CustodyRecalled(_) => self.overruns.retain(|o| o.opinion || late(o)),
            E::OpinionGiven(OpinionGiven { body, .. })
            | E::OpinionRequestWithdrawn(OpinionRequestWithdrawn { body, .. }) => {
                self.overruns.retain(|o| !o.opinion || o.body != *body || late(o));
            }
            _ => {}
        }
    }

    fn tolerance(&mut self, event: &E, on: Date) {
        let number = self.rounds.last().map_or(1, |round| round.number);
        let mut of = |requirement: &RequirementId, change: &dyn Fn(&mut ToleranceTrack)| {
            let is = |t: &&mut ToleranceTrack| t.round == number && t.requirement == *requirement;
            self.tolerances.iter_mut().rfind(is).into_iter().for_each(change);
        };
        match event {
            E::DeficiencyTolerated(e) => self.tolerances.push(ToleranceTrack {
                round: number,
                requirement: e.requirement.clone(),
                on,
                paid_on: None,
                lapsed_on: None,
            }),
            E::SupplementVerified(e) => of(&e.requirement, &|t| t.paid_on = Some(on)),
            E::PrerequisiteLanded(e) => of(&e.requirement, &|t| t.paid_on = Some(on)),
            E::ToleranceLapsed(e) => of(&e.requirement, &|t| t.lapsed_on = Some(on)),
            E::LapseSetAside(e) => of(&e.requirement, &|t| t.lapsed_on = None),
            _ => {}
        }
    }

    /// The first and the last day of what a report counts: decisions, what ran out, tolerances. None where it counts nothing.
    pub(super) fn counted(&self) -> Option<(Date, Date)> {
        let decided = self.rounds.iter().filter_map(|round| round.decided.map(|(on, _)| on));
        let ran_out = self.overruns.iter().map(|overrun| overrun.on);
        let days: Vec<Date> = decided.chain(ran_out).chain(self.tolerances.iter().map(|t| t.on)).collect();
        days.iter().min().copied().zip(days.iter().max().copied())
    }

    /// Whether what was stated to have run out still stands: nothing recorded later shows that the term was kept, or that the
    /// limit ends later (R16).
    pub fn stands(&self, overrun: &OverrunOf) -> bool {
        let Some((term, number)) = overrun.term else { return true };
        let Some(round) = self.rounds.iter().find(|round| round.number == number) else { return true };
        let kept = round.act_of(term).is_some_and(|on| on <= overrun.due);
        !kept && round.ends_on(term).is_none_or(|now| now <= overrun.due)
    }
}

impl RoundTrack {
    fn course(&mut self, event: &E, fact: &Recorded<E>) {
        let day = fact.effective.day();
        match event {
            E::CorrectionNoticed(e) => self.answered_on = Some(e.notice.served_on),
            E::CorrectionReceived(e) => {
                self.receipts.push(fact.id);
                self.corrected_on = Some(e.received_on);
                self.answered_on = None;
            }
            E::PermitAccepted(e) => {
                self.answered_on = Some(day);
                self.pre_review = e.pre_review_due.is_some();
            }
            E::PermitDeemedAccepted(_) => self.answered_on = Some(day),
            E::DeemedAcceptanceSetAside(e) => self.answered_on = Some(e.notice.served_on),
            E::IntakeReopened(_) => self.answered_on = None,
            E::HearingHeld(_) => self.heard_on = Some(day),
            E::PermitApproved(_) => self.decided = Some((day, true)),
            E::PermitDenied(_) => self.decided = Some((day, false)),
            E::CertificateIssued(_) => self.issued_on = Some(day),
            E::PermitNotAccepted(_) => {
                self.answered_on = Some(day);
                self.ended_on = Some(day);
            }
            E::PermitLapsed(_) | E::PermitWithdrawn(_) | E::PermitNotApplicable(_) => {
                self.ended_on = Some(day);
            }
            E::LapseSetAside(_) => self.ended_on = None,
            _ => {}
        }
    }

    fn clock(&mut self, event: &E, fact: &Recorded<E>) {
        match event {
            E::PermitAccepted(e) => {
                self.clock_from = e.clock_from;
                self.dues = e.dues.as_ref().map(ClockDues::from);
            }
            E::PermitDeemedAccepted(e) => {
                self.clock_from = Some(e.clock_from);
                self.dues = Some(ClockDues::from(&e.dues));
            }
            E::DeemedAcceptanceSetAside(_) => self.never_ran(),
            E::IntakeReopened(e) if e.fell_away == IntakeAnswer::DeemedAcceptance => self.never_ran(),
            E::PrerequisiteLanded(e) => {
                if let Some(clock) = &e.clock {
                    self.clock_from = Some(clock.from);
                    self.dues = Some(ClockDues::from(&clock.dues));
                }
            }
            E::ClockSuspended(e) => {
                self.dues = Some(ClockDues::from(&e.dues));
                self.stops.push(StopTrack {
                    entry: fact.id,
                    ended_by: None,
                    ground: e.ground,
                    from: e.from,
                    until: None,
                    told_until: e.told_until,
                });
            }
            E::ClockResumed(e) => {
                self.dues = Some(ClockDues::from(&e.dues));
                let until = e.on.saturating_sub(1.day());
                let open = self.stops.iter_mut().filter(|s| s.ground == e.ground && s.until.is_none());
                open.for_each(|stop| (stop.until, stop.ended_by) = (Some(until), Some(fact.id)));
            }
            E::SuspensionTermEnded(e) => {
                self.dues = Some(ClockDues::from(&e.dues));
                let ended = |s: &&mut StopTrack| {
                    s.ground == e.ground && s.until.is_none() && s.told_until <= e.told_until
                };
                self.stops.iter_mut().filter(ended).for_each(|stop| stop.until = Some(e.told_until));
            }
            E::LimitExtended(e) => self.dues = Some(ClockDues::from(&e.dues)),
            E::DueDateRevised(e) => {
                if let Some(dues) = &e.new {
                    self.dues = Some(ClockDues::from(dues));
                }
            }
            E::EntryCorrected(e) => self.correct(e),
            _ => {}
        }
    }

    fn never_ran(&mut self) {
        self.clock_from = None;
        self.dues = None;
        self.stops.clear();
    }

    fn correct(&mut self, e: &EntryCorrected) {
        if let Some(dues) = &e.dues {
            self.dues = Some(ClockDues::from(dues));
        }
        match &e.correction {
            Correction::ReceivedOn { new, .. } => {
                let before = self.corrected_on.or(self.received_on);
                match self.receipts.iter().position(|entry| *entry == e.entry) {
                    Some(0) => self.received_on = Some(*new),
                    Some(_) => self.corrected_on = Some(*new),
                    None => return,
                }
                let complete = self.corrected_on.or(self.received_on);
                if let (Some(from), Some(before), Some(complete)) = (self.clock_from, before, complete)
                    && !self.pre_review
                {
                    self.clock_from = Some(moved_start(from, before, complete));
                }
            }
            Correction::SuspendedFrom { new, .. } => {
                self.stops.iter_mut().filter(|s| s.entry == e.entry).for_each(|stop| stop.from = *new);
            }
            Correction::ResumedOn { new, .. } => {
                let ended = |s: &&mut StopTrack| s.ended_by == Some(e.entry);
                let until = new.saturating_sub(1.day());
                self.stops.iter_mut().filter(ended).for_each(|stop| stop.until = Some(until));
            }
            Correction::DocumentNumber { .. } => {}
        }
    }

    /// The last day of a limit as it is now; none of other terms, nor while the clock is stopped.
    fn ends_on(&self, term: Term) -> Option<Date> {
        match term {
            Term::Statutory => self.dues?.statutory,
            Term::Promised => self.dues?.promised,
            _ => None,
        }
    }

    /// The day of the act that a term asks for, or of the round's end that made it needless.
    fn act_of(&self, term: Term) -> Option<Date> {
        let ended = self.decided.map(|(on, _)| on).or(self.ended_on);
        match term {
            Term::Intake => self.answered_on.or(ended),
            Term::Statutory | Term::Promised => ended,
            Term::PreReview => self.clock_from.or(ended),
            Term::Hearing => self.heard_on.or(ended),
            Term::Delivery => self.issued_on.or(self.ended_on),
        }
    }
}
