//! A matter's row.

use super::party;
use crate::{
    life::Last,
    sql::{Day, day, day_if, integer, named, parsed, parsed_if, unsigned},
};
use jiff::civil::Date;
use om_domain::{
    access::{self, Party},
    decider::Recorded,
    ids::{ApplicantId, BodyId, EventId, LegalText, MilestoneCode, OfficerId, ProjectCode, TemplateId},
    matter::{event::MatterEvent as E, plan::Whole},
};
use rusqlite::{Connection, Row, params};

pub(super) const TABLE: &str = "board_matter";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS board_matter (
    county TEXT NOT NULL, matter TEXT NOT NULL,
    name TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, phase TEXT NOT NULL,
    lead_officer TEXT, deputy TEXT, implementing_body TEXT NOT NULL, applicant TEXT NOT NULL,
    place TEXT NOT NULL, investment_yuan INTEGER, target TEXT, target_milestone TEXT, template TEXT,
    proposed_on TEXT NOT NULL, started_on TEXT, ended_on TEXT, grace INTEGER NOT NULL,
    last_event TEXT NOT NULL, last_position INTEGER NOT NULL, last_on TEXT NOT NULL,
    target_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(target, '9999-12-31')) STORED,
    PRIMARY KEY (county, matter)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS board_matter_name ON board_matter (county, name, matter);
CREATE INDEX IF NOT EXISTS board_matter_target ON board_matter (county, target_key, matter);
CREATE INDEX IF NOT EXISTS board_matter_change ON board_matter (county, last_position);
CREATE INDEX IF NOT EXISTS board_matter_phase ON board_matter (county, phase);
";

named! {
    /// Where a matter is in its life.
    pub enum Phase {
        /// Proposed.
        Proposed = "proposed",
        /// Designated a one-matter project, with a task force.
        Designated = "designated",
        /// Underway.
        Underway = "underway",
        /// Suspended; statutory clocks run on.
        Suspended = "suspended",
        /// Completed.
        Completed = "completed",
        /// Given up.
        Terminated = "terminated",
    }
}

impl Phase {
    /// Whether nothing more is to come.
    pub const fn is_over(self) -> bool {
        matches!(self, Phase::Completed | Phase::Terminated)
    }
}

/// A matter of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterRow {
    /// Its name.
    pub name: LegalText,
    /// Its kind.
    pub kind: LegalText,
    /// Its project code.
    pub code: ProjectCode,
    /// Where it is in its life.
    pub phase: Phase,
    /// The task force's lead; none before designation.
    pub lead_officer: Option<OfficerId>,
    /// The deputy lead.
    pub deputy: Option<OfficerId>,
    /// Township or subdistrict that implements it.
    pub implementing_body: BodyId,
    /// Applicant organisation.
    pub applicant: ApplicantId,
    /// Place.
    pub place: LegalText,
    /// Investment in yuan.
    pub investment_yuan: Option<u64>,
    /// Target completion; as it stands, where it is a milestone.
    pub target: Option<Date>,
    /// The milestone that the target is, once it is one (R14).
    pub target_milestone: Option<MilestoneCode>,
    /// The template its plan was resolved from.
    pub template: Option<TemplateId>,
    /// The day it was proposed.
    pub proposed_on: Date,
    /// The day work on it began.
    pub started_on: Option<Date>,
    /// The day it was completed or given up.
    pub ended_on: Option<Date>,
    /// Recorded more than this many working days late is back-filling (R16).
    pub backfill_grace_days: u16,
    /// The last event of its stream.
    pub last: Last,
    /// Who has come to take part since the row was written last.
    pub(super) joined: Vec<Party>,
}

impl MatterRow {
    /// The row of a matter that was just proposed; none if the fact is another one.
    pub(super) fn proposed(fact: &Recorded<E>, position: u64) -> Option<Self> {
        let E::MatterProposed(e) = &fact.event else { return None };
        let (project, day) = (&e.project, fact.effective.day());
        Some(MatterRow {
            name: project.name.clone(),
            kind: project.kind.clone(),
            code: project.code.clone(),
            phase: Phase::Proposed,
            lead_officer: None,
            deputy: None,
            implementing_body: project.implementing_body.clone(),
            applicant: project.applicant.clone(),
            place: project.place.clone(),
            investment_yuan: project.investment_yuan,
            target: project.target,
            target_milestone: None,
            template: None,
            proposed_on: day,
            started_on: None,
            ended_on: None,
            backfill_grace_days: 0,
            last: Last { event: fact.id, position, on: day },
            joined: access::of_matter(fact),
        })
    }

