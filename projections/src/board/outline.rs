//! A matter's plan as far as rows show it. One event in a hundred is a plan, and it is thirty times as long as the others.
//!
//! Invariant: a row folded from it is the row folded from the whole plan.
//! Deliberately absent: requirements, materials, milestones, extensions; no row of the board says any of them.

use om_domain::{
    clock::Limit,
    decider::{DecodeError, EventRecord, SeenAt, from_json},
    ids::{BodyId, LegalText, PermitCode, TemplateId},
    matter::{
        event::{MatterEvent, MatterPlanned},
        plan::{Handling, Nature, Plan, PlannedPermit, Settings, Stage},
    },
};
use serde::Deserialize;
use std::{cell::RefCell, collections::VecDeque, sync::Arc};

#[derive(Deserialize)]
struct Planned {
    plan: Outline,
    seen: SeenAt,
}

#[derive(Deserialize)]
struct Outline {
    template: TemplateId,
    version: u32,
    permits: Vec<Permit>,
    settings: Settings,
}

#[derive(Deserialize)]
struct Permit {
    code: PermitCode,
    name: LegalText,
    stage: Stage,
    lead: BodyId,
    cooperating: Vec<BodyId>,
    nature: Nature,
    handling: Handling,
    statutory: Option<Limit>,
    promised: Option<Limit>,
    certificate: bool,
}

/// Plans remembered, by each thread.
const KEPT: usize = 4;

thread_local! {
    static KNOWN: RefCell<VecDeque<Known>> = const { RefCell::new(VecDeque::new()) };
}

/// A plan read before, by the bytes that say it. Matters planned from one template have the same plan.
struct Known {
    version: u16,
    payload: Box<[u8]>,
    event: MatterPlanned,
}

/// Reads a stored plan: what rows show, the rest of it left empty.
///
/// # Errors
/// What the decoder said.
pub(super) fn decode(version: u16, payload: &[u8]) -> Result<MatterEvent, DecodeError> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(same) = known.iter().find(|k| k.version == version && *k.payload == *payload) {
            return Ok(same.event.clone().into());
        }
        // both versions of it have these fields
        let Some(Planned { plan, seen }) = from_json(payload).ok().filter(|_| version <= 2) else {
            // what is wrong with it, the whole says best
            return MatterEvent::decode("MatterPlanned", version, payload);
        };
        let event = MatterPlanned { plan: Arc::new(plan.into()), seen };
        known.truncate(KEPT - 1);
        known.push_front(Known { version, payload: payload.into(), event: event.clone() });
        Ok(event.into())
    })
}

impl From<Outline> for Plan {
    fn from(outline: Outline) -> Self {
        let Outline { template, version, permits, settings } = outline;
        let permits = permits.into_iter().map(PlannedPermit::from).collect();
        Plan { template, version, permits, milestones: Vec::new(), settings }
    }
}

impl From<Permit> for PlannedPermit {
    fn from(permit: Permit) -> Self {
        PlannedPermit {
            code: permit.code,
            name: permit.name,
            stage: permit.stage,
            lead: permit.lead,
            cooperating: permit.cooperating,
            opinions: None,
            nature: permit.nature,
            handling: permit.handling,
            statutory: permit.statutory,
            promised: permit.promised,
            extension: None,
            extension_moves_promise: false,
            excluded: Vec::new(),
            prerequisites: Vec::new(),
            materials: Vec::new(),
            certificate: permit.certificate,
            site_check: false,
            sensitive: None,
            issue_first_listed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{life, testing::History};
    use om_domain::access;

    #[test]
    fn a_row_sees_in_the_outline_what_it_sees_in_the_plan() {
        let history = History::underway("530322", 1);
        let stored = history.stored.iter().find(|s| s.fact.event.name() == "MatterPlanned").unwrap();
        let mut short = stored.fact.clone();
        short.event = decode(stored.fact.event.version(), &stored.payload).unwrap();
        assert_ne!(short.event, stored.fact.event, "it is the plan without its requirements");
        assert_eq!(access::of_matter(&short), access::of_matter(&stored.fact));
        let (MatterEvent::MatterPlanned(short), MatterEvent::MatterPlanned(whole)) =
            (&short.event, &stored.fact.event)
        else {
            panic!("a plan");
        };
        let rows = |plan: &Plan| -> Vec<_> {
            plan.permits.iter().map(|permit| (permit.code.clone(), life::Planned::of(permit, 7))).collect()
        };
        assert_eq!(rows(&short.plan), rows(&whole.plan));
        assert_eq!(
            (&short.plan.template, &short.plan.settings),
            (&whole.plan.template, &whole.plan.settings)
        );
        let again = decode(stored.fact.event.version(), &stored.payload).unwrap();
        assert_eq!(again, MatterEvent::from(short.clone()), "from memory");
        assert!(decode(3, &stored.payload).is_err(), "a later version is not guessed at");
        assert!(decode(2, b"{}").is_err());
    }
}
