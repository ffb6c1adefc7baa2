//! What lists of matters and permits ask of the board.
//!
//! Invariants: every query names one county; the day asked about comes in; counts leave out matters given up.
//! Deliberately absent: totals kept in rows, lists across counties (a city asks county by county), on-time rates.

use super::{
    matter::{MatterRow, Phase, matter_row},
    permit::{PermitRow, permit_row},
};
use crate::{
    life::Status,
    reach::Reach,
    sql::{Day, parsed, stage_of},
};
use jiff::civil::Date;
use om_domain::{
    ids::{BodyId, CountyId, MatterId, OfficerId, PermitCode},
    matter::plan::Stage,
};
use rusqlite::{Connection, Row, ToSql, params};

/// A matter with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterRows {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub matter: MatterId,
    /// Its row.
    pub row: MatterRow,
}

/// Which matters are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatterFilter {
    /// In this phase.
    pub phase: Option<Phase>,
    /// With this task-force lead.
    pub lead_officer: Option<OfficerId>,
    /// Implemented by this body.
    pub implementing_body: Option<BodyId>,
    /// With this text in name, project code or place.
    pub text: Option<String>,
    /// With a permit whose next act is due in these days, both included.
    pub act_due: Option<(Date, Date)>,
    /// With a tolerance still owed whose last day is before this day.
    pub debt_overdue_at: Option<Date>,
    /// With a milestone that is late at this day: its date has passed, or nobody has said why one had (R14).
    pub milestone_late_at: Option<Date>,
    /// Within this reach.
    pub reach: Reach,
}

/// In which order matters are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatterOrder {
    /// By name.
    #[default]
    Name,
    /// By target completion; without one last.
    Target,
    /// Changed last first.
    LastChange,
}

impl MatterOrder {
    /// Sort expression and condition of what comes after the cursor's value `?8` and matter `?9`.
    const fn sql(self) -> (&'static str, &'static str) {
        match self {
            MatterOrder::Name => ("m.name, m.matter", "(m.name, m.matter) > (?8, ?9)"),
            MatterOrder::Target => ("m.target_key, m.matter", "(m.target_key, m.matter) > (?8, ?9)"),
            MatterOrder::LastChange => ("m.last_position DESC", "m.last_position < ?8"),
        }
    }
}

/// Where the next page begins: after this matter, in the order it was read in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MatterCursor {
    name: String,
    target: Option<Date>,
    position: u64,
    matter: MatterId,
}

impl From<&MatterRows> for MatterCursor {
    fn from(row: &MatterRows) -> Self {
        MatterCursor {
            name: row.row.name.to_string(),
            target: row.row.target,
            position: row.row.last.position,
            matter: row.matter,
        }
    }
}

impl MatterCursor {
    fn value(&self, order: MatterOrder) -> Box<dyn ToSql> {
        match order {
            MatterOrder::Name => Box::new(self.name.clone()),
            MatterOrder::Target => {
                Box::new(self.target.map_or("9999-12-31".to_owned(), |day| day.to_string()))
            }
            MatterOrder::LastChange => Box::new(i64::try_from(self.position).unwrap_or(i64::MAX)),
        }
    }
}

/// Matters of a county, a page at a time: at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn matters(
    db: &Connection,
    county: &CountyId,
    filter: &MatterFilter,
    order: MatterOrder,
    after: Option<&MatterCursor>,
    first: u16,
) -> rusqlite::Result<Vec<MatterRows>> {
    let sql = matters_sql(filter, order, after.is_some());
    let value = after.map(|after| after.value(order));
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                filter.phase.map(Phase::as_str),
                filter.lead_officer.as_ref().map(OfficerId::as_str),
                filter.implementing_body.as_ref().map(BodyId::as_str),
                filter.text,
                filter.act_due.map(|(_, through)| Day(through)),
                filter.act_due.map(|(from, _)| Day(from)),
                value,
                after.map(|after| after.matter.to_string()),
                filter.debt_overdue_at.map(Day),
                filter.milestone_late_at.map(Day),
                first,
                filter.reach.value(),
            ],
            matter_rows_row,
        )?
        .collect()
}

