//! The ledger of tolerated deficiencies (容缺台账).

use super::{decode, encode, of_read, one_more, requirements, seen, words::DebtStanding};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::carry_out::of_fault,
    matter::{
        enums::{Consequence, Gate, ToleranceMode},
        queries::of_request,
    },
    node_id::{self, NodeId},
    page::connection,
    scalars::{Date, LegalText, PaperHash, PermitCode, Requirement},
};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use om_domain::calendar::Calendar;
use om_projections::{
    board::Board,
    tolerances::{self, ToleranceCursor, ToleranceFilter, ToleranceRow},
};

/// Which lines of the ledger are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ToleranceFilterInput {
    /// Of this matter, `matter:…`.
    pub matter: Option<ID>,
    /// Of permits that this department decides, `body:…`.
    pub lead: Option<ID>,
    /// Only those still owed.
    #[graphql(default)]
    pub live: bool,
    /// Only those still owed whose last day has passed.
    #[graphql(default)]
    pub overdue: bool,
    /// Only those that stand so.
    pub standing: Option<DebtStanding>,
}

/// A line of the ledger: one tolerated deficiency, whatever became of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct ToleranceLine {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// Its name.
    pub matter_name: LegalText,
    /// The applicant who owes, `applicant:…`.
    pub applicant: ID,
    /// The permit, `permit:…/CODE`.
    pub permit: ID,
    /// The permit's code in the matter.
    pub permit_code: PermitCode,
    /// The department that decides it, `body:…`.
    pub lead: ID,
    /// The round it was tolerated in, from 1.
    pub round: u16,
    /// What is owed.
    pub requirement: Requirement,
    /// In which mode.
    pub mode: ToleranceMode,
    /// From which gate.
    pub from: Gate,
    /// To which gate.
    pub to: Gate,
    /// The day it was tolerated.
    pub on: Date,
    /// The entry that tolerated it, `event:…/…`.
    pub entry: ID,
    /// Last day for the supplement (补齐期限).
    pub due: Date,
    /// Whether that may move with a later holiday notice.
    pub provisional: bool,
    /// Whether the deadline was moved; it can be once.
    pub moved: bool,
    /// What follows if it fails.
    pub consequence: Consequence,
    /// In which form the supplement must come.
    pub form: LegalText,
    /// The applicant's signed commitment (承诺书).
    pub commitment: PaperHash,
    /// What has come of it.
    pub standing: DebtStanding,
    /// The day it last changed.
    pub changed_on: Date,
    /// Working days (工作日) left through the last day; negative when it has passed. None when nothing is owed any more.
    pub left_working_days: Option<i32>,
    /// Whether it is still owed and its last day has passed.
    pub overdue: bool,
}

#[ComplexObject]
impl ToleranceLine {
    /// What is owed is called. A material by its name, a permit by its code and name.
    #[graphql(complexity = 5)]
    async fn requirement_name(&self, ctx: &Context<'_>) -> Result<String> {
        requirements::named(ctx, &self.matter, Some(&self.permit_code), &self.requirement).await
    }
}

impl ToleranceLine {
    fn of(row: ToleranceRow, calendar: &Calendar, today: jiff::civil::Date) -> Self {
        let ToleranceRow { matter, matter_name, applicant, permit, lead, debt } = row;
        let live = debt.state.is_live();
        ToleranceLine {
            matter: NodeId::Matter(matter).id(),
            matter_name: matter_name.into(),
            applicant: NodeId::Applicant(applicant).id(),
            permit: NodeId::Permit(matter, permit.clone()).id(),
            permit_code: permit.into(),
            lead: NodeId::Body(lead).id(),
            round: debt.round,
            requirement: debt.requirement.into(),
            mode: debt.mode.into(),
            from: debt.from.into(),
            to: debt.to.into(),
            on: debt.on.into(),
            entry: NodeId::Event(matter, debt.entry).id(),
            due: debt.due.into(),
            provisional: debt.provisional,
            moved: debt.moved,
            consequence: debt.consequence.into(),
            form: debt.form.into(),
            commitment: debt.commitment.into(),
            standing: debt.state.into(),
            changed_on: debt.changed_on.into(),
            left_working_days: live.then(|| calendar.working_days_between(today, debt.due)),
            overdue: live && debt.due < today,
        }
    }
}

connection! {
    /// A page of the ledger.
    ToleranceConnection, ToleranceEdge, ToleranceLine
}

/// Queries for the ledger.
#[derive(Default)]
pub struct ToleranceQuery;

#[Object(serial)]
impl ToleranceQuery {
    /// The county's ledger of tolerated deficiencies, by due date.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn tolerances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lines are wanted; all if not said.")] filter: Option<ToleranceFilterInput>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the line of this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Show at least what stood at this position, as a receipt or a list's change gave it, on whichever gateway."
        )]
        seen: Option<String>,
    ) -> Result<ToleranceConnection> {
        let size = page_size(first, 50).map_err(bad_input)?;
        let (services, who) = of_request(ctx)?;
        seen::shown::<Board>(services, seen).await?;
        let (calendar, today) = (services.calendar(who.county()).await.map_err(of_fault)?, services.today());
        let filter = filter.unwrap_or_default();
        let wanted = ToleranceFilter {
            matter: filter.matter.as_ref().map(node_id::matter).transpose()?,
            lead: filter.lead.as_ref().map(node_id::body).transpose()?,
            live: filter.live,
            overdue_at: filter.overdue.then_some(today),
            state: filter.standing.map(Into::into),
            reach: access::matters(services, who).await?,
        };
        let county = who.county().clone();
        let cursor: Option<ToleranceCursor> = decode(after.as_ref())?;
        let read =
            move |db: &_| tolerances::tolerances(db, &county, &wanted, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let entry = |row: ToleranceRow| {
            Ok((encode(&ToleranceCursor::from(&row))?, ToleranceLine::of(row, &calendar, today)))
        };
        let entries = rows.into_iter().map(entry).collect::<Result<_>>()?;
        Ok(ToleranceConnection::of(entries, size, after.is_some()))
    }
}
