//! A matter as a whole (一件事项目).
//!
//! Invariant: a field is computed only when it is asked for.

use super::{
    action::Action,
    blocking::{Blocking, MatterTime},
    forecast::Forecast,
    milestone::Milestone,
    parts::{TaskForce, body},
    permit::Permit,
    since::{self, SeenInput, SinceVisit},
    stage_time::StageTime,
    view::View,
    what_if::{self, AssumptionsInput, ToleranceWorth, Variant, VariantInput},
};
use crate::graphql::{
    error::bad_input,
    in_turn::InTurn,
    limits::page_size,
    lists::desk::{self, DeskTask},
    matter::{
        enums::{MatterPhase, Stage},
        history::{EventConnection, events_of},
    },
    meeting::types::{Meeting, MeetingTask},
    node_id::NodeId,
    scalars::{Date, Instant, LegalText, ProjectCode, Yuan},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use om_domain::matter::{can_on_matter, event::ProjectFacts, plan};
use std::sync::Arc;

/// The project behind a matter.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Project {
    /// Name of the matter.
    pub name: LegalText,
    /// Its kind, such as municipal road (市政道路).
    pub kind: LegalText,
    /// Project code (项目代码), one per project (政府投资条例 10).
    pub code: ProjectCode,
    /// Township or subdistrict that implements it, `body:…`.
    pub implementing_body: ID,
    /// Applicant organisation, `applicant:…`.
    pub applicant: ID,
    /// Body the applicant belongs to, whose officers may not decide its permits, `body:…`; none for a private applicant.
    pub applicant_body: Option<ID>,
    /// Place.
    pub place: LegalText,
    /// Area in square metres.
    #[graphql(name = "areaM2")]
    pub area_m2: Option<i32>,
    /// Investment in whole yuan.
    pub investment_yuan: Option<Yuan>,
    /// Target completion; as it stands now, where it is a milestone.
    pub target: Option<Date>,
}

impl From<&ProjectFacts> for Project {
    fn from(p: &ProjectFacts) -> Self {
        Project {
            name: p.name.clone().into(),
            kind: p.kind.clone().into(),
            code: p.code.clone().into(),
            implementing_body: body(&p.implementing_body),
            applicant: NodeId::Applicant(p.applicant.clone()).id(),
            applicant_body: p.applicant_body.as_ref().map(body),
            place: p.place.clone().into(),
            area_m2: p.area_m2.and_then(|area| i32::try_from(area).ok()),
            investment_yuan: p.investment_yuan.map(Yuan),
            target: p.target.map(Into::into),
        }
    }
}

/// Where a matter's plan came from. The plan is the matter's own: a later template does not reach it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Plan {
    /// The template it was resolved from, `template:…`.
    pub template: ID,
    /// The version of the template.
    pub version: u32,
    /// How many permits it has.
    pub permits: usize,
    /// Recorded more than this many working days late is back-filling (后期补录).
    pub backfill_grace_days: u16,
    /// A handoff unanswered for this many working days is overdue.
    pub handoff_answer_days: u16,
    /// A supplement is due at most after this many working days.
    pub supplement_days_max: u16,
}

impl From<&plan::Plan> for Plan {
    fn from(p: &plan::Plan) -> Self {
        Plan {
            template: NodeId::Template(p.template.clone()).id(),
            version: p.version,
            permits: p.permits.len(),
            backfill_grace_days: p.settings.backfill_grace_days,
            handoff_answer_days: p.settings.handoff_answer_days,
            supplement_days_max: p.settings.supplement_max_days,
        }
    }
}

/// How far a stage of a matter has come.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(serial)]
pub struct StageProgress {
    /// The stage.
    pub stage: Stage,
    /// Its permits.
    pub permits: usize,
    /// Of them, those to which nothing more is to come: issued, approved where nothing is issued, or not applicable.
    pub done: usize,
}

/// One matter (一件事项目), as the fold of its stream has it: now, or at the moment asked for.
#[derive(Debug, Clone)]
pub struct Matter(pub Arc<View>);

