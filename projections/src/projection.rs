//! What a projection is: its tables, and how a fact changes a row of them.
//!
//! Invariants: a row is a pure function of its stream's facts in log order, so rebuilding and living through give the
//! same rows; folding events in batches of any size gives the same rows as one by one; an event of interest that
//! cannot be read stops the projection ([`Poison`]) and is never skipped.
//! Deliberately absent: subscriptions, checkpoints, transactions, clocks; those are the runner's.

use jiff::Timestamp;
use om_domain::{
    decider::{DecodeError, EventRecord, Recorded},
    ids::{CountyId, EventId},
    metadata::StoredMetadata,
};
use rusqlite::Connection;
use std::{fmt::Debug, hash::Hash};

/// An event as the log holds it, borrowed from the batch that was read.
#[derive(Debug, Clone, Copy)]
pub struct EncodedEvent<'a> {
    /// The county that leads the stream's name: `530322`.
    pub county: &'a str,
    /// The stream's category: `matter`.
    pub category: &'a str,
    /// What stands behind the category in the stream's name, without its hyphen: `01J…`.
    pub subject: &'a str,
    /// The event's id.
    pub id: EventId,
    /// Its place in its stream, from 0.
    pub revision: u64,
    /// Its place in the log; grows along a batch.
    pub position: u64,
    /// Its stored name: `PermitApproved`.
    pub kind: &'a str,
    /// Its stored version.
    pub version: u16,
    /// When it was recorded, as its metadata say.
    pub recorded: Timestamp,
    /// The payload's JSON.
    pub payload: &'a [u8],
    /// The metadata: [`om_domain::metadata::Metadata`].
    pub metadata: StoredMetadata<'a>,
}

/// A decoded fact and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming<S, E> {
    /// The county of its stream.
    pub county: CountyId,
    /// What the stream is about, such as a matter's id.
    pub subject: S,
    /// Its place in the log.
    pub position: u64,
    /// The fact.
    pub fact: Recorded<E>,
}

impl<S, E: EventRecord> Incoming<S, E> {
    /// Decodes the payload in full, and of the metadata what a fold sees.
    ///
    /// # Errors
    /// What the decoder said.
    pub fn decode(event: &EncodedEvent<'_>, subject: S) -> Result<Self, Unreadable> {
        Self::decode_by(E::decode, event, subject)
    }

    /// The same, the payload by a decoder that reads less of it.
    ///
    /// # Errors
    /// What the decoder said.
    pub fn decode_by(
        payload: fn(&str, u16, &[u8]) -> Result<E, DecodeError>,
        event: &EncodedEvent<'_>,
        subject: S,
    ) -> Result<Self, Unreadable> {
        let fact =
            payload(event.kind, event.version, event.payload).map_err(|e| Unreadable(e.to_string()))?;
        let metadata =
            event.metadata.envelope().map_err(|e| Unreadable(format!("metadata of {}: {e}", event.kind)))?;
        if metadata.county.as_str() != event.county {
            return Err(Unreadable(format!(
                "stream of county {}, metadata of {}",
                event.county, metadata.county
            )));
        }
        let county = metadata.county.clone();
        let fact = metadata.into_recorded(event.id, event.revision, event.recorded, fact);
        Ok(Incoming { county, subject, position: event.position, fact })
    }
}

