//! What the directory knows of a body and of an officer.
//!
//! Invariant: no name of a person, only an account, its post, and a reference into the vault.

use crate::{
    decider::Roles,
    ids::{BodyId, CountyId, LegalText, OfficerId, VaultRef},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// A department of the county, the government itself included (部门).
    Department,
    /// A township or town (乡镇).
    Township,
    /// A subdistrict (街道).
    Subdistrict,
    /// An institution that assesses, with no power of its own (机构).
    Institution,
}

/// A body of the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// Its Chinese name.
    pub name_zh: LegalText,
    /// Its English name.
    pub name_en: LegalText,
    /// What kind of body it is.
    pub kind: BodyKind,
}

/// An officer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfficerEntry {
    /// The body it acts for, always the same: whoever moves gets another account.
    pub body: BodyId,
    /// What it may be there.
    pub roles: Roles,
    /// The post, such as 自然资源局经办人一: a fact, not a person.
    pub post: Option<LegalText>,
    /// The person, in the vault.
    pub person: Option<VaultRef>,
}

/// A whole directory as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryDefinition {
    /// The county.
    pub county: CountyId,
    /// Its bodies.
    pub bodies: BTreeMap<BodyId, Body>,
    /// Its officers.
    pub officers: BTreeMap<OfficerId, OfficerEntry>,
}
