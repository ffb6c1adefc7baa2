//! Why a command on a matter is refused: closed, typed, with its facts and its law.
//!
//! Invariant: every refusal says what to do; none hides a fault of the machine.

use super::{
    event::Notice,
    plan::{Gate, Mode, RequirementId},
    state::{Phase, RoundPhase},
};
use crate::{
    clock::Ground,
    decider::Explained,
    ids::{BodyId, EventId, LegalText, MatterId, MilestoneCode, OfficerId, PermitCode},
};
use jiff::civil::Date;
use serde::Serialize;

/// What would have been needed to be allowed to act.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Authority {
    /// The lead or deputy of this matter's task force.
    TaskForceLead,
    /// May lead a task force.
    Lead,
    /// The window, the implementing body or an officer of the lead department.
    Submitter {
        /// The lead department.
        lead: BodyId,
    },
    /// An officer or the head of the body that has custody.
    Custodian {
        /// That body.
        body: BodyId,
    },
    /// An officer or the head of the permit's lead department.
    LeadDepartment {
        /// That body.
        body: BodyId,
    },
    /// The head of the permit's lead department.
    HeadOf {
        /// That body.
        body: BodyId,
    },
    /// The head of the people's government.
    GovernmentHead,
    /// An officer of the body custody was offered to.
    Receiver {
        /// That body.
        body: BodyId,
    },
    /// An administrator.
    Administrator,
}

/// A requirement that is not met, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missing {
    /// Which.
    pub requirement: RequirementId,
    /// Why.
    pub because: Because,
    /// The law behind the requirement.
    pub source: LegalText,
}

/// Why a requirement is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Not begun.
    NotBegun,
    /// Underway, not yet so far.
    Underway,
    /// It ended badly: denied, not accepted, withdrawn, lapsed or revoked.
    Ended,
    /// The milestone is not reached.
    NotReached,
    /// The material was not handed in.
    NotHanded,
    /// Tolerated, and due now.
    DebtOpen,
}

