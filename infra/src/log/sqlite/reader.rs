//! One read connection: rows to events.
//!
//! Invariant: every method ends its statement, and with it its read transaction, before it returns.
//! Deliberately absent: checking leaves; that is the ledger's, and would triple the cost of a read.

use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::by_stream::shown;
use super::{open, schema};
use crate::log::by_stream::See;
use crate::log::{EventMetadata, LogError, LogId, Position, StoredEvent, StreamName};

/// Stream names kept per connection: of streams whose numbers agree modulo this, the one read last.
const NAMES: i64 = 8_192;
/// Payloads of one batch share allocations of this size, so that an event kept alone keeps no more alive.
const CHUNK: usize = 64 * 1_024;

const BY_STREAM: &str = "SELECT no, position, type, recorded, id, leaf, payload, metadata FROM event
     WHERE no BETWEEN ?1 AND ?2 ORDER BY no LIMIT ?3";
const BY_POSITION: &str = "SELECT e.no, l.position, type, recorded, id, leaf, payload, metadata
     FROM log AS l CROSS JOIN event AS e ON e.no = l.event
     WHERE l.position > ?1 ORDER BY l.position LIMIT ?2";

const MISPLACED: &str = "SELECT l.position FROM log AS l CROSS JOIN event AS e ON e.no = l.event
     WHERE l.position > ?1 AND l.position <= ?2 AND e.position <> l.position";

pub(super) struct ReadConnection {
    pub(super) connection: Connection,
    pub(super) names: Names,
}

/// What rows say by number: stream names and event types.
pub(super) struct Names {
    streams: Vec<Option<(i64, StreamName)>>,
    /// By number: they are few, and numbered from 1.
    types: Vec<Option<(Arc<str>, u16)>>,
}

impl ReadConnection {
    pub(super) fn open(file: &Path, cache_kib: u32) -> Result<Self, LogError> {
        let open = || {
            let connection = open::read_only(file)?;
            connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
            // else a statement is compiled again each time its values differ
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            Ok(connection)
        };
        let connection = open().map_err(|e| fault("opening a read connection", e))?;
        Ok(Self { connection, names: Names { streams: Vec::new(), types: Vec::new() } })
    }

    pub(super) fn head(&self) -> Result<u64, LogError> {
        schema::head(&self.connection).map_err(|e| fault("reading the head", e))
    }

