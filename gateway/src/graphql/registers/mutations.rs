//! Commands on the directory and the templates: an administrator's.

use super::{
    directory::BodyKind,
    payload::{RegisterCommandPayload, carry_out, faulty},
};
use crate::{
    graphql::{
        error::fault,
        matter::{carry_out::of_fault, queries::of_request},
        me::Role,
        node_id,
        scalars::{LegalText, Uuid, VaultRef},
    },
    services::stream,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use om_domain::{
    directory::{self, Body, DirectoryCommand, DirectoryDecider, MAIN, OfficerEntry},
    ids::CommandId,
    template::{self, TemplateCommand, TemplateDecider},
};
use om_infra::executor::Request;

/// A definition to import.
#[derive(Debug, Clone, InputObject)]
pub struct ImportInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The whole definition, as TOML; the files that come with the program show its form.
    #[graphql(validator(chars_max_length = 400_000))]
    pub definition: String,
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
    /// The person, as a reference into the vault.
    pub person: Option<VaultRef>,
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

#[Object]
impl RegisterMutation {
    /// Bring the county's directory to a whole definition: adds and amends, never removes; all of it or nothing.
    async fn import_directory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The definition.")] input: ImportInput,
    ) -> Result<RegisterCommandPayload> {
        match directory::parse(&input.definition) {
            Ok(definition) => {
                on_directory(ctx, input.command_id, DirectoryCommand::ImportDirectory { definition }).await
            }
            Err(faults) => Ok(faulty(&faults)),
        }
    }

    /// Register a body of the county.
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

    /// Register an officer's account.
    async fn register_officer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: RegisterOfficerInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::officer(&input.officer)?;
        let officer = OfficerEntry {
            body: node_id::body(&input.body)?,
            roles: input.roles.into_iter().map(Into::into).collect(),
            post: input.post.map(Into::into),
            person: input.person.map(Into::into),
        };
        on_directory(ctx, input.command_id, DirectoryCommand::RegisterOfficer { id, officer }).await
    }

    /// Change an officer's roles; nobody grants a role to themselves.
    async fn change_roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and its roles.")] input: ChangeRolesInput,
    ) -> Result<RegisterCommandPayload> {
        let id = node_id::officer(&input.officer)?;
        let roles = input.roles.into_iter().map(Into::into).collect();
        on_directory(ctx, input.command_id, DirectoryCommand::ChangeRoles { id, roles }).await
    }

    /// Retire an account for good; what it did stays known.
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

pub(super) async fn on_directory(
    ctx: &Context<'_>,
    id: Uuid,
    command: DirectoryCommand,
) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let name = stream::<DirectoryDecider>(who.county(), MAIN).map_err(|e| fault("naming a stream", &e))?;
    let request = Request::new(name, CommandId(id.0), (*who.actor).clone(), command);
    carry_out(services, &services.registers.directory, request).await
}
