//! A matter through the API: imported, proposed, planned, begun, a permit accepted; then read, replayed, listed, heard of.

use crate::support::Gateway;
use futures::StreamExt;
use om_domain::{directory, template};
use om_gateway::{
    context::Presented,
    graphql::engine::{Outcome, Params},
};
use serde_json::{Value, json};
use uuid::Uuid;

const ANSWER: &str = "__typename
    ... on MatterCommandDone { projectionsPending receipt { matter lastRevision events repeated } matter { phase revision } }
    ... on CommandRefused { code rule source message messageZh facts }
    ... on CommandConflict { kind message firstActor firstEvent revision }";

/// Sends a command as a user and returns its answer.
async fn command(gateway: &Gateway, user: &str, name: &str, input: Value) -> Value {
    let mut capital = name.to_owned();
    capital[..1].make_ascii_uppercase();
    let query = format!("mutation($input: {capital}Input!) {{ {name}(input: $input) {{ {ANSWER} }} }}");
    let answer = gateway.ask(user, &query, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{name}: {answer}");
    answer["data"][name].clone()
}

/// As `command`, and it must be done.
pub(crate) async fn done(gateway: &Gateway, user: &str, name: &str, input: Value) -> Value {
    let answer = command(gateway, user, name, input).await;
    assert_eq!(answer["__typename"], "MatterCommandDone", "{name}: {answer}");
    answer
}

pub(crate) async fn import(gateway: &Gateway, name: &str, definition: &str) {
    let query = format!(
        "mutation($input: ImportInput!) {{ {name}(input: $input) {{ __typename
           ... on RegisterCommandDone {{ entries }} ... on CommandRefused {{ code message }} }} }}"
    );
    let input = json!({ "input": { "commandId": Uuid::new_v4(), "definition": definition } });
    let answer = gateway.ask("installer", &query, input).await;
    assert_eq!(answer["data"][name]["__typename"], "RegisterCommandDone", "{answer}");
}

fn project(id: Uuid, code: &str) -> Value {
    json!({ "commandId": id, "project": {
        "name": "同乐大道及跨河桥", "kind": "市政道路", "code": code, "implementingBody": "body:tongle",
        "applicant": "applicant:city-investment", "place": "同乐街道", "investmentYuan": 5_000_000_000_u64 } })
}

fn notice(number: &str) -> Value {
    json!({ "number": number, "date": "2026-03-02", "service": "IN_PERSON", "servedOn": "2026-03-02" })
}

/// A gateway with directory, template and a matter underway.
pub(crate) async fn underway() -> (Gateway, String) {
    let gateway = Gateway::open();
    import(&gateway, "importDirectory", directory::SHIPPED).await;
    import(&gateway, "importTemplate", template::SHIPPED[0].1).await;
    let matter = begun(&gateway, "2306-530322-04-01-000001").await;
    (gateway, matter)
}

/// A matter underway.
pub(crate) async fn begun(gateway: &Gateway, code: &str) -> String {
    let id = Uuid::new_v4();
    let proposed = done(gateway, "lead", "proposeMatter", project(id, code)).await;
    let again = done(gateway, "lead", "proposeMatter", project(id, code)).await;
    assert_eq!(again["receipt"]["repeated"], true);
    let matter = proposed["receipt"]["matter"].as_str().unwrap().to_owned();
    assert_eq!(again["receipt"]["matter"], matter.as_str());
    let with = |more: Value| {
        let mut input = json!({ "commandId": Uuid::new_v4(), "matter": matter });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let force = json!({ "lead": "officer:lead", "deputy": "officer:deputy", "members": [
        { "body": "body:natural-resources", "officer": "officer:nr-officer-1" }] });
    let designate = with(json!({ "taskForce": force, "basis": "县政府会议纪要〔2026〕1号" }));
    done(gateway, "lead", "designateMatter", designate).await;
    done(gateway, "lead", "planMatter", with(json!({ "template": "template:municipal-road-bridge" }))).await;
    done(gateway, "lead", "startMatter", with(json!({}))).await;
    matter
}

pub(crate) fn submit(matter: &str, permit: &str) -> Value {
    json!({ "commandId": Uuid::new_v4(), "matter": matter, "permit": permit })
}

const SCREEN: &str = "query($id: ID!, $at: AtInput) { matter(id: $id, at: $at) {
    id revision past phase project { name investmentYuan } taskForce { lead } stages { stage permits done }
    can { name allowed reasonZh } milestones { code reachedOn }
    forecast { completion provisional criticalPath permits { permit decide } }
    permits { code status ready custodian lateBy { days } nextGate
      clock { statutory { left unit due explain { zh } } promised { left } }
      prerequisites { requirement met unmet gateNow } materials { code met }
      blockedBy { requirement because source } can { name allowed code reason rule }
      round { number intakeDue { date } } } } }";

