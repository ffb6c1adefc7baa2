//! The directory of one county (机构与账号目录): its bodies, its officers' accounts, and what each may be.
//!
//! Invariants: nobody grants a role or a stand-in's powers to themselves; who keeps bodies, who grants roles and who audits are
//! three (module `keepers`); who reads everything (audit) commands nothing; an account acts for
//! one body as long as it lives; nothing is forgotten, so "who could decide on that day" has an answer.
//! Deliberately absent: passwords, tokens and names of persons.

pub mod command;
mod entry;
pub mod event;
mod feed;
mod keepers;
mod parse;
pub mod refusal;
mod refusal_words;
mod stand_in;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::DirectoryCommand;
pub use entry::{Body, BodyKind, DirectoryDefinition, OfficerEntry};
pub use event::DirectoryEvent;
pub use keepers::ImportPart;
pub use parse::parse;
pub use refusal::DirectoryRefusal;
pub use stand_in::{Ended, StandIn};
pub use state::Directory;

use crate::{
    decider::{Context, Decider, Fact, Recorded, Role, Roles},
    ids::{BodyId, OfficerId, VaultRef},
};
use event::{
    BodyAmended, BodyRegistered, OfficerNamed, OfficerPostRenamed, OfficerRegistered, OfficerRetired,
    RolesChanged, StandInGranted,
};

/// The name the platform signs time's facts with; no account has it.
pub const PLATFORM: &str = "platform";
/// The id of the county's only directory, whose stream is `{county}.directory-main`.
pub const MAIN: &str = "main";

/// The directory that comes with the program, of Luliang county (530322).
pub const SHIPPED: &str = include_str!("../../templates/directory-530322.toml");

/// The rules of a directory's stream, `{county}.directory-main`.
#[derive(Debug, Clone, Copy)]
pub struct DirectoryDecider;

type Ctx<'a> = Context<'a, ()>;
type Facts = Result<Vec<Fact<DirectoryEvent>>, DirectoryRefusal>;

impl Decider for DirectoryDecider {
    const CATEGORY: &'static str = "directory";
    type State = Directory;
    type Command = DirectoryCommand;
    type Event = DirectoryEvent;
    type Refusal = DirectoryRefusal;
    type Reads = ();

    fn evolve(state: &mut Directory, fact: &Recorded<DirectoryEvent>) {
        state.fold(fact);
    }

    fn decide(state: &Directory, command: &DirectoryCommand, ctx: &Ctx<'_>) -> Facts {
        match command {
            // of which body is asked below
            DirectoryCommand::GrantStandIn { .. } | DirectoryCommand::EndStandIn { .. } => {}
            // one's own
            DirectoryCommand::OpenCalendarFeed { .. } | DirectoryCommand::CloseCalendarFeed => {}
            DirectoryCommand::RegisterOfficer { .. }
            | DirectoryCommand::NameOfficer { .. }
            | DirectoryCommand::ChangeRoles { .. }
            | DirectoryCommand::RetireOfficer { .. } => keepers::grants_roles(ctx)?,
            DirectoryCommand::RegisterBody { .. } | DirectoryCommand::AmendBody { .. } => {
                keepers::keeps_bodies(ctx)?;
            }
            // what is whose is asked of what it changes
            DirectoryCommand::ImportDirectory { .. } => keepers::imports(ctx)?,
        }
        match command {
            DirectoryCommand::RegisterBody { id, body } => register_body(state, id, body, ctx),
            DirectoryCommand::AmendBody { id, body } => amend_body(state, id, body, ctx),
            DirectoryCommand::RegisterOfficer { id, officer } => {
                let known = |body: &BodyId| state.body(body).map(|body| body.kind);
                register_officer(state, id, officer, known, ctx)
            }
            DirectoryCommand::NameOfficer { officer, person } => name_officer(state, officer, person, ctx),
            DirectoryCommand::ChangeRoles { id, roles } => change_roles(state, id, roles, ctx),
            DirectoryCommand::GrantStandIn { principal, stand_in, from, to, reason } => {
                let (principal, stand_in) = (principal.clone(), stand_in.clone());
                let (from, to, reason) = (*from, *to, reason.clone());
                stand_in::grant(state, &StandInGranted { principal, stand_in, from, to, reason }, ctx)
            }
            DirectoryCommand::EndStandIn { principal, from, reason } => {
                stand_in::end(state, principal, *from, reason, ctx)
            }
            DirectoryCommand::OpenCalendarFeed { secret_hash } => feed::open(state, secret_hash, ctx),
            DirectoryCommand::CloseCalendarFeed => feed::close(state, ctx),
            DirectoryCommand::RetireOfficer { id, reason } => {
                if state.is_retired(id) {
                    return Ok(Vec::new());
                }
                state.officer(id).ok_or_else(|| DirectoryRefusal::NoSuchOfficer { officer: id.clone() })?;
                keepers::remain(state, id, &Roles::default())?;
                Ok(vec![ctx.fact(OfficerRetired { id: id.clone(), reason: reason.clone() })])
            }
            DirectoryCommand::ImportDirectory { definition, part } => import(state, definition, *part, ctx),
        }
    }
}

