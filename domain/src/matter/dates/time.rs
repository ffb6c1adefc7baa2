//! What time, and the permits themselves, make true of dated milestones (R14, R22).
//!
//! Invariants: a date that passes unreached is stated once, whoever asks; a mark of a miss never stands in the way of an
//! entry recorded late.
//! Deliberately absent: any consequence; the lead says why, and by when instead.

use crate::{
    calendar::days,
    decider::Fact,
    ids::LegalText,
    matter::{
        event::{MatterEvent, MilestoneMissed, MilestoneReached},
        on,
        plan::{Node, Whole},
        state::Matter,
    },
};
use jiff::civil::Date;

/// What is due of the dates, each with the day whose beginning makes it true.
pub(in crate::matter) fn due(state: &Matter, mut push: impl FnMut(Date, Fact<MatterEvent>)) {
    for (code, dated) in &state.dates {
        if state.milestones.contains_key(code) {
            continue;
        }
        if !dated.missed.contains(&dated.date) {
            let day = days::shift(dated.date, 1);
            push(day, on(day, MilestoneMissed { milestone: code.clone(), date: dated.date }));
        }
        let Some(Whole::Stage(_)) = dated.whole else { continue };
        if let Some(done) = stage_done_on(state, code) {
            // the entry itself comes after what the record has of the milestone and the plan by then
            let day = done.max(state.order.last_of_milestone(code).unwrap_or(done));
            let evidence = LegalText::fixed("本阶段审批事项全部办结");
            push(day, on(day, MilestoneReached { milestone: code.clone(), on: done, evidence }));
        }
    }
}

/// The day the last permit of a stage was done; none while one is not.
fn stage_done_on(state: &Matter, code: &crate::ids::MilestoneCode) -> Option<Date> {
    let milestone = state.plan.as_ref()?.milestones.iter().find(|m| m.code == *code)?;
    let done = |node: &Node| match node {
        Node::Permit(code) => state.done_on(code),
        Node::Milestone(code) => state.milestones.get(code).copied(),
    };
    let days: Option<Vec<Date>> = milestone.after.iter().map(done).collect();
    days?.into_iter().max()
}
