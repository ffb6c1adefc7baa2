//! Commands of people at work, what was acknowledged to them, and what became of it.
//!
//! A client (`bin/load_client.rs`) writes down what it is about to send and, synced, what it was answered. After the
//! server was killed, [`verify`] compares: every acknowledged fact stands where the answer said; a command sent again is
//! answered as the first time; no command's facts stand twice.
//!
//! Invariant: what a worker sends follows from seed, worker and number, so a run can be told from its seed.
//! Deliberately absent: reading the database; what counts is what GraphQL shows.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the test and is seen")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use futures::{StreamExt as _, stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::Api;

/// How many people work at once.
pub const WORKERS: u64 = 8;
/// After so many commands a worker begins another matter.
const CYCLE: u64 = 24;
/// What is about to be sent.
pub const INTENTS: &str = "intents.jsonl";
/// What was acknowledged.
pub const RECEIPTS: &str = "receipts.jsonl";

/// A command as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: Uuid,
    /// Who sends it.
    pub user: String,
    /// The mutation.
    pub name: String,
    /// The mutation's input.
    pub input: Value,
}

/// What a command has recorded, as the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The command.
    pub command_id: Uuid,
    /// The matter.
    pub matter: String,
    /// Revision of its first fact.
    pub first_revision: u64,
    /// Revision of its last fact.
    pub last_revision: u64,
    /// Its facts.
    pub events: Vec<String>,
    /// When.
    pub recorded: String,
    /// Where in the log.
    pub position: String,
    /// Whether it had been carried out before.
    pub repeated: bool,
}

/// What a worker sends as its `n`th command, on the matter it is at.
pub fn planned(seed: u64, worker: u64, n: u64, matter: Option<&str>) -> Intent {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("load/{seed}/{worker}/{n}").as_bytes());
    let code = format!("2611-530322-04-01-{:06}", (seed % 100) * 10_000 + worker * 1_000 + n / CYCLE);
    let (user, name, input) = match n % CYCLE {
        0 => {
            let project = json!({ "name": format!("同乐大道 {code}"), "kind": "市政道路", "code": code,
                "implementingBody": "body:tongle", "applicant": "applicant:city-investment", "place": "同乐街道" });
            ("lead", "proposeMatter", json!({ "project": project }))
        }
        1 => {
            let force = json!({ "lead": "officer:lead", "members": [
                { "body": "body:natural-resources", "officer": "officer:nr-officer-1" }] });
            let basis = "县政府会议纪要〔2026〕1号";
            ("lead", "designateMatter", json!({ "taskForce": force, "basis": basis }))
        }
        2 => ("lead", "planMatter", json!({ "template": "template:municipal-road-bridge" })),
        3 => ("lead", "startMatter", json!({})),
        4 => ("clerk", "submitPermit", json!({ "permit": "A1" })),
        even if even.is_multiple_of(2) => {
            ("lead", "resumeMatter", json!({ "reason": format!("资金已落实 {n}") }))
        }
        _ => ("lead", "suspendMatter", json!({ "reason": format!("资金未落实 {n}") })),
    };
    let mut input = input;
    input["commandId"] = json!(id);
    if let Some(matter) = matter.filter(|_| !n.is_multiple_of(CYCLE)) {
        input["matter"] = json!(matter);
    }
    Intent { id, user: user.into(), name: name.into(), input }
}

/// Sends a command: its receipt, or the whole answer that is none, or nothing.
///
/// # Errors
/// When no answer came.
pub async fn send(api: &Api, intent: &Intent) -> reqwest::Result<Result<Receipt, Value>> {
    let mut kind = intent.name.clone();
    kind[..1].make_ascii_uppercase();
    let query = format!(
        "mutation($input: {kind}Input!) {{ {}(input: $input) {{ __typename
           ... on MatterCommandDone {{ receipt {{
               commandId matter firstRevision lastRevision events recorded position repeated }} }}
           ... on CommandRefused {{ code message }}
           ... on CommandConflict {{ kind message }} }} }}",
        intent.name
    );
    let answer = api.try_ask(&intent.user, &query, &json!({ "input": intent.input })).await?;
    let receipt = &answer["data"][&intent.name]["receipt"];
    Ok(serde_json::from_value(receipt.clone()).map_err(|_| answer))
}

/// The whole lines of a file; a last one without its end was never finished.
pub fn lines<T: DeserializeOwned>(file: &Path) -> Vec<T> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What became of a client's commands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Commands with a receipt.
    pub acknowledged: usize,
    /// Commands sent whose answer did not come.
    pub unanswered: usize,
    /// Of these, how many had been recorded nevertheless.
    pub recorded_unanswered: usize,
    /// Acknowledged commands whose facts are not where the receipt says, or whose receipt is another when asked again.
    pub lost: usize,
    /// Commands whose facts stand more than once, and facts of no command.
    pub doubled: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
        self.recorded_unanswered += other.recorded_unanswered;
        self.lost += other.lost;
        self.doubled += other.doubled;
    }
}

