//! The clock (时限): stopped for an excluded procedure, resumed, extended, recomputed.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::{
        enums::Ground,
        inputs::{LimitInput, NoticeInput},
    },
    scalars::{Date, LegalText, PaperHash, PermitCode},
};
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on the clocks of permits.
    ClockMutation {
        /// Stop the clock for an excluded procedure (特别程序, 行政许可法 45). The applicant is told the duration in writing:
        /// no notice, no suspension. It ends after the told day unless a new notice comes first.
        suspend_clock(SuspendClockInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// On which ground.
            ground: Ground,
            /// The last day excluded, as the notice tells.
            told_until: Date,
            /// The written notice.
            notice: NoticeInput,
            /// Where it is recorded after the limit has run out: the proof that the notice was served before; then by a
            /// head who does not handle the file.
            proof: Option<PaperHash>,
        } = |i| C::SuspendClock {
            permit: i.permit.0,
            ground: i.ground.into(),
            told_until: i.told_until.0,
            notice: i.notice.into(),
            proof: i.proof.map(|proof| proof.0),
        };

        /// Let the clock run again from the effective day on.
        resume_clock(ResumeClockInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The ground it was stopped on.
            ground: Ground,
        } = |i| C::ResumeClock { permit: i.permit.0, ground: i.ground.into() };

        /// Extend the statutory limit, once, before it has run out (行政许可法 42): by the agency head, or by the head of the
        /// government for joint handling; the applicant is told the reason.
        extend_limit(ExtendLimitInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// By how much, in the limit's own unit, and which article allows it.
            extension: LimitInput,
            /// Why, as told to the applicant.
            reason: LegalText,
            /// The notice.
            notice: NoticeInput,
            /// Where it is recorded after the limit has run out: the proof that the notice was served before; then by a
            /// head who does not handle the file.
            proof: Option<PaperHash>,
        } = |i| C::ExtendLimit {
            permit: i.permit.0,
            extension: i.extension.into(),
            reason: i.reason.0,
            notice: i.notice.into(),
            proof: i.proof.map(|proof| proof.0),
        };

        /// Recompute the due dates of the matter's open permits by a holiday notice recorded since they were fixed.
        revise_due_dates(ReviseDueDatesInput) {
            /// The holiday notice.
            notice: LegalText,
        } = |i| C::ReviseDueDates { notice: i.notice.0 };
    }
}
