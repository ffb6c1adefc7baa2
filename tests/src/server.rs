//! The real binary in a process of its own: run, served, asked, killed.
//!
//! Invariants: a server listens on a port the system chose, which it says itself; no server outlives its test; a
//! binary older than its sources is not tested.
//! Deliberately absent: anything inside the process; what is tested is what an operator and a department see.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the test and is seen")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

/// How long anything may take before the test gives up; nothing is measured against it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Names another binary to test than the one built with the tests: the release binary, for slow runs.
const BINARY: &str = "ONEMATTER_TEST_BINARY";

/// The binary `onematter`: the one that `ONEMATTER_TEST_BINARY` names, else the one built with the workspace.
pub fn onematter() -> PathBuf {
    let (binary, build) = match std::env::var_os(BINARY).filter(|path| !path.is_empty()) {
        Some(path) => (PathBuf::from(path), "build it first: cargo build --release -p om-gateway"),
        None => (
            std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("onematter"),
            "build it first: cargo build --workspace --bins, or test with -p om-tests -p om-gateway",
        ),
    };
    let built = fs::metadata(&binary).and_then(|m| m.modified());
    let built = built.unwrap_or_else(|e| panic!("{}: {e}; {build}", binary.display()));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for room in ["domain", "projections", "infra", "gateway", "gateway/console"] {
        let newer = newer_source(&root.join(room).join("src"), built);
        assert!(newer.is_none(), "{} is newer than the binary; {build}", newer.unwrap_or_default().display());
    }
    binary
}

/// A source under `dir` that was changed after the binary was built.
fn newer_source(dir: &Path, built: SystemTime) -> Option<PathBuf> {
    fs::read_dir(dir).unwrap().find_map(|entry| {
        let entry = entry.unwrap();
        let (path, meta) = (entry.path(), entry.metadata().unwrap());
        if meta.is_dir() && path.ends_with("tests") {
            return None;
        }
        if meta.is_dir() {
            return newer_source(&path, built);
        }
        // what only tests are built from does not make another binary
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let counts = path.extension().is_some_and(|e| e == "rs") && !name.starts_with("test");
        (counts && meta.modified().unwrap() > built).then_some(path)
    })
}

/// A command of the binary, with none of the settings of whoever runs the test.
pub fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(onematter());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ONEMATTER_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Output {
    command(arguments).output().unwrap()
}

/// Runs a command that must succeed; what it printed.
pub fn succeeds<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Imports the shipped directory and the road's template into a data directory.
pub fn prepare(data: &Path) {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/templates");
    let import = |what: &str, file: &str| {
        succeeds(["import", what, text(&domain.join(file)), "--data", text(data)]);
    };
    import("directory", "directory-530322.toml");
    import("template", "municipal-road-bridge.toml");
}

/// A server of a data directory.
pub struct Server {
    child: Child,
    started: Instant,
    said: Arc<Mutex<String>>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts one; returns when it listens, which may be before it is ready.
    pub fn start(data: &Path) -> Self {
        Self::start_by(command(["serve", "--dev", "--data", text(data), "--listen", "127.0.0.1:0"]))
    }

    /// Starts one by a command.
    pub fn start_by(mut command: Command) -> Self {
        let started = Instant::now();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::new(Mutex::new(String::new()));
        let (tell, told) = mpsc::channel();
        let lines = Arc::clone(&said);
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let address = line.strip_prefix("GraphQL").and_then(|rest| {
                    let url = rest.split_whitespace().next()?.strip_prefix("http://")?;
                    url.strip_suffix("/graphql")?.parse::<SocketAddr>().ok()
                });
                let mut lines = lines.lock().unwrap();
                lines.push_str(&line);
                lines.push('\n');
                drop(lines);
                if let Some(address) = address {
                    let _ = tell.send(address);
                }
            }
        });
        match told.recv_timeout(PATIENCE) {
            Ok(address) => Server { child, started, said, address },
            Err(why) => {
                let _ = child.kill();
                let status = child.wait().unwrap();
                panic!("the server does not listen ({why}), {status}: {}", said.lock().unwrap());
            }
        }
    }

    /// What it wrote for the operator so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// A way to ask it.
    pub fn api(&self) -> Api {
        Api { base: format!("http://{}", self.address), http: reqwest::Client::new() }
    }

    /// Waits until `/readyz` says so; how long that took from the start of the process.
    pub async fn ready(&self) -> Duration {
        let api = self.api();
        let mut last = String::from("no answer");
        while self.started.elapsed() < PATIENCE {
            match api.http.get(format!("{}/readyz", api.base)).send().await {
                Ok(answer) if answer.status().is_success() => return self.started.elapsed(),
                Ok(answer) => last = answer.text().await.unwrap_or_default(),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the server is not ready: {last}\n{}", self.said());
    }

    /// The memory that it has now, in bytes.
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1_024
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; its status and how long it took to end, or a failure when it does not end within `limit`.
    pub fn terminate(mut self, limit: Duration) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        // the shell's own kill: not every machine has the program
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(sent.unwrap().success());
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, asked.elapsed());
            }
            assert!(asked.elapsed() < limit, "still running {limit:?} after SIGTERM\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// GraphQL over HTTP, as a department's program speaks it.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    http: reqwest::Client,
}

impl Api {
    /// Of a server at `http://HOST:PORT`.
    pub fn at(base: &str) -> Self {
        Api { base: base.to_owned(), http: reqwest::Client::new() }
    }

    /// Asks as a user; the whole answer, or why there is none.
    pub async fn try_ask(&self, user: &str, query: &str, variables: &Value) -> reqwest::Result<Value> {
        let request = self.http.post(format!("{}/graphql", self.base));
        let request = request.header("authorization", format!("Bearer dev:{user}"));
        request.json(&json!({ "query": query, "variables": variables })).send().await?.json().await
    }

    /// Hands in a paper as a user.
    pub async fn hand_in(&self, user: &str, bytes: &'static [u8]) -> reqwest::Response {
        let request = self.http.post(format!("{}/papers", self.base)).body(bytes);
        request.header("authorization", format!("Bearer dev:{user}")).send().await.unwrap()
    }

    /// Asks as a user what must be answered; the data.
    pub async fn ask(&self, user: &str, query: &str, variables: &Value) -> Value {
        let answer = self.try_ask(user, query, variables).await.unwrap();
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        answer["data"].clone()
    }
}
