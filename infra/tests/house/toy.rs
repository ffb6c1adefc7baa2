//! A tally with a deadline: the smallest aggregate that has facts of time, back-dated facts and refusals.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use om_domain::decider::{Actor, Context, Decider, Effective, Explained, Fact, Recorded, Role};
use om_domain::events;
use om_domain::ids::{CommandId, CountyId};
use om_domain::naming::Names;
use om_infra::calendars::CountyCalendars;
use om_infra::clock::VirtualClock;
use om_infra::executor::{Executor, Host, Outcome, Receipt, Request};
use om_infra::log::sqlite::Options;
use om_infra::log::{EventLog, SqliteLog, StreamName};
use om_infra::telemetry::Metrics;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

events! {
    /// What can have happened to a tally.
    pub enum TallyEvent {
        /// It was opened.
        CountOpened = 1 {
            /// Its last day.
            due: Date,
        },
        /// Something was added.
        SumRaised = 1 {
            /// How much.
            amount: u32,
        },
        /// Its last day passed (time's fact).
        TermEnded = 1 {
            /// The day.
            due: Date,
        },
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TallyCommand {
    Open { due: Date },
    Raise { amount: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum TallyRefusal {
    NotOpen,
    Ended { due: Date },
    Full { total: u32 },
    Sunday,
}

impl Explained for TallyRefusal {
    fn code(&self) -> &'static str {
        "TALLY"
    }
    fn rule(&self) -> Option<&'static str> {
        None
    }
    fn source(&self) -> Option<String> {
        None
    }
    fn message_zh(&self, _: &Names<'_>) -> String {
        format!("{self:?}")
    }
    fn message_en(&self, _: &Names<'_>) -> String {
        format!("{self:?}")
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct TallyState {
    pub due: Option<Date>,
    pub ended: bool,
    pub raised: Vec<u32>,
}

impl TallyState {
    pub fn total(&self) -> u32 {
        self.raised.iter().sum()
    }
}

pub struct Tally;

impl Decider for Tally {
    const CATEGORY: &'static str = "tally";
    type State = TallyState;
    type Command = TallyCommand;
    type Event = TallyEvent;
    type Refusal = TallyRefusal;
    type Reads = ();

    fn evolve(state: &mut TallyState, fact: &Recorded<TallyEvent>) {
        match &fact.event {
            TallyEvent::CountOpened(opened) => state.due = Some(opened.due),
            TallyEvent::SumRaised(raised) => state.raised.push(raised.amount),
            TallyEvent::TermEnded(_) => state.ended = true,
        }
    }

    fn settle(state: &TallyState, ctx: &Context<'_, ()>) -> Option<Fact<TallyEvent>> {
        let due = state.due.filter(|due| !state.ended && *due < ctx.today())?;
        Some(Fact { event: TermEnded { due }.into(), effective: Effective::On(due) })
    }

    fn decide(
        state: &TallyState,
        command: &TallyCommand,
        ctx: &Context<'_, ()>,
    ) -> Result<Vec<Fact<TallyEvent>>, TallyRefusal> {
        match (command, state.due) {
            (TallyCommand::Open { due }, None) => Ok(vec![ctx.fact(CountOpened { due: *due })]),
            (TallyCommand::Open { .. }, Some(_)) => Ok(vec![]),
            (TallyCommand::Raise { .. }, None) => Err(TallyRefusal::NotOpen),
            (TallyCommand::Raise { .. }, Some(due)) if state.ended => Err(TallyRefusal::Ended { due }),
            (TallyCommand::Raise { .. }, _) if ctx.today().weekday() == Weekday::Sunday => {
                Err(TallyRefusal::Sunday)
            }
            (TallyCommand::Raise { amount }, _) if state.total() + amount > 100 => {
                Err(TallyRefusal::Full { total: state.total() })
            }
            (TallyCommand::Raise { amount }, _) => Ok(vec![ctx.fact(SumRaised { amount: *amount })]),
        }
    }
}

pub const NOON: &str = "2026-03-02T04:00:00Z";

pub fn county() -> CountyId {
    "530322".parse().unwrap()
}

pub fn actor(officer: &str) -> Actor {
    Actor::new(
        officer.parse().unwrap(),
        county(),
        "natural-resources".parse().unwrap(),
        [Role::Officer].into(),
    )
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn stream(id: &str) -> StreamName {
    Executor::<Tally>::stream(&county(), id).unwrap()
}

pub fn id(n: u128) -> CommandId {
    CommandId(Uuid::from_u128(n))
}

pub fn ask(stream_id: &str, n: u128, command: TallyCommand) -> Request<Tally> {
    Request::new(stream(stream_id), id(n), actor("officer-1"), command)
}

pub fn open(stream_id: &str, n: u128) -> Request<Tally> {
    ask(stream_id, n, TallyCommand::Open { due: day("2026-03-10") })
}

pub fn raise(stream_id: &str, n: u128, amount: u32) -> Request<Tally> {
    ask(stream_id, n, TallyCommand::Raise { amount })
}

/// A log with a clock that stands at noon, and executors over it.
pub struct House {
    pub log: Arc<SqliteLog>,
    pub clock: Arc<VirtualClock>,
    pub host: Host,
}

impl House {
    pub fn open(dir: &Path) -> Self {
        let log = SqliteLog::open(dir, Options::default()).unwrap();
        let clock = Arc::new(VirtualClock::standing(NOON.parse().unwrap()));
        let host = Host {
            log: log.clone(),
            clock: clock.clone(),
            calendars: Arc::new(CountyCalendars::new(log.clone())),
            metrics: Arc::new(Metrics::new().unwrap()),
        };
        Self { log, clock, host }
    }

    pub fn executor(&self) -> Executor<Tally> {
        Executor::new(self.host.clone(), 64)
    }

    pub fn set(&self, instant: &str) {
        self.clock.set(instant.parse::<Timestamp>().unwrap());
    }

    pub async fn kinds(&self, stream_id: &str) -> Vec<String> {
        let events = self.log.read_stream(&stream(stream_id), 0, 1_000).await.unwrap();
        events.iter().map(|event| event.kind.to_string()).collect()
    }
}

pub fn done(outcome: Outcome<TallyRefusal>) -> Receipt {
    match outcome {
        Outcome::Done(receipt) => receipt,
        other => panic!("not done: {other:?}"),
    }
}
