//! What this actor may do now, and why not: the same rules, asked with a sample command.
//!
//! Invariant: nothing here decides; each answer is what `decide` says.
//! Deliberately absent: a second copy of any rule.

use super::{
    Ctx, MatterDecider, MatterRefusal,
    command::MatterCommand as C,
    event::{Notice, Service},
    plan::{Gate, Mode, RequirementId},
    state::{Debt, Matter},
};
use crate::{
    clock::{Extension, Ground, Unit},
    decider::Decider,
    ids::{LegalText, PaperHash, PermitCode},
};
use std::collections::BTreeSet;

/// An action and whether it may be taken now.
#[derive(Debug, Clone, PartialEq)]
pub struct Can {
    /// The command's name as in the API, in camel case.
    pub action: &'static str,
    /// Why not; none if it may.
    pub refusal: Option<MatterRefusal>,
}

fn ask(state: &Matter, ctx: &Ctx<'_>, commands: Vec<(&'static str, C)>) -> Vec<Can> {
    let answer = |(action, command): (&'static str, C)| Can {
        action,
        refusal: MatterDecider::decide(state, &command, ctx).err(),
    };
    commands.into_iter().map(answer).collect()
}

fn sample(ctx: &Ctx<'_>) -> (LegalText, Notice, Option<PaperHash>) {
    let text = LegalText::fixed("样例");
    let day = ctx.day();
    let notice =
        Notice { number: text.clone(), date: day, service: Service::InPerson, served_on: day, paper: None };
    (text, notice, "0".repeat(64).parse().ok())
}

/// What the actor may do with the matter itself.
pub fn can_on_matter(state: &Matter, ctx: &Ctx<'_>) -> Vec<Can> {
    let (text, ..) = sample(ctx);
    ask(
        state,
        ctx,
        vec![
            ("startMatter", C::StartMatter),
            ("suspendMatter", C::SuspendMatter { reason: text.clone() }),
            ("resumeMatter", C::ResumeMatter { reason: text.clone() }),
            ("amendPlan", C::AmendPlan { put: vec![], drop: vec![], reason: text.clone() }),
            ("completeMatter", C::CompleteMatter),
            ("terminateMatter", C::TerminateMatter { reason: text }),
        ],
    )
}

/// What the actor may do with one permit.
pub fn can_on_permit(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<Can> {
    let mut commands = intake(state, permit, ctx);
    commands.extend(review(state, permit, ctx));
    commands.extend(tolerance(state, permit, ctx));
    ask(state, ctx, commands)
}

fn intake(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, notice, _) = sample(ctx);
    let permit = permit.clone();
    let listed: BTreeSet<RequirementId> =
        state.missing_at(&permit, Gate::Accept, ctx.day()).into_iter().map(|m| m.requirement).collect();
    vec![
        ("submitPermit", C::SubmitPermit { permit: permit.clone(), materials: vec![] }),
        ("noticeCorrection", C::NoticeCorrection { permit: permit.clone(), listed, notice: notice.clone() }),
        ("receiveCorrection", C::ReceiveCorrection { permit: permit.clone(), materials: vec![] }),
        ("acceptPermit", C::AcceptPermit { permit: permit.clone(), notice: notice.clone() }),
        ("refuseAcceptance", C::RefuseAcceptance { permit: permit.clone(), reason: text.clone(), notice }),
        ("withdrawPermit", C::WithdrawPermit { permit: permit.clone(), reason: text.clone() }),
        ("markNotApplicable", C::MarkNotApplicable { permit, reason: text }),
    ]
}

