//! Opinions of other departments (征求意见): the lead asks all at once, each answers for itself (行政许可法 26).
//!
//! Invariants: opinions stop no clock and move neither custody nor the power to decide; a department speaks only for
//! itself; no approval before what was asked is answered, or counts as answered by the plan; no decision over an objection
//! that nobody has dealt with.
//! Deliberately absent: the overdue opinion as an act; that is time's fact, in `settle`.

mod conclusion;
mod consultation;

pub use conclusion::{Concluded, Standing};
pub use consultation::{Consultation, Consultations, Given};

pub(super) use conclusion::{concluded, may_approve, objections_dealt_with};

use super::{
    Ctx, Facts,
    authority::{At, allow, known_body, stand_back, works_for},
    clocks::known_due,
    command::{MatterCommand as C, OpinionTerm},
    event::*,
    intake::term,
    on,
    plan::{Handling, Silence},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Round},
};
use crate::{
    calendar::{Unit, days},
    decider::Fact,
    ids::{BodyId, LegalText, PermitCode},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A department is not asked for longer than this many days; a longer term is a slip of the pen.
const LONGEST_DAYS: i32 = 365;

/// What a department says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Opinion {
    /// 同意.
    Agree,
    /// 有条件同意: the conditions go with the approval.
    AgreeOnConditions {
        /// The conditions.
        conditions: LegalText,
    },
    /// 不同意: to be dealt with before the decision.
    Object {
        /// Why.
        reasons: LegalText,
        /// The article it rests on.
        article: LegalText,
    },
}

/// How the lead department dealt with an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// 采纳: the project was changed by it, or the application is denied for it.
    Adopted,
    /// 不采纳: with reasons.
    NotAdopted,
}

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::RequestOpinion { permit, bodies, question, due } => {
            request(state, permit, (bodies, question, *due), ctx)
        }
        C::GiveOpinion { permit, body, opinion } => give(state, permit, body, opinion, ctx),
        C::TreatObjection { permit, body, treatment, reasons } => {
            let at = state.working(permit)?;
            at.lead_department(ctx)?;
            objection(&at, body)?;
            super::one(
                ctx,
                ObjectionTreated {
                    permit: permit.clone(),
                    body: body.clone(),
                    treatment: *treatment,
                    reasons: reasons.clone(),
                },
            )
        }
        C::WithdrawObjection { permit, body, reasons } => {
            let at = state.working(permit)?;
            for_itself(body, ctx)?;
            objection(&at, body)?;
            let (permit, body, reasons) = (permit.clone(), body.clone(), reasons.clone());
            super::one(ctx, ObjectionWithdrawn { permit, body, reasons })
        }
        C::WithdrawOpinionRequest { permit, body, reason } => withdraw(state, permit, body, reason, ctx),
        _ => Ok(vec![]),
    }
}

/// A department's officer, for that department and no other.
fn for_itself(body: &BodyId, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    allow(works_for(ctx, body), Authority::Asked { body: body.clone() })
}

/// The round, accepted and undecided.
fn in_review<'a>(at: &At<'a>) -> Result<&'a Round, MatterRefusal> {
    let round = at.undecided()?;
    if round.accepted.is_none() || round.phase.allows_new_round() {
        return Err(at.wrong_step("accepted and undecided (已受理)"));
    }
    Ok(round)
}

fn request(
    state: &Matter,
    code: &PermitCode,
    (named, question, due): (&BTreeSet<BodyId>, &LegalText, Option<OpinionTerm>),
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.lead_department(ctx)?;
    let round = in_review(&at)?;
    if let Some(accepted) = round.accepted.as_ref().filter(|accepted| ctx.day() < accepted.on) {
        return Err(MatterRefusal::BackfillOutOfOrder { effective: ctx.day(), last: accepted.on });
    }
    let bodies = whom(&at, round, named)?;
    for body in &bodies {
        may_ask(&at, round, body, ctx)?;
    }
    let rules = at.planned.opinions.as_ref();
    let today = ctx.today();
    let (due, working_days) = match due {
        Some(OpinionTerm::By(day)) => (known_due(ctx, ctx.calendar.roll_forward(day)), None),
        Some(OpinionTerm::WorkingDays(days)) => (term(ctx.calendar, today, u32::from(days)), Some(days)),
        None => {
            let limit = rules.map(|rules| &rules.term);
            let limit = limit.ok_or_else(|| MatterRefusal::OpinionDueNeeded { permit: code.clone() })?;
            let last = ctx.calendar.add(today, u32::from(limit.value), limit.unit);
            (known_due(ctx, last), (limit.unit == Unit::WorkingDays).then_some(limit.value))
        }
    };
    let (earliest, latest) = (days::shift(today, 1), days::shift(today, LONGEST_DAYS));
    if due.date < earliest || due.date > latest {
        return Err(MatterRefusal::OpinionDueOutOfBounds { asked: due.date, earliest, latest });
    }
    super::one(
        ctx,
        OpinionRequested {
            permit: code.clone(),
            bodies,
            question: question.clone(),
            due,
            working_days,
            counted_from: today,
            overdue_counts_as: rules.map_or(Silence::Nothing, |rules| rules.overdue_counts_as),
        },
    )
}

