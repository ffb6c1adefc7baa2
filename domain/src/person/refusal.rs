//! Why nothing was done about a subject's personal texts.
//!
//! Invariant: each refusal carries its facts and says what to do; none says anything of the person.

use crate::{decider::Explained, ids::OfficerId, naming::Names, sources};
use jiff::civil::Date;
use serde::Serialize;

/// Why nothing was done about a subject's personal texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum PersonRefusal {
    /// Only who acts on matters sees personal texts in full.
    MayNotUnmask { officer: OfficerId },
    /// Restricting and erasing are the administrator's.
    NotItsKeeper { officer: OfficerId },
    /// Who asks for a restriction or an erasure and who weighs it are two people.
    OwnTexts { officer: OfficerId },
    /// Only the platform states again what the key store knows.
    NotThePlatform { officer: OfficerId },
    /// The texts are kept and not used.
    Restricted { since: Date },
    /// The texts were erased.
    Erased { on: Date },
    /// There is no restriction to lift.
    NotRestricted,
}

impl Explained for PersonRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::MayNotUnmask { .. } => "MayNotUnmask",
            Self::NotItsKeeper { .. } => "NotItsKeeper",
            Self::OwnTexts { .. } => "OwnTexts",
            Self::NotThePlatform { .. } => "NotThePlatform",
            Self::Restricted { .. } => "PersonRestricted",
            Self::Erased { .. } => "PersonErased",
            Self::NotRestricted => "NotRestricted",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::MayNotUnmask { .. }
            | Self::NotItsKeeper { .. }
            | Self::OwnTexts { .. }
            | Self::NotThePlatform { .. } => Some("R18"),
            Self::Restricted { .. } | Self::Erased { .. } | Self::NotRestricted => Some("R23"),
        }
    }

    fn wants_another_person(&self) -> bool {
        matches!(self, Self::MayNotUnmask { .. } | Self::NotItsKeeper { .. } | Self::OwnTexts { .. })
    }

    fn source(&self) -> Option<String> {
        Some(match self {
            Self::MayNotUnmask { .. } => "个人信息保护法 6、51".into(),
            Self::NotItsKeeper { .. } | Self::OwnTexts { .. } | Self::NotThePlatform { .. } => {
                sources::DUTIES.into()
            }
            Self::Restricted { .. } | Self::Erased { .. } | Self::NotRestricted => "个人信息保护法 47".into(),
        })
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::MayNotUnmask { officer } => {
                format!("{} 不办理事项，不能查看完整个人信息；请由经办人员查看。", names.officer_zh(officer))
            }
            Self::NotItsKeeper { officer } => {
                format!("{} 不能限制或删除个人信息；请由安全管理员办理。", names.officer_zh(officer))
            }
            Self::OwnTexts { officer } => {
                format!(
                    "{} 不能限制、解除限制或删除本人的个人信息；请由另一名安全管理员办理。",
                    names.officer_zh(officer)
                )
            }
            Self::NotThePlatform { officer } => {
                format!(
                    "{} 不能补记删除；补记由平台自动完成，删除请由安全管理员办理。",
                    names.officer_zh(officer)
                )
            }
            Self::Restricted { since } => {
                format!("该个人信息自 {since} 起仅限存储，不得查看；确需使用的，请安全管理员先解除限制。")
            }
            Self::Erased { on } => {
                format!("该个人信息已于 {on} 删除，无法恢复；确需联系的，请重新依法收集。")
            }
            Self::NotRestricted => "该个人信息未被限制，无需解除；请核对所选对象。".into(),
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::MayNotUnmask { officer } => {
                format!(
                    "{} acts on no matter and sees no personal text in full; have an officer look.",
                    names.officer_en(officer)
                )
            }
            Self::NotItsKeeper { officer } => format!(
                "{} cannot restrict or erase personal texts; have the security administrator do it.",
                names.officer_en(officer)
            ),
            Self::OwnTexts { officer } => format!(
                "{} cannot restrict, free or erase their own personal texts; have another security administrator do it.",
                names.officer_en(officer)
            ),
            Self::NotThePlatform { officer } => format!(
                "{} cannot state an erasure again: leave it to the platform; to erase, ask the security administrator.",
                names.officer_en(officer)
            ),
            Self::Restricted { since } => format!(
                "These personal texts are kept and not used since {since}; if they are needed, have the security administrator lift that first."
            ),
            Self::Erased { on } => {
                format!(
                    "These personal texts were erased on {on} and cannot come back; if the person must be reached, ask for them anew."
                )
            }
            Self::NotRestricted => {
                "These personal texts are not restricted, so there is nothing to lift; check whom you mean."
                    .into()
            }
        }
    }
}
