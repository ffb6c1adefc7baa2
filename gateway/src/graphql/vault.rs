//! Personal text, free notes and file names: put into the vault, and shown to the county's officers.
//!
//! Invariants: a text enters an event or an answer of a list as its reference only; it is read when it is asked for, from
//! the asker's own county; whom the policy does not let read it (audit, supervision) sees that there is one and not what it says.
//! Deliberately absent: masking by class, and erasing; both come with sign-in.

use super::{
    error::{Code, bad_input, error, fault},
    matter::queries::of_request,
    scalars::{Uuid, VaultRef},
};
use crate::access;
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use om_domain::access::{Action, Of};
use om_domain::ids::{self, CommandId};
use om_infra::vault::{Class, VaultError};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Class")]
pub enum TextClass {
    /// The name of a person.
    PersonName,
    /// How to reach a person.
    Contact,
    /// A free note.
    Note,
    /// The name of a file.
    FileName,
}

/// A text to keep.
#[derive(Debug, Clone, InputObject)]
pub struct PutTextInput {
    /// The caller's id of this intention, used for nothing else: sent again with the same text it yields the same
    /// reference.
    pub command_id: Uuid,
    /// What the text is.
    pub class: TextClass,
    /// The text, at most 64 KiB in UTF-8.
    pub text: String,
}

/// A text of the vault.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct VaultText {
    /// Its reference; says nothing about the text.
    #[graphql(name = "ref")]
    pub reference: VaultRef,
}

impl From<ids::VaultRef> for VaultText {
    fn from(reference: ids::VaultRef) -> Self {
        VaultText { reference: reference.into() }
    }
}

#[ComplexObject]
impl VaultText {
    /// The text itself; none if it was erased, or the one who asks only reads.
    #[graphql(complexity = 5)]
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (services, who) = of_request(ctx)?;
        if who.read_only || !access::verdict(who, Action::ReadPersonal, Of::County).is_allowed() {
            return Ok(None);
        }
        let text = services.vault.get(who.county(), &self.reference.0).await;
        text.map_err(|e| fault("reading the vault", &e))
    }
}

/// What was put into the vault.
#[derive(Debug, Clone, SimpleObject)]
pub struct PutTextPayload {
    /// The reference, for the command that it belongs to.
    #[graphql(name = "ref")]
    pub reference: VaultRef,
}

/// Commands on the vault.
#[derive(Default)]
pub struct VaultMutation;

#[Object]
impl VaultMutation {
    /// Keep a personal text, a free note or the name of a file; commands and entries carry its reference only.
    async fn put_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text.")] input: PutTextInput,
    ) -> Result<PutTextPayload> {
        let (services, who) = of_request(ctx)?;
        if who.read_only {
            return Err(error(Code::Forbidden, "who only reads puts nothing into the vault"));
        }
        if let Some(c) = ids::unseen(&input.text.replace(['\r', '\t'], " ")) {
            return Err(bad_input(format!(
                "the text holds U+{:04X}, which is not seen; leave it out",
                u32::from(c)
            )));
        }
        let command = CommandId(input.command_id.0);
        let put = services.vault.put_with(who.county(), (command, 0), input.class.into(), &input.text).await;
        put.map(|reference| PutTextPayload { reference: reference.into() }).map_err(|e| match e {
            VaultError::TooLong { .. } | VaultError::CommandIdReused { .. } => bad_input(e),
            other => fault("writing the vault", &other),
        })
    }
}
