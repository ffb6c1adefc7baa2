//! Why settings were not changed.
//!
//! Invariant: the setting is named as people name it, with its bounds.

use crate::{decider::Explained, ids::OfficerId, naming::Names, sources};
use jiff::civil::Date;
use serde::Serialize;

/// A setting that has bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// Percent of the limit used, for a yellow card.
    YellowUsedPercent,
    /// Working days left, for a yellow card.
    YellowLeftDays,
    /// Working days left for an opinion, for a yellow card.
    OpinionYellowLeftDays,
    /// Working days of reminder before a yellow card.
    ReminderDays,
    /// Percent of a township's rating.
    TownshipWeightPercent,
    /// Working days of grace for a late entry.
    BackfillGraceDays,
}

impl SettingName {
    fn zh(self) -> &'static str {
        match self {
            Self::YellowUsedPercent => "黄牌的时限用量（百分比）",
            Self::YellowLeftDays => "黄牌的剩余工作日",
            Self::OpinionYellowLeftDays => "征求意见黄牌的剩余工作日",
            Self::ReminderDays => "黄牌前的提醒工作日",
            Self::TownshipWeightPercent => "乡镇评价的权重（百分比）",
            Self::BackfillGraceDays => "后期补录的宽限工作日",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::YellowUsedPercent => "the percentage used for a yellow card",
            Self::YellowLeftDays => "the working days left for a yellow card",
            Self::OpinionYellowLeftDays => "the working days left for an opinion, for a yellow card",
            Self::ReminderDays => "the working days of reminder before a yellow card",
            Self::TownshipWeightPercent => "the percentage of a township's rating",
            Self::BackfillGraceDays => "the working days of grace for a late entry",
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::TownshipWeightPercent => "R17",
            Self::BackfillGraceDays => "R16",
            _ => "R13",
        }
    }
}

/// Why settings were not changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "refusal")]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum SettingsRefusal {
    /// Only an administrator or the platform changes settings.
    NotAdministrator { officer: OfficerId },
    /// The setting is beyond what makes sense of it.
    OutOfBounds { setting: SettingName, least: u16, most: u16, asked: u16 },
    /// They would begin on a day that has begun or passed.
    DayHasBegun { from: Date, today: Date },
    /// They would begin before a change that is recorded already.
    BeforeLastChange { from: Date, last: Date },
}

impl Explained for SettingsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAdministrator { .. } => "NotAdministrator",
            Self::OutOfBounds { .. } => "SettingOutOfBounds",
            Self::DayHasBegun { .. } => "DayHasBegun",
            Self::BeforeLastChange { .. } => "BeforeLastChange",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotAdministrator { .. } => "R18",
            Self::OutOfBounds { setting, .. } => setting.rule(),
            Self::DayHasBegun { .. } | Self::BeforeLastChange { .. } => "R20",
        })
    }

    fn source(&self) -> Option<String> {
        Some(match self {
            Self::NotAdministrator { .. } => sources::DUTIES.into(),
            _ => sources::SETTINGS.into(),
        })
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NotAdministrator { officer } => {
                format!("账号 {} 不能变更本县设置；请由管理员办理。", names.officer_zh(officer))
            }
            Self::OutOfBounds { setting, least, most, asked } => {
                format!("{}为 {asked}，须在 {least} 至 {most} 之间；请更正。", setting.zh())
            }
            Self::DayHasBegun { from, today } => {
                format!("生效日 {from} 不晚于今天（{today}）；设置只能自以后的日期起生效，请另选日期。")
            }
            Self::BeforeLastChange { from, last } => {
                format!("生效日 {from} 早于已登记变更的生效日 {last}；请选 {last} 或以后。")
            }
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NotAdministrator { officer } => format!(
                "Account {} cannot change the county's settings; have an administrator do it.",
                names.officer_en(officer)
            ),
            Self::OutOfBounds { setting, least, most, asked } => {
                let name = setting.en();
                format!("{asked} is no value for {name}; give {least} to {most}.")
            }
            Self::DayHasBegun { from, today } => {
                format!("{from} is not after today, {today}; settings hold from a later day on, choose one.")
            }
            Self::BeforeLastChange { from, last } => format!(
                "{from} lies before {last}, when a change already recorded begins; choose {last} or a later day."
            ),
        }
    }
}