fn matters_sql(filter: &MatterFilter, order: MatterOrder, after: bool) -> String {
    let (sort, beyond) = order.sql();
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    format!(
        "SELECT m.* FROM board_matter m WHERE m.county = ?1 {} {} {} {} {} {} {} {} {} ORDER BY {sort} LIMIT ?12",
        only(filter.phase.is_some(), "AND m.phase = ?2"),
        only(filter.lead_officer.is_some(), "AND m.lead_officer = ?3"),
        only(filter.implementing_body.is_some(), "AND m.implementing_body = ?4"),
        only(filter.text.is_some(), "AND instr(m.name || ' ' || m.code || ' ' || m.place, ?5) > 0"),
        only(filter.act_due.is_some(), ACT_DUE),
        only(filter.debt_overdue_at.is_some(), DEBT_OVERDUE),
        only(filter.milestone_late_at.is_some(), MILESTONE_LATE),
        if after { format!("AND {beyond}") } else { String::new() },
        filter.reach.sql("m.matter", 13),
    )
}

/// Every matter of a county that was ever proposed, by id.
///
/// # Errors
/// What SQLite said.
pub fn ids(db: &Connection, county: &CountyId) -> rusqlite::Result<Vec<MatterId>> {
    db.prepare_cached("SELECT matter FROM board_matter WHERE county = ?1 ORDER BY matter")?
        .query_map([county.as_str()], |row| parsed(row, "matter"))?
        .collect()
}

const ACT_DUE: &str = "AND m.phase <> 'terminated' AND m.matter IN (
    SELECT matter FROM board_permit WHERE county = ?1 AND next_due BETWEEN ?7 AND ?6)";
const DEBT_OVERDUE: &str = "AND m.phase <> 'terminated' AND m.matter IN (
    SELECT matter FROM tolerance INDEXED BY tolerance_live WHERE county = ?1 AND live AND due < ?10)";
const MILESTONE_LATE: &str = "AND m.phase <> 'terminated' AND m.matter IN (
    SELECT matter FROM board_milestone WHERE county = ?1 AND reached IS NULL AND date < ?11
    UNION ALL SELECT matter FROM board_milestone WHERE county = ?1 AND missed IS NOT NULL)";

fn matter_rows_row(row: &Row<'_>) -> rusqlite::Result<MatterRows> {
    Ok(MatterRows { county: parsed(row, "county")?, matter: parsed(row, "matter")?, row: matter_row(row)? })
}

/// One matter and its permits, in the order of the plan; none if it was never proposed.
///
/// # Errors
/// What SQLite said.
pub fn matter_rows(
    db: &Connection,
    county: &CountyId,
    matter: MatterId,
) -> rusqlite::Result<Option<(MatterRow, Vec<PermitRow>)>> {
    let id = matter.to_string();
    let Some(row) = super::matter::load(db, county.as_str(), &id)? else { return Ok(None) };
    let mut permits: Vec<PermitRow> = db
        .prepare_cached("SELECT * FROM board_permit WHERE county = ?1 AND matter = ?2")?
        .query_map(params![county.as_str(), id], permit_row)?
        .collect::<rusqlite::Result<_>>()?;
    permits.sort_by(|a, b| (a.life.planned.ordinal, &a.permit).cmp(&(b.life.planned.ordinal, &b.permit)));
    Ok(Some((row, permits)))
}

/// How far a stage of a matter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageProgress {
    /// The stage.
    pub stage: Stage,
    /// Its permits.
    pub permits: u32,
    /// Of them, those to which nothing more is to come: issued, approved where nothing is issued, not applicable.
    pub done: u32,
}

