//! What refusals speak of: who might have acted, what is missing, what is not finished.
//!
//! Invariant: facts only; their words are in `words`.

use super::MatterRefusal;
use crate::{
    ids::{BodyId, LegalText, MilestoneCode, PermitCode},
    matter::plan::RequirementId,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// What would have been needed to be allowed to act.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Authority {
    /// The lead or deputy of this matter's task force.
    TaskForceLead,
    /// May lead a task force.
    Lead,
    /// The clerk of the window.
    Window,
    /// An officer of the department that was asked, for that department.
    Asked {
        /// That body.
        body: BodyId,
    },
    /// The window, the implementing body or an officer of the lead department.
    Submitter {
        /// The lead department.
        lead: BodyId,
    },
    /// An officer or the head of the body that has custody.
    Custodian {
        /// That body.
        body: BodyId,
    },
    /// An officer or the head of the permit's lead department.
    LeadDepartment {
        /// That body.
        body: BodyId,
    },
    /// The head of the permit's lead department.
    HeadOf {
        /// That body.
        body: BodyId,
    },
    /// The head of the people's government.
    GovernmentHead,
    /// An officer of the body custody was offered to.
    Receiver {
        /// That body.
        body: BodyId,
    },
    /// The lead, the implementing body, a member of the task force, or a department that a milestone touches.
    Concerned {
        /// Those departments.
        bodies: BTreeSet<BodyId>,
    },
    /// An officer of one of the bodies that a date change was asked of, or that asked for it.
    Parties {
        /// They.
        bodies: BTreeSet<BodyId>,
    },
    /// The lead or deputy of this matter's task force, or the supervision office.
    Supervision,
    /// An officer or the head of the body carded.
    Carded {
        /// That body.
        body: BodyId,
    },
    /// An administrator.
    Administrator,
}

/// A requirement that is not met, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missing {
    /// Which.
    pub requirement: RequirementId,
    /// Why.
    pub because: Because,
    /// Whether the law makes it a condition of the permit (R8).
    pub statutory: bool,
    /// The law behind the requirement.
    pub source: LegalText,
}

/// Why a requirement is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Not begun.
    NotBegun,
    /// Underway, not yet so far.
    Underway,
    /// It ended badly: denied, not accepted, withdrawn, lapsed or revoked.
    Ended,
    /// The milestone is not reached.
    NotReached,
    /// The material was not handed in.
    NotHanded,
    /// Tolerated, and due now.
    DebtOpen,
    /// Its certificate is past its term and was not renewed.
    Expired,
}

/// What of a matter is open still: the permits it is open of.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Unfinished {
    /// Neither issued nor otherwise at their end.
    pub permits: Vec<PermitCode>,
    /// With a debt not paid, lapsed ones included.
    pub debts: Vec<PermitCode>,
    /// With a handoff not answered.
    pub handoffs: Vec<PermitCode>,
    /// With a revocation proposed and not decided.
    pub revocations: Vec<PermitCode>,
    /// With a fallen prerequisite that nobody has judged.
    pub fallen: Vec<PermitCode>,
    /// Milestones with a date that are not reached.
    pub milestones: Vec<MilestoneCode>,
    /// With an appeal against a card that nobody has decided.
    pub appeals: Vec<PermitCode>,
}

impl Unfinished {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        let all =
            [&self.permits, &self.debts, &self.handoffs, &self.revocations, &self.fallen, &self.appeals];
        all.iter().all(|open| open.is_empty()) && self.milestones.is_empty()
    }
}

/// A permit of a package that cannot be submitted, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unsubmittable {
    /// The permit.
    pub permit: PermitCode,
    /// Why.
    pub because: Box<MatterRefusal>,
}

/// An opinion that an approval waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Awaited {
    /// Of which department.
    pub body: BodyId,
    /// Its last day; none where it was not asked yet.
    pub due: Option<Date>,
}
