//! What happened, in one sentence, Chinese and English.
//!
//! Invariants: every event has its sentence (a test goes through the examples); a sentence says nothing that is not in the
//! event, but ids by the names they have.
//! Deliberately absent: who and when; those stand beside it.

mod dates;
mod materials;
mod together;

use super::{
    MatterEvent as E,
    card::{Basis, Subject},
    event::{Dues, IntakeAnswer},
};
use crate::{decider::Actor, naming::Names};

/// A sentence in both languages, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

fn say(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}

/// Whether the clock still stands: there is something left, and no last day.
fn stopped(dues: &Dues) -> bool {
    dues.statutory_left.is_some() || dues.promised_left.is_some()
}

/// What happened.
pub fn of(event: &E, names: &Names<'_>) -> Sentence {
    matter(event, names)
        .or_else(|| intake(event))
        .or_else(|| materials::of(event, names))
        .or_else(|| clock(event))
        .or_else(|| custody(event, names))
        .or_else(|| together::of(event, names))
        .or_else(|| tolerance(event, names))
        .or_else(|| dates::of(event, names))
        .or_else(|| supervision(event, names))
        .unwrap_or_else(|| rest(event, names))
}

impl Sentence {
    /// The sentence with whom the act stood in for, where it did.
    #[must_use]
    pub fn by(self, by: &Actor, names: &Names<'_>) -> Self {
        let Some(principal) = &by.stands_in_for else { return self };
        Sentence {
            zh: format!("代{}：{}", names.officer_zh(principal), self.zh),
            en: format!("in place of {}: {}", names.officer_en(principal), self.en),
        }
    }
}

fn matter(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::MatterProposed(e) => {
            say(format!("提出事项“{}”", e.project.name), format!("proposed the matter {}", e.project.name))
        }
        E::ProjectCorrected(e) => {
            say(format!("更正项目信息：{}", e.reason), format!("corrected the project's facts: {}", e.reason))
        }
        E::MatterDesignated(e) => say(
            format!("列为一件事项目，组建专班（{}）", e.basis),
            format!("designated with a task force ({})", e.basis),
        ),
        E::TaskForceChanged(e) => {
            say(format!("调整专班：{}", e.reason), format!("changed the task force: {}", e.reason))
        }
        E::MatterPlanned(e) => say(
            format!("排定计划，共{}个审批事项", e.plan.permits.len()),
            format!("planned {} permits", e.plan.permits.len()),
        ),
        E::PlanAmended(e) => {
            say(format!("调整计划：{}", e.reason), format!("amended the plan: {}", e.reason))
        }
        E::MatterStarted(e) => say(format!("{}启动", e.on), format!("started on {}", e.on)),
        E::MatterSuspended(e) => say(format!("暂停：{}", e.reason), format!("suspended: {}", e.reason)),
        E::MatterResumed(e) => say(format!("恢复：{}", e.reason), format!("resumed: {}", e.reason)),
        E::MatterCompleted(e) => say(format!("{}办结", e.on), format!("completed on {}", e.on)),
        E::MatterTerminated(e) => say(format!("终止：{}", e.reason), format!("given up: {}", e.reason)),
        E::MilestoneReached(e) => say(
            format!("{}达到节点{}", e.on, names.milestone(&e.milestone)),
            format!("milestone {} reached on {}", names.milestone(&e.milestone), e.on),
        ),
        _ => return None,
    })
}

