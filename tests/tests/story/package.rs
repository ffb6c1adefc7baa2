//! One window (一窗受理): one package for many permits, one receipt, every department at the same moment; what was given
//! once is not asked for again.

use om_tests::house::{Case, names};
use serde_json::json;

const ROUNDS: &str = "round { package reused { material from round receivedOn paper } intakeDue { date } }
    materials { code met own handed { material } reusedFrom { from receivedOn } }";

#[tokio::test]
async fn a_package_reaches_every_department_at_once_or_none() {
    let case = Case::of("municipal-road-bridge", "municipal-road-bridge").await;
    case.at("2023-06-12");
    let clerk = case.by("clerk");
    case.by("dr-officer-1").submit_package(&[("A1", &[])]).refused("NotAuthorised").await;
    clerk.submit_package(&[]).refused("PackageEmpty").await;
    clerk.submit("A4", &[]).done().await;
    let before = case.revision().await;
    let refused = clerk
        .submit_package(&[("A1", &["project-proposal"]), ("A4", &[]), ("A2", &["no-such"])])
        .refused("PackageRefused")
        .await;
    let why: Vec<_> =
        refused.facts["refused"].as_array().unwrap_or(&vec![]).iter().map(|r| r["permit"].clone()).collect();
    assert_eq!(why, [json!("A4"), json!("A2")], "each that stands in the way, and no other");
    assert!(
        refused.zh.contains("A4") && refused.zh.contains("A2") && refused.source.contains("行政许可法 26")
    );
    assert_eq!(case.revision().await, before, "nothing of it was received");

    let done = clerk
        .submit_package(&[
            ("A1", &["project-proposal", "funding-note", "sealed-copies"]),
            ("A2", &["site-map", "site-argument", "credit-code"]),
        ])
        .done()
        .await;
    let entries = case.since(before).await;
    assert_eq!(names(&entries), ["PackageReceived", "PermitSubmitted", "PermitSubmitted"]);
    assert_eq!(done.events.len(), 3);
    let moments: std::collections::BTreeSet<_> =
        entries.iter().map(|e| e.all.at("effectiveAt").to_string()).collect();
    assert_eq!(moments.len(), 1, "the same moment for every department");
    let number = entries[0].all.at("data.number").clone();
    for (code, body, officer) in
        [("A1", "development-reform", "dr-officer-1"), ("A2", "natural-resources", "nr-officer-1")]
    {
        let seen =
            case.see_as("lead", &format!("permit(code: \"{code}\") {{ {ROUNDS} }}"), json!(null)).await;
        seen.shows("permit.round.package", number.clone()).shows("permit.round.intakeDue.date", "2023-06-19");
        let query =
            format!("{{ desk(body: \"body:{body}\") {{ edges {{ node {{ permitCode kind since }} }} }} }}");
        let desk = case.list(officer, &query).await;
        let edges = desk.all("desk.edges");
        assert!(
            edges.iter().any(|e| e.at("node.permitCode") == code && e.at("node.kind") == "ACCEPT_OR_NOTICE")
        );
    }
}

#[tokio::test]
async fn r03_what_was_given_once_is_not_asked_for_again() {
    let case = Case::of("municipal-road-bridge", "municipal-road-bridge").await;
    let clerk = case.by("clerk");
    case.at("2023-06-12")
        .by("clerk")
        .submit("A2", &["site-map", "site-argument", "credit-code"])
        .done()
        .await;
    case.at("2023-06-14");
    clerk.submit_package(&[("A7", &["land-survey-map"]), ("A1", &[])]).done().await;
    let seen = case.see_as("lead", &format!("permit(code: \"A7\") {{ {ROUNDS} }}"), json!(null)).await;
    let reused = seen.one("permit.round.reused", "material", "credit-code");
    reused.shows("from", "A2").shows("round", 1).shows("receivedOn", "2023-06-12");
    let material = seen.one("permit.materials", "code", "credit-code");
    material.shows("met", true).lacks("handed").shows("reusedFrom.from", "A2");
    // the notice may not ask for it, and says where it lies
    let land = case.by("nr-officer-1");
    let refused =
        land.notice_correction("A7", &["material:credit-code"]).refused("MaterialLiesWithMatter").await;
    let refused = refused.by("R3", "行政许可法 31").says("from", "A2").says("received_on", "2023-06-12");
    assert!(
        refused.zh.contains("用地预审与选址意见书") && refused.zh.contains("2023-06-12"),
        "{}",
        refused.zh
    );
    // a permit's own sealed copies are its own
    let a1 = case.see_as("lead", &format!("permit(code: \"A1\") {{ {ROUNDS} }}"), json!(null)).await;
    a1.one("permit.materials", "code", "sealed-copies").shows("own", true).shows("met", false);
}
