use super::*;
use crate::{
    decider::SeenAt,
    directory::{Body, BodyKind, DirectoryDecider, event::BodyRegistered},
    given::{Given, actor, id},
    ids::EventId,
    naming::Names,
};
use jiff::civil::date;
use proptest::prelude::*;

fn road() -> MatterId {
    id("matter:01J00000000000000000000000")
}

fn school() -> MatterId {
    id("matter:01J00000000000000000000001")
}

fn at() -> SeenAt {
    SeenAt { stream: "530322.matter-1".into(), revision: Some(7) }
}

fn entry(number: u128) -> EventId {
    EventId(uuid::Uuid::from_u128(number))
}

fn act(body: &str, on: Date, of_time: bool) -> Option<Act> {
    Some(Act { name: id("PermitApproved"), body: id(body), on, of_time })
}

/// Two matters, three bodies; the entry looked for was water's approval on the 20th.
fn reads() -> MeetingReads {
    let leads = |lead: &str| Seen { at: at(), value: [id::<OfficerId>(lead)].into() };
    MeetingReads {
        matters: [(road(), leads("lead")), (school(), leads("other-lead"))].into(),
        bodies: Some(["government-office", "water", "housing", "tongle"].into_iter().map(id).collect()),
        officers: [chair(), water()].into_iter().map(|actor| (actor.officer.clone(), actor)).collect(),
        act: Some(Seen { at: at(), value: act("water", date(2023, 6, 20), false) }),
    }
}

fn chair() -> Actor {
    actor("chair", "government-office", &[Role::Lead])
}

fn water() -> Actor {
    actor("water-1", "water", &[Role::Officer])
}

fn town() -> Actor {
    actor("town-1", "tongle", &[Role::Township])
}

fn auditor() -> Actor {
    actor("auditor", "water", &[Role::Auditor])
}

fn convening() -> MeetingCommand {
    MeetingCommand::ConveneMeeting {
        title: id("同乐大道专班第二次联席会议"),
        on: date(2023, 6, 15),
        place: id("县政府二楼"),
        chair: id("chair"),
        matters: [road()].into(),
        bodies: ["water", "tongle"].into_iter().map(id).collect(),
        agenda: vec![id("洪评进度"), id("征迁")],
    }
}

fn resolution(text: &str) -> MeetingCommand {
    MeetingCommand::RecordResolution { matter: road(), text: id(text) }
}

fn task(text: &str, owner: &str, limit: Date) -> MeetingCommand {
    let (matter, resolution) = (Some(road()), None);
    MeetingCommand::AssignTask { text: id(text), matter, resolution, owner: id(owner), limit }
}

fn report(progress: &str, finished: bool) -> MeetingCommand {
    MeetingCommand::ReportTask { number: 1, progress: id(progress), finished }
}

fn claim(due: Date) -> MeetingCommand {
    MeetingCommand::ClaimTask { number: 1, due }
}

fn confirm() -> MeetingCommand {
    MeetingCommand::ConfirmTask { number: 1 }
}

fn link(event: u128) -> MeetingCommand {
    MeetingCommand::LinkResolution { number: 1, event: entry(event) }
}

fn convened() -> Given<MeetingDecider> {
    Given::nothing().reading(reads()).by(chair()).does(&convening())
}

/// Held on the 15th: one resolution, one task of the water department until the 30th.
fn held() -> Given<MeetingDecider> {
    convened().on(date(2023, 6, 15)).does(&resolution("水务局于6月25日前批复洪评")).does(&task(
        "出具洪评批复",
        "water",
        date(2023, 6, 30),
    ))
}

#[test]
fn its_entries_name_bodies_and_acts_as_people_do() {
    let body = |body: &str, zh: &str, en: &str| BodyRegistered {
        id: id(body),
        body: Body { name_zh: id(zh), name_en: id(en), kind: BodyKind::Department },
    };
    let directory = Given::<DirectoryDecider>::nothing()
        .event(body("water", "县水务局", "Water Bureau"))
        .event(body("tongle", "同乐街道", "Tongle Subdistrict"))
        .state;
    let g = held().by(water()).on(date(2023, 6, 21)).does(&link(1));
    let names = Names::of_directory(&directory);
    let said: Vec<_> = g.log.iter().map(|fact| sentence::of(&fact.event, &names)).collect();
    assert!(said[0].zh.ends_with("请同乐街道、县水务局参加"), "{}", said[0].zh);
    assert!(said[0].en.ends_with("with Tongle Subdistrict, Water Bureau"), "{}", said[0].en);
    assert_eq!(said[2].zh, "任务1交县水务局，2023-06-30前完成：出具洪评批复");
    assert_eq!(said[3].zh, "第1项由县水务局于2023-06-20办理（批准）");
    assert_eq!(said[3].en, "resolution 1 was done by Water Bureau on 2023-06-20 (approved)");
}