fn register_body(state: &Directory, id: &BodyId, body: &Body, ctx: &Ctx<'_>) -> Facts {
    match state.body(id) {
        Some(known) if known == body => Ok(Vec::new()),
        Some(_) => Err(DirectoryRefusal::BodyExists { body: id.clone() }),
        None => Ok(vec![ctx.fact(BodyRegistered { id: id.clone(), body: body.clone() })]),
    }
}

fn amend_body(state: &Directory, id: &BodyId, body: &Body, ctx: &Ctx<'_>) -> Facts {
    match state.body(id) {
        None => Err(DirectoryRefusal::NoSuchBody { body: id.clone() }),
        Some(known) if known == body => Ok(Vec::new()),
        Some(_) => Ok(vec![ctx.fact(BodyAmended { id: id.clone(), body: body.clone() })]),
    }
}

fn register_officer(
    state: &Directory,
    id: &OfficerId,
    officer: &OfficerEntry,
    kind_of: impl Fn(&BodyId) -> Option<BodyKind>,
    ctx: &Ctx<'_>,
) -> Facts {
    if state.is_retired(id) {
        return Err(DirectoryRefusal::Retired { officer: id.clone() });
    }
    if id.as_str() == PLATFORM {
        return Err(DirectoryRefusal::PlatformsName { officer: id.clone() });
    }
    if let Some(known) = state.officer(id) {
        return match known == officer {
            true => Ok(Vec::new()),
            false => Err(DirectoryRefusal::OfficerExists { officer: id.clone() }),
        };
    }
    let kind =
        kind_of(&officer.body).ok_or_else(|| DirectoryRefusal::NoSuchBody { body: officer.body.clone() })?;
    check_roles(id, &Roles::default(), &officer.roles, kind, ctx)?;
    keepers::are_different_people(state, id, officer)?;
    if keepers::is_the_same_person(state, officer, ctx) {
        return Err(DirectoryRefusal::OwnRoles { officer: id.clone() });
    }
    Ok(vec![ctx.fact(OfficerRegistered { id: id.clone(), officer: officer.clone() })])
}

/// A name is no right, so one's own account may be named; but what a name makes of two accounts is judged by the roles both have.
fn name_officer(state: &Directory, id: &OfficerId, person: &VaultRef, ctx: &Ctx<'_>) -> Facts {
    if state.is_retired(id) {
        return Err(DirectoryRefusal::Retired { officer: id.clone() });
    }
    let known = state.officer(id).ok_or_else(|| DirectoryRefusal::NoSuchOfficer { officer: id.clone() })?;
    if known.person.as_ref() == Some(person) {
        return Ok(Vec::new());
    }
    let named = OfficerEntry { person: Some(person.clone()), ..known.clone() };
    keepers::are_different_people(state, id, &named)?;
    keepers::makes_none_their_own(state, id, &named, ctx)?;
    Ok(vec![ctx.fact(OfficerNamed { officer: id.clone(), person: person.clone() })])
}

