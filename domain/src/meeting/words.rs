//! What each refusal of a meeting says, in Chinese and in English.
//!
//! Invariant: words of the field; each says what to do.
//! Deliberately absent: when something is refused.

use super::refusal::{MeetingRefusal, Needs};
use crate::naming::Names;

impl Needs {
    fn zh(&self, names: &Names<'_>) -> String {
        match self {
            Needs::Lead => "专班组长或本级政府负责人".into(),
            Needs::Chair { chair } => format!("主持人 {} 或召集人", names.officer_zh(chair)),
            Needs::ChairOrLead { chair } => {
                format!("主持人 {}、召集人或该事项专班组长", names.officer_zh(chair))
            }
            Needs::Owner { body } => format!("责任单位{}的人员", names.body_zh(body)),
        }
    }

    fn en(&self, names: &Names<'_>) -> String {
        match self {
            Needs::Lead => "a task-force lead or the head of the government".into(),
            Needs::Chair { chair } => format!("the chair {} or who convened it", names.officer_en(chair)),
            Needs::ChairOrLead { chair } => {
                format!("the chair {}, who convened it, or the lead of the matter", names.officer_en(chair))
            }
            Needs::Owner { body } => format!("an officer of {}, whose task it is", names.body_en(body)),
        }
    }
}

/// The sentence in Chinese and in English.
pub(super) fn words(refusal: &MeetingRefusal, names: &Names<'_>) -> (String, String) {
    convening(refusal, names).or_else(|| holding(refusal)).unwrap_or_else(|| of_task(refusal, names))
}

fn convening(refusal: &MeetingRefusal, names: &Names<'_>) -> Option<(String, String)> {
    use MeetingRefusal as R;
    Some(match refusal {
        R::NoSuchMeeting => {
            ("没有这次会议，请核对编号。".into(), "There is no such meeting; check its id.".into())
        }
        R::MeetingExists => (
            "这次会议已经召集，请使用新的编号。".into(),
            "The meeting was convened already; take a new id.".into(),
        ),
        R::NotThisPerson { needs } => (
            format!("无权办理，须由{}办理。", needs.zh(names)),
            format!("Not yours to do: it needs {}.", needs.en(names)),
        ),
        R::UnknownBody { body } => (
            format!("通讯录中没有机构 {body}，请先登记。"),
            format!("The directory does not know body {body}; register it first."),
        ),
        R::UnknownOfficer { officer } => (
            format!("通讯录中没有 {officer}，请先登记。"),
            format!("The directory does not know {officer}; register the officer first."),
        ),
        R::NotAChair { officer } => (
            format!("{} 没有专班组长或政府负责人的角色，请另定主持人。", names.officer_zh(officer)),
            format!(
                "{} is neither a lead nor the head of the government; name another chair.",
                names.officer_en(officer)
            ),
        ),
        R::NothingToTreat => (
            "会议须列出所议事项，请至少选一个。".into(),
            "A meeting treats matters; name at least one.".into(),
        ),
        R::NobodyInvited => (
            "会议须列出参会单位，请至少选一个。".into(),
            "A meeting has bodies invited; name at least one.".into(),
        ),
        R::NoSuchMatter { matter } => (
            format!("没有事项 matter:{matter}，请核对编号。"),
            format!("There is no matter:{matter}; check its id."),
        ),
        _ => return None,
    })
}

