//! Why a notice or overlay was not recorded.
//!
//! Invariant: what contradicts itself, or what is recorded, is named with its day or number.

use crate::{
    calendar::CalendarError,
    decider::Explained,
    ids::{CountyId, OfficerId},
    naming::Names,
    sources,
};
use jiff::civil::Date;
use serde::Serialize;

/// Why a notice or overlay was not recorded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "refusal")]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum CalendarBookRefusal {
    /// Only an administrator or the platform keeps the calendar.
    NotAdministrator { officer: OfficerId },
    /// The overlay is another county's.
    OtherCounty { given: String, here: CountyId },
    /// It contradicts itself or the calendar as recorded.
    Contradicts { error: CalendarError },
    /// The overlay declares a day that has begun or passed.
    DayHasBegun { day: Date, today: Date },
    /// A document is recorded after those recorded before it.
    BackfillOutOfOrder { effective: Date, last: Date },
}

impl Explained for CalendarBookRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAdministrator { .. } => "NotAdministrator",
            Self::OtherCounty { .. } => "OtherCounty",
            Self::Contradicts { .. } => "CalendarContradicts",
            Self::DayHasBegun { .. } => "DayHasBegun",
            Self::BackfillOutOfOrder { .. } => "BackfillOutOfOrder",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotAdministrator { .. } => "R18",
            Self::OtherCounty { .. } | Self::Contradicts { .. } => "R19",
            Self::DayHasBegun { .. } => "R20",
            Self::BackfillOutOfOrder { .. } => "R16",
        })
    }

    fn source(&self) -> Option<String> {
        Some(match self {
            Self::NotAdministrator { .. } => sources::DUTIES.into(),
            Self::OtherCounty { .. } | Self::Contradicts { .. } => "全国年节及纪念日放假办法（2024）".into(),
            Self::DayHasBegun { .. } | Self::BackfillOutOfOrder { .. } => sources::RECORD.into(),
        })
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "账号 {officer} 不能登记放假安排；请由管理员办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::OtherCounty { given, here } => {
                format!("该安排属于 {given}，本地为 {here}；请由当地登记。")
            }
            Self::Contradicts { error } => contradiction_zh(error),
            Self::DayHasBegun { day, today } => {
                format!("{day} 不晚于今天（{today}）；本地放假安排只能在当日之前登记，已过的日子不再变更。")
            }
            Self::BackfillOutOfOrder { effective, last } => {
                format!("{effective} 早于上一份安排的登记日 {last}；请按先后登记。")
            }
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "Account {officer} cannot record holidays; have an administrator do it.",
                    officer = names.officer_en(officer)
                )
            }
            Self::OtherCounty { given, here } => {
                format!("The overlay is {given}'s, and this is {here}; record it there.")
            }
            Self::Contradicts { error } => format!("{error}."),
            Self::DayHasBegun { day, today } => {
                format!(
                    "{day} is not after today, {today}; a county's days are recorded before they come, what has passed stays."
                )
            }
            Self::BackfillOutOfOrder { effective, last } => {
                format!(
                    "{effective} lies before {last}, when the last document was recorded; record them in turn."
                )
            }
        }
    }
}

fn contradiction_zh(error: &CalendarError) -> String {
    use CalendarError as E;
    match error {
        E::NoSource { id } => format!("{id} 没有出处；请填写发布网址或文号。"),
        E::NoDays { id } => format!("{id} 没有列出日期；请填写放假日和调休上班日。"),
        E::Nameless { date } => format!("{date} 没有节日名称；请按通知填写。"),
        E::Contradiction { date } => format!("{date} 既列为放假又列为上班（或取消）；请按通知保留其一。"),
        E::ListedTwice { date } => format!("{date} 重复列出；请删去一处。"),
        E::MakeUpOnWeekday { date } => {
            format!("{date} 不是周末，不能列为调休上班；请更正，或列为取消放假。")
        }
        E::OutsideYear { date, year } => {
            format!("{date} 不在 {year} 年安排之内；请更正，或在该年通知中填写。")
        }
        E::YearOutOfOrder { year, expected } => format!("{year} 年次序不符；请先登记 {expected} 年的通知。"),
        E::YearCovered { year } => format!("{year} 年已有通知；请注明本通知修改哪一份。"),
        E::AmendsUnknown { year, amends } => format!("{amends} 不是 {year} 年的通知；请填写该年的通知文号。"),
        E::Recorded { id } => format!("{id} 已登记；如需更正，请以另一文号作为修改登记。"),
        E::AuthorityOutsideYear { through, year } => {
            format!("权威截止日 {through} 不在 {year} 年；通常为该年十二月三十一日。")
        }
        E::NothingToWithdraw { date } => format!("{date} 此前未列出，没有可取消的。"),
        E::NotACounty { county } => format!("{county:?} 不是县级区划代码；请填写六位代码。"),
        E::OtherCounty { here, given } => format!("本日历属于 {here}，该安排属于 {given}；请由当地登记。"),
    }
}
