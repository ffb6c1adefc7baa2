//! What the access log holds.
//!
//! Invariant: accounts, ids, references and rules, never a text of what was read or refused.

use crate::{
    events,
    ids::{ApplicantId, BodyId, MatterId, MeetingId, OfficerId, PaperHash, VaultRef},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose access it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Accessor {
    /// The account.
    pub officer: OfficerId,
    /// The body it acts for.
    pub body: BodyId,
}

/// What was refused, or read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A matter.
    Matter(MatterId),
    /// A joint meeting.
    Meeting(MeetingId),
    /// What is a body's, such as its desk.
    Body(BodyId),
    /// A paper, by its hash.
    Paper(PaperHash),
    /// A personal text, a free note or the name of a file, by its reference into the vault.
    Text(VaultRef),
    /// An applicant's eligibility and bad-credit record.
    CreditRecord(ApplicantId),
}

events! {
    /// What can stand in the access log.
    pub enum AccessLogEvent {
        /// The policy denied somebody something (`om_domain::access`).
        AccessDenied = 2 reads 1 {
            /// Whom.
            by: Accessor,
            /// What was wanted, as the policy calls it: `ReadMatter`.
            #[schemars(extend("x-class" = "fact"))]
            action: String,
            /// The rule it was denied by: `A3`.
            #[schemars(extend("x-class" = "fact"))]
            rule: String,
            /// Of what, where it was about one thing, and where the account was not denied more of the kind at once than are told one by
            /// one.
            about: Option<About>,
            /// The stream of the register that a command was refused on: `directory-main`.
            #[schemars(extend("x-class" = "fact"))]
            register: Option<String>,
            /// How often within the second or so that one entry stands for.
            times: u32,
        },
        /// Somebody read what is protected. Recorded before it was given.
        ProtectedRead = 1 {
            /// Who.
            by: Accessor,
            /// What, in one answer.
            about: Vec<About>,
        },
    }
}
