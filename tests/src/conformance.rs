//! What every engine of the event log promises, one function a promise.
//!
//! [`crate::conformance!`] makes a test of each, so that every engine is judged by the same list.
//! Deliberately absent: what one engine promises beyond that (dense positions, a lock); its own tests say so.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a promise that does not hold is a panic with its place"
)]

mod given;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use jiff::Timestamp;
use om_domain::metadata;
use om_infra::log::{
    AppendError, Appended, EventLog, Expected, LogError, LogState, NewEvent, ShownEvent, StoredEvent,
    StreamName, leaf,
};
use uuid::Uuid;

pub use given::{county, event, events, stream};

/// Where one log lives: a directory, a node, a cluster. A new home has an empty log.
#[async_trait]
pub trait Home: Send + Sync {
    /// Opens the log that lives here.
    async fn open(&self) -> Arc<dyn EventLog>;
    /// Closes it, so that it can be opened again.
    async fn close(&self, log: Arc<dyn EventLog>);
}

/// Makes one test of every promise, for the engine whose homes the expression makes; `given` takes an expression that
/// may give none, whose tests then pass without having been run and say so.
#[macro_export]
macro_rules! conformance {
    (given $home:expr) => {
        $crate::conformance!(@all ($home));
    };
    ($home:expr) => {
        $crate::conformance!(@all (Some($home)));

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_position_of_another_log_is_refused() {
            $crate::conformance::a_position_of_another_log_is_refused(&$home, &$home).await;
        }
    };
    (@all $home:tt) => {
        $crate::conformance!(@each $home;
            events_come_back_as_they_were_given,
            a_stream_is_read_in_order_from_any_revision,
            a_stream_never_written_to_is_empty,
            the_log_has_one_order,
            a_stream_is_begun_once,
            a_stale_or_future_expectation_is_a_conflict_that_says_where_the_stream_stands,
            the_same_append_again_is_answered_as_before,
            the_same_append_twice_at_once_is_stored_once,
            the_same_ids_with_other_content_are_not_the_same_append,
            an_append_that_no_log_stores_is_refused,
            catching_up_while_appends_run_misses_and_doubles_nothing,
            a_subscription_begins_after_any_position,
            a_live_subscriber_is_woken,
            thirty_two_writers_on_one_stream_make_one_line,
            a_stream_of_5000_events_is_read_whole,
            slow_a_stream_of_100000_events_is_read_whole,
            an_event_of_a_megabyte_is_kept,
            odd_names_are_kept,
            a_hundred_subscribers_see_the_same,
            a_subscriber_that_does_not_read_holds_up_nobody_and_misses_nothing,
            a_dropped_subscription_is_gone,
            reopening_keeps_everything,
        );
    };
    (@each $home:tt; $($promise:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                if let Some(home) = $home {
                    $crate::conformance::$promise(&home).await;
                }
            }
        )*
    };
}

fn ids(events: &[StoredEvent]) -> Vec<Uuid> {
    events.iter().map(|e| e.id).collect()
}

/// Appends at the stream's end.
pub async fn append(log: &dyn EventLog, stream: &StreamName, events: Vec<NewEvent>) -> Appended {
    let head = log.stream_head(stream).await.unwrap();
    log.append(stream, Expected::of_head(head), events).await.unwrap()
}

/// The whole log.
pub async fn everything(log: &dyn EventLog) -> Vec<StoredEvent> {
    log.read_all(None, usize::MAX).await.unwrap()
}

/// The next event.
pub async fn next(events: &mut BoxStream<'static, Result<StoredEvent, LogError>>) -> StoredEvent {
    let next = tokio::time::timeout(Duration::from_secs(30), events.next());
    next.await.expect("an event within half a minute").unwrap().unwrap()
}

/// The next so many events.
pub async fn take(
    events: &mut BoxStream<'static, Result<StoredEvent, LogError>>,
    count: usize,
) -> Vec<StoredEvent> {
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count {
        taken.push(next(events).await);
    }
    taken
}

