//! Once, whatever is retried; time's facts first; then and now by the same fold.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cqrs_es::{AggregateError, CqrsFramework, EventStore};
use futures::future::join_all;
use om_domain::decider::Effective;
use om_infra::event_store::LogEventStore;
use om_infra::executor::{At, Executor, Fault, HistoryError, Known, Outcome};
use om_infra::hosting::{Ask, Hosted, Rejected, Stored};
use om_infra::log::{EventLog, Expected, NewEvent, StreamName};
use om_infra::main_stream::MainStream;
use om_infra::recorded::{Origin, platform_actor};
use tempfile::tempdir;

use crate::toy::*;

#[tokio::test]
async fn a_command_sent_again_yields_the_first_receipt_and_one_effect() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    let opened = done(executor.execute(open("a", 1)).await.unwrap());
    let first = done(executor.execute(raise("a", 2, 5)).await.unwrap());
    assert_eq!((first.first_revision, first.last_revision, first.repeated), (1, 1, false));
    assert!(opened.position < first.position);
    // from memory, from the log, and after the tally has moved on
    done(executor.execute(raise("a", 3, 6)).await.unwrap());
    for again in [&executor, &house.executor()] {
        let receipt = done(again.execute(raise("a", 2, 5)).await.unwrap());
        assert!(receipt.repeated);
        assert_eq!(
            (receipt.events, receipt.position, receipt.recorded),
            (first.events.clone(), first.position, first.recorded)
        );
    }
    assert_eq!(house.kinds("a").await.len(), 3);
}

#[tokio::test]
async fn a_county_s_stream_in_memory_is_not_behind_the_log_before_it_is_told_that_it_grew() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let (executor, main) = (house.executor(), MainStream::<Tally>::new(house.log.clone(), "main"));
    done(executor.execute(open("main", 1)).await.unwrap());
    assert_eq!(main.state(&county()).await.unwrap().total(), 0);
    done(executor.execute(raise("main", 2, 5)).await.unwrap());
    assert_eq!(main.state(&county()).await.unwrap().total(), 5);
    done(executor.execute(open("other", 3)).await.unwrap());
    assert_eq!(main.state(&county()).await.unwrap().total(), 5);
}

#[tokio::test]
async fn a_command_id_is_not_used_for_something_else_nor_by_somebody_else() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    let first = done(executor.execute(raise("a", 2, 5)).await.unwrap());
    let other_officer = {
        let mut request = raise("a", 2, 5);
        request.by = actor("officer-2");
        request
    };
    let other_day = {
        let mut request = raise("a", 2, 5);
        request.effective = Some(Effective::On(day("2026-03-01")));
        request
    };
    for request in [raise("a", 2, 6), other_officer, other_day] {
        match executor.execute(request).await.unwrap() {
            Outcome::CommandIdReused { first: told } => assert_eq!(told.events, first.events),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(house.kinds("a").await.len(), 2);
}

#[tokio::test]
async fn of_two_executors_who_comes_second_decides_again() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let (here, there) = (house.executor(), house.executor());
    here.execute(open("a", 1)).await.unwrap();
    // both have the state in memory; each append makes the other's stale
    for round in 0..5_u128 {
        done(here.execute(raise("a", 10 + round, 1)).await.unwrap());
        done(there.execute(raise("a", 20 + round, 1)).await.unwrap());
    }
    assert_eq!(here.state(&stream("a")).await.unwrap().state.total(), 10);
    let text = house.host.metrics.gather().unwrap();
    assert!(text.contains("onematter_conflicts_total"), "{text}");
    // a retry is known to the executor that has never seen the command
    assert!(done(here.execute(raise("a", 24, 1)).await.unwrap()).repeated);
}

