//! Refusals of dates of milestones, in words (R14).
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, bodies_en, bodies_zh, words};
use crate::{matter::refusal::MatterRefusal, naming::Names, sources};

impl MatterRefusal {
    pub(super) fn words_of_dates(&self, names: &Names<'_>) -> Option<Words> {
        self.words_of_planning(names).or_else(|| self.words_of_change(names))
    }

    fn words_of_planning(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        let r14 = |zh: String, en: String| words("R14", sources::DATES, zh, en);
        Some(match self {
            MilestoneDated { milestone, date } => {
                let milestone = names.milestone(milestone);
                r14(
                    format!("节点 {milestone} 的日期已定为 {date}；如需改期，请申请变更日期。"),
                    format!("The date of {milestone} is set to {date}; ask for a change of the date."),
                )
            }
            MilestoneNotDated { milestone } => {
                let milestone = names.milestone(milestone);
                r14(
                    format!("节点 {milestone} 尚未定日期；请专班组长先定日期。"),
                    format!("{milestone} has no date yet; have the lead plan one first."),
                )
            }
            MilestoneOfPlan { milestone } => {
                let milestone = names.milestone(milestone);
                r14(
                    format!("计划中已有节点 {milestone}，名称和先后以计划为准；只需填日期。"),
                    format!("The plan has {milestone}, with its name and place; give the date alone."),
                )
            }
            NothingToReach { milestone } => r14(
                format!("计划中没有节点 {milestone} 所指阶段的审批事项；请另选阶段或写明前项。"),
                format!(
                    "The plan has no permit of the stage {milestone} is for; choose another, or name what comes before."
                ),
            ),
            TargetDiffers { target, date } => r14(
                format!("项目的计划完成日期是 {target}，不是 {date}；请按该日期填写，或先更正项目信息。"),
                format!(
                    "The project's target is {target}, not {date}; take that date, or correct the project first."
                ),
            ),
            TargetIsMilestone { date } => r14(
                format!("计划完成日期已列为节点（{date}），不能在项目信息中改；请申请变更节点日期。"),
                format!("The target is a milestone now ({date}); ask for a change of its date."),
            ),
            DateNotAhead { milestone, date, day } => {
                let milestone = names.milestone(milestone);
                r14(
                    format!("节点 {milestone} 的日期 {date} 须晚于 {day}；请填以后的日期。"),
                    format!("{date} does not lie after {day}; give {milestone} a later date."),
                )
            }
            _ => return None,
        })
    }

    fn words_of_change(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        let r14 = |zh: String, en: String| words("R14", sources::DATES, zh, en);
        let named = |code| names.milestone(code);
        Some(match self {
            DateUnchanged { milestone, date } => r14(
                format!("节点 {} 的日期已是 {date}，无须变更。", named(milestone)),
                format!("The date of {} is {date}; there is nothing to change.", named(milestone)),
            ),
            DateHasPassed { milestone, date } => r14(
                format!(
                    "节点 {} 的日期 {date} 已过，属逾期未完成；请专班组长说明原因并另定日期。",
                    named(milestone)
                ),
                format!(
                    "{date} has passed and {} was missed; the lead says why and sets a new date.",
                    named(milestone)
                ),
            ),
            DateIsNear { milestone, date, last_days } => r14(
                format!(
                    "距节点 {} 的日期 {date} 不足 {last_days} 天，只有专班组长可申请变更。",
                    named(milestone)
                ),
                format!(
                    "{date} of {} is less than {last_days} days away: only the lead asks for a change now.",
                    named(milestone)
                ),
            ),
            DateTooFar { milestone, to, original, latest } => r14(
                format!(
                    "节点 {} 原定 {original}，累计延期不得超过原定工期的一半；最晚可至 {latest}，不能改为 {to}。",
                    named(milestone)
                ),
                format!(
                    "{} was planned for {original}; all changes together extend it by at most half its span: ask for {latest} at the latest, not {to}.",
                    named(milestone)
                ),
            ),
            DateChangeOpen { milestone, to } => r14(
                format!("节点 {} 改至 {to} 的申请尚未办结；请先办结或撤回。", named(milestone)),
                format!(
                    "A change of {} to {to} is asked for already; decide or withdraw that first.",
                    named(milestone)
                ),
            ),
            NoDateChange { milestone } => r14(
                format!("节点 {} 没有待办的日期变更申请；请先申请。", named(milestone)),
                format!("No change of the date of {} is open; ask for one first.", named(milestone)),
            ),
            DateChangeNotAgreed { milestone, missing } => r14(
                format!(
                    "节点 {} 的日期变更尚未获{}同意；请先取得同意，或不予变更。",
                    named(milestone),
                    bodies_zh(missing, names)
                ),
                format!(
                    "{} have not agreed to the new date of {}; get their agreement, or refuse it.",
                    bodies_en(missing, names),
                    named(milestone)
                ),
            ),
            NothingMissed { milestone } => r14(
                format!("节点 {} 没有待说明的逾期；请核对节点和日期。", named(milestone)),
                format!(
                    "No missed date of {} waits for an explanation; check the milestone and the day.",
                    named(milestone)
                ),
            ),
            NewDateNeeded { milestone, missed } => r14(
                format!("节点 {} 未在 {missed} 前完成，说明原因时须另定日期。", named(milestone)),
                format!(
                    "{} was missed on {missed} and is not reached; give the new date with the reason.",
                    named(milestone)
                ),
            ),
            _ => return None,
        })
    }
}