/// Bytes, name, version and time of an event come out as they went in, and the leaf commits to them.
pub async fn events_come_back_as_they_were_given(home: &dyn Home) {
    let log = home.open().await;
    let (name, mut given) = (stream("1"), events(3));
    given[0].payload = Bytes::from_static("{ \"b\":1,\n\t\"a\" : \"\\u4e00 一\", \"n\": 1.0e2 }".as_bytes());
    given[1].metadata = Bytes::from_static(b"{  }");
    given[1].version = u16::MAX;
    given[2].recorded = Timestamp::from_microsecond(-1).unwrap();
    assert!(metadata::pack(&given[0].metadata, given[0].recorded).is_some());
    for given in &given[1..] {
        assert_eq!(metadata::pack(&given.metadata, given.recorded), None);
    }
    given[2].kind = "许可-准予".into();
    let appended = log.append(&name, Expected::NoStream, given.clone()).await.unwrap();
    assert_eq!((appended.first_revision, appended.last_revision), (0, 2));

    let stored = log.read_stream(&name, 0, 10).await.unwrap();
    assert_eq!(stored, everything(&*log).await, "the same from either side");
    assert_eq!(stored.last().unwrap().position, appended.position);
    for ((revision, stored), given) in (0..).zip(&stored).zip(&given) {
        assert_eq!(
            (&stored.stream, stored.revision, stored.id, &*stored.kind, stored.version, stored.recorded),
            (&name, revision, given.id, &*given.kind, given.version, given.recorded)
        );
        assert_eq!((&stored.payload, stored.metadata.json()), (&given.payload, given.metadata.clone()));
        assert!(leaf::is_intact(stored));
    }
    assert_eq!(log.state(), LogState::Serving);
}

/// Any revision and any maximum give the right part.
pub async fn a_stream_is_read_in_order_from_any_revision(home: &dyn Home) {
    let log = home.open().await;
    let given = events(20);
    for part in given.chunks(3) {
        append(&*log, &stream("1"), part.to_vec()).await;
        append(&*log, &stream("10"), events(2)).await;
    }
    let given: Vec<_> = given.iter().map(|e| e.id).collect();
    for (from, max) in [(0, 20), (0, 7), (7, 7), (19, 5), (20, 5), (1_000, 5), (0, 0)] {
        let read = log.read_stream(&stream("1"), u64::try_from(from).unwrap(), max).await.unwrap();
        let part: Vec<_> = given.iter().skip(from).take(max).copied().collect();
        assert_eq!(ids(&read), part, "from {from} at most {max}");
        are_shown(&*log, from, max, &read).await;
    }
    assert_eq!(log.stream_head(&stream("1")).await.unwrap(), Some(19));
    assert!(log.read_stream(&stream("1"), u64::MAX, 5).await.unwrap().is_empty());
}

