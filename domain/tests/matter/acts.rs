//! Random acts on random days by random people: each number of a step chooses among what could be tried.

use super::given::*;
use jiff::{ToSpan, civil::Date};
use om_domain::{
    calendar::{Calendar, HolidayNotice, NamedDay},
    clock::Ground,
    decider::EventRecord,
    matter::{
        MatterCommand as C,
        card::{About, Colour},
        command::OpinionTerm,
        event::Correction,
        opinion::{Opinion, Treatment},
        plan::Mode,
        state::Debt,
    },
};
use proptest::prelude::*;

/// One act: how many days after the last, which, on what, by whom, how many days back.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) gap: u8,
    pub(super) kind: u8,
    pub(super) permit: u8,
    pub(super) who: u8,
    pub(super) back: u8,
    pub(super) pick: u16,
}

pub(super) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let gap = prop_oneof![6 => Just(0_u8), 4 => 1_u8..4, 1 => 4_u8..30];
    let back = prop_oneof![4 => Just(0_u8), 1 => 1_u8..12];
    let step = (gap, any::<u8>(), any::<u8>(), any::<u8>(), back, any::<u16>())
        .prop_map(|(gap, kind, permit, who, back, pick)| Step { gap, kind, permit, who, back, pick });
    proptest::collection::vec(step, 1..most)
}

fn one<T: Copy>(of: &[T], pick: u16) -> T {
    of[usize::from(pick) % of.len()]
}

/// The first is what most others wait for.
const CODES: &[&str] = &["A1", "A1", "A1", "A2", "A2", "A3", "A4", "A5", "A6", "A7"];
const MODES: &[Mode] =
    &[Mode::ReceiveOnly, Mode::Accept, Mode::PreReview, Mode::Commitment, Mode::IssueFirst];

/// Materials of the permit: all of them, most often.
fn materials(code: &str, pick: u16) -> Vec<String> {
    let plan = wide_plan();
    let planned = plan.permit(&p(code)).unwrap();
    let all = planned.materials.iter().map(|m| m.code.to_string()).enumerate();
    all.filter(|(n, _)| pick.is_multiple_of(3) || pick >> (n + 2) & 1 == 1).map(|(_, m)| m).collect()
}

/// Debts that are owed, if any are; else any requirement of any permit.
fn debt_of(g: &Given, pick: u16) -> (String, String) {
    let rounds = g.state.permits.iter().filter_map(|(code, permit)| Some((code, permit.round()?)));
    let live = rounds.flat_map(|(code, round)| {
        let live = round.tolerances.iter().filter(|(_, t)| t.debt.is_live());
        live.map(|(r, _)| (code.to_string(), r.to_string()))
    });
    let mut all: Vec<_> = live.collect();
    if all.is_empty() || pick.is_multiple_of(16) {
        all.extend(wide_plan().permits.iter().flat_map(|planned| {
            planned.requirements().map(|r| (planned.code.to_string(), r.id.to_string())).collect::<Vec<_>>()
        }));
    }
    all[usize::from(pick) % all.len()].clone()
}

/// A requirement and a mode: most often one the list allows.
fn deficiency(pick: u16) -> (String, String, Mode) {
    let plan = wide_plan();
    let all = plan.permits.iter().flat_map(|planned| {
        planned.requirements().flat_map(|r| {
            let modes =
                if pick.is_multiple_of(8) { MODES.to_vec() } else { r.modes.iter().copied().collect() };
            modes
                .into_iter()
                .map(|mode| (planned.code.to_string(), r.id.to_string(), mode))
                .collect::<Vec<_>>()
        })
    });
    let all: Vec<_> = all.collect();
    all[usize::from(pick / 8) % all.len()].clone()
}

