//! Answers that are kept: word for word what making them anew gives, whatever happens meanwhile.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use crate::leaks::{asking, full};
use om_gateway::app::Edge;
use om_tests::house::{Case, House};
use serde_json::{Value, json};
use std::net::SocketAddr;

const ASKING: [&str; 4] = ["lead", "wa-officer-1", "auditor", "fi-officer-1"];

/// What is asked, and by what documents; moments are each answer's own.
fn questions(case: &Case, meeting: &str, paper: &str, event: &str) -> Vec<String> {
    let asking = asking(case, meeting, paper, event).without(&["asOf", "accessLog", "operations"]);
    let roots = asking.roots("Query");
    let roots = roots.iter().filter(|root| !["accessLog", "operations"].contains(&root.as_str()));
    roots
        .flat_map(|root| asking.documents("Query", root).into_iter().flatten())
        .map(|ever_less| ever_less[0].clone())
        .collect()
}

fn without_traces(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        if let Some(extensions) = error["extensions"].as_object_mut() {
            extensions.remove("traceId");
        }
    }
    answer
}

async fn are_equal(house: &House, anew: SocketAddr, questions: &[String], after: &str) {
    for user in ASKING {
        for question in questions {
            let once = without_traces(house.post(user, question, json!({})).await);
            let kept = without_traces(house.post(user, question, json!({})).await);
            let made = without_traces(house.post_to(anew, user, question, json!({})).await);
            assert_eq!(once, made, "{user} after {after}: {question}");
            assert_eq!(kept, made, "{user} after {after}, asked again: {question}");
        }
    }
}

async fn how_many(house: &House, how: &str) -> u64 {
    let figures = house.platform.gather().await.unwrap();
    let name = format!("onematter_answers_total{{how=\"{how}\"}} ");
    figures.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_answers_are_those_that_would_be_made_anew() {
    let (case, meeting) = full().await;
    let anew = case.another_gateway(Edge { answers: Some(0), ..Edge::default() }).await;
    let paper = case.paper("form").await;
    let event = case.history().await.pop().unwrap().all.at("id").as_str().unwrap().to_owned();
    let questions = questions(&case, &meeting, &paper, &event);
    are_equal(&case, anew, &questions, "the beginning").await;
    let kept = how_many(&case, "kept").await;
    assert!(kept > 50, "{kept} answers were kept");

    case.by("wa-officer-1").withdraw_offer("W").done().await;
    are_equal(&case, anew, &questions, "an offer withdrawn").await;
    case.by("clerk").submit("E", &["eia"]).done().await;
    are_equal(&case, anew, &questions, "a submission").await;
    // the day alone changes what is late
    case.at("2023-07-20");
    are_equal(&case, anew, &questions, "another day").await;
    case.time_passes().await;
    are_equal(&case, anew, &questions, "what time has made true").await;
    let roles = json!({ "officer": "officer:wa-officer-1", "roles": ["HEAD"] });
    case.on_register("security-administrator", "changeRoles", roles).await.shows("entries", 1);
    are_equal(&case, anew, &questions, "other roles").await;
    let change = json!({ "from": "2023-08-01", "reason": "试行", "yellowUsedPercent": 50 });
    case.on_register("administrator", "changeSettings", change).await.shows("entries", 1);
    are_equal(&case, anew, &questions, "other settings").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_written_reads_it_however_often_it_was_asked_before() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let query = format!("{{ matter(id: \"{}\") {{ revision permit(code: \"W\") {{ status }} }} }}", case.id);
    for _ in 0..3 {
        case.ask("lead", &query, json!({})).await;
    }
    case.by("clerk").submit("W", &["form", "seal"]).done().await;
    assert_eq!(case.ask("lead", &query, json!({})).await["matter"]["permit"]["status"], "RECEIVED");
    case.by("wa-officer-1").accept("W").done().await;
    let after = case.ask("lead", &query, json!({})).await;
    assert_ne!(after["matter"]["permit"]["status"], "RECEIVED", "{after}");
    // what is protected is made anew each time, since its reading is written down
    let bar = json!({ "applicant": "applicant:city-investment", "kind": "FRAUD", "matter": case.id, "permit": "W",
        "decision": case.by("wa-head").notice() });
    case.on_register("wa-head", "imposeBar", bar).await.shows("entries", 1);
    let kept = how_many(&case, "kept").await;
    let credit = "{ applicant(id: \"applicant:city-investment\") { eligible } }";
    case.ask("clerk", credit, json!({})).await;
    case.ask("clerk", credit, json!({})).await;
    assert_eq!(how_many(&case, "kept").await, kept);
}
