//! The faults of a definition in words: what is wrong, and after the semicolon what to do.
//!
//! Invariant: each sentence names the permit and the thing, so that it can be understood without the line.

use super::check::{FaultKind, name};
use crate::matter::plan::{Gate, Mode};

impl FaultKind {
    /// The rule of the domain it would break.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::StatutoryPastIssue { .. } => Some("R8"),
            Self::SensitiveCommitment { .. } => Some("R12"),
            Self::ModeMisfit { .. } | Self::IssueFirstUnlisted { .. } => Some("R11"),
            Self::ZeroLimit { .. } => Some("R2"),
            Self::ExtensionOfNothing { .. } => Some("R4"),
            _ => None,
        }
    }

    /// The law behind it.
    pub fn source(&self) -> Option<&'static str> {
        match self {
            Self::StatutoryPastIssue { .. } => Some("行政许可法 69"),
            Self::SensitiveCommitment { .. } => Some("国办发〔2020〕42号"),
            Self::ExtensionOfNothing { .. } => Some("行政许可法 42"),
            _ => None,
        }
    }

    /// In Chinese.
    pub fn message_zh(&self) -> String {
        match self {
            Self::Empty => "模板里没有任何事项；请至少写一个 [[permit]]".into(),
            Self::DuplicateCode { code } => format!("编号 {code} 用了两次；请换一个编号"),
            Self::DuplicateRequirement { permit, requirement } => {
                format!("{permit} 重复要求 {requirement}；请删去一处")
            }
            Self::UnknownBody { permit, body } => {
                format!("{permit} 写的机构 {body} 不在目录里；请改正机构编号，或先在目录中登记")
            }
            Self::UnknownNode { of, node } => {
                format!("{of} 的前置 {} 不存在；请改正编号，或补上该事项（节点）", name(node))
            }
            Self::Cycle { path } => {
                let path = path.iter().map(name).collect::<Vec<_>>().join(" → ");
                format!("前置关系成环 {path}（互相等待）；请删去其中一条")
            }
            Self::ZeroLimit { permit } => format!("{permit} 的时限为 0；请写至少 1 天，没有时限就不写"),
            Self::OpinionsOfNobody { permit } => {
                format!("{permit} 要征求意见却没有配合部门；请补 cooperating，或删去 opinions")
            }
            Self::ExtensionOfNothing { permit } => {
                format!("{permit} 没有法定时限却写了延长；请补 statutory，或删去 extension")
            }
            Self::NothingIssued { permit, requirement } => {
                format!(
                    "{permit} 不发证，{requirement} 却定在发证环节；请改为 before = \"decide\"，或写 certificate = true"
                )
            }
            Self::ModeMisfit { permit, requirement, mode, gate } => format!(
                "{permit} 的 {requirement} 定在{}环节，不适用{}；{}",
                gate_zh(*gate),
                mode.name_zh(),
                fit_zh(*mode)
            ),
            Self::StatutoryPastIssue { permit, requirement, mode: Some(mode) } => format!(
                "{permit} 的 {requirement} 是法定条件，不能以{}后补（行政许可法第69条）；请删去该方式",
                mode.name_zh()
            ),
            Self::StatutoryPastIssue { permit, requirement, mode: None } => format!(
                "{permit} 的 {requirement} 是法定条件，不能定在发证之后（行政许可法第69条）；请改到发证或之前的环节"
            ),
            Self::SensitiveCommitment { permit, requirement, mode, field } => format!(
                "{permit} 的 {requirement} 涉及{}，不得适用{}（国办发〔2020〕42号）；请删去该方式",
                field.name_zh(),
                mode.name_zh()
            ),
            Self::IssueFirstUnlisted { permit, requirement } => format!(
                "{permit} 不在先证后补清单上，{requirement} 却允许先证后补；请删去该方式，或在依清单核实后写 issue_first_listed = true"
            ),
        }
    }

    /// In English.
    pub fn message_en(&self) -> String {
        match self {
            Self::Empty => "the template has no permit; write at least one [[permit]]".into(),
            Self::DuplicateCode { code } => {
                format!("code {code} is used twice; give one of them another code")
            }
            Self::DuplicateRequirement { permit, requirement } => {
                format!("{permit} asks for {requirement} twice; remove one")
            }
            Self::UnknownBody { permit, body } => format!(
                "{permit} names body {body}, which is not in the directory; correct it or register the body first"
            ),
            Self::UnknownNode { of, node } => {
                format!("{of} waits for {}, which does not exist; correct the code or add it", name(node))
            }
            Self::Cycle { path } => {
                let path = path.iter().map(name).collect::<Vec<_>>().join(" → ");
                format!("prerequisites form a cycle {path}, each waits for the other; remove one of them")
            }
            Self::ZeroLimit { permit } => {
                format!("{permit} has a limit of 0; write at least 1 day, or no limit at all")
            }
            Self::OpinionsOfNobody { permit } => format!(
                "{permit} needs opinions but no department cooperates; add `cooperating` or remove `opinions`"
            ),
            Self::ExtensionOfNothing { permit } => {
                format!(
                    "{permit} has an extension but no statutory limit; add `statutory` or remove `extension`"
                )
            }
            Self::NothingIssued { permit, requirement } => format!(
                "{permit} issues no certificate but {requirement} is due before issue; write before = \"decide\" or certificate = true"
            ),
            Self::ModeMisfit { permit, requirement, mode, gate } => format!(
                "{permit}: {requirement} is due at gate {}, where mode {} moves nothing; {}",
                gate_en(*gate),
                mode_en(*mode),
                fit_en(*mode)
            ),
            Self::StatutoryPastIssue { permit, requirement, mode: Some(mode) } => format!(
                "{permit}: {requirement} is a statutory condition and cannot be supplied after issue by mode {} (行政许可法 69); remove the mode",
                mode_en(*mode)
            ),
            Self::StatutoryPastIssue { permit, requirement, mode: None } => format!(
                "{permit}: {requirement} is a statutory condition and cannot be due after issue (行政许可法 69); move it to issue or before"
            ),
            Self::SensitiveCommitment { permit, requirement, mode, field } => format!(
                "{permit}: {requirement} lies in a field where no commitment is taken ({}, 国办发〔2020〕42号); remove mode {}",
                field.name_en(),
                mode_en(*mode)
            ),
            Self::IssueFirstUnlisted { permit, requirement } => format!(
                "{permit}: {requirement} may be issued first but the permit is not on the special list; remove the mode, or write issue_first_listed = true once the list has it"
            ),
        }
    }
}

