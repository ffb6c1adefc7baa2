//! The commands that a document gives: the fields at the root of a mutation, with its fragments spread.
//!
//! Invariant: every field that would be executed is found, whatever its alias and whatever fragment it stands in; each
//! fragment is walked once.
//! Deliberately absent: conditions (`@skip`, `@include`); a command that may be left out is one that may be given.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use std::collections::{BTreeSet, HashSet};

/// The names of the fields at the root of an operation.
pub(super) fn fields(document: &ExecutableDocument, operation: &OperationDefinition) -> BTreeSet<String> {
    let (mut found, mut walked) = (BTreeSet::new(), HashSet::new());
    let mut open: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    while let Some(set) = open.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    found.insert(field.node.name.node.to_string());
                }
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if walked.insert(name)
                        && let Some(fragment) = document.fragments.get(name)
                    {
                        open.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn no_alias_and_no_fragment_hides_a_command() {
        let text = "mutation { a: one(input: 1) { x } ... on Mutation { two } ...f ...f } fragment f on Mutation { three ...g } \
                    fragment g on Mutation { four @skip(if: true) ...f }";
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let found: Vec<_> = fields(&document, &operation.node).into_iter().collect();
        assert_eq!(found, ["four", "one", "three", "two"]);
    }
}
