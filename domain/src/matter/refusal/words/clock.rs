//! Refusals about clocks and custody, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, words};
use crate::{clock::Unit, matter::refusal::MatterRefusal, naming::Names, sources};

const fn unit_zh(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "工作日",
        Unit::CalendarDays => "自然日",
    }
}

const fn unit_en(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "working days",
        Unit::CalendarDays => "calendar days",
    }
}

impl MatterRefusal {
    pub(super) fn words_of_clock(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            ClockStopped { permit } => {
                let permit = names.permit(permit);
                words(
                    "R6",
                    "行政许可法 45",
                    format!("{permit} 特别程序尚未结束，请先恢复计时。"),
                    format!("The clock of {permit} stands still; resume it first."),
                )
            }
            ClockNotRunning { permit } => {
                let permit = names.permit(permit);
                words(
                    "R6",
                    "行政许可法 45",
                    format!("{permit} 未在计时。"),
                    format!("No clock of {permit} runs."),
                )
            }
            ToldBeforeStart { from, told_until } => words(
                "R6",
                "行政许可法 45",
                format!("告知的截止日 {told_until} 早于开始日 {from}。"),
                format!(
                    "The told last day {told_until} lies before the first, {from}; tell the applicant a real duration."
                ),
            ),
            ExclusionTooLong { ground, latest, source } => words(
                "R6",
                source,
                format!("{}最迟至 {latest}。", ground.name_zh()),
                format!("{} may be excluded until {latest} at most.", ground.name_en()),
            ),
            NotStopped { permit, ground } => {
                let permit = names.permit(permit);
                words(
                    "R6",
                    "行政许可法 45",
                    format!("{permit} 没有因{}停止计时。", ground.name_zh()),
                    format!("The clock of {permit} is not stopped for {}.", ground.name_en()),
                )
            }
            NoticeUsed { permit, number } => {
                let permit = names.permit(permit);
                words(
                    "R6",
                    "行政许可法 45",
                    format!("{permit} 已按 {number} 停止计时；再次停止须另行告知。"),
                    format!(
                        "{number} has stopped the clock of {permit} already; a further stop needs its own notice."
                    ),
                )
            }
            ResumedBeforeStart { from, on } => words(
                "R6",
                "行政许可法 45",
                format!("恢复日 {on} 早于开始日 {from}。"),
                format!("{on} lies before {from}, the first excluded day."),
            ),
            AlreadyExtended { permit } => {
                let permit = names.permit(permit);
                words(
                    "R4",
                    "行政许可法 42",
                    format!("{permit} 已延期一次。"),
                    format!("{permit} has been extended; a limit is extended once."),
                )
            }
            NotExtendable { permit } => {
                let permit = names.permit(permit);
                words(
                    "R4",
                    "行政许可法 42",
                    format!("{permit} 的期限依法不能延长。"),
                    format!("No law lets the limit of {permit} be extended."),
                )
            }
            LimitRunOut { permit, due } => {
                let permit = names.permit(permit);
                words(
                    "R4",
                    "行政许可法 42",
                    format!(
                        "{permit} 的期限已于 {due} 届满，不能再延长或停计。届满前已批准延长并送达、届满后才补录的，由不经办该件的负责人填写批准之日并附送达回证。"
                    ),
                    format!(
                        "The limit of {permit} ran out on {due}; it is extended or stopped before. An extension served by then and recorded later needs its day, the proof of service, and a head who does not handle the file."
                    ),
                )
            }
            ExtensionUnitDiffers { asked, limit, source } => words(
                "R4",
                source,
                format!("该期限按{}延长，不能按{}延长。", unit_zh(*limit), unit_zh(*asked)),
                format!("This limit is extended in {}, not in {}.", unit_en(*limit), unit_en(*asked)),
            ),
            ExtensionTooLong { asked: 0, most, source } => words(
                "R4",
                source,
                format!("延长须为 1 至 {most}，不能为 0。"),
                format!("An extension of 0 extends nothing; it lies from 1 to {most}."),
            ),
            ExtensionTooLong { asked, most, source } => words(
                "R4",
                source,
                format!("最多延长 {most}，不能延长 {asked}。"),
                format!("{asked} is more than the {most} the law allows."),
            ),
            HandoffOpen { permit, to } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::HANDOFF,
                    format!("{permit} 正移交{}，请先答复或撤回。", names.body_zh(to)),
                    format!(
                        "{permit} is being offered to {}; that offer is answered or withdrawn first.",
                        names.body_en(to)
                    ),
                )
            }
            NoHandoff { permit } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::HANDOFF,
                    format!("{permit} 没有待答复的移交。"),
                    format!("No handoff of {permit} is open."),
                )
            }
            SameBody { body } => words(
                "",
                sources::HANDOFF,
                format!("{}已保管该件。", names.body_zh(body)),
                format!("{} has it already.", names.body_en(body)),
            ),
            _ => return None,
        })
    }
}
