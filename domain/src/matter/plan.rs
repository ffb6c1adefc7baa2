//! The resolved plan of a matter: permits, gates, limits and what may be tolerated, as `MatterPlanned` stores it.
//!
//! Invariant: a plan stands by itself; a later template does not reach it (only `PlanAmended` does).
//! Deliberately absent: what has happened; that is the state's.

use crate::{
    clock::{Ground, Limit, Unit},
    ids::{BodyId, LegalText, MaterialCode, MilestoneCode, PermitCode, TemplateId},
    template::IMPLEMENTING_BODY,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// The four stages of a construction project's permits [国办发〔2019〕11号].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 立项用地规划许可.
    ProjectAndLand,
    /// 工程建设许可.
    Construction,
    /// 施工许可.
    Works,
    /// 竣工验收.
    Completion,
}

impl Stage {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Stage::ProjectAndLand => "立项用地规划许可",
            Stage::Construction => "工程建设许可",
            Stage::Works => "施工许可",
            Stage::Completion => "竣工验收",
        }
    }
}

/// What kind of act a permit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// 行政许可: the terms of 行政许可法 bind it.
    Permit,
    /// 审查/审核.
    Review,
    /// 备案.
    Filing,
    /// 技术审查: a technical assessment by an institution.
    TechnicalAssessment,
    /// 招标.
    Tender,
}

/// Who may extend the limit, and by how much (行政许可法 42).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// By one department: the agency head extends.
    Single,
    /// Unified, joint or centralised (统一、联合、集中办理): the head of the government extends.
    Joint,
    /// Preliminary review by a lower body (行政许可法 43): not extended.
    Preliminary,
}

/// A gate of a permit's life, in order: a requirement is due before one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Before acceptance (受理).
    Accept,
    /// Before the decision (审批决定).
    Decide,
    /// Before the certificate is issued (发证).
    Issue,
    /// After issue: a supplement (后补).
    AfterIssue,
}

impl Gate {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Gate::Accept => "受理",
            Gate::Decide => "审批决定",
            Gate::Issue => "发证",
            Gate::AfterIssue => "发证后",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        match self {
            Gate::Accept => "acceptance",
            Gate::Decide => "decision",
            Gate::Issue => "issue",
            Gate::AfterIssue => "after-issue",
        }
    }
}

/// How far a prerequisite permit must have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reaches {
    /// Accepted, deemed acceptance included.
    Accepted,
    /// Approved.
    Approved,
    /// Certificate issued.
    Issued,
}

/// The five modes of tolerated deficiency (容缺), each a named gate shift (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 1 容缺收件: received only; the missing list is the one-time notice.
    ReceiveOnly,
    /// 2 容缺受理: a material moves from accept to decide.
    Accept,
    /// 3 容缺预审: a prerequisite moves from accept to decide; the statutory clock waits for it.
    PreReview,
    /// 4 告知承诺: a non-statutory item moves from decide or issue to after issue.
    Commitment,
    /// 5 先证后补: moves from issue to after issue, only on the county's special list.
    IssueFirst,
}

impl Mode {
    /// The gate a requirement at `from` moves to in this mode; none if the mode does not apply there.
    /// Mode 1 moves nothing: the requirement stays at accept.
    pub fn shifts(self, from: Gate, requirement: &RequirementId) -> Option<Gate> {
        let material = matches!(requirement, RequirementId::Material(_));
        match (self, from) {
            (Mode::ReceiveOnly, Gate::Accept) if material => Some(Gate::Accept),
            (Mode::Accept, Gate::Accept) if material => Some(Gate::Decide),
            (Mode::PreReview, Gate::Accept) if !material => Some(Gate::Decide),
            (Mode::Commitment, Gate::Decide | Gate::Issue) | (Mode::IssueFirst, Gate::Issue) => {
                Some(Gate::AfterIssue)
            }
            _ => None,
        }
    }

    /// Modes 4 and 5 are for the head of the department, not the handling officer (R10).
    pub fn needs_head(self) -> bool {
        matches!(self, Mode::Commitment | Mode::IssueFirst)
    }

