//! Supervision (督办): the county's cards, by matter and by body.

use super::{decode, encode, of_read, one_more, requirements, seen};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::{
        enums::{CardColor, CardStanding, Term},
        queries::of_request,
        types::CardSubject,
    },
    node_id::{self, NodeId},
    page::connection,
    scalars::{Date, LegalText, PermitCode, Requirement},
};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use om_domain::matter::card::Subject;
use om_projections::{
    board::Board,
    supervision::{self, BodyCards as Counted, CardCursor, CardFilter, CardRow},
};

/// Which cards are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, InputObject)]
pub struct CardFilterInput {
    /// Of this matter, `matter:…`.
    pub matter: Option<ID>,
    /// Against this body, `body:…`.
    pub against: Option<ID>,
    /// Yellow or red.
    pub color: Option<CardColor>,
    /// Only those neither cleared nor cancelled.
    #[graphql(default)]
    pub open: bool,
    /// Only those that the body is still to answer.
    #[graphql(default)]
    pub unanswered: bool,
}

/// A card of the county's list. Whether its ground still stands says the matter's own screen.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct CardItem {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// Its name.
    pub matter_name: LegalText,
    /// The permit, `permit:…/CODE`.
    pub permit: ID,
    /// The permit's code in the matter.
    pub permit_code: PermitCode,
    /// Its number on the permit, from 1.
    pub number: u16,
    /// The entry that issued it, `event:…/…`.
    pub entry: ID,
    /// Yellow or red.
    pub color: CardColor,
    /// What it is about.
    pub subject: CardSubject,
    /// The term, where it is about one.
    pub term: Option<Term>,
    /// The requirement, where it is about a supplement.
    pub requirement: Option<Requirement>,
    /// Against which body, `body:…`.
    pub against: ID,
    /// Whether it was issued by rule.
    pub by_rule: bool,
    /// The day it was issued.
    pub on: Date,
    /// The last day of the term it is about, if by rule.
    pub due: Option<Date>,
    /// Where it stands.
    pub standing: CardStanding,
    /// Since which day.
    pub changed_on: Date,
    /// The day the body last answered; none if it has not.
    pub answered_on: Option<Date>,
}

#[ComplexObject]
impl CardItem {
    /// What the requirement is called. None where it is about none.
    #[graphql(complexity = 5)]
    async fn requirement_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.requirement {
            Some(requirement) => {
                requirements::named(ctx, &self.matter, Some(&self.permit_code), requirement).await.map(Some)
            }
            None => Ok(None),
        }
    }
}

impl CardItem {
    fn of(row: CardRow) -> Self {
        let CardRow { matter, matter_name, permit, card } = row;
        let (subject, term, requirement) = match card.subject {
            Subject::Term { term, .. } => (CardSubject::Term, Some(term), None),
            Subject::Handoff { .. } => (CardSubject::Handoff, None, None),
            Subject::Supplement { requirement, .. } => (CardSubject::Supplement, None, Some(requirement)),
            Subject::Opinion { .. } => (CardSubject::Opinion, None, None),
            Subject::Permit => (CardSubject::Permit, None, None),
        };
        CardItem {
            matter: NodeId::Matter(matter).id(),
            matter_name: matter_name.into(),
            permit: NodeId::Permit(matter, permit.clone()).id(),
            permit_code: permit.into(),
            number: card.number,
            entry: NodeId::Event(matter, card.entry).id(),
            color: card.colour.into(),
            subject,
            term: term.map(Into::into),
            requirement: requirement.map(Into::into),
            against: NodeId::Body(card.against).id(),
            by_rule: card.by_rule,
            on: card.on.into(),
            due: card.due.map(Into::into),
            standing: card.standing.into(),
            changed_on: card.changed_on.into(),
            answered_on: card.answered_on.map(Into::into),
        }
    }
}

connection! {
    /// A page of cards.
    CardConnection, CardEdge, CardItem
}

/// The open cards of one body.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BodyCards {
    /// The body, `body:…`.
    pub body: ID,
    /// Open yellow cards.
    pub yellow: u32,
    /// Open red cards.
    pub red: u32,
    /// Of both, those it is still to answer.
    pub unanswered: u32,
    /// The day the oldest of them was issued.
    pub since: Date,
}

impl From<Counted> for BodyCards {
    fn from(counted: Counted) -> Self {
        let Counted { body, yellow, red, unanswered, since } = counted;
        BodyCards { body: NodeId::Body(body).id(), yellow, red, unanswered, since: since.into() }
    }
}

/// Queries for supervision.
#[derive(Default)]
pub struct SupervisionQuery;

#[Object(serial)]
impl SupervisionQuery {
    /// The county's cards (红黄牌), those issued first first; `overviewChanged` says when to read again.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn supervision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cards are wanted; all if not said.")] filter: Option<CardFilterInput>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the card of this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Show at least what stood at this position, as a receipt or a list's change gave it, on whichever gateway."
        )]
        seen: Option<String>,
    ) -> Result<CardConnection> {
        let size = page_size(first, 50).map_err(bad_input)?;
        let (services, who) = of_request(ctx)?;
        seen::shown::<Board>(services, seen).await?;
        let filter = filter.unwrap_or_default();
        let wanted = CardFilter {
            matter: filter.matter.as_ref().map(node_id::matter).transpose()?,
            against: filter.against.as_ref().map(node_id::body).transpose()?,
            colour: filter.color.map(Into::into),
            open: filter.open,
            unanswered: filter.unanswered,
            reach: access::matters(services, who).await?,
        };
        let county = who.county().clone();
        let cursor: Option<CardCursor> = decode(after.as_ref())?;
        let read = move |db: &_| supervision::cards(db, &county, &wanted, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let entry = |row: CardRow| Ok((encode(&CardCursor::from(&row))?, CardItem::of(row)));
        let entries = rows.into_iter().map(entry).collect::<Result<_>>()?;
        Ok(CardConnection::of(entries, size, after.is_some()))
    }

    /// Open cards by body, the body with most red ones first.
    #[graphql(complexity = "50 * child_complexity")]
    async fn cards_by_body(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this matter only, `matter:…`.")] matter: Option<ID>,
    ) -> Result<Vec<BodyCards>> {
        let (services, who) = of_request(ctx)?;
        let matter = matter.as_ref().map(node_id::matter).transpose()?;
        let county = who.county().clone();
        let reach = access::matters(services, who).await?;
        let read = move |db: &_| supervision::by_body(db, &county, matter, &reach);
        let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
