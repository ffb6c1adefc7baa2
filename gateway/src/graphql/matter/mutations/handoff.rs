//! Handoff (移交): custody is always with exactly one department.

use super::declare::matter_mutations;
use crate::graphql::{
    node_id,
    scalars::{LegalText, PaperHash, PermitCode},
};
use async_graphql::ID;
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on the custody of a permit.
    HandoffMutation {
        /// Offer custody to another department. The offerer keeps it until receipt; no clock stops and no power to decide
        /// moves. Unanswered for two working days it is overdue against the receiver.
        offer_handoff(OfferHandoffInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The department it is offered to, `body:…`.
            to: ID,
            /// Why.
            reason: LegalText,
            /// Papers that go with it.
            #[graphql(default)]
            papers: Vec<PaperHash>,
        } = |i| C::OfferHandoff {
            permit: i.permit.0,
            to: node_id::body(&i.to)?,
            reason: i.reason.0,
            papers: i.papers.into_iter().map(Into::into).collect(),
        };

        /// Receive what was offered: custody moves, and from now on days are booked to the receiver.
        receive_handoff(ReceiveHandoffInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
        } = |i| C::ReceiveHandoff { permit: i.permit.0 };

        /// Return what was offered: custody stays where it was.
        return_handoff(ReturnHandoffInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        } = |i| C::ReturnHandoff { permit: i.permit.0, reason: i.reason.0 };

        /// Withdraw the offer.
        withdraw_handoff(WithdrawHandoffInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        } = |i| C::WithdrawHandoff { permit: i.permit.0, reason: i.reason.0 };

        /// Take custody back as the lead department; it cannot decide while custody is elsewhere.
        recall_custody(RecallCustodyInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        } = |i| C::RecallCustody { permit: i.permit.0, reason: i.reason.0 };
    }
}
