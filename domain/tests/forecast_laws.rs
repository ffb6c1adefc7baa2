//! The forecast on random plans, against every chain there is and against recomputing with one gate held back.
//!
//! The oracle walks days and asks the calendar only `is_working`; it knows nothing of passes, bounds or numbers.

#![expect(clippy::unwrap_used, reason = "what a test expects to be there, is")]

use jiff::{ToSpan, civil::Date};
use om_domain::{
    calendar::Calendar,
    clock::{Ground, Limit, Unit},
    forecast::{Assumptions, Basis, Forecaster, PermitProgress, Progress, Slack, forecast},
    ids::PermitCode,
    matter::plan::{
        Duration, Excluded, Gate, Handling, Mode, Nature, Node, Plan, PlannedMilestone, PlannedPermit,
        Prerequisite, Reaches, RequirementId, Settings, Stage,
    },
};
use proptest::prelude::*;
use std::{cell::RefCell, collections::BTreeMap};

const FROM: Date = Date::constant(2023, 4, 25);
const PERMITS: usize = 7;

fn p<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn code(nth: usize) -> PermitCode {
    p(&format!("P{nth}"))
}

/// What chance says of one permit: limits, exclusion, certificate, and two edges from permits before it.
type Said = ((u16, bool, u16, u16), (bool, bool, u16), [(usize, u8, u8, bool); 2]);

fn permit(nth: usize, said: &Said) -> PlannedPermit {
    let ((statutory, plain, promised, excluded), (certificate, works, shape), edges) = said;
    let unit = if *plain { Unit::CalendarDays } else { Unit::WorkingDays };
    let limit = |value: u16, unit| Some(Limit { value, unit, source: "法".into() });
    let gates = [Gate::Accept, Gate::Decide, Gate::Issue, Gate::AfterIssue];
    let reaches = [Reaches::Accepted, Reaches::Approved, Reaches::Issued];
    let edge = |(from, gate, reach, _): &(usize, u8, u8, bool)| Prerequisite {
        node: Node::Permit(code(from % nth.max(1))),
        reaches: reaches[usize::from(*reach) % 3],
        gate: gates[usize::from(*gate) % 4],
        statutory: false,
        modes: [].into(),
        source: p("法"),
    };
    let mut prerequisites: Vec<_> = edges.iter().filter(|_| nth > 0).map(edge).collect();
    prerequisites.dedup_by_key(|edge| edge.node.clone());
    if *works && nth > 3 {
        let node = Node::Milestone(p("works"));
        prerequisites.push(Prerequisite { node, ..edge(&(0, u8::try_from(shape % 3).unwrap(), 1, true)) });
    }
    PlannedPermit {
        code: code(nth),
        name: p("事项"),
        stage: Stage::Works,
        lead: p("water"),
        cooperating: vec![],
        nature: Nature::Permit,
        handling: Handling::Single,
        statutory: if shape % 5 == 0 { None } else { limit(*statutory, unit) },
        promised: if shape % 3 == 0 { None } else { limit(*promised, Unit::WorkingDays) },
        extension: None,
        extension_moves_promise: false,
        excluded: match excluded {
            0 => vec![],
            days => vec![Excluded { ground: Ground::ExpertReview, max: None, expected_working_days: *days }],
        },
        prerequisites,
        materials: vec![],
        certificate: *certificate,
        site_check: false,
        sensitive: None,
        issue_first_listed: true,
        opinions: None,
    }
}

fn plan(said: &[Said], expected: Option<(u16, bool)>, turned: usize) -> Plan {
    let mut permits: Vec<_> = said.iter().enumerate().map(|(nth, said)| permit(nth, said)).collect();
    // the order of the plan is not the order of time
    permits.rotate_left(turned % said.len());
    let works = PlannedMilestone {
        code: p("works"),
        name: p("完工"),
        after: vec![Node::Permit(code(1)), Node::Permit(code(3))],
        expected: expected.map(|(value, plain)| Duration {
            value,
            unit: if plain { Unit::CalendarDays } else { Unit::WorkingDays },
        }),
    };
    Plan {
        template: p("chance"),
        version: 1,
        permits,
        milestones: vec![works],
        settings: Settings::default(),
    }
}

/// Every way to a gate alone: the day it leads to, and the nodes it leads through.
type Ways = Vec<(Date, Vec<Node>)>;

