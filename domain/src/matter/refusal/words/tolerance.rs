//! Refusals about tolerated deficiencies, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, both, modes_en, modes_zh, words};
use crate::{matter::refusal::MatterRefusal, naming::Names, sources};

impl MatterRefusal {
    pub(super) fn words_of_tolerance(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            NotTolerable { requirement, mode, allowed } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    "容缺清单",
                    format!("{requirement} 不在{}清单内，可用方式：{}。", mode.name_zh(), modes_zh(allowed)),
                    format!(
                        "{requirement} is not on the list for {}; allowed: {}.",
                        mode.name_en(),
                        modes_en(allowed)
                    ),
                )
            }
            ModeDoesNotFit { requirement, mode, gate } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R11",
                    "容缺清单",
                    format!("{}不适用于{}环节的 {requirement}。", mode.name_zh(), gate.name_zh()),
                    format!(
                        "{} does not move {requirement} from its {} gate.",
                        mode.name_en(),
                        gate.name_en()
                    ),
                )
            }
            StatutoryCondition { requirement, article } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R8",
                    &format!("行政许可法 69；{article}"),
                    format!("{requirement} 是法定条件，发证前必须具备，不得后补。"),
                    format!(
                        "{requirement} is a statutory condition ({article}); it must be there before issue."
                    ),
                )
            }
            NeverByCommitment { requirement, field } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R12",
                    "国办发〔2020〕42号",
                    format!("{requirement} 涉及{}，不适用告知承诺。", field.name_zh()),
                    format!("{requirement} touches {}; no commitment is taken there.", field.name_en()),
                )
            }
            NotOnSpecialList { permit } => {
                let permit = names.permit(permit);
                words(
                    "R11",
                    "县先证后补清单",
                    format!("{permit} 不在先证后补清单内。"),
                    format!("{permit} is not on the county's list of permits issued first."),
                )
            }
            AlreadyMet { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 已具备，无须容缺。"),
                    format!("{requirement} is met; nothing is to be tolerated."),
                )
            }
            AlreadyTolerated { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 已容缺。"),
                    format!("{requirement} is tolerated already."),
                )
            }
            DeadlineOutOfBounds { earliest, latest, .. } if earliest > latest => words(
                "R10",
                "深圳 2019 容缺办法",
                format!("补齐期限最迟为 {latest}，不能再顺延。"),
                format!("The deadline can be {latest} at the latest; it cannot be moved further."),
            ),
            DeadlineOutOfBounds { asked, earliest, latest } => words(
                "R10",
                "深圳 2019 容缺办法",
                format!("补齐期限 {asked} 须在 {earliest} 至 {latest} 之间。"),
                format!("The deadline {asked} must lie from {earliest} to {latest}."),
            ),
            Ineligible { reason } => words(
                "R10",
                sources::TOLERANCE,
                format!("申请人暂不适用容缺：{}。", both(reason).0),
                format!("The applicant may not be given tolerance: {}.", both(reason).1),
            ),
            EligibilityUnknown => words(
                "R10",
                sources::TOLERANCE,
                "未能核实申请人的容缺资格，请重试。",
                "The applicant's eligibility could not be read; try again.",
            ),
            NoticeNeeded { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R11",
                    "行政许可法 32",
                    format!("容缺收件 {requirement} 须附一次性告知书。"),
                    format!("Receiving without {requirement} needs the one-time notice that lists it."),
                )
            }
            NoDebt { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 没有未了的欠件。"),
                    format!("No debt is open on {requirement}."),
                )
            }
            SupplementWaiting { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 已补交，待核验。"),
                    format!(
                        "What was handed in for {requirement} waits to be verified; verify or reject it first."
                    ),
                )
            }
            NotLapsed { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 没有容缺逾期的记录；请核对要件。"),
                    format!(
                        "No lapse of {requirement} stands in this round; check which requirement is meant."
                    ),
                )
            }
            LapseBuiltOn { permit, round, phase } => {
                let permit = names.permit(permit);
                words(
                    "R16",
                    sources::RECORD,
                    format!(
                        "{permit} 逾期失效后已有后续（第 {round} 轮，{}），不能再撤销逾期；请在现轮办理。",
                        phase.name_zh()
                    ),
                    format!(
                        "Round {round} of {permit} is {}: what came after the lapse stands on it; go on in that round.",
                        phase.name_en()
                    ),
                )
            }
            NotReceivedInTime { requirement, received_on, latest } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!(
                        "{requirement} 于 {received_on} 收到，不在容缺期限（至 {latest}）内，逾期不能撤销。"
                    ),
                    format!(
                        "{requirement} was received on {received_on}, not within the deadline {latest}; the lapse stands."
                    ),
                )
            }
            NothingReceived { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 尚未补交。"),
                    format!("Nothing was handed in for {requirement}."),
                )
            }
            LandsByItself { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R11",
                    sources::TOLERANCE,
                    format!("{requirement} 由前置事项办结自动补齐；容缺收件请用补正收件。"),
                    format!(
                        "{requirement} lands by its own permit; a file received without it is completed by the corrected file."
                    ),
                )
            }
            AlreadyMoved { requirement } => {
                let requirement = names.requirement(None, requirement);
                words(
                    "R10",
                    sources::TOLERANCE,
                    format!("{requirement} 的期限已顺延一次。"),
                    format!("The deadline of {requirement} was moved once; it is not moved again."),
                )
            }
            NothingToConfirm { permit } => {
                let permit = names.permit(permit);
                words(
                    "R11",
                    sources::TOLERANCE,
                    format!("{permit} 没有待确认的预审意见。"),
                    format!("No provisional opinion on {permit} waits to be confirmed."),
                )
            }
            PreReviewUnconfirmed { permit } => {
                let permit = names.permit(permit);
                words(
                    "R11",
                    sources::TOLERANCE,
                    format!("{permit} 的预审意见尚未确认。"),
                    format!("Confirm the provisional opinion on {permit} first."),
                )
            }
            _ => return None,
        })
    }
}
