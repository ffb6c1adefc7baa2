//! The closed words of lists, as the projections have them.

use async_graphql::Enum;
use om_projections::{board, desk, life};

/// Where a matter of the board is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "board::Phase")]
pub enum BoardPhase {
    /// Proposed.
    Proposed,
    /// Designated a one-matter project, with a task force.
    Designated,
    /// Underway.
    Underway,
    /// Suspended; statutory clocks run on.
    Suspended,
    /// Completed.
    Completed,
    /// Given up.
    Terminated,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "desk::TaskKind")]
pub enum TaskKind {
    /// Accept the file or serve the one-time correction notice (受理或一次性告知).
    AcceptOrNotice,
    /// Give the provisional opinion of a pre-review (预审).
    PreReview,
    /// Confirm the provisional opinion: the prerequisite has landed.
    ConfirmPreReview,
    /// Decide (审批决定).
    Decide,
    /// Resume the clock, or tell a new day, before the told day passes.
    ResumeClock,
    /// Issue and deliver the certificate (发证).
    IssueCertificate,
    /// Receive or return what another department hands off (接收移交).
    AnswerHandoff,
    /// Give the opinion that the lead department asked for (出具意见).
    GiveOpinion,
    /// Deal with an objection before the decision (处理异议).
    TreatObjection,
    /// Receive the supplement that is owed (待补齐).
    ReceiveSupplement,
    /// Watch a debt that pays itself when its prerequisite lands.
    WatchDebt,
    /// Verify or reject a supplement handed in (核验补齐).
    VerifySupplement,
    /// Hold the hearing asked for (听证).
    HoldHearing,
    /// Answer a renewal before the certificate expires (延续).
    AnswerRenewal,
    /// Decide a revocation that was proposed.
    DecideRevocation,
    /// Judge what a prerequisite that fell away means.
    JudgeFallenPrerequisite,
    /// Answer the task-force lead's proposal to tolerate.
    AnswerToleranceProposal,
    /// Agree or object to a new date of a milestone (节点改期会签).
    AnswerDateChange,
    /// Answer a card, or appeal against it (答复红黄牌).
    AnswerCard,
}

/// What hangs on a due date, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "desk::Weight")]
pub enum Weight {
    /// Silence decides: acceptance or renewal is deemed (行政许可法 32, 50).
    SilenceDecides,
    /// A statutory limit.
    Statutory,
    /// A promised limit, a told day or a commitment.
    Promised,
    /// An internal term, or none.
    Internal,
}

/// What has come of a tolerated deficiency, as the ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "life::DebtState")]
pub enum DebtStanding {
    /// Owed.
    Open,
    /// Handed in, not yet verified.
    Received,
    /// Handed in and rejected; owed again.
    Rejected,
    /// Paid.
    Verified,
    /// The prerequisite landed: paid.
    Landed,
    /// The deadline passed; the mode's consequence follows.
    Lapsed,
    /// The permit's round ended while it was owed: nothing is owed any more.
    RoundEnded,
}
