//! When the matter will be done, and what if: computed by the domain over the working calendar.
//!
//! Invariants: a what-if records nothing; its legal verdict is the domain's.
//! Deliberately absent: chance; every department is taken to use its whole limit.

use super::view::View;
use crate::graphql::{
    error::{bad_input, fault},
    matter::enums::ToleranceMode,
    scalars::{Date, MilestoneCode, PermitCode, Requirement},
};
use async_graphql::{Enum, InputObject, Result, SimpleObject};
use om_domain::{
    decider::Explained,
    forecast::{self, Assumptions, Basis},
    matter::{
        plan::{Node, Plan},
        verdict,
    },
};

/// By which limit a permit is expected to take; the other one where it has only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Basis")]
pub enum ForecastBasis {
    /// The statutory limit (法定时限).
    Statutory,
    /// The promised limit (承诺时限).
    Promised,
}

/// A requirement assumed to be tolerated.
#[derive(Debug, Clone, InputObject)]
pub struct TolerateInput {
    /// The permit.
    pub permit: PermitCode,
    /// The requirement.
    pub requirement: Requirement,
    /// The mode.
    pub mode: ToleranceMode,
}

/// A limit assumed to be extended.
#[derive(Debug, Clone, InputObject)]
pub struct ExtendInput {
    /// The permit.
    pub permit: PermitCode,
    /// By how many units of its limit.
    pub by: u16,
}

/// What is assumed, over and above the plan and what has happened (情景推演).
#[derive(Debug, Clone, Default, InputObject)]
pub struct AssumptionsInput {
    /// By which limit permits take; the promised one if not said.
    pub basis: Option<ForecastBasis>,
    /// One permit after another, as before parallel approval.
    #[graphql(default)]
    pub serial: bool,
    /// Requirements tolerated.
    #[graphql(default)]
    pub tolerate: Vec<TolerateInput>,
    /// Limits extended.
    #[graphql(default)]
    pub extend: Vec<ExtendInput>,
    /// Permits left out.
    #[graphql(default)]
    pub drop: Vec<PermitCode>,
}

/// A permit's days in a forecast; each is the actual one where it has happened.
#[derive(Debug, Clone, SimpleObject)]
pub struct PermitForecast {
    /// The permit.
    pub permit: PermitCode,
    /// Accepted.
    pub accept: Date,
    /// The end of its limit, exclusions included.
    pub due: Date,
    /// Decided.
    pub decide: Date,
    /// Issued; the day of the decision where no certificate is.
    pub issue: Date,
    /// What its decision waits for beyond its limit: a permit's or milestone's code.
    pub waits_for: Option<String>,
    /// By how many working days acceptance may slip without moving completion; none once accepted.
    pub accept_slack_working_days: Option<u32>,
    /// By how many working days the decision may slip without moving completion; none once decided.
    pub decide_slack_working_days: Option<u32>,
    /// Whether the decision has no slack.
    pub critical: bool,
    /// Whether one of its days may move with a later holiday notice.
    pub provisional: bool,
}

/// A milestone's day in a forecast.
#[derive(Debug, Clone, SimpleObject)]
pub struct MilestoneForecast {
    /// The milestone.
    pub milestone: MilestoneCode,
    /// Its day.
    pub on: Date,
}

/// Whether an assumed tolerance would be lawful.
#[derive(Debug, Clone, SimpleObject)]
pub struct Verdict {
    /// The permit.
    pub permit: PermitCode,
    /// The requirement.
    pub requirement: Requirement,
    /// The mode.
    pub mode: ToleranceMode,
    /// Whether the law and the county's list allow it.
    pub lawful: bool,
    /// Why not, in one sentence.
    pub reason: Option<String>,
    /// The same in Chinese.
    pub reason_zh: Option<String>,
    /// The law or source against it.
    pub source: Option<String>,
}

/// A forecast of a matter.
#[derive(Debug, Clone, SimpleObject)]
pub struct Forecast {
    /// The day the last permit or milestone is done.
    pub completion: Date,
    /// Whether it may move with a later holiday notice.
    pub provisional: bool,
    /// The version of the working calendar it was computed by.
    pub calendar: String,
    /// Each permit, in the order of the plan; those dropped or not applicable are absent.
    #[graphql(complexity = "30 * child_complexity")]
    pub permits: Vec<PermitForecast>,
    /// Each milestone.
    #[graphql(complexity = "5 * child_complexity")]
    pub milestones: Vec<MilestoneForecast>,
    /// What completion hangs on, in order of time: codes of permits and milestones.
    pub critical_path: Vec<String>,
    /// Calendar days (日历日) saved against the forecast without assumptions; negative if lost.
    pub days_saved: i32,
    /// For each assumed tolerance, whether it would be lawful.
    #[graphql(complexity = "5 * child_complexity")]
    pub verdicts: Vec<Verdict>,
}

