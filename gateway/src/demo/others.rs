//! The matters beside the main one: a school left underway, rural houses just begun, and synthetic ones.
//!
//! Invariant: they are played by the same commands; nothing of them is written into a projection by hand.
//! Deliberately absent: press reports; these are made up.

use super::{
    road::{answer, clear_one, open_card},
    script::{Script, Step, code, fixed},
};
use om_domain::matter::{
    MatterCommand as C,
    card::CardStanding,
    event::{ProjectFacts, TaskForce},
    plan::Mode,
};
use std::collections::BTreeSet;

fn begin(s: &mut Script, day: &str, project: ProjectFacts, template: &str, leave_out: &[&str]) {
    let at = |time: &str| format!("{day} {time}");
    let task_force = TaskForce {
        lead: fixed("lead"),
        deputy: Some(fixed("deputy")),
        members: super::road::task_force().members,
    };
    let leave_out: BTreeSet<_> = leave_out.iter().map(|permit| code(permit)).collect();
    s.on(&at("09:00"), "lead").give(C::ProposeMatter { project });
    s.on(&at("09:20"), "lead")
        .give(C::DesignateMatter { task_force, basis: fixed("县政府专题会议纪要") });
    s.on(&at("09:40"), "lead").give(C::PlanMatter { template: fixed(template), leave_out });
    s.on(&at("09:50"), "lead").give(C::StartMatter);
}

/// The new school, left underway: a permit overdue, a debt open, a clock stopped, a handoff unanswered.
pub(super) fn school() -> (ProjectFacts, Vec<Step>) {
    let project = ProjectFacts {
        name: fixed("陆良县城南新区小学建设项目"),
        kind: fixed("学校"),
        code: fixed("2307-530322-04-01-280002"),
        implementing_body: fixed("zhongshu"),
        applicant: fixed("luliang-education-sports"),
        applicant_body: Some(fixed("education-sports")),
        place: fixed("陆良县中枢街道"),
        area_m2: Some(33_000),
        investment_yuan: Some(96_000_000),
        target: Some(fixed("2023-12-20")),
    };
    let mut s = Script::default();
    begin(&mut s, "2023-07-17", project.clone(), "public-school", &[]);
    s.on("2023-07-17 14:00", "clerk").submit("A1", &["project-proposal", "funding-note", "sealed-copies"]);
    s.on("2023-07-18 09:00", "dr-officer-1").accept("A1");
    s.on("2023-07-20 15:00", "dr-officer-2").approve("A1");
    s.on("2023-07-21 09:00", "clerk").submit("A2", &["site-map", "site-argument", "credit-code"]);
    s.on("2023-07-21 15:00", "nr-officer-1").accept("A2");
    s.on("2023-07-28 10:00", "nr-officer-2").approve("A2");
    s.on("2023-07-31 10:00", "nr-officer-2").issue("A2");
    s.on("2023-07-31 14:00", "clerk").submit("A3", &["feasibility-report", "bank-letter", "sealed-copies"]);
    s.on("2023-08-01 09:00", "dr-officer-1").accept("A3");
    s.on("2023-08-02 09:00", "dr-officer-1").supply("A3", &["stability-risk"]);
    s.on("2023-08-07 10:00", "dr-officer-2").approve("A3");
    s.on("2023-08-01 10:00", "clerk").submit("A4", &["soil-conservation-plan", "sealed-copies"]);
    s.on("2023-08-01 16:00", "wa-officer-1").accept("A4");
    // Promised in five working days, and nobody has decided it since.
    s.on("2023-08-08 09:00", "clerk").submit("A6", &["eia-form", "disclosure-copy"]);
    s.on("2023-08-09 09:00", "ec-officer-1").accept("A6");
    s.on("2023-08-21 10:00", "ec-officer-2").approve("A6");
    s.on("2023-08-08 09:30", "clerk").submit("A7", &["land-survey-map", "credit-code"]);
    s.on("2023-08-08 15:00", "nr-officer-1").accept("A7");
    s.on("2023-08-11 10:00", "nr-officer-2").approve("A7");
    s.on("2023-08-14 10:00", "nr-officer-2").issue("A7");
    s.on("2023-08-14 14:00", "clerk").submit("A8", &["boundary-survey"]);
    s.on("2023-08-15 09:00", "nr-officer-1").accept("A8");
    s.on("2023-08-10 09:00", "clerk").submit("B1", &["design-scheme", "traffic-note"]);
    s.on("2023-08-10 15:00", "nr-officer-1").accept("B1");
    s.on("2023-08-10 15:30", "nr-officer-1").ask("B1", "请就校舍设计方案提出意见");
    s.on("2023-08-14 10:00", "hc-officer-1").agree("B1", "housing-construction");
    s.on("2023-08-21 15:00", "nr-officer-2").approve("B1");
    s.on("2023-08-22 09:00", "clerk").submit("B2", &["preliminary-design", "cost-estimate"]);
    s.on("2023-08-22 10:00", "dr-officer-1").tolerate(
        "B2",
        "material:sealed-copies",
        Mode::Accept,
        "2023-08-25",
    );
    s.on("2023-08-22 10:10", "dr-officer-1").accept("B2");
    s.on("2023-08-24 09:00", "clerk").supplement("B2", "material:sealed-copies");
    s.on("2023-08-24 15:00", "dr-officer-2").verify("B2", "material:sealed-copies");
    s.on("2023-08-28 09:00", "dr-officer-1").suspend("B2", "2023-09-15");
    s.on("2023-08-31 09:00", "clerk").submit("B3", &["design-drawings"]);
    s.on("2023-09-01 09:00", "nr-officer-1").tolerate(
        "B3",
        "material:sealed-drawings",
        Mode::Accept,
        "2023-09-06",
    );
    s.on("2023-09-01 09:10", "nr-officer-1").accept("B3");
    s.on("2023-09-04 16:00", "nr-officer-1").hand_off("B3", "housing-construction", "请核对消防车道");
    // Cards come by rule: the water department answers its own, natural resources appeals in vain.
    s.on("2023-08-10 10:00", "wa-officer-1").find(|m| answer(m, "A4", "专家意见未齐，已催办"));
    s.on("2023-08-17 10:00", "wa-head").find(|m| answer(m, "A4", "方案须修改，已约谈编制单位"));
    s.on("2023-08-25 09:00", "nr-officer-1").find(|m| {
        let (permit, card) = open_card(m, "A8", CardStanding::Issued)?;
        Some(C::AppealCard {
            permit, card, reasons: fixed("补偿证明由申请人补交，非本单位原因")
        })
    });
    s.on("2023-08-29 09:00", "supervisor").find(|m| {
        let (permit, card) = open_card(m, "A8", CardStanding::Appealed)?;
        let reasons = fixed("承诺时限内未告知补正，维持");
        Some(C::DecideAppeal { permit, card, upheld: true, reasons })
    });
    s.on("2023-09-01 09:00", "supervisor");
    for _ in 0..5 {
        s.find(clear_one);
    }
    super::meeting::hold(&mut s, super::road::CODE, project.code.as_str());
    (project, sorted(s))
}