/// Why a command on a matter is refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "refusal")]
#[expect(missing_docs, reason = "the fields are the facts that the message names")]
pub enum MatterRefusal {
    /// The matter does not exist.
    NoSuchMatter,
    /// The matter exists already.
    MatterExists,
    /// Not at this point of the matter's life.
    WrongPhase { is: Phase, needed: Vec<Phase> },
    /// The project code is not reserved for this matter.
    CodeNotReserved { by: Option<MatterId> },
    /// There is no plan yet.
    NoPlan,
    /// There is a plan; amend it.
    AlreadyPlanned,
    /// The template could not be resolved.
    TemplateUnknown { reason: String },
    /// The amended plan does not hold together.
    PlanInvalid { reason: String },
    /// An amendment takes no statutory condition away.
    StatutoryEdgeRemoved { permit: PermitCode, requirement: RequirementId, article: LegalText },
    /// A gate already passed is not amended.
    GatePassed { permit: PermitCode, gate: Gate },
    /// The plan has no such permit.
    NoSuchPermit { permit: PermitCode },
    /// The plan has no such milestone.
    NoSuchMilestone { milestone: MilestoneCode },
    /// The milestone was reached already.
    MilestoneAlreadyReached { milestone: MilestoneCode, on: Date },
    /// The permit has no such requirement.
    NoSuchRequirement { permit: PermitCode, requirement: RequirementId },
    /// The directory does not know this officer.
    UnknownOfficer { officer: OfficerId },
    /// Not this person.
    NotAuthorised { needs: Authority },
    /// Custody is elsewhere.
    CustodyElsewhere { permit: PermitCode, holder: BodyId },
    /// Who applied does not decide; who handles does not tolerate by commitment.
    SeparationOfDuties { officer: OfficerId, because: LegalText },
    /// Not at this point of the permit's life.
    WrongStep { permit: PermitCode, is: Option<RoundPhase>, needed: &'static str },
    /// The permit is in a round already.
    AlreadySubmitted { permit: PermitCode, on: Date },
    /// The permit was decided already.
    AlreadyDecided { permit: PermitCode, by: OfficerId, on: Date, approved: bool },
    /// The permit does not apply to this matter.
    NotApplicable { permit: PermitCode },
    /// The one-time notice was served already in this round.
    AlreadyNoticed { permit: PermitCode, number: LegalText },
    /// A notice that lists nothing is no notice.
    NothingListed { permit: PermitCode },
    /// Listed, but not missing.
    NotMissing { permit: PermitCode, requirement: RequirementId },
    /// Served in time but recorded after deeming: set the deemed acceptance aside.
    DeemedAlready { permit: PermitCode, accepted_on: Date, term_ended: Date },
    /// Served after the term.
    NoticeTooLate { permit: PermitCode, served_on: Date, due: Date },
    /// Not served yet on the day the act takes effect.
    NoticeNotServed { served_on: Date, effective: Date },
    /// Requirements stand unmet before this gate.
    RequirementsUnmet { permit: PermitCode, gate: Gate, missing: Vec<Missing> },
    /// The clock stands still.
    ClockStopped { permit: PermitCode },
    /// No clock runs.
    ClockNotRunning { permit: PermitCode },
    /// The told duration ends before it begins.
    ToldBeforeStart { from: Date, told_until: Date },
    /// Longer than the law allows for this ground.
    ExclusionTooLong { ground: Ground, latest: Date, source: String },
    /// Not stopped on this ground.
    NotStopped { permit: PermitCode, ground: Ground },
    /// This notice has stopped the clock already.
    NoticeUsed { permit: PermitCode, number: LegalText },
    /// Resumed before it was stopped.
    ResumedBeforeStart { from: Date, on: Date },
    /// Extended already.
    AlreadyExtended { permit: PermitCode },
    /// Not extendable.
    NotExtendable { permit: PermitCode },
    /// The limit has run out.
    LimitRunOut { permit: PermitCode, due: Date },
    /// Longer than the law allows.
    ExtensionTooLong { asked: u16, most: u16, source: String },
    /// An offer is open.
    HandoffOpen { permit: PermitCode, to: BodyId },
    /// No offer is open.
    NoHandoff { permit: PermitCode },
    /// It is there already.
    SameBody { body: BodyId },
    /// Not on the tolerable list in this mode.
    NotTolerable { requirement: RequirementId, mode: Mode, allowed: Vec<Mode> },
    /// The mode does not fit the gate.
    ModeDoesNotFit { requirement: RequirementId, mode: Mode, gate: Gate },
    /// A statutory condition is never tolerated past issue.
    StatutoryCondition { requirement: RequirementId, article: LegalText },
    /// Never by commitment.
    NeverByCommitment { requirement: RequirementId, field: &'static str },
    /// Not on the county's special list.
    NotOnSpecialList { permit: PermitCode },
    /// Met already.
    AlreadyMet { requirement: RequirementId },
    /// Tolerated already.
    AlreadyTolerated { requirement: RequirementId },
    /// The deadline asked for is too late or not in the future.
    DeadlineOutOfBounds { asked: Date, earliest: Date, latest: Date },
    /// The applicant may not be given tolerance.
    Ineligible { reason: String },
    /// The applicant's eligibility was not read.
    EligibilityUnknown,
    /// In mode 1 the one-time notice goes with it.
    NoticeNeeded { requirement: RequirementId },
    /// No debt is open.
    NoDebt { requirement: RequirementId },
    /// Nothing was handed in to verify.
    NothingReceived { requirement: RequirementId },
    /// What was handed in waits to be verified.
    SupplementWaiting { requirement: RequirementId },
    /// Prerequisites land by their own permit.
    LandsByItself { requirement: RequirementId },
    /// The deadline was moved once.
    AlreadyMoved { requirement: RequirementId },
    /// No provisional opinion waits.
    NothingToConfirm { permit: PermitCode },
    /// The provisional opinion is not confirmed.
    PreReviewUnconfirmed { permit: PermitCode },
    /// A check of substance needs two officers.
    TwoOfficersNeeded { given: usize },
    /// No passed check is recorded.
    CheckMissing { permit: PermitCode },
    /// Asked later than five working days after being told.
    HearingTooLate { told_on: Date, latest: Date },
    /// A hearing was asked for already.
    HearingAlready { permit: PermitCode },
    /// A hearing was asked for and not held.
    HearingOpen { permit: PermitCode, hold_by: Date },
    /// No hearing was asked for.
    NoHearing { permit: PermitCode },
    /// The certificate does not expire.
    NoExpiry { permit: PermitCode },
    /// Asked later than thirty days before expiry.
    RenewalTooLate { expires_on: Date, latest: Date },
    /// No renewal was asked for.
    NoRenewal { permit: PermitCode },
    /// A renewal lasts longer than what it renews.
    RenewalNoLonger { permit: PermitCode, valid_until: Date },
    /// Nothing is issued for this permit.
    NoCertificate { permit: PermitCode },
    /// A statutory edge is not made not applicable.
    StatutoryEdge { permit: PermitCode, needed_by: PermitCode },
    /// In the future.
    EffectiveInFuture { effective: Date, today: Date },
    /// Would change the outcome of what is already recorded.
    BackfillOutOfOrder { effective: Date, last: Date },
    /// A correction needs a second person of the same body.
    SecondPersonNeeded { body: BodyId },
    /// No such entry in the permit's current round, or it has no such field.
    NoSuchEntry { entry: EventId },
    /// The old value is not what is recorded.
    OldValueDiffers { recorded: String },
    /// The new value contradicts what follows it.
    CorrectionContradicts { reason: LegalText },
    /// The matter is not finished.
    NotFinished { permits: Vec<PermitCode>, debts: Vec<PermitCode>, handoffs: Vec<PermitCode> },
}

struct Words {
    rule: Option<&'static str>,
    source: Option<String>,
    zh: String,
    en: String,
}

fn words(rule: &'static str, source: &str, zh: impl Into<String>, en: impl Into<String>) -> Words {
    let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    Words { rule: (!rule.is_empty()).then_some(rule), source: some(source), zh: zh.into(), en: en.into() }
}

impl MatterRefusal {
    fn words(&self) -> Words {
        self.words_of_life()
            .or_else(|| self.words_of_intake())
            .or_else(|| self.words_of_clock())
            .or_else(|| self.words_of_tolerance())
            .unwrap_or_else(|| self.words_of_decision())
    }

    fn words_of_life(&self) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            NoSuchMatter => {
                words("", "", "没有这个事项，请核对编号。", "There is no such matter; check its id.")
            }
            MatterExists => words("", "", "该事项已经提出。", "The matter has been proposed already."),
            WrongPhase { is, needed } => words(
                "",
                "",
                format!("事项处于 {is:?} 阶段，须在 {needed:?} 阶段办理。"),
                format!("The matter is {is:?}; this is done while it is one of {needed:?}."),
            ),
            CodeNotReserved { by } => words(
                "",
                "政府投资条例 10",
                match by {
                    Some(matter) => format!("项目代码已被事项 {matter} 使用，一个项目只有一个代码。"),
                    None => "项目代码尚未登记，请先登记。".into(),
                },
                match by {
                    Some(matter) => format!(
                        "The project code belongs to matter {matter}; a project has one code and one matter."
                    ),
                    None => "Reserve the project code first.".into(),
                },
            ),
            NoPlan => words(
                "",
                "",
                "事项尚无审批计划，请先选择模板。",
                "The matter has no plan; plan it from a template first.",
            ),
            AlreadyPlanned => {
                words("", "", "事项已有审批计划，请用变更计划。", "The matter has a plan; amend it.")
            }
            TemplateUnknown { reason } => words(
                "",
                "",
                format!("模板无法套用：{reason}"),
                format!("The template cannot be used: {reason}"),
            ),
            PlanInvalid { reason } => words(
                "",
                "",
                format!("变更后的计划不成立：{reason}"),
                format!("The amended plan does not hold together: {reason}"),
            ),
            StatutoryEdgeRemoved { permit, requirement, article } => words(
                "R8",
                &format!("行政许可法 69；{article}"),
                format!("{requirement} 是 {permit} 的法定条件，变更计划不得取消或放宽。"),
                format!(
                    "{requirement} is a statutory condition of {permit}; an amendment cannot take it away or put it off."
                ),
            ),
            GatePassed { permit, gate } => words(
                "",
                "",
                format!("{permit} 已过 {gate:?} 环节，不能再变更。"),
                format!("{permit} has passed its {gate:?} gate; leave that part as it is."),
            ),
            NoSuchPermit { permit } => words(
                "",
                "",
                format!("计划中没有审批事项 {permit}。"),
                format!("The plan has no permit {permit}; take a code from the plan."),
            ),
            NoSuchMilestone { milestone } => words(
                "",
                "",
                format!("计划中没有节点 {milestone}。"),
                format!("The plan has no milestone {milestone}; take a code from the plan."),
            ),
            MilestoneAlreadyReached { milestone, on } => words(
                "",
                "",
                format!("节点 {milestone} 已于 {on} 完成。"),
                format!("Milestone {milestone} was reached on {on}."),
            ),
            NoSuchRequirement { permit, requirement } => words(
                "",
                "",
                format!("{permit} 没有要件 {requirement}。"),
                format!("{permit} has no requirement {requirement}; take one from the plan."),
            ),
            UnknownOfficer { officer } => words(
                "",
                "",
                format!("通讯录中没有 {officer}。"),
                format!("The directory does not know {officer}; register the officer first."),
            ),
            NotAuthorised { needs } => words(
                "R18",
                "",
                format!("无权办理，须由 {} 办理。", needs.zh()),
                format!("Not yours to do: it needs {}.", needs.en()),
            ),
            CustodyElsewhere { permit, holder } => words(
                "",
                "",
                format!("{permit} 现由 {holder} 保管，收回后方可办理。"),
                format!("{holder} has custody of {permit}; recall it first."),
            ),
            SeparationOfDuties { officer, because } => words(
                "R18",
                "行政许可法 34",
                format!("{officer} 须回避：{because}。请由他人办理。"),
                format!("{officer} must stand back: {because}. Let someone else do it."),
            ),
            NotFinished { permits, debts, handoffs } => words(
                "",
                "",
                format!("尚未办结：审批 {permits:?}，欠件 {debts:?}，移交 {handoffs:?}。"),
                format!("Not finished: permits {permits:?}, debts {debts:?}, handoffs {handoffs:?}."),
            ),
            EffectiveInFuture { effective, today } => words(
                "R16",
                "",
                format!("发生日期 {effective} 晚于今天 {today}。"),
                format!("{effective} lies after today, {today}; record it when it has happened."),
            ),
            BackfillOutOfOrder { effective, last } => words(
                "R16",
                "",
                format!("补录日期 {effective} 早于已记录的 {last}，会改变既成结果；请更正原记录。"),
                format!(
                    "{effective} lies before {last}, on which something that depends on it is recorded; correct that entry instead."
                ),
            ),
            _ => return None,
        })
    }

    fn words_of_intake(&self) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            WrongStep { permit, is, needed } => words(
                "",
                "",
                format!(
                    "{permit} 目前为 {}，此操作须在：{needed}。",
                    is.map_or("未申请".into(), |p| format!("{p:?}"))
                ),
                format!(
                    "{permit} is {}; this needs it {needed}.",
                    is.map_or("only planned".into(), |p| format!("{p:?}"))
                ),
            ),
            AlreadySubmitted { permit, on } => words(
                "",
                "",
                format!("{permit} 已于 {on} 收件。"),
                format!("{permit} was received on {on}; a new round opens when this one has ended."),
            ),
            AlreadyDecided { permit, by, on, approved } => words(
                "",
                "",
                format!(
                    "{permit} 已于 {on} 由 {by} 作出{}决定。",
                    if *approved { "批准" } else { "不予批准" }
                ),
                format!("{permit} was {} by {by} on {on}.", if *approved { "approved" } else { "denied" }),
            ),
            NotApplicable { permit } => words(
                "",
                "",
                format!("{permit} 不适用于本事项。"),
                format!("{permit} does not apply to this matter."),
            ),
            AlreadyNoticed { permit, number } => words(
                "R3",
                "行政许可法 32",
                format!("{permit} 本轮已一次性告知（{number}），不得再次要求补正。"),
                format!(
                    "{permit} had its one-time notice {number} in this round; nothing more can be demanded."
                ),
            ),
            NothingListed { permit } => words(
                "R3",
                "行政许可法 32",
                format!("{permit} 的补正通知须列明全部内容。"),
                format!("List all that {permit} lacks; a notice that lists nothing has no effect."),
            ),
            NotMissing { permit, requirement } => words(
                "R3",
                "行政许可法 32",
                format!("{permit} 不缺 {requirement}，不得要求补正。"),
                format!("{permit} does not lack {requirement} at acceptance; take it off the list."),
            ),
            DeemedAlready { permit, accepted_on, term_ended } => words(
                "R3",
                "行政许可法 32",
                format!(
                    "{permit} 逾期未告知，自 {accepted_on} 起视为受理（期限 {term_ended}）。如已按期送达，请部门负责人凭送达回证撤销视为受理。"
                ),
                format!(
                    "{permit} is deemed accepted from {accepted_on}: the term ended on {term_ended}. If a notice was served in time, the head of the department sets the deemed acceptance aside with the proof of service."
                ),
            ),
            NoticeTooLate { permit, served_on, due } => words(
                "R3",
                "行政许可法 32",
                format!("{permit} 的通知于 {served_on} 送达，已过期限 {due}。"),
                format!(
                    "The notice on {permit} was served on {served_on}, after the term's last day {due}; it has no effect."
                ),
            ),
            NoticeNotServed { served_on, effective } => words(
                "",
                "行政许可法 44",
                format!("文书 {served_on} 才送达，晚于生效日 {effective}；未送达不生效。"),
                format!("The notice is served on {served_on}, after {effective}: no service, no effect."),
            ),
            RequirementsUnmet { permit, gate, missing } => words(
                if missing.iter().any(|m| matches!(m.requirement, RequirementId::Material(_))) {
                    "R10"
                } else {
                    "R8"
                },
                &missing
                    .iter()
                    .map(|m| m.source.as_str())
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect::<Vec<_>>()
                    .join("；"),
                format!("{permit} 在 {gate:?} 环节尚缺：{}。", list(missing)),
                format!("Before {permit} passes its {gate:?} gate it needs: {}.", list(missing)),
            ),
            StatutoryEdge { permit, needed_by } => words(
                "R8",
                "行政许可法 69",
                format!("{permit} 是 {needed_by} 的法定条件，不能作不适用处理。"),
                format!(
                    "{permit} is a statutory condition of {needed_by}; it cannot be made not applicable."
                ),
            ),
            _ => return None,
        })
    }

    fn words_of_clock(&self) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            ClockStopped { permit } => words(
                "R6",
                "行政许可法 45",
                format!("{permit} 特别程序尚未结束，请先恢复计时。"),
                format!("The clock of {permit} stands still; resume it first."),
            ),
            ClockNotRunning { permit } => words(
                "R6",
                "行政许可法 45",
                format!("{permit} 未在计时。"),
                format!("No clock of {permit} runs."),
            ),
            ToldBeforeStart { from, told_until } => words(
                "R6",
                "行政许可法 45",
                format!("告知的截止日 {told_until} 早于开始日 {from}。"),
                format!(
                    "The told last day {told_until} lies before the first, {from}; tell the applicant a real duration."
                ),
            ),
            ExclusionTooLong { ground, latest, source } => words(
                "R6",
                source,
                format!("{ground:?} 最迟至 {latest}。"),
                format!("{ground:?} may be excluded until {latest} at most."),
            ),
            NotStopped { permit, ground } => words(
                "R6",
                "行政许可法 45",
                format!("{permit} 没有因 {ground:?} 停止计时。"),
                format!("The clock of {permit} is not stopped for {ground:?}."),
            ),
            NoticeUsed { permit, number } => words(
                "R6",
                "行政许可法 45",
                format!("{permit} 已按 {number} 停止计时；再次停止须另行告知。"),
                format!(
                    "{number} has stopped the clock of {permit} already; a further stop needs its own notice."
                ),
            ),
            ResumedBeforeStart { from, on } => words(
                "R6",
                "行政许可法 45",
                format!("恢复日 {on} 早于开始日 {from}。"),
                format!("{on} lies before {from}, the first excluded day."),
            ),
            AlreadyExtended { permit } => words(
                "R4",
                "行政许可法 42",
                format!("{permit} 已延期一次。"),
                format!("{permit} has been extended; a limit is extended once."),
            ),
            NotExtendable { permit } => words(
                "R4",
                "行政许可法 42",
                format!("{permit} 的期限依法不能延长。"),
                format!("No law lets the limit of {permit} be extended."),
            ),
            LimitRunOut { permit, due } => words(
                "R4",
                "行政许可法 42",
                format!("{permit} 的期限已于 {due} 届满，不能再延长。"),
                format!("The limit of {permit} ran out on {due}; it is extended before it runs out."),
            ),
            ExtensionTooLong { asked, most, source } => words(
                "R4",
                source,
                format!("最多延长 {most}，不能延长 {asked}。"),
                format!("{asked} is more than the {most} the law allows."),
            ),
            HandoffOpen { permit, to } => words(
                "",
                "",
                format!("{permit} 正移交 {to}，请先答复或撤回。"),
                format!("{permit} is being offered to {to}; that offer is answered or withdrawn first."),
            ),
            NoHandoff { permit } => words(
                "",
                "",
                format!("{permit} 没有待答复的移交。"),
                format!("No handoff of {permit} is open."),
            ),
            SameBody { body } => {
                words("", "", format!("{body} 已保管该件。"), format!("{body} has it already."))
            }
            _ => return None,
        })
    }

    fn words_of_tolerance(&self) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            NotTolerable { requirement, mode, allowed } => words(
                "R10",
                "容缺清单",
                format!("{requirement} 不在{}清单内，可用方式：{}。", mode.name_zh(), names(allowed)),
                format!("{requirement} is not on the list for {mode:?}; allowed: {allowed:?}."),
            ),
            ModeDoesNotFit { requirement, mode, gate } => words(
                "R11",
                "容缺清单",
                format!("{} 不适用于 {gate:?} 环节的 {requirement}。", mode.name_zh()),
                format!("{mode:?} does not move {requirement} from its {gate:?} gate."),
            ),
            StatutoryCondition { requirement, article } => words(
                "R8",
                &format!("行政许可法 69；{article}"),
                format!("{requirement} 是法定条件，发证前必须具备，不得后补。"),
                format!("{requirement} is a statutory condition ({article}); it must be there before issue."),
            ),
            NeverByCommitment { requirement, field } => words(
                "R12",
                "国办发〔2020〕42号",
                format!("{requirement} 涉及{field}，不适用告知承诺。"),
                format!("{requirement} touches {field}; no commitment is taken there."),
            ),
            NotOnSpecialList { permit } => words(
                "R11",
                "县先证后补清单",
                format!("{permit} 不在先证后补清单内。"),
                format!("{permit} is not on the county's list of permits issued first."),
            ),
            AlreadyMet { requirement } => words(
                "R10",
                "",
                format!("{requirement} 已具备，无须容缺。"),
                format!("{requirement} is met; nothing is to be tolerated."),
            ),
            AlreadyTolerated { requirement } => words(
                "R10",
                "",
                format!("{requirement} 已容缺。"),
                format!("{requirement} is tolerated already."),
            ),
            DeadlineOutOfBounds { asked, earliest, latest } => words(
                "R10",
                "深圳 2019 容缺办法",
                format!("补齐期限 {asked} 须在 {earliest} 至 {latest} 之间。"),
                format!("The deadline {asked} must lie from {earliest} to {latest}."),
            ),
            Ineligible { reason } => words(
                "R10",
                "",
                format!("申请人暂不适用容缺：{reason}"),
                format!("The applicant may not be given tolerance: {reason}"),
            ),
            EligibilityUnknown => words(
                "R10",
                "",
                "未能核实申请人的容缺资格，请重试。",
                "The applicant's eligibility could not be read; try again.",
            ),
            NoticeNeeded { requirement } => words(
                "R11",
                "行政许可法 32",
                format!("容缺收件 {requirement} 须附一次性告知书。"),
                format!("Receiving without {requirement} needs the one-time notice that lists it."),
            ),
            NoDebt { requirement } => words(
                "R10",
                "",
                format!("{requirement} 没有未了的欠件。"),
                format!("No debt is open on {requirement}."),
            ),
            SupplementWaiting { requirement } => words(
                "R10",
                "",
                format!("{requirement} 已补交，待核验。"),
                format!(
                    "What was handed in for {requirement} waits to be verified; verify or reject it first."
                ),
            ),
            NothingReceived { requirement } => words(
                "R10",
                "",
                format!("{requirement} 尚未补交。"),
                format!("Nothing was handed in for {requirement}."),
            ),
            LandsByItself { requirement } => words(
                "R11",
                "",
                format!("{requirement} 由前置事项办结自动补齐；容缺收件请用补正收件。"),
                format!(
                    "{requirement} lands by its own permit; a file received without it is completed by the corrected file."
                ),
            ),
            AlreadyMoved { requirement } => words(
                "R10",
                "",
                format!("{requirement} 的期限已顺延一次。"),
                format!("The deadline of {requirement} was moved once; it is not moved again."),
            ),
            NothingToConfirm { permit } => words(
                "R11",
                "",
                format!("{permit} 没有待确认的预审意见。"),
                format!("No provisional opinion on {permit} waits to be confirmed."),
            ),
            PreReviewUnconfirmed { permit } => words(
                "R11",
                "",
                format!("{permit} 的预审意见尚未确认。"),
                format!("Confirm the provisional opinion on {permit} first."),
            ),
            _ => return None,
        })
    }

    fn words_of_decision(&self) -> Words {
        use MatterRefusal::*;
        match self {
            TwoOfficersNeeded { given } => words(
                "R18",
                "行政许可法 34",
                format!("实质核查须两人以上，只有 {given} 人。"),
                format!("A check of substance needs two officers; {given} given."),
            ),
            CheckMissing { permit } => words(
                "R18",
                "行政许可法 34",
                format!("{permit} 尚无合格的实地核查记录。"),
                format!("No passed check of substance is recorded for {permit}."),
            ),
            HearingTooLate { told_on, latest } => words(
                "R9",
                "行政许可法 47",
                format!("{told_on} 告知，最迟 {latest} 提出听证。"),
                format!("Told on {told_on}, a hearing could be asked for until {latest}."),
            ),
            HearingAlready { permit } => words(
                "R9",
                "行政许可法 47",
                format!("{permit} 已申请听证。"),
                format!("A hearing on {permit} was asked for."),
            ),
            HearingOpen { permit, hold_by } => words(
                "R9",
                "行政许可法 47",
                format!("{permit} 的听证须于 {hold_by} 前举行。"),
                format!("The hearing on {permit} is to be held by {hold_by}, before the decision."),
            ),
            NoHearing { permit } => words(
                "R9",
                "行政许可法 47",
                format!("{permit} 没有听证申请。"),
                format!("No hearing on {permit} was asked for."),
            ),
            NoExpiry { permit } => words(
                "R7",
                "行政许可法 50",
                format!("{permit} 没有有效期。"),
                format!("The certificate of {permit} does not expire."),
            ),
            RenewalTooLate { expires_on, latest } => words(
                "R7",
                "行政许可法 50",
                format!("有效期至 {expires_on}，最迟 {latest} 申请延续。"),
                format!("It expires on {expires_on}; renewal is asked for by {latest}. Apply anew."),
            ),
            RenewalNoLonger { permit, valid_until } => words(
                "R7",
                "行政许可法 50",
                format!("{permit} 延续后的有效期 {valid_until} 未超过原有效期；不予延续须另作决定。"),
                format!(
                    "Valid until {valid_until}, {permit} would last no longer than it does; give a later day, or refuse the renewal."
                ),
            ),
            NoRenewal { permit } => words(
                "R7",
                "行政许可法 50",
                format!("{permit} 没有延续申请。"),
                format!("No renewal of {permit} was asked for."),
            ),
            NoCertificate { permit } => words(
                "",
                "",
                format!("{permit} 不发证，批准即办结。"),
                format!("Nothing is issued for {permit}; approval is its end."),
            ),
            SecondPersonNeeded { body } => words(
                "",
                "",
                format!("更正须由 {body} 的另一人复核。"),
                format!("A correction is confirmed by a second person of {body}."),
            ),
            NoSuchEntry { entry } => words(
                "",
                "",
                format!("本轮没有记录 {entry}，或该记录没有此项。"),
                format!("Entry {entry} is not in the permit's current round, or has no such field."),
            ),
            OldValueDiffers { recorded } => words(
                "",
                "",
                format!("原记录为 {recorded}，请核对。"),
                format!("{recorded} is recorded; look again and give it as the old value."),
            ),
            CorrectionContradicts { reason } => words(
                "",
                "",
                format!("更正与后续记录矛盾：{reason}"),
                format!("The correction contradicts what follows: {reason}"),
            ),
            other => {
                words("", "", format!("不能办理：{}", other.code()), format!("Refused: {}", other.code()))
            }
        }
    }
}

