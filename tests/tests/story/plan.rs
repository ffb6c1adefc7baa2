//! The plan and the task force change under way: what may be amended, by whom, and what the law keeps.

use om_tests::house::Case;
use serde_json::{Value, json};

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

/// A permit that the story's template does not have.
fn trees() -> Value {
    json!({
        "code": "T", "name": "砍伐城市树木许可", "stage": "CONSTRUCTION", "lead": "body:housing-construction",
        "cooperating": [], "nature": "PERMIT", "handling": "SINGLE",
        "statutory": { "value": 20, "unit": "WORKING_DAYS", "source": "行政许可法 42" },
        "promised": { "value": 5, "unit": "WORKING_DAYS", "source": "承诺清单" },
        "extensionMovesPromise": false, "excluded": [], "prerequisites": [], "materials": [],
        "certificate": true, "siteCheck": false, "issueFirstListed": false })
}

fn amended(put: &[Value], drop: &[&str]) -> Value {
    json!({ "put": put, "drop": drop, "reason": "设计调整" })
}

#[tokio::test]
async fn a_permit_is_added_and_carried_through_and_one_of_the_template_is_not_dropped() {
    let case = Case::story().await;
    let lead = case.at("2023-06-12").by("lead");
    case.by("wa-officer-1").act("amendPlan", amended(&[trees()], &["J"])).refused("NotAuthorised").await;
    let kept = lead.act("amendPlan", amended(&[trees()], &["J"])).refused("PermitOfTemplate").await;
    kept.says("permit", "J").says("lead", "development-reform");
    lead.act("amendPlan", amended(&[trees()], &[])).done().await;
    case.by("dr-officer-1").not_applicable("J").done().await;
    let part = "permits { code } plan { permits } forecast { permits { permit decide } }";
    let seen = case.see_as("lead", part, Value::Null).await;
    assert_eq!(seen.each("permits", "code"), ["W", "L", "E", "J", "C", "F", "T"]);
    // Five working days from the 12th: the 19th.
    seen.one("forecast.permits", "permit", "T").shows("decide", "2023-06-19");
    case.by("clerk").submit("J", &[]).refused("NotApplicable").await;
    case.issued("T", &[], "hc-officer-1").await;
    case.permit("T").await.shows("status", "ISSUED");
    // The plan as it was is still to be seen.
    let before = json!({ "known": { "time": "2023-06-11T01:00:00Z" } });
    let then = case.see_as("auditor", "permits { code }", before).await;
    assert_eq!(then.each("permits", "code"), ["W", "L", "E", "J", "C", "F"]);
}

#[tokio::test]
async fn r08_what_the_law_sets_and_what_has_passed_is_not_amended() {
    let case = Case::story().await;
    let lead = case.at("2023-06-12").by("lead");
    lead.act("amendPlan", amended(&[], &["W"])).refused("StatutoryEdgeRemoved").await.says("permit", "C");
    lead.act("amendPlan", amended(&[trees()], &[])).done().await;
    let with = |field: &str, value: Value| {
        let mut trees = trees();
        trees[field] = value;
        amended(&[trees], &[])
    };
    let longer = json!({ "value": 40, "unit": "WORKING_DAYS", "source": "行政许可法 42" });
    lead.act("amendPlan", with("statutory", longer)).refused("LawIsNotAmended").await.says("permit", "T");
    let circle = json!([{ "node": { "permit": "T" }, "gate": "ACCEPT", "statutory": false, "modes": [], "source": "某法 1" }]);
    lead.act("amendPlan", with("prerequisites", circle)).refused("PlanInvalid").await;
    case.accepted("T", &[], "hc-officer-1").await;
    let promise = json!({ "value": 9, "unit": "WORKING_DAYS", "source": "承诺清单" });
    lead.act("amendPlan", with("promised", promise)).refused("GatePassed").await.says("permit", "T");
    lead.act("amendPlan", amended(&[], &["T"])).refused("GatePassed").await;
    case.accepted("W", FILE, "wa-officer-1").await;
}

#[tokio::test]
async fn r08_a_permit_is_not_stripped_of_its_conditions_by_way_of_dropping_it() {
    let case = Case::story().await;
    let lead = case.at("2023-06-12").by("lead");
    lead.act("amendPlan", amended(&[], &["C"])).refused("StatutoryEdgeRemoved").await.says("permit", "C");
}

#[tokio::test]
async fn r11_no_amendment_writes_the_countys_lists() {
    let case = Case::story().await;
    let lead = case.at("2023-06-12").by("lead");
    let mut first = trees();
    first["issueFirstListed"] = json!(true);
    lead.act("amendPlan", amended(&[first], &[])).refused("ListIsNotAmended").await.by("R11", "");
    let mut longer = trees();
    longer["promised"]["value"] = json!(21);
    lead.act("amendPlan", amended(&[longer], &[]))
        .refused("PromiseBeyondLaw")
        .await
        .by("R4", "行政许可法 42");
}

#[tokio::test]
async fn a_new_lead_leads_and_the_old_one_no_longer_does() {
    let case = Case::story().await;
    let force = json!({
        "lead": "officer:deputy", "members": [{ "body": "body:water", "officer": "officer:wa-officer-1" }] });
    let change = json!({ "taskForce": force, "reason": "工作调动" });
    case.at("2023-06-12");
    case.by("wa-officer-1").act("changeTaskForce", change.clone()).refused("NotAuthorised").await;
    case.by("lead").act("changeTaskForce", change).done().await;
    let part = "taskForce { lead deputy members { body officer } }";
    let seen = case.see_as("auditor", part, Value::Null).await;
    seen.shows("taskForce.lead", "officer:deputy").lacks("taskForce.deputy");
    seen.shows("taskForce.members.0.officer", "officer:wa-officer-1");
    let pause = json!({ "reason": "资金未到位" });
    case.by("lead").act("suspendMatter", pause.clone()).refused("NotAuthorised").await;
    case.by("deputy").act("suspendMatter", pause).done().await;
    let mine = "{ overview { matters(filter: { lead: \"officer:deputy\" }) { nodes { id lead phase } } } }";
    case.list("deputy", mine)
        .await
        .shows("overview.matters.nodes.0.id", case.id.as_str())
        .shows("overview.matters.nodes.0.phase", "SUSPENDED");
}
