//! The road-and-bridge matter of Luliang's south district (陆良, Yunnan), 2023.
//!
//! From the press: 280 mu, designated a one-matter project in June 2023, a task force under a deputy head of the
//! county, a subdistrict as implementing body, about three months from project approval to the construction permit.
//! Deliberately invented: the days of the single acts, which the press does not give.

use super::script::{Script, Step, code, fixed};
use om_domain::{
    ids::PermitCode,
    matter::{
        Matter, MatterCommand as C,
        card::CardStanding,
        command::{After, NewMilestone},
        event::{Correction, ProjectFacts, TaskForce},
        plan::{Mode, Stage},
        state::Permit,
    },
};
use std::collections::BTreeSet;

/// Its project code.
pub(super) const CODE: &str = "2306-530322-04-01-280001";

/// The project.
pub(super) fn project() -> ProjectFacts {
    ProjectFacts {
        name: fixed("陆良县南片区道路及桥梁工程"),
        kind: fixed("市政道路与桥梁"),
        code: fixed(CODE),
        implementing_body: fixed("tongle"),
        applicant: fixed("luliang-city-investment"),
        applicant_body: None,
        place: fixed("陆良县同乐街道南片区"),
        area_m2: Some(186_667),
        investment_yuan: Some(312_000_000),
        target: Some(fixed("2023-09-15")),
    }
}

/// Its task force.
pub(super) fn task_force() -> TaskForce {
    let member = |body: &str, officer: &str| (fixed(body), fixed(officer));
    TaskForce {
        lead: fixed("lead"),
        deputy: Some(fixed("deputy")),
        members: [
            member("development-reform", "dr-head"),
            member("natural-resources", "nr-head"),
            member("housing-construction", "hc-head"),
            member("water", "wa-head"),
            member("ecology", "ec-head"),
            member("urban-management", "um-head"),
            member("traffic-police", "tp-head"),
        ]
        .into(),
    }
}

/// All its acts.
pub(super) fn steps() -> Vec<Step> {
    let mut s = Script::default();
    opening(&mut s);
    project_approval(&mut s);
    land(&mut s);
    water_and_ecology(&mut s);
    design(&mut s);
    works(&mut s);
    supervised(&mut s);
    let mut steps = s.steps();
    steps.sort_by_key(|step| step.at);
    steps
}

fn opening(s: &mut Script) {
    s.on("2023-06-12 09:00", "lead").give(C::ProposeMatter { project: project() });
    s.on("2023-06-12 09:30", "lead").give(C::DesignateMatter {
        task_force: task_force(),
        basis: fixed("陆良县“一件事”项目清单（2023年6月）"),
    });
    s.on("2023-06-12 10:00", "lead")
        .give(C::PlanMatter { template: fixed("municipal-road-bridge"), leave_out: BTreeSet::new() });
    s.on("2023-06-12 10:10", "lead").give(C::StartMatter);
}

fn project_approval(s: &mut Script) {
    s.on("2023-06-12 14:00", "clerk").submit("A1", &["project-proposal", "funding-note", "sealed-copies"]);
    s.on("2023-06-12 15:30", "dr-officer-1").accept("A1");
    s.on("2023-06-15 10:00", "dr-officer-2").approve("A1");

    s.on("2023-06-15 14:00", "clerk").submit("A2", &["site-map", "site-argument", "credit-code"]);
    s.on("2023-06-15 16:00", "nr-officer-1").accept("A2");

    // The bank letter is not there yet: accepted on a commitment, supplemented in time.
    s.on("2023-06-15 14:20", "clerk").submit("A3", &["feasibility-report", "sealed-copies"]);
    s.on("2023-06-16 09:00", "dr-officer-1").tolerate(
        "A3",
        "material:bank-letter",
        Mode::Accept,
        "2023-06-20",
    );
    s.on("2023-06-16 09:10", "dr-officer-1").accept("A3");
    s.on("2023-06-19 11:00", "clerk").supplement("A3", "material:bank-letter");
    s.on("2023-06-19 15:00", "dr-officer-2").verify("A3", "material:bank-letter");
    s.on("2023-06-19 15:10", "clerk").supply("A3", &["stability-risk"]);
    // The land pre-review is still open: its requirement moves behind the decision on a commitment, by the head.
    s.on("2023-06-20 09:00", "lead").give(C::ProposeTolerance {
        permit: code("A3"),
        requirement: fixed("permit:A2"),
        mode: Mode::Commitment,
        reason: fixed("用地预审预计 6 月 25 日办结，先批可研可提前开展设计"),
    });
    s.on("2023-06-20 10:00", "dr-head").tolerate("A3", "permit:A2", Mode::Commitment, "2023-07-07");
    s.on("2023-06-21 16:00", "dr-officer-2").approve("A3");
    s.on("2023-06-25 16:30", "nr-officer-2").approve("A2");
    s.on("2023-06-26 09:00", "nr-officer-2").issue("A2");
}