/// Progress of a matter's stages, in their order; a stage without permits is left out.
///
/// # Errors
/// What SQLite said.
pub fn stages(db: &Connection, county: &CountyId, matter: MatterId) -> rusqlite::Result<Vec<StageProgress>> {
    db.prepare_cached(
        "SELECT stage, count(*) AS permits, sum(done) AS done FROM board_permit
         WHERE county = ?1 AND matter = ?2 GROUP BY stage ORDER BY stage",
    )?
    .query_map(params![county.as_str(), matter.to_string()], |row| {
        let stage = stage_of(row.get_ref("stage")?.as_str()?).map_err(crate::sql::unreadable)?;
        Ok(StageProgress { stage, permits: row.get("permits")?, done: row.get("done")? })
    })?
    .collect()
}

/// Which permits are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PermitFilter {
    /// Decided by this department.
    pub lead: Option<BodyId>,
    /// In custody of this body.
    pub custodian: Option<BodyId>,
    /// Standing here.
    pub status: Option<Status>,
    /// With a next act due from this day on.
    pub due_from: Option<Date>,
    /// With a next act due through this day; the day before the day asked about gives what is overdue.
    pub due_through: Option<Date>,
}

/// Where the next page of permits begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitCursor {
    due: Date,
    matter: MatterId,
    permit: PermitCode,
}

impl PermitCursor {
    /// The cursor behind a row; none for a permit with no act due, which no list of due permits holds.
    pub fn after(row: &PermitRow) -> Option<Self> {
        let due = row.life.next_due()?;
        Some(PermitCursor { due, matter: row.matter, permit: row.permit.clone() })
    }
}

/// Permits of a county with a next act due, by that day, a page at a time: at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn permits(
    db: &Connection,
    county: &CountyId,
    filter: &PermitFilter,
    after: Option<&PermitCursor>,
    first: u16,
) -> rusqlite::Result<Vec<PermitRow>> {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let sql = format!(
        "SELECT p.* FROM board_permit p JOIN board_matter m ON m.county = p.county AND m.matter = p.matter
         WHERE p.county = ?1 AND p.next_due IS NOT NULL AND m.phase <> 'terminated'
           AND (p.next_due, p.matter, p.permit) > (?2, ?3, ?4) {} {} {} {} {}
         ORDER BY p.next_due, p.matter, p.permit LIMIT ?10",
        only(filter.lead.is_some(), "AND p.lead = ?5"),
        only(filter.custodian.is_some(), "AND p.custodian = ?6"),
        only(filter.status.is_some(), "AND p.status = ?7"),
        only(filter.due_from.is_some(), "AND p.next_due >= ?8"),
        only(filter.due_through.is_some(), "AND p.next_due <= ?9"),
    );
    let cursor = after.map(|c| (c.due.to_string(), c.matter.to_string(), c.permit.as_str()));
    let (due, matter, permit) = cursor.unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                due,
                matter,
                permit,
                filter.lead.as_ref().map(BodyId::as_str),
                filter.custodian.as_ref().map(BodyId::as_str),
                filter.status.map(Status::as_str),
                filter.due_from.map(Day),
                filter.due_through.map(Day),
                first,
            ],
            permit_row,
        )?
        .collect()
}

/// What the overview counts in one county.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Matters underway.
    pub underway: u32,
    /// Permits whose next act is due from the day asked about through the end of its week.
    pub due_this_week: u32,
    /// Permits whose next act was due before the day asked about.
    pub overdue: u32,
    /// Tolerated deficiencies still owed whose last day was before the day asked about.
    pub debts_overdue: u32,
    /// Milestones whose date was before the day asked about and that are not reached, or of whose missed date nobody has
    /// said why (R14).
    pub milestones_late: u32,
    /// Changes of a milestone's date that are asked for and undecided.
    pub date_changes_open: u32,
    /// Open yellow cards.
    pub yellow_cards: u32,
    /// Open red cards.
    pub red_cards: u32,
}

