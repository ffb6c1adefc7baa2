//! Checks, hearings, renewals, and the correction of wrong entries.

use super::declare::matter_mutations;
use crate::graphql::{
    error::bad_input,
    matter::inputs::{CorrectionInput, NoticeInput},
    node_id,
    scalars::{Date, LegalText, PaperHash, PermitCode},
};
use async_graphql::ID;
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on checks, hearings, renewals and corrections.
    CheckMutation {
        /// Record a check of substance (实地核查) by at least two officers (行政许可法 34).
        record_check(RecordCheckInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The officers, at least two, `officer:…`.
            officers: Vec<ID>,
            /// The finding.
            finding: LegalText,
            /// Whether the conditions were met.
            passed: bool,
        } = |i| C::RecordCheck {
            permit: i.permit.0,
            officers: i.officers.iter().map(node_id::officer).collect::<Result<_, _>>()?,
            finding: i.finding.0,
            passed: i.passed,
        };

        /// Ask for a hearing, within five working days of being told of the right to it (行政许可法 47).
        request_hearing(RequestHearingInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The day the right to a hearing was told.
            told_on: Date,
        } = |i| C::RequestHearing { permit: i.permit.0, told_on: i.told_on.0 };

        /// Record that the hearing was held, within twenty working days of being asked for.
        record_hearing(RecordHearingInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The record of the hearing (听证笔录).
            record: PaperHash,
        } = |i| C::RecordHearing { permit: i.permit.0, record: i.record.0 };

        /// Ask for the renewal of a certificate, thirty days before it expires (行政许可法 50).
        request_renewal(RequestRenewalInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
        } = |i| C::RequestRenewal { permit: i.permit.0 };

        /// Grant the renewal; unanswered before expiry it is deemed granted (行政许可法 50).
        grant_renewal(GrantRenewalInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Valid until.
            valid_until: Date,
            /// The document.
            notice: NoticeInput,
        } = |i| C::GrantRenewal { permit: i.permit.0, valid_until: i.valid_until.0, notice: i.notice.into() };

        /// Refuse the renewal by decision before expiry; the certificate expires as it stands.
        refuse_renewal(RefuseRenewalInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Reasons.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The remedy told (复议/诉讼).
            remedy: LegalText,
            /// The decision.
            notice: NoticeInput,
        } = |i| C::RefuseRenewal {
            permit: i.permit.0,
            reasons: i.reasons.0,
            article: i.article.0,
            remedy: i.remedy.0,
            notice: i.notice.into(),
        };

        /// Correct a wrong entry. The wrong entry stays visible; clocks are computed again. A second person agrees.
        correct_entry(CorrectEntryInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The wrong entry, `event:…/…`, of this matter.
            entry: ID,
            /// What is corrected.
            correction: CorrectionInput,
            /// Why.
            reason: LegalText,
            /// The second person, `officer:…`.
            second_person: ID,
        } = |i| {
            let (of, entry) = node_id::event(&i.entry)?;
            if of != node_id::matter(&i.matter)? {
                return Err(bad_input("the entry is of another matter"));
            }
            C::CorrectEntry {
                permit: i.permit.0,
                entry,
                correction: i.correction.into(),
                reason: i.reason.0,
                second_person: node_id::officer(&i.second_person)?,
            }
        };
    }
}
