//! The tables of the embedded log.
//!
//! `event` is clustered by stream and, in it, by revision: one matter is a few neighbouring pages. `log` is
//! the global order. Stream names and event types are stored once and named by number. Metadata are packed where they come out again byte
//! by byte; the number of such an event's type is negative.
//! Deliberately absent: any index that an append would have to keep up besides these trees.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::log::LogId;

/// "1MAT" in the file's header: says that the file is ours.
const APPLICATION_ID: i64 = 0x314D_4154;
/// The layout that this version writes. It reads [`UNPACKED`] too.
pub(super) const LAYOUT: i64 = 2;
/// The layout before: the same tables, in which no metadata were packed.
const UNPACKED: i64 = 1;
/// Bits of an event's row number that are its revision.
const REVISION_BITS: u32 = 24;
/// The last revision a stream can have.
pub(super) const MAX_REVISION: u64 = (1 << REVISION_BITS) - 1;

const TABLES: &str = "
CREATE TABLE identity (log BLOB NOT NULL) STRICT;
CREATE TABLE stream (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE event_type (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE (name, version)
) STRICT;
-- no is stream number << 24 | revision; recorded is in microseconds since 1970; type is the number in event_type, negative where metadata
-- are packed
CREATE TABLE event (
    no INTEGER PRIMARY KEY, position INTEGER NOT NULL, type INTEGER NOT NULL, recorded INTEGER NOT NULL,
    id BLOB NOT NULL, leaf BLOB NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL
) STRICT;
CREATE TABLE log (position INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;
";

/// The events of a stream by its name, from a revision on, at most so many. It finds the stream as well: a statement of its own for
/// that would be a read transaction more. Its numbers are [`REVISION_BITS`] and [`MAX_REVISION`].
pub(super) const FROM_REVISION: &str = "SELECT no, position, type, recorded, id, payload, metadata FROM event
     WHERE no BETWEEN (SELECT no << 24 | ?2 FROM stream WHERE name = ?1)
         AND (SELECT no << 24 | 0xffffff FROM stream WHERE name = ?1)
     ORDER BY no LIMIT ?3";

/// What a file turned out to be.
pub(super) enum Found {
    /// A new file.
    Nothing,
    /// An event log of a known layout.
    Log,
    /// An event log of a later layout.
    Newer(i64),
    /// Another program's database.
    SomethingElse,
}

pub(super) fn recognise(connection: &Connection) -> rusqlite::Result<Found> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    Ok(match (number("application_id")?, number("user_version")?) {
        (0, 0) if tables == 0 => Found::Nothing,
        (APPLICATION_ID, UNPACKED | LAYOUT) => Found::Log,
        (APPLICATION_ID, version) if version > LAYOUT => Found::Newer(version),
        _ => Found::SomethingElse,
    })
}

/// Makes a new log, whole or not at all.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", 4_096)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    create_as(connection, LogId::new(Uuid::new_v4()))
}

/// Makes the tables of a log of this identity, whole or not at all.
pub(super) fn create_as(connection: &Connection, id: LogId) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {TABLES}
         PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {LAYOUT};
         INSERT INTO identity (log) VALUES (x'{}'); COMMIT",
        id.as_uuid().simple()
    ))
}

/// Says that the file may hold what [`UNPACKED`] knows nothing of; its rows stay as they are.
pub(super) fn raise_layout(connection: &Connection) -> rusqlite::Result<()> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == LAYOUT { Ok(()) } else { connection.pragma_update(None, "user_version", LAYOUT) }
}

pub(super) fn id(connection: &Connection) -> rusqlite::Result<LogId> {
    let bytes = connection.query_row("SELECT log FROM identity", (), |row| row.get::<_, [u8; 16]>(0))?;
    Ok(LogId::new(Uuid::from_bytes(bytes)))
}

/// The number of the last position, 0 if there is none.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(position), 0) FROM log")?;
    statement.query_row((), |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

pub(super) fn stream_no(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT no FROM stream WHERE name = ?1")?;
    statement.query_row((name,), |row| row.get(0)).optional()
}

/// The last revision of a stream that has a number.
pub(super) fn stream_head(connection: &Connection, stream: i64) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT no FROM event WHERE no BETWEEN ?1 AND ?2 ORDER BY no DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let bounds = (event_no(stream, 0), event_no(stream, MAX_REVISION));
    let no = statement.query_row(bounds, |row| row.get::<_, i64>(0)).optional()?;
    Ok(no.map(revision))
}

/// What is stored as the type of an event: the type's number, and whether the metadata beside it are packed.
pub(super) const fn stored_type(no: i64, is_packed: bool) -> i64 {
    if is_packed { -no } else { no }
}

/// The type's number in what is stored as the type of an event, and whether the metadata beside it are packed.
pub(super) const fn type_of(stored: i64) -> (i64, bool) {
    (stored.unsigned_abs().cast_signed(), stored < 0)
}

/// The row number of an event. `revision` is at most [`MAX_REVISION`]; a greater one is taken as that.
pub(super) fn event_no(stream: i64, revision: u64) -> i64 {
    (stream << REVISION_BITS) | revision.min(MAX_REVISION).cast_signed()
}

/// The revision in an event's row number.
pub(super) fn revision(event_no: i64) -> u64 {
    event_no.cast_unsigned() & MAX_REVISION
}

/// The stream's number in an event's row number.
pub(super) fn stream_of(event_no: i64) -> i64 {
    event_no >> REVISION_BITS
}

/// What a row costs beside its payload and metadata, about, in bytes.
pub(super) const ROW_OVERHEAD_BYTES: usize = 96;
