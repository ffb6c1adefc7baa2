//! What a department decides of a permit already on its way when its ground gives: it may decide not to revoke, and it
//! judges what the fall of a prerequisite means (R8, R11).
//!
//! Invariants: the permit's own department decides, with reasons; no judgement takes the place of a condition of the law.
//! Deliberately absent: revoking; that is a decision with notice, in `decision`. A prerequisite that stands again closes
//! its fall without anybody's word, in `settle`.

use super::{
    Ctx, Facts,
    command::MatterCommand as C,
    event::{FallenPrerequisiteJudged, RevocationDeclined},
    plan::RequirementId,
    refusal::MatterRefusal,
    state::Matter,
};
use crate::ids::{LegalText, PermitCode};

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::DeclineRevocation { permit, requirement, reasons } => {
            decline(state, permit, requirement, reasons, ctx)
        }
        C::JudgeFallenPrerequisite { permit, prerequisite, reasons } => {
            judge(state, permit, prerequisite, reasons, ctx)
        }
        _ => Ok(vec![]),
    }
}

fn decline(
    state: &Matter,
    code: &PermitCode,
    requirement: &RequirementId,
    reasons: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.find(code)?;
    at.head(ctx)?;
    at.not_the_applicant(state, at.round()?, ctx)?;
    if !at.permit.open_revocations().any(|(id, lapsed_on)| id == requirement && lapsed_on <= ctx.day()) {
        let (permit, requirement) = (code.clone(), requirement.clone());
        return Err(MatterRefusal::NoRevocationProposed { permit, requirement });
    }
    let (permit, requirement, reasons) = (code.clone(), requirement.clone(), reasons.clone());
    super::one(ctx, RevocationDeclined { permit, requirement, reasons })
}

fn judge(
    state: &Matter,
    code: &PermitCode,
    prerequisite: &RequirementId,
    reasons: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.find(code)?;
    at.lead_department(ctx)?;
    at.not_the_applicant(state, at.round()?, ctx)?;
    let fallen = state.open_falls(&at, ctx.day()).find(|r| r.id == *prerequisite);
    let fallen = fallen.filter(|r| at.permit.last_fall(&r.id).is_some_and(|on| on <= ctx.day()));
    let (permit, prerequisite) = (code.clone(), prerequisite.clone());
    match fallen {
        None => Err(MatterRefusal::NothingFallen { permit, requirement: prerequisite }),
        Some(r) if r.statutory => {
            let article = r.source.clone();
            Err(MatterRefusal::FallenByLaw { permit, requirement: prerequisite, article })
        }
        Some(_) => {
            super::one(ctx, FallenPrerequisiteJudged { permit, prerequisite, reasons: reasons.clone() })
        }
    }
}
