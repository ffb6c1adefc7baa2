//! What each refusal says: its rule, its law, and one sentence in Chinese and English that says what to do.
//!
//! Invariant: words of the field, never a name of the code.
//! Deliberately absent: when something is refused; that is the rules'.

mod clock;
mod decision;
mod intake;
mod life;
mod tolerance;

use super::{Authority, Because, MatterRefusal, Missing};
use crate::{ids::PermitCode, matter::plan::Mode};

pub(super) struct Words {
    pub(super) rule: Option<&'static str>,
    pub(super) source: Option<String>,
    pub(super) zh: String,
    pub(super) en: String,
}

fn words(rule: &'static str, source: &str, zh: impl Into<String>, en: impl Into<String>) -> Words {
    let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    Words { rule: (!rule.is_empty()).then_some(rule), source: some(source), zh: zh.into(), en: en.into() }
}

impl MatterRefusal {
    pub(super) fn words(&self) -> Words {
        self.words_of_life()
            .or_else(|| self.words_of_intake())
            .or_else(|| self.words_of_clock())
            .or_else(|| self.words_of_tolerance())
            .unwrap_or_else(|| self.words_of_decision())
    }
}

fn missing_zh(missing: &[Missing]) -> String {
    let one = |m: &Missing| format!("{}（{}）", m.requirement, m.because.zh());
    missing.iter().map(one).collect::<Vec<_>>().join("、")
}

fn missing_en(missing: &[Missing]) -> String {
    let one = |m: &Missing| format!("{} ({})", m.requirement, m.because.en());
    missing.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn modes_zh(modes: &[Mode]) -> String {
    if modes.is_empty() {
        "无".into()
    } else {
        modes.iter().map(|m| m.name_zh()).collect::<Vec<_>>().join("、")
    }
}

fn modes_en(modes: &[Mode]) -> String {
    if modes.is_empty() {
        "none".into()
    } else {
        modes.iter().map(|m| m.name_en()).collect::<Vec<_>>().join(", ")
    }
}

fn codes(codes: &[PermitCode]) -> String {
    if codes.is_empty() {
        "—".into()
    } else {
        codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// `english (中文)` apart: the Chinese, then the English.
fn apart(both: &str) -> (&str, &str) {
    both.strip_suffix(')').and_then(|b| b.split_once(" (")).map_or((both, both), |(en, zh)| (zh, en))
}

impl Because {
    fn zh(self) -> &'static str {
        match self {
            Because::NotBegun => "未申请",
            Because::Underway => "办理中",
            Because::Ended => "未获通过",
            Because::NotReached => "未完成",
            Because::NotHanded => "未提交",
            Because::DebtOpen => "容缺到期未补",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Because::NotBegun => "not begun",
            Because::Underway => "underway",
            Because::Ended => "ended without approval",
            Because::NotReached => "not reached",
            Because::NotHanded => "not handed in",
            Because::DebtOpen => "tolerated until now",
        }
    }
}

impl Authority {
    fn zh(&self) -> String {
        match self {
            Authority::TaskForceLead => "本事项专班组长或副组长".into(),
            Authority::Lead => "专班组长".into(),
            Authority::Submitter { lead } => format!("综合窗口、实施单位或 {lead}"),
            Authority::Custodian { body } => format!("保管部门 {body}"),
            Authority::LeadDepartment { body } => format!("牵头部门 {body}"),
            Authority::HeadOf { body } => format!("{body} 负责人"),
            Authority::GovernmentHead => "本级政府负责人".into(),
            Authority::Receiver { body } => format!("接收部门 {body}"),
            Authority::Administrator => "管理员".into(),
        }
    }

    fn en(&self) -> String {
        match self {
            Authority::TaskForceLead => "the lead or deputy of this matter's task force".into(),
            Authority::Lead => "a task-force lead".into(),
            Authority::Submitter { lead } => format!("the window, the implementing body or {lead}"),
            Authority::Custodian { body } => format!("an officer of {body}, which has custody"),
            Authority::LeadDepartment { body } => format!("an officer of the lead department {body}"),
            Authority::HeadOf { body } => format!("the head of {body}"),
            Authority::GovernmentHead => "the head of the people's government".into(),
            Authority::Receiver { body } => format!("an officer of {body}, to which it was offered"),
            Authority::Administrator => "an administrator".into(),
        }
    }
}
