//! Whom to reach at an applicant (联系人): a name and a telephone, as references into the vault.
//!
//! Invariants: name and telephone are of one subject, so that one erasure takes both; nothing that was erased or restricted, or is
//! no name or no telephone, becomes a contact; one contact at a time, the last one named, by the window, a lead or who takes part in one of the applicant's matters.
//! Deliberately absent: the texts, which are the vault's, and seeing them in full, which is [`crate::person`]'s; whether the person may
//! act for the applicant (委托).
//! Source: 个人信息保护法 6 (no more than is needed), 47 (erasure).

use super::{
    Ctx, Facts,
    event::{ContactNamed, ContactRemoved},
    refusal::ApplicantRefusal,
    state::Applicant,
};
use crate::{
    access::{self, Action, Asker, Of, Resource, Verdict},
    ids::{LegalText, OfficerId, VaultRef},
    person::{Subject, TextClass},
};
use jiff::civil::Date;

/// The contact of an applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The name, in the vault.
    pub name: VaultRef,
    /// The telephone or another way to be reached, in the vault; none where only the name is known.
    pub phone: Option<VaultRef>,
    /// The day in Beijing on which it was named.
    pub since: Date,
    /// Who named it.
    pub by: OfficerId,
}

/// A text that a command names, as the vault has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText {
    /// What it is.
    pub class: TextClass,
    /// Whom it is about.
    pub subject: Subject,
    /// Whether it may be used: neither erased nor restricted, and its key is here.
    pub usable: bool,
}

pub(super) fn name(state: &Applicant, name: &VaultRef, phone: Option<&VaultRef>, ctx: &Ctx<'_>) -> Facts {
    keeps(ctx)?;
    if state.contact.as_ref().is_some_and(|now| now.name == *name && now.phone.as_ref() == phone) {
        return Ok(Vec::new());
    }
    let about = usable(name, TextClass::PersonName, ctx)?;
    if let Some(phone) = phone
        && usable(phone, TextClass::Contact, ctx)? != about
    {
        return Err(ApplicantRefusal::OfTwoPersons { name: name.clone(), phone: phone.clone() });
    }
    Ok(vec![ctx.fact(ContactNamed { name: name.clone(), phone: phone.cloned() })])
}

pub(super) fn remove(state: &Applicant, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    keeps(ctx)?;
    match state.contact {
        Some(_) => Ok(vec![ctx.fact(ContactRemoved { reason: reason.clone() })]),
        None => Ok(Vec::new()),
    }
}

fn keeps(ctx: &Ctx<'_>) -> Result<(), ApplicantRefusal> {
    let of = Resource { county: &ctx.by.county, of: Of::Parties(&ctx.read.parties) };
    match access::decide(Asker::of(ctx.by), Action::KeepContact, of) {
        Verdict::Allow => Ok(()),
        Verdict::Deny(_) => Err(ApplicantRefusal::MayNotKeepContact { officer: ctx.by.officer.clone() }),
    }
}

/// Whom the text is about, if it is one of the class that may be used.
fn usable<'a>(text: &VaultRef, wanted: TextClass, ctx: &Ctx<'a>) -> Result<&'a Subject, ApplicantRefusal> {
    match ctx.read.texts.get(text) {
        Some(kept) if kept.class == wanted && kept.usable => Ok(&kept.subject),
        Some(kept) if kept.class == wanted => Err(ApplicantRefusal::TextNotUsable { text: text.clone() }),
        _ => Err(ApplicantRefusal::NoSuchText { text: text.clone(), wanted }),
    }
}
