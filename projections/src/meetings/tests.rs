//! Rows of meetings, on histories made by the domain's rules.

use super::*;
use crate::{folding::Folding, projection::AnyProjection};
use jiff::{Timestamp, civil::date};
use om_domain::{
    calendar::{Calendar, start_of_day},
    decider::{Actor, Context, Decider, EventRecord, Role, Seen, SeenAt},
    ids::{CommandId, EventId},
    meeting::{Meeting, MeetingCommand as C, MeetingDecider, MeetingReads},
    metadata::{Metadata, RequestHash, StoredMetadata},
    settings::CountySettings,
};
use std::collections::BTreeMap;

fn t<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

const MATTER: &str = "matter:01J00000000000000000000000";
const MEETING: &str = "01J00000000000000000000007";

/// Payload, metadata, name, version and time of an event as it is stored.
type Stored = (Vec<u8>, Vec<u8>, &'static str, u16, Timestamp);

struct Story {
    state: Meeting,
    events: Vec<Stored>,
}

fn actor(officer: &str, body: &str, role: Role) -> Actor {
    Actor::new(t(officer), t("530322"), t(body), [role].into())
}

impl Story {
    fn run(&mut self, day: Date, by: &Actor, command: &C) {
        let seen = |value| Seen { at: SeenAt { stream: "530322.matter-1".into(), revision: Some(1) }, value };
        let chair = actor("chair", "government-office", Role::Lead);
        let reads = MeetingReads {
            matters: [(t(MATTER), seen([t("lead")].into()))].into(),
            officers: BTreeMap::from([(chair.officer.clone(), chair)]),
            ..MeetingReads::default()
        };
        let calendar = Calendar::national();
        let at = start_of_day(day);
        let settings = CountySettings::default();
        let ctx = Context { at, by, calendar: &calendar, settings: &settings, effective: None, read: &reads };
        while let Some(fact) = MeetingDecider::settle(&self.state, &ctx) {
            self.record(at, &actor("platform", "platform", Role::System), fact);
        }
        for fact in MeetingDecider::decide(&self.state, command, &ctx).unwrap() {
            self.record(at, by, fact);
        }
    }

    fn record(&mut self, at: Timestamp, by: &Actor, fact: om_domain::decider::Fact<E>) {
        let revision = self.events.len() as u64;
        let id = EventId(uuid::Uuid::from_u128(u128::from(revision) + 1));
        let metadata = Metadata {
            county: by.county.clone(),
            officer: by.officer.clone(),
            body: by.body.clone(),
            roles: by.roles,
            stands_in_for: by.stands_in_for.clone(),
            effective: fact.effective,
            recorded: at,
            command: CommandId(uuid::Uuid::nil()),
            request: RequestHash([0; 32]),
            correlation: CommandId(uuid::Uuid::nil()),
            causation: None,
            traceparent: None,
            entered_by: None,
        };
        let payload = fact.event.encode().unwrap();
        let (name, version) = (fact.event.name(), fact.event.version());
        self.events.push((payload, serde_json::to_vec(&metadata).unwrap(), name, version, at));
        let (by, event, effective) = (by.clone(), fact.event, fact.effective);
        MeetingDecider::evolve(
            &mut self.state,
            &Recorded { id, revision, by, effective, recorded: at, event },
        );
    }

    fn told(&self) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        let mut meetings = Folding::<Meetings>::default();
        meetings.install(&db).unwrap();
        let encoded: Vec<_> = self
            .events
            .iter()
            .enumerate()
            .map(|(n, (payload, metadata, kind, version, recorded))| EncodedEvent {
                county: "530322",
                category: "meeting",
                subject: MEETING,
                id: EventId(uuid::Uuid::from_u128(n as u128 + 1)),
                revision: n as u64,
                position: n as u64 + 1,
                kind,
                version: *version,
                recorded: *recorded,
                payload,
                metadata: StoredMetadata::Text(metadata),
            })
            .collect();
        meetings.fold_batch(&db, &encoded).unwrap();
        db
    }
}

#[test]
fn a_task_is_found_by_owner_matter_and_lateness_until_it_is_confirmed() {
    let chair = actor("chair", "government-office", Role::Lead);
    let water = actor("water-1", "water", Role::Officer);
    let mut story = Story { state: Meeting::default(), events: Vec::new() };
    story.run(
        date(2023, 6, 12),
        &chair,
        &C::ConveneMeeting {
            title: t("联席会议"),
            on: date(2023, 6, 15),
            place: t("二楼"),
            chair: t("chair"),
            matters: [t(MATTER)].into(),
            bodies: [t("water")].into(),
            agenda: vec![],
        },
    );
    let assign = |text: &str, owner: &str| C::AssignTask {
        text: t(text),
        matter: Some(t(MATTER)),
        resolution: None,
        owner: t(owner),
        limit: date(2023, 6, 30),
    };
    story.run(date(2023, 6, 15), &chair, &assign("批复洪评", "water"));
    story.run(date(2023, 6, 15), &chair, &assign("征迁", "tongle"));
    story.run(date(2023, 6, 16), &water, &C::ClaimTask { number: 1, due: date(2023, 6, 20) });
    let county = t("530322");
    let of = |story: &Story, filter: TaskFilter| -> Vec<u16> {
        tasks(&story.told(), &county, &filter, None, 10).unwrap().into_iter().map(|(_, _, n, _)| n).collect()
    };
    let water_open = || TaskFilter { owner: Some(t("water")), open: true, ..TaskFilter::default() };
    let late = |day| TaskFilter { overdue_at: Some(day), open: true, ..TaskFilter::default() };
    assert_eq!(
        of(&story, TaskFilter { matter: Some(t(MATTER)), ..TaskFilter::default() }),
        [1, 2],
        "by date"
    );
    assert_eq!(of(&story, late(date(2023, 6, 20))), [0_u16; 0]);
    assert_eq!(of(&story, late(date(2023, 6, 21))), [1]);
    let due = due_meetings(&story.told(), date(2023, 6, 21), 9).unwrap();
    assert_eq!(due.iter().map(|due| due.due).collect::<Vec<_>>(), [date(2023, 6, 20)]);
    story.run(date(2023, 6, 22), &water, &C::ReportTask { number: 1, progress: t("已批复"), finished: true });
    assert!(due_meetings(&story.told(), date(2023, 6, 23), 9).unwrap().is_empty(), "stated, and stated once");
    assert_eq!(of(&story, late(date(2023, 6, 25))), [1], "reported two days late");
    story.run(date(2023, 6, 23), &chair, &C::ConfirmTask { number: 1 });
    assert_eq!(of(&story, water_open()), [0_u16; 0]);
    let filter = MeetingFilter { matter: Some(t(MATTER)), ..MeetingFilter::default() };
    let all = meetings(&story.told(), &county, &filter, None, 10).unwrap();
    assert_eq!((all.len(), all[0].1.tasks.len()), (1, 2));
    let cursor = MeetingCursor { on: all[0].1.on, meeting: all[0].0 };
    assert!(meetings(&story.told(), &county, &filter, Some(&cursor), 10).unwrap().is_empty());
}
