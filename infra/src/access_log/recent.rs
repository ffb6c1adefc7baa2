//! What each account has read lately: its reading stands in the log, and the same again for a while needs no other entry.
//!
//! Invariants: what is remembered was written down, on the same day; what is forgotten is written down again.
//! Deliberately absent: what may be read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use om_domain::access_log::{About, Accessor};
use om_domain::ids::CountyId;
use tokio::time::Instant;

/// Readings remembered.
const MOST: usize = 65_536;

type Readings = HashMap<(CountyId, Accessor, Date), HashMap<About, Instant>>;

/// What was read lately.
#[derive(Default)]
pub(super) struct Recent(Mutex<Readings>);

impl Recent {
    /// For so long one entry stands for all readings of the same by the same account.
    pub(super) const SPAN: Duration = Duration::from_mins(10);

    /// Those that are to be written down first.
    pub(super) fn not_yet(
        &self,
        (county, by, day): (&CountyId, &Accessor, Date),
        mut about: Vec<About>,
        now: Instant,
    ) -> Vec<About> {
        let readings = self.readings();
        if let Some(known) = readings.get(&(county.clone(), by.clone(), day)) {
            about.retain(|about| known.get(about).is_none_or(|at| now.duration_since(*at) >= Self::SPAN));
        }
        about
    }

    /// These were written down.
    pub(super) fn written(
        &self,
        (county, by, day): (&CountyId, &Accessor, Date),
        about: Vec<About>,
        now: Instant,
    ) {
        let mut readings = self.readings();
        if readings.values().map(HashMap::len).sum::<usize>() + about.len() > MOST {
            readings.retain(|_, known| {
                known.retain(|_, at| now.duration_since(*at) < Self::SPAN);
                !known.is_empty()
            });
        }
        if readings.values().map(HashMap::len).sum::<usize>() + about.len() > MOST {
            readings.clear();
        }
        let known = readings.entry((county.clone(), by.clone(), day)).or_default();
        known.extend(about.into_iter().map(|about| (about, now)));
    }

    fn readings(&self) -> MutexGuard<'_, Readings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_same_is_written_once_a_span_a_day_and_an_account() {
        let (recent, county) = (Recent::default(), "530322".parse().unwrap());
        let by = |name: &str| Accessor { officer: name.parse().unwrap(), body: "water".parse().unwrap() };
        let (one, other) = (by("one"), by("other"));
        let (today, tomorrow) = (date(2023, 6, 12), date(2023, 6, 13));
        let about = vec![About::Body("fire".parse().unwrap())];
        let now = Instant::now();
        let due_at =
            |by: &Accessor, day, now| !recent.not_yet((&county, by, day), about.clone(), now).is_empty();
        let due = |by: &Accessor, day| due_at(by, day, now);
        assert!(due(&one, today), "what was not written is to be");
        recent.written((&county, &one, today), about.clone(), now);
        assert!(!due(&one, today) && due(&other, today) && due(&one, tomorrow));
        assert!(due_at(&one, today, now + Recent::SPAN));
    }
}