/// The command a step tries at its n-th attempt, on the day it takes effect.
pub(super) fn command(g: &Given, step: &Step, n: u8, on: Date) -> C {
    let (code, pick) = (one(CODES, u16::from(step.permit)), step.pick);
    let kind = (u16::from(step.kind) + 5 * u16::from(n)) % 64;
    let served = on.to_string();
    let later = |days: i64| on.saturating_add(days.days()).to_string();
    let handed = materials(code, pick);
    let handed: Vec<_> = handed.iter().map(String::as_str).collect();
    let (owing, owed) = debt_of(g, pick);
    let (lacking, lacked, mode) = deficiency(pick);
    let ground = one(&[Ground::ExpertReview, Ground::Testing], pick);
    let number = format!("特 {pick}");
    match kind {
        0..=3 => submit(code, &handed),
        4..=6 => accept(code, &served),
        7 | 8 => {
            let missing = g.state.missing_at(
                &p(code),
                om_domain::matter::plan::Gate::Accept,
                om_domain::calendar::beijing(g.now),
            );
            let listed: Vec<_> = missing.iter().map(|m| m.requirement.to_string()).collect();
            notice_correction(code, &listed.iter().map(String::as_str).collect::<Vec<_>>(), &served)
        }
        9 => correct_file(code, &handed),
        10 | 11 => supply(code, &handed),
        12 => not_accepted(code, &served),
        13 => set_aside(code, &["material:seal"], &later(-i64::from(pick % 12))),
        14 => withdraw(code),
        15 => not_applicable(code),
        16 | 17 => suspend_for(code, ground, &later(i64::from(pick % 20)), &number, &served),
        18 => C::ResumeClock { permit: p(code), ground },
        19 => {
            let mut extending = extend(code, pick % 11 + 1, &served);
            if let C::ExtendLimit { proof, .. } = &mut extending {
                *proof = pick.is_multiple_of(2).then(paper);
            }
            extending
        }
        20 => offer(code, one(&["water", "housing", "development-reform"], pick)),
        21 => receive(code),
        22 if pick.is_multiple_of(2) => {
            C::ReturnHandoff { permit: p(code), reason: text("非我单位职责") }
        }
        22 => C::WithdrawHandoff { permit: p(code), reason: text("误移交") },
        23 => C::RecallCustody { permit: p(code), reason: text("需作决定") },
        24..=27 => {
            let due = later(i64::from(pick % 9) + 1);
            let notice = (mode == Mode::ReceiveOnly).then(|| notice("补正 1", &served));
            tolerate_with(&lacking, &lacked, mode, &due, notice)
        }
        28 => supplement(&owing, &owed),
        29 => verify(&owing, &owed),
        30 => reject(&owing, &owed),
        31 => move_due(&owing, &owed, &later(i64::from(pick % 15) + 1)),
        32 => C::ConfirmPreReview { permit: p(one(&["A2", "A2", "A4"], pick)) },
        33 => check(code, one(&[&["housing-1", "housing-2"], &["dr-1", "dr-2"]], pick), pick % 4 > 0),
        34 => hearing(code, &later(-i64::from(pick % 7))),
        35 => heard(code),
        36 | 37 => approve(code, &served),
        38 => deny(code, &served),
        39 => issue(code, &served, (pick.is_multiple_of(2)).then(|| later(60)).as_deref()),
        40 if pick.is_multiple_of(4) => {
            judge(one(&["A2", "A4"], pick / 4), one(&["permit:A1", "permit:A2"], pick / 8))
        }
        40 if !pick.is_multiple_of(3) => proposed_revocation(g, pick),
        40 => revoke(code, &served),
        41 | 53 => renewal(code, pick, on, &served),
        42 => lead(code, pick, &lacking, &lacked, mode),
        43 | 44 => set_aside_lapse(g, pick, on),
        45..=47 => opinions(g, pick, &later(i64::from(pick % 6) + 1)),
        48 => package(&[(code, &handed), (one(CODES, pick), &[])]),
        49 => package(&[("A6", &["seal"]), ("A7", &[])]),
        50 | 51 => accept("A6", &served),
        52 => approve("A6", &served),
        54..=59 => dates(g, kind - 8, pick, on),
        60..=62 => on_card(g, code, pick),
        _ => correction(g, code, pick),
    }
}

/// The permits that work with others: asked, answered, objected to, dealt with.
fn opinions(g: &Given, pick: u16, by: &str) -> C {
    let code = one(&["A6", "A6", "A7"], pick);
    let body = one(&["water", "natural-resources"], pick / 3);
    let round = g.state.permits.get(&p(code)).and_then(|permit| permit.round());
    let asked = round.and_then(|round| round.opinions.of(&p(body)));
    let due = match (code, pick % 4) {
        (_, 0) => Some(OpinionTerm::By(p(by))),
        ("A7", _) | (_, 1) => Some(OpinionTerm::WorkingDays(pick % 5)),
        _ => None,
    };
    match (asked.map(|c| (c.given.is_some(), c.objects())), pick / 6 % 8) {
        (None, _) => ask_until(code, &[], due),
        (Some(_), 0) => ask_until(code, &[body], due),
        (Some((false, _)), 1) => unask(code, body),
        (Some((false, _)), 2 | 3) => opine(code, body, objection()),
        (Some((false, _)), 4) => opine(code, body, on_conditions()),
        (Some((false, _)), _) => opine(code, body, Opinion::Agree),
        (Some((_, true)), 1..4) => unobject(code, body),
        (Some((_, true)), _) => treat(code, body, one(&[Treatment::Adopted, Treatment::NotAdopted], pick)),
        (Some(_), _) => ask_until(code, &[body], due),
    }
}

