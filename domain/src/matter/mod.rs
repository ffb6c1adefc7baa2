//! One matter (一件事项目): its permits, tolerances, handoffs and dates in one order.
//!
//! Invariants: every command is decided on a state in which time's facts already stand (R22); custody of a permit
//! is always with exactly one body; a permit's facts touch that permit only.
//! Deliberately absent: meetings, calls, duty lists; those are streams of their own.

mod about;
pub mod acts;
mod aftermath;
mod amend;
mod authority;
mod barred;
pub mod blocks;
mod can;
pub mod card;
mod clocks;
pub mod command;
pub mod dates;
mod decision;
pub mod event;
mod evolve;
mod handoff;
mod intake;
mod lapse;
pub mod lateness;
mod lifecycle;
pub mod opinion;
mod order;
mod outlook;
mod package;
mod papers;
pub mod plan;
mod project;
mod reach;
mod receipt;
mod record;
pub mod refusal;
pub mod requirements;
mod reuse;
pub mod sentence;
mod settle;
pub mod since;
pub mod stage_time;
pub mod state;
mod supervision;
pub mod time_split;
mod tolerance;
pub mod what_if;

pub use about::event_permit;
pub use barred::StandingBar;
pub use can::{Can, can_on_card, can_on_matter, can_on_milestone, can_on_permit, can_propose};
pub use command::MatterCommand;
pub use dates::event_milestone;
pub use event::MatterEvent;
pub use lateness::Lateness;
pub use papers::{named as papers_named, named_bytes as papers_named_bytes};
pub use receipt::moved_start;
pub use refusal::MatterRefusal;
pub use state::Matter;
pub use tolerance::{consequence, verdict};

use crate::{
    access::{self, Action},
    decider::{Actor, Context, Decider, Effective, Fact, MOST_SETTLED, Reach, Recorded, Seen},
    ids::{BodyId, EventId, MatterId, OfficerId, PaperHash},
};
use jiff::civil::Date;
use plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// What a decision on a matter needs from other streams, each with the revision it was read at.
#[derive(Debug, Clone, Default)]
pub struct MatterReads {
    /// This matter's id.
    pub matter: Option<MatterId>,
    /// Whom the project code is reserved for (`ProposeMatter`).
    pub reserved: Option<Seen<Option<MatterId>>>,
    /// The template, resolved but for who implements the matter, or why it cannot be (`PlanMatter`).
    pub plan: Option<Seen<Result<Plan, String>>>,
    /// Why the applicant may not be given tolerance, by its record or by a lapse in another matter that the record does not have
    /// yet; none if it may (`TolerateDeficiency`).
    pub ineligible: Option<Seen<Option<String>>>,
    /// The lapses of this matter that the applicant's record knows, made good or not (`TolerateDeficiency`).
    pub noted_lapses: BTreeSet<EventId>,
    /// The applicant's bars that run on the day the command takes effect (`SubmitPermit`).
    pub bars: Option<Seen<Vec<StandingBar>>>,
    /// The bodies of the directory, where a command names one; none if the county has no directory.
    pub bodies: Option<BTreeSet<BodyId>>,
    /// The officers a command names, as the directory knows them.
    pub officers: BTreeMap<OfficerId, Actor>,
    /// Those of the papers a command names that the county's store does not have.
    pub missing_papers: BTreeSet<PaperHash>,
}

type Ctx<'a> = Context<'a, MatterReads>;
type Facts = Result<Vec<Fact<MatterEvent>>, MatterRefusal>;

/// The rules of a matter.
#[derive(Debug, Clone, Copy)]
pub struct MatterDecider;

impl Decider for MatterDecider {
    const CATEGORY: &'static str = "matter";
    type State = Matter;
    type Command = MatterCommand;
    type Event = MatterEvent;
    type Refusal = MatterRefusal;
    type Reads = MatterReads;

    fn evolve(state: &mut Matter, fact: &Recorded<MatterEvent>) {
        evolve::evolve(state, fact);
    }

    fn settle(state: &Matter, ctx: &Ctx<'_>) -> Option<Fact<MatterEvent>> {
        settle::next(state, ctx)
    }

    fn reach(event: &MatterEvent) -> Reach {
        reach::of(event)
    }

    fn settle_within(state: &Matter, reached: &[Reach], ctx: &Ctx<'_>) -> Option<Fact<MatterEvent>> {
        settle::next_of(state, |planned| reach::reaches(reached, planned), ctx)
    }

    fn decide(state: &Matter, command: &MatterCommand, ctx: &Ctx<'_>) -> Facts {
        let ctx = &decision::dated(command, ctx);
        let effective = ctx.day();
        if effective > ctx.today() || !ctx.effective().is_by(ctx.at) {
            return Err(MatterRefusal::EffectiveInFuture { effective, today: ctx.today() });
        }
        let facts = dispatch(state, command, ctx)?;
        papers::are_there(command, ctx)?;
        match ctx.effective.and_then(|_| out_of_order(state, &facts, ctx)) {
            Some(last) => Err(MatterRefusal::BackfillOutOfOrder { effective, last }),
            None => Ok(facts),
        }
    }
}