/// Forecasts a matter from the day of the view on; none before it is planned.
pub(super) fn of(view: &View, input: Option<AssumptionsInput>) -> Result<Option<Forecast>> {
    let Some(plan) = &view.state.plan else { return Ok(None) };
    let input = input.unwrap_or_default();
    if input.tolerate.len() + input.extend.len() + input.drop.len() > 100 {
        return Err(bad_input("at most 100 assumptions at once"));
    }
    let assumed = input.extend.iter().map(|e| &e.permit.0).chain(input.drop.iter().map(|code| &code.0));
    if let Some(unknown) = assumed.into_iter().find(|code| plan.permit(code).is_none()) {
        return Err(bad_input(format!("assume: the plan has no permit {unknown}")));
    }
    let verdicts = input.tolerate.iter().map(|t| judged(view, plan, t)).collect();
    let standing = view.state.assumptions();
    let more = input.tolerate.into_iter().map(|t| ((t.permit.0, t.requirement.0), t.mode.into()));
    let basis = input.basis.unwrap_or(ForecastBasis::Promised).into();
    let assumed = Assumptions {
        basis,
        serial: input.serial,
        tolerate: standing.tolerate.clone().into_iter().chain(more).collect(),
        extend: input.extend.into_iter().map(|e| (e.permit.0, e.by)).collect(),
        drop: input.drop.into_iter().map(Into::into).collect(),
    };
    let progress = view.state.progress();
    let run = |assumed: &Assumptions| {
        forecast::forecast(plan, &view.calendar, view.today(), &progress, assumed)
            .map_err(|e| fault("forecasting a matter", &e))
    };
    let plain = run(&Assumptions { basis, ..standing })?;
    let found = run(&assumed)?;
    let days_saved = found.days_before(&plain);
    Ok(Some(shown(found, days_saved, verdicts)))
}

fn shown(found: forecast::Forecast, days_saved: i32, verdicts: Vec<Verdict>) -> Forecast {
    Forecast {
        completion: found.completion.into(),
        provisional: found.provisional,
        calendar: found.calendar.to_string(),
        permits: found.permits.iter().map(Into::into).collect(),
        milestones: found
            .milestones
            .iter()
            .map(|(code, on)| MilestoneForecast { milestone: code.clone().into(), on: (*on).into() })
            .collect(),
        critical_path: found.critical_path.iter().map(code).collect(),
        days_saved,
        verdicts,
    }
}

impl From<&forecast::PermitForecast> for PermitForecast {
    fn from(p: &forecast::PermitForecast) -> Self {
        PermitForecast {
            permit: p.code.clone().into(),
            accept: p.accept.into(),
            due: p.due.into(),
            decide: p.decide.into(),
            issue: p.issue.into(),
            waits_for: p.waits_for.as_ref().map(code),
            accept_slack_working_days: p.accept_slack,
            decide_slack_working_days: p.decide_slack,
            critical: p.critical,
            provisional: p.provisional,
        }
    }
}

fn code(node: &Node) -> String {
    match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    }
}

fn judged(view: &View, plan: &Plan, assumed: &TolerateInput) -> Verdict {
    let names = view.names(Some(&assumed.permit.0));
    let planned = plan.permit(&assumed.permit.0);
    let requirement = planned.and_then(|p| p.requirement(&assumed.requirement.0));
    let judged = planned.zip(requirement).map(|(p, r)| verdict(p, &r, assumed.mode.into()));
    let why = judged.as_ref().and_then(|verdict| verdict.as_ref().err());
    let unknown = judged.is_none().then(|| "the plan has no such permit or requirement".to_owned());
    Verdict {
        permit: assumed.permit.clone(),
        requirement: assumed.requirement.clone(),
        mode: assumed.mode,
        lawful: matches!(judged, Some(Ok(_))),
        reason: why.map(|why| why.message_en(&names)).or(unknown),
        reason_zh: why.map(|why| why.message_zh(&names)),
        source: why.and_then(Explained::source),
    }
}
