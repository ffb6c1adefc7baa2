//! Every refusal says what it rests on: a source always, a rule wherever the rules have one; and names things as people do.

#![expect(clippy::unwrap_used, reason = "what a test expects to be there, is")]

use jiff::civil::{Date, date};
use om_domain::{
    applicant::{ApplicantRefusal, BarKind},
    calendar::{Calendar, CalendarError, start_of_day},
    calendar_book::CalendarBookRefusal,
    clock::{Ground, Unit},
    decider::{Actor, Context, Decider, Explained, Recorded, Role},
    directory::{self, Directory, DirectoryCommand, DirectoryDecider, DirectoryRefusal, ImportPart},
    ids::{CommandId, EventId, MatterId},
    matter::{
        MatterRefusal as R,
        card::CardStanding,
        plan::{Gate, Mode, Node, Plan, RequirementId, Sensitive, Settings},
        refusal::{Authority, Awaited, Because, Missing, Unfinished, Unsubmittable},
        state::{Phase, RoundPhase},
    },
    naming::Names,
    person::{PersonRefusal, TextClass},
    project::ProjectRefusal,
    settings::{CountySettings, SettingName, SettingsRefusal},
    template::{self, TemplateRefusal, Unplannable},
};
use std::{collections::BTreeSet, str::FromStr};
use uuid::Uuid;

fn p<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

const ON: Date = date(2023, 6, 20);

