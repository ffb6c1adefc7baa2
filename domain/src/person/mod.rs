//! Personal texts (个人信息) of one subject: who looked at them in full and why, whether they may be looked at, and their erasure.
//!
//! Invariants: nobody sees a name or a contact in full without a reason that is recorded first; a restricted subject's texts are
//! kept and not used until that is lifted; what was erased comes back by nothing; nobody keeps their own.
//! Deliberately absent: the texts and the keys, which are the vault's; who a subject is.
//! Source: 个人信息保护法 6 (no more than is needed), 28 to 30 (sensitive personal information), 44 and 45 (who asks to see), 47
//! (erasure, and storage only where a term of law has not run out), 51 (encryption, masking); GB/T 35273-2020, 6.3 and 8.3.

pub mod event;
pub mod mask;
pub mod refusal;
pub mod subject;
#[cfg(test)]
mod tests;

pub use event::{PersonErased, PersonEvent, PersonRestricted, RestrictionLifted, TextUnmasked};
pub use mask::mask;
pub use refusal::PersonRefusal;
pub use subject::{Subject, TextClass};

use crate::{
    access::{self, Action},
    calendar::beijing,
    decider::{Context, Decider, Fact, Recorded, Role},
    ids::{LegalText, OfficerId, VaultRef},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The rules of a subject's stream, `{county}.person-{subject}`.
#[derive(Debug, Clone, Copy)]
pub struct PersonDecider;

/// What can be asked about a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum PersonCommand {
    /// See a text in full.
    Unmask { text: VaultRef, class: TextClass, reason: LegalText },
    /// Keep the subject's texts and do nothing else with them.
    Restrict {
        #[serde(skip)]
        whose: Whose,
        reason: LegalText,
    },
    /// Allow them to be used again.
    LiftRestriction {
        #[serde(skip)]
        whose: Whose,
        reason: LegalText,
    },
    /// Erase them, and with them the person's other subjects.
    Erase {
        #[serde(skip)]
        whose: Whose,
        reason: LegalText,
        basis: LegalText,
    },
    /// State an erasure that the key store knows and the log does not: the log was restored from before it. The platform's.
    RestateErasure { reason: LegalText, basis: LegalText, ordered_by: OfficerId },
}

/// Whose texts they are, as the caller established it by directory and vault: accounts of one name, and whom their names are about.
/// No part of what is asked: the same command is the same also when more has become known of a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Whose {
    /// All subjects known to be the person whose texts they are.
    pub person: BTreeSet<Subject>,
    /// Those known to be whoever commands.
    pub own: BTreeSet<Subject>,
}

/// How a subject stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// Since when its texts are kept and not used.
    pub restricted: Option<Date>,
    /// When they were erased.
    pub erased: Option<Date>,
    /// How often one of them was seen in full.
    pub unmasked: u64,
}

type Ctx<'a> = Context<'a, ()>;
type Facts = Result<Vec<Fact<PersonEvent>>, PersonRefusal>;

impl Decider for PersonDecider {
    const CATEGORY: &'static str = "person";
    type State = Person;
    type Command = PersonCommand;
    type Event = PersonEvent;
    type Refusal = PersonRefusal;
    type Reads = ();

    fn evolve(state: &mut Person, fact: &Recorded<PersonEvent>) {
        let day = beijing(fact.recorded);
        match &fact.event {
            PersonEvent::TextUnmasked(_) => state.unmasked += 1,
            PersonEvent::PersonRestricted(_) => state.restricted = Some(day),
            PersonEvent::RestrictionLifted(_) => state.restricted = None,
            PersonEvent::PersonErased(_) => state.erased = Some(day),
        }
    }

    fn decide(state: &Person, command: &PersonCommand, ctx: &Ctx<'_>) -> Facts {
        match command {
            PersonCommand::Unmask { text, class, reason } => {
                let (text, class, reason) = (text.clone(), *class, reason.clone());
                unmask(state, TextUnmasked { text, class, reason }, ctx)
            }
            PersonCommand::Restrict { whose, reason } => {
                keeps(ctx)?;
                is_anothers(whose, ctx)?;
                stands(state)?;
                match state.restricted {
                    Some(_) => Ok(Vec::new()),
                    None => Ok(vec![ctx.fact(PersonRestricted { reason: reason.clone() })]),
                }
            }
            PersonCommand::LiftRestriction { whose, reason } => {
                keeps(ctx)?;
                is_anothers(whose, ctx)?;
                stands(state)?;
                match state.restricted {
                    Some(_) => Ok(vec![ctx.fact(RestrictionLifted { reason: reason.clone() })]),
                    None => Err(PersonRefusal::NotRestricted),
                }
            }
            PersonCommand::Erase { whose, reason, basis } => {
                keeps(ctx)?;
                is_anothers(whose, ctx)?;
                let (reason, basis) = (reason.clone(), basis.clone());
                let with = Some(whose.person.clone()).filter(|person| person.len() > 1);
                erase(state, PersonErased { reason, basis, ordered_by: None, with }, ctx)
            }
            PersonCommand::RestateErasure { reason, basis, ordered_by } => {
                if !ctx.by.is(Role::System) {
                    return Err(PersonRefusal::NotThePlatform { officer: ctx.by.officer.clone() });
                }
                let (reason, basis, ordered_by) = (reason.clone(), basis.clone(), Some(ordered_by.clone()));
                erase(state, PersonErased { reason, basis, ordered_by, with: None }, ctx)
            }
        }
    }
}

fn unmask(state: &Person, unmasked: TextUnmasked, ctx: &Ctx<'_>) -> Facts {
    if !access::may(ctx.by, Action::Unmask) {
        return Err(PersonRefusal::MayNotUnmask { officer: ctx.by.officer.clone() });
    }
    stands(state)?;
    match state.restricted {
        Some(since) => Err(PersonRefusal::Restricted { since }),
        None => Ok(vec![ctx.fact(unmasked)]),
    }
}

fn erase(state: &Person, erased: PersonErased, ctx: &Ctx<'_>) -> Facts {
    match state.erased {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![ctx.fact(erased)]),
    }
}

/// Restricting and erasing are one administrator's: what must be weighed is the law's, and nobody who works on the matter does it.
fn keeps(ctx: &Ctx<'_>) -> Result<(), PersonRefusal> {
    match access::may(ctx.by, Action::KeepPersons) {
        true => Ok(()),
        false => Err(PersonRefusal::NotItsKeeper { officer: ctx.by.officer.clone() }),
    }
}

/// Nobody restricts, frees or erases what is recorded of themselves: who asks for it and who weighs it are two people.
fn is_anothers(whose: &Whose, ctx: &Ctx<'_>) -> Result<(), PersonRefusal> {
    let officer = &ctx.by.officer;
    match whose.own.is_disjoint(&whose.person) && !whose.person.contains(&Subject::Officer(officer.clone())) {
        true => Ok(()),
        false => Err(PersonRefusal::OwnTexts { officer: officer.clone() }),
    }
}

fn stands(state: &Person) -> Result<(), PersonRefusal> {
    state.erased.map_or(Ok(()), |on| Err(PersonRefusal::Erased { on }))
}
