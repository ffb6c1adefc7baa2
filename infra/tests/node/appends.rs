//! What the official Rust client appends through the node, and what the log then holds.

use crate::running::{client, foreign, ours, sealed, start, stream};
use kurrentdb::{
    AppendToStreamOptions, BatchAppendOptions, CurrentRevision, DeleteStreamOptions, Error, EventData,
    StreamState, TombstoneStreamOptions, WriteResult,
};
use om_infra::log::leaf::is_intact;
use om_infra::log::{EventLog as _, Expected, StreamName};
use uuid::Uuid;

async fn append(
    client: &kurrentdb::Client,
    stream: &StreamName,
    at: StreamState,
    events: Vec<EventData>,
) -> Result<WriteResult, Error> {
    client.append_to_stream(stream.as_str(), &AppendToStreamOptions::default().stream_state(at), events).await
}

#[tokio::test]
async fn an_append_goes_to_its_revision_or_is_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (client, stream) = (node.client(), stream("1"));
    let first = append(&client, &stream, StreamState::NoStream, vec![foreign(1, "A", 1), foreign(2, "B", 2)]);
    let first = first.await.unwrap();
    assert_eq!((first.next_expected_version, first.position.commit), (1, 2));
    let next =
        append(&client, &stream, StreamState::StreamRevision(1), vec![foreign(3, "C", 3)]).await.unwrap();
    assert_eq!((next.next_expected_version, next.position.commit), (2, 3));

    for (wrong, id) in [
        (StreamState::NoStream, 11),
        (StreamState::StreamRevision(1), 12),
        (StreamState::StreamRevision(7), 13),
    ] {
        match append(&client, &stream, wrong, vec![foreign(id, "D", 4)]).await {
            Err(Error::WrongExpectedVersion { expected, current: CurrentRevision::Current(2) }) => {
                assert_eq!(expected, wrong);
            }
            other => panic!("{wrong:?}: {other:?}"),
        }
    }
    let none = crate::running::stream("none");
    let missing = append(&client, &none, StreamState::StreamRevision(0), vec![foreign(1, "A", 1)]);
    assert!(matches!(
        missing.await,
        Err(Error::WrongExpectedVersion { current: CurrentRevision::NoStream, .. })
    ));
    assert_eq!(node.log.read_all(None, 100).await.unwrap().len(), 3);
    node.stop().await;
}

#[tokio::test]
async fn the_same_events_at_the_same_place_are_answered_as_the_first_time() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (client, stream) = (node.client(), stream("1"));
    let events = || vec![foreign(1, "A", 1), foreign(2, "B", 2)];
    let first = append(&client, &stream, StreamState::NoStream, events()).await.unwrap();
    append(&client, &stream, StreamState::StreamRevision(1), vec![foreign(3, "C", 3)]).await.unwrap();
    for state in [StreamState::NoStream, StreamState::Any, StreamState::StreamExists] {
        let again = append(&client, &stream, state, events()).await.unwrap();
        assert_eq!(
            (again.next_expected_version, again.position),
            (first.next_expected_version, first.position),
            "{state:?}"
        );
    }
    let other = append(&client, &stream, StreamState::NoStream, vec![foreign(1, "A", 9)]).await;
    assert!(matches!(other, Err(Error::ResourceAlreadyExists)), "the same id, another content: {other:?}");
    let twice = append(&client, &stream, StreamState::StreamRevision(2), vec![foreign(1, "A", 1)]).await;
    assert!(matches!(twice, Err(Error::ResourceAlreadyExists)), "the same id, another place: {twice:?}");
    assert_eq!(node.log.read_all(None, 100).await.unwrap().len(), 3);
    node.stop().await;
}

#[tokio::test]
async fn any_revision_is_for_other_peoples_events_and_finds_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (client, stream) = (node.client(), stream("1"));
    let missing = append(&client, &stream, StreamState::StreamExists, vec![foreign(1, "A", 1)]).await;
    assert!(matches!(missing, Err(Error::WrongExpectedVersion { current: CurrentRevision::NoStream, .. })));
    let appends = (0..20).map(|n| append(&client, &stream, StreamState::Any, vec![foreign(n, "A", 1)]));
    for done in futures::future::join_all(appends).await {
        done.unwrap();
    }
    assert_eq!(node.log.stream_head(&stream).await.unwrap(), Some(19));
    let event = ours(99, "{}", b"{}");
    let refused = append(&client, &stream, StreamState::Any, vec![sealed(&stream, 20, &event)]).await;
    assert!(matches!(refused, Err(Error::Grpc { .. })), "{refused:?}");
    node.stop().await;
}

