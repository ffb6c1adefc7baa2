//! The ledger of tolerated deficiencies (容缺): one row per debt, of all rounds of all permits.
//!
//! Invariants: a debt keeps its row whatever became of it; its due date is the one the last event fixed.
//! Deliberately absent: “overdue”, which is `due` against the day asked about; an applicant's eligibility (R10).

use crate::{
    life::{Debt, DebtState},
    reach::Reach,
    sql::{Day, parsed, unreadable},
};
use jiff::civil::Date;
use om_domain::ids::{ApplicantId, BodyId, CountyId, LegalText, MatterId, PermitCode};
use rusqlite::{Connection, Row, params};

pub(crate) const TABLE: &str = "tolerance";
pub(crate) const DDL: &str = "
CREATE TABLE IF NOT EXISTS tolerance (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    round INTEGER NOT NULL, requirement TEXT NOT NULL,
    lead TEXT NOT NULL, due TEXT NOT NULL, live INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (county, matter, permit, round, requirement)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tolerance_due ON tolerance (county, due, matter, permit, round, requirement);
CREATE INDEX IF NOT EXISTS tolerance_lead
    ON tolerance (county, lead, due, matter, permit, round, requirement);
CREATE INDEX IF NOT EXISTS tolerance_live
    ON tolerance (county, due, matter, permit, round, requirement) WHERE live;
";

/// Writes the difference between the debts as they stand in the table and as they are.
pub(crate) fn write(
    db: &Connection,
    (county, matter, permit): (&str, &str, &str),
    (old_lead, old): (Option<&BodyId>, &[Debt]),
    (lead, new): (&BodyId, &[Debt]),
) -> rusqlite::Result<()> {
    let same = |a: &Debt, b: &Debt| a.round == b.round && a.requirement == b.requirement;
    for gone in old.iter().filter(|o| !new.iter().any(|n| same(o, n))) {
        db.prepare_cached(
            "DELETE FROM tolerance
             WHERE county = ?1 AND matter = ?2 AND permit = ?3 AND round = ?4 AND requirement = ?5",
        )?
        .execute(params![county, matter, permit, gone.round, gone.requirement.to_string()])?;
    }
    let same_lead = old_lead == Some(lead);
    for debt in new.iter().filter(|debt| !same_lead || !old.contains(debt)) {
        let body = serde_json::to_string(debt).map_err(unreadable)?;
        db.prepare_cached(
            "INSERT INTO tolerance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (county, matter, permit, round, requirement) DO UPDATE
             SET lead = excluded.lead, due = excluded.due, live = excluded.live, body = excluded.body",
        )?
        .execute(params![
            county,
            matter,
            permit,
            debt.round,
            debt.requirement.to_string(),
            lead.as_str(),
            Day(debt.due),
            debt.state.is_live(),
            body,
        ])?;
    }
    Ok(())
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
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let live = filter.live || filter.overdue_at.is_some();
    // One matter's debts lie together in the table; the index by due date would read the whole county's.
    let clustered = only(filter.matter.is_some(), "NOT INDEXED");
    let sql = format!(
        "SELECT t.*, m.name AS matter_name, m.applicant
         FROM tolerance t {clustered} JOIN board_matter m ON m.county = t.county AND m.matter = t.matter
         WHERE t.county = ?1 {} {} {} {} {} {}
           AND (t.due, t.matter, t.permit, t.round, t.requirement) > (?6, ?7, ?8, ?9, ?10)
         ORDER BY t.due, t.matter, t.permit, t.round, t.requirement LIMIT ?11",
        only(filter.matter.is_some(), "AND t.matter = ?2"),
        only(filter.lead.is_some(), "AND t.lead = ?3"),
        only(filter.overdue_at.is_some(), "AND t.due < ?4"),
        only(filter.state.is_some(), "AND json_extract(t.body, '$.state') = ?5"),
        only(live, "AND t.live AND m.phase <> 'terminated'"),
        filter.reach.sql("t.matter", 12),
    );
    let cursor = after.map(|c| {
        (c.due.to_string(), c.matter.to_string(), c.permit.as_str(), c.round, c.requirement.as_str())
    });
    let (due, matter, permit, round, requirement) = cursor.unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                filter.matter.map(|matter| matter.to_string()),
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
            ],
            tolerance_row,
        )?
        .collect()
}

fn tolerance_row(row: &Row<'_>) -> rusqlite::Result<ToleranceRow> {
    Ok(ToleranceRow {
        matter: parsed(row, "matter")?,
        matter_name: parsed(row, "matter_name")?,
        applicant: parsed(row, "applicant")?,
        permit: parsed(row, "permit")?,
        lead: parsed(row, "lead")?,
        debt: serde_json::from_str(row.get_ref("body")?.as_str()?).map_err(unreadable)?,
    })
}

#[cfg(test)]
mod tests;
