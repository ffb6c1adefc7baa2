//! The moment of the past at which something is shown.
//!
//! Invariant: what is shown of a moment knows no more than was known then, of names and holidays too, and no moment lies in the
//! future.
//! Deliberately absent: the facts themselves; whoever shows something folds its stream.

use crate::{
    graphql::{error::bad_input, matter::carry_out::of_fault},
    services::Services,
};
use async_graphql::Result;
use jiff::Timestamp;
use om_domain::{
    calendar::{Calendar, beijing},
    directory::Directory,
    ids::CountyId,
};
use om_infra::{
    calendars::Calendars as _,
    executor::{At, Known},
};
use std::sync::Arc;

/// A moment of the past, and what was known at it.
pub(crate) struct Moment {
    /// The moment clocks are read at: the one asked for, else when the last known entry was recorded or the instant named.
    pub read_at: Timestamp,
    /// What was recorded by then is known.
    pub known_by: Timestamp,
    /// The county's calendar as it was known.
    pub calendar: Calendar,
    /// The county's directory as it was known.
    pub directory: Arc<Directory>,
}

/// The moment asked for, where the last entry known at it was recorded then.
pub(crate) async fn moment(
    services: &Services,
    county: &CountyId,
    At { known, as_of }: At,
    recorded: Timestamp,
) -> Result<Moment> {
    let known_by = match known {
        Known::Head => services.now(),
        Known::Event(_) => recorded,
        Known::Time(time) => time,
    };
    let read_at = as_of.unwrap_or(known_by);
    if beijing(known_by.max(read_at)) > services.today() {
        return Err(bad_input(
            "at lies in the future: give today or an earlier day; what is expected is the forecast",
        ));
    }
    let (calendars, registers) = (&services.calendars, &services.registers);
    let (calendar, directory) = match known {
        Known::Head => (
            services.calendar(county).await.map_err(of_fault)?,
            registers.directory(county).await.map_err(of_fault)?.state,
        ),
        Known::Event(_) | Known::Time(_) => (
            calendars.known_by(county, known_by).await.map_err(of_fault)?,
            Arc::new(registers.directory_known_by(county, known_by).await.map_err(of_fault)?),
        ),
    };
    Ok(Moment { read_at, known_by, calendar, directory })
}
