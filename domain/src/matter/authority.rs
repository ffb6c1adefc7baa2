//! Who may act on a matter and its permits, and the way to the permit a command names.
//!
//! Invariant: deny by default; custody, membership, lead and separation of duties are decided here and nowhere else.
//! Deliberately absent: who the person is; the gateway has answered that before.

use super::{
    Ctx,
    command::MatterCommand as C,
    plan::{Handling, Mode, Plan, PlannedPermit},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Permit, Phase, Round, RoundPhase},
};
use crate::{
    decider::Role,
    ids::{BodyId, LegalText, OfficerId, PermitCode},
};

/// A permit in its plan, with what has happened to it.
pub(super) struct At<'a> {
    pub(super) plan: &'a Plan,
    pub(super) planned: &'a PlannedPermit,
    pub(super) permit: &'a Permit,
    pub(super) code: &'a PermitCode,
}

impl Matter {
    /// The permit a command names, in a matter that is being worked on.
    pub(super) fn working(&self, code: &PermitCode) -> Result<At<'_>, MatterRefusal> {
        self.in_phase(&[Phase::Underway, Phase::Suspended])?;
        self.find(code)
    }

    pub(super) fn find<'a>(&'a self, code: &PermitCode) -> Result<At<'a>, MatterRefusal> {
        let unknown = || MatterRefusal::NoSuchPermit { permit: code.clone() };
        let plan = self.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
        let planned = plan.permit(code).ok_or_else(unknown)?;
        let permit = self.permits.get(code).ok_or_else(unknown)?;
        Ok(At { plan, planned, permit, code: &planned.code })
    }

    pub(super) fn in_phase(&self, needed: &[Phase]) -> Result<(), MatterRefusal> {
        match self.phase {
            Phase::Unknown => Err(MatterRefusal::NoSuchMatter),
            is if needed.contains(&is) => Ok(()),
            is => Err(MatterRefusal::WrongPhase { is, needed: needed.to_vec() }),
        }
    }

    pub(super) fn is_led_by(&self, ctx: &Ctx<'_>) -> bool {
        let officer = &ctx.by.officer;
        self.task_force.as_ref().is_some_and(|t| t.lead == *officer || t.deputy.as_ref() == Some(officer))
    }

    pub(super) fn lead_only(&self, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        allow(self.is_led_by(ctx), Authority::TaskForceLead)
    }
}

pub(super) fn allow(yes: bool, needs: Authority) -> Result<(), MatterRefusal> {
    if yes { Ok(()) } else { Err(MatterRefusal::NotAuthorised { needs }) }
}

/// A body that a command names must stand in the directory, where the county has one.
pub(super) fn known_body(body: &BodyId, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    match &ctx.read.bodies {
        Some(bodies) if !bodies.contains(body) => Err(MatterRefusal::UnknownBody { body: body.clone() }),
        _ => Ok(()),
    }
}

/// An officer or the head of the body; a township's officer where the township itself is the body.
pub(super) fn works_for(ctx: &Ctx<'_>, body: &BodyId) -> bool {
    ctx.by.body == *body && [Role::Officer, Role::Head, Role::Township].iter().any(|role| ctx.by.is(*role))
}

