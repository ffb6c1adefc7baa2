//! Hosts a pure decider as an aggregate of cqrs-es: the only file that implements `cqrs_es::Aggregate`.
//!
//! Invariants: a hosted state is the fold of a stream up to its revision; it remembers every command the stream
//! has carried out, however long ago; what time has made true is folded before anything is decided (R22).
//! Deliberately absent: snapshots. A state is folded from its stream or kept in memory, never stored, so its
//! serialised form is refused.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use jiff::Timestamp;
use jiff::civil::Date;
use om_domain::calendar::Calendar;
use om_domain::decider::{
    Actor, Context, Decider, Effective, EventRecord, Explained, Fact, MOST_SETTLED, Reach, Recorded, Role,
};
use om_domain::ids::{CommandId, EventId};
use om_domain::metadata::{Metadata, RequestHash};
use om_domain::naming::Names;
use om_domain::settings::CountySettings;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::microseconds;
use crate::log::{Position, StreamName};
use crate::recorded::{Entry, Origin};

/// A fact in its envelope, as cqrs-es passes it round. The position is known once it has been stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<E> {
    /// The fact.
    pub fact: Recorded<E>,
    /// Where it comes from.
    pub origin: Arc<Origin>,
    /// Its place in the global order, once stored.
    pub position: Option<Position>,
}

impl<E> From<Entry<E>> for Stored<E> {
    fn from(entry: Entry<E>) -> Self {
        Self { fact: entry.fact, origin: entry.origin, position: Some(entry.position) }
    }
}

/// What a hosted state remembers of a fact's origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behind {
    pub(crate) command: CommandId,
    pub(crate) request: RequestHash,
    pub(crate) correlation: CommandId,
}

impl Behind {
    fn of(origin: &Origin) -> Self {
        Self { command: origin.command, request: origin.request, correlation: origin.correlation }
    }

    pub(crate) fn of_metadata(meta: &Metadata) -> Self {
        Self { command: meta.command, request: meta.request, correlation: meta.correlation }
    }
}

/// The JSON form of [`Stored`].
#[derive(Serialize, Deserialize)]
struct StoredJson {
    name: String,
    version: u16,
    payload: serde_json::Value,
    fact: Recorded<()>,
    origin: Origin,
    position: Option<Position>,
}

impl<E: EventRecord> Serialize for Stored<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Recorded { id, revision, by, effective, recorded, event } = self.fact.clone();
        let payload = event.encode().and_then(|bytes| serde_json::from_slice(&bytes));
        StoredJson {
            name: event.name().to_owned(),
            version: event.version(),
            payload: payload.map_err(S::Error::custom)?,
            fact: Recorded { id, revision, by, effective, recorded, event: () },
            origin: (*self.origin).clone(),
            position: self.position,
        }
        .serialize(serializer)
    }
}

impl<'de, E: EventRecord> Deserialize<'de> for Stored<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let StoredJson { name, version, payload, fact, origin, position } =
            StoredJson::deserialize(deserializer)?;
        let payload = serde_json::to_vec(&payload).map_err(D::Error::custom)?;
        let event = E::decode(&name, version, &payload).map_err(D::Error::custom)?;
        let Recorded { id, revision, by, effective, recorded, event: () } = fact;
        let fact = Recorded { id, revision, by, effective, recorded, event };
        Ok(Self { fact, origin: Arc::new(origin), position })
    }
}

impl<E: EventRecord> DomainEvent for Stored<E> {
    fn event_type(&self) -> String {
        self.fact.event.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.fact.event.version().to_string()
    }
}

/// A command that the stream has carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) request: RequestHash,
    pub(crate) first_revision: u64,
    pub(crate) last_revision: u64,
    /// Of its last fact, or of the last one that followed from it at once.
    pub(crate) position: Position,
    pub(crate) recorded: Timestamp,
}

/// The fold of one stream, with what the executor must know about it.
pub struct Hosted<D: Decider> {
    state: Arc<D::State>,
    revision: Option<u64>,
    recorded: Option<Timestamp>,
    position: Option<Position>,
    commands: HashMap<CommandId, Remembered, foldhash::fast::RandomState>,
    /// The last command carried out, and the chain that it belongs to.
    last: Option<(CommandId, CommandId)>,
    /// By what time had nothing more to state of this state.
    settled: Option<Settled>,
}

/// All that [`Decider::settle`] sees beside the state.
struct Settled {
    day: Date,
    calendar: Calendar,
    settings: Arc<CountySettings>,
    /// What has been folded since.
    reached: Vec<Reach>,
}

/// So many parts reached are asked as everything is.
const MOST_REACHED: usize = 16;