    /// Folds one fact of the matter that stands at `position` in the log.
    pub(super) fn evolve(&mut self, fact: &Recorded<E>, position: u64) {
        let day = fact.effective.day();
        self.last = Last { event: fact.id, position, on: day };
        self.joined.extend(access::of_matter(fact));
        let task_force = match &fact.event {
            E::MatterDesignated(e) => {
                self.phase = Phase::Designated;
                Some(&e.task_force)
            }
            E::TaskForceChanged(e) => Some(&e.task_force),
            _ => None,
        };
        if let Some(task_force) = task_force {
            self.lead_officer = Some(task_force.lead.clone());
            self.deputy = task_force.deputy.clone();
        }
        match &fact.event {
            E::ProjectCorrected(e) => {
                let project = &e.new;
                self.name = project.name.clone();
                self.kind = project.kind.clone();
                self.implementing_body = project.implementing_body.clone();
                self.place = project.place.clone();
                self.investment_yuan = project.investment_yuan;
                if self.target_milestone.is_none() {
                    self.target = project.target;
                }
            }
            E::MatterPlanned(e) => {
                self.template = Some(e.plan.template.clone());
                self.backfill_grace_days = e.plan.settings.backfill_grace_days;
            }
            E::MilestonePlanned(e) if e.whole == Some(Whole::Matter) => {
                self.target_milestone = Some(e.milestone.clone());
                self.target = Some(e.date);
            }
            E::DateChangeApproved(e) if self.target_milestone.as_ref() == Some(&e.milestone) => {
                self.target = Some(e.to);
            }
            E::MissedMilestoneExplained(e) if self.target_milestone.as_ref() == Some(&e.milestone) => {
                self.target = e.to.or(self.target);
            }
            E::MatterStarted(e) => {
                self.phase = Phase::Underway;
                self.started_on = Some(e.on);
            }
            E::MatterSuspended(_) => self.phase = Phase::Suspended,
            E::MatterResumed(_) => self.phase = Phase::Underway,
            E::MatterCompleted(e) => {
                self.phase = Phase::Completed;
                self.ended_on = Some(e.on);
            }
            E::MatterTerminated(_) => {
                self.phase = Phase::Terminated;
                self.ended_on = Some(day);
            }
            _ => {}
        }
    }
}

pub(super) fn load(db: &Connection, county: &str, matter: &str) -> rusqlite::Result<Option<MatterRow>> {
    let mut query = db.prepare_cached("SELECT * FROM board_matter WHERE county = ?1 AND matter = ?2")?;
    let mut rows = query.query(params![county, matter])?;
    rows.next()?.map(matter_row).transpose()
}

/// Reads a row of `board_matter`.
pub(super) fn matter_row(row: &Row<'_>) -> rusqlite::Result<MatterRow> {
    Ok(MatterRow {
        name: parsed(row, "name")?,
        kind: parsed(row, "kind")?,
        code: parsed(row, "code")?,
        phase: parsed(row, "phase")?,
        lead_officer: parsed_if(row, "lead_officer")?,
        deputy: parsed_if(row, "deputy")?,
        implementing_body: parsed(row, "implementing_body")?,
        applicant: parsed(row, "applicant")?,
        place: parsed(row, "place")?,
        investment_yuan: unsigned(row, "investment_yuan")?,
        target: day_if(row, "target")?,
        target_milestone: parsed_if(row, "target_milestone")?,
        template: parsed_if(row, "template")?,
        proposed_on: day(row, "proposed_on")?,
        started_on: day_if(row, "started_on")?,
        ended_on: day_if(row, "ended_on")?,
        backfill_grace_days: row.get("grace")?,
        last: Last {
            event: parsed::<EventId>(row, "last_event")?,
            position: unsigned(row, "last_position")?.unwrap_or_default(),
            on: day(row, "last_on")?,
        },
        joined: Vec::new(),
    })
}

/// Writes a matter of which nothing stands.
pub(super) fn store_new(db: &Connection, place: (&str, &str), row: &mut MatterRow) -> rusqlite::Result<()> {
    party::store_new(db, place, &mut row.joined)?;
    write(db, INSERT, place, row)
}

/// Writes a matter.
pub(super) fn store(db: &Connection, place: (&str, &str), row: &mut MatterRow) -> rusqlite::Result<()> {
    party::store(db, place, &mut row.joined)?;
    write(db, UPSERT, place, row)
}

macro_rules! insert {
    ($then:literal) => {
        concat!(
            "INSERT INTO board_matter (county, matter, name, kind, code, phase, lead_officer, deputy, implementing_body,
                 applicant, place, investment_yuan, target, target_milestone, template, proposed_on, started_on,
                 ended_on, grace, last_event, last_position, last_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) ",
            $then
        )
    };
}

const INSERT: &str = insert!("");
const UPSERT: &str = insert!(
    "ON CONFLICT (county, matter) DO UPDATE
     SET name = excluded.name, kind = excluded.kind, implementing_body = excluded.implementing_body,
         place = excluded.place, investment_yuan = excluded.investment_yuan, target = excluded.target,
         target_milestone = excluded.target_milestone,
         phase = excluded.phase, lead_officer = excluded.lead_officer,
         deputy = excluded.deputy, template = excluded.template, started_on = excluded.started_on,
         ended_on = excluded.ended_on, grace = excluded.grace, last_event = excluded.last_event,
         last_position = excluded.last_position, last_on = excluded.last_on"
);

fn write(
    db: &Connection,
    sql: &str,
    (county, matter): (&str, &str),
    row: &MatterRow,
) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?
        .execute(params![
            county,
            matter,
            row.name.as_str(),
            row.kind.as_str(),
            row.code.as_str(),
            row.phase.as_str(),
            row.lead_officer.as_ref().map(OfficerId::as_str),
            row.deputy.as_ref().map(OfficerId::as_str),
            row.implementing_body.as_str(),
            row.applicant.as_str(),
            row.place.as_str(),
            row.investment_yuan.map(integer),
            row.target.map(Day),
            row.target_milestone.as_ref().map(MilestoneCode::as_str),
            row.template.as_ref().map(TemplateId::as_str),
            Day(row.proposed_on),
            row.started_on.map(Day),
            row.ended_on.map(Day),
            row.backfill_grace_days,
            row.last.event.to_string(),
            integer(row.last.position),
            Day(row.last.on),
        ])
        .map(drop)
}