    pub(super) fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        let look = || match schema::stream_no(&self.connection, stream.as_str())? {
            Some(no) => schema::stream_head(&self.connection, no),
            None => Ok(None),
        };
        look().map_err(|e| fault("reading the head of a stream", e))
    }

    pub(super) fn read_stream(
        &mut self,
        log: LogId,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        const DOING: &str = "reading a stream";
        let no = schema::stream_no(&self.connection, stream.as_str()).map_err(|e| fault(DOING, e))?;
        let Some(no) = no.filter(|_| from <= schema::MAX_REVISION) else { return Ok(Vec::new()) };
        let Self { connection, names } = self;
        names.remember(no, stream.clone());
        let mut read = || -> Result<_, ReadError> {
            let mut statement = connection.prepare_cached(BY_STREAM)?;
            let bounds = (schema::event_no(no, from), schema::event_no(no, schema::MAX_REVISION), limit(max));
            let events = collect(connection, names, log, statement.query(bounds)?, max, usize::MAX)?;
            for (event, next) in events.iter().zip(from..) {
                follows(stream, event.revision, next)?;
            }
            Ok(events)
        };
        read().map_err(|e| e.into_fault(DOING))
    }

    /// As [`Self::read_stream`], each event shown where it lies; how many.
    pub(super) fn show_stream(
        &mut self,
        log: LogId,
        stream: &StreamName,
        from: u64,
        max: usize,
        see: &mut See,
    ) -> Result<usize, LogError> {
        if from > schema::MAX_REVISION {
            return Ok(0);
        }
        let Self { connection, names } = self;
        let mut show = || {
            let mut statement = connection.prepare_cached(schema::FROM_REVISION)?;
            let mut rows = statement.query((stream.as_str(), from.cast_signed(), limit(max)))?;
            let mut seen = 0;
            let mut next = from;
            while let Some(row) = rows.next()? {
                seen += 1;
                let event = shown(connection, row, (log, stream), names)?;
                follows(stream, event.revision, next)?;
                next += 1;
                if see(&event).is_break() {
                    break;
                }
            }
            Ok(seen)
        };
        show().map_err(|e: ReadError| e.into_fault("reading a stream"))
    }

    /// Places after one and up to another whose event says that it stands elsewhere.
    pub(super) fn misplaced(&self, after: u64, upto: u64) -> Result<Vec<u64>, LogError> {
        let read = || -> rusqlite::Result<Vec<u64>> {
            let mut statement = self.connection.prepare_cached(MISPLACED)?;
            let bounds = [after, upto].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
            statement.query_map(bounds, |row| row.get::<_, i64>(0).map(i64::cast_unsigned))?.collect()
        };
        read().map_err(|e| fault("comparing the order with its events", e))
    }

    pub(super) fn read_after(
        &mut self,
        log: LogId,
        after: u64,
        max: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let Self { connection, names } = self;
        let mut read = || {
            let mut statement = connection.prepare_cached(BY_POSITION)?;
            let rows = statement.query((i64::try_from(after).unwrap_or(i64::MAX), limit(max)))?;
            collect(connection, names, log, rows, max, max_bytes)
        };
        read().map_err(|e| e.into_fault("reading the log"))
    }
}

/// A stream with an event cut out of it is not read as if nothing had been there.
fn follows(stream: &StreamName, revision: u64, next: u64) -> Result<(), ReadError> {
    if revision == next {
        return Ok(());
    }
    Err(ReadError::Damaged(format!("stream {stream} has revision {revision} in the place of {next}")))
}

/// Why a row could not be read.
pub(super) enum ReadError {
    Sqlite(rusqlite::Error),
    Damaged(String),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl ReadError {
    pub(super) fn into_fault(self, doing: &'static str) -> LogError {
        match self {
            Self::Sqlite(error) => fault(doing, error),
            Self::Damaged(what) => LogError::Damaged { what },
        }
    }
}

pub(super) fn fault(doing: &'static str, error: rusqlite::Error) -> LogError {
    LogError::Storage { doing, source: Arc::new(error) }
}

fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}

fn collect(
    connection: &Connection,
    names: &mut Names,
    log: LogId,
    mut rows: rusqlite::Rows<'_>,
    max: usize,
    max_bytes: usize,
) -> Result<Vec<StoredEvent>, ReadError> {
    let mut events = Vec::with_capacity(max.min(2_048));
    let mut chunk = BytesMut::new();
    let mut bytes = 0_usize;
    while bytes < max_bytes {
        let Some(row) = rows.next()? else { break };
        let event = names.event(connection, log, row, &mut chunk)?;
        bytes = bytes.saturating_add(event.payload.len() + event.metadata.lying_bytes());
        events.push(event);
    }
    Ok(events)
}