struct Oracle<'a> {
    plan: &'a Plan,
    progress: &'a Progress,
    assume: &'a Assumptions,
    /// A gate held back by so many working days.
    held: Option<(Node, Gate, u32)>,
    known: RefCell<BTreeMap<(Node, Reaches), Ways>>,
}

fn calendar() -> Calendar {
    Calendar::national()
}

fn roll(day: Date) -> Date {
    day.series(1.day()).find(|day| calendar().is_working(*day)).unwrap()
}

fn count(start: Date, n: u32, unit: Unit) -> Date {
    let mut days = start.series(1.day());
    let mut day = days.next().unwrap();
    let mut left = n;
    while left > 0 {
        day = days.next().unwrap();
        left -= u32::from(unit == Unit::CalendarDays || calendar().is_working(day));
    }
    roll(day)
}

impl Oracle<'_> {
    fn is_there(&self, node: &Node) -> bool {
        let Node::Permit(code) = node else { return true };
        !self.assume.drop.contains(code)
    }

    fn back(&self, node: &Node, gate: Gate, ways: Ways) -> Ways {
        let held =
            self.held.as_ref().filter(|(n, g, _)| n == node && *g == gate).map_or(0, |(.., days)| *days);
        ways.into_iter().map(|(day, way)| (count(roll(day), held, Unit::WorkingDays), way)).collect()
    }

    /// All ways by which a node comes so far.
    fn ways(&self, node: &Node, reaches: Reaches) -> Ways {
        let key = (node.clone(), reaches);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let mut ways = match node {
            Node::Permit(code) => self.permit(self.plan.permit(code).unwrap(), reaches),
            Node::Milestone(_) => self.milestone(node),
        };
        // of the ways to one day through one line of nodes, one is enough
        ways.sort();
        ways.dedup();
        self.known.borrow_mut().insert(key, ways.clone());
        ways
    }

    fn milestone(&self, node: &Node) -> Ways {
        let milestone = &self.plan.milestones[0];
        let first = roll(FROM);
        let start = vec![(first, vec![])];
        let after = milestone.after.iter().filter(|node| self.is_there(node));
        let after = after.flat_map(|node| self.ways(node, Reaches::Issued));
        let ways = start.into_iter().chain(after).map(|(day, way)| {
            let from = day.max(first);
            let on = milestone.expected.map_or(from, |e| count(from, u32::from(e.value), e.unit));
            (on, [way, vec![node.clone()]].concat())
        });
        // a milestone without a length takes its day as it comes
        let held = self.held.as_ref().filter(|(n, ..)| n == node).map_or(0, |(.., days)| *days);
        ways.map(|(day, way)| (if held == 0 { day } else { count(day, held, Unit::WorkingDays) }, way))
            .collect()
    }

    fn by_edges(&self, permit: &PlannedPermit, gate: Gate) -> Ways {
        let node = Node::Permit(permit.code.clone());
        let mut ways = Ways::new();
        for edge in permit.prerequisites.iter().filter(|edge| self.is_there(&edge.node)) {
            let mode = self.assume.tolerate.get(&(permit.code.clone(), edge.id()));
            let moved = mode.and_then(|mode| mode.shifts(edge.gate, &edge.id())).unwrap_or(edge.gate);
            if moved == gate {
                ways.extend(self.ways(&edge.node, edge.reaches));
            } else if (edge.gate, moved, gate) == (Gate::Accept, Gate::Decide, Gate::Accept)
                && matches!(edge.node, Node::Permit(_))
            {
                ways.extend(self.ways(&edge.node, Reaches::Accepted));
            }
        }
        ways.into_iter().map(|(day, way)| (day, [way, vec![node.clone()]].concat())).collect()
    }

    fn permit(&self, permit: &PlannedPermit, reaches: Reaches) -> Ways {
        let node = Node::Permit(permit.code.clone());
        let nothing = PermitProgress::default();
        let progress = self.progress.permits.get(&permit.code).unwrap_or(&nothing);
        let first = roll(FROM);
        let mut accept = match progress.accepted_on.or(progress.decided_on) {
            Some(on) => vec![(on, vec![node.clone()])],
            None => {
                let start = vec![(first, vec![node.clone()])];
                self.back(&node, Gate::Accept, [start, self.by_edges(permit, Gate::Accept)].concat())
            }
        };
        if reaches == Reaches::Accepted {
            return accept;
        }
        let mut decide = match progress.decided_on {
            Some(on) => vec![(on, vec![node.clone()])],
            None => {
                for (day, _) in &mut accept {
                    *day = count(self.limit(permit, *day).max(first), self.delay(permit), Unit::WorkingDays);
                }
                self.back(&node, Gate::Decide, [accept, self.by_edges(permit, Gate::Decide)].concat())
            }
        };
        if reaches == Reaches::Approved || !permit.certificate {
            return decide;
        }
        if progress.decided_on.is_some() {
            decide.iter_mut().for_each(|(day, _)| *day = (*day).max(first));
        }
        self.back(&node, Gate::Issue, [decide, self.by_edges(permit, Gate::Issue)].concat())
    }

    fn delay(&self, permit: &PlannedPermit) -> u32 {
        self.assume.delay.get(&permit.code).map_or(0, |days| u32::from(*days))
    }

    fn limit(&self, permit: &PlannedPermit, accept: Date) -> Date {
        let excluded: u32 = permit.excluded.iter().map(|e| u32::from(e.expected_working_days)).sum();
        let after = if excluded == 0 { accept } else { count(accept, excluded, Unit::WorkingDays) };
        let (one, other) = match self.assume.basis {
            Basis::Statutory => (&permit.statutory, &permit.promised),
            Basis::Promised => (&permit.promised, &permit.statutory),
        };
        one.as_ref()
            .or(other.as_ref())
            .map_or(after, |limit| count(after, u32::from(limit.value), limit.unit))
    }

    fn all(&self) -> Ways {
        let permits = self.plan.permits.iter().map(|permit| Node::Permit(permit.code.clone()));
        let milestones = self.plan.milestones.iter().map(|m| Node::Milestone(m.code.clone()));
        let nodes = permits.chain(milestones).filter(|node| self.is_there(node));
        nodes.flat_map(|node| self.ways(&node, Reaches::Issued)).collect()
    }

    fn completion(&self) -> Date {
        self.all().into_iter().map(|(day, _)| day).max().unwrap()
    }

    fn date(&self, node: &Node, reaches: Reaches) -> Date {
        self.ways(node, reaches).into_iter().map(|(day, _)| day).max().unwrap()
    }
}

