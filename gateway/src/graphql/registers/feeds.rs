//! The secret address of one's calendar of deadlines: made and closed by the account it belongs to.
//!
//! Invariants: the address is shown once, when it is made; a new one closes the old one; what is kept is the hash of it.
//! Deliberately absent: making one for somebody else.

use super::payload::{RegisterCommandPayload, carry_out};
use crate::{
    graphql::{error::fault, matter::queries::of_request, scalars::Uuid},
    http::calendar,
    services::stream,
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use om_domain::{
    directory::{DirectoryCommand, DirectoryDecider, MAIN},
    ids::CommandId,
};
use om_infra::{executor::Request, secrets};

/// An address to make or to close.
#[derive(Debug, Clone, InputObject)]
pub struct CalendarFeedInput {
    /// The caller's id of this intention. An address is shown once: sent again, what was made is known, not shown.
    pub command_id: Uuid,
}

/// What came of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct CalendarFeedMade {
    /// How the command was answered.
    pub outcome: RegisterCommandPayload,
    /// The address below this server's, to be given to a calendar as it is; a secret. None unless it was made now.
    pub path: Option<String>,
}

/// Commands on one's calendar.
#[derive(Default)]
pub struct CalendarFeedMutation;

#[Object(serial)]
impl CalendarFeedMutation {
    /// Make a secret address of one's deadlines for a calendar (iCal), which cannot sign in. Whoever has the address reads
    /// them; the address before is closed.
    async fn open_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of this intention.")] input: CalendarFeedInput,
    ) -> Result<CalendarFeedMade> {
        let (_, who) = of_request(ctx)?;
        let secret = secrets::random();
        let digest = calendar::digest(&secret);
        let secret_hash = digest.ok_or_else(|| fault("hashing an address", &"it has no hash"))?;
        let outcome =
            on_own(ctx, input.command_id, DirectoryCommand::OpenCalendarFeed { secret_hash }).await?;
        let made =
            matches!(&outcome, RegisterCommandPayload::Done(done) if done.entries > 0 && !done.repeated);
        let path = made.then(|| calendar::path(who.county(), &secret));
        Ok(CalendarFeedMade { outcome, path })
    }

    /// Close the secret address of one's deadlines: it opens nothing any more.
    async fn close_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of this intention.")] input: CalendarFeedInput,
    ) -> Result<RegisterCommandPayload> {
        on_own(ctx, input.command_id, DirectoryCommand::CloseCalendarFeed).await
    }
}

/// Never in another's place: an address is the account's own.
async fn on_own(ctx: &Context<'_>, id: Uuid, command: DirectoryCommand) -> Result<RegisterCommandPayload> {
    let (services, who) = of_request(ctx)?;
    let name = stream::<DirectoryDecider>(who.county(), MAIN).map_err(|e| fault("naming a stream", &e))?;
    let request = Request::new(name, CommandId(id.0), (*who.actor).clone(), command);
    carry_out(services, &services.registers.directory, request).await
}