/// A card by hand, or what comes of one there is.
fn on_card(g: &Given, code: &str, pick: u16) -> C {
    let cards = g
        .state
        .permits
        .iter()
        .flat_map(|(code, permit)| permit.cards.keys().map(move |number| (code.clone(), *number)));
    let cards: Vec<_> = cards.collect();
    let found = cards.get(usize::from(pick / 8) % cards.len().max(1)).cloned();
    let (permit, card) = found.filter(|_| !pick.is_multiple_of(8)).unwrap_or((p(code), 1));
    let reasons = text("经核实");
    match pick % 8 {
        0 => C::IssueCard {
            permit,
            colour: Colour::Yellow,
            about: if pick.is_multiple_of(16) { About::Opinion } else { About::Permit },
            against: p(one(&["water", "housing"], pick / 8)),
            reason: reasons,
        },
        1 | 2 => C::AnswerCard { permit, card, answer: reasons },
        3 => C::AppealCard { permit, card, reasons },
        4 | 5 => C::DecideAppeal { permit, card, upheld: (pick / 8).is_multiple_of(2), reasons },
        6 => C::ClearCard { permit, card, reason: reasons },
        _ => C::CancelCard { permit, card, reasons },
    }
}

/// A lapse that stands, or any requirement.
fn set_aside_lapse(g: &Given, pick: u16, on: Date) -> C {
    let rounds = g.state.permits.iter().filter_map(|(code, permit)| Some((code, permit.round()?)));
    let lapsed = rounds.flat_map(|(code, round)| {
        let lapsed = round.tolerances.iter().filter(|(_, t)| t.debt == Debt::Lapsed);
        lapsed.map(|(r, t)| (code.clone(), r.clone(), t.due.date))
    });
    let lapsed: Vec<_> = lapsed.collect();
    let (permit, requirement, due) = match lapsed.get(usize::from(pick) % lapsed.len().max(1)) {
        Some(found) => found.clone(),
        None => (p("A1"), p("material:seal"), on),
    };
    let named = requirement.to_string();
    let material = named.strip_prefix("material:").unwrap_or("form");
    C::SetAsideLapse {
        permit,
        requirement,
        received_on: due.saturating_sub(i64::from(pick % 3).days()),
        materials: handed(&[material]),
        proof: paper(),
        reason: text("窗口漏录"),
    }
}

/// A revocation that is proposed, or any, is decided against.
fn proposed_revocation(g: &Given, pick: u16) -> C {
    let proposed = g.state.permits.iter().flat_map(|(code, permit)| {
        permit.revocation_proposed.iter().map(move |(r, _)| (code.to_string(), r.to_string()))
    });
    let proposed: Vec<_> = proposed.collect();
    match proposed.get(usize::from(pick) % proposed.len().max(1)) {
        Some((code, requirement)) => decline(code, requirement),
        None => decline("A1", "material:safety"),
    }
}

fn renewal(code: &str, pick: u16, on: Date, served: &str) -> C {
    let permit = p(code);
    match pick % 3 {
        0 => C::RequestRenewal { permit },
        1 => C::GrantRenewal {
            permit,
            valid_until: on.saturating_add(400.days()),
            notice: notice("延续 1", served),
        },
        _ => C::RefuseRenewal {
            permit,
            reasons: text("已不符合条件"),
            article: text("行政许可法 50"),
            remedy: text("可申请复议"),
            notice: notice("不予延续 1", served),
        },
    }
}

