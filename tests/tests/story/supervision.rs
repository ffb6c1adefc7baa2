//! Cards (督办) through the API: by rule, answered, appealed against, cancelled, cleared; thresholds from a day on (R13, R17).

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

use om_tests::house::Case;
use serde_json::json;

const CARDS: &str = "cards { number color standing against on byRule premiseStands subject term
    evidence { used left total due settingsRevision yellowUsedPercent } }";

async fn seen(case: &Case) -> Vec<serde_json::Value> {
    let fields = format!("permit(code: \"W\") {{ {CARDS} }}");
    let answer = case.see_as("lead", &fields, json!(null)).await;
    answer.0["permit"]["cards"].as_array().unwrap().clone()
}

async fn in_review() -> Case {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case
}

#[tokio::test]
async fn r13_cards_by_rule_come_with_time_are_answered_and_cleared() {
    let case = in_review().await;
    case.at("2023-06-27").time_passes().await;
    case.time_passes().await;
    let cards = seen(&case).await;
    let [yellow] = &cards[..] else { panic!("{cards:#?}") };
    assert_eq!(
        (&yellow["color"], &yellow["against"], &yellow["byRule"]),
        (&json!("YELLOW"), &json!("body:water"), &json!(true))
    );
    assert_eq!(
        (&yellow["evidence"]["left"], &yellow["evidence"]["settingsRevision"]),
        (&json!(1), &json!(null))
    );
    case.by("lead")
        .act("clearCard", json!({ "permit": "W", "card": 1, "reason": "已办" }))
        .refused("StillOverdue")
        .await
        .by("R13", "督办");
    case.by("wa-officer-1")
        .act("answerCard", json!({ "permit": "W", "card": 1, "answer": "明日办结" }))
        .done()
        .await;
    case.by("wa-officer-1").approve("W").done().await;
    case.by("supervisor")
        .act("clearCard", json!({ "permit": "W", "card": 1, "reason": "已办结" }))
        .done()
        .await;
    assert_eq!(seen(&case).await[0]["standing"], "CLEARED");
    assert_eq!(case.times("CardIssued").await, 1);
}

#[tokio::test]
async fn r13_a_card_by_hand_is_appealed_against_and_decided_by_another() {
    let case = in_review().await;
    let card =
        json!({ "permit": "W", "color": "RED", "against": "body:water", "reason": "现场督查发现停滞" });
    case.by("wa-officer-1").act("issueCard", card.clone()).refused("NotAuthorised").await;
    case.by("lead").act("issueCard", card).done().await;
    case.by("wa-officer-1")
        .act("appealCard", json!({ "permit": "W", "card": 1, "reasons": "等待专家" }))
        .done()
        .await;
    let decide = json!({ "permit": "W", "card": 1, "upheld": false, "reasons": "情况属实" });
    case.by("lead").act("decideAppeal", decide.clone()).refused("SeparationOfDuties").await;
    case.by("supervisor").act("decideAppeal", decide).done().await;
    let cards = seen(&case).await;
    assert_eq!((&cards[0]["standing"], &cards[0]["byRule"]), (&json!("CANCELLED"), &json!(false)));
}

#[tokio::test]
async fn r13_thresholds_change_from_a_later_day_on_by_the_administrator_with_a_reason() {
    let case = in_review().await;
    let change = json!({ "from": "2023-06-20", "reason": "县政府常务会议决定", "yellowUsedPercent": 50 });
    case.on_register("lead", "changeSettings", change.clone()).await.shows("code", "NotAdministrator");
    let mut today = change.clone();
    today["from"] = json!("2023-06-12");
    case.on_register("administrator", "changeSettings", today)
        .await
        .shows("code", "DayHasBegun")
        .shows("rule", "R20");
    case.on_register("administrator", "changeSettings", change).await.shows("entries", 1);
    let settings = "{ before: settings(at: \"2023-06-19\") { yellowUsedPercent } after: settings(at: \"2023-06-20\") { yellowUsedPercent reason revision } }";
    let settings = case.ask("auditor", settings, json!({})).await;
    assert_eq!(
        (&settings["before"]["yellowUsedPercent"], &settings["after"]["yellowUsedPercent"]),
        (&json!(90), &json!(50))
    );
    case.at("2023-06-20").time_passes().await;
    let cards = seen(&case).await;
    let [yellow] = &cards[..] else { panic!("{cards:#?}") };
    assert_eq!((&yellow["on"], &yellow["evidence"]["settingsRevision"]), (&json!("2023-06-20"), &json!(0)));
    assert_eq!(yellow["evidence"]["yellowUsedPercent"], 50);
}

#[tokio::test]
async fn r17_the_weight_of_a_townships_rating_is_a_setting_with_its_reason() {
    let case = Case::story().await;
    let change =
        json!({ "from": "2023-07-01", "reason": "县考核办〔2023〕3号", "townshipWeightPercent": 40 });
    case.at("2023-06-12").on_register("administrator", "changeSettings", change).await.shows("entries", 1);
    let history =
        case.ask("auditor", "{ settingsHistory { from reason townshipWeightPercent } }", json!({})).await;
    let all = history["settingsHistory"].as_array().unwrap();
    assert_eq!(
        (&all[0]["townshipWeightPercent"], &all[1]["townshipWeightPercent"]),
        (&json!(33), &json!(40))
    );
    assert_eq!((&all[1]["from"], &all[1]["reason"]), (&json!("2023-07-01"), &json!("县考核办〔2023〕3号")));
}

#[tokio::test]
async fn r13_lists_show_who_has_cards_since_when_and_what_is_unanswered() {
    let case = in_review().await;
    case.permit("W").await;
    case.at("2023-06-27").time_passes().await;
    let query = "{ overview { yellowCards redCards matters { nodes { pressure { cards cardsYellow cardsRed } } } }
        supervision(filter: { open: true }) { edges { node { permitCode number color against on due standing answeredOn } } }
        cardsByBody { body yellow red unanswered since }
        desk(body: \"body:water\") { edges { node { kind card body } } } }";
    let seen = case.list("supervisor", query).await.0;
    let cards = seen["supervision"]["edges"].as_array().unwrap();
    let [card] = &cards[..] else { panic!("{seen:#}") };
    assert_eq!((&card["node"]["color"], &card["node"]["against"]), (&json!("YELLOW"), &json!("body:water")));
    assert_eq!((&seen["overview"]["yellowCards"], &seen["overview"]["redCards"]), (&json!(1), &json!(0)));
    let pressure = &seen["overview"]["matters"]["nodes"][0]["pressure"];
    assert_eq!(pressure, &json!({ "cards": 1, "cardsYellow": 1, "cardsRed": 0 }));
    assert_eq!(seen["cardsByBody"][0]["unanswered"], 1);
    let desk: Vec<_> =
        seen["desk"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
    assert!(desk.iter().any(|task| task["kind"] == "ANSWER_CARD" && task["card"] == 1), "{desk:#?}");
    case.by("wa-officer-1")
        .act("answerCard", json!({ "permit": "W", "card": 1, "answer": "明日办结" }))
        .done()
        .await;
    let seen = case.list("supervisor", query).await.0;
    assert_eq!(seen["cardsByBody"][0]["unanswered"], 0);
    assert!(!seen["desk"].to_string().contains("ANSWER_CARD"));
    assert_eq!(seen["supervision"]["edges"][0]["node"]["answeredOn"], "2023-06-27");
}
