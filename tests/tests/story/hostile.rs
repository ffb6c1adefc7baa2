//! What no honest program sends: every answer names what is wrong, nothing fails inside, and the house goes on.

use om_tests::house::{Case, House, STORY, Seen};
use serde_json::{Value, json};

/// Days no calendar has, days beyond any term, and what is no day.
fn days() -> Vec<Value> {
    let texts = [
        "2023-02-30",
        "2023-13-01",
        "0000-00-00",
        "-0001-01-01",
        "-9999-01-01",
        "-1",
        "9999-12-31",
        "10000-01-01",
        "+012023-06-12",
        "2006-12-31",
        "1582-10-10",
        "2023-6-1",
        "20230612",
        "2023-06-12T00:00:00Z",
        "２０２３-06-12",
        "2023-06-12\u{0}",
        "",
        " ",
        "tomorrow",
    ];
    let mut days: Vec<Value> = texts.into_iter().map(Value::from).collect();
    days.extend([
        json!(20_230_612),
        json!(-1),
        json!(true),
        json!([]),
        json!({}),
        json!("9".repeat(100_000)),
    ]);
    days
}

fn texts() -> Vec<Value> {
    let mut texts: Vec<Value> = [
        "",
        " ",
        "\u{0}",
        "../../etc/passwd",
        "W'; DROP TABLE event; --",
        "matter:",
        "matter:../x",
        "permit:W",
        "\u{202e}W",
        "😀",
        "matter:01J9Z3K4M5N6P7Q8R9S0T1V2W3W3W3",
    ]
    .into_iter()
    .map(Value::from)
    .collect();
    texts.extend([json!(7), json!(-1.5), json!(true), json!([["W"]]), json!({ "a": 1 })]);
    texts.extend([json!("长".repeat(100_000)), json!("matter:".repeat(50_000))]);
    texts
}

fn numbers() -> Vec<Value> {
    vec![
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(70_000),
        json!("1"),
        json!([]),
    ]
}

/// An error the sender can act on, a refusal or a conflict; or, where it is lawful after all, done.
#[track_caller]
fn is_answered(answer: &Value, sent: &str) -> bool {
    let sent: String = sent.chars().take(300).collect();
    let Some(errors) = answer["errors"].as_array() else {
        let named = answer["data"].as_object().and_then(|data| data.values().next());
        assert!(named.is_some_and(|payload| !payload.is_null()), "{sent}: {answer}");
        return false;
    };
    for error in errors {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let known =
            ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "TOO_LARGE", "NOT_FOUND"];
        assert!(known.contains(&code), "{sent}: {error}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty() && message.chars().count() < 2_000, "{sent}: {}", message.len());
    }
    true
}

async fn command(house: &House, user: &str, name: &str, input: &Value) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}");
    house.post(user, &query, json!({ "input": input })).await
}

/// The input with the value at a path such as `/notice/date`.
fn with(input: &Value, path: &str, value: &Value) -> Value {
    let mut input = input.clone();
    if let Some(place) = input.pointer_mut(path) {
        *place = value.clone();
    } else if let Some(map) = input.as_object_mut() {
        map.insert(path.trim_start_matches('/').into(), value.clone());
    }
    input
}

