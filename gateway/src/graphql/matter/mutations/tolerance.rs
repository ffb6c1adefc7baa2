//! Tolerated deficiency (容缺): a requirement moved to a later gate, with a deadline and a fallback; never a flag.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::{
        enums::ToleranceMode,
        inputs::{HandedInput, NoticeInput},
    },
    scalars::{Date, LegalText, PaperHash, PermitCode, Requirement},
};
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on tolerated deficiencies.
    ToleranceMutation {
        /// Propose, as the task-force lead, to tolerate a deficiency; the permit's department decides.
        propose_tolerance(ProposeToleranceInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement.
            requirement: Requirement,
            /// The mode.
            mode: ToleranceMode,
            /// Why.
            reason: LegalText,
        } = |i| C::ProposeTolerance {
            permit: i.permit.0,
            requirement: i.requirement.0,
            mode: i.mode.into(),
            reason: i.reason.0,
        };

        /// Tolerate a deficiency: the requirement moves to a later gate against the applicant's signed commitment. Modes
        /// 1-2 by an officer, mode 3 by the lead department, modes 4-5 by its head who is not the handling officer. A
        /// statutory condition is never tolerated past issue (行政许可法 69).
        tolerate_deficiency(TolerateDeficiencyInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement.
            requirement: Requirement,
            /// The mode.
            mode: ToleranceMode,
            /// The applicant's signed commitment (承诺书).
            commitment: PaperHash,
            /// Last day for the supplement (补齐期限).
            supplement_due: Date,
            /// In which form the supplement must come.
            form: LegalText,
            /// In mode 1 the one-time correction notice; in other modes none.
            notice: Option<NoticeInput>,
        } = |i| C::TolerateDeficiency {
            permit: i.permit.0,
            requirement: i.requirement.0,
            mode: i.mode.into(),
            commitment: i.commitment.0,
            supplement_due: i.supplement_due.0,
            form: i.form.0,
            notice: i.notice.map(Into::into),
        };

        /// Receive the supplement.
        receive_supplement(ReceiveSupplementInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement that is owed.
            requirement: Requirement,
            /// The paper, where it has been uploaded.
            paper: Option<PaperHash>,
        } = |i| C::ReceiveSupplement {
            permit: i.permit.0,
            requirement: i.requirement.0,
            paper: i.paper.map(Into::into),
        };

        /// Verify the supplement: the debt is paid.
        verify_supplement(VerifySupplementInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement that is owed.
            requirement: Requirement,
        } = |i| C::VerifySupplement { permit: i.permit.0, requirement: i.requirement.0 };

        /// Reject the supplement; the deadline stands.
        reject_supplement(RejectSupplementInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement that is owed.
            requirement: Requirement,
            /// Why.
            reason: LegalText,
        } = |i| C::RejectSupplement { permit: i.permit.0, requirement: i.requirement.0, reason: i.reason.0 };

        /// Move the supplement's deadline, once.
        move_supplement_deadline(MoveSupplementDeadlineInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement that is owed.
            requirement: Requirement,
            /// The new last day.
            to: Date,
            /// Why.
            reason: LegalText,
        } = |i| C::MoveSupplementDeadline {
            permit: i.permit.0,
            requirement: i.requirement.0,
            to: i.to.0,
            reason: i.reason.0,
        };

        /// Set a lapse aside whose supplement was received in time and recorded too late: the department's head, with
        /// proof of receipt. The lapse stays visible; the round stands again and the applicant's ineligibility is lifted.
        set_aside_lapse(SetAsideLapseInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The material that was owed.
            requirement: Requirement,
            /// The day it was received, within the deadline.
            received_on: Date,
            /// What was received.
            materials: Vec<HandedInput>,
            /// Proof of receipt in time (收件回执).
            proof: PaperHash,
            /// Why it was recorded too late.
            reason: LegalText,
        } = |i| C::SetAsideLapse {
            permit: i.permit.0,
            requirement: i.requirement.0,
            received_on: i.received_on.0,
            materials: i.materials.into_iter().map(Into::into).collect(),
            proof: i.proof.0,
            reason: i.reason.0,
        };

        /// Confirm the provisional opinion of a pre-review (mode 3) once its prerequisite has landed.
        confirm_pre_review(ConfirmPreReviewInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
        } = |i| C::ConfirmPreReview { permit: i.permit.0 };
    }
}
