//! What was given once in a matter is not asked for again (行政许可法 31; 发改投资〔2019〕268号 四).
//!
//! Invariants: a material is the same by its code, unless the plan says it is a permit's own; it counts for another permit
//! by a fact that says where it lies; what was handed in to the permit itself comes before what lies elsewhere.
//! Deliberately absent: the library of papers beyond this matter; what an applicant took back with its file (withdrawn,
//! not accepted) lies with the matter no more.

use super::{
    authority::At,
    event::{Handed, MaterialsReused, MatterEvent as E, Reused},
    on,
    order::Lane,
    plan::RequirementId,
    state::{Debt, Matter, Round, RoundPhase},
};
use crate::{
    decider::Fact,
    ids::{MaterialCode, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Since when materials lie with a round, and what lies elsewhere and counts for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lies {
    here: BTreeMap<MaterialCode, Date>,
    elsewhere: BTreeMap<MaterialCode, (Reused, Date)>,
}

impl Lies {
    pub(super) fn since(materials: &[Handed], day: Date) -> Self {
        let here = materials.iter().map(|handed| (handed.material.clone(), day)).collect();
        Lies { here, elsewhere: BTreeMap::new() }
    }

    /// Where a material lies that counts for the round without having been handed in to it.
    pub fn elsewhere(&self, material: &MaterialCode) -> Option<&Reused> {
        self.elsewhere.get(material).map(|(reused, _)| reused)
    }

    /// All that lies elsewhere and counts here.
    pub fn reused(&self) -> impl Iterator<Item = &Reused> {
        self.elsewhere.values().map(|(reused, _)| reused)
    }

    /// Since when a material lies here, or lies elsewhere and would have counted here.
    pub(super) fn since_when(&self, material: &MaterialCode) -> Option<Date> {
        let elsewhere = || self.elsewhere.get(material).map(|(reused, _)| reused.received_on);
        self.here.get(material).copied().or_else(elsewhere)
    }

    /// Whether it counted by a day.
    pub(super) fn counts_by(&self, material: &MaterialCode, day: Date) -> bool {
        self.elsewhere.get(material).is_some_and(|(_, since)| *since <= day)
    }

    pub(super) fn evolve(&mut self, event: &E, day: Date) {
        match event {
            E::CorrectionReceived(e) => self.here.extend(Self::since(&e.materials, e.received_on).here),
            // what lay here before and comes again was there
            E::MaterialsSupplied(e) => {
                for handed in &e.materials {
                    self.here.entry(handed.material.clone()).or_insert(e.received_on);
                }
            }
            E::LapseSetAside(e) => self.here.extend(Self::since(&e.materials, e.received_on).here),
            E::MaterialsReused(e) => {
                let one = |r: &Reused| (r.handed.material.clone(), (r.clone(), day));
                self.elsewhere.extend(e.reused.iter().map(one));
            }
            _ => {}
        }
    }

    /// A corrected day of receipt.
    pub(super) fn correct(&mut self, old: Date, new: Date) {
        self.here.values_mut().filter(|since| **since == old).for_each(|since| *since = new);
    }
}

impl Round {
    /// Whether its file stays with the matter: not taken back, nor given back unaccepted.
    fn keeps_its_file(&self) -> bool {
        !matches!(self.phase, RoundPhase::Withdrawn | RoundPhase::NotAccepted)
    }

    /// A material as it lies with this round, and since when.
    fn holds(&self, material: &MaterialCode) -> Option<(Handed, Date)> {
        if let Some(handed) = self.materials.get(material) {
            let since = self.lies.here.get(material).copied().unwrap_or(self.received_on);
            return Some((handed.clone(), since));
        }
        let paid = self.tolerances.get(&RequirementId::Material(material.clone()));
        let paid = paid.filter(|t| t.debt == Debt::Verified)?;
        Some((Handed { material: material.clone(), paper: None, file_name: None }, paid.changed_on))
    }
}

impl Matter {
    /// Where a material lies with another permit: the last receipt of it.
    fn lies_with(&self, asking: &PermitCode, material: &MaterialCode) -> Option<Reused> {
        let plan = self.plan.as_ref()?;
        // the permits of one map, in whose order they come: most of them have no file yet
        let others =
            self.permits.iter().filter(|(code, permit)| *code != asking && !permit.rounds.is_empty());
        let shares = |code: &PermitCode| {
            plan.permit(code).is_some_and(|p| p.materials.iter().any(|m| m.code == *material && !m.own))
        };
        let all = others.flat_map(|(code, permit)| {
            let kept = permit.rounds.iter().filter(|round| round.keeps_its_file());
            kept.filter_map(move |round| {
                let (handed, received_on) = round.holds(material)?;
                shares(code).then(|| Reused { handed, from: code.clone(), round: round.number, received_on })
            })
        });
        all.max_by(|a, b| (a.received_on, &a.from, a.round).cmp(&(b.received_on, &b.from, b.round)))
    }
}

/// What counts for this round because it lies with another permit, and is not stated yet: what does so first.
pub(super) fn next(state: &Matter, at: &At<'_>, round: &Round) -> Option<(Date, Fact<E>)> {
    if round.phase.allows_new_round() || round.phase == RoundPhase::Issued {
        return None;
    }
    let lacking = at.planned.materials.iter().filter(|m| {
        let is_tolerated = || round.tolerances.contains_key(&RequirementId::Material(m.code.clone()));
        !m.own
            && !round.materials.contains_key(&m.code)
            && !round.lies.elsewhere.contains_key(&m.code)
            && !is_tolerated()
    });
    let mut found: Vec<_> = lacking.filter_map(|m| state.lies_with(at.code, &m.code)).collect();
    let first = found.iter().map(|reused| reused.received_on).min()?;
    let barrier = state.order.last_of_permit(at.code, &[Lane::Round]);
    let floor = round.entered_on.max(barrier.unwrap_or(round.entered_on));
    let day = first.max(floor);
    found.retain(|reused| reused.received_on <= day);
    Some((day, on(day, MaterialsReused { permit: at.code.clone(), reused: found })))
}
