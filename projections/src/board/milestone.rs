//! A dated milestone's row (R14), and the rows of desk and deadlines that follow from it.
//!
//! Invariant: what stands is what events said; whether a date has passed is judged at the day asked about.
//! Deliberately absent: milestones without a date, which nothing is late against.

use crate::{
    deadlines,
    desk::{self, Task, TaskKind, Weight},
    sql::{Day, unreadable},
};
use jiff::civil::Date;
use om_domain::{
    decider::Recorded,
    ids::{BodyId, LegalText, MilestoneCode},
    matter::{event::MatterEvent as E, plan::RequirementId},
};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub(super) const TABLE: &str = "board_milestone";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS board_milestone (
    county TEXT NOT NULL, matter TEXT NOT NULL, milestone TEXT NOT NULL,
    date TEXT NOT NULL, reached TEXT, missed TEXT, asked TEXT, body TEXT NOT NULL,
    PRIMARY KEY (county, matter, milestone)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS board_milestone_date ON board_milestone (county, date) WHERE reached IS NULL;
CREATE INDEX IF NOT EXISTS board_milestone_missed ON board_milestone (county, missed) WHERE missed IS NOT NULL;
CREATE INDEX IF NOT EXISTS board_milestone_asked ON board_milestone (county, matter) WHERE asked IS NOT NULL;
";

/// A milestone with a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneRow {
    /// Its name.
    pub name: LegalText,
    /// The date as first planned.
    pub original: Date,
    /// The date as it stands.
    pub date: Date,
    /// The day it was reached.
    pub reached_on: Option<Date>,
    /// A change that is asked for and undecided.
    pub asked: Option<AskedChange>,
    /// Dates that passed without it, of which the lead has not said why.
    pub missed: BTreeSet<Date>,
    /// Whether the date as it stands was stated to have passed.
    pub stated: bool,
}

/// A change of the date that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedChange {
    /// Since when.
    pub on: Date,
    /// To which date.
    pub to: Date,
    /// Departments that have not answered.
    pub unanswered: BTreeSet<BodyId>,
}

impl MilestoneRow {
    /// The row after a fact of this milestone; none until it has a date.
    pub(super) fn evolve(row: Option<Self>, fact: &Recorded<E>) -> Option<Self> {
        if let E::MilestonePlanned(e) = &fact.event {
            return Some(MilestoneRow {
                name: e.name.clone(),
                original: e.date,
                date: e.date,
                reached_on: None,
                asked: None,
                missed: BTreeSet::new(),
                stated: false,
            });
        }
        row.map(|mut row| {
            row.fold(&fact.event, fact.effective.day());
            row
        })
    }

    fn fold(&mut self, event: &E, day: Date) {
        match event {
            E::DateChangeRequested(e) => {
                self.asked = Some(AskedChange { on: day, to: e.to, unanswered: e.asks.clone() });
            }
            E::DateChangeAgreed(e) => self.answered(&e.body),
            E::DateChangeObjected(e) => self.answered(&e.body),
            E::DateChangeWithdrawn(_) | E::DateChangeRefused(_) => self.asked = None,
            E::DateChangeApproved(e) => {
                self.asked = None;
                self.moved(e.to);
            }
            E::MilestoneMissed(e) => {
                self.missed.insert(e.date);
                self.asked = None;
                self.stated = e.date == self.date;
            }
            E::MissedMilestoneExplained(e) => {
                self.missed.remove(&e.missed);
                if let Some(to) = e.to {
                    self.moved(to);
                }
            }
            E::MilestoneReached(e) => {
                self.reached_on = Some(e.on);
                self.asked = None;
                self.missed.retain(|date| e.on > *date);
            }
            _ => {}
        }
    }

    fn answered(&mut self, body: &BodyId) {
        if let Some(asked) = &mut self.asked {
            asked.unanswered.remove(body);
        }
    }

    fn moved(&mut self, to: Date) {
        self.date = to;
        self.stated = false;
    }

