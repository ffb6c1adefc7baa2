//! Given events, when a command, then events or a refusal: one matter told day by day, with nothing else around it.
//!
//! Invariants: time's facts are settled before and after each command, as the executor does; after each step the log
//! read in the order of effect ends in the same state as the log as recorded (R16).
#![allow(dead_code, unreachable_pub, reason = "two test binaries each use a part of it")]

pub(super) use super::{asking::*, checks::*, plan::*};
use jiff::{Timestamp, civil::Date};
use om_domain::{
    calendar::{Calendar, instant},
    clock::{Clock, Extension, Ground, Limit, Unit},
    decider::{Actor, Context, Decider, Effective, Fact, Recorded, Role, Seen, SeenAt},
    ids::{EventId, LegalText, MatterId, MilestoneCode, OfficerId, PaperHash, PermitCode},
    matter::{
        Matter, MatterCommand as C, MatterDecider, MatterEvent as E, MatterReads, MatterRefusal,
        command::{After, NewMilestone},
        event::{Correction, Handed, Notice, Service, TaskForce},
        plan::{Mode, Node, Plan, RequirementId, Stage},
        state::{Permit, Round},
    },
    settings::{CountySettings, Values},
};
use std::{collections::BTreeMap, str::FromStr};
use uuid::Uuid;

/// Any typed value from its text.
pub fn p<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// Who is who: account, body, roles.
const PEOPLE: &[(&str, &str, &[Role])] = &[
    ("lead", "government-office", &[Role::Lead]),
    ("deputy", "government-office", &[Role::Lead]),
    ("mayor", "government", &[Role::GovernmentHead]),
    ("window", "service-hall", &[Role::Clerk]),
    ("town", "zhongshu-town", &[Role::Township]),
    ("dr-1", "development-reform", &[Role::Officer]),
    ("dr-2", "development-reform", &[Role::Officer]),
    ("dr-head", "development-reform", &[Role::Head]),
    ("nr-1", "natural-resources", &[Role::Officer]),
    ("nr-2", "natural-resources", &[Role::Officer]),
    ("nr-head", "natural-resources", &[Role::Head]),
    ("water-1", "water", &[Role::Officer]),
    ("water-2", "water", &[Role::Officer]),
    ("water-head", "water", &[Role::Head]),
    ("housing-1", "housing", &[Role::Officer]),
    ("housing-2", "housing", &[Role::Officer]),
    ("housing-head", "housing", &[Role::Head]),
    ("owner", "city-investment", &[Role::Officer]),
    ("owner-2", "city-investment", &[Role::Officer]),
    ("admin", "service-hall", &[Role::Administrator]),
    ("supervisor", "supervision-office", &[Role::Supervisor]),
    ("auditor", "audit", &[Role::Auditor]),
    ("system", "platform", &[Role::System]),
];

pub fn actor(name: &str) -> Actor {
    let (officer, body, roles) =
        PEOPLE.iter().find(|(n, ..)| *n == name).unwrap_or_else(|| panic!("{name} is nobody"));
    let (officer, county, body) = (p(officer), p("530322"), p(body));
    Actor::new(officer, county, body, roles.iter().copied().collect())
}

pub fn everybody() -> Vec<&'static str> {
    PEOPLE.iter().map(|(name, ..)| *name).collect()
}

pub fn matter_id() -> MatterId {
    p("01HZZZZZZZZZZZZZZZZZZZZZZZ")
}

fn seen() -> SeenAt {
    SeenAt { stream: "530322.directory-main".into(), revision: Some(3) }
}

/// Ten o'clock in Beijing.
pub fn morning(day: Date) -> Timestamp {
    instant(day.at(10, 0, 0, 0))
}

/// The state that the facts fold to.
pub fn folded<'a>(log: impl IntoIterator<Item = &'a Recorded<E>>) -> Matter {
    let mut state = Matter::default();
    log.into_iter().for_each(|fact| MatterDecider::evolve(&mut state, fact));
    state
}

