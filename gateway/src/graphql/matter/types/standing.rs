//! Where a permit stands, and what stands open on it.

use super::parts::DueDay;
use crate::graphql::{
    matter::enums::ToleranceMode,
    scalars::{Date, LegalText, Requirement},
};
use async_graphql::{Enum, ID, SimpleObject};
use om_domain::matter::{
    plan::RequirementId,
    state::{self, Status},
};

/// Where a permit stands, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PermitStatus {
    /// In the plan only.
    Planned,
    /// The file lies with the department (已收件).
    Received,
    /// The one-time correction notice was served (补正中).
    AwaitingCorrection,
    /// In pre-review (容缺预审); the statutory clock waits.
    PreReview,
    /// In review (审查中); the clock runs.
    InReview,
    /// In review with its clock stopped (停止计时).
    ClockStopped,
    /// Approved.
    Approved,
    /// Certificate issued.
    Issued,
    /// Denied.
    Denied,
    /// Not accepted.
    NotAccepted,
    /// Withdrawn.
    Withdrawn,
    /// Lapsed.
    Lapsed,
    /// Revoked.
    Revoked,
    /// Does not apply to this matter.
    NotApplicable,
}

impl From<Status> for PermitStatus {
    fn from(status: Status) -> Self {
        use state::RoundPhase as P;
        match status {
            Status::Planned => PermitStatus::Planned,
            Status::ClockStopped => PermitStatus::ClockStopped,
            Status::NotApplicable => PermitStatus::NotApplicable,
            Status::In(phase) => match phase {
                P::Received => PermitStatus::Received,
                P::AwaitingCorrection => PermitStatus::AwaitingCorrection,
                P::PreReview => PermitStatus::PreReview,
                P::InReview => PermitStatus::InReview,
                P::Approved => PermitStatus::Approved,
                P::Issued => PermitStatus::Issued,
                P::Denied => PermitStatus::Denied,
                P::NotAccepted => PermitStatus::NotAccepted,
                P::Withdrawn => PermitStatus::Withdrawn,
                P::Lapsed => PermitStatus::Lapsed,
                P::Revoked => PermitStatus::Revoked,
            },
        }
    }
}

/// An open offer of custody (移交).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Handoff {
    /// The department it was offered to, `body:…`.
    pub to: ID,
    /// Since when.
    pub on: Date,
    /// Why.
    pub reason: LegalText,
    /// Last day for an answer.
    pub answer_due: DueDay,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// From which day on a department had custody; days are booked to the custodian.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Custody {
    /// The department, `body:…`.
    pub body: ID,
    /// From this day on.
    pub since: Date,
}

/// A tolerance that the task-force lead proposed and the department has not answered.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ToleranceProposal {
    /// The requirement.
    pub requirement: Requirement,
    /// The mode.
    pub mode: ToleranceMode,
}

/// A requirement, and since when something is to be done about it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Since {
    /// The requirement.
    pub requirement: Requirement,
    /// Since which day.
    pub since: Date,
}

impl From<&(RequirementId, jiff::civil::Date)> for Since {
    fn from((requirement, since): &(RequirementId, jiff::civil::Date)) -> Self {
        Since { requirement: requirement.clone().into(), since: (*since).into() }
    }
}