/// One refusal of each kind a matter has, on permits of the shipped road and bodies of the shipped directory.
fn of_a_matter() -> Vec<R> {
    let permit = || p("A4");
    let body = || p("water");
    let officer = || p("wa-officer-1");
    let requirement = || p::<RequirementId>("permit:A1");
    let article = || p("水土保持法 26");
    let number = || p("水许〔2023〕7号");
    let source = || "水土保持法 25".to_owned();
    vec![
        R::NoSuchMatter,
        R::MatterExists,
        R::WrongPhase { is: Phase::Proposed, needed: vec![Phase::Underway] },
        R::CodeNotReserved { by: Some(MatterId::of_command(&p("530322"), &CommandId(Uuid::nil()))) },
        R::CodeOfAnotherPlace { code: p("2306-530326-04-01-280001"), county: p("530322") },
        R::ProjectStays { what: "project code (项目代码)" },
        R::PromiseNeedsItsDocument { permit: permit() },
        R::PaperMissing { papers: vec![p(&"cd".repeat(32)), p(&"ef".repeat(32))] },
        R::NoPlan,
        R::AlreadyPlanned,
        R::TemplateUnknown { reason: "no such template (没有该模板)".into() },
        R::PlanInvalid { reason: "环".into() },
        R::StatutoryEdgeRemoved { permit: permit(), requirement: requirement(), article: article() },
        R::PermitOfTemplate { permit: permit(), lead: body() },
        R::ListIsNotAmended { permit: permit(), requirement: Some(requirement()) },
        R::ListIsNotAmended { permit: permit(), requirement: None },
        R::PromiseBeyondLaw { permit: permit(), promised: 30, statutory: 20, source: source() },
        R::GatePassed { permit: permit(), gate: Gate::Decide },
        R::NoSuchPermit { permit: p("Z9") },
        R::NoSuchMilestone { milestone: p("no-such") },
        R::MilestoneAlreadyReached { milestone: p("works-completed"), on: ON },
        R::MilestoneTooEarly {
            milestone: p("works-completed"),
            after: vec![Node::Permit(p("C4")), Node::Milestone(p("works-completed"))],
        },
        R::MilestoneDated { milestone: p("works-completed"), date: ON },
        R::MilestoneNotDated { milestone: p("works-completed") },
        R::MilestoneOfPlan { milestone: p("works-completed") },
        R::NothingToReach { milestone: p("works-begun") },
        R::TargetDiffers { target: ON, date: ON },
        R::TargetIsMilestone { date: ON },
        R::DateNotAhead { milestone: p("works-completed"), date: ON, day: ON },
        R::DateUnchanged { milestone: p("works-completed"), date: ON },
        R::DateHasPassed { milestone: p("works-completed"), date: ON },
        R::DateIsNear { milestone: p("works-completed"), date: ON, last_days: 10 },
        R::DateTooFar { milestone: p("works-completed"), to: ON, original: ON, latest: ON },
        R::DateChangeOpen { milestone: p("works-completed"), to: ON },
        R::NoDateChange { milestone: p("works-completed") },
        R::DateChangeNotAgreed { milestone: p("works-completed"), missing: vec![body()] },
        R::NothingMissed { milestone: p("works-completed") },
        R::NewDateNeeded { milestone: p("works-completed"), missed: ON },
        R::NoSuchRequirement { permit: permit(), requirement: requirement() },
        R::UnknownOfficer { officer: p("nobody") },
        R::UnknownBody { body: p("no-such-body") },
        R::NotALead { officer: officer() },
        R::LawIsNotAmended { permit: permit(), what: "statutory limit (法定时限)" },
        R::ExpiredAtIssue { valid_until: ON, issued_on: ON },
        R::NoticeTooEarly { served_on: ON, earliest: ON },
        R::NotAuthorised { needs: Authority::Custodian { body: body() } },
        R::CustodyElsewhere { permit: permit(), holder: body() },
        R::SeparationOfDuties { officer: officer(), because: p("本人经办该件") },
        R::WrongStep { permit: permit(), is: Some(RoundPhase::Issued), needed: "in review (审查中)" },
        R::AlreadySubmitted { permit: permit(), on: ON },
        R::PackageEmpty,
        R::PackageRefused {
            refused: vec![
                Unsubmittable {
                    permit: permit(),
                    because: Box::new(R::AlreadySubmitted { permit: permit(), on: ON }),
                },
                Unsubmittable { permit: p("A3"), because: Box::new(R::TwiceInPackage { permit: p("A3") }) },
            ],
        },
        R::TwiceInPackage { permit: permit() },
        R::MaterialLiesWithMatter {
            permit: p("A7"),
            requirement: p("material:credit-code"),
            from: p("A2"),
            round: 1,
            received_on: ON,
            paper: "a".repeat(64).parse().ok(),
        },
        R::BarredFromApplying { permit: permit(), kind: BarKind::Fraud, decision: number(), until: ON },
        R::AlreadyDecided { permit: permit(), by: officer(), on: ON, approved: true },
        R::AlreadyDecided { permit: permit(), by: officer(), on: ON, approved: false },
        R::NotApplicable { permit: permit() },
        R::AlreadyNoticed { permit: permit(), number: number() },
        R::NothingListed { permit: permit() },
        R::NotMissing { permit: permit(), requirement: requirement() },
        R::DeemedAlready { permit: permit(), accepted_on: ON, term_ended: ON },
        R::NoticeTooLate { permit: permit(), served_on: ON, due: ON },
        R::NoticeNotServed { served_on: ON, effective: ON },
        R::DecidedBeforeDated { dated: ON, decided_on: ON },
        R::RequirementsUnmet {
            permit: permit(),
            gate: Gate::Accept,
            missing: vec![Missing {
                requirement: requirement(),
                because: Because::NotBegun,
                source: article(),
                statutory: false,
            }],
        },
        R::ClockStopped { permit: permit() },
        R::ClockNotRunning { permit: permit() },
        R::ToldBeforeStart { from: ON, told_until: ON },
        R::ExclusionTooLong { ground: Ground::ExpertReview, latest: ON, source: source() },
        R::NotStopped { permit: permit(), ground: Ground::Tender },
        R::NoticeUsed { permit: permit(), number: number() },
        R::ResumedBeforeStart { from: ON, on: ON },
        R::AlreadyExtended { permit: permit() },
        R::NotExtendable { permit: permit() },
        R::LimitRunOut { permit: permit(), due: ON },
        R::ExtensionTooLong { asked: 20, most: 10, source: source() },
        R::ExtensionUnitDiffers { asked: Unit::CalendarDays, limit: Unit::WorkingDays, source: source() },
        R::HandoffOpen { permit: permit(), to: body() },
        R::NoHandoff { permit: permit() },
        R::SameBody { body: body() },
        R::NobodyToAsk { permit: permit() },
        R::AskAllAtOnce { permit: p("B1"), missing: vec![body()] },
        R::AlreadyAsked { permit: p("B1"), body: body(), due: ON },
        R::LeadGivesNoOpinion { permit: permit(), body: body() },
        R::OpinionDueNeeded { permit: permit() },
        R::OpinionDueOutOfBounds { asked: ON, earliest: ON, latest: ON },
        R::NotAsked { permit: p("B1"), body: body() },
        R::OpinionGivenAlready { permit: p("B1"), body: body(), on: ON },
        R::NoObjection { permit: p("B1"), body: body() },
        R::ObjectionsOpen { permit: p("B1"), bodies: vec![body()] },
        R::OpinionsAwaited {
            permit: p("B1"),
            awaited: vec![
                Awaited { body: body(), due: Some(ON) },
                Awaited { body: p("traffic-police"), due: None },
            ],
        },
        R::NotTolerable { requirement: requirement(), mode: Mode::Accept, allowed: vec![] },
        R::ModeDoesNotFit { requirement: requirement(), mode: Mode::Accept, gate: Gate::Issue },
        R::StatutoryCondition { requirement: requirement(), article: article() },
        R::NeverByCommitment { requirement: requirement(), field: Sensitive::Ecology },
        R::NotOnSpecialList { permit: permit() },
        R::AlreadyMet { requirement: requirement() },
        R::AlreadyTolerated { requirement: requirement() },
        R::DeadlineOutOfBounds { asked: ON, earliest: ON, latest: ON },
        R::Ineligible { reason: "容缺逾期未补".into() },
        R::EligibilityUnknown,
        R::NoticeNeeded { requirement: requirement() },
        R::NoDebt { requirement: requirement() },
        R::NotLapsed { requirement: requirement() },
        R::LapseBuiltOn { permit: permit(), round: 2, phase: RoundPhase::InReview },
        R::NotReceivedInTime { requirement: requirement(), received_on: ON, latest: ON },
        R::NothingReceived { requirement: requirement() },
        R::SupplementWaiting { requirement: requirement() },
        R::LandsByItself { requirement: requirement() },
        R::AlreadyMoved { requirement: requirement() },
        R::NothingToConfirm { permit: permit() },
        R::PreReviewUnconfirmed { permit: permit() },
        R::TwoOfficersNeeded { given: 1 },
        R::CheckMissing { permit: permit() },
        R::HearingTooLate { told_on: ON, latest: ON },
        R::HearingAlready { permit: permit() },
        R::HearingOpen { permit: permit(), hold_by: ON },
        R::NoHearing { permit: permit() },
        R::NoExpiry { permit: permit() },
        R::RenewalTooLate { expires_on: ON, latest: ON },
        R::NoRenewal { permit: permit() },
        R::RenewalTermTooShort { permit: permit(), valid_until: ON, least: ON },
        R::RenewalNoLonger { permit: permit(), valid_until: ON },
        R::NoCertificate { permit: permit() },
        R::StatutoryEdge { permit: permit(), needed_by: p("C4") },
        R::EffectiveInFuture { effective: ON, today: ON },
        R::BackfillOutOfOrder { effective: ON, last: ON },
        R::SecondPersonNeeded { body: body() },
        R::NoSuchEntry { entry: EventId(Uuid::nil()) },
        R::OldValueDiffers { recorded: "2023-06-12".into() },
        R::CorrectionContradicts { reason: p("收件日晚于今天") },
        R::NotFinished(Box::new(Unfinished {
            permits: vec![permit()],
            handoffs: vec![permit()],
            revocations: vec![permit()],
            ..Unfinished::default()
        })),
        R::RoundsOpen { permits: vec![permit()] },
        R::NoRevocationProposed { permit: permit(), requirement: requirement() },
        R::NothingFallen { permit: permit(), requirement: requirement() },
        R::FallenByLaw { permit: permit(), requirement: requirement(), article: article() },
        R::NoSuchCard { permit: permit(), card: 1 },
        R::CardIssuedAlready { permit: permit(), card: 1, against: body() },
        R::WrongCardStep {
            permit: permit(),
            card: 1,
            is: CardStanding::Cleared,
            needed: "under appeal (申诉中)",
        },
        R::AppealedAlready { permit: permit(), card: 1, on: ON },
        R::StillOverdue { permit: permit(), card: 1 },
        R::PremiseStands { permit: permit(), card: 1 },
    ]
}

