//! The week's briefing: what was done, what needs coordination, and the same again whenever it is asked for.

use om_tests::house::{Case, House};
use serde_json::{Value, json};

const QUERY: &str = "query($week: Date, $at: BriefingPinInput) { briefing(week: $week, at: $at) {
    monday sunday pin { event recorded day } done { received accepted approved backfilled }
    matters { name permits permitsDone permitsLate completionBefore completion done { received } }
    coordination { matterName about body sentence sentenceZh } dueNextWeek { about on sentenceZh }
    cards { about } debts { about } textZh } }";

async fn briefing(house: &House, week: &str, at: Value) -> Value {
    house.ask("lead", QUERY, json!({ "week": week, "at": at })).await["briefing"].clone()
}

#[tokio::test]
async fn r16_a_weeks_briefing_counts_what_was_recorded_and_names_what_is_late_and_due() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let begun = case.at("2023-06-14");
    let first = briefing(begun, "2023-06-14", Value::Null).await;
    assert_eq!(
        (&first["monday"], &first["sunday"], &first["pin"]["day"]),
        (&json!("2023-06-12"), &json!("2023-06-18"), &json!("2023-06-14"))
    );
    assert_eq!(first["done"], json!({ "received": 1, "accepted": 1, "approved": 0, "backfilled": 0 }));
    assert_eq!(first["matters"][0]["permitsLate"], 0);

    // the promise ends on Tuesday the 27th
    let next = briefing(case.at("2023-06-21"), "2023-06-21", Value::Null).await;
    let due = next["dueNextWeek"].as_array().unwrap();
    let promise = due.iter().find(|row| row["about"].as_str().unwrap().starts_with('W')).unwrap();
    assert_eq!(promise["on"], "2023-06-27");
    assert!(promise["sentenceZh"].as_str().unwrap().contains("承诺时限"), "{promise}");

    case.at("2023-06-28").time_passes().await;
    let late = briefing(&case, "2023-06-28", Value::Null).await;
    assert_eq!((&late["matters"][0]["permitsLate"], &late["done"]["received"]), (&json!(1), &json!(0)));
    let row = &late["coordination"][0];
    assert!(row["about"].as_str().unwrap().starts_with('W'), "{late:#}");
    assert_eq!(row["body"], "body:water");
    let said = row["sentenceZh"].as_str().unwrap();
    assert!(said.contains("已逾期 1 个工作日（本周新增）"), "{said}");
    let before = &late["matters"][0]["completionBefore"];
    assert!(before.as_str().unwrap() < late["matters"][0]["completion"].as_str().unwrap(), "{late:#}");
    assert!(!late["cards"].as_array().unwrap().is_empty(), "cards came by rule");
    let text = late["textZh"].as_str().unwrap();
    for heading in ["一、总体情况", "二、需协调事项", "三、红黄牌", "四、容缺补齐\n  无。", "五、下周到期"]
    {
        assert!(text.contains(heading), "{text}");
    }

    // asked for again by its pin, whatever has been recorded since and whatever the day: the same bytes
    case.by("wa-officer-1").approve("W").done().await;
    for (week, seen) in [("2023-06-12", &first), ("2023-06-19", &next), ("2023-06-26", &late)] {
        let pin = &seen["pin"];
        let at = json!({ "event": pin["event"], "day": pin["day"] });
        let again = briefing(case.at("2023-07-20"), week, at).await;
        assert_eq!(again.to_string(), seen.to_string());
    }
    // a week that is over is read on its last day, with all that was recorded in it
    let over = briefing(&case, "2023-06-26", Value::Null).await;
    assert_eq!((&over["pin"]["day"], &over["done"]["approved"]), (&json!("2023-07-02"), &json!(1)));
}

#[tokio::test]
async fn a_briefing_that_cannot_be_is_refused_and_said_why() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let event = briefing(&case, "2023-06-12", Value::Null).await["pin"]["event"].clone();
    for (week, at, code, says) in [
        (
            "2023-06-05",
            json!({ "event": event, "day": "2023-06-07" }),
            "BAD_USER_INPUT",
            "after the week ended",
        ),
        (
            "2023-06-12",
            json!({ "event": event, "day": "2023-06-20" }),
            "BAD_USER_INPUT",
            "on a day of the week",
        ),
        ("2020-01-01", Value::Null, "NOT_FOUND", "nothing was recorded"),
    ] {
        let answer = case.post("lead", QUERY, json!({ "week": week, "at": at })).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{answer:#}");
        assert!(error["message"].as_str().unwrap().contains(says), "{answer:#}");
    }
    let other = case.post("stranger", QUERY, json!({ "week": "2023-06-12" })).await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "NOT_FOUND", "another county has none");
}
