//! Where an append goes: checked against the stream's head, then inserted, inside the commit under way.
//!
//! Invariant: an append is judged on everything placed before it, in this commit too; a refused one leaves
//! no trace, because it is judged before its first row is inserted.
//! Deliberately absent: savepoints; nothing is inserted that would have to be taken back alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection};
use uuid::Uuid;

use super::heads::{RECENT_IDS, StreamHead, TwoGenerations};
use super::schema;
use super::writer::{Append, Row};
use crate::log::{AppendError, Appended, LogId, NewEvent, Position, StreamName};

/// What became of an append, if the commit succeeds.
pub(super) enum Verdict {
    /// Stored, with the shared names of its events' types.
    Stored(Appended, Vec<Arc<str>>),
    /// Stored by an earlier append that was the same.
    StoredBefore(Appended),
    /// Not stored.
    Refused(AppendError),
}

impl Verdict {
    pub(super) fn into_answer(self) -> Result<Appended, AppendError> {
        match self {
            Self::Stored(appended, _) | Self::StoredBefore(appended) => Ok(appended),
            Self::Refused(error) => Err(error),
        }
    }
}

/// What inserts an event, looked up once a commit.
pub(super) struct Inserts<'c> {
    event: CachedStatement<'c>,
    log: CachedStatement<'c>,
}

impl<'c> Inserts<'c> {
    pub(super) fn of(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Inserts {
            event: connection.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?,
            log: connection.prepare_cached("INSERT INTO log VALUES (?1, ?2)")?,
        })
    }
}

pub(super) struct Placement {
    pub(super) log: LogId,
    /// The number of the last position, of this commit's events too.
    pub(super) head: u64,
    pub(super) streams: TwoGenerations<StreamName, StreamHead>,
    /// Numbers of event types by name and version.
    pub(super) types: HashMap<Arc<str>, HashMap<u16, i64>>,
    /// Streams and types that this commit wrote to.
    pub(super) touched: Vec<StreamName>,
    pub(super) new_types: Vec<Arc<str>>,
}

impl Placement {
    /// Undoes what a failed commit left in memory.
    pub(super) fn forget(&mut self, head: u64) {
        self.head = head;
        for stream in self.touched.drain(..) {
            self.streams.remove(&stream);
        }
        for kind in self.new_types.drain(..) {
            self.types.remove(&kind);
        }
    }

    pub(super) fn place(
        &mut self,
        connection: &Connection,
        inserts: &mut Inserts<'_>,
        append: &Append,
    ) -> rusqlite::Result<Verdict> {
        let Append { stream, expected, rows, .. } = append;
        self.load(connection, stream)?;
        let known = self.streams.get(stream);
        let actual = known.as_ref().and_then(|known| known.head);
        let first = expected.next_revision();
        if actual.map_or(0, |head| head + 1) != first {
            let no = known.map(|known| known.no);
            return self.judge_misplaced(connection, append, no, actual);
        }
        if let Some(id) = repeated(known.as_deref(), rows) {
            return Ok(Verdict::Refused(AppendError::DuplicateEvent { stream: stream.clone(), id }));
        }
        let last = first + rows.len() as u64 - 1;
        if last > schema::MAX_REVISION {
            return Ok(Verdict::Refused(AppendError::StreamFull { stream: stream.clone() }));
        }
        let kinds = self.insert(connection, inserts, append, first)?;
        let position = Position::new(self.log, self.head);
        Ok(Verdict::Stored(Appended { position, first_revision: first, last_revision: last }, kinds))
    }

    /// The stream stands elsewhere: a conflict, unless this very append is what put it there.
    fn judge_misplaced(
        &self,
        connection: &Connection,
        append: &Append,
        no: Option<i64>,
        actual: Option<u64>,
    ) -> rusqlite::Result<Verdict> {
        let Append { stream, expected, rows, .. } = append;
        let conflict = AppendError::Conflict { stream: stream.clone(), expected: *expected, actual };
        let first = expected.next_revision();
        let last = first.saturating_add(rows.len() as u64 - 1);
        let Some(no) = no.filter(|_| actual.is_some_and(|head| last <= head)) else {
            return Ok(Verdict::Refused(conflict));
        };
        let sql = "SELECT position, id, leaf FROM event WHERE no BETWEEN ?1 AND ?2 ORDER BY no";
        let mut statement = connection.prepare_cached(sql)?;
        let mut stored = statement.query((schema::event_no(no, first), schema::event_no(no, last)))?;
        let mut position = 0;
        for row in rows {
            let Some(there) = stored.next()? else { return Ok(Verdict::Refused(conflict)) };
            position = there.get::<_, i64>(0)?.cast_unsigned();
            let id = Uuid::from_bytes(there.get(1)?);
            if id != row.event.id {
                return Ok(Verdict::Refused(conflict));
            }
            if there.get::<_, [u8; 32]>(2)? != row.leaf {
                return Ok(Verdict::Refused(AppendError::DuplicateEvent { stream: stream.clone(), id }));
            }
        }
        let position = Position::new(self.log, position);
        Ok(Verdict::StoredBefore(Appended { position, first_revision: first, last_revision: last }))
    }