#[tokio::test]
async fn a_refusal_is_given_on_the_streams_end_only() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let (here, there) = (house.executor(), house.executor());
    // here knows of no tally; there opens one
    assert!(matches!(
        here.execute(raise("a", 1, 1)).await.unwrap(),
        Outcome::Refused { refusal: TallyRefusal::NotOpen, .. }
    ));
    there.execute(open("a", 2)).await.unwrap();
    done(here.execute(raise("a", 3, 90)).await.unwrap());
    // there believes that 50 fit, here that 90 stand: the refusal names what stands
    match there.execute(raise("a", 4, 50)).await.unwrap() {
        Outcome::Refused { refusal, standing } => {
            assert_eq!(refusal, TallyRefusal::Full { total: 90 });
            assert_eq!(standing.revision, Some(1));
        }
        other => panic!("{other:?}"),
    }
    // "already so" as well
    match there.execute(open("a", 5)).await.unwrap() {
        Outcome::NoChange(standing) => assert_eq!(standing.revision, Some(1)),
        other => panic!("{other:?}"),
    }
    // a refusal is not stored: the same id may be sent again
    assert!(matches!(there.execute(raise("a", 4, 50)).await.unwrap(), Outcome::Refused { .. }));
    done(there.execute(raise("a", 4, 10)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_reads_sees_what_was_acknowledged_before_however_many_write() {
    const EACH: u32 = 40;
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    // two, as two ways into one log: what one records the other has not in memory
    let (one, other) = (Arc::new(house.executor()), Arc::new(house.executor()));
    done(one.execute(open("a", 1)).await.unwrap());
    let acknowledged = Arc::new(AtomicU32::new(0));
    let write = |(executor, nth): (&Arc<Executor<Tally>>, u32)| {
        let (executor, acknowledged) = (Arc::clone(executor), Arc::clone(&acknowledged));
        tokio::spawn(async move {
            for n in 0..EACH {
                let id = u128::from(nth * EACH + n) + 10;
                loop {
                    match executor.execute(raise("a", id, 1)).await.unwrap() {
                        Outcome::Done(_) => break,
                        // who comes second too often is told so, and sends it again
                        Outcome::Conflict(_) => {}
                        other => panic!("{other:?}"),
                    }
                }
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let read = |executor: &Arc<Executor<Tally>>| {
        let (executor, acknowledged) = (Arc::clone(executor), Arc::clone(&acknowledged));
        tokio::spawn(async move {
            let mut last = 0;
            while last < 2 * EACH {
                let before = acknowledged.load(Ordering::SeqCst);
                let seen = executor.state(&stream("a")).await.unwrap();
                let total = seen.state.total();
                assert!(total >= before && total >= last, "{total} after {before} and {last}");
                assert_eq!(seen.revision, Some(u64::from(total)), "a state is that of its revision");
                last = total;
            }
        })
    };
    let mut all: Vec<_> = [(&one, 0), (&other, 1)].map(write).into();
    all.extend([&one, &other, &one, &other, &one, &other].map(read));
    for task in all {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn what_could_be_read_in_part_only_is_not_shown() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let (executor, other) = (house.executor(), house.executor());
    done(executor.execute(open("a", 1)).await.unwrap());
    done(other.execute(raise("a", 2, 5)).await.unwrap());
    let newer = NewEvent {
        id: uuid::Uuid::from_u128(1),
        kind: "TallyDoubled".into(),
        version: 1,
        recorded: house.host.clock.now(),
        payload: "{}".into(),
        metadata: "{}".into(),
    };
    house.log.append(&stream("a"), Expected::Revision(1), vec![newer]).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(executor.state(&stream("a")).await, Err(Fault::Load(_))));
        let (shown, _) = executor.remembered(&stream("a")).await.unwrap();
        assert_eq!((shown.revision, shown.state.total()), (Some(0), 0), "as it was, not half of what came");
    }
}

#[tokio::test]
async fn what_time_has_made_true_is_recorded_before_anything_is_decided() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    house.set("2026-03-10T15:59:59Z"); // a second before the last day ends in Beijing
    done(executor.execute(raise("a", 2, 1)).await.unwrap());
    house.set("2026-03-10T16:00:00Z");
    match executor.execute(raise("a", 3, 1)).await.unwrap() {
        Outcome::Refused { refusal, standing } => {
            assert_eq!(refusal, TallyRefusal::Ended { due: day("2026-03-10") });
            assert_eq!(standing.revision, Some(2));
            assert!(standing.position.is_some());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(house.kinds("a").await, ["CountOpened", "SumRaised", "TermEnded"]);
    // late, double, from another node: the same
    house.executor().settle(&stream("a")).await.unwrap();
    executor.settle(&stream("a")).await.unwrap();
    assert_eq!(house.kinds("a").await.len(), 3);
    let ended = &executor.history(&stream("a"), 2, 1).await.unwrap()[0];
    assert_eq!(ended.fact.by, platform_actor(&county()).unwrap());
    assert_eq!(ended.fact.effective, Effective::On(day("2026-03-10")));
}

#[tokio::test]
async fn what_follows_at_once_is_part_of_what_the_sender_waits_for() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    house.set("2026-05-01T00:00:00Z");
    let first = done(house.executor().execute(open("a", 1)).await.unwrap());
    assert_eq!(house.kinds("a").await, ["CountOpened", "TermEnded"]);
    assert_eq!((first.first_revision, first.last_revision, first.events.len()), (0, 0, 1));
    assert_eq!(Some(first.position), house.log.head().await.unwrap());
    let again = done(house.executor().execute(open("a", 1)).await.unwrap());
    assert_eq!((again.position, again.events, again.repeated), (first.position, first.events, true));
}

#[tokio::test]
async fn recorded_time_never_goes_back_in_a_stream() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    house.set("2026-03-02T04:00:00.123456789Z");
    let first = done(executor.execute(open("a", 1)).await.unwrap());
    assert_eq!(first.recorded.to_string(), "2026-03-02T04:00:00.123456Z");
    house.set("2026-03-02T03:00:00Z");
    assert_eq!(done(executor.execute(raise("a", 2, 1)).await.unwrap()).recorded, first.recorded);
    assert_eq!(done(house.executor().execute(raise("a", 3, 1)).await.unwrap()).recorded, first.recorded);
}

#[tokio::test]
async fn many_commands_on_one_stream_queue_and_none_is_lost() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let (here, there) = (house.executor(), house.executor());
    here.execute(open("a", 1)).await.unwrap();
    let tasks = (0..60_u128).map(|n| {
        let executor = if n % 10 == 0 { &there } else { &here };
        // every command is sent twice at once
        async move {
            let (one, two) = tokio::join!(
                executor.execute(raise("a", 100 + n, 1)),
                executor.execute(raise("a", 100 + n, 1))
            );
            for outcome in [one.unwrap(), two.unwrap()] {
                assert!(matches!(outcome, Outcome::Done(_) | Outcome::Conflict(_)), "{outcome:?}");
            }
        }
    });
    join_all(tasks).await;
    for n in 0..60 {
        done(here.execute(raise("a", 100 + n, 1)).await.unwrap());
    }
    assert_eq!(house.executor().state(&stream("a")).await.unwrap().state.total(), 60);
}

#[tokio::test]
async fn a_caller_may_insist_on_the_revision_it_has_seen() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    let mut request = raise("a", 2, 1);
    request.expected = Some(0);
    done(executor.execute(request.clone()).await.unwrap());
    assert!(done(executor.execute(request).await.unwrap()).repeated, "a retry is not a conflict");
    let mut late = raise("a", 3, 1);
    late.expected = Some(0);
    match executor.execute(late).await.unwrap() {
        Outcome::Conflict(standing) => assert_eq!(standing.revision, Some(1)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_actor_acts_in_its_county_and_on_its_aggregate_only() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    let mut request = open("a", 1);
    request.stream = "530323.tally-a".parse().unwrap();
    assert!(matches!(executor.execute(request).await, Err(Fault::OtherCounty { .. })));
    let mut request = open("a", 1);
    request.stream = "530322.matter-a".parse().unwrap();
    assert!(matches!(executor.execute(request).await, Err(Fault::OtherCategory { .. })));
    assert_eq!(house.log.head().await.unwrap(), None);
}

#[tokio::test]
async fn the_past_is_folded_as_known_and_as_true() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    house.set("2026-03-03T04:00:00Z");
    let third = done(executor.execute(raise("a", 2, 3)).await.unwrap());
    house.set("2026-03-05T04:00:00Z");
    let mut late = raise("a", 3, 2); // recorded on the fifth, happened on the second
    late.effective = Some(Effective::On(day("2026-03-02")));
    executor.execute(late).await.unwrap();

    let at = |known, as_of: Option<&str>| At { known, as_of: as_of.map(|t| t.parse().unwrap()) };
    let fold = async |at| executor.fold_at(&stream("a"), at).await.unwrap();
    assert_eq!(fold(At::default()).await.state.raised, [3, 2]);
    assert_eq!(fold(At::default()).await.state, *executor.state(&stream("a")).await.unwrap().state);
    let then = fold(at(Known::Time("2026-03-04T00:00:00Z".parse().unwrap()), None)).await;
    assert_eq!((then.state.raised, then.known_revision), (vec![3], Some(1)));
    assert_eq!(fold(at(Known::Event(third.events[0]), None)).await.state.raised, [3]);
    // in the order in which it happened
    assert_eq!(fold(at(Known::Head, Some("2026-03-06T00:00:00Z"))).await.state.raised, [2, 3]);
    let second = fold(at(Known::Head, Some("2026-03-02T12:00:00Z"))).await;
    assert_eq!((second.state.raised, second.facts, second.known_revision), (vec![2], 2, Some(2)));
    // what was not known then had not come to light
    let unknown =
        At { known: Known::Event(third.events[0]), as_of: Some("2026-03-02T12:00:00Z".parse().unwrap()) };
    assert_eq!(fold(unknown).await.state.raised, Vec::<u32>::new());
    let nowhere = At { known: Known::Event(om_domain::ids::EventId(uuid::Uuid::nil())), as_of: None };
    assert!(matches!(executor.fold_at(&stream("a"), nowhere).await, Err(HistoryError::UnknownEvent { .. })));
}

/// What rests on an entry of the same day is not shown without it.
#[tokio::test]
async fn of_the_day_itself_nothing_is_true_before_what_the_log_has_before_it() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap()); // at noon
    let mut raised = raise("a", 2, 3); // on that day, at no known time
    raised.effective = Some(Effective::On(day("2026-03-02")));
    done(executor.execute(raised).await.unwrap());
    let facts = async |as_of: &str| {
        let at = At { known: Known::Head, as_of: Some(as_of.parse().unwrap()) };
        executor.fold_at(&stream("a"), at).await.unwrap().facts
    };
    assert_eq!(facts("2026-03-02T03:59:59Z").await, 0);
    assert_eq!(facts("2026-03-02T04:00:00Z").await, 2);
    assert_eq!(facts("2026-03-03T00:00:00Z").await, 2);
}

fn bare_ask(stream: &StreamName, n: u128, command: TallyCommand) -> Ask<Tally> {
    let by = actor("officer-1");
    let origin = Origin {
        command: id(n),
        request: om_infra::recorded::request_hash(stream, &command, None, &by).unwrap(),
        correlation: id(n),
        causation: None,
        traceparent: None,
        entered_by: None,
    };
    Ask {
        stream: stream.clone(),
        command: Some(Arc::new(command)),
        origin: Arc::new(origin),
        by,
        platform: platform_actor(&county()).unwrap(),
        now: NOON.parse().unwrap(),
        calendar: om_domain::calendar::Calendar::national(),
        settings: Arc::default(),
        effective: None,
        as_of: None,
        reads: Arc::default(),
    }
}

#[tokio::test]
async fn the_library_s_own_framework_runs_on_the_same_log() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let store = LogEventStore::<Tally>::new(house.log.clone());
    let framework = CqrsFramework::<Hosted<Tally>, _>::new(store.clone(), vec![], ());
    let name = stream("a");
    let open = TallyCommand::Open { due: day("2026-03-10") };
    framework.execute(name.as_str(), bare_ask(&name, 1, open)).await.unwrap();
    for n in 2..7 {
        framework
            .execute(name.as_str(), bare_ask(&name, n, TallyCommand::Raise { amount: 1 }))
            .await
            .unwrap();
    }
    let full = framework.execute(name.as_str(), bare_ask(&name, 9, TallyCommand::Raise { amount: 96 })).await;
    assert!(matches!(
        full,
        Err(AggregateError::UserError(Rejected::Refused(TallyRefusal::Full { total: 5 })))
    ));
    let events = EventStore::<Hosted<Tally>>::load_events(&store, name.as_str()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let json = serde_json::to_string(&events[1].payload).unwrap();
    assert_eq!(serde_json::from_str::<Stored<TallyEvent>>(&json).unwrap(), events[1].payload);
    // a context that has gone stale is refused, and the executor knows the commands
    let stale = store.load_aggregate(name.as_str()).await.unwrap();
    let executor = house.executor();
    done(executor.execute(raise("a", 10, 1)).await.unwrap());
    let payload = events[1].payload.clone();
    let late = EventStore::<Hosted<Tally>>::commit(&store, vec![payload], stale, Default::default()).await;
    assert!(matches!(late, Err(AggregateError::AggregateConflict | AggregateError::UnexpectedError(_))));
    assert!(done(executor.execute(raise("a", 2, 1)).await.unwrap()).repeated);
    assert_eq!(executor.state(&name).await.unwrap().state.total(), 6);
}
