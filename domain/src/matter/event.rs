//! What can have happened to a matter: facts, past tense, in the field's words, forever.
//!
//! Invariants: a stored name and version never change meaning; every event that fixes or moves a due date stores it
//! with the calendar version it was computed by (R20); personal text only as a reference into the vault.

use super::{
    card::{Basis, Colour, Subject},
    opinion::{Concluded, Opinion, Treatment},
    plan::{Gate, Mode, Node, Plan, PlannedPermit, RequirementId, Silence, Whole},
};
use crate::{
    calendar::CalendarVersion,
    clock::{Extension, Ground},
    decider::SeenAt,
    events,
    ids::{
        ApplicantId, BodyId, EventId, LegalText, MaterialCode, MilestoneCode, OfficerId, PaperHash,
        PermitCode, ProjectCode, VaultRef,
    },
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A legal notice: no service, no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// Number of the document (文号).
    pub number: LegalText,
    /// Date of the document.
    pub date: Date,
    /// How it was served (送达方式).
    pub service: Service,
    /// The day it was served.
    pub served_on: Date,
    /// The paper itself, where it has been uploaded.
    pub paper: Option<PaperHash>,
}

/// By whose word a date was changed (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// By agreement of the departments it touches.
    ByAgreement,
    /// By the lead's decision, after they had agreed.
    ByLead,
}

/// Manner of service [民事诉讼法 87-95, 行政许可法 44].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Service {
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

/// A material that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handed {
    /// Which.
    pub material: MaterialCode,
    /// The paper by its hash, where it has been uploaded.
    pub paper: Option<PaperHash>,
    /// The file's name, in the vault.
    pub file_name: Option<VaultRef>,
}

/// A permit of a package, and the round that it opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Packaged {
    /// The permit.
    pub permit: PermitCode,
    /// The round.
    pub round: u16,
}

/// A material that a permit does not ask for again, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reused {
    /// What was handed in there.
    pub handed: Handed,
    /// With which permit it lies.
    pub from: PermitCode,
    /// In which of its rounds.
    pub round: u16,
    /// The day it was received there.
    pub received_on: Date,
}

/// Due dates as fixed by an event, with the calendar they were computed by (R20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dues {
    /// Last day of the statutory limit; none while the clock is stopped or where no law sets one.
    pub statutory: Option<Date>,
    /// Last day of the promised limit; likewise.
    pub promised: Option<Date>,
    /// What is left of the statutory limit while the clock is stopped, in its unit.
    pub statutory_left: Option<i32>,
    /// What is left of the promised limit while the clock is stopped, in its unit.
    pub promised_left: Option<i32>,
    /// Whether a date lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// The calendar.
    pub calendar: CalendarVersion,
}

/// One due date as fixed by an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DueOn {
    /// The last day.
    pub date: Date,
    /// Beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// The calendar it was computed by.
    pub calendar: CalendarVersion,
}

/// The task force (专班).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskForce {
    /// Lead (组长).
    pub lead: OfficerId,
    /// Deputy lead.
    pub deputy: Option<OfficerId>,
    /// One member per department.
    pub members: BTreeMap<BodyId, OfficerId>,
}

/// The project behind the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProjectFacts {
    /// Name of the matter.
    pub name: LegalText,
    /// Its kind, such as municipal road.
    pub kind: LegalText,
    /// Project code, one per project [政府投资条例 10].
    pub code: ProjectCode,
    /// Township or subdistrict that implements it.
    pub implementing_body: BodyId,
    /// Applicant organisation.
    pub applicant: ApplicantId,
    /// Body the applicant belongs to, whose officers may not decide its permits (R18); none for a private applicant.
    pub applicant_body: Option<BodyId>,
    /// Place.
    pub place: LegalText,
    /// Area in square metres.
    pub area_m2: Option<u64>,
    /// Investment in yuan.
    pub investment_yuan: Option<u64>,
    /// Target completion.
    pub target: Option<Date>,
}

