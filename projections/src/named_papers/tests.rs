//! Who is found by a paper, on histories made by the domain's rules.

use super::*;
use crate::{
    board::tests::tolerate_form,
    folding::Folding,
    projection::AnyProjection,
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
        let db = read(&all.each_ref(), batch);
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
                let found = naming(&db, &t(county), &paper).unwrap();
                prop_assert_eq!(found.len(), expected.len());
                prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
            }
        }
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
