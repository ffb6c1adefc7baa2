//! What happened to the date of a milestone, in one sentence (R14).

use super::{
    super::{MatterEvent as E, event::Approval},
    Sentence, say,
};
use crate::naming::Names;

/// What happened, if it is about a milestone's date.
pub(super) fn of(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::MilestonePlanned(e) => say(
            format!("节点{}定于{}", e.name, e.date),
            format!("milestone {} planned for {}", e.name, e.date),
        ),
        E::DateChangeRequested(e) => say(
            format!("申请将节点{}由{}改至{}：{}", names.milestone(&e.milestone), e.from, e.to, e.reason),
            format!(
                "asked to move milestone {} from {} to {}: {}",
                names.milestone(&e.milestone),
                e.from,
                e.to,
                e.reason
            ),
        ),
        E::DateChangeAgreed(e) => say(
            format!("{}同意节点{}改至{}", names.body_zh(&e.body), names.milestone(&e.milestone), e.to),
            format!(
                "{} agreed to move milestone {} to {}",
                names.body_en(&e.body),
                names.milestone(&e.milestone),
                e.to
            ),
        ),
        E::DateChangeObjected(e) => say(
            format!(
                "{}不同意节点{}改至{}：{}",
                names.body_zh(&e.body),
                names.milestone(&e.milestone),
                e.to,
                e.reason
            ),
            format!(
                "{} objected to {} for milestone {}: {}",
                names.body_en(&e.body),
                e.to,
                names.milestone(&e.milestone),
                e.reason
            ),
        ),
        E::DateChangeWithdrawn(e) => say(
            format!("撤回节点{}改至{}的申请：{}", names.milestone(&e.milestone), e.to, e.reason),
            format!(
                "took back the request to move milestone {} to {}: {}",
                names.milestone(&e.milestone),
                e.to,
                e.reason
            ),
        ),
        E::DateChangeApproved(e) => {
            let (zh, en) = match e.approval {
                Approval::ByAgreement => ("各部门同意", "by agreement"),
                Approval::ByLead => ("组长决定", "by the lead's decision"),
            };
            say(
                format!("节点{}由{}改至{}（{zh}）", names.milestone(&e.milestone), e.from, e.to),
                format!("milestone {} moved from {} to {} {en}", names.milestone(&e.milestone), e.from, e.to),
            )
        }
        E::DateChangeRefused(e) => say(
            format!("不同意节点{}改至{}，仍为{}：{}", names.milestone(&e.milestone), e.to, e.from, e.reason),
            format!(
                "refused to move milestone {} to {}, it stays {}: {}",
                names.milestone(&e.milestone),
                e.to,
                e.from,
                e.reason
            ),
        ),
        E::MilestoneMissed(e) => say(
            format!("节点{}逾期，未在{}前完成", names.milestone(&e.milestone), e.date),
            format!("milestone {} missed: not reached by {}", names.milestone(&e.milestone), e.date),
        ),
        E::MissedMilestoneExplained(e) => match e.to {
            Some(to) => say(
                format!("说明节点{}逾期原因：{}，改定{to}", names.milestone(&e.milestone), e.reason),
                format!(
                    "milestone {} missed because {}; new date {to}",
                    names.milestone(&e.milestone),
                    e.reason
                ),
            ),
            None => say(
                format!("说明节点{}逾期原因：{}", names.milestone(&e.milestone), e.reason),
                format!("milestone {} missed because {}", names.milestone(&e.milestone), e.reason),
            ),
        },
        _ => return None,
    })
}
