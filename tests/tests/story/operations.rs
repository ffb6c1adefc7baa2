//! Who keeps the installation, and who audits it, see how it runs; nobody else does.

use om_tests::house::{Case, Seen};
use serde_json::json;

const FIGURES: &str = "{ operations { version ready paperLimit
    log { keptIn standing since head }
    projections { name schema phase lagEntries lagBytes lagMs built stoppedAt }
    policies { name waits } vault { keptIn answers } papers { keptIn answers } } }";

#[tokio::test]
async fn an_administrator_and_an_auditor_see_how_far_the_lists_are_behind_and_where_everything_is_kept() {
    let case = Case::story().await;
    case.house.platform.projections.caught_up().await.unwrap_or_else(|e| panic!("{e}"));
    for user in ["administrator", "auditor"] {
        let seen = Seen(case.house.ask(user, FIGURES, json!({})).await["operations"].clone());
        seen.shows("ready", true)
            .shows("version", env!("CARGO_PKG_VERSION"))
            .shows("log.keptIn", "DIRECTORY")
            .shows("log.standing", "SERVING")
            .shows("vault.answers", true)
            .shows("papers.keptIn", "DIRECTORY");
        let head: u64 = seen.at("log.head").as_str().and_then(|head| head.parse().ok()).unwrap_or_default();
        assert!(head > 0, "{seen:?}");
        assert_eq!(
            seen.each("projections", "name"),
            ["board", "contact", "meeting", "paper", "performance", "search"]
        );
        assert!(seen.each("projections", "phase").iter().all(|phase| *phase == "LIVE"), "{seen:?}");
        assert!(seen.all("projections").iter().all(|row| row.0["lagEntries"] == 0), "{seen:?}");
        assert!(seen.all("policies").iter().all(|row| row.0["waits"] == false), "{seen:?}");
    }
    for user in ["lead", "supervisor", "nr-officer-1"] {
        let refused = case.house.post(user, FIGURES, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{user}: {refused}");
    }
}