#[derive(Clone)]
pub struct Given {
    pub log: Vec<Recorded<E>>,
    pub state: Matter,
    pub calendar: Calendar,
    pub settings: CountySettings,
    pub reads: MatterReads,
    pub now: Timestamp,
    pub by: Actor,
    effective: Option<Effective>,
    answer: Option<Result<Vec<E>, MatterRefusal>>,
    /// When nothing was due; forgotten by who puts another state in its place.
    pub quiet: Option<Quiet>,
}

/// A matter with this plan, underway since 2023-06-01.
pub fn given(plan: Plan) -> Given {
    proposed(plan)
        .when(C::DesignateMatter { task_force: task_force(), basis: text("政府令 1") })
        .when(C::PlanMatter { template: p("municipal-road-bridge"), leave_out: [].into() })
        .when(C::StartMatter)
}

/// A matter proposed on 2023-06-01, and the template it will be planned from.
pub fn proposed(plan: Plan) -> Given {
    let reads = MatterReads {
        matter: Some(matter_id()),
        reserved: Some(Seen { at: seen(), value: Some(matter_id()) }),
        plan: Some(Seen { at: seen(), value: Ok(plan) }),
        ineligible: Some(Seen { at: seen(), value: None }),
        noted_lapses: [].into(),
        bars: Some(Seen { at: seen(), value: vec![] }),
        bodies: None,
        officers: everybody().into_iter().map(|name| (p(name), actor(name))).collect(),
        missing_papers: [].into(),
    };
    Given {
        log: vec![],
        state: Matter::default(),
        calendar: Calendar::national(),
        settings: without_cards(),
        reads,
        now: morning(p("2023-06-01")),
        by: actor("lead"),
        effective: None,
        answer: None,
        quiet: None,
    }
    .when(C::ProposeMatter { project: project() })
}

pub fn task_force() -> TaskForce {
    TaskForce {
        lead: p("lead"),
        deputy: Some(p("deputy")),
        members: BTreeMap::from([(p("natural-resources"), p("nr-1"))]),
    }
}

/// Settings by which no card is issued by rule: stories that are not about cards stay short.
fn without_cards() -> CountySettings {
    CountySettings::always(Values { cards_by_rule: false, ..Values::default() })
}

impl Given {
    /// With the settings of a county that has set nothing: cards are issued by rule.
    pub fn carded(mut self) -> Self {
        self.settings = CountySettings::default();
        self
    }

    /// The day, at ten in the morning.
    pub fn on(mut self, day: &str) -> Self {
        self.now = morning(p(day));
        self
    }

    /// The moment in Beijing, such as `2023-06-12T23:59`.
    pub fn at(mut self, moment: &str) -> Self {
        self.now = instant(p(moment));
        self
    }

    pub fn by(mut self, name: &str) -> Self {
        self.by = actor(name);
        self
    }

    /// The day on which the next command took effect.
    pub fn effective(mut self, day: &str) -> Self {
        self.effective = Some(Effective::On(p(day)));
        self
    }

    pub fn calendar(mut self, calendar: Calendar) -> Self {
        self.calendar = calendar;
        self
    }

    pub fn ineligible(mut self, reason: Option<&str>) -> Self {
        self.reads.ineligible = Some(Seen { at: seen(), value: reason.map(Into::into) });
        self
    }

    pub fn read(mut self, change: impl FnOnce(&mut MatterReads)) -> Self {
        change(&mut self.reads);
        self
    }

    pub fn context<'a>(&'a self, by: &'a Actor, effective: Option<Effective>) -> Context<'a, MatterReads> {
        Context {
            at: self.now,
            by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective,
            read: &self.reads,
        }
    }

    fn record(&mut self, by: &Actor, fact: Fact<E>) {
        let revision = self.log.len() as u64;
        let last = self.log.last().map_or(Timestamp::MIN, |f| f.recorded);
        let fact = Recorded {
            id: EventId(Uuid::from_u128(u128::from(revision) + 1)),
            revision,
            by: by.as_recorded(),
            effective: fact.effective,
            recorded: self.now.max(last),
            event: fact.event,
        };
        MatterDecider::evolve(&mut self.state, &fact);
        self.log.push(fact);
    }

