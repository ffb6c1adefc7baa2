//! What if (情景推演): cases compared, each assumption with its verdict, and what one tolerance would save.
//!
//! Invariants: nothing is recorded; days and verdicts are the domain's, the verdict by the rule that decides the command.
//! Deliberately absent: a case kept on the server; the one who asks sends it again.

use super::{
    forecast::{Forecast, ForecastBasis},
    view::View,
};
use crate::graphql::{
    error::{bad_input, fault},
    matter::enums::ToleranceMode,
    node_id,
    scalars::{Date, PermitCode, Requirement},
};
use async_graphql::{Enum, ID, InputObject, Result, SimpleObject};
use om_domain::{
    calendar::Unit,
    forecast::{self as days, Assumptions},
    matter::{
        MatterReads,
        plan::Plan,
        what_if::{Assumption, BestTolerance, Ruling},
    },
};

/// Cases in one request.
const VARIANTS: usize = 20;
/// Things assumed in one request.
const ASSUMED: usize = 100;

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

/// A department assumed to take longer than its limit: on one permit, or on all it has not decided.
#[derive(Debug, Clone, InputObject)]
pub struct DelayInput {
    /// The permit; either this or `body`.
    pub permit: Option<PermitCode>,
    /// The department, `body:…`: every permit it decides and has not decided.
    pub body: Option<ID>,
    /// By how many working days (工作日) beyond the limit.
    pub working_days: u16,
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
    /// Limits extended; the department uses the extension whole.
    #[graphql(default)]
    pub extend: Vec<ExtendInput>,
    /// Permits left out, as not applicable.
    #[graphql(default)]
    pub drop: Vec<PermitCode>,
    /// Departments that take longer.
    #[graphql(default)]
    pub delay: Vec<DelayInput>,
}

/// One case to be compared.
#[derive(Debug, Clone, InputObject)]
pub struct VariantInput {
    /// What it is called; at most 64 characters.
    #[graphql(validator(chars_max_length = 64))]
    pub name: String,
    /// What is assumed in it.
    #[graphql(default)]
    pub assume: AssumptionsInput,
}

/// What kind of thing is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum AssumptionKind {
    /// A requirement is tolerated.
    Tolerate,
    /// A limit is extended.
    Extend,
    /// A permit does not apply.
    Drop,
    /// A department takes longer than its limit.
    Delay,
}

/// Whether what is assumed would be lawful, by the rule that would decide it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Verdict {
    /// What kind of thing is assumed.
    pub kind: AssumptionKind,
    /// The permit.
    pub permit: PermitCode,
    /// The requirement, of a tolerance.
    pub requirement: Option<Requirement>,
    /// The mode, of a tolerance.
    pub mode: Option<ToleranceMode>,
    /// By how much: units of an extension, working days of a delay.
    pub by: Option<u16>,
    /// Whether it would be lawful.
    pub lawful: bool,
    /// Who may decide it, in English; none where it is refused or nobody decides it.
    pub who: Option<String>,
    /// The same in Chinese.
    pub who_zh: Option<String>,
    /// The verdict in one sentence.
    pub reason: String,
    /// The same in Chinese.
    pub reason_zh: String,
    /// The rule of docs/domain.md, such as `R10`.
    pub rule: Option<String>,
    /// The law or source it rests on.
    pub source: Option<String>,
}

/// One case compared.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Variant {
    /// What it is called.
    pub name: String,
    /// Whether everything assumed in it would be lawful.
    pub lawful: bool,
    /// Its forecast.
    pub forecast: Forecast,
}

/// A lawful tolerance, and what it alone would save now.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ToleranceWorth {
    /// The permit.
    pub permit: PermitCode,
    /// The requirement.
    pub requirement: Requirement,
    /// The mode.
    pub mode: ToleranceMode,
    /// The day all would be done.
    pub completion: Date,
    /// Calendar days (日历日) saved of the whole.
    pub days_saved: i32,
    /// Working days (工作日) saved of the whole.
    pub working_days_saved: i32,
    /// Working days (工作日) by which this permit would be decided sooner.
    pub permit_working_days_saved: i32,
    /// The verdict: by which list item, and who may decide it.
    pub verdict: Verdict,
}

/// A case as the domain takes it.
struct Case {
    assume: Assumptions,
    each: Vec<Assumption>,
}

impl Case {
    fn of(view: &View, plan: &Plan, input: AssumptionsInput) -> Result<Case> {
        let standing = view.state.assumptions();
        let mut assume = Assumptions {
            basis: input.basis.unwrap_or(ForecastBasis::Promised).into(),
            serial: input.serial,
            ..standing
        };
        let mut each = Vec::new();
        for t in input.tolerate {
            let (permit, requirement, mode) = (t.permit.0, t.requirement.0, t.mode.into());
            assume.tolerate.insert((permit.clone(), requirement.clone()), mode);
            each.push(Assumption::Tolerate { permit, requirement, mode });
        }
        for e in input.extend {
            assume.extend.insert(e.permit.0.clone(), e.by);
            each.push(Assumption::Extend { permit: e.permit.0, by: e.by });
        }
        for code in input.drop {
            assume.drop.insert(code.0.clone());
            each.push(Assumption::Drop { permit: code.0 });
        }
        for delay in input.delay {
            let permits = match (delay.permit, delay.body) {
                (Some(permit), None) => vec![permit.0],
                (None, Some(body)) => view.state.undecided_of(&node_id::body(&body)?),
                _ => return Err(bad_input("assume: a delay is of one permit or of one body")),
            };
            for permit in permits {
                assume.delay.insert(permit.clone(), delay.working_days);
                each.push(Assumption::Delay { permit, days: delay.working_days });
            }
        }
        let named = each.iter().filter(|of| !matches!(of, Assumption::Tolerate { .. }));
        if let Some(unknown) = named.map(Assumption::permit).find(|code| plan.permit(code).is_none()) {
            return Err(bad_input(format!("assume: the plan has no permit {unknown}")));
        }
        Ok(Case { assume, each })
    }
}

