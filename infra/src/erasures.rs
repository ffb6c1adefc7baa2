//! Erasures and restrictions of personal texts, held together: what the log says and what the key store has done.
//!
//! Invariants: before anything is served, every erasure that the log knows has its key destroyed, and every key that was
//! destroyed has its erasure in the log: whichever of both was restored from before the other, or lost the last moment
//! before a crash. It may be done any number of times.
//! Deliberately absent: deciding; that is `om_domain::person`'s.

use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;

use om_domain::calendar::beijing;
use om_domain::decider::Decider as _;
use om_domain::ids::{CommandId, CountyId};
use om_domain::person::{PersonCommand, PersonDecider, PersonEvent, Subject, Whose};
use uuid::Uuid;

use crate::event_store::LoadError;
use crate::executor::{Executor, Fault, Outcome, Request};
use crate::log::{EventLog, LogError, Position, StoredEvent};
use crate::recorded::{Entry, decode, platform_actor};
use crate::vault::{Tombstone, Vault, VaultError};

/// Why the platform restates a restriction.
const RESTATED: &str = "日志恢复自限制使用之前的备份，密钥库中的限制继续有效";

/// Events looked at between two reads.
const PAGE: usize = 4_096;

/// Erasures could not be held together; nothing may be served.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// The log.
    #[error("erasures of personal texts cannot be read from the log: {0}")]
    Log(#[from] LogError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A stream.
    #[error("an erasure of personal texts cannot be recorded: {0}")]
    Fault(#[from] Fault),
    /// A rule refused what the platform states.
    #[error("an erasure of personal texts was not taken by the log: {0}")]
    NotTaken(&'static str),
}

/// On which subjects of one person a command is carried out, and under which ids: on the one that was named under the id that was
/// given, on the others under ids made of it, so that the command sent again is the same on each.
pub fn one_by_one(id: CommandId, named: &Subject, person: &BTreeSet<Subject>) -> Vec<(CommandId, Subject)> {
    let beside = |other: &Subject| CommandId(Uuid::new_v5(&id.0, other.to_string().as_bytes()));
    let others = person.iter().filter(|other| *other != named);
    iter::once((id, named.clone())).chain(others.map(|other| (beside(other), other.clone()))).collect()
}

/// What was put right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reapplied {
    /// Erasures of the log carried out on the keys, again or for the first time.
    pub destroyed: usize,
    /// Erasures and restrictions that the log had lost and has again.
    pub restated: usize,
}

/// The log and the key store, for holding them together.
pub struct Erasures<'a> {
    /// The log.
    pub log: &'a Arc<dyn EventLog>,
    /// Subjects.
    pub persons: &'a Executor<PersonDecider>,
    /// Personal text.
    pub vault: &'a Arc<dyn Vault>,
}

