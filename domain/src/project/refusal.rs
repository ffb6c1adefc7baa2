//! Why a project code was not given or taken back.
//!
//! Invariant: who has the code is not named to whoever guesses codes.

use crate::{decider::Explained, ids::OfficerId, naming::Names, sources};
use serde::Serialize;

/// Why a project code was not given or taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum ProjectRefusal {
    /// Another matter has it. Which is for who may see it: codes can be guessed in order.
    CodeTaken,
    /// Only the platform or an administrator takes a code back.
    NotTheirs { officer: OfficerId },
    /// Audit commands nothing.
    AuditorActs { officer: OfficerId },
}

impl Explained for ProjectRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken => "ProjectCodeTaken",
            Self::NotTheirs { .. } => "NotAdministrator",
            Self::AuditorActs { .. } => "AuditorActs",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        matches!(self, Self::AuditorActs { .. } | Self::NotTheirs { .. }).then_some("R18")
    }

    fn source(&self) -> Option<String> {
        let taken = matches!(self, Self::CodeTaken);
        Some(if taken { "政府投资条例 10" } else { sources::DUTIES }.into())
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::CodeTaken => {
                "该项目代码已有事项使用，一个项目一个代码；请核对代码，或按代码查找该事项。".to_owned()
            }
            Self::NotTheirs { officer } => {
                format!(
                    "账号 {officer} 不能收回项目代码；请终止事项，或由管理员办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::AuditorActs { officer } => {
                format!(
                    "账号 {officer} 是审计角色，只看不办；请由经办人员办理。",
                    officer = names.officer_zh(officer)
                )
            }
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::CodeTaken => "A matter has this project code already, and a project has one; check the code, or search for \
                                the matter by it."
                .to_owned(),
            Self::NotTheirs { officer } => format!(
                "Account {officer} cannot take a project code back; terminate the matter or ask an administrator.",
                officer = names.officer_en(officer)
            ),
            Self::AuditorActs { officer } => {
                format!(
                    "Account {officer} audits and commands nothing; have an officer do it.",
                    officer = names.officer_en(officer)
                )
            }
        }
    }
}
