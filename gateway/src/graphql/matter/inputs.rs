//! What commands carry: times, notices, papers, the project, the plan.
//!
//! Invariants: an input becomes the domain's own value or is refused with what was wrong; nothing is filled in here.
//! Deliberately absent: rules; whether a notice came in time is the domain's to say.

use super::enums::{
    DayUnit, Gate, Ground, Handling, Nature, Reaches, SensitiveField, Service, Stage, ToleranceMode,
};
use crate::graphql::{
    node_id,
    scalars::{
        Date, Instant, LegalText, MaterialCode, MilestoneCode, PaperHash, PermitCode, ProjectCode, VaultRef,
        Yuan,
    },
};
use async_graphql::{Error, ID, InputObject, OneofObject};
use om_domain::{
    clock,
    decider::Effective,
    matter::{event, plan},
};

/// When something happened, if not now: an instant, or a date where only the date is known. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum EffectiveInput {
    /// Known to the instant.
    At(Instant),
    /// Known by its date only, a day in Beijing; it stays a date.
    On(Date),
}

impl From<EffectiveInput> for Effective {
    fn from(input: EffectiveInput) -> Self {
        match input {
            EffectiveInput::At(instant) => Effective::At(instant.0),
            EffectiveInput::On(date) => Effective::On(date.0),
        }
    }
}

/// A legal notice or document: no service, no effect.
#[derive(Debug, Clone, InputObject)]
pub struct NoticeInput {
    /// Number of the document (文号).
    pub number: LegalText,
    /// Date of the document.
    pub date: Date,
    /// How it was served (送达方式).
    pub service: Service,
    /// The day it was served.
    pub served_on: Date,
    /// The paper itself, where it has been uploaded.
    pub paper: Option<PaperHash>,
}

impl From<NoticeInput> for event::Notice {
    fn from(n: NoticeInput) -> Self {
        event::Notice {
            number: n.number.0,
            date: n.date.0,
            service: n.service.into(),
            served_on: n.served_on.0,
            paper: n.paper.map(Into::into),
        }
    }
}

/// A material that was handed in.
#[derive(Debug, Clone, InputObject)]
pub struct HandedInput {
    /// Which material, by its code in the permit's plan.
    pub material: MaterialCode,
    /// The paper by its hash, where it has been uploaded.
    pub paper: Option<PaperHash>,
    /// The file's name, as a reference into the vault.
    pub file_name: Option<VaultRef>,
}

impl From<HandedInput> for event::Handed {
    fn from(h: HandedInput) -> Self {
        event::Handed {
            material: h.material.0,
            paper: h.paper.map(Into::into),
            file_name: h.file_name.map(Into::into),
        }
    }
}

/// A department's member of the task force.
#[derive(Debug, Clone, InputObject)]
pub struct MemberInput {
    /// The department, `body:…`.
    pub body: ID,
    /// Its member, `officer:…`.
    pub officer: ID,
}

/// The task force (专班).
#[derive(Debug, Clone, InputObject)]
pub struct TaskForceInput {
    /// Lead (组长), `officer:…`.
    pub lead: ID,
    /// Deputy lead (副组长), `officer:…`.
    pub deputy: Option<ID>,
    /// One member per department.
    pub members: Vec<MemberInput>,
}

impl TryFrom<TaskForceInput> for event::TaskForce {
    type Error = Error;

    fn try_from(t: TaskForceInput) -> Result<Self, Error> {
        let member =
            |m: &MemberInput| Ok::<_, Error>((node_id::body(&m.body)?, node_id::officer(&m.officer)?));
        Ok(event::TaskForce {
            lead: node_id::officer(&t.lead)?,
            deputy: t.deputy.as_ref().map(node_id::officer).transpose()?,
            members: t.members.iter().map(member).collect::<Result<_, _>>()?,
        })
    }
}