fn intake(event: &E) -> Option<Sentence> {
    Some(match event {
        E::PermitSubmitted(e) => say(
            format!("{}收件（第{}轮），补正告知最迟{}", e.permit, e.round, e.intake_due.date),
            format!(
                "{} submitted (round {}); a correction notice can be served until {}",
                e.permit, e.round, e.intake_due.date
            ),
        ),
        E::CorrectionNoticed(e) => say(
            format!("{}一次性告知补正{}项（{}）", e.permit, e.listed.len(), e.notice.number),
            format!(
                "{}: one-time correction notice of {} items ({})",
                e.permit,
                e.listed.len(),
                e.notice.number
            ),
        ),
        E::CorrectionReceived(e) => {
            say(format!("{}收到补正材料", e.permit), format!("{}: corrected file received", e.permit))
        }
        E::PermitAccepted(e) if e.deficient.is_empty() => say(
            format!("{}受理（{}）", e.permit, e.notice.number),
            format!("{} accepted ({})", e.permit, e.notice.number),
        ),
        E::PermitAccepted(e) => say(
            format!("{}容缺受理，欠{}项", e.permit, e.deficient.len()),
            format!("{} accepted with {} tolerated deficiencies", e.permit, e.deficient.len()),
        ),
        E::PermitDeemedAccepted(e) => say(
            format!("{}逾期未告知，自{}起视为受理", e.permit, e.clock_from),
            format!("{} deemed accepted from {}", e.permit, e.clock_from),
        ),
        E::DeemedAcceptanceSetAside(e) => say(
            format!("{}撤回视为受理，告知书{}已按期送达", e.permit, e.notice.number),
            format!("{}: deemed acceptance set aside by notice {} served in time", e.permit, e.notice.number),
        ),
        E::PermitNotAccepted(e) => say(
            format!("{}不予受理：{}", e.permit, e.reason),
            format!("{} not accepted: {}", e.permit, e.reason),
        ),
        E::PermitWithdrawn(e) => say(
            format!("{}撤回申请：{}", e.permit, e.reason),
            format!("{} withdrawn: {}", e.permit, e.reason),
        ),
        E::PermitNotApplicable(e) => say(
            format!("{}不涉及：{}", e.permit, e.reason),
            format!("{} not applicable: {}", e.permit, e.reason),
        ),
        E::PermitLapsed(e) => say(
            format!("{}第{}轮失效：{}", e.permit, e.round, e.reason),
            format!("{} round {} lapsed: {}", e.permit, e.round, e.reason),
        ),
        _ => return None,
    })
}

fn clock(event: &E) -> Option<Sentence> {
    Some(match event {
        E::ClockSuspended(e) => say(
            format!("{}因{}自{}起停止计时，告知至{}", e.permit, e.ground.name_zh(), e.from, e.told_until),
            format!(
                "{}: clock stopped from {} for {}, told until {}",
                e.permit,
                e.from,
                e.ground.name_en(),
                e.told_until
            ),
        ),
        E::ClockResumed(e) if stopped(&e.dues) => say(
            format!("{}{}自{}起结束，因其他事由仍停止计时", e.permit, e.ground.name_zh(), e.on),
            format!(
                "{}: {} over from {}, clock still stopped by another",
                e.permit,
                e.ground.name_en(),
                e.on
            ),
        ),
        E::ClockResumed(e) => say(
            format!("{}自{}起恢复计时", e.permit, e.on),
            format!("{}: clock runs again from {}", e.permit, e.on),
        ),
        E::SuspensionTermEnded(e) if stopped(&e.dues) => say(
            format!("{}停止计时告知期{}届满，因其他事由仍停止计时", e.permit, e.told_until),
            format!("{}: told duration ended on {}, clock still stopped by another", e.permit, e.told_until),
        ),
        E::SuspensionTermEnded(e) => say(
            format!("{}停止计时告知期{}届满，恢复计时", e.permit, e.told_until),
            format!("{}: told duration ended on {}, clock runs again", e.permit, e.told_until),
        ),
        E::LimitExtended(e) => say(
            format!("{}延长时限{}（{}）", e.permit, e.extension.value, e.extension.source),
            format!("{}: limit extended by {} ({})", e.permit, e.extension.value, e.extension.source),
        ),
        E::LateServiceProved(e) => say(
            format!("{}期限{}届满后补录：{}已于{}送达", e.permit, e.run_out, e.number, e.served_on),
            format!("{}: after {} recorded, {} was served on {}", e.permit, e.run_out, e.number, e.served_on),
        ),
        E::TermOverrun(e) => say(
            format!("{}期限{}已过", e.permit, e.due.date),
            format!("{}: the term until {} has passed", e.permit, e.due.date),
        ),
        E::DueDateRevised(e) => say(
            format!("{}按{}重算到期日", e.permit, e.notice),
            format!("{}: due dates recomputed by {}", e.permit, e.notice),
        ),
        _ => return None,
    })
}

fn custody(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::HandoffOffered(e) => say(
            format!("{}由{}移交{}：{}", e.permit, names.body_zh(&e.from), names.body_zh(&e.to), e.reason),
            format!(
                "{} offered by {} to {}: {}",
                e.permit,
                names.body_en(&e.from),
                names.body_en(&e.to),
                e.reason
            ),
        ),
        E::HandoffReceived(e) => say(
            format!("{}由{}接收", e.permit, names.body_zh(&e.to)),
            format!("{} received by {}", e.permit, names.body_en(&e.to)),
        ),
        E::HandoffReturned(e) => say(
            format!("{}被{}退回：{}", e.permit, names.body_zh(&e.to), e.reason),
            format!("{} returned by {}: {}", e.permit, names.body_en(&e.to), e.reason),
        ),
        E::HandoffWithdrawn(e) => say(
            format!("{}撤回移交：{}", e.permit, e.reason),
            format!("{}: offer withdrawn: {}", e.permit, e.reason),
        ),
        E::CustodyRecalled(e) => say(
            format!("{}由{}收回：{}", e.permit, names.body_zh(&e.to), e.reason),
            format!("{} recalled by {}: {}", e.permit, names.body_en(&e.to), e.reason),
        ),
        E::HandoffOverdue(e) => say(
            format!("{}逾期未接收{}", names.body_zh(&e.to), e.permit),
            format!("{} has not answered for {}", names.body_en(&e.to), e.permit),
        ),
        _ => return None,
    })
}

