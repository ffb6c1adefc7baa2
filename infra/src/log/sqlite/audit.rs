//! Reads a whole embedded log and checks what must hold of it.
//!
//! Checked: the file's pages; positions dense from 1, and the same where the event says its own; every event fits its leaf; revisions of
//! a stream follow each other from 0; the times of a stream never go back; no event stands outside the order.
//! Invariant: nothing is written; no read is open longer than one page, so a server may be at work.
//! Deliberately absent: putting right; nothing recorded is ever changed.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use super::reader::ReadConnection;
use super::{OpenError, open};
use crate::log::{LogId, StoredEvent, StreamName, leaf};

const PAGE: usize = 1_024;
const PAGE_BYTES: usize = 8 << 20;
/// Damages that are told one by one; the rest is counted.
const TOLD: usize = 20;
/// So many places one after another that cannot be read, and the rest of the file is given up.
const GIVEN_UP: u64 = 64;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The log.
    pub id: LogId,
    /// The number of its last position, 0 if there is none.
    pub head: u64,
    /// Events that could be read.
    pub events: u64,
    /// Streams that have an event.
    pub streams: u64,
    /// The latest time at which anything was recorded.
    pub last_recorded: Option<Timestamp>,
    /// What is wrong, the first of it.
    pub damages: Vec<Damage>,
    /// How much more is wrong.
    pub more: u64,
}

/// Something that must hold and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The database itself.
    File {
        /// What SQLite said.
        what: String,
    },
    /// A place in the order has no event.
    Position {
        /// The place.
        missing: u64,
        /// The next one that has.
        next: u64,
    },
    /// An event says that it stands elsewhere.
    Misplaced {
        /// Its place in the order.
        position: u64,
    },
    /// The order ends before the head.
    Cut {
        /// The last place that was found.
        last: u64,
        /// The head.
        head: u64,
    },
    /// An event cannot be read.
    Unreadable {
        /// Its place.
        position: u64,
        /// Why.
        what: String,
    },
    /// An event is not what its leaf committed to.
    Leaf {
        /// Its place.
        position: u64,
        /// Its stream.
        stream: StreamName,
        /// Its revision.
        revision: u64,
        /// Its id.
        id: Uuid,
    },
    /// A revision is missing or stands twice.
    Revision {
        /// Its place.
        position: u64,
        /// Its stream.
        stream: StreamName,
        /// The revision that should come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// A time lies before that of the event before.
    Time {
        /// Its place.
        position: u64,
        /// Its stream.
        stream: StreamName,
        /// Its revision.
        revision: u64,
    },
    /// Events that the order does not name.
    Outside {
        /// How many rows of events there are.
        rows: u64,
        /// How many places.
        places: u64,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { what } => write!(f, "the database is damaged: {what}"),
            Self::Position { missing, next } => {
                write!(f, "position {missing} has no event (the next one is {next})")
            }
            Self::Misplaced { position } => {
                write!(
                    f,
                    "the event at position {position} says that it stands elsewhere: the order was altered or damaged"
                )
            }
            Self::Cut { last, head } => write!(f, "positions {} to {head} have no event", last + 1),
            Self::Unreadable { position, what } => {
                write!(f, "the event at position {position} cannot be read: {what}")
            }
            Self::Leaf { position, stream, revision, id } => write!(
                f,
                "event {id} ({stream}, revision {revision}, position {position}) does not fit its leaf: it was altered \
                 or damaged"
            ),
            Self::Revision { position, stream, expected, found } => write!(
                f,
                "stream {stream} has revision {found} at position {position} where {expected} should be"
            ),
            Self::Time { position, stream, revision } => write!(
                f,
                "stream {stream}, revision {revision} (position {position}) was recorded before the one before it"
            ),
            Self::Outside { rows, places } => {
                write!(f, "{rows} events are stored, {places} of them in the order")
            }
        }
    }
}

/// Reads the log in `dir` to the end it had, and checks it. `each` is shown every event that can be read, `on_progress`
/// how many places are done with and of how many. Blocks.
///
/// # Errors
/// When there is no log, or it cannot be opened.
pub fn audit(
    dir: &Path,
    each: &mut dyn FnMut(&StoredEvent),
    on_progress: &dyn Fn(u64, u64),
) -> Result<Audit, OpenError> {
    let seen = open::look(dir)?;
    let mut audit = Audit {
        id: seen.id,
        head: seen.head,
        events: 0,
        streams: 0,
        last_recorded: None,
        damages: Vec::new(),
        more: 0,
    };
    match sums(&seen.file, seen.head) {
        Ok(Sums { sound, rows, places }) => {
            sound.into_iter().for_each(|what| audit.tell(Damage::File { what }));
            if rows != places {
                audit.tell(Damage::Outside { rows, places });
            }
        }
        Err(error) => audit.tell(Damage::File { what: error.to_string() }),
    }
    match ReadConnection::open(&seen.file, 16 * 1_024) {
        Ok(connection) => {
            Walk { connection, streams: HashMap::new(), audit: &mut audit }.run(each, on_progress)
        }
        Err(error) => audit.tell(Damage::File { what: error.to_string() }),
    }
    Ok(audit)
}

