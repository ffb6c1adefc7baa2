//! A person's texts: seen in full for a reason, restricted, erased, and the record of all that.
//!
//! Invariants: that a text was seen in full is recorded, with the reason, before it is given; an erasure is recorded before its key
//! is destroyed, and what is broken off in between is finished by the next start or by the same command again.
//! Deliberately absent: who may; the domain says so ([`om_domain::person`]).

use super::{
    error::{Code, bad_input, error, fault, not_found},
    matter::{carry_out::of_fault, payload::CommandConflict, payload::CommandRefused, queries::of_request},
    node_id::{self, NodeId},
    registers::payload::{RegisterCommandPayload, carry_out},
    scalars::{Instant, LegalText, Uuid, VaultRef},
    vault::{TextClass, subject},
};
use crate::{
    access::{self, log::Reading},
    context::Requester,
    services::{Services, stream},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject, Union};
use om_domain::{
    access::{Action, Of},
    access_log::About,
    ids::CommandId,
    person::{Person, PersonCommand, PersonDecider, PersonEvent, Subject, Whose},
};
use om_infra::{
    erasures::one_by_one, executor::Request, recorded::Entry, same_person::SamePerson, vault::Tombstone,
};
use std::{collections::BTreeSet, sync::Arc};

/// A text to see in full.
#[derive(Debug, Clone, InputObject)]
pub struct UnmaskInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// Which text.
    #[graphql(name = "ref")]
    pub reference: VaultRef,
    /// Why it must be seen in full; audit reads it.
    pub reason: LegalText,
}

/// A person whose texts are to be restricted, or may be used again.
#[derive(Debug, Clone, InputObject)]
pub struct RestrictPersonInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// Whom: an account, `officer:…`, or any text about the person, `vault:…`.
    pub subject: ID,
    /// Why.
    pub reason: LegalText,
}

/// A person whose texts are to be erased.
#[derive(Debug, Clone, InputObject)]
pub struct ErasePersonInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// Whom: an account, `officer:…`, or any text about the person, `vault:…`.
    pub subject: ID,
    /// Why.
    pub reason: LegalText,
    /// By which provision, such as 个人信息保护法 47.
    pub basis: LegalText,
}

/// What seeing a text in full is answered with.
#[derive(Debug, Clone, Union)]
pub enum UnmaskCommandPayload {
    /// It was recorded; here it is.
    Done(Unmasked),
    /// Refused by a rule.
    Refused(CommandRefused),
    /// Somebody else came first, or the command's id was used before.
    Conflict(CommandConflict),
}

/// A text in full.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Unmasked {
    /// The text; none if it was erased or restricted since the same command was first sent.
    pub text: Option<String>,
    /// When it was recorded that it was seen.
    pub recorded: Option<Instant>,
}

/// What happened to a person's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PersonEntryKind {
    /// One was seen in full.
    Unmasked,
    /// They are kept and not used.
    Restricted,
    /// They may be used again.
    Lifted,
    /// They were erased.
    Erased,
}

/// An entry of the record of a person's texts.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct PersonEntry {
    /// When it was recorded.
    pub at: Instant,
    /// What happened.
    pub kind: PersonEntryKind,
    /// Who did it, `officer:…`.
    #[graphql(owned)]
    pub officer: ID,
    /// The body it acted for, `body:…`.
    #[graphql(owned)]
    pub body: ID,
    /// Why.
    pub reason: String,
    /// By which provision they were erased.
    pub basis: Option<String>,
    /// Who had ordered it, `officer:…`, where the platform states an erasure again that a restored log had lost.
    #[graphql(owned)]
    pub ordered_by: Option<ID>,
    /// Which text was seen in full.
    #[graphql(name = "ref")]
    pub reference: Option<VaultRef>,
    /// What it is.
    pub class: Option<TextClass>,
}

