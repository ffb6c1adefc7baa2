//! By how much a permit is late.
//!
//! Invariant: the domain's answer, as it is; the terminal's board and the lists show the same.

use crate::graphql::{
    matter::enums::{DayUnit, Term},
    scalars::Date,
};
use async_graphql::SimpleObject;
use om_domain::matter::Lateness;

/// By how much something is late, against which term.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct LateBy {
    /// Which term has run out; the law's before the promised one.
    pub term: Term,
    /// Its last day.
    pub due: Date,
    /// How many units late; 0 on days off right after the last day when counted in working days.
    pub days: i32,
    /// Working days or calendar days.
    pub unit: DayUnit,
}

impl From<Lateness> for LateBy {
    fn from(late: Lateness) -> Self {
        LateBy { term: late.term.into(), due: late.due.into(), days: late.days, unit: late.unit.into() }
    }
}