/// Authorities each with what they name.
fn authorities() -> Vec<R> {
    let body = || p("water");
    let needs = [
        Authority::TaskForceLead,
        Authority::Lead,
        Authority::Window,
        Authority::Asked { body: body() },
        Authority::Submitter { lead: body() },
        Authority::Custodian { body: body() },
        Authority::LeadDepartment { body: body() },
        Authority::HeadOf { body: body() },
        Authority::GovernmentHead,
        Authority::Receiver { body: body() },
        Authority::Concerned { bodies: [body()].into() },
        Authority::Parties { bodies: [body()].into() },
        Authority::Supervision,
        Authority::Carded { body: body() },
        Authority::Administrator,
    ];
    needs.into_iter().map(|needs| R::NotAuthorised { needs }).collect()
}

/// Those that rest on no numbered rule, and why not. All have a source.
const NO_RULE: &[(&str, &[&str])] = &[
    ("what is named is there: papers by their hash, not numbered", &["PaperMissing"]),
    (
        "the order of work on this platform, which the rules presuppose and do not number",
        &[
            "NoSuchMatter",
            "MatterExists",
            "WrongPhase",
            "WrongStep",
            "AlreadySubmitted",
            "AlreadyDecided",
            "NotFinished",
            "RoundsOpen",
        ],
    ),
    (
        "one code a project: 政府投资条例 10, not numbered",
        &["CodeNotReserved", "CodeOfAnotherPlace", "ProjectStays", "ProjectCodeTaken"],
    ),
    (
        "what the plan has: the aggregate's description, not numbered",
        &[
            "NoPlan",
            "AlreadyPlanned",
            "TemplateUnknown",
            "PlanInvalid",
            "GatePassed",
            "PermitOfTemplate",
            "MilestoneTooEarly",
            "NoSuchPermit",
            "NoSuchMilestone",
            "NoSuchRequirement",
            "NotApplicable",
            "NoCertificate",
        ],
    ),
    (
        "custody and handoff: the aggregate's description, not numbered",
        &["CustodyElsewhere", "HandoffOpen", "NoHandoff", "SameBody"],
    ),
    (
        "one window and opinions of other departments: 行政许可法 26, not numbered",
        &[
            "PackageEmpty",
            "PackageRefused",
            "TwiceInPackage",
            "NobodyToAsk",
            "AlreadyAsked",
            "LeadGivesNoOpinion",
            "OpinionDueNeeded",
            "OpinionDueOutOfBounds",
            "NotAsked",
            "OpinionGivenAlready",
            "NoObjection",
            "ObjectionsOpen",
            "OpinionsAwaited",
        ],
    ),
    (
        "how facts are recorded: plain consistency, not numbered",
        &[
            "MilestoneAlreadyReached",
            "ExpiredAtIssue",
            "NoSuchEntry",
            "OldValueDiffers",
            "CorrectionContradicts",
            "NoticeNotServed",
        ],
    ),
    (
        "joint meetings: the aggregate's description, not numbered",
        &[
            "NoSuchMeeting",
            "MeetingExists",
            "NotAChair",
            "NothingToTreat",
            "NobodyInvited",
            "NotTreated",
            "MeetingEnded",
            "NotHeldYet",
            "SomethingRecorded",
            "NoSuchResolution",
            "NobodysAct",
            "DoneBefore",
            "NoSuchTask",
            "LimitHasPassed",
            "AlreadyClaimed",
            "DueBeyondLimit",
            "DueHasPassed",
            "TaskEnded",
            "NotReported",
        ],
    ),
    (
        "what stands in the county's registers, not numbered",
        &[
            "UnknownOfficer",
            "UnknownBody",
            "NotALead",
            "OtherCounty",
            "BodyExists",
            "NoSuchBody",
            "OfficerExists",
            "NoSuchOfficer",
            "OfficerRetired",
            "OfficerElsewhere",
            "PlatformsName",
            "LastAdministrator",
            "NoRole",
            "SystemRole",
            "NotATownship",
            "StandInElsewhere",
            "NothingToStandInFor",
            "DaysReversed",
            "StandInInThePast",
            "StoodInForAlready",
            "NoSuchStandIn",
            "OtherTemplate",
            "NoDirectory",
            "TemplateFaulty",
            "NoSuchTemplateVersion",
            "NoSuchPermitInTemplate",
            "NothingLeftOfTemplate",
        ],
    ),
];

