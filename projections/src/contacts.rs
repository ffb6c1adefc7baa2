//! Whom to reach at an applicant, and whom to reach there before: by applicant, and by the text that a name or a telephone is.
//!
//! Invariant: a contact never goes from here, for its texts stay in the vault until they are erased; it is closed by whoever takes
//! its place, or by its removal.
//! Deliberately absent: the texts, of which it has references alone.

use crate::{
    projection::{EncodedEvent, Incoming, Projection, Unreadable},
    sql::{Day, day, day_if, integer, parsed, parsed_if},
};
use jiff::civil::Date;
use om_domain::{
    applicant::ApplicantEvent as E,
    calendar::beijing,
    ids::{ApplicantId, CountyId, OfficerId, VaultRef},
};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

/// The projection of contacts.
#[derive(Debug)]
pub struct Contacts;

/// Somebody named as the one to reach at an applicant (联系人), now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// The name, in the vault.
    pub name: VaultRef,
    /// The telephone or another way to be reached, in the vault.
    pub phone: Option<VaultRef>,
    /// The day on which it was named.
    pub since: Date,
    /// Who named it.
    pub by: OfficerId,
    /// The day on which another took its place, or it was removed.
    pub until: Option<Date>,
}

const DDL: &str = "
CREATE TABLE IF NOT EXISTS contact (
    county TEXT NOT NULL, applicant TEXT NOT NULL, number INTEGER NOT NULL,
    name TEXT NOT NULL, phone TEXT, since TEXT NOT NULL, named_by TEXT NOT NULL, until TEXT,
    PRIMARY KEY (county, applicant, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contact_name ON contact (county, name);
CREATE INDEX IF NOT EXISTS contact_phone ON contact (county, phone) WHERE phone IS NOT NULL;
";

/// What all contacts of an applicant are found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub applicant: ApplicantId,
}

impl Projection for Contacts {
    const NAME: &'static str = "contact";
    const SCHEMA: u32 = 1;
    const CATEGORIES: &'static [&'static str] = &["applicant"];
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = &[DDL];
    const TABLES: &'static [&'static str] = &["contact"];
    type Key = Key;
    type Row = Vec<ContactRow>;
    type Aside = ();
    type Event<'a> = Incoming<ApplicantId, E>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        let applicant = ApplicantId::recorded(event.subject).map_err(|e| Unreadable(format!("{e}")))?;
        let read = Incoming::decode(event, applicant)?;
        let of_interest = matches!(read.fact.event, E::ContactNamed(_) | E::ContactRemoved(_));
        Ok(of_interest.then_some(read))
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Key>) {
        keys.push(Key { county: event.county.clone(), applicant: event.subject.clone() });
    }

    fn evolve(_: &Key, row: Option<Vec<ContactRow>>, event: &Self::Event<'_>) -> Option<Vec<ContactRow>> {
        let mut contacts = row.unwrap_or_default();
        let day = beijing(event.fact.recorded);
        if let Some(now) = contacts.last_mut().filter(|last| last.until.is_none()) {
            now.until = Some(day);
        }
        if let E::ContactNamed(named) = &event.fact.event {
            let (name, phone, by) = (named.name.clone(), named.phone.clone(), event.fact.by.officer.clone());
            contacts.push(ContactRow { name, phone, since: day, by, until: None });
        }
        Some(contacts)
    }

    fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<Vec<ContactRow>>> {
        let found = db
            .prepare_cached("SELECT * FROM contact WHERE county = ?1 AND applicant = ?2 ORDER BY number")?
            .query_map(params![key.county.as_str(), key.applicant.as_str()], contact)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut Vec<ContactRow>>) -> rusqlite::Result<()> {
        // contacts are added and closed, none goes
        for (number, contact) in row.into_iter().flatten().enumerate() {
            db.prepare_cached(
                "INSERT INTO contact VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (county, applicant, number) DO UPDATE SET until = excluded.until",
            )?
            .execute(params![
                key.county.as_str(),
                key.applicant.as_str(),
                integer(number as u64),
                contact.name.as_str(),
                contact.phone.as_ref().map(VaultRef::as_str),
                Day(contact.since),
                contact.by.as_str(),
                contact.until.map(Day),
            ])?;
        }
        Ok(())
    }
}

fn contact(row: &Row<'_>) -> rusqlite::Result<ContactRow> {
    Ok(ContactRow {
        name: parsed(row, "name")?,
        phone: parsed_if(row, "phone")?,
        since: day(row, "since")?,
        by: recorded(row, "named_by", OfficerId::recorded)?,
        until: day_if(row, "until")?,
    })
}

/// An id that may have been recorded before ids were as strict as today.
fn recorded<T>(
    row: &Row<'_>,
    column: &str,
    read: impl Fn(&str) -> Result<T, om_domain::ids::IdError>,
) -> rusqlite::Result<T> {
    read(row.get_ref(column)?.as_str()?).map_err(crate::sql::unreadable)
}

/// Where the next page of contacts begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCursor {
    /// At which applicant.
    pub applicant: ApplicantId,
    /// The place among the applicant's, from 0.
    pub number: u64,
}

/// Contacts of a county, of one applicant or of all, in the order in which they were named, at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn contacts(
    db: &Connection,
    county: &CountyId,
    applicant: Option<&ApplicantId>,
    after: Option<&ContactCursor>,
    first: u16,
) -> rusqlite::Result<Vec<(ContactCursor, ContactRow)>> {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let sql = format!(
        "SELECT * FROM contact WHERE county = ?1 {} {} ORDER BY applicant, number LIMIT ?5",
        only(applicant.is_some(), "AND applicant = ?2"),
        only(after.is_some(), "AND (applicant, number) > (?3, ?4)"),
    );
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                applicant.map(ApplicantId::as_str),
                after.map(|after| after.applicant.as_str()),
                after.map(|after| integer(after.number)),
                first,
            ],
            |row| {
                let applicant = recorded(row, "applicant", ApplicantId::recorded)?;
                let number = crate::sql::unsigned(row, "number")?.unwrap_or(0);
                Ok((ContactCursor { applicant, number }, contact(row)?))
            },
        )?
        .collect()
}

/// The applicants at whom this text is, or was, whom to reach or how.
///
/// # Errors
/// What SQLite said.
pub fn applicants_of(
    db: &Connection,
    county: &CountyId,
    text: &VaultRef,
) -> rusqlite::Result<Vec<ApplicantId>> {
    db.prepare_cached(
        "SELECT applicant FROM contact WHERE county = ?1 AND name = ?2
         UNION SELECT applicant FROM contact WHERE county = ?1 AND phone = ?2",
    )?
    .query_map(params![county.as_str(), text.as_str()], |row| {
        recorded(row, "applicant", ApplicantId::recorded)
    })?
    .collect()
}

#[cfg(test)]
mod tests;
