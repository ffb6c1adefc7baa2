//! The ledger of tolerated deficiencies (容缺): one row per debt, of all rounds of all permits.
//!
//! Invariants: a debt keeps its row whatever became of it; its due date is the one the last event fixed.
//! Deliberately absent: “overdue”, which is `due` against the day asked about; an applicant's eligibility (R10).

use crate::{
    life::{Debt, DebtState, Life},
    reach::Reach,
    sql::{Day, Inserts, parsed, text, unpacked},
};
use jiff::civil::Date;
use om_domain::{
    ids::{ApplicantId, BodyId, CountyId, LegalText, MatterId, PermitCode},
    matter::plan::RequirementId,
};
use rusqlite::{Connection, Row, params};
use std::sync::LazyLock;

pub(crate) const TABLE: &str = "tolerance";
// in the order the ledger is read in; the debt itself stands in its permit's row
pub(crate) const DDL: &str = "
CREATE TABLE IF NOT EXISTS tolerance (
    county TEXT NOT NULL, due TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    round INTEGER NOT NULL, requirement TEXT NOT NULL,
    lead TEXT NOT NULL, state TEXT NOT NULL, live INTEGER NOT NULL,
    PRIMARY KEY (county, due, matter, permit, round, requirement)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tolerance_live
    ON tolerance (county, due, matter, permit, round, requirement) WHERE live;
CREATE INDEX IF NOT EXISTS tolerance_lead
    ON tolerance (county, lead, due, matter, permit, round, requirement) WHERE live;
";

/// The debts of a permit, with its lead department.
type Debts<'a> = Option<(&'a BodyId, &'a [Debt])>;

/// Writes the difference between the debts as they stand in the table and as they are.
pub(crate) fn write(
    db: &Connection,
    (county, matter, permit): (&str, &str, &str),
    old: Debts<'_>,
    new: Debts<'_>,
) -> rusqlite::Result<()> {
    fn debts<'a>(debts: Debts<'a>) -> &'a [Debt] {
        debts.map_or(&[], |(_, debts)| debts)
    }
    let same = |a: &Debt, b: &Debt| (a.due, a.round, &a.requirement) == (b.due, b.round, &b.requirement);
    for gone in debts(old).iter().filter(|o| !debts(new).iter().any(|n| same(o, n))) {
        db.prepare_cached(
            "DELETE FROM tolerance
             WHERE county = ?1 AND due = ?2 AND matter = ?3 AND permit = ?4 AND round = ?5 AND requirement = ?6",
        )?
        .execute(params![county, Day(gone.due), matter, permit, gone.round, gone.requirement.to_string()])?;
    }
    let Some((lead, new)) = new else { return Ok(()) };
    let same_lead = old.is_some_and(|(old, _)| old == lead);
    for debt in new.iter().filter(|debt| !same_lead || !debts(old).contains(debt)) {
        db.prepare_cached(
            "INSERT INTO tolerance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (county, due, matter, permit, round, requirement) DO UPDATE
             SET lead = excluded.lead, state = excluded.state, live = excluded.live",
        )?
        .execute(params![
            county,
            Day(debt.due),
            matter,
            permit,
            debt.round,
            debt.requirement.to_string(),
            lead.as_str(),
            debt.state.as_str(),
            debt.state.is_live(),
        ])?;
    }
    Ok(())
}

static NEW: LazyLock<Inserts> = LazyLock::new(|| {
    let columns = "tolerance (county, matter, due, permit, round, requirement, lead, state, live)";
    Inserts::new(columns, 2, 7)
});

/// Writes the debts of permits of one matter of which nothing stands.
pub(crate) fn write_new<'a>(
    db: &Connection,
    (county, matter): (&str, &str),
    permits: impl Iterator<Item = (&'a str, &'a Life)>,
) -> rusqlite::Result<()> {
    let debts = permits.flat_map(|(permit, life)| life.debts.iter().map(move |debt| (permit, life, debt)));
    let rows: Vec<_> = debts
        .map(|(permit, life, debt)| {
            [
                debt.due.to_string().into(),
                text(permit),
                debt.round.into(),
                debt.requirement.to_string().into(),
                text(life.planned.lead.as_str()),
                text(debt.state.as_str()),
                debt.state.is_live().into(),
            ]
        })
        .collect();
    NEW.insert(db, &[county, matter], &rows)
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToleranceRow {
    /// The matter.
    pub matter: MatterId,
    /// Its name.
    pub matter_name: LegalText,
    /// The applicant who owes.
    pub applicant: ApplicantId,
    /// The permit.
    pub permit: PermitCode,
    /// The department that decides it.
    pub lead: BodyId,
    /// The debt.
    pub debt: Debt,
}

/// Which lines of a county's ledger are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToleranceFilter {
    /// Of this matter.
    pub matter: Option<MatterId>,
    /// Of permits this department decides.
    pub lead: Option<BodyId>,
    /// Only those still owed.
    pub live: bool,
    /// Only those still owed whose last day is before this day.
    pub overdue_at: Option<Date>,
    /// Only those in this state.
    pub state: Option<DebtState>,
    /// Within this reach.
    pub reach: Reach,
}

