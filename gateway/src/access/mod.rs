//! Asking the policy ([`om_domain::access`]) from the gateway: for a field, a matter, a meeting, a body's lists, a paper.
//!
//! Invariants: every field of the schema's roots is in [`fields`], and what is not there is denied to everybody; a matter
//! or a meeting that may not be read reads as one that does not exist; every denial is told to the access log ([`log`]).
//! Deliberately absent: the rules themselves.

pub mod fields;
pub mod log;
pub mod matrix;
mod paper;

pub use paper::{Unreadable, sees_paper, unseen};

use crate::{
    context::Requester,
    graphql::{
        error::{Code, error, not_found},
        lists::of_read,
    },
    services::{Services, stream},
};
use async_graphql::{Error, ErrorExtensions, Result};
use om_domain::{
    access::{Action, Denial, Of, Parties, Resource, Verdict, decide},
    access_log::About,
    ids::{ApplicantId, BodyId, MatterId, MeetingId, VaultRef},
    matter::{Matter, MatterDecider},
    meeting::Meeting,
};
use om_infra::executor::Fault;
use om_projections::{
    board::Board,
    contacts::{self, Contacts},
    meetings::Meetings,
    reach::{self, Reach},
    search::Subject,
};
use std::collections::BTreeSet;

/// Whether the requester may do this in its county.
pub fn verdict(who: &Requester, action: Action, of: Of<'_>) -> Verdict {
    decide(who.asker(), action, Resource { county: who.county(), of })
}

/// Lets the requester do this, or says why not.
///
/// # Errors
/// `FORBIDDEN`, with the rule.
pub fn permit(who: &Requester, action: Action, of: Of<'_>) -> Result<()> {
    match verdict(who, action, of) {
        Verdict::Allow => Ok(()),
        Verdict::Deny(denial) => {
            log::denied(who, &denial, None);
            Err(forbidden(&denial))
        }
    }
}

/// Lets the requester look at what is a body's.
///
/// # Errors
/// `FORBIDDEN`, with the rule.
pub async fn of_body(services: &Services, who: &Requester, action: Action, body: &BodyId) -> Result<()> {
    let Verdict::Deny(denial) = verdict(who, action, Of::Body(body)) else { return Ok(()) };
    // names of bodies that there are not are without end, and would hide in the access log whose desk was asked for
    let directory = services.registers.directory(who.county()).await.ok();
    let known = directory.is_some_and(|directory| directory.state.body(body).is_some());
    log::denied(who, &denial, known.then(|| About::Body(body.clone())));
    Err(forbidden(&denial))
}

/// Whether the requester may see this matter.
pub fn sees_matter(who: &Requester, id: MatterId, state: &Matter) -> bool {
    passes(who, verdict(who, Action::ReadMatter, Of::Parties(&state.parties)), About::Matter(id))
}

/// Lets the requester read this matter.
///
/// # Errors
/// That it was not found, where it may not.
pub fn of_matter(who: &Requester, id: MatterId, state: &Matter) -> Result<()> {
    if sees_matter(who, id, state) { Ok(()) } else { Err(not_found("the matter")) }
}

/// Which of these matters the requester may see; that it may not see one of them is no denial.
///
/// # Errors
/// When a matter cannot be read.
pub async fn seen_of(
    services: &Services,
    who: &Requester,
    matters: BTreeSet<MatterId>,
) -> Result<BTreeSet<MatterId>, Fault> {
    let mut seen = BTreeSet::new();
    for matter in matters {
        let state = services.matters.state(&stream::<MatterDecider>(who.county(), matter)?).await?.state;
        if verdict(who, Action::ReadMatter, Of::Parties(&state.parties)).is_allowed() {
            seen.insert(matter);
        }
    }
    Ok(seen)
}

/// Whether the requester may see this meeting.
pub fn sees_meeting(who: &Requester, id: MeetingId, state: &Meeting) -> bool {
    passes(who, verdict(who, Action::ReadMeeting, Of::Parties(&state.parties)), About::Meeting(id))
}

/// Lets the requester read this meeting.
///
/// # Errors
/// That it was not found, where it may not.
pub fn of_meeting(who: &Requester, id: MeetingId, state: &Meeting) -> Result<()> {
    if sees_meeting(who, id, state) { Ok(()) } else { Err(not_found("the meeting")) }
}

