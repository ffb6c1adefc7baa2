//! When a matter of the list will be done as it stands, and what that hangs on now.
//!
//! Invariants: the days are those of the matter's own forecast without assumptions, by the fold of its stream; the moves are
//! those of the desk.
//! Deliberately absent: slack of each permit and what-if; one matter's forecast has them.

use super::{of_read, words::TaskKind};
use crate::access;
use crate::graphql::{
    matter::{carry_out::of_fault, payload::stream_of, queries::of_request},
    node_id::NodeId,
    scalars::{Date, LegalText},
};
use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use om_domain::{
    forecast::Outline,
    ids::MatterId,
    matter::{Matter, plan::Node, state::Phase},
};
use om_projections::{
    board::{self, Board, PermitRow},
    desk,
    life::Status,
};

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Mover {
    /// A department's.
    Department,
    /// The applicant's: a file, a corrected file or a supplement is to be handed in.
    Applicant,
    /// The implementing body's: a milestone is to be reached.
    ImplementingBody,
}

/// What the day of completion hangs on now.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CriticalStep {
    /// Code of the permit or milestone in the matter's plan.
    pub code: String,
    /// The permit, `permit:…/CODE`; none for a milestone.
    pub permit: Option<ID>,
    /// Its name.
    pub name: LegalText,
    /// Whose move it is.
    pub mover: Mover,
    /// The body whose move it is, `body:…`; none where it is the applicant's.
    pub body: Option<ID>,
    /// What is to be done; none where it is not a department's move.
    pub task: Option<TaskKind>,
    /// Since which day; none where nothing was handed in yet.
    pub since: Option<Date>,
    /// Last day of that task; none where no term runs.
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// When a matter will be done as it stands today: every department takes its whole promised limit (the statutory one where
/// nothing is promised), live tolerances stand.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MatterOutlook {
    /// The day in Beijing it is computed for.
    pub day: Date,
    /// The day the last permit or milestone is done; the actual one once all are.
    pub completion: Date,
    /// The day the last permit of the stage of works is issued (施工许可); the actual one once it is. None where the plan has
    /// no such permit.
    pub construction_permit: Option<Date>,
    /// Whether a date may move with a later holiday notice (R19).
    pub provisional: bool,
    /// Calendar days (日历日) from the forecast completion to the target; negative when it will be later. None without a
    /// target.
    pub slack_days: Option<i32>,
    /// Calendar days (日历日) the forecast completion lies beyond the target; 0 when it is met. None without a target.
    pub late_by_days: Option<i32>,
    /// The version of the county's working calendar it is computed by.
    pub calendar: String,
    /// What completion hangs on now: the first step of the critical path that is not done, and those behind it that are
    /// already in hand. Empty once all is done.
    pub critical: Vec<CriticalStep>,
}

/// The outlook of a matter of the county's list, today; none before it is planned and once it is given up.
pub(super) async fn of(ctx: &Context<'_>, id: MatterId) -> Result<Option<MatterOutlook>> {
    let (services, who) = of_request(ctx)?;
    let state = services.matters.state(&stream_of(who, id)?).await.map_err(of_fault)?.state;
    access::of_matter(who, id, &state)?;
    if state.phase == Phase::Terminated {
        return Ok(None);
    }
    let (calendar, today) = (services.calendar(who.county()).await.map_err(of_fault)?, services.today());
    let Some(outline) = state.outline(&calendar, today) else { return Ok(None) };
    let county = who.county().clone();
    let read = move |db: &_| board::matter_rows(db, &county, id);
    let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
    let rows = rows.map(|(_, permits)| permits).unwrap_or_default();
    let target = state.project.as_ref().and_then(|project| project.target);
    let slack_days = target.and_then(|target| outline.completion.until(target).ok()).map(|s| s.get_days());
    Ok(Some(MatterOutlook {
        day: today.into(),
        completion: outline.completion.into(),
        construction_permit: outline.works_permit.map(Into::into),
        provisional: outline.provisional,
        slack_days,
        late_by_days: slack_days.map(|days| (-days).max(0)),
        calendar: calendar.version().to_string(),
        critical: critical(id, &state, &outline, &rows, today),
    }))
}

fn critical(
    id: MatterId,
    state: &Matter,
    outline: &Outline,
    rows: &[PermitRow],
    today: jiff::civil::Date,
) -> Vec<CriticalStep> {
    let open = outline.critical_path.iter().filter(|node| !is_done(state, node));
    let step = |(place, node): (usize, &Node)| {
        let step = step_of(id, state, rows, node, today)?;
        (place == 0 || step.since.is_some()).then_some(step)
    };
    open.enumerate().filter_map(step).collect()
}

/// The step as it stands; none if the plan no longer has it.
fn step_of(
    id: MatterId,
    state: &Matter,
    rows: &[PermitRow],
    node: &Node,
    today: jiff::civil::Date,
) -> Option<CriticalStep> {
    let plan = state.plan.as_deref()?;
    let code = match node {
        Node::Permit(code) => code,
        Node::Milestone(code) => {
            let milestone = plan.milestones.iter().find(|milestone| milestone.code == *code)?;
            let body =
                state.project.as_ref().map(|project| NodeId::Body(project.implementing_body.clone()).id());
            return Some(CriticalStep {
                code: code.to_string(),
                permit: None,
                name: milestone.name.clone().into(),
                mover: Mover::ImplementingBody,
                body,
                task: None,
                since: None,
                due: None,
                overdue: false,
            });
        }
    };
    let life = rows.iter().find(|row| row.permit == *code).map(|row| &row.life);
    // The heaviest of its tasks, the earliest first.
    let task = life.and_then(|life| {
        desk::tasks(life)
            .into_iter()
            .min_by_key(|task| (task.weight, task.due.unwrap_or(jiff::civil::Date::MAX)))
    });
    let in_hand = life.filter(|life| life.status != Status::Planned && !life.status.is_over());
    let due = task.as_ref().and_then(|task| task.due);
    Some(CriticalStep {
        code: code.to_string(),
        permit: Some(NodeId::Permit(id, code.clone()).id()),
        name: plan.permit(code)?.name.clone().into(),
        mover: if task.is_some() { Mover::Department } else { Mover::Applicant },
        body: task.as_ref().map(|task| NodeId::Body(task.body.clone()).id()),
        since: task.as_ref().map(|task| task.since).or(in_hand.map(|life| life.since)).map(Into::into),
        task: task.map(|task| task.kind.into()),
        due: due.map(Into::into),
        overdue: due.is_some_and(|due| due < today),
    })
}

fn is_done(state: &Matter, node: &Node) -> bool {
    match node {
        Node::Milestone(code) => state.milestones.contains_key(code),
        Node::Permit(code) => {
            let certificate =
                state.plan.as_deref().and_then(|plan| plan.permit(code)).is_some_and(|p| p.certificate);
            state.permits.get(code).is_some_and(|permit| permit.is_done(certificate))
        }
    }
}