fn grounded(refusal: &impl Explained) {
    let code = refusal.code();
    let source = refusal.source().unwrap_or_default();
    assert!(!source.trim().is_empty(), "{code} has no source");
    let exempt = NO_RULE.iter().any(|(_, codes)| codes.contains(&code));
    match refusal.rule() {
        Some(rule) => assert!(
            rule.strip_prefix('R').is_some_and(|n| n.parse::<u8>().is_ok_and(|n| (1..=23).contains(&n))),
            "{code}: {rule}"
        ),
        None => assert!(exempt, "{code} has no rule and is not among those that have none"),
    }
    let names = Names::default();
    for said in [refusal.message_zh(&names), refusal.message_en(&names)] {
        assert!(said.chars().count() > 4 && !said.contains(code), "{code}: {said}");
    }
    let zh = refusal.message_zh(&names);
    assert_eq!(zh, om_domain::naming::tight(&zh), "{code} has a stray blank");
}

#[test]
fn every_refusal_of_a_matter_is_grounded() {
    let all = of_a_matter();
    let told: BTreeSet<_> = all.iter().map(Explained::code).collect();
    assert_eq!(told, R::CODES.iter().copied().collect(), "one of each kind");
    all.iter().chain(&authorities()).for_each(grounded);
    let steps = [
        "accepted and undecided (已受理)",
        "approved (已批准)",
        "approved or issued (已批准或已发证)",
        "before the gate of the requirement (该环节之前)",
        "deemed accepted (视为受理)",
        "in review (审查中)",
        "issued (已发证)",
        "not waiting for a corrected file (待补正件请用补正收件)",
        "noticed for correction (待补正)",
        "open (在办)",
        "open and undecided (在办)",
        "received and not yet accepted (收件待受理)",
        "submitted (已收件)",
    ];
    for needed in steps {
        grounded(&R::WrongStep { permit: p("A4"), is: None, needed });
    }
}

