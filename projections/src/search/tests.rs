use super::*;
use crate::{
    folding::Folding,
    projection::AnyProjection,
    testing::{History, Stored, chance, t},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn folded(all: &[Stored], batch: usize) -> (Connection, Vec<String>) {
    let db = Connection::open_in_memory().unwrap();
    let mut projection = Folding::<Search>::default();
    projection.install(&db).unwrap();
    for part in all.chunks(batch) {
        let views: Vec<_> = part.iter().map(Stored::view).collect();
        projection.fold_batch(&db, &views).unwrap();
    }
    let dump = projection.dump(&db).unwrap();
    (db, dump)
}

fn look(db: &Connection, words: &[&str], after: Option<&Cursor>, first: u16) -> Vec<Found> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let name = ("县自然资源局".to_owned(), "Natural Resources Bureau".to_owned());
    let bodies = BTreeMap::from([("natural-resources".to_owned(), name)]);
    let wanted = Wanted { words: &words, bodies: &bodies, kinds: &[], within: None };
    find(db, &t("530322"), &wanted, after, first).unwrap()
}

fn lived() -> History {
    let mut h = History::underway("530322", 1);
    h.submit("A1", &["form", "drawings"]);
    h.accept("A1");
    h.wait(1);
    h.approve("A1");
    h
}

#[test]
fn two_characters_find_a_matter_a_permit_and_its_department_by_the_name_it_has_now() {
    let (db, _) = folded(&lived().stored, 100);
    let found = look(&db, &["城南"], None, 10);
    assert_eq!((found[0].kind, found[0].subject_name.as_str()), (Kind::Matter, "城南路桥工程1"));
    let found = look(&db, &["许可A1"], None, 10);
    assert_eq!((found[0].kind, found[0].permit.clone()), (Kind::Permit, Some(t("A1"))));
    let found = look(&db, &["资源"], None, 10);
    assert!(found.iter().all(|f| f.zh.contains("县自然资源局")), "{found:?}");
    assert_eq!(found[0].kind, Kind::Permit);
    assert!(look(&db, &["natural-resources"], None, 10).is_empty(), "an id is not a name");
}

#[test]
fn numbers_and_sentences_are_found_in_both_languages_and_every_word_must_be_there() {
    let (db, _) = folded(&lived().stored, 100);
    let found = look(&db, &["〔2026〕7号"], None, 20);
    assert_eq!(found[0].kind, Kind::Document);
    let found = look(&db, &["APPROVED", "a1"], None, 20);
    assert!(!found.is_empty() && found.iter().all(|f| f.en.contains("A1 approved")), "{found:?}");
    assert!(look(&db, &["批准", "城北"], None, 20).is_empty());
    assert!(look(&db, &[], None, 20).is_empty());
    assert!(look(&db, &["%"], None, 20).is_empty(), "no character stands for others");
}

#[test]
fn pages_follow_each_other_without_a_gap_and_other_counties_stay_hidden() {
    let mut stored = lived().stored;
    let mut other = History::underway("530323", 2);
    other.submit("A1", &["form", "drawings"]);
    stored.extend(other.stored);
    let (db, _) = folded(&stored, 100);
    let all = look(&db, &["a1"], None, 200);
    assert!(all.len() > 4 && all.windows(2).all(|two| two[0].cursor < two[1].cursor));
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = look(&db, &["a1"], after.as_ref(), 2);
        let Some(last) = page.last() else { break };
        after = Some(last.cursor.clone());
        paged.extend(page);
    }
    assert_eq!(all, paged);
    assert!(all.iter().all(|found| found.subject_name == "城南路桥工程1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn batches_of_any_size_give_the_same_texts(steps in chance::steps(), batch in 1..100_usize) {
        let mut h = History::underway("530322", 1);
        chance::live(&mut h, &steps);
        prop_assert_eq!(folded(&h.stored, 1).1, folded(&h.stored, batch).1);
    }
}

/// A county of a hundred matters with three hundred entries each, looked through for two characters that are in every entry
/// of one matter in ten.
#[test]
fn slow_thirty_thousand_entries_are_looked_through() {
    let (db, _) = folded(&lived().stored, 100);
    for matter in 0..100_u128 {
        let command = om_domain::ids::CommandId(uuid::Uuid::from_u128(matter + 1_000));
        let subject = Subject::Matter(MatterId::of_command(&t("530322"), &command));
        let text = |kind, key, zh: String, en: &str| Text {
            kind,
            key,
            permit: None,
            event: om_domain::ids::EventId(uuid::Uuid::nil()),
            recorded: jiff::Timestamp::UNIX_EPOCH,
            zh,
            en: en.into(),
        };
        let about = if matter % 10 == 0 { "桥梁" } else { "道路" };
        let entry = |n: u32| {
            let zh = format!("A{n}由\u{2}natural-resources\u{3}移交水务局：请就{about}方案提出意见，第{n}次");
            text(
                Kind::Entry,
                format!("{n:08}"),
                zh,
                "A1 offered by \u{2}natural-resources\u{3}: please give an opinion",
            )
        };
        let head = text(Kind::Matter, String::new(), format!("某工程{matter} · 陆良"), "");
        let fresh = std::iter::once(head).chain((0..300).map(entry)).collect();
        let key = Key { county: t("530322"), subject };
        Search::store(&db, &key, Some(&mut SearchRow { fresh, ..SearchRow::default() })).unwrap();
    }
    assert_eq!(look(&db, &["桥梁"], None, 50).len(), 50);
}
