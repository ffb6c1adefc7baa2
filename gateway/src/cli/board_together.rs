//! What the board says of people at work together: open cards, opinions awaited, and what tolerance has saved.
//!
//! Invariants: cards and opinions are those of the same fold as the board; what was saved is what the forecast of the day of
//! each tolerance said, once without it and once with it.
//! Deliberately absent: closed cards and given opinions; the console and the API have them all.

use super::{Failure, reading::Reading};
use crate::cli::{
    board::Drawing,
    text::{Style, fit},
};
use om_domain::{
    calendar::{Unit, beijing},
    ids::{MatterId, PermitCode},
    matter::{
        Matter, MatterEvent,
        card::{CardStanding, Colour},
        plan::RequirementId,
        state::Permit,
    },
};
use om_infra::executor::{At, Known};
use std::fmt::Write as _;

/// Marks of a permit's name: its open cards, the gravest first.
pub(super) fn marks(permit: &Permit) -> &'static str {
    let open = |colour| permit.cards.values().any(|c| c.colour == colour && !c.standing.is_closed());
    match (open(Colour::Red), open(Colour::Yellow)) {
        (true, _) => "红",
        (false, true) => "黄",
        (false, false) => "",
    }
}

/// Open cards of the whole matter: yellow, red.
pub(super) fn cards(matter: &Matter) -> (usize, usize) {
    let all = matter.permits.values().flat_map(|permit| permit.cards.values());
    let open = |colour| all.clone().filter(|c| c.colour == colour && !c.standing.is_closed()).count();
    (open(Colour::Yellow), open(Colour::Red))
}

/// A line for each open card and for each opinion awaited; nothing where there is neither.
pub(super) fn draw(matter: &Matter, d: &Drawing<'_>, out: &mut String) {
    let planned = matter.plan.iter().flat_map(|plan| &plan.permits);
    for permit in planned.filter_map(|p| Some((&p.code, matter.permits.get(&p.code)?))) {
        open_cards(permit, d, out);
        awaited(permit, d, out);
    }
}

fn open_cards((code, permit): (&PermitCode, &Permit), d: &Drawing<'_>, out: &mut String) {
    for (number, card) in permit.cards.iter().filter(|(_, card)| !card.standing.is_closed()) {
        let (word, style) = match card.colour {
            Colour::Red => ("红牌 red card", Style::Red),
            Colour::Yellow => ("黄牌 yellow card", Style::Yellow),
        };
        let standing = match card.standing {
            CardStanding::Issued => "待答复 unanswered",
            CardStanding::Answered => "已答复 answered",
            CardStanding::Appealed => "申诉中 appealed",
            CardStanding::Upheld => "维持 upheld",
            CardStanding::Cancelled => "已撤销 cancelled",
            CardStanding::Cleared => "已销号 cleared",
        };
        let body = fit(&(d.body)(&card.against), 12);
        let _ = writeln!(
            out,
            "督办 {} {} {number} → {body} {}  {standing}",
            fit(code.as_str(), 3),
            d.paint.on(style, word),
            card.on
        );
    }
}

fn awaited((code, permit): (&PermitCode, &Permit), d: &Drawing<'_>, out: &mut String) {
    let Some(round) = permit.round().filter(|round| round.decision.is_none() && round.ended.is_none()) else {
        return;
    };
    for (body, asked) in round.opinions.all().filter(|(_, asked)| asked.given.is_none()) {
        let due = asked.due.date;
        let late = if due < d.today { "  逾期 overdue" } else { "" };
        let _ = writeln!(
            out,
            "意见 {} 待复 opinion of {} ≤{due}{}",
            fit(code.as_str(), 3),
            fit(&(d.body)(body), 12),
            d.paint.on(Style::Red, late)
        );
    }
}

/// What each tolerance of a prerequisite saved by the forecast of its day, one line each.
pub(super) async fn saved(reading: &Reading, id: MatterId) -> Result<Vec<String>, Failure> {
    let stream = reading.stream(id)?;
    let entries = reading.matters.facts_at(&stream, At::default()).await?;
    let mut lines = Vec::new();
    for two in entries.windows(2) {
        let (before, fact) = (&two[0].fact, &two[1].fact);
        let MatterEvent::DeficiencyTolerated(e) = &fact.event else { continue };
        let RequirementId::Permit(waited_for) = &e.requirement else { continue };
        let (matter, calendar) = reading.fold(id, At { known: Known::Event(before.id), as_of: None }).await?;
        let day = beijing(fact.recorded);
        let Some(worth) = matter.tolerance_worth(&calendar, day, (&e.permit, &e.requirement, e.mode)) else {
            continue;
        };
        let saved = |(without, with)| calendar.days_between(with, without, Unit::WorkingDays);
        let (decide, whole) = (saved(worth.decide), saved(worth.completion));
        lines.push(format!(
            "容缺 tolerance  {day}  {} 不等 {waited_for}（{}）：决定提前 {decide} 个工作日，全程 {whole} · decided {decide} working days sooner, the whole {whole}",
            e.permit,
            e.mode.name_zh(),
        ));
    }
    Ok(lines)
}