fn said() -> impl Strategy<Value = Said> {
    let limits = (1u16..25, any::<bool>(), 1u16..12, prop_oneof![3 => Just(0u16), 1 => 1u16..15]);
    let edge = (0usize..PERMITS, any::<u8>(), any::<u8>(), any::<bool>());
    (limits, (any::<bool>(), any::<bool>(), any::<u16>()), [edge.clone(), edge])
}

/// What chance assumes: pre-review, commitment or issue first where an edge is marked, a delay, a permit left out.
fn assumptions(
    plan: &Plan,
    said: &[Said],
    (statutory, delayed, dropped): (bool, usize, usize),
) -> Assumptions {
    let basis = if statutory { Basis::Statutory } else { Basis::Promised };
    let mut assume = Assumptions { basis, ..Assumptions::default() };
    for permit in &plan.permits {
        let nth: usize = permit.code.as_str()[1..].parse().unwrap();
        let marked = said[nth].2.iter().any(|(.., marked)| *marked);
        for edge in permit.prerequisites.iter().filter(|_| marked) {
            let mode = match edge.gate {
                Gate::Accept => Mode::PreReview,
                _ => Mode::Commitment,
            };
            assume.tolerate.insert((permit.code.clone(), edge.id()), mode);
        }
    }
    assume.delay.insert(code(delayed), 4);
    assume.drop.extend((dropped < PERMITS).then(|| code(dropped)));
    assume
}