fn why(given: &mut Given<MeetingDecider>, command: &MeetingCommand) -> &'static str {
    use crate::decider::Explained;
    given.when(command).unwrap_err().code()
}

#[test]
fn r18_a_chair_who_has_become_an_auditor_records_nothing_more() {
    let audits = actor("chair", "government-office", &[Role::Auditor]);
    let mut given = convened().on(date(2023, 6, 15)).by(audits);
    assert_eq!(why(&mut given, &resolution("议定")), "NotThisPerson");
}

#[test]
fn a_lead_convenes_a_meeting_on_matters_that_there_are_with_bodies_that_there_are() {
    let mut nothing = Given::<MeetingDecider>::nothing().reading(reads()).by(water());
    assert_eq!(why(&mut nothing, &convening()), "NotThisPerson");
    assert_eq!(why(&mut nothing, &resolution("议定")), "NoSuchMeeting");
    let mut nothing = nothing.by(chair());
    let with = |change: &dyn Fn(&mut MeetingCommand)| {
        let mut command = convening();
        change(&mut command);
        command
    };
    let matters = |of: &[MatterId]| {
        let of = of.to_vec();
        with(&move |c| {
            if let MeetingCommand::ConveneMeeting { matters, .. } = c {
                *matters = of.iter().copied().collect()
            }
        })
    };
    assert_eq!(why(&mut nothing, &matters(&[])), "NothingToTreat");
    let unknown = id("matter:01J00000000000000000000009");
    assert_eq!(why(&mut nothing, &matters(&[road(), unknown])), "NoSuchMatter");
    let bodies = |of: &'static [&'static str]| {
        with(&move |c| {
            if let MeetingCommand::ConveneMeeting { bodies, .. } = c {
                *bodies = of.iter().map(|b| id(b)).collect()
            }
        })
    };
    assert_eq!(why(&mut nothing, &bodies(&[])), "NobodyInvited");
    assert_eq!(why(&mut nothing, &bodies(&["nobody"])), "UnknownBody");
    let chairs = |who: &'static str| {
        with(&move |c| {
            if let MeetingCommand::ConveneMeeting { chair, .. } = c {
                *chair = id(who)
            }
        })
    };
    assert_eq!(why(&mut nothing, &chairs("water-1")), "NotAChair");
    assert_eq!(why(&mut nothing, &chairs("nobody")), "UnknownOfficer");
    assert_eq!(nothing.when(&convening()).unwrap().len(), 1);
    assert_eq!(why(&mut convened(), &convening()), "MeetingExists");
}

#[test]
fn nothing_is_resolved_before_the_day_and_only_on_what_is_treated() {
    let mut g = convened();
    assert_eq!(why(&mut g, &resolution("议定")), "NotHeldYet");
    let mut g = g.on(date(2023, 6, 15));
    let elsewhere = MeetingCommand::RecordResolution { matter: school(), text: id("议定") };
    assert_eq!(why(&mut g, &elsewhere), "NotTreated");
    let mut g = g.does(&resolution("议定"));
    assert!(g.when(&resolution("议定")).unwrap().is_empty(), "the same once more is nothing");
    assert_eq!(why(&mut g, &MeetingCommand::CancelMeeting { reason: id("改期") }), "SomethingRecorded");
    let g = g.does(&resolution("再议定"));
    assert_eq!(g.state.resolutions.keys().copied().collect::<Vec<_>>(), [1, 2]);
    let mut closed =
        g.by(chair()).does(&MeetingCommand::CloseMeeting { minutes: id("陆专纪〔2023〕2号") });
    assert_eq!(why(&mut closed, &resolution("又议定")), "MeetingEnded");
    assert_eq!(closed.state.minutes.as_ref().unwrap().0.as_str(), "陆专纪〔2023〕2号");
    let mut off =
        convened().does(&MeetingCommand::CancelMeeting { reason: id("改期") }).on(date(2023, 6, 15));
    assert_eq!(why(&mut off, &resolution("议定")), "MeetingEnded");
}