fn supervision(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::CardIssued(e) => {
            let (zh, en) = match (&e.basis, &e.subject) {
                (Basis::Hand { reason }, _) => (reason.to_string(), reason.to_string()),
                (Basis::Rule { evidence, .. }, about @ (Subject::Term { .. } | Subject::Opinion { .. })) => {
                    let term = if let Subject::Term { term, .. } = about { term.name_zh() } else { "意见" };
                    let zh =
                        format!("{term}期限{}，已用{}，剩{}", evidence.due, evidence.used, evidence.left);
                    (zh, format!("due {}, {} used, {} left", evidence.due, evidence.used, evidence.left))
                }
                (Basis::Rule { evidence, .. }, _) => {
                    (format!("移交答复期限{}", evidence.due), format!("answer due {}", evidence.due))
                }
            };
            say(
                format!(
                    "{}第{}号{}（{}）：{zh}",
                    e.permit,
                    e.card,
                    e.colour.name_zh(),
                    names.body_zh(&e.against)
                ),
                format!(
                    "{}: {} {} against {}: {en}",
                    e.permit,
                    e.colour.name_en(),
                    e.card,
                    names.body_en(&e.against)
                ),
            )
        }
        E::CardAnswered(e) => say(
            format!("{}第{}号牌答复：{}", e.permit, e.card, e.answer),
            format!("{}: card {} answered: {}", e.permit, e.card, e.answer),
        ),
        E::CardAppealed(e) => say(
            format!("{}第{}号牌申诉：{}", e.permit, e.card, e.reasons),
            format!("{}: card {} appealed against: {}", e.permit, e.card, e.reasons),
        ),
        E::CardUpheld(e) => say(
            format!("{}第{}号牌维持：{}", e.permit, e.card, e.reasons),
            format!("{}: card {} upheld: {}", e.permit, e.card, e.reasons),
        ),
        E::CardCancelled(e) => say(
            format!("{}第{}号牌撤销：{}", e.permit, e.card, e.reasons),
            format!("{}: card {} cancelled: {}", e.permit, e.card, e.reasons),
        ),
        E::CardCleared(e) => say(
            format!("{}第{}号牌销号：{}", e.permit, e.card, e.reason),
            format!("{}: card {} cleared: {}", e.permit, e.card, e.reason),
        ),
        _ => return None,
    })
}