fn land(s: &mut Script) {
    s.on("2023-06-26 09:30", "clerk").submit("A7", &["land-survey-map", "credit-code"]);
    s.on("2023-06-26 14:00", "nr-officer-1").accept("A7");
    // The allocation decision is reviewed while the land-use permit is still underway (pre-review).
    s.on("2023-06-26 15:00", "clerk").submit("A8", &["boundary-survey"]);
    s.on("2023-06-27 09:00", "nr-officer-1").tolerate("A8", "permit:A7", Mode::PreReview, "2023-07-04");
    s.on("2023-06-27 09:30", "nr-officer-1").accept("A8");
    s.on("2023-06-29 10:00", "nr-officer-2").approve("A7");
    s.on("2023-06-30 10:00", "nr-officer-2").issue("A7");
    s.on("2023-07-03 09:00", "nr-officer-2").give(C::ConfirmPreReview { permit: code("A8") });
    s.on("2023-07-06 11:00", "township").supply("A8", &["compensation-proof"]);
    s.on("2023-07-11 15:00", "nr-officer-2").approve("A8");
    s.on("2023-07-12 09:00", "nr-officer-2").issue("A8");
}

fn water_and_ecology(s: &mut Script) {
    // The sealed copies were promised and never came: the round lapses, and a second one opens.
    s.on("2023-06-15 15:00", "clerk").submit("A4", &["soil-conservation-plan"]);
    s.on("2023-06-16 09:00", "wa-officer-1").tolerate(
        "A4",
        "material:sealed-copies",
        Mode::Accept,
        "2023-06-20",
    );
    s.on("2023-06-16 09:20", "wa-officer-1").accept("A4");
    s.on("2023-06-26 10:00", "clerk").submit("A4", &["soil-conservation-plan", "sealed-copies"]);
    s.on("2023-06-26 11:00", "wa-head").repair("盖章件已补交，水务局核实，予以修复");
    s.on("2023-06-26 15:00", "wa-officer-1").accept("A4");
    s.on("2023-06-28 09:00", "wa-officer-1").suspend("A4", "2023-07-12");
    s.on("2023-07-11 09:00", "wa-officer-1").resume("A4");
    s.on("2023-07-13 15:00", "wa-officer-2").approve("A4");

    // The flood assessment stands still while experts review it; the review takes longer than told.
    s.on("2023-06-15 15:20", "clerk").submit("A5", &["flood-assessment", "bridge-scheme", "sealed-copies"]);
    s.on("2023-06-16 10:00", "wa-officer-2").accept("A5");
    s.on("2023-06-20 09:00", "wa-officer-2").suspend("A5", "2023-07-11");
    s.on("2023-07-11 16:00", "wa-officer-2").suspend("A5", "2023-07-21");
    s.on("2023-07-20 09:00", "wa-officer-2").resume("A5");
    s.on("2023-07-27 10:00", "wa-officer-1").approve("A5");

    // Nobody answers within five working days: deemed accepted from the day of receipt.
    s.on("2023-06-27 10:00", "clerk").submit("A6", &["eia-form", "disclosure-copy"]);
    s.on("2023-07-07 09:00", "ec-officer-1").approve("A6");
}