/// Counts at `day` within a reach; the week ends with `week_end`. Matters given up do not count.
///
/// # Errors
/// What SQLite said.
pub fn counts(
    db: &Connection,
    county: &CountyId,
    (day, week_end): (Date, Date),
    reach: &Reach,
) -> rusqlite::Result<Counts> {
    let count = |sql: &str, values: &[&dyn ToSql]| -> rusqlite::Result<u32> {
        let within = reach.value();
        let values: Vec<&dyn ToSql> = values.iter().copied().chain([&within as &dyn ToSql]).collect();
        let sql = format!("{sql} {}", reach.sql("m.matter", values.len()));
        db.prepare_cached(&sql)?.query_row(values.as_slice(), |row| row.get(0))
    };
    let county = county.as_str();
    Ok(Counts {
        underway: count(
            "SELECT count(*) FROM board_matter m WHERE m.county = ?1 AND m.phase = 'underway'",
            &[&county],
        )?,
        due_this_week: count(DUE_BETWEEN, &[&county, &Day(day), &Day(week_end)])?,
        overdue: count(DUE_BEFORE, &[&county, &Day(day)])?,
        debts_overdue: count(DEBTS_BEFORE, &[&county, &Day(day)])?,
        milestones_late: count(MILESTONES_LATE, &[&county, &Day(day)])?,
        date_changes_open: count(DATE_CHANGES_OPEN, &[&county])?,
        yellow_cards: count(OPEN_CARDS, &[&county, &false])?,
        red_cards: count(OPEN_CARDS, &[&county, &true])?,
    })
}

const DUE_BETWEEN: &str = "SELECT count(*) FROM board_permit p
    JOIN board_matter m ON m.county = p.county AND m.matter = p.matter
    WHERE p.county = ?1 AND p.next_due BETWEEN ?2 AND ?3 AND m.phase <> 'terminated'";
const DUE_BEFORE: &str = "SELECT count(*) FROM board_permit p
    JOIN board_matter m ON m.county = p.county AND m.matter = p.matter
    WHERE p.county = ?1 AND p.next_due < ?2 AND m.phase <> 'terminated'";
const MILESTONES_LATE: &str = "SELECT count(*) FROM board_milestone s
    JOIN board_matter m ON m.county = s.county AND m.matter = s.matter
    WHERE s.county = ?1 AND (s.missed IS NOT NULL OR s.reached IS NULL AND s.date < ?2) AND m.phase <> 'terminated'";
const DATE_CHANGES_OPEN: &str = "SELECT count(*) FROM board_milestone s
    JOIN board_matter m ON m.county = s.county AND m.matter = s.matter
    WHERE s.county = ?1 AND s.asked IS NOT NULL AND m.phase <> 'terminated'";
const DEBTS_BEFORE: &str = "SELECT count(*) FROM tolerance t INDEXED BY tolerance_live
    JOIN board_matter m ON m.county = t.county AND m.matter = t.matter
    WHERE t.county = ?1 AND t.live AND t.due < ?2 AND m.phase <> 'terminated'";
const OPEN_CARDS: &str = "SELECT count(*) FROM card c
    JOIN board_matter m ON m.county = c.county AND m.matter = c.matter
    WHERE c.county = ?1 AND c.red = ?2 AND c.open AND m.phase <> 'terminated'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{board::Board, projection::Projection as _};

    /// However many matters a county has, a page costs what its rows cost.
    #[test]
    fn a_page_of_matters_is_read_in_its_order_and_not_sorted() {
        let db = Connection::open_in_memory().unwrap();
        Board::DDL.iter().for_each(|ddl| db.execute_batch(ddl).unwrap());
        for order in [MatterOrder::Name, MatterOrder::Target, MatterOrder::LastChange] {
            for after in [false, true] {
                let sql =
                    format!("EXPLAIN QUERY PLAN {}", matters_sql(&MatterFilter::default(), order, after));
                let mut statement = db.prepare(&sql).unwrap();
                let (mut rows, mut steps) = (statement.raw_query(), String::new());
                while let Some(row) = rows.next().unwrap() {
                    steps.push_str(&row.get::<_, String>("detail").unwrap());
                }
                assert!(!steps.is_empty() && !steps.contains("TEMP B-TREE"), "{order:?}: {steps}");
            }
        }
    }
}
