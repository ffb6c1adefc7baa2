//! What the official Rust client reads from the node, both ways, filtered, and as it comes.

use crate::running::{foreign, ours, soon, start, start_at, stream};
use kurrentdb::{
    AppendToStreamOptions, Client, Error, Position, ReadAllOptions, ReadStreamOptions, ResolvedEvent,
    RetryOptions, StreamPosition, StreamState, SubscribeToAllOptions, SubscribeToStreamOptions,
    SubscriptionEvent, SubscriptionFilter,
};
use om_infra::esdb_node::NodeOptions;
use om_infra::log::envelope::{self, Envelope};
use om_infra::log::{EventLog as _, Expected, StreamName};

/// Five events of two streams: positions 1 to 5.
async fn five(node: &crate::running::Running) -> (StreamName, StreamName) {
    let (one, other) = (stream("1"), StreamName::new("530322", "call", "2").unwrap());
    let mut revisions = [0_u64; 2];
    for (n, which) in [(1, 0), (2, 1), (3, 0), (4, 1), (5, 0)] {
        let stream = [&one, &other][which];
        let at = match revisions[which] {
            0 => Expected::NoStream,
            revision => Expected::Revision(revision - 1),
        };
        node.log.append(stream, at, vec![ours(n, &format!("{{\"n\":{n}}}"), b"{ \"by\":1}")]).await.unwrap();
        revisions[which] += 1;
    }
    (one, other)
}

fn at(position: u64) -> StreamPosition<Position> {
    StreamPosition::Position(Position { commit: position, prepare: position })
}

fn number(event: &ResolvedEvent) -> u64 {
    event.get_original_event().position.commit
}

async fn of_all(client: &Client, options: ReadAllOptions) -> Result<Vec<u64>, Error> {
    let mut read = client.read_all(&options).await?;
    let mut numbers = Vec::new();
    while let Some(event) = read.next().await? {
        numbers.push(number(&event));
    }
    Ok(numbers)
}

async fn of_stream(client: &Client, name: &str, options: ReadStreamOptions) -> Result<Vec<u64>, Error> {
    let mut read = client.read_stream(name, &options).await?;
    let mut revisions = Vec::new();
    while let Some(event) = read.next().await? {
        revisions.push(event.get_original_event().revision);
    }
    Ok(revisions)
}

#[tokio::test]
async fn an_event_comes_out_as_it_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (one, _) = five(&node).await;
    let stored = node.log.read_stream(&one, 1, 1).await.unwrap().remove(0);
    let options = ReadStreamOptions::default().position(StreamPosition::Position(1)).max_count(1);
    let read =
        node.client().read_stream(one.as_str(), &options).await.unwrap().next().await.unwrap().unwrap();
    let event = read.get_original_event();
    assert_eq!((event.id, event.revision, event.stream_id()), (stored.id, 1, one.as_str()));
    assert_eq!((&*event.event_type, event.is_json, &event.data), ("PermitApproved", true, &stored.payload));
    assert_eq!(event.created.timestamp(), stored.recorded.as_second());
    assert_eq!((event.position.commit, event.position.prepare), (3, 3));
    let envelope = Envelope::open(&event.custom_metadata).unwrap().unwrap();
    assert_eq!(
        (envelope.version, envelope.recorded, envelope.leaf, envelope.metadata),
        (stored.version, stored.recorded, stored.leaf, stored.metadata.json())
    );
    let info = node.client().server_info().await.unwrap();
    assert!(info.version() >= (23, 10), "{}", info.version());
    node.stop().await;
}

