//! A directory's text (TOML) read into a definition, with a line and a way out for each thing that is wrong.
//!
//! Invariant: all errors come at once, in order of lines.
//! Deliberately absent: whether the actor may import it; that is decided.

use super::entry::{Body, BodyKind, DirectoryDefinition, OfficerEntry};
use crate::{
    ids::{BodyId, OfficerId},
    toml_text::{LineError, Reader, Table},
};
use std::collections::BTreeMap;

/// Reads a directory's text. On failure, all errors.
pub fn parse(text: &str) -> Result<DirectoryDefinition, Vec<LineError>> {
    let (definition, errors) = Reader::read(text, read);
    match definition.flatten() {
        Some(definition) if errors.is_empty() => Ok(definition),
        _ => Err(errors),
    }
}

fn read(root: &Table<'_, '_>) -> Option<DirectoryDefinition> {
    root.require("county");
    let mut bodies = BTreeMap::new();
    for table in root.tables("body") {
        if let Some((id, body)) = read_body(&table)
            && bodies.insert(id.clone(), body).is_some()
        {
            twice(&table, id.as_str());
        }
    }
    let mut officers = BTreeMap::new();
    for table in root.tables("officer") {
        if let Some((id, officer)) = read_officer(&table, &bodies)
            && officers.insert(id.clone(), officer).is_some()
        {
            twice(&table, id.as_str());
        }
    }
    Some(DirectoryDefinition { county: root.parsed("county")?, bodies, officers })
}

fn twice(table: &Table<'_, '_>, id: &str) {
    table.error(
        table.line_of("id"),
        format!("编号 {id} 用了两次；请换一个编号"),
        format!("id {id} is used twice; give one of them another id"),
    );
}

fn read_body(table: &Table<'_, '_>) -> Option<(BodyId, Body)> {
    ["id", "name", "name_en", "kind"].into_iter().for_each(|key| table.require(key));
    let (id, kind) = (table.parsed("id"), table.choice::<BodyKind>("kind"));
    let (name_zh, name_en) = (table.parsed("name"), table.parsed("name_en"));
    Some((id?, Body { name_zh: name_zh?, name_en: name_en?, kind: kind? }))
}

fn read_officer(table: &Table<'_, '_>, bodies: &BTreeMap<BodyId, Body>) -> Option<(OfficerId, OfficerEntry)> {
    ["id", "body", "roles"].into_iter().for_each(|key| table.require(key));
    let (id, body) = (table.parsed("id"), table.parsed::<BodyId>("body"));
    let (roles, post) = (table.choices("roles").into_iter().collect(), table.parsed("post"));
    if let Some(body) = body.as_ref().filter(|body| !bodies.contains_key(body)) {
        table.error(
            table.line_of("body"),
            format!("机构 {body} 没有写在 [[body]] 里；请改正机构编号，或补上该机构"),
            format!("body {body} is not among [[body]]; correct it or add the body"),
        );
    }
    Some((id?, OfficerEntry { body: body?, roles, post, person: None }))
}
