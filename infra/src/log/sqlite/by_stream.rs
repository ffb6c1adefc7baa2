//! Whole streams from the file: `event` is clustered by stream, so each is a run of neighbouring rows.
//!
//! Invariant: no read transaction outlives one stretch of one stream.
//! Deliberately absent: the pool; such a reader works for minutes and has a connection of its own.

use std::ops::ControlFlow;

use jiff::Timestamp;
use om_domain::metadata::StoredMetadata;
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::reader::{Names, ReadConnection, ReadError, array, fault};
use super::schema;
use crate::log::by_stream::{ByStream, ShownEvent};
use crate::log::{LogError, LogId, Position, StreamName};

/// Rows after which a read transaction ends.
const STRETCH: i64 = 4_096;

const BY_NAME: &str = "SELECT no, name FROM stream ORDER BY name";
const NAME: &str = "SELECT name FROM stream WHERE no = ?1";
const EVENTS: &str = "SELECT no, position, type, recorded, id, payload, metadata FROM event
     WHERE no BETWEEN ?1 AND ?2 AND position <= ?3 ORDER BY no LIMIT ?4";

pub(super) struct Streams {
    pub(super) log: LogId,
    pub(super) read: ReadConnection,
}

impl Streams {
    fn of(&self, categories: &[&str]) -> Result<Vec<u64>, ReadError> {
        let mut statement = self.read.connection.prepare(BY_NAME)?;
        let mut rows = statement.query(())?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if categories.contains(&name(row, 1)?.category()) {
                found.push(row.get::<_, i64>(0)?.cast_unsigned());
            }
        }
        Ok(found)
    }

    fn name(&self, no: i64) -> Result<Option<StreamName>, ReadError> {
        let mut statement = self.read.connection.prepare_cached(NAME)?;
        let mut rows = statement.query((no,))?;
        rows.next()?.map(|row| name(row, 0)).transpose()
    }

    fn show(
        &mut self,
        (no, name): (i64, &StreamName),
        upto: i64,
        see: &mut dyn FnMut(&ShownEvent<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ReadError> {
        let Self { log, read: ReadConnection { connection, names } } = self;
        let (mut from, last) = (schema::event_no(no, 0), schema::event_no(no, schema::MAX_REVISION));
        loop {
            let mut statement = connection.prepare_cached(EVENTS)?;
            let mut rows = statement.query((from, last, upto, STRETCH))?;
            let mut seen = 0;
            while let Some(row) = rows.next()? {
                let event = shown(connection, row, (*log, name), names)?;
                from = schema::event_no(no, event.revision) + 1;
                seen += 1;
                if see(&event).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if seen < STRETCH {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}

fn name(row: &Row<'_>, column: usize) -> Result<StreamName, ReadError> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    text.parse().map_err(|e| ReadError::Damaged(format!("{e}")))
}

/// An event in a row whose columns are in the order of [`EVENTS`].
pub(super) fn shown<'a>(
    connection: &Connection,
    row: &'a Row<'_>,
    (log, stream): (LogId, &'a StreamName),
    names: &'a mut Names,
) -> Result<ShownEvent<'a>, ReadError> {
    let no: i64 = row.get(0)?;
    let (kind, is_packed) = schema::type_of(row.get(2)?);
    names.learn_type(connection, kind)?;
    let damaged = |what: &str| ReadError::Damaged(format!("{what} of event row {no} cannot be read"));
    let blob = |column, what| row.get_ref(column)?.as_blob().map_err(|_| damaged(what));
    let (kind, version) = names.known_type(kind).ok_or_else(|| damaged("the type"))?;
    let recorded = Timestamp::from_microsecond(row.get(3)?).map_err(|_| damaged("the time"))?;
    let metadata = blob(6, "the metadata")?;
    Ok(ShownEvent {
        position: Position::new(log, row.get::<_, i64>(1)?.cast_unsigned()),
        stream,
        revision: schema::revision(no),
        id: Uuid::from_bytes(array(row.get_ref(4)?).ok_or_else(|| damaged("the id"))?),
        kind,
        version,
        recorded,
        payload: blob(5, "the payload")?,
        metadata: match is_packed {
            true => StoredMetadata::Packed(metadata, recorded),
            false => StoredMetadata::Text(metadata),
        },
    })
}

impl ByStream for Streams {
    fn streams(&mut self, categories: &[&str]) -> Result<Vec<u64>, LogError> {
        self.of(categories).map_err(|e| e.into_fault("listing the streams"))
    }

    fn recorded(&mut self, at: Position) -> Result<Option<Timestamp>, LogError> {
        let sql = "SELECT e.recorded FROM log AS l JOIN event AS e ON e.no = l.event WHERE l.position = ?1";
        let found = self
            .read
            .connection
            .query_row(sql, (number(at.number()),), |row| row.get::<_, i64>(0))
            .optional();
        let found = found.map_err(|e| fault("looking an event up", e))?;
        let time = |_| LogError::Damaged { what: format!("the time of the event at {at} cannot be read") };
        found.map(|recorded| Timestamp::from_microsecond(recorded).map_err(time)).transpose()
    }

    fn read(
        &mut self,
        streams: &[u64],
        upto: Position,
        see: &mut dyn FnMut(&ShownEvent<'_>) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        const DOING: &str = "reading streams";
        let upto = number(upto.number());
        for no in streams.iter().copied().map(number) {
            let Some(name) = self.name(no).map_err(|e| e.into_fault(DOING))? else { continue };
            if self.show((no, &name), upto, see).map_err(|e| e.into_fault(DOING))?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
