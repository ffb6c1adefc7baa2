//! A list of objects whose fields are mostly in memory: resolved one after another where they stand, without a future on the heap for
//! each field of each.
//!
//! Invariant: what is answered, errors with their paths included, is what the library's own list answers; a selection with fragments,
//! directives, type names or one name twice is left to it.
//! Deliberately absent: fields that wait for one another's files; those are for lists that are resolved at once.

use async_graphql::{
    ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection},
    registry::Registry,
};
use std::borrow::Cow;

/// Such a list.
#[derive(Debug, Clone)]
pub(super) struct InTurn<T>(pub(super) Vec<T>);

impl<T> FromIterator<T> for InTurn<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        InTurn(all.into_iter().collect())
    }
}

impl<T: ContainerType + Send + Sync> OutputType for InTurn<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some(fields) = plain(ctx) else { return self.0.resolve(ctx, field).await };
        let mut all = Vec::with_capacity(self.0.len());
        for (place, object) in self.0.iter().enumerate() {
            let ctx = ctx.with_index(place);
            let mut members: IndexMap<Name, Value> = IndexMap::with_capacity(fields.len());
            for (key, field) in &fields {
                let ctx = ctx.with_field(field);
                match object.resolve_field(&ctx).await {
                    Ok(value) => {
                        members.insert(Name::clone(key), value.unwrap_or_default());
                    }
                    Err(error) => ctx.add_error(error),
                }
            }
            all.push(if members.is_empty() { Value::Null } else { Value::Object(members) });
        }
        Ok(Value::List(all))
    }
}

/// The fields of a selection with their names in the answer, if it is of fields alone and names each once.
fn plain<'a>(ctx: &ContextSelectionSet<'a>) -> Option<Vec<(&'a Name, &'a Positioned<Field>)>> {
    let mut fields: Vec<(&Name, &Positioned<Field>)> = Vec::with_capacity(ctx.item.node.items.len());
    for selection in &ctx.item.node.items {
        let Selection::Field(field) = &selection.node else { return None };
        let key = &field.node.response_key().node;
        let other = field.node.name.node == "__typename"
            || !field.node.directives.is_empty()
            || fields.iter().any(|(known, _)| *known == key);
        if other {
            return None;
        }
        fields.push((key, field));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Result, Schema};

    /// A number that is refused when it is three.
    struct Number(i32);

    #[Object(serial)]
    impl Number {
        async fn value(&self) -> Result<i32> {
            if self.0 == 3 { Err(Error::new("three")) } else { Ok(self.0) }
        }

        async fn perhaps(&self) -> Result<Option<i32>> {
            if self.0 == 3 { Err(Error::new("three")) } else { Ok(None) }
        }

        async fn double(&self, by: Option<i32>) -> i32 {
            self.0 * by.unwrap_or(2)
        }
    }

    struct Query;

    #[Object(serial)]
    impl Query {
        async fn at_once(&self) -> Vec<Number> {
            (1..5).map(Number).collect()
        }

        async fn in_turn(&self) -> InTurn<Number> {
            (1..5).map(Number).collect()
        }

        async fn none(&self) -> InTurn<Number> {
            InTurn(Vec::new())
        }
    }

    #[tokio::test]
    async fn a_list_in_turn_is_answered_as_any_list_with_its_errors() {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        for selection in [
            "{ double value perhaps }",
            "{ perhaps }",
            "{ value }",
            "{ thrice: double(by: 3) double }",
            "{ double double }",
            "{ __typename value }",
            "{ ... { value } ... on Number { double } }",
            "{ value @include(if: true) double @skip(if: true) }",
        ] {
            let asked = |name: &str| format!("{{ list: {name} {selection} }}");
            let (at_once, in_turn) =
                (schema.execute(asked("atOnce")).await, schema.execute(asked("inTurn")).await);
            let told = |response| serde_json::to_string(response).unwrap().replace("atOnce", "inTurn");
            assert_eq!(told(&in_turn), told(&at_once), "{selection}");
        }
        assert_eq!(schema.execute("{ none { value } }").await.data.to_string(), "{none: []}");
        let sdl = schema.sdl();
        assert!(sdl.contains("inTurn: [Number!]!"), "{sdl}");
    }
}
