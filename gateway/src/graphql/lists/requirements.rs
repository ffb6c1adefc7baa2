//! What a requirement of a row is called, as its matter's plan calls it now.
//!
//! Invariant: only rows that are shown are named; what the plan no longer knows is called by its code.
//! Deliberately absent: names in the projections, which a changed plan would make untrue.

use crate::graphql::{
    matter::{carry_out::of_fault, payload::stream_of, queries::of_request},
    node_id,
    scalars::{PermitCode, Requirement},
};
use async_graphql::{Context, ID, Result};
use om_domain::naming::Names;

/// The name of a requirement of a permit, or of a milestone of the matter.
pub(crate) async fn named(
    ctx: &Context<'_>,
    matter: &ID,
    permit: Option<&PermitCode>,
    requirement: &Requirement,
) -> Result<String> {
    let (services, who) = of_request(ctx)?;
    let stream = stream_of(who, node_id::matter(matter)?)?;
    let known = services.matters.state(&stream).await.map_err(of_fault)?;
    let names = Names { plan: known.state.plan.as_deref(), ..Names::default() };
    Ok(names.requirement(permit.map(|code| &code.0), &requirement.0))
}
