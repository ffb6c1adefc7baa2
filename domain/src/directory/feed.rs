//! The secret address of an account's calendar of deadlines.
//!
//! Invariants: an account makes and closes its own, nobody another's; there is at most one; only its hash is recorded.
//! Deliberately absent: the secret, which is shown to the account once; what the calendar shows.

use super::{
    Ctx, Directory, DirectoryRefusal, Facts,
    event::{CalendarFeedClosed, CalendarFeedOpened},
};
use crate::access::{self, Action};
use crate::{decider::Role, ids::FeedDigest};

pub(super) fn open(state: &Directory, secret_hash: &FeedDigest, ctx: &Ctx<'_>) -> Facts {
    let officer = ctx.by.officer.clone();
    if state.officer(&officer).is_none() {
        return Err(DirectoryRefusal::NoSuchOfficer { officer });
    }
    if ctx.by.is(Role::Auditor) {
        return Err(DirectoryRefusal::AuditorActs { officer });
    }
    if !access::may(ctx.by, Action::KeepOwnCalendar) {
        return Err(DirectoryRefusal::NoDeadlines { officer });
    }
    if state.feed(&officer).is_some_and(|(known, _)| known == secret_hash) {
        return Ok(Vec::new());
    }
    Ok(vec![ctx.fact(CalendarFeedOpened { officer, secret_hash: secret_hash.clone() })])
}

pub(super) fn close(state: &Directory, ctx: &Ctx<'_>) -> Facts {
    let officer = ctx.by.officer.clone();
    match state.feed(&officer) {
        Some(_) => Ok(vec![ctx.fact(CalendarFeedClosed { officer })]),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{self, DirectoryCommand as C, DirectoryDecider, DirectoryEvent as E},
        given::{Given, actor, id},
    };

    fn hash(digit: &str) -> FeedDigest {
        id(&digit.repeat(64))
    }

    fn open(digit: &str) -> C {
        C::OpenCalendarFeed { secret_hash: hash(digit) }
    }

    #[test]
    fn an_account_has_one_address_its_own_and_a_new_one_closes_the_old() {
        let definition = directory::parse(directory::SHIPPED).unwrap();
        let given: Given<DirectoryDecider> =
            Given::nothing().does(&C::ImportDirectory { definition, part: None });
        let water = actor("wa-officer-1", "water", &[Role::Officer]);
        let mut given = given.by(water.clone()).does(&open("a"));
        assert_eq!(given.state.holder_of_feed(&hash("a")), Some(&id("wa-officer-1")));
        assert_eq!(given.when(&open("a")), Ok(vec![]));
        let mut given = given.does(&open("b"));
        assert_eq!(given.state.holder_of_feed(&hash("a")), None);
        assert_eq!(given.when(&C::CloseCalendarFeed).map(|events| events.len()), Ok(1));
        let mut other = given.by(actor("nr-officer-1", "natural-resources", &[Role::Officer]));
        assert_eq!(other.when(&C::CloseCalendarFeed), Ok(vec![]), "what is another's is not closed");
        let mut auditor = other.by(actor("auditor", "audit", &[Role::Auditor]));
        assert_eq!(
            auditor.when(&open("c")).unwrap_err(),
            DirectoryRefusal::AuditorActs { officer: id("auditor") }
        );
        let mut keeper = auditor.by(actor("administrator", "government-services", &[Role::Administrator]));
        assert_eq!(
            keeper.when(&open("c")).unwrap_err(),
            DirectoryRefusal::NoDeadlines { officer: id("administrator") }
        );
        let mut nobody = keeper.by(actor("nobody", "water", &[Role::Officer]));
        assert!(matches!(nobody.when(&open("c")), Err(DirectoryRefusal::NoSuchOfficer { .. })));
        let closed = nobody.by(water).does(&C::CloseCalendarFeed);
        assert_eq!(closed.state.holder_of_feed(&hash("b")), None);
        assert!(closed.log.iter().any(|fact| matches!(fact.event, E::CalendarFeedClosed(_))));
    }
}
