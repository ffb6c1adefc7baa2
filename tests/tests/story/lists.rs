//! What people look at in the morning: the desk by legal risk, the overview, the ledger of tolerances.

use om_tests::house::{Case, House, STORY};

const DESK: &str = "{ desk(order: RISK) { edges { node {
    permitCode kind requirement since due weight leftWorkingDays overdue matter } } } }";

#[tokio::test]
async fn a_desk_follows_a_permit_from_its_receipt_to_its_certificate() {
    let case = Case::story().await;
    let nothing = case.at("2023-06-12").list("wa-officer-1", DESK).await;
    nothing.shows("desk.edges", serde_json::json!([]));
    case.by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    let task = case.list("wa-officer-2", DESK).await;
    task.shows("desk.edges.0.node.kind", "ACCEPT_OR_NOTICE")
        .shows("desk.edges.0.node.weight", "SILENCE_DECIDES");
    task.shows("desk.edges.0.node.due", "2023-06-19").shows("desk.edges.0.node.leftWorkingDays", 5);
    task.shows("desk.edges.0.node.matter", case.id.as_str());
    case.list("nr-officer-1", DESK).await.shows("desk.edges", serde_json::json!([]));
    case.by("wa-officer-1").accept("W").done().await;
    let task = case.at("2023-06-28").list("wa-officer-1", DESK).await;
    task.shows("desk.edges.0.node.kind", "DECIDE").shows("desk.edges.0.node.permitCode", "W");
    // The promise ran out on the 27th.
    let overdue = case
        .list("wa-officer-1", "{ desk(order: DUE) { edges { node { due overdue leftWorkingDays } } } }")
        .await;
    overdue.shows("desk.edges.0.node.due", "2023-06-27").shows("desk.edges.0.node.overdue", true);
    overdue.shows("desk.edges.0.node.leftWorkingDays", -1);
    case.by("wa-officer-1").offer("W", "natural-resources").done().await;
    let asked = case.list("nr-officer-1", DESK).await;
    asked.shows("desk.edges.0.node.kind", "ANSWER_HANDOFF").shows("desk.edges.0.node.due", "2023-06-30");
    case.by("nr-officer-1").give_back("W").done().await;
    case.list("nr-officer-1", DESK).await.shows("desk.edges", serde_json::json!([]));
    case.by("wa-officer-1").approve("W").done().await;
    let task = case.list("wa-officer-1", DESK).await;
    task.shows("desk.edges.0.node.kind", "ISSUE_CERTIFICATE").shows("desk.edges.0.node.due", "2023-07-12");
    case.by("wa-officer-1").issue("W").done().await;
    // the cards for the promise that ran out are still to be answered
    let left = case.list("wa-officer-1", "{ desk { nodes { kind } } }").await;
    assert_eq!(left.each("desk.nodes", "kind"), ["ANSWER_CARD", "ANSWER_CARD"]);
}

#[tokio::test]
async fn the_overview_counts_what_is_underway_due_and_overdue() {
    let house = House::open().await;
    house.template(STORY).await;
    let (one, two) = (Case::begin(&house, "story", 1).await, Case::begin(&house, "story", 2).await);
    house.at("2023-06-12");
    one.accepted("W", &["form", "seal"], "wa-officer-1").await;
    two.by("clerk").submit("E", &["eia"]).done().await;
    let query = "{ overview { day underway dueThisWeek overdue debtsOverdue
        matters(order: NAME) { edges { node { id phase stages { stage permits done } pressure { permits done overdue nextDue } } } } } }";
    // Wednesday the 14th: nothing until Sunday. E's intake ends on Monday the 19th, W's promise on the 27th.
    let seen = house.at("2023-06-14").list("lead", query).await;
    seen.shows("overview.underway", 2).shows("overview.dueThisWeek", 0).shows("overview.overdue", 0);
    let seen = house.at("2023-06-19").list("lead", query).await;
    seen.shows("overview.dueThisWeek", 1).shows("overview.overdue", 0);
    seen.shows("overview.matters.edges.0.node.pressure.nextDue", "2023-06-27");
    seen.shows("overview.matters.edges.1.node.pressure.nextDue", "2023-06-19");
    let seen = house.at("2023-06-28").list("lead", query).await;
    seen.shows("overview.overdue", 2).shows("overview.matters.edges.0.node.pressure.overdue", 1);
    seen.shows("overview.matters.edges.0.node.pressure.permits", 6);
    let give_up = || one.by("lead").act("terminateMatter", serde_json::json!({ "reason": "项目取消" }));
    give_up().refused("RoundsOpen").await.says("permits", serde_json::json!(["W"]));
    one.by("clerk").withdraw("W").done().await;
    give_up().done().await;
    let seen = house.list("lead", query).await;
    seen.shows("overview.underway", 1).shows("overview.overdue", 1);
    let only = "{ overview { matters(filter: { phase: TERMINATED }) { edges { node { id } } } } }";
    house.list("lead", only).await.shows("overview.matters.edges.0.node.id", one.id.as_str());
}