impl<'a> At<'a> {
    /// The current round.
    pub(super) fn round(&self) -> Result<&'a Round, MatterRefusal> {
        if self.permit.not_applicable.is_some() {
            return Err(MatterRefusal::NotApplicable { permit: self.code.clone() });
        }
        self.permit.round().ok_or_else(|| self.wrong_step("submitted (已收件)"))
    }

    /// The current round, undecided.
    pub(super) fn undecided(&self) -> Result<&'a Round, MatterRefusal> {
        let round = self.round()?;
        match &round.decision {
            Some(d) => Err(MatterRefusal::AlreadyDecided {
                permit: self.code.clone(),
                by: d.by.clone(),
                on: d.on,
                approved: d.approved,
            }),
            None => Ok(round),
        }
    }

    /// The current round, undecided, or approved with its certificate still to come.
    pub(super) fn undecided_or_approved(&self) -> Result<&'a Round, MatterRefusal> {
        let round = self.round()?;
        if round.phase == RoundPhase::Approved { Ok(round) } else { self.undecided() }
    }

    /// The current round in one of these phases; `needed` says them in words.
    pub(super) fn round_in(
        &self,
        phases: &[RoundPhase],
        needed: &'static str,
    ) -> Result<&'a Round, MatterRefusal> {
        let round = self.round()?;
        if phases.contains(&round.phase) { Ok(round) } else { Err(self.wrong_step(needed)) }
    }

    pub(super) fn wrong_step(&self, needed: &'static str) -> MatterRefusal {
        MatterRefusal::WrongStep {
            permit: self.code.clone(),
            is: self.permit.round().map(|r| r.phase),
            needed,
        }
    }

    /// Who extends its limit (行政许可法 42).
    pub(super) fn who_extends(&self) -> Authority {
        match self.planned.handling {
            Handling::Joint => Authority::GovernmentHead,
            Handling::Single | Handling::Preliminary => Authority::HeadOf { body: self.planned.lead.clone() },
        }
    }

    /// Who tolerates in this mode (R10).
    pub(super) fn who_tolerates(&self, mode: Mode) -> Authority {
        let body = self.planned.lead.clone();
        match mode {
            Mode::ReceiveOnly | Mode::Accept => {
                Authority::Custodian { body: self.permit.custody.holder.clone() }
            }
            Mode::PreReview => Authority::LeadDepartment { body },
            Mode::Commitment | Mode::IssueFirst => Authority::HeadOf { body },
        }
    }

    /// An officer of the body that has custody.
    pub(super) fn custodian(&self, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        let body = &self.permit.custody.holder;
        allow(works_for(ctx, body), Authority::Custodian { body: body.clone() })
    }

    /// An officer of the lead department, which must have custody: no handoff moves the power to decide.
    pub(super) fn decider(&self, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        self.lead_department(ctx)?;
        self.custody_home()
    }

    pub(super) fn custody_home(&self) -> Result<(), MatterRefusal> {
        let holder = &self.permit.custody.holder;
        if *holder == self.planned.lead {
            Ok(())
        } else {
            Err(MatterRefusal::CustodyElsewhere { permit: self.code.clone(), holder: holder.clone() })
        }
    }

    pub(super) fn lead_department(&self, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        let body = &self.planned.lead;
        allow(works_for(ctx, body), Authority::LeadDepartment { body: body.clone() })
    }

    pub(super) fn head(&self, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        let body = &self.planned.lead;
        allow(ctx.by.body == *body && ctx.by.is(Role::Head), Authority::HeadOf { body: body.clone() })
    }

    /// The window, the implementing body, the applicant's body, or the lead department itself.
    pub(super) fn submitter(&self, matter: &Matter, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
        let project = matter.project.as_ref();
        let body = &ctx.by.body;
        let applies = project
            .is_some_and(|p| p.implementing_body == *body || p.applicant_body.as_ref() == Some(body))
            && (ctx.by.is(Role::Township) || ctx.by.is(Role::Officer) || ctx.by.is(Role::Head));
        let yes = ctx.by.is(Role::Clerk) || applies || works_for(ctx, &self.planned.lead);
        allow(yes, Authority::Submitter { lead: self.planned.lead.clone() })
    }

    /// Who applied may not decide, nor may an officer of the applicant's own body (R18).
    pub(super) fn not_the_applicant(
        &self,
        matter: &Matter,
        round: &Round,
        ctx: &Ctx<'_>,
    ) -> Result<(), MatterRefusal> {
        self.not_for(matter, &round.applied_by, ctx)
    }

    /// Who asked does not answer, nor does an officer of the applicant's own body (R18).
    pub(super) fn not_for(
        &self,
        matter: &Matter,
        asked_by: &OfficerId,
        ctx: &Ctx<'_>,
    ) -> Result<(), MatterRefusal> {
        let of_applicant =
            matter.project.as_ref().and_then(|p| p.applicant_body.as_ref()) == Some(&ctx.by.body);
        if ctx.by.is_one_with(asked_by) {
            return stand_back(&ctx.by.officer, "本人经手提出申请 (applied for this permit)");
        }
        if of_applicant {
            return stand_back(&ctx.by.officer, "所在单位为申请人 (works for the applicant)");
        }
        Ok(())
    }
}

