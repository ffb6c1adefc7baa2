//! The GraphQL schema: what can be asked and what can be commanded.
//!
//! Invariants: every type, field, argument and value is described in the field's terms, with units and law; a list has
//! a largest page; a refusal is data, a fault is an error.
//! Deliberately absent: rules, SQL, and authority, which the domain decides.

pub mod access_log;
mod alike;
pub mod briefing;
pub mod coercion;
pub mod documents;
pub mod engine;
pub mod error;
pub mod escapes;
pub mod expansion;
mod following;
mod in_turn;
pub mod limits;
pub mod lists;
pub mod matter;
pub mod me;
pub mod meeting;
pub mod node;
pub mod node_id;
pub mod notices;
pub mod operations;
mod order;
pub mod page;
pub mod papers;
mod past;
pub mod persons;
pub mod place;
pub mod registers;
mod roots;
pub mod scalars;
mod standing_in;
pub mod vault;

use crate::services::Services;
use async_graphql::{
    MergedObject, MergedSubscription, Schema, SchemaBuilder, ValidationMode,
    parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    me::MeQuery,
    node::NodeQuery,
    matter::queries::MatterQuery,
    meeting::queries::MeetingQuery,
    lists::overview::OverviewQuery,
    lists::desk::DeskQuery,
    lists::tolerances::ToleranceQuery,
    lists::supervision::SupervisionQuery,
    lists::performance::PerformanceQuery,
    lists::township::TownshipQuery,
    lists::search::SearchQuery,
    registers::directory::DirectoryQuery,
    registers::stand_ins::StandInQuery,
    registers::templates::TemplateQuery,
    registers::calendar::CalendarQuery,
    registers::settings::SettingsQuery,
    registers::applicants::ApplicantQuery,
    registers::contacts::ContactQuery,
    papers::PaperQuery,
    notices::NoticeQuery,
    briefing::BriefingQuery,
    operations::OperationsQuery,
    access_log::AccessLogQuery,
    persons::PersonQuery,
);

/// Everything that can be commanded.
#[derive(MergedObject, Default)]
pub struct Mutation(
    matter::mutations::MatterMutation,
    meeting::mutations::MeetingMutation,
    registers::mutations::RegisterMutation,
    registers::stand_ins::StandInMutation,
    registers::feeds::CalendarFeedMutation,
    registers::calendar::CalendarMutation,
    registers::settings::SettingsMutation,
    registers::applicants::ApplicantMutation,
    vault::VaultMutation,
    persons::PersonMutation,
);

/// Everything that can be heard of.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    matter::subscriptions::MatterSubscription,
    meeting::subscriptions::MeetingSubscription,
    lists::subscriptions::ListSubscription,
    operations::OperationsSubscription,
);

/// The schema.
pub type GatewaySchema = Schema<Query, Mutation, Subscription>;

/// The schema over services, for documents that are not known yet.
pub fn schema(services: Arc<Services>) -> GatewaySchema {
    builder().data(services).finish()
}

/// The schema for operations that have passed the other's validation. Its executor asks nobody before each field, which takes longer
/// than most fields do; it measures nothing, charges nothing, and is given the services with each request.
fn trusting() -> GatewaySchema {
    static ONCE: LazyLock<GatewaySchema> =
        LazyLock::new(|| bare().validation_mode(ValidationMode::Fast).finish());
    ONCE.clone()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    bare()
        .limit_depth(expansion::MAX_DEPTH)
        .limit_complexity(limits::MAX_COMPLEXITY)
        .limit_directives(expansion::MAX_DIRECTIVES)
        .extension(engine::TellValidated)
}

fn bare() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default()).disable_suggestions()
}

/// The names of everything that can be commanded.
pub fn commands() -> BTreeSet<String> {
    let document = parse_schema(schema_sdl());
    let definitions = document.into_iter().flat_map(|document| document.definitions);
    let commands = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(one) if one.node.name.node == "Mutation" => match one.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    commands.flatten().map(|field| field.node.name.node.to_string()).collect()
}

/// The schema's text, as checked in at `gateway/schema.graphql`.
pub fn schema_sdl() -> String {
    builder().finish().sdl()
}
