//! How long a stage of a matter has taken, and its gates, against what its plan promises (R15).
//!
//! Invariants: permits side by side are timed by the longest: a day counts once however many permits were in hand on it; a day
//! on which nothing was in hand but stood stopped by an excluded procedure is excluded (R6); worked, waited and excluded days
//! add up to those elapsed. Days are those on which things happened, whenever they were recorded (R16).
//! The target is the longest way through the stage's own permits, side by side, each within its promised limit (the
//! statutory one where none is promised), without excluded procedures.
//! Deliberately absent: whose days they were (`time_split`); lateness of one permit (`lateness`).

use super::{
    decision::DELIVERY_DAYS,
    intake::INTAKE_DAYS,
    plan::{Gate, Node, Plan, PlannedPermit, Stage},
    state::{Matter, Permit, Round},
    time_split::{Spent, Stretch},
};
use crate::{
    calendar::{Calendar, Unit},
    forecast::{Assumptions, Progress, outline},
    ids::PermitCode,
};
use jiff::civil::Date;

/// How long the passage of one gate has taken: of the permit of a stage that took longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateTime {
    /// The gate.
    pub gate: Gate,
    /// The permit.
    pub permit: PermitCode,
    /// Its round.
    pub round: u16,
    /// Working days with a department, up to the gate or the day asked for.
    pub working_days: i32,
    /// Working days the gate may take: to accept five, to decide the promised limit or else the statutory one, to issue ten;
    /// none where no limit is set.
    pub limit_working_days: Option<i32>,
    /// Whether the gate was passed, or the round ended before it.
    pub over: bool,
}

/// How long a stage has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// The day its first file was received, which is not counted; none before.
    pub began_on: Option<Date>,
    /// The day the last of its permits was done; none while one is not.
    pub ended_on: Option<Date>,
    /// Working days on which a department had something of it in hand.
    pub worked: i32,
    /// Working days on which all that was begun stood stopped by excluded procedures (R6).
    pub excluded: i32,
    /// Working days on which it waited for an applicant or for another permit, and nothing was in hand.
    pub waited: i32,
    /// Working days it may take, as its plan has it.
    pub target: Option<i32>,
    /// The day it is to be done, excluded days not counted; none before it began.
    pub target_on: Option<Date>,
    /// The permit that was in hand longest, with its working days.
    pub longest: Option<(PermitCode, i32)>,
    /// Each gate, by the permit that took longest there.
    pub gates: Vec<GateTime>,
}

impl StageTime {
    /// Working days since it began: worked, waited and excluded ones.
    pub const fn elapsed(&self) -> i32 {
        self.worked + self.waited + self.excluded
    }

    /// Working days that count against the target: all but the excluded ones.
    pub const fn counted(&self) -> i32 {
        self.worked + self.waited
    }

    /// Working days left of the target; negative beyond it, none where there is no target.
    pub fn left(&self) -> Option<i32> {
        self.target.map(|target| target - self.counted())
    }
}

impl Matter {
    /// How long each stage has taken by the end of a day, in the order of stages; none before the matter is planned. A stage
    /// without permits is left out.
    pub fn stage_times(&self, calendar: &Calendar, day: Date) -> Vec<StageTime> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let mut stages: Vec<Stage> = plan.permits.iter().map(|permit| permit.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages.into_iter().map(|stage| self.stage_time(plan, stage, calendar, day)).collect()
    }

    fn stage_time(&self, plan: &Plan, stage: Stage, calendar: &Calendar, day: Date) -> StageTime {
        let of = plan.permits.iter().filter(|planned| planned.stage == stage);
        let of: Vec<_> = of.filter_map(|p| Some((p, self.permits.get(&p.code)?))).collect();
        let received = of.iter().flat_map(|(_, permit)| &permit.rounds).map(|round| round.received_on);
        let began_on = received.min().filter(|began| *began <= day);
        let done: Vec<_> = of.iter().map(|(planned, permit)| done_on(planned, permit)).collect();
        let ended_on =
            done.iter().copied().collect::<Option<Vec<_>>>().and_then(|done| done.into_iter().max());
        let ended_on = ended_on.filter(|ended| *ended <= day);
        let through = [ended_on, self.ended_on].into_iter().flatten().fold(day, Date::min);
        let lines: Vec<_> = of.iter().map(|(p, _)| (&p.code, self.stretches(&p.code, through))).collect();
        let (worked, excluded, waited) = match began_on {
            Some(began) => split(&lines, began, through, calendar),
            None => (0, 0, 0),
        };
        let target = |from| target(plan, stage, self, from, calendar);
        let target_on = began_on.and_then(target);
        let counted_from = began_on.unwrap_or(day);
        let worked_on = |line: &[Stretch]| in_hand(line, (Date::MIN, Date::MAX), calendar);
        let in_hand_longest = lines.iter().map(|(code, line)| ((*code).clone(), worked_on(line)));
        StageTime {
            stage,
            began_on,
            ended_on,
            worked,
            excluded,
            waited,
            target: target(counted_from).map(|on| calendar.working_days_between(counted_from, on)),
            target_on,
            // of equals the first in the order of the plan
            longest: in_hand_longest.rev().max_by_key(|(_, days)| *days).filter(|(_, days)| *days > 0),
            gates: gates(&of, &lines, calendar, day),
        }
    }
}

/// The day nothing more is to come of a permit; none while something is.
fn done_on(planned: &PlannedPermit, permit: &Permit) -> Option<Date> {
    let done = permit.is_done(planned.certificate);
    let round = permit.round();
    let issued = round.and_then(|round| round.certificate.as_ref()).map(|certificate| certificate.on);
    let decided = round.and_then(|round| round.decision.as_ref()).map(|decision| decision.on);
    permit.not_applicable_on.or(issued).or(decided).filter(|_| done)
}

