//! A milestone's date is planned, changed by agreement, missed and explained (R14): the works' completion touches the
//! housing department, whose filing waits for it.

use om_tests::house::{Act, By, Case};
use serde_json::{Value, json};

const MILESTONES: &str = "milestones { code name after reachedOn planned original latest touches
    changes { from to reason leadDecides state decidedOn decidedBecause answers { body agreed objection } }
    missed { date explainedOn reason newDate } can { name allowed code } }";

/// Planned on 1 June for 30 September: half the span is 60 days, so 29 November at the latest.
async fn planned() -> Case {
    let case = Case::story().await;
    plan(&case.by("lead"), "works-completed", "2023-09-30", Value::Null).done().await;
    case
}

fn plan<'h>(by: &By<'h>, milestone: &str, date: &str, new: Value) -> Act<'h> {
    by.act("planMilestone", json!({ "milestone": milestone, "date": date, "new": new }))
}

fn ask<'h>(by: &By<'h>, to: &str) -> Act<'h> {
    by.act("requestDateChange", json!({ "milestone": "works-completed", "to": to, "reason": "汛期停工" }))
}

fn say<'h>(by: &By<'h>, name: &'static str) -> Act<'h> {
    let act = by.act(name, json!({ "milestone": "works-completed" }));
    if name == "agreeDateChange" { act } else { act.with(json!({ "reason": "经专班研究" })) }
}

#[tokio::test]
async fn r14_a_date_moves_by_agreement_and_beyond_thirty_days_by_the_lead() {
    let case = planned().await;
    let (lead, town, housing) = (case.by("lead"), case.by("tongle-officer-1"), case.by("hc-officer-1"));
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.planned", "2023-09-30").shows("milestones.0.latest", "2023-11-29");
    seen.shows("milestones.0.touches", json!(["body:housing-construction"]));
    case.at("2023-08-01");
    ask(&case.by("wa-officer-1"), "2023-10-20").refused("NotAuthorised").await.by("R14", "4370m-2");
    ask(&town, "2023-10-20").done().await;
    let desk = "{ desk { edges { node { kind requirement permit permitCode due } } } }";
    let task = case.list("hc-officer-2", desk).await;
    task.shows("desk.edges.0.node.kind", "ANSWER_DATE_CHANGE")
        .shows("desk.edges.0.node.requirement", "milestone:works-completed")
        .lacks("desk.edges.0.node.permit");
    case.see_as("lead", "desk { kind body permitCode }", Value::Null)
        .await
        .shows("desk.0.kind", "ANSWER_DATE_CHANGE")
        .shows("desk.0.body", "body:housing-construction");
    say(&housing, "agreeDateChange").done().await;
    case.list("hc-officer-2", desk).await.shows("desk.edges", json!([]));
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.planned", "2023-10-20").shows("milestones.0.original", "2023-09-30");
    seen.shows("milestones.0.changes.0.state", "AGREED");

    ask(&town, "2023-11-15").done().await;
    say(&lead, "approveDateChange").refused("DateChangeNotAgreed").await.by("R14", "4370m-2");
    say(&housing, "objectDateChange").done().await;
    let refused = say(&lead, "approveDateChange").refused("DateChangeNotAgreed").await;
    assert!(refused.zh.contains("住房") && refused.zh.contains("工程完工"), "{refused:?}");
    say(&housing, "agreeDateChange").done().await;
    say(&lead, "approveDateChange").done().await;
    ask(&town, "2023-11-30").refused("DateTooFar").await.says("latest", "2023-11-29");
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.planned", "2023-11-15")
        .shows("milestones.0.changes.1.state", "APPROVED_BY_LEAD");
    let said = case.last("DateChangeApproved").await;
    said.all.shows("sentenceZh", "节点工程完工由2023-10-20改至2023-11-15（组长决定）");
    // as it was known before, the first date stands
    let before = json!({ "known": { "time": om_tests::house::moment("2023-07-01").to_string() } });
    case.see_as("auditor", MILESTONES, before).await.shows("milestones.0.planned", "2023-09-30");
}

