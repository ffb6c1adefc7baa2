//! Who was denied what and who read what is protected, as audit reads it (访问记录).

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use om_tests::house::{Case, House};
use serde_json::{Value, json};
use std::time::Duration;

const FILE: &[&str] = &["form", "seal", "proof", "photo"];
/// A department of the county that the story's template has no permit for.
const OUTSIDER: &str = "fi-officer-1";
const LOG: &str = "query($officer: ID, $kind: AccessKind, $first: Int, $after: String) {
  accessLog(officer: $officer, kind: $kind, first: $first, after: $after) {
    nodes { kind officer body action rule about times at } pageInfo { hasNextPage endCursor } } }";

async fn log(house: &House, user: &str, wanted: Value) -> Vec<Value> {
    house.ask(user, LOG, wanted).await["accessLog"]["nodes"].as_array().unwrap().clone()
}

/// The denials of an account, once there are so many; they are gathered for a second or so.
async fn denials(house: &House, officer: &str, times: u64) -> Vec<Value> {
    let wanted = json!({ "officer": format!("officer:{officer}"), "kind": "DENIED" });
    for _ in 0..100 {
        let found = log(house, "audit-administrator", wanted.clone()).await;
        if found.iter().map(|entry| entry["times"].as_u64().unwrap()).sum::<u64>() >= times {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{officer} was denied less than {times} times");
}

#[tokio::test]
async fn what_is_denied_is_written_down_with_its_rule_and_how_often() {
    let case = Case::story().await;
    let read = "query($id: ID!) { matter(id: $id) { phase } }";
    for _ in 0..3 {
        case.post(OUTSIDER, read, json!({ "id": case.id })).await;
    }
    let found = denials(&case, OUTSIDER, 3).await;
    for entry in &found {
        assert_eq!((&entry["action"], &entry["rule"]), (&json!("ReadMatter"), &json!("A3")), "{entry}");
        assert_eq!(entry["about"], json!([case.id.to_string()]), "{entry}");
        assert_eq!(entry["body"], "body:fire");
    }
    assert_eq!(
        found.iter().map(|entry| entry["times"].as_u64().unwrap()).sum::<u64>(),
        3,
        "no more, no less"
    );

    case.post("nr-officer-1", "{ desk(body: \"body:water\") { nodes { kind } } }", json!({})).await;
    let found = denials(&case, "nr-officer-1", 1).await;
    assert_eq!((&found[0]["rule"], &found[0]["about"]), (&json!("A4"), &json!(["body:water"])));
}

#[tokio::test]
async fn a_command_that_is_not_ones_to_give_is_a_denial_too() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", FILE).done().await;
    case.by("nr-officer-1").accept("W").refused("NotAuthorised").await;
    let found = denials(&case, "nr-officer-1", 1).await;
    assert_eq!((&found[0]["action"], &found[0]["rule"]), (&json!("NotAuthorised"), &json!("R18")));
    assert_eq!(found[0]["about"], json!([case.id.to_string()]));
}

#[tokio::test]
async fn nobody_hides_a_denial_behind_others() {
    let case = Case::story().await;
    let many: String =
        (0..40).map(|n| format!("a{n}: desk(body: \"body:none-{n}\") {{ totalCount }} ")).collect();
    let asks = format!("{{ {many} }}").replace("totalCount", "edges { cursor }");
    for _ in 0..10 {
        case.post("nr-officer-1", &asks, json!({})).await;
    }
    case.post("nr-officer-1", "{ desk(body: \"body:water\") { edges { cursor } } }", json!({})).await;
    let found = denials(&case, "nr-officer-1", 401).await;
    assert!(found.iter().any(|entry| entry["about"] == json!(["body:water"])), "{found:?}");
    let named = found.iter().filter(|entry| entry["about"] != json!([])).count();
    assert_eq!(named, 1, "what there is not is no thing: {found:?}");
}

#[tokio::test]
async fn every_way_to_be_denied_is_written_down_with_what_it_was_about() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", FILE).done().await;
    let paper = case.paper("form").await;
    for path in ["/calendar/mine.ics".to_owned(), format!("/papers/{paper}"), format!("/papers/{:064x}", 7)] {
        assert_eq!(case.get("administrator", &path).send().await.unwrap().status(), 404, "{path}");
    }
    let said = |entries: Vec<Value>| -> Vec<(String, String, Value)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |entry: &Value| (text(&entry["action"]), text(&entry["rule"]), entry["about"].clone());
        let mut said: Vec<_> = entries.iter().map(one).collect();
        said.sort_by_key(|(action, rule, about)| (action.clone(), rule.clone(), about.to_string()));
        said
    };
    let told = said(denials(&case, "administrator", 3).await);
    let entry = |action: &str, rule: &str, about: Value| (action.to_owned(), rule.to_owned(), about);
    let expected = [
        entry("ReadDesk", "A2", json!([])),
        entry("ReadMatter", "A2", json!([format!("paper:{paper}")])),
        entry("ReadMatter", "A2", json!([])),
    ];
    assert_eq!(told, expected);

    let bar = json!({ "applicant": "applicant:city-investment", "kind": "FRAUD", "matter": case.id, "permit": "W",
        "decision": case.by("wa-officer-1").notice() });
    case.on_register("wa-officer-1", "imposeBar", bar).await.shows("code", "NotAHead");
    let roles = json!({ "officer": "officer:wa-officer-2", "roles": ["HEAD"] });
    case.on_register("wa-officer-1", "changeRoles", roles).await.shows("rule", "R18");
    let told = said(denials(&case, "wa-officer-1", 2).await);
    assert_eq!(told[0], entry("NotAHead", "R9", json!(["applicant:city-investment"])));
    assert_eq!(told[1].2, json!(["register:directory-main"]), "{told:?}");
}