#[test]
fn a_resolution_is_linked_to_what_a_body_did_in_that_matter_after_the_meeting() {
    let mut g = held().on(date(2023, 6, 21)).by(town());
    assert_eq!(why(&mut g, &link(5)), "NotThisPerson");
    let with = |g: Given<MeetingDecider>, found: Option<Act>| {
        g.reading(MeetingReads { act: Some(Seen { at: at(), value: found }), ..reads() })
    };
    let mut g = with(g.by(chair()), None);
    assert_eq!(why(&mut g, &link(5)), "NoSuchEntry");
    let mut g = with(g, act("water", date(2023, 6, 20), true));
    assert_eq!(why(&mut g, &link(5)), "NobodysAct");
    let mut g = with(g, act("water", date(2023, 6, 14), false));
    assert_eq!(why(&mut g, &link(5)), "DoneBefore");
    // the body that acted links it too
    let g = with(g.by(water()), act("water", date(2023, 6, 20), false)).does(&link(5));
    assert_eq!(g.state.resolutions[&1].links[&entry(5)].body, id("water"));
    let mut g = g;
    assert!(g.when(&link(5)).unwrap().is_empty());
    let mut g = g.by(chair());
    assert_eq!(
        why(&mut g, &MeetingCommand::LinkResolution { number: 9, event: entry(5) }),
        "NoSuchResolution"
    );
}

#[test]
fn the_owner_sets_its_own_date_within_the_limit_once() {
    let mut g = held().by(town());
    assert_eq!(why(&mut g, &claim(date(2023, 6, 20))), "NotThisPerson");
    let mut g = g.by(auditor());
    assert_eq!(why(&mut g, &claim(date(2023, 6, 20))), "NotThisPerson");
    let mut g = g.by(water());
    assert_eq!(why(&mut g, &claim(date(2023, 7, 1))), "DueBeyondLimit");
    assert_eq!(why(&mut g, &claim(date(2023, 6, 14))), "DueHasPassed");
    let mut g = g.does(&claim(date(2023, 6, 20)));
    assert!(g.when(&claim(date(2023, 6, 20))).unwrap().is_empty());
    assert_eq!(why(&mut g, &claim(date(2023, 6, 25))), "AlreadyClaimed");
    assert_eq!(g.state.tasks[&1].due(), date(2023, 6, 20));
    assert_eq!(why(&mut g, &MeetingCommand::ClaimTask { number: 2, due: date(2023, 6, 20) }), "NoSuchTask");
}

#[test]
fn a_task_is_reported_returned_reported_again_and_confirmed_by_another() {
    let mut g = held().by(chair());
    assert_eq!(why(&mut g, &confirm()), "NotReported");
    let mut g =
        g.by(water()).on(date(2023, 6, 18)).does(&report("专家已评审", false)).does(&report("已批复", true));
    assert!(g.when(&report("已批复", true)).unwrap().is_empty());
    assert_eq!(why(&mut g, &confirm()), "NotThisPerson");
    let g = g.by(chair()).does(&MeetingCommand::ReturnTask { number: 1, reason: id("批复未附图") });
    assert_eq!(g.state.tasks[&1].state(), TaskState::Assigned);
    let g = g.by(water()).does(&report("已批复", true));
    // who leads the matter confirms as well
    let mut g = g.by(actor("lead", "government-office", &[Role::Lead])).does(&confirm());
    assert_eq!(g.state.tasks[&1].state(), TaskState::Done);
    assert_eq!(why(&mut g, &confirm()), "TaskEnded");
}

#[test]
fn who_reported_does_not_confirm() {
    let own = task("督办", "government-office", date(2023, 6, 30));
    let g = convened().on(date(2023, 6, 15)).does(&own).does(&report("已督办", true));
    assert_eq!(why(&mut { g }, &confirm()), "OwnReport");
}

