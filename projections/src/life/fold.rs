//! How one fact changes a permit's life.
//!
//! Invariants: total, whatever the order of facts; what a fact says is taken as it stands, nothing is computed.
//! Deliberately absent: rules; a fact that no rule would allow today still folds.

use super::{
    Asked, BeforeLapse, CardLine, ClockDues, Debt, DebtState, DueDay, Last, Late, Life, Offer, Overrun,
    Planned, Renewal, Round, Status, Stop,
};
use jiff::civil::Date;
use om_domain::{
    calendar::beijing,
    decider::{Recorded, Role},
    ids::{BodyId, EventId},
    matter::{
        card::{Basis, CardStanding},
        event::{
            Consequence, Correction, DeficiencyTolerated, DueDateRevised, DueOn, Dues, EntryCorrected,
            IntakeAnswer, LapseSetAside, MatterEvent as E,
        },
        moved_start,
        opinion::Opinion,
        plan::RequirementId,
    },
};

impl From<&DueOn> for DueDay {
    fn from(due: &DueOn) -> Self {
        DueDay { on: due.date, provisional: due.provisional }
    }
}

impl From<&Dues> for ClockDues {
    fn from(dues: &Dues) -> Self {
        ClockDues {
            statutory: dues.statutory,
            promised: dues.promised,
            statutory_left: dues.statutory_left,
            promised_left: dues.promised_left,
            provisional: dues.provisional,
        }
    }
}

impl Life {
    /// Folds one fact of this permit that stands at `position` in the log.
    pub fn evolve(&mut self, fact: &Recorded<E>, position: u64) {
        let day = fact.effective.day();
        self.note(fact, position);
        self.custody(&fact.event, day);
        self.round.opinions(&fact.event, day);
        self.open_questions(&fact.event, day);
        self.card(fact, day);
        self.debt(fact, day);
        self.clock(fact);
        self.course(fact, day);
    }

    /// Puts what an amended plan says in the place of what the old one said.
    pub fn replan(&mut self, planned: Planned, fact: &Recorded<E>, position: u64) {
        if self.status == Status::Planned && self.custodian == self.planned.lead {
            self.custodian = planned.lead.clone();
        }
        self.planned = Planned { ordinal: self.planned.ordinal, ..planned };
        self.note(fact, position);
    }

    fn note(&mut self, fact: &Recorded<E>, position: u64) {
        let effective = fact.effective.day();
        let recorded = beijing(fact.recorded);
        self.last = Last { event: fact.id, position, on: effective };
        if effective < recorded && !fact.by.is(Role::System) {
            self.late.push(Late { effective, recorded });
        }
    }

    fn card(&mut self, fact: &Recorded<E>, day: Date) {
        let (number, standing) = match &fact.event {
            E::CardIssued(e) => {
                let due = match &e.basis {
                    Basis::Rule { evidence, .. } => Some(evidence.due),
                    Basis::Hand { .. } => None,
                };
                self.cards.push(CardLine {
                    number: e.card,
                    entry: fact.id,
                    colour: e.colour,
                    subject: e.subject.clone(),
                    against: e.against.clone(),
                    by_rule: due.is_some(),
                    on: day,
                    due,
                    standing: CardStanding::Issued,
                    changed_on: day,
                    answered_on: None,
                });
                return;
            }
            E::CardAnswered(e) => (e.card, CardStanding::Answered),
            E::CardAppealed(e) => (e.card, CardStanding::Appealed),
            E::CardUpheld(e) => (e.card, CardStanding::Upheld),
            E::CardCancelled(e) => (e.card, CardStanding::Cancelled),
            E::CardCleared(e) => (e.card, CardStanding::Cleared),
            _ => return,
        };
        if let Some(card) = self.cards.iter_mut().find(|card| card.number == number) {
            (card.standing, card.changed_on) = (standing, day);
            if standing == CardStanding::Answered {
                card.answered_on = Some(day);
            }
        }
    }

    fn stand(&mut self, status: Status, day: Date) {
        self.status = status;
        self.since = day;
    }

