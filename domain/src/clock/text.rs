//! The steps of an explanation in words, Chinese and English.
//!
//! Invariant: the text says nothing that is not in the step; dates are ISO dates in Beijing.
//! Deliberately absent: mark-up, and any choice of language.

use jiff::civil::Date;

use super::{Ground, State, Step, Unit};

impl Step {
    /// One sentence in Chinese, without a full stop.
    pub fn text_zh(&self) -> String {
        match self {
            Self::Limit { value, unit, source } => format!("时限{value}个{}（{source}）", zh(*unit)),
            Self::Extended { value, total, unit, source } => {
                format!("经批准延长{value}个{0}，共{total}个{0}（{source}）", zh(*unit))
            }
            Self::Start { date } => format!("{date}起算，开始的当日不计入"),
            Self::Counted { from, to, days, unit: Unit::WorkingDays } => {
                format!("{}计{days}个工作日（周一至周五）", run_zh(from, to))
            }
            Self::Counted { from, to, days, .. } => format!("{}计{days}个自然日", run_zh(from, to)),
            Self::MakeUp { date, holiday } => format!("{date}周末调休上班（{holiday}），计1个工作日"),
            Self::Holiday { from, to, name } => format!("{}{name}放假，不计入", run_zh(from, to)),
            Self::Excluded { from, to, grounds, days, unit } => {
                let grounds = names(grounds, Ground::name_zh, "、");
                format!(
                    "{}{grounds}所需时间不计入，扣除{days}个{}（行政许可法 45）",
                    run_zh(from, to),
                    zh(*unit)
                )
            }
            Self::Suspended { from, grounds, left, unit } => {
                let grounds = names(grounds, Ground::name_zh, "、");
                format!("{from}起因{grounds}停止计时，尚未恢复，剩余{left}个{}（行政许可法 45）", zh(*unit))
            }
            Self::Standing { on, state, used, left, unit } => {
                let state = match state {
                    State::Running => "计时中",
                    State::Stopped => "停止计时",
                    State::Ended => "已办结",
                    State::NotStarted => "尚未起算",
                };
                format!("截至{on}（{state}）已用{used}个{0}，剩余{left}个{0}", zh(*unit))
            }
            Self::RolledForward { from, to } => format!("最后一日{from}休息或不计入，顺延至{to}"),
            Self::Due { date } => format!("{date}二十四时届满（窗口有停止业务时间的，以该时间为准）"),
            Self::Provisional { date, authoritative_through } => {
                format!("{date}为暂定日期：放假安排仅公布至{authoritative_through}")
            }
            Self::Overdue { from, to, days, unit } => {
                format!("{}逾期{days}个{}", run_zh(from, to), zh(*unit))
            }
        }
    }

    /// One sentence in English, without a full stop.
    pub fn text_en(&self) -> String {
        match self {
            Self::Limit { value, unit, source } => {
                format!("limit of {value} {} ({source})", en(*unit, *value))
            }
            Self::Extended { value, total, unit, source } => {
                format!("extended by {value} to {total} {} ({source})", en(*unit, *total))
            }
            Self::Start { date } => format!("starts {date}; the start day is not counted"),
            Self::Counted { from, to, days, unit: unit @ Unit::WorkingDays } => {
                format!("{}: {days} {} (Monday to Friday)", run_en(from, to), en(*unit, *days))
            }
            Self::Counted { from, to, days, unit } => {
                format!("{}: {days} {}", run_en(from, to), en(*unit, *days))
            }
            Self::MakeUp { date, holiday } => format!("{date}: weekend worked for {holiday}, 1 working day"),
            Self::Holiday { from, to, name } => format!("{}: {name}, not counted", run_en(from, to)),
            Self::Excluded { from, to, grounds, days, unit } => {
                let (grounds, unit) = (names(grounds, Ground::name_en, ", "), en(*unit, *days));
                format!("{}: {grounds}, {days} {unit} excluded (行政许可法 45)", run_en(from, to))
            }
            Self::Suspended { from, grounds, left, unit } => {
                let (grounds, unit) = (names(grounds, Ground::name_en, ", "), en(*unit, *left));
                format!("stopped from {from} for {grounds}, not resumed, {left} {unit} left (行政许可法 45)")
            }
            Self::Standing { on, state, used, left, unit } => {
                let state = match state {
                    State::Running => "running",
                    State::Stopped => "stopped",
                    State::Ended => "ended",
                    State::NotStarted => "not started",
                };
                format!("through {on} ({state}): {used} used, {left} {} left", en(*unit, *left))
            }
            Self::RolledForward { from, to } => {
                format!("the last day {from} does not count, rolled forward to {to}")
            }
            Self::Due { date } => format!("due at the end of {date} (24:00, or the window's closing time)"),
            Self::Provisional { date, authoritative_through } => {
                format!("{date} is provisional: holidays are settled through {authoritative_through}")
            }
            Self::Overdue { from, to, days, unit } => {
                format!("{}: {days} {} overdue", run_en(from, to), en(*unit, *days))
            }
        }
    }
}

const fn zh(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "工作日",
        Unit::CalendarDays => "自然日",
    }
}

const fn en(unit: Unit, n: i32) -> &'static str {
    match (unit, n) {
        (Unit::WorkingDays, 1) => "working day",
        (Unit::WorkingDays, _) => "working days",
        (Unit::CalendarDays, 1) => "calendar day",
        (Unit::CalendarDays, _) => "calendar days",
    }
}

fn run_zh(from: &Date, to: &Date) -> String {
    if from == to { from.to_string() } else { format!("{from}至{to}") }
}

fn run_en(from: &Date, to: &Date) -> String {
    if from == to { from.to_string() } else { format!("{from} to {to}") }
}

fn names(grounds: &[Ground], name: fn(Ground) -> &'static str, separator: &str) -> String {
    grounds.iter().map(|ground| name(*ground)).collect::<Vec<_>>().join(separator)
}
