//! Cards (红黄牌): a notice of supervision on one permit, against one body, with what it rests on (R13).
//!
//! Invariants: a card by rule holds the rule and the clock it saw; what has come of it follows from facts alone; a card
//! issued stays visible, also when it was cancelled.
//! Deliberately absent: any effect on a permit. A card is a notice, not a sanction (R22): it stops nothing, decides
//! nothing and costs nobody a right.

use super::{
    event::{MatterEvent as E, Term},
    plan::RequirementId,
};
use crate::{
    calendar::{Calendar, CalendarVersion, Unit},
    clock::{Clock, Due, Limit, Reading},
    decider::{Recorded, SeenAt},
    ids::{BodyId, EventId, LegalText, OfficerId},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// The limit is nearly used (黄牌).
    Yellow,
    /// Overdue (红牌).
    Red,
}

impl Colour {
    /// In words.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Colour::Yellow => "黄牌",
            Colour::Red => "红牌",
        }
    }

    /// In words.
    pub const fn name_en(self) -> &'static str {
        match self {
            Colour::Yellow => "yellow card",
            Colour::Red => "red card",
        }
    }
}

/// What a card is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// A term of a round.
    Term {
        /// The round.
        round: u16,
        /// Which term.
        term: Term,
        /// 1; or 2 for the term of intake of the corrected file, and for a limit after its extension.
        occasion: u8,
    },
    /// An offer of custody that waits for its answer.
    Handoff {
        /// To whom it was offered.
        to: BodyId,
        /// Since when.
        offered_on: Date,
    },
    /// The supplement of a tolerated deficiency.
    Supplement {
        /// The round.
        round: u16,
        /// The requirement.
        requirement: RequirementId,
    },
    /// The opinion that a department was asked for.
    Opinion {
        /// The round.
        round: u16,
        /// The department.
        body: BodyId,
        /// The day it was asked.
        asked_on: Date,
    },
    /// The work on the permit as such.
    Permit,
}

/// When a card is yellow (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thresholds {
    /// Once this much of the limit is used, in percent;
    pub used_percent: u16,
    /// or once no more than so many working days are left.
    pub left_days: u16,
}

impl Thresholds {
    /// From how many units used on, of a limit of so many; a limit in plain days has its last working days apart.
    pub fn used_of(self, total: i32, unit: Unit) -> i32 {
        let by_share = (total * i32::from(self.used_percent) + 99) / 100;
        match unit {
            Unit::WorkingDays => by_share.min((total - i32::from(self.left_days)).max(0)),
            Unit::CalendarDays => by_share,
        }
    }

    /// Whether a clock read at the end of a day has come so far.
    pub fn are_met(self, reading: &Reading, calendar: &Calendar) -> bool {
        let last_days = match (reading.unit, reading.due) {
            (Unit::CalendarDays, Due::On { date, .. }) => {
                calendar.working_days_between(reading.as_of, date) <= i32::from(self.left_days)
            }
            _ => false,
        };
        reading.used >= self.used_of(reading.limit_total, reading.unit) || last_days
    }

    /// The day by whose end a clock has come so far; none while it stands still before.
    pub fn met_on(self, clock: &Clock, calendar: &Calendar) -> Option<Date> {
        let (total, unit) = (clock.limit_total(), clock.limit.unit);
        let by_share = clock.used_up_on(calendar, self.used_of(total, unit));
        // the last days are those of a limit in calendar days alone
        let due = (unit == Unit::CalendarDays).then(|| clock.due(calendar));
        let last_days = match due {
            Some(Due::On { date, .. }) => {
                Some(calendar.working_day_before(date, self.left_days).max(clock.start))
            }
            _ => None,
        };
        by_share.into_iter().chain(last_days).min()
    }
}

/// The clock at the moment of a card, as it can be read again: `used + left = total`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The day at whose end it was read: the one before the card.
    pub as_of: Date,
    /// The limit, with who sets it.
    pub limit: Limit,
    /// Units of the limit with its extension.
    pub total: i32,
    /// Units used.
    pub used: i32,
    /// Units left.
    pub left: i32,
    /// The clock's first day, not counted itself.
    pub start: Date,
    /// The last day, as its event had fixed it.
    pub due: Date,
    /// The calendar it was read by.
    pub calendar: CalendarVersion,
}

impl Evidence {
    /// The clock at the end of a day.
    pub(super) fn read(clock: &Clock, due: Date, calendar: &Calendar, as_of: Date) -> Self {
        let reading = clock.reading(calendar, as_of);
        Evidence {
            as_of: reading.as_of,
            limit: clock.limit.clone(),
            total: reading.limit_total,
            used: reading.used,
            left: reading.left,
            start: clock.start,
            due,
            calendar: calendar.version().clone(),
        }
    }
}

