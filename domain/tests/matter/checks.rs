//! What holds after every fact of every story: the order of effect ends in the same state (R16), and time asked of what facts reach
//! says what it says asked of everything (R22).
#![allow(dead_code, unreachable_pub, reason = "two test binaries each use a part of it")]

use super::given::{Given, folded};
use jiff::civil::Date;
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{Actor, Decider, Fact, Recorded},
    matter::{MatterDecider, MatterEvent as E},
    settings::CountySettings,
};

/// The facts in the order of effect: by day, then as recorded.
pub fn by_effect(log: &[Recorded<E>]) -> Vec<&Recorded<E>> {
    let mut facts: Vec<_> = log.iter().collect();
    facts.sort_by_key(|fact| (fact.effective.day(), fact.revision));
    facts
}

/// What is the same for whoever looks: the fold, without the memory of what may still be back-filled.
pub fn assert_same_by_effect(log: &[Recorded<E>]) {
    let (known, as_true) = (folded(log), folded(by_effect(log)));
    assert_eq!(known.permits, as_true.permits, "the order of effect ends elsewhere");
    assert_eq!(known, as_true, "the order of effect ends elsewhere");
}

/// After so many facts nothing was due, seen from here.
#[derive(Clone)]
pub struct Quiet {
    facts: usize,
    day: Date,
    calendar: Calendar,
    settings: CountySettings,
}

impl Quiet {
    pub fn now(g: &Given) -> Self {
        let (calendar, settings) = (g.calendar.clone(), g.settings.clone());
        Quiet { facts: g.log.len(), day: beijing(g.now), calendar, settings }
    }

    fn is_seen_by(&self, g: &Given) -> bool {
        (self.day, &self.settings) == (beijing(g.now), &g.settings) && self.calendar.is_very(&g.calendar)
    }
}

impl Given {
    /// What time has made true.
    pub fn due(&self, system: &Actor) -> Option<Fact<E>> {
        let context = self.context(system, None);
        let due = MatterDecider::settle(&self.state, &context);
        if let Some(quiet) = self.quiet.as_ref().filter(|quiet| quiet.is_seen_by(self)) {
            let since = &self.log[quiet.facts..];
            let reached: Vec<_> = since.iter().map(|fact| MatterDecider::reach(&fact.event)).collect();
            assert_eq!(MatterDecider::settle_within(&self.state, &reached, &context), due, "after {since:?}");
        }
        due
    }
}
