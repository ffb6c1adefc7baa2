//! What if: each thing assumed, with the rule that would decide it (domain.md §4).
//!
//! Invariants: nothing is recorded; each ruling comes from the very function that decides the command, asked without its
//! actor; who may decide is what the command's own refusal says.
//! Deliberately absent: the days; those are the forecast's. A second copy of any rule.

mod words;

use super::{
    MatterReads, clocks, intake,
    plan::{Mode, RequirementId},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Round},
    tolerance,
};
use crate::{
    calendar::Calendar,
    clock::Extension,
    forecast::{Assumptions, Forecast, Forecaster, Worth},
    ids::{BodyId, PermitCode},
    sources,
};
use jiff::civil::Date;

/// Something assumed of one permit.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "fields mean what they mean in the assumptions of a forecast")]
pub enum Assumption {
    /// A requirement is tolerated.
    Tolerate { permit: PermitCode, requirement: RequirementId, mode: Mode },
    /// The limit is extended, by units of the limit that is extended.
    Extend { permit: PermitCode, by: u16 },
    /// The permit does not apply.
    Drop { permit: PermitCode },
    /// The department takes so many working days beyond its limit.
    Delay { permit: PermitCode, days: u16 },
}

impl Assumption {
    /// The permit it is about.
    pub fn permit(&self) -> &PermitCode {
        match self {
            Assumption::Tolerate { permit, .. }
            | Assumption::Extend { permit, .. }
            | Assumption::Drop { permit }
            | Assumption::Delay { permit, .. } => permit,
        }
    }
}

/// Whether what is assumed could be decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// It could: by which rule and source, and by whom.
    Allowed {
        /// The rule of docs/domain.md.
        rule: &'static str,
        /// The law or list it rests on.
        source: String,
        /// Who may decide it.
        who: Authority,
    },
    /// It could not.
    Refused(MatterRefusal),
    /// A delay, which nobody decides: lawful while the decision stays within the statutory limit.
    Delayed {
        /// The forecast day of the decision.
        decide: Date,
        /// The end of the statutory limit; none where no law sets one.
        law_due: Option<Date>,
        /// The limit's source: of the law's where there is one, else the promise's.
        source: Option<String>,
    },
}

impl Ruling {
    /// Whether the law lets it be.
    pub fn is_lawful(&self) -> bool {
        match self {
            Ruling::Allowed { .. } => true,
            Ruling::Refused(_) => false,
            Ruling::Delayed { decide, law_due, .. } => law_due.is_none_or(|due| *decide <= due),
        }
    }
}

/// A lawful tolerance, and what it would be worth now.
#[derive(Debug, Clone, PartialEq)]
pub struct BestTolerance {
    /// The permit.
    pub permit: PermitCode,
    /// The requirement.
    pub requirement: RequirementId,
    /// The mode.
    pub mode: Mode,
    /// Whether it could be decided: always so.
    pub ruling: Ruling,
    /// What it would change.
    pub worth: Worth,
}

impl Matter {
    /// Whether what is assumed could be decided on a day; of a delay, by the forecast in which it is assumed.
    pub fn ruling(
        &self,
        assumption: &Assumption,
        forecast: &Forecast,
        day: Date,
        reads: &MatterReads,
    ) -> Ruling {
        let ruled = match assumption {
            Assumption::Tolerate { permit, requirement, mode } => {
                self.may_tolerate(permit, requirement, *mode, day, reads)
            }
            Assumption::Extend { permit, by } => self.may_extend(permit, *by, day),
            Assumption::Drop { permit } => self.may_drop(permit),
            Assumption::Delay { permit, .. } => self.delayed(permit, forecast),
        };
        ruled.unwrap_or_else(Ruling::Refused)
    }

    fn may_tolerate(
        &self,
        permit: &PermitCode,
        requirement: &RequirementId,
        mode: Mode,
        day: Date,
        reads: &MatterReads,
    ) -> Result<Ruling, MatterRefusal> {
        let at = self.find(permit)?;
        let requirement = tolerance::required(&at, requirement)?;
        let round = match self.open_round(permit) {
            None if at.permit.not_applicable.is_some() => Some(at.round()?),
            None => None,
            Some(_) => Some(at.undecided_or_approved()?),
        };
        tolerance::tolerable(self, &at, round, &requirement, mode, day)?;
        super::tolerance::eligible(self, reads)?;
        let source = requirement.source.to_string();
        Ok(Ruling::Allowed { rule: "R10", source, who: at.who_tolerates(mode) })
    }

    fn may_extend(&self, permit: &PermitCode, by: u16, day: Date) -> Result<Ruling, MatterRefusal> {
        let at = self.find(permit)?;
        let clocks = match self.open_round(permit) {
            None if at.permit.not_applicable.is_some() => at.round()?.clocks.as_ref(),
            None => None,
            Some(_) => at.undecided()?.clocks.as_ref(),
        };
        let unit = at.planned.extension.as_ref().or(at.planned.statutory.as_ref()).map(|limit| limit.unit);
        let unit = unit.ok_or_else(|| MatterRefusal::NotExtendable { permit: permit.clone() })?;
        let extension = Extension { value: by, unit, source: String::new() };
        let most = clocks::extendable(&at, clocks, &extension, day)?;
        Ok(Ruling::Allowed { rule: "R4", source: most.source.clone(), who: at.who_extends() })
    }

