//! The desk's table and its query.

use super::{Task, TaskKind, Weight};
use crate::sql::{Day, day, day_if, parsed, unreadable};
use jiff::civil::Date;
use om_domain::ids::{BodyId, CountyId, LegalText, MatterId, PermitCode};
use rusqlite::{Connection, Row, params};

pub(crate) const TABLE: &str = "desk";
pub(crate) const DDL: &str = "
CREATE TABLE IF NOT EXISTS desk (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    kind TEXT NOT NULL, requirement TEXT NOT NULL,
    body TEXT NOT NULL, since TEXT NOT NULL, due TEXT, weight TEXT NOT NULL, statutory TEXT,
    due_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(due, '9999-12-31')) STORED,
    PRIMARY KEY (county, matter, permit, kind, requirement, body)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS desk_due ON desk (county, body, due_key, matter, permit, kind, requirement);
CREATE INDEX IF NOT EXISTS desk_weight ON desk (county, body, weight, due_key, matter, permit, kind, requirement);
CREATE INDEX IF NOT EXISTS desk_statutory ON desk (county, body, statutory, matter, permit, kind, requirement)
    WHERE statutory IS NOT NULL;
";

/// What a task of a kind is about, in one column: a requirement, or a card, which no requirement's text begins like.
fn requirement_text(task: &Task) -> String {
    match (&task.requirement, task.card) {
        (Some(requirement), _) => requirement.to_string(),
        (None, Some(number)) => format!("{CARD}{number:05}"),
        (None, None) => String::new(),
    }
}

const CARD: &str = "card:";

/// Writes the difference between the tasks as they stand in the table and as they are.
pub(crate) fn write(
    db: &Connection,
    (county, matter, permit): (&str, &str, &str),
    old: &[Task],
    new: &[Task],
) -> rusqlite::Result<()> {
    for gone in old.iter().filter(|old| !new.iter().any(|new| new.key() == old.key())) {
        db.prepare_cached(
            "DELETE FROM desk WHERE county = ?1 AND matter = ?2 AND permit = ?3 AND kind = ?4 AND requirement = ?5
             AND body = ?6",
        )?
        .execute(params![
            county,
            matter,
            permit,
            gone.kind.as_str(),
            requirement_text(gone),
            gone.body.as_str()
        ])?;
    }
    for task in new.iter().filter(|task| !old.contains(task)) {
        db.prepare_cached(
            "INSERT INTO desk (county, matter, permit, kind, requirement, body, since, due, weight, statutory)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (county, matter, permit, kind, requirement, body) DO UPDATE
             SET since = excluded.since, due = excluded.due,
                 weight = excluded.weight, statutory = excluded.statutory",
        )?
        .execute(params![
            county,
            matter,
            permit,
            task.kind.as_str(),
            requirement_text(task),
            task.body.as_str(),
            Day(task.since),
            task.due.map(Day),
            task.weight.as_str(),
            task.statutory_due.map(Day),
        ])?;
    }
    Ok(())
}

/// A task on a body's desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRow {
    /// The matter.
    pub matter: MatterId,
    /// Its name.
    pub matter_name: LegalText,
    /// The permit; none where it is about a milestone, which the task then names.
    pub permit: Option<PermitCode>,
    /// What is to be done, as it stands on the day.
    pub task: Task,
    /// The day the desk was read for.
    pub day: Date,
}

/// In which order a desk is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeskOrder {
    /// By due date; without one last.
    #[default]
    Due,
    /// By legal risk: what hangs on it, then its due date.
    Risk,
}

/// Where the next page of a desk begins: after this row, read for the day of the first page, so that no task changes
/// its place between two pages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DeskCursor {
    day: Date,
    weight: Weight,
    due: Date,
    matter: MatterId,
    permit: Option<PermitCode>,
    kind: TaskKind,
    requirement: String,
}

impl From<&DeskRow> for DeskCursor {
    fn from(row: &DeskRow) -> Self {
        DeskCursor {
            day: row.day,
            weight: row.task.weight,
            due: row.task.due.unwrap_or(NEVER),
            matter: row.matter,
            permit: row.permit.clone(),
            kind: row.task.kind,
            requirement: requirement_text(&row.task),
        }
    }
}

