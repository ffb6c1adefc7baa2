//! The closed words of a matter, as the domain has them.
//!
//! Invariant: one value for each of the domain's, in the same order; a new one there does not compile here.

use async_graphql::Enum;
use om_domain::{
    clock,
    matter::{card, event, opinion, plan, refusal, state},
};

macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident = $remote:ty { $( $(#[$vdoc:meta])* $variant:ident ),* $(,)? } )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        pub enum $name { $( $(#[$vdoc])* $variant ),* }

        impl From<$remote> for $name {
            fn from(value: $remote) -> Self {
                type Remote = $remote;
                match value { $( Remote::$variant => $name::$variant ),* }
            }
        }
        impl From<$name> for $remote {
            fn from(value: $name) -> Self {
                type Remote = $remote;
                match value { $( $name::$variant => Remote::$variant ),* }
            }
        }
    )* };
}

words! {
    /// The four stages of a construction project's permits (国办发〔2019〕11号).
    Stage = plan::Stage {
        /// 立项用地规划许可.
        ProjectAndLand,
        /// 工程建设许可.
        Construction,
        /// 施工许可.
        Works,
        /// 竣工验收.
        Completion,
    }
    /// What kind of act a permit is.
    Nature = plan::Nature {
        /// 行政许可: the terms of 行政许可法 bind it.
        Permit,
        /// 审查/审核.
        Review,
        /// 备案.
        Filing,
        /// 技术审查: a technical assessment by an institution.
        TechnicalAssessment,
        /// 招标.
        Tender,
    }
    /// How a permit is handled, which says who may extend its limit (行政许可法 42, 43).
    Handling = plan::Handling {
        /// By one department: the agency head extends.
        Single,
        /// Unified, joint or centralised (统一、联合、集中办理): the head of the government extends.
        Joint,
        /// Preliminary review by a lower body: not extended.
        Preliminary,
    }
    /// A gate of a permit's life; a requirement is due before one of them.
    Gate = plan::Gate {
        /// Before acceptance (受理).
        Accept,
        /// Before the decision (审批决定).
        Decide,
        /// Before the certificate is issued (发证).
        Issue,
        /// After issue: a supplement (后补).
        AfterIssue,
    }
    /// How far a prerequisite permit must have come.
    Reaches = plan::Reaches {
        /// Accepted, deemed acceptance included.
        Accepted,
        /// Approved.
        Approved,
        /// Certificate issued.
        Issued,
    }
    /// The five modes of tolerated deficiency (容缺), each a named gate shift.
    ToleranceMode = plan::Mode {
        /// 1 容缺收件: received only; the missing list is the one-time notice.
        ReceiveOnly,
        /// 2 容缺受理: a material moves from accept to decide.
        Accept,
        /// 3 容缺预审: a prerequisite moves from accept to decide; the statutory clock waits for it.
        PreReview,
        /// 4 告知承诺: a non-statutory item moves from decide or issue to after issue.
        Commitment,
        /// 5 先证后补: moves from issue to after issue, only on the county's special list.
        IssueFirst,
    }
    /// Fields where nothing may be settled by a commitment (国办发〔2020〕42号).
    SensitiveField = plan::Sensitive {
        /// 国家安全.
        NationalSecurity,
        /// 国家秘密.
        StateSecret,
        /// 公共安全.
        PublicSafety,
        /// 金融业审慎监管.
        PrudentialFinance,
        /// 生态环境保护.
        Ecology,
        /// 直接关系人身健康、生命财产安全.
        LifeAndProperty,
        /// 可能造成难以挽回的损失.
        HardToReverse,
    }
    /// What an opinion counts as that was not given by its last day.
    Silence = plan::Silence {
        /// As agreement (逾期视为同意).
        Agree,
        /// As nothing: it is still owed (逾期不视为同意).
        Nothing,
    }
    /// How the lead department dealt with an objection.
    Treatment = opinion::Treatment {
        /// Adopted (采纳): the project was changed by it, or the application is denied for it.
        Adopted,
        /// Not adopted (不采纳), with reasons.
        NotAdopted,
    }
    /// How a department's opinion stands.
    OpinionStanding = opinion::Standing {
        /// Awaited (待回复).
        Awaited,
        /// Agreed (同意).
        Agreed,
        /// Agreed on conditions (有条件同意).
        AgreedOnConditions,
        /// Silent, which counts as agreement (逾期视为同意).
        SilentAgreed,
        /// Silent, which counts as nothing; still owed (逾期未回复).
        SilentOwed,
        /// Objected, not dealt with (不同意).
        Objected,
        /// The objection was adopted (异议已采纳).
        ObjectionAdopted,
        /// The objection was not adopted (异议未采纳).
        ObjectionNotAdopted,
        /// The objection was withdrawn (异议已撤回).
        ObjectionWithdrawn,
    }
    /// Manner of service of a notice (行政许可法 44, 民事诉讼法 87-95): no service, no effect.
    Service = event::Service {
        /// 直接送达.
        InPerson,
        /// 邮寄送达.
        Post,
        /// 电子送达.
        Electronic,
        /// 留置送达.
        Substituted,
        /// 公告送达.
        Public,
    }
    /// For what time may be excluded from a limit: these eight and no other (行政许可法 45).
    Ground = clock::Ground {
        /// 听证.
        Hearing,
        /// 招标.
        Tender,
        /// 拍卖.
        Auction,
        /// 检验.
        Inspection,
        /// 检测.
        Testing,
        /// 检疫.
        Quarantine,
        /// 鉴定.
        Appraisal,
        /// 专家评审.
        ExpertReview,
    }
    /// In what a term is counted; a number of days never stands without it.
    DayUnit = clock::Unit {
        /// Working days (工作日), as 行政许可法 82 counts its own limits.
        WorkingDays,
        /// Calendar days (日), as most other laws count.
        CalendarDays,
    }
    /// What a lapsed tolerance leads to: the consequence of its mode.
    Consequence = event::Consequence {
        /// Mode 1: not accepted.
        NotAccepted,
        /// Mode 2: the permit lapses; a new round is allowed.
        PermitLapses,
        /// Mode 3: the provisional opinion is void and the permit lapses.
        OpinionVoid,
        /// Modes 4 and 5: revocation is proposed; the department decides.
        RevocationProposed,
    }
    /// Which term ran out without its act.
    Term = event::Term {
        /// The statutory limit (法定时限).
        Statutory,
        /// The promised limit (承诺时限).
        Promised,
        /// Answer to a file received, where silence deems nothing (R3 binds administrative permits only).
        Intake,
        /// Delivery of the certificate (行政许可法 44).
        Delivery,
        /// The internal term of a pre-review (mode 3).
        PreReview,
        /// Holding a hearing (行政许可法 46-47).
        Hearing,
    }
    /// Where a matter is in its life.
    MatterPhase = state::Phase {
        /// Nothing is recorded yet.
        Unknown,
        /// Proposed.
        Proposed,
        /// Designated a one-matter project, with a task force.
        Designated,
        /// Underway.
        Underway,
        /// Suspended; statutory clocks run on.
        Suspended,
        /// Completed.
        Completed,
        /// Given up.
        Terminated,
    }
    /// Where a round of a permit stands.
    RoundPhase = state::RoundPhase {
        /// The file, or the corrected file, lies with the department (已收件).
        Received,
        /// The one-time correction notice was served (补正中).
        AwaitingCorrection,
        /// Accepted for pre-review; the statutory clock waits for a prerequisite (mode 3).
        PreReview,
        /// Accepted; the clock runs or is stopped (审查中).
        InReview,
        /// Approved.
        Approved,
        /// Certificate issued.
        Issued,
        /// Denied.
        Denied,
        /// Not accepted.
        NotAccepted,
        /// Withdrawn.
        Withdrawn,
        /// Lapsed.
        Lapsed,
        /// Revoked.
        Revoked,
    }
    /// How a file was accepted.
    AcceptanceManner = state::Manner {
        /// Complete.
        Complete,
        /// With tolerated deficiencies (容缺受理).
        Deficient,
        /// By silence, from the day of receipt (视为受理, 行政许可法 32).
        Deemed,
    }
    /// What has come of a tolerated deficiency.
    Debt = state::Debt {
        /// Owed.
        Open,
        /// Handed in, not yet verified.
        Received,
        /// Handed in and rejected; owed again.
        Rejected,
        /// Paid.
        Verified,
        /// The prerequisite landed.
        Landed,
        /// The deadline passed.
        Lapsed,
    }
    /// How grave a card is (红黄牌).
    CardColor = card::Colour {
        /// 黄牌: the promised limit is nearly used.
        Yellow,
        /// 红牌: overdue.
        Red,
    }
    /// Where a card stands.
    CardStanding = card::CardStanding {
        /// Issued; the body's move.
        Issued,
        /// Answered by the body.
        Answered,
        /// Appealed against; to be decided (申诉中).
        Appealed,
        /// The appeal was refused: the card stands (维持).
        Upheld,
        /// Cancelled (撤销).
        Cancelled,
        /// What was overdue is done (销号).
        Cleared,
    }
    /// Why a requirement is not met.
    Unmet = refusal::Because {
        /// The other permit is not begun.
        NotBegun,
        /// The other permit is underway, not yet so far.
        Underway,
        /// The other permit ended badly: denied, not accepted, withdrawn, lapsed or revoked.
        Ended,
        /// The milestone is not reached.
        NotReached,
        /// The material was not handed in.
        NotHanded,
        /// Tolerated, and due now.
        DebtOpen,
        /// The other permit's certificate has expired and was not renewed.
        Expired,
    }
}
