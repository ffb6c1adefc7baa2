//! What one tolerance more would be worth, for many at once.
//!
//! Invariant: the same days as a forecast with that tolerance assumed. A tolerance moves its own permit and what comes after;
//! where the permit is not on the critical path, completion stays, and the permit alone is computed again.
//! Deliberately absent: whether it would be lawful; the matter's own rules say so.

use super::{
    Assumptions, Forecaster,
    pass::{self, Pass},
    path,
};
use crate::{
    ids::PermitCode,
    matter::plan::{Mode, RequirementId},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What one tolerance more would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// The day all is done without it, and with it.
    pub completion: (Date, Date),
    /// The day its permit is decided without it, and with it.
    pub decide: (Date, Date),
}

impl Forecaster<'_> {
    /// What each of these would be worth alone, over and above what is assumed; none where the permit is left out or
    /// does not apply, or where things stand in one line, which a tolerance does not shorten by itself.
    pub fn worth(
        &self,
        assumptions: &Assumptions,
        candidates: &[(PermitCode, RequirementId, Mode)],
    ) -> Vec<Option<Worth>> {
        let plain = self.pass(assumptions);
        let all = plain.run();
        let on_path: BTreeSet<usize> = path::critical(&self.0, &all).into_iter().map(|(at, _)| at).collect();
        let completion = pass::completion(&all).unwrap_or(self.0.first);
        let one = |(code, requirement, mode): &(PermitCode, RequirementId, Mode)| {
            let at = self.0.permit(code).filter(|_| !assumptions.serial)?;
            let before = all[at]?;
            let mut assumed = plain.assumed.clone();
            self.0.tolerate(&mut assumed, at, requirement, *mode);
            let with = Pass { network: &self.0, assumed };
            let after = with.again(at, &all)?;
            let moved = on_path.contains(&at) && after != before;
            let sooner = if moved { pass::completion(&with.run())? } else { completion };
            Some(Worth { completion: (completion, sooner), decide: (before.decide.date, after.decide.date) })
        };
        candidates.iter().map(one).collect()
    }
}