/// Sorts after every due date.
const NEVER: Date = Date::constant(9999, 12, 31);

/// The desk of a body in two arms, each read along an index: what stands as it is written, and what the statutory limit
/// has come to weigh on by the day `?10`.
fn select(order: DeskOrder) -> String {
    let arm = |weight: &str, due: &str, which: &str| {
        let (columns, marks) = match order {
            DeskOrder::Due => (due.to_owned(), "?5"),
            DeskOrder::Risk => (format!("{weight}, {due}"), "?4, ?5"),
        };
        format!(
            "SELECT d.*, m.name AS matter_name, {weight} AS weight_on, {due} AS due_on
             FROM desk d JOIN board_matter m ON m.county = d.county AND m.matter = d.matter
             WHERE d.county = ?1 AND d.body = ?2 AND m.phase <> 'terminated' AND {which}
               AND ({columns}, d.matter, d.permit, d.kind, d.requirement) > ({marks}, ?6, ?7, ?8, ?9)"
        )
    };
    let written = arm("d.weight", "d.due_key", "(d.statutory IS NULL OR d.statutory >= ?10)");
    let weighs = arm(&format!("'{}'", Weight::Statutory.as_str()), "d.statutory", "d.statutory < ?10");
    let columns = match order {
        DeskOrder::Due => "due_on",
        DeskOrder::Risk => "weight_on, due_on",
    };
    format!("{written} UNION ALL {weighs} ORDER BY {columns}, matter, permit, kind, requirement LIMIT ?3")
}

/// The desk of a body on a day, a page at a time: at most `first` rows after the cursor, as of the cursor's day.
/// Matters given up have nothing on a desk.
///
/// # Errors
/// What SQLite said.
pub fn desk(
    db: &Connection,
    (county, body): (&CountyId, &BodyId),
    day: Date,
    order: DeskOrder,
    after: Option<&DeskCursor>,
    first: u16,
) -> rusqlite::Result<Vec<DeskRow>> {
    let day = after.map_or(day, |after| after.day);
    let begin = || (String::new(), String::new(), String::new(), String::new(), String::new(), String::new());
    let (weight, due, matter, permit, kind, requirement) = after.map_or_else(begin, |after| {
        (
            after.weight.as_str().into(),
            after.due.to_string(),
            after.matter.to_string(),
            after.permit.as_ref().map(ToString::to_string).unwrap_or_default(),
            after.kind.as_str().into(),
            after.requirement.clone(),
        )
    });
    db.prepare_cached(&select(order))?
        .query_map(
            params![
                county.as_str(),
                body.as_str(),
                first,
                weight,
                due,
                matter,
                permit,
                kind,
                requirement,
                Day(day)
            ],
            |row| desk_row(row, day),
        )?
        .collect()
}

/// The permit of a row; tasks about a milestone have none.
fn permit(row: &Row<'_>) -> rusqlite::Result<Option<PermitCode>> {
    let text = row.get_ref("permit")?.as_str()?;
    (!text.is_empty()).then(|| text.parse().map_err(unreadable)).transpose()
}

fn desk_row(row: &Row<'_>, on: Date) -> rusqlite::Result<DeskRow> {
    let requirement: String = row.get("requirement")?;
    let card = requirement.strip_prefix(CARD).map(|number| number.parse().map_err(unreadable)).transpose()?;
    let named = !requirement.is_empty() && card.is_none();
    let requirement = named.then(|| requirement.parse().map_err(unreadable)).transpose()?;
    let task = Task {
        kind: parsed(row, "kind")?,
        requirement,
        card,
        body: parsed(row, "body")?,
        since: day(row, "since")?,
        due: day_if(row, "due")?,
        weight: parsed(row, "weight")?,
        statutory_due: day_if(row, "statutory")?,
    };
    Ok(DeskRow {
        matter: parsed(row, "matter")?,
        matter_name: parsed(row, "matter_name")?,
        permit: permit(row)?,
        task: task.on(on),
        day: on,
    })
}
