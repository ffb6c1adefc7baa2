//! A permit of a plan, as an amendment of the plan gives it.
//!
//! Invariant: a permit is given whole; nothing is filled in here.
//! Deliberately absent: whether the amended plan holds together; that is the domain's to say.

use super::{
    enums::{Gate, Ground, Handling, Nature, Reaches, SensitiveField, Silence, Stage, ToleranceMode},
    inputs::LimitInput,
};
use crate::graphql::{
    node_id,
    scalars::{LegalText, MaterialCode, MilestoneCode, PermitCode},
};
use async_graphql::{Error, ID, InputObject, OneofObject};
use om_domain::matter::plan;

/// A node of the matter's graph: a permit or a milestone. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum GraphNodeInput {
    /// A permit, by its code.
    Permit(PermitCode),
    /// A milestone, by its code.
    Milestone(MilestoneCode),
}

impl From<GraphNodeInput> for plan::Node {
    fn from(n: GraphNodeInput) -> Self {
        match n {
            GraphNodeInput::Permit(code) => plan::Node::Permit(code.0),
            GraphNodeInput::Milestone(code) => plan::Node::Milestone(code.0),
        }
    }
}

/// An edge of the matter's graph: this node must have come so far before that gate.
#[derive(Debug, Clone, InputObject)]
pub struct PrerequisiteInput {
    /// What must have come.
    pub node: GraphNodeInput,
    /// How far, for a permit; a milestone is reached or not.
    #[graphql(default_with = "Reaches::Approved")]
    pub reaches: Reaches,
    /// Before which gate.
    pub gate: Gate,
    /// A statutory condition (行政许可法 69): never tolerated past issue, never made not applicable.
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: Vec<ToleranceMode>,
    /// The article or list item behind it.
    pub source: LegalText,
}

impl From<PrerequisiteInput> for plan::Prerequisite {
    fn from(p: PrerequisiteInput) -> Self {
        plan::Prerequisite {
            node: p.node.into(),
            reaches: p.reaches.into(),
            gate: p.gate.into(),
            statutory: p.statutory,
            modes: p.modes.into_iter().map(Into::into).collect(),
            source: p.source.0,
        }
    }
}

/// A material asked for by a permit (申请材料).
#[derive(Debug, Clone, InputObject)]
pub struct MaterialInput {
    /// Its code.
    pub code: MaterialCode,
    /// Its name.
    pub name: LegalText,
    /// Before which gate it must be there.
    pub gate: Gate,
    /// A statutory condition (行政许可法 69).
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: Vec<ToleranceMode>,
    /// The field where no commitment is taken, if it lies in one.
    pub sensitive: Option<SensitiveField>,
    /// The article or list item behind it.
    pub source: LegalText,
    /// Of this permit alone, such as its own sealed copies: the same code with another permit is another paper.
    #[graphql(default)]
    pub own: bool,
}

impl From<MaterialInput> for plan::Material {
    fn from(m: MaterialInput) -> Self {
        plan::Material {
            code: m.code.0,
            name: m.name.0,
            gate: m.gate.into(),
            statutory: m.statutory,
            modes: m.modes.into_iter().map(Into::into).collect(),
            sensitive: m.sensitive.map(Into::into),
            source: m.source.0,
            own: m.own,
        }
    }
}

/// The opinions of the cooperating departments that a permit needs (征求意见).
#[derive(Debug, Clone, InputObject)]
pub struct OpinionsInput {
    /// How long a department has.
    pub term: LimitInput,
    /// What its silence counts as.
    pub overdue_counts_as: Silence,
}

impl From<OpinionsInput> for plan::Opinions {
    fn from(o: OpinionsInput) -> Self {
        plan::Opinions { term: o.term.into(), overdue_counts_as: o.overdue_counts_as.into() }
    }
}

/// A procedure excluded from the limit (特别程序) that a permit may need.
#[derive(Debug, Clone, InputObject)]
pub struct ExcludedInput {
    /// On which ground (行政许可法 45).
    pub ground: Ground,
    /// The longest it may take, where a law says so.
    pub max: Option<LimitInput>,
    /// How long it usually takes, in working days, for a forecast.
    pub expected_working_days: u16,
}

impl From<ExcludedInput> for plan::Excluded {
    fn from(e: ExcludedInput) -> Self {
        plan::Excluded {
            ground: e.ground.into(),
            max: e.max.map(Into::into),
            expected_working_days: e.expected_working_days,
        }
    }
}

/// One permit of a plan, whole.
#[derive(Debug, Clone, InputObject)]
pub struct PlannedPermitInput {
    /// Its code in the matter.
    pub code: PermitCode,
    /// Its name.
    pub name: LegalText,
    /// The stage it belongs to.
    pub stage: Stage,
    /// The department that decides it, `body:…`.
    pub lead: ID,
    /// Departments that give opinions, `body:…`.
    pub cooperating: Vec<ID>,
    /// Their opinions, where the permit needs them before its approval.
    pub opinions: Option<OpinionsInput>,
    /// What kind of act it is.
    pub nature: Nature,
    /// How it is handled; says who may extend.
    pub handling: Handling,
    /// The statutory limit (法定时限); none where no law sets one.
    pub statutory: Option<LimitInput>,
    /// The limit the department has promised (承诺时限).
    pub promised: Option<LimitInput>,
    /// By how much the statutory limit may be extended, once; none: not at all.
    pub extension: Option<LimitInput>,
    /// Whether an extension moves the promised limit too.
    pub extension_moves_promise: bool,
    /// Procedures excluded from the limit that it may need.
    pub excluded: Vec<ExcludedInput>,
    /// Permits and milestones it waits for.
    pub prerequisites: Vec<PrerequisiteInput>,
    /// Materials it asks for.
    pub materials: Vec<MaterialInput>,
    /// Whether a certificate is issued after approval; else approval is its end.
    pub certificate: bool,
    /// Whether checks of substance need two officers before the decision (行政许可法 34).
    pub site_check: bool,
    /// The field where no commitment is taken, if the permit itself lies in one.
    pub sensitive: Option<SensitiveField>,
    /// Whether the county's special list allows to issue it first (mode 5).
    pub issue_first_listed: bool,
}

impl TryFrom<PlannedPermitInput> for plan::PlannedPermit {
    type Error = Error;

    fn try_from(p: PlannedPermitInput) -> Result<Self, Error> {
        Ok(plan::PlannedPermit {
            code: p.code.0,
            name: p.name.0,
            stage: p.stage.into(),
            lead: node_id::body(&p.lead)?,
            cooperating: p.cooperating.iter().map(node_id::body).collect::<Result<_, _>>()?,
            opinions: p.opinions.map(Into::into),
            nature: p.nature.into(),
            handling: p.handling.into(),
            statutory: p.statutory.map(Into::into),
            promised: p.promised.map(Into::into),
            extension: p.extension.map(Into::into),
            extension_moves_promise: p.extension_moves_promise,
            excluded: p.excluded.into_iter().map(Into::into).collect(),
            prerequisites: p.prerequisites.into_iter().map(Into::into).collect(),
            materials: p.materials.into_iter().map(Into::into).collect(),
            certificate: p.certificate,
            site_check: p.site_check,
            sensitive: p.sensitive.map(Into::into),
            issue_first_listed: p.issue_first_listed,
        })
    }
}
