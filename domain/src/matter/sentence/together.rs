//! What departments did together, in one sentence: packages and opinions.
//!
//! Invariant: a sentence says nothing that is not in the event.

use super::{
    super::{
        MatterEvent as E,
        event::PackageReceived,
        opinion::{Concluded, Opinion, Treatment},
        plan::Silence,
    },
    Sentence, say,
};
use crate::naming::Names;

/// What happened, if it is one of these.
pub(super) fn of(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::PackageReceived(e) => package(e),
        E::OpinionRequested(e) => {
            let zh = e.bodies.iter().map(|body| names.body_zh(body)).collect::<Vec<_>>().join("、");
            let en = e.bodies.iter().map(|body| names.body_en(body)).collect::<Vec<_>>().join(", ");
            say(
                format!("{}同时征求{zh}意见，{}前回复：{}", e.permit, e.due.date, e.question),
                format!("{}: opinions of {en} asked for by {}: {}", e.permit, e.due.date, e.question),
            )
        }
        E::OpinionOverdue(e) => {
            let (zh, en) = match e.counts_as {
                Silence::Agree => ("视为同意", "counted as agreement"),
                Silence::Nothing => ("不视为同意", "counted as nothing"),
            };
            say(
                format!("{}逾期未对{}出具意见，{zh}", names.body_zh(&e.body), e.permit),
                format!("{} gave no opinion on {} in time, {en}", names.body_en(&e.body), e.permit),
            )
        }
        E::OpinionGiven(e) => {
            let (zh, en) = said(&e.opinion);
            let (late_zh, late_en) = match (e.after_decision, e.late) {
                (true, _) => ("（决定后）", " (after the decision)"),
                (_, true) => ("（逾期）", " (late)"),
                _ => ("", ""),
            };
            say(
                format!("{}对{}{zh}{late_zh}", names.body_zh(&e.body), e.permit),
                format!("{} on {}: {en}{late_en}", names.body_en(&e.body), e.permit),
            )
        }
        E::ObjectionTreated(e) => {
            let (zh, en) = match e.treatment {
                Treatment::Adopted => ("采纳", "adopted"),
                Treatment::NotAdopted => ("不采纳", "not adopted"),
            };
            say(
                format!("{}{zh}{}的异议：{}", e.permit, names.body_zh(&e.body), e.reasons),
                format!("{}: objection of {} {en}: {}", e.permit, names.body_en(&e.body), e.reasons),
            )
        }
        E::ObjectionWithdrawn(e) => say(
            format!("{}撤回对{}的异议：{}", names.body_zh(&e.body), e.permit, e.reasons),
            format!("{} withdrew its objection to {}: {}", names.body_en(&e.body), e.permit, e.reasons),
        ),
        E::OpinionRequestWithdrawn(e) => say(
            format!("{}不再征求{}意见：{}", e.permit, names.body_zh(&e.body), e.reason),
            format!("{}: {} is no longer asked: {}", e.permit, names.body_en(&e.body), e.reason),
        ),
        E::OpinionDuesRevised(e) => say(
            format!("{}按{}重算意见期限", e.permit, e.notice),
            format!("{}: last days for opinions recomputed by {}", e.permit, e.notice),
        ),
        E::OpinionsConcluded(e) => {
            let zh = |c: &Concluded| format!("{}{}", names.body_en(&c.body), c.standing.name_zh());
            let en = |c: &Concluded| format!("{} {}", names.body_en(&c.body), c.standing.name_en());
            let join = |one: &dyn Fn(&Concluded) -> String| {
                e.opinions.iter().map(one).collect::<Vec<_>>().join("，")
            };
            say(
                format!("{}意见汇总：{}", e.permit, join(&zh)),
                format!("{}: opinions concluded: {}", e.permit, join(&en)),
            )
        }
        _ => return None,
    })
}

fn package(e: &PackageReceived) -> Sentence {
    let codes = e.permits.iter().map(|p| p.permit.to_string()).collect::<Vec<_>>().join("、");
    say(
        format!("窗口收件（{}），同步转{}项：{codes}", e.number, e.permits.len()),
        format!("package {} received, passed on for {} permits at once: {codes}", e.number, e.permits.len()),
    )
}

fn said(opinion: &Opinion) -> (String, String) {
    match opinion {
        Opinion::Agree => ("同意".into(), "agreed".into()),
        Opinion::AgreeOnConditions { conditions } => {
            (format!("有条件同意：{conditions}"), format!("agreed on conditions: {conditions}"))
        }
        Opinion::Object { reasons, article } => {
            (format!("不同意：{reasons}（{article}）"), format!("objected: {reasons} ({article})"))
        }
    }
}
