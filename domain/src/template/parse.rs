//! A template's text (TOML) read into a definition, with a line and a way out for each thing that is wrong.
//!
//! Invariants: all errors come at once, in order of lines; a text without errors gives a definition without faults.
//! Deliberately absent: files; where the text lies is not known here.

use super::{
    check::Place,
    definition::{Definition, IMPLEMENTING_BODY},
};
use crate::{
    clock::Limit,
    ids::{BodyId, LegalText, MaterialCode, MilestoneCode, PermitCode},
    matter::plan::{
        Duration, Excluded, Gate, Handling, Material, Nature, Node, Opinions, PlannedMilestone,
        PlannedPermit, Prerequisite, Reaches, Silence, Stage,
    },
    toml_text::{LineError, Reader, Table},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

/// Reads a template's text; departments are checked against the bodies of the directory. On failure, all errors.
pub fn parse(text: &str, bodies: &BTreeSet<BodyId>) -> Result<Definition, Vec<LineError>> {
    let mut lines = BTreeMap::new();
    let (definition, mut errors) = Reader::read(text, |root| read(root, &mut lines));
    let Some(Some(definition)) = definition else {
        return Err(errors);
    };
    for fault in definition.faults(bodies) {
        let line = lines.get(&fault.place).copied().unwrap_or(1);
        errors.push(LineError { line, zh: fault.kind.message_zh(), en: fault.kind.message_en() });
    }
    if errors.is_empty() {
        return Ok(definition);
    }
    errors.sort();
    errors.dedup();
    Err(errors)
}

type Lines = BTreeMap<Place, usize>;

/// A text that could not be read has been reported; a stand-in lets the rest be checked and never leaves the parser.
fn or_stand_in<T: FromStr>(value: Option<T>) -> Option<T> {
    value.or_else(|| "unread".parse().ok())
}

fn read(root: &Table<'_, '_>, lines: &mut Lines) -> Option<Definition> {
    ["id", "name", "kind"].into_iter().for_each(|key| root.require(key));
    let (id, name, kind) = (root.parsed("id"), root.parsed("name"), root.parsed("kind"));
    let promises = root.parsed::<LegalText>("promise_list");
    let mut permits = Vec::new();
    for table in root.tables("permit") {
        if let Some(permit) = read_permit(&table, promises.as_ref(), permits.len(), lines) {
            lines.insert(Place::Permit(permits.len()), table.line());
            permits.push(permit);
        }
    }
    let mut milestones = Vec::new();
    for table in root.tables("milestone") {
        if let Some(milestone) = read_milestone(&table) {
            lines.insert(Place::Milestone(milestones.len()), table.line());
            milestones.push(milestone);
        }
    }
    let (id, name, kind) = (or_stand_in(id)?, or_stand_in(name)?, or_stand_in(kind)?);
    Some(Definition { id, name, kind, permits, milestones })
}

fn read_permit(
    table: &Table<'_, '_>,
    promises: Option<&LegalText>,
    at: usize,
    lines: &mut Lines,
) -> Option<PlannedPermit> {
    ["code", "name", "stage", "lead", "nature", "basis"].into_iter().for_each(|key| table.require(key));
    let basis = or_stand_in(table.parsed::<LegalText>("basis"))?;
    let lead = table.parsed("lead").or_else(|| IMPLEMENTING_BODY.parse().ok());
    lines.insert(Place::Body(at, 0), table.line_of("lead"));
    let cooperating = table.list("cooperating").into_iter().enumerate().map(|(index, (body, line))| {
        lines.insert(Place::Body(at, index + 1), line);
        body
    });
    let permit = PlannedPermit {
        name: or_stand_in(table.parsed("name"))?,
        stage: table.choice("stage").unwrap_or(Stage::ProjectAndLand),
        lead: lead?,
        cooperating: cooperating.collect(),
        opinions: read_opinions(table),
        nature: table.choice("nature").unwrap_or(Nature::Permit),
        handling: table.choice("handling").unwrap_or(Handling::Single),
        statutory: read_limit(table, "statutory", None),
        promised: read_limit(table, "promised", promises),
        extension: read_limit(table, "extension", None),
        extension_moves_promise: table.flag("extension_moves_promise"),
        excluded: table.tables("excluded").iter().filter_map(read_excluded).collect(),
        prerequisites: read_edges(table, &basis, at, lines),
        materials: read_materials(table, &basis, at, lines),
        certificate: table.flag("certificate"),
        site_check: table.flag("site_check"),
        sensitive: table.choice("sensitive"),
        issue_first_listed: table.flag("issue_first_listed"),
        code: table.parsed::<PermitCode>("code")?,
    };
    if let Some((promised, law)) = permit.promise_beyond_law() {
        let (promised, law) = (promised.value, law.value);
        table.error(
            table.line_of("promised"),
            format!("承诺时限 {promised} 日长于法定时限 {law} 日；承诺不得长于法定，请改短"),
            format!(
                "promised {promised} days where the law gives {law}; promise no more than the law's limit"
            ),
        );
    }
    Some(permit)
}

fn read_limit(table: &Table<'_, '_>, key: &'static str, source: Option<&LegalText>) -> Option<Limit> {
    limit_of(&table.table(key)?, key, source)
}

fn limit_of(limit: &Table<'_, '_>, key: &'static str, source: Option<&LegalText>) -> Option<Limit> {
    ["value", "unit"].into_iter().for_each(|key| limit.require(key));
    let (value, unit) = (limit.number("value"), limit.choice("unit"));
    let given = limit.parsed::<LegalText>("source");
    if given.is_none() && source.is_none() {
        limit.error(
            limit.line(),
            format!("时限 `{key}` 没有写依据；请补 source = \"法律名称 条\""),
            format!("limit `{key}` has no source; add source = \"law and article\""),
        );
    }
    let source = given.as_ref().or(source).map(ToString::to_string).unwrap_or_default();
    Some(Limit { value: value?, unit: unit?, source })
}

/// The opinions a permit needs, `opinions = { value, unit, source, overdue_counts_as }`.
fn read_opinions(table: &Table<'_, '_>) -> Option<Opinions> {
    let opinions = table.table("opinions")?;
    opinions.require("overdue_counts_as");
    let term = limit_of(&opinions, "opinions", None);
    let overdue_counts_as = opinions.choice("overdue_counts_as").unwrap_or(Silence::Nothing);
    Some(Opinions { term: term?, overdue_counts_as })
}

fn read_excluded(table: &Table<'_, '_>) -> Option<Excluded> {
    ["ground", "expected_working_days"].into_iter().for_each(|key| table.require(key));
    let expected_working_days = table.number("expected_working_days").unwrap_or_default();
    let max = read_limit(table, "max", None);
    Some(Excluded { ground: table.choice("ground")?, max, expected_working_days })
}

fn read_edges(table: &Table<'_, '_>, basis: &LegalText, at: usize, lines: &mut Lines) -> Vec<Prerequisite> {
    let mut edges = Vec::new();
    for edge in table.tables("needs") {
        edge.require("before");
        let permit = edge.parsed::<PermitCode>("permit").map(Node::Permit);
        let milestone = edge.parsed::<MilestoneCode>("milestone").map(Node::Milestone);
        if permit.is_some() == milestone.is_some() {
            edge.error(
                edge.line(),
                "前置要写 permit 或 milestone 其中之一；请改写".into(),
                "a prerequisite is either a permit or a milestone; write one of the two".into(),
            );
        }
        let prerequisite = Prerequisite {
            reaches: edge.choice("reaches").unwrap_or(Reaches::Approved),
            gate: edge.choice("before").unwrap_or(Gate::Accept),
            statutory: edge.flag("statutory"),
            modes: edge.choices("modes").into_iter().collect(),
            source: edge.parsed("source").unwrap_or_else(|| basis.clone()),
            node: match permit.or(milestone) {
                Some(node) => node,
                None => continue,
            },
        };
        lines.insert(Place::Prerequisite(at, edges.len()), edge.line());
        edges.push(prerequisite);
    }
    edges
}

fn read_materials(table: &Table<'_, '_>, basis: &LegalText, at: usize, lines: &mut Lines) -> Vec<Material> {
    let mut materials = Vec::new();
    for row in table.tables("materials") {
        ["code", "name", "before"].into_iter().for_each(|key| row.require(key));
        let (code, name) = (row.parsed::<MaterialCode>("code"), or_stand_in(row.parsed("name")));
        let (gate, sensitive) = (row.choice("before").unwrap_or(Gate::Accept), row.choice("sensitive"));
        let (statutory, modes) = (row.flag("statutory"), row.choices("modes").into_iter().collect());
        let source = row.parsed("source").unwrap_or_else(|| basis.clone());
        if let (Some(code), Some(name)) = (code, name) {
            lines.insert(Place::Material(at, materials.len()), row.line());
            let own = row.flag("own");
            materials.push(Material { code, name, gate, statutory, modes, sensitive, source, own });
        }
    }
    materials
}

fn read_milestone(table: &Table<'_, '_>) -> Option<PlannedMilestone> {
    ["code", "name"].into_iter().for_each(|key| table.require(key));
    let expected = table.table("expected").and_then(|expected| {
        ["value", "unit"].into_iter().for_each(|key| expected.require(key));
        let (value, unit) = (expected.number("value"), expected.choice("unit"));
        Some(Duration { value: value?, unit: unit? })
    });
    let permits = table.list::<PermitCode>("after_permits").into_iter().map(|(code, _)| Node::Permit(code));
    let milestones = table.list("after_milestones").into_iter().map(|(code, _)| Node::Milestone(code));
    let after = permits.chain(milestones).collect();
    Some(PlannedMilestone {
        name: or_stand_in(table.parsed("name"))?,
        after,
        expected,
        code: table.parsed("code")?,
    })
}