#[test]
fn r22_a_date_that_passes_is_stated_once_and_what_was_reported_in_time_was_not_late() {
    let claimed = held().by(water()).does(&claim(date(2023, 6, 20)));
    let g = claimed.on(date(2023, 7, 10)).does(&MeetingCommand::Settle).does(&MeetingCommand::Settle);
    let overdue: Vec<_> =
        g.log.iter().filter(|fact| matches!(fact.event, MeetingEvent::TaskOverdue(_))).collect();
    assert_eq!(overdue.len(), 1);
    assert_eq!(overdue[0].effective, Effective::On(date(2023, 6, 21)));
    assert!(
        g.state.tasks[&1].is_overdue_at(date(2023, 7, 10))
            && !g.state.tasks[&1].is_overdue_at(date(2023, 6, 20))
    );
    let g = held().by(water()).on(date(2023, 6, 30)).does(&report("已批复", true));
    let g = g.on(date(2023, 7, 10)).does(&MeetingCommand::Settle);
    assert_eq!(g.state.tasks[&1].overdue, None, "it waits for the chair, not for the owner");
}

#[test]
fn what_one_may_do_is_what_a_command_would_be_answered_with() {
    let may =
        |can: Vec<Can>| can.into_iter().map(|can| (can.action, can.refusal.is_none())).collect::<Vec<_>>();
    let convene = |by: Actor| may(can_convene(&Given::<MeetingDecider>::nothing().by(by).context()));
    assert_eq!(convene(chair()), [("conveneMeeting", true)]);
    assert_eq!(convene(water()), [("conveneMeeting", false)]);
    let link = |given: &Given<MeetingDecider>| may(can_on_resolution(&given.state, 1, &given.context()));
    for (by, allowed) in [(chair(), true), (water(), true), (auditor(), false)] {
        let held = held().by(by);
        assert_eq!(link(&held), [("linkResolution", allowed)]);
    }
    // of an act that is not of one's own body, a command is refused, and the answer says which person it needs
    let mut other = held().by(town()).on(date(2023, 6, 21));
    assert_eq!(why(&mut other, &self::link(1)), "NotThisPerson");
    assert!(can_on_resolution(&held().state, 9, &held().context()).is_empty(), "there is no such resolution");
}

/// A command of any kind, by anybody, on any day.
fn any_command() -> impl Strategy<Value = (usize, u8, MeetingCommand)> {
    let day = (0_i32..40).prop_map(|n| days::shift(date(2023, 6, 12), n));
    let number = 1_u16..4;
    let text = prop_oneof![Just("甲"), Just("乙"), Just("丙")];
    let owner = prop_oneof![Just("water"), Just("tongle"), Just("government-office")];
    let command = (0_u8..10, day, number, text, owner, any::<bool>()).prop_map(
        |(kind, day, number, text, owner, yes)| match kind {
            0 => convening(),
            1 => resolution(text),
            2 => MeetingCommand::LinkResolution { number, event: entry(u128::from(number)) },
            3 | 4 => task(text, owner, day),
            5 => MeetingCommand::ClaimTask { number, due: day },
            6 => MeetingCommand::ReportTask { number, progress: id(text), finished: yes },
            7 => MeetingCommand::ConfirmTask { number },
            8 => MeetingCommand::ReturnTask { number, reason: id(text) },
            _ if yes => MeetingCommand::CancelMeeting { reason: id(text) },
            _ => MeetingCommand::CloseMeeting { minutes: id(text) },
        },
    );
    (0_usize..5, 0_u8..4, command)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done by whomever: the log folds to the state, a command repeated yields nothing, time states each date
    /// once, and the order of effect ends in the same state as the order of the log.
    #[test]
    fn any_history_of_a_meeting_folds_and_repeats_nothing(steps in proptest::collection::vec(any_command(), 1..60)) {
        let people = [chair(), water(), town(), auditor(), actor("lead", "government-office", &[Role::Lead])];
        let mut g = Given::<MeetingDecider>::nothing().reading(reads()).by(chair()).does(&convening());
        let mut today = date(2023, 6, 15);
        for (who, wait, command) in steps {
            today = days::shift(today, i32::from(wait));
            g = g.on(today).by(people[who].clone());
            prop_assert!(g.repeats(&command), "{command:?}");
        }
        prop_assert_eq!(&g.refolded(), &g.state);
        let mut by_effect = g.log.clone();
        by_effect.sort_by_key(|fact| (fact.effective.day(), fact.revision));
        let mut state = Meeting::default();
        by_effect.iter().for_each(|fact| MeetingDecider::evolve(&mut state, fact));
        prop_assert_eq!(state, g.state);
        for task in 1..4 {
            let stated = g.log.iter().filter(|f| matches!(&f.event, MeetingEvent::TaskOverdue(e) if e.number == task));
            prop_assert!(stated.count() <= 1);
        }
    }
}