fn tolerance(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::ToleranceProposed(e) => say(
            format!(
                "建议{}容缺{}（{}）",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.mode.name_zh()
            ),
            format!(
                "{}: proposed to tolerate {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        E::DeficiencyTolerated(e) => say(
            format!(
                "{}容缺{}（{}），{}前补齐",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.mode.name_zh(),
                e.supplement_due.date
            ),
            format!(
                "{}: {} tolerated until {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.supplement_due.date
            ),
        ),
        E::SupplementReceived(e) => say(
            format!("{}收到补齐的{}", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!(
                "{}: supplement for {} received",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        E::SupplementVerified(e) => say(
            format!("{}核验{}，已补齐", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!(
                "{}: {} verified, debt paid",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        E::SupplementRejected(e) => say(
            format!(
                "{}补齐的{}不合格：{}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.reason
            ),
            format!(
                "{}: supplement for {} rejected: {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.reason
            ),
        ),
        E::SupplementDeadlineMoved(e) => say(
            format!(
                "{}补齐{}的期限改为{}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.new.date
            ),
            format!(
                "{}: deadline for {} moved to {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.new.date
            ),
        ),
        E::PrerequisiteLanded(e) => say(
            format!("{}所欠的{}已到位", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!("{}: {} has landed", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
        ),
        E::PreReviewConfirmed(e) => {
            say(format!("{}预审意见确认", e.permit), format!("{}: provisional opinion confirmed", e.permit))
        }
        E::ToleranceLapsed(e) => say(
            format!("{}逾期未补齐{}", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!(
                "{}: {} was not supplied in time",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        E::LapseSetAside(e) => say(
            format!(
                "撤销{}的逾期：{}已于{}收到（{}）",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.received_on,
                e.reason
            ),
            format!(
                "{}: lapse set aside, {} was received on {} ({})",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.received_on,
                e.reason
            ),
        ),
        E::RevocationProposed(e) => say(
            format!("建议撤销{}（{}未补齐）", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!(
                "{}: revocation proposed because of {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        _ => return None,
    })
}

fn rest(event: &E, names: &Names<'_>) -> Sentence {
    match event {
        E::CheckRecorded(e) => {
            say(format!("{}核查：{}", e.permit, e.finding), format!("{} checked: {}", e.permit, e.finding))
        }
        E::HearingRequested(e) => say(
            format!("{}申请听证，{}前举行", e.permit, e.hold_by.date),
            format!("{}: hearing asked for, to be held by {}", e.permit, e.hold_by.date),
        ),
        E::HearingHeld(e) => say(format!("{}已举行听证", e.permit), format!("{}: hearing held", e.permit)),
        E::RenewalRequested(e) => say(
            format!("{}申请延续，{}到期", e.permit, e.expires_on),
            format!("{}: renewal asked for, expires on {}", e.permit, e.expires_on),
        ),
        E::RenewalGranted(e) => say(
            format!("{}准予延续至{}", e.permit, e.valid_until),
            format!("{}: renewed until {}", e.permit, e.valid_until),
        ),
        E::RenewalRefused(e) => say(
            format!("不予延续{}（{}）", e.permit, e.notice.number),
            format!("{}: renewal refused ({})", e.permit, e.notice.number),
        ),
        E::RenewalDeemedGranted(e) => say(
            format!("{}逾期未决定，视为准予延续", e.permit),
            format!("{}: renewal deemed granted", e.permit),
        ),
        E::PermitApproved(e) => say(
            format!("批准{}（{}）", e.permit, e.notice.number),
            format!("{} approved ({})", e.permit, e.notice.number),
        ),
        E::PermitDenied(e) => say(
            format!("不予许可{}：{}（{}）", e.permit, e.reasons, e.article),
            format!("{} denied: {} ({})", e.permit, e.reasons, e.article),
        ),
        E::CertificateIssued(e) => say(
            format!("{}发证（{}）", e.permit, e.certificate.number),
            format!("{}: certificate issued ({})", e.permit, e.certificate.number),
        ),
        E::PermitRevoked(e) => say(
            format!("撤销{}：{}（{}）", e.permit, e.reasons, e.article),
            format!("{} revoked: {} ({})", e.permit, e.reasons, e.article),
        ),
        E::RevocationDeclined(e) => say(
            format!(
                "决定不撤销{}（{}未补齐）：{}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.reasons
            ),
            format!(
                "{}: not revoked because of {}: {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement),
                e.reasons
            ),
        ),
        E::FallenPrerequisiteJudged(e) => say(
            format!(
                "研判{}的前置{}失效：{}",
                e.permit,
                names.requirement(Some(&e.permit), &e.prerequisite),
                e.reasons
            ),
            format!(
                "{}: judged that it can do without {}: {}",
                e.permit,
                names.requirement(Some(&e.permit), &e.prerequisite),
                e.reasons
            ),
        ),
        E::PrerequisiteStandsAgain(e) => say(
            format!("{}的前置{}已重新具备", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
            format!("{}: {} stands again", e.permit, names.requirement(Some(&e.permit), &e.requirement)),
        ),
        E::PrerequisiteFellAway(e) => say(
            format!(
                "{}所依据的{}不复存在，待研判",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
            format!(
                "{}: {} fell away, to be judged",
                e.permit,
                names.requirement(Some(&e.permit), &e.requirement)
            ),
        ),
        E::IntakeReopened(e) => {
            let (zh, en) = match e.fell_away {
                IntakeAnswer::CorrectionNotice => {
                    ("一次性告知逾期，不生效", "the one-time notice came too late")
                }
                IntakeAnswer::Acceptance => ("受理逾期", "the acceptance came too late"),
                IntakeAnswer::DeemedAcceptance => {
                    ("期限未满，视为受理不成立", "not deemed accepted, the term still runs")
                }
            };
            say(
                format!("{}更正收件日后：{zh}", e.permit),
                format!("{}: by the corrected receipt {en}", e.permit),
            )
        }
        E::EntryCorrected(e) => say(
            format!("{}更正记录：{}", e.permit, e.reason),
            format!("{}: entry corrected: {}", e.permit, e.reason),
        ),
        // Those above have been said.
        other => {
            use crate::decider::EventRecord;
            say(other.name(), other.name())
        }
    }
}