fn gate_zh(gate: Gate) -> &'static str {
    match gate {
        Gate::Accept => "受理",
        Gate::Decide => "审批决定",
        Gate::Issue => "发证",
        Gate::AfterIssue => "发证之后",
    }
}

fn gate_en(gate: Gate) -> &'static str {
    match gate {
        Gate::Accept => "accept",
        Gate::Decide => "decide",
        Gate::Issue => "issue",
        Gate::AfterIssue => "after_issue",
    }
}

fn mode_en(mode: Mode) -> &'static str {
    match mode {
        Mode::ReceiveOnly => "receive_only",
        Mode::Accept => "accept",
        Mode::PreReview => "pre_review",
        Mode::Commitment => "commitment",
        Mode::IssueFirst => "issue_first",
    }
}

fn fit_zh(mode: Mode) -> &'static str {
    match mode {
        Mode::ReceiveOnly | Mode::Accept => "该方式只用于受理环节的材料，请改写环节或方式",
        Mode::PreReview => "该方式只用于受理环节的前置事项，请改写环节或方式",
        Mode::Commitment => "该方式只用于审批决定或发证环节，请改写环节或方式",
        Mode::IssueFirst => "该方式只用于发证环节，请改写环节或方式",
    }
}

fn fit_en(mode: Mode) -> &'static str {
    match mode {
        Mode::ReceiveOnly | Mode::Accept => "use it for a material before accept, or choose another mode",
        Mode::PreReview => "use it for a prerequisite before accept, or choose another mode",
        Mode::Commitment => "use it before decide or issue, or choose another mode",
        Mode::IssueFirst => "use it before issue, or choose another mode",
    }
}
