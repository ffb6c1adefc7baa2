//! A body's desk: what it must do next, by legal risk or by due date.

use super::{
    decode, encode, of_read, one_more, requirements, seen,
    words::{TaskKind, Weight},
};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::{
        carry_out::of_fault,
        payload::stream_of,
        queries::{of_history, of_request},
        types::View,
    },
    node_id::{self, NodeId},
    page::connection,
    registers::stand_ins::{self, StandIn},
    scalars::{Date, LegalText, PermitCode, Requirement},
};
use async_graphql::{ComplexObject, Context, Enum, ID, MergedObject, Object, Result, SimpleObject};
use jiff::civil::Date as Day;
use om_domain::access::Action;
use om_domain::{calendar::Calendar, ids::BodyId, matter::state::Phase};
use om_projections::{
    board::{self, Board},
    desk::{self, DeskCursor, DeskRow},
};

/// In which order a desk is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "desk::DeskOrder")]
pub enum DeskOrder {
    /// By due date; without one last.
    Due,
    /// By legal risk: what hangs on it, then its due date.
    Risk,
}

/// One thing to be done on one permit, or about one milestone.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct DeskTask {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// Its name.
    pub matter_name: LegalText,
    /// The permit, `permit:…/CODE`; none where it is about a milestone, which `requirement` names.
    pub permit: Option<ID>,
    /// The permit's code in the matter; likewise.
    pub permit_code: Option<PermitCode>,
    /// What is to be done.
    pub kind: TaskKind,
    /// For which requirement, where it is about one.
    pub requirement: Option<Requirement>,
    /// The card's number on the permit, where it is about one.
    pub card: Option<u16>,
    /// The body whose move it is, `body:…`.
    pub body: ID,
    /// Since which day.
    pub since: Date,
    /// Last day; of the statutory limit once that has run out too; none where no term runs.
    pub due: Option<Date>,
    /// What hangs on it on the day asked about: once the statutory limit has run out too, that.
    pub weight: Weight,
    /// Working days (工作日) left through the last day; negative when it has passed. None where no term runs.
    pub left_working_days: Option<i32>,
    /// Whether the last day has passed.
    pub overdue: bool,
}

#[ComplexObject]
impl DeskTask {
    /// What the requirement is called. None where it is about none.
    #[graphql(complexity = 5)]
    async fn requirement_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.requirement {
            Some(requirement) => {
                requirements::named(ctx, &self.matter, self.permit_code.as_ref(), requirement).await.map(Some)
            }
            None => Ok(None),
        }
    }
}

impl DeskTask {
    fn of(row: DeskRow, calendar: &Calendar, today: jiff::civil::Date) -> Self {
        let DeskRow { matter, matter_name, permit, task, .. } = row;
        DeskTask {
            matter: NodeId::Matter(matter).id(),
            matter_name: matter_name.into(),
            permit: permit.clone().map(|permit| NodeId::Permit(matter, permit).id()),
            permit_code: permit.map(Into::into),
            kind: task.kind.into(),
            requirement: task.requirement.map(Into::into),
            card: task.card,
            body: NodeId::Body(task.body).id(),
            since: task.since.into(),
            due: task.due.map(Into::into),
            weight: task.weight.into(),
            left_working_days: task.due.map(|due| calendar.working_days_between(today, due)),
            overdue: task.due.is_some_and(|due| due < today),
        }
    }
}

connection! {
    /// A page of a desk.
    DeskPage, DeskEdge, DeskTask
}

/// Who stands in for whom where the desk is.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct DeskPeople {
    /// Stand-in officers of the body today (AB岗).
    pub stand_ins: Vec<StandIn>,
}

/// A page of a desk.
#[derive(Debug, Clone, MergedObject)]
pub struct DeskConnection(DeskPage, DeskPeople);