    /// States what time alone has made true by now, and says how many facts that were.
    pub fn settle(&mut self) -> usize {
        let before = self.log.len();
        let system = actor("system");
        while let Some(fact) = self.due(&system) {
            assert!(self.log.len() < before + 200, "time never stops stating {:?}", fact.event);
            self.record(&system, fact);
        }
        self.quiet = Some(Quiet::now(self));
        self.log.len() - before
    }

    /// Settles, decides, records: true if accepted.
    pub fn attempt(&mut self, command: &C) -> Result<Vec<E>, MatterRefusal> {
        let before = self.log.len();
        self.settle();
        let (by, effective) = (self.by.clone(), self.effective.take());
        let decided = MatterDecider::decide(&self.state, command, &self.context(&by, effective))?;
        decided.into_iter().for_each(|fact| self.record(&by, fact));
        // what follows at once is stated by the platform after the decision, as the executor does
        self.settle();
        Ok(self.log[before..].iter().map(|fact| fact.event.clone()).collect())
    }

    /// The command; whoever does not look at a refusal stumbles over it at the next step.
    pub fn when(mut self, command: C) -> Self {
        self.must_be_accepted();
        self.answer = Some(self.attempt(&command));
        assert_same_by_effect(&self.log);
        self
    }

    /// Time alone, by now.
    pub fn passes(self) -> Self {
        self.by("system").when(C::Settle)
    }

    fn must_be_accepted(&self) {
        if let Some(Err(refusal)) = &self.answer {
            panic!("refused: {refusal:?}");
        }
    }

    /// What was recorded by the last command, time's facts before it included.
    pub fn then(self, check: impl FnOnce(&[E])) -> Self {
        self.must_be_accepted();
        check(self.answer.as_ref().unwrap().as_ref().unwrap());
        self
    }

    /// The names of what was recorded by the last command.
    pub fn then_only(self, names: &[&str]) -> Self {
        use om_domain::decider::EventRecord;
        self.then(|events| {
            let got: Vec<_> = events.iter().map(EventRecord::name).collect();
            assert_eq!(got, names, "{events:#?}");
        })
    }

    pub fn refused(mut self, check: impl FnOnce(&MatterRefusal) -> bool) -> Self {
        match self.answer.take() {
            Some(Err(refusal)) => assert!(check(&refusal), "refused for another reason: {refusal:?}"),
            other => panic!("not refused: {other:?}"),
        }
        self
    }

    /// Refused with this code.
    pub fn refused_as(self, code: &str) -> Self {
        use om_domain::decider::Explained;
        self.refused(|r| {
            assert_eq!(r.code(), code, "{r:?}");
            true
        })
    }

    pub fn permit(&self, code: &str) -> &Permit {
        &self.state.permits[&p::<PermitCode>(code)]
    }

    pub fn round(&self, code: &str) -> &Round {
        self.permit(code).round().unwrap()
    }

    pub fn see(self, look: impl FnOnce(&Self)) -> Self {
        self.must_be_accepted();
        look(&self);
        self
    }

    /// The last recorded event of this name: its id.
    pub fn entry(&self, name: &str) -> EventId {
        use om_domain::decider::EventRecord;
        self.log.iter().rev().find(|f| f.event.name() == name).unwrap().id
    }

    /// The day the last recorded event of this name took effect.
    pub fn day_of(&self, name: &str) -> Date {
        use om_domain::decider::EventRecord;
        self.log.iter().rev().find(|f| f.event.name() == name).unwrap().effective.day()
    }

    pub fn count(&self, name: &str) -> usize {
        use om_domain::decider::EventRecord;
        self.log.iter().filter(|f| f.event.name() == name).count()
    }

    /// The statutory and the promised clock of a permit's round.
    pub fn clocks(&self, code: &str) -> Vec<Clock> {
        let plan = self.state.plan.as_deref().unwrap();
        let planned = plan.permit(&p(code)).unwrap();
        let clocks = self.round(code).clocks.as_ref().unwrap();
        [clocks.statutory(planned), clocks.promised(planned)].into_iter().flatten().collect()
    }

    /// The statutory and the promised due date as the last event fixed them.
    pub fn dues(&self, code: &str) -> (Option<Date>, Option<Date>) {
        let dues = &self.round(code).clocks.as_ref().unwrap().dues;
        (dues.statutory, dues.promised)
    }
}

