//! Intake (收件、受理): a file comes in, is corrected once, is accepted or not.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::inputs::{HandedInput, NoticeInput, PackageItemInput},
    scalars::{LegalText, PaperHash, PermitCode, Requirement},
};
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on the intake of a permit.
    IntakeMutation {
        /// Receive a file at the window or by a department (收件): opens a round of the permit. From the next working day
        /// on five working days run for a correction notice (行政许可法 32).
        submit_permit(SubmitPermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// What was handed in.
            #[graphql(default)]
            materials: Vec<HandedInput>,
        } = |i| C::SubmitPermit {
            permit: i.permit.0,
            materials: i.materials.into_iter().map(Into::into).collect(),
        };

        /// Receive one package for many permits at the window (一窗受理、同步受理): every department has its file since the
        /// same moment, under one receipt; all of it is received or nothing, and a refusal names each permit that stands in
        /// the way. A material that lies with the matter already counts as handed in.
        submit_package(SubmitPackageInput) {
            /// The permits, each with what was handed in for it.
            #[graphql(validator(max_items = 100))]
            items: Vec<PackageItemInput>,
        } = |i| C::SubmitPackage { items: i.items.into_iter().map(Into::into).collect() };

        /// Serve the one-time correction notice (一次性告知补正): once a round, complete, within five working days of
        /// receipt; what it does not list cannot be demanded (行政许可法 32).
        notice_correction(NoticeCorrectionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// All that must be supplied.
            listed: Vec<Requirement>,
            /// The notice.
            notice: NoticeInput,
        } = |i| C::NoticeCorrection {
            permit: i.permit.0,
            listed: i.listed.into_iter().map(Into::into).collect(),
            notice: i.notice.into(),
        };

        /// Receive the corrected file: a fresh term of five working days runs from that day.
        receive_correction(ReceiveCorrectionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// What was handed in.
            #[graphql(default)]
            materials: Vec<HandedInput>,
        } = |i| C::ReceiveCorrection {
            permit: i.permit.0,
            materials: i.materials.into_iter().map(Into::into).collect(),
        };

        /// Hand in materials that are due before a later gate than acceptance. A tolerated material comes as its
        /// supplement, and what a one-time notice listed as the corrected file.
        supply_materials(SupplyMaterialsInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// What is handed in.
            materials: Vec<HandedInput>,
        } = |i| C::SupplyMaterials {
            permit: i.permit.0,
            materials: i.materials.into_iter().map(Into::into).collect(),
        };

        /// Accept the file (受理). The clock starts on the day the complete file was received; that day is not counted.
        accept_permit(AcceptPermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The notice of acceptance (受理通知书).
            notice: NoticeInput,
        } = |i| C::AcceptPermit { permit: i.permit.0, notice: i.notice.into() };

        /// Refuse to accept the file (不予受理).
        refuse_acceptance(RefuseAcceptanceInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why, with the article.
            reason: LegalText,
            /// The notice.
            notice: NoticeInput,
        } = |i| C::RefuseAcceptance { permit: i.permit.0, reason: i.reason.0, notice: i.notice.into() };

        /// Record a correction notice that was served in time but recorded after the acceptance was deemed (视为受理). By
        /// the head of the department, not the handling officer, with proof of service; shown as back-filled.
        set_aside_deemed_acceptance(SetAsideDeemedAcceptanceInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// All that the notice listed.
            listed: Vec<Requirement>,
            /// The notice, served within the term.
            notice: NoticeInput,
            /// Proof of service (送达回证).
            proof: PaperHash,
        } = |i| C::SetAsideDeemedAcceptance {
            permit: i.permit.0,
            listed: i.listed.into_iter().map(Into::into).collect(),
            notice: i.notice.into(),
            proof: i.proof.0,
        };

        /// Withdraw the application on the applicant's wish.
        withdraw_permit(WithdrawPermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        } = |i| C::WithdrawPermit { permit: i.permit.0, reason: i.reason.0 };

        /// Agree, as the permit's department, that it does not apply to this matter. Removes it as a prerequisite of
        /// others; refused where it is a statutory condition.
        mark_not_applicable(MarkNotApplicableInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        } = |i| C::MarkNotApplicable { permit: i.permit.0, reason: i.reason.0 };
    }
}