/// One matter (一件事项目), as the fold of its stream has it: now, or at the moment asked for.
#[Object(serial)]
impl Matter {
    /// Its id, `matter:…`.
    pub async fn id(&self) -> ID {
        NodeId::Matter(self.0.id).id()
    }

    /// Its last known revision: the number of its last entry, from 0. Send it as `expectedRevision` or `since`.
    async fn revision(&self) -> Option<u64> {
        self.0.revision
    }

    /// When its last known entry was recorded.
    async fn recorded(&self) -> Option<Instant> {
        self.0.recorded.map(Into::into)
    }

    /// The moment its clocks are read at.
    async fn as_of(&self) -> Instant {
        om_infra::shown::something_else();
        self.0.as_of.into()
    }

    /// Whether this is the past, which is looked at and not acted on.
    async fn past(&self) -> bool {
        self.0.past
    }

    /// The version of the county's working calendar its clocks are read by.
    async fn calendar(&self) -> String {
        self.0.calendar.version().to_string()
    }

    /// Where it is in its life.
    async fn phase(&self) -> MatterPhase {
        self.0.state.phase.into()
    }

    /// The project behind it; none before it was proposed.
    async fn project(&self) -> Option<Project> {
        let project = self.0.state.project.as_ref().map(Project::from);
        project.map(|project| Project { target: self.0.state.target().map(Into::into), ..project })
    }

    /// Its task force (专班); none until it is designated.
    async fn task_force(&self) -> Option<TaskForce> {
        self.0.state.task_force.as_ref().map(Into::into)
    }

    /// Where its plan came from; none until it is planned.
    async fn plan(&self) -> Option<Plan> {
        self.0.state.plan.as_deref().map(Into::into)
    }

    /// Its permits, in the order of the plan.
    #[graphql(complexity = "30 * child_complexity")]
    async fn permits(
        &self,
        #[graphql(desc = "Only those of this stage.")] stage: Option<Stage>,
        #[graphql(desc = "Only those that this body decides, `body:…`.")] lead: Option<ID>,
    ) -> Result<InTurn<Permit>> {
        let lead = lead.as_ref().map(crate::graphql::node_id::body).transpose()?;
        let wanted: Vec<bool> = self
            .0
            .state
            .plan
            .iter()
            .flat_map(|plan| &plan.permits)
            .map(|p| stage.is_none_or(|s| s == p.stage.into()) && lead.as_ref().is_none_or(|l| *l == p.lead))
            .collect();
        Ok(Permit::all(&self.0).zip(wanted).filter_map(|(permit, wanted)| wanted.then_some(permit)).collect())
    }

    /// One permit, by its code; none if the plan has no such permit.
    async fn permit(
        &self,
        #[graphql(desc = "The permit's code in the plan, such as `A1`.")]
        code: crate::graphql::scalars::PermitCode,
    ) -> Option<Permit> {
        Permit::find(&self.0, &code.0)
    }

    /// Its milestones, in the order of the plan, each with its date and what has happened to it (R14).
    #[graphql(complexity = "5 * child_complexity")]
    async fn milestones(&self) -> Vec<Milestone> {
        Milestone::all(&self.0)
    }

    /// How far its stages have come; a stage without permits is left out.
    #[graphql(complexity = "4 * child_complexity")]
    async fn stages(&self) -> Vec<StageProgress> {
        use plan::Stage as S;
        let Some(plan) = &self.0.state.plan else { return Vec::new() };
        let of = |stage: S| {
            let permits = plan.permits.iter().filter(|p| p.stage == stage);
            let done = |p: &&plan::PlannedPermit| {
                self.0.state.permits.get(&p.code).is_some_and(|state| state.is_done(p.certificate))
            };
            StageProgress {
                stage: stage.into(),
                permits: permits.clone().count(),
                done: permits.filter(done).count(),
            }
        };
        let all = [S::ProjectAndLand, S::Construction, S::Works, S::Completion].map(of);
        all.into_iter().filter(|stage| stage.permits > 0).collect()
    }

