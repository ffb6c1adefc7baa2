//! Why a template was not imported.
//!
//! Invariant: each refusal carries its facts and says what to do.

use super::check::Fault;
use crate::{
    decider::Explained,
    ids::{CountyId, OfficerId, TemplateId},
    naming::Names,
    sources,
};
use serde::Serialize;

/// Why a template was not imported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum TemplateRefusal {
    /// Only an administrator imports templates.
    NotAdministrator {
        /// Who asked.
        officer: OfficerId,
    },
    /// The definition is another template's.
    OtherTemplate {
        /// This stream's template.
        expected: TemplateId,
        /// The definition's.
        given: TemplateId,
    },
    /// There is no directory to check the departments against.
    NoDirectory {
        /// The county.
        county: CountyId,
    },
    /// The definition is faulty.
    Faulty {
        /// All that is wrong.
        faults: Vec<Fault>,
    },
}

impl Explained for TemplateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAdministrator { .. } => "NotAdministrator",
            Self::OtherTemplate { .. } => "OtherTemplate",
            Self::NoDirectory { .. } => "NoDirectory",
            Self::Faulty { .. } => "TemplateFaulty",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Faulty { faults } => faults.iter().find_map(|fault| fault.kind.rule()),
            Self::NotAdministrator { .. } => Some("R18"),
            Self::OtherTemplate { .. } | Self::NoDirectory { .. } => None,
        }
    }

    fn source(&self) -> Option<String> {
        match self {
            Self::Faulty { faults } => {
                let law = faults.iter().find_map(|fault| fault.kind.source());
                Some(law.unwrap_or(sources::PLAN).to_owned())
            }
            Self::NotAdministrator { .. } => Some(sources::DUTIES.into()),
            Self::OtherTemplate { .. } | Self::NoDirectory { .. } => Some(sources::REGISTER.into()),
        }
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "账号 {officer} 不是管理员，不能导入模板；请由管理员导入。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::OtherTemplate { expected, given } => {
                format!("这份内容是模板 {given}，不是 {expected}；请导入到 {given}，或改正内容中的 id。")
            }
            Self::NoDirectory { county } => format!("{county} 还没有机构目录；请先导入目录，再导入模板。"),
            Self::Faulty { faults } => {
                faults.iter().map(|fault| fault.kind.message_zh()).collect::<Vec<_>>().join("\n")
            }
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "Account {officer} is not an administrator; have an administrator import the template.",
                    officer = names.officer_en(officer)
                )
            }
            Self::OtherTemplate { expected, given } => format!(
                "This definition is of template {given}, not {expected}; import it as {given} or correct its id."
            ),
            Self::NoDirectory { county } => {
                format!(
                    "County {county} has no directory yet; import the directory first, then the template."
                )
            }
            Self::Faulty { faults } => {
                faults.iter().map(|fault| fault.kind.message_en()).collect::<Vec<_>>().join("\n")
            }
        }
    }
}