fn design(s: &mut Script) {
    s.on("2023-06-26 11:00", "clerk").submit("B1", &["design-scheme", "traffic-note"]);
    s.on("2023-06-26 16:00", "nr-officer-1").accept("B1");
    // All four departments are asked at once; one stays silent, which the plan counts as agreement.
    s.on("2023-06-26 16:30", "nr-officer-1").ask("B1", "请就道路及桥梁设计方案提出意见");
    s.on("2023-06-28 11:00", "um-officer-1").agree("B1", "urban-management");
    s.on("2023-06-28 15:00", "hc-officer-1").agree("B1", "housing-construction");
    s.on("2023-06-29 10:00", "tp-officer-1").agree_if("B1", "traffic-police", "交叉口增设左转待转区");
    // The file goes round: the traffic police return it, housing and construction receives it and gives it back.
    s.on("2023-06-27 09:00", "nr-officer-1").hand_off("B1", "traffic-police", "请就交叉口方案提出意见");
    s.on("2023-06-27 16:00", "tp-officer-1").give(C::ReturnHandoff {
        permit: code("B1"),
        reason: fixed("交叉口方案属住建局市政设计，不在本单位职责"),
    });
    s.on("2023-06-28 09:00", "nr-officer-1").hand_off(
        "B1",
        "housing-construction",
        "请就桥梁与管线方案提出意见",
    );
    s.on("2023-06-28 14:00", "hc-officer-1").give(C::ReceiveHandoff { permit: code("B1") });
    s.on("2023-06-30 10:00", "hc-officer-1").hand_off("B1", "natural-resources", "意见已附，交回");
    s.on("2023-06-30 15:00", "nr-officer-1").give(C::ReceiveHandoff { permit: code("B1") });
    s.on("2023-07-03 10:00", "nr-head").tolerate("B1", "permit:A5", Mode::Commitment, "2023-07-31");
    s.on("2023-07-04 16:00", "nr-officer-2").approve("B1");

    s.on("2023-06-27 14:00", "clerk").submit("B2", &["preliminary-design", "cost-estimate", "sealed-copies"]);
    s.on("2023-06-28 10:00", "dr-officer-1").accept("B2");
    s.on("2023-06-29 09:00", "dr-officer-1").suspend("B2", "2023-07-19");
    s.on("2023-07-18 09:00", "dr-officer-1").resume("B2");
    s.on("2023-07-20 15:00", "dr-officer-2").approve("B2");

    s.on("2023-07-05 09:00", "clerk").submit("B3", &["design-drawings", "sealed-drawings"]);
    s.on("2023-07-05 15:00", "nr-officer-1").accept("B3");
    s.on("2023-07-12 10:00", "nr-officer-2").approve("B3");
    s.on("2023-07-13 10:00", "nr-officer-2").issue("B3");
}

fn works(s: &mut Script) {
    // The window wrote down the wrong day of receipt; a second officer confirms the correction.
    s.on("2023-07-25 10:00", "clerk")
        .submit("C1", &["construction-drawings", "survey-report", "sealed-drawings"]);
    s.on("2023-07-25 16:00", "rv-officer-1").accept("C1");
    s.on("2023-07-26 09:00", "rv-officer-1").find(received_a_day_earlier);
    s.on("2023-08-02 10:00", "rv-officer-2").approve("C1");
    s.on("2023-08-02 15:00", "rv-officer-2").issue("C1");

    s.on("2023-07-24 09:00", "clerk").submit("C2", &["tender-documents", "bank-letter"]);
    s.on("2023-07-24 10:00", "dr-officer-1").accept("C2");
    s.on("2023-08-21 16:00", "dr-officer-2").approve("C2");

    // Decided on the 25th, written down on the 30th: shown as back-filled.
    s.on("2023-08-22 09:00", "clerk").submit("C3", &["contract", "award-notice", "performance-bond"]);
    s.on("2023-08-22 15:00", "hc-officer-1").accept("C3");
    s.on("2023-08-30 09:00", "hc-officer-2").late("2023-08-25").approve("C3");

    s.on("2023-08-30 10:00", "clerk").submit("C4", &["safety-files", "funding-commitment"]);
    s.on("2023-08-30 15:00", "hc-officer-1").accept("C4");
    s.on("2023-08-31 10:00", "clerk").supply("C4", &["wage-account", "demolition-progress"]);
    s.on("2023-09-04 10:00", "hc-officer-2").approve("C4");
    s.on("2023-09-05 10:00", "hc-officer-2").issue("C4");
}