/// How a person's texts stand.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct PersonRecord {
    /// All that is known to be this person, and is restricted and erased together: accounts, `officer:…`, and whom texts are about,
    /// `vault:…`.
    pub subjects: Vec<ID>,
    /// Since when any of them is kept and not used.
    pub restricted_since: Option<super::scalars::Date>,
    /// When the last of them was erased; none while any is kept.
    pub erased_on: Option<super::scalars::Date>,
    /// How often one was seen in full.
    pub unmasked: i32,
    /// What happened, the newest first, at most 200.
    pub entries: Vec<PersonEntry>,
}

/// Entries of a record that are shown.
const SHOWN: usize = 200;

/// Queries for persons.
#[derive(Default)]
pub struct PersonQuery;

#[Object(serial)]
impl PersonQuery {
    /// Who saw a person's texts in full and why, and whether they are restricted or erased: for audit and the security administrator.
    #[graphql(complexity = "50 + child_complexity")]
    async fn person_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom: an account, `officer:…`, or any text about the person, `vault:…`.")] id: ID,
    ) -> Result<PersonRecord> {
        let (services, who) = of_request(ctx)?;
        let named = subject(services, who, &id).await?;
        let person = same_person(services, who).await?.of(&named);
        let (mut standing, mut entries) = (Vec::new(), Vec::new());
        for subject in &person {
            let name = stream_of(who, subject)?;
            let known = services.persons.state(&name).await.map_err(of_fault)?;
            if let Some(last) = known.revision {
                let from = (last + 1).saturating_sub(SHOWN as u64);
                entries.extend(services.persons.history(&name, from, SHOWN).await.map_err(of_fault)?);
            }
            standing.push(known.state);
        }
        // what was recorded at one moment on several subjects stays in the order of each
        entries.sort_by_key(|entry| entry.fact.recorded);
        let erased: Option<Vec<_>> = standing.iter().map(|one| one.erased).collect();
        let unmasked = standing.iter().map(|one| one.unmasked).sum::<u64>();
        Ok(PersonRecord {
            subjects: person.iter().map(id_of).collect(),
            restricted_since: standing.iter().filter_map(|one| one.restricted).min().map(Into::into),
            erased_on: erased.and_then(|days| days.into_iter().max()).map(Into::into),
            unmasked: i32::try_from(unmasked).unwrap_or(i32::MAX),
            entries: entries.into_iter().rev().take(SHOWN).map(shown).collect(),
        })
    }
}

fn id_of(subject: &Subject) -> ID {
    match subject {
        Subject::Officer(officer) => NodeId::Officer(officer.clone()).id(),
        Subject::Text(text) => ID(text.to_string()),
    }
}

fn shown(entry: Entry<PersonEvent>) -> PersonEntry {
    let by = entry.fact.by;
    let (kind, reason, erased, text) = match entry.fact.event {
        PersonEvent::TextUnmasked(e) => (PersonEntryKind::Unmasked, e.reason, None, Some((e.text, e.class))),
        PersonEvent::PersonRestricted(e) => (PersonEntryKind::Restricted, e.reason, None, None),
        PersonEvent::RestrictionLifted(e) => (PersonEntryKind::Lifted, e.reason, None, None),
        PersonEvent::PersonErased(e) => {
            (PersonEntryKind::Erased, e.reason, Some((e.basis, e.ordered_by)), None)
        }
    };
    let (basis, ordered_by) = erased.unzip();
    let (reference, class) = text.unzip();
    PersonEntry {
        at: entry.fact.recorded.into(),
        kind,
        officer: NodeId::Officer(by.officer).id(),
        body: NodeId::Body(by.body).id(),
        reason: reason.to_string(),
        basis: basis.map(|basis| basis.to_string()),
        ordered_by: ordered_by.flatten().map(|officer| NodeId::Officer(officer).id()),
        reference: reference.map(Into::into),
        class: class.map(Into::into),
    }
}

/// Commands on persons.
#[derive(Default)]
pub struct PersonMutation;