pub fn day(text: &str) -> Option<Date> {
    Some(p(text))
}

pub fn text(words: &str) -> LegalText {
    p(words)
}

pub fn paper() -> PaperHash {
    p(&"a".repeat(64))
}

pub fn notice(number: &str, served_on: &str) -> Notice {
    Notice {
        number: text(number),
        date: p(served_on),
        service: Service::InPerson,
        served_on: p(served_on),
        paper: None,
    }
}

pub fn handed(materials: &[&str]) -> Vec<Handed> {
    materials.iter().map(|m| Handed { material: p(m), paper: Some(paper()), file_name: None }).collect()
}

pub fn requirement(text: &str) -> RequirementId {
    p(text)
}

pub fn limit(value: u16, unit: Unit, source: &str) -> Limit {
    Limit { value, unit, source: source.into() }
}

pub fn extension(value: u16) -> Extension {
    Extension { value, unit: Unit::WorkingDays, source: "行政许可法 42".into() }
}

// Commands, in the words of the field.

pub fn submit(permit: &str, materials: &[&str]) -> C {
    C::SubmitPermit { permit: p(permit), materials: handed(materials) }
}

pub fn accept(permit: &str, served: &str) -> C {
    C::AcceptPermit { permit: p(permit), notice: notice("受理 1", served) }
}

pub fn notice_correction(permit: &str, listed: &[&str], served: &str) -> C {
    let listed = listed.iter().map(|r| requirement(r)).collect();
    C::NoticeCorrection { permit: p(permit), listed, notice: notice("补正 1", served) }
}

pub fn correct_file(permit: &str, materials: &[&str]) -> C {
    C::ReceiveCorrection { permit: p(permit), materials: handed(materials) }
}

pub fn supply(permit: &str, materials: &[&str]) -> C {
    C::SupplyMaterials { permit: p(permit), materials: handed(materials) }
}

pub fn not_accepted(permit: &str, served: &str) -> C {
    C::RefuseAcceptance {
        permit: p(permit),
        reason: text("不属于本机关职权"),
        notice: notice("不予受理 1", served),
    }
}

pub fn set_aside(permit: &str, listed: &[&str], served: &str) -> C {
    C::SetAsideDeemedAcceptance {
        permit: p(permit),
        listed: listed.iter().map(|r| requirement(r)).collect(),
        notice: notice("补正 1", served),
        proof: paper(),
    }
}

pub fn withdraw(permit: &str) -> C {
    C::WithdrawPermit { permit: p(permit), reason: text("申请人撤回") }
}

pub fn not_applicable(permit: &str) -> C {
    C::MarkNotApplicable { permit: p(permit), reason: text("本项目不涉及") }
}

pub fn suspend(permit: &str, told_until: &str, number: &str, served: &str) -> C {
    suspend_for(permit, Ground::ExpertReview, told_until, number, served)
}

pub fn suspend_for(permit: &str, ground: Ground, told_until: &str, number: &str, served: &str) -> C {
    C::SuspendClock {
        permit: p(permit),
        ground,
        told_until: p(told_until),
        notice: notice(number, served),
        proof: None,
    }
}

pub fn resume(permit: &str) -> C {
    C::ResumeClock { permit: p(permit), ground: Ground::ExpertReview }
}

pub fn extend(permit: &str, value: u16, served: &str) -> C {
    let (extension, notice) = (extension(value), notice("延期 1", served));
    C::ExtendLimit { permit: p(permit), extension, reason: text("案情复杂"), notice, proof: None }
}

pub fn offer(permit: &str, to: &str) -> C {
    C::OfferHandoff { permit: p(permit), to: p(to), reason: text("需其审核"), papers: vec![paper()] }
}

pub fn receive(permit: &str) -> C {
    C::ReceiveHandoff { permit: p(permit) }
}

pub fn tolerate(permit: &str, r: &str, mode: Mode, due: &str) -> C {
    tolerate_with(permit, r, mode, due, None)
}