    /// The round ended with nothing granted, or gave way to the next one, for which a proposal to tolerate still stands.
    fn end(&mut self, status: Status, day: Date) {
        self.stand(status, day);
        self.round.stops.clear();
        self.round.hearing = None;
        self.round.renewal = None;
        self.fell_away.clear();
        self.revocations.clear();
        if status.is_over() {
            self.proposals.clear();
        }
        for debt in self.debts.iter_mut().filter(|debt| debt.state.is_live()) {
            debt.state = DebtState::RoundEnded;
            debt.changed_on = day;
        }
    }

    /// Where the permit stands: intake, decision, certificate, end.
    fn course(&mut self, fact: &Recorded<E>, day: Date) {
        match &fact.event {
            E::PermitSubmitted(e) => {
                self.end(Status::Submitted, day);
                self.offer = None;
                self.custodian = self.planned.lead.clone();
                self.round = Round {
                    number: e.round,
                    receipts: vec![fact.id],
                    received_on: Some(e.received_on),
                    intake_due: Some(DueDay::from(&e.intake_due)),
                    ..Round::default()
                };
            }
            E::CorrectionNoticed(_) => self.stand(Status::CorrectionNoticed, day),
            E::CorrectionReceived(e) => {
                self.stand(Status::Submitted, day);
                self.round.receipts.push(fact.id);
                self.round.corrected_on = Some(e.received_on);
                self.round.intake_due = Some(DueDay::from(&e.intake_due));
            }
            E::PermitAccepted(e) => {
                self.round.pre_review_due = e.pre_review_due.as_ref().map(DueDay::from);
                let waits = self.round.pre_review_due.is_some();
                self.stand(if waits { Status::PreReview } else { Status::InReview }, day);
            }
            E::PermitDeemedAccepted(_) => {
                self.stand(Status::InReview, day);
                self.stop_or_go(day);
            }
            E::IntakeReopened(e) => {
                self.stand(Status::Submitted, day);
                self.round.reopen(e.fell_away);
            }
            E::DeemedAcceptanceSetAside(_) => self.stand(Status::CorrectionNoticed, day),
            E::PermitApproved(e) => {
                self.end_review(Status::Approved, day);
                self.round.delivery_due = e.delivery_due.as_ref().map(DueDay::from);
            }
            E::PermitDenied(_) => {
                self.end_review(Status::Denied, day);
                self.end(Status::Denied, day);
            }
            E::CertificateIssued(e) => {
                self.stand(Status::Issued, day);
                self.round.issued_on = Some(day);
                self.round.valid_until = e.valid_until;
            }
            E::PermitNotAccepted(e) => {
                self.before_lapse = e.notice.is_none().then(|| Box::new(self.before()));
                self.end(Status::NotAccepted, day);
            }
            E::PermitLapsed(_) => {
                self.before_lapse = Some(Box::new(self.before()));
                self.end(Status::Lapsed, day);
            }
            E::LapseSetAside(e) => self.stand_again(e, fact.id, day),
            E::PermitWithdrawn(_) => self.end(Status::Withdrawn, day),
            E::PermitRevoked(_) => self.end(Status::Revoked, day),
            E::PermitNotApplicable(_) => self.end(Status::NotApplicable, day),
            _ => {}
        }
    }

    fn before(&self) -> BeforeLapse {
        BeforeLapse {
            status: self.status,
            stops: self.round.stops.clone(),
            hearing: self.round.hearing,
            owed: self
                .live_debts()
                .map(|debt| (debt.requirement.clone(), debt.state, debt.changed_on))
                .collect(),
            fell_away: self.fell_away.clone(),
        }
    }

    /// The round stands where it stood before the lapse, unless another lapse ended it too.
    fn stand_again(&mut self, e: &LapseSetAside, entry: EventId, day: Date) {
        self.settle(&e.requirement, DebtState::Received, day);
        self.revocations.remove(&e.requirement);
        if let Some(due) = &e.intake_due {
            self.round.receipts.push(entry);
            self.round.corrected_on = Some(e.received_on);
            self.round.intake_due = Some(DueDay::from(due));
        }
        let round = self.round.number;
        let ends = |debt: &Debt| {
            debt.round == round
                && debt.state == DebtState::Lapsed
                && debt.consequence != Consequence::RevocationProposed
        };
        if self.debts.iter().any(ends) {
            return;
        }
        let Some(before) = self.before_lapse.take() else { return };
        self.stand(if e.intake_due.is_some() { Status::Submitted } else { before.status }, day);
        self.round.stops = before.stops;
        self.round.hearing = before.hearing;
        self.fell_away = before.fell_away;
        for (requirement, state, changed_on) in before.owed {
            if let Some(debt) = self.debt_of(&requirement).filter(|debt| debt.state == DebtState::RoundEnded)
            {
                debt.state = state;
                debt.changed_on = changed_on;
            }
        }
    }

