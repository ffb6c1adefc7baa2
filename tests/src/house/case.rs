//! One matter of a house: who acts on it, and how it reads now, then, and entry by entry.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::act::Done;
use super::{Act, By, House, STORY, Seen, moment};

/// One matter of a house.
pub struct Case {
    /// Its house.
    pub house: Arc<House>,
    /// Its id, `matter:…`.
    pub id: String,
}

impl Deref for Case {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

/// An entry of a matter's history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its revision.
    pub revision: u64,
    /// What happened.
    pub name: String,
    /// The permit; empty if it is about none.
    pub permit: String,
    /// The day it took effect.
    pub on: String,
    /// All of it.
    pub all: Seen,
}

/// The names of entries, in order.
pub fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

const LIMIT: &str = "{ total used left unit state stopped due provisional overdueDays overdue start }";
const PERMIT: &str = "code status ready custodian nextGate notApplicable phase
    lateBy { term due days unit } custody { body since } handoff { to answerDue { date } overdue }
    blockedBy { requirement gate because source } prerequisites { requirement met unmet gateNow }
    materials { code met gateNow } proposals { requirement mode }
    tolerances { requirement mode from to due { date provisional } moved consequence debt live overdue changedOn }
    revocationProposed { requirement since } fellAway { requirement since } can { name allowed code rule }
    rounds { number phase receivedOn }
    round { number entry phase receivedOn intakeDue { date provisional } correction { listed receivedOn receivedEntry }
      acceptance { on manner by } preReviewDue { date } suspensions { ground from until toldUntil entry }
      hearing { holdBy { date } heldOn } decision { on by approved deliveryDue { date provisional calendar } }
      certificate { on validUntil renewalAsked } checks { on passed } endedOn endedReason }";

impl Case {
    /// A matter by the story template, underway since 2023-06-01, in a house of its own.
    pub async fn story() -> Self {
        Self::of(STORY, "story").await
    }

    /// A matter by this template, underway since 2023-06-01, in a house of its own.
    pub async fn of(template: &str, id: &str) -> Self {
        let house = House::open().await;
        house.template(template).await;
        Self::begin(&house, id, 1).await
    }

    /// One more matter of a house, the how-manieth makes its project code; by an imported template, underway.
    pub async fn begin(house: &Arc<House>, template: &str, how_manieth: u32) -> Self {
        let case = Self::proposed(house, how_manieth, json!({})).await;
        let force = json!({ "lead": "officer:lead", "deputy": "officer:deputy", "members": [] });
        let lead = case.by("lead");
        lead.act("designateMatter", json!({ "taskForce": force, "basis": "会议纪要〔2023〕1号" }))
            .done()
            .await;
        lead.act("planMatter", json!({ "template": format!("template:{template}") })).done().await;
        lead.act("startMatter", json!({})).done().await;
        case
    }

    /// A matter that is proposed and no more.
    pub async fn proposed(house: &Arc<House>, how_manieth: u32, more: Value) -> Self {
        let proposed = Self::proposal(house, "lead", how_manieth, more).done().await;
        Case { house: Arc::clone(house), id: proposed.matter }
    }

