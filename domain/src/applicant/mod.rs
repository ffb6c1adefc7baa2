//! An applicant's record (申请人信用): may it be given tolerance, and is it barred (R9, R10).
//!
//! Invariants: eligibility is lost by a lapsed tolerance only and comes back by repair, or when the lapse
//! is set aside; a bar ends by time only.
//! A bar cites a permit of a matter of this very applicant and is its department's; a lapse is repaired by the department
//! whose permit it was, never by the applicant's own body.
//! One contact at a time, of whom it has references into the vault alone ([`contact`]).
//! Deliberately absent: who the applicant is; scores, rankings and any consequence the law does not name.

pub mod command;
pub mod contact;
pub mod event;
pub mod refusal;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::ApplicantCommand;
pub use contact::{Contact, KeptText};
pub use event::{ApplicantEvent, Lapse};
pub use refusal::ApplicantRefusal;
pub use state::{Applicant, BarKind, Ineligible};

use crate::{
    access::Parties,
    access::{self, Action},
    decider::{Context, Decider, Effective, Fact, Recorded, Role, Seen},
    ids::{ApplicantId, BodyId, LegalText, MatterId, PaperHash, PermitCode, VaultRef},
};
use event::{BarEnded, BarImposed, EligibilityLost, EligibilityRepaired, LapseLifted};
use jiff::ToSpan;
use std::collections::{BTreeMap, BTreeSet};

/// A matter that a bar or a lapse cites, as its stream has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Who applies in it.
    pub applicant: ApplicantId,
    /// The body the applicant belongs to; none for a private one.
    pub applicant_body: Option<BodyId>,
    /// The permits of its plan, each with its lead department.
    pub leads: BTreeMap<PermitCode, BodyId>,
}

/// What a decision on an applicant's record needs from other streams.
#[derive(Debug, Clone, Default)]
pub struct ApplicantReads {
    /// Whose record it is (`ImposeBar`).
    pub applicant: Option<ApplicantId>,
    /// The matters that a bar (`ImposeBar`) or the open lapses (`RepairEligibility`) cite, those that there are.
    pub cited: BTreeMap<MatterId, Seen<Cited>>,
    /// Those of the papers the command names that the county's store does not have.
    pub missing_papers: BTreeSet<PaperHash>,
    /// Those of the texts the command names that the county's vault has (`NameContact`).
    pub texts: BTreeMap<VaultRef, KeptText>,
    /// Who takes part in any of the applicant's matters (`NameContact`, `RemoveContact`).
    pub parties: Parties,
}

impl ApplicantReads {
    fn matter(&self, matter: &MatterId) -> Option<&Cited> {
        self.cited.get(matter).map(|seen| &seen.value)
    }

    /// The department whose permit the lapse was of.
    fn lead(&self, lapse: &Lapse) -> Option<&BodyId> {
        self.matter(&lapse.matter)?.leads.get(&lapse.permit)
    }
}

/// The rules of an applicant's stream, `{county}.applicant-{id}`.
#[derive(Debug, Clone, Copy)]
pub struct ApplicantDecider;

type Ctx<'a> = Context<'a, ApplicantReads>;
type Facts = Result<Vec<Fact<ApplicantEvent>>, ApplicantRefusal>;

impl Decider for ApplicantDecider {
    const CATEGORY: &'static str = "applicant";
    type State = Applicant;
    type Command = ApplicantCommand;
    type Event = ApplicantEvent;
    type Refusal = ApplicantRefusal;
    type Reads = ApplicantReads;

    fn evolve(state: &mut Applicant, fact: &Recorded<ApplicantEvent>) {
        state.fold(fact);
    }

    fn settle(state: &Applicant, ctx: &Ctx<'_>) -> Option<Fact<ApplicantEvent>> {
        let bar = state.ended_by(ctx.today())?;
        let event = BarEnded { decision: bar.decision.number.clone(), until: bar.until };
        Some(Fact { event: event.into(), effective: Effective::On(bar.until.saturating_add(1.day())) })
    }

    fn decide(state: &Applicant, command: &ApplicantCommand, ctx: &Ctx<'_>) -> Facts {
        match command {
            ApplicantCommand::Settle => Ok(Vec::new()),
            ApplicantCommand::LoseEligibility { lapse } => lose(state, lapse, ctx),
            ApplicantCommand::LiftLapse { lapse } => lift(state, lapse, ctx),
            ApplicantCommand::NameContact { name, phone } => contact::name(state, name, phone.as_ref(), ctx),
            ApplicantCommand::RemoveContact { reason } => contact::remove(state, reason, ctx),
            ApplicantCommand::RepairEligibility { reason } => repair(state, reason, ctx),
            ApplicantCommand::ImposeBar { kind, matter, permit, decision } => {
                let until = kind.last_day(decision.served_on);
                let (kind, matter, permit, decision) = (*kind, *matter, permit.clone(), decision.clone());
                impose(state, BarImposed { kind, matter, permit, decision, until }, ctx)
            }
        }
    }
}