#[test]
fn every_refusal_of_a_meeting_is_grounded() {
    use om_domain::meeting::{MeetingPhase, MeetingRefusal as M, Needs};
    let matter = || MatterId::of_command(&p("530322"), &CommandId(Uuid::nil()));
    let (event, number) = (EventId(Uuid::nil()), 2);
    let officer = || p("wa-officer-1");
    let all = [
        M::NoSuchMeeting,
        M::MeetingExists,
        M::NotThisPerson { needs: Needs::Lead },
        M::NotThisPerson { needs: Needs::Chair { chair: officer() } },
        M::NotThisPerson { needs: Needs::ChairOrLead { chair: officer() } },
        M::NotThisPerson { needs: Needs::Owner { body: p("water") } },
        M::UnknownBody { body: p("nobody") },
        M::UnknownOfficer { officer: p("nobody") },
        M::NotAChair { officer: officer() },
        M::NothingToTreat,
        M::NobodyInvited,
        M::NoSuchMatter { matter: matter() },
        M::NotTreated { matter: matter() },
        M::MeetingEnded { is: MeetingPhase::Closed },
        M::NotHeldYet { on: ON },
        M::SomethingRecorded,
        M::NoSuchResolution { number },
        M::NoSuchEntry { matter: matter(), event },
        M::NobodysAct { event },
        M::DoneBefore { event, on: ON, held: ON },
        M::NoSuchTask { number },
        M::LimitHasPassed { limit: ON, day: ON },
        M::AlreadyClaimed { number, due: ON },
        M::DueBeyondLimit { number, due: ON, limit: ON },
        M::DueHasPassed { number, due: ON, day: ON },
        M::TaskEnded { number, on: ON },
        M::NotReported { number },
        M::OwnReport { officer: officer() },
        M::EffectiveInFuture { effective: ON, today: ON },
        M::BackfillOutOfOrder { effective: ON, last: ON },
    ];
    let told: BTreeSet<_> = all.iter().map(Explained::code).collect();
    assert_eq!(told, M::CODES.iter().copied().collect(), "one of each kind");
    all.iter().for_each(grounded);
    let directory = shipped_directory();
    let owner = M::NotThisPerson { needs: Needs::Owner { body: p("water") } };
    let said = owner.message_zh(&Names::of_directory(&directory));
    assert!(said.contains(directory.body(&p("water")).unwrap().name_zh.as_str()), "{said}");
}

