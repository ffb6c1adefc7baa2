//! A county's house as its people meet it: the real platform on a directory of its own, the real gateway on a loopback
//! port, a clock that stands where the story sets it.
//!
//! Invariants: what a story does goes over TCP as HTTP; a fault of the machine ends the story, a refusal is an answer.
//! Deliberately absent: expectations; each story has its own.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

mod act;
mod by;
mod case;
mod seen;
mod template;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::civil::DateTime;
use om_domain::calendar::{beijing, instant};
use om_domain::{directory, template as shipped};
use om_gateway::app::{Edge, GatewayState};
use om_gateway::context::SignIn;
use om_gateway::dev_users::{DevUsers, INSTALLER};
use om_infra::clock::{Clock, VirtualClock};
use om_infra::log::EventLog;
use om_infra::platform::{Platform, PlatformOptions};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

pub use act::{Act, Answer, Conflict, Done, Refused};
pub use by::By;
pub use case::{Case, Entry, names};
pub use seen::Seen;
pub use template::STORY;

/// What marks a paper by its text in an act's input.
const PAPER: &str = "paper by its text: ";

/// The county of the shipped directory.
pub const COUNTY: &str = "530322";

/// A platform, its gateway and its clock.
pub struct House {
    /// The platform itself, for what no request can do: letting time pass, looking at the log.
    pub platform: Arc<Platform>,
    /// Host and port of the gateway.
    pub address: std::net::SocketAddr,
    clock: Arc<VirtualClock>,
    http: reqwest::Client,
    numbers: AtomicU64,
    papers: Mutex<BTreeMap<(String, String), String>>,
    /// The data directory.
    pub dir: TempDir,
}

/// An instant from a day and an hour in Beijing; nine o'clock if no hour is said.
pub fn moment(text: &str) -> jiff::Timestamp {
    let text = if text.contains(' ') { text.replace(' ', "T") } else { format!("{text}T09:00") };
    instant(text.parse::<DateTime>().unwrap())
}

impl House {
    /// A new house with the shipped directory, on 2023-06-01 at nine.
    pub async fn open() -> Arc<Self> {
        Self::with_directory(directory::SHIPPED).await
    }

    /// A new house with a directory of its own; who acts are still the accounts that the gateway knows.
    pub async fn with_directory(definition: &str) -> Arc<Self> {
        let house = Self::on(None).await;
        house.import("importDirectory", definition).await;
        house
    }