#[tokio::test]
async fn what_is_protected_is_written_down_before_it_is_given() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let put = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let input =
        json!({ "commandId": uuid::Uuid::new_v4(), "class": "FILE_NAME", "text": "申请书（张三）.pdf" });
    let reference = case.ask("clerk", put, json!({ "input": input })).await["putText"]["ref"].clone();
    let materials = json!([{ "material": "form", "fileName": reference }, { "material": "seal" }]);
    case.by("clerk").submit("W", &[]).with(json!({ "materials": materials })).done().await;
    let shown = "permit(code: \"W\") { round { materials { fileName { text } } } }";
    let wanted = json!({ "officer": "officer:wa-officer-1", "kind": "READ" });
    assert!(log(&case, "auditor", wanted.clone()).await.is_empty());
    case.see_as("wa-officer-1", shown, Value::Null).await;
    let found = log(&case, "auditor", wanted.clone()).await;
    assert_eq!(found.len(), 1, "one answer is one entry: {found:?}");
    assert_eq!(found[0]["about"], json!([reference]), "and says what, not what it says");
    // audit is shown that there is a text, not the text, and so has read nothing
    let seen = case.see_as("auditor", shown, Value::Null).await;
    assert!(!seen.0.to_string().contains("张三"), "{seen:?}");
    assert!(log(&case, "auditor", json!({ "officer": "officer:auditor", "kind": "READ" })).await.is_empty());

    // a paper, and the bad-credit record of an applicant; of one without a record there is nothing to read
    let bar = json!({ "applicant": "applicant:city-investment", "kind": "FRAUD", "matter": case.id, "permit": "W",
        "decision": case.by("wa-head").notice() });
    case.on_register("wa-head", "imposeBar", bar).await.shows("entries", 1);
    case.ask("clerk", "{ applicant(id: \"applicant:nobody\") { eligible } }", json!({})).await;
    let paper = case.paper("form").await;
    let answer = case.get("clerk", &format!("/papers/{paper}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    case.ask("clerk", "{ applicant(id: \"applicant:city-investment\") { eligible } }", json!({})).await;
    let found = log(&case, "auditor", json!({ "officer": "officer:clerk", "kind": "READ" })).await;
    let about: Vec<_> = found.iter().map(|entry| entry["about"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(about, ["applicant:city-investment".to_owned(), format!("paper:{paper}")], "the newest first");
}

#[tokio::test]
async fn audit_reads_it_page_by_page_and_nobody_else_reads_it() {
    let case = Case::story().await;
    for n in 0..10 {
        // each twice: within ten minutes the same is one entry
        let paper = case.paper(&format!("form {}", n % 5)).await;
        assert_eq!(case.get("clerk", &format!("/papers/{paper}")).send().await.unwrap().status(), 200);
    }
    let (mut pages, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = case.ask("auditor", LOG, json!({ "kind": "READ", "first": 2, "after": after })).await;
        pages.push(page["accessLog"]["nodes"].as_array().unwrap().len());
        if page["accessLog"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["accessLog"]["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(pages, [2, 2, 1]);
    for user in ["lead", "administrator", "security-administrator", "supervisor", "clerk"] {
        let answer = case.post(user, LOG, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{user}");
    }
    let yesterday = "{ accessLog(day: \"2020-01-01\") { nodes { at } } }";
    assert!(
        case.ask("auditor", yesterday, json!({})).await["accessLog"]["nodes"].as_array().unwrap().is_empty()
    );
}
