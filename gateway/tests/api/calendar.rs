//! A holiday notice through the API: what it moves, what stays, and what was known before it.

use crate::{
    story::{begun, done, submit, underway},
    support::Gateway,
};
use serde_json::{Value, json};
use uuid::Uuid;

const ANSWER: &str = "__typename ... on RegisterCommandDone { entries repeated }
    ... on CommandRefused { code rule source messageZh }";

async fn record(gateway: &Gateway, user: &str, name: &str, input: Value) -> Value {
    let mut capital = name.to_owned();
    capital[..1].make_ascii_uppercase();
    let query = format!("mutation($input: {capital}Input!) {{ {name}(input: $input) {{ {ANSWER} }} }}");
    let answer = gateway.ask(user, &query, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"][name].clone()
}

fn days(days: &[&str], holiday: &str) -> Value {
    days.iter().map(|day| json!({ "date": day, "holiday": holiday })).collect()
}

/// The notice of 2027: New Year's Day, a Friday, is off.
fn of_2027() -> Value {
    json!({ "commandId": Uuid::new_v4(), "number": "国办发明电〔2026〕9号", "year": 2027,
        "sources": ["https://www.gov.cn/2027"], "off": days(&["2027-01-01", "2027-01-02", "2027-01-03"], "元旦"),
        "authoritativeThrough": "2027-12-31" })
}

/// Hands A1 in with all its materials and accepts it.
async fn accepted(gateway: &Gateway, matter: &str) {
    let query = "query($id: ID!) { matter(id: $id) { permit(code: \"A1\") { materials { code } } } }";
    let plan = gateway.ask("lead", query, json!({ "id": matter })).await;
    let materials = plan["data"]["matter"]["permit"]["materials"].as_array().unwrap();
    let mut input = submit(matter, "A1");
    input["materials"] = materials.iter().map(|material| json!({ "material": material["code"] })).collect();
    done(gateway, "clerk", "submitPermit", input).await;
    let mut input = submit(matter, "A1");
    input["notice"] = json!({ "number": "受理〔2026〕1号", "date": "2026-12-14", "service": "IN_PERSON",
        "servedOn": "2026-12-14" });
    done(gateway, "dr-officer-1", "acceptPermit", input).await;
}

const CLOCK: &str = "query($id: ID!, $at: AtInput) { matter(id: $id, at: $at) { calendar revision
    permit(code: \"A1\") { clock { statutory { due provisional left } } } } }";

async fn clock(gateway: &Gateway, matter: &str, at: Value) -> (Value, Value) {
    let answer = gateway.ask("auditor", CLOCK, json!({ "id": matter, "at": at })).await;
    let matter = &answer["data"]["matter"];
    (matter["permit"]["clock"]["statutory"].clone(), matter["calendar"].clone())
}

async fn last(gateway: &Gateway, matter: &str) -> Value {
    let query = "query($m: ID!) { history(matterId: $m, first: 200) { edges { node { name data actor } } } }";
    let answer = gateway.ask("auditor", query, json!({ "m": matter })).await;
    answer["data"]["history"]["edges"].as_array().unwrap().last().unwrap()["node"].clone()
}

#[tokio::test]
async fn r20_a_notice_moves_open_due_dates_and_what_is_closed_or_past_stays() {
    let (gateway, open) = underway().await;
    let closed = begun(&gateway, "2306-530322-04-01-000002").await;
    gateway.clock.set("2026-12-14T01:00:00Z".parse().unwrap());
    accepted(&gateway, &open).await;
    accepted(&gateway, &closed).await;
    let mut withdrawn = submit(&closed, "A1");
    withdrawn["reason"] = json!("项目取消");
    withdrawn.as_object_mut().unwrap().remove("materials");
    done(&gateway, "clerk", "withdrawPermit", withdrawn).await;
    let given_up = json!({ "commandId": Uuid::new_v4(), "matter": closed, "reason": "项目取消" });
    done(&gateway, "lead", "terminateMatter", given_up).await;
    let (before, version) = clock(&gateway, &open, Value::Null).await;
    assert_eq!((&before["provisional"], &version), (&json!(true), &json!("cn-2026-1")));
    assert_eq!(before["due"], "2027-01-11");

    gateway.clock.set("2026-12-15T01:00:00Z".parse().unwrap());
    let recorded = record(&gateway, "administrator", "recordHolidayNotice", of_2027()).await;
    assert_eq!(recorded["entries"], 1, "{recorded}");
    // a command after the answer counts by the new calendar
    gateway.clock.set("2026-12-28T01:00:00Z".parse().unwrap());
    let later = begun(&gateway, "2306-530322-04-01-000003").await;
    done(&gateway, "clerk", "submitPermit", submit(&later, "A1")).await;
    let submitted = last(&gateway, &later).await;
    assert_eq!(submitted["name"], "PermitSubmitted");
    assert!(submitted["data"].to_string().contains("2027-01-05"), "{submitted}");

    gateway.state.services().settle_due().await;
    let revised = last(&gateway, &open).await;
    assert_eq!(
        (&revised["name"], &revised["actor"]),
        (&json!("DueDateRevised"), &json!("officer:platform")),
        "{revised}"
    );
    let data = &revised["data"];
    assert_eq!(
        (&data["old"]["statutory"], &data["new"]["statutory"]),
        (&json!("2027-01-11"), &json!("2027-01-12"))
    );
    assert_eq!(data["notice"], "国办发明电〔2026〕9号");
    assert_eq!(last(&gateway, &closed).await["name"], "MatterTerminated");
    assert_eq!(last(&gateway, &later).await["name"], "PermitSubmitted");

    let (now, version) = clock(&gateway, &open, Value::Null).await;
    assert_eq!((&now["due"], &now["provisional"]), (&json!("2027-01-12"), &json!(false)));
    assert_eq!(version, "cn-2027-2");
    // as it was known before the notice: its calendar, its due date
    let then = json!({ "known": { "time": "2026-12-14T10:00:00Z" } });
    let (past, version) = clock(&gateway, &open, then).await;
    assert_eq!((&past["due"], &version), (&before["due"], &json!("cn-2026-1")));
    let again = gateway.state.services().settle_due().await;
    assert_eq!((again, &last(&gateway, &open).await), (0, &revised));
}

#[tokio::test]
async fn r19_the_calendar_shows_days_and_documents_and_beyond_them_is_provisional() {
    let (gateway, _) = underway().await;
    let query = "query($from: Date!, $to: Date!) { calendar(from: $from, to: $to) { version authoritativeThrough
        provisional days { date kind name working provisional } notices { number overlay year sources off { date holiday } } } }";
    let ask =
        async |from: &str, to: &str| gateway.ask("clerk", query, json!({ "from": from, "to": to })).await;
    let year_end = ask("2026-12-31", "2027-01-02").await;
    let calendar = &year_end["data"]["calendar"];
    assert_eq!(calendar["provisional"], true, "{year_end}");
    assert_eq!(
        calendar["days"][1],
        json!({ "date": "2027-01-01", "kind": "WORKING", "name": null, "working": true, "provisional": true })
    );
    let refused = record(&gateway, "lead", "recordHolidayNotice", of_2027()).await;
    assert_eq!(refused["code"], "NotAdministrator");
    record(&gateway, "administrator", "recordHolidayNotice", of_2027()).await;
    let overlay = json!({ "commandId": Uuid::new_v4(), "number": "县政发〔2026〕3号", "sources": ["县政府公报"],
        "off": days(&["2026-12-31"], "彝族年") });
    let laid = record(&gateway, "administrator", "recordCountyOverlay", overlay).await;
    assert_eq!(laid["entries"], 1, "{laid}");
    let calendar = ask("2026-12-31", "2027-01-02").await["data"]["calendar"].clone();
    assert_eq!(
        (&calendar["authoritativeThrough"], &calendar["version"]),
        (&json!("2027-12-31"), &json!("cn-2027-2+530322-1"))
    );
    let kinds: Vec<_> =
        calendar["days"].as_array().unwrap().iter().map(|day| (&day["kind"], &day["name"])).collect();
    let holiday = json!("HOLIDAY");
    assert_eq!(kinds, [(&holiday, &json!("彝族年")), (&holiday, &json!("元旦")), (&holiday, &json!("元旦"))]);
    let documents = calendar["notices"].as_array().unwrap();
    let own = documents.last().unwrap();
    assert_eq!((&own["number"], &own["overlay"]), (&json!("县政发〔2026〕3号"), &json!(true)));
    assert!(documents.iter().any(|d| d["year"] == 2027 && d["sources"][0] == "https://www.gov.cn/2027"));
    let again = record(&gateway, "administrator", "recordHolidayNotice", of_2027()).await;
    assert_eq!((&again["__typename"], &again["entries"]), (&json!("RegisterCommandDone"), &json!(0)));
    for (from, to) in [("2026-01-02", "2026-01-01"), ("2020-01-01", "2026-01-01")] {
        assert_eq!(ask(from, to).await["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
    // another county counts by its own book
    let theirs = gateway.ask(
        "stranger",
        "{ calendar(from: \"2026-12-31\", to: \"2026-12-31\") { version } }",
        json!({}),
    );
    assert_eq!(theirs.await["data"]["calendar"]["version"], "cn-2026-1");
}

#[tokio::test]
async fn r19_a_notice_that_contradicts_the_book_is_refused_with_its_day() {
    let (gateway, _) = underway().await;
    let mut both = of_2027();
    both["makeUp"] = days(&["2027-01-02"], "元旦");
    let refused = record(&gateway, "administrator", "recordHolidayNotice", both).await;
    assert_eq!((&refused["code"], &refused["rule"]), (&json!("CalendarContradicts"), &json!("R19")));
    assert!(refused["messageZh"].as_str().unwrap().contains("2027-01-02"));
}
