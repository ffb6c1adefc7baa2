//! Personal text, free notes and file names: put into the vault, and shown to the county's officers.
//!
//! Invariants: a text enters an event or an answer of a list as its reference only; it is read when it is asked for, from
//! the asker's own county; whom the policy does not let read it (audit, supervision) sees that there is one and not what it says.
//! Names of persons and contacts are shown masked, to whom they are about in full; in full to others by [`super::persons`] alone.
//! Deliberately absent: unmasking, restricting and erasing ([`super::persons`]).

use super::{
    error::{Code, bad_input, error, fault, not_found},
    matter::queries::of_request,
    node_id,
    persons::same_person,
    scalars::{Uuid, VaultRef},
};
use crate::{
    access::{self, log::Reading},
    context::Requester,
    services::Services,
};
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use om_domain::access::{Action, Of};
use om_domain::access_log::About;
use om_domain::directory::PLATFORM;
use om_domain::ids::{self, CommandId};
use om_domain::person::{Subject, mask};
use om_infra::vault::{Class, Kept, State, VaultError};

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
    /// The caller's id of this intention, used for nothing else: sent again with the same text by the same account it yields the
    /// same reference.
    pub command_id: Uuid,
    /// What the text is.
    pub class: TextClass,
    /// The text, at most 64 KiB in UTF-8.
    pub text: String,
    /// Whom it is about: the reference of another text about the same person, `vault:…`, or an account, `officer:…`. What is about
    /// one person is restricted and erased together, so who an account's person is, is for the security administrator to say, and for
    /// the person. About itself if not said.
    pub subject: Option<ID>,
}

/// How a text of the vault stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TextState {
    /// It is kept.
    Kept,
    /// It is kept, and shown to nobody until that is lifted (个人信息保护法 47).
    Restricted,
    /// It was erased.
    Erased,
    /// Its key is not here: the installation was restored without the copy of the keys.
    Unreadable,
}

impl From<State> for TextState {
    fn from(state: State) -> Self {
        match state {
            State::Kept => Self::Kept,
            State::Restricted => Self::Restricted,
            State::Erased => Self::Erased,
            State::NoKey => Self::Unreadable,
        }
    }
}

/// A text of the vault.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
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
    /// What it is; none if the vault does not know the reference.
    #[graphql(complexity = 5)]
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<TextClass>> {
        Ok(self.kept(ctx).await?.map(|kept| kept.class.into()))
    }

    /// How it stands; none if the vault does not know the reference.
    #[graphql(complexity = 5)]
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<TextState>> {
        Ok(self.kept(ctx).await?.map(|kept| kept.state.into()))
    }

    /// As much of a name or a contact as tells whether it is the right one: 张**, 138****5678. None of other texts, and where the one
    /// who asks may not read it.
    #[graphql(complexity = 5)]
    async fn masked(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (_, who) = of_request(ctx)?;
        if !may_read(who) {
            return Ok(None);
        }
        let kept = self.kept(ctx).await?.filter(|kept| kept.class.is_masked() && kept.state == State::Kept);
        Ok(kept.and_then(|kept| Some(mask(kept.class, &kept.text?))))
    }

    /// The text itself: of a note or the name of a file, and of a name or contact that is one's own. Other names and contacts in full
    /// by `unmask`. None too if it was erased or restricted, or the one who asks may not read it (audit, supervision, a token that only
    /// reads).
    #[graphql(complexity = 5)]
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (services, who) = of_request(ctx)?;
        if !may_read(who) {
            return Ok(None);
        }
        let own = Subject::Officer(who.actor.officer.clone());
        let shown =
            |kept: &Kept| kept.state == State::Kept && (!kept.class.is_masked() || kept.subject == own);
        let text = self.kept(ctx).await?.filter(shown).and_then(|kept| kept.text);
        if text.is_some() {
            if !services.access_log.takes() {
                return Err(error(Code::Unavailable, access::log::WITHHELD));
            }
            ctx.data::<Reading>()?.of(About::Text(self.reference.0.clone()));
        }
        Ok(text)
    }
}

