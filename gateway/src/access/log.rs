//! Telling the access log (访问记录): what was denied, and what is protected and about to be given.
//!
//! Invariants: an answer with something protected in it is given once its reading was written down, and not before; a
//! denial is answered at once.
//! Deliberately absent: writing, which is [`om_infra::access_log`]'s; who reads the log ([`crate::graphql::access_log`]).

use crate::context::Requester;
use om_domain::{
    access::{Action, Denial},
    access_log::{About, Accessor, ProtectedRead},
    applicant::ApplicantDecider,
    decider::{Actor, Decider, Explained},
    matter::MatterDecider,
    meeting::MeetingDecider,
    person::{PersonDecider, Subject},
};
use om_infra::{
    access_log::{AccessBook, Denied, NotWritten},
    log::StreamName,
    shown,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// What is said where something protected is not given because its reading cannot be written down.
pub const WITHHELD: &str = "that it was read cannot be written down now, so it is not given: ask again in a moment, a command \
     with the same commandId";

/// The rule by which a credential that was made for less gives no more.
const CREDENTIALS: &str = "A5";

/// Of this, the policy denied something.
pub(super) fn denied(who: &Requester, denial: &Denial, about: Option<About>) {
    if let Some(writer) = &who.access_log {
        denied_to(writer, &who.actor, denial, about);
    }
}

/// To this account, the policy denied something.
pub(crate) fn denied_to(writer: &AccessBook, by: &Actor, denial: &Denial, about: Option<About>) {
    tell(writer, by, format!("{:?}", denial.action), denial.rule(), (about, None));
}

/// What it presented does not give this command, whatever the roles of the account.
pub(crate) fn not_given(who: &Requester, action: Action) {
    if let Some(writer) = &who.access_log {
        tell(writer, &who.actor, format!("{action:?}"), CREDENTIALS, (None, None));
    }
}

/// A command was refused for want of a right.
pub(crate) fn refused(writer: &AccessBook, by: &Actor, stream: &StreamName, refusal: &impl Explained) {
    if refusal.wants_a_right() {
        let rule = refusal.rule().unwrap_or("R18");
        tell(writer, by, refusal.code().to_owned(), rule, about(stream));
    }
}

fn tell(
    writer: &AccessBook,
    by: &Actor,
    action: String,
    rule: &'static str,
    (about, register): (Option<About>, Option<String>),
) {
    tracing::debug!(county = %by.county, officer = %by.officer, action, rule, "denied");
    writer.denied(&by.county, Denied { by: accessor(by), action, rule, about, register });
}

/// What a stream is of: a thing, or a register.
fn about(stream: &StreamName) -> (Option<About>, Option<String>) {
    let id = stream.id();
    let about = match stream.category() {
        MatterDecider::CATEGORY => id.parse().ok().map(About::Matter),
        MeetingDecider::CATEGORY => id.parse().ok().map(About::Meeting),
        ApplicantDecider::CATEGORY => id.parse().ok().map(About::CreditRecord),
        PersonDecider::CATEGORY => match id.parse() {
            Ok(Subject::Text(reference)) => Some(About::Text(reference)),
            _ => None,
        },
        _ => None,
    };
    let register = about.is_none().then(|| format!("{}-{id}", stream.category()));
    (about, register)
}

fn accessor(actor: &Actor) -> Accessor {
    Accessor { officer: actor.officer.clone(), body: actor.body.clone() }
}

/// What is about to be given to somebody that is protected, gathered while an operation runs.
#[derive(Debug, Clone, Default)]
pub struct Reading(Arc<Mutex<BTreeSet<About>>>);

impl Reading {
    /// This is about to be given.
    pub fn of(&self, about: About) {
        // each reading is written down
        shown::something_else();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(about);
    }

    /// Writes down what was gathered since the last time.
    ///
    /// # Errors
    /// When it was not written: then nothing of it may be given.
    pub async fn written(&self, who: &Requester) -> Result<(), NotWritten> {
        let about = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        match (&who.access_log, about.is_empty()) {
            (Some(writer), false) => read(writer, &who.actor, about.into_iter().collect()).await,
            _ => Ok(()),
        }
    }
}

/// Writes down that this is about to be given.
///
/// # Errors
/// When it was not written: then nothing of it may be given.
pub(crate) async fn read(writer: &AccessBook, by: &Actor, about: Vec<About>) -> Result<(), NotWritten> {
    writer.read(&by.county, ProtectedRead { by: accessor(by), about }).await
}
