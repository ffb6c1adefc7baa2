//! Handing a permit's file to another department (移交).
//!
//! Invariants: custody is always with exactly one body; the offerer keeps it until receipt; one open offer a permit;
//! a handoff stops no clock and moves no power to decide.
//! Deliberately absent: opinions; asking for one hands nothing over.

use super::{
    Ctx, Facts,
    authority::{At, allow, known_body, works_for},
    command::MatterCommand as C,
    event::*,
    intake::term,
    refusal::{Authority, MatterRefusal},
    state::{Matter, Offer},
};
use crate::ids::{BodyId, LegalText, PaperHash, PermitCode};

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::OfferHandoff { permit, to, reason, papers } => offer(state, permit, to, reason, papers, ctx),
        C::ReceiveHandoff { permit } => {
            let at = state.working(permit)?;
            let offer = received_by(&at, ctx)?;
            let from = at.permit.custody.holder.clone();
            super::one(ctx, HandoffReceived { permit: permit.clone(), from, to: offer.to.clone() })
        }
        C::ReturnHandoff { permit, reason } => {
            let at = state.working(permit)?;
            let offer = received_by(&at, ctx)?;
            let from = at.permit.custody.holder.clone();
            let (permit, to, reason) = (permit.clone(), offer.to.clone(), reason.clone());
            super::one(ctx, HandoffReturned { permit, from, to, reason })
        }
        C::WithdrawHandoff { permit, reason } => {
            let at = state.working(permit)?;
            at.custodian(ctx)?;
            open(&at)?;
            super::one(ctx, HandoffWithdrawn { permit: permit.clone(), reason: reason.clone() })
        }
        C::RecallCustody { permit, reason } => recall(state, permit, reason, ctx),
        _ => Ok(vec![]),
    }
}

fn open<'a>(at: &At<'a>) -> Result<&'a Offer, MatterRefusal> {
    let offer = at.permit.custody.offer.as_ref();
    offer.ok_or_else(|| MatterRefusal::NoHandoff { permit: at.code.clone() })
}

fn received_by<'a>(at: &At<'a>, ctx: &Ctx<'_>) -> Result<&'a Offer, MatterRefusal> {
    let offer = open(at)?;
    allow(works_for(ctx, &offer.to), Authority::Receiver { body: offer.to.clone() })?;
    Ok(offer)
}

fn offer(
    state: &Matter,
    code: &PermitCode,
    to: &BodyId,
    reason: &LegalText,
    papers: &[PaperHash],
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let round = at.undecided()?;
    if round.phase.allows_new_round() {
        return Err(at.wrong_step("open and undecided (在办)"));
    }
    if let Some(offer) = &at.permit.custody.offer {
        return Err(MatterRefusal::HandoffOpen { permit: code.clone(), to: offer.to.clone() });
    }
    let from = at.permit.custody.holder.clone();
    if from == *to {
        return Err(MatterRefusal::SameBody { body: from });
    }
    known_body(to, ctx)?;
    super::one(
        ctx,
        HandoffOffered {
            permit: code.clone(),
            from,
            to: to.clone(),
            reason: reason.clone(),
            papers: papers.to_vec(),
            answer_due: term(ctx.calendar, ctx.day(), u32::from(at.plan.settings.handoff_answer_days)),
        },
    )
}

fn recall(state: &Matter, code: &PermitCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.lead_department(ctx)?;
    at.round()?;
    let from = at.permit.custody.holder.clone();
    if from == at.planned.lead {
        return Err(MatterRefusal::SameBody { body: from });
    }
    let to = at.planned.lead.clone();
    super::one(ctx, CustodyRecalled { permit: code.clone(), from, to, reason: reason.clone() })
}
