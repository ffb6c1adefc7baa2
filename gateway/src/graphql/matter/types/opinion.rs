//! What departments were asked and what they said of a permit; materials that lie with another permit.
//!
//! Invariant: once the permit is decided an opinion stands as the decision took it.

use super::{
    parts::{DueDay, body, officer},
    view::View,
};
use crate::graphql::{
    matter::enums::{OpinionStanding, Silence, Treatment},
    scalars::{Date, LegalText, MaterialCode, PaperHash, PermitCode},
};
use async_graphql::{ComplexObject, ID, SimpleObject};
use om_domain::{
    ids::{self, BodyId},
    matter::{
        event::Reused,
        opinion::{self, Consultation},
        plan,
    },
};
use std::sync::Arc;

/// The opinions of the cooperating departments that a permit needs before its approval.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct OpinionsNeeded {
    /// How long a department has.
    pub term: super::clock::Limit,
    /// What its silence counts as.
    pub overdue_counts_as: Silence,
}

impl From<&plan::Opinions> for OpinionsNeeded {
    fn from(o: &plan::Opinions) -> Self {
        OpinionsNeeded { term: (&o.term).into(), overdue_counts_as: o.overdue_counts_as.into() }
    }
}

/// How many opinions are there (意见 n/m).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct OpinionCount {
    /// Given before the decision.
    pub given: usize,
    /// Asked for.
    pub asked: usize,
}

/// What one department was asked and what it said (征求意见).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Opinion {
    #[graphql(skip)]
    view: Arc<View>,
    #[graphql(skip)]
    code: ids::PermitCode,
    #[graphql(skip)]
    round: u16,
    #[graphql(skip)]
    department: BodyId,
    /// The department, `body:…`.
    pub body: ID,
    /// The day it was asked.
    pub asked_on: Date,
    /// What.
    pub question: LegalText,
    /// Its last day.
    pub due: DueDay,
    /// What its silence counts as.
    pub overdue_counts_as: Silence,
    /// Whether it did not answer by its last day.
    pub overdue: bool,
    /// How it stands: for the decision, once there is one.
    pub standing: OpinionStanding,
    /// What it said.
    pub given: Option<OpinionGiven>,
}

/// What a department said.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct OpinionGiven {
    /// The day.
    pub on: Date,
    /// Who gave it for the department, `officer:…`.
    pub by: ID,
    /// The conditions on which it agrees.
    pub conditions: Option<LegalText>,
    /// Why it objects.
    pub reasons: Option<LegalText>,
    /// The article its objection rests on.
    pub article: Option<LegalText>,
    /// Whether it came after its last day.
    pub late: bool,
    /// Whether it came after the decision, which it does not touch.
    pub after_decision: bool,
    /// How the lead department dealt with the objection.
    pub treatment: Option<Treatment>,
    /// Why so, or why the objection was withdrawn.
    pub treatment_reasons: Option<LegalText>,
}

#[ComplexObject]
impl Opinion {
    /// The day on which a yellow card (黄牌) comes to the department by rule if nothing happens before (R13); none if none is to
    /// come, or it came.
    async fn yellow_card_on(&self) -> Option<Date> {
        self.yellow_on().map(Into::into)
    }

    /// Whether that day is so near, by the county's settings, that the department is to be reminded.
    async fn card_reminder(&self) -> bool {
        self.yellow_on().is_some_and(|day| self.view.is_reminded_of(day))
    }
}

impl Opinion {
    /// As it stands on a day, in a round of a permit.
    pub(super) fn of(
        view: &Arc<View>,
        (code, round): (&ids::PermitCode, u16),
        of: &BodyId,
        c: &Consultation,
        day: jiff::civil::Date,
    ) -> Self {
        Opinion {
            view: Arc::clone(view),
            code: code.clone(),
            round,
            department: of.clone(),
            body: body(of),
            asked_on: c.asked_on.into(),
            question: c.question.clone().into(),
            due: (&c.due).into(),
            overdue_counts_as: c.overdue_counts_as.into(),
            overdue: c.is_overdue(day),
            standing: c.standing(day).into(),
            given: c.given.as_ref().map(Into::into),
        }
    }

    fn yellow_on(&self) -> Option<jiff::civil::Date> {
        let View { state, calendar, settings, .. } = &*self.view;
        let current = state.permits.get(&self.code)?.round()?.number == self.round;
        state.opinion_yellow_on(&self.code, &self.department, calendar, settings).filter(|_| current)
    }
}

impl From<&opinion::Given> for OpinionGiven {
    fn from(given: &opinion::Given) -> Self {
        use opinion::Opinion as O;
        let (conditions, reasons, article) = match &given.opinion {
            O::Agree => (None, None, None),
            O::AgreeOnConditions { conditions } => (Some(conditions.clone()), None, None),
            O::Object { reasons, article } => (None, Some(reasons.clone()), Some(article.clone())),
        };
        let treated = given.treated.as_ref();
        let why = treated.map(|(_, why, _)| why).or(given.withdrawn.as_ref().map(|(why, _)| why));
        OpinionGiven {
            on: given.on.into(),
            by: officer(&given.by),
            conditions: conditions.map(Into::into),
            reasons: reasons.map(Into::into),
            article: article.map(Into::into),
            late: given.late,
            after_decision: given.after_decision,
            treatment: treated.map(|(treatment, ..)| (*treatment).into()),
            treatment_reasons: why.cloned().map(Into::into),
        }
    }
}

/// Where a material lies that is not asked for again.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ReusedMaterial {
    /// Which.
    pub material: MaterialCode,
    /// With which permit it lies.
    pub from: PermitCode,
    /// In which of its rounds.
    pub round: u16,
    /// The day it was received there.
    pub received_on: Date,
    /// The paper by its hash, where it was uploaded.
    pub paper: Option<PaperHash>,
}

impl From<&Reused> for ReusedMaterial {
    fn from(r: &Reused) -> Self {
        ReusedMaterial {
            material: r.handed.material.clone().into(),
            from: r.from.clone().into(),
            round: r.round,
            received_on: r.received_on.into(),
            paper: r.handed.paper.clone().map(Into::into),
        }
    }
}