    /// Remembers a stream that was not written to lately.
    fn load(&mut self, connection: &Connection, stream: &StreamName) -> rusqlite::Result<()> {
        if self.streams.get(stream).is_some() {
            return Ok(());
        }
        let Some(no) = schema::stream_no(connection, stream.as_str())? else { return Ok(()) };
        let head = schema::stream_head(connection, no)?;
        let from = head.map_or(0, |head| (head + 1).saturating_sub(RECENT_IDS as u64));
        let mut statement =
            connection.prepare_cached("SELECT id FROM event WHERE no BETWEEN ?1 AND ?2 ORDER BY no")?;
        let bounds = (schema::event_no(no, from), schema::event_no(no, schema::MAX_REVISION));
        let recent = statement
            .query_map(bounds, |row| row.get(0).map(Uuid::from_bytes))?
            .collect::<Result<VecDeque<_>, _>>()?;
        self.streams.insert(stream.clone(), StreamHead { no, head, recent });
        Ok(())
    }

    fn insert(
        &mut self,
        connection: &Connection,
        inserts: &mut Inserts<'_>,
        append: &Append,
        first: u64,
    ) -> rusqlite::Result<Vec<Arc<str>>> {
        self.touched.push(append.stream.clone());
        if self.streams.get(&append.stream).is_none() {
            connection
                .prepare_cached("INSERT INTO stream (name) VALUES (?1)")?
                .execute((append.stream.as_str(),))?;
            let no = connection.last_insert_rowid();
            self.streams
                .insert(append.stream.clone(), StreamHead { no, head: None, recent: VecDeque::new() });
        }
        let mut kinds = Vec::with_capacity(append.rows.len());
        for (revision, Row { event: new, packed, leaf }) in (first..).zip(&append.rows) {
            let (type_no, kind) = self.event_type(connection, new)?;
            kinds.push(kind);
            let Some(stream) = self.streams.get(&append.stream) else { break };
            let no = schema::event_no(stream.no, revision);
            let position = (self.head + 1).cast_signed();
            inserts.event.execute((
                no,
                position,
                schema::stored_type(type_no, packed.is_some()),
                new.recorded.as_microsecond(),
                new.id.as_bytes(),
                leaf,
                &new.payload[..],
                packed.as_deref().unwrap_or(&new.metadata),
            ))?;
            inserts.log.execute((position, no))?;
            stream.push(revision, new.id);
            self.head += 1;
        }
        Ok(kinds)
    }

    fn event_type(&mut self, connection: &Connection, new: &NewEvent) -> rusqlite::Result<(i64, Arc<str>)> {
        if let Some((kind, versions)) = self.types.get_key_value(&*new.kind)
            && let Some(no) = versions.get(&new.version)
        {
            return Ok((*no, Arc::clone(kind)));
        }
        let kind = match self.types.get_key_value(&*new.kind) {
            Some((kind, _)) => Arc::clone(kind),
            None => Arc::from(&*new.kind),
        };
        self.new_types.push(Arc::clone(&kind));
        connection
            .prepare_cached("INSERT INTO event_type (name, version) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute((&*kind, new.version))?;
        let no = connection
            .prepare_cached("SELECT no FROM event_type WHERE name = ?1 AND version = ?2")?
            .query_row((&*kind, new.version), |row| row.get(0))?;
        self.types.entry(Arc::clone(&kind)).or_default().insert(new.version, no);
        Ok((no, kind))
    }
}

/// The first id that is twice in the append, or already among the stream's last.
fn repeated(stream: Option<&StreamHead>, rows: &[Row]) -> Option<Uuid> {
    let stored = |id: &Uuid| stream.is_some_and(|stream| stream.recent.contains(id));
    let mut seen = HashSet::with_capacity(if rows.len() > 1 { rows.len() } else { 0 });
    rows.iter().map(|row| row.event.id).find(|id| stored(id) || (rows.len() > 1 && !seen.insert(*id)))
}
