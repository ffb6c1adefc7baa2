//! What each county counts by, now and as it was known: its working calendar, the fold of its calendar book (R19, R20),
//! and its settings (R13, R16, R17).
//!
//! Invariants: a county without a book has the national calendar, one without settings the usual ones; whoever asks
//! after a change was acknowledged, or was read off the log, counts by it; what cannot be read is not taken to be empty,
//! so nothing is counted by a wrong one.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use om_domain::calendar::Calendar;
use om_domain::calendar_book::{self, CalendarBookDecider};
use om_domain::ids::CountyId;
use om_domain::settings::{self, CountySettings, SettingsDecider};

use crate::executor::Fault;
use crate::log::{EventLog, StreamName};
use crate::main_stream::MainStream;

/// Where a decision gets from what its county counts by.
#[async_trait]
pub trait Calendars: Send + Sync {
    /// The county's calendar as known now.
    ///
    /// # Errors
    /// When its book cannot be read.
    async fn calendar(&self, county: &CountyId) -> Result<Calendar, Fault>;

    /// The county's settings as known now.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn settings(&self, county: &CountyId) -> Result<Arc<CountySettings>, Fault>;

    /// The calendar in memory, asking the log nothing: for showing while the log cannot be reached, never for deciding.
    fn remembered(&self, county: &CountyId) -> Option<Calendar> {
        let _ = county;
        None
    }

    /// The settings in memory, likewise.
    fn remembered_settings(&self, county: &CountyId) -> Option<Arc<CountySettings>> {
        let _ = county;
        None
    }

    /// The county's calendar by what had been recorded by an instant.
    ///
    /// # Errors
    /// When its book cannot be read.
    async fn known_by(&self, county: &CountyId, instant: Timestamp) -> Result<Calendar, Fault>;

    /// A stream has grown, or may have: if it is a book or settings, what was read of it before is not relied on any more.
    fn grown(&self, stream: &StreamName);
}

/// What one log's counties count by.
pub struct CountyCalendars {
    books: MainStream<CalendarBookDecider>,
    settings: MainStream<SettingsDecider>,
}

impl CountyCalendars {
    /// The calendars and settings of the counties in this log.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self {
            books: MainStream::new(Arc::clone(&log), calendar_book::MAIN),
            settings: MainStream::new(log, settings::MAIN),
        }
    }
}

#[async_trait]
impl Calendars for CountyCalendars {
    async fn calendar(&self, county: &CountyId) -> Result<Calendar, Fault> {
        Ok(self.books.state(county).await?.calendar().clone())
    }

    async fn settings(&self, county: &CountyId) -> Result<Arc<CountySettings>, Fault> {
        self.settings.state(county).await
    }

    fn remembered(&self, county: &CountyId) -> Option<Calendar> {
        Some(self.books.remembered(county)?.calendar().clone())
    }

    fn remembered_settings(&self, county: &CountyId) -> Option<Arc<CountySettings>> {
        self.settings.remembered(county)
    }

    async fn known_by(&self, county: &CountyId, instant: Timestamp) -> Result<Calendar, Fault> {
        Ok(self.books.known_by(county, instant).await?.calendar().clone())
    }

    fn grown(&self, stream: &StreamName) {
        self.books.grown(stream);
        self.settings.grown(stream);
    }
}
