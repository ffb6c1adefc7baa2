//! Stand-in officers (AB岗): a head away names an officer of the body, who acts in the post on those days and says so.

use om_tests::house::{Case, Seen};
use serde_json::{Value, json};

/// The case on 2023-06-12, and who answered naming a stand-in for the head of the water department.
async fn granted(case: &Case, by: &str, stand_in: &str, from: &str, to: &str) -> Seen {
    let input = json!({ "principal": "officer:wa-head", "standIn": format!("officer:{stand_in}"), "from": from, "to": to,
        "reason": "外出培训" });
    case.house.on_register(by, "grantStandIn", input).await
}

/// The water permit, accepted on 2023-06-12 by the first officer.
async fn accepted() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn r18_a_stand_in_does_what_the_post_may_on_its_days_and_the_history_says_for_whom() {
    let case = accepted().await;
    case.by("wa-officer-2").extend("W", 5).refused("NotAuthorised").await;
    granted(&case, "wa-officer-2", "wa-officer-2", "2023-06-13", "2023-06-16")
        .await
        .shows("code", "NotItsHead");
    granted(&case, "wa-head", "wa-officer-2", "2023-06-13", "2023-06-16").await.shows("entries", 1);
    case.by("wa-officer-2").extend("W", 5).refused("NotAuthorised").await;
    case.at("2023-06-13");
    let can = case
        .see_as("wa-officer-2", "permit(code: \"W\") { can { name allowed standsInFor } }", Value::Null)
        .await;
    let extend = can.all("permit.can").into_iter().find(|action| action.0["name"] == "extendLimit").unwrap();
    extend.shows("allowed", true).shows("standsInFor", "officer:wa-head");
    let own = can.all("permit.can").into_iter().find(|action| action.0["name"] == "suspendClock").unwrap();
    own.shows("standsInFor", Value::Null);
    // nobody gives powers for days that had passed: not by recording late either
    case.by("wa-officer-2").extend("W", 5).effective_on("2023-06-12").refused("NotAuthorised").await;
    case.by("wa-officer-2").extend("W", 5).done().await;
    let entry = case.last("LimitExtended").await.all;
    entry
        .shows("actor", "officer:wa-officer-2")
        .shows("standsInFor", "officer:wa-head")
        .shows("roles", json!(["HEAD"]));
    assert!(entry.0["sentenceZh"].as_str().unwrap().starts_with("代"), "{entry:?}");
    let me = Seen(
        case.house.ask("wa-officer-2", "{ me { roles standsInFor { principal to } } }", Value::Null).await,
    );
    me.shows("me.roles", json!(["OFFICER"])).shows("me.standsInFor.0.principal", "officer:wa-head");
    let desk =
        case.list("wa-head", "{ desk { standIns { standIn principal } edges { node { kind } } } }").await;
    desk.shows("desk.standIns.0.standIn", "officer:wa-officer-2");
    case.at("2023-06-17");
    let me = Seen(case.house.ask("wa-officer-2", "{ me { standsInFor { principal } } }", Value::Null).await);
    me.shows("me.standsInFor", json!([]));
}

#[tokio::test]
async fn r18_what_they_handled_themselves_they_do_not_decide_in_the_heads_place() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "photo"], "wa-officer-1").await;
    granted(&case, "security-administrator", "wa-officer-1", "2023-06-12", "2023-06-16")
        .await
        .shows("entries", 1);
    granted(&case, "wa-head", "wa-officer-2", "2023-06-14", "2023-06-20")
        .await
        .shows("code", "StoodInForAlready");
    let tolerate = |user| case.by(user).tolerate("W", "material:proof", "COMMITMENT", "2023-06-20");
    let refused = tolerate("wa-officer-1").refused("SeparationOfDuties").await;
    assert_eq!(refused.rule, "R18");
    let end = json!({ "principal": "officer:wa-head", "from": "2023-06-12", "reason": "经办该件" });
    case.house.on_register("wa-head", "endStandIn", end).await.shows("entries", 1);
    granted(&case, "wa-head", "wa-officer-2", "2023-06-12", "2023-06-16").await.shows("entries", 1);
    tolerate("wa-officer-2").done().await;
    let told = case.last("DeficiencyTolerated").await.all;
    let zh = told.at("sentenceZh").as_str().unwrap_or_default().to_owned();
    assert!(zh.contains("容缺证明") && !zh.contains("material:"), "{zh}");
}

#[tokio::test]
async fn ended_early_the_place_is_left_at_once_and_stays_in_the_record() {
    let case = accepted().await;
    granted(&case, "wa-head", "wa-officer-2", "2023-06-12", "2023-06-30").await.shows("entries", 1);
    granted(&case, "security-administrator", "nr-officer-1", "2023-07-03", "2023-07-07")
        .await
        .shows("code", "StandInElsewhere");
    let end = json!({ "principal": "officer:wa-head", "from": "2023-06-12", "reason": "提前返岗" });
    case.at("2023-06-14");
    case.house.on_register("wa-head", "endStandIn", end).await.shows("entries", 1);
    case.by("wa-officer-2").extend("W", 5).refused("NotAuthorised").await;
    let all = "{ standIns { standIn from to endedOn endedBy holdsToday reason } then: standIns(on: \"2023-06-13\") { standIn }
        now: standIns(on: \"2023-06-15\") { standIn } }";
    let seen = Seen(case.house.ask("auditor", all, Value::Null).await);
    seen.shows("standIns.0.endedOn", "2023-06-14")
        .shows("standIns.0.endedBy", "officer:wa-head")
        .shows("standIns.0.holdsToday", false)
        .shows("then.0.standIn", "officer:wa-officer-2")
        .shows("now", json!([]));
}
