//! The schema as it is checked in: up to date, and every part of it described.

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use om_gateway::graphql::schema_sdl;
use std::path::Path;

#[test]
fn the_schema_checked_in_is_the_schema_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let served = schema_sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &served).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        checked_in == served,
        "gateway/schema.graphql is stale: run UPDATE_SCHEMA=1 cargo nextest run -p om-gateway schema"
    );
}

#[test]
fn who_may_ask_for_what_is_as_checked_in() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/access.md");
    let page = om_gateway::access::matrix::page(&schema_sdl()).unwrap();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        checked_in == page,
        "docs/access.md is stale: read what has changed, then run UPDATE_SCHEMA=1 cargo nextest run -p om-gateway schema"
    );
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let mut missing = Vec::new();
    let sdl = schema_sdl();
    for definition in parse_schema(&sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let mut check = |place: String, described: bool| {
            if !described {
                missing.push(place);
            }
        };
        check(name.clone(), definition.node.description.is_some());
        match definition.node.kind {
            TypeKind::Object(of) => fields(&name, of.fields, &mut check),
            TypeKind::Interface(of) => fields(&name, of.fields, &mut check),
            TypeKind::Enum(of) => {
                for value in of.values {
                    check(format!("{name}.{}", value.node.value.node), value.node.description.is_some());
                }
            }
            TypeKind::InputObject(of) => {
                for field in of.fields {
                    check(format!("{name}.{}", field.node.name.node), field.node.description.is_some());
                }
            }
            _ => {}
        }
    }
    assert!(missing.is_empty(), "not described: {missing:#?}");
}

fn fields(
    of: &str,
    fields: Vec<async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>>,
    check: &mut impl FnMut(String, bool),
) {
    for field in fields {
        let place = format!("{of}.{}", field.node.name.node);
        check(place.clone(), field.node.description.is_some());
        for argument in field.node.arguments {
            check(format!("{place}({})", argument.node.name.node), argument.node.description.is_some());
        }
    }
}