/// Who may give this command, for one who may give none: as the rules of each command say it first.
pub(super) fn holder(state: &Matter, command: &C) -> Result<Authority, MatterRefusal> {
    let Some(code) = command.permit() else {
        let formed = state.task_force.is_some();
        return Ok(match command {
            C::ProposeMatter { .. } | C::DesignateMatter { .. } => Authority::Lead,
            C::TerminateMatter { .. } if !formed => Authority::Lead,
            C::ReviseDueDates { .. } => Authority::Administrator,
            C::SubmitPackage { .. } => Authority::Window,
            _ => super::dates::holder(state, command).unwrap_or(Authority::TaskForceLead),
        });
    };
    let at = state.find(code)?;
    let body = at.planned.lead.clone();
    let offered = at.permit.custody.offer.as_ref();
    Ok(match command {
        C::ProposeTolerance { .. } => Authority::TaskForceLead,
        C::IssueCard { .. } | C::DecideAppeal { .. } | C::ClearCard { .. } | C::CancelCard { .. } => {
            Authority::Supervision
        }
        C::AnswerCard { card, .. } | C::AppealCard { card, .. } => {
            let against = at.permit.cards.get(card).map(|card| card.against.clone());
            Authority::Carded { body: against.unwrap_or(body) }
        }
        C::SubmitPermit { .. }
        | C::ReceiveCorrection { .. }
        | C::SupplyMaterials { .. }
        | C::WithdrawPermit { .. }
        | C::ReceiveSupplement { .. }
        | C::RequestHearing { .. }
        | C::RequestRenewal { .. } => Authority::Submitter { lead: body },
        C::ReceiveHandoff { .. } | C::ReturnHandoff { .. } => {
            Authority::Receiver { body: offered.map_or(body, |offer| offer.to.clone()) }
        }
        C::GiveOpinion { body, .. } | C::WithdrawObjection { body, .. } => {
            Authority::Asked { body: body.clone() }
        }
        C::ExtendLimit { .. } => at.who_extends(),
        C::SetAsideDeemedAcceptance { .. }
        | C::MoveSupplementDeadline { .. }
        | C::SetAsideLapse { .. }
        | C::RevokePermit { .. }
        | C::DeclineRevocation { .. } => Authority::HeadOf { body },
        C::TolerateDeficiency { mode, .. } => at.who_tolerates(*mode),
        C::NoticeCorrection { .. }
        | C::AcceptPermit { .. }
        | C::SuspendClock { .. }
        | C::ResumeClock { .. }
        | C::OfferHandoff { .. }
        | C::WithdrawHandoff { .. }
        | C::RecordCheck { .. }
        | C::CorrectEntry { .. } => Authority::Custodian { body: at.permit.custody.holder.clone() },
        _ => Authority::LeadDepartment { body },
    })
}

pub(super) fn stand_back(officer: &OfficerId, because: &str) -> Result<(), MatterRefusal> {
    Err(MatterRefusal::SeparationOfDuties { officer: officer.clone(), because: text(because) })
}

/// A fixed sentence of the rules as legal text.
pub(super) fn text(sentence: &str) -> LegalText {
    LegalText::fixed(sentence)
}
