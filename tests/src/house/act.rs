//! One command on its way, and what it is answered with: done, refused or conflict.
//!
//! Invariant: anything else than these three ends the story.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{House, PAPER};

/// A command that was carried out, or was already so.
#[derive(Debug, Clone)]
pub struct Done {
    /// The matter, `matter:…`.
    pub matter: String,
    /// Its first entry's revision; none when there was nothing to record.
    pub first: Option<u64>,
    /// Its last entry's revision.
    pub last: u64,
    /// Its entries, `event:…`.
    pub events: Vec<String>,
    /// Whether it had been carried out before.
    pub repeated: bool,
}

/// A command that the rules refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The refusal's name.
    pub code: String,
    /// The rule behind it, such as `R3`; empty if none.
    pub rule: String,
    /// The law behind it; empty if none.
    pub source: String,
    /// Why, in Chinese, as a person reads it.
    pub zh: String,
    /// Why, in English.
    pub en: String,
    /// Its facts.
    pub facts: Value,
    /// The matter's revision at which it was refused; none while the matter does not exist.
    pub revision: Option<u64>,
}

impl Refused {
    /// It rests on this rule, and its source names this law.
    #[track_caller]
    pub fn by(self, rule: &str, law: &str) -> Self {
        assert!(self.rule == rule && self.source.contains(law), "expected {rule} by {law}: {self:?}");
        self
    }

    /// One of its facts has this value.
    #[track_caller]
    pub fn says(self, fact: &str, value: impl Into<Value>) -> Self {
        assert_eq!(self.facts[fact], value.into(), "{fact} of {self:?}");
        self
    }
}

/// Somebody else came first, or the command's id was used before.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// `MOVED_ON` or `COMMAND_ID_REUSED`.
    pub kind: String,
    /// Who came first, `officer:…`; empty if not told.
    pub first_actor: String,
    /// What they did.
    pub first_event: String,
    /// The matter's revision now.
    pub revision: Option<u64>,
}

/// What a command is answered with.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Carried out.
    Done(Done),
    /// Refused by a rule.
    Refused(Refused),
    /// Somebody was first.
    Conflict(Conflict),
}

/// A command on its way.
#[must_use = "an act is carried out when it is awaited as `done`, `refused`, `conflict` or `answer`"]
pub struct Act<'h> {
    house: &'h House,
    user: String,
    name: &'static str,
    /// What is sent.
    pub input: Value,
}

