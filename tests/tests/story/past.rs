//! A matter as it was: known when, true when, with the names and the rules of that moment.

use om_domain::directory;
use om_tests::house::Case;
use serde_json::json;

async fn past(case: &Case, at: &str, part: &str) -> serde_json::Value {
    let query = format!("query($id: ID!) {{ matter(id: $id, at: {{ {at} }}) {{ {part} }} }}");
    case.house.post("lead", &query, json!({ "id": case.id })).await
}

#[tokio::test]
async fn a_past_is_no_day_to_come_and_none_before_anything_happened() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    for (at, code) in [
        ("asOf: \"2000-01-01T00:00:00Z\"", "NOT_FOUND"),
        ("known: { time: \"2000-01-01T00:00:00Z\" }", "NOT_FOUND"),
        ("asOf: \"2023-06-13T00:00:00+08:00\"", "BAD_USER_INPUT"),
        ("known: { time: \"2023-06-13T00:00:00+08:00\" }", "BAD_USER_INPUT"),
    ] {
        let answer = past(&case, at, "phase").await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{at}: {answer}");
    }
    let today = past(&case, "known: { time: \"2023-06-12T23:59:59.999999+08:00\" }", "phase").await;
    assert!(today["errors"].is_null(), "{today}");
}

#[tokio::test]
async fn a_past_has_the_names_that_were_known_then() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal"]).done().await;
    let renamed = directory::SHIPPED.replace("水务局", "水利局");
    assert_ne!(renamed, directory::SHIPPED);
    case.at("2023-06-19");
    let answer = case.house.try_import("importDirectory", &renamed).await;
    assert_eq!(answer["__typename"], "RegisterCommandDone", "{answer}");
    let part = "blocks { whoZh } history { nodes { sentenceZh } }";
    let then = past(&case, "known: { time: \"2023-06-13T00:00:00+08:00\" }", part).await.to_string();
    let now = past(&case, "known: { time: \"2023-06-19T23:00:00+08:00\" }", part).await.to_string();
    assert!(then.contains("水务局") && !then.contains("水利局"), "{then}");
    assert!(now.contains("水利局") && !now.contains("水务局"), "{now}");
}

#[tokio::test]
async fn what_was_lawful_in_a_past_is_judged_by_what_was_known_of_the_applicant() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", "material:seal", "ACCEPT", "2023-06-20").done().await;
    water.accept("W").done().await;
    case.at("2023-06-21").time_passes().await;
    let repair = json!({ "applicant": "applicant:city-investment", "reason": "已补齐" });
    case.at("2023-07-05").on_register("wa-head", "repairEligibility", repair).await;
    let part = "bestTolerances { permit verdict { lawful } }";
    let best = async |at: &str| past(&case, at, part).await["data"]["matter"]["bestTolerances"].clone();
    let day = |day: &str| format!("known: {{ time: \"{day}T23:00:00+08:00\" }}");
    assert_eq!(best(&day("2023-07-04")).await, json!([]), "the applicant was ineligible");
    assert_ne!(best(&day("2023-07-05")).await, json!([]));
    assert_ne!(best(&day("2023-06-12")).await, json!([]));
}
