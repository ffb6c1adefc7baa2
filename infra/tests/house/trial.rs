//! A log on trial: what is tried is seen by whoever tries it and by nobody else, until it is committed.

use std::sync::Arc;

use bytes::Bytes;
use om_infra::log::sqlite::Options;
use om_infra::log::trial::TrialLog;
use om_infra::log::{AppendError, EventLog, Expected, NewEvent, SqliteLog, StreamName};
use tempfile::tempdir;
use uuid::Uuid;

fn stream(id: &str) -> StreamName {
    StreamName::new("530322", "matter", id).unwrap()
}

fn events(count: usize) -> Vec<NewEvent> {
    let event = |nth| NewEvent {
        id: Uuid::new_v4(),
        kind: "permit-opened".into(),
        version: 1,
        recorded: "2026-11-23T04:00:00Z".parse().unwrap(),
        payload: Bytes::from(format!("{nth}")),
        metadata: Bytes::from_static(b"{}"),
    };
    (0..count).map(event).collect()
}

#[tokio::test]
async fn what_is_on_trial_reaches_the_log_by_a_commit_only() {
    let dir = tempdir().unwrap();
    let under = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let (one, two) = (stream("one"), stream("two"));
    under.append(&one, Expected::NoStream, events(2)).await.unwrap();
    let before = under.head().await.unwrap();
    let trial = TrialLog::new(under.clone() as Arc<dyn EventLog>);
    trial.append(&one, Expected::Revision(1), events(2)).await.unwrap();
    trial.append(&two, Expected::NoStream, events(1)).await.unwrap();
    trial.append(&one, Expected::Revision(3), events(1)).await.unwrap();
    assert!(matches!(
        trial.append(&one, Expected::Revision(3), events(1)).await,
        Err(AppendError::Conflict { actual: Some(4), .. })
    ));
    assert_eq!((trial.len(), under.head().await.unwrap()), (4, before));
    assert_eq!(trial.read_stream(&one, 1, 10).await.unwrap().len(), 4);
    assert_eq!(trial.read_stream(&one, 1, 2).await.unwrap().len(), 2);
    assert_eq!(trial.stream_head(&one).await.unwrap(), Some(4));
    let all = trial.read_all(None, 100).await.unwrap();
    assert_eq!(all.len(), 6);
    let rest = trial.read_all(Some(all[3].position), 100).await.unwrap();
    assert_eq!(rest.len(), 2);
    assert_eq!(trial.head().await.unwrap(), all.last().map(|event| event.position));

    assert_eq!(trial.commit().await.unwrap(), 4);
    let stored = under.read_stream(&one, 0, 10).await.unwrap();
    assert_eq!(stored.iter().map(|event| event.revision).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    let tried: Vec<_> = all.iter().filter(|event| event.stream == one).map(|event| event.leaf).collect();
    assert_eq!(stored.iter().map(|event| event.leaf).collect::<Vec<_>>(), tried);
    assert_eq!(under.stream_head(&two).await.unwrap(), Some(0));
    assert!(trial.is_empty());
}

#[tokio::test]
async fn a_stream_that_somebody_wrote_meanwhile_is_not_written() {
    let dir = tempdir().unwrap();
    let under = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let one = stream("one");
    let trial = TrialLog::new(under.clone() as Arc<dyn EventLog>);
    trial.append(&one, Expected::NoStream, events(2)).await.unwrap();
    under.append(&one, Expected::NoStream, events(1)).await.unwrap();
    assert!(matches!(trial.commit().await, Err(AppendError::Conflict { actual: Some(0), .. })));
    assert_eq!(under.read_stream(&one, 0, 10).await.unwrap().len(), 1);
}
