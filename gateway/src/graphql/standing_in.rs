//! Acting in the place of another (AB岗代办): as oneself first, and only where another person is needed, for whom one
//! stands in that day.
//!
//! Invariants: what an account may do by itself is its own act; whom a stand-in acts for is the directory's to say, and
//! whether that is allowed the domain's; a retry is known as such whichever of the two it was.
//! Deliberately absent: choosing a post before acting; the record says in whose place each act was.

use super::matter::types::Action;
use crate::{access::log, services::Services};
use om_domain::{
    decider::{Actor, Decider, Explained},
    naming::Names,
};
use om_infra::executor::{Executor, Fault, Outcome, Request};

/// Carries a request out for who asks, or in the place of one whom they stand in for on the day of recording and on the
/// day it is said to have happened.
///
/// # Errors
/// As the executor.
pub(crate) async fn execute<D: Decider>(
    services: &Services,
    executor: &Executor<D>,
    request: Request<D>,
) -> Result<Outcome<D::Refusal>, Fault> {
    let outcome = in_turn(services, executor, &request).await?;
    if let Outcome::Refused { refusal, .. } = &outcome {
        log::refused(&services.access_log, &request.by, &request.stream, refusal);
    }
    Ok(outcome)
}

async fn in_turn<D: Decider>(
    services: &Services,
    executor: &Executor<D>,
    request: &Request<D>,
) -> Result<Outcome<D::Refusal>, Fault> {
    let own = executor.execute(request.clone()).await?;
    if !wants_another(&own) {
        return Ok(own);
    }
    let directory = services.registers.directory(&request.by.county).await?.state;
    let today = services.today();
    let then = request.effective.map_or(today, |effective| effective.day());
    let on = |day| directory.in_place_of_others(&request.by.officer, day);
    let both: Vec<Actor> = on(today).into_iter().filter(|acting| on(then).contains(acting)).collect();
    for by in both {
        let outcome = executor.execute(Request { by, ..request.clone() }).await?;
        if !wants_another(&outcome) {
            return Ok(outcome);
        }
    }
    Ok(own)
}

fn wants_another<R: Explained>(outcome: &Outcome<R>) -> bool {
    matches!(outcome, Outcome::Refused { refusal, .. } if refusal.wants_another_person())
}

/// What the onlooker may do, by itself or in the place of one of these: as a command would be answered.
pub(crate) fn actions<R: Explained>(
    by: &Actor,
    in_place: &[Actor],
    names: &Names<'_>,
    ask: impl Fn(&Actor) -> Vec<(&'static str, Option<R>)>,
) -> Vec<Action> {
    let others: Vec<_> = in_place.iter().map(|acting| (acting, ask(acting))).collect();
    let answer = |(name, own): (&'static str, Option<R>)| {
        if !own.as_ref().is_some_and(Explained::wants_another_person) {
            return Action::told(name, own.as_ref(), names);
        }
        let of = |(acting, all): &(&Actor, Vec<(&'static str, Option<R>)>)| {
            let (_, why) = all.iter().find(|(other, _)| *other == name)?;
            let heard = !why.as_ref().is_some_and(Explained::wants_another_person);
            heard.then(|| Action::told(name, why.as_ref(), names).in_place_of(acting))
        };
        others.iter().find_map(of).unwrap_or_else(|| Action::told(name, own.as_ref(), names))
    };
    ask(by).into_iter().map(answer).collect()
}