#[tokio::test]
async fn a_matter_is_carried_through_and_read_now_and_then() {
    let (gateway, matter) = underway().await;
    let submitted = done(&gateway, "clerk", "submitPermit", submit(&matter, "A1")).await;
    assert_eq!(submitted["projectionsPending"], false);
    let refused = command(&gateway, "clerk", "submitPermit", submit(&matter, "A1")).await;
    assert_eq!(
        (&refused["__typename"], &refused["code"]),
        (&json!("CommandRefused"), &json!("AlreadySubmitted"))
    );
    let auditor = command(&gateway, "auditor", "submitPermit", submit(&matter, "A3")).await;
    assert_eq!(auditor["code"], "NotAuthorised");

    let mut correction = submit(&matter, "A1");
    correction["listed"] = json!(["material:no-such-thing"]);
    correction["notice"] = notice("吕发改补〔2026〕1号");
    let refused = command(&gateway, "dr-officer-1", "noticeCorrection", correction).await;
    assert_eq!(refused["__typename"], "CommandRefused", "{refused}");

    let now = gateway.ask("dr-officer-1", SCREEN, json!({ "id": matter })).await;
    assert!(now["errors"].is_null(), "{now}");
    let now = &now["data"]["matter"];
    let permits = now["permits"].as_array().unwrap();
    let a1 = permits.iter().find(|p| p["code"] == "A1").unwrap();
    assert_eq!((&now["phase"], &a1["status"]), (&json!("UNDERWAY"), &json!("RECEIVED")));
    assert!(
        now["forecast"]["completion"].is_string() && now["project"]["investmentYuan"] == 5_000_000_000_u64
    );
    let actions = a1["can"].as_array().unwrap();
    let may = |name: &str| actions.iter().find(|a| a["name"] == name).unwrap();
    assert_eq!(may("withdrawHandoff")["allowed"], false);
    assert!(may("withdrawHandoff")["reason"].is_string());

    gateway.clock.set("2026-03-20T01:00:00Z".parse().unwrap());
    let late = "query($id: ID!) { matter(id: $id) { permit(code: \"A1\") { lateBy { term days unit } } } }";
    let late = gateway.ask("lead", late, json!({ "id": matter })).await;
    assert_eq!(late["data"]["matter"]["permit"]["lateBy"]["term"], "INTAKE", "{late}");

    let past = json!({ "id": matter, "at": { "known": { "eventId": event(&gateway, &matter, 2).await } } });
    let then = gateway.ask("auditor", SCREEN, past).await;
    let then = &then["data"]["matter"];
    assert_eq!(
        (&then["past"], &then["phase"], &then["revision"]),
        (&json!(true), &json!("DESIGNATED"), &json!(2))
    );
    assert_eq!(then["can"], json!([]));
}