/// A fact of a matter: its id and its command's.
type Fact = (String, Uuid);

/// Compares what a client wrote down in `dir` with what the server shows.
pub async fn verify(api: &Api, dir: &Path) -> Tally {
    let intents: Vec<Intent> = lines(&dir.join(INTENTS));
    let receipts: Vec<Receipt> = lines(&dir.join(RECEIPTS));
    let acknowledged: BTreeMap<Uuid, &Receipt> = receipts.iter().map(|r| (r.command_id, r)).collect();
    assert_eq!(acknowledged.len(), receipts.len(), "a client was answered twice");
    let mut tally = Tally { acknowledged: receipts.len(), ..Tally::default() };

    // readable at once, before anything is sent again
    let matters: BTreeSet<&String> = receipts.iter().map(|r| &r.matter).collect();
    let mut before = BTreeMap::new();
    for matter in matters {
        before.insert(matter.clone(), history(api, matter).await);
    }
    tally.lost += receipts.iter().filter(|receipt| !stands(receipt, &before[&receipt.matter])).count();

    let again = stream::iter(&intents).map(|intent| async move {
        let answer = send(api, intent).await.unwrap();
        answer.unwrap_or_else(|answer| panic!("{} is not carried out when sent again: {answer}", intent.name))
    });
    let again: Vec<Receipt> = again.buffered(4).collect().await;
    for receipt in &again {
        match acknowledged.get(&receipt.command_id) {
            Some(first) => {
                let same = Receipt { repeated: first.repeated, ..receipt.clone() } == **first;
                tally.lost += usize::from(!(same && receipt.repeated));
            }
            None => {
                tally.unanswered += 1;
                tally.recorded_unanswered += usize::from(receipt.repeated);
            }
        }
    }

    let mut by_matter: BTreeMap<&String, Vec<&Receipt>> = BTreeMap::new();
    again.iter().for_each(|receipt| by_matter.entry(&receipt.matter).or_default().push(receipt));
    for (matter, receipts) in by_matter {
        let facts = history(api, matter).await;
        tally.lost += receipts.iter().filter(|receipt| !stands(receipt, &facts)).count();
        let wanted: usize = receipts.iter().map(|receipt| receipt.events.len()).sum();
        let ids: BTreeSet<&String> = facts.iter().map(|(id, _)| id).collect();
        tally.doubled += facts.len().saturating_sub(wanted) + (facts.len() - ids.len());
    }
    tally
}

/// Whether a receipt's facts stand where it says, as facts of its command.
fn stands(receipt: &Receipt, facts: &[Fact]) -> bool {
    let range =
        usize::try_from(receipt.first_revision).unwrap()..=usize::try_from(receipt.last_revision).unwrap();
    facts.get(range).is_some_and(|facts| {
        facts.len() == receipt.events.len()
            && facts
                .iter()
                .zip(&receipt.events)
                .all(|((id, by), event)| id == event && *by == receipt.command_id)
    })
}

/// All facts of a matter, by revision.
async fn history(api: &Api, matter: &str) -> Vec<Fact> {
    let query = "query($id: ID!, $after: String) { history(matterId: $id, first: 200, after: $after) {
        edges { cursor node { id revision commandId } } pageInfo { hasNextPage endCursor } } }";
    let (mut facts, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = api.ask("auditor", query, &json!({ "id": matter, "after": after })).await;
        let page = &page["history"];
        for edge in page["edges"].as_array().unwrap() {
            let node = &edge["node"];
            assert_eq!(node["revision"], facts.len(), "a revision is missing: {node}");
            let by = serde_json::from_value(node["commandId"].clone()).unwrap();
            facts.push((node["id"].as_str().unwrap().to_owned(), by));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return facts;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The matters that the overview lists.
pub async fn listed(api: &Api) -> BTreeSet<String> {
    let query = "query($after: String) { overview { matters(first: 200, after: $after) {
        edges { node { id } } pageInfo { hasNextPage endCursor } } } }";
    let (mut listed, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let page = api.ask("lead", query, &json!({ "after": after })).await;
        let page = &page["overview"]["matters"];
        for edge in page["edges"].as_array().unwrap() {
            assert!(listed.insert(edge["node"]["id"].as_str().unwrap().to_owned()), "listed twice: {edge}");
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return listed;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