/// What a card rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Basis {
    /// The rule (R13): a term has passed, or is nearly used.
    Rule {
        /// The clock as the rule saw it.
        evidence: Evidence,
        /// The county's thresholds of that day.
        thresholds: Thresholds,
        /// Where they were read.
        settings: SeenAt,
    },
    /// A person's word.
    Hand {
        /// Why.
        reason: LegalText,
    },
}

/// What a person points at with a card by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// The work on the permit as such.
    Permit,
    /// A term of its current round.
    Term {
        /// Which.
        term: Term,
    },
    /// The open offer of its custody.
    Handoff,
    /// The supplement of a tolerated deficiency of its current round.
    Supplement {
        /// The requirement.
        requirement: RequirementId,
    },
    /// The opinion that the body carded was asked for in its current round.
    Opinion,
}

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStanding {
    /// Issued; the body's move.
    Issued,
    /// Answered.
    Answered,
    /// Appealed; to be decided.
    Appealed,
    /// The appeal was refused; the card stands.
    Upheld,
    /// Cancelled.
    Cancelled,
    /// What was overdue is done.
    Cleared,
}

impl CardStanding {
    /// Whether nothing more is to come of it.
    pub const fn is_closed(self) -> bool {
        matches!(self, CardStanding::Cancelled | CardStanding::Cleared)
    }

    /// In words.
    pub const fn name_zh(self) -> &'static str {
        match self {
            CardStanding::Issued => "已发出",
            CardStanding::Answered => "已答复",
            CardStanding::Appealed => "申诉中",
            CardStanding::Upheld => "维持",
            CardStanding::Cancelled => "已撤销",
            CardStanding::Cleared => "已销号",
        }
    }

    /// In words.
    pub const fn name_en(self) -> &'static str {
        match self {
            CardStanding::Issued => "issued",
            CardStanding::Answered => "answered",
            CardStanding::Appealed => "under appeal",
            CardStanding::Upheld => "upheld",
            CardStanding::Cancelled => "cancelled",
            CardStanding::Cleared => "cleared",
        }
    }
}

/// What a person said of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The day.
    pub on: Date,
    /// Who.
    pub by: OfficerId,
    /// What.
    pub text: LegalText,
}

/// A card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its number on the permit, from 1.
    pub number: u16,
    /// The entry.
    pub entry: EventId,
    /// How grave.
    pub colour: Colour,
    /// What it is about.
    pub subject: Subject,
    /// Against which body.
    pub against: BodyId,
    /// What it rests on.
    pub basis: Basis,
    /// The day it was issued.
    pub on: Date,
    /// By whom; the platform, if by rule.
    pub by: OfficerId,
    /// Where it stands.
    pub standing: CardStanding,
    /// What the body answered, in order.
    pub answers: Vec<Said>,
    /// The appeal.
    pub appeal: Option<Said>,
    /// What was decided of the appeal, of a cancellation, or said when it was cleared: the last such word.
    pub closing: Option<Said>,
}

impl Card {
    /// Whether it was issued by rule.
    pub fn is_by_rule(&self) -> bool {
        matches!(self.basis, Basis::Rule { .. })
    }

    /// Takes a word on it in.
    fn say(&mut self, standing: CardStanding, fact: &Recorded<E>, text: &LegalText) {
        let said = Said { on: fact.effective.day(), by: fact.by.officer.clone(), text: text.clone() };
        self.standing = standing;
        match standing {
            CardStanding::Answered => self.answers.push(said),
            CardStanding::Appealed => self.appeal = Some(said),
            _ => self.closing = Some(said),
        }
    }
}

/// Folds a fact of a card.
pub(super) fn fold(cards: &mut BTreeMap<u16, Card>, fact: &Recorded<E>) {
    let (number, standing, text) = match &fact.event {
        E::CardIssued(e) => {
            let card = Card {
                number: e.card,
                entry: fact.id,
                colour: e.colour,
                subject: e.subject.clone(),
                against: e.against.clone(),
                basis: e.basis.clone(),
                on: fact.effective.day(),
                by: fact.by.officer.clone(),
                standing: CardStanding::Issued,
                answers: Vec::new(),
                appeal: None,
                closing: None,
            };
            cards.insert(e.card, card);
            return;
        }
        E::CardAnswered(e) => (e.card, CardStanding::Answered, &e.answer),
        E::CardAppealed(e) => (e.card, CardStanding::Appealed, &e.reasons),
        E::CardUpheld(e) => (e.card, CardStanding::Upheld, &e.reasons),
        E::CardCancelled(e) => (e.card, CardStanding::Cancelled, &e.reasons),
        E::CardCleared(e) => (e.card, CardStanding::Cleared, &e.reason),
        _ => return,
    };
    if let Some(card) = cards.get_mut(&number) {
        card.say(standing, fact, text);
    }
}