pub fn tolerate_with(permit: &str, r: &str, mode: Mode, due: &str, notice: Option<Notice>) -> C {
    C::TolerateDeficiency {
        permit: p(permit),
        requirement: requirement(r),
        mode,
        commitment: paper(),
        supplement_due: p(due),
        form: text("加盖公章的复印件"),
        notice,
    }
}

pub fn supplement(permit: &str, r: &str) -> C {
    C::ReceiveSupplement { permit: p(permit), requirement: requirement(r), paper: Some(paper()) }
}

pub fn verify(permit: &str, r: &str) -> C {
    C::VerifySupplement { permit: p(permit), requirement: requirement(r) }
}

pub fn reject(permit: &str, r: &str) -> C {
    C::RejectSupplement { permit: p(permit), requirement: requirement(r), reason: text("不符合形式") }
}

pub fn move_due(permit: &str, r: &str, to: &str) -> C {
    C::MoveSupplementDeadline {
        permit: p(permit),
        requirement: requirement(r),
        to: p(to),
        reason: text("材料在途"),
    }
}

pub fn approve(permit: &str, served: &str) -> C {
    C::ApprovePermit { permit: p(permit), notice: notice("批复 1", served), conditions: None }
}

pub fn deny(permit: &str, served: &str) -> C {
    C::DenyPermit {
        permit: p(permit),
        reasons: text("不符合条件"),
        article: text("行政许可法 38"),
        remedy: text("六十日内申请复议"),
        notice: notice("不予许可 1", served),
    }
}

pub fn issue(permit: &str, served: &str, valid_until: Option<&str>) -> C {
    let valid_until = valid_until.map(p);
    C::IssueCertificate { permit: p(permit), certificate: notice("证 1", served), valid_until }
}

pub fn revoke(permit: &str, served: &str) -> C {
    C::RevokePermit {
        permit: p(permit),
        reasons: text("违反法定程序"),
        article: text("行政许可法 69"),
        notice: notice("撤销 1", served),
    }
}

pub fn check(permit: &str, officers: &[&str], passed: bool) -> C {
    let officers = officers.iter().map(|o| p::<OfficerId>(o)).collect();
    C::RecordCheck { permit: p(permit), officers, finding: text("现场核查"), passed }
}

pub fn hearing(permit: &str, told_on: &str) -> C {
    C::RequestHearing { permit: p(permit), told_on: p(told_on) }
}

pub fn heard(permit: &str) -> C {
    C::RecordHearing { permit: p(permit), record: paper() }
}

pub fn reach() -> C {
    C::ReachMilestone { milestone: p("works-completed"), evidence: text("竣工报告") }
}

/// A date for a milestone of the plan, or for a target or a milestone of one's own.
pub fn plan_milestone(milestone: MilestoneCode, date: Date) -> C {
    let after = match milestone.as_str() {
        "stage" => Some(After::Stage(Stage::ProjectAndLand)),
        "target" => Some(After::Everything),
        "begun" => Some(After::Nodes(vec![Node::Permit(p("A1"))])),
        _ => None,
    };
    let name = text(&format!("节点{milestone}"));
    C::PlanMilestone { milestone, date, new: after.map(|after| NewMilestone { name, after }) }
}

pub fn change_date(milestone: &str, to: &str) -> C {
    C::RequestDateChange { milestone: p(milestone), to: p(to), reason: text("汛期停工") }
}

pub fn correct_entry(permit: &str, entry: EventId, correction: Correction, second: &str) -> C {
    C::CorrectEntry {
        permit: p(permit),
        entry,
        correction,
        reason: text("录入错误"),
        second_person: p(second),
    }
}

pub fn received_on(old: &str, new: &str) -> Correction {
    Correction::ReceivedOn { old: p(old), new: p(new) }
}

pub fn amend(put: Vec<om_domain::matter::plan::PlannedPermit>, drop: &[&str]) -> C {
    C::AmendPlan { put, drop: drop.iter().map(|c| p(c)).collect(), reason: text("模板更新") }
}

pub fn decline(permit: &str, r: &str) -> C {
    C::DeclineRevocation {
        permit: p(permit),
        requirement: requirement(r),
        reasons: text("已另行补齐，撤销有损公共利益"),
    }
}
