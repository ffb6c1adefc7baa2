//! How long a stage of a matter has taken, and its gates (R15).
//!
//! Invariant: counted by the domain from the same facts as the matter, at the day of the view.

use super::view::View;
use crate::graphql::{
    matter::enums::{Gate, Stage},
    scalars::{Date, PermitCode},
};
use async_graphql::SimpleObject;
use om_domain::matter::stage_time;

/// How long the passage of one gate has taken: of the permit of a stage that took longest there.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct GateTime {
    /// The gate.
    pub gate: Gate,
    /// The permit, by its code in the plan.
    pub permit: PermitCode,
    /// Its round.
    pub round: u16,
    /// Working days (工作日) with a department, up to the gate, or to the day of the view.
    pub working_days: i32,
    /// Working days the gate may take: five to accept, the promised limit or else the statutory one to decide, ten to issue; none
    /// where no limit is set.
    pub limit_working_days: Option<i32>,
    /// Whether the gate was passed, or the round ended before it.
    pub over: bool,
}

/// How long a stage has taken against what its plan promises (阶段用时, R15): permits side by side are timed by the longest, so a
/// day counts once however many permits were in hand. `worked + waited + excluded = elapsed`.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// The day its first file was received, which is not counted; none before.
    pub began_on: Option<Date>,
    /// The day the last of its permits was done; none while one is not.
    pub ended_on: Option<Date>,
    /// Working days (工作日) since it began, through its end or the day of the view.
    pub elapsed_working_days: i32,
    /// Working days on which a department had something of it in hand.
    pub worked_working_days: i32,
    /// Working days on which it waited for an applicant or for another permit, and nothing was in hand.
    pub waited_working_days: i32,
    /// Working days on which all that was begun stood stopped by excluded procedures (特别程序不计时, R6).
    pub excluded_working_days: i32,
    /// Working days that count against the target: all but the excluded ones.
    pub counted_working_days: i32,
    /// Working days it may take: the longest way through its own permits side by side, each within its promised limit, or the
    /// statutory one where none is promised.
    pub target_working_days: Option<i32>,
    /// The last day of the target, excluded days not counted; none before it began.
    pub target_on: Option<Date>,
    /// Working days left of the target; negative beyond it.
    pub left_working_days: Option<i32>,
    /// The permit that was in hand longest; none while none was.
    pub longest_permit: Option<PermitCode>,
    /// The working days it was in hand.
    pub longest_working_days: i32,
    /// Each gate that something has come to, by the permit that took longest there.
    pub gates: Vec<GateTime>,
}

impl StageTime {
    pub(super) fn all(view: &View) -> Vec<Self> {
        view.state.stage_times(&view.calendar, view.today()).into_iter().map(Self::of).collect()
    }

    fn of(time: stage_time::StageTime) -> Self {
        let (elapsed, counted, left) = (time.elapsed(), time.counted(), time.left());
        let (longest_permit, longest) = time.longest.unzip();
        let gate = |gate: stage_time::GateTime| GateTime {
            gate: gate.gate.into(),
            permit: gate.permit.into(),
            round: gate.round,
            working_days: gate.working_days,
            limit_working_days: gate.limit_working_days,
            over: gate.over,
        };
        StageTime {
            stage: time.stage.into(),
            began_on: time.began_on.map(Into::into),
            ended_on: time.ended_on.map(Into::into),
            elapsed_working_days: elapsed,
            worked_working_days: time.worked,
            waited_working_days: time.waited,
            excluded_working_days: time.excluded,
            counted_working_days: counted,
            target_working_days: time.target,
            target_on: time.target_on.map(Into::into),
            left_working_days: left,
            longest_permit: longest_permit.map(Into::into),
            longest_working_days: longest.unwrap_or(0),
            gates: time.gates.into_iter().map(gate).collect(),
        }
    }
}
