//! Refusals about checks, hearings, decisions, certificates and corrections, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, both, words};
use crate::{decider::Explained as _, matter::refusal::MatterRefusal, naming::Names, sources};

impl MatterRefusal {
    pub(super) fn words_of_decision(&self, names: &Names<'_>) -> Words {
        use MatterRefusal::*;
        match self {
            TwoOfficersNeeded { given } => words(
                "R18",
                "行政许可法 34",
                format!("实质核查须两人以上，只有 {given} 人；同一人的几个账号算一人。请另派人员。"),
                format!(
                    "A check of substance needs two officers, {given} given; several accounts of one person are one. Name another."
                ),
            ),
            CheckMissing { permit } => {
                let permit = names.permit(permit);
                words(
                    "R18",
                    "行政许可法 34",
                    format!("{permit} 尚无合格的实地核查记录。"),
                    format!("No passed check of substance is recorded for {permit}."),
                )
            }
            DecidedBeforeDated { dated, decided_on } => words(
                "R4",
                "行政许可法 42",
                format!("决定书日期为 {dated}，晚于所填决定日 {decided_on}；决定日以文书日期为准，请核对。"),
                format!(
                    "The decision is dated {dated}, after {decided_on} on which it is said to have been made; give the day of the document."
                ),
            ),
            NoRevocationProposed { permit, requirement } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "R11",
                    sources::TOLERANCE,
                    format!("没有因 {requirement} 提出的撤销 {permit} 的建议，无须决定。"),
                    format!(
                        "No revocation of {permit} is proposed because of {requirement}; nothing to decide."
                    ),
                )
            }
            NothingFallen { permit, requirement } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "R8",
                    "行政许可法 69",
                    format!("{permit} 的前置 {requirement} 没有待研判的失效。"),
                    format!("No fall of {requirement} waits to be judged for {permit}."),
                )
            }
            FallenByLaw { permit, requirement, article } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "R8",
                    &format!("行政许可法 69；{article}"),
                    format!(
                        "{requirement} 是 {permit} 的法定条件，研判不能代替；须重新取得，或依法撤销 {permit}。"
                    ),
                    format!(
                        "{requirement} is a statutory condition of {permit} and no judgement takes its place; it is to be obtained again, or {permit} revoked."
                    ),
                )
            }
            HearingTooLate { told_on, latest } => words(
                "R9",
                "行政许可法 47",
                format!("{told_on} 告知，最迟 {latest} 提出听证。"),
                format!("Told on {told_on}, a hearing could be asked for until {latest}."),
            ),
            HearingAlready { permit } => {
                let permit = names.permit(permit);
                words(
                    "R9",
                    "行政许可法 47",
                    format!("{permit} 已申请听证。"),
                    format!("A hearing on {permit} was asked for."),
                )
            }
            HearingOpen { permit, hold_by } => {
                let permit = names.permit(permit);
                words(
                    "R9",
                    "行政许可法 47",
                    format!("{permit} 的听证须于 {hold_by} 前举行。"),
                    format!("The hearing on {permit} is to be held by {hold_by}, before the decision."),
                )
            }
            NoHearing { permit } => {
                let permit = names.permit(permit);
                words(
                    "R9",
                    "行政许可法 47",
                    format!("{permit} 没有听证申请。"),
                    format!("No hearing on {permit} was asked for."),
                )
            }
            ExpiredAtIssue { valid_until, issued_on } => words(
                "",
                sources::RECORD,
                format!("有效期至 {valid_until}，早于发证日 {issued_on}。"),
                format!("It would have expired on {valid_until}, before it is issued on {issued_on}."),
            ),
            NoExpiry { permit } => {
                let permit = names.permit(permit);
                words(
                    "R7",
                    "行政许可法 50",
                    format!("{permit} 没有有效期。"),
                    format!("The certificate of {permit} does not expire."),
                )
            }
            RenewalTooLate { expires_on, latest } => words(
                "R7",
                "行政许可法 50",
                format!("有效期至 {expires_on}，最迟 {latest} 申请延续。"),
                format!("It expires on {expires_on}; renewal is asked for by {latest}. Apply anew."),
            ),
            RenewalTermTooShort { permit, valid_until, least } => {
                let permit = names.permit(permit);
                words(
                    "R7",
                    "行政许可法 50",
                    format!(
                        "{permit} 视为准予延续，期限不得短于原有效期，最早到 {least}；不能记为 {valid_until}。"
                    ),
                    format!(
                        "{permit} is deemed renewed for no less than its former term: until {least} at the earliest, not {valid_until}."
                    ),
                )
            }
            RenewalNoLonger { permit, valid_until } => {
                let permit = names.permit(permit);
                words(
                    "R7",
                    "行政许可法 50",
                    format!("{permit} 延续后的有效期 {valid_until} 未超过原有效期；不予延续须另作决定。"),
                    format!(
                        "Valid until {valid_until}, {permit} would last no longer than it does; give a later day, or refuse the renewal."
                    ),
                )
            }
            NoRenewal { permit } => {
                let permit = names.permit(permit);
                words(
                    "R7",
                    "行政许可法 50",
                    format!("{permit} 没有延续申请。"),
                    format!("No renewal of {permit} was asked for."),
                )
            }
            NoCertificate { permit } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::PLAN,
                    format!("{permit} 不发证，批准即办结。"),
                    format!("Nothing is issued for {permit}; approval is its end."),
                )
            }
            SecondPersonNeeded { body } => words(
                "R18",
                sources::DUTIES,
                format!("更正须由{}的另一人复核。", names.body_zh(body)),
                format!("A correction is confirmed by a second person of {}.", names.body_en(body)),
            ),
            NoSuchEntry { entry } => words(
                "",
                sources::RECORD,
                format!("本轮没有记录 {entry}，或该记录没有此项。"),
                format!("Entry {entry} is not in the permit's current round, or has no such field."),
            ),
            OldValueDiffers { recorded } => words(
                "",
                sources::RECORD,
                format!("原记录为 {recorded}，请核对。"),
                format!("{recorded} is recorded; look again and give it as the old value."),
            ),
            CorrectionContradicts { reason } => words(
                "",
                sources::RECORD,
                format!("更正与后续记录矛盾：{}。", both(reason.as_str()).0),
                format!("The correction contradicts what is recorded: {}.", both(reason.as_str()).1),
            ),
            other => words(
                "",
                sources::ORDER,
                format!("不能办理：{}", other.code()),
                format!("Refused: {}", other.code()),
            ),
        }
    }
}