fn lose(state: &Applicant, lapse: &Lapse, ctx: &Ctx<'_>) -> Facts {
    if !ctx.by.is(Role::System) {
        return Err(ApplicantRefusal::NotThePlatform { officer: ctx.by.officer.clone() });
    }
    if state.knows(lapse) {
        return Ok(Vec::new());
    }
    Ok(vec![ctx.fact(EligibilityLost { because: lapse.clone() })])
}

/// Also where it is not known yet, or was made good: it is known for lifted from then on.
fn lift(state: &Applicant, lapse: &Lapse, ctx: &Ctx<'_>) -> Facts {
    if !ctx.by.is(Role::System) {
        return Err(ApplicantRefusal::NotThePlatform { officer: ctx.by.officer.clone() });
    }
    if state.is_lifted(lapse) {
        return Ok(Vec::new());
    }
    Ok(vec![ctx.fact(LapseLifted { lapse: lapse.clone() })])
}

fn repair(state: &Applicant, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    if !access::may(ctx.by, Action::JudgeApplicant) {
        return Err(ApplicantRefusal::NotADepartment { officer: ctx.by.officer.clone() });
    }
    let open = state.open_lapses();
    if open.is_empty() {
        return Err(ApplicantRefusal::NothingToRepair);
    }
    let (read, own) = (ctx.read, &ctx.by.body);
    let of_applicant =
        |lapse: &Lapse| read.matter(&lapse.matter).and_then(|m| m.applicant_body.as_ref()) == Some(own);
    if open.iter().any(of_applicant) {
        return Err(ApplicantRefusal::OwnRecord { officer: ctx.by.officer.clone() });
    }
    let repaired: BTreeSet<_> = open.iter().filter(|lapse| read.lead(lapse) == Some(own)).cloned().collect();
    if repaired.is_empty() {
        let leads = open.iter().filter_map(|lapse| read.lead(lapse)).cloned().collect();
        return Err(ApplicantRefusal::LapsedElsewhere { officer: ctx.by.officer.clone(), leads });
    }
    Ok(vec![ctx.fact(EligibilityRepaired { repaired, reason: reason.clone() })])
}

fn impose(state: &Applicant, bar: BarImposed, ctx: &Ctx<'_>) -> Facts {
    if !access::may(ctx.by, Action::JudgeApplicant) || !ctx.by.is(Role::Head) {
        return Err(ApplicantRefusal::NotAHead { officer: ctx.by.officer.clone() });
    }
    // what the record has is told to nobody but the head whose decision it may be
    cites(&bar, ctx)?;
    match state.bar(bar.decision.number.as_str()) {
        Some(known) if *known == bar => return Ok(Vec::new()),
        Some(_) => return Err(ApplicantRefusal::DecisionUsed { decision: bar.decision.number }),
        None => {}
    }
    if bar.decision.served_on > ctx.today() {
        let (decision, served_on) = (bar.decision.number, bar.decision.served_on);
        return Err(ApplicantRefusal::NotServed { decision, served_on });
    }
    if let Some(paper) = bar.decision.paper.as_ref().filter(|p| ctx.read.missing_papers.contains(*p)) {
        return Err(ApplicantRefusal::PaperMissing { paper: paper.clone() });
    }
    // In force from the day it was served, whenever it is recorded.
    let effective = Effective::On(bar.decision.served_on);
    Ok(vec![Fact { event: bar.into(), effective }])
}

/// The matter and the permit that a bar cites must be there, be this applicant's, and be of the department whose head
/// records it.
fn cites(bar: &BarImposed, ctx: &Ctx<'_>) -> Result<(), ApplicantRefusal> {
    let matter = bar.matter;
    let Some(cited) = ctx.read.matter(&matter) else {
        return Err(ApplicantRefusal::NoSuchMatter { matter });
    };
    if ctx.read.applicant.as_ref() != Some(&cited.applicant) {
        return Err(ApplicantRefusal::AnothersMatter { matter, applicant: cited.applicant.clone() });
    }
    match cited.leads.get(&bar.permit) {
        None => Err(ApplicantRefusal::NoSuchPermit { matter, permit: bar.permit.clone() }),
        Some(lead) if *lead != ctx.by.body => {
            let (permit, lead) = (bar.permit.clone(), lead.clone());
            Err(ApplicantRefusal::NotItsHead { officer: ctx.by.officer.clone(), permit, lead })
        }
        Some(_) => Ok(()),
    }
}
