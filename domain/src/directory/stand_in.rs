//! Stand-in officers (AB岗): who may act in whose place inside one body, from which day to which, and why.
//!
//! Invariants: principal and stand-in are accounts of one body; a principal has at most one stand-in on a day; whoever is
//! stood in for stands in for nobody meanwhile (no chain); nobody gives a stand-in's powers to themselves.
//! Deliberately absent: places that a person holds by name (lead of a task force, chair of a meeting): those have a
//! deputy; who looks on only, and who keeps the directory, is not stood in for. Nor does who audits or administers stand in: their roles go
//! with no other, and one who became that stands in no longer.

#[cfg(test)]
mod tests;

use super::{
    Ctx, Directory, DirectoryRefusal, Facts,
    event::{StandInEnded, StandInGranted},
    keepers::apart,
};
use crate::{
    access::{self, Action, Asker, Of, Resource, Verdict},
    decider::{Actor, Role, Roles},
    ids::{BodyId, LegalText, OfficerId},
};
use jiff::civil::Date;

/// The roles that can be stood in for: what a post does inside its body.
const OF_A_POST: [Role; 6] =
    [Role::Officer, Role::Head, Role::GovernmentHead, Role::Clerk, Role::Township, Role::Supervisor];

/// One dated delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// In whose place.
    pub principal: OfficerId,
    /// Who acts.
    pub stand_in: OfficerId,
    /// First day.
    pub from: Date,
    /// Last day, unless it ended early.
    pub to: Date,
    /// Why.
    pub reason: LegalText,
    /// Who granted it.
    pub granted_by: OfficerId,
    /// When it was granted, the day in Beijing.
    pub granted_on: Date,
    /// When, by whom and why it ended early.
    pub ended: Option<Ended>,
}

/// The early end of a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The day; what was done on it before stays done.
    pub on: Date,
    /// By whom.
    pub by: OfficerId,
    /// Why.
    pub reason: LegalText,
}

impl StandIn {
    /// Whether it holds on the day and was not ended.
    pub fn holds_on(&self, day: Date) -> bool {
        self.ended.is_none() && (self.from..=self.to).contains(&day)
    }

    /// Whether the day was among its days, as they ended up.
    pub fn held_on(&self, day: Date) -> bool {
        let last = self.ended.as_ref().map_or(self.to, |ended| ended.on.min(self.to));
        (self.from..=last).contains(&day)
    }

    /// Whether both claim one day and neither was ended.
    fn meets(&self, from: Date, to: Date) -> bool {
        self.ended.is_none() && self.from <= to && from <= self.to
    }
}

impl Directory {
    /// Every delegation ever granted, in the order of the record.
    pub fn stand_ins(&self) -> &[StandIn] {
        &self.stand_ins
    }

    /// The delegations that hold on the day, between accounts that are not retired.
    pub fn stand_ins_on(&self, day: Date) -> impl Iterator<Item = &StandIn> {
        let known = |s: &&StandIn| {
            let acts = self.officer(&s.stand_in).is_some_and(|officer| apart(&officer.roles).is_none());
            acts && self.officer(&s.principal).is_some()
        };
        self.stand_ins.iter().filter(move |s| s.holds_on(day)).filter(known)
    }

    /// The account as the actor it is in the place of each whom it stands in for on the day.
    pub fn in_place_of_others(&self, officer: &OfficerId, day: Date) -> Vec<Actor> {
        let held = self.stand_ins_on(day).filter(|s| s.stand_in == *officer);
        held.filter_map(|s| {
            let principal = self.actor(&s.principal)?;
            let roles = post(&principal.roles);
            // neither decides what the other has touched, by whichever account
            let own = self.other_accounts(officer);
            Some(Actor {
                officer: s.stand_in.clone(),
                roles,
                stands_in_for: Some(s.principal.clone()),
                other_accounts: principal.other_accounts.iter().cloned().chain(own).collect(),
                ..principal
            })
        })
        .collect()
    }
}

fn post(roles: &Roles) -> Roles {
    roles.iter().copied().filter(|role| OF_A_POST.contains(role)).collect()
}

/// The head of the body, or an administrator; never who would gain by it, by whichever of their accounts.
fn may_grant(
    state: &Directory,
    body: &BodyId,
    stand_in: &OfficerId,
    ctx: &Ctx<'_>,
) -> Result<(), DirectoryRefusal> {
    may_end(body, ctx)?;
    match ctx.by.officer == *stand_in || state.other_accounts(&ctx.by.officer).contains(stand_in) {
        true => Err(DirectoryRefusal::OwnStandIn { officer: stand_in.clone() }),
        false => Ok(()),
    }
}