impl<D: Decider> Default for Hosted<D> {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            revision: None,
            recorded: None,
            position: None,
            commands: HashMap::default(),
            last: None,
            settled: None,
        }
    }
}

impl<D: Decider> Hosted<D> {
    /// The state.
    pub fn state(&self) -> &Arc<D::State> {
        &self.state
    }

    /// The last revision, `None` before the first fact.
    pub const fn revision(&self) -> Option<u64> {
        self.revision
    }

    /// When the last fact was recorded.
    pub const fn recorded(&self) -> Option<Timestamp> {
        self.recorded
    }

    /// Where the last stored fact stands in the global order.
    pub const fn position(&self) -> Option<Position> {
        self.position
    }

    pub(crate) fn remembered(&self, command: &CommandId) -> Option<&Remembered> {
        self.commands.get(command)
    }

    /// These facts, folded already, have been stored; the last of them stands at `position`.
    pub(crate) fn stored_at(&mut self, facts: &[Stored<D::Event>], position: Position) {
        self.position = Some(position);
        for stored in facts {
            self.remember(&stored.fact, Behind::of(&stored.origin), position);
        }
    }

    /// Folds a fact where it is.
    pub(crate) fn fold(&mut self, fact: &Recorded<D::Event>, behind: Behind, position: Option<Position>) {
        self.reach(&fact.event);
        D::evolve(Arc::make_mut(&mut self.state), fact);
        self.revision = Some(fact.revision);
        self.recorded = Some(fact.recorded);
        if let Some(position) = position {
            self.position = Some(position);
            self.remember(fact, behind, position);
        }
    }

    /// Notes of what this fact can make something due.
    fn reach(&mut self, event: &D::Event) {
        let Some(settled) = &mut self.settled else { return };
        match D::reach(event) {
            reach if reach == Reach::All || settled.reached.len() >= MOST_REACHED => self.settled = None,
            reach if settled.reached.contains(&reach) => {}
            reach => settled.reached.push(reach),
        }
    }

    fn remember(&mut self, fact: &Recorded<D::Event>, behind: Behind, position: Position) {
        let (Behind { command, request, correlation }, recorded) = (behind, fact.recorded);
        if fact.by.is(Role::System) && request == settling(&command) {
            // what follows at once from a command belongs to what its sender waits for
            if let Some((last, chain)) = &self.last
                && *chain == correlation
                && let Some(remembered) = self.commands.get_mut(last)
                && remembered.recorded == recorded
            {
                remembered.position = position;
            }
            return;
        }
        let revision = fact.revision;
        let first =
            Remembered { request, first_revision: revision, last_revision: revision, position, recorded };
        let remembered = self.commands.entry(command).or_insert(first);
        remembered.last_revision = revision;
        remembered.position = position;
        self.last = Some((command, correlation));
    }

    /// When a fact recorded now is recorded: never before the stream's last one.
    fn recorded_at(&self, now: Timestamp) -> Timestamp {
        let now = microseconds(now);
        self.recorded.map_or(now, |last| last.max(now))
    }

    const fn next_revision(&self) -> u64 {
        match self.revision {
            None => 0,
            Some(last) => last + 1,
        }
    }
}

/// What is asked of a hosted decider, with all that the decision may see. Cheap to clone: a conflict asks again.
pub struct Ask<D: Decider> {
    /// The stream.
    pub stream: StreamName,
    /// The command; none asks only for what time has made true.
    pub command: Option<Arc<D::Command>>,
    /// Where its facts come from.
    pub origin: Arc<Origin>,
    /// Who asks.
    pub by: Actor,
    /// Who states what time has made true.
    pub platform: Actor,
    /// Now, by the platform's clock.
    pub now: Timestamp,
    /// The county's calendar.
    pub calendar: Calendar,
    /// The county's settings.
    pub settings: Arc<CountySettings>,
    /// When the actor says it happened, if not now.
    pub effective: Option<Effective>,
    /// The moment by whose state of time it is decided, if not now.
    pub as_of: Option<Timestamp>,
    /// What was read from other streams.
    pub reads: Arc<D::Reads>,
}

impl<D: Decider> Ask<D> {
    /// By which moment it is decided, if its facts are recorded at `at`.
    fn seen_at(&self, at: Timestamp) -> Timestamp {
        self.as_of.map_or(at, |moment| moment.min(at))
    }
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejected<R> {
    /// The rules refuse.
    Refused(R),
    /// The rules state facts of time without end: a mistake in the rules.
    Endless,
}

impl<R: Explained> std::fmt::Display for Rejected<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => f.write_str(&refusal.message_en(&Names::default())),
            Self::Endless => {
                write!(f, "more than {MOST_SETTLED} facts of time at once: the rules are in a circle")
            }
        }
    }
}

