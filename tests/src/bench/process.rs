//! The product's binary in a process of its own: a node, or a server that is started and stopped.
//!
//! Invariants: it listens on a port the system chose, which it says itself; it is told to stop and waited for, or killed
//! when its figure fails.
//! Deliberately absent: building it; `bench.py` builds it beside this program, where it is looked for.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Outcome;

/// How long anything may take; nothing is measured against it.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at whether a server is ready.
const LOOK: Duration = Duration::from_millis(2);

/// A process under way.
pub(super) struct Process {
    child: Child,
    started: Instant,
    address: SocketAddr,
}

impl Process {
    /// A node over the log in a directory, unguarded on loopback.
    pub(super) fn node(dir: &Path) -> Outcome<Self> {
        let mut command = onematter("node", dir)?;
        Self::start(command.args(["--insecure", "--listen", "127.0.0.1:0"]), "log ")
    }

    /// A server of a data directory; its log is there, or at an address.
    pub(super) fn server(data: &Path, log: Option<&str>) -> Outcome<Self> {
        let log = log.into_iter().flat_map(|log| ["--log", log]);
        Self::serve(data, ["--dev"].into_iter().chain(log))
    }

    /// A server that makes each answer anew.
    pub(super) fn server_that_keeps_nothing(data: &Path) -> Outcome<Self> {
        Self::serve(data, ["--dev", "--answers-mib", "0"])
    }

    /// A server that knows people and systems by what they present, as one in use does; a proxy would end TLS before it. What an account
    /// may use in a second is no limit.
    pub(super) fn server_of_known_people(data: &Path) -> Outcome<Self> {
        Self::serve(data, ["--behind-tls", "--account-rate", "1000000000"])
    }

    fn serve<'a>(data: &Path, flags: impl IntoIterator<Item = &'a str>) -> Outcome<Self> {
        let mut command = onematter("serve", data)?;
        Self::start(command.args(["--listen", "127.0.0.1:0"]).args(flags), "GraphQL ")
    }

    /// Starts it and waits for the line that says where it listens.
    pub(super) fn start(command: &mut Command, line: &'static str) -> Outcome<Self> {
        let started = Instant::now();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let stderr = BufReader::new(child.stderr.take().ok_or("no standard error")?);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            // to its end, or the process would wait for somebody to read on
            for said in stderr.lines().map_while(Result::ok) {
                let _ = tell.send(said);
            }
        });
        // from here on dropping it ends the process
        let mut process = Self { child, started, address: SocketAddr::from(([0, 0, 0, 0], 0)) };
        let mut heard = String::new();
        loop {
            let said = told
                .recv_timeout(PATIENCE)
                .map_err(|why| format!("the process does not listen ({why}): {heard}"))?;
            if let Some(address) = said.strip_prefix(line).and_then(listens_at) {
                process.address = address;
                return Ok(process);
            }
            heard.push_str(&said);
            heard.push('\n');
        }
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long ago it was started.
    pub(super) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// The address of a node for a gateway.
    pub(super) fn url(&self) -> String {
        format!("esdb://{}?tls=false", self.address)
    }

    /// Waits until `/readyz` answers 200; how long that took from the start of the process, and how many events the
    /// projections that it waits for were behind then.
    pub(super) async fn ready(&self) -> Outcome<(Duration, u64)> {
        let (took, said) = self.until(|said| said["ready"] == true).await?;
        let projections = said["projections"].as_array().ok_or("/readyz shows no projections")?;
        let awaited = projections.iter().filter(|projection| projection["later"] == false);
        let behind = awaited.filter_map(|projection| projection["lagEvents"].as_u64());
        Ok((took, behind.max().ok_or("/readyz shows no lag")?))
    }

    /// Waits until every projection follows the log; how long that took from the start of the process.
    pub(super) async fn whole(&self) -> Outcome<Duration> {
        let live = |said: &Value| {
            let projections = said["projections"].as_array();
            projections.is_some_and(|all| all.iter().all(|projection| projection["state"]["phase"] == "live"))
        };
        Ok(self.until(live).await?.0)
    }

    async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Outcome<(Duration, Value)> {
        let (http, url) = (reqwest::Client::new(), format!("http://{}/readyz", self.address));
        loop {
            let answer = http.get(&url).send().await?;
            let took = self.started.elapsed();
            let said: Value = answer.json().await?;
            if wanted(&said) {
                return Ok((took, said));
            }
            if took > PATIENCE {
                return Err(format!("the server is not ready: {said}").into());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Tells it to stop, as an administrator does, and waits for its end.
    pub(super) fn stop(mut self) -> Outcome {
        // the shell's own kill: not every machine has the program
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status()?;
        if !sent.success() {
            return Err("the process cannot be told to stop".into());
        }
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the process ended with {status}").into()),
                None => thread::sleep(LOOK),
            }
        }
        Err("the process does not stop".into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // of one that has ended already, nothing is left to do
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Imports the county's people, as every county has done that is served: who asks is looked up among them, in memory.
pub(super) fn import_people(data: &Path) -> Outcome {
    import("directory", &templates().join("directory-530322.toml"), data)
}

/// The definitions that come with the product.
pub(super) fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/templates")
}

/// Imports a file into a data directory.
pub(super) fn import(what: &str, file: &Path, data: &Path) -> Outcome {
    let mut command = binary()?;
    said(command.args(["import", what]).arg(file).arg("--data").arg(data)).map(drop)
}

/// The secret of a new token of an account of the county.
pub(super) fn make_token(officer: &str, data: &Path) -> Outcome<String> {
    let mut command = binary()?;
    let account = format!("{officer}@530322");
    said(command.args(["token", "make", "--label", "bench", "--read-only", &account, "--data"]).arg(data))
}

/// What a command that succeeds prints.
fn said(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?.trim().to_owned());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// A command of the binary beside this one for a data directory, with none of the settings of whoever runs the bench.
fn onematter(command: &str, data: &Path) -> Outcome<Command> {
    let mut program = binary()?;
    program.arg(command).arg("--data").arg(data);
    Ok(program)
}

fn binary() -> Outcome<Command> {
    let mut program = Command::new(std::env::current_exe()?.with_file_name("onematter"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ONEMATTER_") {
            program.env_remove(name);
        }
    }
    program.env("NO_COLOR", "1").stdin(Stdio::null());
    Ok(program)
}

/// The address in a line such as `esdb://127.0.0.1:2113?tls=false     …`.
fn listens_at(rest: &str) -> Option<SocketAddr> {
    let (_, after) = rest.split_whitespace().next()?.split_once("://")?;
    after.split(['/', '?']).next()?.parse().ok()
}
