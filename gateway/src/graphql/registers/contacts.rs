//! Who is and who was the one to reach at an applicant: to be found when somebody asks for their texts to be erased.
//!
//! Invariant: references and days; what a text says is not shown here to anybody, for nobody who asks this may read it.
//! Deliberately absent: naming a contact and showing it to those who work on the applicant's matters ([`super::applicants`]).

use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    lists::{decode, encode, of_read, one_more, seen},
    matter::queries::of_request,
    node_id::{self, NodeId},
    page::connection,
    scalars::Date,
    vault::VaultText,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use om_projections::contacts::{self, ContactCursor, Contacts};

/// Somebody named as the one to reach at an applicant (联系人), now or before.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct NamedContact {
    /// At which applicant, `applicant:…`.
    #[graphql(owned)]
    pub applicant: ID,
    /// The name: its reference, and how it stands.
    pub name: VaultText,
    /// The telephone or another way to be reached; none where only the name was given.
    pub phone: Option<VaultText>,
    /// The day on which it was named.
    pub since: Date,
    /// Who named it, `officer:…`.
    #[graphql(owned)]
    pub by: ID,
    /// The day on which another took its place, or it was removed; none while it is the one to reach.
    pub until: Option<Date>,
}

connection!(
    /// A page of contacts.
    NamedContactConnection, NamedContactEdge, NamedContact
);

/// Queries for contacts.
#[derive(Default)]
pub struct ContactQuery;

#[Object(serial)]
impl ContactQuery {
    /// Everybody who is or was named as the one to reach at an applicant, by applicant, for audit and the security administrator: of
    /// whom texts are kept, and by which reference `restrictPerson`, `erasePerson` and `personRecord` take them.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this applicant only, `applicant:…`.")] applicant: Option<ID>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the contact of this cursor.")] after: Option<String>,
        #[graphql(desc = "Show at least what stood at this position, as a receipt gave it.")] seen: Option<
            String,
        >,
    ) -> Result<NamedContactConnection> {
        let (services, who) = of_request(ctx)?;
        seen::shown::<Contacts>(services, seen).await?;
        let applicant = applicant.as_ref().map(node_id::applicant).transpose()?;
        let size = page_size(first, 50).map_err(bad_input)?;
        let cursor: Option<ContactCursor> = decode(after.as_ref())?;
        let county = who.county().clone();
        let read = move |db: &_| {
            contacts::contacts(db, &county, applicant.as_ref(), cursor.as_ref(), one_more(size))
        };
        let rows = services.projections.read::<Contacts, _>(read).await.map_err(of_read)?;
        let page = rows.into_iter().map(|(at, row)| {
            let shown = NamedContact {
                applicant: NodeId::Applicant(at.applicant.clone()).id(),
                name: row.name.into(),
                phone: row.phone.map(VaultText::from),
                since: row.since.into(),
                by: NodeId::Officer(row.by).id(),
                until: row.until.map(Into::into),
            };
            Ok((encode(&at)?, shown))
        });
        Ok(NamedContactConnection::of(page.collect::<Result<_>>()?, size, after.is_some()))
    }
}