impl<R: Explained> std::error::Error for Rejected<R> {}

/// The id under which the platform states what time has made true at this place of the stream: the same from
/// every node and in every retry.
pub(crate) fn settle_id(stream: &StreamName, revision: u64) -> CommandId {
    CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{stream}/settle/{revision}").as_bytes()))
}

/// Nobody asked for it: the id itself stands for what is asked.
fn settling(command: &CommandId) -> RequestHash {
    RequestHash(Sha256::digest(command.0.as_bytes()).into())
}

impl<D: Decider> Hosted<D> {
    fn stored(
        &self,
        id: EventId,
        at: Timestamp,
        by: &Actor,
        fact: Fact<D::Event>,
        origin: Arc<Origin>,
    ) -> Stored<D::Event> {
        let fact = Recorded {
            id,
            revision: self.next_revision(),
            by: by.as_recorded(),
            effective: fact.effective,
            recorded: at,
            event: fact.event,
        };
        Stored { fact, origin, position: None }
    }

    async fn settle(
        &mut self,
        ask: &Ask<D>,
        at: Timestamp,
        sink: &EventSink<Self>,
    ) -> Result<(), Rejected<D::Refusal>> {
        let (by, calendar, settings) = (&ask.platform, &ask.calendar, &*ask.settings);
        let context =
            Context { at: ask.seen_at(at), by, calendar, settings, effective: None, read: &*ask.reads };
        let day = context.today();
        let same = |settled: &Settled| {
            settled.day == day
                && settled.calendar.is_very(calendar)
                && Arc::ptr_eq(&settled.settings, &ask.settings)
        };
        self.settled = self.settled.take().filter(same);
        for _ in 0..MOST_SETTLED {
            let due = match &self.settled {
                Some(settled) if settled.reached.is_empty() => return Ok(()),
                Some(settled) => {
                    let due = D::settle_within(&self.state, &settled.reached, &context);
                    debug_assert_eq!(due, D::settle(&self.state, &context), "{:?}", settled.reached);
                    due
                }
                None => D::settle(&self.state, &context),
            };
            let Some(fact) = due else {
                let (calendar, settings) = (calendar.clone(), Arc::clone(&ask.settings));
                self.settled = Some(Settled { day, calendar, settings, reached: Vec::new() });
                return Ok(());
            };
            let command = settle_id(&ask.stream, self.next_revision());
            // what time makes true nobody brings in
            let origin =
                Origin { command, request: settling(&command), entered_by: None, ..(*ask.origin).clone() };
            let origin = Arc::new(origin);
            let id = EventId::derive(ask.stream.as_str(), &command, 0);
            let stored = self.stored(id, at, by, fact, origin);
            sink.write(stored, self).await;
        }
        Err(Rejected::Endless)
    }
}

impl<D: Decider> Aggregate for Hosted<D> {
    const TYPE: &'static str = D::CATEGORY;
    type Command = Ask<D>;
    type Event = Stored<D::Event>;
    type Error = Rejected<D::Refusal>;
    type Services = ();

    /// Settles, decides on the settled state, and settles what follows at once. On a refusal the sink still holds
    /// what was settled.
    async fn handle(
        &mut self,
        ask: Ask<D>,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Rejected<D::Refusal>> {
        let at = self.recorded_at(ask.now);
        self.settle(&ask, at, sink).await?;
        let Some(command) = &ask.command else { return Ok(()) };
        let (by, calendar, settings) = (&ask.by, &ask.calendar, &*ask.settings);
        let (effective, read) = (ask.effective, &*ask.reads);
        let context = Context { at: ask.seen_at(at), by, calendar, settings, effective, read };
        let facts = D::decide(&self.state, command, &context).map_err(Rejected::Refused)?;
        for (index, fact) in facts.into_iter().enumerate() {
            let id = EventId::derive(ask.stream.as_str(), &ask.origin.command, index);
            let stored = self.stored(id, at, by, fact, Arc::clone(&ask.origin));
            sink.write(stored, self).await;
        }
        // What follows at once, such as a clock that waited for this approval, is stated with it.
        self.settle(&ask, at, sink).await
    }

    fn apply(&mut self, stored: Stored<D::Event>) {
        self.fold(&stored.fact, Behind::of(&stored.origin), stored.position);
    }
}

const NOT_STORED: &str = "a hosted state is folded from its stream and never stored";

impl<D: Decider> Serialize for Hosted<D> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(NOT_STORED))
    }
}

impl<'de, D: Decider> Deserialize<'de> for Hosted<D> {
    fn deserialize<T: Deserializer<'de>>(_: T) -> Result<Self, T::Error> {
        Err(T::Error::custom(NOT_STORED))
    }
}
