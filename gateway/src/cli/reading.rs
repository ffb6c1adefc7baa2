//! Reading a data directory without serving it, beside a server that may be running.
//!
//! Invariant: nothing is written.
//! Deliberately absent: projections; a matter is folded from its own stream, as a server does.

use super::Failure;
use jiff::{SignedDuration, Timestamp, civil::Date};
use om_domain::{
    calendar::{Calendar, end_of_day},
    directory::Directory,
    ids::{BodyId, CountyId, EventId, MatterId, PermitCode},
    matter::{Matter, MatterDecider, MatterEvent, event_permit},
};
use om_infra::{
    calendars::{Calendars, CountyCalendars},
    clock::{Clock, SystemClock, VirtualClock},
    executor::{At, Executor, Host, Known},
    log::{EventLog, Position, SqliteLog, StreamName, sqlite::Options},
    platform::DemoClock,
    recorded,
    registers::Registers,
    telemetry::Metrics,
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

const PAGE: usize = 4_096;

/// A data directory opened for reading.
pub(super) struct Reading {
    /// The log.
    pub(super) log: Arc<dyn EventLog>,
    /// Matters.
    pub(super) matters: Arc<Executor<MatterDecider>>,
    /// What matters refer to.
    pub(super) registers: Registers,
    /// The county.
    pub(super) county: CountyId,
    /// The clock: the machine's, or the demo's.
    pub(super) clock: Arc<dyn Clock>,
    /// Its calendars.
    pub(super) calendars: Arc<CountyCalendars>,
}

/// A matter found in the log.
pub(super) struct Found {
    /// Its id.
    pub(super) id: MatterId,
    /// Its name.
    pub(super) name: String,
    /// Its project code.
    pub(super) code: String,
}

impl Reading {
    /// Opens the log for reading: that of `data`, or a cluster's.
    pub(super) async fn open(data: &Path, log: &str, county: &str) -> Result<Self, Failure> {
        let log: Arc<dyn EventLog> = match super::logs::opened(log).await? {
            Some(log) => log,
            None => SqliteLog::open_read_only(data, &Options::default())?,
        };
        let county: CountyId = county.parse()?;
        let clock: Arc<dyn Clock> = match DemoClock::read(data)?
            .map(|demo| Arc::new(VirtualClock::running(demo.at(SystemClock.now()))) as Arc<dyn Clock>)
        {
            Some(clock) => clock,
            None => Arc::new(SystemClock),
        };
        let calendars = Arc::new(CountyCalendars::new(Arc::clone(&log)));
        let host = Host {
            log: Arc::clone(&log),
            clock: Arc::clone(&clock),
            calendars: Arc::clone(&calendars) as Arc<dyn Calendars>,
            metrics: Arc::new(Metrics::new()?),
        };
        let matters = Arc::new(Executor::new(host.clone(), 16));
        let registers = Registers::new(&host, 4, Arc::clone(&matters), None);
        Ok(Reading { log, matters, registers, county, clock, calendars })
    }

    /// The county's directory, by what had been recorded by an instant or as it is.
    pub(super) async fn directory(&self, known_by: Option<Timestamp>) -> Result<Arc<Directory>, Failure> {
        Ok(match known_by {
            Some(instant) => Arc::new(self.registers.directory_known_by(&self.county, instant).await?),
            None => self.registers.directory(&self.county).await?.state,
        })
    }

    /// All matters of the county, oldest first.
    pub(super) async fn matters(&self) -> Result<Vec<Found>, Failure> {
        listed(&*self.log, &self.county).await
    }

    /// The one matter a person means: by id, project code, or a part of its name.
    pub(super) async fn find(&self, asked: &str) -> Result<Found, Failure> {
        let all = self.matters().await?;
        let id: Option<MatterId> = asked.parse().ok();
        let exact = |f: &Found| Some(f.id) == id || f.code == asked || f.name == asked;
        let mut hits: Vec<Found> = all.into_iter().filter(|f| exact(f) || f.name.contains(asked)).collect();
        if let Some(place) = hits.iter().position(exact) {
            return Ok(hits.swap_remove(place));
        }
        match hits.len() {
            1 => Ok(hits.swap_remove(0)),
            0 => Err(Failure::new(
                format!("no matter of county {} is called {asked:?}", self.county),
                "run `onematter board` without a matter to list them",
            )),
            _ => Err(Failure::new(
                format!(
                    "{asked:?} fits {} matters: {}",
                    hits.len(),
                    hits.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
                ),
                "give the project code or the id",
            )),
        }
    }

    /// The stream of a matter.
    pub(super) fn stream(&self, id: MatterId) -> Result<StreamName, Failure> {
        Ok(Executor::<MatterDecider>::stream(&self.county, id)?)
    }

    /// A matter as known and as true at a moment, and the county's calendar as known at the same moment.
    pub(super) async fn fold(&self, id: MatterId, at: At) -> Result<(Matter, Calendar), Failure> {
        let folded = self.matters.fold_at(&self.stream(id)?, at).await?;
        let known = match at.known {
            Known::Head => None,
            Known::Event(_) => folded.known_recorded,
            Known::Time(instant) => Some(instant),
        };
        let calendar = match known {
            None => self.calendars.calendar(&self.county).await?,
            Some(instant) => self.calendars.known_by(&self.county, instant).await?,
        };
        Ok((folded.state, calendar))
    }

    /// How many entries of each permit were back-filled (后期补录, R16), among those known and true at a moment.
    pub(super) async fn backfilled(
        &self,
        id: MatterId,
        at: At,
        matter: &Matter,
        calendar: &Calendar,
    ) -> Result<BTreeMap<PermitCode, usize>, Failure> {
        let grace = matter.backfill_grace_days();
        let mut counts = BTreeMap::new();
        for entry in self.matters.facts_at(&self.stream(id)?, at).await? {
            if entry.fact.is_backfilled(calendar, grace)
                && let Some(permit) = event_permit(&entry.fact.event)
            {
                *counts.entry(permit.clone()).or_default() += 1;
            }
        }
        Ok(counts)
    }
}

/// All matters of a county in a log, oldest first.
pub(super) async fn listed(log: &dyn EventLog, county: &CountyId) -> Result<Vec<Found>, Failure> {
    let (mut found, mut after): (Vec<Found>, Option<Position>) = (Vec::new(), None);
    loop {
        let page = log.read_all(after, PAGE).await?;
        for event in page.iter().filter(|e| &*e.kind == "MatterProposed") {
            if event.stream.county() != county.as_str() {
                continue;
            }
            let entry = recorded::decode::<MatterEvent>(event)?;
            if let MatterEvent::MatterProposed(proposed) = entry.fact.event {
                found.push(Found {
                    id: event.stream.id().parse()?,
                    name: proposed.project.name.to_string(),
                    code: proposed.project.code.to_string(),
                });
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.position),
            _ => return Ok(found),
        }
    }
}

/// The short name of a body: without 县, and without the words after the bureau's own.
pub(super) fn short(directory: &Directory, body: &BodyId) -> String {
    let name = directory.body(body).map_or_else(|| body.to_string(), |b| b.name_zh.to_string());
    name.trim_start_matches('县').to_owned()
}

/// An entry as a person copies it: `event:MATTER/EVENT`.
pub(super) fn event(text: &str) -> Result<(MatterId, EventId), Failure> {
    let wrong = || Failure::new(format!("{text:?} is no entry"), "copy it whole: event:MATTER/EVENT");
    let (matter, event) =
        text.strip_prefix("event:").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    Ok((matter.parse().map_err(|_| wrong())?, event.parse().map_err(|_| wrong())?))
}

/// A moment as a person writes it: a date (its end), an instant, or an event id.
pub(super) fn moment(text: &str) -> Result<Known, Failure> {
    if let Ok(day) = text.parse::<Date>() {
        // the end itself is the first instant of the next day; the log keeps microseconds
        let end = end_of_day(day);
        return Ok(Known::Time(end.checked_sub(SignedDuration::from_micros(1)).unwrap_or(end)));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(Known::Time(instant));
    }
    if let Ok(event) = text.parse::<EventId>() {
        return Ok(Known::Event(event));
    }
    Err(Failure::new(
        format!("{text:?} is no moment"),
        "write a date such as 2023-07-12, an instant such as 2023-07-12T09:00:00+08:00, or an event id",
    ))
}
