//! The esdb engine when the node stops, dies, hangs or loses its connections: nothing that was acknowledged is lost,
//! nothing is stored twice, and a follower sees every event once.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use om_infra::log::kurrent::KurrentLog;
use om_infra::log::sqlite::{FILE_NAME, Options};
use om_infra::log::{
    AppendError, EventLog, Expected, LogError, LogState, NewEvent, SqliteLog, StoredEvent, StreamName,
};
use om_tests::conformance::{append, event, everything, next, stream};
use om_tests::node::{NodeHome, Wire};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Appends until it is acknowledged, as an executor does: an append without an answer is sent again as it was.
pub(crate) async fn insist(
    log: &dyn EventLog,
    stream: &StreamName,
    expected: Expected,
    event: NewEvent,
) -> u64 {
    loop {
        match log.append(stream, expected, vec![event.clone()]).await {
            Ok(appended) => return appended.last_revision,
            Err(AppendError::Fault(LogError::Unreachable { .. } | LogError::NoAnswer { .. })) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// What a writer was told of each of its appends.
type Written = Vec<(u64, uuid::Uuid)>;

/// Writers that insist, each on a stream of its own, at work until they are told that it is enough: however fast the
/// machine is, they are at work when something is killed.
pub(crate) struct Writers {
    enough: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Written>>,
}

impl Writers {
    pub(crate) fn start(log: &Arc<KurrentLog>, count: usize) -> Self {
        let (enough, told) = watch::channel(false);
        let tasks = (0..count).map(|n| tokio::spawn(write(Arc::clone(log), n, told.clone()))).collect();
        Self { enough, tasks }
    }

    async fn stop(self) -> Vec<Written> {
        self.enough.send(true).unwrap();
        let tasks = self.tasks.into_iter();
        futures::future::join_all(tasks).await.into_iter().map(Result::unwrap).collect()
    }
}

async fn write(log: Arc<KurrentLog>, n: usize, enough: watch::Receiver<bool>) -> Written {
    let (stream, mut expected, mut written) = (stream(&format!("w{n}")), Expected::NoStream, Vec::new());
    while !*enough.borrow() {
        let event = event("断线");
        let id = event.id;
        let revision = insist(&*log, &stream, expected, event).await;
        written.push((revision, id));
        expected = Expected::Revision(revision);
    }
    written
}

/// Follows the whole log until it has seen as many events as it is told to wait for.
pub(crate) struct Follower {
    total: watch::Sender<usize>,
    seen: JoinHandle<Vec<StoredEvent>>,
}

impl Follower {
    pub(crate) fn start(log: &Arc<KurrentLog>) -> Self {
        let (total, mut told) = watch::channel(usize::MAX);
        let mut events = log.subscribe(None);
        let seen = tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.len() < *told.borrow() {
                tokio::select! {
                    event = events.next() => seen.push(event.unwrap().unwrap()),
                    _ = told.changed() => {}
                }
            }
            seen
        });
        Self { total, seen }
    }

    async fn after(self, total: usize) -> Vec<StoredEvent> {
        self.total.send(total).unwrap();
        tokio::time::timeout(Duration::from_secs(60), self.seen).await.unwrap().unwrap()
    }
}

pub(crate) async fn state_is(log: &KurrentLog, wanted: fn(&LogState) -> bool) {
    for _ in 0..1_500 {
        if wanted(&log.state()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the state is still {:?}", log.state());
}

/// What the writers were told is what is stored, and what a follower saw.
pub(crate) async fn all_is_there(log: &Arc<KurrentLog>, follower: Follower, writers: Writers) {
    let written = writers.stop().await;
    // a read does not insist: it waits until the engine has its node again
    state_is(log, |state| *state == LogState::Serving).await;
    for (n, told) in written.iter().enumerate() {
        let stored = log.read_stream(&stream(&format!("w{n}")), 0, usize::MAX).await.unwrap();
        let stored: Written = stored.iter().map(|e| (e.revision, e.id)).collect();
        assert!(&stored == told, "writer {n} was told something else");
    }
    let seen = follower.after(written.iter().map(Vec::len).sum()).await;
    assert!(seen == everything(&**log).await, "the follower saw something else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_gone_is_said_and_its_return_too() {
    let home = NodeHome::new();
    let log = home.connect().await;
    append(&*log, &stream("1"), vec![event("1")]).await;
    let mut live = log.subscribe(None);
    next(&mut live).await;

    home.kill().await;
    state_is(&log, |state| matches!(state, LogState::Unreachable { .. })).await;
    let refused = log.append(&stream("1"), Expected::Revision(0), vec![event("2")]).await;
    let Err(AppendError::Fault(error @ LogError::Unreachable { .. })) = refused else {
        panic!("{refused:?}")
    };
    assert!(error.is_surely_unstored(), "nothing was sent");
    let read = log.read_stream(&stream("1"), 0, 10).await;
    assert!(matches!(read, Err(LogError::Unreachable { .. })), "{read:?}");

    home.start();
    state_is(&log, |state| *state == LogState::Serving).await;
    append(&*log, &stream("1"), vec![event("2")]).await;
    assert_eq!(next(&mut live).await.revision, 1, "the subscription waited");
}

/// The client's own subscription would read the ended stream for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_the_node_ends_cleanly_goes_on() {
    let home = NodeHome::new();
    let log = home.connect().await;
    let mut live = log.subscribe(None);
    for round in 0..3 {
        append(&*log, &stream("1"), vec![event("1")]).await;
        assert_eq!(next(&mut live).await.revision, round);
        home.stop().await;
        home.start();
        state_is(&log, |state| *state == LogState::Serving).await;
        insist(&*log, &stream("2"), Expected::of_head(round.checked_sub(1)), event("2")).await;
        assert_eq!(next(&mut live).await.revision, round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_again_and_again_lose_and_double_nothing() {
    let home = NodeHome::new();
    home.start();
    let wire = Wire::to(home.address()).await;
    let log = KurrentLog::open(wire.url().parse().unwrap(), Duration::from_secs(10)).await.unwrap();
    let follower = Follower::start(&log);
    let writers = Writers::start(&log, 4);
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(70)).await;
        wire.cut();
    }
    all_is_there(&log, follower, writers).await;
}

/// The append is stored, the answer does not come, the connection is lost: the same append finds its first receipt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_answer_was_lost_is_stored_once() {
    let home = NodeHome::new();
    home.start();
    let wire = Wire::to(home.address()).await;
    let url = format!("{}&defaultDeadline=1500", wire.url());
    let log = KurrentLog::open(url.parse().unwrap(), Duration::from_secs(10)).await.unwrap();
    append(&*log, &stream("1"), vec![event("1")]).await;
    wire.deafen(true);
    let second = event("2");
    let appending = {
        let (log, second) = (Arc::clone(&log), second.clone());
        tokio::spawn(async move { log.append(&stream("1"), Expected::Revision(0), vec![second]).await })
    };
    while home.served().stream_head(&stream("1")).await.unwrap() != Some(1) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wire.cut();
    wire.deafen(false);
    // on a busy machine the engine's patience may end before the connection is back: its caller asks again, with the same ids
    let mut answer = appending.await.unwrap();
    while let Err(AppendError::Fault(LogError::NoAnswer { .. } | LogError::Unreachable { .. })) = answer {
        answer = log.append(&stream("1"), Expected::Revision(0), vec![second.clone()]).await;
    }
    let appended = answer.unwrap();
    assert_eq!((appended.first_revision, appended.last_revision), (1, 1));
    let stored = everything(&*log).await;
    assert_eq!((stored.len(), stored[1].position), (2, appended.position));
}

/// A node that takes everything and answers nothing is noticed by the missing beat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_node_that_hangs_is_said_and_left() {
    let home = NodeHome::new();
    home.start();
    let wire = Wire::to(home.address()).await;
    let url = format!("{}&defaultDeadline=1500", wire.url());
    let log = KurrentLog::open(url.parse().unwrap(), Duration::from_secs(10)).await.unwrap();
    append(&*log, &stream("1"), vec![event("1")]).await;
    let mut live = log.subscribe(None);
    next(&mut live).await;
    wire.deafen(true);
    state_is(&log, |state| matches!(state, LogState::Unreachable { .. })).await;
    wire.deafen(false);
    wire.cut();
    state_is(&log, |state| *state == LogState::Serving).await;
    append(&*log, &stream("1"), vec![event("2")]).await;
    assert_eq!(next(&mut live).await.revision, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_node_killed_under_load_loses_and_doubles_nothing() {
    let home = NodeHome::new();
    let log = home.connect().await;
    let follower = Follower::start(&log);
    let writers = Writers::start(&log, 8);
    for round in 0..6 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        if round % 2 == 0 {
            home.kill().await;
        } else {
            home.stop().await;
        }
        home.start();
    }
    all_is_there(&log, follower, writers).await;
}

/// Another log at the same address: its positions would be taken for those of the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_log_at_the_same_address_stops_the_gateway() {
    let (first, second) = (NodeHome::new(), NodeHome::new());
    first.start();
    let log = first.connect().await;
    append(&*log, &stream("1"), vec![event("1")]).await;
    let mut live = log.subscribe(None);
    next(&mut live).await;
    first.stop().await;
    second.start_at(first.address());
    state_is(&log, |state| matches!(state, LogState::Stopped { .. })).await;
    let refused = log.append(&stream("1"), Expected::Revision(0), vec![event("2")]).await;
    assert!(matches!(refused, Err(AppendError::Fault(LogError::Stopped { .. }))), "{refused:?}");
    let followed = live.next().await;
    assert!(matches!(followed, Some(Err(LogError::Stopped { .. }))), "{followed:?}");
}

/// The same log, restored from an older copy, with other events in the places of those that were seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_restored_and_has_grown_stops_the_gateway() {
    let home = NodeHome::new();
    let log = home.connect().await;
    append(&*log, &stream("1"), vec![event("1")]).await;
    home.stop().await;
    let file = home.dir().join(FILE_NAME);
    let older = std::fs::read(&file).unwrap();
    home.start();
    state_is(&log, |state| *state == LogState::Serving).await;
    let mut live = log.subscribe(None);
    insist(&*log, &stream("1"), Expected::Revision(0), event("2")).await;
    for revision in 0..2 {
        assert_eq!(next(&mut live).await.revision, revision);
    }
    home.stop().await;
    std::fs::write(&file, older).unwrap();
    let restored = SqliteLog::open(home.dir(), Options::default()).unwrap();
    append(&*restored, &stream("2"), vec![event("3"), event("4")]).await;
    restored.close().await;
    drop(restored);
    home.start();
    state_is(&log, |state| matches!(state, LogState::Stopped { .. })).await;
    let followed = live.next().await;
    assert!(matches!(followed, Some(Err(LogError::Stopped { .. }))), "{followed:?}");
}