    fn end_review(&mut self, status: Status, day: Date) {
        self.stand(status, day);
        self.round.decided_on = Some(day);
        self.round.stops.clear();
        self.round.hearing = None;
    }

    /// Who has the file.
    fn custody(&mut self, event: &E, day: Date) {
        match event {
            E::HandoffOffered(e) => {
                self.offer =
                    Some(Offer { to: e.to.clone(), on: day, answer_due: DueDay::from(&e.answer_due) });
            }
            E::HandoffReceived(e) => {
                self.offer = None;
                self.custodian = e.to.clone();
            }
            E::CustodyRecalled(e) => {
                self.offer = None;
                self.custodian = e.to.clone();
            }
            E::HandoffReturned(_) | E::HandoffWithdrawn(_) => self.offer = None,
            E::HandoffOverdue(e) => {
                let stated = (e.to.clone(), e.due.date);
                if !self.handoffs_overdue.contains(&stated) {
                    self.handoffs_overdue.push(stated);
                }
            }
            _ => {}
        }
    }

    /// What waits for a person besides the decision itself.
    fn open_questions(&mut self, event: &E, day: Date) {
        match event {
            E::ToleranceProposed(e) => {
                self.proposals.insert(e.requirement.clone(), day);
            }
            E::PrerequisiteFellAway(e) => {
                self.fell_away.insert(e.requirement.clone(), day);
            }
            E::RevocationProposed(e) => {
                self.revocations.insert(e.requirement.clone(), day);
            }
            E::SupplementVerified(e) => {
                self.revocations.remove(&e.requirement);
            }
            E::RevocationDeclined(e) => {
                self.revocations.remove(&e.requirement);
            }
            E::FallenPrerequisiteJudged(e) => {
                self.fell_away.remove(&e.prerequisite);
            }
            E::PrerequisiteStandsAgain(e) => {
                self.fell_away.remove(&e.requirement);
            }
            E::PreReviewConfirmed(_) => self.round.pre_review_confirmed = true,
            E::HearingRequested(e) => self.round.hearing = Some((day, DueDay::from(&e.hold_by))),
            E::HearingHeld(_) => self.round.hearing = None,
            E::RenewalRequested(e) => {
                self.round.renewal = Some(Renewal { asked_on: day, expires_on: e.expires_on });
            }
            E::RenewalGranted(e) => {
                self.round.renewal = None;
                self.round.valid_until = Some(e.valid_until);
            }
            E::RenewalRefused(_) => self.round.renewal = None,
            E::RenewalDeemedGranted(_) => {
                self.round.renewal = None;
                self.round.valid_until = None;
            }
            E::TermOverrun(e) => {
                self.overruns.push(Overrun { round: e.round, term: e.term, due: e.due.date });
            }
            _ => {}
        }
    }

