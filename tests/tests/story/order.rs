//! The fields of an answer stand in the order in which they were asked (GraphQL specification, 6.3.2 and 7.2.2), whichever of them
//! took longer.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use crate::leaks::{asking, full};
use async_graphql::parser::{
    parse_query,
    types::{ExecutableDocument, Selection, SelectionSet},
};
use om_tests::house::House;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// An answer with its members as they stand.
#[derive(Debug, PartialEq)]
enum Told {
    Leaf,
    List(Vec<Told>),
    Object(Vec<(String, Told)>),
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Told;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Told, E> {
                Ok(Told::Leaf)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Told, A::Error> {
                let mut list = Vec::new();
                while let Some(one) = all.next_element()? {
                    list.push(one);
                }
                Ok(Told::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Told, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = all.next_entry()? {
                    members.push(member);
                }
                Ok(Told::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Told {
    fn of(text: &str) -> Option<Told> {
        let Told::Object(answer) = serde_json::from_str(text).unwrap() else { panic!("{text}") };
        answer.into_iter().find(|(name, _)| name == "data").map(|(_, data)| data)
    }
}

/// The fields asked for in a selection, its fragments spread, each with what is asked below it.
fn asked<'d>(
    document: &'d ExecutableDocument,
    sets: &[&'d SelectionSet],
) -> Vec<(String, Vec<&'d SelectionSet>)> {
    let mut found: Vec<(String, Vec<&SelectionSet>)> = Vec::new();
    let mut open: Vec<_> = sets.iter().rev().flat_map(|set| set.items.iter().rev()).collect();
    while let Some(selection) = open.pop() {
        match &selection.node {
            Selection::Field(field) => {
                let (key, below) = (&field.node.response_key().node, &field.node.selection_set.node);
                match found.iter_mut().find(|(known, _)| *known == **key) {
                    Some((_, sets)) => sets.push(below),
                    None => found.push((key.to_string(), vec![below])),
                }
            }
            Selection::InlineFragment(inline) => {
                open.extend(inline.node.selection_set.node.items.iter().rev());
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node];
                open.extend(fragment.node.selection_set.node.items.iter().rev());
            }
        }
    }
    found
}

/// Whether it is told in the order in which it was asked; how many members were looked at.
fn in_order(document: &ExecutableDocument, sets: &[&SelectionSet], told: &Told, whole: &str) -> usize {
    match told {
        Told::Leaf => 0,
        Told::List(list) => list.iter().map(|one| in_order(document, sets, one, whole)).sum(),
        Told::Object(members) if sets.iter().all(|set| set.items.is_empty()) => {
            // the JSON of a scalar is its own
            members.len()
        }
        Told::Object(members) => {
            let asked = asked(document, sets);
            let names = members.iter().map(|(name, _)| name).collect::<Vec<_>>();
            let expected = asked.iter().map(|(name, _)| name).filter(|name| names.contains(name));
            assert_eq!(names, expected.collect::<Vec<_>>(), "{whole}");
            let below = |(name, told): &(String, Told)| {
                let (_, sets) = asked.iter().find(|(one, _)| one == name).unwrap();
                in_order(document, sets, told, whole)
            };
            members.len() + members.iter().map(below).sum::<usize>()
        }
    }
}

/// Whether the answer to a document stands in its order; how many members it has.
async fn answered_in_order(house: &House, user: &str, question: &str) -> usize {
    let document = parse_query(question).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let answer = house.text_of(user, question).await;
    let sets = [&operation.node.selection_set.node];
    Told::of(&answer).map_or(0, |told| in_order(&document, &sets, &told, question))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_its_fields_in_the_order_in_which_they_were_asked() {
    let (case, meeting) = full().await;
    let paper = case.paper("form").await;
    let event = case.history().await.pop().unwrap().all.at("id").as_str().unwrap().to_owned();
    let asking = asking(&case, &meeting, &paper, &event);
    let mut members = 0;
    for root in asking.roots("Query") {
        for ever_less in asking.documents("Query", &root).into_iter().flatten() {
            members += answered_in_order(&case, "lead", &ever_less[0]).await;
        }
    }
    assert!(members > 2_000, "{members} members were looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_longer_stands_where_it_was_asked_at_the_root_behind_an_interface_and_in_a_fragment() {
    let (case, meeting) = full().await;
    // lists are read from a file, on another thread; the rest is in memory
    let matter = format!(
        "matter(id: \"{}\") {{ code: id meetings {{ id title }} phase ...more history(first: 2) {{ nodes {{ id }} }} revision }}",
        case.id
    );
    let slow_first = format!(
        "{{ overview {{ matters(first: 3) {{ nodes {{ name id }} }} underway }} me {{ officer }} {matter} \
           node(id: \"{}\") {{ ... on Meeting {{ title }} ... on Matter {{ tasks {{ number }} revision meetings {{ id }} phase }} id }} \
           other: node(id: \"{meeting}\") {{ ... on Matter {{ revision }} ... on Meeting {{ title id phase }} }} \
           search(text: \"大道\") {{ __typename }} settings {{ __typename }} }} \
         fragment more on Matter {{ tasks {{ state number }} permit(code: \"W\") {{ name code }} }}",
        case.id
    );
    for _ in 0..20 {
        let members = answered_in_order(&case, "lead", &slow_first).await;
        assert!(members > 15, "{members}");
    }
}
