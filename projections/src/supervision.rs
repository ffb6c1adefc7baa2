//! Cards (红黄牌): one row per card of every permit, whatever became of it.
//!
//! Invariants: a card keeps its row; what has come of it is what the last event said.
//! Deliberately absent: whether its ground still stands, which the matter's own fold and a calendar say; any mark of
//! a person.

use crate::{
    life::CardLine,
    reach::Reach,
    sql::{Day, packed, parsed, unpacked, unreadable},
};
use jiff::civil::Date;
use om_domain::{
    ids::{BodyId, CountyId, LegalText, MatterId, PermitCode},
    matter::card::{CardStanding, Colour},
};
use rusqlite::{Connection, Row, params};

pub(crate) const TABLE: &str = "card";
pub(crate) const DDL: &str = "
CREATE TABLE IF NOT EXISTS card (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL, number INTEGER NOT NULL,
    against TEXT NOT NULL, red INTEGER NOT NULL, open INTEGER NOT NULL, unanswered INTEGER NOT NULL,
    issued TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (county, matter, permit, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS card_issued ON card (county, issued, matter, permit, number);
CREATE INDEX IF NOT EXISTS card_against ON card (county, against, issued, matter, permit, number);
CREATE INDEX IF NOT EXISTS card_open ON card (county, issued, matter, permit, number) WHERE open;
";

/// Writes the cards that differ from those that stand in the table.
pub(crate) fn write(
    db: &Connection,
    (county, matter, permit): (&str, &str, &str),
    old: &[CardLine],
    new: &[CardLine],
) -> rusqlite::Result<()> {
    for gone in old.iter().filter(|o| !new.iter().any(|n| n.number == o.number)) {
        db.prepare_cached(
            "DELETE FROM card WHERE county = ?1 AND matter = ?2 AND permit = ?3 AND number = ?4",
        )?
        .execute(params![county, matter, permit, gone.number])?;
    }
    for card in new.iter().filter(|card| !old.contains(card)) {
        let body = packed(card).map_err(unreadable)?;
        db.prepare_cached(
            "INSERT INTO card VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (county, matter, permit, number) DO UPDATE
             SET open = excluded.open, unanswered = excluded.unanswered, body = excluded.body",
        )?
        .execute(params![
            county,
            matter,
            permit,
            card.number,
            card.against.as_str(),
            card.colour == Colour::Red,
            !card.standing.is_closed(),
            card.is_unanswered(),
            Day(card.on),
            body,
        ])?;
    }
    Ok(())
}

/// A card, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The matter.
    pub matter: MatterId,
    /// Its name.
    pub matter_name: LegalText,
    /// The permit.
    pub permit: PermitCode,
    /// The card.
    pub card: CardLine,
}

/// Which cards of a county are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardFilter {
    /// Of this matter.
    pub matter: Option<MatterId>,
    /// Against this body.
    pub against: Option<BodyId>,
    /// Of this colour.
    pub colour: Option<Colour>,
    /// Only those of which something is still to come.
    pub open: bool,
    /// Only those the body has not answered.
    pub unanswered: bool,
    /// Within this reach.
    pub reach: Reach,
}

/// Where the next page begins: after this card.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CardCursor {
    issued: Date,
    matter: MatterId,
    permit: PermitCode,
    number: u16,
}

impl From<&CardRow> for CardCursor {
    fn from(row: &CardRow) -> Self {
        let (issued, number) = (row.card.on, row.card.number);
        CardCursor { issued, matter: row.matter, permit: row.permit.clone(), number }
    }
}

/// Cards of a county, those issued first first, a page at a time: at most `first` after the cursor. Open ones of matters
/// given up are not open any more.
///
/// # Errors
/// What SQLite said.
pub fn cards(
    db: &Connection,
    county: &CountyId,
    filter: &CardFilter,
    after: Option<&CardCursor>,
    first: u16,
) -> rusqlite::Result<Vec<CardRow>> {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let sql = format!(
        "SELECT c.*, m.name AS matter_name
         FROM card c JOIN board_matter m ON m.county = c.county AND m.matter = c.matter
         WHERE c.county = ?1 {} {} {} {} {} {}
           AND (c.issued, c.matter, c.permit, c.number) > (?5, ?6, ?7, ?8)
         ORDER BY c.issued, c.matter, c.permit, c.number LIMIT ?9",
        only(filter.matter.is_some(), "AND c.matter = ?2"),
        only(filter.against.is_some(), "AND c.against = ?3"),
        only(filter.colour.is_some(), "AND c.red = ?4"),
        only(filter.open, "AND c.open AND m.phase <> 'terminated'"),
        only(filter.unanswered, "AND c.unanswered AND m.phase <> 'terminated'"),
        filter.reach.sql("c.matter", 10),
    );
    let cursor = after.map(|c| (c.issued.to_string(), c.matter.to_string(), c.permit.as_str(), c.number));
    let (issued, matter, permit, number) = cursor.unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                filter.matter.map(|matter| matter.to_string()),
                filter.against.as_ref().map(BodyId::as_str),
                filter.colour.map(|colour| colour == Colour::Red),
                issued,
                matter,
                permit,
                number,
                first,
                filter.reach.value(),
            ],
            card_row,
        )?
        .collect()
}

fn card_row(row: &Row<'_>) -> rusqlite::Result<CardRow> {
    Ok(CardRow {
        matter: parsed(row, "matter")?,
        matter_name: parsed(row, "matter_name")?,
        permit: parsed(row, "permit")?,
        card: unpacked(row, "body")?,
    })
}

/// Open cards of one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyCards {
    /// The body.
    pub body: BodyId,
    /// Open yellow ones.
    pub yellow: u32,
    /// Open red ones.
    pub red: u32,
    /// Of both, those it has not answered.
    pub unanswered: u32,
    /// The day the oldest open one was issued.
    pub since: Date,
}

/// Open cards by body, of one matter or of the whole county; matters given up do not count.
///
/// # Errors
/// What SQLite said.
pub fn by_body(
    db: &Connection,
    county: &CountyId,
    matter: Option<MatterId>,
    reach: &Reach,
) -> rusqlite::Result<Vec<BodyCards>> {
    let sql = format!(
        "SELECT c.against, sum(NOT c.red) AS yellow, sum(c.red) AS red, sum(c.unanswered) AS unanswered,
                min(c.issued) AS since
         FROM card c JOIN board_matter m ON m.county = c.county AND m.matter = c.matter
         WHERE c.county = ?1 AND c.open AND (?2 IS NULL OR c.matter = ?2) AND m.phase <> 'terminated' {}
         GROUP BY c.against ORDER BY red DESC, yellow DESC, c.against",
        reach.sql("c.matter", 3),
    );
    let values = params![county.as_str(), matter.map(|matter| matter.to_string()), reach.value()];
    let mut query = db.prepare_cached(&sql)?;
    query
        .query_map(values, |row| {
            Ok(BodyCards {
                body: parsed(row, "against")?,
                yellow: row.get("yellow")?,
                red: row.get("red")?,
                unanswered: row.get("unanswered")?,
                since: crate::sql::day(row, "since")?,
            })
        })?
        .collect()
}

impl CardLine {
    /// Whether the body is to answer it.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.standing, CardStanding::Issued | CardStanding::Upheld)
    }
}

#[cfg(test)]
mod tests;