#[tokio::test]
async fn a_stream_is_read_both_ways_and_a_missing_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let client = node.client();
    let (one, _) = five(&node).await;
    let name = one.as_str();
    let options = ReadStreamOptions::default;
    let from = |revision| StreamPosition::Position(revision);
    for (nth, (asked, expected)) in [
        (options(), vec![0, 1, 2]),
        (options().max_count(2), vec![0, 1]),
        (options().position(from(1)), vec![1, 2]),
        (options().position(from(3)), vec![]),
        (options().position(from(u64::MAX)), vec![]),
        (options().backwards().position(StreamPosition::End), vec![2, 1, 0]),
        (options().backwards().position(StreamPosition::End).max_count(1), vec![2]),
        (options().backwards().position(from(1)), vec![1, 0]),
        (options().backwards().position(from(99)), vec![2, 1, 0]),
    ]
    .into_iter()
    .enumerate()
    {
        let read = of_stream(&client, name, asked).await.unwrap();
        assert_eq!(read, expected, "read {nth}");
    }
    for missing in ["530322.matter-none", "orders-1", "$$530322.matter-1", "$ce-530322"] {
        for asked in [options(), options().backwards().position(StreamPosition::End)] {
            let read = of_stream(&client, missing, asked).await;
            assert!(matches!(read, Err(Error::ResourceNotFound)), "{missing}: {read:?}");
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn all_is_read_both_ways_from_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let client = node.client();
    assert_eq!(of_all(&client, ReadAllOptions::default()).await.unwrap(), Vec::<u64>::new());
    five(&node).await;
    let options = ReadAllOptions::default;
    let calls = || SubscriptionFilter::on_stream_name().add_prefix("530323.").add_prefix("530322.call-");
    for (nth, (asked, expected)) in [
        (options(), vec![1, 2, 3, 4, 5]),
        (options().position(at(0)), vec![1, 2, 3, 4, 5]),
        (options().position(at(4)), vec![4, 5]),
        (options().position(at(6)), vec![]),
        (options().position(at(99)), vec![]),
        (options().max_count(2), vec![1, 2]),
        (options().backwards().position(StreamPosition::End), vec![5, 4, 3, 2, 1]),
        (options().backwards().position(StreamPosition::End).max_count(1), vec![5]),
        (options().backwards().position(at(4)), vec![3, 2, 1]),
        (options().backwards().position(at(99)), vec![5, 4, 3, 2, 1]),
        (options().filter(calls()), vec![2, 4]),
        (options().filter(calls()).max_count(1), vec![2]),
        (options().filter(calls()).backwards().position(StreamPosition::End).max_count(1), vec![4]),
        (options().filter(SubscriptionFilter::on_stream_name().regex("(?<!x)matter-")), vec![1, 3, 5]),
        (options().filter(SubscriptionFilter::on_event_type().add_prefix("Permit")), vec![1, 2, 3, 4, 5]),
        (options().filter(SubscriptionFilter::on_event_type().exclude_system_events()), vec![1, 2, 3, 4, 5]),
        (options().filter(SubscriptionFilter::on_event_type().regex("^Matter")), vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(of_all(&client, asked).await.unwrap(), expected, "read {nth}");
    }
    let broken = options().filter(SubscriptionFilter::on_event_type().regex("("));
    assert!(matches!(of_all(&client, broken).await, Err(Error::Grpc { .. })));
    node.stop().await;
}

#[tokio::test]
async fn the_log_tells_its_identity_and_hides_it_from_all() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let client = node.client();
    let options = ReadStreamOptions::default().max_count(1);
    let read = client.read_stream(envelope::IDENTITY_STREAM, &options).await.unwrap().next().await;
    let event = read.unwrap().unwrap();
    let event = event.get_original_event();
    assert_eq!(&*event.event_type, envelope::IDENTITY_KIND);
    assert_eq!(envelope::identity_of(&event.data), Some(node.log.id()));
    assert_eq!(of_all(&client, ReadAllOptions::default()).await.unwrap(), Vec::<u64>::new());
    node.stop().await;
}

#[tokio::test]
async fn a_filtered_subscription_goes_on_after_the_node_was_away() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let port = node.address.port();
    let (one, other) = five(&node).await;
    let client = node.client();
    let filter = SubscriptionFilter::on_stream_name().add_prefix("530322.matter-");
    let retry = RetryOptions::default().retry_forever();
    let options = SubscribeToAllOptions::default().filter(filter).retry_options(retry);
    let mut subscription = client.subscribe_to_all(&options).await;
    for expected in [1, 3, 5] {
        assert_eq!(number(&soon(subscription.next()).await.unwrap()), expected);
    }
    node.stop().await;

    let node = start_at(dir.path(), port, NodeOptions::default()).await;
    node.log.append(&other, Expected::Revision(1), vec![ours(6, "{}", b"{}")]).await.unwrap();
    node.log.append(&one, Expected::Revision(2), vec![ours(7, "{}", b"{}")]).await.unwrap();
    assert_eq!(number(&soon(subscription.next()).await.unwrap()), 7, "no gap and no double");
    node.log.append(&one, Expected::Revision(3), vec![ours(8, "{}", b"{}")]).await.unwrap();
    assert_eq!(number(&soon(subscription.next()).await.unwrap()), 8);
    node.stop().await;
}