/// Those named, or every cooperating department that was not asked yet. In a joint review all of them at once: nobody
/// waits for another's answer.
fn whom(at: &At<'_>, round: &Round, named: &BTreeSet<BodyId>) -> Result<BTreeSet<BodyId>, MatterRefusal> {
    let unasked = at.planned.cooperating.iter().filter(|body| round.opinions.of(body).is_none());
    let unasked: BTreeSet<BodyId> = unasked.cloned().collect();
    let bodies = if named.is_empty() { unasked.clone() } else { named.clone() };
    if bodies.is_empty() {
        return Err(MatterRefusal::NobodyToAsk { permit: at.code.clone() });
    }
    let joint = at.planned.handling == Handling::Joint && at.planned.opinions.is_some();
    let missing: Vec<_> = unasked.into_iter().filter(|body| joint && !bodies.contains(body)).collect();
    if !missing.is_empty() {
        return Err(MatterRefusal::AskAllAtOnce { permit: at.code.clone(), missing });
    }
    Ok(bodies)
}

fn may_ask(at: &At<'_>, round: &Round, body: &BodyId, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let permit = || at.code.clone();
    if *body == at.planned.lead {
        return Err(MatterRefusal::LeadGivesNoOpinion { permit: permit(), body: body.clone() });
    }
    known_body(body, ctx)?;
    let open = |c: &&Consultation| c.given.is_none() || c.objects();
    if let Some(open) = round.opinions.of(body).filter(open) {
        let (body, due) = (body.clone(), open.due.date);
        return Err(MatterRefusal::AlreadyAsked { permit: permit(), body, due });
    }
    Ok(())
}

fn give(state: &Matter, code: &PermitCode, body: &BodyId, opinion: &Opinion, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    for_itself(body, ctx)?;
    let round = at.round()?;
    if ctx.by.is_one_with(&round.applied_by) {
        stand_back(&ctx.by.officer, "本人经手提出申请 (applied for this permit)")?;
    }
    let asked = asked(&at, round, body)?;
    if let Some(given) = &asked.given {
        let (permit, body) = (code.clone(), body.clone());
        return Err(MatterRefusal::OpinionGivenAlready { permit, body, on: given.on });
    }
    if round.decision.is_none() && round.phase.allows_new_round() {
        return Err(at.wrong_step("accepted and undecided (已受理)"));
    }
    super::one(
        ctx,
        OpinionGiven {
            permit: code.clone(),
            body: body.clone(),
            opinion: opinion.clone(),
            late: ctx.day() > asked.due.date,
            after_decision: round.decision.is_some(),
        },
    )
}

fn asked<'a>(at: &At<'_>, round: &'a Round, body: &BodyId) -> Result<&'a Consultation, MatterRefusal> {
    let asked = round.opinions.of(body);
    asked.ok_or_else(|| MatterRefusal::NotAsked { permit: at.code.clone(), body: body.clone() })
}

/// The open objection of a department, before the decision.
fn objection(at: &At<'_>, body: &BodyId) -> Result<(), MatterRefusal> {
    let round = in_review(at)?;
    if asked(at, round, body)?.objects() {
        return Ok(());
    }
    Err(MatterRefusal::NoObjection { permit: at.code.clone(), body: body.clone() })
}

fn withdraw(state: &Matter, code: &PermitCode, body: &BodyId, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.lead_department(ctx)?;
    let asked = asked(&at, in_review(&at)?, body)?;
    if let Some(given) = &asked.given {
        let (permit, body) = (code.clone(), body.clone());
        return Err(MatterRefusal::OpinionGivenAlready { permit, body, on: given.on });
    }
    let (permit, body, reason) = (code.clone(), body.clone(), reason.clone());
    super::one(ctx, OpinionRequestWithdrawn { permit, body, reason })
}

/// Opinions of the round whose last day has passed unanswered, each stated once, with the day it became true.
pub(super) fn overdue<'a>(
    at: &At<'a>,
    round: &'a Round,
) -> impl Iterator<Item = (Date, Fact<MatterEvent>)> + use<'a> {
    let open = round.decision.is_none() && !round.phase.allows_new_round();
    let code = at.code;
    round.opinions.awaited().filter(move |_| open).map(move |(body, asked)| {
        let day = days::shift(asked.due.date, 1);
        let day = round.restored_on.map_or(day, |restored| day.max(restored));
        let event = OpinionOverdue {
            permit: code.clone(),
            round: round.number,
            body: body.clone(),
            due: asked.due.clone(),
            counts_as: asked.overdue_counts_as,
        };
        (day, on(day, event))
    })
}

/// What a new calendar moves of the opinions still awaited; a told date stays, unless it is a day off now.
pub(super) fn revised(
    at: &At<'_>,
    round: &Round,
    notice: &LegalText,
    ctx: &Ctx<'_>,
) -> Option<OpinionDuesRevised> {
    let moved = round.opinions.awaited().filter_map(|(body, asked)| {
        let new = match asked.working_days {
            Some(days) => term(ctx.calendar, asked.counted_from, u32::from(days)),
            None => known_due(ctx, ctx.calendar.roll_forward(asked.due.date)),
        };
        let differs = (new.date, new.provisional) != (asked.due.date, asked.due.provisional);
        differs.then(|| (body.clone(), new))
    });
    let dues: std::collections::BTreeMap<_, _> = moved.collect();
    let (permit, notice) = (at.code.clone(), notice.clone());
    (round.decision.is_none() && !dues.is_empty()).then_some(OpinionDuesRevised { permit, dues, notice })
}