/// Where the next page of the ledger begins: after this line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ToleranceCursor {
    due: Date,
    matter: MatterId,
    permit: PermitCode,
    round: u16,
    requirement: String,
}

impl From<&ToleranceRow> for ToleranceCursor {
    fn from(row: &ToleranceRow) -> Self {
        ToleranceCursor {
            due: row.debt.due,
            matter: row.matter,
            permit: row.permit.clone(),
            round: row.debt.round,
            requirement: row.debt.requirement.to_string(),
        }
    }
}

/// Lines of a county's ledger by due date, a page at a time: at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn tolerances(
    db: &Connection,
    county: &CountyId,
    filter: &ToleranceFilter,
    after: Option<&ToleranceCursor>,
    first: u16,
) -> rusqlite::Result<Vec<ToleranceRow>> {
    let sql = ledger(filter);
    let of = filter.matter.map(|matter| matter.to_string());
    let lines = of.as_deref().map(|matter| of_matter(db, county, matter)).transpose()?;
    let cursor = after.map(|c| {
        (c.due.to_string(), c.matter.to_string(), c.permit.as_str(), c.round, c.requirement.as_str())
    });
    let (due, matter, permit, round, requirement) = cursor.unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                of,
                filter.lead.as_ref().map(BodyId::as_str),
                filter.overdue_at.map(Day),
                filter.state.map(DebtState::as_str),
                due,
                matter,
                permit,
                round,
                requirement,
                first,
                filter.reach.value(),
                lines,
            ],
            tolerance_row,
        )?
        .collect()
}

fn ledger(filter: &ToleranceFilter) -> String {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let live = filter.live || filter.overdue_at.is_some();
    // The ledger lies by due date; of one matter it is shorter to read its permits. That little of it is owed SQLite cannot know.
    let ledger = match (filter.matter, live, &filter.lead) {
        (Some(_), ..) => OF_MATTER,
        (_, true, Some(_)) => "tolerance t INDEXED BY tolerance_lead",
        (_, true, None) => "tolerance t INDEXED BY tolerance_live",
        (_, false, _) => "tolerance t",
    };
    format!(
        "SELECT t.*, m.name AS matter_name, m.applicant, p.body
         FROM {ledger} JOIN board_matter m ON m.county = t.county AND m.matter = t.matter
             JOIN board_permit p ON p.county = t.county AND p.matter = t.matter AND p.permit = t.permit
         WHERE t.county = ?1 {} {} {} {} {} {} {}
           AND (t.due, t.matter, t.permit, t.round, t.requirement) > (?6, ?7, ?8, ?9, ?10)
         ORDER BY t.due, t.matter, t.permit, t.round, t.requirement LIMIT ?11",
        // the rows of a matter are given as a value; else there is none
        only(filter.matter.is_none(), "AND ?13 IS NULL"),
        only(filter.matter.is_some(), "AND t.matter = ?2"),
        only(filter.lead.is_some(), "AND t.lead = ?3"),
        only(filter.overdue_at.is_some(), "AND t.due < ?4"),
        only(filter.state.is_some(), "AND t.state = ?5"),
        only(live, "AND t.live AND m.phase <> 'terminated'"),
        filter.reach.sql("t.matter", 12),
    )
}

/// The ledger's rows of one matter, as [`of_matter`] gives them.
const OF_MATTER: &str = "(
    SELECT ?1 AS county, value ->> 0 AS due, ?2 AS matter, value ->> 1 AS permit, value ->> 2 AS round,
        value ->> 3 AS requirement, value ->> 4 AS lead, value ->> 5 AS state, value ->> 6 AS live
    FROM json_each(?13)) t";

/// The rows of one matter as a JSON list, from its permits.
fn of_matter(db: &Connection, county: &CountyId, matter: &str) -> rusqlite::Result<String> {
    let mut lines = Vec::new();
    let mut query =
        db.prepare_cached("SELECT permit, body FROM board_permit WHERE county = ?1 AND matter = ?2")?;
    let mut rows = query.query(params![county.as_str(), matter])?;
    while let Some(row) = rows.next()? {
        let (permit, life): (String, Life) = (row.get("permit")?, unpacked(row, "body")?);
        lines.extend(life.debts.iter().map(|debt| {
            let (requirement, state) = (debt.requirement.to_string(), debt.state);
            serde_json::json!([
                debt.due,
                permit,
                debt.round,
                requirement,
                life.planned.lead,
                state.as_str(),
                state.is_live()
            ])
        }));
    }
    Ok(serde_json::Value::from(lines).to_string())
}

fn tolerance_row(row: &Row<'_>) -> rusqlite::Result<ToleranceRow> {
    let life: Life = unpacked(row, "body")?;
    let (round, requirement): (u16, RequirementId) = (row.get("round")?, parsed(row, "requirement")?);
    let debt = life.debts.into_iter().find(|debt| debt.round == round && debt.requirement == requirement);
    Ok(ToleranceRow {
        matter: parsed(row, "matter")?,
        matter_name: parsed(row, "matter_name")?,
        applicant: parsed(row, "applicant")?,
        permit: parsed(row, "permit")?,
        lead: parsed(row, "lead")?,
        debt: debt.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
    })
}

#[cfg(test)]
mod tests;
