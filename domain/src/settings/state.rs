//! A county's settings as folded from their stream: which held on which day.
//!
//! Invariants: every day has settings, those before the first change the usual ones; a recorded change never alters what
//! held on a day that had begun before.

use super::event::{SettingsEvent as E, Values};
use crate::decider::{Recorded, SeenAt};
use crate::ids::{CountyId, EventId, LegalText};
use jiff::civil::Date;

/// The settings that held from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The first day; none for the usual ones, which hold before any change.
    pub from: Option<Date>,
    /// The settings.
    pub values: Values,
    /// The change's place in the stream; none for the usual ones.
    pub revision: Option<u64>,
    /// The entry that made them, and why; none for the usual ones.
    pub because: Option<(EventId, LegalText)>,
}

impl Version {
    /// Where they were read: the county's settings at the revision that made them.
    pub fn seen_at(&self, county: &CountyId) -> SeenAt {
        SeenAt { stream: format!("{county}.settings-{}", super::MAIN), revision: self.revision }
    }
}

/// A county's settings, each version with its first day.
#[derive(Debug, Clone, PartialEq)]
pub struct CountySettings {
    versions: Vec<Version>,
}

impl Default for CountySettings {
    fn default() -> Self {
        CountySettings::always(Values::default())
    }
}

impl CountySettings {
    /// These, on every day.
    pub fn always(values: Values) -> Self {
        CountySettings { versions: vec![Version { from: None, values, revision: None, because: None }] }
    }

    /// The settings of a day.
    pub fn on(&self, day: Date) -> &Version {
        let holds = |version: &&Version| version.from.is_none_or(|from| from <= day);
        // the first holds on every day
        self.versions.iter().rev().find(holds).unwrap_or_else(|| self.last())
    }

    /// The settings that will hold when all changes recorded have begun.
    pub fn last(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    /// Every version, in the order of their days, each with the day the next one begins.
    pub fn versions(&self) -> impl Iterator<Item = (&Version, Option<Date>)> {
        let next = self.versions.iter().skip(1).map(|version| version.from).chain([None]);
        self.versions.iter().zip(next)
    }

    pub(super) fn fold(&mut self, fact: &Recorded<E>) {
        let E::SettingsChanged(e) = &fact.event;
        let because = Some((fact.id, e.reason.clone()));
        let version =
            Version { from: Some(e.from), values: e.new.clone(), revision: Some(fact.revision), because };
        // a change for the same day takes the place of the one before it
        self.versions.retain(|known| known.from != Some(e.from));
        self.versions.push(version);
    }
}