impl Audit {
    /// Whether all that must hold does.
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty()
    }

    fn tell(&mut self, damage: Damage) {
        if self.damages.len() < TOLD {
            self.damages.push(damage);
        } else {
            self.more += 1;
        }
    }
}

const BEYOND: &str =
    "SELECT count(*) FROM event WHERE position > (SELECT coalesce(max(position), 0) FROM log)";

struct Sums {
    /// What SQLite's own check has to say.
    sound: Vec<String>,
    rows: u64,
    places: u64,
}

fn sums(file: &Path, head: u64) -> rusqlite::Result<Sums> {
    let connection = open::read_only(file)?;
    // what is appended meanwhile is neither counted nor missed
    connection.execute_batch("BEGIN")?;
    let mut statement = connection.prepare("PRAGMA quick_check(20)")?;
    let said: Vec<String> = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let sound = said.into_iter().filter(|line| line != "ok").collect();
    let head = i64::try_from(head).unwrap_or(i64::MAX);
    let count = |sql| connection.query_row(sql, (head,), |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
    let rows = count("SELECT count(*) FROM event WHERE position <= ?1")?;
    let places = count("SELECT count(*) FROM log WHERE position <= ?1")?;
    // from the end of the order, too, a place may have been taken
    let beyond = connection.query_row(BEYOND, (), |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)?;
    let rows = rows + beyond;
    Ok(Sums { sound, rows, places })
}

struct Walk<'a> {
    connection: ReadConnection,
    /// What is next in each stream, and when its last event was recorded.
    streams: HashMap<StreamName, (u64, Timestamp)>,
    audit: &'a mut Audit,
}

impl Walk<'_> {
    fn run(mut self, each: &mut dyn FnMut(&StoredEvent), on_progress: &dyn Fn(u64, u64)) {
        let (id, head) = (self.audit.id, self.audit.head);
        let (mut after, mut max, mut unreadable) = (0_u64, PAGE, 0_u64);
        while after < head && unreadable < GIVEN_UP {
            match self.connection.read_after(id, after, max, PAGE_BYTES) {
                Ok(page) => {
                    let Some(last) = page.last().map(|event| event.position.number()) else { break };
                    self.order(after, last.min(head));
                    for event in page.iter().filter(|event| event.position.number() <= head) {
                        self.event(event, after);
                        each(event);
                        after = event.position.number();
                    }
                    (max, unreadable, after) = (PAGE, 0, last.min(head));
                }
                // one by one, to say which
                Err(_) if max > 1 => max = 1,
                Err(error) => {
                    after += 1;
                    unreadable += 1;
                    self.audit.tell(Damage::Unreadable { position: after, what: error.to_string() });
                }
            }
            on_progress(after, head);
        }
        if after < head {
            self.audit.tell(Damage::Cut { last: after, head });
        }
        self.audit.streams = self.streams.len() as u64;
    }

    fn order(&mut self, after: u64, upto: u64) {
        match self.connection.misplaced(after, upto) {
            Ok(places) => {
                places.into_iter().for_each(|position| self.audit.tell(Damage::Misplaced { position }))
            }
            Err(error) => self.audit.tell(Damage::File { what: error.to_string() }),
        }
    }

    fn event(&mut self, event: &StoredEvent, after: u64) {
        let (position, revision) = (event.position.number(), event.revision);
        let stream = || event.stream.clone();
        if position != after + 1 {
            self.audit.tell(Damage::Position { missing: after + 1, next: position });
        }
        if !leaf::is_intact(event) {
            self.audit.tell(Damage::Leaf { position, stream: stream(), revision, id: event.id });
        }
        let known = self.streams.insert(stream(), (revision + 1, event.recorded));
        let (expected, before) = known.unwrap_or((0, event.recorded));
        if revision != expected {
            self.audit.tell(Damage::Revision { position, stream: stream(), expected, found: revision });
        }
        if event.recorded < before {
            self.audit.tell(Damage::Time { position, stream: stream(), revision });
        }
        self.audit.events += 1;
        self.audit.last_recorded = self.audit.last_recorded.max(Some(event.recorded));
    }
}