#[test]
fn every_refusal_of_a_register_is_grounded() {
    let text = || p("vault:01ARZ3NDEKTSV4RRFFQ69G5FAV");
    let officer = || p("wa-officer-1");
    let matter = || MatterId::of_command(&p("530322"), &CommandId(Uuid::nil()));
    for refusal in [
        ApplicantRefusal::NotThePlatform { officer: officer() },
        ApplicantRefusal::NotADepartment { officer: officer() },
        ApplicantRefusal::NotAHead { officer: officer() },
        ApplicantRefusal::NothingToRepair,
        ApplicantRefusal::OwnRecord { officer: officer() },
        ApplicantRefusal::LapsedElsewhere { officer: officer(), leads: [p("water")].into() },
        ApplicantRefusal::NotItsHead { officer: officer(), permit: p("A4"), lead: p("water") },
        ApplicantRefusal::NoSuchMatter { matter: matter() },
        ApplicantRefusal::NoSuchPermit { matter: matter(), permit: p("Z9") },
        ApplicantRefusal::PaperMissing { paper: p(&"cd".repeat(32)) },
        ApplicantRefusal::AnothersMatter { matter: matter(), applicant: p("zhao") },
        ApplicantRefusal::DecisionUsed { decision: p("文1号") },
        ApplicantRefusal::NotServed { decision: p("文1号"), served_on: ON },
        ApplicantRefusal::MayNotKeepContact { officer: officer() },
        ApplicantRefusal::NoSuchText { text: text(), wanted: TextClass::PersonName },
        ApplicantRefusal::TextNotUsable { text: text() },
        ApplicantRefusal::OfTwoPersons { name: text(), phone: p("vault:01ARZ3NDEKTSV4RRFFQ69G5FAW") },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        PersonRefusal::MayNotUnmask { officer: officer() },
        PersonRefusal::NotItsKeeper { officer: officer() },
        PersonRefusal::OwnTexts { officer: officer() },
        PersonRefusal::NotThePlatform { officer: officer() },
        PersonRefusal::Restricted { since: ON },
        PersonRefusal::Erased { on: ON },
        PersonRefusal::NotRestricted,
    ] {
        grounded(&refusal);
    }
    use DirectoryRefusal as D;
    for refusal in [
        D::NotAdministrator { officer: officer() },
        D::OtherCounty { given: p("530323"), here: p("530322") },
        D::BodyExists { body: p("water") },
        D::NoSuchBody { body: p("water") },
        D::OfficerExists { officer: officer() },
        D::NoSuchOfficer { officer: officer() },
        D::Retired { officer: officer() },
        D::OfficerElsewhere { officer: officer(), body: p("water"), given: p("housing") },
        D::OwnRoles { officer: officer() },
        D::PlatformsName { officer: officer() },
        D::LastAdministrator { officer: officer(), role: Role::Administrator },
        D::NotSecurityAdministrator { officer: officer() },
        D::OtherPart { officer: officer(), part: ImportPart::Accounts },
        D::RoleStandsAlone { officer: officer(), role: Role::SecurityAdministrator },
        D::SamePerson { officer: officer(), other: officer() },
        D::NoRole { officer: officer() },
        D::SystemRole { officer: officer() },
        D::AuditorActs { officer: officer() },
        D::NoDeadlines { officer: officer() },
        D::NotATownship { officer: officer() },
        D::NotItsHead { officer: officer(), body: p("water") },
        D::OwnStandIn { officer: officer() },
        D::StandsInForThemselves { officer: officer() },
        D::StandInElsewhere {
            principal: officer(),
            stand_in: officer(),
            body: p("water"),
            given: p("housing"),
        },
        D::NothingToStandInFor { officer: officer() },
        D::DaysReversed { from: ON, to: ON },
        D::StandInInThePast { from: ON, today: ON },
        D::StoodInForAlready { principal: officer(), stand_in: officer(), from: ON, to: ON },
        D::ChainOfStandIns { principal: officer(), stand_in: officer(), from: ON, to: ON },
        D::NoSuchStandIn { principal: officer(), from: ON },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        ProjectRefusal::CodeTaken,
        ProjectRefusal::NotTheirs { officer: officer() },
        ProjectRefusal::AuditorActs { officer: officer() },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        CalendarBookRefusal::NotAdministrator { officer: officer() },
        CalendarBookRefusal::OtherCounty { given: "530323".into(), here: p("530322") },
        CalendarBookRefusal::Contradicts { error: CalendarError::YearCovered { year: 2023 } },
        CalendarBookRefusal::DayHasBegun { day: ON, today: ON },
        CalendarBookRefusal::BackfillOutOfOrder { effective: ON, last: ON },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        SettingsRefusal::NotAdministrator { officer: officer() },
        SettingsRefusal::OutOfBounds {
            setting: SettingName::YellowUsedPercent,
            least: 1,
            most: 100,
            asked: 0,
        },
        SettingsRefusal::DayHasBegun { from: ON, today: ON },
        SettingsRefusal::BeforeLastChange { from: ON, last: ON },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        TemplateRefusal::NotAdministrator { officer: officer() },
        TemplateRefusal::OtherTemplate { expected: p("a"), given: p("b") },
        TemplateRefusal::NoDirectory { county: p("530322") },
    ] {
        grounded(&refusal);
    }
    for refusal in [
        Unplannable::NoSuchVersion { version: None, latest: 0 },
        Unplannable::NoSuchPermit { template: p("a"), permit: p("A1") },
        Unplannable::NeededByLaw { permit: p("A1"), by: p("C4"), source: p("建筑法 8") },
        Unplannable::NothingLeft { template: p("a") },
    ] {
        grounded(&refusal);
    }
}

