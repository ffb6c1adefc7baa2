//! Commands on the directory and the templates: the system administrator's (bodies, templates) and the security
//! administrator's (accounts, roles).

use super::{
    directory::BodyKind,
    payload::{RegisterCommandPayload, carry_out, faulty},
};
use crate::{
    access,
    graphql::{
        error::{bad_input, fault},
        matter::{carry_out::of_fault, queries::of_request},
        me::Role,
        node_id,
        persons::same_person,
        scalars::{LegalText, Uuid, VaultRef},
    },
    services::stream,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use om_domain::{
    directory::{self, Body, DirectoryCommand, DirectoryDecider, MAIN, OfficerEntry},
    ids::{self, CommandId},
    person::Subject,
    template::{self, TemplateCommand, TemplateDecider},
};
use om_infra::{
    executor::Request,
    vault::{Class, State},
};

/// A definition to import.
#[derive(Debug, Clone, InputObject)]
pub struct ImportInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The whole definition, as TOML; the files that come with the program show its form.
    #[graphql(validator(chars_max_length = 400_000))]
    pub definition: String,
}

/// A part of a written directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "directory::ImportPart")]
pub enum DirectoryPart {
    /// The bodies: the system administrator's.
    Bodies,
    /// The accounts with their roles and posts: the security administrator's.
    Accounts,
}

/// A directory to import.
#[derive(Debug, Clone, InputObject)]
pub struct ImportDirectoryInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The whole definition, as TOML; the files that come with the program show its form.
    #[graphql(validator(chars_max_length = 400_000))]
    pub definition: String,
    /// Only this part of it. Without it all, which is refused if it changes what the other administrator keeps.
    pub part: Option<DirectoryPart>,
}

/// A body to register or to amend.
#[derive(Debug, Clone, InputObject)]
pub struct BodyInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The body, `body:…`.
    pub body: ID,
    /// Its Chinese name.
    pub name_zh: LegalText,
    /// Its English name.
    pub name_en: LegalText,
    /// What kind of body it is.
    pub kind: BodyKind,
}

/// An officer's account to register.
#[derive(Debug, Clone, InputObject)]
pub struct RegisterOfficerInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The account, `officer:…`; never a person's name.
    pub officer: ID,
    /// The body it acts for, always the same, `body:…`.
    pub body: ID,
    /// What it may be there.
    pub roles: Vec<Role>,
    /// The post, such as 自然资源局经办人一.
    pub post: Option<LegalText>,
    /// The person, as a reference into the vault. A name about the same person as another account's (`putText(subject:)`) is taken for
    /// that one: the directory has one name for one person.
    pub person: Option<VaultRef>,
}

/// A name for an account that exists.
#[derive(Debug, Clone, InputObject)]
pub struct NameOfficerInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The account, `officer:…`.
    pub officer: ID,
    /// The person, as a reference into the vault. A name about the same person as another account's (`putText(subject:)`) is taken for
    /// that one: the directory has one name for one person.
    pub person: VaultRef,
}

/// New roles of an account.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeRolesInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The account, `officer:…`.
    pub officer: ID,
    /// Its roles from now on, all of them.
    pub roles: Vec<Role>,
}

/// An account to retire.
#[derive(Debug, Clone, InputObject)]
pub struct RetireOfficerInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The account, `officer:…`.
    pub officer: ID,
    /// Why.
    pub reason: LegalText,
}

/// Commands on registers.
#[derive(Default)]
pub struct RegisterMutation;