fn review(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, notice, _) = sample(ctx);
    let permit = permit.clone();
    let round = state.permits.get(&permit).and_then(|p| p.round());
    let stopped = round.and_then(|r| r.clocks.as_ref()).into_iter().flat_map(|c| &c.suspensions);
    let open = stopped.filter(|s| s.suspension.until.is_none()).map(|s| s.suspension.ground).next();
    let planned = state.plan.as_ref().and_then(|p| p.permit(&permit));
    let ground = planned.and_then(|p| p.excluded.first()).map_or(Ground::ExpertReview, |e| e.ground);
    let most = planned.and_then(|p| p.extension.clone());
    let extension = Extension {
        value: most.as_ref().map_or(1, |m| m.value),
        unit: most.as_ref().map_or(Unit::WorkingDays, |m| m.unit),
        source: String::new(),
    };
    let reason = text.clone();
    let day = ctx.day();
    let elsewhere = planned.and_then(|p| p.cooperating.first()).or(planned.map(|p| &p.lead)).cloned();
    let mut commands = vec![
        (
            "suspendClock",
            C::SuspendClock { permit: permit.clone(), ground, told_until: day, notice: notice.clone() },
        ),
        ("resumeClock", C::ResumeClock { permit: permit.clone(), ground: open.unwrap_or(ground) }),
        (
            "extendLimit",
            C::ExtendLimit {
                permit: permit.clone(),
                extension,
                reason: reason.clone(),
                notice: notice.clone(),
                proof: None,
            },
        ),
        ("receiveHandoff", C::ReceiveHandoff { permit: permit.clone() }),
        ("returnHandoff", C::ReturnHandoff { permit: permit.clone(), reason: reason.clone() }),
        ("withdrawHandoff", C::WithdrawHandoff { permit: permit.clone(), reason: reason.clone() }),
        ("recallCustody", C::RecallCustody { permit: permit.clone(), reason: reason.clone() }),
        ("confirmPreReview", C::ConfirmPreReview { permit: permit.clone() }),
        (
            "approvePermit",
            C::ApprovePermit { permit: permit.clone(), notice: notice.clone(), conditions: None },
        ),
        (
            "denyPermit",
            C::DenyPermit {
                permit: permit.clone(),
                reasons: reason.clone(),
                article: reason.clone(),
                remedy: reason.clone(),
                notice: notice.clone(),
            },
        ),
        (
            "issueCertificate",
            C::IssueCertificate { permit: permit.clone(), certificate: notice.clone(), valid_until: None },
        ),
        (
            "revokePermit",
            C::RevokePermit { permit: permit.clone(), reasons: reason.clone(), article: reason, notice },
        ),
    ];
    if let Some(to) = elsewhere {
        commands.push(("offerHandoff", C::OfferHandoff { permit, to, reason: text, papers: vec![] }));
    }
    commands
}

/// For each requirement that could be tolerated or is owed: one answer for the first that fits.
fn tolerance(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, notice, paper) = sample(ctx);
    let Some((planned, paper)) = state.plan.as_ref().and_then(|p| p.permit(permit)).zip(paper) else {
        return vec![];
    };
    let mut commands = Vec::new();
    let found = planned
        .requirements()
        .find_map(|r| r.modes.iter().find(|m| m.shifts(r.gate, &r.id).is_some()).map(|m| (r.id.clone(), *m)));
    if let Some((requirement, mode)) = found {
        commands.push((
            "tolerateDeficiency",
            C::TolerateDeficiency {
                permit: permit.clone(),
                requirement,
                mode,
                commitment: paper,
                supplement_due: crate::calendar::days::shift(ctx.day(), 1),
                form: text.clone(),
                notice: (mode == Mode::ReceiveOnly).then_some(notice),
            },
        ));
    }
    let round = state.permits.get(permit).and_then(|p| p.round());
    for (requirement, owed) in round.into_iter().flat_map(|r| &r.tolerances) {
        let (permit, requirement) = (permit.clone(), requirement.clone());
        match owed.debt {
            Debt::Open | Debt::Rejected => {
                commands
                    .push(("receiveSupplement", C::ReceiveSupplement { permit, requirement, paper: None }));
            }
            Debt::Received => {
                commands.push(("verifySupplement", C::VerifySupplement { permit, requirement }))
            }
            _ => {}
        }
    }
    commands
}
