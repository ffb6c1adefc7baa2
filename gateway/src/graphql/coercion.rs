//! Variables checked against their declared types before anything is executed (GraphQL 6.1.2).
//!
//! Invariant: an operation starts only with variables that fit; what does not fit is named with its path.
//! Deliberately absent: the text of our own scalars (a date, a UUID); each is read where it is used, with its own words.

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, InputObjectType, OperationDefinition, Type, TypeKind, TypeSystemDefinition,
            VariableDefinition,
        },
    },
};
use std::collections::{HashMap, HashSet};

/// The input types of the schema, as its SDL says them.
#[derive(Debug, Default)]
pub struct InputTypes {
    enums: HashMap<String, HashSet<String>>,
    objects: HashMap<String, InputFields>,
}

#[derive(Debug)]
struct InputFields {
    one_of: bool,
    fields: HashMap<String, (Type, bool)>,
}

/// A variable that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("variable ${path}: {reason}")]
pub struct Misfit {
    path: String,
    reason: String,
}

impl InputTypes {
    /// Reads the types out of the schema's own SDL.
    pub fn of_sdl(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut types = InputTypes::default();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let one_of = definition.node.directives.iter().any(|d| d.node.name.node == "oneOf");
            match definition.node.kind {
                TypeKind::Enum(of) => {
                    types
                        .enums
                        .insert(name, of.values.iter().map(|v| v.node.value.node.to_string()).collect());
                }
                TypeKind::InputObject(of) => {
                    types.objects.insert(name, InputFields { one_of, fields: fields(of) });
                }
                _ => {}
            }
        }
        Ok(types)
    }

    /// Checks every variable that the operation declares.
    pub fn check(&self, operation: &OperationDefinition, given: &Variables) -> Result<(), Misfit> {
        operation.variable_definitions.iter().try_for_each(|declared| self.check_one(declared, given))
    }

    fn check_one(&self, declared: &Positioned<VariableDefinition>, given: &Variables) -> Result<(), Misfit> {
        let VariableDefinition { name, var_type, default_value, .. } = &declared.node;
        let path = name.node.as_str();
        match given.get(&Name::new(path)) {
            Some(value) => self.value(path, value, &var_type.node),
            None if default_value.is_some() || var_type.node.nullable => Ok(()),
            None => Err(misfit(path, "a value is required")),
        }
    }

    fn value(&self, path: &str, value: &Value, ty: &Type) -> Result<(), Misfit> {
        match (value, &ty.base) {
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(misfit(path, "null does not fit, a value is required")),
            (Value::List(items), BaseType::List(of)) => items
                .iter()
                .enumerate()
                .try_for_each(|(n, item)| self.value(&format!("{path}[{n}]"), item, of)),
            (one, BaseType::List(of)) => self.value(path, one, of),
            (one, BaseType::Named(name)) => self.named(path, one, name),
        }
    }

    fn named(&self, path: &str, value: &Value, name: &str) -> Result<(), Misfit> {
        let fits = match name {
            "Int" => {
                matches!(value, Value::Number(n) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()))
            }
            "Float" => matches!(value, Value::Number(_)),
            "Boolean" => matches!(value, Value::Boolean(_)),
            "String" => matches!(value, Value::String(_)),
            "ID" => match value {
                Value::String(_) => true,
                Value::Number(n) => n.is_i64() || n.is_u64(),
                _ => false,
            },
            _ => match (self.enums.get(name), self.objects.get(name)) {
                (Some(values), _) => match value {
                    Value::String(text) => values.contains(text.as_str()),
                    Value::Enum(text) => values.contains(text.as_str()),
                    _ => false,
                },
                (None, Some(object)) => return self.object(path, value, name, object),
                (None, None) => true,
            },
        };
        if fits { Ok(()) } else { Err(misfit(path, &format!("the value is not a {name}"))) }
    }

    fn object(&self, path: &str, value: &Value, name: &str, of: &InputFields) -> Result<(), Misfit> {
        let Value::Object(given) = value else {
            return Err(misfit(path, &format!("an object {name} is expected")));
        };
        if let Some(unknown) = given.keys().find(|key| !of.fields.contains_key(key.as_str())) {
            return Err(misfit(&format!("{path}.{unknown}"), &format!("{name} has no such field")));
        }
        if of.one_of && (given.len() != 1 || given.values().any(|v| *v == Value::Null)) {
            return Err(misfit(path, &format!("{name} takes exactly one of its fields")));
        }
        for (field, (ty, has_default)) in &of.fields {
            let path = format!("{path}.{field}");
            match given.get(field.as_str()) {
                Some(value) => self.value(&path, value, ty)?,
                None if ty.nullable || *has_default => {}
                None => return Err(misfit(&path, "a value is required")),
            }
        }
        Ok(())
    }
}

fn fields(of: InputObjectType) -> HashMap<String, (Type, bool)> {
    of.fields
        .into_iter()
        .map(|field| {
            let has_default = field.node.default_value.is_some();
            (field.node.name.node.to_string(), (field.node.ty.node, has_default))
        })
        .collect()
}

fn misfit(path: &str, reason: &str) -> Misfit {
    Misfit { path: path.chars().take(160).collect(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    const SDL: &str = "
        enum Colour { RED GREEN }
        input Point { x: Int!, y: Int = 0, c: Colour }
        input Either @oneOf { a: Int, b: ID }
        type Query { a(p: Point, e: Either): Int }";

    fn check(declared: &str, variables: serde_json::Value) -> Result<(), Misfit> {
        let document = parse_query(format!("query({declared}) {{ __typename }}")).unwrap();
        let types = InputTypes::of_sdl(SDL).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        types.check(&operation.node, &Variables::from_json(variables))
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        assert!(check("$id: ID!", json!({})).is_err());
        assert!(check("$id: ID!", json!({ "id": null })).is_err());
        assert!(check("$id: ID!", json!({ "id": 7 })).is_ok());
        assert!(check("$p: Point", json!({ "p": { "x": 1, "c": "RED" } })).is_ok());
        assert_eq!(check("$p: Point", json!({ "p": { "c": "RED" } })).unwrap_err().path, "p.x");
        assert_eq!(
            check("$p: [Point!]", json!({ "p": [{ "x": 1, "c": "BLUE" }] })).unwrap_err().path,
            "p[0].c"
        );
        assert!(check("$p: Point", json!({ "p": { "x": 1, "z": 1 } })).is_err());
        assert!(check("$e: Either", json!({ "e": { "a": 1, "b": "x" } })).is_err());
        assert!(check("$e: Either", json!({ "e": { "b": "x" } })).is_ok());
        assert!(check("$n: Int", json!({ "n": 3_000_000_000_u64 })).is_err());
        assert!(check("$n: Int = 3", json!({})).is_ok());
    }
}
