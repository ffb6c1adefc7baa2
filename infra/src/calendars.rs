//! Each county's working calendar, in the version known now.
//!
//! Invariant: a county without a calendar of its own has the national one.
//! Deliberately absent: how a calendar changes; a notice or an overlay makes a new one, and whoever recorded it
//! puts it here.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use om_domain::calendar::Calendar;
use om_domain::ids::CountyId;

/// Where a decision gets the county's calendar from.
pub trait Calendars: Send + Sync {
    /// The county's calendar as known now.
    fn calendar(&self, county: &CountyId) -> Calendar;
}

/// Calendars held in memory.
#[derive(Debug, Default)]
pub struct CountyCalendars {
    own: RwLock<HashMap<CountyId, Calendar>>,
}

impl CountyCalendars {
    /// From now on the county counts by this calendar.
    pub fn put(&self, county: CountyId, calendar: Calendar) {
        self.own.write().unwrap_or_else(PoisonError::into_inner).insert(county, calendar);
    }
}

impl Calendars for CountyCalendars {
    fn calendar(&self, county: &CountyId) -> Calendar {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.get(county).cloned().unwrap_or_else(Calendar::national)
    }
}
