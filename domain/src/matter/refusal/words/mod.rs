//! What each refusal says: its rule, its law, and one sentence in Chinese and English that says what to do.
//!
//! Invariant: words of the field, never a name of the code.
//! Deliberately absent: when something is refused; that is the rules'.

mod clock;
mod dates;
mod decision;
mod intake;
mod life;
mod supervision;
mod together;
mod tolerance;

use super::{Authority, Because, MatterRefusal, Missing};
use crate::{
    ids::{BodyId, PermitCode},
    matter::plan::Mode,
    naming::Names,
    sources,
};

pub(super) struct Words {
    pub(super) rule: Option<&'static str>,
    pub(super) source: Option<String>,
    pub(super) zh: String,
    pub(super) en: String,
}

fn words(rule: &'static str, source: &str, zh: impl Into<String>, en: impl Into<String>) -> Words {
    let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    let zh = crate::naming::tight(&zh.into());
    Words { rule: (!rule.is_empty()).then_some(rule), source: some(source), zh, en: en.into() }
}

impl MatterRefusal {
    pub(super) fn words(&self, names: &Names<'_>) -> Words {
        self.words_of_life(names)
            .or_else(|| self.words_of_intake(names))
            .or_else(|| self.words_of_package(names))
            .or_else(|| self.words_of_opinions(names))
            .or_else(|| self.words_of_clock(names))
            .or_else(|| self.words_of_dates(names))
            .or_else(|| self.words_of_tolerance(names))
            .or_else(|| self.words_of_supervision(names))
            .unwrap_or_else(|| self.words_of_decision(names))
    }
}

fn missing_zh(permit: &PermitCode, missing: &[Missing], names: &Names<'_>) -> String {
    let one =
        |m: &Missing| format!("{}（{}）", names.requirement(Some(permit), &m.requirement), m.because.zh());
    missing.iter().map(one).collect::<Vec<_>>().join("、")
}

fn missing_en(permit: &PermitCode, missing: &[Missing], names: &Names<'_>) -> String {
    let one =
        |m: &Missing| format!("{} ({})", names.requirement(Some(permit), &m.requirement), m.because.en());
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

fn codes(codes: &[PermitCode], names: &Names<'_>) -> String {
    if codes.is_empty() {
        "—".into()
    } else {
        codes.iter().map(|code| names.permit(code)).collect::<Vec<_>>().join("、")
    }
}

fn bodies_zh<'a>(bodies: impl IntoIterator<Item = &'a BodyId>, names: &Names<'_>) -> String {
    let named: Vec<_> = bodies.into_iter().map(|body| names.body_zh(body)).collect();
    if named.is_empty() { "—".into() } else { named.join("、") }
}

fn bodies_en<'a>(bodies: impl IntoIterator<Item = &'a BodyId>, names: &Names<'_>) -> String {
    let named: Vec<_> = bodies.into_iter().map(|body| names.body_en(body)).collect();
    if named.is_empty() { "—".into() } else { named.join(", ") }
}

/// `english (中文)` apart: the Chinese, then the English.
fn apart(both: &str) -> (&str, &str) {
    both.strip_suffix(')').and_then(|b| b.split_once(" (")).map_or((both, both), |(en, zh)| (zh, en))
}

/// `中文 (english)`: the Chinese, then the English.
fn both(zh_en: &str) -> (&str, &str) {
    let (zh, en) = apart(zh_en);
    (en, zh)
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
            Because::Expired => "证件已过有效期",
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
            Because::Expired => "its certificate has expired",
        }
    }
}

impl Authority {
    /// In words, with the names that are known.
    pub fn zh(&self, names: &Names<'_>) -> String {
        match self {
            Authority::TaskForceLead => "本事项专班组长或副组长".into(),
            Authority::Lead => "专班组长".into(),
            Authority::Window => "综合窗口".into(),
            Authority::Asked { body } => format!("被征求意见的部门{}", names.body_zh(body)),
            Authority::Submitter { lead } => format!("综合窗口、实施单位或{}", names.body_zh(lead)),
            Authority::Custodian { body } => format!("保管部门{}", names.body_zh(body)),
            Authority::LeadDepartment { body } => format!("牵头部门{}", names.body_zh(body)),
            Authority::HeadOf { body } => format!("{}负责人", names.body_zh(body)),
            Authority::GovernmentHead => "本级政府负责人".into(),
            Authority::Receiver { body } => format!("接收部门{}", names.body_zh(body)),
            Authority::Concerned { bodies } if bodies.is_empty() => "专班成员或实施单位".into(),
            Authority::Concerned { bodies } => {
                format!("专班成员、实施单位或相关部门（{}）", bodies_zh(bodies, names))
            }
            Authority::Parties { bodies } => format!("{}的人员", bodies_zh(bodies, names)),
            Authority::Supervision => "本事项专班组长、副组长或督查部门".into(),
            Authority::Carded { body } => format!("被发牌的{}", names.body_zh(body)),
            Authority::Administrator => "管理员".into(),
        }
    }

    /// In words, with the names that are known.
    pub fn en(&self, names: &Names<'_>) -> String {
        match self {
            Authority::TaskForceLead => "the lead or deputy of this matter's task force".into(),
            Authority::Lead => "a task-force lead".into(),
            Authority::Window => "the clerk of the window".into(),
            Authority::Asked { body } => {
                format!("an officer of {}, whose opinion it is", names.body_en(body))
            }
            Authority::Submitter { lead } => {
                format!("the window, the implementing body or {}", names.body_en(lead))
            }
            Authority::Custodian { body } => {
                format!("an officer of {}, which has custody", names.body_en(body))
            }
            Authority::LeadDepartment { body } => {
                format!("an officer of the lead department {}", names.body_en(body))
            }
            Authority::HeadOf { body } => format!("the head of {}", names.body_en(body)),
            Authority::GovernmentHead => "the head of the people's government".into(),
            Authority::Receiver { body } => {
                format!("an officer of {}, to which it was offered", names.body_en(body))
            }
            Authority::Concerned { bodies } if bodies.is_empty() => {
                "the task force or the implementing body".into()
            }
            Authority::Concerned { bodies } => {
                format!(
                    "the task force, the implementing body or a department it touches ({})",
                    bodies_en(bodies, names)
                )
            }
            Authority::Parties { bodies } => format!("an officer of {}", bodies_en(bodies, names)),
            Authority::Supervision => {
                "the lead or deputy of this matter's task force, or the supervision office".into()
            }
            Authority::Carded { body } => {
                format!("an officer of {}, the body carded", names.body_en(body))
            }
            Authority::Administrator => "an administrator".into(),
        }
    }

    /// The rule and the source behind who may act.
    fn ground(&self) -> (&'static str, &'static str) {
        match self {
            Authority::GovernmentHead => ("R4", "行政许可法 42"),
            Authority::Concerned { .. } | Authority::Parties { .. } => ("R14", sources::DATES),
            _ => ("R18", sources::DUTIES),
        }
    }
}

/// The rule and the law of the step that an act belongs to, by what it needs.
fn step(needed: &str) -> (&'static str, &'static str) {
    match apart(needed).0 {
        "收件待受理" | "待补正" | "待补正件请用补正收件" | "视为受理" | "已收件" => {
            ("R3", "行政许可法 32")
        }
        "审查中" | "已受理" => ("R4", "行政许可法 42"),
        "已批准" => ("R5", "行政许可法 44"),
        "已发证" => ("R7", "行政许可法 50"),
        "已批准或已发证" => ("R8", "行政许可法 69"),
        "该环节之前" => ("R10", sources::TOLERANCE),
        _ => ("", sources::ORDER),
    }
}