#[tokio::test]
async fn what_is_no_day_is_said_to_be_none() {
    let house = House::open().await;
    for day in days() {
        let query = "query($from: Date!) { calendar(from: $from, to: \"2023-06-30\") { version } }";
        let answer = house.post("lead", query, json!({ "from": day })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{day}: {answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        if day == "2023-02-30" || day == "20230612" || day == "9999-12-31" {
            assert!(message.contains("YYYY-MM-DD") && message.contains("2199"), "{day}: {message}");
        }
    }
}

#[tokio::test]
async fn no_field_of_a_command_brings_the_house_down() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let officer = case.by("wa-officer-1");
    let mut wrong = 0;
    let acts = [
        officer.stop("W", "TESTING", "2023-06-20"),
        officer.extend("W", 10).with(json!({ "effective": { "on": "2023-06-12" } })),
        officer.tolerate("W", "material:photo", "COMMITMENT", "2023-06-20"),
        officer.issue_until("W", "2024-06-12").with(json!({ "expectedRevision": 5 })),
        officer.correct("W", "event:x", "receivedOn", ("2023-06-12", "2023-06-11"), "wa-officer-2"),
    ];
    let fields: [(&[&str], Vec<Value>); 3] = [
        (
            &[
                "/notice/date",
                "/notice/servedOn",
                "/toldUntil",
                "/effective/on",
                "/supplementDue",
                "/validUntil",
                "/certificate/date",
                "/correction/receivedOn/old",
                "/correction/receivedOn/new",
            ],
            days(),
        ),
        (
            &[
                "/matter",
                "/permit",
                "/commandId",
                "/notice/number",
                "/notice/service",
                "/ground",
                "/reason",
                "/entry",
                "/requirement",
                "/commitment",
                "/form",
                "/extension/source",
                "/secondPerson",
                "/effective",
            ],
            texts(),
        ),
        (&["/extension/value", "/expectedRevision"], numbers()),
    ];
    let names = ["suspendClock", "extendLimit", "tolerateDeficiency", "issueCertificate", "correctEntry"];
    for (act, name) in acts.iter().zip(names) {
        for (paths, values) in &fields {
            for path in paths.iter().filter(|path| act.input.pointer(path).is_some()) {
                for value in values {
                    // Every attempt is an intention of its own.
                    let fresh = json!(Case::intention());
                    let input = with(&with(&act.input, "/commandId", &fresh), path, value);
                    let answer = command(&case, "wa-officer-1", name, &input).await;
                    wrong += usize::from(is_answered(&answer, &format!("{name} {path} {value}")));
                }
            }
        }
    }
    assert!(wrong > 200, "{wrong} were wrong");
    case.permit("W").await.shows("round.receivedOn", "2023-06-12");
    let overview =
        "{ overview { overdue matters { nodes { outlook { completion } pressure { overdue } } } } }";
    case.list("lead", overview).await;
}

#[tokio::test]
async fn no_project_and_no_question_brings_the_house_down() {
    let house = House::open().await;
    house.template(STORY).await;
    let case = Case::begin(&house, "story", 1).await;
    house.at("2023-06-12");
    for (field, values) in [
        ("/project/target", days()),
        ("/project/name", texts()),
        ("/project/code", texts()),
        ("/project/applicant", texts()),
    ] {
        for value in values {
            let more = json!({ "target": "2024-01-01", "investmentYuan": 1, "areaM2": 1 });
            let input = Case::proposal(&house, "lead", 77, more).input;
            let answer = command(&house, "lead", "proposeMatter", &with(&input, field, &value)).await;
            is_answered(&answer, &format!("proposeMatter {field} {value}"));
        }
    }
    for value in numbers() {
        let input =
            Case::proposal(&house, "lead", 78, json!({ "investmentYuan": value, "areaM2": value })).input;
        is_answered(&command(&house, "lead", "proposeMatter", &input).await, &format!("yuan {value}"));
    }
    let far = json!({ "id": case.id });
    for question in [
        "matter(id: $id, at: { asOf: \"9999-12-30T22:00:00Z\" }) { desk { due } forecast { completion } }",
        "matter(id: $id, at: { asOf: \"-009999-01-02T01:59:59Z\" }) { desk { due } permits { lateBy { days } } }",
        "matter(id: $id, at: { known: { time: \"0001-01-01T00:00:00Z\" } }) { phase }",
        "matter(id: $id, at: { asOf: \"2023-02-30T00:00:00Z\" }) { phase }",
        "matter(id: $id) { forecast(assume: { extend: [{ permit: \"W\", by: 65535 }] }) { completion provisional } }",
        "matter(id: $id) { forecast(assume: { extend: [{ permit: \"W\", by: 65536 }] }) { completion } }",
        "matter(id: $id) { history(first: 2147483647) { edges { cursor } } }",
        "history(matterId: $id, from: 4294967295, to: 0) { edges { cursor } }",
        "history(matterId: $id, from: -1) { edges { cursor } }",
        "calendar(from: \"-9999-01-01\", to: \"9999-12-31\") { version }",
        "calendar(from: \"9999-12-01\", to: \"9999-12-31\") { version }",
        "calendar(from: \"2023-02-30\", to: \"2023-03-01\") { version }",
        "calendar(from: \"2006-01-01\", to: \"2006-12-31\") { version }",
        "overview { matters(first: -1) { nodes { id } } }",
        "overview { matters(first: 100000) { nodes { id } } }",
        "overview { matters(after: \"7b7d\") { nodes { id } } }",
        "overview { matters(filter: { text: \"%_'; --\" }) { nodes { id } } }",
        "desk(body: \"body:../../x\") { edges { cursor } }",
        "node(id: \"template:\u{0}\") { id }",
    ] {
        let query = format!("query($id: ID) {{ node(id: $id) {{ id }} q: {question} }}");
        let query = if question.contains("$id") {
            query.replace("($id: ID)", "($id: ID!)")
        } else {
            format!("{{ {question} }}")
        };
        let query = query.replace("node(id: $id) { id } q:", "");
        is_answered(&house.post("lead", &query, far.clone()).await, question);
    }
    let seen = Seen(house.post("lead", "{ overview { underway } }", json!({})).await);
    seen.shows("data.overview.underway", 1);
}