fn parts(event: ShownEvent<'_>) -> impl PartialEq + use<'_> {
    let ShownEvent { position, stream, revision, id, kind, version, recorded, payload, metadata } = event;
    (position, stream, revision, id, kind, version, recorded, payload, metadata.json().unwrap())
}

/// What is shown where it lies is what is read, and showing ends when it is broken off.
async fn are_shown(log: &dyn EventLog, from: usize, max: usize, read: &[StoredEvent]) {
    for most in [usize::MAX, 3] {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let see = {
            let (shown, read) = (Arc::clone(&shown), read.to_vec());
            Box::new(move |event: &ShownEvent<'_>| {
                let mut shown = shown.lock().unwrap();
                let nth: usize = shown.len();
                shown.push(read.get(nth).is_some_and(|read| parts(*event) == parts(ShownEvent::of(read))));
                if shown.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        };
        let told = log.show_stream(&stream("1"), u64::try_from(from).unwrap(), max, see).await.unwrap();
        let expected = read.len().min(most);
        assert_eq!((told, &*shown.lock().unwrap()), (expected, &vec![true; expected]), "from {from}");
    }
}

/// Nothing is not an error.
pub async fn a_stream_never_written_to_is_empty(home: &dyn Home) {
    let log = home.open().await;
    assert!(log.read_stream(&stream("1"), 0, 10).await.unwrap().is_empty());
    assert_eq!(log.stream_head(&stream("1")).await.unwrap(), None);
    assert_eq!(log.head().await.unwrap(), None);
    assert!(everything(&*log).await.is_empty());
}

/// All streams together have one order, whatever the size of the pages it is read in.
pub async fn the_log_has_one_order(home: &dyn Home) {
    let log = home.open().await;
    for round in 0..10 {
        for id in ["a", "b", "c"] {
            append(&*log, &stream(id), events(1 + round % 3)).await;
        }
    }
    let all = everything(&*log).await;
    assert!(all.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert_eq!(log.head().await.unwrap(), Some(all.last().unwrap().position));
    for page in [1, 2, 7, 1_000] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let part = log.read_all(after, page).await.unwrap();
            let Some(last) = part.last() else { break };
            after = Some(last.position);
            read.extend(part);
        }
        assert_eq!(read, all, "in pages of {page}");
    }
    for id in ["a", "b", "c"] {
        let own: Vec<_> = all.iter().filter(|e| e.stream == stream(id)).cloned().collect();
        assert_eq!(own, log.read_stream(&stream(id), 0, 100).await.unwrap());
    }
}

/// `NoStream` holds once.
pub async fn a_stream_is_begun_once(home: &dyn Home) {
    let log = home.open().await;
    log.append(&stream("1"), Expected::NoStream, events(2)).await.unwrap();
    let again = log.append(&stream("1"), Expected::NoStream, events(1)).await;
    let Err(AppendError::Conflict { stream: at, expected, actual }) = again else { panic!("{again:?}") };
    assert_eq!((at, expected, actual), (stream("1"), Expected::NoStream, Some(1)));
    assert_eq!(everything(&*log).await.len(), 2);
}

/// A conflict says where the stream stands and stores nothing.
pub async fn a_stale_or_future_expectation_is_a_conflict_that_says_where_the_stream_stands(home: &dyn Home) {
    let log = home.open().await;
    log.append(&stream("1"), Expected::NoStream, events(5)).await.unwrap();
    for wrong in [0, 3, 5, 1_000, u64::MAX] {
        let refused = log.append(&stream("1"), Expected::Revision(wrong), events(1)).await;
        assert!(
            matches!(refused, Err(AppendError::Conflict { actual: Some(4), .. })),
            "{wrong}: {refused:?}"
        );
        let nowhere = log.append(&stream("2"), Expected::Revision(wrong), events(1)).await;
        assert!(matches!(nowhere, Err(AppendError::Conflict { actual: None, .. })), "{wrong}: {nowhere:?}");
    }
    assert_eq!(everything(&*log).await.len(), 5);
    assert_eq!(log.stream_head(&stream("2")).await.unwrap(), None);
    log.append(&stream("1"), Expected::Revision(4), events(1)).await.unwrap();
}

/// Whoever lost an answer asks again, even after others have written.
pub async fn the_same_append_again_is_answered_as_before(home: &dyn Home) {
    let log = home.open().await;
    let (first, second) = (events(3), events(2));
    let begun = log.append(&stream("1"), Expected::NoStream, first.clone()).await.unwrap();
    let went_on = log.append(&stream("1"), Expected::Revision(2), second.clone()).await.unwrap();
    append(&*log, &stream("1"), events(1)).await;
    append(&*log, &stream("2"), events(1)).await;
    for _ in 0..2 {
        assert_eq!(log.append(&stream("1"), Expected::NoStream, first.clone()).await.unwrap(), begun);
        assert_eq!(log.append(&stream("1"), Expected::Revision(2), second.clone()).await.unwrap(), went_on);
    }
    assert_eq!(everything(&*log).await.len(), 7);
}

/// A retry that overtakes its original is the same append.
pub async fn the_same_append_twice_at_once_is_stored_once(home: &dyn Home) {
    let log = home.open().await;
    let mut head = Expected::NoStream;
    for _ in 0..20 {
        let (name, given) = (stream("1"), events(2));
        let (one, other) =
            tokio::join!(log.append(&name, head, given.clone()), log.append(&name, head, given.clone()));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one, other);
        head = Expected::Revision(one.last_revision);
    }
    assert_eq!(everything(&*log).await.len(), 40);
}

