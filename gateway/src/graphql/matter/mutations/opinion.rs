//! Opinions of other departments (征求意见): asked all at once, each given for itself.

use super::declare::matter_mutations;
use crate::graphql::{
    matter::{
        enums::Treatment,
        inputs::{OpinionDueInput, OpinionInput},
    },
    node_id,
    scalars::{LegalText, PermitCode},
};
use async_graphql::ID;
use om_domain::matter::MatterCommand as C;

matter_mutations! {
    /// Commands on the opinions a permit is decided with.
    OpinionMutation {
        /// Ask departments for their opinions, all at the same moment, as the lead department (行政许可法 26). Stops no clock.
        /// In a joint review (联合审查、联合验收) all cooperating departments are asked at once.
        request_opinion(RequestOpinionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The departments, `body:…`; if none is named, every cooperating department that was not asked yet.
            #[graphql(default)]
            bodies: Vec<ID>,
            /// What they are asked.
            question: LegalText,
            /// Until when; the plan's term if not said.
            due: Option<OpinionDueInput>,
        } = |i| C::RequestOpinion {
            permit: i.permit.0,
            bodies: i.bodies.iter().map(node_id::body).collect::<Result<_, _>>()?,
            question: i.question.0,
            due: i.due.map(Into::into),
        };

        /// Give the opinion of one's own department. A late one is taken and shown as late; after the decision it stands
        /// beside it and changes nothing.
        give_opinion(GiveOpinionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The department whose opinion it is, `body:…`; one's own.
            body: ID,
            /// What it says.
            opinion: OpinionInput,
        } = |i| C::GiveOpinion {
            permit: i.permit.0,
            body: node_id::body(&i.body)?,
            opinion: i.opinion.try_into()?,
        };

        /// Record how an objection was dealt with, as the lead department; no decision before.
        treat_objection(TreatObjectionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// Whose objection, `body:…`.
            body: ID,
            /// How.
            treatment: Treatment,
            /// Why.
            reasons: LegalText,
        } = |i| C::TreatObjection {
            permit: i.permit.0,
            body: node_id::body(&i.body)?,
            treatment: i.treatment.into(),
            reasons: i.reasons.0,
        };

        /// Withdraw the objection of one's own department.
        withdraw_objection(WithdrawObjectionInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The department, `body:…`; one's own.
            body: ID,
            /// Why.
            reasons: LegalText,
        } = |i| C::WithdrawObjection {
            permit: i.permit.0,
            body: node_id::body(&i.body)?,
            reasons: i.reasons.0,
        };

        /// No longer ask a department that has not answered, as the lead department.
        withdraw_opinion_request(WithdrawOpinionRequestInput) {
            /// The permit, by its code in the plan.
            permit: PermitCode,
            /// The department, `body:…`.
            body: ID,
            /// Why.
            reason: LegalText,
        } = |i| C::WithdrawOpinionRequest {
            permit: i.permit.0,
            body: node_id::body(&i.body)?,
            reason: i.reason.0,
        };
    }
}
