//! What a decision makes of the opinions: one conclusion for all departments asked.
//!
//! Invariants: an opinion counts from the day it was given, silence from the day after the last one, and only as the
//! request said; each department asked stands in the conclusion once.
//! Deliberately absent: the decision; a person of the lead department makes it.

use super::{Consultation, Opinion, Treatment};
use crate::{
    ids::{BodyId, LegalText},
    matter::{
        authority::At,
        event::OpinionsConcluded,
        plan::Silence,
        refusal::{Awaited, MatterRefusal},
        state::Round,
    },
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a department's opinion stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 待回复: awaited.
    Awaited,
    /// 同意.
    Agreed,
    /// 有条件同意.
    AgreedOnConditions,
    /// 逾期视为同意: silent, which counts as agreement.
    SilentAgreed,
    /// 逾期未回复: silent, which counts as nothing; still owed.
    SilentOwed,
    /// 不同意, not dealt with.
    Objected,
    /// 不同意，已采纳.
    ObjectionAdopted,
    /// 不同意，未采纳.
    ObjectionNotAdopted,
    /// 异议已撤回.
    ObjectionWithdrawn,
}

impl Standing {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Standing::Awaited => "待回复",
            Standing::Agreed => "同意",
            Standing::AgreedOnConditions => "有条件同意",
            Standing::SilentAgreed => "逾期视为同意",
            Standing::SilentOwed => "逾期未回复",
            Standing::Objected => "不同意",
            Standing::ObjectionAdopted => "异议已采纳",
            Standing::ObjectionNotAdopted => "异议未采纳",
            Standing::ObjectionWithdrawn => "异议已撤回",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        match self {
            Standing::Awaited => "awaited",
            Standing::Agreed => "agreed",
            Standing::AgreedOnConditions => "agreed on conditions",
            Standing::SilentAgreed => "silent, counted as agreed",
            Standing::SilentOwed => "silent, still owed",
            Standing::Objected => "objected",
            Standing::ObjectionAdopted => "objection adopted",
            Standing::ObjectionNotAdopted => "objection not adopted",
            Standing::ObjectionWithdrawn => "objection withdrawn",
        }
    }
}

/// A department's opinion as a decision took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Concluded {
    /// The department.
    pub body: BodyId,
    /// How it stood.
    pub standing: Standing,
    /// Its conditions, which go with the approval.
    pub conditions: Option<LegalText>,
}

impl Consultation {
    /// How the opinion stands on a day; what came later, or after the decision, is not there yet.
    pub fn standing(&self, day: Date) -> Standing {
        let given = self.given.as_ref().filter(|given| given.on <= day && !given.after_decision);
        let Some(given) = given else {
            return match self.overdue_counts_as {
                _ if self.due.date >= day => Standing::Awaited,
                Silence::Agree => Standing::SilentAgreed,
                Silence::Nothing => Standing::SilentOwed,
            };
        };
        match &given.opinion {
            Opinion::Agree => Standing::Agreed,
            Opinion::AgreeOnConditions { .. } => Standing::AgreedOnConditions,
            Opinion::Object { .. } => {
                let withdrawn = given.withdrawn.as_ref().is_some_and(|(_, on)| *on <= day);
                let treated = given.treated.as_ref().filter(|(_, _, on)| *on <= day);
                match treated.map(|(treatment, ..)| *treatment) {
                    _ if withdrawn => Standing::ObjectionWithdrawn,
                    Some(Treatment::Adopted) => Standing::ObjectionAdopted,
                    Some(Treatment::NotAdopted) => Standing::ObjectionNotAdopted,
                    None => Standing::Objected,
                }
            }
        }
    }
}

/// Before any decision each objection was dealt with or withdrawn.
pub(crate) fn objections_dealt_with(at: &At<'_>, round: &Round, day: Date) -> Result<(), MatterRefusal> {
    let open = round.opinions.all().filter(|(_, c)| c.standing(day) == Standing::Objected);
    let bodies: Vec<BodyId> = open.map(|(body, _)| body.clone()).collect();
    if bodies.is_empty() {
        return Ok(());
    }
    Err(MatterRefusal::ObjectionsOpen { permit: at.code.clone(), bodies })
}

/// Before an approval every department asked, and every one whose opinion the plan needs, has answered or counts as
/// having answered.
pub(crate) fn may_approve(at: &At<'_>, round: &Round, day: Date) -> Result<(), MatterRefusal> {
    let needed = at.planned.cooperating.iter().filter(|_| at.planned.opinions.is_some());
    let unasked = needed.filter(|body| round.opinions.of(body).is_none());
    let unasked = unasked.map(|body| Awaited { body: body.clone(), due: None });
    let open = round.opinions.all().filter_map(|(body, c)| {
        let open = matches!(c.standing(day), Standing::Awaited | Standing::SilentOwed);
        open.then(|| Awaited { body: body.clone(), due: Some(c.due.date) })
    });
    let awaited: Vec<Awaited> = unasked.chain(open).collect();
    if awaited.is_empty() {
        return Ok(());
    }
    Err(MatterRefusal::OpinionsAwaited { permit: at.code.clone(), awaited })
}

/// The one conclusion that stands beside a decision; none where nobody was asked.
pub(crate) fn concluded(at: &At<'_>, round: &Round, day: Date, approved: bool) -> Option<OpinionsConcluded> {
    let opinions: Vec<Concluded> = round
        .opinions
        .all()
        .map(|(body, c)| {
            let standing = c.standing(day);
            let conditions = match c.given.as_ref().map(|given| &given.opinion) {
                Some(Opinion::AgreeOnConditions { conditions })
                    if standing == Standing::AgreedOnConditions =>
                {
                    Some(conditions.clone())
                }
                _ => None,
            };
            Concluded { body: body.clone(), standing, conditions }
        })
        .collect();
    let permit = at.code.clone();
    (!opinions.is_empty()).then_some(OpinionsConcluded { permit, opinions, approved })
}