fn list(missing: &[Missing]) -> String {
    missing.iter().map(|m| m.requirement.to_string()).collect::<Vec<_>>().join(", ")
}

fn names(modes: &[Mode]) -> String {
    if modes.is_empty() {
        "无".into()
    } else {
        modes.iter().map(|m| m.name_zh()).collect::<Vec<_>>().join("、")
    }
}

impl Authority {
    fn zh(&self) -> String {
        match self {
            Authority::TaskForceLead => "本事项专班组长或副组长".into(),
            Authority::Lead => "专班组长".into(),
            Authority::Submitter { lead } => format!("综合窗口、实施单位或 {lead}"),
            Authority::Custodian { body } => format!("保管部门 {body}"),
            Authority::LeadDepartment { body } => format!("牵头部门 {body}"),
            Authority::HeadOf { body } => format!("{body} 负责人"),
            Authority::GovernmentHead => "本级政府负责人".into(),
            Authority::Receiver { body } => format!("接收部门 {body}"),
            Authority::Administrator => "管理员".into(),
        }
    }

    fn en(&self) -> String {
        match self {
            Authority::TaskForceLead => "the lead or deputy of this matter's task force".into(),
            Authority::Lead => "a task-force lead".into(),
            Authority::Submitter { lead } => format!("the window, the implementing body or {lead}"),
            Authority::Custodian { body } => format!("an officer of {body}, which has custody"),
            Authority::LeadDepartment { body } => format!("an officer of the lead department {body}"),
            Authority::HeadOf { body } => format!("the head of {body}"),
            Authority::GovernmentHead => "the head of the people's government".into(),
            Authority::Receiver { body } => format!("an officer of {body}, to which it was offered"),
            Authority::Administrator => "an administrator".into(),
        }
    }
}

