//! Dates of milestones: planned, changed by agreement, missed and explained (R14).

use super::declare::matter_mutations;
use crate::graphql::{
    error::bad_input,
    matter::enums::Stage,
    scalars::{Date, LegalText, MilestoneCode, Requirement},
};
use async_graphql::{InputObject, OneofObject, Result};
use om_domain::matter::{
    MatterCommand as C,
    command::{After, NewMilestone},
    plan::{Node, RequirementId},
};

/// What a milestone comes after. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum MilestoneAfterInput {
    /// All permits of this stage: the stage's target. It is reached with the last of them.
    Stage(Stage),
    /// If true: all permits, the target of the matter. It is reached when the matter is completed.
    Everything(bool),
    /// These permits and milestones, `permit:C4` or `milestone:demolition-done`; none: it stands by itself.
    Nodes(Vec<Requirement>),
}

/// A milestone that the template's plan does not have.
#[derive(Debug, Clone, InputObject)]
pub struct NewMilestoneInput {
    /// Its name, such as 开工.
    pub name: LegalText,
    /// What comes before it.
    pub after: MilestoneAfterInput,
}

impl TryFrom<NewMilestoneInput> for NewMilestone {
    type Error = async_graphql::Error;

    fn try_from(input: NewMilestoneInput) -> Result<Self> {
        let node = |id: Requirement| match id.0 {
            RequirementId::Permit(code) => Ok(Node::Permit(code)),
            RequirementId::Milestone(code) => Ok(Node::Milestone(code)),
            RequirementId::Material(_) => {
                Err(bad_input("a milestone comes after permits and milestones only"))
            }
        };
        let after = match input.after {
            MilestoneAfterInput::Stage(stage) => After::Stage(stage.into()),
            MilestoneAfterInput::Everything(true) => After::Everything,
            MilestoneAfterInput::Everything(false) => {
                return Err(bad_input("everything is true, or left out"));
            }
            MilestoneAfterInput::Nodes(nodes) => {
                After::Nodes(nodes.into_iter().map(node).collect::<Result<_>>()?)
            }
        };
        Ok(NewMilestone { name: input.name.0, after })
    }
}

matter_mutations! {
    /// Commands on the dates of milestones.
    DateMutation {
        /// Plan the date of a milestone (节点计划日期), the lead's: the original date, from which changes are counted. A milestone
        /// that the plan does not have (works begun, a stage's target, the target of the whole) is named with what it comes
        /// after. On the day it was set it may be set again (R14).
        plan_milestone(PlanMilestoneInput) {
            /// The milestone, by its code in the plan, or a new code.
            milestone: MilestoneCode,
            /// The last day to reach it.
            date: Date,
            /// What it is, where the plan does not have it.
            new: Option<NewMilestoneInput>,
        } = |i| C::PlanMilestone {
            milestone: i.milestone.0,
            date: i.date.0,
            new: i.new.map(TryInto::try_into).transpose()?,
        };

        /// Ask for another date of a milestone (申请节点改期), before the date; in its last days only the lead (R14).
        request_date_change(RequestDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date asked for.
            to: Date,
            /// Why.
            reason: LegalText,
        } = |i| C::RequestDateChange { milestone: i.milestone.0, to: i.to.0, reason: i.reason.0 };

        /// Agree to the date asked for, as a department that it touches. With the last agreement the date is changed, unless the
        /// lead decides (R14).
        agree_date_change(AgreeDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
        } = |i| C::AgreeDateChange { milestone: i.milestone.0 };

        /// Object to the date asked for, as a department that it touches; while the request is open it may agree later (R14).
        object_date_change(ObjectDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// Why.
            reason: LegalText,
        } = |i| C::ObjectDateChange { milestone: i.milestone.0, reason: i.reason.0 };

        /// Take a request for another date back.
        withdraw_date_change(WithdrawDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// Why.
            reason: LegalText,
        } = |i| C::WithdrawDateChange { milestone: i.milestone.0, reason: i.reason.0 };

        /// Decide for the date asked for, the lead's, once the departments have agreed (R14).
        approve_date_change(ApproveDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// Why.
            reason: LegalText,
        } = |i| C::ApproveDateChange { milestone: i.milestone.0, reason: i.reason.0 };

        /// Decide against the date asked for, the lead's; the date stays.
        refuse_date_change(RefuseDateChangeInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// Why.
            reason: LegalText,
        } = |i| C::RefuseDateChange { milestone: i.milestone.0, reason: i.reason.0 };

        /// Say why a milestone was missed, and by when it will be reached instead (逾期说明), the lead's (R14).
        explain_missed_milestone(ExplainMissedMilestoneInput) {
            /// The milestone.
            milestone: MilestoneCode,
            /// Why it was missed.
            reason: LegalText,
            /// The new date; left out where it has been reached meanwhile.
            to: Option<Date>,
        } = |i| C::ExplainMissedMilestone {
            milestone: i.milestone.0,
            reason: i.reason.0,
            to: i.to.map(|to| to.0),
        };
    }
}
