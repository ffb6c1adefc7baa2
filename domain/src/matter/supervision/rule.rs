//! Cards by rule (R13): which are due by now, as facts of time (R22).
//!
//! Invariants: red rests on the one rule of lateness, yellow on the statutory clock's arithmetic; whoever asks, and how
//! often, the cards are the same, once each; the thresholds of a day are those that held on it, so a change of settings
//! cards nothing that lay before it. What is overdue when cards come into force is carded on their first day.
//! Deliberately absent: a sanction. Time states that a term has passed or is nearly used; the card is the notice of it.

use super::{
    opinion,
    premise::{self, Measured},
};
use crate::{
    calendar::{Calendar, Unit, days},
    clock::Clock,
    decider::Fact,
    ids::{BodyId, PermitCode},
    matter::{
        Ctx,
        authority::At,
        card::{Basis, Card, Colour, Evidence, Subject, Thresholds},
        event::{CardIssued, MatterEvent, Term},
        on,
        plan::Nature,
        settle::{Dues, after},
        state::{Matter, Permit, Phase, Round, RoundPhase},
    },
    settings::{CountySettings, Values, Version},
};
use jiff::civil::Date;

/// The cards of one permit that time has made due.
pub(in crate::matter) fn due(at: &At<'_>, ctx: &Ctx<'_>, dues: &mut Dues) {
    if at.permit.not_applicable.is_some() {
        return;
    }
    handoff(at, ctx, dues);
    let Some(round) = at.permit.round().filter(|round| !round.phase.allows_new_round()) else { return };
    for open in round.open_terms(at.planned) {
        // silence deems an administrative permit accepted; the card comes with that
        if open.term != Term::Intake || at.planned.nature != Nature::Permit {
            red(at, round, (open.term, open.due), ctx, dues);
        }
    }
    if round.is_deemed() && round.decision.is_none() {
        red(at, round, (Term::Intake, round.intake_due.date), ctx, dues);
    }
    yellow(at, round, ctx, dues);
    opinion::due(at, round, ctx, dues);
}

/// The first day, from this one on, on which cards are issued by rule, as a version's values say.
pub(super) fn in_force(
    settings: &CountySettings,
    day: Date,
    are_issued: impl Fn(&Values) -> bool,
) -> Option<(Date, &Version)> {
    let holds = |(version, next): (_, Option<Date>)| {
        let version: &Version = version;
        let first = version.from.map_or(day, |from| from.max(day));
        (are_issued(&version.values) && next.is_none_or(|next| first < next)).then_some((first, version))
    };
    settings.versions().find_map(holds)
}

const fn by_rule(values: &Values) -> bool {
    values.cards_by_rule
}

/// The earliest day a card on this term can bear: the record has its ground by then.
fn earliest(round: &Round, term: Term, day: Date) -> Date {
    let known = match term {
        Term::Intake => Some(round.entered_on),
        Term::Statutory | Term::Promised => round.accepted.as_ref().map(|accepted| accepted.on),
        Term::PreReview | Term::Delivery | Term::Hearing => None,
    };
    known.into_iter().chain(round.restored_on).fold(day, Date::max)
}

fn red(at: &At<'_>, round: &Round, (term, due): (Term, Date), ctx: &Ctx<'_>, dues: &mut Dues) {
    if !dues.would_take(after(due)) {
        return;
    }
    let Some((day, version)) = in_force(ctx.settings, earliest(round, term, after(due)), by_rule) else {
        return;
    };
    // a deemed acceptance is past once it is stated: it is carded on its day or not at all
    let past = term == Term::Intake && round.phase != RoundPhase::Received;
    if !dues.would_take(day) || past && day != earliest(round, term, after(due)) {
        return;
    }
    let subject = Subject::Term { round: round.number, term, occasion: round.occasion(at.planned, term) };
    if is_carded(at, Colour::Red, &subject, day, ctx.calendar) {
        return;
    }
    let Some(Measured { clock, .. }) = premise::measured(at, round, &subject) else { return };
    let evidence = Evidence::read(&clock, due, ctx.calendar, before(day));
    let against = custodian(at.permit, &at.planned.lead, day);
    issue(at, Due::of(version, Colour::Red, day, subject, against, evidence), ctx, dues);
}

fn yellow(at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    if !yellow_not_before(at, round, ctx.settings).is_some_and(|day| dues.would_take(day)) {
        return;
    }
    let Some(found) = yellow_of(at, round, ctx.calendar, ctx.settings) else { return };
    let Yellow { day, version, subject, clock, due } = found;
    if !dues.would_take(day) || has_either(at, &subject, day, ctx.calendar) {
        return;
    }
    let evidence = Evidence::read(&clock, due, ctx.calendar, before(day));
    let against = custodian(at.permit, &at.planned.lead, day);
    issue(at, Due::of(version, Colour::Yellow, day, subject, against, evidence), ctx, dues);
}

/// A day before which no yellow card comes, without a count of working days: each of them takes a day at least. None if none
/// is to come.
fn yellow_not_before(at: &At<'_>, round: &Round, settings: &CountySettings) -> Option<Date> {
    let limit = at.planned.promised.as_ref().or(at.planned.statutory.as_ref())?;
    let from = round.clocks.as_ref()?.from;
    if limit.unit == Unit::CalendarDays {
        // the last working days before its end may begin at once
        return Some(from);
    }
    let used = |(version, _): (&Version, _)| thresholds(version).used_of(limit.value.into(), limit.unit);
    settings.versions().map(used).min().map(|used| days::shift(from, used))
}

