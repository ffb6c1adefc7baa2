//! For tests: histories made by the domain's own rules, stored as the log stores them.

pub(crate) mod chance;
mod plan;

use crate::{
    board::Board,
    folding::Folding,
    projection::{AnyProjection, EncodedEvent},
};
use jiff::{ToSpan, civil::Date};
use om_domain::{
    calendar::{Calendar, beijing, start_of_day},
    decider::{Actor, Context, Decider, Effective, EventRecord, Fact, Recorded, Role, Seen, SeenAt},
    ids::{CommandId, CountyId, EventId, MatterId},
    matter::{
        MatterCommand as C, MatterDecider, MatterEvent, MatterReads,
        event::{Handed, Notice, ProjectFacts, Service, TaskForce},
        plan::Plan,
        state::Matter,
    },
    metadata::{Metadata, RequestHash, StoredMetadata},
    settings::{CountySettings, Values},
};
use rusqlite::Connection;
use std::{collections::BTreeSet, str::FromStr};
use uuid::Uuid;

/// A well-formed value of a text type.
pub(crate) fn t<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    t(text)
}

/// A stored event that owns its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) county: String,
    pub(crate) subject: String,
    pub(crate) fact: Recorded<MatterEvent>,
    pub(crate) position: u64,
    pub(crate) payload: Vec<u8>,
    pub(crate) metadata: Vec<u8>,
}

impl Stored {
    pub(crate) fn view(&self) -> EncodedEvent<'_> {
        EncodedEvent {
            county: &self.county,
            category: "matter",
            subject: &self.subject,
            id: self.fact.id,
            revision: self.fact.revision,
            position: self.position,
            kind: self.fact.event.name(),
            version: self.fact.event.version(),
            recorded: self.fact.recorded,
            payload: &self.payload,
            metadata: StoredMetadata::Text(&self.metadata),
        }
    }
}

/// One matter lived through.
pub(crate) struct History {
    pub(crate) county: CountyId,
    pub(crate) matter: MatterId,
    pub(crate) state: Matter,
    pub(crate) today: Date,
    pub(crate) stored: Vec<Stored>,
    calendar: Calendar,
    settings: CountySettings,
}

impl History {
    /// A matter underway with the plan of three permits; it is Monday, 2 November 2026.
    pub(crate) fn underway(county: &str, seed: u128) -> Self {
        let county: CountyId = t(county);
        let matter = MatterId::of_command(&county, &CommandId(Uuid::from_u128(seed)));
        let mut history = History {
            county,
            matter,
            state: Matter::default(),
            today: day("2026-11-02"),
            stored: Vec::new(),
            calendar: Calendar::national(),
            settings: CountySettings::always(Values { cards_by_rule: false, ..Values::default() }),
        };
        let project = project(&history.county, seed);
        history.run(C::ProposeMatter { project });
        history.run(C::DesignateMatter { task_force: task_force(), basis: t("县办发〔2026〕1号") });
        history.run(C::PlanMatter { template: t("municipal-road"), leave_out: BTreeSet::new() });
        history.run(C::StartMatter);
        assert_eq!(history.stored.len(), 4);
        history
    }

    /// With the settings of a county that has set nothing: cards are issued by rule.
    #[must_use]
    pub(crate) fn carded(mut self) -> Self {
        self.settings = CountySettings::default();
        self
    }

    /// A command that must be accepted.
    pub(crate) fn run(&mut self, command: C) {
        let said = format!("{command:?}");
        assert!(self.ask(&command), "refused: {said}");
    }

    /// As [`Self::run`], of what took effect on an earlier day.
    pub(crate) fn run_late(&mut self, on: Date, command: C) {
        assert!(self.ask_as(&command, Some(Effective::On(on))), "refused: {command:?}");
    }

    /// States what time has made true, then lets the first who may carry out the command. Whether anyone might.
    pub(crate) fn ask(&mut self, command: &C) -> bool {
        self.ask_as(command, None)
    }

    fn ask_as(&mut self, command: &C, effective: Option<Effective>) -> bool {
        self.settle();
        for actor in actors(&self.county) {
            let (at, reads) = (self.now(), self.reads());
            let ctx = Context {
                at,
                by: &actor,
                calendar: &self.calendar,
                settings: &self.settings,
                effective,
                read: &reads,
            };
            if let Ok(facts) = MatterDecider::decide(&self.state, command, &ctx) {
                facts.into_iter().for_each(|fact| self.record(&actor, fact));
                self.settle();
                return true;
            }
        }
        false
    }

    /// What time has made true by today, as the platform records it. How much that was.
    pub(crate) fn settle(&mut self) -> usize {
        let mut stated = 0;
        while let Some(fact) = self.next_fact(self.today) {
            self.record(&system(&self.county), fact);
            stated += 1;
        }
        stated
    }

    /// What time alone would have made true by the noon of that day.
    pub(crate) fn next_fact(&self, today: Date) -> Option<Fact<MatterEvent>> {
        let (by, reads) = (system(&self.county), self.reads());
        let ctx = Context {
            at: noon(today),
            by: &by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective: None,
            read: &reads,
        };
        MatterDecider::settle(&self.state, &ctx)
    }

    pub(crate) fn wait(&mut self, days: i32) {
        self.today = self.today.saturating_add(days.days());
    }

