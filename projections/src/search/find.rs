//! Looking through a county's texts.
//!
//! Invariants: found is what contains every word, letters of either case alike; the order is by kind, then how well the first
//! word fits, then the latest first, and does not change between two pages unless something is recorded meanwhile.

use super::{Kind, Subject, table};
use crate::sql::{parsed, parsed_if};
use om_domain::{
    ids::{CountyId, EventId, PermitCode},
    naming::unmarked,
};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is looked for.
pub struct Wanted<'a> {
    /// The words, each of which must be there; none finds nothing.
    pub words: &'a [String],
    /// Names of bodies by their id: Chinese, English.
    pub bodies: &'a BTreeMap<String, (String, String)>,
    /// Only of these kinds; all if empty.
    pub kinds: &'a [Kind],
    /// Only of these subjects; all if not said.
    pub within: Option<&'a BTreeSet<Subject>>,
}

/// Where the next page begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    kind: Kind,
    fit: u8,
    /// The later the smaller.
    before: i64,
    subject: String,
    key: String,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub kind: Kind,
    /// What it is of.
    pub subject: Subject,
    /// What that is called: the name of the matter, the title of the meeting.
    pub subject_name: String,
    /// The permit it is about.
    pub permit: Option<PermitCode>,
    /// The entry it comes from.
    pub event: EventId,
    /// When that was recorded, in milliseconds of Unix time.
    pub recorded: i64,
    /// The text, in Chinese or as it was written.
    pub zh: String,
    /// In English, where that differs; else empty.
    pub en: String,
    /// Where it stands in the answer.
    pub cursor: Cursor,
}

/// Lower case as far as a search goes; texts without capitals cost nothing.
fn lower(text: &str) -> std::borrow::Cow<'_, str> {
    match text.chars().any(char::is_uppercase) {
        true => text.to_lowercase().into(),
        false => text.into(),
    }
}

/// How well a word fits: 0 is the whole text, 1 its beginning, 2 within it; none if it is not there.
fn fit(text: &str, word: &str) -> Option<u8> {
    match text.find(word)? {
        0 if text.len() == word.len() => Some(0),
        0 => Some(1),
        _ => Some(2),
    }
}

/// What a county's texts hold of the words: at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn find(
    db: &Connection,
    county: &CountyId,
    wanted: &Wanted<'_>,
    after: Option<&Cursor>,
    first: u16,
) -> rusqlite::Result<Vec<Found>> {
    let words: Vec<String> = wanted.words.iter().map(|word| word.to_lowercase()).collect();
    let Some(leading) = words.first() else { return Ok(Vec::new()) };
    let mut places: Vec<Cursor> = Vec::new();
    let mut query =
        db.prepare_cached("SELECT kind, subject, key, recorded, zh, en FROM search_text WHERE county = ?1")?;
    let mut rows = query.query([county.as_str()])?;
    while let Some(row) = rows.next()? {
        let [zh, en] = [row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str()?];
        let (zh, en) = (named(zh, wanted, false), named(en, wanted, true));
        let (zh, en) = (lower(&zh), lower(&en));
        if !words.iter().all(|word| zh.contains(word.as_str()) || en.contains(word.as_str())) {
            continue;
        }
        let within =
            |all: &BTreeSet<Subject>| table::subject(row.get_ref(1)?.as_str()?).map(|s| all.contains(&s));
        if !wanted.within.map_or(Ok(true), within)? {
            continue;
        }
        let kind: Kind = parsed(row, "kind")?;
        if !wanted.kinds.is_empty() && !wanted.kinds.contains(&kind) {
            continue;
        }
        let fits = [fit(&zh, leading), fit(&en, leading)].into_iter().flatten();
        places.push(Cursor {
            kind,
            fit: fits.min().unwrap_or(2),
            before: -row.get::<_, i64>(3)?,
            subject: row.get(1)?,
            key: row.get(2)?,
        });
    }
    places.sort_unstable();
    let begin = after.map_or(0, |after| places.partition_point(|place| place <= after));
    let page = places.into_iter().skip(begin).take(usize::from(first));
    page.map(|place| found(db, county, place, wanted)).collect()
}

fn named<'t>(text: &'t str, wanted: &Wanted<'_>, english: bool) -> std::borrow::Cow<'t, str> {
    if !text.contains('\u{2}') {
        return text.into();
    }
    let name = |id: &str| match wanted.bodies.get(id) {
        Some((_, en)) if english => en.clone(),
        Some((zh, _)) => zh.clone(),
        None => id.to_owned(),
    };
    unmarked(text, name).into()
}

fn found(db: &Connection, county: &CountyId, place: Cursor, wanted: &Wanted<'_>) -> rusqlite::Result<Found> {
    let subject = table::subject(&place.subject)?;
    let head = match subject {
        Subject::Matter(_) => Kind::Matter,
        Subject::Meeting(_) => Kind::Meeting,
    };
    let head: String = db
        .prepare_cached(
            "SELECT zh FROM search_text WHERE county = ?1 AND kind = ?2 AND subject = ?3 AND key = ''",
        )?
        .query_row(params![county.as_str(), head.as_str(), place.subject], |row| row.get(0))?;
    let subject_name = head.split(" · ").next().unwrap_or_default().to_owned();
    db.prepare_cached(
        "SELECT permit, event, recorded, zh, en FROM search_text
         WHERE county = ?1 AND kind = ?2 AND subject = ?3 AND key = ?4",
    )?
    .query_row(params![county.as_str(), place.kind.as_str(), place.subject, place.key], |row| {
        Ok(Found {
            kind: place.kind,
            subject,
            subject_name: subject_name.clone(),
            permit: parsed_if(row, "permit")?,
            event: parsed(row, "event")?,
            recorded: row.get("recorded")?,
            zh: named(row.get_ref("zh")?.as_str()?, wanted, false).into_owned(),
            en: named(row.get_ref("en")?.as_str()?, wanted, true).into_owned(),
            cursor: place.clone(),
        })
    })
}
