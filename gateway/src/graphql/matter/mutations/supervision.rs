//! Supervision (督办): cards by hand, answers, appeals, and what closes a card.

use super::declare::matter_mutations;
use crate::graphql::{
    error::bad_input,
    matter::enums::{CardColor, Term},
    node_id,
    scalars::{LegalText, PermitCode, Requirement},
};
use async_graphql::{ID, Result};
use om_domain::matter::{MatterCommand as C, card::About};

matter_mutations! {
    /// Commands on cards.
    SupervisionMutation {
        /// Issue a card by hand (红黄牌, R13): the task force's lead or deputy, or the supervision office. A card is a notice of
        /// supervision, not a sanction: it stops no clock and decides nothing. Cards by rule come by themselves.
        issue_card(IssueCardInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Yellow or red.
            color: CardColor,
            /// Against which body, `body:…`.
            against: ID,
            /// Why.
            reason: LegalText,
            /// A term of its current round that the card is about.
            term: Option<Term>,
            /// Or the supplement of this requirement, tolerated in its current round.
            supplement: Option<Requirement>,
            /// Or the opinion that the body carded was asked for in its current round.
            #[graphql(default)]
            awaited_opinion: bool,
            /// Or the open offer of its custody; without any of these it is about the work on the permit as such.
            #[graphql(default)]
            handoff: bool,
        } = |i| C::IssueCard {
            permit: i.permit.0,
            colour: i.color.into(),
            about: about(i.term, i.supplement, i.awaited_opinion, i.handoff)?,
            against: node_id::body(&i.against)?,
            reason: i.reason.0,
        };

        /// Answer a card: an officer or the head of the body carded.
        answer_card(AnswerCardInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The card's number on the permit, from 1.
            card: u16,
            /// What the body says, and does about it.
            answer: LegalText,
        } = |i| C::AnswerCard { permit: i.permit.0, card: i.card, answer: i.answer.0 };

        /// Appeal against a card, once: an officer or the head of the body carded. A matter is not completed over an appeal.
        appeal_card(AppealCardInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The card's number on the permit, from 1.
            card: u16,
            /// Why.
            reasons: LegalText,
        } = |i| C::AppealCard { permit: i.permit.0, card: i.card, reasons: i.reasons.0 };

        /// Decide an appeal: the task force's lead or deputy or the supervision office, of another body than the one carded,
        /// and not who issued the card.
        decide_appeal(DecideAppealInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The card's number on the permit, from 1.
            card: u16,
            /// Whether the card is upheld (维持); else it is cancelled (撤销) and stays visible as such.
            upheld: bool,
            /// Why.
            reasons: LegalText,
        } = |i| C::DecideAppeal { permit: i.permit.0, card: i.card, upheld: i.upheld, reasons: i.reasons.0 };

        /// Clear a card (销号) once what it is about is done: the lead, deputy or supervision office, of another body.
        clear_card(ClearCardInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The card's number on the permit, from 1.
            card: u16,
            /// How it was done.
            reason: LegalText,
        } = |i| C::ClearCard { permit: i.permit.0, card: i.card, reason: i.reason.0 };

        /// Cancel a card by rule that has lost its ground by a correction or a late entry, or a card by hand: the lead, deputy
        /// or supervision office, of another body. It stays visible.
        cancel_card(CancelCardInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The card's number on the permit, from 1.
            card: u16,
            /// Why.
            reasons: LegalText,
        } = |i| C::CancelCard { permit: i.permit.0, card: i.card, reasons: i.reasons.0 };
    }
}

fn about(term: Option<Term>, supplement: Option<Requirement>, opinion: bool, handoff: bool) -> Result<About> {
    Ok(match (term, supplement, opinion, handoff) {
        (None, None, false, false) => About::Permit,
        (Some(term), None, false, false) => About::Term { term: term.into() },
        (None, Some(requirement), false, false) => About::Supplement { requirement: requirement.0 },
        (None, None, true, false) => About::Opinion,
        (None, None, false, true) => About::Handoff,
        _ => return Err(bad_input("give one of term, supplement, awaitedOpinion and handoff, or none")),
    })
}