#[test]
fn refusals_name_permits_bodies_and_requirements_as_people_do() {
    let directory = shipped_directory();
    let plan = shipped_plan();
    let names = Names { directory: Some(&directory), plan: Some(&plan), ..Names::default() };
    let water = directory.body(&p("water")).unwrap().clone();
    for refusal in of_a_matter().iter().chain(&authorities()) {
        let (zh, en) = (refusal.message_zh(&names), refusal.message_en(&names));
        for raw in ["permit:A1", "material:", "works-completed"] {
            assert!(!zh.contains(raw) && !en.contains(raw), "{zh} {en}");
        }
        let slug =
            |said: &str| said.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|w| w == "water");
        assert!(!slug(&zh), "{zh}");
        let facts = serde_json::to_value(refusal).unwrap().to_string();
        if facts.contains("\"water\"") {
            assert!(zh.contains(water.name_zh.as_str()) && en.contains(water.name_en.as_str()), "{zh} {en}");
        }
        if facts.contains("\"permit\":\"A4\"") {
            assert!(zh.contains("A4 生产建设项目水土保持方案"), "{zh}");
        }
        if facts.contains("wa-officer-1") && !matches!(refusal, R::UnknownOfficer { .. }) {
            assert!(zh.contains("（wa-officer-1）") && en.contains(water.name_en.as_str()), "{zh} {en}");
        }
    }
}

