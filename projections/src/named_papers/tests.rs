//! Who is found by a paper, on histories made by the domain's rules.

use super::*;
use crate::{
    board::tests::tolerate_form,
    folding::Folding,
    projection::AnyProjection,
    streams::{Streams, Writer},
    testing::{
        History, Stored,
        chance::{live, steps},
        t,
    },
};
use om_domain::matter::papers_named;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn read(all: &[&History], batch: usize) -> Connection {
    let (db, mut papers) = (Connection::open_in_memory().unwrap(), Folding::<NamedPapers>::default());
    papers.install(&db).unwrap();
    let views: Vec<_> = all.iter().flat_map(|h| h.stored.iter().map(Stored::view)).collect();
    views.chunks(batch).for_each(|batch| {
        papers.fold_batch(&db, batch).unwrap();
    });
    db
}

/// As a build reads them, each history being a portion.
fn read_by_stream(all: &[&History]) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    Folding::<NamedPapers>::default().reset(&db).unwrap();
    for h in all {
        let (mut fold, mut writer) = (Streams::<NamedPapers>::default(), Writer::default());
        h.stored.iter().for_each(|event| fold.fold(&event.view()).unwrap());
        writer.write(&db, fold.rows()).unwrap();
        writer.finish(&db).unwrap();
    }
    db
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_paper_finds_all_matters_of_its_county_that_name_it_and_no_other(first in steps(), second in steps(), batch in 1..50_usize) {
        let mut all =
            [History::underway("530322", 1), History::underway("530322", 2), History::underway("530323", 3)];
        for (h, steps) in all.iter_mut().zip([&first, &second, &first]) {
            // the same commitment in all three, so that one paper at least is of several matters
            tolerate_form(h);
            live(h, steps);
        }
        let (in_order, in_portions) = (read(&all.each_ref(), batch), read_by_stream(&all.each_ref()));
        let mut named = BTreeMap::<_, BTreeSet<MatterId>>::new();
        for h in &all {
            for paper in h.stored.iter().flat_map(|event| papers_named(&event.payload)) {
                named.entry(paper).or_default().extend([h.matter]);
            }
        }
        prop_assert!(named.values().any(|matters| matters.len() == 3));
        for (paper, matters) in named {
            for county in ["530322", "530323"] {
                let of_county = all.iter().filter(|h| h.county.as_str() == county).map(|h| h.matter);
                let expected: BTreeSet<_> = of_county.filter(|matter| matters.contains(matter)).collect();
                for db in [&in_order, &in_portions] {
                    let found = naming(db, &t(county), &paper).unwrap();
                    prop_assert_eq!(found.len(), expected.len());
                    prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected.clone());
                }
            }
        }
    }
}

#[test]
fn a_paper_named_again_after_a_build_finds_its_matters_once() {
    let [mut first, mut second] = [1, 2].map(|n| History::underway("530322", n));
    for h in [&mut first, &mut second] {
        tolerate_form(h);
    }
    let db = read_by_stream(&[&first, &second]);
    let portions: u32 =
        db.query_row("SELECT count(DISTINCT portion) FROM matter_paper", [], |row| row.get(0)).unwrap();
    assert_eq!(portions, 2);
    let mut papers = Folding::<NamedPapers>::default();
    papers.install(&db).unwrap();
    for h in [&second, &first] {
        let again: Vec<_> = h.stored.iter().map(Stored::view).collect();
        papers.fold_batch(&db, &again).unwrap();
    }
    for paper in first.stored.iter().flat_map(|event| papers_named(&event.payload)) {
        let found = naming(&db, &t("530322"), &paper).unwrap();
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
        assert!(found.contains(&first.matter));
    }
}

#[test]
fn a_paper_that_nothing_names_finds_nothing() {
    let db = read(&[&History::underway("530322", 1)], 100);
    assert_eq!(naming(&db, &t("530322"), &t(&"0f".repeat(32))).unwrap(), []);
}

#[test]
fn a_paper_is_found_in_a_fact_of_a_kind_that_nobody_knows() {
    let h = History::underway("530322", 1);
    let payload = format!(r#"{{"whatever":[{{"paper":"{}"}}]}}"#, "0f".repeat(32)).into_bytes();
    let unknown = Stored { payload, ..h.stored[0].clone() };
    let (db, mut papers) = (Connection::open_in_memory().unwrap(), Folding::<NamedPapers>::default());
    papers.install(&db).unwrap();
    let event = EncodedEvent { kind: "SomethingNew", version: 9, ..unknown.view() };
    papers.fold_batch(&db, &[event]).unwrap();
    assert_eq!(naming(&db, &t("530322"), &t(&"0f".repeat(32))).unwrap(), [h.matter]);
}
