//! What can have happened to an applicant's record.
//!
//! Invariants: why eligibility was lost is named to the very event, so a repeated report is known for one; of a contact it has
//! references into the vault and no text.

use super::state::BarKind;
use crate::{
    events,
    ids::{EventId, LegalText, MatterId, PermitCode, VaultRef},
    matter::{event::Notice, plan::RequirementId},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A tolerance that lapsed (R10).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Lapse {
    /// The matter.
    pub matter: MatterId,
    /// The permit.
    pub permit: PermitCode,
    /// What was owed.
    pub requirement: RequirementId,
    /// The `ToleranceLapsed` of the matter.
    pub event: EventId,
}

events! {
    /// What can have happened to an applicant's record.
    pub enum ApplicantEvent {
        /// Eligibility for tolerance was lost: a supplement was not there in time (R10).
        EligibilityLost = 1 {
            /// The tolerance that lapsed.
            because: Lapse,
        },
        /// Eligibility was given back (信用修复).
        EligibilityRepaired = 1 {
            /// The lapses made good.
            repaired: BTreeSet<Lapse>,
            /// Why.
            reason: LegalText,
        },
        /// A lapse was set aside: the supplement had been there in time, and it counts against nobody (R10).
        LapseLifted = 1 {
            /// The tolerance that had not lapsed.
            lapse: Lapse,
        },
        /// A bar was imposed by decision (R9).
        BarImposed = 1 {
            /// What for.
            kind: BarKind,
            /// The matter it came up in.
            matter: MatterId,
            /// The permit.
            permit: PermitCode,
            /// The decision, in force from its service.
            decision: Notice,
            /// Its last day.
            until: Date,
        },
        /// Whom to reach at the applicant was named; it takes the place of who was named before.
        ContactNamed = 1 {
            /// The name, in the vault.
            name: VaultRef,
            /// The telephone or another way to be reached, in the vault, of the same subject as the name.
            phone: Option<VaultRef>,
        },
        /// Nobody is named any more. The texts stay in the vault until they are erased.
        ContactRemoved = 1 {
            /// Why.
            reason: LegalText,
        },
        /// A bar ended (time's fact), on the day after its last.
        BarEnded = 1 {
            /// The number of the decision that had imposed it.
            decision: LegalText,
            /// Its last day.
            until: Date,
        },
    }
}
