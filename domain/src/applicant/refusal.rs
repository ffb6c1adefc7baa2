//! Why an applicant's record was not changed.
//!
//! Invariant: each refusal carries its facts and says what to do.

use crate::{
    decider::Explained,
    ids::{ApplicantId, BodyId, LegalText, MatterId, OfficerId, PaperHash, PermitCode, VaultRef},
    naming::Names,
    person::TextClass,
    sources,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// Why an applicant's record was not changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum ApplicantRefusal {
    /// Eligibility is lost by a lapse only, which the platform reports.
    NotThePlatform { officer: OfficerId },
    /// Repair is for an officer or head of a department.
    NotADepartment { officer: OfficerId },
    /// A bar is decided by the head of a department.
    NotAHead { officer: OfficerId },
    /// Nothing is to be repaired.
    NothingToRepair,
    /// Nobody repairs the record of the body he works for.
    OwnRecord { officer: OfficerId },
    /// The lapses are of other departments' permits.
    LapsedElsewhere { officer: OfficerId, leads: BTreeSet<BodyId> },
    /// The permit a bar cites is another department's.
    NotItsHead { officer: OfficerId, permit: PermitCode, lead: BodyId },
    /// The decision's number was used for another bar.
    DecisionUsed { decision: LegalText },
    /// The decision has not been served yet: no service, no effect.
    NotServed { decision: LegalText, served_on: Date },
    /// The bar cites a matter that does not exist.
    NoSuchMatter { matter: MatterId },
    /// The bar cites a permit that the matter's plan does not have.
    NoSuchPermit { matter: MatterId, permit: PermitCode },
    /// The bar cites a matter in which another applies.
    AnothersMatter { matter: MatterId, applicant: ApplicantId },
    /// The decision's paper is not in the store.
    PaperMissing { paper: PaperHash },
    /// Whom to reach is named by who works on the applicant's matters.
    MayNotKeepContact { officer: OfficerId },
    /// The vault has no such text, or it is something else.
    NoSuchText { text: VaultRef, wanted: TextClass },
    /// The text was erased or is restricted, or its key is not here.
    TextNotUsable { text: VaultRef },
    /// Name and telephone are of two subjects: erasing one would leave the other.
    OfTwoPersons { name: VaultRef, phone: VaultRef },
}