/// Why an event of interest could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// A read-side table (or a few), and how facts change its rows.
///
/// All pure but `load`, `store` and `dump`, which touch nothing but this projection's tables.
pub trait Projection: Send + 'static {
    /// Name of the projection and prefix of its tables; never changes.
    const NAME: &'static str;
    /// Version of tables and fold: raised whenever old rows would differ from rebuilt ones. The runner rebuilds then.
    const SCHEMA: u32;
    /// Categories it folds; it is never shown an event of another one.
    const CATEGORIES: &'static [&'static str];
    /// Whether each row is a function of one stream's facts and of nothing else. Streams are then folded one by one when
    /// the projection is built, in any order and on several threads.
    const BY_STREAM: bool = false;
    /// Whether a gateway is of use before it is built: it is built after those that are needed, and whoever asks for its rows
    /// meanwhile is told so.
    const LATER: bool = false;
    /// `CREATE TABLE` and `CREATE INDEX`, each `IF NOT EXISTS`; every table's primary key begins with the county.
    const DDL: &'static [&'static str];
    /// Its tables, for dropping.
    const TABLES: &'static [&'static str];
    /// What a row is found by.
    type Key: Clone + Eq + Hash + Ord + Debug + Send;
    /// A row as the fold sees it; it may be spread over several table rows.
    type Row: Debug + Send;
    /// An entry of a table that is not ordered by the key, such as matters found by a paper; `()` where there is none.
    type Aside: Ord + Debug + Send;
    /// What it makes of an encoded event: [`Incoming`], or a slim view that borrows from it.
    type Event<'a>;

    /// Decodes what it needs; `None` if no event of this kind can change a row.
    ///
    /// # Errors
    /// When an event of interest is not what its name and version say.
    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable>;

    /// Appends the keys of all rows that the event may change, each once. The vector comes in empty.
    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Self::Key>);

    /// The row after the event; `None`: there is no such row (any more). Total and pure.
    fn evolve(key: &Self::Key, row: Option<Self::Row>, event: &Self::Event<'_>) -> Option<Self::Row>;

    /// Makes a row that was folded as a whole ready to be written, on the thread that folded it: takes out of it the entries that
    /// are written by [`Projection::store_aside`], in their own order, and does what else need not wait for the table.
    fn prepare(_key: &Self::Key, _row: &mut Self::Row, _aside: &mut Vec<Self::Aside>) {}

    /// Writes entries, in their order, each once; the same may stand already.
    ///
    /// # Errors
    /// What SQLite said.
    fn store_aside(_db: &Connection, _aside: &[Self::Aside]) -> rusqlite::Result<()> {
        Ok(())
    }

    /// Writes rows of streams of which nothing stands in the tables, in the order of their keys.
    ///
    /// # Errors
    /// What SQLite said.
    fn store_new(db: &Connection, rows: &mut [(Self::Key, Self::Row)]) -> rusqlite::Result<()> {
        rows.iter_mut().try_for_each(|(key, row)| Self::store(db, key, Some(row)))
    }

    /// Reads a row.
    ///
    /// # Errors
    /// What SQLite said.
    fn load(db: &Connection, key: &Self::Key) -> rusqlite::Result<Option<Self::Row>>;

    /// Writes a row, or removes it. It may note in the row what of it stands in the tables now.
    ///
    /// # Errors
    /// What SQLite said.
    fn store(db: &Connection, key: &Self::Key, row: Option<&mut Self::Row>) -> rusqlite::Result<()>;
}

/// An event that stops a projection until a person has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("projection {projection} cannot read event {event} at position {position}: {reason}")]
pub struct Poison {
    /// The projection that stopped.
    pub projection: &'static str,
    /// The event.
    pub event: EventId,
    /// Its place in the log; the checkpoint stays before it.
    pub position: u64,
    /// What the decoder said.
    pub reason: String,
}

impl Poison {
    pub(crate) fn of<P: Projection>(event: &EncodedEvent<'_>, reason: String) -> Self {
        Poison { projection: P::NAME, event: event.id, position: event.position, reason }
    }
}

/// Why a batch was not folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// An event cannot be read: stop this projection, show it in readiness.
    #[error(transparent)]
    Poison(#[from] Poison),
    /// The read database failed: roll back and try again.
    #[error("the read database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

/// What folding or flushing came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Events that were of interest.
    pub events: usize,
    /// Rows written or removed.
    pub rows: usize,
}

/// A projection behind one type, so that a runner can hold a list of them.
///
/// Order of calls inside the runner's transaction: `fold` once or more, `flush`, checkpoint, commit. After a rollback,
/// or a commit whose outcome is unknown, `forget` must come before the next `fold`.
pub trait AnyProjection: Send {
    /// [`Projection::NAME`].
    fn name(&self) -> &'static str;
    /// [`Projection::SCHEMA`].
    fn schema(&self) -> u32;
    /// [`Projection::CATEGORIES`].
    fn categories(&self) -> &'static [&'static str];
    /// Creates what tables are missing.
    ///
    /// # Errors
    /// What SQLite said.
    fn install(&mut self, db: &Connection) -> rusqlite::Result<()>;
    /// Drops the tables and creates them empty. Start a rebuild with it: no row is looked up then until some were let go.
    ///
    /// # Errors
    /// What SQLite said.
    fn reset(&mut self, db: &Connection) -> rusqlite::Result<()>;
    /// Folds events into rows held in memory, loading those it has not got.
    ///
    /// # Errors
    /// Poison, or the database. Events before the poisoned one have been folded: `flush` and a checkpoint before its
    /// position keep them. After an error of the database everything in memory is forgotten.
    fn fold(&mut self, db: &Connection, events: &[EncodedEvent<'_>]) -> Result<Touched, FoldError>;
    /// Writes the rows changed since the last flush.
    ///
    /// # Errors
    /// What SQLite said; everything in memory is forgotten then.
    fn flush(&mut self, db: &Connection) -> rusqlite::Result<Touched>;
    /// Forgets all rows in memory, written or not.
    fn forget(&mut self);
    /// `fold` and `flush`.
    ///
    /// # Errors
    /// As those.
    fn fold_batch(&mut self, db: &Connection, events: &[EncodedEvent<'_>]) -> Result<Touched, FoldError> {
        let folded = self.fold(db, events)?;
        let written = self.flush(db)?;
        Ok(Touched { events: folded.events, rows: folded.rows + written.rows })
    }
    /// Every table row as text, in the order of the primary key, for comparing two databases.
    ///
    /// # Errors
    /// What SQLite said.
    fn dump(&self, db: &Connection) -> rusqlite::Result<Vec<String>>;
}
