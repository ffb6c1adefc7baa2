//! Role × department × every field and mutation, as a page (docs/access.md), computed from the schema and the policy.
//!
//! Invariant: nothing in it is written by hand: a field's readers are those of the roots from which it can be reached.
//! Deliberately absent: what a command needs beyond its role, which only the state of a matter can say (`can` tells it).

use super::fields::{action, fields_of};
use async_graphql::parser::{
    Error, parse_schema,
    types::{BaseType, ServiceDocument, TypeKind, TypeSystemDefinition},
};
use om_domain::{
    access::{Action, Asker, Of, Parties, Resource, decide},
    decider::{Actor, Role},
    ids::{BodyId, CountyId, OfficerId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The roles of people, each with its letter in the tables.
const ROLES: [(Role, char); 11] = [
    (Role::Officer, 'o'),
    (Role::Head, 'h'),
    (Role::Township, 't'),
    (Role::Clerk, 'c'),
    (Role::Lead, 'l'),
    (Role::GovernmentHead, 'g'),
    (Role::Supervisor, 's'),
    (Role::Auditor, 'a'),
    (Role::Administrator, 'm'),
    (Role::SecurityAdministrator, 'y'),
    (Role::AuditAdministrator, 'u'),
];

const HEAD: &str = "# Who may ask for what

Made from the schema and the policy (`domain/src/access`) by `onematter schema --access`; a test compares. The policy is asked
before every field of the roots, for every matter, meeting, desk and paper, and by every command's decider. What is not listed is
denied.

One letter a role, in this order: `o` officer 经办/审批人, `h` head 部门负责人, `t` township 乡镇/街道, `c` window clerk 综合窗口,
`l` task-force lead 专班组长, `g` head of government 政府负责人, `s` supervisor 督查, `a` auditor 审计/纪检, `m` system
administrator 系统管理员, `y` security administrator 安全管理员, `u` audit administrator 审计管理员. A capital: anywhere in the county. A small letter: where its body or itself takes part (a department of the plan, one that was
offered a permit or asked for its opinion, a member of the task force, the implementing body; for a desk, its own). A dot:
never. In another county: nothing, for everybody. What a command needs beyond its role (custody, lead, head, a second
person) is for its decider to say, and `can` tells it beforehand.
";

/// The page.
///
/// # Errors
/// When the schema's text cannot be parsed.
pub fn page(sdl: &str) -> Result<String, Error> {
    let schema = parse_schema(sdl)?;
    let mut page = HEAD.to_owned();
    for (title, root) in [("Queries", "Query"), ("Subscriptions", "Subscription"), ("Mutations", "Mutation")]
    {
        let _ = write!(page, "\n## {title}\n\n| field | asks | who |\n| --- | --- | --- |\n");
        for (field, _) in fields_of(&schema, root) {
            let asked: BTreeSet<Action> = action(&field).into_iter().collect();
            let asks: Vec<_> = asked.iter().map(|action| format!("{action:?}")).collect();
            let _ = writeln!(page, "| `{field}` | {} | `{}` |", asks.join(", "), letters(&asked));
        }
    }
    page.push_str("\n## Fields\n\nWho reaches a type through any of the queries and subscriptions above, and so each of its fields.\n\n");
    page.push_str("| type | who | fields |\n| --- | --- | --- |\n");
    let reached = reached(&schema);
    for (name, fields) in objects(&schema) {
        let Some(actions) = reached.get(&name) else { continue };
        let personal = name == "VaultText";
        let plain = fields.iter().map(|(field, _)| field).filter(|field| !(personal && *field == "text"));
        let plain: Vec<_> = plain.map(|field| format!("`{field}`")).collect();
        let _ = writeln!(page, "| `{name}` | `{}` | {} |", letters(actions), plain.join(" "));
        if personal {
            let readers = letters(&BTreeSet::from([Action::ReadPersonal]));
            let _ = writeln!(page, "| `{name}` | `{readers}` | `text` (empty for the others) |");
        }
    }
    Ok(page)
}

/// The roles that may take any of these actions.
fn letters(actions: &BTreeSet<Action>) -> String {
    let (Ok(county), Ok(own), Ok(other), Ok(officer)) = (
        "530322".parse::<CountyId>(),
        "own".parse::<BodyId>(),
        "other".parse::<BodyId>(),
        "one".parse::<OfficerId>(),
    ) else {
        return String::new();
    };
    let (nobody, one) =
        (Parties::new(), |role| Actor::new(officer.clone(), county.clone(), own.clone(), [role].into()));
    let any = |role, of: &[Of<'_>]| {
        let actor = one(role);
        let may = |action: &Action| {
            let allowed = |of: &Of<'_>| {
                decide(Asker::of(&actor), *action, Resource { county: &county, of: *of }).is_allowed()
            };
            of.iter().all(allowed)
        };
        actions.iter().any(may)
    };
    let letter = |(role, letter): (Role, char)| match () {
        () if any(role, &[Of::Parties(&nobody), Of::Body(&other)]) => letter.to_ascii_uppercase(),
        () if any(role, &[Of::County]) => letter,
        () => '.',
    };
    ROLES.map(letter).iter().collect()
}

type Fields = Vec<(String, String)>;

/// Object types but the roots, each with its fields and the names of their types.
fn objects(schema: &ServiceDocument) -> BTreeMap<String, Fields> {
    let roots = ["Query", "Mutation", "Subscription"];
    let types = schema.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) => Some(&of.node),
        _ => None,
    });
    let objects = types.filter_map(|of| match &of.kind {
        TypeKind::Object(object) if !roots.contains(&of.name.node.as_str()) => {
            let fields = object
                .fields
                .iter()
                .map(|field| (field.node.name.node.to_string(), named(&field.node.ty.node.base)));
            Some((of.name.node.to_string(), fields.collect()))
        }
        _ => None,
    });
    objects.collect()
}

fn named(base: &BaseType) -> String {
    match base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => named(&of.base),
    }
}

/// The actions of the queries and subscriptions from which each type can be reached.
fn reached(schema: &ServiceDocument) -> BTreeMap<String, BTreeSet<Action>> {
    let objects = objects(schema);
    let within = members(schema);
    let mut reached: BTreeMap<String, BTreeSet<Action>> = BTreeMap::new();
    for root in ["Query", "Subscription"] {
        for (field, answer) in fields_of(schema, root) {
            let Some(action) = action(&field) else { continue };
            // what `node` gives asks for itself
            let mut open: Vec<String> = if field == "node" { Vec::new() } else { vec![bare(&answer)] };
            while let Some(name) = open.pop() {
                if let Some(members) = within.get(&name) {
                    open.extend(members.iter().cloned());
                }
                let Some(fields) = objects.get(&name) else { continue };
                if reached.entry(name).or_default().insert(action) {
                    open.extend(fields.iter().map(|(_, of)| of.clone()));
                }
            }
        }
    }
    reached
}

fn bare(answer: &str) -> String {
    answer.replace(['[', ']', '!'], "")
}

/// What unions hold, and what implements interfaces.
fn members(schema: &ServiceDocument) -> BTreeMap<String, Vec<String>> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(of) = definition else { continue };
        let name = of.node.name.node.to_string();
        match &of.node.kind {
            TypeKind::Union(union) => {
                members.entry(name).or_default().extend(union.members.iter().map(|m| m.node.to_string()));
            }
            TypeKind::Object(object) => {
                for interface in &object.implements {
                    members.entry(interface.node.to_string()).or_default().push(name.clone());
                }
            }
            _ => {}
        }
    }
    members
}