    /// The clock's start, stops and due dates.
    fn clock(&mut self, fact: &Recorded<E>) {
        let round = &mut self.round;
        match &fact.event {
            E::PermitAccepted(e) => {
                round.clock_from = e.clock_from;
                round.dues = e.dues.as_ref().map(ClockDues::from);
            }
            E::PermitDeemedAccepted(e) => {
                round.clock_from = Some(e.clock_from);
                round.dues = Some(ClockDues::from(&e.dues));
            }
            E::DeemedAcceptanceSetAside(_) => {
                round.clock_from = None;
                round.dues = None;
                round.stops.clear();
            }
            E::PrerequisiteLanded(e) => {
                if let Some(clock) = &e.clock {
                    round.clock_from = Some(clock.from);
                    round.dues = Some(ClockDues::from(&clock.dues));
                    self.stand(Status::InReview, fact.effective.day());
                }
            }
            E::ClockSuspended(e) => {
                round.dues = Some(ClockDues::from(&e.dues));
                round.stops.push(Stop {
                    entry: fact.id,
                    ground: e.ground,
                    from: e.from,
                    told_until: e.told_until,
                });
                self.stop_or_go(fact.effective.day());
            }
            E::ClockResumed(e) => {
                round.dues = Some(ClockDues::from(&e.dues));
                round.stops.retain(|stop| stop.ground != e.ground);
                self.stop_or_go(fact.effective.day());
            }
            E::SuspensionTermEnded(e) => {
                round.dues = Some(ClockDues::from(&e.dues));
                round.stops.retain(|stop| stop.ground != e.ground || stop.told_until > e.told_until);
                self.stop_or_go(fact.effective.day());
            }
            E::LimitExtended(e) => round.dues = Some(ClockDues::from(&e.dues)),
            E::DueDateRevised(e) => {
                round.revise(e);
                for (requirement, due) in &e.supplements {
                    self.move_debt(requirement, due);
                }
                if let (Some(due), Some(offer)) = (&e.handoff, &mut self.offer) {
                    offer.answer_due = DueDay::from(due);
                }
            }
            E::EntryCorrected(e) => {
                self.corrections = self.corrections.saturating_add(1);
                round.correct(e);
            }
            _ => {}
        }
    }

    fn stop_or_go(&mut self, day: Date) {
        let status = if self.round.stops.is_empty() { Status::InReview } else { Status::Suspended };
        if matches!(self.status, Status::InReview | Status::Suspended) && self.status != status {
            self.stand(status, day);
        }
    }

    /// What is owed.
    fn debt(&mut self, fact: &Recorded<E>, day: Date) {
        match &fact.event {
            E::DeficiencyTolerated(e) => self.owe(e, fact.id, day),
            E::SupplementReceived(e) => self.settle(&e.requirement, DebtState::Received, day),
            E::SupplementVerified(e) => self.settle(&e.requirement, DebtState::Verified, day),
            E::SupplementRejected(e) => self.settle(&e.requirement, DebtState::Rejected, day),
            E::PrerequisiteLanded(e) => self.settle(&e.requirement, DebtState::Landed, day),
            E::ToleranceLapsed(e) => self.settle(&e.requirement, DebtState::Lapsed, day),
            E::SupplementDeadlineMoved(e) => {
                self.move_debt(&e.requirement, &e.new);
                if let Some(debt) = self.debt_of(&e.requirement) {
                    debt.moved = true;
                }
            }
            _ => {}
        }
    }

    fn owe(&mut self, e: &DeficiencyTolerated, entry: EventId, day: Date) {
        self.proposals.remove(&e.requirement);
        let round = self.round.number;
        self.debts.retain(|debt| debt.round != round || debt.requirement != e.requirement);
        self.debts.push(Debt {
            round,
            requirement: e.requirement.clone(),
            mode: e.mode,
            from: e.from,
            to: e.to,
            on: day,
            entry,
            due: e.supplement_due.date,
            provisional: e.supplement_due.provisional,
            moved: false,
            consequence: e.consequence,
            form: e.form.clone(),
            commitment: e.commitment.clone(),
            state: DebtState::Open,
            changed_on: day,
        });
    }

    fn move_debt(&mut self, requirement: &RequirementId, due: &DueOn) {
        if let Some(debt) = self.debt_of(requirement) {
            debt.due = due.date;
            debt.provisional = due.provisional;
        }
    }

    fn settle(&mut self, requirement: &RequirementId, state: DebtState, day: Date) {
        if let Some(debt) = self.debt_of(requirement) {
            debt.state = state;
            debt.changed_on = day;
        }
    }

    fn debt_of(&mut self, requirement: &RequirementId) -> Option<&mut Debt> {
        let round = self.round.number;
        self.debts.iter_mut().find(|debt| debt.round == round && debt.requirement == *requirement)
    }
}

