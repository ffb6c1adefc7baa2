//! What this actor may do now, and why not: the same rules, asked with a sample command.
//!
//! Invariant: nothing here decides; each answer is what `decide` says.
//! Deliberately absent: a second copy of any rule.

mod life;

pub use life::can_propose;

use super::{
    Ctx, MatterDecider, MatterReads, MatterRefusal,
    card::{About, Colour},
    command::{After, MatterCommand as C, NewMilestone, OpinionTerm, PackageItem},
    event::{Correction, Notice, Service},
    opinion::{Opinion, Treatment},
    plan::{Gate, Mode, RequirementId},
    state::{Debt, Matter, Round},
};
use crate::{
    calendar::days,
    clock::{Extension, Ground, Unit},
    decider::{Actor, Decider, Role},
    ids::{LegalText, MilestoneCode, OfficerId, PaperHash, PermitCode},
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
    let mut all = life::on_matter(state, ctx);
    all.extend(ask(
        state,
        ctx,
        vec![
            ("startMatter", C::StartMatter),
            ("suspendMatter", C::SuspendMatter { reason: text.clone() }),
            ("resumeMatter", C::ResumeMatter { reason: text.clone() }),
            ("amendPlan", C::AmendPlan { put: vec![], drop: vec![], reason: text.clone() }),
            ("completeMatter", C::CompleteMatter),
            ("terminateMatter", C::TerminateMatter { reason: text }),
            ("submitPackage", C::SubmitPackage { items: package(state, ctx) }),
        ],
    ));
    all.extend(new_milestone(state, ctx));
    all
}

/// Whether a milestone of the task force's own may be planned; the first date ahead will do.
fn new_milestone(state: &Matter, ctx: &Ctx<'_>) -> Vec<Can> {
    let (name, ..) = sample(ctx);
    let Ok(milestone) = "a-milestone-of-ones-own".parse() else { return vec![] };
    let new = Some(NewMilestone { name, after: After::Nodes(vec![]) });
    let command = C::PlanMilestone { milestone, date: days::shift(ctx.day(), 1), new };
    ask(state, ctx, vec![("planMilestone", command)])
}

/// Every permit whose file the window could receive now; all, where it could receive none.
fn package(state: &Matter, ctx: &Ctx<'_>) -> Vec<PackageItem> {
    let item = |permit: &PermitCode| PackageItem { permit: permit.clone(), materials: vec![] };
    let all: Vec<_> = state.permits.keys().map(item).collect();
    let receivable = |item: &&PackageItem| {
        let alone = C::SubmitPermit { permit: item.permit.clone(), materials: vec![] };
        MatterDecider::decide(state, &alone, ctx).is_ok()
    };
    let now: Vec<_> = all.iter().filter(receivable).cloned().collect();
    if now.is_empty() { all } else { now }
}