    /// The English name.
    pub fn name_en(self) -> &'static str {
        match self {
            Mode::ReceiveOnly => "receive only",
            Mode::Accept => "accept with deficiency",
            Mode::PreReview => "pre-review",
            Mode::Commitment => "commitment",
            Mode::IssueFirst => "issue first",
        }
    }

    /// The Chinese name.
    pub fn name_zh(self) -> &'static str {
        match self {
            Mode::ReceiveOnly => "容缺收件",
            Mode::Accept => "容缺受理",
            Mode::PreReview => "容缺预审",
            Mode::Commitment => "告知承诺",
            Mode::IssueFirst => "先证后补",
        }
    }
}

/// Fields where nothing may be settled by a commitment (R12, 国办发〔2020〕42号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitive {
    /// 国家安全.
    NationalSecurity,
    /// 国家秘密.
    StateSecret,
    /// 公共安全.
    PublicSafety,
    /// 金融业审慎监管.
    PrudentialFinance,
    /// 生态环境保护.
    Ecology,
    /// 直接关系人身健康、生命财产安全.
    LifeAndProperty,
    /// 可能造成难以挽回的损失.
    HardToReverse,
}

impl Sensitive {
    /// The English name.
    pub fn name_en(self) -> &'static str {
        match self {
            Sensitive::NationalSecurity => "national security",
            Sensitive::StateSecret => "state secrets",
            Sensitive::PublicSafety => "public safety",
            Sensitive::PrudentialFinance => "prudential regulation of finance",
            Sensitive::Ecology => "protection of ecology",
            Sensitive::LifeAndProperty => "health, life and property",
            Sensitive::HardToReverse => "harm that is hard to reverse",
        }
    }

    /// The Chinese name.
    pub fn name_zh(self) -> &'static str {
        match self {
            Sensitive::NationalSecurity => "国家安全",
            Sensitive::StateSecret => "国家秘密",
            Sensitive::PublicSafety => "公共安全",
            Sensitive::PrudentialFinance => "金融业审慎监管",
            Sensitive::Ecology => "生态环境保护",
            Sensitive::LifeAndProperty => "直接关系人身健康、生命财产安全",
            Sensitive::HardToReverse => "可能造成难以挽回的损失",
        }
    }
}

/// A node of the matter's graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A permit.
    Permit(PermitCode),
    /// A milestone (works completed, demolition done).
    Milestone(MilestoneCode),
}

/// What a target date is the target of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whole {
    /// A stage: every permit of it.
    Stage(Stage),
    /// The matter: every permit.
    Matter,
}

/// A requirement of one permit: `permit:A2`, `milestone:works-completed` or `material:sealed-drawings`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub enum RequirementId {
    /// Another permit must have come so far.
    Permit(PermitCode),
    /// A milestone must have been reached.
    Milestone(MilestoneCode),
    /// A material must have been handed in.
    Material(MaterialCode),
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequirementId::Permit(code) => write!(f, "permit:{code}"),
            RequirementId::Milestone(code) => write!(f, "milestone:{code}"),
            RequirementId::Material(code) => write!(f, "material:{code}"),
        }
    }
}
impl FromStr for RequirementId {
    type Err = crate::ids::IdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("permit", code)) => Ok(RequirementId::Permit(code.parse()?)),
            Some(("milestone", code)) => Ok(RequirementId::Milestone(code.parse()?)),
            Some(("material", code)) => Ok(RequirementId::Material(code.parse()?)),
            _ => Err(crate::ids::IdError::new(
                "requirement",
                text,
                "permit:CODE, milestone:CODE or material:CODE, such as permit:A2",
            )),
        }
    }
}
impl<'de> Deserialize<'de> for RequirementId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::ids::from_text(deserializer)
    }
}
impl TryFrom<String> for RequirementId {
    type Error = crate::ids::IdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
impl From<RequirementId> for String {
    fn from(id: RequirementId) -> String {
        id.to_string()
    }
}
impl JsonSchema for RequirementId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RequirementId".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "permit:CODE, milestone:CODE or material:CODE", "x-class": "fact" })
    }
}

