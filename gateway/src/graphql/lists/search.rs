//! Search over the county: matters, permits, materials, numbers of documents, meetings, sentences of the history.
//!
//! Invariants: one county, the requester's; what lies in the vault (persons, file names, notes) is not searched and not shown.
//! Deliberately absent: guessing what was meant; found is what contains every word.

use super::{decode, encode, of_read, one_more, seen};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::{carry_out::of_fault, queries::of_request},
    node_id::NodeId,
    page::connection,
    scalars::{Instant, PermitCode},
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use om_projections::search::{self, Cursor, Found, Kind, Search, Subject, Wanted};
use std::collections::BTreeMap;

/// What was found, in the order of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum SearchKind {
    /// A matter, by name, project code, kind, place or applicant.
    Matter,
    /// A permit, by code, name or department.
    Permit,
    /// A notice, decision, certificate, receipt or minutes, by number (文号).
    Document,
    /// A material that a permit asks for, by name.
    Material,
    /// A joint meeting, by title, place or agenda.
    Meeting,
    /// A resolution (议定事项) or a task of a meeting.
    Resolution,
    /// An entry of a matter's history, by its sentence.
    Entry,
}

/// Something found.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// What to open: `matter:…`, `permit:…/CODE`, `event:…/…` or `meeting:…`.
    pub link: ID,
    /// The text it was found by, in Chinese or as it was written.
    pub text_zh: String,
    /// The same in English; as it was written where it was written once.
    pub text: String,
    /// The matter it is in, `matter:…`; none for meetings.
    pub matter: Option<ID>,
    /// The meeting it is of, `meeting:…`; none for matters.
    pub meeting: Option<ID>,
    /// What the matter or the meeting is called.
    pub subject_name: String,
    /// The permit it is about.
    pub permit_code: Option<PermitCode>,
    /// When the entry it comes from was recorded.
    pub recorded: Instant,
}

impl SearchHit {
    fn of(found: Found) -> Result<Self> {
        let (matter, meeting) = match found.subject {
            Subject::Matter(id) => (Some(id), None),
            Subject::Meeting(id) => (None, Some(id)),
        };
        let link = match (matter, meeting, found.kind, &found.permit) {
            (Some(matter), _, Kind::Permit | Kind::Material, Some(permit)) => {
                NodeId::Permit(matter, permit.clone())
            }
            (Some(matter), _, Kind::Document | Kind::Entry, _) => NodeId::Event(matter, found.event),
            (Some(matter), ..) => NodeId::Matter(matter),
            (None, Some(meeting), ..) => NodeId::Meeting(meeting),
            (None, None, ..) => return Err(bad_input("nothing is found in neither")),
        };
        let recorded = jiff::Timestamp::from_millisecond(found.recorded).unwrap_or_default();
        Ok(SearchHit {
            kind: found.kind.into(),
            link: link.id(),
            text: if found.en.is_empty() { found.zh.clone() } else { found.en },
            text_zh: found.zh,
            matter: matter.map(|id| NodeId::Matter(id).id()),
            meeting: meeting.map(|id| NodeId::Meeting(id).id()),
            subject_name: found.subject_name,
            permit_code: found.permit.map(Into::into),
            recorded: recorded.into(),
        })
    }
}

connection! {
    /// A page of what was found.
    SearchConnection, SearchEdge, SearchHit
}

/// Words in a question, at most.
const WORDS: usize = 8;

/// Queries that search.
#[derive(Default)]
pub struct SearchQuery;

#[Object(serial)]
impl SearchQuery {
    /// What in the county contains this text, matters first (全县检索): words apart by blanks must all be there, letters of either
    /// case alike, in Chinese or English; two characters are enough, one is allowed.
    #[graphql(complexity = "50 + multiplier(first, 20) * child_complexity")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for, at most 64 characters and 8 words.",
            validator(chars_max_length = 64)
        )]
        text: String,
        #[graphql(desc = "Only these kinds; all if not said.")] kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "At most this many, 1 to 200; 20 if not said.")] first: Option<i32>,
        #[graphql(desc = "After what was found at this cursor.")] after: Option<String>,
        #[graphql(desc = "Search at least what stood at this position, as a receipt gave it.")] seen: Option<
            String,
        >,
    ) -> Result<SearchConnection> {
        let size = page_size(first, 20).map_err(bad_input)?;
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() || words.len() > WORDS {
            return Err(bad_input("say one to eight words to look for"));
        }
        let (services, who) = of_request(ctx)?;
        seen::shown::<Search>(services, seen).await?;
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        let name = |(id, body): (&om_domain::ids::BodyId, &om_domain::directory::Body)| {
            (id.to_string(), (body.name_zh.to_string(), body.name_en.to_string()))
        };
        let bodies: BTreeMap<_, _> = directory.bodies().map(name).collect();
        let kinds: Vec<Kind> = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        let (county, cursor) = (who.county().clone(), decode::<Cursor>(after.as_ref())?);
        let within = access::subjects(services, who).await?;
        let read = move |db: &_| {
            let within = within.as_ref();
            let wanted = Wanted { words: &words, bodies: &bodies, kinds: &kinds, within };
            search::find(db, &county, &wanted, cursor.as_ref(), one_more(size))
        };
        let found = services.projections.read::<Search, _>(read).await.map_err(of_read)?;
        let entry = |found: Found| Ok((encode(&found.cursor)?, SearchHit::of(found)?));
        let entries = found.into_iter().map(entry).collect::<Result<_>>()?;
        Ok(SearchConnection::of(entries, size, after.is_some()))
    }
}