/// What the actor may do with one permit.
pub fn can_on_permit(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<Can> {
    let mut commands = intake(state, permit, ctx);
    commands.extend(review(state, permit, ctx));
    commands.extend(procedure(state, permit, ctx));
    commands.extend(renewal(state, permit, ctx));
    commands.extend(opinions(state, permit, ctx));
    commands.extend(tolerance(state, permit, ctx));
    commands.extend(aftermath(state, permit, ctx));
    commands.extend(card(state, permit, ctx));
    let reads = with_colleagues(state, permit, ctx);
    ask(state, &Ctx { read: &reads, ..ctx.clone() }, commands)
}

/// What the actor may do with one card.
pub fn can_on_card(state: &Matter, permit: &PermitCode, card: u16, ctx: &Ctx<'_>) -> Vec<Can> {
    let (text, ..) = sample(ctx);
    let permit = || permit.clone();
    let decided = C::DecideAppeal { permit: permit(), card, upheld: true, reasons: text.clone() };
    ask(
        state,
        ctx,
        vec![
            ("answerCard", C::AnswerCard { permit: permit(), card, answer: text.clone() }),
            ("appealCard", C::AppealCard { permit: permit(), card, reasons: text.clone() }),
            ("decideAppeal", decided),
            ("clearCard", C::ClearCard { permit: permit(), card, reason: text.clone() }),
            ("cancelCard", C::CancelCard { permit: permit(), card, reasons: text }),
        ],
    )
}

/// A card by hand against the department that has the permit.
fn card(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Option<(&'static str, C)> {
    let against = state.permits.get(permit)?.custody.holder.clone();
    let (reason, ..) = sample(ctx);
    let (permit, about) = (permit.clone(), About::Permit);
    Some(("issueCard", C::IssueCard { permit, colour: Colour::Yellow, about, against, reason }))
}

/// Two officers of the body that has the permit, for what takes more than one person: there are such, whoever they are.
fn colleagues() -> BTreeSet<OfficerId> {
    ["any-colleague", "another-colleague"].into_iter().filter_map(|id| id.parse().ok()).collect()
}

fn with_colleagues(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> MatterReads {
    let mut reads = ctx.read.clone();
    if let Some(permit) = state.permits.get(permit) {
        let body = permit.custody.holder.clone();
        let one = |officer: OfficerId| {
            let county = ctx.by.county.clone();
            let actor = Actor::new(officer, county, body.clone(), [Role::Officer].into());
            (actor.officer.clone(), actor)
        };
        reads.officers.extend(colleagues().into_iter().map(one));
    }
    reads
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
        ("supplyMaterials", C::SupplyMaterials { permit: permit.clone(), materials: vec![] }),
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
    // any body but the asker's own stands for the one it would be handed to
    let cooperating = planned.into_iter().flat_map(|p| &p.cooperating);
    let leads = state.plan.iter().flat_map(|plan| &plan.permits).map(|p| &p.lead);
    let other = cooperating.chain(leads).find(|body| **body != ctx.by.body);
    let elsewhere = other.or(planned.map(|p| &p.lead)).cloned();
    let mut commands = vec![
        (
            "suspendClock",
            C::SuspendClock {
                permit: permit.clone(),
                ground,
                told_until: day,
                notice: notice.clone(),
                proof: None,
            },
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

/// Checks, hearings, and what puts the record right.
fn procedure(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, notice, paper) = sample(ctx);
    let round = state.permits.get(permit).and_then(|p| p.round());
    let listed =
        state.missing_at(permit, Gate::Accept, ctx.day()).into_iter().map(|m| m.requirement).collect();
    let day = ctx.day();
    let mut commands = vec![
        (
            "recordCheck",
            C::RecordCheck {
                permit: permit.clone(),
                officers: colleagues(),
                finding: text.clone(),
                passed: true,
            },
        ),
        ("requestHearing", C::RequestHearing { permit: permit.clone(), told_on: day }),
    ];
    if let Some(proof) = paper {
        commands.push(("recordHearing", C::RecordHearing { permit: permit.clone(), record: proof.clone() }));
        let permit = permit.clone();
        commands.push((
            "setAsideDeemedAcceptance",
            C::SetAsideDeemedAcceptance { permit, listed, notice: in_time(round, notice), proof },
        ));
    }
    if let (Some(round), Some(second_person)) = (round, colleagues().into_iter().next()) {
        let (permit, entry, old) = (permit.clone(), round.entry, round.received_on);
        let correction = Correction::ReceivedOn { old, new: old };
        commands.push((
            "correctEntry",
            C::CorrectEntry { permit, entry, correction, reason: text, second_person },
        ));
    }
    commands
}

/// A notice as it would have been served within the term of intake.
fn in_time(round: Option<&Round>, notice: Notice) -> Notice {
    let served_on = round.map_or(notice.served_on, |round| round.intake_due.date.min(notice.served_on));
    Notice { date: served_on, served_on, ..notice }
}

/// Asking, answering and dealing with what was answered: for one's own department where it was asked, else for the first.
fn opinions(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, ..) = sample(ctx);
    let Some(planned) = state.plan.as_ref().and_then(|p| p.permit(permit)) else { return vec![] };
    let round = state.permits.get(permit).and_then(|p| p.round());
    let asked = || round.into_iter().flat_map(|r| r.opinions.all());
    let objects = asked().find(|(_, c)| c.objects()).map(|(body, _)| body);
    let silent = asked().find(|(_, c)| c.given.is_none()).map(|(body, _)| body);
    let own = asked().map(|(body, _)| body).find(|body| **body == ctx.by.body);
    let first = asked().map(|(body, _)| body).next().or(planned.cooperating.first());
    let Some(first) = first.cloned() else { return vec![] };
    let or_first = |body: Option<&crate::ids::BodyId>| body.cloned().unwrap_or_else(|| first.clone());
    let permit = || permit.clone();
    let due = planned.opinions.is_none().then_some(OpinionTerm::WorkingDays(5));
    vec![
        (
            "requestOpinion",
            C::RequestOpinion { permit: permit(), bodies: BTreeSet::new(), question: text.clone(), due },
        ),
        ("giveOpinion", C::GiveOpinion { permit: permit(), body: or_first(own), opinion: Opinion::Agree }),
        (
            "treatObjection",
            C::TreatObjection {
                permit: permit(),
                body: or_first(objects),
                treatment: Treatment::Adopted,
                reasons: text.clone(),
            },
        ),
        (
            "withdrawObjection",
            C::WithdrawObjection { permit: permit(), body: or_first(own.or(objects)), reasons: text.clone() },
        ),
        (
            "withdrawOpinionRequest",
            C::WithdrawOpinionRequest { permit: permit(), body: or_first(silent), reason: text },
        ),
    ]
}

fn renewal(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, notice, _) = sample(ctx);
    let round = state.permits.get(permit).and_then(|p| p.round());
    let expires_on = round.and_then(|r| r.certificate.as_ref()).and_then(|c| c.valid_until);
    let valid_until = days::shift(expires_on.unwrap_or(ctx.day()), 1);
    let permit = || permit.clone();
    vec![
        ("requestRenewal", C::RequestRenewal { permit: permit() }),
        ("grantRenewal", C::GrantRenewal { permit: permit(), valid_until, notice: notice.clone() }),
        (
            "refuseRenewal",
            C::RefuseRenewal {
                permit: permit(),
                reasons: text.clone(),
                article: text.clone(),
                remedy: text,
                notice,
            },
        ),
    ]
}

/// What is still to be said of a permit whose ground gives: of the first such, where there is one.
fn aftermath(state: &Matter, permit: &PermitCode, ctx: &Ctx<'_>) -> Vec<(&'static str, C)> {
    let (text, ..) = sample(ctx);
    let Ok(at) = state.find(permit) else { return vec![] };
    let proposed = at.permit.open_revocations().next().map(|(id, _)| id.clone());
    let fallen = state.open_falls(&at, ctx.day()).next().map(|r| r.id);
    let decline = |requirement| {
        let command = C::DeclineRevocation { permit: permit.clone(), requirement, reasons: text.clone() };
        ("declineRevocation", command)
    };
    let judge = |prerequisite| {
        let command =
            C::JudgeFallenPrerequisite { permit: permit.clone(), prerequisite, reasons: text.clone() };
        ("judgeFallenPrerequisite", command)
    };
    proposed.map(decline).into_iter().chain(fallen.map(judge)).collect()
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
        let propose = C::ProposeTolerance {
            permit: permit.clone(),
            requirement: requirement.clone(),
            mode,
            reason: text.clone(),
        };
        commands.push(("proposeTolerance", propose));
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
                let reject = C::RejectSupplement {
                    permit: permit.clone(),
                    requirement: requirement.clone(),
                    reason: text.clone(),
                };
                commands.push(("verifySupplement", C::VerifySupplement { permit, requirement }));
                commands.push(("rejectSupplement", reject));
            }
            _ => {}
        }
    }
    commands
}

