//! Laws of every history, each checked on the same random ones.

use super::{
    acts::{Step, amended, command, steps, who},
    given::*,
    recount::{adds_up, recount},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{Decider, Effective, Recorded},
    matter::{MatterCommand as C, MatterDecider, MatterEvent as E},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// An act that was accepted.
#[derive(Clone)]
struct Act {
    at: Timestamp,
    by: &'static str,
    effective: Option<String>,
    command: C,
    calendar: Calendar,
}

struct Told {
    g: Given,
    acts: Vec<Act>,
    calendars: Vec<Calendar>,
}

/// Tells a history. Each accepted act is tried again at once (f), and each state is asked what it would be in order of
/// effect (b).
fn told(steps: &[Step]) -> Told {
    let mut g = given(wide_plan()).carded();
    let (mut today, mut acts): (Date, Vec<Act>) = (p("2023-06-05"), vec![]);
    let mut calendars = vec![g.calendar.clone()];
    for step in steps {
        today = today.saturating_add(i64::from(step.gap).days());
        g = g.on(&today.to_string());
        let amendment = step.kind > 250;
        if amendment {
            // A notice is recorded after time's facts up to its day stand, as for any command.
            g.settle();
            let off = today.saturating_add(i64::from(step.pick % 20).days());
            g = g.calendar(amended(&calendars[calendars.len() - 1], off, calendars.len()));
            calendars.push(g.calendar.clone());
        }
        let on = today.saturating_sub(i64::from(step.back).days());
        let effective = (step.back > 0 && !amendment).then_some(on);
        g.settle();
        let tried = if amendment { 1 } else { 12 };
        let found = (0..tried).find_map(|n| {
            let act = if amendment {
                C::ReviseDueDates { notice: text("放假安排") }
            } else {
                command(&g, step, n, effective.unwrap_or(today))
            };
            let people = if amendment { vec!["system"] } else { who(step) };
            let may = |by: &&&str| {
                let (actor, effective) = (actor(by), effective.map(Effective::On));
                let decided = MatterDecider::decide(&g.state, &act, &g.context(&actor, effective));
                decided.is_ok_and(|facts| !facts.is_empty())
            };
            people.iter().find(may).map(|by| (*by, act.clone()))
        });
        // an amendment that moves nothing yet is known from then on all the same
        let known = || amendment.then(|| ("system", C::ReviseDueDates { notice: text("放假安排") }));
        let Some((by, act)) = found.or_else(known) else { continue };
        let attempt = |g: &mut Given| {
            *g = match effective {
                Some(day) => g.clone().by(by).effective(&day.to_string()),
                None => g.clone().by(by),
            };
            g.attempt(&act)
        };
        attempt(&mut g).unwrap();
        assert_same_by_effect(&g.log);
        let before = g.log.len();
        let repeated = attempt(&mut g);
        assert_eq!(g.log.len(), before, "a second effect of {act:?}: {repeated:?}");
        let calendar = g.calendar.clone();
        let effective = effective.map(|day| day.to_string());
        acts.push(Act { at: g.now, by, effective, command: act, calendar });
    }
    g = g.on(&today.saturating_add(90.days()).to_string());
    g.settle();
    Told { g, acts, calendars }
}

/// The same acts again; time is asked every so many days, or only before each act.
fn again(told: &Told, every: Option<i64>) -> Given {
    let mut g = given(wide_plan()).carded();
    let mut asked: Date = p("2023-06-05");
    let ask_until = |g: &mut Given, asked: &mut Date, until: Date| {
        while let Some(step) = every.filter(|step| asked.saturating_add(step.days()) < until) {
            *asked = asked.saturating_add(step.days());
            g.now = morning(*asked);
            g.settle();
        }
    };
    for act in &told.acts {
        ask_until(&mut g, &mut asked, beijing(act.at));
        asked = beijing(act.at);
        g.now = act.at;
        g.settle();
        g.calendar = act.calendar.clone();
        g = g.by(act.by);
        if let Some(day) = &act.effective {
            g = g.effective(day);
        }
        g.attempt(&act.command).unwrap();
    }
    ask_until(&mut g, &mut asked, beijing(told.g.now));
    g.now = told.g.now;
    g.settle();
    g
}

fn facts(log: &[Recorded<E>]) -> Vec<(E, Effective)> {
    log.iter().map(|f| (f.event.clone(), f.effective)).collect()
}

/// Who has each permit, and whether an offer is open, from the log alone.
fn custody(log: &[Recorded<E>]) -> BTreeMap<String, (String, bool)> {
    let leads =
        wide_plan().permits.into_iter().map(|planned| (planned.code.to_string(), planned.lead.to_string()));
    let leads: BTreeMap<_, _> = leads.collect();
    let mut has: BTreeMap<_, _> = leads.iter().map(|(c, l)| (c.clone(), (l.clone(), false))).collect();
    for fact in log {
        let Some(code) = om_domain::matter::event_permit(&fact.event).map(ToString::to_string) else {
            continue;
        };
        let entry = has.get_mut(&code).unwrap();
        match &fact.event {
            E::PermitSubmitted(_) => *entry = (leads[&code].clone(), false),
            E::HandoffOffered(e) => {
                assert!(!entry.1, "a second open offer");
                assert_eq!(entry.0, e.from.as_str(), "offered by another");
                entry.1 = true;
            }
            E::HandoffReceived(e) => {
                assert!(entry.1, "received without an offer");
                *entry = (e.to.to_string(), false);
            }
            E::HandoffReturned(_) | E::HandoffWithdrawn(_) => entry.1 = false,
            E::CustodyRecalled(e) => *entry = (e.to.to_string(), false),
            _ => {}
        }
    }
    has
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// (b) order of effect, (f) nothing twice: while telling. (d) custody, (e) due dates, (g) sums: at the end.
    #[test]
    fn every_history_keeps_custody_dates_and_order(steps in steps(90)) {
        let told = told(&steps);
        assert_same_by_effect(&told.g.log);
        for planned in wide_plan().permits {
            recount(&told.g.log, &planned, &told.calendars);
        }
        for (code, (holder, offered)) in custody(&told.g.log) {
            let Some(permit) = told.g.state.permits.get(&p(&code)) else { continue };
            prop_assert_eq!((permit.custody.holder.to_string(), permit.custody.offer.is_some()), (holder, offered));
        }
        adds_up(&told.g);
    }

    /// (c) R22: the same facts whenever and however often time is asked.
    #[test]
    fn r22_time_says_the_same_whenever_it_is_asked(steps in steps(60)) {
        let told = told(&steps);
        let once = facts(&again(&told, None).log);
        prop_assert_eq!(&facts(&again(&told, Some(1)).log), &once);
        prop_assert_eq!(&facts(&again(&told, Some(5)).log), &once);
        let mut g = told.g;
        prop_assert_eq!(g.settle(), 0);
    }

    /// R22: time sees the day and nothing finer, nor who asks for what: what was stated on a day need not be asked again on it.
    #[test]
    fn r22_time_sees_the_day_and_nothing_finer(steps in steps(60), cut in any::<proptest::sample::Index>()) {
        let mut g = told(&steps).g;
        let log: Vec<_> = g.log.iter().take(4 + cut.index(g.log.len())).cloned().collect();
        (g.state, g.quiet) = (folded(&log), None);
        let system = actor("system");
        let stated = MatterDecider::settle(&g.state, &g.context(&system, None));
        let day = beijing(g.now);
        let bare = om_domain::matter::MatterReads::default();
        let other = actor("lead");
        for now in [g.now, given_at(day, 0), given_at(day, 24 * 3600 - 1)] {
            let context = om_domain::decider::Context {
                at: now,
                by: &other,
                read: &bare,
                effective: Some(Effective::On(p("2023-06-20"))),
                ..g.context(&system, None)
            };
            prop_assert_eq!(MatterDecider::settle(&g.state, &context), stated.clone());
        }
    }

    /// R13: the cards are the same whenever time is asked, late, at random or twice, and none comes twice.
    #[test]
    fn r13_the_cards_are_the_same_whenever_time_is_asked(steps in steps(60), every in 1_i64..12) {
        let told = told(&steps);
        let cards = |g: &Given| g.state.permits.iter().map(|(code, permit)| (code.clone(), permit.cards.clone())).collect::<Vec<_>>();
        let bare = |g: &Given| cards(g).into_iter().map(|(code, cards)| {
            let seen = |card: om_domain::matter::card::Card| (card.colour, card.subject, card.against, card.on, card.standing);
            (code, cards.into_values().map(seen).collect::<Vec<_>>())
        }).collect::<Vec<_>>();
        let once = bare(&again(&told, None));
        prop_assert_eq!(&bare(&again(&told, Some(every))), &once);
        prop_assert_eq!(&bare(&told.g), &once);
        for (code, cards) in cards(&told.g) {
            let by_rule = || cards.values().filter(|card| card.is_by_rule());
            let days: std::collections::BTreeSet<_> = by_rule().map(|card| (card.colour, &card.subject, card.on)).collect();
            prop_assert_eq!(days.len(), by_rule().count(), "{} has a card twice", code);
        }
    }

    /// (a) Whatever is left out or put elsewhere, the fold takes it, time comes to an end, and each command is answered.
    #[test]
    fn any_part_of_a_history_in_any_order_folds(steps in steps(60), keep in any::<u64>(), keys in proptest::collection::vec(any::<u32>(), 40)) {
        let told = told(&steps);
        let mut log: Vec<_> = told.g.log.iter().enumerate().filter(|(n, _)| keep >> (n % 64) & 1 == 1 || *n < 4).map(|(_, f)| f.clone()).collect();
        let mut keys = keys.into_iter().cycle();
        let (first, rest) = log.split_at_mut(3);
        rest.sort_by_cached_key(|_| keys.next());
        prop_assert_eq!(first.len(), 3);
        let mut g = told.g.clone();
        (g.state, g.quiet) = (folded(&log), None);
        g.log = log;
        g.settle();
        for step in &steps {
            if g.state.plan.is_none() || g.state.permits.len() < 5 {
                break;
            }
            let act = command(&g, step, 0, beijing(g.now));
            let by = actor(who(step)[0]);
            let _ = MatterDecider::decide(&g.state, &act, &g.context(&by, None));
            let _ = MatterDecider::decide(&g.state, &act, &g.context(&by, Some(Effective::On(p("2023-06-20")))));
        }
    }
}

/// So many seconds after a day has begun in Beijing.
fn given_at(day: jiff::civil::Date, seconds: i64) -> jiff::Timestamp {
    let begins: jiff::Timestamp = format!("{day}T00:00:00+08:00").parse().unwrap();
    begins + jiff::SignedDuration::from_secs(seconds)
}

/// The random histories are worth their laws: nearly every kind of fact comes about in them.
#[test]
fn slow_random_histories_reach_far() {
    use om_domain::decider::EventRecord;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = E::schemas().iter().map(|(name, ..)| (*name, 0)).collect();
    for _ in 0..1_800 {
        let steps = steps(90).new_tree(&mut runner).unwrap().current();
        told(&steps).g.log.iter().for_each(|fact| *seen.get_mut(fact.event.name()).unwrap() += 1);
    }
    let never: Vec<_> = seen.iter().filter(|(_, n)| **n == 0).map(|(name, _)| *name).collect();
    let rare = ["MatterCompleted", "MatterTerminated", "PreReviewConfirmed", "TaskForceChanged"];
    assert!(never.iter().all(|name| rare.contains(name)), "never: {never:?} of {seen:?}");
}