fn may_end(body: &BodyId, ctx: &Ctx<'_>) -> Result<(), DirectoryRefusal> {
    let of_body = Resource { county: &ctx.by.county, of: Of::Body(body) };
    match access::decide(Asker::of(ctx.by), Action::NameStandIn, of_body) {
        Verdict::Allow => Ok(()),
        Verdict::Deny(_) => {
            Err(DirectoryRefusal::NotItsHead { officer: ctx.by.officer.clone(), body: body.clone() })
        }
    }
}

fn body_of(state: &Directory, officer: &OfficerId) -> Result<BodyId, DirectoryRefusal> {
    let entry = state.officer(officer);
    entry
        .map(|entry| entry.body.clone())
        .ok_or_else(|| DirectoryRefusal::NoSuchOfficer { officer: officer.clone() })
}

pub(super) fn grant(state: &Directory, asked: &StandInGranted, ctx: &Ctx<'_>) -> Facts {
    let StandInGranted { principal, stand_in, from, to, .. } = asked;
    let body = body_of(state, principal)?;
    may_grant(state, &body, stand_in, ctx)?;
    let given = body_of(state, stand_in)?;
    if principal == stand_in {
        return Err(DirectoryRefusal::StandsInForThemselves { officer: principal.clone() });
    }
    if given != body {
        let (principal, stand_in) = (principal.clone(), stand_in.clone());
        return Err(DirectoryRefusal::StandInElsewhere { principal, stand_in, body, given });
    }
    let roles = |officer| state.officer(officer).map(|entry| entry.roles).unwrap_or_default();
    if roles(stand_in).contains(&Role::Auditor) {
        return Err(DirectoryRefusal::AuditorActs { officer: stand_in.clone() });
    }
    if let Some(role) = apart(&roles(stand_in)) {
        return Err(DirectoryRefusal::RoleStandsAlone { officer: stand_in.clone(), role });
    }
    if post(&roles(principal)).is_empty() {
        return Err(DirectoryRefusal::NothingToStandInFor { officer: principal.clone() });
    }
    if from > to {
        return Err(DirectoryRefusal::DaysReversed { from: *from, to: *to });
    }
    let same = |s: &&StandIn| {
        s.ended.is_none() && (&s.principal, &s.stand_in, s.from, s.to) == (principal, stand_in, *from, *to)
    };
    if state.stand_ins.iter().any(|s| same(&s) && s.reason == asked.reason) {
        return Ok(Vec::new());
    }
    if *from < ctx.today() {
        return Err(DirectoryRefusal::StandInInThePast { from: *from, today: ctx.today() });
    }
    let meeting = || state.stand_ins.iter().filter(|s| s.meets(*from, *to));
    if let Some(s) = meeting().find(|s| s.principal == *principal) {
        let (principal, stand_in) = (s.principal.clone(), s.stand_in.clone());
        return Err(DirectoryRefusal::StoodInForAlready { principal, stand_in, from: s.from, to: s.to });
    }
    if let Some(s) = meeting().find(|s| s.principal == *stand_in || s.stand_in == *principal) {
        let (principal, stand_in) = (s.principal.clone(), s.stand_in.clone());
        return Err(DirectoryRefusal::ChainOfStandIns { principal, stand_in, from: s.from, to: s.to });
    }
    Ok(vec![ctx.fact(asked.clone())])
}

pub(super) fn end(
    state: &Directory,
    principal: &OfficerId,
    from: Date,
    reason: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    let entry = state.known(principal);
    let unknown = || DirectoryRefusal::NoSuchOfficer { officer: principal.clone() };
    may_end(&entry.ok_or_else(unknown)?.body, ctx)?;
    let granted = state.stand_ins.iter().rev().find(|s| s.principal == *principal && s.from == from);
    let none = || DirectoryRefusal::NoSuchStandIn { principal: principal.clone(), from };
    let granted = granted.ok_or_else(none)?;
    if granted.ended.is_some() {
        return Ok(Vec::new());
    }
    if granted.to < ctx.today() {
        return Err(none());
    }
    let (principal, stand_in) = (principal.clone(), granted.stand_in.clone());
    Ok(vec![ctx.fact(StandInEnded { principal, stand_in, from, reason: reason.clone() })])
}