fn change_roles(state: &Directory, id: &OfficerId, roles: &Roles, ctx: &Ctx<'_>) -> Facts {
    if state.is_retired(id) {
        return Err(DirectoryRefusal::Retired { officer: id.clone() });
    }
    let known = state.officer(id).ok_or_else(|| DirectoryRefusal::NoSuchOfficer { officer: id.clone() })?;
    if &known.roles == roles {
        return Ok(Vec::new());
    }
    let kind = state.body(&known.body).map_or(BodyKind::Department, |body| body.kind);
    check_roles(id, &known.roles, roles, kind, ctx)?;
    keepers::remain(state, id, roles)?;
    keepers::are_different_people(state, id, &OfficerEntry { roles: *roles, ..known.clone() })?;
    if keepers::is_the_same_person(state, known, ctx) && !roles.is_subset(&known.roles) {
        return Err(DirectoryRefusal::OwnRoles { officer: id.clone() });
    }
    Ok(vec![ctx.fact(RolesChanged { id: id.clone(), roles: *roles })])
}

/// Whether the account may have these roles, given by this actor.
fn check_roles(
    id: &OfficerId,
    old: &Roles,
    new: &Roles,
    kind: BodyKind,
    ctx: &Ctx<'_>,
) -> Result<(), DirectoryRefusal> {
    let officer = || id.clone();
    if new.is_empty() {
        return Err(DirectoryRefusal::NoRole { officer: officer() });
    }
    if new.contains(&Role::System) {
        return Err(DirectoryRefusal::SystemRole { officer: officer() });
    }
    if new.contains(&Role::Auditor) && new.len() > 1 {
        return Err(DirectoryRefusal::AuditorActs { officer: officer() });
    }
    if let Some(role) = keepers::alone(new) {
        return Err(DirectoryRefusal::RoleStandsAlone { officer: officer(), role });
    }
    if new.contains(&Role::Township) && !matches!(kind, BodyKind::Township | BodyKind::Subdistrict) {
        return Err(DirectoryRefusal::NotATownship { officer: officer() });
    }
    if id == &ctx.by.officer && !new.is_subset(old) {
        return Err(DirectoryRefusal::OwnRoles { officer: officer() });
    }
    Ok(())
}

/// The difference between the directory and a definition, as facts; all or nothing.
fn import(
    state: &Directory,
    definition: &DirectoryDefinition,
    part: Option<ImportPart>,
    ctx: &Ctx<'_>,
) -> Facts {
    if definition.county != ctx.by.county {
        let (given, here) = (definition.county.clone(), ctx.by.county.clone());
        return Err(DirectoryRefusal::OtherCounty { given, here });
    }
    let mut facts = Vec::new();
    if part != Some(ImportPart::Accounts) {
        facts = import_bodies(state, definition, ctx)?;
        keepers::may_import(ImportPart::Bodies, &facts, state, ctx)?;
    }
    if part != Some(ImportPart::Bodies) {
        let accounts = import_accounts(state, definition, part, ctx)?;
        keepers::may_import(ImportPart::Accounts, &accounts, state, ctx)?;
        facts.extend(accounts);
    }
    Ok(facts)
}

fn import_bodies(state: &Directory, definition: &DirectoryDefinition, ctx: &Ctx<'_>) -> Facts {
    let mut facts = Vec::new();
    for (id, body) in &definition.bodies {
        facts.extend(match state.body(id) {
            Some(_) => amend_body(state, id, body, ctx)?,
            None => register_body(state, id, body, ctx)?,
        });
    }
    Ok(facts)
}

fn import_accounts(
    state: &Directory,
    definition: &DirectoryDefinition,
    part: Option<ImportPart>,
    ctx: &Ctx<'_>,
) -> Facts {
    let mut facts = Vec::new();
    // bodies that are not imported with the accounts are to be there
    let with = part.is_none().then_some(&definition.bodies);
    let kind_of =
        |id: &BodyId| with.and_then(|bodies| bodies.get(id)).or_else(|| state.body(id)).map(|body| body.kind);
    for (id, officer) in &definition.officers {
        match state.officer(id) {
            // An account that was retired stays so, whatever an older file says.
            None if state.is_retired(id) => {}
            None => facts.extend(register_officer(state, id, officer, kind_of, ctx)?),
            Some(known) if known.body != officer.body => {
                let (body, given) = (known.body.clone(), officer.body.clone());
                return Err(DirectoryRefusal::OfficerElsewhere { officer: id.clone(), body, given });
            }
            Some(known) => {
                facts.extend(change_roles(state, id, &officer.roles, ctx)?);
                if known.post != officer.post {
                    let post = officer.post.clone();
                    facts.push(ctx.fact(OfficerPostRenamed { id: id.clone(), post }));
                }
            }
        }
    }
    Ok(facts)
}