/// Worked, excluded and waited working days of permits side by side: each day once, for the most that was done on it.
fn split(
    lines: &[(&PermitCode, Vec<Stretch>)],
    began: Date,
    through: Date,
    calendar: &Calendar,
) -> (i32, i32, i32) {
    let all = || lines.iter().flat_map(|(_, line)| line);
    let mut bounds: Vec<Date> = all().flat_map(|stretch| [stretch.after, stretch.through]).collect();
    bounds.extend([began, through]);
    bounds.retain(|bound| (began..=through).contains(bound));
    bounds.sort_unstable();
    bounds.dedup();
    let (mut worked, mut excluded, mut waited) = (0, 0, 0);
    for pair in bounds.windows(2) {
        let (after, until) = (pair[0], pair[1]);
        let is = |spent: Spent| all().any(|s| s.spent == spent && s.after <= after && until <= s.through);
        let days = calendar.working_days_between(after, until);
        *match (is(Spent::Working), is(Spent::Suspended)) {
            (true, _) => &mut worked,
            (false, true) => &mut excluded,
            (false, false) => &mut waited,
        } += days;
    }
    (worked, excluded, waited)
}

/// Working days of a span on which a department had the permit in hand.
fn in_hand(line: &[Stretch], (after, through): (Date, Date), calendar: &Calendar) -> i32 {
    let worked = line.iter().filter(|stretch| stretch.spent == Spent::Working);
    let within = worked.map(|stretch| (stretch.after.max(after), stretch.through.min(through)));
    within.filter(|(after, through)| after < through).map(|(a, t)| calendar.working_days_between(a, t)).sum()
}

/// The day the stage's permits, side by side, are to be done if the first file comes on a day.
fn target(plan: &Plan, stage: Stage, state: &Matter, from: Date, calendar: &Calendar) -> Option<Date> {
    let applies = |planned: &&PlannedPermit| {
        let permit = state.permits.get(&planned.code);
        planned.stage == stage && permit.is_none_or(|permit| permit.not_applicable.is_none())
    };
    let mut permits: Vec<_> = plan.permits.iter().filter(applies).cloned().collect();
    let codes: Vec<PermitCode> = permits.iter().map(|planned| planned.code.clone()).collect();
    if codes.is_empty() {
        return None;
    }
    for planned in &mut permits {
        planned.excluded.clear();
        let inside = |node: &Node| matches!(node, Node::Permit(code) if codes.contains(code));
        planned.prerequisites.retain(|prerequisite| inside(&prerequisite.node));
    }
    let alone = Plan { permits, milestones: Vec::new(), ..plan.clone() };
    let outline = outline(&alone, calendar, from, &Progress::default(), &Assumptions::default());
    outline.ok().map(|outline| outline.completion)
}

type Of<'a> = (&'a PlannedPermit, &'a Permit);

/// Each gate, by the permit and round that took longest there.
fn gates(
    of: &[Of<'_>],
    lines: &[(&PermitCode, Vec<Stretch>)],
    calendar: &Calendar,
    day: Date,
) -> Vec<GateTime> {
    let passages = of.iter().zip(lines).flat_map(|((planned, permit), (_, line))| {
        permit.rounds.iter().flat_map(|round| passages(planned, round, line, calendar, day))
    });
    let mut all: Vec<GateTime> = passages.collect();
    // stable, so that of equals the first in the order of the plan stays first
    all.sort_by_key(|passage| (passage.gate, std::cmp::Reverse(passage.working_days)));
    all.dedup_by_key(|passage| passage.gate);
    all
}

/// The gates of one round that it has come to, each with how long it took.
fn passages(
    planned: &PlannedPermit,
    round: &Round,
    line: &[Stretch],
    calendar: &Calendar,
    day: Date,
) -> Vec<GateTime> {
    let (accepted, ended) = (round.accepted.as_ref().map(|accepted| accepted.on), round.over_on());
    let decision = round.decision.as_ref();
    let decided = decision.map(|decision| decision.on);
    let approved = decision.filter(|decision| decision.approved && planned.certificate);
    let issued = round.certificate.as_ref().map(|certificate| certificate.on);
    let limit = planned.promised.as_ref().or(planned.statutory.as_ref());
    let to_decide = |from| {
        let limit = limit?;
        let last = calendar.add(from, limit.value.into(), limit.unit);
        Some(calendar.working_days_between(from, last))
    };
    let days =
        |days: u32, from| calendar.working_days_between(from, calendar.add(from, days, Unit::WorkingDays));
    let steps = [
        (Gate::Accept, Some(round.received_on), accepted.or(ended)),
        (Gate::Decide, accepted, decided.or(ended)),
        (Gate::Issue, approved.map(|decision| decision.on), issued.or(ended)),
    ];
    let passage = |(gate, from, to): (Gate, Option<Date>, Option<Date>)| {
        let from = from.filter(|from| *from <= day)?;
        let limit_working_days = match gate {
            Gate::Accept => Some(days(INTAKE_DAYS, from)),
            Gate::Decide => to_decide(from),
            Gate::Issue => Some(days(DELIVERY_DAYS, from)),
            Gate::AfterIssue => None,
        };
        let working_days = in_hand(line, (from, to.unwrap_or(day).min(day)), calendar);
        let (permit, round) = (planned.code.clone(), round.number);
        Some(GateTime { gate, permit, round, working_days, limit_working_days, over: to.is_some() })
    };
    steps.into_iter().filter_map(passage).collect()
}
