//! Asks for everything: from the schema alone, each field of a root with all that can be reached below it.
//!
//! Invariant: a field that is new in the schema is asked for without a line here.
//! Deliberately absent: who asks, and what the answer may hold.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// How far below a root is asked, at most.
const DEEPEST: usize = 5;

/// A schema to ask by, and what stands for ids and texts in it.
pub(crate) struct Asking {
    types: BTreeMap<String, TypeKind>,
    /// A literal for an argument, by `field.argument`, `type.argument` or the argument alone; what is not here and not required is left out.
    known: BTreeMap<String, String>,
    /// Fields that are not asked for.
    without: Vec<String>,
}

impl Asking {
    /// By the published schema.
    pub(crate) fn by(known: &[(&str, String)]) -> Self {
        let sdl = include_str!("../../../../gateway/schema.graphql");
        let definitions = parse_schema(sdl).unwrap().definitions.into_iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(one) => Some((one.node.name.node.to_string(), one.node.kind)),
            _ => None,
        });
        let known = known.iter().map(|(name, literal)| ((*name).to_owned(), literal.clone()));
        Asking { types: types.collect(), known: known.collect(), without: Vec::new() }
    }

    /// The same, but for fields of these names.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.without = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// The same, and this stands for an argument.
    pub(crate) fn knowing(mut self, name: &str, literal: &str) -> Self {
        self.known.insert(name.to_owned(), literal.to_owned());
        self
    }

    /// The fields of a root.
    pub(crate) fn roots(&self, root: &str) -> Vec<String> {
        self.fields(root).iter().map(|field| field.name.node.to_string()).collect()
    }

    /// What asks for one field of a root and all that can be reached below it, each as documents that ask for ever less: the
    /// first that the server takes is enough. As one if it can be, in parts if not.
    pub(crate) fn documents(&self, root: &str, field: &str) -> [Vec<Vec<String>>; 2] {
        let operation = root.to_lowercase();
        let of = |selection: String| format!("{operation} {{ {selection} }}");
        let field = self.fields(root).into_iter().find(|one| one.name.node == field).unwrap();
        let answer = named(&field.ty.node.base);
        let arguments = self.of_field(field).expect("a root can be asked for");
        let whole = self.field(field, DEEPEST, &mut Vec::new()).map(of);
        let part = |child: &FieldDefinition| {
            let below = |depth| self.field(child, depth, &mut vec![answer.clone()]);
            let one = |depth| Some(of(format!("{}{arguments} {{ {} }}", field.name.node, below(depth)?)));
            (0..=DEEPEST).rev().filter_map(one).collect::<Vec<_>>()
        };
        let mut parts: Vec<_> =
            self.fields(&answer).into_iter().map(part).filter(|one| !one.is_empty()).collect();
        if parts.is_empty() {
            // a union has no fields of its own
            let less = |depth| self.field(field, depth, &mut Vec::new()).map(of);
            parts = vec![(1..DEEPEST).rev().filter_map(less).collect()];
        }
        [vec![whole.into_iter().collect()], parts]
    }

    fn field(&self, field: &FieldDefinition, depth: usize, on: &mut Vec<String>) -> Option<String> {
        if self.without.iter().any(|name| field.name.node == *name) {
            return None;
        }
        let arguments = self.of_field(field)?;
        let (name, answer) = (&field.name.node, named(&field.ty.node.base));
        let selection = match self.types.get(&answer) {
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => {
                if depth == 0 || on.contains(&answer) {
                    return None;
                }
                self.below(&answer, depth - 1, on)?
            }
            _ => String::new(),
        };
        Some(format!("{name}{arguments}{selection}"))
    }

    fn below(&self, of: &str, depth: usize, on: &mut Vec<String>) -> Option<String> {
        on.push(of.to_owned());
        let selection = match &self.types[of] {
            TypeKind::Union(union) => {
                let members = union.members.iter().map(|member| member.node.to_string()).collect::<Vec<_>>();
                let one = |member: &String| {
                    let fields = self.fields(member).into_iter().filter_map(|field| {
                        let asked = self.field(field, depth, on)?;
                        Some(format!("{member}_{}: {asked}", field.name.node))
                    });
                    format!("... on {member} {{ __typename {} }}", fields.collect::<Vec<_>>().join(" "))
                };
                members.iter().map(one).collect::<Vec<_>>()
            }
            _ => {
                let fields = self.fields(of).into_iter();
                fields.filter_map(|field| self.field(field, depth, on)).collect()
            }
        };
        on.pop();
        (!selection.is_empty()).then(|| format!(" {{ {} }}", selection.join(" ")))
    }

    fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        match self.types.get(of) {
            Some(TypeKind::Object(object)) => object.fields.iter().map(|field| &field.node).collect(),
            Some(TypeKind::Interface(interface)) => {
                interface.fields.iter().map(|field| &field.node).collect()
            }
            _ => Vec::new(),
        }
    }

    fn of_field(&self, field: &FieldDefinition) -> Option<String> {
        let all: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
        self.arguments(field.name.node.as_str(), &all)
    }

    /// The arguments that are known or required; none if a required one cannot be made up.
    fn arguments(&self, of: &str, all: &[&InputValueDefinition]) -> Option<String> {
        let mut given = Vec::new();
        for argument in all {
            let name = argument.name.node.to_string();
            let required = !argument.ty.node.nullable && argument.default_value.is_none();
            match self.literal((of, &name), &argument.ty.node, required) {
                Some(literal) => given.push(format!("{name}: {literal}")),
                None if required => return None,
                None => {}
            }
        }
        Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
    }

    fn literal(&self, (field, name): (&str, &str), ty: &Type, required: bool) -> Option<String> {
        let of = named(&ty.base);
        let known = [format!("{field}.{name}"), format!("{of}.{name}"), name.to_owned()];
        let known = known.iter().find_map(|name| self.known.get(name));
        let one = match (known, self.types.get(&of)) {
            (Some(literal), _) => Some(literal.clone()),
            (None, _) if !required => return None,
            (None, Some(TypeKind::Enum(words))) => Some(words.values[0].node.value.node.to_string()),
            (None, Some(TypeKind::InputObject(object))) => {
                let fields: Vec<_> = object.fields.iter().map(|field| &field.node).collect();
                let given = self.arguments(&of, &fields)?;
                let given = match given.strip_prefix('(').and_then(|all| all.strip_suffix(')')) {
                    Some(all) => all.to_owned(),
                    // one of them is meant
                    None => fields.iter().find_map(|field| {
                        let name = field.name.node.as_str();
                        Some(format!("{name}: {}", self.literal((&of, name), &field.ty.node, true)?))
                    })?,
                };
                Some(format!("{{{given}}}"))
            }
            (None, _) => match of.as_str() {
                "Int" => Some("1".into()),
                "Boolean" => Some("true".into()),
                "String" => Some("\"x\"".into()),
                _ => Some(
                    self.known.get(&of).unwrap_or_else(|| panic!("nothing stands for {of} {name}")).clone(),
                ),
            },
        }?;
        Some(if matches!(ty.base, BaseType::List(_)) && !one.starts_with('[') {
            format!("[{one}]")
        } else {
            one
        })
    }
}

fn named(base: &BaseType) -> String {
    match base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => named(&of.base),
    }
}

/// Whether the server said that it was asked for too much at once.
pub(crate) fn is_too_much(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "TOO_LARGE"
}
