//! A matter's life: proposed, designated, planned, begun, ended.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::{
        carry_out::propose,
        inputs::{EffectiveInput, ProjectInput, TaskForceInput},
        payload::MatterCommandPayload,
        plan_inputs::PlannedPermitInput,
    },
    node_id,
    scalars::{LegalText, MilestoneCode, PermitCode, Uuid},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use om_domain::{ids::CommandId, matter::MatterCommand as C};

/// Propose a matter (一件事项目): its project code is reserved, and the matter is created with an id derived from the
/// command's, so a retry proposes no second one.
#[derive(Debug, Clone, InputObject)]
pub struct ProposeMatterInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// When it happened, if not now.
    pub effective: Option<EffectiveInput>,
    /// The project behind the matter.
    pub project: ProjectInput,
}

/// The command that begins a matter.
#[derive(Default)]
pub struct ProposeMutation;

#[Object(serial)]
impl ProposeMutation {
    /// Propose a matter (一件事项目) for a project. Its project code is reserved first (one per project, 政府投资条例 10).
    async fn propose_matter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project, and the id of this intention.")] input: ProposeMatterInput,
    ) -> Result<MatterCommandPayload> {
        let id = CommandId(input.command_id.0);
        propose(ctx, id, input.effective.map(Into::into), input.project.try_into()?).await
    }
}

matter_mutations! {
    /// Commands on a matter as a whole.
    LifeMutation {
        /// Designate it a one-matter project (列为一件事项目) and form its task force (专班).
        designate_matter(DesignateMatterInput) {
            /// The task force.
            task_force: TaskForceInput,
            /// The document that designates it (文件依据).
            basis: LegalText,
        } = |i| C::DesignateMatter { task_force: i.task_force.try_into()?, basis: i.basis.0 };

        /// Correct the project's facts, given whole: name, kind, place, area, investment, target, and before it is planned
        /// the implementing body. Its code and applicant stay. What was recorded stays visible; a second person of the
        /// same body agrees.
        correct_project(CorrectProjectInput) {
            /// The project as it is, whole.
            project: ProjectInput,
            /// Why.
            reason: LegalText,
            /// The second person, `officer:…`.
            second_person: ID,
        } = |i| C::CorrectProject {
            project: i.project.try_into()?,
            reason: i.reason.0,
            second_person: node_id::officer(&i.second_person)?,
        };

        /// Change the task force; the new one is given whole.
        change_task_force(ChangeTaskForceInput) {
            /// The new task force, whole.
            task_force: TaskForceInput,
            /// Why.
            reason: LegalText,
        } = |i| C::ChangeTaskForce { task_force: i.task_force.try_into()?, reason: i.reason.0 };

        /// Resolve a template into the matter's plan. The plan is stored with the matter; a later template does not reach it.
        plan_matter(PlanMatterInput) {
            /// The template, `template:…`.
            template: ID,
            /// Permits of the template that this matter does not need, by code.
            #[graphql(default)]
            leave_out: Vec<PermitCode>,
        } = |i| C::PlanMatter {
            template: node_id::template(&i.template)?,
            leave_out: i.leave_out.into_iter().map(Into::into).collect(),
        };

        /// Amend the plan: permits added, replaced or dropped, never for a gate already passed.
        amend_plan(AmendPlanInput) {
            /// Permits to add, or to put in the place of those with the same code.
            #[graphql(default)]
            put: Vec<PlannedPermitInput>,
            /// Permits to drop, by code.
            #[graphql(default)]
            drop: Vec<PermitCode>,
            /// Why.
            reason: LegalText,
        } = |i| C::AmendPlan {
            put: i.put.into_iter().map(TryInto::try_into).collect::<Result<_>>()?,
            drop: i.drop.into_iter().map(Into::into).collect(),
            reason: i.reason.0,
        };

        /// Begin the work on the matter.
        start_matter(StartMatterInput) {} = |_i| C::StartMatter;

        /// Suspend the matter. No statutory clock stops by this.
        suspend_matter(SuspendMatterInput) {
            /// Why.
            reason: LegalText,
        } = |i| C::SuspendMatter { reason: i.reason.0 };

        /// Let a suspended matter go on.
        resume_matter(ResumeMatterInput) {
            /// Why.
            reason: LegalText,
        } = |i| C::ResumeMatter { reason: i.reason.0 };

        /// Complete the matter: every stage complete, no debt, handoff or appeal open.
        complete_matter(CompleteMatterInput) {} = |_i| C::CompleteMatter;

        /// Give the matter up.
        terminate_matter(TerminateMatterInput) {
            /// Why.
            reason: LegalText,
        } = |i| C::TerminateMatter { reason: i.reason.0 };

        /// Record that a milestone (such as works completed) was reached on the effective day.
        reach_milestone(ReachMilestoneInput) {
            /// The milestone, by its code in the plan.
            milestone: MilestoneCode,
            /// What shows it.
            evidence: LegalText,
        } = |i| C::ReachMilestone { milestone: i.milestone.0, evidence: i.evidence.0 };
    }
}
