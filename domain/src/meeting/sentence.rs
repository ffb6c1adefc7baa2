//! What happened to a meeting, in one sentence, Chinese and English.
//!
//! Invariants: every event has its sentence, or this does not compile; a sentence says nothing that is not in the event.

use super::MeetingEvent as E;
use crate::{
    matter::{acts::called, sentence::Sentence},
    naming::Names,
};

/// What happened.
pub fn of(event: &E, names: &Names<'_>) -> Sentence {
    let (zh, en) = match event {
        E::MeetingConvened(e) => {
            let zh: Vec<_> = e.bodies.iter().map(|body| names.body_zh(body)).collect();
            let en: Vec<_> = e.bodies.iter().map(|body| names.body_en(body)).collect();
            let (on, place, matters) = (e.on, &e.place, e.matters.len());
            (
                format!(
                    "召集“{}”，定于{on}在{place}召开，议{matters}个事项，请{}参加",
                    e.title,
                    zh.join("、")
                ),
                format!(
                    "convened {} for {on} at {place}, on {matters} matters, with {}",
                    e.title,
                    en.join(", ")
                ),
            )
        }
        E::MeetingCancelled(e) => (format!("取消会议：{}", e.reason), format!("called off: {}", e.reason)),
        E::ResolutionRecorded(e) => {
            (format!("议定第{}项：{}", e.number, e.text), format!("resolution {}: {}", e.number, e.text))
        }
        E::ResolutionLinked(e) => {
            let (zh, en) = called(e.act.as_str()).unwrap_or((e.act.as_str(), e.act.as_str()));
            (
                format!("第{}项由{}于{}办理（{zh}）", e.number, names.body_zh(&e.body), e.on),
                format!("resolution {} was done by {} on {} ({en})", e.number, names.body_en(&e.body), e.on),
            )
        }
        E::TaskAssigned(e) => (
            format!("任务{}交{}，{}前完成：{}", e.number, names.body_zh(&e.owner), e.limit, e.text),
            format!("task {} to {} until {}: {}", e.number, names.body_en(&e.owner), e.limit, e.text),
        ),
        E::TaskClaimed(e) => (
            format!("认领任务{}，承诺{}完成", e.number, e.due),
            format!("task {} claimed for {}", e.number, e.due),
        ),
        E::TaskReported(e) if e.finished => (
            format!("报告任务{}已完成：{}", e.number, e.progress),
            format!("task {} reported finished: {}", e.number, e.progress),
        ),
        E::TaskReported(e) => (
            format!("报告任务{}进展：{}", e.number, e.progress),
            format!("task {} reported: {}", e.number, e.progress),
        ),
        E::TaskReturned(e) => (
            format!("任务{}未予确认：{}", e.number, e.reason),
            format!("task {} not accepted as finished: {}", e.number, e.reason),
        ),
        E::TaskDone(e) => (format!("确认任务{}完成", e.number), format!("task {} confirmed", e.number)),
        E::TaskOverdue(e) => (
            format!("{}的任务{}逾期（{}）", names.body_zh(&e.owner), e.number, e.due),
            format!("task {} of {} is overdue since {}", e.number, names.body_en(&e.owner), e.due),
        ),
        E::MeetingClosed(e) => {
            (format!("形成会议纪要（{}）", e.minutes), format!("closed by its minutes ({})", e.minutes))
        }
    };
    Sentence { zh, en }
}