fn holding(refusal: &MeetingRefusal) -> Option<(String, String)> {
    use MeetingRefusal as R;
    Some(match refusal {
        R::NotTreated { matter } => (
            format!("会议未列议事项 matter:{matter}；请核对，或另行召集会议。"),
            format!(
                "The meeting does not treat matter:{matter}; check the matter, or convene another meeting."
            ),
        ),
        R::MeetingEnded { is } => (
            format!("会议{}，不能再记录；请另行召集会议。", is.name_zh()),
            format!("The meeting is {}; convene another one.", is.name_en()),
        ),
        R::NotHeldYet { on } => (
            format!("会议定于 {on} 召开，召开后方可记录。"),
            format!("The meeting is held on {on}; record it from then on."),
        ),
        R::SomethingRecorded => (
            "会议已有议定事项或任务，不能取消；请以纪要结束。".into(),
            "Resolutions or tasks are recorded; close the meeting by its minutes instead.".into(),
        ),
        R::NoSuchResolution { number } => (
            format!("会议没有第 {number} 项议定事项，请核对序号。"),
            format!("The meeting has no resolution {number}; check its number."),
        ),
        R::NoSuchEntry { matter, event } => (
            format!("事项 matter:{matter} 没有记录 {event}；请从该事项的历史中选取。"),
            format!("matter:{matter} has no entry {event}; take one from the history of that matter."),
        ),
        R::NobodysAct { event } => (
            format!("记录 {event} 是期限届满的事实，不是任何部门的办理；请选部门的办理记录。"),
            format!("Entry {event} states that time has passed and is nobody's act; take what a body did."),
        ),
        R::DoneBefore { event, on, held } => (
            format!("记录 {event} 发生于 {on}，早于会议日期 {held}；请选会后的办理记录。"),
            format!(
                "Entry {event} took effect on {on}, before the meeting of {held}; take what was done after it."
            ),
        ),
        R::EffectiveInFuture { effective, today } => (
            format!("发生日期 {effective} 晚于今天 {today}，请在发生后记录。"),
            format!("{effective} lies after today, {today}; record it when it has happened."),
        ),
        R::BackfillOutOfOrder { effective, last } => (
            format!("补录日期 {effective} 早于已记录的 {last}，会改变既成结果；请核对日期。"),
            format!(
                "{effective} lies before {last}, on which something that depends on it is recorded; check the day."
            ),
        ),
        _ => return None,
    })
}

fn of_task(refusal: &MeetingRefusal, names: &Names<'_>) -> (String, String) {
    use MeetingRefusal as R;
    match refusal {
        R::NoSuchTask { number } => (
            format!("会议没有第 {number} 号任务，请核对序号。"),
            format!("The meeting has no task {number}; check its number."),
        ),
        R::LimitHasPassed { limit, day } => (
            format!("完成时限 {limit} 早于 {day}，请填以后的日期。"),
            format!("The limit {limit} lies before {day}; set a later one."),
        ),
        R::AlreadyClaimed { number, due } => (
            format!("第 {number} 号任务已认领，承诺 {due} 完成，不能再改。"),
            format!("Task {number} was claimed for {due}; the date stays."),
        ),
        R::DueBeyondLimit { number, due, limit } => (
            format!("第 {number} 号任务须在 {limit} 前完成，不能认领到 {due}；请填较早的日期。"),
            format!("Task {number} has the limit {limit}; claim it for no later than that, not for {due}."),
        ),
        R::DueHasPassed { number, due, day } => (
            format!("第 {number} 号任务的认领日期 {due} 早于 {day}，请填以后的日期。"),
            format!("{due} lies before {day}; claim task {number} for a later day."),
        ),
        R::TaskEnded { number, on } => (
            format!("第 {number} 号任务已于 {on} 确认完成，无须再办。"),
            format!("Task {number} was confirmed on {on}; nothing is left to do."),
        ),
        R::NotReported { number } => (
            format!("责任单位尚未报告第 {number} 号任务完成；请待其报告。"),
            format!("The owner has not reported task {number} finished; wait for the report."),
        ),
        R::OwnReport { officer } => (
            format!("{} 报告了完成，不能自行确认；请由他人确认。", names.officer_zh(officer)),
            format!(
                "{} reported it and does not confirm it; have somebody else do so.",
                names.officer_en(officer)
            ),
        ),
        // those above have been said
        other => (format!("{other:?}"), format!("{other:?}")),
    }
}
