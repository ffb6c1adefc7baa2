//! Why a command on a matter is refused: closed, typed, with its facts and its law.
//!
//! Invariant: every refusal says what to do; none hides a fault of the machine.

mod parts;
mod words;

pub use parts::{Authority, Awaited, Because, Missing, Unfinished, Unsubmittable};

use super::{
    card::CardStanding,
    event::Notice,
    plan::{Gate, Mode, Node, RequirementId, Sensitive},
    state::{Phase, RoundPhase},
};
use crate::{
    applicant::BarKind,
    clock::{Ground, Unit},
    decider::Explained,
    ids::{
        BodyId, CountyId, EventId, LegalText, MatterId, MilestoneCode, OfficerId, PaperHash, PermitCode,
        ProjectCode,
    },
    naming::Names,
};
use jiff::civil::Date;
use serde::Serialize;

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
    /// The project code was given for another county, prefecture or province.
    CodeOfAnotherPlace { code: ProjectCode, county: CountyId },
    /// What the project is known by is not corrected.
    ProjectStays { what: &'static str },
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
    /// A permit of the template leaves the plan only by its own department's word.
    PermitOfTemplate { permit: PermitCode, lead: BodyId },
    /// What may be tolerated or issued first is not an amendment's to widen.
    ListIsNotAmended { permit: PermitCode, requirement: Option<RequirementId> },
    /// More time promised than the law gives.
    PromiseBeyondLaw { permit: PermitCode, promised: u16, statutory: u16, source: String },
    /// A gate already passed is not amended.
    GatePassed { permit: PermitCode, gate: Gate },
    /// The plan has no such permit.
    NoSuchPermit { permit: PermitCode },
    /// The plan has no such milestone.
    NoSuchMilestone { milestone: MilestoneCode },
    /// The milestone was reached already.
    MilestoneAlreadyReached { milestone: MilestoneCode, on: Date },
    /// What comes before the milestone is not there yet.
    MilestoneTooEarly { milestone: MilestoneCode, after: Vec<Node> },
    /// The milestone has a date already.
    MilestoneDated { milestone: MilestoneCode, date: Date },
    /// The milestone has no date yet.
    MilestoneNotDated { milestone: MilestoneCode },
    /// The plan has the milestone: its name and place are the plan's.
    MilestoneOfPlan { milestone: MilestoneCode },
    /// A target of no permit at all.
    NothingToReach { milestone: MilestoneCode },
    /// The target of the matter is the project's.
    TargetDiffers { target: Date, date: Date },
    /// The target is a milestone now: it moves as one.
    TargetIsMilestone { date: Date },
    /// The date does not lie ahead.
    DateNotAhead { milestone: MilestoneCode, date: Date, day: Date },
    /// That is the date.
    DateUnchanged { milestone: MilestoneCode, date: Date },
    /// The date has passed: it was missed.
    DateHasPassed { milestone: MilestoneCode, date: Date },
    /// In the last days before the date only the lead asks.
    DateIsNear { milestone: MilestoneCode, date: Date, last_days: i32 },
    /// Beyond half the span it was planned with.
    DateTooFar { milestone: MilestoneCode, to: Date, original: Date, latest: Date },
    /// A change is asked for already.
    DateChangeOpen { milestone: MilestoneCode, to: Date },
    /// No change is asked for.
    NoDateChange { milestone: MilestoneCode },
    /// Departments it touches have not agreed.
    DateChangeNotAgreed { milestone: MilestoneCode, missing: Vec<BodyId> },
    /// No date of it was missed without a word.
    NothingMissed { milestone: MilestoneCode },
    /// A missed milestone that is not reached gets a new date.
    NewDateNeeded { milestone: MilestoneCode, missed: Date },
    /// The permit has no such requirement.
    NoSuchRequirement { permit: PermitCode, requirement: RequirementId },
    /// The directory does not know this officer.
    UnknownOfficer { officer: OfficerId },
    /// The directory does not know this body.
    UnknownBody { body: BodyId },
    /// Named to lead a task force without the role of a lead.
    NotALead { officer: OfficerId },
    /// An amendment does not change what the law sets for a permit.
    LawIsNotAmended { permit: PermitCode, what: &'static str },
    /// A promised limit changes with its department's document only.
    PromiseNeedsItsDocument { permit: PermitCode },
    /// Papers that the command names are not in the store.
    PaperMissing { papers: Vec<PaperHash> },
    /// A certificate that has expired already.
    ExpiredAtIssue { valid_until: Date, issued_on: Date },
    /// A notice served before what it answers, or before its own date.
    NoticeTooEarly { served_on: Date, earliest: Date },
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
    /// A package with nothing in it.
    PackageEmpty,
    /// Permits of a package cannot be submitted; nothing of it is received.
    PackageRefused { refused: Vec<Unsubmittable> },
    /// The permit stands twice in the package.
    TwiceInPackage { permit: PermitCode },
    /// The material lies with the matter and is not asked for again.
    MaterialLiesWithMatter {
        permit: PermitCode,
        requirement: RequirementId,
        from: PermitCode,
        round: u16,
        received_on: Date,
        paper: Option<PaperHash>,
    },
    /// The applicant is barred from applying for this permit again.
    BarredFromApplying { permit: PermitCode, kind: BarKind, decision: LegalText, until: Date },
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
    /// Said to have been decided before the day its document is dated.
    DecidedBeforeDated { dated: Date, decided_on: Date },
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
    /// Counted in another unit than the limit.
    ExtensionUnitDiffers { asked: Unit, limit: Unit, source: String },
    /// Longer than the law allows.
    ExtensionTooLong { asked: u16, most: u16, source: String },
    /// An offer is open.
    HandoffOpen { permit: PermitCode, to: BodyId },
    /// No offer is open.
    NoHandoff { permit: PermitCode },
    /// It is there already.
    SameBody { body: BodyId },
    /// No department to ask.
    NobodyToAsk { permit: PermitCode },
    /// In a joint review all departments are asked at once.
    AskAllAtOnce { permit: PermitCode, missing: Vec<BodyId> },
    /// The department was asked and has not answered yet, or its objection is open.
    AlreadyAsked { permit: PermitCode, body: BodyId, due: Date },
    /// The lead department does not ask itself.
    LeadGivesNoOpinion { permit: PermitCode, body: BodyId },
    /// The plan sets no term, and none was told.
    OpinionDueNeeded { permit: PermitCode },
    /// The last day told is not after today, or too far ahead.
    OpinionDueOutOfBounds { asked: Date, earliest: Date, latest: Date },
    /// The department was not asked.
    NotAsked { permit: PermitCode, body: BodyId },
    /// The department has given its opinion.
    OpinionGivenAlready { permit: PermitCode, body: BodyId, on: Date },
    /// No objection of this department is open.
    NoObjection { permit: PermitCode, body: BodyId },
    /// Objections were not dealt with.
    ObjectionsOpen { permit: PermitCode, bodies: Vec<BodyId> },
    /// Opinions are awaited.
    OpinionsAwaited { permit: PermitCode, awaited: Vec<Awaited> },
    /// Not on the tolerable list in this mode.
    NotTolerable { requirement: RequirementId, mode: Mode, allowed: Vec<Mode> },
    /// The mode does not fit the gate.
    ModeDoesNotFit { requirement: RequirementId, mode: Mode, gate: Gate },
    /// A statutory condition is never tolerated past issue.
    StatutoryCondition { requirement: RequirementId, article: LegalText },
    /// Never by commitment.
    NeverByCommitment { requirement: RequirementId, field: Sensitive },
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
    /// No lapse of it stands.
    NotLapsed { requirement: RequirementId },
    /// What came later stands on the lapse.
    LapseBuiltOn { permit: PermitCode, round: u16, phase: RoundPhase },
    /// Received after the deadline, or before it was tolerated.
    NotReceivedInTime { requirement: RequirementId, received_on: Date, latest: Date },
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
    /// A deemed renewal lasts no less than what it renews.
    RenewalTermTooShort { permit: PermitCode, valid_until: Date, least: Date },
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
    NotFinished(Box<Unfinished>),
    /// Applications wait for their answer.
    RoundsOpen { permits: Vec<PermitCode> },
    /// No revocation is proposed because of this debt.
    NoRevocationProposed { permit: PermitCode, requirement: RequirementId },
    /// The prerequisite has not fallen away, or that was judged already.
    NothingFallen { permit: PermitCode, requirement: RequirementId },
    /// The permit has no such card.
    NoSuchCard { permit: PermitCode, card: u16 },
    /// The body has such a card already, and it is open.
    CardIssuedAlready { permit: PermitCode, card: u16, against: BodyId },
    /// Not at this point of the card's life.
    WrongCardStep { permit: PermitCode, card: u16, is: CardStanding, needed: &'static str },
    /// An appeal was made before.
    AppealedAlready { permit: PermitCode, card: u16, on: Date },
    /// What it is about is not done.
    StillOverdue { permit: PermitCode, card: u16 },
    /// What it was issued on is still true.
    PremiseStands { permit: PermitCode, card: u16 },
    /// No judgement takes the place of a condition of the law.
    FallenByLaw { permit: PermitCode, requirement: RequirementId, article: LegalText },
}

impl Explained for MatterRefusal {
    fn code(&self) -> &'static str {
        code(self)
    }
    fn rule(&self) -> Option<&'static str> {
        self.words(&Names::default()).rule
    }
    fn wants_another_person(&self) -> bool {
        matches!(self, Self::NotAuthorised { .. })
    }
    fn wants_a_right(&self) -> bool {
        self.wants_another_person()
            || matches!(self, Self::CustodyElsewhere { .. })
            || self.rule() == Some("R18")
    }
    fn source(&self) -> Option<String> {
        self.words(&Names::default()).source
    }
    fn message_zh(&self, names: &Names<'_>) -> String {
        self.words(names).zh
    }
    fn message_en(&self, names: &Names<'_>) -> String {
        self.words(names).en
    }
}

macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        fn code(refusal: &MatterRefusal) -> &'static str {
            match refusal { $( MatterRefusal::$name { .. } => stringify!($name) ),* }
        }
        impl MatterRefusal {
            /// The codes there are.
            pub const CODES: &'static [&'static str] = &[ $( stringify!($name) ),* ];
        }
    };
}
codes!(
    NoSuchMatter,
    MatterExists,
    WrongPhase,
    CodeNotReserved,
    CodeOfAnotherPlace,
    ProjectStays,
    PromiseNeedsItsDocument,
    PaperMissing,
    RenewalTermTooShort,
    NoPlan,
    AlreadyPlanned,
    TemplateUnknown,
    PlanInvalid,
    StatutoryEdgeRemoved,
    PermitOfTemplate,
    ListIsNotAmended,
    PromiseBeyondLaw,
    GatePassed,
    NoSuchPermit,
    NoSuchMilestone,
    MilestoneAlreadyReached,
    MilestoneTooEarly,
    MilestoneDated,
    MilestoneNotDated,
    MilestoneOfPlan,
    NothingToReach,
    TargetDiffers,
    TargetIsMilestone,
    DateNotAhead,
    DateUnchanged,
    DateHasPassed,
    DateIsNear,
    DateTooFar,
    DateChangeOpen,
    NoDateChange,
    DateChangeNotAgreed,
    NothingMissed,
    NewDateNeeded,
    NoSuchRequirement,
    UnknownOfficer,
    UnknownBody,
    NotALead,
    LawIsNotAmended,
    ExpiredAtIssue,
    NoticeTooEarly,
    NotAuthorised,
    CustodyElsewhere,
    SeparationOfDuties,
    WrongStep,
    AlreadySubmitted,
    PackageEmpty,
    PackageRefused,
    TwiceInPackage,
    MaterialLiesWithMatter,
    BarredFromApplying,
    AlreadyDecided,
    NotApplicable,
    AlreadyNoticed,
    NothingListed,
    NotMissing,
    DeemedAlready,
    NoticeTooLate,
    NoticeNotServed,
    DecidedBeforeDated,
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
    ExtensionUnitDiffers,
    ExtensionTooLong,
    HandoffOpen,
    NoHandoff,
    SameBody,
    NobodyToAsk,
    AskAllAtOnce,
    AlreadyAsked,
    LeadGivesNoOpinion,
    OpinionDueNeeded,
    OpinionDueOutOfBounds,
    NotAsked,
    OpinionGivenAlready,
    NoObjection,
    ObjectionsOpen,
    OpinionsAwaited,
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
    NotLapsed,
    LapseBuiltOn,
    NotReceivedInTime,
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
    RoundsOpen,
    NoRevocationProposed,
    NothingFallen,
    FallenByLaw,
    NoSuchCard,
    CardIssuedAlready,
    WrongCardStep,
    AppealedAlready,
    StillOverdue,
    PremiseStands,
);

/// A notice must have been served by the day its act takes effect, and not before its own date.
pub(super) fn served(notice: &Notice, effective: Date) -> Result<(), MatterRefusal> {
    if notice.served_on > effective {
        return Err(MatterRefusal::NoticeNotServed { served_on: notice.served_on, effective });
    }
    not_before(notice, notice.date)
}

/// And not before what it answers.
pub(super) fn answers(notice: &Notice, received_on: Date, effective: Date) -> Result<(), MatterRefusal> {
    served(notice, effective)?;
    not_before(notice, received_on)
}

fn not_before(notice: &Notice, earliest: Date) -> Result<(), MatterRefusal> {
    if notice.served_on < earliest {
        return Err(MatterRefusal::NoticeTooEarly { served_on: notice.served_on, earliest });
    }
    Ok(())
}
