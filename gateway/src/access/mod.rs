//! Asking the policy ([`om_domain::access`]) from the gateway: for a field, a matter, a meeting, a body's lists, a paper.
//!
//! Invariants: every field of the schema's roots is in [`fields`], and what is not there is denied to everybody; a matter
//! or a meeting that may not be read reads as one that does not exist; every denial is told to the log.
//! Deliberately absent: the rules themselves.

pub mod fields;
pub mod matrix;

use crate::{
    context::Requester,
    graphql::{
        error::{Code, error, not_found},
        lists::of_read,
    },
    services::Services,
};
use async_graphql::{Error, ErrorExtensions, Result};
use om_domain::{
    access::{Action, Denial, Of, Resource, Verdict, Why, decide},
    ids::{BodyId, MatterId, PaperHash},
    matter::Matter,
    meeting::Meeting,
};
use om_infra::runner::ReadError;
use om_projections::{
    board::{self, Board},
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
            told(who, &denial);
            Err(forbidden(&denial))
        }
    }
}

/// Lets the requester look at what is a body's.
///
/// # Errors
/// `FORBIDDEN`, with the rule.
pub fn of_body(who: &Requester, action: Action, body: &BodyId) -> Result<()> {
    permit(who, action, Of::Body(body))
}

/// Whether the requester may see this matter.
pub fn sees_matter(who: &Requester, state: &Matter) -> bool {
    passes(who, verdict(who, Action::ReadMatter, Of::Parties(&state.parties)))
}

/// Lets the requester read this matter.
///
/// # Errors
/// That it was not found, where it may not.
pub fn of_matter(who: &Requester, state: &Matter) -> Result<()> {
    if sees_matter(who, state) { Ok(()) } else { Err(not_found("the matter")) }
}

/// Whether the requester may see this meeting.
pub fn sees_meeting(who: &Requester, state: &Meeting) -> bool {
    passes(who, verdict(who, Action::ReadMeeting, Of::Parties(&state.parties)))
}

/// Lets the requester read this meeting.
///
/// # Errors
/// That it was not found, where it may not.
pub fn of_meeting(who: &Requester, state: &Meeting) -> Result<()> {
    if sees_meeting(who, state) { Ok(()) } else { Err(not_found("the meeting")) }
}

fn passes(who: &Requester, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Allow => true,
        Verdict::Deny(denial) => {
            told(who, &denial);
            false
        }
    }
}

/// How far the requester's lists of matters reach.
pub async fn matters(services: &Services, who: &Requester) -> Result<Reach> {
    if who.asker().sees_all() {
        return Ok(Reach::All);
    }
    let (county, parties) = (who.county().clone(), who.asker().parties());
    let read = move |db: &_| reach::matters_of(db, &county, &parties);
    services.projections.read::<Board, _>(read).await.map(Reach::only).map_err(of_read)
}

/// How far the requester's lists of meetings reach.
pub async fn meetings(services: &Services, who: &Requester) -> Result<Reach> {
    if who.asker().sees_all() {
        return Ok(Reach::All);
    }
    let (county, parties) = (who.county().clone(), who.asker().parties());
    let read = move |db: &_| reach::meetings_of(db, &county, &parties);
    services.projections.read::<Meetings, _>(read).await.map(Reach::only).map_err(of_read)
}

/// What the requester's searches find; none where all of the county.
pub async fn subjects(services: &Services, who: &Requester) -> Result<Option<BTreeSet<Subject>>> {
    if who.asker().sees_all() {
        return Ok(None);
    }
    let (county, parties) = (who.county().clone(), who.asker().parties());
    let (also, too) = (county.clone(), parties.clone());
    let read = move |db: &_| reach::matters_of(db, &county, &parties);
    let matters = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
    let read = move |db: &_| reach::meetings_of(db, &also, &too);
    let meetings = services.projections.read::<Meetings, _>(read).await.map_err(of_read)?;
    let matters = matters.into_iter().map(Subject::Matter);
    Ok(Some(matters.chain(meetings.into_iter().map(Subject::Meeting)).collect()))
}

/// Whether the requester may read this paper: one that a matter it sees names, or one that no matter names yet, which only
/// those know who handed it in.
///
/// # Errors
/// When the board cannot be read.
pub async fn sees_paper(services: &Services, who: &Requester, paper: &PaperHash) -> Result<bool, ReadError> {
    if !verdict(who, Action::ReadMatter, Of::County).is_allowed() {
        return Ok(false);
    }
    if who.asker().sees_all() {
        return Ok(true);
    }
    let (county, parties, paper) = (who.county().clone(), who.asker().parties(), paper.clone());
    let read = move |db: &_| {
        let naming = board::naming(db, &county, &paper)?;
        if naming.is_empty() {
            return Ok(true);
        }
        let seen: Vec<MatterId> = reach::matters_of(db, &county, &parties)?;
        Ok(naming.iter().any(|matter| seen.contains(matter)))
    };
    services.projections.read::<Board, _>(read).await
}

/// A denial as an error of the API.
fn forbidden(denial: &Denial) -> Error {
    error(Code::Forbidden, denial.message_en()).extend_with(|_, e| {
        e.set("rule", denial.rule());
        e.set("messageZh", denial.message_zh());
    })
}

/// Tells the log of a denial: who, what, by which rule; never what it was about.
fn told(who: &Requester, denial: &Denial) {
    let Denial { action, why } = denial;
    let actor = &who.actor;
    // a list is read by many who do not see all of it; that is no incident
    let why = match why {
        Why::OtherCounty => "other county",
        Why::AuditActs => "audit acts",
        Why::Role { .. } => "role",
        Why::NoParty => "no party",
        Why::OtherBody => "other body",
    };
    tracing::info!(
        county = %actor.county, officer = %actor.officer, ?action, why, rule = denial.rule(), "denied"
    );
}
