//! A card (红黄牌): what it is about, what it rests on, what has come of it.
//!
//! Invariant: whether its ground still stands is the domain's answer, at the moment of the view.

use super::{
    action::Action,
    clock::Limit,
    parts::{body, officer},
    view::View,
};
use crate::graphql::{
    matter::enums::{CardColor, CardStanding, Term},
    node_id::NodeId,
    scalars::{Date, LegalText, Requirement},
};
use async_graphql::{ComplexObject, Enum, ID, Result, SimpleObject};
use om_domain::{
    ids::PermitCode,
    matter::{
        can_on_card,
        card::{self, Basis, Subject},
    },
};
use std::sync::Arc;

/// What a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CardSubject {
    /// A term of a round: of intake, the statutory or promised limit, delivery, pre-review, a hearing.
    Term,
    /// An offer of custody (移交) that waits for its answer.
    Handoff,
    /// The supplement of a tolerated deficiency (补齐).
    Supplement,
    /// The opinion (征求意见) that the body carded was asked for.
    Opinion,
    /// The work on the permit as such.
    Permit,
}

/// The clock as the rule saw it, read at the end of the day before the card; `used + left = total`.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CardEvidence {
    /// The day at whose end it was read.
    pub as_of: Date,
    /// The limit.
    pub limit: Limit,
    /// The limit with its extension, in the limit's unit.
    pub total: i32,
    /// Units used.
    pub used: i32,
    /// Units left.
    pub left: i32,
    /// The day the clock started from, which is not counted.
    pub start: Date,
    /// The last day.
    pub due: Date,
    /// The version of the working calendar it was read by.
    pub calendar: String,
    /// Yellow once this much of the limit was used, in percent, by the county's settings of that day.
    pub yellow_used_percent: u16,
    /// Or once no more than so many working days (工作日) were left.
    pub yellow_left_working_days: u16,
    /// The revision of the county's settings those were read at; none for the usual ones.
    pub settings_revision: Option<u64>,
}

/// What somebody said of a card.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CardWord {
    /// The day.
    pub on: Date,
    /// Who, `officer:…`.
    pub by: ID,
    /// What.
    pub text: LegalText,
}

impl From<&card::Said> for CardWord {
    fn from(said: &card::Said) -> Self {
        CardWord { on: said.on.into(), by: officer(&said.by), text: said.text.clone().into() }
    }
}

/// A card (红黄牌): a notice of supervision, not a sanction.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Card {
    #[graphql(skip)]
    view: Arc<View>,
    #[graphql(skip)]
    code: PermitCode,
    /// Its number on the permit, from 1.
    pub number: u16,
    /// The entry that issued it, `event:…/…`.
    pub entry: ID,
    /// Yellow or red.
    pub color: CardColor,
    /// What it is about.
    pub subject: CardSubject,
    /// The round it is about; none for a handoff or the permit as such.
    pub round: Option<u16>,
    /// The term, where it is about one.
    pub term: Option<Term>,
    /// The requirement, where it is about a supplement.
    pub requirement: Option<Requirement>,
    /// Against which body, `body:…`.
    pub against: ID,
    /// The day it was issued.
    pub on: Date,
    /// Whether it was issued by rule (R13); else by a person.
    pub by_rule: bool,
    /// By whom, `officer:…`; the platform's account if by rule.
    pub by: ID,
    /// Why, if by hand.
    pub reason: Option<LegalText>,
    /// The clock as the rule saw it; none by hand.
    pub evidence: Option<CardEvidence>,
    /// Where it stands.
    pub standing: CardStanding,
    /// What the body answered, in order.
    pub answers: Vec<CardWord>,
    /// The appeal.
    pub appeal: Option<CardWord>,
    /// The last word on it: of the appeal, a cancellation or a clearance.
    pub closing: Option<CardWord>,
    /// Whether what it was issued on is still true; false after a correction or a late entry took its ground away. Such a card
    /// stays visible and may be cancelled.
    pub premise_stands: bool,
}

#[ComplexObject]
impl Card {
    /// What the one who asks may do with it now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn can(&self) -> Result<Vec<Action>> {
        self.view
            .actions(Some(&self.code), |ctx| can_on_card(&self.view.state, &self.code, self.number, ctx))
            .await
    }
}

impl Card {
    pub(super) fn of(view: &Arc<View>, code: &PermitCode, card: &card::Card) -> Self {
        let (subject, round, term, requirement) = match &card.subject {
            Subject::Term { round, term, .. } => (CardSubject::Term, Some(*round), Some(*term), None),
            Subject::Handoff { .. } => (CardSubject::Handoff, None, None, None),
            Subject::Supplement { round, requirement } => {
                (CardSubject::Supplement, Some(*round), None, Some(requirement.clone()))
            }
            Subject::Opinion { round, .. } => (CardSubject::Opinion, Some(*round), None, None),
            Subject::Permit => (CardSubject::Permit, None, None, None),
        };
        let (reason, evidence) = match &card.basis {
            Basis::Hand { reason } => (Some(reason.clone().into()), None),
            Basis::Rule { evidence: e, thresholds, settings } => {
                let evidence = CardEvidence {
                    as_of: e.as_of.into(),
                    limit: (&e.limit).into(),
                    total: e.total,
                    used: e.used,
                    left: e.left,
                    start: e.start.into(),
                    due: e.due.into(),
                    calendar: e.calendar.to_string(),
                    yellow_used_percent: thresholds.used_percent,
                    yellow_left_working_days: thresholds.left_days,
                    settings_revision: settings.revision,
                };
                (None, Some(evidence))
            }
        };
        Card {
            number: card.number,
            entry: NodeId::Event(view.id, card.entry).id(),
            color: card.colour.into(),
            subject,
            round,
            term: term.map(Into::into),
            requirement: requirement.map(Into::into),
            against: body(&card.against),
            on: card.on.into(),
            by_rule: card.is_by_rule(),
            by: officer(&card.by),
            reason,
            evidence,
            standing: card.standing.into(),
            answers: card.answers.iter().map(Into::into).collect(),
            appeal: card.appeal.as_ref().map(Into::into),
            closing: card.closing.as_ref().map(Into::into),
            premise_stands: view.state.premise_stands(code, card, &view.calendar),
            view: Arc::clone(view),
            code: code.clone(),
        }
    }
}