fn lead(code: &str, pick: u16, lacking: &str, lacked: &str, mode: Mode) -> C {
    match pick % 10 {
        0 => C::SuspendMatter { reason: text("资金未落实") },
        1 | 2 => C::ResumeMatter { reason: text("资金落实") },
        3 => C::CompleteMatter,
        4 | 5 => reach(),
        6 => C::AmendPlan { put: vec![], drop: vec![p(code)], reason: text("模板更新") },
        7 => {
            let mut renamed = wide_plan().permits.into_iter().find(|permit| permit.code == p(code)).unwrap();
            renamed.name = text(&format!("{}（修订{pick}）", renamed.name));
            C::AmendPlan { put: vec![renamed], drop: vec![], reason: text("名称更正") }
        }
        8 => {
            let project = om_domain::matter::event::ProjectFacts {
                place: text(&format!("同乐街道{pick}组")),
                ..project()
            };
            C::CorrectProject { project, reason: text("录入错误"), second_person: p("deputy") }
        }
        _ => C::ProposeTolerance {
            permit: p(lacking),
            requirement: requirement(lacked),
            mode,
            reason: text("可节省三日"),
        },
    }
}

/// Dates of milestones: of the plan's, of a stage, of the whole, and one of the task force's own.
fn dates(g: &Given, kind: u16, pick: u16, on: Date) -> C {
    let milestone = one(&["works-completed", "works-completed", "stage", "target", "begun"], pick);
    let later = |days: u16| on.saturating_add(i64::from(days).days());
    let date = g.state.dates.get(&p(milestone)).map_or(on, |dated| dated.date);
    let (milestone, reason) = (p(milestone), text(&format!("原因 {pick}")));
    match kind {
        46 => plan_milestone(milestone, later(pick % 60 + 2)),
        47 => {
            let to = date.saturating_add((i64::from(pick % 60) - 20).days());
            C::RequestDateChange { milestone, to, reason }
        }
        48 => C::AgreeDateChange { milestone },
        49 if pick.is_multiple_of(3) => C::ObjectDateChange { milestone, reason },
        49 if pick.is_multiple_of(5) => C::WithdrawDateChange { milestone, reason },
        49 => C::AgreeDateChange { milestone },
        50 if pick.is_multiple_of(3) => C::RefuseDateChange { milestone, reason },
        50 => C::ApproveDateChange { milestone, reason },
        _ => {
            let to = (!g.state.milestones.contains_key(&milestone)).then(|| later(pick % 40 + 1));
            C::ExplainMissedMilestone { milestone, reason, to }
        }
    }
}

fn correction(g: &Given, code: &str, pick: u16) -> C {
    let names = ["PermitSubmitted", "CorrectionReceived", "ClockSuspended", "ClockResumed", "PermitAccepted"];
    let of = |f: &&om_domain::decider::Recorded<om_domain::matter::MatterEvent>| {
        names.contains(&f.event.name()) && om_domain::matter::event_permit(&f.event) == Some(&p(code))
    };
    let entries: Vec<_> = g.log.iter().filter(of).collect();
    let fact = if entries.is_empty() { &g.log[0] } else { entries[usize::from(pick) % entries.len()] };
    let old = fact.effective.day();
    let new = old.saturating_add((i64::from(pick % 9) - 5).days());
    let correction = match fact.event.name() {
        "ClockSuspended" => Correction::SuspendedFrom { old, new },
        "ClockResumed" => Correction::ResumedOn { old, new },
        "PermitAccepted" => {
            Correction::DocumentNumber { old: text("受理 1"), new: text(&format!("受理 {pick}")) }
        }
        _ => Correction::ReceivedOn { old, new },
    };
    let second = one(&["dr-2", "nr-2", "water-2", "housing-2"], pick);
    correct_entry(code, fact.id, correction, second)
}

/// Who is tried: one at random, or everybody until someone may.
pub(super) fn who(step: &Step) -> Vec<&'static str> {
    let all = everybody();
    let first = all[usize::from(step.who) % all.len()];
    if step.who.is_multiple_of(5) { vec![first] } else { std::iter::once(first).chain(all).collect() }
}

/// The calendar after one more amendment of the year.
pub(super) fn amended(calendar: &Calendar, off: Date, serial: usize) -> Calendar {
    let amends = calendar.notices_of(2023).next().unwrap().id.clone();
    let notice = HolidayNotice {
        id: format!("国办发明电〔2023〕{}号", 90 + serial),
        year: 2023,
        sources: vec!["example".into()],
        amends: Some(amends),
        off: vec![NamedDay { date: off, holiday: "纪念日".into() }],
        make_up: vec![],
        withdrawn: vec![],
        authoritative_through: p("2023-12-31"),
    };
    calendar.with_notice(notice).unwrap_or_else(|_| calendar.clone())
}