/// Forecasts a matter from the day of the view on, in one case; none before it is planned.
pub(super) async fn forecast(view: &View, input: Option<AssumptionsInput>) -> Result<Option<Forecast>> {
    let variant = VariantInput { name: String::new(), assume: input.unwrap_or_default() };
    Ok(compare(view, vec![variant]).await?.into_iter().next().map(|variant| variant.forecast))
}

/// The cases, each against the same basis without what is assumed; empty before the matter is planned.
pub(super) async fn compare(view: &View, variants: Vec<VariantInput>) -> Result<Vec<Variant>> {
    let Some(plan) = &view.state.plan else { return Ok(Vec::new()) };
    if variants.len() > VARIANTS {
        return Err(bad_input(format!("at most {VARIANTS} variants at once")));
    }
    let named = variants.into_iter().map(|variant| Ok((variant.name, Case::of(view, plan, variant.assume)?)));
    let named: Vec<(String, Case)> = named.collect::<Result<_>>()?;
    if named.iter().map(|(_, case)| case.each.len()).sum::<usize>() > ASSUMED {
        return Err(bad_input(format!("at most {ASSUMED} assumptions at once")));
    }
    let standing = view.state.assumptions();
    let plain = |case: &Case| Assumptions { basis: case.assume.basis, ..standing.clone() };
    let cases: Vec<Assumptions> =
        named.iter().flat_map(|(_, case)| [plain(case), case.assume.clone()]).collect();
    let progress = view.state.progress(view.today());
    let forecaster = days::Forecaster::of(plan, &view.calendar, view.today(), &progress)
        .map_err(|e| fault("forecasting a matter", &e))?;
    let reads = view.reads().await?;
    let found: Vec<days::Forecast> = cases.iter().map(|case| forecaster.forecast(case)).collect();
    let compared = named.into_iter().zip(found.chunks_exact(2)).map(|((name, case), pair)| {
        let (plain, found) = (&pair[0], &pair[1]);
        let saved = (found.days_before(plain), found.working_days_before(plain, &view.calendar));
        let verdicts: Vec<Verdict> = case.each.iter().map(|of| judged(view, of, found, reads)).collect();
        let lawful = verdicts.iter().all(|verdict| verdict.lawful);
        Variant { name, lawful, forecast: Forecast::of(found, saved, verdicts) }
    });
    Ok(compared.collect())
}

/// The lawful tolerances there are now, the one that saves most first.
pub(super) async fn best(view: &View, first: usize) -> Result<Vec<ToleranceWorth>> {
    let best = view.state.best_tolerances(&view.calendar, view.today(), view.reads().await?);
    Ok(best.into_iter().take(first).map(|best| worth(view, best)).collect())
}

fn worth(view: &View, best: BestTolerance) -> ToleranceWorth {
    let saved = |(before, after), unit| view.calendar.days_between(after, before, unit);
    let BestTolerance { permit, requirement, mode, ruling, worth } = best;
    let assumed = Assumption::Tolerate { permit: permit.clone(), requirement: requirement.clone(), mode };
    ToleranceWorth {
        verdict: said(view, &assumed, &ruling),
        permit: permit.into(),
        requirement: requirement.into(),
        mode: mode.into(),
        completion: worth.completion.1.into(),
        days_saved: saved(worth.completion, Unit::CalendarDays),
        working_days_saved: saved(worth.completion, Unit::WorkingDays),
        permit_working_days_saved: saved(worth.decide, Unit::WorkingDays),
    }
}

fn judged(view: &View, assumed: &Assumption, found: &days::Forecast, reads: &MatterReads) -> Verdict {
    said(view, assumed, &view.state.ruling(assumed, found, view.today(), reads))
}

fn said(view: &View, assumed: &Assumption, ruling: &Ruling) -> Verdict {
    let names = view.names(Some(assumed.permit()));
    let who = match ruling {
        Ruling::Allowed { who, .. } => Some(who),
        Ruling::Refused(_) | Ruling::Delayed { .. } => None,
    };
    let (kind, requirement, mode, by) = match assumed {
        Assumption::Tolerate { requirement, mode, .. } => {
            (AssumptionKind::Tolerate, Some(requirement.clone().into()), Some((*mode).into()), None)
        }
        Assumption::Extend { by, .. } => (AssumptionKind::Extend, None, None, Some(*by)),
        Assumption::Drop { .. } => (AssumptionKind::Drop, None, None, None),
        Assumption::Delay { days, .. } => (AssumptionKind::Delay, None, None, Some(*days)),
    };
    Verdict {
        kind,
        permit: assumed.permit().clone().into(),
        requirement,
        mode,
        by,
        lawful: ruling.is_lawful(),
        who: who.map(|who| who.en(&names)),
        who_zh: who.map(|who| who.zh(&names)),
        reason: ruling.en(&names),
        reason_zh: ruling.zh(&names),
        rule: ruling.rule().map(Into::into),
        source: ruling.source(),
    }
}