fn progress(begun: usize) -> Progress {
    let on = |day| PermitProgress { accepted_on: Some(day), ..PermitProgress::default() };
    let mut progress = Progress::default();
    if begun > 0 {
        let decided_on = Some(Date::constant(2023, 4, 20));
        progress.permits.insert(code(0), PermitProgress { decided_on, ..on(Date::constant(2023, 4, 11)) });
    }
    if begun > 1 {
        progress.permits.insert(code(1), on(Date::constant(2023, 4, 21)));
    }
    progress
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dates_path_and_slack_are_those_of_every_chain_tried_and_every_gate_held_back(
        said in proptest::collection::vec(said(), PERMITS),
        works in proptest::option::of((1u16..40, any::<bool>())),
        (turned, begun) in (0usize..PERMITS, 0usize..3),
        choice in (any::<bool>(), 0usize..PERMITS, 0usize..PERMITS * 3),
    ) {
        let plan = plan(&said, works, turned);
        let assume = assumptions(&plan, &said, choice);
        let progress = progress(begun);
        let oracle = |held| Oracle { plan: &plan, progress: &progress, assume: &assume, held, known: RefCell::default() };
        let ours = forecast(&plan, &calendar(), FROM, &progress, &assume).unwrap();
        let plain = oracle(None);
        prop_assert_eq!(ours.completion, plain.completion());
        let ends: Vec<_> = plain.all().into_iter().filter(|(day, _)| *day == ours.completion).collect();
        prop_assert!(ends.iter().any(|(_, way)| *way == ours.critical_path), "{:?} of {ends:?}", ours.critical_path);

        let slips = |node: &Node, gate, slack: Option<Slack>, earliest: Date| {
            let Some(slack) = slack else { return Ok(()) };
            let moved = |days| oracle(Some((node.clone(), gate, days))).completion();
            prop_assert_eq!(moved(slack.days), ours.completion, "{:?} {:?} slips by {}", node, gate, slack.days);
            prop_assert_eq!(slack.latest, count(earliest, slack.days, Unit::WorkingDays));
            // beyond completion itself there is nothing more to hold back
            if slack.latest < ours.completion {
                prop_assert!(moved(slack.days + 1) > ours.completion, "{:?} {:?} slips more than {}", node, gate, slack.days);
            }
            Ok(())
        };
        for permit in &ours.permits {
            let node = Node::Permit(permit.code.clone());
            let dates = [Reaches::Accepted, Reaches::Approved, Reaches::Issued].map(|r| plain.date(&node, r));
            prop_assert_eq!([permit.accept, permit.decide, permit.issue], dates, "{}", permit.code);
            slips(&node, Gate::Accept, permit.accept_slack, permit.accept)?;
            slips(&node, Gate::Decide, permit.decide_slack, permit.decide)?;
            slips(&node, Gate::Issue, permit.issue_slack, permit.issue)?;
        }
        for milestone in &ours.milestones {
            let node = Node::Milestone(milestone.code.clone());
            prop_assert_eq!(milestone.on, plain.date(&node, Reaches::Issued));
            slips(&node, Gate::Accept, milestone.slack, milestone.on)?;
        }
    }

    #[test]
    fn what_a_tolerance_is_worth_is_what_the_forecast_with_it_says(
        said in proptest::collection::vec(said(), PERMITS),
        turned in 0usize..PERMITS,
        choice in (any::<bool>(), 0usize..PERMITS, 0usize..PERMITS * 3),
    ) {
        let plan = plan(&said, Some((9, false)), turned);
        let mut assume = assumptions(&plan, &said, choice);
        assume.tolerate.clear();
        let progress = progress(turned % 3);
        let calendar = calendar();
        let forecaster = Forecaster::of(&plan, &calendar, FROM, &progress).unwrap();
        let before = forecaster.forecast(&assume);
        let edges = plan.permits.iter().flat_map(|permit| {
            permit.prerequisites.iter().map(|edge| (permit.code.clone(), edge.id()))
        });
        let modes = [Mode::PreReview, Mode::Commitment];
        let candidates: Vec<(PermitCode, RequirementId, Mode)> =
            edges.flat_map(|(code, id)| modes.map(|mode| (code.clone(), id.clone(), mode))).collect();
        for (candidate, worth) in candidates.iter().zip(forecaster.worth(&assume, &candidates)) {
            let (code, id, mode) = candidate.clone();
            let mut with = assume.clone();
            with.tolerate.insert((code.clone(), id), mode);
            let after = forecaster.forecast(&with);
            let Some(worth) = worth else {
                prop_assert!(assume.drop.contains(&code));
                continue;
            };
            prop_assert_eq!(worth.completion, (before.completion, after.completion), "{:?}", candidate);
            let decide = |of: &om_domain::forecast::Forecast| of.permit(&code).unwrap().decide;
            prop_assert_eq!(worth.decide, (decide(&before), decide(&after)));
        }
    }
}
