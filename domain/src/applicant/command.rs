//! What can be asked of an applicant's record.
//!
//! Invariant: the law's terms are not in the commands; they follow from the kind of the bar.

use super::{event::Lapse, state::BarKind};
use crate::{
    ids::{LegalText, MatterId, PaperHash, PermitCode, VaultRef},
    matter::event::Notice,
};
use serde::{Deserialize, Serialize};

/// What can be asked of an applicant's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum ApplicantCommand {
    /// Take eligibility for tolerance away, because one lapsed.
    LoseEligibility { lapse: Lapse },
    /// Lift a lapse that was set aside.
    LiftLapse { lapse: Lapse },
    /// Give it back, for the lapses known of permits of the officer's own department.
    RepairEligibility { reason: LegalText },
    /// Record a bar decided and served.
    ImposeBar { kind: BarKind, matter: MatterId, permit: PermitCode, decision: Notice },
    /// Name whom to reach at the applicant; takes the place of who was named before.
    NameContact { name: VaultRef, phone: Option<VaultRef> },
    /// Name nobody any more.
    RemoveContact { reason: LegalText },
    /// State what time alone has made true, and nothing else.
    Settle,
}

impl ApplicantCommand {
    /// The papers it names.
    pub fn papers(&self) -> Vec<&PaperHash> {
        match self {
            Self::ImposeBar { decision, .. } => decision.paper.iter().collect(),
            Self::LoseEligibility { .. }
            | Self::LiftLapse { .. }
            | Self::RepairEligibility { .. }
            | Self::NameContact { .. }
            | Self::RemoveContact { .. }
            | Self::Settle => vec![],
        }
    }

    /// The texts of the vault it names.
    pub fn texts(&self) -> Vec<&VaultRef> {
        match self {
            Self::NameContact { name, phone } => [name].into_iter().chain(phone).collect(),
            _ => vec![],
        }
    }
}
