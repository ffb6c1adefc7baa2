//! The GraphQL schema: what can be asked and what can be commanded.
//!
//! Invariants: every type, field, argument and value is described in the field's terms, with units and law; a list has
//! a largest page; a refusal is data, a fault is an error.
//! Deliberately absent: rules, SQL, and authority, which the domain decides.

pub mod coercion;
pub mod engine;
pub mod error;
pub mod expansion;
pub mod limits;
pub mod me;

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Schema};

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(me::MeQuery);

/// The schema.
pub type GatewaySchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Builds the schema.
pub fn schema() -> GatewaySchema {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
        .limit_depth(expansion::MAX_DEPTH)
        .limit_complexity(limits::MAX_COMPLEXITY)
        .limit_directives(expansion::MAX_DIRECTIVES)
        .disable_suggestions()
        .extension(engine::TellValidated)
        .finish()
}

/// The schema's text, as checked in at `gateway/schema.graphql`.
pub fn schema_sdl() -> String {
    schema().sdl()
}
