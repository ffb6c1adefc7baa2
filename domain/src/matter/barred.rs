//! Whether an applicant that is barred may apply again for a permit (R9, 行政许可法 78, 79).
//!
//! Invariant: only an administrative permit that directly concerns public safety, health, life or property is barred,
//! and only for who hid, falsified or defrauded in that very permit before.
//! Deliberately absent: bars themselves, their length and their end; those are the applicant's record.

use super::{
    Ctx,
    authority::At,
    plan::{Nature, PlannedPermit, Sensitive},
    refusal::MatterRefusal,
};
use crate::{
    applicant::BarKind,
    ids::{LegalText, MatterId, PermitCode},
};
use jiff::civil::Date;

/// A bar of the applicant that runs on the day asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingBar {
    /// What for.
    pub kind: BarKind,
    /// Number of the decision.
    pub decision: LegalText,
    /// Its last day.
    pub until: Date,
    /// The matter it came up in.
    pub matter: MatterId,
    /// The permit, by its code there.
    pub permit: PermitCode,
    /// The permit's name in that matter's plan; none where the plan does not have it.
    pub name: Option<LegalText>,
}

/// Whether the law bars a new application for this permit: it must be an administrative permit that directly concerns
/// public safety, health, life or property (直接关系公共安全、人身健康、生命财产安全).
fn can_be_barred(planned: &PlannedPermit) -> bool {
    let concerned = matches!(planned.sensitive, Some(Sensitive::PublicSafety | Sensitive::LifeAndProperty));
    planned.nature == Nature::Permit && concerned
}

/// The same permit: the same of the same matter, or one of the same name in another.
fn same(bar: &StandingBar, at: &At<'_>, matter: Option<MatterId>) -> bool {
    (Some(bar.matter) == matter && bar.permit == *at.code) || bar.name.as_ref() == Some(&at.planned.name)
}

/// Refuses who is barred from applying for this permit again.
pub(super) fn may_apply(at: &At<'_>, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    if !can_be_barred(at.planned) {
        return Ok(());
    }
    let bars = ctx.read.bars.as_ref().ok_or(MatterRefusal::EligibilityUnknown)?;
    let bar = bars.value.iter().filter(|bar| same(bar, at, ctx.read.matter)).max_by_key(|bar| bar.until);
    match bar {
        Some(bar) => Err(MatterRefusal::BarredFromApplying {
            permit: at.code.clone(),
            kind: bar.kind,
            decision: bar.decision.clone(),
            until: bar.until,
        }),
        None => Ok(()),
    }
}