fn shipped_directory() -> Directory {
    let definition = directory::parse(directory::SHIPPED).unwrap();
    let by = Actor::new(p("platform"), p("530322"), p("government-services"), [Role::System].into());
    let (calendar, settings) = (Calendar::national(), CountySettings::default());
    let ctx = Context {
        at: start_of_day(ON),
        by: &by,
        calendar: &calendar,
        settings: &settings,
        effective: None,
        read: &(),
    };
    let mut state = Directory::default();
    let import = DirectoryCommand::ImportDirectory { definition, part: None };
    for fact in DirectoryDecider::decide(&state, &import, &ctx).unwrap() {
        let (id, by) = (EventId(Uuid::nil()), by.clone());
        let recorded =
            Recorded { id, revision: 0, by, effective: fact.effective, recorded: ctx.at, event: fact.event };
        DirectoryDecider::evolve(&mut state, &recorded);
    }
    state
}

fn shipped_plan() -> Plan {
    let bodies = directory::parse(directory::SHIPPED).unwrap().bodies.into_keys().collect();
    let (_, text) = template::SHIPPED.iter().find(|(name, _)| *name == "municipal-road-bridge").unwrap();
    let road = template::parse(text, &bodies).unwrap();
    road.plan(1, &BTreeSet::new(), Settings::default()).unwrap().implemented_by(&p("tongle"))
}

#[test]
fn a_material_is_named_as_the_permit_spoken_of_names_it() {
    let plan = shipped_plan();
    let (permit, material) =
        plan.permits.iter().find_map(|permit| Some((permit, permit.materials.last()?))).unwrap();
    let names = Names { directory: None, plan: Some(&plan), about: Some(&permit.code), ..Names::default() };
    let requirement = RequirementId::Material(material.code.clone());
    let said = R::NoDebt { requirement }.message_zh(&names);
    assert!(said.contains(material.name.as_str()) && !said.contains("material:"), "{said}");
    let unknown = R::NoDebt { requirement: p("material:no-such") }.message_zh(&names);
    assert!(unknown.contains("material:no-such"), "what is not known keeps its id: {unknown}");
}

#[test]
fn each_reader_is_told_in_one_language_and_nothing_of_the_code() {
    let names = Names::default();
    let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for refusal in [
        R::CorrectionContradicts { reason: p("收件日晚于今天 (received after today)") },
        R::SeparationOfDuties {
            officer: p("wa-officer-1"),
            because: p("本人经办该件 (handles this permit)"),
        },
        R::Ineligible { reason: "容缺逾期未补 (a tolerance lapsed)".into() },
        R::PlanInvalid { reason: "a cycle A1 → A2 (成环：A1 → A2)".into() },
        R::NeverByCommitment { requirement: p("permit:A1"), field: Sensitive::LifeAndProperty },
    ] {
        let (zh, en) = (refusal.message_zh(&names), refusal.message_en(&names));
        assert!(han(&zh) && !zh.contains(" ("), "{zh}");
        assert!(!han(&en) && !en.contains("LifeAndProperty"), "{en}");
    }
}

#[test]
fn r04_an_extension_in_another_unit_is_not_said_to_be_too_long() {
    let names = Names::default();
    let unit = R::ExtensionUnitDiffers {
        asked: Unit::CalendarDays,
        limit: Unit::WorkingDays,
        source: "行政许可法 42".into(),
    };
    assert!(unit.message_en(&names).contains("working days, not in calendar days"));
    assert!(unit.message_zh(&names).contains("工作日"));
}