#[Object(serial)]
impl PersonMutation {
    /// See a name or a contact in full: who, when and why is recorded first.
    async fn unmask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text and the reason.")] input: UnmaskInput,
    ) -> Result<UnmaskCommandPayload> {
        let (services, who) = of_request(ctx)?;
        let reference = input.reference.0.clone();
        let unread = |e| fault("reading the vault", &e);
        let kept = services.vault.look(who.county(), &reference).await.map_err(unread)?;
        let kept = kept.ok_or_else(|| not_found("the text"))?;
        access::of_contact(services, who, &reference).await?;
        if kept.state == om_infra::vault::State::NoKey {
            // nothing would be seen, so nothing is recorded as seen
            return Err(error(Code::Unavailable, NO_KEY));
        }
        let (class, reason) = (kept.class, input.reason.0);
        let command = PersonCommand::Unmask { text: reference.clone(), class, reason };
        let id = CommandId(input.command_id.0);
        let done = match on_subject(services, who, id, &kept.subject, command).await? {
            RegisterCommandPayload::Done(done) => done,
            RegisterCommandPayload::Refused(refused) => return Ok(UnmaskCommandPayload::Refused(refused)),
            RegisterCommandPayload::Conflict(conflict) => {
                return Ok(UnmaskCommandPayload::Conflict(conflict));
            }
        };
        // a command sent again is answered as it was, but the text is for who may read it now
        access::permit(who, Action::ReadPersonal, Of::County)?;
        if !services.access_log.takes() {
            return Err(error(Code::Unavailable, access::log::WITHHELD));
        }
        ctx.data::<Reading>()?.of(About::Text(reference.clone()));
        // as it stands now: it may have been erased or restricted since the same command was first sent
        let kept = services.vault.look(who.county(), &reference).await.map_err(unread)?;
        let kept = kept.filter(|kept| kept.state == om_infra::vault::State::Kept);
        Ok(UnmaskCommandPayload::Done(Unmasked {
            text: kept.and_then(|kept| kept.text),
            recorded: done.recorded,
        }))
    }

    /// Keep a person's texts and show them to nobody: where erasing is asked for and the term for which the law wants them kept has
    /// not run out (个人信息保护法 47). All that is known to be this person is restricted (`personRecord.subjects`).
    async fn restrict_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: RestrictPersonInput,
    ) -> Result<RegisterCommandPayload> {
        restrict(ctx, input, true).await
    }

    /// Allow a person's texts to be used again, all that is known to be this person.
    async fn lift_person_restriction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: RestrictPersonInput,
    ) -> Result<RegisterCommandPayload> {
        restrict(ctx, input, false).await
    }

    /// Erase a person's texts for good, all that is known to be this person (`personRecord.subjects`): the keys are destroyed, here and
    /// in every copy made from then on. What was recorded of matters stays; it holds references only. Nobody keeps their own texts.
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, why, and by which provision.")] input: ErasePersonInput,
    ) -> Result<RegisterCommandPayload> {
        let (services, who) = of_request(ctx)?;
        let about = of_somebody(services, who, &input.subject).await?;
        let (reason, basis) = (input.reason.0, input.basis.0);
        let whose = whose(services, who, &about).await?;
        let person = whose.person.clone();
        let command = PersonCommand::Erase { whose, reason: reason.clone(), basis: basis.clone() };
        let answer = on_person(services, who, input.command_id, (&about, &person), command).await?;
        let order =
            Tombstone { erased: services.now(), ordered_by: who.actor.officer.clone(), reason, basis };
        for subject in &person {
            // as the stream stands now: of what was stated the key goes, also where somebody else came between
            if standing(services, who, subject).await?.erased.is_some() {
                let destroyed = services.vault.destroy(who.county(), subject, &order).await;
                destroyed.map_err(|e| fault("destroying a key; send the same command again", &e))?;
            }
        }
        Ok(answer)
    }
}

