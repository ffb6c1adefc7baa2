//! Given events, when command, then events or refusal: how every aggregate here is tested.
//!
//! Invariant: facts are folded in the same envelope the log would give them.

use crate::{
    calendar::{Calendar, instant},
    decider::{Actor, Context, Decider, Effective, Fact, Recorded, Role},
    ids::EventId,
    settings::CountySettings,
};
use jiff::civil::Date;

/// A stream under test: what has happened so far, who acts, and what day it is.
pub(crate) struct Given<D: Decider> {
    pub(crate) state: D::State,
    pub(crate) reads: D::Reads,
    pub(crate) log: Vec<Recorded<D::Event>>,
    by: Actor,
    day: Date,
}

/// Text that a test knows to be well formed.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// An actor of the county 530322.
pub(crate) fn actor(officer: &str, body: &str, roles: &[Role]) -> Actor {
    Actor::new(id(officer), id("530322"), id(body), roles.iter().copied().collect())
}

/// The platform.
pub(crate) fn platform() -> Actor {
    actor("platform", "government-services", &[Role::System])
}

/// The system administrator.
pub(crate) fn administrator() -> Actor {
    actor("administrator", "government-services", &[Role::Administrator])
}

/// The security administrator.
pub(crate) fn security_administrator() -> Actor {
    actor("security-administrator", "government-services", &[Role::SecurityAdministrator])
}

impl<D: Decider> Given<D> {
    /// Nothing has happened; the platform acts on 2023-06-12.
    pub(crate) fn nothing() -> Self {
        let day = jiff::civil::date(2023, 6, 12);
        Given { state: D::State::default(), reads: D::Reads::default(), log: Vec::new(), by: platform(), day }
    }

    /// From now on this actor acts.
    pub(crate) fn by(mut self, by: Actor) -> Self {
        self.by = by;
        self
    }

    /// From now on it is this day.
    pub(crate) fn on(mut self, day: Date) -> Self {
        self.day = day;
        self
    }

    /// With this read from other streams.
    pub(crate) fn reading(mut self, reads: D::Reads) -> Self {
        self.reads = reads;
        self
    }

    /// This has happened.
    pub(crate) fn event(mut self, event: impl Into<D::Event>) -> Self {
        self.fold(Fact { event: event.into(), effective: Effective::On(self.day) });
        self
    }

    /// What the command brings about or why not, time's facts first; nothing is folded.
    pub(crate) fn when(&mut self, command: &D::Command) -> Result<Vec<D::Event>, D::Refusal> {
        self.settle();
        let facts = D::decide(&self.state, command, &self.context())?;
        Ok(facts.into_iter().map(|fact| fact.event).collect())
    }

    /// Carries a command out.
    pub(crate) fn does(mut self, command: &D::Command) -> Self {
        self.settle();
        for fact in D::decide(&self.state, command, &self.context()).unwrap() {
            self.fold(fact);
        }
        self
    }

    /// Carries a command out if it is accepted, and tells whether the same again is silent or refused.
    pub(crate) fn repeats(&mut self, command: &D::Command) -> bool {
        self.settle();
        let Ok(facts) = D::decide(&self.state, command, &self.context()) else { return true };
        facts.into_iter().for_each(|fact| self.fold(fact));
        D::decide(&self.state, command, &self.context()).map_or(true, |again| again.is_empty())
    }

    /// The fold of the whole log, from nothing.
    pub(crate) fn refolded(&self) -> D::State {
        let mut state = D::State::default();
        self.log.iter().for_each(|fact| D::evolve(&mut state, fact));
        state
    }

    fn settle(&mut self) {
        while let Some(fact) = D::settle(&self.state, &self.context()) {
            self.fold(fact);
        }
    }

    pub(crate) fn context(&self) -> Context<'_, D::Reads> {
        let at = noon(self.day);
        Context {
            at,
            by: &self.by,
            calendar: calendar(),
            settings: usual(),
            effective: None,
            read: &self.reads,
        }
    }

    fn fold(&mut self, fact: Fact<D::Event>) {
        let revision = self.log.len() as u64;
        let id = EventId(uuid::Uuid::from_u128(u128::from(revision)));
        let recorded = noon(self.day);
        let fact = Recorded {
            id,
            revision,
            by: self.by.as_recorded(),
            effective: fact.effective,
            recorded,
            event: fact.event,
        };
        D::evolve(&mut self.state, &fact);
        self.log.push(fact);
    }
}

fn noon(day: Date) -> jiff::Timestamp {
    instant(day.at(12, 0, 0, 0))
}

fn calendar() -> &'static Calendar {
    static NATIONAL: std::sync::LazyLock<Calendar> = std::sync::LazyLock::new(Calendar::national);
    &NATIONAL
}

fn usual() -> &'static CountySettings {
    static USUAL: std::sync::LazyLock<CountySettings> = std::sync::LazyLock::new(CountySettings::default);
    &USUAL
}
