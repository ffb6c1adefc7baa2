//! What is refused once a document is parsed and before it is validated: fragments that multiply, circles, depth,
//! floods of aliases, directives or variables.
//!
//! Invariant: the work done here is linear in the document, each fragment is measured once; the validator and the
//! executor walk fragments anew at each spread, so they only ever see a document whose expansion is bounded.
//! Deliberately absent: list multipliers; those need the schema and are the complexity of its fields.

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// Deepest path of fields.
pub const MAX_DEPTH: usize = 20;
/// Most fields once every fragment is spread.
pub const MAX_FIELDS: usize = 4_000;
/// Most fields at the root of one operation, aliases included.
pub const MAX_ROOT_FIELDS: usize = 40;
/// Most directives at one place.
pub const MAX_DIRECTIVES: usize = 8;
/// Most operations and fragments in a document.
pub const MAX_DEFINITIONS: usize = 200;
/// Most variables of an operation.
pub const MAX_VARIABLES: usize = 200;

/// Why a document was refused unvalidated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooWide {
    /// Fields nested too deep.
    #[error("fields are nested deeper than {MAX_DEPTH}: ask for less at once")]
    Depth,
    /// Too many fields.
    #[error(
        "with its fragments spread the operation has more than {MAX_FIELDS} fields: ask for less at once"
    )]
    Fields,
    /// Too many root fields.
    #[error("an operation has at most {MAX_ROOT_FIELDS} fields at its root, aliases included")]
    RootFields,
    /// Too many directives.
    #[error("at most {MAX_DIRECTIVES} directives can stand at one place")]
    Directives,
    /// Too many definitions.
    #[error("a document has at most {MAX_DEFINITIONS} operations and fragments")]
    Definitions,
    /// Too many variables.
    #[error("an operation has at most {MAX_VARIABLES} variables")]
    Variables,
    /// A fragment spreads itself.
    #[error("fragment {0:?} spreads itself")]
    Circle(String),
}

#[derive(Clone, Copy, Default)]
struct Size {
    /// Fields at the first level.
    wide: usize,
    /// Fields in all.
    fields: usize,
    /// Longest path.
    depth: usize,
}

/// Measures every operation with its fragments spread.
pub fn measure(document: &ExecutableDocument) -> Result<(), TooWide> {
    let operations = document.operations.iter().count();
    if operations + document.fragments.len() > MAX_DEFINITIONS {
        return Err(TooWide::Definitions);
    }
    let mut measure = Measure { fragments: &document.fragments, known: HashMap::new() };
    for (name, fragment) in &document.fragments {
        directives(&fragment.node.directives)?;
        measure.fragment(name)?;
    }
    for (_, operation) in document.operations.iter() {
        directives(&operation.node.directives)?;
        if operation.node.variable_definitions.len() > MAX_VARIABLES {
            return Err(TooWide::Variables);
        }
        if measure.selections(&operation.node.selection_set.node)?.wide > MAX_ROOT_FIELDS {
            return Err(TooWide::RootFields);
        }
    }
    Ok(())
}

struct Measure<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Measured fragments; none while one is being measured.
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measure<'a> {
    fn fragment(&mut self, name: &'a str) -> Result<Size, TooWide> {
        match self.known.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(TooWide::Circle(name.chars().take(64).collect())),
            None => {}
        }
        // A fragment that is not defined is the validator's to report.
        let Some(fragment) = self.fragments.get(name) else { return Ok(Size::default()) };
        self.known.insert(name, None);
        let size = self.selections(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(size));
        Ok(size)
    }

    /// Recursion is bounded by the guard's nesting and, through fragments, by the number of definitions.
    fn selections(&mut self, set: &'a SelectionSet) -> Result<Size, TooWide> {
        let mut all = Size::default();
        for selection in &set.items {
            let one = match &selection.node {
                Selection::Field(field) => {
                    directives(&field.node.directives)?;
                    let below = self.selections(&field.node.selection_set.node)?;
                    Size { wide: 1, fields: below.fields + 1, depth: below.depth + 1 }
                }
                Selection::FragmentSpread(spread) => {
                    directives(&spread.node.directives)?;
                    // A spread costs by itself: the walkers enter it even when it is empty.
                    let size = self.fragment(&spread.node.fragment_name.node)?;
                    Size { fields: size.fields + 1, ..size }
                }
                Selection::InlineFragment(inline) => {
                    directives(&inline.node.directives)?;
                    let size = self.selections(&inline.node.selection_set.node)?;
                    Size { fields: size.fields + 1, ..size }
                }
            };
            all.wide += one.wide;
            all.fields += one.fields;
            all.depth = all.depth.max(one.depth);
        }
        if all.fields > MAX_FIELDS {
            return Err(TooWide::Fields);
        }
        if all.depth > MAX_DEPTH {
            return Err(TooWide::Depth);
        }
        Ok(all)
    }
}

fn directives(at: &[Positioned<Directive>]) -> Result<(), TooWide> {
    if at.len() > MAX_DIRECTIVES { Err(TooWide::Directives) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn of(text: &str) -> Result<(), TooWide> {
        measure(&parse_query(text).unwrap())
    }

    #[test]
    fn a_fragment_bomb_is_refused_by_its_size_not_by_walking_it() {
        let mut bomb = String::from("{...f0}");
        for n in 0..30 {
            bomb += &format!(" fragment f{n} on Query {{...f{0} ...f{0}}}", n + 1);
        }
        bomb += " fragment f30 on Query {a}";
        assert_eq!(of(&bomb), Err(TooWide::Fields));
    }

    #[test]
    fn circles_depth_aliases_and_directives_are_refused() {
        assert!(matches!(
            of("{...a} fragment a on Q {...b} fragment b on Q {...a}"),
            Err(TooWide::Circle(_))
        ));
        assert_eq!(
            of(&format!("{}x{}", "{a".repeat(21), "}".repeat(21)).replace("ax", "a{x}")),
            Err(TooWide::Depth)
        );
        let aliases: String = (0..41).map(|n| format!("a{n}: x ")).collect();
        assert_eq!(of(&format!("{{{aliases}}}")), Err(TooWide::RootFields));
        assert_eq!(of(&format!("{{a {}}}", "@skip(if: false) ".repeat(9))), Err(TooWide::Directives));
        assert_eq!(of("{a {b {c}} ...f} fragment f on Q {d}"), Ok(()));
    }
}