/// A milestone's date that moves by agreement, and cards that are cancelled or answered.
fn supervised(s: &mut Script) {
    s.on("2023-07-13 16:00", "lead").give(C::PlanMilestone {
        milestone: fixed("works-permits"),
        date: fixed("2023-08-31"),
        new: Some(NewMilestone {
            name: fixed("施工许可阶段办结"), after: After::Stage(Stage::Works)
        }),
    });
    // The tender takes as long as it is published: a week more, agreed by the departments it touches.
    s.on("2023-08-18 10:00", "township").give(C::RequestDateChange {
        milestone: fixed("works-permits"),
        to: fixed("2023-09-06"),
        reason: fixed("招标公示期顺延，施工许可相应推后"),
    });
    let agree = || C::AgreeDateChange { milestone: fixed("works-permits") };
    s.on("2023-08-18 16:00", "dr-officer-1").give(agree());
    s.on("2023-08-21 09:00", "hc-officer-1").give(agree());
    // A red card came because the approval was written down late: its ground has gone.
    s.on("2023-08-28 11:00", "hc-head").find(|matter| answer(matter, "C3", "25日已批，正在补录"));
    s.on("2023-08-31 11:00", "supervisor")
        .find(|matter| cancel(matter, "C3", "补录显示按期办结，发牌事由不存在"));
    // At the end of the month the supervision office clears what is done: nine cards.
    s.on("2023-08-31 14:00", "supervisor");
    for _ in 0..9 {
        s.find(clear_one);
    }
}

/// Clears a card of a permit that is decided and whose card nobody has cleared.
pub(super) fn clear_one(matter: &Matter) -> Option<C> {
    let decided = |permit: &&Permit| permit.round().is_some_and(|round| round.decision.is_some());
    let open = |(code, permit): (&PermitCode, &Permit)| {
        let card =
            Some(permit).filter(decided)?.cards.values().find(|c| c.standing == CardStanding::Issued)?;
        Some((code.clone(), card.number))
    };
    let (permit, card) = matter.permits.iter().find_map(open)?;
    Some(C::ClearCard { permit, card, reason: fixed("已办结") })
}

/// Answers the latest card of a permit that nobody has answered.
pub(super) fn answer(matter: &Matter, permit: &str, answer: &str) -> Option<C> {
    let (permit, card) = open_card(matter, permit, CardStanding::Issued)?;
    Some(C::AnswerCard { permit, card, answer: fixed(answer) })
}

/// Cancels the latest answered card of a permit.
fn cancel(matter: &Matter, permit: &str, reasons: &str) -> Option<C> {
    let (permit, card) = open_card(matter, permit, CardStanding::Answered)?;
    Some(C::CancelCard { permit, card, reasons: fixed(reasons) })
}

/// The latest card of a permit that stands so.
pub(super) fn open_card(matter: &Matter, permit: &str, standing: CardStanding) -> Option<(PermitCode, u16)> {
    let permit = code(permit);
    let cards = &matter.permits.get(&permit)?.cards;
    let number = cards.iter().rev().find(|(_, card)| card.standing == standing).map(|(number, _)| *number)?;
    Some((permit, number))
}

fn received_a_day_earlier(matter: &Matter) -> Option<C> {
    let permit = code("C1");
    let round = matter.permits.get(&permit)?.round()?;
    Some(C::CorrectEntry {
        entry: round.entry,
        permit,
        correction: Correction::ReceivedOn { old: round.received_on, new: fixed("2023-07-24") },
        reason: fixed("收件日登记有误，回执为 7 月 24 日"),
        second_person: fixed("rv-officer-2"),
    })
}