fn passes(who: &Requester, verdict: Verdict, about: About) -> bool {
    match verdict {
        Verdict::Allow => true,
        Verdict::Deny(denial) => {
            log::denied(who, &denial, Some(about));
            false
        }
    }
}

/// The matters that the requester's sight is bound to; none where it is not.
async fn own_matters(services: &Services, who: &Requester) -> Result<Option<Vec<MatterId>>> {
    if who.asker().sees_all() {
        return Ok(None);
    }
    let (county, parties) = (who.county().clone(), who.asker().parties());
    let read = move |db: &_| reach::matters_of(db, &county, &parties);
    services.projections.read::<Board, _>(read).await.map(Some).map_err(of_read)
}

/// The meetings that the requester's sight is bound to; none where it is not.
async fn own_meetings(services: &Services, who: &Requester) -> Result<Option<Vec<MeetingId>>> {
    if who.asker().sees_all() {
        return Ok(None);
    }
    let (county, parties) = (who.county().clone(), who.asker().parties());
    let read = move |db: &_| reach::meetings_of(db, &county, &parties);
    services.projections.read::<Meetings, _>(read).await.map(Some).map_err(of_read)
}

/// Who takes part in any matter of this applicant.
pub async fn parties_of_applicant(
    services: &Services,
    who: &Requester,
    applicant: &ApplicantId,
) -> Result<Parties> {
    let (county, applicant) = (who.county().clone(), applicant.clone());
    let read = move |db: &_| reach::parties_of_applicant(db, &county, &applicant);
    services.projections.read::<Board, _>(read).await.map_err(of_read)
}

/// Whether the requester may have a text, as far as it is whom to reach at applicants, or was: as their records show it, to who works
/// on the matters of one of them. Of other texts, who has the reference has been shown them.
///
/// # Errors
/// When the lists cannot be read.
pub async fn sees_contact(services: &Services, who: &Requester, text: &VaultRef) -> Result<bool> {
    let mut last = Verdict::Allow;
    for applicant in applicants_of(services, who, text).await? {
        let parties = parties_of_applicant(services, who, &applicant).await?;
        last = verdict(who, Action::ReadMatter, Of::Parties(&parties));
        if last.is_allowed() {
            break;
        }
    }
    Ok(passes(who, last, About::Text(text.clone())))
}

/// Whether a text is whom to reach at an applicant, or was.
///
/// # Errors
/// When the lists cannot be read.
pub async fn is_a_contact(services: &Services, who: &Requester, text: &VaultRef) -> Result<bool> {
    Ok(!applicants_of(services, who, text).await?.is_empty())
}

/// The applicants at whom a text is whom to reach, or was.
async fn applicants_of(services: &Services, who: &Requester, text: &VaultRef) -> Result<Vec<ApplicantId>> {
    let (county, text) = (who.county().clone(), text.clone());
    let read = move |db: &_| contacts::applicants_of(db, &county, &text);
    services.projections.read::<Contacts, _>(read).await.map_err(of_read)
}

/// Lets the requester have a text that is whom to reach at an applicant, or was.
///
/// # Errors
/// That it was not found, where it may not.
pub async fn of_contact(services: &Services, who: &Requester, text: &VaultRef) -> Result<()> {
    if sees_contact(services, who, text).await? { Ok(()) } else { Err(not_found("the text")) }
}

/// How far the requester's lists of matters reach.
pub async fn matters(services: &Services, who: &Requester) -> Result<Reach> {
    Ok(own_matters(services, who).await?.map_or(Reach::All, Reach::only))
}

/// How far the requester's lists of meetings reach.
pub async fn meetings(services: &Services, who: &Requester) -> Result<Reach> {
    Ok(own_meetings(services, who).await?.map_or(Reach::All, Reach::only))
}

/// What the requester's searches find; none where all of the county.
pub async fn subjects(services: &Services, who: &Requester) -> Result<Option<BTreeSet<Subject>>> {
    let (matters, meetings) = (own_matters(services, who).await?, own_meetings(services, who).await?);
    Ok(matters.zip(meetings).map(|(matters, meetings)| {
        let matters = matters.into_iter().map(Subject::Matter);
        matters.chain(meetings.into_iter().map(Subject::Meeting)).collect()
    }))
}

/// A denial as an error of the API.
fn forbidden(denial: &Denial) -> Error {
    error(Code::Forbidden, denial.message_en()).extend_with(|_, e| {
        e.set("rule", denial.rule());
        e.set("messageZh", denial.message_zh());
    })
}