impl Round {
    /// The first day on which what stops the clock ends by what was told: of each ground its last notice counts (R6).
    pub(crate) fn stopped_until(&self) -> Option<Date> {
        let last = |stop: &Stop| {
            let same = self.stops.iter().filter(|other| other.ground == stop.ground);
            same.map(|other| other.told_until).max()
        };
        self.stops.iter().filter_map(last).min()
    }

    /// What departments were asked and whether they answered; an answer after the decision changes nothing.
    fn opinions(&mut self, event: &E, day: Date) {
        match event {
            E::OpinionRequested(e) => {
                let due = DueDay::from(&e.due);
                let asked = Asked { on: day, due, overdue: false, given_on: None, objects_since: None };
                self.opinions.extend(e.bodies.iter().map(|body| (body.clone(), asked)));
            }
            E::OpinionRequestWithdrawn(e) => {
                self.opinions.remove(&e.body);
            }
            E::OpinionDuesRevised(e) => {
                for (body, due) in &e.dues {
                    self.asked(body, |asked| asked.due = DueDay::from(due));
                }
            }
            E::OpinionOverdue(e) if e.round == self.number => {
                self.asked(&e.body, |asked| asked.overdue |= asked.due.on == e.due.date);
            }
            E::OpinionGiven(e) if !e.after_decision => self.asked(&e.body, |asked| {
                asked.given_on = Some(day);
                asked.objects_since = matches!(e.opinion, Opinion::Object { .. }).then_some(day);
            }),
            E::ObjectionTreated(e) => self.asked(&e.body, |asked| asked.objects_since = None),
            E::ObjectionWithdrawn(e) => self.asked(&e.body, |asked| asked.objects_since = None),
            _ => {}
        }
    }

    fn asked(&mut self, body: &BodyId, change: impl FnOnce(&mut Asked)) {
        if let Some(asked) = self.opinions.get_mut(body) {
            change(asked);
        }
    }

    /// The answer fell away; a clock that ran on an acceptance gives way to the deemed one's.
    fn reopen(&mut self, fell_away: IntakeAnswer) {
        match fell_away {
            IntakeAnswer::CorrectionNotice => {
                self.corrected_on = None;
                self.receipts.truncate(1);
            }
            IntakeAnswer::Acceptance => {}
            IntakeAnswer::DeemedAcceptance => {
                self.clock_from = None;
                self.dues = None;
                self.stops.clear();
            }
        }
    }

    /// What a notice moved of the round itself.
    fn revise(&mut self, e: &DueDateRevised) {
        if let Some(dues) = &e.new {
            self.dues = Some(ClockDues::from(dues));
        }
        if let Some(intake) = &e.intake {
            self.intake_due = Some(DueDay::from(intake));
        }
        if let Some(delivery) = &e.delivery {
            self.delivery_due = Some(DueDay::from(delivery));
        }
        if let (Some(hold_by), Some((_, due))) = (&e.hearing, &mut self.hearing) {
            *due = DueDay::from(hold_by);
        }
        if let Some(due) = &e.pre_review {
            self.pre_review_due = Some(DueDay::from(due));
        }
    }

    fn correct(&mut self, e: &EntryCorrected) {
        if let Some(dues) = &e.dues {
            self.dues = Some(ClockDues::from(dues));
        }
        if let Some(due) = &e.intake_due {
            self.intake_due = Some(DueDay::from(due));
        }
        match &e.correction {
            Correction::ReceivedOn { new, .. } => {
                let before = self.corrected_on.or(self.received_on);
                match self.receipts.iter().position(|entry| *entry == e.entry) {
                    Some(0) => self.received_on = Some(*new),
                    Some(_) => self.corrected_on = Some(*new),
                    None => {}
                }
                // A pre-review's clock starts when its prerequisite lands, not on the day of receipt.
                let complete = self.corrected_on.or(self.received_on);
                if let (Some(from), Some(before), Some(complete)) = (self.clock_from, before, complete)
                    && self.pre_review_due.is_none()
                {
                    self.clock_from = Some(moved_start(from, before, complete));
                }
            }
            Correction::SuspendedFrom { new, .. } => {
                for stop in self.stops.iter_mut().filter(|stop| stop.entry == e.entry) {
                    stop.from = *new;
                }
            }
            Correction::ResumedOn { .. } | Correction::DocumentNumber { .. } => {}
        }
    }
}
