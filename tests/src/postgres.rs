//! A PostgreSQL server of a test's own, from Debian's packages: made, started, stopped, restarted, gone.
//!
//! Invariants: it listens on a loopback port the system chose; it outlives no test; nothing of it stays.
//! Deliberately absent: a server that somebody else runs; a test never touches one.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the test and is seen")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The user Debian's package runs the server as: PostgreSQL refuses to run as root.
const SERVER_USER: &str = "postgres";

/// A server with an empty database `onematter`.
pub struct Postgres {
    home: TempDir,
    port: u16,
}

impl Postgres {
    /// Makes and starts one.
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { home, port };
        if is_root() {
            run(Command::new("chown").arg(SERVER_USER).arg(server.home.path()));
        }
        let password = server.home.path().join("password");
        fs::write(&password, "secret").unwrap();
        server.tool("initdb", |c| {
            c.args(["--username=onematter", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"])
                .arg(format!("--pwfile={}", password.display()))
        });
        server.resume();
        server.sql("postgres", "CREATE DATABASE onematter");
        server
    }

    /// Starts it again after [`Self::stop`].
    pub fn resume(&self) {
        let home = self.home.path().display();
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -k {home}", self.port);
        self.tool("pg_ctl", |c| {
            c.args(["start", "--wait", "--silent", "--options", &options])
                .arg(format!("--log={home}/server.log"))
        });
    }

    /// Stops it at once, as a machine that fails.
    pub fn stop(&self) {
        self.tool("pg_ctl", |c| c.args(["stop", "--mode=immediate", "--silent"]));
    }

    /// The address of the database.
    pub fn address(&self) -> String {
        format!("postgres://onematter:secret@127.0.0.1:{}/onematter", self.port)
    }

    /// What a statement answers, as `psql` prints it.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let address = format!("postgres://onematter:secret@127.0.0.1:{}/{database}", self.port);
        let mut psql = Command::new(bin().join("psql"));
        run(psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement, &address]))
    }

    fn tool(&self, name: &str, with: impl FnOnce(&mut Command) -> &mut Command) {
        let data = self.home.path().join("data");
        let program = bin().join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", SERVER_USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.home.path()).arg("-D").arg(data);
        run(with(&mut command));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.home.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Where Debian keeps the server's programs; the newest version there is.
fn bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let found = versions.map(|entry| entry.unwrap().path().join("bin")).filter(|bin| has_server(bin)).max();
    found.unwrap_or_else(|| panic!("PostgreSQL's server is not installed: .ci/setup postgres"))
}

fn has_server(bin: &Path) -> bool {
    bin.join("initdb").is_file()
}

fn run(command: &mut Command) -> String {
    // the server must not hold the test's own output open
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
