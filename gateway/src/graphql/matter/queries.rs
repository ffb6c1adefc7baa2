//! Asking for one matter: now, or as it was known and true at a moment, by the same fold.
//!
//! Invariants: a matter of another county is not found; the past is shown and cannot be acted on.
//! Deliberately absent: lists; those are the projections'.

use super::{
    carry_out::of_fault,
    history::{EventConnection, Wanted, events},
    payload::stream_of,
    types::{Elsewhere, Matter, View},
};
use crate::{
    access,
    context::Requester,
    graphql::{
        error::{bad_input, fault, not_found},
        limits::multiplier,
        node_id,
        past::moment,
        scalars::{Instant, PermitCode},
    },
    services::Services,
};
use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject, Result};
use om_domain::{calendar::beijing, ids::MatterId, matter::state::Phase};
use om_infra::{
    calendars::Calendars as _,
    executor::{At, HistoryError, Known},
};
use std::sync::Arc;

/// Up to where facts are known. Exactly one of them.
#[derive(Debug, Clone, OneofObject)]
pub enum KnownInput {
    /// Up to this entry and with it, `event:…/…`.
    EventId(ID),
    /// What was recorded by this instant.
    Time(Instant),
}

/// Which past is asked for.
#[derive(Debug, Clone, InputObject)]
pub struct AtInput {
    /// As known when; if not said, all that is known now.
    pub known: Option<KnownInput>,
    /// As true when: only what had happened by this instant, in the order it happened. If not said, all that is known,
    /// in the order it was recorded. Clocks are read at this instant, else at `known`. What was corrected shows as it was first
    /// recorded until the day on which the correction took effect.
    pub as_of: Option<Instant>,
}

/// Queries for one matter.
#[derive(Default)]
pub struct MatterQuery;

#[Object(serial)]
impl MatterQuery {
    /// One matter: as it is now, or as known and as true at a moment of the past.
    async fn matter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matter, `matter:…`.")] id: ID,
        #[graphql(desc = "Which past; now if not said.")] at: Option<AtInput>,
    ) -> Result<Matter> {
        let id = node_id::matter(&id)?;
        let services = ctx.data::<Arc<Services>>()?;
        let who = ctx.data::<Requester>()?;
        let view = match at {
            None => view_of(services, who, id).await?,
            Some(at) => past(services, who, id, at).await?,
        };
        Ok(Matter(Arc::new(view)))
    }

    /// Entries of a matter's history between two revisions, both included, in the order of the log.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matter, `matter:…`.")] matter_id: ID,
        #[graphql(desc = "From this revision on; from the first, 0, if not said.")] from: Option<u32>,
        #[graphql(desc = "Through this revision; through the last if not said.")] to: Option<u32>,
        #[graphql(desc = "Only the entries of the permit of this code, such as `A1`; all if not said.")]
        permit: Option<PermitCode>,
        #[graphql(desc = "At most this many entries, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the entry of this cursor.")] after: Option<String>,
    ) -> Result<EventConnection> {
        let id = node_id::matter(&matter_id)?;
        let begin = from.filter(|from| *from > 0).map(|from| (from - 1).to_string());
        let sifted = permit.is_some();
        let wanted = Wanted { permit: permit.map(|permit| permit.0), through: to.map(u64::from) };
        let page = events(ctx, id, first, after.or(begin), wanted).await?;
        if page.edges.is_empty() && from.unwrap_or(0) == 0 {
            let (services, who) = of_request(ctx)?;
            let state = services.matters.state(&stream_of(who, id)?).await.map_err(of_fault)?.state;
            if !sifted || state.phase == Phase::Unknown {
                return Err(not_found("the matter"));
            }
        }
        Ok(page)
    }
}

