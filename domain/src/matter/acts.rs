//! What an entry of a matter is called, in a word or two: for lists that have no room for its sentence.
//!
//! Invariant: every event has its name (a test says so).
//! Deliberately absent: what it says; that is `sentence`'s.

/// What an entry of this stored name is called, Chinese and English; none if no event has this name.
pub fn called(stored: &str) -> Option<(&'static str, &'static str)> {
    ACTS.iter().find(|(name, ..)| *name == stored).map(|(_, zh, en)| (*zh, *en))
}

const ACTS: &[(&str, &str, &str)] = &[
    ("MatterProposed", "提出事项", "matter proposed"),
    ("ProjectCorrected", "更正项目信息", "project corrected"),
    ("MatterDesignated", "组建专班", "task force designated"),
    ("TaskForceChanged", "调整专班", "task force changed"),
    ("MatterPlanned", "编制审批计划", "planned"),
    ("PlanAmended", "调整审批计划", "plan amended"),
    ("MatterStarted", "事项启动", "matter started"),
    ("MatterSuspended", "事项暂停", "matter suspended"),
    ("MatterResumed", "事项恢复", "matter resumed"),
    ("MatterCompleted", "事项办结", "matter completed"),
    ("MatterTerminated", "事项终止", "matter terminated"),
    ("PermitSubmitted", "收件", "submitted"),
    ("PackageReceived", "一窗收件", "package received"),
    ("MaterialsReused", "共享材料", "materials reused"),
    ("CorrectionNoticed", "一次性告知补正", "correction notice"),
    ("CorrectionReceived", "收到补正材料", "correction received"),
    ("MaterialsSupplied", "补交材料", "materials supplied"),
    ("IntakeReopened", "重开收件", "intake reopened"),
    ("PermitAccepted", "受理", "accepted"),
    ("PermitDeemedAccepted", "视为受理", "deemed accepted"),
    ("DeemedAcceptanceSetAside", "撤销视为受理", "deemed acceptance set aside"),
    ("PermitNotAccepted", "不予受理", "not accepted"),
    ("ClockSuspended", "特别程序开始", "clock suspended"),
    ("ClockResumed", "特别程序结束", "clock resumed"),
    ("SuspensionTermEnded", "特别程序期满", "suspension ended"),
    ("LimitExtended", "延长期限", "limit extended"),
    ("LateServiceProved", "补证送达", "late service proved"),
    ("TermOverrun", "期限届满", "term overrun"),
    ("DueDateRevised", "期限重算", "due date revised"),
    ("HandoffOffered", "移交", "handoff offered"),
    ("HandoffReceived", "接收移交", "handoff received"),
    ("HandoffReturned", "退回移交", "handoff returned"),
    ("HandoffWithdrawn", "撤回移交", "handoff withdrawn"),
    ("CustodyRecalled", "收回保管", "custody recalled"),
    ("HandoffOverdue", "移交逾期", "handoff overdue"),
    ("OpinionRequested", "征求意见", "opinion asked"),
    ("OpinionOverdue", "意见逾期", "opinion overdue"),
    ("OpinionGiven", "出具意见", "opinion given"),
    ("ObjectionTreated", "处理反对意见", "objection treated"),
    ("ObjectionWithdrawn", "撤回反对意见", "objection withdrawn"),
    ("OpinionRequestWithdrawn", "撤回征求意见", "request for an opinion withdrawn"),
    ("OpinionDuesRevised", "意见期限重算", "opinions' due dates revised"),
    ("OpinionsConcluded", "形成联审结论", "opinions concluded"),
    ("ToleranceProposed", "提议容缺", "tolerance proposed"),
    ("DeficiencyTolerated", "容缺", "deficiency tolerated"),
    ("SupplementReceived", "收到补齐材料", "supplement received"),
    ("SupplementVerified", "补齐核实", "supplement verified"),
    ("SupplementRejected", "补齐未通过", "supplement rejected"),
    ("SupplementDeadlineMoved", "补齐延期", "supplement's deadline moved"),
    ("PrerequisiteLanded", "前置事项到位", "prerequisite landed"),
    ("PreReviewConfirmed", "预审确认", "pre-review confirmed"),
    ("ToleranceLapsed", "容缺逾期", "tolerance lapsed"),
    ("LapseSetAside", "撤销容缺失效", "lapse set aside"),
    ("PermitLapsed", "失效", "lapsed"),
    ("RevocationProposed", "提议撤销许可", "revocation proposed"),
    ("RevocationDeclined", "不予撤销许可", "revocation declined"),
    ("CheckRecorded", "核查", "check recorded"),
    ("HearingRequested", "申请听证", "hearing requested"),
    ("HearingHeld", "举行听证", "hearing held"),
    ("RenewalRequested", "申请延续", "renewal requested"),
    ("RenewalGranted", "准予延续", "renewal granted"),
    ("RenewalRefused", "不予延续", "renewal refused"),
    ("RenewalDeemedGranted", "视为准予延续", "renewal deemed granted"),
    ("PermitApproved", "批准", "approved"),
    ("PermitDenied", "不予许可", "denied"),
    ("CertificateIssued", "发证", "certificate issued"),
    ("PermitRevoked", "撤销许可", "revoked"),
    ("PermitWithdrawn", "撤回申请", "withdrawn"),
    ("PermitNotApplicable", "不适用", "not applicable"),
    ("PrerequisiteFellAway", "前置事项失效", "prerequisite fell away"),
    ("FallenPrerequisiteJudged", "前置失效处理", "fallen prerequisite judged"),
    ("PrerequisiteStandsAgain", "前置事项恢复", "prerequisite stands again"),
    ("CardIssued", "发牌", "card issued"),
    ("CardAnswered", "答复督办牌", "card answered"),
    ("CardAppealed", "申诉", "card appealed"),
    ("CardUpheld", "维持督办牌", "card upheld"),
    ("CardCancelled", "撤销督办牌", "card cancelled"),
    ("CardCleared", "督办牌销号", "card cleared"),
    ("MilestoneReached", "节点完成", "milestone reached"),
    ("MilestonePlanned", "设定节点", "milestone planned"),
    ("DateChangeRequested", "申请变更日期", "date change requested"),
    ("DateChangeAgreed", "同意变更日期", "date change agreed"),
    ("DateChangeObjected", "反对变更日期", "date change objected"),
    ("DateChangeWithdrawn", "撤回变更日期", "date change withdrawn"),
    ("DateChangeApproved", "批准变更日期", "date change approved"),
    ("DateChangeRefused", "不准变更日期", "date change refused"),
    ("MilestoneMissed", "节点逾期", "milestone missed"),
    ("MissedMilestoneExplained", "说明节点逾期", "missed milestone explained"),
    ("EntryCorrected", "更正记录", "entry corrected"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decider::EventRecord, matter::MatterEvent};
    use std::collections::BTreeSet;

    #[test]
    fn every_event_is_called_something_of_its_own_and_nothing_else_is() {
        let events: BTreeSet<_> = MatterEvent::schemas().into_iter().map(|(name, ..)| name).collect();
        let named: BTreeSet<_> = ACTS.iter().map(|(name, ..)| *name).collect();
        assert_eq!(named, events);
        for of in [|act: &(_, &'static str, &'static str)| act.1, |act: &(_, _, &'static str)| act.2] {
            let words: BTreeSet<_> = ACTS.iter().map(of).collect();
            assert_eq!(words.len(), ACTS.len(), "two events are called the same");
        }
        assert_eq!(called("PermitApproved"), Some(("批准", "approved")));
        assert_eq!(called("approved"), None);
    }
}
