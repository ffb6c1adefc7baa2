//! What can be asked of a matter: intentions, in the same words as the API.
//!
//! Invariant: a command carries what a person decides; due dates, rounds and consequences follow from the rules.

use super::{
    card::{About, Colour},
    event::{Correction, Handed, Notice, ProjectFacts, TaskForce},
    plan::{Mode, PlannedPermit, RequirementId},
};
use crate::{
    clock::{Extension, Ground},
    ids::{BodyId, EventId, LegalText, MilestoneCode, OfficerId, PaperHash, PermitCode, TemplateId},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be asked of a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum MatterCommand {
    /// Propose a matter for a project whose code is reserved.
    ProposeMatter { project: ProjectFacts },
    /// Correct the project's facts, given whole; its code and its applicant stay.
    CorrectProject { project: ProjectFacts, reason: LegalText, second_person: OfficerId },
    /// Designate it a one-matter project and form its task force.
    DesignateMatter { task_force: TaskForce, basis: LegalText },
    /// Change the task force.
    ChangeTaskForce { task_force: TaskForce, reason: LegalText },
    /// Resolve a template into the matter's plan.
    PlanMatter { template: TemplateId, leave_out: BTreeSet<PermitCode> },
    /// Amend the plan, never for a gate already passed.
    AmendPlan { put: Vec<PlannedPermit>, drop: Vec<PermitCode>, reason: LegalText },
    /// Begin.
    StartMatter,
    /// Suspend the matter; stops no statutory clock.
    SuspendMatter { reason: LegalText },
    /// Go on.
    ResumeMatter { reason: LegalText },
    /// Complete it.
    CompleteMatter,
    /// Give it up.
    TerminateMatter { reason: LegalText },

    /// Receive a file at the window or by a department: opens a round of the permit.
    SubmitPermit { permit: PermitCode, materials: Vec<Handed> },
    /// Serve the one-time correction notice.
    NoticeCorrection { permit: PermitCode, listed: BTreeSet<RequirementId>, notice: Notice },
    /// Receive the corrected file.
    ReceiveCorrection { permit: PermitCode, materials: Vec<Handed> },
    /// Hand in materials that are due before a later gate.
    SupplyMaterials { permit: PermitCode, materials: Vec<Handed> },
    /// Accept.
    AcceptPermit { permit: PermitCode, notice: Notice },
    /// Refuse to accept.
    RefuseAcceptance { permit: PermitCode, reason: LegalText, notice: Notice },
    /// Record a notice served in time but recorded after deeming.
    SetAsideDeemedAcceptance {
        permit: PermitCode,
        listed: BTreeSet<RequirementId>,
        notice: Notice,
        proof: PaperHash,
    },
    /// Withdraw the application.
    WithdrawPermit { permit: PermitCode, reason: LegalText },
    /// Agree that the permit does not apply to this matter.
    MarkNotApplicable { permit: PermitCode, reason: LegalText },

    /// Stop the clock for an excluded procedure.
    SuspendClock {
        permit: PermitCode,
        ground: Ground,
        told_until: Date,
        notice: Notice,
        /// Proof of service in time, where it is recorded after the limit has run out. Left out of the bytes by which
        /// a retry is known while there is none, so that commands sent before there was this field stay the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        proof: Option<PaperHash>,
    },
    /// Let it run again from the effective day on.
    ResumeClock { permit: PermitCode, ground: Ground },
    /// Extend the statutory limit, once.
    ExtendLimit {
        permit: PermitCode,
        extension: Extension,
        reason: LegalText,
        notice: Notice,
        /// Proof of service in time, where it is recorded after the limit has run out.
        proof: Option<PaperHash>,
    },
    /// Recompute the open due dates by a newly recorded holiday notice.
    ReviseDueDates { notice: LegalText },

    /// Offer custody to another department.
    OfferHandoff { permit: PermitCode, to: BodyId, reason: LegalText, papers: Vec<PaperHash> },
    /// Receive it.
    ReceiveHandoff { permit: PermitCode },
    /// Return it.
    ReturnHandoff { permit: PermitCode, reason: LegalText },
    /// Withdraw the offer.
    WithdrawHandoff { permit: PermitCode, reason: LegalText },
    /// Take custody back as the lead department.
    RecallCustody { permit: PermitCode, reason: LegalText },

    /// Propose to tolerate (the task-force lead).
    ProposeTolerance { permit: PermitCode, requirement: RequirementId, mode: Mode, reason: LegalText },
    /// Tolerate a deficiency. In mode 1 the notice is the one-time correction notice.
    TolerateDeficiency {
        permit: PermitCode,
        requirement: RequirementId,
        mode: Mode,
        commitment: PaperHash,
        supplement_due: Date,
        form: LegalText,
        notice: Option<Notice>,
    },
    /// Receive the supplement.
    ReceiveSupplement { permit: PermitCode, requirement: RequirementId, paper: Option<PaperHash> },
    /// Verify it.
    VerifySupplement { permit: PermitCode, requirement: RequirementId },
    /// Reject it.
    RejectSupplement { permit: PermitCode, requirement: RequirementId, reason: LegalText },
    /// Move its deadline, once.
    MoveSupplementDeadline { permit: PermitCode, requirement: RequirementId, to: Date, reason: LegalText },
    /// Set a lapse aside whose supplement was received in time but recorded too late.
    SetAsideLapse {
        permit: PermitCode,
        requirement: RequirementId,
        received_on: Date,
        materials: Vec<Handed>,
        proof: PaperHash,
        reason: LegalText,
    },
    /// Confirm the provisional opinion of a pre-review.
    ConfirmPreReview { permit: PermitCode },

    /// Record a check of substance by two officers.
    RecordCheck { permit: PermitCode, officers: BTreeSet<OfficerId>, finding: LegalText, passed: bool },
    /// Ask for a hearing, within five working days of being told.
    RequestHearing { permit: PermitCode, told_on: Date },
    /// Record that it was held.
    RecordHearing { permit: PermitCode, record: PaperHash },
    /// Ask for renewal.
    RequestRenewal { permit: PermitCode },
    /// Grant it.
    GrantRenewal { permit: PermitCode, valid_until: Date, notice: Notice },
    /// Refuse it, before expiry.
    RefuseRenewal {
        permit: PermitCode,
        reasons: LegalText,
        article: LegalText,
        remedy: LegalText,
        notice: Notice,
    },

    /// Approve.
    ApprovePermit { permit: PermitCode, notice: Notice, conditions: Option<LegalText> },
    /// Deny.
    DenyPermit {
        permit: PermitCode,
        reasons: LegalText,
        article: LegalText,
        remedy: LegalText,
        notice: Notice,
    },
    /// Issue the certificate.
    IssueCertificate { permit: PermitCode, certificate: Notice, valid_until: Option<Date> },
    /// Revoke.
    RevokePermit { permit: PermitCode, reasons: LegalText, article: LegalText, notice: Notice },
    /// Decide not to revoke, although it was proposed because of this debt.
    DeclineRevocation { permit: PermitCode, requirement: RequirementId, reasons: LegalText },
    /// Judge what the fall of a prerequisite means for this permit.
    JudgeFallenPrerequisite { permit: PermitCode, prerequisite: RequirementId, reasons: LegalText },

    /// Issue a card by hand.
    IssueCard { permit: PermitCode, colour: Colour, about: About, against: BodyId, reason: LegalText },
    /// Answer a card, as the body carded.
    AnswerCard { permit: PermitCode, card: u16, answer: LegalText },
    /// Appeal against it, as the body carded, once.
    AppealCard { permit: PermitCode, card: u16, reasons: LegalText },
    /// Decide the appeal: the card stands, or is cancelled.
    DecideAppeal { permit: PermitCode, card: u16, upheld: bool, reasons: LegalText },
    /// Clear a card, what was overdue being done.
    ClearCard { permit: PermitCode, card: u16, reason: LegalText },
    /// Cancel a card that has lost its ground, or one by hand.
    CancelCard { permit: PermitCode, card: u16, reasons: LegalText },

    /// Record that a milestone was reached on the effective day.
    ReachMilestone { milestone: MilestoneCode, evidence: LegalText },
    /// Correct a wrong entry.
    CorrectEntry {
        permit: PermitCode,
        entry: EventId,
        correction: Correction,
        reason: LegalText,
        second_person: OfficerId,
    },
    /// State what time alone has made true, and nothing else.
    Settle,
}

impl MatterCommand {
    /// The permit it is about, if it is about one.
    pub fn permit(&self) -> Option<&PermitCode> {
        macro_rules! of { ($($v:ident),* $(,)?) => { match self { $( Self::$v { permit, .. } => Some(permit), )* _ => None } } }
        of!(
            SubmitPermit,
            NoticeCorrection,
            ReceiveCorrection,
            SupplyMaterials,
            AcceptPermit,
            RefuseAcceptance,
            SetAsideDeemedAcceptance,
            WithdrawPermit,
            MarkNotApplicable,
            SuspendClock,
            ResumeClock,
            ExtendLimit,
            OfferHandoff,
            ReceiveHandoff,
            ReturnHandoff,
            WithdrawHandoff,
            RecallCustody,
            ProposeTolerance,
            TolerateDeficiency,
            ReceiveSupplement,
            VerifySupplement,
            RejectSupplement,
            MoveSupplementDeadline,
            ConfirmPreReview,
            RecordCheck,
            RequestHearing,
            RecordHearing,
            RequestRenewal,
            GrantRenewal,
            RefuseRenewal,
            ApprovePermit,
            DenyPermit,
            IssueCertificate,
            RevokePermit,
            DeclineRevocation,
            JudgeFallenPrerequisite,
            IssueCard,
            AnswerCard,
            AppealCard,
            DecideAppeal,
            ClearCard,
            CancelCard,
            CorrectEntry
        )
    }
}
