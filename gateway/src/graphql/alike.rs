//! Which subscriptions tell whoever may hear them the same of a change, so that it is put together once for all of them.
//!
//! Invariants: what is not listed here is put together for each subscriber alone; each field listed is a function of the entry,
//! the county's registers and the lists' place in the log, never of who asks; where a subscriber begins (`since`) says nothing
//! of what an entry looks like.
//! Deliberately absent: who may hear a change; that is asked for each subscriber each time (`place`).

use async_graphql::{
    Name, Value,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};
use std::convert::Infallible;

/// Subscriptions of this kind.
const ROOTS: [&str; 4] = ["matterChanged", "meetingChanged", "deskChanged", "overviewChanged"];
/// Fields of a change.
const OF_A_CHANGE: [&str; 7] = ["__typename", "revision", "id", "reason", "body", "position", "pending"];
/// The field of a change that is its entry.
const ENTRY: &str = "event";
/// Fields of an entry.
const OF_AN_ENTRY: [&str; 22] = [
    "__typename",
    "id",
    "revision",
    "position",
    "name",
    "version",
    "permit",
    "actor",
    "body",
    "enteredBy",
    "standsInFor",
    "roles",
    "effectiveAt",
    "effectiveOn",
    "recorded",
    "backfilled",
    "recordedLateWorkingDays",
    "commandId",
    "data",
    "sentence",
    "sentenceZh",
    "noticeUrl",
];
/// The argument that says where a subscriber begins.
const SINCE: &str = "since";

/// A subscription that tells everybody the same of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The variable that says where a subscriber begins, and nothing else.
    pub since: Option<Name>,
}

/// Whether an operation is one.
pub(super) fn told(document: &ExecutableDocument, operation: &OperationDefinition) -> Option<Alike> {
    let [one] = operation.selection_set.node.items.as_slice() else { return None };
    let Selection::Field(field) = &one.node else { return None };
    let field = &field.node;
    let of_this_kind = operation.ty == OperationType::Subscription
        && ROOTS.contains(&field.name.node.as_str())
        && field.directives.is_empty();
    let change = |field: &Field| match field.name.node.as_str() {
        ENTRY => all(document, &field.selection_set.node, &|field: &Field| {
            OF_AN_ENTRY.contains(&field.name.node.as_str()) && field.selection_set.node.items.is_empty()
        }),
        name => OF_A_CHANGE.contains(&name) && field.selection_set.node.items.is_empty(),
    };
    (of_this_kind && all(document, &field.selection_set.node, &change)).then(|| Alike { since: since(field) })
}

/// The variable of `since`, unless another argument has it, too. Below the root no field of this kind has arguments, and no
/// directive takes a number.
fn since(field: &Field) -> Option<Name> {
    let mut since = None;
    let mut others = Vec::new();
    for (name, value) in &field.arguments {
        let of_since = name.node == SINCE;
        // only to see which variables are in it
        let _ = value.node.clone().into_const_with(|variable| -> Result<Value, Infallible> {
            if of_since {
                since = Some(variable)
            } else {
                others.push(variable)
            }
            Ok(Value::Null)
        });
    }
    since.filter(|since| !others.contains(since))
}

/// Whether a selection, its fragments spread, holds such fields only. Circles were refused when the document was measured.
fn all(document: &ExecutableDocument, set: &SelectionSet, one: &dyn Fn(&Field) -> bool) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => one(&field.node),
        Selection::InlineFragment(inline) => all(document, &inline.node.selection_set.node, one),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .is_some_and(|fragment| all(document, &fragment.node.selection_set.node, one)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn of(text: &str) -> Option<Alike> {
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        told(&document, &operation.node)
    }

    #[test]
    fn a_change_as_recorded_is_told_alike_and_a_matter_as_somebody_sees_it_is_not() {
        let since = Some(Alike { since: Some(Name::new("s")) });
        let console = "subscription S($id: ID!, $s: Int) { matterChanged(id: $id, since: $s) { __typename \
                       ... on MatterChanged { revision event { id ...e } } ... on Resync { head: revision } } } \
                       fragment e on Event { sentenceZh data }";
        assert_eq!(of(console), since);
        assert_eq!(of("subscription { deskChanged { position } }"), Some(Alike { since: None }));
        assert_eq!(
            of("subscription { meetingChanged(id: 1, since: 3) { __typename } }"),
            Some(Alike { since: None })
        );
        for alone in [
            "subscription { matterChanged(id: 1) { ... on MatterChanged { revision matter { revision } } } }",
            "subscription { matterChanged(id: 1) { ... on MatterChanged { event { later } } } }",
            "subscription { matterChanged(id: 1) { ...f } } fragment f on MatterChanged { matter { revision } }",
            "subscription { matterChanged(id: 1) { __typename } deskChanged { position } }",
            "subscription { operationsChanged { version } }",
            "subscription { ...f } fragment f on Subscription { deskChanged { position } }",
            "{ matterChanged { revision } }",
        ] {
            assert_eq!(of(alone), None, "{alone}");
        }
    }
}
