//! However a history is cut into batches, the rows are the same; what cannot be read stops the projection.

use super::Folding;
use crate::{
    board::Board,
    named_papers::NamedPapers,
    performance::Performance,
    projection::{AnyProjection, FoldError, Projection},
    search::Search,
    streams::{Streams, Writer},
    testing::{
        History, Stored, board,
        chance::{Step, live, steps},
    },
};
use proptest::prelude::*;
use rusqlite::Connection;

/// Two matters of one county and one of another, interleaved as a log would hold them.
fn log(first: &[Step], second: &[Step]) -> Vec<Stored> {
    let mut histories =
        [History::underway("530322", 1), History::underway("530322", 2), History::underway("530323", 1)];
    live(&mut histories[0], first);
    live(&mut histories[1], second);
    live(&mut histories[2], first);
    let mut log: Vec<Stored> = histories.iter().flat_map(|h| h.stored.clone()).collect();
    log.sort_by_key(|event| (event.fact.revision, event.county.clone(), event.subject.clone()));
    for (position, event) in (1..).zip(&mut log) {
        event.position = position;
    }
    log
}

fn fold(db: &Connection, board: &mut dyn AnyProjection, log: &[Stored], batch: usize) {
    for part in log.chunks(batch) {
        let events: Vec<_> = part.iter().map(Stored::view).collect();
        board.fold_batch(db, &events).unwrap();
    }
}

/// The rows, folded in the log's order one by one, and folded stream by stream, the last streams by another fold.
fn in_order_and_by_stream<P: Projection>(log: &[Stored]) -> [Vec<String>; 2] {
    let (db, mut folded) = (Connection::open_in_memory().unwrap(), Folding::<P>::default());
    folded.install(&db).unwrap();
    fold(&db, &mut folded, log, 1);
    let in_order = folded.dump(&db).unwrap();

    let mut log = log.to_vec();
    log.sort_by(|a, b| (&a.county, &a.subject, a.position).cmp(&(&b.county, &b.subject, b.position)));
    let (db, mut folded) = (Connection::open_in_memory().unwrap(), Folding::<P>::default());
    folded.reset(&db).unwrap();
    let (mut folds, mut writer) = (<[Streams<P>; 2]>::default(), Writer::default());
    for event in &log {
        folds[usize::from(event.county == "530323")].fold(&event.view()).unwrap();
    }
    folds.iter_mut().rev().for_each(|fold| writer.write(&db, fold.rows()).unwrap());
    writer.finish(&db).unwrap();
    [in_order, folded.dump(&db).unwrap()]
}

fn one_by_one(log: &[Stored]) -> Vec<String> {
    let (db, mut board) = board();
    fold(&db, &mut board, log, 1);
    board.dump(&db).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn batches_of_any_size_give_the_same_rows(first in steps(), second in steps(), batch in 1..200_usize) {
        let log = log(&first, &second);
        let (db, mut board) = board();
        fold(&db, &mut board, &log, batch);
        prop_assert_eq!(board.dump(&db).unwrap(), one_by_one(&log));
    }

    #[test]
    fn a_restart_in_the_middle_gives_the_same_rows(first in steps(), second in steps(), cut in any::<prop::sample::Index>()) {
        let log = log(&first, &second);
        let middle = cut.index(log.len());
        let (db, mut board) = board();
        fold(&db, &mut board, &log[..middle], 7);
        let mut restarted = Folding::<Board>::default();
        restarted.install(&db).unwrap();
        fold(&db, &mut restarted, &log[middle..], 50);
        prop_assert_eq!(restarted.dump(&db).unwrap(), one_by_one(&log));
    }

    #[test]
    fn streams_folded_whole_and_apart_give_the_same_rows(first in steps(), second in steps()) {
        let log = log(&first, &second);
        for [in_order, by_stream] in [
            in_order_and_by_stream::<Board>(&log),
            in_order_and_by_stream::<NamedPapers>(&log),
            in_order_and_by_stream::<Performance>(&log),
            in_order_and_by_stream::<Search>(&log),
        ] {
            prop_assert_eq!(by_stream, in_order);
        }
    }

    #[test]
    fn a_rebuild_with_hardly_any_memory_gives_the_same_rows(first in steps(), second in steps()) {
        let log = log(&first, &second);
        let (db, mut board) = board();
        fold(&db, &mut board, &log[..log.len() / 2], 10);
        let mut rebuilt = Folding::<Board>::new(3);
        rebuilt.reset(&db).unwrap();
        fold(&db, &mut rebuilt, &log, 40);
        prop_assert_eq!(rebuilt.dump(&db).unwrap(), one_by_one(&log));
    }
}

#[test]
fn a_rolled_back_batch_is_folded_again_after_forgetting() {
    let log = log(&[(0, 0, 0), (1, 5, 0), (1, 20, 0)], &[(0, 0, 2)]);
    let (mut db, mut board) = board();
    let events: Vec<_> = log.iter().map(Stored::view).collect();
    let lost = db.transaction().unwrap();
    board.fold_batch(&lost, &events).unwrap();
    lost.rollback().unwrap();
    board.forget();
    board.fold_batch(&db, &events).unwrap();
    assert_eq!(board.dump(&db).unwrap(), one_by_one(&log));
}

#[test]
fn an_event_that_cannot_be_read_stops_at_it_and_keeps_what_came_before() {
    let mut log = log(&[(0, 0, 0), (1, 5, 0)], &[]);
    let last = log.len() - 1;
    log[last].payload = b"{}".to_vec();
    let (db, mut board) = board();
    let events: Vec<_> = log.iter().map(Stored::view).collect();
    let Err(FoldError::Poison(poison)) = board.fold(&db, &events) else { panic!("not stopped") };
    assert_eq!((poison.event, poison.position), (log[last].fact.id, log[last].position));
    board.flush(&db).unwrap();
    assert_eq!(board.dump(&db).unwrap(), one_by_one(&log[..last]));
}

#[test]
fn an_event_of_another_county_than_its_stream_is_refused() {
    let mut log = log(&[], &[]);
    log[0].county = "530381".into();
    let (db, mut board) = board();
    assert!(matches!(board.fold(&db, &[log[0].view()]), Err(FoldError::Poison(_))));
}

#[test]
fn events_of_other_categories_are_not_looked_at() {
    let log = log(&[], &[]);
    let other = crate::projection::EncodedEvent { category: "meeting", payload: b"?", ..log[0].view() };
    let (db, mut board) = board();
    assert_eq!(board.fold_batch(&db, &[other]).unwrap().events, 0);
}
