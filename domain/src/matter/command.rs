//! What can be asked of a matter: intentions, in the same words as the API.
//!
//! Invariant: a command carries what a person decides; due dates, rounds and consequences follow from the rules.

use super::{
    card::{About, Colour},
    event::{Correction, Handed, Notice, ProjectFacts, TaskForce},
    opinion::{Opinion, Treatment},
    plan::{Mode, Node, PlannedPermit, RequirementId, Stage},
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
    /// Receive one package for many permits at the window: opens a round of each, or of none.
    SubmitPackage { items: Vec<PackageItem> },
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

    /// Ask departments for their opinions, all at once; none named: every cooperating department not asked yet.
    RequestOpinion {
        permit: PermitCode,
        bodies: BTreeSet<BodyId>,
        question: LegalText,
        /// The plan's term if none is given.
        due: Option<OpinionTerm>,
    },
    /// Give the opinion of one's own department.
    GiveOpinion { permit: PermitCode, body: BodyId, opinion: Opinion },
    /// Deal with an objection, as the lead department.
    TreatObjection { permit: PermitCode, body: BodyId, treatment: Treatment, reasons: LegalText },
    /// Withdraw the objection of one's own department.
    WithdrawObjection { permit: PermitCode, body: BodyId, reasons: LegalText },
    /// No longer ask a department that has not answered.
    WithdrawOpinionRequest { permit: PermitCode, body: BodyId, reason: LegalText },

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
    /// Give a milestone the date it is to be reached by; one that the plan does not have is added to it.
    PlanMilestone { milestone: MilestoneCode, date: Date, new: Option<NewMilestone> },
    /// Ask for another date, before the date.
    RequestDateChange { milestone: MilestoneCode, to: Date, reason: LegalText },
    /// Agree to the date asked for, as a department it touches.
    AgreeDateChange { milestone: MilestoneCode },
    /// Object to it.
    ObjectDateChange { milestone: MilestoneCode, reason: LegalText },
    /// Take the request back.
    WithdrawDateChange { milestone: MilestoneCode, reason: LegalText },
    /// Decide for the date asked for, once the departments have agreed.
    ApproveDateChange { milestone: MilestoneCode, reason: LegalText },
    /// Decide against it.
    RefuseDateChange { milestone: MilestoneCode, reason: LegalText },
    /// Say why a date was missed, and by when instead; no new date where it has been reached meanwhile.
    ExplainMissedMilestone { milestone: MilestoneCode, reason: LegalText, to: Option<Date> },
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

/// One permit of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageItem {
    /// The permit.
    pub permit: PermitCode,
    /// What was handed in for it; what lies with the matter already is not needed again.
    pub materials: Vec<Handed>,
}

/// Until when an opinion is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpinionTerm {
    /// So many working days from the day it is recorded.
    WorkingDays(u16),
    /// Through this day.
    By(Date),
}

/// A milestone that the template's plan does not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewMilestone {
    /// Its name.
    pub name: LegalText,
    /// What comes before it.
    pub after: After,
}

/// What a milestone comes after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum After {
    /// All permits of a stage: its target.
    Stage(Stage),
    /// All permits: the target of the matter.
    Everything,
    /// These permits and milestones.
    Nodes(Vec<Node>),
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
            RequestOpinion,
            GiveOpinion,
            TreatObjection,
            WithdrawObjection,
            WithdrawOpinionRequest,
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
