//! What a county counts by, where others append to the same log.

use std::sync::Arc;

use om_domain::settings::{self, SettingsCommand, SettingsDecider};
use om_infra::calendars::CountyCalendars;
use om_infra::executor::{Executor, Host, Outcome, Request};
use om_infra::recorded::platform_actor;
use tempfile::tempdir;

use crate::toy::*;

/// Another gateway appends through the node of this process: neither its executors nor its calendars are ours.
#[tokio::test]
async fn settings_that_another_gateway_appends_through_our_node_count_at_once() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let other = Host { calendars: Arc::new(CountyCalendars::new(house.log.clone())), ..house.host.clone() };
    let there = Executor::<SettingsDecider>::new(other, 8);
    let stream = Executor::<SettingsDecider>::stream(&county(), settings::MAIN).unwrap();
    let ours = &house.host.calendars;
    let percent = async || {
        let settings = ours.settings(&county()).await.unwrap();
        settings.on(day("2026-06-01")).values.yellow_used_percent
    };
    let usual = percent().await;
    for (n, asked) in [(1, usual + 5), (2, usual - 5)] {
        let change = settings::Change { yellow_used_percent: Some(asked), ..settings::Change::default() };
        let (from, reason) = (day("2026-04-01"), "试行".parse().unwrap());
        let command = SettingsCommand::ChangeSettings { change, from, reason };
        let by = platform_actor(&county()).unwrap();
        let outcome = there.execute(Request::new(stream.clone(), id(n), by, command)).await.unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert_eq!(percent().await, asked);
    }
    // what others append elsewhere changes nothing of it
    let before = ours.settings(&county()).await.unwrap();
    house.executor().execute(open("a", 1)).await.unwrap();
    assert!(Arc::ptr_eq(&before, &ours.settings(&county()).await.unwrap()));
}