/// Which clock ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Answer to a file received, where silence deems nothing (R3 binds administrative permits only).
    Intake,
    /// The statutory limit.
    Statutory,
    /// The promised limit.
    Promised,
    /// Delivery of the certificate (行政许可法 44).
    Delivery,
    /// The internal term of a pre-review (mode 3).
    PreReview,
    /// Holding a hearing (行政许可法 46-47).
    Hearing,
}

/// What a lapsed tolerance leads to: the consequence of its mode (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Mode 1: not accepted.
    NotAccepted,
    /// Mode 2: the permit lapses; a new round is allowed.
    PermitLapses,
    /// Mode 3: the provisional opinion is void and the permit lapses.
    OpinionVoid,
    /// Modes 4 and 5: revocation is proposed; the department decides.
    RevocationProposed,
}

/// A field of an entry that can be corrected, with its old and its new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Correction {
    /// The day a file or a corrected file was received.
    ReceivedOn {
        /// As recorded.
        old: Date,
        /// As it was.
        new: Date,
    },
    /// The first day a suspension excludes.
    SuspendedFrom {
        /// As recorded.
        old: Date,
        /// As it was.
        new: Date,
    },
    /// The day the clock runs again.
    ResumedOn {
        /// As recorded.
        old: Date,
        /// As it was.
        new: Date,
    },
    /// The number of a notice or decision.
    DocumentNumber {
        /// As recorded.
        old: LegalText,
        /// As it was.
        new: LegalText,
    },
}

/// An answer to a file, which a corrected day of receipt may take away (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntakeAnswer {
    /// The one-time notice: it was served after the term.
    CorrectionNotice,
    /// The acceptance: it came after the term.
    Acceptance,
    /// The deemed acceptance: the term still runs.
    DeemedAcceptance,
}

