//! Whether what a card by rule was issued on is still true, after corrections and what was recorded late (R16).
//!
//! Invariant: a card whose premise fell stays visible and is said to have lost it; nobody is carded a second time on what
//! is still true.
//! Deliberately absent: taking such a card back; a person cancels it.

use super::opinion;
use crate::{
    calendar::{Calendar, Unit, days},
    clock::{Clock, Due, Limit},
    matter::{
        authority::At,
        card::{Basis, Card, Colour, Subject},
        decision::{DELIVERY_DAYS, HEARING_HOLD_DAYS},
        event::Term,
        intake::INTAKE_DAYS,
        plan::PlannedPermit,
        state::{Matter, Round},
    },
    sources,
};
use jiff::civil::Date;

/// A term as a clock, with its last day and the day it was kept, as the record has them now.
pub(super) struct Measured {
    pub(super) clock: Clock,
    due: Option<Date>,
    kept_on: Option<Date>,
}

fn working(days: u32, source: &str) -> Limit {
    let value = u16::try_from(days).unwrap_or(u16::MAX);
    Limit { value, unit: Unit::WorkingDays, source: source.to_owned() }
}

/// The term of an offer's answer.
pub(super) fn of_handoff(at: &At<'_>, offered_on: Date) -> Clock {
    Clock::start(working(at.plan.settings.handoff_answer_days.into(), sources::HANDOFF), offered_on)
}

/// The term that a card is about; none where the round no longer has it.
pub(super) fn measured(at: &At<'_>, round: &Round, subject: &Subject) -> Option<Measured> {
    let Subject::Term { term, occasion, .. } = subject else { return None };
    let now = round.occasion(at.planned, *term) == *occasion;
    let (clock, due) = match term {
        Term::Statutory | Term::Promised => {
            let clocks = round.clocks.as_ref()?;
            let statutory = *term == Term::Statutory;
            let clock = if statutory { clocks.statutory(at.planned) } else { clocks.promised(at.planned) }?;
            let due = if statutory { clocks.dues.statutory } else { clocks.dues.promised };
            // a limit extended since is judged as it was before
            let extension = clock.extension.clone().filter(|_| now);
            (Clock { extension, stopped_on: None, ..clock }, due.filter(|_| now))
        }
        Term::Intake => {
            let from = if now { round.complete_on() } else { round.received_on };
            (Clock::start(working(INTAKE_DAYS, "行政许可法 32"), from), now.then_some(round.intake_due.date))
        }
        Term::Delivery => {
            let decision = round.decision.as_ref()?;
            let due = decision.delivery_due.as_ref().map(|due| due.date);
            (Clock::start(working(DELIVERY_DAYS, "行政许可法 44"), decision.on), due)
        }
        Term::PreReview => {
            let accepted = round.accepted.as_ref()?.on;
            let limit = working(at.plan.settings.pre_review_days.into(), sources::PLAN);
            (Clock::start(limit, accepted), round.pre_review.as_ref().map(|pre| pre.due.date))
        }
        Term::Hearing => {
            let hearing = round.hearing.as_ref()?;
            let limit = working(HEARING_HOLD_DAYS, "行政许可法 46-47");
            (Clock::start(limit, hearing.asked_on), Some(hearing.hold_by.date))
        }
    };
    Some(Measured { clock, due, kept_on: round.kept_on(*term, now) })
}

/// Whether what the card was issued on is still true; a card by hand rests on a person's word, which stands.
pub(in crate::matter) fn stands(at: &At<'_>, card: &Card, calendar: &Calendar) -> bool {
    let Basis::Rule { evidence, thresholds, .. } = &card.basis else { return true };
    if let Subject::Handoff { to, offered_on } = &card.subject {
        let open = at.permit.custody.offer.as_ref();
        if open.is_some_and(|offer| offer.to == *to && offer.on == *offered_on) {
            return true;
        }
        let answered = |(body, on): &(_, Date)| body == to && (*offered_on..=evidence.due).contains(on);
        return !at.permit.custody.answered.iter().any(answered);
    }
    if matches!(card.subject, Subject::Opinion { .. }) {
        return opinion::stands(at, card, *thresholds, calendar);
    }
    let Subject::Term { round, .. } = &card.subject else { return true };
    let round = at.permit.rounds.iter().find(|known| known.number == *round);
    let Some(Measured { clock, due, kept_on }) = round.and_then(|r| measured(at, r, &card.subject)) else {
        return false;
    };
    match card.colour {
        Colour::Red => {
            let due = due.or_else(|| match clock.due(calendar) {
                Due::On { date, .. } => Some(date),
                Due::Stopped { .. } => None,
            });
            due.is_some_and(|due| due < card.on && kept_on.is_none_or(|on| on > due))
        }
        Colour::Yellow => {
            let reading = clock.reading(calendar, days::shift(card.on, -1));
            thresholds.are_met(&reading, calendar) && kept_on.is_none_or(|on| on >= card.on)
        }
    }
}

impl Round {
    /// 1; or 2 for the corrected file's term of intake, and for a limit that was extended.
    pub(super) fn occasion(&self, planned: &PlannedPermit, term: Term) -> u8 {
        let extended = self.clocks.as_ref().is_some_and(|clocks| clocks.extension.is_some());
        let second = match term {
            Term::Intake => self.correction.as_ref().is_some_and(|c| c.received.is_some()),
            Term::Statutory => extended,
            Term::Promised => extended && planned.extension_moves_promise,
            Term::Delivery | Term::PreReview | Term::Hearing => false,
        };
        1 + u8::from(second)
    }

    /// The day the act came that this term asks for: silence is none. The first file's term of intake, where a corrected
    /// file came since, was kept by the notice.
    fn kept_on(&self, term: Term, now: bool) -> Option<Date> {
        match term {
            Term::Intake if !now => self.correction.as_ref().map(|c| c.notice.served_on),
            Term::Intake if self.is_deemed() => None,
            Term::Intake if self.correction.as_ref().is_some_and(|c| c.received.is_some()) => {
                self.accepted.as_ref().map(|a| a.on).or(self.ended.as_ref().map(|e| e.on))
            }
            _ => self.act_of(term),
        }
    }
}

impl Matter {
    /// Whether what this card of a permit was issued on is still true.
    pub fn premise_stands(&self, permit: &crate::ids::PermitCode, card: &Card, calendar: &Calendar) -> bool {
        self.find(permit).is_ok_and(|at| stands(&at, card, calendar))
    }
}
