//! One's deadlines: what the desk, the tasks of meetings and the milestones one leads have dates for.
//!
//! Invariants: the dates are those of the lists; each says by which law or rule, and where it is done; what is overdue stays
//! on its day until it is done.
//! Deliberately absent: who may read it; whoever asks for it has answered that before.

pub mod ical;
mod words;

use crate::services::{Services, stream};
use ical::Deadline;
use jiff::civil::Date;
use om_domain::{
    decider::Actor,
    ids::{CountyId, MatterId},
    matter::{MatterDecider, plan::Plan, state::Matter},
};
use om_infra::{executor::Fault, runner::ReadError};
use om_projections::{
    board::{self, Board, MatterCursor, MatterFilter, MatterOrder, MatterRows},
    desk::{self, DeskCursor, DeskOrder, DeskRow},
    meetings::{self, Meetings, TaskFilter},
};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

/// Rows read at a time.
const AT_A_TIME: u16 = 200;

/// Why there is no calendar now.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A list cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log cannot be read.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A stream has no such name.
    #[error(transparent)]
    Name(#[from] om_infra::log::StreamNameError),
}

/// The deadlines of an account: its body's, and the milestones of the matters it leads. `base` is this server's address as
/// the asker wrote it, if it is known.
///
/// # Errors
/// See [`FeedError`].
pub async fn deadlines(
    services: &Services,
    who: &Actor,
    base: Option<&str>,
) -> Result<Vec<Deadline>, FeedError> {
    let mut all = Vec::new();
    let mut matters: BTreeMap<MatterId, Arc<Matter>> = BTreeMap::new();
    for row in desk_rows(services, who).await? {
        let Some(due) = row.task.due else { continue };
        if let Entry::Vacant(place) = matters.entry(row.matter) {
            let name = stream::<MatterDecider>(&who.county, row.matter)?;
            place.insert(services.matters.state(&name).await?.state);
        }
        let plan = matters.get(&row.matter).and_then(|matter| matter.plan.as_deref());
        all.push(of_desk(&row, due, plan, &who.county, base));
    }
    all.extend(of_meetings(services, who, base).await?);
    all.extend(of_milestones(services, who, base).await?);
    all.sort_by(|one, other| (one.on, &one.uid).cmp(&(other.on, &other.uid)));
    Ok(all)
}

async fn desk_rows(services: &Services, who: &Actor) -> Result<Vec<DeskRow>, FeedError> {
    let (county, body, today) = (who.county.clone(), who.body.clone(), services.today());
    let read = move |db: &_| {
        let (mut all, mut after): (Vec<DeskRow>, Option<DeskCursor>) = (Vec::new(), None);
        loop {
            let page = desk::desk(db, (&county, &body), today, DeskOrder::Due, after.as_ref(), AT_A_TIME)?;
            let last = page.len() < usize::from(AT_A_TIME);
            after = page.last().map(DeskCursor::from);
            all.extend(page);
            if last {
                return Ok(all);
            }
        }
    };
    Ok(services.projections.read::<Board, _>(read).await?)
}

fn link(base: Option<&str>, matter: Option<MatterId>) -> Option<String> {
    base.zip(matter).map(|(base, matter)| format!("{base}/matter/{matter}"))
}

fn of_desk(row: &DeskRow, due: Date, plan: Option<&Plan>, county: &CountyId, base: Option<&str>) -> Deadline {
    let planned = row.permit.as_ref().and_then(|code| plan?.permit(code));
    let what = words::task_zh(row.task.kind);
    let law = words::law(&row.task, planned);
    let permit = row.permit.as_ref().map(ToString::to_string).unwrap_or_default();
    let about = planned.map_or_else(String::new, |planned| format!("：{} {}", planned.code, planned.name));
    let requirement = row.task.requirement.as_ref().map(ToString::to_string).unwrap_or_default();
    let card = row.task.card.map(|card| card.to_string()).unwrap_or_default();
    let url = link(base, Some(row.matter));
    let parts = [kebab(row.task.kind.as_str()), permit, requirement, card, row.matter.to_string()];
    Deadline {
        uid: format!("{}@{county}.onematter", joined(&parts)),
        on: due,
        summary: format!("{what}{about}"),
        description: described(row.matter_name.as_str(), &law, url.as_deref()),
        url,
    }
}

fn kebab(text: &str) -> String {
    text.replace('_', "-")
}

fn joined(parts: &[String]) -> String {
    let said: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    said.join(".")
}

fn described(of: &str, law: &str, url: Option<&str>) -> String {
    let link = url.map(|url| format!("\n{url}")).unwrap_or_default();
    format!("{of}\n依据：{law}{link}")
}

async fn of_meetings(
    services: &Services,
    who: &Actor,
    base: Option<&str>,
) -> Result<Vec<Deadline>, FeedError> {
    let (county, body) = (who.county.clone(), who.body.clone());
    let wanted = TaskFilter { owner: Some(body), open: true, ..TaskFilter::default() };
    let read = move |db: &_| meetings::tasks(db, &county, &wanted, None, AT_A_TIME);
    let rows = services.projections.read::<Meetings, _>(read).await?;
    let one = |(meeting, held, number, task): (_, meetings::MeetingRow, u16, meetings::TaskRow)| {
        let url = link(base, task.matter);
        Deadline {
            uid: format!("task.{number}.{meeting}@{}.onematter", who.county),
            on: task.due(),
            summary: format!("会议任务：{}", task.text),
            description: described(held.title.as_str(), om_domain::sources::MEETING, url.as_deref()),
            url,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Milestones not reached, of the matters that the account leads.
async fn of_milestones(
    services: &Services,
    who: &Actor,
    base: Option<&str>,
) -> Result<Vec<Deadline>, FeedError> {
    let (county, officer) = (who.county.clone(), who.officer.clone());
    let read = move |db: &_| {
        let (mut all, mut after): (Vec<_>, Option<MatterCursor>) = (Vec::new(), None);
        loop {
            let filter = MatterFilter::default();
            let page = board::matters(db, &county, &filter, MatterOrder::Name, after.as_ref(), AT_A_TIME)?;
            let led = |rows: &&MatterRows| {
                let row = &rows.row;
                !row.phase.is_over()
                    && [&row.lead_officer, &row.deputy].into_iter().flatten().any(|by| *by == officer)
            };
            for rows in page.iter().filter(led) {
                for (code, milestone) in board::milestones(db, &county, rows.matter)? {
                    if milestone.reached_on.is_none() {
                        all.push((rows.matter, rows.row.name.clone(), code, milestone));
                    }
                }
            }
            if page.len() < usize::from(AT_A_TIME) {
                return Ok(all);
            }
            after = page.last().map(MatterCursor::from);
        }
    };
    let rows = services.projections.read::<Board, _>(read).await?;
    let one = |(matter, name, code, milestone): (
        MatterId,
        om_domain::ids::LegalText,
        om_domain::ids::MilestoneCode,
        board::MilestoneRow,
    )| {
        let url = link(base, Some(matter));
        Deadline {
            uid: format!("milestone.{code}.{matter}@{}.onematter", who.county),
            on: milestone.date,
            summary: format!("节点：{}", milestone.name),
            description: described(name.as_str(), om_domain::sources::DATES, url.as_deref()),
            url,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}
