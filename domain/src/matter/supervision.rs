//! Cards (督办, R13): issued by hand, answered, appealed against, decided on, cleared, cancelled.
//!
//! Invariants: the lead or the supervision office issues and decides, never for the own body, never on an appeal against
//! the own card; the body carded answers and may appeal once; nothing is cleared before it is done; a card by rule is
//! cancelled on appeal, or when what it was issued on is no longer true.
//! Deliberately absent: cards by rule, which are facts of time (`rule`); any effect of a card on a permit.

mod opinion;
mod premise;
mod rule;

pub(super) use rule::due;

use super::{
    Ctx, Facts,
    authority::{At, allow, known_body, stand_back, works_for},
    card::{About, Basis, Card, CardStanding, Colour, Subject},
    command::MatterCommand as C,
    event::*,
    refusal::{Authority, MatterRefusal},
    state::{Matter, Phase},
};
use crate::{
    decider::Role,
    ids::{BodyId, LegalText, PermitCode},
};
use jiff::civil::Date;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::IssueCard { permit, colour, about, against, reason } => {
            issue(state, permit, (*colour, about, against), reason, ctx)
        }
        C::AnswerCard { permit, card, answer } => {
            let (_, found) = carded(state, permit, *card, ctx)?;
            let open = [CardStanding::Issued, CardStanding::Upheld];
            standing(permit, found, &open, "issued or upheld, unanswered (已发出或维持、尚未答复)")?;
            let (permit, card, answer) = (permit.clone(), *card, answer.clone());
            super::one(ctx, CardAnswered { permit, card, answer })
        }
        C::AppealCard { permit, card, reasons } => appeal(state, permit, *card, reasons, ctx),
        C::DecideAppeal { permit, card, upheld, reasons } => {
            decide_appeal(state, permit, *card, (*upheld, reasons), ctx)
        }
        C::ClearCard { permit, card, reason } => clear(state, permit, *card, reason, ctx),
        C::CancelCard { permit, card, reasons } => cancel(state, permit, *card, reasons, ctx),
        _ => Ok(vec![]),
    }
}

/// Cards live on after a matter is completed, and end when it is given up.
fn of_matter<'a>(state: &'a Matter, code: &PermitCode) -> Result<At<'a>, MatterRefusal> {
    state.in_phase(&[Phase::Underway, Phase::Suspended, Phase::Completed])?;
    state.find(code)
}

fn found<'a>(at: &At<'a>, number: u16) -> Result<&'a Card, MatterRefusal> {
    let card = at.permit.cards.get(&number);
    card.ok_or_else(|| MatterRefusal::NoSuchCard { permit: at.code.clone(), card: number })
}

/// A card, for one who works for the body carded.
fn carded<'a>(
    state: &'a Matter,
    code: &PermitCode,
    number: u16,
    ctx: &Ctx<'_>,
) -> Result<(At<'a>, &'a Card), MatterRefusal> {
    let at = of_matter(state, code)?;
    let card = found(&at, number)?;
    allow(works_for(ctx, &card.against), Authority::Carded { body: card.against.clone() })?;
    Ok((at, card))
}

/// A card, for one who supervises and does not belong to the body carded.
fn supervised<'a>(
    state: &'a Matter,
    code: &PermitCode,
    number: u16,
    ctx: &Ctx<'_>,
) -> Result<(At<'a>, &'a Card), MatterRefusal> {
    let at = of_matter(state, code)?;
    supervises(state, ctx)?;
    let card = found(&at, number)?;
    if card.against == ctx.by.body {
        stand_back(&ctx.by.officer, "所在单位即被发牌单位 (works for the body carded)")?;
    }
    Ok((at, card))
}

fn supervises(state: &Matter, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    allow(state.is_led_by(ctx) || ctx.by.is(Role::Supervisor), Authority::Supervision)
}

fn standing(
    permit: &PermitCode,
    card: &Card,
    needs: &[CardStanding],
    needed: &'static str,
) -> Result<(), MatterRefusal> {
    if needs.contains(&card.standing) {
        return Ok(());
    }
    let (permit, is) = (permit.clone(), card.standing);
    Err(MatterRefusal::WrongCardStep { permit, card: card.number, is, needed })
}

fn issue(
    state: &Matter,
    code: &PermitCode,
    (colour, about, against): (Colour, &About, &BodyId),
    reason: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    supervises(state, ctx)?;
    known_body(against, ctx)?;
    let subject = subject(&at, about, against)?;
    let same = |card: &&Card| {
        (card.colour, &card.subject, &card.against) == (colour, &subject, against) && !card.is_by_rule()
    };
    if let Some(open) = at.permit.open_cards().find(same) {
        let (permit, against) = (code.clone(), against.clone());
        return Err(MatterRefusal::CardIssuedAlready { permit, card: open.number, against });
    }
    super::one(
        ctx,
        CardIssued {
            permit: code.clone(),
            card: at.permit.next_card(),
            colour,
            subject,
            against: against.clone(),
            basis: Basis::Hand { reason: reason.clone() },
        },
    )
}