    /// The next day after whose end time has something to state of it.
    pub(super) fn next(&self) -> Option<Date> {
        (self.reached_on.is_none() && !self.stated).then_some(self.date)
    }

    /// Whether it is late at a day: its date has passed without it, or nobody has said why one had.
    pub fn is_late_at(&self, day: Date) -> bool {
        !self.missed.is_empty() || self.reached_on.is_none() && self.date < day
    }

    /// What bodies must do next about its date.
    pub fn tasks(&self, code: &MilestoneCode) -> Vec<Task> {
        let Some(asked) = &self.asked else { return Vec::new() };
        let task = |body: &BodyId| Task {
            card: None,
            kind: TaskKind::AnswerDateChange,
            requirement: Some(RequirementId::Milestone(code.clone())),
            body: body.clone(),
            since: asked.on,
            due: Some(self.date),
            weight: Weight::Internal,
            statutory_due: None,
        };
        asked.unanswered.iter().map(task).collect()
    }
}

/// A row, and what of it stands in the other tables.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenMilestone {
    /// The row.
    pub row: MilestoneRow,
    /// Of desk and deadlines; none before it was first written.
    pub(super) stands: Option<(Vec<Task>, Option<Date>)>,
}

pub(super) fn load(
    db: &Connection,
    (county, matter, milestone): (&str, &str, &MilestoneCode),
) -> rusqlite::Result<Option<WrittenMilestone>> {
    let mut query = db.prepare_cached(
        "SELECT body FROM board_milestone WHERE county = ?1 AND matter = ?2 AND milestone = ?3",
    )?;
    let mut rows = query.query(params![county, matter, milestone.as_str()])?;
    let Some(found) = rows.next()? else { return Ok(None) };
    let row: MilestoneRow = serde_json::from_str(found.get_ref("body")?.as_str()?).map_err(unreadable)?;
    let stands = Some((row.tasks(milestone), row.next()));
    Ok(Some(WrittenMilestone { row, stands }))
}

pub(super) fn store(
    db: &Connection,
    (county, matter, milestone): (&str, &str, &MilestoneCode),
    written: &mut WrittenMilestone,
) -> rusqlite::Result<()> {
    let row = &written.row;
    let body = serde_json::to_string(row).map_err(unreadable)?;
    db.prepare_cached(
        "INSERT INTO board_milestone VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (county, matter, milestone) DO UPDATE
         SET date = excluded.date, reached = excluded.reached, missed = excluded.missed, asked = excluded.asked,
             body = excluded.body",
    )?
    .execute(params![
        county,
        matter,
        milestone.as_str(),
        Day(row.date),
        row.reached_on.map(Day),
        row.missed.first().copied().map(Day),
        row.asked.as_ref().map(|asked| Day(asked.to)),
        body,
    ])?;
    let (old_tasks, old_due) = written.stands.take().unwrap_or_default();
    let (tasks, due) = (row.tasks(milestone), row.next());
    // a milestone stands in columns of permits by the name it has among requirements, which is no permit's code
    let place = RequirementId::Milestone(milestone.clone()).to_string();
    desk::write(db, (county, matter, ""), &old_tasks, &tasks)?;
    if old_due != due {
        deadlines::write(db, (county, matter, &place), due)?;
    }
    written.stands = Some((tasks, due));
    Ok(())
}

/// The dated milestones of a matter, by code.
///
/// # Errors
/// What SQLite said.
pub fn milestones(
    db: &Connection,
    county: &om_domain::ids::CountyId,
    matter: om_domain::ids::MatterId,
) -> rusqlite::Result<Vec<(MilestoneCode, MilestoneRow)>> {
    db.prepare_cached("SELECT milestone, body FROM board_milestone WHERE county = ?1 AND matter = ?2")?
        .query_map(params![county.as_str(), matter.to_string()], |row| {
            let body = serde_json::from_str(row.get_ref("body")?.as_str()?).map_err(unreadable)?;
            Ok((crate::sql::parsed(row, "milestone")?, body))
        })?
        .collect()
}