impl Erasures<'_> {
    /// Carries out on the keys what the log says since the last time, then has the log say what the keys know.
    ///
    /// # Errors
    /// When either cannot be read or written: then nothing may be served.
    pub async fn reapply(&self) -> Result<Reapplied, ErasureError> {
        self.vault.opens().await?;
        let came_back = self.from().await?.is_none();
        let destroyed = self.onto_the_keys().await?;
        let mut restated = 0;
        for (county, subject, tombstone) in self.vault.tombstones().await? {
            restated += usize::from(self.restate(&county, &subject, tombstone).await?);
        }
        let marked = if came_back { self.vault.restricted().await? } else { Vec::new() };
        for (county, subject) in marked {
            restated += usize::from(self.restate_restriction(&county, &subject).await?);
        }
        if destroyed + restated > 0 {
            tracing::info!(destroyed, restated, "erasures of personal texts were applied again");
        }
        Ok(Reapplied { destroyed, restated })
    }

    /// Where to go on from: the beginning, if the log is another or has come back from before.
    async fn from(&self) -> Result<Option<Position>, ErasureError> {
        let known: Option<Position> = self.vault.applied().await?.and_then(|to| to.parse().ok());
        let head = self.log.head().await?;
        let ours = |to: &Position| to.belongs_to(self.log.id()) && head.is_some_and(|head| *to <= head);
        Ok(known.filter(ours))
    }

    async fn onto_the_keys(&self) -> Result<usize, ErasureError> {
        let (mut to, mut destroyed) = (self.from().await?, 0);
        loop {
            let page = self.log.read_all(to, PAGE).await?;
            for event in page.iter().filter(|event| event.stream.category() == PersonDecider::CATEGORY) {
                destroyed += usize::from(self.apply(event).await?);
            }
            if let Some(last) = page.last() {
                to = Some(last.position);
                self.vault.set_applied(&last.position.to_string()).await?;
            }
            if page.len() < PAGE {
                return Ok(destroyed);
            }
        }
    }

    async fn apply(&self, event: &StoredEvent) -> Result<bool, ErasureError> {
        let county: CountyId = event.stream.county().parse().map_err(Fault::from)?;
        let subject: Subject = event.stream.id().parse().map_err(Fault::from)?;
        let entry: Entry<PersonEvent> = decode(event).map_err(|e| Fault::Load(LoadError::from(e)))?;
        match entry.fact.event {
            PersonEvent::PersonErased(erased) => {
                let ordered_by = erased.ordered_by.unwrap_or(entry.fact.by.officer);
                let (reason, basis) = (erased.reason, erased.basis);
                let order = Tombstone { erased: entry.fact.recorded, ordered_by, reason, basis };
                self.vault.destroy(&county, &subject, &order).await?;
                // an order that was broken off: what it takes with it is destroyed, and stated from the tombstones
                for other in erased.with.into_iter().flatten().filter(|other| *other != subject) {
                    self.vault.destroy(&county, &other, &order).await?;
                }
                Ok(true)
            }
            PersonEvent::PersonRestricted(_) => {
                self.vault.restrict(&county, &subject, true).await?;
                Ok(false)
            }
            PersonEvent::RestrictionLifted(_) => {
                self.vault.restrict(&county, &subject, false).await?;
                Ok(false)
            }
            PersonEvent::TextUnmasked(_) => Ok(false),
        }
    }

    /// A restriction that the keys know and the log does not: the log was restored from before it. Where a mark was left when it had
    /// been lifted, the log knows better and `onto_the_keys` has taken it away before.
    async fn restate_restriction(&self, county: &CountyId, subject: &Subject) -> Result<bool, ErasureError> {
        let stream = Executor::<PersonDecider>::stream(county, subject).map_err(Fault::from)?;
        let known = self.persons.state(&stream).await?;
        if known.state.restricted.is_some() || known.state.erased.is_some() {
            return Ok(false);
        }
        let name = format!("{stream}/restricted/{}", known.revision.map_or(0, |revision| revision + 1));
        let id = CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
        let reason = RESTATED.parse().map_err(Fault::from)?;
        let command = PersonCommand::Restrict { whose: Whose::default(), reason };
        let by = platform_actor(county).map_err(Fault::from)?;
        match self.persons.execute(Request::new(stream, id, by, command)).await? {
            Outcome::Done(_) | Outcome::NoChange(_) => Ok(true),
            other => Err(ErasureError::NotTaken(other.name())),
        }
    }

    async fn restate(
        &self,
        county: &CountyId,
        subject: &Subject,
        tombstone: Tombstone,
    ) -> Result<bool, ErasureError> {
        let stream = Executor::<PersonDecider>::stream(county, subject).map_err(Fault::from)?;
        if self.persons.state(&stream).await?.state.erased.is_some() {
            return Ok(false);
        }
        let name = format!("{stream}/erased/{}", beijing(tombstone.erased));
        let id = CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
        let Tombstone { ordered_by, reason, basis, .. } = tombstone;
        let command = PersonCommand::RestateErasure { reason, basis, ordered_by };
        let by = platform_actor(county).map_err(Fault::from)?;
        match self.persons.execute(Request::new(stream, id, by, command)).await? {
            Outcome::Done(_) | Outcome::NoChange(_) => Ok(true),
            other => Err(ErasureError::NotTaken(other.name())),
        }
    }
}
