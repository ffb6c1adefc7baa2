//! A milestone of a matter: its date, what changed it, and whether it was missed (R14).
//!
//! Invariant: which dates were missed is the domain's to say; nothing here compares days.

use super::{action::Action, parts::body, view::View};
use crate::graphql::{
    node_id::NodeId,
    scalars::{Date, LegalText, MilestoneCode, Requirement},
};
use async_graphql::{Enum, ID, Object, Result, SimpleObject};
use om_domain::{
    ids::MilestoneCode as Code,
    matter::{
        can_on_milestone,
        dates::{self, Came, DATE_LIMITS},
        event::Approval,
        plan::{Node, PlannedMilestone},
    },
};
use std::sync::Arc;

/// What came of a date change that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DateChangeState {
    /// Asked for and undecided.
    Open,
    /// Approved by agreement of the departments it touches.
    Agreed,
    /// Approved by the lead's decision, after they had agreed.
    ApprovedByLead,
    /// Refused by the lead.
    Refused,
    /// Taken back by who asked.
    Withdrawn,
    /// The date passed before it was decided: the milestone was missed.
    Overtaken,
}

/// A department's answer to a date change.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct DateChangeAnswer {
    /// The department, `body:…`.
    pub body: ID,
    /// Whether it has agreed; none while it has not answered.
    pub agreed: Option<bool>,
    /// The day of its last word.
    pub on: Option<Date>,
    /// Who said it, `officer:…`.
    pub by: Option<ID>,
    /// Why it objects.
    pub objection: Option<LegalText>,
}

/// A change of a milestone's date that was asked for (节点改期).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct DateChange {
    /// The day it was asked.
    pub on: Date,
    /// Who asked, `officer:…`.
    pub by: ID,
    /// For which body, `body:…`.
    pub body: ID,
    /// From which date.
    pub from: Date,
    /// To which date.
    pub to: Date,
    /// Why.
    pub reason: LegalText,
    /// The departments it touches, each with its answer. The asker's own has agreed by asking and is not among them.
    pub answers: Vec<DateChangeAnswer>,
    /// Whether the lead decides after they have agreed: more than thirty days beyond the original, in the last days before
    /// the date, or nobody else to agree.
    pub lead_decides: bool,
    /// What came of it.
    pub state: DateChangeState,
    /// The day of that; none while it is open or was overtaken.
    pub decided_on: Option<Date>,
    /// Why, where somebody said so.
    pub decided_because: Option<LegalText>,
    /// The entry that asked, `event:…/…`.
    pub event: ID,
}

/// A date that passed without the milestone.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MissedDate {
    /// The date.
    pub date: Date,
    /// The day the lead said why; none until then.
    pub explained_on: Option<Date>,
    /// Why it was missed.
    pub reason: Option<LegalText>,
    /// The new date that the lead set; none where it had been reached by then.
    pub new_date: Option<Date>,
}

/// A milestone of a matter (节点): works completed, a stage's target, the target of the whole.
#[derive(Debug, Clone)]
pub struct Milestone {
    view: Arc<View>,
    planned: PlannedMilestone,
}

impl Milestone {
    pub(super) fn all(view: &Arc<View>) -> Vec<Self> {
        let all = view.state.plan.iter().flat_map(|plan| &plan.milestones);
        all.map(|planned| Milestone { view: Arc::clone(view), planned: planned.clone() }).collect()
    }

    fn key(&self) -> &Code {
        &self.planned.code
    }

    fn dated(&self) -> Option<&dates::Dated> {
        self.view.state.dates.get(self.key())
    }

    fn reached(&self) -> Option<jiff::civil::Date> {
        self.view.state.milestones.get(self.key()).copied()
    }