    /// How long its stages have taken against what its plan promises, through the day of this view (阶段用时, R15); a stage without
    /// permits is left out.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn stage_times(&self) -> Vec<StageTime> {
        StageTime::all(&self.0)
    }

    /// What must be done next in it, whose move it is, since when and until when, the heaviest first: read off the same facts as
    /// the matter, at the moment of this view; lateness and days left are counted for its day. A permit that waits for the
    /// applicant, or that needs nothing more, has no task.
    #[graphql(complexity = "30 + 30 * child_complexity")]
    async fn desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what is this body's move, `body:…`.")] body: Option<ID>,
    ) -> Result<Vec<DeskTask>> {
        let body = body.as_ref().map(crate::graphql::node_id::body).transpose()?;
        desk::of_matter(ctx, &self.0, body.as_ref()).await
    }

    /// The joint meetings (联席会议) that treat it, the latest first, as they are now.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn meetings(&self, ctx: &Context<'_>) -> Result<Vec<Meeting>> {
        crate::graphql::meeting::queries::of_matter(ctx, self.0.id).await
    }

    /// The tasks that joint meetings gave about it, by their date, as they are now.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn tasks(&self, ctx: &Context<'_>) -> Result<Vec<MeetingTask>> {
        crate::graphql::meeting::queries::tasks_of_matter(ctx, self.0.id).await
    }

    /// When it will be done if every department uses its whole limit, from the day of this view on; with assumptions, what
    /// if (情景推演). Records nothing. None before it is planned.
    #[graphql(complexity = "500 + child_complexity")]
    async fn forecast(
        &self,
        #[graphql(desc = "What is assumed over and above the plan.")] assume: Option<AssumptionsInput>,
    ) -> Result<Option<Forecast>> {
        what_if::forecast(&self.0, assume).await
    }

    /// Several cases compared (情景比较), each against the forecast without its assumptions. Records nothing. Empty before it is
    /// planned.
    #[graphql(complexity = "500 + 5 * child_complexity")]
    async fn what_if(
        &self,
        #[graphql(desc = "The cases, at most 20, with at most 100 assumptions together.")] variants: Vec<
            VariantInput,
        >,
    ) -> Result<Vec<Variant>> {
        what_if::compare(&self.0, variants).await
    }

    /// Which single lawful tolerance of a prerequisite would save the most days now: of the whole first, then of its permit.
    /// One that saves nothing is listed too: zero is an answer.
    #[graphql(complexity = "500 + 10 * child_complexity")]
    async fn best_tolerances(
        &self,
        #[graphql(desc = "At most this many, 1 to 200; 10 if not said.")] first: Option<i32>,
    ) -> Result<Vec<ToleranceWorth>> {
        let first = page_size(first, 10).map_err(bad_input)?;
        what_if::best(&self.0, first).await
    }

    /// Who waits for whom (谁在等谁): each open permit and milestone, with whose move it is or what it waits for; those that hold
    /// up most first. Empty before the matter is underway and after its end.
    #[graphql(complexity = "50 + 30 * child_complexity")]
    async fn blocks(&self) -> Vec<Blocking> {
        Blocking::all(&self.0)
    }

    /// Where the time went, from the day the matter started: the days of all its permits together, and by department.
    #[graphql(complexity = "50 + child_complexity")]
    async fn time_split(&self) -> MatterTime {
        MatterTime::of(&self.0)
    }

    /// What changed since the last visit: the client says what it saw last; nothing is kept here.
    #[graphql(complexity = "100 + child_complexity")]
    async fn since(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen last: a revision or a moment.")] seen: SeenInput,
    ) -> Result<SinceVisit> {
        since::of(ctx, &self.0, seen).await
    }

    /// What the one who asks may do with the matter as a whole now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn can(&self) -> Result<Vec<Action>> {
        self.0.actions(None, |ctx| can_on_matter(&self.0.state, ctx)).await
    }

    /// Its entries in the order of the log, as known at the moment of this view.
    #[graphql(complexity = "crate::graphql::limits::multiplier(first, 50) * child_complexity")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many entries, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the entry of this cursor.")] after: Option<String>,
        #[graphql(desc = "Only the entries of the permit of this code, such as `A1`; all if not said.")]
        permit: Option<crate::graphql::scalars::PermitCode>,
    ) -> Result<EventConnection> {
        events_of(ctx, &self.0, first, after, permit.map(|permit| permit.0)).await
    }
}