impl Explained for MatterRefusal {
    fn code(&self) -> &'static str {
        code(self)
    }
    fn rule(&self) -> Option<&'static str> {
        self.words().rule
    }
    fn source(&self) -> Option<String> {
        self.words().source
    }
    fn message_zh(&self) -> String {
        self.words().zh
    }
    fn message_en(&self) -> String {
        self.words().en
    }
}

macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        fn code(refusal: &MatterRefusal) -> &'static str {
            match refusal { $( MatterRefusal::$name { .. } => stringify!($name) ),* }
        }
    };
}
codes!(
    NoSuchMatter,
    MatterExists,
    WrongPhase,
    CodeNotReserved,
    NoPlan,
    AlreadyPlanned,
    TemplateUnknown,
    PlanInvalid,
    StatutoryEdgeRemoved,
    GatePassed,
    NoSuchPermit,
    NoSuchMilestone,
    MilestoneAlreadyReached,
    NoSuchRequirement,
    UnknownOfficer,
    NotAuthorised,
    CustodyElsewhere,
    SeparationOfDuties,
    WrongStep,
    AlreadySubmitted,
    AlreadyDecided,
    NotApplicable,
    AlreadyNoticed,
    NothingListed,
    NotMissing,
    DeemedAlready,
    NoticeTooLate,
    NoticeNotServed,
    RequirementsUnmet,
    ClockStopped,
    ClockNotRunning,
    ToldBeforeStart,
    ExclusionTooLong,
    NotStopped,
    NoticeUsed,
    ResumedBeforeStart,
    AlreadyExtended,
    NotExtendable,
    LimitRunOut,
    ExtensionTooLong,
    HandoffOpen,
    NoHandoff,
    SameBody,
    NotTolerable,
    ModeDoesNotFit,
    StatutoryCondition,
    NeverByCommitment,
    NotOnSpecialList,
    AlreadyMet,
    AlreadyTolerated,
    DeadlineOutOfBounds,
    Ineligible,
    EligibilityUnknown,
    NoticeNeeded,
    NoDebt,
    NothingReceived,
    SupplementWaiting,
    LandsByItself,
    AlreadyMoved,
    NothingToConfirm,
    PreReviewUnconfirmed,
    TwoOfficersNeeded,
    CheckMissing,
    HearingTooLate,
    HearingAlready,
    HearingOpen,
    NoHearing,
    NoExpiry,
    RenewalTooLate,
    NoRenewal,
    RenewalNoLonger,
    NoCertificate,
    StatutoryEdge,
    EffectiveInFuture,
    BackfillOutOfOrder,
    SecondPersonNeeded,
    NoSuchEntry,
    OldValueDiffers,
    CorrectionContradicts,
    NotFinished,
);

/// A notice must have been served by the day its act takes effect.
pub(super) fn served(notice: &Notice, effective: Date) -> Result<(), MatterRefusal> {
    if notice.served_on <= effective {
        Ok(())
    } else {
        Err(MatterRefusal::NoticeNotServed { served_on: notice.served_on, effective })
    }
}
