//! The decision: approve, deny, issue, revoke. Always a person's, always with its document.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::inputs::NoticeInput,
    scalars::{Date, LegalText, PermitCode, Requirement},
};
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands that decide a permit.
    DecisionMutation {
        /// Approve (批准): requirements met at the decide gate, custody here, and not by who applied (行政许可法 34, 38).
        /// Decided on the day the document is dated, unless `effective` says another; it may be served later (42, 44).
        approve_permit(ApprovePermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The decision (决定书).
            notice: NoticeInput,
            /// Conditions, if any.
            conditions: Option<LegalText>,
        } = |i| C::ApprovePermit {
            permit: i.permit.0,
            notice: i.notice.into(),
            conditions: i.conditions.map(Into::into),
        };

        /// Deny (不予许可), with reasons, article and remedy (行政许可法 38).
        /// Decided on the day the document is dated, unless `effective` says another; it may be served later (42, 44).
        deny_permit(DenyPermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Reasons.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The remedy told (行政复议、行政诉讼).
            remedy: LegalText,
            /// The decision.
            notice: NoticeInput,
        } = |i| C::DenyPermit {
            permit: i.permit.0,
            reasons: i.reasons.0,
            article: i.article.0,
            remedy: i.remedy.0,
            notice: i.notice.into(),
        };

        /// Issue and deliver the certificate (发证), within ten working days of the decision (行政许可法 44).
        issue_certificate(IssueCertificateInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The certificate.
            certificate: NoticeInput,
            /// Valid until, where it expires.
            valid_until: Option<Date>,
        } = |i| C::IssueCertificate {
            permit: i.permit.0,
            certificate: i.certificate.into(),
            valid_until: i.valid_until.map(Into::into),
        };

        /// Revoke (撤销), by a person's decision with notice (行政许可法 69). What relied on it is shown to a person to judge.
        revoke_permit(RevokePermitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Reasons.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The decision.
            notice: NoticeInput,
        } = |i| C::RevokePermit {
            permit: i.permit.0,
            reasons: i.reasons.0,
            article: i.article.0,
            notice: i.notice.into(),
        };

        /// Decide not to revoke (不予撤销), although it was proposed because of a debt that lapsed: the department's head,
        /// with reasons.
        decline_revocation(DeclineRevocationInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The requirement that was owed.
            requirement: Requirement,
            /// Why the permit stays.
            reasons: LegalText,
        } = |i| C::DeclineRevocation {
            permit: i.permit.0,
            requirement: i.requirement.0,
            reasons: i.reasons.0,
        };

        /// Judge what the fall of a prerequisite means for this permit (研判): the department finds that it can do without
        /// it. Never for a condition of the law, which is to be obtained again (行政许可法 69).
        judge_fallen_prerequisite(JudgeFallenPrerequisiteInput) {
            /// The permit that relied on it, by its code in the plan.
            permit: PermitCode,
            /// The prerequisite that fell away, such as `permit:A1`.
            prerequisite: Requirement,
            /// Why the permit can do without it.
            reasons: LegalText,
        } = |i| C::JudgeFallenPrerequisite {
            permit: i.permit.0,
            prerequisite: i.prerequisite.0,
            reasons: i.reasons.0,
        };
    }
}
