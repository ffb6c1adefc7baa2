//! Reading what was written through another gateway: a list shows at least what stood at a position.
//!
//! Invariants: the wait is bounded; a position of another log, or of one restored since from an older copy, is answered
//! with `RESYNC` and never waited for.
//! Deliberately absent: the matter itself, whose stream is read to its end whatever was seen before.

use crate::{
    graphql::{
        error::{Code, bad_input, error},
        matter::carry_out::of_fault,
    },
    services::{READ_YOUR_WRITES, Services},
};
use async_graphql::Result;
use om_infra::log::Position;
use om_projections::projection::Projection;

/// Waits until the list that this projection has the rows of shows the position; at once if none is given.
pub(crate) async fn shown<P: Projection>(services: &Services, seen: Option<String>) -> Result<()> {
    let Some(seen) = seen else { return Ok(()) };
    let position: Position = seen.parse().map_err(bad_input)?;
    if !position.belongs_to(services.log.id()) {
        return Err(error(
            Code::Resync,
            "seen was taken from another log: load everything anew, without seen",
        ));
    }
    if services.projections.wait_for_one::<P>(position, READ_YOUR_WRITES).await.is_ok() {
        return Ok(());
    }
    let head = services.head().await.map_err(|error| of_fault(error.into()))?;
    if head.is_none_or(|head| head < position) {
        let message =
            "seen lies after the log's end, which was restored from an older copy: load everything anew";
        return Err(error(Code::Resync, message));
    }
    Err(error(Code::Behind, "the list does not show this position yet: ask again in a moment"))
}
