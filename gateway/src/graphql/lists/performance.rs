//! What departments achieved in a period (部门效能).
//!
//! Invariant: rates and medians are counted by the county's calendar as it is known now; a rate of nothing is none, not zero.
//! Deliberately absent: a score and a ranking; which weights make one is the county's to say.

use super::of_read;
use crate::access;
use crate::graphql::{
    error::bad_input,
    matter::{carry_out::of_fault, enums::Nature, queries::of_request},
    node_id::{self, NodeId},
    scalars::{Date, LegalText},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use om_domain::access::{Action, Of};
use om_projections::performance::{self, KindReport, Performance, Report};

/// Decisions of one kind of permit.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct KindPerformance {
    /// The permit's name, the same in whichever matters.
    pub name: LegalText,
    /// What kind of act it is.
    pub nature: Nature,
    /// Decisions in the period.
    pub decided: u32,
    /// Of them, those under a limit, promised or statutory.
    pub limited: u32,
    /// Of those, on time: by the promised last day; where none is promised, by the statutory one.
    pub on_time: u32,
    /// The median of working days (工作日) on the clock, what was excluded left out; none where no clock ran.
    pub median_working_days: Option<f64>,
}

/// Terms that ran out against a department in the period and still count: no act recorded later shows that they were kept.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct OverduePerformance {
    /// Answers to a file, limits, pre-reviews, hearings, deliveries.
    pub terms: u32,
    /// Handoffs not answered.
    pub handoffs: u32,
    /// Opinions not given.
    pub opinions: u32,
    /// All of them.
    pub total: u32,
}

/// Tolerances (容缺) granted in the period on a department's permits, and what came of them until now.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct TolerancePerformance {
    /// Granted.
    pub granted: u32,
    /// Of them, supplied or landed without a lapse (守诺).
    pub kept: u32,
    /// Of them, lapsed.
    pub lapsed: u32,
    /// Of them, still owed, or ended with their round.
    pub open: u32,
}

/// What a department achieved in a period.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct DepartmentPerformance {
    /// The department, `body:…`.
    pub body: ID,
    /// Decisions.
    pub decided: u32,
    /// Of them, those under a limit.
    pub limited: u32,
    /// Of those, on time (按时办结).
    pub on_time: u32,
    /// On time of those under a limit, 0 to 1; none where there was none.
    pub on_time_rate: Option<f64>,
    /// The median of working days (工作日) of all decisions; none where no clock ran.
    pub median_working_days: Option<f64>,
    /// The same by kind of permit, by name.
    #[graphql(complexity = "10 * child_complexity")]
    pub kinds: Vec<KindPerformance>,
    /// What ran out against it.
    pub overdue: OverduePerformance,
    /// Entries its people recorded in the period.
    pub entries: u32,
    /// Of them, recorded later than they happened by more than the grace: back-filling (后期补录, R16).
    pub backfilled: u32,
    /// Back-filled of all entries, 0 to 1; none where there was none.
    pub backfill_rate: Option<f64>,
    /// Tolerances.
    pub tolerances: TolerancePerformance,
}

fn rate(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// The middle one, or halfway between the two in the middle.
fn median(ascending: &[i32]) -> Option<f64> {
    let half = ascending.len() / 2;
    let upper = f64::from(*ascending.get(half)?);
    let lower = match ascending.len().is_multiple_of(2) {
        true => f64::from(*ascending.get(half.checked_sub(1)?)?),
        false => upper,
    };
    Some(f64::midpoint(lower, upper))
}

impl KindPerformance {
    fn of((name, kind): (om_domain::ids::LegalText, KindReport)) -> Self {
        KindPerformance {
            name: name.into(),
            nature: kind.nature.into(),
            decided: kind.decided,
            limited: kind.limited,
            on_time: kind.on_time,
            median_working_days: median(&kind.working_days),
        }
    }
}

impl DepartmentPerformance {
    fn of(body: om_domain::ids::BodyId, report: Report) -> Self {
        let (limited, on_time) = report.on_time();
        let (overdue, owed) = (report.overdue, report.tolerances);
        DepartmentPerformance {
            body: NodeId::Body(body).id(),
            decided: report.decided(),
            limited,
            on_time,
            on_time_rate: rate(on_time, limited),
            median_working_days: median(&report.working_days()),
            overdue: OverduePerformance {
                terms: overdue.terms,
                handoffs: overdue.handoffs,
                opinions: overdue.opinions,
                total: overdue.terms + overdue.handoffs + overdue.opinions,
            },
            entries: report.entries,
            backfilled: report.backfilled,
            backfill_rate: rate(report.backfilled, report.entries),
            tolerances: TolerancePerformance {
                granted: owed.granted,
                kept: owed.kept,
                lapsed: owed.lapsed,
                open: owed.granted - owed.kept - owed.lapsed,
            },
            kinds: report.kinds.into_iter().map(KindPerformance::of).collect(),
        }
    }
}

/// Queries for departments' performance.
#[derive(Default)]
pub struct PerformanceQuery;

#[Object(serial)]
impl PerformanceQuery {
    /// What each department achieved (部门效能) from one day through another: decisions on time, medians of working days by kind
    /// of permit, what ran out, back-filling, tolerances kept. Bodies that did nothing in the period are left out.
    #[graphql(complexity = "20 + 60 * child_complexity")]
    async fn department_performance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First day of the period.")] from: Date,
        #[graphql(desc = "Last day of the period.")] to: Date,
        #[graphql(desc = "Only this body, `body:…`.")] body: Option<ID>,
    ) -> Result<Vec<DepartmentPerformance>> {
        if from.0 > to.0 {
            return Err(bad_input("from comes after to"));
        }
        let wanted = body.as_ref().map(node_id::body).transpose()?;
        let (services, who) = of_request(ctx)?;
        let calendar = services.calendar(who.county()).await.map_err(of_fault)?;
        let county = who.county().clone();
        let read = move |db: &_| performance::report(db, &county, (from.0, to.0), &calendar);
        let all = services.projections.read::<Performance, _>(read).await.map_err(of_read)?;
        let sees = |body: &_| access::verdict(who, Action::ReadPerformance, Of::Body(body)).is_allowed();
        let wanted = |body: &_| wanted.as_ref().is_none_or(|wanted| wanted == body);
        let shown = all.into_iter().filter(|(body, _)| wanted(body) && sees(body));
        Ok(shown.map(|(body, report)| DepartmentPerformance::of(body, report)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(
            [median(&[]), median(&[3]), median(&[2, 5]), median(&[1, 2, 9])],
            [None, Some(3.0), Some(3.5), Some(2.0)]
        );
    }
}
