use super::*;
use crate::{
    decider::{EventRecord, Explained},
    given::{Given, actor, administrator, id, platform},
};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 8, 6);
const TOMORROW: Date = date(2026, 8, 7);

fn settings() -> Given<SettingsDecider> {
    Given::nothing().by(administrator()).on(TODAY)
}

fn yellow_at(percent: u16, from: Date) -> SettingsCommand {
    let change = Change { yellow_used_percent: Some(percent), ..Change::default() };
    SettingsCommand::ChangeSettings { change, from, reason: id("县政府第12次常务会议") }
}

#[test]
fn r13_a_county_that_sets_nothing_has_the_usual_thresholds() {
    let usual = settings().state.on(TODAY).values.clone();
    assert_eq!((usual.yellow_used_percent, usual.yellow_left_days), (90, 1));
    assert_eq!((usual.reminder_days, usual.township_weight_percent, usual.backfill_grace_days), (2, 33, 1));
}

#[test]
fn r13_a_change_holds_from_its_day_on_and_what_was_before_stays() {
    let given = settings().does(&yellow_at(80, TOMORROW)).does(&yellow_at(70, date(2026, 9, 1)));
    let at = |day| given.state.on(day).values.yellow_used_percent;
    assert_eq!((at(TODAY), at(TOMORROW), at(date(2026, 8, 31)), at(date(2026, 9, 1))), (90, 80, 80, 70));
    assert_eq!(given.state.on(TOMORROW).seen_at(&id("530322")).revision, Some(0));
    assert_eq!(given.state.on(TODAY).seen_at(&id("530322")).stream, "530322.settings-main");
    assert_eq!(given.refolded(), given.state);
    let again = given.state.clone();
    let replaced = settings().does(&yellow_at(80, TOMORROW)).does(&yellow_at(85, TOMORROW));
    assert_eq!(replaced.state.on(TOMORROW).values.yellow_used_percent, 85);
    assert_eq!(again.versions().count(), 3);
}

#[test]
fn r17_the_weight_of_a_townships_rating_is_recorded_with_its_reason() {
    let change = Change { township_weight_percent: Some(40), ..Change::default() };
    let reason = id("县考核办〔2026〕3号");
    let mut given = settings();
    let events = given.when(&SettingsCommand::ChangeSettings { change, from: TOMORROW, reason }).unwrap();
    let [SettingsEvent::SettingsChanged(e)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((e.old.township_weight_percent, e.new.township_weight_percent), (33, 40));
    assert_eq!(e.reason.as_str(), "县考核办〔2026〕3号");
}

#[test]
fn r20_settings_never_begin_on_a_day_that_has_begun_nor_before_the_last_change() {
    let refused = |from| settings().when(&yellow_at(80, from)).unwrap_err();
    assert_eq!(refused(TODAY), SettingsRefusal::DayHasBegun { from: TODAY, today: TODAY });
    assert_eq!(refused(date(2026, 8, 1)).code(), "DayHasBegun");
    let mut given = settings().does(&yellow_at(80, date(2026, 9, 1)));
    let early = given.when(&yellow_at(70, TOMORROW)).unwrap_err();
    assert_eq!(early, SettingsRefusal::BeforeLastChange { from: TOMORROW, last: date(2026, 9, 1) });
}

#[test]
fn r13_a_value_beyond_its_bounds_is_refused_with_them() {
    for (percent, refused) in [(0, true), (1, false), (100, false), (101, true)] {
        let answer = settings().when(&yellow_at(percent, TOMORROW));
        assert_eq!(answer.is_err_and(|refusal| refusal.code() == "SettingOutOfBounds"), refused, "{percent}");
    }
}

#[test]
fn r18_only_an_administrator_or_the_platform_changes_settings() {
    use crate::decider::Role;
    let lead = actor("lead", "government-office", &[Role::Lead, Role::Supervisor]);
    assert_eq!(settings().by(lead).when(&yellow_at(80, TOMORROW)).unwrap_err().code(), "NotAdministrator");
    assert!(settings().by(platform()).when(&yellow_at(80, TOMORROW)).is_ok());
}

#[test]
fn the_same_change_twice_is_one_change() {
    let mut given = settings();
    assert!(given.repeats(&yellow_at(80, TOMORROW)));
    assert_eq!(given.log.len(), 1);
}

/// The stored form, word for word: it is read for ever.
const STORED: &str = r#"{"old":{"cards_by_rule":true,"yellow_used_percent":90,"yellow_left_days":1,"opinion_cards_by_rule":true,"opinion_yellow_left_days":1,"reminder_days":2,"township_weight_percent":33,"backfill_grace_days":1},"new":{"cards_by_rule":true,"yellow_used_percent":80,"yellow_left_days":1,"opinion_cards_by_rule":true,"opinion_yellow_left_days":1,"reminder_days":2,"township_weight_percent":33,"backfill_grace_days":1},"from":"2026-08-07","reason":"县政府第12次常务会议"}"#;

/// As it was stored before there were cards on opinions: those are as usual.
const STORED_V1: &str = r#"{"old":{"cards_by_rule":true,"yellow_used_percent":90,"yellow_left_days":1,"reminder_days":2,"township_weight_percent":33,"backfill_grace_days":1},"new":{"cards_by_rule":true,"yellow_used_percent":80,"yellow_left_days":1,"reminder_days":2,"township_weight_percent":33,"backfill_grace_days":1},"from":"2026-08-07","reason":"县政府第12次常务会议"}"#;

#[test]
fn a_stored_change_reads_back_the_same() {
    let events = settings().when(&yellow_at(80, TOMORROW)).unwrap();
    assert_eq!(String::from_utf8(events[0].encode().unwrap()).unwrap(), STORED);
    assert_eq!(SettingsEvent::decode("SettingsChanged", 2, STORED.as_bytes()).unwrap(), events[0]);
    assert_eq!(SettingsEvent::decode("SettingsChanged", 1, STORED_V1.as_bytes()).unwrap(), events[0]);
}
