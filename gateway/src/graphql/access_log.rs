//! The access log (访问记录): who was denied what, and who read what is protected, for audit.
//!
//! Invariant: entries name accounts and things, never a text of what was read or refused.
//! Deliberately absent: writing it ([`crate::access::log`]).

use super::{
    error::bad_input,
    limits::page_size,
    matter::{carry_out::of_fault, queries::of_request},
    node_id::{self, NodeId},
    page::connection,
    scalars::{Date, Instant},
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use om_domain::{
    access_log::{About, AccessDenied, AccessLogEvent, ProtectedRead},
    ids::OfficerId,
};
use om_infra::{access_log::AccessBook, recorded::Entry};

/// What an entry of the access log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum AccessKind {
    /// Something was denied.
    Denied,
    /// Something protected was read; it was written down before it was given.
    Read,
}

/// An entry of the access log.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct AccessEntry {
    /// When it was recorded.
    pub at: Instant,
    /// Denied or read.
    pub kind: AccessKind,
    /// The account, `officer:…`.
    #[graphql(owned)]
    pub officer: ID,
    /// The body it acted for, `body:…`.
    #[graphql(owned)]
    pub body: ID,
    /// What was denied: an action of the policy, such as `ReadMatter` (docs/access.md), or the code of a command's refusal.
    pub action: Option<String>,
    /// The rule it was denied by, such as `A3` (docs/security.md).
    pub rule: Option<String>,
    /// What it was about: `matter:…`, `meeting:…`, `body:…`, `applicant:…` (its bad-credit record), `paper:` with its hash,
    /// `vault:…` a personal text, note or name of a file, `register:…` the register that a command was refused on. Empty where it was no
    /// one thing, or nothing that there is, and for what an account was denied beyond 32 different things at once.
    pub about: Vec<ID>,
    /// How often it was denied within the second or so that the entry stands for; 1 of a reading, which stands for those of the same within
    /// ten minutes.
    pub times: u32,
}

connection! {
    /// Entries of a day of the access log, the newest first.
    AccessEntryConnection, AccessEntryEdge, AccessEntry
}

/// Entries read at a time where most of them are not wanted.
const SIFTED: usize = 500;

/// Queries for the access log.
#[derive(Default)]
pub struct AccessLogQuery;

#[Object(serial)]
impl AccessLogQuery {
    /// Who was denied what on a day, and who read what is protected (personal texts, notes, papers, bad-credit records), the
    /// newest first: for audit (审计/纪检) and the audit administrator. `officer` leaves the entries of one account.
    #[graphql(complexity = "10 + first.unwrap_or(50).clamp(1, 200) as usize * child_complexity")]
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day in Beijing; today if not said.")] day: Option<Date>,
        #[graphql(desc = "Of this account only, `officer:…`.")] officer: Option<ID>,
        #[graphql(desc = "Denied or read only.")] kind: Option<AccessKind>,
        #[graphql(desc = "How many, at most 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<AccessEntryConnection> {
        let (services, who) = of_request(ctx)?;
        let size = page_size(first, 50).map_err(bad_input)?;
        let cursor =
            |text: &String| text.parse().map_err(|_| bad_input("after is not a cursor of the access log"));
        let below: Option<u64> = after.as_ref().map(cursor).transpose()?;
        let officer = officer.map(|id| node_id::officer(&id)).transpose()?;
        let day = day.map_or_else(|| services.today(), |day| day.0);
        let wanted = |entry: &AccessEntryOf| {
            kind.is_none_or(|kind| kind == entry.kind())
                && officer.as_ref().is_none_or(|one| one == entry.officer())
        };
        let entries = sifted(&services.access_log, (who.county(), day), below, (size + 1, &wanted)).await?;
        let shown = entries.iter().map(|entry| (entry.0.fact.revision.to_string(), entry.shown()));
        Ok(AccessEntryConnection::of(shown.collect(), size, after.is_some()))
    }
}

/// At most so many of the wanted entries, downwards.
async fn sifted(
    book: &AccessBook,
    day: (&om_domain::ids::CountyId, jiff::civil::Date),
    mut below: Option<u64>,
    (most, wanted): (usize, &(impl Fn(&AccessEntryOf) -> bool + Sync)),
) -> Result<Vec<AccessEntryOf>> {
    let mut found = Vec::new();
    loop {
        let read = book.entries(day, below, SIFTED).await.map_err(of_fault)?;
        let Some(last) = read.last().map(|entry| entry.fact.revision) else { return Ok(found) };
        found.extend(read.into_iter().map(AccessEntryOf).filter(wanted).take(most - found.len()));
        if last == 0 || found.len() == most {
            return Ok(found);
        }
        below = Some(last);
    }
}

struct AccessEntryOf(Entry<AccessLogEvent>);

impl AccessEntryOf {
    fn kind(&self) -> AccessKind {
        match &self.0.fact.event {
            AccessLogEvent::AccessDenied(_) => AccessKind::Denied,
            AccessLogEvent::ProtectedRead(_) => AccessKind::Read,
        }
    }

    fn officer(&self) -> &OfficerId {
        match &self.0.fact.event {
            AccessLogEvent::AccessDenied(AccessDenied { by, .. })
            | AccessLogEvent::ProtectedRead(ProtectedRead { by, .. }) => &by.officer,
        }
    }

    fn shown(&self) -> AccessEntry {
        let (by, action, rule, about, times) = match self.0.fact.event.clone() {
            AccessLogEvent::AccessDenied(AccessDenied { by, action, rule, about, register, times }) => {
                let register = register.map(|register| ID(format!("register:{register}")));
                let about = about.map(id).into_iter().chain(register).collect();
                (by, Some(action), Some(rule), about, times)
            }
            AccessLogEvent::ProtectedRead(ProtectedRead { by, about }) => {
                (by, None, None, about.into_iter().map(id).collect(), 1)
            }
        };
        AccessEntry {
            at: self.0.fact.recorded.into(),
            kind: self.kind(),
            officer: NodeId::Officer(by.officer).id(),
            body: NodeId::Body(by.body).id(),
            action,
            rule,
            about,
            times,
        }
    }
}

fn id(about: About) -> ID {
    match about {
        About::Matter(id) => NodeId::Matter(id).id(),
        About::Meeting(id) => NodeId::Meeting(id).id(),
        About::Body(id) => NodeId::Body(id).id(),
        About::CreditRecord(id) => NodeId::Applicant(id).id(),
        About::Paper(hash) => ID(format!("paper:{hash}")),
        About::Text(reference) => ID(reference.to_string()),
    }
}