/// Whoever decided something else under the same ids is told, though the place and the ids are the same.
pub async fn the_same_ids_with_other_content_are_not_the_same_append(home: &dyn Home) {
    let log = home.open().await;
    let given = events(3);
    log.append(&stream("1"), Expected::NoStream, given.clone()).await.unwrap();
    for changed in 0..3 {
        let mut other = given.clone();
        other[changed].payload = Bytes::from_static(b"{}");
        let refused = log.append(&stream("1"), Expected::NoStream, other).await;
        let Err(AppendError::DuplicateEvent { id, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(id, given[changed].id);
    }
    let mut later = given.clone();
    later[2].recorded = Timestamp::from_microsecond(1_790_000_000_123_458).unwrap();
    let refused = log.append(&stream("1"), Expected::NoStream, later).await;
    assert!(matches!(refused, Err(AppendError::DuplicateEvent { .. })), "{refused:?}");
    let twice = event("1");
    let refused = log.append(&stream("2"), Expected::NoStream, vec![twice.clone(), twice]).await;
    assert!(matches!(refused, Err(AppendError::DuplicateEvent { .. })), "{refused:?}");
    assert_eq!(everything(&*log).await.len(), 3);
}

/// Mistakes of the caller are named, and nothing is stored.
pub async fn an_append_that_no_log_stores_is_refused(home: &dyn Home) {
    let log = home.open().await;
    let too_fine =
        NewEvent { recorded: Timestamp::from_nanosecond(1_790_000_000_000_000_001).unwrap(), ..event("1") };
    let no_name = NewEvent { kind: "".into(), ..event("1") };
    let long_name = NewEvent { kind: "长".repeat(60).into(), ..event("1") };
    for wrong in [vec![], vec![event("1"), too_fine], vec![no_name], vec![long_name]] {
        let refused = log.append(&stream("1"), Expected::NoStream, wrong).await;
        assert!(matches!(refused, Err(AppendError::Invalid(_))), "{refused:?}");
    }
    assert!(everything(&*log).await.is_empty());
}

/// Subscriptions begun before, amid and after a rush of appends all see the log as it is.
pub async fn catching_up_while_appends_run_misses_and_doubles_nothing(home: &dyn Home) {
    const WRITERS: usize = 4;
    const APPENDS: usize = 60;
    let log = home.open().await;
    append(&*log, &stream("before"), events(30)).await;
    let total = 30 + WRITERS * APPENDS * 2;
    let follow = |log: &Arc<dyn EventLog>| {
        let mut events = log.subscribe(None);
        tokio::spawn(async move { take(&mut events, total).await })
    };
    let mut followers = vec![follow(&log)];
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for _ in 0..APPENDS {
                    append(&*log, &stream(&format!("writer-{n}")), events(2)).await;
                }
            })
        })
        .collect();
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        followers.push(follow(&log));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    followers.push(follow(&log));
    let all = everything(&*log).await;
    assert_eq!(all.len(), total);
    for follower in followers {
        assert!(follower.await.unwrap() == all, "a follower saw something else than the log");
    }
}

/// What comes after a bookmark, and only that.
pub async fn a_subscription_begins_after_any_position(home: &dyn Home) {
    let log = home.open().await;
    append(&*log, &stream("1"), events(10)).await;
    let all = everything(&*log).await;
    for (place, bookmark) in all.iter().enumerate() {
        let mut rest = log.subscribe(Some(bookmark.position));
        assert_eq!(take(&mut rest, all.len() - place - 1).await, all[place + 1..]);
        assert_eq!(log.read_all(Some(bookmark.position), 100).await.unwrap(), all[place + 1..]);
    }
    let mut rest = log.subscribe(log.head().await.unwrap());
    append(&*log, &stream("1"), events(1)).await;
    assert_eq!(next(&mut rest).await.revision, 10);
}

