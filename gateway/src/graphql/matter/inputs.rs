//! What commands carry: times, notices, papers, the project, limits, corrections.
//!
//! Invariants: an input becomes the domain's own value or is refused with what was wrong; nothing is filled in here.
//! Deliberately absent: rules; whether a notice came in time is the domain's to say.

use super::enums::{DayUnit, Service};
use crate::graphql::{
    node_id,
    scalars::{Date, Instant, LegalText, MaterialCode, PaperHash, PermitCode, ProjectCode, VaultRef, Yuan},
};
use async_graphql::{Error, ID, InputObject, OneofObject};
use om_domain::{
    clock,
    decider::Effective,
    matter::{command, event, opinion},
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

/// One permit of a package.
#[derive(Debug, Clone, InputObject)]
pub struct PackageItemInput {
    /// The permit, by its code in the plan.
    pub permit: PermitCode,
    /// What was handed in for it; what lies with the matter already is not needed again.
    #[graphql(default)]
    pub materials: Vec<HandedInput>,
}

impl From<PackageItemInput> for command::PackageItem {
    fn from(item: PackageItemInput) -> Self {
        let materials = item.materials.into_iter().map(Into::into).collect();
        command::PackageItem { permit: item.permit.0, materials }
    }
}

/// Until when an opinion is asked for. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum OpinionDueInput {
    /// So many working days from the day it is recorded.
    WorkingDays(u16),
    /// Through this day.
    By(Date),
}

impl From<OpinionDueInput> for command::OpinionTerm {
    fn from(due: OpinionDueInput) -> Self {
        match due {
            OpinionDueInput::WorkingDays(days) => command::OpinionTerm::WorkingDays(days),
            OpinionDueInput::By(day) => command::OpinionTerm::By(day.0),
        }
    }
}

/// An objection.
#[derive(Debug, Clone, InputObject)]
pub struct ObjectionInput {
    /// Why.
    pub reasons: LegalText,
    /// The article it rests on.
    pub article: LegalText,
}

/// What a department says. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum OpinionInput {
    /// It agrees (同意); always true.
    Agree(bool),
    /// It agrees on these conditions (有条件同意); they go with the approval.
    AgreeOnConditions(LegalText),
    /// It objects (不同意): to be dealt with before the decision.
    Object(ObjectionInput),
}

impl TryFrom<OpinionInput> for opinion::Opinion {
    type Error = Error;

    fn try_from(opinion: OpinionInput) -> Result<Self, Error> {
        Ok(match opinion {
            OpinionInput::Agree(true) => opinion::Opinion::Agree,
            OpinionInput::Agree(false) => {
                return Err(crate::graphql::error::bad_input(
                    "`agree: false` says nothing: object, with reasons",
                ));
            }
            OpinionInput::AgreeOnConditions(conditions) => {
                opinion::Opinion::AgreeOnConditions { conditions: conditions.0 }
            }
            OpinionInput::Object(o) => {
                opinion::Opinion::Object { reasons: o.reasons.0, article: o.article.0 }
            }
        })
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
    pub source: LegalText,
}

impl From<LimitInput> for clock::Limit {
    fn from(l: LimitInput) -> Self {
        clock::Limit { value: l.value, unit: l.unit.into(), source: l.source.0.to_string() }
    }
}

impl From<LimitInput> for clock::Extension {
    fn from(l: LimitInput) -> Self {
        clock::Extension { value: l.value, unit: l.unit.into(), source: l.source.0.to_string() }
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