fn subject(at: &At<'_>, about: &About, against: &BodyId) -> Result<Subject, MatterRefusal> {
    Ok(match about {
        About::Permit => Subject::Permit,
        About::Term { term } => {
            let round = at.round()?;
            Subject::Term { round: round.number, term: *term, occasion: round.occasion(at.planned, *term) }
        }
        About::Handoff => {
            let offer = at.permit.custody.offer.as_ref();
            let offer = offer.ok_or_else(|| MatterRefusal::NoHandoff { permit: at.code.clone() })?;
            Subject::Handoff { to: offer.to.clone(), offered_on: offer.on }
        }
        About::Supplement { requirement } => {
            let round = at.round()?;
            if !round.tolerances.contains_key(requirement) {
                return Err(MatterRefusal::NoDebt { requirement: requirement.clone() });
            }
            Subject::Supplement { round: round.number, requirement: requirement.clone() }
        }
        About::Opinion => {
            let round = at.round()?;
            let asked = round
                .opinions
                .of(against)
                .ok_or_else(|| MatterRefusal::NotAsked { permit: at.code.clone(), body: against.clone() })?;
            Subject::Opinion { round: round.number, body: against.clone(), asked_on: asked.asked_on }
        }
    })
}

fn appeal(state: &Matter, code: &PermitCode, number: u16, reasons: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let (_, card) = carded(state, code, number, ctx)?;
    if let Some(appeal) = &card.appeal {
        return Err(MatterRefusal::AppealedAlready { permit: code.clone(), card: number, on: appeal.on });
    }
    let open = [CardStanding::Issued, CardStanding::Answered];
    standing(code, card, &open, "issued or answered (已发出或已答复)")?;
    super::one(ctx, CardAppealed { permit: code.clone(), card: number, reasons: reasons.clone() })
}

fn decide_appeal(
    state: &Matter,
    code: &PermitCode,
    number: u16,
    (upheld, reasons): (bool, &LegalText),
    ctx: &Ctx<'_>,
) -> Facts {
    let (at, card) = supervised(state, code, number, ctx)?;
    standing(code, card, &[CardStanding::Appealed], "under appeal (申诉中)")?;
    if ctx.by.is_one_with(&card.by) {
        stand_back(&ctx.by.officer, "本人发出该牌 (issued this card)")?;
    }
    let (permit, reasons) = (code.clone(), reasons.clone());
    if upheld {
        return super::one(ctx, CardUpheld { permit, card: number, reasons });
    }
    let premise_fell = !premise::stands(&at, card, ctx.calendar);
    super::one(ctx, CardCancelled { permit, card: number, reasons, premise_fell })
}

fn clear(state: &Matter, code: &PermitCode, number: u16, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let (at, card) = supervised(state, code, number, ctx)?;
    let open = [CardStanding::Issued, CardStanding::Answered, CardStanding::Upheld];
    standing(code, card, &open, "open and not under appeal (未销号且不在申诉中)")?;
    if !is_done(&at, &card.subject, ctx.today()) {
        return Err(MatterRefusal::StillOverdue { permit: code.clone(), card: number });
    }
    super::one(ctx, CardCleared { permit: code.clone(), card: number, reason: reason.clone() })
}

fn cancel(state: &Matter, code: &PermitCode, number: u16, reasons: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let (at, card) = supervised(state, code, number, ctx)?;
    let open = [CardStanding::Issued, CardStanding::Answered, CardStanding::Upheld];
    standing(code, card, &open, "open and not under appeal (未销号且不在申诉中)")?;
    let premise_fell = !premise::stands(&at, card, ctx.calendar);
    if card.is_by_rule() && !premise_fell {
        return Err(MatterRefusal::PremiseStands { permit: code.clone(), card: number });
    }
    let (permit, reasons) = (code.clone(), reasons.clone());
    super::one(ctx, CardCancelled { permit, card: number, reasons, premise_fell })
}

/// Whether what a card is about waits no more: the act came, or the round's end made it needless.
fn is_done(at: &At<'_>, subject: &Subject, today: Date) -> bool {
    let of = |number: u16| at.permit.rounds.iter().find(|round| round.number == number);
    match subject {
        Subject::Permit => true,
        Subject::Handoff { to, offered_on } => {
            let open = at.permit.custody.offer.as_ref();
            !open.is_some_and(|offer| offer.to == *to && offer.on == *offered_on)
        }
        Subject::Term { round, term, .. } => of(*round).is_none_or(|round| {
            let stopped = round.is_stopped() && matches!(term, Term::Statutory | Term::Promised);
            let open = round.open_terms(at.planned).any(|open| open.term == *term);
            !(open || stopped)
        }),
        Subject::Supplement { round, requirement } => {
            of(*round).is_none_or(|round| round.live_tolerance(requirement).is_none())
        }
        Subject::Opinion { round, body, asked_on } => {
            of(*round).is_none_or(|round| opinion::is_done(round, body, *asked_on, today))
        }
    }
}
