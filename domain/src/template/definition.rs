//! What a template says: the permits of one kind of matter, their gates, limits and order.
//!
//! Invariant: a definition that has been imported has no [`super::Fault`].
//! Deliberately absent: the county's settings, and what a matter leaves out; those come in with the plan.

use crate::{
    ids::{LegalText, TemplateId},
    matter::plan::{PlannedMilestone, PlannedPermit},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a template says, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The template's id.
    pub id: TemplateId,
    /// Its name.
    pub name: LegalText,
    /// The kind of matter it is for, such as 市政道路.
    pub kind: LegalText,
    /// Its permits, in the order they are shown in.
    pub permits: Vec<PlannedPermit>,
    /// Its milestones.
    pub milestones: Vec<PlannedMilestone>,
}

/// Stands in a template for the township or subdistrict that implements the matter; a plan has the body itself.
pub const IMPLEMENTING_BODY: &str = "implementing-body";