/// The last day of what is recorded already, where a back-filled fact, or what time makes of it, would come before it
/// and change the outcome (R16).
fn out_of_order(state: &Matter, facts: &[Fact<MatterEvent>], ctx: &Ctx<'_>) -> Option<Date> {
    let mut after = state.clone();
    for fact in facts {
        if let Some(last) = after.order.broken_by(fact) {
            return Some(last);
        }
        evolve::evolve(&mut after, &provisional(fact, ctx));
    }
    // rules in a circle are told by who settles what this leads to
    for _ in 0..MOST_SETTLED {
        let fact = settle::next(&after, ctx)?;
        if let Some(last) = after.order.broken_by(&fact) {
            return Some(last);
        }
        evolve::evolve(&mut after, &provisional(&fact, ctx));
    }
    None
}

/// A fact in its envelope before it has a place in the log.
fn provisional(fact: &Fact<MatterEvent>, ctx: &Ctx<'_>) -> Recorded<MatterEvent> {
    Recorded {
        id: EventId(uuid::Uuid::nil()),
        revision: 0,
        by: ctx.by.clone(),
        effective: fact.effective,
        recorded: ctx.at,
        event: fact.event.clone(),
    }
}

fn dispatch(state: &Matter, command: &MatterCommand, ctx: &Ctx<'_>) -> Facts {
    use MatterCommand as C;
    if matches!(command, C::Settle) {
        return Ok(vec![]);
    }
    let action =
        if matches!(command, C::ReviseDueDates { .. }) { Action::KeepCalendar } else { Action::ActOnMatter };
    if !access::may(ctx.by, action) {
        return Err(MatterRefusal::NotAuthorised { needs: authority::holder(state, command)? });
    }
    match command {
        C::ProposeMatter { .. }
        | C::DesignateMatter { .. }
        | C::ChangeTaskForce { .. }
        | C::PlanMatter { .. }
        | C::AmendPlan { .. }
        | C::StartMatter
        | C::SuspendMatter { .. }
        | C::ResumeMatter { .. }
        | C::CompleteMatter
        | C::TerminateMatter { .. }
        | C::ReachMilestone { .. } => lifecycle::decide(state, command, ctx),
        C::PlanMilestone { .. }
        | C::RequestDateChange { .. }
        | C::AgreeDateChange { .. }
        | C::ObjectDateChange { .. }
        | C::WithdrawDateChange { .. }
        | C::ApproveDateChange { .. }
        | C::RefuseDateChange { .. }
        | C::ExplainMissedMilestone { .. } => dates::decide(state, command, ctx),
        C::SubmitPermit { .. }
        | C::NoticeCorrection { .. }
        | C::ReceiveCorrection { .. }
        | C::SupplyMaterials { .. }
        | C::AcceptPermit { .. }
        | C::RefuseAcceptance { .. }
        | C::SetAsideDeemedAcceptance { .. }
        | C::WithdrawPermit { .. }
        | C::MarkNotApplicable { .. } => intake::decide(state, command, ctx),
        C::SuspendClock { .. } | C::ResumeClock { .. } | C::ExtendLimit { .. } | C::ReviseDueDates { .. } => {
            clocks::decide(state, command, ctx)
        }
        C::OfferHandoff { .. }
        | C::ReceiveHandoff { .. }
        | C::ReturnHandoff { .. }
        | C::WithdrawHandoff { .. }
        | C::RecallCustody { .. } => handoff::decide(state, command, ctx),
        C::SubmitPackage { items } => package::submit(state, items, ctx),
        C::RequestOpinion { .. }
        | C::GiveOpinion { .. }
        | C::TreatObjection { .. }
        | C::WithdrawObjection { .. }
        | C::WithdrawOpinionRequest { .. } => opinion::decide(state, command, ctx),
        C::ProposeTolerance { .. }
        | C::TolerateDeficiency { .. }
        | C::ReceiveSupplement { .. }
        | C::VerifySupplement { .. }
        | C::RejectSupplement { .. }
        | C::MoveSupplementDeadline { .. }
        | C::ConfirmPreReview { .. } => tolerance::decide(state, command, ctx),
        C::SetAsideLapse { .. } => lapse::decide(state, command, ctx),
        C::RecordCheck { .. }
        | C::RequestHearing { .. }
        | C::RecordHearing { .. }
        | C::RequestRenewal { .. }
        | C::GrantRenewal { .. }
        | C::RefuseRenewal { .. }
        | C::ApprovePermit { .. }
        | C::DenyPermit { .. }
        | C::IssueCertificate { .. }
        | C::RevokePermit { .. } => decision::decide(state, command, ctx),
        C::CorrectProject { .. } => project::decide(state, command, ctx),
        C::DeclineRevocation { .. } | C::JudgeFallenPrerequisite { .. } => {
            aftermath::decide(state, command, ctx)
        }
        C::IssueCard { .. }
        | C::AnswerCard { .. }
        | C::AppealCard { .. }
        | C::DecideAppeal { .. }
        | C::ClearCard { .. }
        | C::CancelCard { .. } => supervision::decide(state, command, ctx),
        C::CorrectEntry { .. } => record::decide(state, command, ctx),
        C::Settle => Ok(vec![]),
    }
}

fn one(ctx: &Ctx<'_>, event: impl Into<MatterEvent>) -> Facts {
    Ok(vec![ctx.fact(event)])
}

fn on(day: Date, event: impl Into<MatterEvent>) -> Fact<MatterEvent> {
    Fact { event: event.into(), effective: Effective::On(day) }
}
