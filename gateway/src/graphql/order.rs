//! The order in which fields were asked for, in which they are answered (GraphQL specification, 6.3.2 and 7.2.2).
//!
//! The executor puts a field of a root, an interface or a union into the answer when it is there, so one that was read from a file
//! stands behind those that were in memory. Objects resolve their fields one after another (`serial`; a test reads the sources).
//!
//! Invariants: members change places and nothing else; what a selection does not name stays behind what it names; nothing is kept, so
//! fragments that multiply take no memory; only the root, and what is below it in or beside a fragment, is looked at.
//! Deliberately absent: types. A fragment with a condition is taken to apply where all its fields are in the answer; only where the
//! same fields stand in several such fragments in different orders may that be the order of another.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// Puts the members of an answer to an operation into the order in which they were asked for. Circles of fragments were refused when the
/// document was measured, and what a place expands to is bounded.
pub(super) fn restore(document: &ExecutableDocument, operation: &OperationDefinition, answer: &mut Value) {
    Place::of(document, &[&operation.selection_set.node]).restore(document, answer);
}

/// What is asked for in one place of an operation.
struct Place<'d> {
    /// Response keys in their order, each with the fragment in which it stands.
    keys: Vec<(&'d Name, usize)>,
    /// The keys of each fragment; the first, of what stands in none, is empty.
    fragments: Vec<Vec<&'d Name>>,
    /// What is asked below a key, wherever it stands, if that can come in another order.
    below: Vec<(&'d Name, Vec<&'d SelectionSet>)>,
}

impl<'d> Place<'d> {
    fn of(document: &'d ExecutableDocument, sets: &[&'d SelectionSet]) -> Self {
        let mut place = Place { keys: Vec::new(), fragments: vec![Vec::new()], below: Vec::new() };
        sets.iter().for_each(|set| place.collect(document, set, 0));
        place.below.retain(|(_, sets)| sets.iter().any(|set| has_fragments(set)));
        place
    }

    fn collect(&mut self, document: &'d ExecutableDocument, set: &'d SelectionSet, fragment: usize) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let (key, below) = (&field.node.response_key().node, &field.node.selection_set.node);
                    self.keys.push((key, fragment));
                    if fragment > 0 {
                        self.fragments[fragment].push(key);
                    }
                    match self.below.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, sets)) => sets.push(below),
                        None => self.below.push((key, vec![below])),
                    }
                }
                Selection::InlineFragment(inline) => {
                    let within = match inline.node.type_condition {
                        Some(_) => self.another_fragment(),
                        None => fragment,
                    };
                    self.collect(document, &inline.node.selection_set.node, within);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(found) = document.fragments.get(&spread.node.fragment_name.node) {
                        let within = self.another_fragment();
                        self.collect(document, &found.node.selection_set.node, within);
                    }
                }
            }
        }
    }

    fn another_fragment(&mut self) -> usize {
        self.fragments.push(Vec::new());
        self.fragments.len() - 1
    }

    fn restore(&self, document: &'d ExecutableDocument, answer: &mut Value) {
        match answer {
            Value::List(list) => list.iter_mut().for_each(|one| self.restore(document, one)),
            Value::Object(members) => {
                self.restore_members(members);
                for (key, sets) in &self.below {
                    if let Some(member) = members.get_mut(*key) {
                        Place::of(document, sets).restore(document, member);
                    }
                }
            }
            _ => {}
        }
    }

    fn restore_members(&self, members: &mut IndexMap<Name, Value>) {
        if members.len() < 2 {
            return;
        }
        let applies: Vec<bool> =
            self.fragments.iter().map(|keys| keys.iter().all(|key| members.contains_key(*key))).collect();
        let mut wanted: Vec<&Name> = Vec::with_capacity(members.len());
        for conditionally in [false, true] {
            for (key, fragment) in &self.keys {
                if (conditionally || applies[*fragment])
                    && members.contains_key(*key)
                    && !wanted.contains(key)
                {
                    wanted.push(key);
                }
            }
        }
        if members.keys().ne(wanted.iter().copied()) {
            let place = |name: &Name| wanted.iter().position(|key| *key == name).unwrap_or(usize::MAX);
            members.sort_by(|one, _, other, _| place(one).cmp(&place(other)));
        }
    }
}

/// Whether a selection, however deep, has a fragment in it.
fn has_fragments(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => has_fragments(&field.node.selection_set.node),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{parser::parse_query, value};

    fn restored(text: &str, mut answer: Value) -> String {
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        restore(&document, &operation.node, &mut answer);
        answer.to_string()
    }

    #[test]
    fn members_stand_where_they_were_asked_by_aliases_and_through_fragments() {
        let text = "{ b: one a two ...f ... { five { y x } } } fragment f on Query { three a ...g } fragment g on Query { four }";
        let told = value!({ "four": 4, "five": { "x": 1, "y": 2 }, "three": 3, "two": 2, "a": 1, "b": 0 });
        // below an object nothing comes in another order
        assert_eq!(restored(text, told), "{b: 0, a: 1, two: 2, three: 3, four: 4, five: {x: 1, y: 2}}");
    }

    #[test]
    fn behind_an_interface_the_fragment_counts_that_applies() {
        let text = "{ node { ... on Matter { revision id } ... on Meeting { id title chair } } others { ... on Meeting { chair { name } } } }";
        assert_eq!(
            restored(
                text,
                value!({ "others": [{ "chair": { "name": 1 } }], "node": { "chair": 1, "title": 2, "id": 3 } })
            ),
            "{node: {id: 3, title: 2, chair: 1}, others: [{chair: {name: 1}}]}"
        );
        assert_eq!(
            restored(text, value!({ "node": { "id": 3, "revision": 4 } })),
            "{node: {revision: 4, id: 3}}"
        );
    }

    #[test]
    fn what_was_left_out_or_never_asked_for_disturbs_nothing() {
        let text = "{ a ... on Query { b c @skip(if: true) d } e }";
        assert_eq!(restored(text, value!({ "d": 1, "x": 2, "b": 3, "a": 4 })), "{a: 4, b: 3, d: 1, x: 2}");
        assert_eq!(restored(text, value!(null)), "null");
    }

    #[test]
    fn of_what_has_no_fragments_only_the_root_is_looked_at() {
        let set = |text: &str| {
            let document = parse_query(text).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            has_fragments(&operation.node.selection_set.node)
        };
        assert!(!set("{ matter { permits { id round { clock { due } } } } me { name } }"));
        assert!(set("{ matter { permits { id round { ... on Round { due } } } } }"));
        let told = value!({ "matter": { "id": 1, "phase": 2 } });
        assert_eq!(restored("{ matter { phase id } }", told), "{matter: {id: 1, phase: 2}}");
    }
}