/// What must be done next in one matter, by the facts it was folded from.
pub(crate) async fn of_matter(
    ctx: &Context<'_>,
    view: &View,
    body: Option<&BodyId>,
) -> Result<Vec<DeskTask>> {
    let (services, who) = of_request(ctx)?;
    let name = stream_of(who, view.id)?;
    let facts = services.matters.facts_at(&name, view.at).await.map_err(of_history)?;
    let known = facts.into_iter().map(|entry| entry.fact).filter(|fact| Some(fact.revision) <= view.revision);
    let project = view.state.project.as_ref();
    let Some(matter_name) = project.map(|project| project.name.clone()) else { return Ok(Vec::new()) };
    let day = view.today();
    let given_up = view.state.phase == Phase::Terminated;
    let parts = board::parts(who.county(), view.id, known);
    let dates = parts.milestones.iter().flat_map(|(code, row)| row.tasks(code)).map(|task| (None, task));
    let mut rows: Vec<DeskRow> = parts
        .lives
        .iter()
        .flat_map(|(code, life)| desk::tasks(life).into_iter().map(move |task| (Some(code.clone()), task)))
        .chain(dates)
        .filter(|_| !given_up)
        .filter(|(_, task)| body.is_none_or(|body| task.body == *body))
        .map(|(permit, task)| DeskRow {
            matter: view.id,
            matter_name: matter_name.clone(),
            permit,
            task: task.on(day),
            day,
        })
        .collect();
    rows.sort_by_key(|row| (row.task.weight, row.task.due.unwrap_or(Day::MAX), row.permit.clone()));
    Ok(rows.into_iter().map(|row| DeskTask::of(row, &view.calendar, day)).collect())
}

/// Queries for desks.
#[derive(Default)]
pub struct DeskQuery;

#[Object(serial)]
impl DeskQuery {
    /// A body's desk: what it must do next, on every permit in its hands.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body, `body:…`; the requester's own if not said.")] body: Option<ID>,
        #[graphql(desc = "In which order; by legal risk if not said.")] order: Option<DeskOrder>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the task of this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Show at least what stood at this position, as a receipt or a list's change gave it, on whichever gateway."
        )]
        seen: Option<String>,
    ) -> Result<DeskConnection> {
        let (services, who) = of_request(ctx)?;
        seen::shown::<Board>(services, seen).await?;
        let body = match &body {
            Some(id) => node_id::body(id)?,
            None => who.actor.body.clone(),
        };
        access::of_body(services, who, Action::ReadDesk, &body).await?;
        page(ctx, body, order, first, after).await
    }
}

/// A page of a body's desk, as of today.
pub(super) async fn page(
    ctx: &Context<'_>,
    body: BodyId,
    order: Option<DeskOrder>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<DeskConnection> {
    let size = page_size(first, 50).map_err(bad_input)?;
    let (services, who) = of_request(ctx)?;
    let (county, of_body) = (who.county().clone(), body.clone());
    let order: desk::DeskOrder = order.unwrap_or(DeskOrder::Risk).into();
    let cursor: Option<DeskCursor> = decode(after.as_ref())?;
    let today = services.today();
    let read = move |db: &_| desk::desk(db, (&county, &body), today, order, cursor.as_ref(), one_more(size));
    let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
    let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
    let entry = |row: DeskRow| Ok((encode(&DeskCursor::from(&row))?, DeskTask::of(row, &calendar, today)));
    let entries = rows.into_iter().map(entry).collect::<Result<_>>()?;
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
    let stand_ins = stand_ins::in_body(&directory, &of_body, today);
    Ok(DeskConnection(DeskPage::of(entries, size, after.is_some()), DeskPeople { stand_ins }))
}

/// Handoffs that a body has to answer, by the last day for it.
pub(super) async fn handoffs(ctx: &Context<'_>, body: BodyId) -> Result<Vec<DeskTask>> {
    let (services, who) = of_request(ctx)?;
    let (county, today) = (who.county().clone(), services.today());
    let read = move |db: &_| {
        let (mut all, mut after): (Vec<DeskRow>, Option<DeskCursor>) = (Vec::new(), None);
        loop {
            let page =
                desk::desk(db, (&county, &body), today, desk::DeskOrder::Due, after.as_ref(), AT_A_TIME)?;
            after = page.last().map(DeskCursor::from);
            let last = page.len() < usize::from(AT_A_TIME);
            all.extend(page.into_iter().filter(|row| row.task.kind == desk::TaskKind::AnswerHandoff));
            if last {
                return Ok(all);
            }
        }
    };
    let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
    let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
    Ok(rows.into_iter().map(|row| DeskTask::of(row, &calendar, today)).collect())
}

/// Tasks of a desk looked through at a time.
const AT_A_TIME: u16 = 200;