#[tokio::test]
async fn a_subscription_confirms_catches_up_and_tells_how_far_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let (one, other) = five(&node).await;
    let filter = SubscriptionFilter::on_stream_name().add_prefix("530322.none-").max(2);
    let options = SubscribeToAllOptions::default().filter(filter).position(at(1));
    let mut subscription = node.client().subscribe_to_all(&options).await;
    let mut seen = Vec::new();
    while seen.last() != Some(&"caught up".to_owned()) {
        seen.push(match soon(subscription.next_subscription_event()).await.unwrap() {
            SubscriptionEvent::Confirmed(_) => "confirmed".into(),
            SubscriptionEvent::Checkpoint(position) => format!("checkpoint {}", position.commit),
            SubscriptionEvent::CaughtUp(_) => "caught up".into(),
            _ => "other".into(),
        });
    }
    assert_eq!(seen, ["confirmed", "checkpoint 3", "checkpoint 5", "checkpoint 5", "caught up"]);
    for (revision, n) in [(1, 6), (2, 7)] {
        node.log.append(&other, Expected::Revision(revision), vec![ours(n, "{}", b"{}")]).await.unwrap();
    }
    let next = soon(subscription.next_subscription_event()).await.unwrap();
    assert!(matches!(next, SubscriptionEvent::Checkpoint(position) if position.commit == 7));
    drop(one);
    node.stop().await;
}

#[tokio::test]
async fn a_subscription_to_a_stream_waits_for_it_and_follows_it() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    let client = node.client();
    let (one, _) = five(&node).await;
    let options = SubscribeToStreamOptions::default().start_from(StreamPosition::Position(0));
    let mut subscription = client.subscribe_to_stream(one.as_str(), &options).await;
    for expected in [1, 2] {
        let event = soon(subscription.next()).await.unwrap();
        assert_eq!(event.get_original_event().revision, expected);
    }
    let unborn = stream("unborn");
    let mut waiting = client.subscribe_to_stream(unborn.as_str(), &SubscribeToStreamOptions::default()).await;
    let confirmed = soon(waiting.next_subscription_event()).await.unwrap();
    assert!(matches!(confirmed, SubscriptionEvent::Confirmed(_)));
    let states = [(&one, StreamState::StreamRevision(2)), (&unborn, StreamState::NoStream)];
    for (n, (stream, state)) in states.into_iter().enumerate() {
        let options = AppendToStreamOptions::default().stream_state(state);
        client.append_to_stream(stream.as_str(), &options, foreign(100 + n as u128, "A", 1)).await.unwrap();
    }
    assert_eq!(soon(subscription.next()).await.unwrap().get_original_event().revision, 3);
    let born = soon(waiting.next()).await.unwrap();
    assert_eq!(
        (born.get_original_event().revision, born.get_original_event().stream_id()),
        (0, unborn.as_str())
    );
    node.stop().await;
}

#[tokio::test]
async fn a_bookmark_of_a_newer_copy_is_told_and_not_waited_on() {
    let dir = tempfile::tempdir().unwrap();
    let node = start(dir.path()).await;
    five(&node).await;
    let options = SubscribeToAllOptions::default().position(at(6));
    let mut subscription = node.client().subscribe_to_all(&options).await;
    let told = soon(subscription.next()).await;
    assert!(matches!(&told, Err(Error::Grpc { message, .. }) if message.contains("older copy")), "{told:?}");
    node.stop().await;
}