#[tokio::test]
async fn the_ledger_keeps_every_tolerance_whatever_became_of_it() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.by("wa-officer-1").tolerate("W", "material:seal", "ACCEPT", "2023-06-20").done().await;
    let query = "{ tolerances { edges { node { permitCode requirement mode from to on due standing leftWorkingDays
        overdue consequence lead } } } live: tolerances(filter: { live: true }) { edges { node { requirement } } } }";
    let seen = case.list("lead", query).await;
    seen.shows("tolerances.edges.0.node.standing", "OPEN").shows("tolerances.edges.0.node.due", "2023-06-20");
    seen.shows("tolerances.edges.0.node.leftWorkingDays", 6).shows("tolerances.edges.0.node.from", "ACCEPT");
    seen.shows("tolerances.edges.0.node.to", "DECIDE").shows("tolerances.edges.0.node.lead", "body:water");
    seen.shows("live.edges.0.node.requirement", "material:seal");
    case.at("2023-06-21").time_passes().await;
    let seen = case.list("lead", query).await;
    seen.shows("tolerances.edges.0.node.standing", "LAPSED").lacks("tolerances.edges.0.node.leftWorkingDays");
    seen.shows("live.edges", serde_json::json!([]));
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let house = House::open().await;
    house.template(STORY).await;
    let mut all = Vec::new();
    for n in 1..=5 {
        all.push(Case::begin(&house, "story", n).await.id);
    }
    let (mut found, mut after) = (Vec::new(), "null".to_owned());
    loop {
        let query = format!(
            "{{ overview {{ matters(first: 2, order: NAME, after: {after}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        );
        let page = house.list("lead", &query).await;
        found.extend(page.each("overview.matters.edges", "node.id"));
        if page.at("overview.matters.pageInfo.hasNextPage") != true {
            break;
        }
        after = page.at("overview.matters.pageInfo.endCursor").to_string();
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn the_forecast_says_when_and_what_if_records_nothing() {
    let case = Case::story().await;
    // W: ten working days and ten more of expert review, 11 July; C issued that day, works thirty days until 10
    // August, F fifteen more until the 25th. Without W: C on 19 June, F on 3 August, so J's forty-five working days
    // until 15 August are the longest.
    let part = "revision forecast { completion criticalPath permits { permit decide } }
        what: forecast(assume: { drop: [\"W\"] }) { completion daysSaved criticalPath }";
    let seen = case.at("2023-06-12").see_as("lead", part, serde_json::Value::Null).await;
    let path = serde_json::json!(["W", "C", "works-completed", "F"]);
    seen.shows("forecast.completion", "2023-08-25").shows("forecast.criticalPath", path);
    seen.one("forecast.permits", "permit", "W").shows("decide", "2023-07-11");
    seen.one("forecast.permits", "permit", "L").shows("decide", "2023-07-18");
    seen.shows("what.completion", "2023-08-15").shows("what.daysSaved", 10);
    seen.shows("what.criticalPath", serde_json::json!(["J"]));
    assert_eq!(*seen.at("revision"), case.revision().await);
}

#[tokio::test]
async fn one_query_says_of_every_matter_when_it_will_be_done_and_whose_move_it_is() {
    let house = House::open().await;
    house.template(STORY).await;
    let one = Case::begin(&house, "story", 1).await;
    let target = serde_json::json!({ "target": "2023-08-20" });
    let two = Case::proposed(&house, 2, target).await;
    let query = "{ overview { matters(order: NAME) { nodes { id outlook { day completion constructionPermit provisional
        slackDays lateByDays critical { code permit mover body task since due overdue } } } } } }";
    let seen = house.at("2023-06-12").list("lead", query).await;
    // The same day as the matter's own forecast, by hand in the_forecast_says_when_and_what_if_records_nothing.
    let first = seen.one("overview.matters.nodes", "id", &one.id);
    first.shows("outlook.completion", "2023-08-25").shows("outlook.constructionPermit", "2023-07-11");
    first.shows("outlook.day", "2023-06-12").shows("outlook.provisional", false).lacks("outlook.slackDays");
    first.shows("outlook.critical.0.code", "W").shows("outlook.critical.0.mover", "APPLICANT");
    first.lacks("outlook.critical.0.body").lacks("outlook.critical.1");
    seen.one("overview.matters.nodes", "id", &two.id).lacks("outlook");

    let force = serde_json::json!({ "lead": "officer:lead", "members": [] });
    let designated = serde_json::json!({ "taskForce": force, "basis": "会议纪要〔2023〕2号" });
    two.by("lead").act("designateMatter", designated).done().await;
    two.by("lead").act("planMatter", serde_json::json!({ "template": "template:story" })).done().await;
    one.by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    let seen = house.list("lead", query).await;
    seen.one("overview.matters.nodes", "id", &two.id)
        .shows("outlook.slackDays", -5)
        .shows("outlook.lateByDays", 5);
    seen.one("overview.matters.nodes", "id", &one.id)
        .shows("outlook.critical.0.mover", "DEPARTMENT")
        .shows("outlook.critical.0.body", "body:water")
        .shows("outlook.critical.0.task", "ACCEPT_OR_NOTICE")
        .shows("outlook.critical.0.due", "2023-06-19");

    two.by("lead").act("terminateMatter", serde_json::json!({ "reason": "项目取消" })).done().await;
    let seen = house.list("lead", query).await;
    seen.one("overview.matters.nodes", "id", &two.id).lacks("outlook");
}

