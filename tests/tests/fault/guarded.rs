//! The engine on a node that is encrypted and knows its accounts: who comes in, who is kept out and is told why, and what
//! happens when passwords change.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use om_infra::esdb_node::users::{Role, Users};
use om_infra::esdb_node::{NodeOptions, TlsFiles};
use om_infra::log::kurrent::{ConnectError, KurrentLog};
use om_infra::log::{AppendError, EventLog as _, Expected, LogError, LogState};
use om_tests::conformance::{append, event, next, stream};
use om_tests::node::{NodeHome, free_address};
use om_tests::tls::Authority;
use tempfile::TempDir;

use super::esdb::{Follower, Writers, all_is_there, state_is};

const PASSWORD: &str = "correct horse %40 battery";

/// A guarded node, its authority, and where everything of it lies.
struct Guarded {
    scratch: TempDir,
    home: NodeHome,
    authority: Authority,
    users: PathBuf,
}

impl Guarded {
    fn start() -> Self {
        Self::start_for("localhost", 2100)
    }

    fn start_for(name: &str, until: i32) -> Self {
        let scratch = TempDir::new().unwrap();
        let authority = Authority::new(scratch.path(), "county");
        let signed = authority.signs_until(name, until);
        let users = scratch.path().join("users");
        Users::set(&users, "gateway", Role::ReadWrite, PASSWORD).unwrap();
        Users::set(&users, "audit", Role::ReadOnly, PASSWORD).unwrap();
        let (cert, key, client_ca) = (signed.cert, signed.key, Some(authority.file()));
        let tls = Some(TlsFiles { cert, key, client_ca });
        let home = NodeHome::with(NodeOptions { tls, users: Some(users.clone()), ..NodeOptions::default() });
        home.start();
        Self { scratch, home, authority, users }
    }

    /// A file with a password.
    fn password(&self, text: &str) -> PathBuf {
        let file = self.scratch.path().join("password");
        std::fs::write(&file, format!("{text}\n")).unwrap();
        file
    }

    fn port(&self) -> u16 {
        self.home.address().port()
    }

    fn trusting(&self) -> String {
        format!("tlsCaFile={}", self.authority.file().display())
    }

    async fn connects(&self) -> std::sync::Arc<KurrentLog> {
        let file = self.password(PASSWORD);
        open(&format!(
            "esdb://gateway@localhost:{}?{}&passwordFile={}",
            self.port(),
            self.trusting(),
            file.display()
        ))
        .await
        .unwrap()
    }
}

async fn open(url: &str) -> Result<std::sync::Arc<KurrentLog>, ConnectError> {
    KurrentLog::open(url.parse().unwrap(), Duration::from_secs(20)).await
}

