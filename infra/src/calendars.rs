//! Each county's working calendar, now and as it was known: the fold of its calendar book (R19, R20).
//!
//! Invariants: a county without a book has the national calendar; whoever asks after a notice was acknowledged, or
//! was read off the log, counts by it; a book that cannot be read gives no calendar, so nothing is counted by a
//! wrong one.
//! Deliberately absent: following the log. Every append of this process to a book is told to [`Calendars::grown`] before
//! it is answered; if others write the log too, the book's end is asked for each time. What is not asked for is not read.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use jiff::Timestamp;
use om_domain::calendar::Calendar;
use om_domain::calendar_book::{CalendarBook, CalendarBookDecider, MAIN};
use om_domain::decider::Decider;
use om_domain::ids::CountyId;

use crate::event_store::{LoadError, LogEventStore};
use crate::executor::Fault;
use crate::log::{EventLog, StreamName};
use crate::recorded;

/// Where a decision gets the county's calendar from.
#[async_trait]
pub trait Calendars: Send + Sync {
    /// The county's calendar as known now.
    ///
    /// # Errors
    /// When its book cannot be read.
    async fn calendar(&self, county: &CountyId) -> Result<Calendar, Fault>;

    /// The calendar in memory, asking the log nothing: for showing while the log cannot be reached, never for deciding.
    fn remembered(&self, county: &CountyId) -> Option<Calendar> {
        let _ = county;
        None
    }

    /// The county's calendar by what had been recorded by an instant.
    ///
    /// # Errors
    /// When its book cannot be read.
    async fn known_by(&self, county: &CountyId, instant: Timestamp) -> Result<Calendar, Fault>;

    /// A stream has grown, or may have: if it is a book, what was read of it before is not relied on any more.
    fn grown(&self, stream: &StreamName);
}

/// The calendars of one log's counties; each book is read once and again after it has grown.
pub struct CountyCalendars {
    store: LogEventStore<CalendarBookDecider>,
    books: RwLock<HashMap<String, Book>>,
}

/// What is known of a county's book.
#[derive(Default)]
struct Book {
    /// How often it has grown: what was read before the last time is not kept.
    grown: u64,
    /// The calendar and the book's last revision when it was read.
    read: Option<(Calendar, Option<u64>)>,
}

impl CountyCalendars {
    /// The calendars of the counties in this log.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { store: LogEventStore::new(log), books: RwLock::default() }
    }

    /// The calendar and its revision if it is in memory, and how often the book has grown so far.
    fn known(&self, county: &CountyId) -> (Option<(Calendar, Option<u64>)>, u64) {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.get(county.as_str()).map_or((None, 0), |book| (book.read.clone(), book.grown))
    }

    fn keep(&self, county: &CountyId, grown: u64, read: (Calendar, Option<u64>)) {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let book = books.entry(county.to_string()).or_default();
        if book.grown == grown {
            book.read = Some(read);
        }
    }
}

fn book(county: &CountyId) -> Result<StreamName, Fault> {
    Ok(StreamName::new(county.as_str(), CalendarBookDecider::CATEGORY, MAIN)?)
}

#[async_trait]
impl Calendars for CountyCalendars {
    async fn calendar(&self, county: &CountyId) -> Result<Calendar, Fault> {
        let (known, grown) = self.known(county);
        let book = book(county)?;
        if let Some((calendar, revision)) = known {
            let log = self.store.log();
            if !log.is_shared() || log.stream_head(&book).await? == revision {
                return Ok(calendar);
            }
        }
        let read = self.store.load(&book).await?;
        let calendar = read.state().calendar().clone();
        self.keep(county, grown, (calendar.clone(), read.revision()));
        Ok(calendar)
    }

    async fn known_by(&self, county: &CountyId, instant: Timestamp) -> Result<Calendar, Fault> {
        let mut known = CalendarBook::default();
        for event in self.store.events(&book(county)?, 0).await? {
            let entry = recorded::decode(&event).map_err(LoadError::from)?;
            if entry.fact.recorded > instant {
                break;
            }
            CalendarBookDecider::evolve(&mut known, &entry.fact);
        }
        Ok(known.calendar().clone())
    }

    fn remembered(&self, county: &CountyId) -> Option<Calendar> {
        self.known(county).0.map(|(calendar, _)| calendar)
    }

    fn grown(&self, stream: &StreamName) {
        if stream.category() == CalendarBookDecider::CATEGORY {
            let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
            let book = books.entry(stream.county().to_owned()).or_default();
            book.grown += 1;
            book.read = None;
        }
    }
}