/// Rural houses of one village, just begun.
pub(super) fn houses() -> (ProjectFacts, Vec<Step>) {
    let project = ProjectFacts {
        name: fixed("马街镇农村建房（规审建管验）"),
        kind: fixed("农村建房"),
        code: fixed("2309-530322-04-01-280003"),
        implementing_body: fixed("majie"),
        applicant: fixed("majie-village-houses"),
        applicant_body: None,
        place: fixed("陆良县马街镇"),
        area_m2: Some(2_400),
        investment_yuan: Some(1_800_000),
        target: Some(fixed("2024-05-31")),
    };
    let mut s = Script::default();
    begin(&mut s, "2023-09-04", project.clone(), "rural-house", &[]);
    s.on("2023-09-04 14:00", "clerk").submit("H1", &["application-form", "household-register"]);
    (project, sorted(s))
}

/// A synthetic matter: the road template, begun on one of the summer's working days and carried some way.
pub(super) fn synthetic(number: u32) -> (ProjectFacts, Vec<Step>) {
    let project = ProjectFacts {
        name: fixed(&format!("陆良县示例道路工程（{number}）")),
        code: fixed(&format!("2306-530322-04-02-{number:06}")),
        ..super::road::project()
    };
    let days = ["2023-07-03", "2023-07-10", "2023-07-17", "2023-07-24", "2023-07-31", "2023-08-07"];
    let day = days[number as usize % days.len()];
    let mut s = Script::default();
    begin(&mut s, day, project.clone(), "municipal-road-bridge", &[]);
    s.on(&format!("{day} 14:00"), "clerk")
        .submit("A1", &["project-proposal", "funding-note", "sealed-copies"]);
    if !number.is_multiple_of(3) {
        s.on(&format!("{day} 15:00"), "dr-officer-1").accept("A1");
    }
    if number % 3 == 1 {
        s.on(&format!("{day} 16:00"), "dr-officer-2").approve("A1");
        s.on(&format!("{day} 16:30"), "clerk").submit("A2", &["site-map", "site-argument", "credit-code"]);
        s.on(&format!("{day} 17:00"), "nr-officer-1").accept("A2");
    }
    (project, sorted(s))
}

fn sorted(s: Script) -> Vec<Step> {
    let mut steps = s.steps();
    steps.sort_by_key(|step| step.at);
    steps
}