/// A subscriber that waits is woken by each append. (That it is not by a timer is the engine's to show.)
pub async fn a_live_subscriber_is_woken(home: &dyn Home) {
    let log = home.open().await;
    let mut live = log.subscribe(None);
    for revision in 0..50 {
        let waiting = tokio::spawn(async move {
            let event = next(&mut live).await;
            (event, live)
        });
        tokio::task::yield_now().await;
        append(&*log, &stream("1"), events(1)).await;
        let (event, back) = waiting.await.unwrap();
        assert_eq!(event.revision, revision);
        live = back;
    }
}

/// Of those who decided on the same state one wins; the others are told, decide again and lose nothing.
pub async fn thirty_two_writers_on_one_stream_make_one_line(home: &dyn Home) {
    let log = home.open().await;
    let writers: Vec<_> = (0..32)
        .map(|_| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut written = Vec::new();
                let mut expected = Expected::NoStream;
                while written.len() < 5 {
                    let event = event("并发");
                    let id = event.id;
                    match log.append(&stream("1"), expected, vec![event]).await {
                        Ok(appended) => {
                            written.push((appended.last_revision, id));
                            expected = Expected::Revision(appended.last_revision);
                        }
                        Err(AppendError::Conflict { actual, .. }) => expected = Expected::of_head(actual),
                        Err(error) => panic!("{error}"),
                    }
                }
                written
            })
        })
        .collect();
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    written.sort_unstable();
    let stored = log.read_stream(&stream("1"), 0, 1_000).await.unwrap();
    let stored: Vec<_> = stored.iter().map(|e| (e.revision, e.id)).collect();
    assert_eq!(stored, written, "every acknowledgement at its revision, none twice");
    assert!((0..160).eq(stored.iter().map(|(revision, _)| *revision)));
}

async fn a_stream_of(home: &dyn Home, count: usize) {
    let log = home.open().await;
    let mut head = Expected::NoStream;
    let mut written = HashSet::new();
    for _ in 0..count / 500 {
        let part = events(500);
        written.extend(part.iter().map(|e| e.id));
        let appended = log.append(&stream("1"), head, part).await.unwrap();
        head = Expected::Revision(appended.last_revision);
    }
    let stored = log.read_stream(&stream("1"), 0, usize::MAX).await.unwrap();
    assert!((0..).zip(&stored).all(|(revision, event)| event.revision == revision));
    assert_eq!(stored.iter().map(|e| e.id).collect::<HashSet<_>>(), written);
    assert!(everything(&*log).await == stored);
}

/// A long stream is read whole.
pub async fn a_stream_of_5000_events_is_read_whole(home: &dyn Home) {
    a_stream_of(home, 5_000).await;
}

/// A very long one too.
pub async fn slow_a_stream_of_100000_events_is_read_whole(home: &dyn Home) {
    a_stream_of(home, 100_000).await;
}

/// One large event, read and followed.
pub async fn an_event_of_a_megabyte_is_kept(home: &dyn Home) {
    let log = home.open().await;
    let mut large = event("1");
    large.payload = Bytes::from(format!("\"{}\"", "曲靖".repeat(166_000)));
    let mut live = log.subscribe(None);
    append(&*log, &stream("1"), vec![large.clone()]).await;
    let stored = log.read_stream(&stream("1"), 0, 10).await.unwrap();
    assert_eq!(stored[0].payload, large.payload);
    assert_eq!(next(&mut live).await, stored[0]);
}

/// Names that no one would choose, side by side.
pub async fn odd_names_are_kept(home: &dyn Home) {
    let log = home.open().await;
    let long = "长".repeat(170);
    let odd =
        ["富源县 一件事", "a-b.c/d%20e", "'; DROP TABLE event; --", "\u{1f4c4}", " ", "é", "e\u{301}", &long];
    for id in odd {
        append(&*log, &stream(id), vec![event(id)]).await;
    }
    for id in odd {
        let stored = log.read_stream(&stream(id), 0, 10).await.unwrap();
        assert_eq!(stored.len(), 1, "{id:?}");
        assert_eq!((stored[0].stream.id(), &stored[0].payload), (id, &event(id).payload));
    }
    assert_eq!(everything(&*log).await.len(), odd.len());
}

