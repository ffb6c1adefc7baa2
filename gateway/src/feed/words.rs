//! What a deadline is called, and by which law or rule it runs.

use om_domain::{matter::plan::PlannedPermit, sources};
use om_projections::desk::{Task, TaskKind as K, Weight};

/// What is to be done.
pub(super) fn task_zh(kind: K) -> &'static str {
    match kind {
        K::AcceptOrNotice => "受理或一次性告知补正",
        K::PreReview => "出具预审意见",
        K::ConfirmPreReview => "确认预审意见",
        K::Decide => "作出审批决定",
        K::ResumeClock => "恢复计时或再次告知",
        K::IssueCertificate => "颁发、送达证照",
        K::AnswerHandoff => "接收或退回移交",
        K::GiveOpinion => "出具意见",
        K::TreatObjection => "处理异议",
        K::ReceiveSupplement => "收取容缺补件",
        K::WatchDebt => "跟踪容缺事项",
        K::VerifySupplement => "核验容缺补件",
        K::HoldHearing => "举行听证",
        K::AnswerRenewal => "决定是否准予延续",
        K::DecideRevocation => "决定是否撤销",
        K::JudgeFallenPrerequisite => "研判前置失效",
        K::AnswerToleranceProposal => "答复容缺建议",
        K::AnswerDateChange => "答复节点改期",
        K::AnswerCard => "答复督办牌",
    }
}

/// The article, or the rule that is no law, behind a task's last day.
pub(super) fn law(task: &Task, planned: Option<&PlannedPermit>) -> String {
    match task.kind {
        K::AcceptOrNotice => "行政许可法 32".into(),
        K::Decide | K::ConfirmPreReview => limit(task.weight, planned),
        K::ResumeClock => "行政许可法 45".into(),
        K::IssueCertificate => "行政许可法 44".into(),
        K::HoldHearing => "行政许可法 47".into(),
        K::AnswerRenewal => "行政许可法 50".into(),
        K::DecideRevocation | K::JudgeFallenPrerequisite => "行政许可法 69".into(),
        K::AnswerHandoff => sources::HANDOFF.into(),
        K::AnswerDateChange => sources::DATES.into(),
        K::AnswerCard => sources::SUPERVISION.into(),
        K::GiveOpinion | K::TreatObjection => opinion(planned),
        K::PreReview
        | K::ReceiveSupplement
        | K::WatchDebt
        | K::VerifySupplement
        | K::AnswerToleranceProposal => sources::TOLERANCE.into(),
    }
}

/// The statutory limit where that is what hangs on it; else what was promised.
fn limit(weight: Weight, planned: Option<&PlannedPermit>) -> String {
    let of = |limit: Option<&om_domain::clock::Limit>| limit.map(|limit| limit.source.clone());
    let planned = planned.map(|planned| (of(planned.statutory.as_ref()), of(planned.promised.as_ref())));
    let (statutory, promised) = planned.unwrap_or_default();
    let source = if weight == Weight::Promised { promised } else { statutory };
    source.unwrap_or_else(|| sources::PLAN.into())
}

fn opinion(planned: Option<&PlannedPermit>) -> String {
    let opinions = planned.and_then(|planned| planned.opinions.as_ref());
    opinions.map_or_else(|| sources::PLAN.into(), |opinions| opinions.term.source.clone())
}