/// What the actor may do with one milestone and its date (R14).
pub fn can_on_milestone(state: &Matter, milestone: &MilestoneCode, ctx: &Ctx<'_>) -> Vec<Can> {
    let (text, ..) = sample(ctx);
    let dated = state.dates.get(milestone);
    let reached = state.milestones.contains_key(milestone);
    let later = days::shift(dated.map_or(ctx.day(), |dated| dated.date.max(ctx.day())), 1);
    let to = (!reached).then_some(later);
    let (milestone, reason) = (|| milestone.clone(), || text.clone());
    let target = dated.is_none().then_some(later);
    let mut commands =
        vec![("reachMilestone", C::ReachMilestone { milestone: milestone(), evidence: text.clone() })];
    commands.extend(
        target.map(|date| ("planMilestone", C::PlanMilestone { milestone: milestone(), date, new: None })),
    );
    if dated.is_some() {
        commands.extend([
            (
                "requestDateChange",
                C::RequestDateChange { milestone: milestone(), to: later, reason: reason() },
            ),
            ("agreeDateChange", C::AgreeDateChange { milestone: milestone() }),
            ("objectDateChange", C::ObjectDateChange { milestone: milestone(), reason: reason() }),
            ("withdrawDateChange", C::WithdrawDateChange { milestone: milestone(), reason: reason() }),
            ("approveDateChange", C::ApproveDateChange { milestone: milestone(), reason: reason() }),
            ("refuseDateChange", C::RefuseDateChange { milestone: milestone(), reason: reason() }),
            (
                "explainMissedMilestone",
                C::ExplainMissedMilestone { milestone: milestone(), reason: reason(), to },
            ),
        ]);
    }
    ask(state, ctx, commands)
}