    fn change(&self, dated: &dates::Dated, change: &dates::DateChange) -> DateChange {
        let outcome = change.outcome.as_ref();
        let state = match outcome.map(|outcome| outcome.what) {
            Some(Came::Approved(Approval::ByAgreement)) => DateChangeState::Agreed,
            Some(Came::Approved(Approval::ByLead)) => DateChangeState::ApprovedByLead,
            Some(Came::Refused) => DateChangeState::Refused,
            Some(Came::Withdrawn) => DateChangeState::Withdrawn,
            None if dated.open_change(self.reached()) == Some(change) => DateChangeState::Open,
            None => DateChangeState::Overtaken,
        };
        let answer = |asked: &om_domain::ids::BodyId| {
            let answer = change.answers.get(asked);
            DateChangeAnswer {
                body: body(asked),
                agreed: answer.map(|answer| answer.objection.is_none()),
                on: answer.map(|answer| answer.on.into()),
                by: answer.map(|answer| NodeId::Officer(answer.by.clone()).id()),
                objection: answer.and_then(|answer| answer.objection.clone()).map(Into::into),
            }
        };
        DateChange {
            on: change.on.into(),
            by: NodeId::Officer(change.by.clone()).id(),
            body: body(&change.body),
            from: change.from.into(),
            to: change.to.into(),
            reason: change.reason.clone().into(),
            answers: change.asks.iter().map(answer).collect(),
            lead_decides: change.lead_decides,
            state,
            decided_on: outcome.map(|outcome| outcome.on.into()),
            decided_because: outcome.and_then(|outcome| outcome.reason.clone()).map(Into::into),
            event: NodeId::Event(self.view.id, change.entry).id(),
        }
    }
}

/// A milestone of a matter (节点): works completed, a stage's target, the target of the whole.
#[Object(serial)]
impl Milestone {
    /// Its code.
    async fn code(&self) -> MilestoneCode {
        self.planned.code.clone().into()
    }

    /// Its name.
    async fn name(&self) -> LegalText {
        self.planned.name.clone().into()
    }

    /// What it comes after, as requirements are named: `permit:C4`, `milestone:demolition-done`.
    async fn after(&self) -> Vec<Requirement> {
        let id = |node: &Node| om_domain::matter::plan::RequirementId::from(node).into();
        self.planned.after.iter().map(id).collect()
    }

    /// The day it was reached; none until then.
    async fn reached_on(&self) -> Option<Date> {
        self.reached().map(Into::into)
    }

    /// The last day to reach it, as it stands; none while no date was planned.
    async fn planned(&self) -> Option<Date> {
        self.dated().map(|dated| dated.date.into())
    }

    /// The date as first planned, from which changes are counted.
    async fn original(&self) -> Option<Date> {
        self.dated().map(|dated| dated.original.into())
    }

    /// The latest date that changes may come to: the original and half the span it was planned with.
    async fn latest(&self) -> Option<Date> {
        self.dated().map(|dated| DATE_LIMITS.latest(dated.planned_on, dated.original).into())
    }

    /// Changes that were asked for, in the order they were.
    async fn changes(&self) -> Vec<DateChange> {
        let Some(dated) = self.dated() else { return Vec::new() };
        dated.changes.iter().map(|change| self.change(dated, change)).collect()
    }

    /// Dates that passed without it. What an entry recorded late shows to have been kept in time is not among them.
    async fn missed(&self) -> Vec<MissedDate> {
        let Some(dated) = self.dated() else { return Vec::new() };
        let missed = dated.misses(self.reached()).map(|date| {
            let said = dated.explained.get(&date);
            MissedDate {
                date: date.into(),
                explained_on: said.map(|said| said.on.into()),
                reason: said.map(|said| said.reason.clone().into()),
                new_date: said.and_then(|said| said.to).map(Into::into),
            }
        });
        missed.collect()
    }

    /// The departments its date touches: those whose open permits wait for it, and those whose permits it comes after,
    /// `body:…`.
    async fn touches(&self) -> Vec<ID> {
        self.view.state.touched(self.key()).iter().map(body).collect()
    }

    /// What the one who asks may do with it now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn can(&self) -> Result<Vec<Action>> {
        self.view.actions(None, |ctx| can_on_milestone(&self.view.state, self.key(), ctx)).await
    }
}