#[tokio::test]
async fn a_matters_own_desk_says_who_must_do_what_now_and_then() {
    let case = Case::story().await;
    let part = "desk { permitCode kind body since due weight leftWorkingDays overdue matter }
        water: desk(body: \"body:water\") { permitCode }";
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    case.by("clerk").submit("E", &["eia"]).done().await;
    case.at("2023-06-13").by("wa-officer-1").accept("W").done().await;
    let now = case.at("2023-06-14").see_as("lead", part, serde_json::Value::Null).await;
    // Silence weighs more than a promise.
    assert_eq!(now.each("desk", "permitCode"), ["E", "W"]);
    assert_eq!(now.each("water", "permitCode"), ["W"]);
    now.shows("desk.0.kind", "ACCEPT_OR_NOTICE").shows("desk.0.body", "body:ecology");
    now.shows("desk.0.due", "2023-06-19").shows("desk.0.leftWorkingDays", 3);
    now.shows("desk.1.kind", "DECIDE").shows("desk.1.since", "2023-06-13").shows("desk.1.due", "2023-06-27");
    now.shows("desk.1.matter", case.id.as_str());
    // The same as the departments' own desks.
    let own = case.list("wa-officer-1", DESK).await;
    own.shows("desk.edges.0.node.due", "2023-06-27").lacks("desk.edges.1");

    case.by("wa-officer-1").approve("W").done().await;
    let now = case.see_as("lead", part, serde_json::Value::Null).await;
    now.shows("desk.1.kind", "ISSUE_CERTIFICATE");
    // As known on the evening of the 12th, W was not accepted yet.
    let known = serde_json::json!({ "known": { "time": "2023-06-12T10:00:00Z" } });
    let then = case.see_as("auditor", part, known).await;
    assert_eq!(then.each("desk", "kind"), ["ACCEPT_OR_NOTICE", "ACCEPT_OR_NOTICE"]);
    then.shows("desk.0.leftWorkingDays", 5);
    let as_of = serde_json::json!({ "asOf": "2023-06-13T10:00:00Z" });
    let then = case.see_as("auditor", part, as_of).await;
    then.shows("desk.1.kind", "DECIDE").shows("desk.1.since", "2023-06-13");
}