/// Many followers at different places.
pub async fn a_hundred_subscribers_see_the_same(home: &dyn Home) {
    let log = home.open().await;
    append(&*log, &stream("1"), events(50)).await;
    let bookmarks: Vec<_> = everything(&*log).await.iter().map(|e| e.position).collect();
    let followers: Vec<_> = (0..100_usize)
        .map(|n| {
            let skip = n % 50;
            let mut events = log.subscribe(skip.checked_sub(1).map(|last| bookmarks[last]));
            tokio::spawn(async move { (skip, take(&mut events, 150 - skip).await) })
        })
        .collect();
    for _ in 0..50 {
        append(&*log, &stream("2"), events(2)).await;
    }
    let all = everything(&*log).await;
    for follower in followers {
        let (skip, seen) = follower.await.unwrap();
        assert!(seen == all[skip..], "a follower that skipped {skip} saw something else");
    }
}

/// Appends go on while a subscriber does not read; when it does, it sees them all.
pub async fn a_subscriber_that_does_not_read_holds_up_nobody_and_misses_nothing(home: &dyn Home) {
    const PART: usize = 500;
    let log = home.open().await;
    append(&*log, &stream("1"), events(1)).await;
    let (mut slow, mut live) = (log.subscribe(None), log.subscribe(None));
    next(&mut slow).await;
    next(&mut live).await;
    for _ in 0..12 {
        append(&*log, &stream("1"), events(PART)).await;
        take(&mut live, PART).await;
    }
    assert!(take(&mut slow, 12 * PART).await == everything(&*log).await[1..]);
}

/// Dropping ends a subscription at any moment; the others and the log do not notice.
pub async fn a_dropped_subscription_is_gone(home: &dyn Home) {
    let log = home.open().await;
    append(&*log, &stream("1"), events(600)).await;
    let mut stays = log.subscribe(None);
    for seen in [0, 1, 511, 512, 600] {
        let mut goes = log.subscribe(None);
        take(&mut goes, seen).await;
        // also in the midst of waiting for the next
        let _ = tokio::time::timeout(Duration::from_millis(1), goes.next()).await;
    }
    append(&*log, &stream("1"), events(1)).await;
    assert_eq!(take(&mut stays, 601).await, everything(&*log).await);
}

/// Identity, events, positions and expectations survive a restart.
pub async fn reopening_keeps_everything(home: &dyn Home) {
    let log = home.open().await;
    let (id, first) = (log.id(), events(3));
    let begun = log.append(&stream("1"), Expected::NoStream, first.clone()).await.unwrap();
    append(&*log, &stream("2"), events(4)).await;
    let before = everything(&*log).await;
    home.close(log).await;

    let log = home.open().await;
    assert_eq!(log.id(), id);
    assert_eq!(everything(&*log).await, before);
    assert_eq!(log.append(&stream("1"), Expected::NoStream, first).await.unwrap(), begun);
    let stale = log.append(&stream("2"), Expected::Revision(1), events(1)).await;
    assert!(matches!(stale, Err(AppendError::Conflict { actual: Some(3), .. })), "{stale:?}");
    let mut rest = log.subscribe(Some(before[2].position));
    assert_eq!(take(&mut rest, 4).await, before[3..]);
    append(&*log, &stream("1"), events(1)).await;
    let newest = next(&mut rest).await;
    assert_eq!(newest.revision, 3);
    assert!(newest.position > before[6].position);
}

/// A bookmark kept beside another log is noticed.
pub async fn a_position_of_another_log_is_refused(home: &dyn Home, elsewhere: &dyn Home) {
    let (log, other) = (home.open().await, elsewhere.open().await);
    assert_ne!(log.id(), other.id());
    append(&*log, &stream("1"), events(3)).await;
    let foreign = append(&*other, &stream("1"), events(1)).await.position;
    let read = log.read_all(Some(foreign), 10).await;
    assert!(matches!(read, Err(LogError::OtherLog { .. })), "{read:?}");
    let mut followed = log.subscribe(Some(foreign));
    assert!(matches!(followed.next().await, Some(Err(LogError::OtherLog { .. }))));
    assert!(followed.next().await.is_none(), "an error is the last item");
}