    fn may_drop(&self, permit: &PermitCode) -> Result<Ruling, MatterRefusal> {
        let at = self.find(permit)?;
        intake::left_out(&at)?;
        let who = Authority::LeadDepartment { body: at.planned.lead.clone() };
        Ok(Ruling::Allowed { rule: "R8", source: sources::PLAN.to_owned(), who })
    }

    fn delayed(&self, permit: &PermitCode, forecast: &Forecast) -> Result<Ruling, MatterRefusal> {
        let at = self.find(permit)?;
        let limit = at.planned.statutory.as_ref().or(at.planned.promised.as_ref());
        let source = limit.map(|limit| limit.source.clone());
        let gone = || MatterRefusal::NotApplicable { permit: permit.clone() };
        let there = forecast.permit(permit).ok_or_else(gone)?;
        Ok(Ruling::Delayed { decide: there.decide, law_due: there.law_due, source })
    }

    /// The round a permit is in, if it has not ended without a decision.
    fn open_round(&self, permit: &PermitCode) -> Option<&Round> {
        self.permits.get(permit)?.round().filter(|round| !round.phase.allows_new_round())
    }

    /// The permits a body decides that are not decided on yet, in the order of the plan: what its delay would touch.
    pub fn undecided_of(&self, body: &BodyId) -> Vec<PermitCode> {
        let open = |code: &PermitCode| {
            self.permits.get(code).is_some_and(|permit| permit.not_applicable.is_none())
                && self.open_round(code).is_none_or(|round| round.decision.is_none())
        };
        let permits = self.plan.iter().flat_map(|plan| &plan.permits).filter(|p| p.lead == *body);
        permits.map(|p| &p.code).filter(|code| open(code)).cloned().collect()
    }

    /// What one tolerance more would save by the forecast of a day; none without a plan, and where it moves nothing.
    pub fn tolerance_worth(
        &self,
        calendar: &Calendar,
        day: Date,
        (permit, requirement, mode): (&PermitCode, &RequirementId, Mode),
    ) -> Option<Worth> {
        let progress = self.progress(day);
        let forecaster = Forecaster::of(self.plan.as_ref()?, calendar, day, &progress).ok()?;
        let candidate = (permit.clone(), requirement.clone(), mode);
        forecaster.worth(&self.assumptions(), &[candidate]).pop().flatten()
    }

    /// The lawful tolerances of prerequisites there are on a day, each with what it alone would save: the most days of the
    /// whole first, then the most days of its permit. None without a plan.
    pub fn best_tolerances(&self, calendar: &Calendar, day: Date, reads: &MatterReads) -> Vec<BestTolerance> {
        const MODES: [Mode; 3] = [Mode::PreReview, Mode::Commitment, Mode::IssueFirst];
        let Some(plan) = &self.plan else { return Vec::new() };
        let edges =
            plan.permits.iter().flat_map(|p| p.prerequisites.iter().map(move |edge| (&p.code, edge.id())));
        let lawful: Vec<_> = edges
            .flat_map(|(code, id)| MODES.map(|mode| (code.clone(), id.clone(), mode)))
            .filter_map(|(code, id, mode)| {
                let ruling = self.may_tolerate(&code, &id, mode, day, reads).ok()?;
                Some(((code, id, mode), ruling))
            })
            .collect();
        let progress = self.progress(day);
        let Ok(forecaster) = Forecaster::of(plan, calendar, day, &progress) else { return Vec::new() };
        let (candidates, rulings): (Vec<_>, Vec<_>) = lawful.into_iter().unzip();
        let worths = forecaster.worth(&self.assumptions(), &candidates);
        let mut best: Vec<BestTolerance> = candidates
            .into_iter()
            .zip(rulings)
            .zip(worths)
            .filter_map(|(((permit, requirement, mode), ruling), worth)| {
                Some(BestTolerance { permit, requirement, mode, ruling, worth: worth? })
            })
            .collect();
        let saved = |(before, after): (Date, Date)| {
            calendar.days_between(after, before, crate::calendar::Unit::CalendarDays)
        };
        best.sort_by_key(|b| (-saved(b.worth.completion), -saved(b.worth.decide)));
        best
    }

    /// Forecasts of several cases on a day, the first without assumptions but what stands; none without a plan.
    pub fn what_if(
        &self,
        calendar: &Calendar,
        day: Date,
        cases: &[Assumptions],
    ) -> Option<(Forecast, Vec<Forecast>)> {
        let plan = self.plan.as_ref()?;
        let progress = self.progress(day);
        let forecaster = Forecaster::of(plan, calendar, day, &progress).ok()?;
        let plain = forecaster.forecast(&self.assumptions());
        Some((plain, cases.iter().map(|case| forecaster.forecast(case)).collect()))
    }
}