    /// The proposal of a matter.
    pub fn proposal<'h>(house: &'h House, user: &str, how_manieth: u32, more: Value) -> Act<'h> {
        let mut project = json!({
            "name": format!("同乐大道{how_manieth}期"), "kind": "市政道路",
            "code": format!("2306-530322-04-01-{how_manieth:06}"), "implementingBody": "body:tongle",
            "applicant": "applicant:city-investment", "place": "同乐街道" });
        if let (Some(project), Value::Object(more)) = (project.as_object_mut(), more) {
            project.extend(more);
        }
        Act::new(house, user, "proposeMatter", json!({ "project": project }))
    }

    /// From now on it is this day, at nine or at the hour said, in Beijing.
    pub fn at(&self, when: &str) -> &Self {
        self.house.at(when);
        self
    }

    /// Somebody at work on it.
    pub fn by(&self, user: &str) -> By<'_> {
        By { house: &self.house, user: user.to_owned(), matter: self.id.clone() }
    }

    /// Any part of the matter, as somebody sees it, at a moment of the past or now.
    pub async fn see_as(&self, user: &str, part: &str, at: Value) -> Seen {
        let query = format!("query($id: ID!, $at: AtInput) {{ matter(id: $id, at: $at) {{ {part} }} }}");
        let data = self.house.ask(user, &query, json!({ "id": self.id, "at": at })).await;
        Seen(data["matter"].clone())
    }

    /// A permit as it is now, as its lead's officer or whoever asks sees it.
    pub async fn permit(&self, code: &str) -> Seen {
        self.permit_as("lead", code, Value::Null).await
    }

    /// A permit as somebody sees it, at a moment of the past or now.
    pub async fn permit_as(&self, user: &str, code: &str, at: Value) -> Seen {
        let clock = format!("clock {{ statutory {LIMIT} promised {LIMIT} }}");
        let part = format!("permit(code: \"{code}\") {{ {PERMIT} {clock} }}");
        Seen(self.see_as(user, &part, at).await.at("permit").clone())
    }

    /// A permit as it was known at a moment.
    pub async fn permit_known(&self, code: &str, when: &str) -> Seen {
        self.permit_as("auditor", code, json!({ "known": { "time": moment(when).to_string() } })).await
    }

    /// A permit as it was true at a moment, by all that is known now.
    pub async fn permit_true(&self, code: &str, when: &str) -> Seen {
        self.permit_as("auditor", code, json!({ "asOf": moment(when).to_string() })).await
    }

    /// The matter's phase.
    pub async fn phase(&self) -> String {
        self.see_as("lead", "phase", Value::Null).await.at("phase").as_str().unwrap_or_default().to_owned()
    }

    /// The matter's last revision.
    pub async fn revision(&self) -> u64 {
        self.see_as("lead", "revision", Value::Null).await.at("revision").as_u64().unwrap_or_default()
    }

    /// Its whole history, page by page.
    pub async fn history(&self) -> Vec<Entry> {
        let query = "query($m: ID!, $after: String) { history(matterId: $m, first: 200, after: $after) {
            edges { node { id revision name permit actor standsInFor roles body effectiveAt effectiveOn recorded backfilled
              recordedLateWorkingDays commandId data sentence sentenceZh noticeUrl } } pageInfo { hasNextPage endCursor } } }";
        let (mut entries, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.house.ask("auditor", query, json!({ "m": self.id, "after": after })).await;
            let page = Seen(page["history"].clone());
            entries.extend(page.all("edges").into_iter().map(|edge| entry(Seen(edge.at("node").clone()))));
            if page.at("pageInfo.hasNextPage") != true {
                return entries;
            }
            after = page.at("pageInfo.endCursor").clone();
        }
    }

    /// The entries after those a command found, its own and what followed.
    pub async fn since(&self, revision: u64) -> Vec<Entry> {
        self.history().await.into_iter().filter(|entry| entry.revision > revision).collect()
    }

    /// The last entry of a name.
    pub async fn last(&self, name: &str) -> Entry {
        let found = self.history().await.into_iter().rfind(|entry| entry.name == name);
        found.unwrap_or_else(|| panic!("nothing like {name} has happened"))
    }

    /// How often something has happened.
    pub async fn times(&self, name: &str) -> usize {
        self.history().await.iter().filter(|entry| entry.name == name).count()
    }

    /// The file of a permit is handed in at the window and accepted by an officer, both now.
    pub async fn accepted(&self, code: &str, materials: &[&str], officer: &str) -> Done {
        self.by("clerk").submit(code, materials).done().await;
        self.by(officer).accept(code).done().await
    }

    /// Handed in, accepted and approved, all now.
    pub async fn approved(&self, code: &str, materials: &[&str], officer: &str) -> Done {
        self.accepted(code, materials, officer).await;
        self.by(officer).approve(code).done().await
    }

    /// Handed in, accepted, approved and issued, all now.
    pub async fn issued(&self, code: &str, materials: &[&str], officer: &str) -> Done {
        self.approved(code, materials, officer).await;
        self.by(officer).issue(code).done().await
    }

    /// An id for a command that is sent more than once.
    pub fn intention() -> Uuid {
        Uuid::new_v4()
    }
}

fn entry(all: Seen) -> Entry {
    let text = |path: &str| all.at(path).as_str().unwrap_or_default().to_owned();
    Entry {
        revision: all.at("revision").as_u64().unwrap_or_default(),
        name: text("name"),
        permit: text("permit"),
        on: text("effectiveOn"),
        all,
    }
}