async fn restrict(
    ctx: &Context<'_>,
    input: RestrictPersonInput,
    restricted: bool,
) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let about = of_somebody(services, who, &input.subject).await?;
    let reason = input.reason.0;
    let whose = whose(services, who, &about).await?;
    let person = whose.person.clone();
    let command = match restricted {
        true => PersonCommand::Restrict { whose, reason },
        false => PersonCommand::LiftRestriction { whose, reason },
    };
    let answer = on_person(services, who, input.command_id, (&about, &person), command).await?;
    if !matches!(answer, RegisterCommandPayload::Refused(_)) {
        for subject in &person {
            // as the stream stands now, so that a command sent again late changes nothing
            let restricted = standing(services, who, subject).await?.restricted.is_some();
            let marked = services.vault.restrict(who.county(), subject, restricted).await;
            marked.map_err(|e| fault("marking the texts; send the same command again", &e))?;
        }
    }
    Ok(answer)
}

async fn standing(services: &Services, who: &Requester, subject: &Subject) -> Result<Arc<Person>> {
    Ok(services.persons.state(&stream_of(who, subject)?).await.map_err(of_fault)?.state)
}

/// Whose texts they are, and who asks.
async fn whose(services: &Services, who: &Requester, about: &Subject) -> Result<Whose> {
    let same = same_person(services, who).await?;
    Ok(Whose { person: same.of(about), own: same.of(&Subject::Officer(who.actor.officer.clone())) })
}

pub(super) async fn same_person(services: &Services, who: &Requester) -> Result<SamePerson> {
    let same = SamePerson::read(who.county(), (&services.registers, &*services.vault)).await;
    same.map_err(|e| fault("looking up who is one person", &e))
}

/// Carries a command out on all that is one person. Answered with the first that changed something, or else the one that was named.
async fn on_person(
    services: &Services,
    who: &Requester,
    id: Uuid,
    (named, person): (&Subject, &BTreeSet<Subject>),
    command: PersonCommand,
) -> Result<RegisterCommandPayload> {
    let mut first = None;
    for (id, subject) in one_by_one(CommandId(id.0), named, person) {
        let answer = on_subject(services, who, id, &subject, command.clone()).await?;
        match &answer {
            RegisterCommandPayload::Conflict(_) => return Ok(answer),
            // who may not, may not with any of them; how one stands says nothing of the others
            RegisterCommandPayload::Refused(refused) if refused.rule != Some(HOW_IT_STANDS) => {
                return Ok(answer);
            }
            RegisterCommandPayload::Done(done) if done.entries > 0 => {
                first = first.filter(changed_something).or(Some(answer));
            }
            _ => first = first.or(Some(answer)),
        }
    }
    first.ok_or_else(|| not_found("the person"))
}

/// The rule of refusals that come of how a subject's texts stand.
const HOW_IT_STANDS: &str = "R23";

fn changed_something(answer: &RegisterCommandPayload) -> bool {
    matches!(answer, RegisterCommandPayload::Done(done) if done.entries > 0)
}

const NO_KEY: &str = "the key of this text is not on this machine, so nobody can read it here; ask who keeps the keys to restore them \
                      (onematter restore --keys), and ask again";

/// Whom it is about: an account that the directory has, or had, or who a text is about, an account or none.
async fn of_somebody(services: &Services, who: &Requester, id: &ID) -> Result<Subject> {
    let about = subject(services, who, id).await?;
    if let Subject::Officer(officer) = &about
        && node_id::officer(id).is_ok()
    {
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        directory.known(officer).ok_or_else(|| not_found("the account"))?;
    }
    Ok(about)
}

fn stream_of(who: &Requester, subject: &Subject) -> Result<om_infra::log::StreamName> {
    stream::<PersonDecider>(who.county(), subject).map_err(bad_input)
}

async fn on_subject(
    services: &Services,
    who: &Requester,
    id: CommandId,
    subject: &Subject,
    command: PersonCommand,
) -> Result<RegisterCommandPayload> {
    if who.read_only {
        return Err(error(Code::Forbidden, "what only reads sees no text in full and changes nothing"));
    }
    let request = Request::new(stream_of(who, subject)?, id, (*who.actor).clone(), command);
    carry_out(services, &services.persons, request).await
}