#[tokio::test]
async fn r14_in_the_last_days_the_lead_alone_asks_and_what_passed_was_missed() {
    let case = planned().await;
    let (lead, town) = (case.by("lead"), case.by("tongle-officer-1"));
    case.at("2023-09-21");
    let near = ask(&town, "2023-10-20").refused("DateIsNear").await;
    assert!(near.by("R14", "4370m-2").zh.contains("只有专班组长"));
    ask(&lead, "2023-10-20").done().await;
    case.list("lead", "{ overview { dateChangesOpen } }").await.shows("overview.dateChangesOpen", 1);
    let late = "{ overview { milestonesLate dateChangesOpen
        matters(filter: { milestoneLate: true }) { edges { node { id pressure { milestonesLate nextMilestone } } } } } }";
    case.at("2023-10-05").time_passes().await;
    case.time_passes().await;
    assert_eq!(case.times("MilestoneMissed").await, 1, "stated once");
    case.last("MilestoneMissed").await.all.shows("effectiveOn", "2023-10-01");
    let seen = case.list("lead", late).await;
    seen.shows("overview.milestonesLate", 1).shows("overview.dateChangesOpen", 0);
    seen.shows("overview.matters.edges.0.node.pressure.milestonesLate", 1);
    ask(&lead, "2023-11-20").refused("DateHasPassed").await;
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.changes.0.state", "OVERTAKEN").shows("milestones.0.missed.0.date", "2023-09-30");
    let explain = |by: &By<'_>, to: Value| {
        let why = json!({ "milestone": "works-completed", "reason": "征迁未完成", "to": to });
        by.act("explainMissedMilestone", why).input
    };
    town.act("explainMissedMilestone", explain(&town, json!("2023-12-31"))).refused("NotAuthorised").await;
    lead.act("explainMissedMilestone", explain(&lead, Value::Null)).refused("NewDateNeeded").await;
    let said = Case::intention();
    let act = || lead.act("explainMissedMilestone", explain(&lead, json!("2023-12-31"))).under(said);
    act().done().await;
    assert!(act().done().await.repeated);
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.planned", "2023-12-31").shows("milestones.0.missed.0.newDate", "2023-12-31");
    case.list("lead", late)
        .await
        .shows("overview.milestonesLate", 0)
        .shows("overview.matters.edges", json!([]));
}

#[tokio::test]
async fn r14_targets_of_a_stage_and_of_the_matter_are_milestones_too() {
    let house = om_tests::house::House::open().await;
    house.template(om_tests::house::STORY).await;
    let case = Case::begin(&house, "story", 1).await;
    let lead = case.by("lead");
    let target = json!({ "name": "全部办结", "after": { "everything": true } });
    plan(&lead, "target", "2024-03-31", target.clone()).done().await;
    plan(&lead, "works-completed", "2024-01-31", target.clone()).refused("MilestoneOfPlan").await;
    plan(&lead, "again", "2024-03-31", target).refused("MilestoneDated").await;
    let stage = json!({ "name": "立项用地阶段", "after": { "stage": "PROJECT_AND_LAND" } });
    plan(&lead, "stage-1", "2023-09-30", stage).done().await;
    let begun = json!({ "name": "开工", "after": { "nodes": ["permit:C"] } });
    plan(&lead, "begun", "2023-12-31", begun).done().await;
    let seen = case.see_as("lead", MILESTONES, Value::Null).await;
    seen.shows("milestones.0.code", "works-completed").lacks("milestones.0.planned");
    seen.shows("milestones.1.code", "begun").shows("milestones.1.after", json!(["permit:C"]));
    case.see_as("lead", "project { target }", Value::Null).await.shows("project.target", "2024-03-31");
    let list = "{ overview { matters { edges { node { target pressure { nextMilestone } } } } } }";
    case.list("lead", list).await.shows("overview.matters.edges.0.node.target", "2024-03-31");
    // the bridge between the fold and the buttons: what a department may do with it is what the rules say
    let can = case.see_as("wa-officer-1", MILESTONES, Value::Null).await;
    let all = can.0["milestones"][1]["can"].as_array().cloned().unwrap_or_default();
    let of = |name: &str| all.iter().find(|action| action["name"] == name).cloned().unwrap_or_default();
    assert_eq!(of("approveDateChange")["code"], "NotAuthorised", "{all:?}");
    assert_eq!(of("agreeDateChange")["code"], "NoDateChange", "{all:?}");
}
