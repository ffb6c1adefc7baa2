//! A matter's board as JSON, for scripts.
//!
//! Invariant: the same fold and the same dates as the drawn board.
//! Deliberately absent: the whole state; departments' systems ask GraphQL.

use super::{Failure, reading::Reading};
use jiff::civil::Date;
use om_domain::{
    calendar::{Calendar, beijing},
    ids::MatterId,
    matter::{
        Lateness, Matter,
        plan::PlannedPermit,
        stage_time::StageTime,
        state::{Permit, Status},
    },
};
use om_infra::executor::At;
use serde_json::{Value, json};

/// The board as one JSON object and a line end.
pub(super) async fn board(reading: &Reading, id: MatterId, at: At) -> Result<String, Failure> {
    let (matter, calendar) = reading.fold(id, at).await?;
    let today = beijing(reading.clock.now());
    let backfilled = reading.backfilled(id, at, &matter, &calendar).await?;
    let outlook = matter.outlook(&calendar, today);
    let permits: Vec<Value> = matter
        .plan
        .iter()
        .flat_map(|plan| &plan.permits)
        .filter_map(|planned| {
            let late = matter.late(&planned.code, &calendar, today);
            let entries = backfilled.get(&planned.code).copied().unwrap_or_default();
            Some(permit(planned, matter.permits.get(&planned.code)?, late, entries))
        })
        .collect();
    let board = json!({
        "id": format!("matter:{id}"),
        "name": matter.project.as_ref().map(|p| &p.name),
        "projectCode": matter.project.as_ref().map(|p| &p.code),
        "phase": matter.phase,
        "today": today,
        "calendar": calendar.version(),
        "forecast": outlook.map(|o| json!({
            "completion": o.completion, "provisional": o.provisional, "criticalPath": o.critical_path, "permits": o.permits,
        })),
        "permits": permits,
        "stages": stages(&matter, &calendar, today),
        "milestones": milestones(&matter),
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&board)?))
}

/// How long each stage has taken, in working days (R15).
fn stages(matter: &Matter, calendar: &Calendar, today: Date) -> Vec<Value> {
    let one = |time: StageTime| {
        json!({
            "stage": time.stage, "beganOn": time.began_on, "endedOn": time.ended_on, "elapsed": time.elapsed(),
            "worked": time.worked, "waited": time.waited, "excluded": time.excluded, "counted": time.counted(),
            "target": time.target, "targetOn": time.target_on, "left": time.left(),
        })
    };
    matter.stage_times(calendar, today).into_iter().map(one).collect()
}

fn milestones(matter: &Matter) -> Vec<Value> {
    let all = matter.plan.iter().flat_map(|plan| &plan.milestones);
    let one = |m: &om_domain::matter::plan::PlannedMilestone| {
        let (dated, reached) = (matter.dates.get(&m.code), matter.milestones.get(&m.code).copied());
        json!({
            "code": m.code, "name": m.name, "reachedOn": reached,
            "planned": dated.map(|dated| dated.date), "original": dated.map(|dated| dated.original),
            "missed": dated.map(|dated| dated.misses(reached).collect::<Vec<_>>()),
        })
    };
    all.map(one).collect()
}

fn permit(planned: &PlannedPermit, permit: &Permit, late: Option<Lateness>, backfilled: usize) -> Value {
    let round = permit.round();
    let status = match permit.status() {
        Status::Planned => json!("planned"),
        Status::NotApplicable => json!("not_applicable"),
        Status::ClockStopped => json!("clock_stopped"),
        Status::In(phase) => json!(phase),
    };
    let debts = round.into_iter().flat_map(|r| &r.tolerances).map(|(requirement, t)| {
        json!({ "requirement": requirement, "mode": t.mode, "due": t.due.date, "state": t.debt })
    });
    json!({
        "code": planned.code, "name": planned.name, "stage": planned.stage, "lead": planned.lead,
        "custodian": permit.custody.holder, "status": status, "round": round.map(|r| r.number),
        "receivedOn": round.map(|r| r.received_on),
        "acceptedOn": round.and_then(|r| r.accepted.as_ref()).map(|a| a.on),
        "manner": round.and_then(|r| r.accepted.as_ref()).map(|a| a.manner),
        "dues": round.and_then(|r| r.clocks.as_ref()).map(|c| &c.dues),
        "decidedOn": round.and_then(|r| r.decision.as_ref()).map(|d| d.on),
        "issuedOn": round.and_then(|r| r.certificate.as_ref()).map(|c| c.on),
    "overruns": round.map(|r| r.standing_overruns().map(|(term, due)| (term, due.date)).collect::<Vec<_>>()),
        "opinions": round.map(|r| r.opinions.count()).filter(|(_, asked)| *asked > 0).map(|(given, asked)| json!({
            "given": given, "asked": asked,
        })),
        "opinionsAwaited": round.into_iter().flat_map(|r| r.opinions.all()).filter(|(_, asked)| asked.given.is_none())
            .map(|(body, asked)| json!({ "body": body, "due": asked.due.date })).collect::<Vec<_>>(),
        "cards": permit.cards.values().map(|card| json!({
            "number": card.number, "colour": card.colour, "against": card.against, "on": card.on, "standing": card.standing,
        })).collect::<Vec<_>>(),
        "lateBy": late, "backfilledEntries": backfilled,
        "tolerances": debts.collect::<Vec<_>>(),
    })
}