#[Object(serial)]
impl RegisterMutation {
    /// Bring the county's directory to a whole definition: adds and amends, never removes; all of it or nothing. The bodies are
    /// the system administrator's, the accounts the security administrator's.
    async fn import_directory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The definition.")] input: ImportDirectoryInput,
    ) -> Result<RegisterCommandPayload> {
        match directory::parse(&input.definition) {
            Ok(definition) => {
                let part = input.part.map(Into::into);
                on_directory(ctx, input.command_id, DirectoryCommand::ImportDirectory { definition, part })
                    .await
            }
            Err(faults) => Ok(faulty(&faults)),
        }
    }

    /// Register a body of the county: the system administrator's.
    async fn register_body(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body.")] input: BodyInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::body(&input.body)?;
        let body = Body { name_zh: input.name_zh.0, name_en: input.name_en.0, kind: input.kind.into() };
        on_directory(ctx, input.command_id, DirectoryCommand::RegisterBody { id, body }).await
    }

    /// Change what is known of a body.
    async fn amend_body(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body, whole.")] input: BodyInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::body(&input.body)?;
        let body = Body { name_zh: input.name_zh.0, name_en: input.name_en.0, kind: input.kind.into() };
        on_directory(ctx, input.command_id, DirectoryCommand::AmendBody { id, body }).await
    }

    /// Register an officer's account: the security administrator's.
    async fn register_officer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: RegisterOfficerInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::officer(&input.officer)?;
        let (person, expected) = match &input.person {
            Some(person) => the_name(ctx, &id, &person.0).await?,
            None => (None, None),
        };
        let officer = OfficerEntry {
            body: node_id::body(&input.body)?,
            roles: input.roles.into_iter().map(Into::into).collect(),
            post: input.post.map(Into::into),
            person,
        };
        let command = DirectoryCommand::RegisterOfficer { id, officer };
        on_directory_at(ctx, input.command_id, command, expected).await
    }

    /// Name the person of an account that exists, one that was imported say: the security administrator's. From then on the rules of
    /// one person hold for all accounts of that name; a name that makes two of the three administrators, or audit, one person is refused.
    async fn name_officer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and its person.")] input: NameOfficerInput,
    ) -> Result<RegisterCommandPayload> {
        let officer = node_id::officer(&input.officer)?;
        let (Some(person), expected) = the_name(ctx, &officer, &input.person.0).await? else {
            return Err(bad_input("person is no name that the vault has"));
        };
        on_directory_at(ctx, input.command_id, DirectoryCommand::NameOfficer { officer, person }, expected)
            .await
    }

    /// Change an officer's roles: the security administrator's; nobody grants a role to themselves.
    async fn change_roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and its roles.")] input: ChangeRolesInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::officer(&input.officer)?;
        let roles = input.roles.into_iter().map(Into::into).collect();
        on_directory(ctx, input.command_id, DirectoryCommand::ChangeRoles { id, roles }).await
    }

    /// Retire an account for good: the security administrator's; what it did stays known.
    async fn retire_officer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: RetireOfficerInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::officer(&input.officer)?;
        on_directory(ctx, input.command_id, DirectoryCommand::RetireOfficer { id, reason: input.reason.0 })
            .await
    }

    /// Import a template as its next version. The same one again changes nothing; a matter keeps the plan it was given.
    async fn import_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The definition.")] input: ImportInput,
    ) -> Result<RegisterCommandPayload> {
        let (services, who) = of_request(ctx)?;
        let reads = services.registers.for_template(who.county()).await.map_err(of_fault)?;
        let bodies = reads.bodies.as_ref().map(|seen| seen.value.clone()).unwrap_or_default();
        let definition = match template::parse(&input.definition, &bodies) {
            Ok(definition) => definition,
            Err(faults) => return Ok(faulty(&faults)),
        };
        let name = stream::<TemplateDecider>(who.county(), &definition.id)
            .map_err(|e| fault("naming a stream", &e))?;
        let command = TemplateCommand::ImportTemplate { definition };
        let id = CommandId(input.command_id.0);
        let request = Request { reads, ..Request::new(name, id, (*who.actor).clone(), command) };
        carry_out(services, &services.registers.templates, request).await
    }
}

/// The name by which the directory has the person of an account, and the directory's revision that says so. Names are compared by whom
/// they are about, so that two texts about one person are not two people; rules compare what the directory holds.
///
/// Refuses what is no name of a person that the vault has: it would be shown as one, or stand in the log for nothing; what is whom to reach
/// at an applicant, which would be shown to the whole county; and one about another account that has no name here, of which no rule
/// could tell that it is the same person.
async fn the_name(
    ctx: &Context<'_>,
    account: &ids::OfficerId,
    person: &ids::VaultRef,
) -> Result<(Option<ids::VaultRef>, Option<u64>)> {
    let (services, who) = of_request(ctx)?;
    let kept = services.vault.look(who.county(), person).await.map_err(|e| fault("reading the vault", &e))?;
    let kept = kept.filter(|kept| kept.class == Class::PersonName && kept.state == State::Kept);
    let no_name = "person is no name that the vault has: put it there first (putText, PERSON_NAME)";
    let kept = kept.ok_or_else(|| bad_input(no_name))?;
    if access::is_a_contact(services, who, person).await? {
        return Err(bad_input(
            "person is whom to reach at an applicant, and would be shown to the whole county: put the officer's name in anew",
        ));
    }
    let directory = services.registers.directory(who.county()).await.map_err(of_fault)?;
    let same = same_person(services, who).await?.of(&kept.subject);
    let mut nameless = None;
    for subject in &same {
        let Subject::Officer(other) = subject else { continue };
        if let Some(name) = directory.state.known(other).and_then(|entry| entry.person.clone()) {
            return Ok((Some(name), directory.revision));
        }
        nameless = nameless.or(Some(other).filter(|other| *other != account));
    }
    match nameless {
        Some(other) => Err(bad_input(format!(
            "person is about account {other}, to which the directory gives no name: name that account first, or put a text in about {account}"
        ))),
        None => Ok((Some(person.clone()), directory.revision)),
    }
}

pub(super) async fn on_directory(
    ctx: &Context<'_>,
    id: Uuid,
    command: DirectoryCommand,
) -> Result<RegisterCommandPayload> {
    on_directory_at(ctx, id, command, None).await
}

/// A command on the directory as it stood at a revision, if it rests on what was read there.
async fn on_directory_at(
    ctx: &Context<'_>,
    id: Uuid,
    command: DirectoryCommand,
    expected: Option<u64>,
) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let name = stream::<DirectoryDecider>(who.county(), MAIN).map_err(|e| fault("naming a stream", &e))?;
    let request = Request { expected, ..Request::new(name, CommandId(id.0), (*who.actor).clone(), command) };
    carry_out(services, &services.registers.directory, request).await
}
