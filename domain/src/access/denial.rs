//! Why something is denied, in words.
//!
//! Invariant: a denial says nothing about what it protects; where that something exists is a secret too, the caller says
//! that it was not found.

use super::Action;
use crate::decider::Role;
use serde::Serialize;

/// A denial: what was wanted, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Denial {
    /// What was wanted.
    #[serde(skip)]
    pub action: Action,
    /// Why not.
    pub why: Why,
}

/// Why something is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is another county's.
    OtherCounty,
    /// Audit reads everything and commands nothing.
    AuditActs,
    /// None of the asker's roles is among those it takes.
    Role {
        /// Those it takes.
        needs: Vec<Role>,
    },
    /// It is for those who take part.
    NoParty,
    /// It is another body's.
    OtherBody,
}

impl Denial {
    /// The rule behind it; docs/security.md has them.
    pub fn rule(&self) -> &'static str {
        match self.why {
            Why::OtherCounty => "A1",
            Why::AuditActs => "R18",
            Why::Role { .. } => "A2",
            Why::NoParty => "A3",
            Why::OtherBody => "A4",
        }
    }

    /// One sentence in Chinese that says what to do.
    pub fn message_zh(&self) -> String {
        match &self.why {
            Why::OtherCounty => "该内容属于其他县，不对本县账号开放。".into(),
            Why::AuditActs => "审计角色只看不办；请由经办人员办理。".into(),
            Why::Role { needs } => {
                let needs: Vec<_> = needs.iter().map(|role| role.name_zh()).collect();
                format!("该操作限以下角色：{}；确需办理的，请联系安全管理员调整角色。", needs.join("、"))
            }
            Why::NoParty => "只有参与该事项的部门和人员可以查看；确需参与的，请由专班组长加入。".into(),
            Why::OtherBody => "该内容属于其他部门；请由该部门人员查看。".into(),
        }
    }

    /// One sentence in English that says what to do.
    pub fn message_en(&self) -> String {
        match &self.why {
            Why::OtherCounty => "it is another county's, and open to that county only".into(),
            Why::AuditActs => "audit reads everything and commands nothing: have an officer do it".into(),
            Why::Role { needs } => {
                let needs: Vec<_> = needs.iter().map(|role| role.name_en()).collect();
                format!(
                    "it is for these roles: {}; if you need it, ask the security administrator for the role",
                    needs.join(", ")
                )
            }
            Why::NoParty => {
                "it is for the bodies and officers that take part: if you need it, have the task force's lead add you".into()
            }
            Why::OtherBody => "it is another body's: have somebody of that body look".into(),
        }
    }
}