    pub(crate) fn submit(&mut self, permit: &str, materials: &[&str]) {
        let materials = materials.iter().map(|code| handed(code)).collect();
        self.run(C::SubmitPermit { permit: t(permit), materials });
    }

    pub(crate) fn accept(&mut self, permit: &str) {
        self.run(C::AcceptPermit { permit: t(permit), notice: self.notice() });
    }

    pub(crate) fn approve(&mut self, permit: &str) {
        self.run(C::ApprovePermit { permit: t(permit), notice: self.notice(), conditions: None });
    }

    pub(crate) fn notice(&self) -> Notice {
        Notice {
            number: t("示例〔2026〕7号"),
            date: self.today,
            service: Service::InPerson,
            served_on: self.today,
            paper: None,
        }
    }

    pub(crate) fn record(&mut self, by: &Actor, fact: Fact<MatterEvent>) {
        let revision = self.stored.len() as u64;
        let command = CommandId(Uuid::from_u128(u128::from(revision)));
        let stream = format!("{}.matter-{}", self.county, self.matter);
        let metadata = Metadata {
            county: self.county.clone(),
            officer: by.officer.clone(),
            body: by.body.clone(),
            roles: by.roles,
            stands_in_for: by.stands_in_for.clone(),
            effective: fact.effective,
            recorded: self.now(),
            command,
            request: RequestHash([7; 32]),
            correlation: command,
            causation: None,
            traceparent: None,
            entered_by: None,
        };
        let (payload, bytes) = (fact.event.encode().unwrap(), serde_json::to_vec(&metadata).unwrap());
        let fact = metadata.into_recorded(EventId::derive(&stream, &command, 0), revision, fact.event);
        MatterDecider::evolve(&mut self.state, &fact);
        self.stored.push(Stored {
            county: self.county.to_string(),
            subject: self.matter.to_string(),
            fact,
            position: revision + 1,
            payload,
            metadata: bytes,
        });
    }

    fn now(&self) -> jiff::Timestamp {
        noon(self.today)
    }

    fn reads(&self) -> MatterReads {
        let at = || SeenAt { stream: "530322.directory-530322".into(), revision: Some(1) };
        let plan: Plan = plan::three_permits();
        MatterReads {
            matter: Some(self.matter),
            reserved: Some(Seen { at: at(), value: Some(self.matter) }),
            plan: Some(Seen { at: at(), value: Ok(plan) }),
            ineligible: Some(Seen { at: at(), value: None }),
            noted_lapses: [].into(),
            bars: Some(Seen { at: at(), value: vec![] }),
            bodies: None,
            officers: actors(&self.county).into_iter().map(|actor| (actor.officer.clone(), actor)).collect(),
            missing_papers: Default::default(),
        }
    }
}

fn noon(day: Date) -> jiff::Timestamp {
    let noon = start_of_day(day).checked_add(12.hours()).unwrap();
    assert_eq!(beijing(noon), day);
    noon
}

pub(crate) fn handed(code: &str) -> Handed {
    Handed { material: t(code), paper: None, file_name: None }
}

fn project(county: &CountyId, seed: u128) -> ProjectFacts {
    ProjectFacts {
        name: t(&format!("城南路桥工程{seed}")),
        kind: t("municipal road"),
        code: t(&format!("2306-{county}-04-01-{:06}", seed % 1_000_000)),
        implementing_body: t("zhongshu"),
        applicant: t("luliang-city-investment"),
        applicant_body: None,
        place: t("中枢街道"),
        area_m2: None,
        investment_yuan: Some(120_000_000),
        target: Some(day("2027-06-30")),
    }
}

fn task_force() -> TaskForce {
    TaskForce { lead: t("lead-1"), deputy: None, members: Default::default() }
}

pub(crate) fn actor(county: &CountyId, officer: &str, body: &str, roles: &[Role]) -> Actor {
    Actor::new(t(officer), county.clone(), t(body), roles.iter().copied().collect())
}

fn system(county: &CountyId) -> Actor {
    actor(county, "system", "platform", &[Role::System])
}

/// The window first, so that it is the one who applies; then lead, officers and heads.
fn actors(county: &CountyId) -> Vec<Actor> {
    let mut actors = vec![
        actor(county, "clerk-1", "window", &[Role::Clerk]),
        actor(county, "lead-1", "government", &[Role::Lead]),
    ];
    for body in ["natural-resources", "water", "housing"] {
        actors.push(actor(county, &format!("{body}-officer"), body, &[Role::Officer]));
        actors.push(actor(county, &format!("{body}-head"), body, &[Role::Head]));
    }
    actors
}

/// An empty read database with the board's tables.
pub(crate) fn board() -> (Connection, Folding<Board>) {
    let db = Connection::open_in_memory().unwrap();
    let mut board = Folding::default();
    board.install(&db).unwrap();
    (db, board)
}

/// A read database into which the stories have been folded, one after the other.
pub(crate) fn told(histories: &[&History]) -> Connection {
    let (db, mut board) = board();
    let events: Vec<_> =
        histories.iter().flat_map(|history| history.stored.iter().map(Stored::view)).collect();
    board.fold_batch(&db, &events).unwrap();
    db
}