/// A yellow card that comes if nothing happens before.
struct Yellow<'c> {
    day: Date,
    version: &'c Version,
    subject: Subject,
    clock: Clock,
    due: Date,
}

/// The yellow card of the promised limit, of the statutory one where none is promised; none once it is overdue anyway.
fn yellow_of<'c>(
    at: &At<'_>,
    round: &Round,
    calendar: &Calendar,
    settings: &'c CountySettings,
) -> Option<Yellow<'c>> {
    let main = if at.planned.promised.is_some() { Term::Promised } else { Term::Statutory };
    if round.phase != RoundPhase::InReview {
        return None;
    }
    let due = round.open_terms(at.planned).find(|open| open.term == main)?.due;
    let occasion = round.occasion(at.planned, main);
    let subject = Subject::Term { round: round.number, term: main, occasion };
    let Measured { clock, .. } = premise::measured(at, round, &subject)?;
    let meets = |(version, next): (&'c Version, Option<Date>)| {
        let day = thresholds(version).met_on(&clock, calendar).map(after)?;
        let day = earliest(round, main, day);
        let first = version.from.map_or(day, |from| from.max(day));
        (version.values.cards_by_rule && next.is_none_or(|next| first < next)).then_some((first, version))
    };
    let (day, version) = settings.versions().find_map(meets).filter(|(day, _)| *day <= due)?;
    Some(Yellow { day, version, subject, clock, due })
}

fn has_either(at: &At<'_>, subject: &Subject, day: Date, calendar: &Calendar) -> bool {
    [Colour::Yellow, Colour::Red].into_iter().any(|colour| is_carded(at, colour, subject, day, calendar))
}

impl Matter {
    /// The day on which a yellow card comes to a permit if nothing happens before; none if none is to come, or it has come.
    pub fn yellow_on(
        &self,
        permit: &PermitCode,
        calendar: &Calendar,
        settings: &CountySettings,
    ) -> Option<Date> {
        if matches!(self.phase, Phase::Terminated) {
            return None;
        }
        let at = self.find(permit).ok().filter(|at| at.permit.not_applicable.is_none())?;
        let yellow = yellow_of(&at, at.permit.round()?, calendar, settings)?;
        (!has_either(&at, &yellow.subject, yellow.day, calendar)).then_some(yellow.day)
    }
}

/// An offer that stands unanswered beyond its term: against the receiver.
fn handoff(at: &At<'_>, ctx: &Ctx<'_>, dues: &mut Dues) {
    let Some(offer) = &at.permit.custody.offer else { return };
    let due = offer.answer_due.date;
    if !dues.would_take(after(due)) {
        return;
    }
    let Some((day, version)) = in_force(ctx.settings, after(due), by_rule) else { return };
    if !dues.would_take(day) {
        return;
    }
    let subject = Subject::Handoff { to: offer.to.clone(), offered_on: offer.on };
    if is_carded(at, Colour::Red, &subject, day, ctx.calendar) {
        return;
    }
    let clock = premise::of_handoff(at, offer.on);
    let evidence = Evidence::read(&clock, due, ctx.calendar, before(day));
    issue(at, Due::of(version, Colour::Red, day, subject, offer.to.clone(), evidence), ctx, dues);
}

/// Whether there is such a card already: of that day, or issued on what is still true.
pub(super) fn is_carded(
    at: &At<'_>,
    colour: Colour,
    subject: &Subject,
    day: Date,
    calendar: &Calendar,
) -> bool {
    let same = |card: &&Card| card.is_by_rule() && card.colour == colour && card.subject == *subject;
    let known = |card: &Card| card.on == day || premise::stands(at, card, calendar);
    at.permit.cards.values().filter(same).any(known)
}

/// A card that time has made due.
pub(super) struct Due<'c> {
    pub(super) day: Date,
    pub(super) version: &'c Version,
    pub(super) colour: Colour,
    pub(super) subject: Subject,
    pub(super) against: BodyId,
    pub(super) evidence: Evidence,
    pub(super) thresholds: Thresholds,
}

impl<'c> Due<'c> {
    /// By the thresholds of a permit's limits.
    fn of(
        version: &'c Version,
        colour: Colour,
        day: Date,
        subject: Subject,
        against: BodyId,
        evidence: Evidence,
    ) -> Self {
        Due { day, version, colour, subject, against, evidence, thresholds: thresholds(version) }
    }
}

pub(super) fn issue(at: &At<'_>, due: Due<'_>, ctx: &Ctx<'_>, dues: &mut Dues) {
    let Due { day, version, colour, subject, against, evidence, thresholds } = due;
    dues.push(day, || -> Fact<MatterEvent> {
        let settings = version.seen_at(&ctx.by.county);
        let event = CardIssued {
            permit: at.code.clone(),
            card: at.permit.next_card(),
            colour,
            subject,
            against,
            basis: Basis::Rule { evidence, thresholds, settings },
        };
        on(day, event)
    });
}

fn thresholds(version: &Version) -> Thresholds {
    let values = &version.values;
    Thresholds { used_percent: values.yellow_used_percent, left_days: values.yellow_left_days }
}

/// Who had the permit on a day: days are booked to the custodian.
fn custodian(permit: &Permit, lead: &BodyId, day: Date) -> BodyId {
    let held = permit.custody.spans.iter().rev().find(|(_, since)| *since <= day);
    held.map_or_else(|| lead.clone(), |(body, _)| body.clone())
}

pub(super) fn before(day: Date) -> Date {
    days::shift(day, -1)
}