const ANSWER: &str = "__typename
    ... on MatterCommandDone { receipt { matter firstRevision lastRevision events repeated } }
    ... on CommandRefused { code rule source message messageZh facts revision position }
    ... on CommandConflict { kind firstActor firstEvent revision }";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl<'h> Act<'h> {
    pub(super) fn new(house: &'h House, user: &str, name: &'static str, input: Value) -> Self {
        Act { house, user: user.to_owned(), name, input }.with(json!({ "commandId": Uuid::new_v4() }))
    }

    /// With more of the input, in place of what was there.
    pub fn with(mut self, more: Value) -> Self {
        if let (Some(input), Value::Object(more)) = (self.input.as_object_mut(), more) {
            input.extend(more);
        }
        self
    }

    /// It happened on this day, and its document is of that day.
    pub fn effective_on(self, day: &str) -> Self {
        self.with(json!({ "effective": { "on": day } })).served_on(day)
    }

    /// Its document is of this day and was served on it.
    pub fn served_on(mut self, day: &str) -> Self {
        for name in ["notice", "certificate"] {
            if let Some(notice) = self.input.get_mut(name).and_then(Value::as_object_mut) {
                notice.insert("date".into(), day.into());
                notice.insert("servedOn".into(), day.into());
            }
        }
        self
    }

    /// It was decided on this revision of the matter.
    pub fn expecting(self, revision: u64) -> Self {
        self.with(json!({ "expectedRevision": revision }))
    }

    /// Under this command id.
    pub fn under(self, id: Uuid) -> Self {
        self.with(json!({ "commandId": id }))
    }

    /// Sends it.
    pub async fn answer(mut self) -> Answer {
        self.hand_papers_in().await;
        let (name, query) = (self.name, self.query());
        let answer = self.house.ask(&self.user, &query, json!({ "input": self.input })).await;
        let answer = &answer[name];
        match answer["__typename"].as_str() {
            Some("MatterCommandDone") => Answer::Done(done(&answer["receipt"])),
            Some("CommandRefused") => {
                let (zh, en) = (text(&answer["messageZh"]), text(&answer["message"]));
                assert!(!zh.is_empty() && !en.is_empty(), "a refusal says what to do, in both tongues");
                let (revision, position) = (&answer["revision"], &answer["position"]);
                assert_eq!(revision.is_null(), position.is_null(), "an entry stands somewhere: {answer}");
                Answer::Refused(Refused {
                    code: text(&answer["code"]),
                    rule: text(&answer["rule"]),
                    source: text(&answer["source"]),
                    zh,
                    en,
                    facts: answer["facts"].clone(),
                    revision: answer["revision"].as_u64(),
                })
            }
            Some("CommandConflict") => Answer::Conflict(Conflict {
                kind: text(&answer["kind"]),
                first_actor: text(&answer["firstActor"]),
                first_event: text(&answer["firstEvent"]),
                revision: answer["revision"].as_u64(),
            }),
            _ => panic!("{name} was answered with {answer}"),
        }
    }

    fn query(&self) -> String {
        let name = self.name;
        let mut kind = name.to_owned();
        if let Some(first) = kind.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {ANSWER} }} }}")
    }

    /// Hands in the papers that stand in the input by their text, and writes their hashes in their place.
    async fn hand_papers_in(&mut self) {
        let mut places = vec![&mut self.input];
        while let Some(value) = places.pop() {
            match value {
                Value::Object(fields) => places.extend(fields.values_mut()),
                Value::Array(values) => places.extend(values.iter_mut()),
                Value::String(text) => {
                    if let Some(of) = text.strip_prefix(PAPER) {
                        *text = self.house.paper_of(&self.user, of).await;
                    }
                }
                _ => {}
            }
        }
    }

    /// Sends it, and the service cannot take it now: the error's extensions.
    pub async fn fails(mut self) -> Value {
        self.hand_papers_in().await;
        let answer = self.house.post(&self.user, &self.query(), json!({ "input": self.input })).await;
        let extensions = answer["errors"][0]["extensions"].clone();
        assert!(extensions.is_object(), "{} does not fail: {answer:#}", self.name);
        extensions
    }

    fn told(&self) -> String {
        format!("on {}, {} by {}: {}", self.house.today(), self.name, self.user, self.input)
    }

    /// Sends it, and it is carried out.
    pub async fn done(self) -> Done {
        let told = self.told();
        match self.answer().await {
            Answer::Done(done) => done,
            other => panic!("{told}\nis not done: {other:?}"),
        }
    }

    /// Sends it, and it is refused under this name.
    pub async fn refused(self, code: &str) -> Refused {
        let told = self.told();
        match self.answer().await {
            Answer::Refused(refused) if refused.code == code => refused,
            other => panic!("{told}\nis not refused as {code}: {other:?}"),
        }
    }

    /// Sends it, and somebody was first.
    pub async fn conflict(self) -> Conflict {
        let told = self.told();
        match self.answer().await {
            Answer::Conflict(conflict) => conflict,
            other => panic!("{told}\nis no conflict: {other:?}"),
        }
    }
}

fn done(receipt: &Value) -> Done {
    Done {
        matter: text(&receipt["matter"]),
        first: receipt["firstRevision"].as_u64(),
        last: receipt["lastRevision"].as_u64().unwrap_or_default(),
        events: receipt["events"].as_array().into_iter().flatten().map(text).collect(),
        repeated: receipt["repeated"] == true,
    }
}