#[tokio::test]
async fn our_events_are_stored_as_if_the_log_were_here() {
    let (dir, beside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (node, other) = (start(dir.path()).await, start(beside.path()).await);
    let (client, stream) = (node.client(), stream("一件事"));
    let events = [
        ours(1, r#"{"permit": "A3"}"#, br#"{"actor":"lead",  "n":1e3}"#),
        ours(2, "not json", b" {} "),
        ours(3, "", b"\xff"),
    ];
    let mut sent = Vec::new();
    for (revision, event) in (0..).zip(&events) {
        sent.push(sealed(&stream, revision, event));
    }
    append(&client, &stream, StreamState::NoStream, sent).await.unwrap();
    other.log.append(&stream, Expected::NoStream, events.to_vec()).await.unwrap();
    let stored = node.log.read_stream(&stream, 0, 10).await.unwrap();
    let here = other.log.read_stream(&stream, 0, 10).await.unwrap();
    assert_eq!(stored.len(), 3);
    for (stored, here) in stored.iter().zip(&here) {
        assert!(is_intact(stored));
        assert_eq!(
            (&stored.leaf, &stored.payload, &stored.metadata, stored.version, stored.recorded),
            (&here.leaf, &here.payload, &here.metadata, here.version, here.recorded)
        );
    }
    let at = StreamState::StreamRevision(2);
    let wrong = append(&client, &stream, at, vec![sealed(&stream, 7, &ours(4, "{}", b"{}"))]).await;
    assert!(matches!(&wrong, Err(Error::Grpc { message, .. }) if message.contains("leaf")), "{wrong:?}");
    node.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_batch_answers_each_append_and_keeps_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let batch = node.client().batch_append(&BatchAppendOptions::default()).await.unwrap();
    let streams = [stream("1"), stream("2")];
    let appends =
        (0..100_u64).flat_map(|n| streams.iter().map(move |stream| (n, stream))).map(|(n, stream)| {
            let at = if n == 0 { StreamState::NoStream } else { StreamState::StreamRevision(n - 1) };
            batch.append_to_stream(stream.as_str(), at, vec![foreign(n.into(), "A", n)])
        });
    for (nth, done) in futures::future::join_all(appends).await.into_iter().enumerate() {
        assert_eq!(done.unwrap().current_revision(), Some(nth as u64 / 2));
    }
    let conflict =
        batch.append_to_stream(streams[0].as_str(), StreamState::NoStream, vec![foreign(1_000, "A", 1)]);
    assert!(
        matches!(conflict.await, Err(Error::Grpc { message, .. }) if message == "wrong expected version")
    );
    assert_eq!(node.log.stream_head(&streams[1]).await.unwrap(), Some(99));
    node.stop().await;
}

#[tokio::test]
async fn what_no_log_stores_is_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let client = node.client();
    let options = AppendToStreamOptions::default().stream_state(StreamState::NoStream);
    for name in ["orders-1", "$$530322.matter-1", "$onematter-log", ""] {
        let refused = client.append_to_stream(name, &options, foreign(1, "A", 1)).await;
        assert!(matches!(refused, Err(Error::Grpc { .. })), "{name:?}: {refused:?}");
    }
    let large = EventData::binary("A", vec![0_u8; (16 << 20) + 1].into()).id(Uuid::from_u128(1));
    let refused = client.append_to_stream(stream("1").as_str(), &options, large).await;
    assert!(matches!(refused, Err(Error::Grpc { .. })), "{refused:?}");
    let largest = EventData::binary("A", vec![0_u8; (16 << 20) - 2].into()).id(Uuid::from_u128(1));
    client.append_to_stream(stream("1").as_str(), &options, largest).await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn history_is_not_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (client, stream) = (node.client(), stream("1"));
    append(&client, &stream, StreamState::NoStream, vec![foreign(1, "A", 1)]).await.unwrap();
    let deleted = client.delete_stream(stream.as_str(), &DeleteStreamOptions::default()).await;
    assert!(
        matches!(&deleted, Err(Error::Grpc { message, .. }) if message.contains("deletes nothing")),
        "{deleted:?}"
    );
    let buried = client.tombstone_stream(stream.as_str(), &TombstoneStreamOptions::default()).await;
    assert!(matches!(buried, Err(Error::Grpc { .. })), "{buried:?}");
    assert_eq!(node.log.stream_head(&stream).await.unwrap(), Some(0));
    node.stop().await;
}

#[tokio::test]
async fn many_nodes_are_asked_through_gossip_too() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let discovering = client(&format!("esdb://{0},{0}/?tls=false", node.address));
    append(&discovering, &stream("1"), StreamState::NoStream, vec![foreign(1, "A", 1)]).await.unwrap();
    node.stop().await;
}