/// An edge of the graph: this node must have come so far before that gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prerequisite {
    /// What must have come.
    pub node: Node,
    /// How far, for a permit; a milestone is reached or not.
    pub reaches: Reaches,
    /// Before which gate.
    pub gate: Gate,
    /// A statutory condition of the permit (R8): never tolerated past issue, never made not applicable.
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: BTreeSet<Mode>,
    /// The article or list item behind it.
    pub source: LegalText,
}

impl From<&Node> for RequirementId {
    fn from(node: &Node) -> Self {
        match node {
            Node::Permit(code) => RequirementId::Permit(code.clone()),
            Node::Milestone(code) => RequirementId::Milestone(code.clone()),
        }
    }
}

impl Prerequisite {
    /// Its id among the permit's requirements.
    pub fn id(&self) -> RequirementId {
        RequirementId::from(&self.node)
    }
}

/// A material asked for by a permit (申请材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Material {
    /// Its code.
    pub code: MaterialCode,
    /// Its name.
    pub name: LegalText,
    /// Before which gate it must be there.
    pub gate: Gate,
    /// A statutory condition (R8).
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: BTreeSet<Mode>,
    /// The field where no commitment is taken, if it lies in one (R12).
    pub sensitive: Option<Sensitive>,
    /// The article or list item behind it.
    pub source: LegalText,
    /// Of this permit alone, such as its own sealed copies: what another permit's file has under the same code is another
    /// paper, and is not reused.
    #[serde(default, skip_serializing_if = "is_shared")]
    pub own: bool,
}

/// Left out of the bytes while a material is shared, so that plans written before there was this field read the same.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_shared(own: &bool) -> bool {
    !own
}

/// What an opinion counts as that was not given by its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// 逾期视为同意: as agreement.
    Agree,
    /// 逾期不视为同意: as nothing; it is still owed.
    Nothing,
}

impl Silence {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Silence::Agree => "视为同意",
            Silence::Nothing => "不视为同意",
        }
    }
}

/// The opinions of the cooperating departments that a permit needs before its approval (征求意见, 行政许可法 26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opinions {
    /// How long a department has, from the day it is asked.
    pub term: Limit,
    /// What counts if it stays silent.
    pub overdue_counts_as: Silence,
}

/// An excluded procedure (特别程序) that this permit may need, and the longest it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excluded {
    /// On which ground (行政许可法 45).
    pub ground: Ground,
    /// The longest it may take, where a law says so.
    pub max: Option<Limit>,
    /// How long it usually takes, for a forecast, in working days.
    pub expected_working_days: u16,
}

/// One permit of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedPermit {
    /// Its code in the matter.
    pub code: PermitCode,
    /// Its name.
    pub name: LegalText,
    /// The stage it belongs to.
    pub stage: Stage,
    /// The department that decides it.
    pub lead: BodyId,
    /// Departments that give opinions.
    pub cooperating: Vec<BodyId>,
    /// Their opinions, where the permit needs them before its approval; none: they are asked where the lead wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinions: Option<Opinions>,
    /// What kind of act it is.
    pub nature: Nature,
    /// How it is handled; says who may extend.
    pub handling: Handling,
    /// The statutory limit; none where no law sets one.
    pub statutory: Option<Limit>,
    /// The limit the department has promised.
    pub promised: Option<Limit>,
    /// By how much the statutory limit may be extended, once; none: not at all.
    pub extension: Option<Limit>,
    /// Whether an extension moves the promised limit too (R4).
    pub extension_moves_promise: bool,
    /// Procedures excluded from the limit that it may need (R6).
    pub excluded: Vec<Excluded>,
    /// Permits and milestones it waits for.
    pub prerequisites: Vec<Prerequisite>,
    /// Materials it asks for.
    pub materials: Vec<Material>,
    /// Whether a certificate is issued after approval; else approval is its end.
    pub certificate: bool,
    /// Whether checks of substance need two officers before the decision (行政许可法 34).
    pub site_check: bool,
    /// The field where no commitment is taken, if the permit itself lies in one (R12).
    pub sensitive: Option<Sensitive>,
    /// Whether the county's special list allows to issue it first (mode 5).
    pub issue_first_listed: bool,
}

