//! Refusals at intake and at the gates, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, apart, missing_en, missing_zh, step, words};
use crate::{matter::refusal::MatterRefusal, naming::Names, sources};

impl MatterRefusal {
    pub(super) fn words_of_intake(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            WrongStep { permit, is, needed } => {
                let permit = names.permit(permit);
                words(
                    step(needed).0,
                    step(needed).1,
                    format!(
                        "{permit} 目前{}，此操作须在：{}。",
                        is.map_or("未申请", |p| p.name_zh()),
                        apart(needed).0
                    ),
                    format!(
                        "{permit} is {}; this needs it {}.",
                        is.map_or("only planned", |p| p.name_en()),
                        apart(needed).1
                    ),
                )
            }
            AlreadySubmitted { permit, on } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::ORDER,
                    format!("{permit} 已于 {on} 收件。"),
                    format!("{permit} was received on {on}; a new round opens when this one has ended."),
                )
            }
            BarredFromApplying { permit, kind, decision, until } => {
                let permit = names.permit(permit);
                words(
                    "R9",
                    kind.article(),
                    format!("申请人依{decision}在 {until}（含）以前不得再次申请 {permit}；请在期满后申请。"),
                    format!(
                        "By decision {decision} the applicant may not apply for {permit} again through {until}; hand it in after that day."
                    ),
                )
            }
            AlreadyDecided { permit, by, on, approved } => {
                let permit = names.permit(permit);
                words(
                    // what was granted is undone by revocation only
                    if *approved { "R8" } else { "" },
                    if *approved { "行政许可法 8、69" } else { sources::ORDER },
                    format!(
                        "{permit} 已于 {on} 由 {} 作出{}决定。",
                        names.officer_zh(by),
                        if *approved { "批准" } else { "不予批准" }
                    ),
                    format!(
                        "{permit} was {} by {} on {on}.",
                        if *approved { "approved" } else { "denied" },
                        names.officer_en(by)
                    ),
                )
            }
            NotApplicable { permit } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::PLAN,
                    format!("{permit} 不适用于本事项。"),
                    format!("{permit} does not apply to this matter."),
                )
            }
            AlreadyNoticed { permit, number } => {
                let permit = names.permit(permit);
                words(
                    "R3",
                    "行政许可法 32",
                    format!("{permit} 本轮已一次性告知（{number}），不得再次要求补正。"),
                    format!(
                        "{permit} had its one-time notice {number} in this round; nothing more can be demanded."
                    ),
                )
            }
            NothingListed { permit } => {
                let permit = names.permit(permit);
                words(
                    "R3",
                    "行政许可法 32",
                    format!("{permit} 的补正通知须列明全部内容。"),
                    format!("List all that {permit} lacks; a notice that lists nothing has no effect."),
                )
            }
            NotMissing { permit, requirement } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "R3",
                    "行政许可法 32",
                    format!("{permit} 不缺 {requirement}，不得要求补正。"),
                    format!("{permit} does not lack {requirement} at acceptance; take it off the list."),
                )
            }
            DeemedAlready { permit, accepted_on, term_ended } => {
                let permit = names.permit(permit);
                words(
                    "R3",
                    "行政许可法 32",
                    format!(
                        "{permit} 逾期未告知，自 {accepted_on} 起视为受理（期限 {term_ended}）。如已按期送达，请部门负责人凭送达回证撤销视为受理。"
                    ),
                    format!(
                        "{permit} is deemed accepted from {accepted_on}: the term ended on {term_ended}. If a notice was served in time, the head of the department sets the deemed acceptance aside with the proof of service."
                    ),
                )
            }
            NoticeTooLate { permit, served_on, due } => {
                let permit = names.permit(permit);
                words(
                    "R3",
                    "行政许可法 32",
                    format!("{permit} 的通知于 {served_on} 送达，已过期限 {due}。"),
                    format!(
                        "The notice on {permit} was served on {served_on}, after the term's last day {due}; it has no effect."
                    ),
                )
            }
            NoticeTooEarly { served_on, earliest } => words(
                "R3",
                "行政许可法 32",
                format!("送达日 {served_on} 早于 {earliest}（收件或文书日期），请核对。"),
                format!(
                    "Served on {served_on}, before {earliest}, on which the file was received or the document dated; look again."
                ),
            ),
            NoticeNotServed { served_on, effective } => words(
                "",
                "行政许可法 44",
                format!("文书 {served_on} 才送达，晚于生效日 {effective}；未送达不生效。"),
                format!("The notice is served on {served_on}, after {effective}: no service, no effect."),
            ),
            RequirementsUnmet { permit, gate, missing } => words(
                if missing.iter().any(|m| m.statutory) { "R8" } else { "R10" },
                &missing
                    .iter()
                    .map(|m| m.source.as_str())
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect::<Vec<_>>()
                    .join("；"),
                format!(
                    "{} 在{}环节尚缺：{}。",
                    names.permit(permit),
                    gate.name_zh(),
                    missing_zh(permit, missing, names)
                ),
                format!(
                    "Before {} passes its {} gate it needs: {}.",
                    names.permit(permit),
                    gate.name_en(),
                    missing_en(permit, missing, names)
                ),
            ),
            StatutoryEdge { permit, needed_by } => {
                let permit = names.permit(permit);
                let needed_by = names.permit(needed_by);
                words(
                    "R8",
                    "行政许可法 69",
                    format!("{permit} 是 {needed_by} 的法定条件，不能作不适用处理。"),
                    format!(
                        "{permit} is a statutory condition of {needed_by}; it cannot be made not applicable."
                    ),
                )
            }
            _ => return None,
        })
    }
}