events! {
    /// What can have happened to a matter.
    pub enum MatterEvent {
        /// The matter was proposed (Proposed).
        MatterProposed = 1 {
            /// The project.
            project: ProjectFacts,
            /// Where its code was reserved.
            reserved: SeenAt,
        },
        /// The project's facts were corrected; what was proposed stays visible.
        ProjectCorrected = 1 {
            /// As recorded.
            old: Box<ProjectFacts>,
            /// As it is.
            new: Box<ProjectFacts>,
            /// Why.
            reason: LegalText,
            /// The second person.
            second_person: OfficerId,
        },
        /// Designated a one-matter project with a task force (Designated).
        MatterDesignated = 1 {
            /// The task force.
            task_force: TaskForce,
            /// The document that designates it.
            basis: LegalText,
        },
        /// The task force changed.
        TaskForceChanged = 1 {
            /// The new one, whole.
            task_force: TaskForce,
            /// Why.
            reason: LegalText,
        },
        /// The resolved plan was set.
        MatterPlanned = 2 reads 1 {
            /// The plan.
            plan: Arc<Plan>,
            /// The template it was resolved from.
            seen: SeenAt,
        },
        /// The plan was amended: permits added, replaced or dropped, never for a gate already passed.
        PlanAmended = 2 reads 1 {
            /// Permits added, or replacing the one of the same code.
            put: Vec<PlannedPermit>,
            /// Permits dropped.
            drop: Vec<PermitCode>,
            /// Why.
            reason: LegalText,
        },
        /// Work on the matter began (Underway).
        MatterStarted = 1 {
            /// The day.
            on: Date,
        },
        /// The matter was suspended; no statutory clock stops by this.
        MatterSuspended = 1 {
            /// Why.
            reason: LegalText,
        },
        /// The matter went on.
        MatterResumed = 1 {
            /// Why.
            reason: LegalText,
        },
        /// All stages complete, nothing owed.
        MatterCompleted = 1 {
            /// The day.
            on: Date,
        },
        /// Given up.
        MatterTerminated = 1 {
            /// Why.
            reason: LegalText,
        },

        /// A file was received (收件): a new round of the permit.
        PermitSubmitted = 1 {
            /// The permit.
            permit: PermitCode,
            /// The round it opens, from 1.
            round: u16,
            /// The day of receipt.
            received_on: Date,
            /// What was handed in.
            materials: Vec<Handed>,
            /// Last day on which a one-time correction notice can be served (R3).
            intake_due: DueOn,
            /// Who applied for the applicant; may not decide (R18).
            applied_by: OfficerId,
        },
        /// One package for many permits was received at the window (一窗受理): every department has it since the same
        /// moment; each permit's own receipt stands beside it.
        PackageReceived = 1 {
            /// Number of the receipt, one for the package.
            number: LegalText,
            /// The day of receipt.
            received_on: Date,
            /// The permits, each with the round it opened.
            permits: Vec<Packaged>,
        },
        /// Materials that lie with another permit of the matter count as handed in for this one too.
        MaterialsReused = 1 {
            /// The permit that does not ask for them again.
            permit: PermitCode,
            /// What, and where it lies.
            reused: Vec<Reused>,
        },
        /// The one-time correction notice was served (一次性告知补正, R3).
        CorrectionNoticed = 1 {
            /// The permit.
            permit: PermitCode,
            /// All that must be supplied; nothing else can be demanded.
            listed: BTreeSet<RequirementId>,
            /// The notice.
            notice: Notice,
        },
        /// The corrected file was received: a fresh term (R3).
        CorrectionReceived = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day of receipt; the clock starts here if the file is complete.
            received_on: Date,
            /// What was handed in.
            materials: Vec<Handed>,
            /// Last day before silence deems acceptance.
            intake_due: DueOn,
        },
        /// Materials due at a later gate were handed in.
        MaterialsSupplied = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day of receipt.
            received_on: Date,
            /// What was handed in.
            materials: Vec<Handed>,
        },
        /// A corrected day of receipt took the answer to the file away: the file waits again, or is deemed accepted (R3).
        IntakeReopened = 1 {
            /// The permit.
            permit: PermitCode,
            /// What no longer stands.
            fell_away: IntakeAnswer,
            /// The entry that had recorded it.
            answer: EventId,
        },
        /// Accepted (受理); with deficiencies tolerated if any are listed (容缺受理).
        PermitAccepted = 1 {
            /// The permit.
            permit: PermitCode,
            /// The clock's first day, not counted itself: receipt of the complete file; none while a pre-review waits.
            clock_from: Option<Date>,
            /// Due dates, when the clock runs.
            dues: Option<Dues>,
            /// Internal term of a pre-review (mode 3).
            pre_review_due: Option<DueOn>,
            /// Requirements tolerated at this gate.
            deficient: BTreeSet<RequirementId>,
            /// The notice of acceptance (受理通知书).
            notice: Notice,
        },
        /// Silence has deemed the file accepted, from the day of receipt (视为受理, R3).
        PermitDeemedAccepted = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day of receipt; the clock's first day.
            clock_from: Date,
            /// Due dates.
            dues: Dues,
            /// The last day on which notice could have been served.
            term_ended: Date,
        },
        /// A notice served in time but recorded after deeming set the deemed acceptance aside (R3).
        DeemedAcceptanceSetAside = 1 {
            /// The permit.
            permit: PermitCode,
            /// All that must be supplied.
            listed: BTreeSet<RequirementId>,
            /// The notice, served within the term.
            notice: Notice,
            /// Proof of service.
            proof: PaperHash,
        },
        /// Not accepted (不予受理).
        PermitNotAccepted = 1 {
            /// The permit.
            permit: PermitCode,
            /// Why, with the article.
            reason: LegalText,
            /// The notice; none when a tolerance in mode 1 ran out.
            notice: Option<Notice>,
        },

        /// The clock was stopped for an excluded procedure (R6).
        ClockSuspended = 1 {
            /// The permit.
            permit: PermitCode,
            /// On which ground of 行政许可法 45.
            ground: Ground,
            /// First day excluded.
            from: Date,
            /// The last day the notice told.
            told_until: Date,
            /// The written notice.
            notice: Notice,
            /// What is left.
            dues: Dues,
        },
        /// The clock runs again: from this day on days count.
        ClockResumed = 1 {
            /// The permit.
            permit: PermitCode,
            /// First day that counts again.
            on: Date,
            /// On which ground it had been stopped.
            ground: Ground,
            /// New due dates; what is left if another suspension still runs.
            dues: Dues,
        },
        /// The told day of a suspension passed with no new notice: the clock runs again by itself (R6).
        SuspensionTermEnded = 1 {
            /// The permit.
            permit: PermitCode,
            /// On which ground it had been stopped.
            ground: Ground,
            /// The told day, the last excluded.
            told_until: Date,
            /// New due dates; what is left if another suspension still runs.
            dues: Dues,
        },
        /// The limit was extended, once (R4).
        LimitExtended = 1 {
            /// The permit.
            permit: PermitCode,
            /// By how much.
            extension: Extension,
            /// Who approved it.
            approved_by: OfficerId,
            /// Why, as told to the applicant.
            reason: LegalText,
            /// The notice.
            notice: Notice,
            /// New due dates.
            dues: Dues,
        },
        /// Proof that the notice of an extension recorded after the limit had run out was served before.
        LateServiceProved = 1 {
            /// The permit.
            permit: PermitCode,
            /// The number of the notice.
            number: LegalText,
            /// The day it was served.
            served_on: Date,
            /// The last day of the limit as it had run out.
            run_out: Date,
            /// The proof of service (送达回证).
            proof: PaperHash,
        },
        /// A term passed without its act (time's fact).
        TermOverrun = 1 {
            /// The permit.
            permit: PermitCode,
            /// The round.
            round: u16,
            /// Which term.
            term: Term,
            /// Its last day.
            due: DueOn,
        },
        /// A holiday notice moved a due date of an open permit (R20).
        DueDateRevised = 2 reads 1 {
            /// The permit.
            permit: PermitCode,
            /// The clock's due dates as fixed before, if they moved.
            old: Option<Dues>,
            /// As they are now.
            new: Option<Dues>,
            /// The term of intake as it is now, if it moved.
            intake: Option<DueOn>,
            /// The term of delivery as it is now, if it moved.
            delivery: Option<DueOn>,
            /// The last day to hold the hearing as it is now, if it moved.
            hearing: Option<DueOn>,
            /// The internal term of a pre-review as it is now, if it moved.
            pre_review: Option<DueOn>,
            /// The last days of supplements owed that moved, as they are now.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            supplements: BTreeMap<RequirementId, DueOn>,
            /// The last day to answer the handoff offered as it is now, if it moved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            handoff: Option<DueOn>,
            /// The notice.
            notice: LegalText,
        },

        /// Custody was offered to another department (移交).
        HandoffOffered = 1 {
            /// The permit.
            permit: PermitCode,
            /// Who has custody and keeps it until receipt.
            from: BodyId,
            /// To whom.
            to: BodyId,
            /// Why.
            reason: LegalText,
            /// Papers that go with it.
            papers: Vec<PaperHash>,
            /// Last day for an answer.
            answer_due: DueOn,
        },
        /// Received: custody moved.
        HandoffReceived = 1 {
            /// The permit.
            permit: PermitCode,
            /// From whom.
            from: BodyId,
            /// To whom.
            to: BodyId,
        },
        /// Returned: custody stays where it was.
        HandoffReturned = 1 {
            /// The permit.
            permit: PermitCode,
            /// Who offered.
            from: BodyId,
            /// Who returned it.
            to: BodyId,
            /// Why.
            reason: LegalText,
        },
        /// Withdrawn by the offerer.
        HandoffWithdrawn = 1 {
            /// The permit.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        },
        /// The lead department took custody back to decide.
        CustodyRecalled = 1 {
            /// The permit.
            permit: PermitCode,
            /// From whom.
            from: BodyId,
            /// The lead department.
            to: BodyId,
            /// Why.
            reason: LegalText,
        },
        /// An offer stood unanswered beyond its term: overdue against the receiver (time's fact).
        HandoffOverdue = 1 {
            /// The permit.
            permit: PermitCode,
            /// Who did not answer.
            to: BodyId,
            /// The last day for an answer.
            due: DueOn,
        },

        /// Departments were asked for their opinions, all at the same moment (征求意见).
        OpinionRequested = 1 {
            /// The permit.
            permit: PermitCode,
            /// The departments.
            bodies: BTreeSet<BodyId>,
            /// What they are asked.
            question: LegalText,
            /// Last day for an opinion.
            due: DueOn,
            /// The working days it was counted in; none where a date was told.
            working_days: Option<u16>,
            /// The day they are counted from: of the record, for then the departments learn of it.
            counted_from: Date,
            /// What counts if a department stays silent.
            overdue_counts_as: Silence,
        },
        /// A department let its last day pass (time's fact).
        OpinionOverdue = 1 {
            /// The permit.
            permit: PermitCode,
            /// The round.
            round: u16,
            /// The department.
            body: BodyId,
            /// The last day it had.
            due: DueOn,
            /// What its silence counts as.
            counts_as: Silence,
        },
        /// A department gave its opinion.
        OpinionGiven = 1 {
            /// The permit.
            permit: PermitCode,
            /// The department.
            body: BodyId,
            /// What it says.
            opinion: Opinion,
            /// Given after its last day.
            late: bool,
            /// Recorded after the decision: it stands beside it and changes nothing.
            after_decision: bool,
        },
        /// The lead department dealt with an objection.
        ObjectionTreated = 1 {
            /// The permit.
            permit: PermitCode,
            /// Whose objection.
            body: BodyId,
            /// How.
            treatment: Treatment,
            /// Why.
            reasons: LegalText,
        },
        /// A department withdrew its objection.
        ObjectionWithdrawn = 1 {
            /// The permit.
            permit: PermitCode,
            /// The department.
            body: BodyId,
            /// Why.
            reasons: LegalText,
        },
        /// The lead department no longer asks this department.
        OpinionRequestWithdrawn = 1 {
            /// The permit.
            permit: PermitCode,
            /// The department.
            body: BodyId,
            /// Why.
            reason: LegalText,
        },
        /// A holiday notice moved the last day of opinions still awaited (R20).
        OpinionDuesRevised = 1 {
            /// The permit.
            permit: PermitCode,
            /// The last day of each department as it is now.
            dues: BTreeMap<BodyId, DueOn>,
            /// The notice.
            notice: LegalText,
        },
        /// What the decision made of the opinions: one conclusion for all (联合审查、联合验收结论).
        OpinionsConcluded = 1 {
            /// The permit.
            permit: PermitCode,
            /// Each department's opinion as the decision took it.
            opinions: Vec<Concluded>,
            /// Whether the permit was approved.
            approved: bool,
        },

        /// The task-force lead proposed to tolerate; the permit's department decides.
        ToleranceProposed = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// The mode.
            mode: Mode,
            /// Why.
            reason: LegalText,
        },
        /// A deficiency was tolerated: the requirement moved to a later gate, with a deadline and a fallback (R10, R11).
        DeficiencyTolerated = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// The mode.
            mode: Mode,
            /// From which gate.
            from: Gate,
            /// To which gate.
            to: Gate,
            /// The applicant's signed commitment.
            commitment: PaperHash,
            /// Last day for the supplement.
            supplement_due: DueOn,
            /// In which form the supplement must come.
            form: LegalText,
            /// What happens otherwise.
            consequence: Consequence,
            /// Where the applicant's eligibility was read.
            eligibility: SeenAt,
        },
        /// The supplement was handed in.
        SupplementReceived = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// The day.
            received_on: Date,
            /// The paper.
            paper: Option<PaperHash>,
        },
        /// The supplement was verified: the debt is paid.
        SupplementVerified = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
        },
        /// The supplement was rejected; the deadline stands.
        SupplementRejected = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// Why.
            reason: LegalText,
        },
        /// The supplement's deadline was moved, once.
        SupplementDeadlineMoved = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// As it was.
            old: DueOn,
            /// As it is.
            new: DueOn,
            /// Why.
            reason: LegalText,
        },
        /// A tolerated prerequisite landed: the debt is paid; in mode 3 the statutory clock starts here.
        PrerequisiteLanded = 1 {
            /// The permit.
            permit: PermitCode,
            /// The prerequisite.
            requirement: RequirementId,
            /// Clock's first day and due dates, if it starts now.
            clock: Option<StartedClock>,
        },
        /// The provisional opinion of a pre-review was confirmed by the officer (mode 3).
        PreReviewConfirmed = 1 {
            /// The permit.
            permit: PermitCode,
        },
        /// A tolerance ran out with no verified supplement (time's fact); the mode's consequence follows.
        ToleranceLapsed = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// The deadline that passed.
            due: DueOn,
            /// What follows.
            consequence: Consequence,
        },
        /// A lapse was set aside: the supplement had been received in time and was recorded too late. The lapse stays
        /// visible; the round stands again, with the supplement to be verified.
        LapseSetAside = 1 {
            /// The permit.
            permit: PermitCode,
            /// The requirement.
            requirement: RequirementId,
            /// The entry that stated the lapse.
            lapse: EventId,
            /// The day it was received, within the deadline.
            received_on: Date,
            /// What was received.
            materials: Vec<Handed>,
            /// Proof of receipt in time.
            proof: PaperHash,
            /// Why it was recorded too late.
            reason: LegalText,
            /// In mode 1 the term of intake, from the receipt of the corrected file.
            intake_due: Option<DueOn>,
        },
        /// The permit's round lapsed; a new round is allowed.
        PermitLapsed = 1 {
            /// The permit.
            permit: PermitCode,
            /// The round.
            round: u16,
            /// Why.
            reason: LegalText,
        },
        /// Revocation was proposed; the department decides (R11, modes 4 and 5).
        RevocationProposed = 1 {
            /// The permit.
            permit: PermitCode,
            /// Because of this debt.
            requirement: RequirementId,
        },
        /// The department decided not to revoke, although it was proposed because of this debt.
        RevocationDeclined = 1 {
            /// The permit.
            permit: PermitCode,
            /// The debt.
            requirement: RequirementId,
            /// Why it stays.
            reasons: LegalText,
        },

        /// A check of substance by two officers (R18).
        CheckRecorded = 1 {
            /// The permit.
            permit: PermitCode,
            /// The officers, at least two.
            officers: BTreeSet<OfficerId>,
            /// The finding.
            finding: LegalText,
            /// Whether the conditions were met.
            passed: bool,
        },
        /// A hearing was asked for (R9).
        HearingRequested = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day the right to a hearing was told.
            told_on: Date,
            /// Last day to hold it.
            hold_by: DueOn,
        },
        /// The hearing was held.
        HearingHeld = 1 {
            /// The permit.
            permit: PermitCode,
            /// The record of the hearing.
            record: PaperHash,
        },
        /// Renewal of the certificate was asked for (R7).
        RenewalRequested = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day it expires.
            expires_on: Date,
        },
        /// Renewed, by decision.
        RenewalGranted = 1 {
            /// The permit.
            permit: PermitCode,
            /// Valid until.
            valid_until: Date,
            /// The document.
            notice: Notice,
        },
        /// Renewal was refused by decision before expiry: the certificate expires as it stood (R7).
        RenewalRefused = 1 {
            /// The permit.
            permit: PermitCode,
            /// Reasons.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The remedy told (复议/诉讼).
            remedy: LegalText,
            /// The decision.
            notice: Notice,
        },
        /// Unanswered before expiry: renewal is deemed granted (R7).
        RenewalDeemedGranted = 1 {
            /// The permit.
            permit: PermitCode,
            /// The day it would have expired.
            expired_on: Date,
        },

        /// Approved.
        PermitApproved = 1 {
            /// The permit.
            permit: PermitCode,
            /// The decision (决定书).
            notice: Notice,
            /// Conditions, if any.
            conditions: Option<LegalText>,
            /// Last day to deliver the certificate (R5); none where none is issued.
            delivery_due: Option<DueOn>,
        },
        /// Denied, with reasons, article and remedy.
        PermitDenied = 1 {
            /// The permit.
            permit: PermitCode,
            /// Reasons.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The remedy told (复议/诉讼).
            remedy: LegalText,
            /// The decision.
            notice: Notice,
        },
        /// The certificate was issued and delivered.
        CertificateIssued = 1 {
            /// The permit.
            permit: PermitCode,
            /// The certificate.
            certificate: Notice,
            /// Valid until, where it expires.
            valid_until: Option<Date>,
        },
        /// Revoked, by a person's decision with notice.
        PermitRevoked = 1 {
            /// The permit.
            permit: PermitCode,
            /// Why.
            reasons: LegalText,
            /// The article.
            article: LegalText,
            /// The decision.
            notice: Notice,
        },
        /// Withdrawn by the applicant.
        PermitWithdrawn = 1 {
            /// The permit.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        },
        /// Not applicable to this matter; its department agreed.
        PermitNotApplicable = 1 {
            /// The permit.
            permit: PermitCode,
            /// Why.
            reason: LegalText,
        },
        /// A prerequisite was revoked after this permit had passed the gate: for a person to judge.
        PrerequisiteFellAway = 1 {
            /// The permit that relied on it.
            permit: PermitCode,
            /// The prerequisite.
            requirement: RequirementId,
        },
        /// A person of the permit's department judged what the fall of a prerequisite means for it.
        FallenPrerequisiteJudged = 1 {
            /// The permit that relied on it.
            permit: PermitCode,
            /// The prerequisite.
            prerequisite: RequirementId,
            /// Why the permit can do without it.
            reasons: LegalText,
        },
        /// A prerequisite that fell away stands again: nothing is left to judge (time's fact).
        PrerequisiteStandsAgain = 1 {
            /// The permit that relies on it.
            permit: PermitCode,
            /// The prerequisite.
            requirement: RequirementId,
        },

        /// A card was issued (红黄牌, R13): by rule, as time's fact, or by hand. A notice, not a sanction.
        CardIssued = 2 reads 1 {
            /// The permit.
            permit: PermitCode,
            /// Its number on the permit, from 1.
            card: u16,
            /// How grave.
            colour: Colour,
            /// What it is about.
            subject: Subject,
            /// Against which body.
            against: BodyId,
            /// What it rests on.
            basis: Basis,
        },
        /// The body carded answered.
        CardAnswered = 1 {
            /// The permit.
            permit: PermitCode,
            /// The card.
            card: u16,
            /// What it says, and does about it.
            answer: LegalText,
        },
        /// The body carded appealed.
        CardAppealed = 1 {
            /// The permit.
            permit: PermitCode,
            /// The card.
            card: u16,
            /// Why.
            reasons: LegalText,
        },
        /// The appeal was refused: the card stands.
        CardUpheld = 1 {
            /// The permit.
            permit: PermitCode,
            /// The card.
            card: u16,
            /// Why.
            reasons: LegalText,
        },
        /// The card was cancelled, on appeal or because it had lost its ground; it stays visible.
        CardCancelled = 1 {
            /// The permit.
            permit: PermitCode,
            /// The card.
            card: u16,
            /// Why.
            reasons: LegalText,
            /// Whether what it had been issued on was no longer true.
            premise_fell: bool,
        },
        /// What was overdue is done: the card was cleared (销号).
        CardCleared = 1 {
            /// The permit.
            permit: PermitCode,
            /// The card.
            card: u16,
            /// How it was done.
            reason: LegalText,
        },

        /// A milestone was reached.
        MilestoneReached = 1 {
            /// Which.
            milestone: MilestoneCode,
            /// The day.
            on: Date,
            /// Evidence.
            evidence: LegalText,
        },
        /// A milestone was given the date it is to be reached by (R14). One that the plan did not have stands in it from
        /// then on.
        MilestonePlanned = 1 {
            /// Which.
            milestone: MilestoneCode,
            /// Its name.
            name: LegalText,
            /// What comes before it.
            after: Vec<Node>,
            /// What it is the target of, if of a stage or of the whole matter.
            whole: Option<Whole>,
            /// The last day to reach it: the original date, from which changes are counted.
            date: Date,
        },
        /// Another date was asked for, before the date (R14).
        DateChangeRequested = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date as it stands.
            from: Date,
            /// The date asked for.
            to: Date,
            /// Why.
            reason: LegalText,
            /// The departments it touches, whose agreement it needs; the asker's own has agreed by asking.
            asks: BTreeSet<BodyId>,
            /// Whether the lead decides after they have agreed.
            lead_decides: bool,
            /// The latest date that changes may come to, as counted then.
            latest: Date,
        },
        /// A department agreed to the date asked for.
        DateChangeAgreed = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date asked for.
            to: Date,
            /// The department.
            body: BodyId,
        },
        /// A department objected to the date asked for.
        DateChangeObjected = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date asked for.
            to: Date,
            /// The department.
            body: BodyId,
            /// Why.
            reason: LegalText,
        },
        /// Who asked took it back.
        DateChangeWithdrawn = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date that was asked for.
            to: Date,
            /// Why.
            reason: LegalText,
        },
        /// The date was changed.
        DateChangeApproved = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date before.
            from: Date,
            /// The date from now on.
            to: Date,
            /// By whose word.
            approval: Approval,
            /// The lead's reason; none where the departments' agreement was enough.
            reason: Option<LegalText>,
        },
        /// The lead decided against it: the date stays.
        DateChangeRefused = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date, which stays.
            from: Date,
            /// The date that was asked for.
            to: Date,
            /// Why.
            reason: LegalText,
        },
        /// The date passed and the milestone was not reached (time's fact).
        MilestoneMissed = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date that passed.
            date: Date,
        },
        /// The lead recorded why a date was missed, and the new date.
        MissedMilestoneExplained = 1 {
            /// The milestone.
            milestone: MilestoneCode,
            /// The date that was missed.
            missed: Date,
            /// Why.
            reason: LegalText,
            /// The new date; none where it had been reached by then.
            to: Option<Date>,
        },

        /// An entry was corrected; the wrong entry stays visible, clocks recompute.
        EntryCorrected = 1 {
            /// The permit.
            permit: PermitCode,
            /// The wrong entry.
            entry: EventId,
            /// What was corrected.
            correction: Correction,
            /// Why.
            reason: LegalText,
            /// The second person.
            second_person: OfficerId,
            /// Due dates as recomputed, where the clock runs.
            dues: Option<Dues>,
            /// The term of intake as recomputed, where it runs.
            intake_due: Option<DueOn>,
        },
    }
}

/// The clock of a permit, started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StartedClock {
    /// Its first day, not counted itself.
    pub from: Date,
    /// Due dates.
    pub dues: Dues,
}