impl PlannedPermit {
    /// The gate, statutory mark, modes and field of one requirement.
    pub fn requirement(&self, id: &RequirementId) -> Option<Requirement<'_>> {
        self.requirements().find(|r| &r.id == id)
    }

    /// The promised and the statutory limit, where more was promised than the law gives, in the same unit.
    pub fn promise_beyond_law(&self) -> Option<(&Limit, &Limit)> {
        let limits = self.promised.as_ref().zip(self.statutory.as_ref());
        limits.filter(|(promised, law)| promised.unit == law.unit && promised.value > law.value)
    }

    /// All requirements: prerequisites, then materials.
    pub fn requirements(&self) -> impl Iterator<Item = Requirement<'_>> {
        let materials = self.materials.iter().map(|m| Requirement {
            id: RequirementId::Material(m.code.clone()),
            gate: m.gate,
            statutory: m.statutory,
            modes: &m.modes,
            sensitive: m.sensitive,
            source: &m.source,
            edge: None,
        });
        self.edges().chain(materials)
    }

    /// The prerequisites among them.
    pub fn edges(&self) -> impl Iterator<Item = Requirement<'_>> {
        self.prerequisites.iter().map(|p| Requirement {
            id: p.id(),
            gate: p.gate,
            statutory: p.statutory,
            modes: &p.modes,
            sensitive: None,
            source: &p.source,
            edge: Some(p),
        })
    }
}

/// A requirement as the rules see it, whether prerequisite or material.
#[derive(Debug, Clone)]
pub struct Requirement<'a> {
    /// Its id.
    pub id: RequirementId,
    /// The gate the plan puts it at.
    pub gate: Gate,
    /// A statutory condition (R8).
    pub statutory: bool,
    /// Modes of tolerance the list allows.
    pub modes: &'a BTreeSet<Mode>,
    /// The field where no commitment is taken (R12).
    pub sensitive: Option<Sensitive>,
    /// The law behind it.
    pub source: &'a LegalText,
    /// The edge, if it is a prerequisite.
    pub edge: Option<&'a Prerequisite>,
}

/// A milestone of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedMilestone {
    /// Its code.
    pub code: MilestoneCode,
    /// Its name.
    pub name: LegalText,
    /// Which nodes come before it.
    pub after: Vec<Node>,
    /// How long after them it is expected, for a forecast.
    pub expected: Option<Duration>,
}

/// A length of time for planning, with no legal meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Duration {
    /// How many.
    pub value: u16,
    /// Of what.
    pub unit: Unit,
}

/// What the county has configured and the law leaves open; stored with the plan, so the past keeps its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// A supplement is due at the latest this many working days before the promised limit ends (R10).
    pub supplement_margin_days: u16,
    /// And at most after this many working days (R10).
    pub supplement_max_days: u16,
    /// Internal term of a pre-review, working days (mode 3).
    pub pre_review_days: u16,
    /// A handoff unanswered for this many working days is overdue.
    pub handoff_answer_days: u16,
    /// Recorded more than this many working days late is back-filling (R16).
    pub backfill_grace_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            supplement_margin_days: 2,
            supplement_max_days: 20,
            pre_review_days: 20,
            handoff_answer_days: 2,
            backfill_grace_days: 1,
        }
    }
}

/// The resolved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The template it was resolved from.
    pub template: TemplateId,
    /// And the template's version.
    pub version: u32,
    /// Its permits, in the order of the template.
    pub permits: Vec<PlannedPermit>,
    /// Its milestones.
    pub milestones: Vec<PlannedMilestone>,
    /// The county's settings.
    pub settings: Settings,
}

impl Plan {
    /// The permit with this code.
    pub fn permit(&self, code: &PermitCode) -> Option<&PlannedPermit> {
        self.permits.iter().find(|p| &p.code == code)
    }

    /// The plan with the body that implements the matter where the template says `implementing-body`.
    pub fn implemented_by(mut self, implementing: &BodyId) -> Self {
        let bodies = self.permits.iter_mut().flat_map(|p| p.cooperating.iter_mut().chain([&mut p.lead]));
        for body in bodies.filter(|body| body.as_str() == IMPLEMENTING_BODY) {
            *body = implementing.clone();
        }
        self
    }
}