/// What it says is an error, comes long before patience ends, and tells what to do.
async fn kept_out(url: &str, words: &[&str]) {
    let begun = Instant::now();
    let Err(error) = open(url).await else { panic!("{url} was let in") };
    let said = error.to_string();
    assert!(begun.elapsed() < Duration::from_secs(15), "{url} was tried for {:?}: {said}", begun.elapsed());
    for word in words {
        assert!(said.contains(word), "{url}: {word:?} is not in {said:?}");
    }
    assert!(!said.contains("correct"), "a password is shown: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_comes_in_by_tls_and_a_password_and_by_a_client_certificate() {
    let guarded = Guarded::start();
    let log = guarded.connects().await;
    let mut live = log.subscribe(None);
    append(&*log, &stream("1"), vec![event("1")]).await;
    assert_eq!(next(&mut live).await.revision, 0);

    // a password in the address, percent-encoded; several addresses, by gossip
    let (port, trusting) = (guarded.port(), guarded.trusting());
    let password = "correct%20horse%20%2540%20battery";
    let nobody = free_address().port();
    let url = format!("esdb+discover://gateway:{password}@localhost:{port},localhost:{nobody}?{trusting}");
    let other = open(&url).await.unwrap();
    append(&*other, &stream("1"), vec![event("2")]).await;
    assert_eq!(next(&mut live).await.revision, 1);

    let shown = guarded.authority.signs("gateway");
    let url = |cert: &Path, key: &Path| {
        let (cert, key) = (cert.display(), key.display());
        format!("esdb://localhost:{port}?{trusting}&userCertFile={cert}&userKeyFile={key}")
    };
    let certified = open(&url(&shown.cert, &shown.key)).await.unwrap();
    append(&*certified, &stream("1"), vec![event("3")]).await;
    assert_eq!(next(&mut live).await.revision, 2);
    // a certificate that is good, of somebody without an account; one of an authority that the node does not know
    let stranger = guarded.authority.signs("stranger");
    kept_out(&url(&stranger.cert, &stranger.key), &["access is denied", "node-user add"]).await;
    let elsewhere = Authority::new(guarded.scratch.path(), "elsewhere").signs("gateway");
    kept_out(&url(&elsewhere.cert, &elsewhere.key), &["userCertFile", "authority"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_kept_out_is_told_why_and_what_to_do() {
    let guarded = Guarded::start();
    let (port, trusting) = (guarded.port(), guarded.trusting());
    let at = format!("localhost:{port}");
    kept_out(
        &format!("esdb://gateway:wrong@{at}?{trusting}"),
        &["access is denied", "password", "node-user"],
    )
    .await;
    kept_out(&format!("esdb://{at}?{trusting}"), &["access is denied", "user"]).await;
    kept_out(&format!("esdb://gateway:wrong@{at}"), &["not trusted", "tlsCaFile=FILE"]).await;
    let other = Authority::new(guarded.scratch.path(), "other").file();
    let trusting_another = format!("tlsCaFile={}", other.display());
    kept_out(&format!("esdb://gateway:wrong@{at}?{trusting_another}"), &["not trusted", "other.ca.crt"])
        .await;
    kept_out(
        &format!("esdb://gateway:wrong@127.0.0.1:{port}?{trusting}"),
        &["127.0.0.1", "not for the name"],
    )
    .await;
    kept_out(&format!("esdb://gateway:wrong@{at}?tls=false"), &["speaks TLS", "tls=false"]).await;
    let expired = Guarded::start_for("localhost", 2020);
    let url = format!("esdb://gateway:wrong@localhost:{}?{}", expired.port(), expired.trusting());
    kept_out(&url, &["expired", "renew"]).await;
    let plain = NodeHome::new();
    plain.start();
    kept_out(&format!("esdb://localhost:{}?{trusting}", plain.address().port()), &["TLS", "tls=false"]).await;

    let nobody = format!("esdb://localhost:{}?{trusting}", free_address().port());
    let error = KurrentLog::open(nobody.parse().unwrap(), Duration::from_secs(1)).await.err().unwrap();
    let said = error.to_string();
    assert!(said.contains("cannot be reached") && said.contains("check that it runs"), "{said}");

    // who may read and not append is told at the first append
    let audit =
        open(&format!("esdb://audit:correct%20horse%20%2540%20battery@{at}?{trusting}")).await.unwrap();
    let refused = audit.append(&stream("1"), Expected::NoStream, vec![event("1")]).await;
    let Err(AppendError::Fault(LogError::Refused { reason })) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("may read and append"), "{reason}");
}

/// The new password is in the file before the node has it, or after: the engine reads the file again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_on_both_sides_without_a_restart() {
    let guarded = Guarded::start();
    let log = guarded.connects().await;
    let follower = Follower::start(&log);
    let writers = Writers::start(&log, 2);
    guarded.password("a password of the new year");
    Users::set(&guarded.users, "gateway", Role::ReadWrite, "a password of the new year").unwrap();
    // the node looks at its accounts every two seconds
    tokio::time::sleep(Duration::from_secs(4)).await;
    all_is_there(&log, follower, writers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_taken_away_is_out_and_says_why_until_it_is_back() {
    let guarded = Guarded::start();
    let log = guarded.connects().await;
    append(&*log, &stream("1"), vec![event("1")]).await;
    let mut live = log.subscribe(None);
    next(&mut live).await;
    assert!(Users::remove(&guarded.users, "gateway").unwrap());
    state_is(&log, |state| matches!(state, LogState::Unreachable { .. })).await;
    let LogState::Unreachable { reason, .. } = log.state() else { panic!("{:?}", log.state()) };
    assert!(reason.contains("access is denied") && reason.contains("node-user add"), "{reason}");
    Users::set(&guarded.users, "gateway", Role::ReadWrite, PASSWORD).unwrap();
    state_is(&log, |state| *state == LogState::Serving).await;
    append(&*log, &stream("1"), vec![event("2")]).await;
    assert_eq!(next(&mut live).await.revision, 1, "the subscription waited");
}