impl Names {
    fn event(
        &mut self,
        connection: &Connection,
        log: LogId,
        row: &Row<'_>,
        chunk: &mut BytesMut,
    ) -> Result<StoredEvent, ReadError> {
        let no: i64 = row.get(0)?;
        let position: i64 = row.get(1)?;
        let damaged = |what: &str| ReadError::Damaged(format!("{what} of event row {no} cannot be read"));
        let (kind, is_packed) = schema::type_of(row.get(2)?);
        let (kind, version) = self.event_type(connection, kind)?;
        let recorded = Timestamp::from_microsecond(row.get(3)?).map_err(|_| damaged("the time"))?;
        let payload = bytes(row.get_ref(6)?, chunk).ok_or_else(|| damaged("the payload"))?;
        let metadata = bytes(row.get_ref(7)?, chunk).ok_or_else(|| damaged("the metadata"))?;
        let metadata = match is_packed {
            true => EventMetadata::packed(metadata, recorded),
            false => metadata.into(),
        };
        Ok(StoredEvent {
            position: Position::new(log, position.cast_unsigned()),
            stream: self.stream(connection, schema::stream_of(no))?,
            revision: schema::revision(no),
            id: Uuid::from_bytes(array(row.get_ref(4)?).ok_or_else(|| damaged("the id"))?),
            kind,
            version,
            recorded,
            leaf: array(row.get_ref(5)?).ok_or_else(|| damaged("the leaf"))?,
            payload,
            metadata,
        })
    }

    fn stream(&mut self, connection: &Connection, no: i64) -> Result<StreamName, ReadError> {
        if let Some(Some((known, name))) = self.streams.get(slot(no))
            && *known == no
        {
            return Ok(name.clone());
        }
        let mut statement = connection.prepare_cached("SELECT name FROM stream WHERE no = ?1")?;
        let name: String = statement.query_row((no,), |row| row.get(0))?;
        let name: StreamName = name.parse().map_err(|e| ReadError::Damaged(format!("{e}")))?;
        self.remember(no, name.clone());
        Ok(name)
    }

    fn remember(&mut self, no: i64, name: StreamName) {
        let slot = slot(no);
        if self.streams.len() <= slot {
            self.streams.resize(slot + 1, None);
        }
        self.streams[slot] = Some((no, name));
    }

    fn event_type(&mut self, connection: &Connection, no: i64) -> Result<(Arc<str>, u16), ReadError> {
        self.learn_type(connection, no)?;
        let known = usize::try_from(no).ok().and_then(|slot| self.types.get(slot)).cloned().flatten();
        known.ok_or_else(|| ReadError::Damaged(format!("event type {no}")))
    }

    /// Looks the name of a type up, unless it is known.
    pub(super) fn learn_type(&mut self, connection: &Connection, no: i64) -> Result<(), ReadError> {
        if self.known_type(no).is_some() {
            return Ok(());
        }
        let slot = usize::try_from(no).map_err(|_| ReadError::Damaged(format!("event type {no}")))?;
        let mut statement =
            connection.prepare_cached("SELECT name, version FROM event_type WHERE no = ?1")?;
        let (name, version): (String, u16) =
            statement.query_row((no,), |row| Ok((row.get(0)?, row.get(1)?)))?;
        if self.types.len() <= slot {
            self.types.resize(slot + 1, None);
        }
        self.types[slot] = Some((Arc::from(name), version));
        Ok(())
    }

    /// Name and version of a type that is known.
    pub(super) fn known_type(&self, no: i64) -> Option<(&str, u16)> {
        let known = usize::try_from(no).ok().and_then(|slot| self.types.get(slot)?.as_ref());
        known.map(|(name, version)| (&**name, *version))
    }
}

fn slot(stream: i64) -> usize {
    usize::try_from(stream.rem_euclid(NAMES)).unwrap_or_default()
}

pub(super) fn array<const N: usize>(value: ValueRef<'_>) -> Option<[u8; N]> {
    value.as_blob().ok()?.try_into().ok()
}

fn bytes(value: ValueRef<'_>, chunk: &mut BytesMut) -> Option<Bytes> {
    let blob = value.as_blob().ok()?;
    if blob.is_empty() {
        return Some(Bytes::new());
    }
    if blob.len() > CHUNK / 4 {
        return Some(Bytes::copy_from_slice(blob));
    }
    if chunk.capacity() < blob.len() {
        *chunk = BytesMut::with_capacity(CHUNK);
    }
    chunk.extend_from_slice(blob);
    Some(chunk.split().freeze())
}