impl Explained for ApplicantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotThePlatform { .. } => "NotThePlatform",
            Self::NotADepartment { .. } => "NotADepartment",
            Self::NotAHead { .. } => "NotAHead",
            Self::NothingToRepair => "NothingToRepair",
            Self::OwnRecord { .. } => "OwnRecord",
            Self::LapsedElsewhere { .. } => "LapsedElsewhere",
            Self::NotItsHead { .. } => "NotItsHead",
            Self::DecisionUsed { .. } => "DecisionUsed",
            Self::NotServed { .. } => "NotServed",
            Self::NoSuchMatter { .. } => "NoSuchMatter",
            Self::NoSuchPermit { .. } => "NoSuchPermit",
            Self::AnothersMatter { .. } => "AnothersMatter",
            Self::PaperMissing { .. } => "PaperMissing",
            Self::MayNotKeepContact { .. } => "MayNotKeepContact",
            Self::NoSuchText { .. } => "NoSuchText",
            Self::TextNotUsable { .. } => "TextNotUsable",
            Self::OfTwoPersons { .. } => "OfTwoPersons",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::OwnRecord { .. } | Self::MayNotKeepContact { .. } => Some("R18"),
            Self::NoSuchText { .. } | Self::TextNotUsable { .. } | Self::OfTwoPersons { .. } => Some("R23"),
            Self::NotThePlatform { .. }
            | Self::NotADepartment { .. }
            | Self::NothingToRepair
            | Self::LapsedElsewhere { .. } => Some("R10"),
            Self::PaperMissing { .. } => None,
            _ => Some("R9"),
        }
    }

    fn wants_another_person(&self) -> bool {
        matches!(self, Self::NotADepartment { .. } | Self::NotAHead { .. } | Self::MayNotKeepContact { .. })
    }

    fn wants_a_right(&self) -> bool {
        matches!(
            self,
            Self::NotThePlatform { .. }
                | Self::NotADepartment { .. }
                | Self::NotAHead { .. }
                | Self::OwnRecord { .. }
                | Self::LapsedElsewhere { .. }
                | Self::NotItsHead { .. }
                | Self::MayNotKeepContact { .. }
        )
    }

    fn source(&self) -> Option<String> {
        match self {
            Self::OwnRecord { .. } | Self::MayNotKeepContact { .. } => Some(sources::DUTIES.into()),
            Self::NotAHead { .. }
            | Self::NotItsHead { .. }
            | Self::NoSuchMatter { .. }
            | Self::NoSuchPermit { .. }
            | Self::AnothersMatter { .. } => Some("行政许可法 78、79".into()),
            Self::NotServed { .. } => Some("行政处罚法 61".into()),
            Self::NotThePlatform { .. }
            | Self::NotADepartment { .. }
            | Self::NothingToRepair
            | Self::LapsedElsewhere { .. } => Some(sources::TOLERANCE.into()),
            Self::DecisionUsed { .. } | Self::PaperMissing { .. } | Self::NoSuchText { .. } => {
                Some(sources::RECORD.into())
            }
            Self::TextNotUsable { .. } | Self::OfTwoPersons { .. } => Some("个人信息保护法 47".into()),
        }
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NotThePlatform { officer } => {
                format!(
                    "账号 {officer} 不能直接取消容缺资格；它只因容缺逾期而失去，由平台记录。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NotADepartment { officer } => {
                format!(
                    "账号 {officer} 不能办理信用修复；请由部门经办人或负责人办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NotAHead { officer } => {
                format!(
                    "账号 {officer} 不能记录不得申请的决定；请由部门负责人办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NothingToRepair => "没有待修复的容缺逾期；无须办理。".into(),
            Self::OwnRecord { officer } => format!(
                "{} 所在单位就是申请人，不能为其修复信用；请由审批部门办理。",
                names.officer_zh(officer)
            ),
            Self::LapsedElsewhere { officer, leads } => {
                let leads = leads.iter().map(|lead| names.body_zh(lead)).collect::<Vec<_>>().join("、");
                format!("{} 不是逾期事项牵头部门的人员；请由 {leads} 办理修复。", names.officer_zh(officer))
            }
            Self::NotItsHead { officer, permit, lead } => format!(
                "{} 不是 {} 牵头部门的负责人；请由 {} 负责人记录。",
                names.officer_zh(officer),
                names.permit(permit),
                names.body_zh(lead)
            ),
            Self::DecisionUsed { decision } => format!("文号 {decision} 已记录过另一决定；请核对文号。"),
            Self::NotServed { decision, served_on } => {
                format!("{decision} 要到 {served_on} 才送达，尚未生效；请在送达后记录。")
            }
            Self::NoSuchMatter { matter } => {
                format!("没有事项 matter:{matter}；请核对决定所涉事项。")
            }
            Self::NoSuchPermit { matter, permit } => {
                format!("事项 matter:{matter} 的计划中没有审批事项 {permit}；请核对决定所涉审批事项。")
            }
            Self::AnothersMatter { matter, applicant } => {
                format!("事项 matter:{matter} 的申请人是 {applicant}；请核对决定所涉申请人。")
            }
            Self::PaperMissing { paper } => {
                format!("决定书原件 {} 尚未上传；请先上传原件，再记录。", &paper.as_str()[..12])
            }
            Self::MayNotKeepContact { officer } => format!(
                "{} 不办理申请人的事项，不能登记其联系人；请由综合窗口、专班或部门经办人办理。",
                names.officer_zh(officer)
            ),
            Self::NoSuchText { text, wanted } => {
                format!("个人信息库中没有 {text}，或它不是{}；请先存入{0}，再登记联系人。", class_zh(*wanted))
            }
            Self::TextNotUsable { text } => {
                format!("{text} 已删除或已限制，不得使用；请向联系人重新依法收集并存入，再登记。")
            }
            Self::OfTwoPersons { name, phone } => format!(
                "电话 {phone} 没有与姓名 {name} 存为同一人，删除时会遗漏；请以该姓名为对象重新存入电话，再登记。"
            ),
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NotThePlatform { officer } => {
                format!(
                    "Account {officer} cannot take eligibility away; only a lapsed tolerance does, by the platform.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NotADepartment { officer } => {
                format!(
                    "Account {officer} cannot repair eligibility; have an officer or head of a department do it.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NotAHead { officer } => {
                format!(
                    "Account {officer} cannot record a bar; have the head of the department do it.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NothingToRepair => "No lapsed tolerance is open; nothing needs repair.".into(),
            Self::OwnRecord { officer } => format!(
                "{} works for the applicant and cannot repair its record; have the department do it.",
                names.officer_en(officer)
            ),
            Self::LapsedElsewhere { officer, leads } => {
                let leads = leads.iter().map(|lead| names.body_en(lead)).collect::<Vec<_>>().join(", ");
                format!(
                    "What lapsed is no matter of {}; have an officer of {leads} repair it.",
                    names.officer_en(officer)
                )
            }
            Self::NotItsHead { officer, permit, lead } => format!(
                "{} does not head the department of {}; have the head of {} record it.",
                names.officer_en(officer),
                names.permit(permit),
                names.body_en(lead)
            ),
            Self::DecisionUsed { decision } => {
                format!("Number {decision} is another decision already recorded; check the number.")
            }
            Self::NotServed { decision, served_on } => {
                format!("{decision} is served on {served_on} and has no effect before; record it then.")
            }
            Self::NoSuchMatter { matter } => {
                format!("There is no matter:{matter}; check which matter the decision is about.")
            }
            Self::NoSuchPermit { matter, permit } => {
                format!(
                    "The plan of matter:{matter} has no permit {permit}; check which permit the decision is about."
                )
            }
            Self::AnothersMatter { matter, applicant } => {
                format!("{applicant} applies in matter:{matter}; check whom the decision is about.")
            }
            Self::PaperMissing { paper } => {
                format!(
                    "The decision's paper {} has not been uploaded; upload it, then record the bar.",
                    &paper.as_str()[..12]
                )
            }
            Self::MayNotKeepContact { officer } => format!(
                "{} does not work on the applicant's matters and names no contact; have the window, the task force or a department's officer do it.",
                names.officer_en(officer)
            ),
            Self::NoSuchText { text, wanted } => format!(
                "The vault has no {text}, or it is not {}; put that in first, then name the contact.",
                class_en(*wanted)
            ),
            Self::TextNotUsable { text } => format!(
                "{text} was erased or is restricted and must not be used; ask the contact anew, put that in, then name the contact."
            ),
            Self::OfTwoPersons { name, phone } => format!(
                "Telephone {phone} was not put in as of the same person as the name {name}, and an erasure would leave it; put it in with the name as its subject, then name the contact."
            ),
        }
    }
}

fn class_zh(class: TextClass) -> &'static str {
    match class {
        TextClass::PersonName => "姓名",
        TextClass::Contact => "联系方式",
        TextClass::Note => "备注",
        TextClass::FileName => "文件名",
    }
}

fn class_en(class: TextClass) -> &'static str {
    match class {
        TextClass::PersonName => "a person's name",
        TextClass::Contact => "a way to reach a person",
        TextClass::Note => "a note",
        TextClass::FileName => "a file's name",
    }
}
