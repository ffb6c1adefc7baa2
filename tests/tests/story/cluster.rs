//! Gateways over a log that is not theirs alone: one counts by what another recorded, and an outage is said as one.

use std::sync::Arc;
use std::time::Duration;

use om_domain::directory;
use om_infra::log::{LogState, Position};
use om_tests::house::{Case, House, STORY};
use om_tests::node::NodeHome;
use serde_json::json;

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

/// A matter on a gateway that works on a node.
async fn on(home: &NodeHome) -> Case {
    let house = House::on(Some(home.connect().await)).await;
    let imported = house.try_import("importDirectory", directory::SHIPPED).await;
    assert_eq!(imported["__typename"], "RegisterCommandDone", "{imported}");
    house.template(STORY).await;
    Case::begin(&house, "story", 1).await
}

/// The same matter on another gateway.
async fn elsewhere(home: &NodeHome, case: &Case) -> Case {
    Case { house: House::on(Some(home.connect().await)).await, id: case.id.clone() }
}

async fn state_is(house: &Arc<House>, wanted: fn(&LogState) -> bool) {
    for _ in 0..1_500 {
        if wanted(&house.platform.log.state()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the state is still {:?}", house.platform.log.state());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_gateway_records_the_other_decides_and_counts_by() {
    let home = NodeHome::new();
    let one = on(&home).await;
    let other = elsewhere(&home, &one).await;
    one.at("2026-12-21");
    other.at("2026-12-21");
    let id = Case::intention();
    let first = one.by("clerk").submit("W", FILE).under(id).done().await;
    let again = other.by("clerk").submit("W", FILE).under(id).done().await;
    assert_eq!((again.repeated, first.events), (true, again.events));
    other.by("wa-officer-1").accept("W").done().await;
    let before = one.permit("W").await;
    assert_eq!(before.at("clock.statutory.due"), other.permit("W").await.at("clock.statutory.due"));
    // a notice on the first is counted by on the second at once, though it had counted without it
    let notice = json!({ "number": "国办发明电〔2026〕9号", "year": 2027, "sources": ["example"],
        "authoritativeThrough": "2027-12-31", "off": [{ "date": "2027-01-01", "holiday": "元旦" }] });
    let recorded = one.on_register("administrator", "recordHolidayNotice", notice).await;
    recorded.shows("__typename", "RegisterCommandDone");
    let (here, there) = (one.permit("W").await, other.permit("W").await);
    assert_eq!(here.at("clock.statutory.due"), there.at("clock.statutory.due"));
    other
        .list("lead", "{ overview { matters { nodes { id } } } }")
        .await
        .shows("overview.matters.nodes.0.id", &*one.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_an_outage_reads_say_as_of_when_and_commands_fail_clearly() {
    let home = NodeHome::new();
    let case = on(&home).await;
    case.at("2023-06-12 10:00");
    let known = case.see_as("lead", "asOf revision", json!(null)).await;
    home.kill().await;
    state_is(&case.house, |state| matches!(state, LogState::Unreachable { .. })).await;

    case.at("2023-06-14 10:00");
    let seen = case.see_as("lead", "asOf revision", json!(null)).await;
    assert_eq!((seen.at("asOf"), seen.at("revision")), (known.at("asOf"), known.at("revision")));
    let id = Case::intention();
    let failed = case.by("clerk").submit("W", FILE).under(id).fails().await;
    assert_eq!(
        (&failed["code"], &failed["retryable"]),
        (&json!("LOG_UNREACHABLE"), &json!(true)),
        "{failed}"
    );

    home.start();
    state_is(&case.house, |state| *state == LogState::Serving).await;
    let done = case.by("clerk").submit("W", FILE).under(id).done().await;
    assert!(!done.repeated);
    let seen = case.see_as("lead", "asOf revision", json!(null)).await;
    assert_ne!(seen.at("asOf"), known.at("asOf"));
    assert_eq!(case.times("PermitSubmitted").await, 1);
}

/// A gateway that was started a moment before the outage: lists it has, the matter it has never read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_an_outage_what_is_not_in_memory_is_refused_as_retryable_and_lists_are_shown() {
    let home = NodeHome::new();
    let one = on(&home).await;
    let other = elsewhere(&home, &one).await;
    let (matters, history) =
        ("{ overview { matters { nodes { id } } } }", "history(matterId: $id) { edges { node { id } } }");
    // who asks is known, and the calendar; the matter was not read
    other.list("lead", matters).await.shows("overview.matters.nodes.0.id", &*one.id);
    home.kill().await;
    state_is(&other.house, |state| matches!(state, LogState::Unreachable { .. })).await;

    let list = other.house.ask("lead", matters, json!({})).await;
    assert_eq!(list["overview"]["matters"]["nodes"][0]["id"], *one.id);
    let far = Position::new(other.house.platform.log.id(), 999_999).to_string();
    let seen = "query($seen: String) { overview(seen: $seen) { matters { nodes { id } } } }";
    for (query, variables) in [
        ("query($id: ID!) { matter(id: $id) { id } }".to_owned(), json!({ "id": one.id })),
        (format!("query($id: ID!) {{ {history} }}"), json!({ "id": one.id })),
        (seen.to_owned(), json!({ "seen": far })),
    ] {
        let answer = other.house.post("lead", &query, variables).await;
        let error = &answer["errors"][0];
        let told = (&error["extensions"]["code"], &error["extensions"]["retryable"]);
        assert_eq!(told, (&json!("LOG_UNREACHABLE"), &json!(true)), "{query}: {answer}");
        assert!(error["message"].as_str().unwrap().contains("in a moment"), "{answer}");
    }
    // the gateway that has read it shows it, and what it was last seen at
    state_is(&one.house, |state| matches!(state, LogState::Unreachable { .. })).await;
    one.see_as("lead", "id asOf", json!(null)).await.shows("id", &*one.id);

    home.start();
    state_is(&other.house, |state| *state == LogState::Serving).await;
    other.see_as("lead", "id", json!(null)).await.shows("id", &*one.id);
}