    /// A house on a log that is there, or on an embedded one of its own; nothing is imported.
    pub async fn on(log: Option<Arc<dyn EventLog>>) -> Arc<Self> {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(VirtualClock::standing(moment("2023-06-01")));
        let options = PlatformOptions { clock: Some(clock.clone()), log, ..PlatformOptions::default() };
        let platform = Arc::new(Platform::open(dir.path(), options).unwrap());
        let state = GatewayState::new(platform.clone(), SignIn::Dev(DevUsers::built_in())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(om_gateway::serve::serve(listener, state, std::future::pending()));
        let http = reqwest::Client::new();
        Arc::new(House {
            platform,
            address,
            clock,
            http,
            numbers: AtomicU64::new(1),
            papers: Mutex::default(),
            dir,
        })
    }

    /// Another gateway of the same platform; its address.
    pub async fn another_gateway(&self, edge: Edge) -> std::net::SocketAddr {
        let sign_in = SignIn::Dev(DevUsers::built_in());
        let state = GatewayState::at(self.platform.clone(), sign_in, edge).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(om_gateway::serve::serve(listener, state, std::future::pending()));
        address
    }

    /// From now on it is this day, at nine or at the hour said (`2023-06-12 17:30`), in Beijing.
    pub fn at(&self, when: &str) -> &Self {
        self.clock.set(moment(when));
        self
    }

    /// Today in Beijing.
    pub fn today(&self) -> String {
        beijing(self.clock.now()).to_string()
    }

    /// Acts on deadlines that have passed, as the ticker of a serving platform does, and delivers what follows.
    pub async fn time_passes(&self) {
        self.platform.settle_due().await;
    }

    /// A number that no document of this house has yet.
    pub(crate) fn number(&self) -> String {
        format!("文〔2023〕{}号", self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    /// The hash of a paper with this text, handed in once by the window.
    pub async fn paper(&self, of: &str) -> String {
        self.paper_of("clerk", of).await
    }

    /// The hash of a paper with this text, handed in once by who names it; by the window for who hands nothing in.
    pub async fn paper_of(&self, user: &str, of: &str) -> String {
        let key = (user.to_owned(), of.to_owned());
        if let Some(hash) = self.papers.lock().unwrap().get(&key) {
            return hash.clone();
        }
        let mut answer = self.hand_in(user, "text/plain", of.as_bytes().to_vec()).await;
        if answer.status() == 403 {
            answer = self.hand_in("clerk", "text/plain", of.as_bytes().to_vec()).await;
        }
        assert_eq!(answer.status(), 201, "{answer:?}");
        let answer: Value = answer.json().await.unwrap();
        let hash = answer["hash"].as_str().unwrap().to_owned();
        self.papers.lock().unwrap().insert(key, hash.clone());
        hash
    }

    /// Hands a paper in.
    pub async fn hand_in(&self, user: &str, kind: &str, bytes: Vec<u8>) -> reqwest::Response {
        let request = self.http.post(format!("http://{}/papers", self.address));
        let request = request.bearer_auth(format!("dev:{user}")).header("content-type", kind);
        request.body(bytes).send().await.unwrap()
    }

    /// What a path of the gateway gives to a user.
    pub fn get(&self, user: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("http://{}{path}", self.address)).bearer_auth(format!("dev:{user}"))
    }

    /// Imports a template by its text; a shipped one by its id.
    pub async fn template(&self, text: &str) {
        let of_program = shipped::SHIPPED.iter().find(|(id, _)| *id == text);
        self.import("importTemplate", of_program.map_or(text, |(_, text)| text)).await;
    }

    /// Imports a definition as an administrator and returns the answer's payload.
    pub async fn try_import(&self, name: &str, definition: &str) -> Value {
        let input = if name == "importDirectory" { "ImportDirectoryInput" } else { "ImportInput" };
        let query = format!(
            "mutation($input: {input}!) {{ {name}(input: $input) {{ __typename
               ... on RegisterCommandDone {{ entries revision }} ... on CommandRefused {{ code message facts }} }} }}"
        );
        let input = json!({ "input": { "commandId": Uuid::new_v4(), "definition": definition } });
        self.ask(INSTALLER, &query, input).await[name].clone()
    }

    /// A command on a register, and the payload it is answered with.
    pub async fn on_register(&self, user: &str, name: &str, input: Value) -> Seen {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename
               ... on RegisterCommandDone {{ entries }} ... on CommandRefused {{ code rule source facts }} }} }}"
        );
        let mut input = input;
        if let Some(input) = input.as_object_mut() {
            input.insert("commandId".into(), json!(Uuid::new_v4()));
        }
        Seen(self.ask(user, &query, json!({ "input": input })).await[name].clone())
    }

    async fn import(&self, name: &str, definition: &str) {
        let answer = self.try_import(name, definition).await;
        assert_eq!(answer["__typename"], "RegisterCommandDone", "{answer}");
    }

    /// The whole answer to a request, errors included.
    pub async fn post(&self, user: &str, query: &str, variables: Value) -> Value {
        self.post_to(self.address, user, query, variables).await
    }

    /// The same, from another gateway.
    pub async fn post_to(
        &self,
        gateway: std::net::SocketAddr,
        user: &str,
        query: &str,
        variables: Value,
    ) -> Value {
        self.asking(gateway, user, query, variables).send().await.unwrap().json().await.unwrap()
    }

    /// The same as it is written, members in their order.
    pub async fn text_of(&self, user: &str, query: &str) -> String {
        self.asking(self.address, user, query, json!({})).send().await.unwrap().text().await.unwrap()
    }

    fn asking(
        &self,
        gateway: std::net::SocketAddr,
        user: &str,
        query: &str,
        variables: Value,
    ) -> reqwest::RequestBuilder {
        let asking = self.http.post(format!("http://{gateway}/graphql")).bearer_auth(format!("dev:{user}"));
        asking.json(&json!({ "query": query, "variables": variables }))
    }

    /// The data of an answer that has no errors.
    pub async fn ask(&self, user: &str, query: &str, variables: Value) -> Value {
        let answer = self.post(user, query, variables).await;
        assert!(answer["errors"].is_null(), "{user} asked {query}: {answer:#}");
        answer["data"].clone()
    }

    /// What a list shows once it has caught up with the log.
    pub async fn list(&self, user: &str, query: &str) -> Seen {
        self.platform.projections.caught_up().await.unwrap();
        Seen(self.ask(user, query, json!({})).await)
    }
}