impl VaultText {
    async fn kept(&self, ctx: &Context<'_>) -> Result<Option<Kept>> {
        let (services, who) = of_request(ctx)?;
        // what is there is the vault's to say
        om_infra::shown::something_else();
        let kept = services.vault.look(who.county(), &self.reference.0).await;
        kept.map_err(|e| fault("reading the vault", &e))
    }
}

fn may_read(who: &Requester) -> bool {
    !who.read_only && access::verdict(who, Action::ReadPersonal, Of::County).is_allowed()
}

/// Whom an id is about: an account, or whoever a text of the vault is about.
pub(super) async fn subject(services: &Services, who: &Requester, id: &ID) -> Result<Subject> {
    if !id.starts_with("vault:") {
        return Ok(Subject::Officer(node_id::officer(id)?));
    }
    let reference: ids::VaultRef = id.parse().map_err(bad_input)?;
    let kept = services.vault.look(who.county(), &reference).await;
    let kept = kept.map_err(|e| fault("reading the vault", &e))?;
    kept.map(|kept| kept.subject).ok_or_else(|| not_found("the text"))
}

/// Whom a new text is to be about, if the requester may say so: what is about one person is erased together. Of an account's person
/// it is the security administrator's to say, and the person's own; of an applicant's contact, theirs who work with it.
async fn may_be_about(services: &Services, who: &Requester, id: &ID) -> Result<Subject> {
    let about = subject(services, who, id).await?;
    let own = Subject::Officer(who.actor.officer.clone());
    let person = same_person(services, who).await?.of(&about);
    if person.contains(&Subject::Officer(PLATFORM.parse().map_err(bad_input)?)) {
        return Err(bad_input("the platform is nobody whom a text could be about"));
    }
    let of_accounts = person.iter().any(|subject| matches!(subject, Subject::Officer(_)));
    if of_accounts && !person.contains(&own) {
        access::permit(who, Action::GrantRoles, Of::County)?;
    }
    if let Ok(reference) = id.parse::<ids::VaultRef>() {
        access::of_contact(services, who, &reference).await?;
    }
    if let Subject::Text(text) = &about {
        access::of_contact(services, who, text).await?;
    }
    Ok(about)
}

/// An intention is its account's: the same id and text from another account is another text, with a reference of its own, so that
/// nobody is told what somebody else has put.
fn of_account(id: Uuid, account: &ids::OfficerId) -> CommandId {
    CommandId(uuid::Uuid::new_v5(&id.0, account.as_str().as_bytes()))
}

/// What was put into the vault.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct PutTextPayload {
    /// The reference, for the command that it belongs to.
    #[graphql(name = "ref")]
    pub reference: VaultRef,
}

/// Commands on the vault.
#[derive(Default)]
pub struct VaultMutation;

#[Object(serial)]
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
        if input.text.trim().is_empty() {
            return Err(bad_input("the text is empty: leave the field out where there is none"));
        }
        if let Some(c) = ids::unseen(&input.text.replace(['\r', '\t'], " ")) {
            return Err(bad_input(format!(
                "the text holds U+{:04X}, which is not seen; leave it out",
                u32::from(c)
            )));
        }
        let command = of_account(input.command_id, &who.actor.officer);
        let about = match &input.subject {
            Some(id) => Some(may_be_about(services, who, id).await?),
            None => None,
        };
        let (of, class) = (Some((command, 0)), input.class.into());
        let put = services.vault.put_about(who.county(), of, (class, about.as_ref()), &input.text).await;
        put.map(|reference| PutTextPayload { reference: reference.into() }).map_err(|e| match e {
            VaultError::CommandIdReused { place, .. } => {
                bad_input(VaultError::CommandIdReused { command: CommandId(input.command_id.0), place })
            }
            VaultError::TooLong { .. } | VaultError::SubjectErased => bad_input(e),
            other => fault("writing the vault", &other),
        })
    }
}