/// The project behind a matter.
#[derive(Debug, Clone, InputObject)]
pub struct ProjectInput {
    /// Name of the matter.
    pub name: LegalText,
    /// Its kind, such as municipal road (市政道路).
    pub kind: LegalText,
    /// Project code (项目代码), one per project (政府投资条例 10).
    pub code: ProjectCode,
    /// Township or subdistrict that implements it, `body:…`.
    pub implementing_body: ID,
    /// Applicant organisation, `applicant:…`.
    pub applicant: ID,
    /// Body the applicant belongs to, whose officers may not decide its permits, `body:…`; none for a private applicant.
    pub applicant_body: Option<ID>,
    /// Place.
    pub place: LegalText,
    /// Area in square metres.
    #[graphql(name = "areaM2")]
    pub area_m2: Option<u32>,
    /// Investment in whole yuan.
    pub investment_yuan: Option<Yuan>,
    /// Target completion.
    pub target: Option<Date>,
}

impl TryFrom<ProjectInput> for event::ProjectFacts {
    type Error = Error;

    fn try_from(p: ProjectInput) -> Result<Self, Error> {
        Ok(event::ProjectFacts {
            name: p.name.0,
            kind: p.kind.0,
            code: p.code.0,
            implementing_body: node_id::body(&p.implementing_body)?,
            applicant: node_id::applicant(&p.applicant)?,
            applicant_body: p.applicant_body.as_ref().map(node_id::body).transpose()?,
            place: p.place.0,
            area_m2: p.area_m2.map(u64::from),
            investment_yuan: p.investment_yuan.map(|yuan| yuan.0),
            target: p.target.map(Into::into),
        })
    }
}

/// A limit (时限): value, unit and who says so.
#[derive(Debug, Clone, InputObject)]
pub struct LimitInput {
    /// How many units.
    #[graphql(validator(minimum = 0, maximum = 3650))]
    pub value: u16,
    /// Working days or calendar days.
    pub unit: DayUnit,
    /// The article of law, or the local rule, that sets it, such as 行政许可法 42.
    pub source: String,
}

impl From<LimitInput> for clock::Limit {
    fn from(l: LimitInput) -> Self {
        clock::Limit { value: l.value, unit: l.unit.into(), source: l.source }
    }
}

impl From<LimitInput> for clock::Extension {
    fn from(l: LimitInput) -> Self {
        clock::Extension { value: l.value, unit: l.unit.into(), source: l.source }
    }
}

/// An old and a new date of an entry.
#[derive(Debug, Clone, InputObject)]
pub struct DateCorrectionInput {
    /// As recorded.
    pub old: Date,
    /// As it was.
    pub new: Date,
}

/// An old and a new text of an entry.
#[derive(Debug, Clone, InputObject)]
pub struct TextCorrectionInput {
    /// As recorded.
    pub old: LegalText,
    /// As it was.
    pub new: LegalText,
}

/// The field of an entry that is corrected, with its old and its new value. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum CorrectionInput {
    /// The day a file or a corrected file was received.
    ReceivedOn(DateCorrectionInput),
    /// The first day a suspension excludes.
    SuspendedFrom(DateCorrectionInput),
    /// The day the clock runs again.
    ResumedOn(DateCorrectionInput),
    /// The number of a notice or decision.
    DocumentNumber(TextCorrectionInput),
}

impl From<CorrectionInput> for event::Correction {
    fn from(c: CorrectionInput) -> Self {
        use event::Correction as C;
        match c {
            CorrectionInput::ReceivedOn(d) => C::ReceivedOn { old: d.old.0, new: d.new.0 },
            CorrectionInput::SuspendedFrom(d) => C::SuspendedFrom { old: d.old.0, new: d.new.0 },
            CorrectionInput::ResumedOn(d) => C::ResumedOn { old: d.old.0, new: d.new.0 },
            CorrectionInput::DocumentNumber(t) => C::DocumentNumber { old: t.old.0, new: t.new.0 },
        }
    }
}

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
        }
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
