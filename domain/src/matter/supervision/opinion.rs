//! Cards on opinions (R13): a department that was asked and lets its last day come near, or pass.
//!
//! Invariants: the card is against the department asked, never the custodian; it comes whatever silence counts as, for the
//! duty to answer is the same; an opinion given, a request withdrawn, a decision or the round's end by the last day takes the
//! ground away, and after it lets the card be cleared.
//! Deliberately absent: what silence does to the permit, which the request said.

use super::rule::{Due, before, in_force, is_carded, issue};
use crate::{
    calendar::{Calendar, Unit},
    clock::{Clock, Limit},
    ids::{BodyId, PermitCode},
    matter::{
        Ctx,
        authority::At,
        card::{Card, Colour, Evidence, Subject, Thresholds},
        opinion::Consultation,
        settle::{Dues, after},
        state::{Matter, Phase, Round},
    },
    settings::{CountySettings, Values, Version},
    sources,
};
use jiff::civil::Date;

/// A department's term as a clock, with the first day on which nothing was owed any more.
struct Owed<'a> {
    asked: &'a Consultation,
    clock: Clock,
    kept_on: Option<Date>,
}

fn owed<'a>(at: &At<'_>, round: &'a Round, body: &BodyId, asked_on: Date, c: &Calendar) -> Option<Owed<'a>> {
    let (asked, withdrawn_on) = round.opinions.asked_on(body, asked_on)?;
    let told = || c.working_days_between(asked.counted_from(), asked.due.date).try_into().unwrap_or(0);
    let value = asked.working_days().unwrap_or_else(told);
    let planned = at.planned.opinions.as_ref().map(|planned| &planned.term);
    let planned = planned.filter(|term| (term.value, term.unit) == (value, Unit::WorkingDays));
    let source = planned.map_or_else(|| sources::OPINION.to_owned(), |term| term.source.clone());
    let clock = Clock::start(Limit { value, unit: Unit::WorkingDays, source }, asked.counted_from());
    let given = asked.given.as_ref().map(|given| given.on);
    let decided = round.decision.as_ref().map(|decision| decision.on);
    let ended = round.ended.as_ref().map(|ended| ended.on);
    let kept_on = [given, withdrawn_on, decided, ended].into_iter().flatten().min();
    Some(Owed { asked, clock, kept_on })
}

fn thresholds(values: &Values) -> Thresholds {
    Thresholds { used_percent: values.yellow_used_percent, left_days: values.opinion_yellow_left_days }
}

const fn carded(values: &Values) -> bool {
    values.cards_by_rule && values.opinion_cards_by_rule
}

/// Opinions of the round that are awaited, each with what a card on it is about.
fn awaited<'a>(round: &'a Round) -> impl Iterator<Item = (&'a BodyId, &'a Consultation, Subject)> + use<'a> {
    let open = round.decision.is_none() && !round.phase.allows_new_round();
    let awaited = round.opinions.all().filter(move |(_, asked)| open && asked.given.is_none());
    awaited.map(|(body, asked)| {
        let (number, asked_on) = (round.number, asked.asked_on);
        (body, asked, Subject::Opinion { round: number, body: body.clone(), asked_on })
    })
}

/// The earliest day a card on an opinion can bear.
fn earliest(round: &Round, day: Date) -> Date {
    round.restored_on.map_or(day, |restored| day.max(restored))
}

/// The cards on a round's opinions that time has made due.
pub(super) fn due(at: &At<'_>, round: &Round, ctx: &Ctx<'_>, dues: &mut Dues) {
    for (body, asked, subject) in awaited(round) {
        let Some(owed) = owed(at, round, body, asked.asked_on, ctx.calendar) else { continue };
        let last = asked.due.date;
        let red = in_force(ctx.settings, earliest(round, after(last)), carded);
        let yellow = yellow_of(round, &owed, ctx.calendar, ctx.settings);
        let found = [(Colour::Red, red), (Colour::Yellow, yellow)];
        for (colour, day, version) in found.into_iter().filter_map(|(c, f)| f.map(|(d, v)| (c, d, v))) {
            // red says all that yellow does
            let known = |colour| is_carded(at, colour, &subject, day, ctx.calendar);
            if !dues.would_take(day) || known(colour) || colour == Colour::Yellow && known(Colour::Red) {
                continue;
            }
            let evidence = Evidence::read(&owed.clock, last, ctx.calendar, before(day));
            let (subject, thresholds) = (subject.clone(), thresholds(&version.values));
            let found = Due { day, version, colour, subject, against: body.clone(), evidence, thresholds };
            issue(at, found, ctx, dues);
        }
    }
}

/// The day of the yellow card on an opinion if nothing happens before; none if the last day comes first.
fn yellow_of<'c>(
    round: &Round,
    owed: &Owed<'_>,
    calendar: &Calendar,
    settings: &'c CountySettings,
) -> Option<(Date, &'c Version)> {
    let meets = |(version, next): (&'c Version, Option<Date>)| {
        let met = thresholds(&version.values).met_on(&owed.clock, calendar)?;
        let day = earliest(round, after(met));
        let first = version.from.map_or(day, |from| from.max(day));
        (carded(&version.values) && next.is_none_or(|next| first < next)).then_some((first, version))
    };
    settings.versions().find_map(meets).filter(|(day, _)| *day <= owed.asked.due.date)
}

impl Matter {
    /// The day on which a yellow card comes to a department for an opinion that is awaited if nothing happens before; none if
    /// none is to come, or it has come.
    pub fn opinion_yellow_on(
        &self,
        permit: &PermitCode,
        body: &BodyId,
        calendar: &Calendar,
        settings: &CountySettings,
    ) -> Option<Date> {
        if matches!(self.phase, Phase::Terminated) {
            return None;
        }
        let at = self.find(permit).ok().filter(|at| at.permit.not_applicable.is_none())?;
        let round = at.permit.round()?;
        let (_, asked, subject) = awaited(round).find(|(of, ..)| *of == body)?;
        let owed = owed(&at, round, body, asked.asked_on, calendar)?;
        let (day, _) = yellow_of(round, &owed, calendar, settings)?;
        let known = |colour| is_carded(&at, colour, &subject, day, calendar);
        (!known(Colour::Yellow) && !known(Colour::Red)).then_some(day)
    }
}

/// Whether the ground of a card by rule on an opinion is still true.
pub(super) fn stands(at: &At<'_>, card: &Card, thresholds: Thresholds, calendar: &Calendar) -> bool {
    let Subject::Opinion { round, body, asked_on } = &card.subject else { return true };
    let round = at.permit.rounds.iter().find(|known| known.number == *round);
    let Some(owed) = round.and_then(|round| owed(at, round, body, *asked_on, calendar)) else { return false };
    let last = owed.asked.due.date;
    match card.colour {
        Colour::Red => last < card.on && owed.kept_on.is_none_or(|on| on > last),
        Colour::Yellow => {
            let reading = owed.clock.reading(calendar, before(card.on));
            thresholds.are_met(&reading, calendar) && owed.kept_on.is_none_or(|on| on >= card.on)
        }
    }
}

/// Whether nobody waits for this opinion any more: it came, silence counts in its place, it is not asked for, or the round
/// needs none.
pub(super) fn is_done(round: &Round, body: &BodyId, asked_on: Date, today: Date) -> bool {
    let awaited = round.opinions.of(body).filter(|asked| asked.asked_on == asked_on && asked.given.is_none());
    let over = round.decision.is_some() || round.phase.allows_new_round();
    over || awaited.is_none_or(|asked| asked.silence_counts(today))
}