async fn event(gateway: &Gateway, matter: &str, revision: u32) -> String {
    let query = "query($m: ID!, $n: Int!) { history(matterId: $m, from: $n, to: $n) {
        edges { cursor node { id name sentenceZh backfilled data actor } } pageInfo { hasNextPage } } }";
    let page = gateway.ask("auditor", query, json!({ "m": matter, "n": revision })).await;
    let edges = page["data"]["history"]["edges"].as_array().unwrap_or_else(|| panic!("{page}"));
    assert_eq!(edges.len(), 1, "{page}");
    edges[0]["node"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn another_county_sees_nothing_of_it() {
    let (gateway, matter) = underway().await;
    for query in [
        "query($id: ID!) { matter(id: $id) { phase } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { history(matterId: $id) { edges { cursor } } }",
    ] {
        let answer = gateway.ask("stranger", query, json!({ "id": matter })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    }
    let answer = command(&gateway, "stranger", "submitPermit", submit(&matter, "A1")).await;
    assert_eq!(answer["code"], "NoSuchMatter");
    let listed = gateway
        .ask("stranger", "{ overview { underway matters { edges { node { id } } } } }", json!({}))
        .await;
    assert_eq!(listed["data"]["overview"], json!({ "underway": 0, "matters": { "edges": [] } }));
}

#[tokio::test]
async fn who_comes_second_is_told_who_was_first() {
    let (gateway, matter) = underway().await;
    let seen = gateway
        .ask("lead", "query($id: ID!) { matter(id: $id) { revision } }", json!({ "id": matter }))
        .await;
    let mut input = submit(&matter, "A1");
    done(&gateway, "clerk", "submitPermit", input.clone()).await;
    input["expectedRevision"] = seen["data"]["matter"]["revision"].clone();
    input["commandId"] = json!(Uuid::new_v4());
    let conflict = command(&gateway, "dr-officer-1", "submitPermit", input.clone()).await;
    assert_eq!(conflict["kind"], "MOVED_ON", "{conflict}");
    assert_eq!(
        (&conflict["firstActor"], &conflict["firstEvent"]),
        (&json!("officer:clerk"), &json!("PermitSubmitted"))
    );
    let id = Uuid::new_v4();
    let suspend = |reason: &str| json!({ "commandId": id, "matter": matter, "reason": reason });
    done(&gateway, "lead", "suspendMatter", suspend("资金未落实")).await;
    let reused = command(&gateway, "lead", "suspendMatter", suspend("另一原因")).await;
    assert_eq!(reused["kind"], "COMMAND_ID_REUSED");
}

#[tokio::test]
async fn lists_show_what_was_done_and_pages_are_capped() {
    let (gateway, matter) = underway().await;
    done(&gateway, "clerk", "submitPermit", submit(&matter, "A1")).await;
    let query = "{ overview { underway matters(first: 1, filter: { phase: UNDERWAY }) { edges { node { id
        stages { stage permits done } pressure { permits overdue nextDue } } } pageInfo { hasNextPage endCursor } } }
        desk { edges { node { permitCode kind due leftWorkingDays overdue weight } } }
        tolerances(filter: { live: true }) { edges { node { requirement } } }
        directory { bodies { id } } templates { id version permits } }";
    let answer = gateway.ask("dr-officer-1", query, json!({})).await;
    assert!(answer["errors"].is_null(), "{answer}");
    assert_eq!(answer["data"]["overview"]["matters"]["edges"][0]["node"]["id"], matter.as_str());
    let task = &answer["data"]["desk"]["edges"][0]["node"];
    assert_eq!((&task["permitCode"], &task["kind"]), (&json!("A1"), &json!("ACCEPT_OR_NOTICE")), "{answer}");
    for query in [
        "{ desk(first: 201) { edges { cursor } } }",
        "{ overview { matters(first: 0) { edges { cursor } } } }",
    ] {
        let answer = gateway.ask("lead", query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("200"));
    }
    let costly = "{ overview { matters(first: 200) { edges { node { stages { stage } pressure { permits } a: stages { stage }
        b: stages { stage } c: stages { stage } d: stages { stage } e: stages { stage } f: stages { stage }
        g: stages { stage } h: stages { stage } i: stages { stage } j: stages { stage } k: stages { stage } l: stages { stage }
        m: stages { stage } n: stages { stage } o: stages { stage } p: stages { stage } q: stages { stage } r: stages { stage }
        s: stages { stage } t: stages { stage } u: stages { stage } v: stages { stage } } } } } }";
    let answer = gateway.ask("lead", costly, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TOO_LARGE", "{answer}");
}

#[tokio::test]
async fn a_subscriber_gets_what_was_and_then_what_comes_and_misses_nothing() {
    let (gateway, matter) = underway().await;
    let requester =
        gateway.state.requester(Some(&Presented::Authorization("Bearer dev:lead".into()))).await.unwrap();
    let query = format!(
        "subscription {{ matterChanged(id: \"{matter}\", since: 1) {{ __typename
           ... on MatterChanged {{ revision event {{ name }} matter {{ phase }} }} ... on Resync {{ reason }} }} }}"
    );
    let subscribe = |query: String| {
        let params = Params { query, ..Params::default() };
        gateway.state.engine().stream(gateway.state.engine().prepare(params, &requester, "t").unwrap())
    };
    let mut heard = subscribe(query.clone());
    let next =
        async |heard: &mut futures::stream::BoxStream<'static, Outcome>| match heard.next().await.unwrap() {
            Outcome::Executed(response) => response.data.into_json().unwrap()["matterChanged"].clone(),
            Outcome::Refused(errors) => panic!("{errors:?}"),
        };
    for (revision, name) in [(2, "MatterPlanned"), (3, "MatterStarted")] {
        let change = next(&mut heard).await;
        assert_eq!(
            (&change["revision"], &change["event"]["name"]),
            (&json!(revision), &json!(name)),
            "{change}"
        );
    }
    done(&gateway, "clerk", "submitPermit", submit(&matter, "A1")).await;
    assert_eq!(next(&mut heard).await["event"]["name"], "PermitSubmitted");
    let mut ahead = subscribe(query.replace("since: 1", "since: 999"));
    assert_eq!(next(&mut ahead).await["__typename"], "Resync");
    assert!(ahead.next().await.is_none());
}