/// The matter as it is now; while the log's server does not answer, as it was when it last did.
pub async fn view_of(services: &Arc<Services>, who: &Requester, id: MatterId) -> Result<View> {
    let name = stream_of(who, id)?;
    let (snapshot, as_of) = match services.matters.state(&name).await {
        Ok(snapshot) => (snapshot, services.now()),
        Err(cause) if cause.is_outage() => {
            services.matters.remembered(&name).await.ok_or_else(|| of_fault(cause))?
        }
        Err(cause) => return Err(of_fault(cause)),
    };
    if snapshot.state.phase == Phase::Unknown {
        return Err(not_found("the matter"));
    }
    access::of_matter(who, id, &snapshot.state)?;
    let calendar = match services.calendar(who.county()).await {
        Err(cause) if cause.is_outage() => {
            services.calendars.remembered(who.county()).ok_or_else(|| of_fault(cause))?
        }
        calendar => calendar.map_err(of_fault)?,
    };
    let settings = match services.calendars.settings(who.county()).await {
        Err(cause) if cause.is_outage() => {
            services.calendars.remembered_settings(who.county()).ok_or_else(|| of_fault(cause))?
        }
        settings => settings.map_err(of_fault)?,
    };
    let directory = match services.registers.directory(who.county()).await {
        Err(cause) if cause.is_outage() => {
            services.registers.remembered(who.county()).await.ok_or_else(|| of_fault(cause))?
        }
        directory => directory.map_err(of_fault)?,
    };
    let directory = directory.state;
    let in_place = directory.in_place_of_others(&who.actor.officer, beijing(as_of));
    Ok(View {
        id,
        state: snapshot.state,
        at: At::default(),
        revision: snapshot.revision,
        recorded: snapshot.recorded,
        as_of,
        past: false,
        calendar,
        settings,
        elsewhere: Elsewhere::of(services),
        directory,
        by: Arc::clone(&who.actor),
        in_place,
    })
}

async fn past(services: &Arc<Services>, who: &Requester, id: MatterId, at: AtInput) -> Result<View> {
    let known = match &at.known {
        None => Known::Head,
        Some(KnownInput::Time(time)) => Known::Time(time.0),
        Some(KnownInput::EventId(event)) => {
            let (of, event) = node_id::event(event)?;
            if of != id {
                return Err(bad_input("the event is of another matter"));
            }
            Known::Event(event)
        }
    };
    let name = stream_of(who, id)?;
    // who may see it now, sees its past
    access::of_matter(who, id, &services.matters.state(&name).await.map_err(of_fault)?.state)?;
    let at = At { known, as_of: at.as_of.map(Into::into) };
    let folded = services.matters.fold_at(&name, at).await.map_err(of_history)?;
    // as of a day on which nothing had happened yet there was no matter, not an empty one
    let Some(recorded) = folded.known_recorded.filter(|_| folded.facts > 0) else {
        return Err(not_found("the matter"));
    };
    let then = moment(services, who.county(), at, recorded).await?;
    Ok(View {
        id,
        state: Arc::new(folded.state),
        at,
        revision: folded.known_revision,
        recorded: Some(recorded),
        as_of: then.read_at,
        past: true,
        calendar: then.calendar,
        // no change ever alters what held on a day that had begun
        settings: services.calendars.settings(who.county()).await.map_err(of_fault)?,
        elsewhere: Elsewhere::known_by(services, then.known_by),
        directory: then.directory,
        by: Arc::clone(&who.actor),
        in_place: Vec::new(),
    })
}

/// A past that cannot be shown.
pub fn of_history(cause: HistoryError) -> Error {
    match cause {
        HistoryError::UnknownEvent { .. } => not_found("the event"),
        HistoryError::Fault(cause) => of_fault(cause),
    }
}

/// The services and the requester of a request.
pub fn of_request<'a>(ctx: &Context<'a>) -> Result<(&'a Arc<Services>, &'a Requester)> {
    let services = ctx.data::<Arc<Services>>().map_err(|e| fault("finding the services", &e))?;
    Ok((services, ctx.data::<Requester>()?))
}
