//! The overview: what the county has underway, what is late, and the list of matters.

use super::{
    decode, encode, of_read, one_more,
    outlook::{self, MatterOutlook},
    seen,
    words::BoardPhase,
};
use crate::access;
use crate::graphql::{
    error::bad_input,
    limits::{multiplier, page_size},
    matter::{queries::of_request, types::StageProgress},
    node_id::{self, NodeId},
    page::connection,
    scalars::{Date, LegalText, ProjectCode, Yuan},
};
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use jiff::{ToSpan, civil::Weekday};
use om_domain::{ids::MatterId, matter::card::Colour};
use om_projections::board::{self, Board, MatterCursor, MatterFilter, MatterRows};
use om_projections::reach::Reach;

/// Which matters are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, InputObject)]
pub struct MatterFilterInput {
    /// In this phase.
    pub phase: Option<BoardPhase>,
    /// With this task-force lead, `officer:…`.
    pub lead: Option<ID>,
    /// Implemented by this township or subdistrict, `body:…`.
    pub implementing_body: Option<ID>,
    /// With this text in name, project code or place; at most 64 characters.
    #[graphql(validator(chars_max_length = 64))]
    pub text: Option<String>,
    /// With a permit whose next act is due from today through the end of the week (Sunday).
    #[graphql(default)]
    pub due_this_week: bool,
    /// With a permit whose next act is overdue.
    #[graphql(default)]
    pub overdue: bool,
    /// With a tolerated deficiency still owed whose last day has passed.
    #[graphql(default)]
    pub debt_overdue: bool,
    /// With a milestone that is late: its date has passed, or nobody has said why one had (R14).
    #[graphql(default)]
    pub milestone_late: bool,
}

/// In which order matters are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "board::MatterOrder")]
pub enum MatterOrder {
    /// By name.
    Name,
    /// By target completion; without one last.
    Target,
    /// Changed last first.
    LastChange,
}

/// A matter in a list.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct MatterSummary {
    #[graphql(skip)]
    matter: MatterId,
    /// Its id, `matter:…`.
    pub id: ID,
    /// Its name.
    pub name: LegalText,
    /// Its kind, such as municipal road (市政道路).
    pub kind: LegalText,
    /// Its project code (项目代码).
    pub code: ProjectCode,
    /// Where it is in its life.
    pub phase: BoardPhase,
    /// The task force's lead, `officer:…`; none before designation.
    pub lead: Option<ID>,
    /// Township or subdistrict that implements it, `body:…`.
    pub implementing_body: ID,
    /// Place.
    pub place: LegalText,
    /// Investment in whole yuan.
    pub investment_yuan: Option<Yuan>,
    /// Target completion.
    pub target: Option<Date>,
    /// The day it was proposed.
    pub proposed_on: Date,
    /// The day work on it began.
    pub started_on: Option<Date>,
    /// The day it was completed or given up.
    pub ended_on: Option<Date>,
    /// The day of its last change.
    pub changed_on: Date,
}

impl From<&MatterRows> for MatterSummary {
    fn from(rows: &MatterRows) -> Self {
        let row = &rows.row;
        MatterSummary {
            matter: rows.matter,
            id: NodeId::Matter(rows.matter).id(),
            name: row.name.clone().into(),
            kind: row.kind.clone().into(),
            code: row.code.clone().into(),
            phase: row.phase.into(),
            lead: row.lead_officer.clone().map(|lead| NodeId::Officer(lead).id()),
            implementing_body: NodeId::Body(row.implementing_body.clone()).id(),
            place: row.place.clone().into(),
            investment_yuan: row.investment_yuan.map(Yuan),
            target: row.target.map(Into::into),
            proposed_on: row.proposed_on.into(),
            started_on: row.started_on.map(Into::into),
            ended_on: row.ended_on.map(Into::into),
            changed_on: row.last.on.into(),
        }
    }
}

/// How the permits and milestones of a matter stand against their days.
#[derive(Debug, Clone, Default, SimpleObject)]
#[graphql(serial)]
pub struct MatterPressure {
    /// Permits in its plan.
    pub permits: usize,
    /// Of them, those to which nothing more is to come.
    pub done: usize,
    /// Permits whose next act is overdue.
    pub overdue: usize,
    /// The earliest last day of a next act.
    pub next_due: Option<Date>,
    /// Tolerated deficiencies still owed.
    pub debts: usize,
    /// Of them, those whose last day has passed.
    pub debts_overdue: usize,
    /// Milestones that are late: their date has passed, or nobody has said why one had.
    pub milestones_late: usize,
    /// The earliest date of a milestone still to be reached.
    pub next_milestone: Option<Date>,
    /// Changes of a milestone's date that are asked for and undecided.
    pub date_changes_open: usize,
    /// Open cards (红黄牌).
    pub cards: usize,
    /// Of them, the yellow ones (黄牌).
    pub cards_yellow: usize,
    /// Of them, the red ones (红牌).
    pub cards_red: usize,
}

#[ComplexObject]
impl MatterSummary {
    /// How far its stages have come; a stage without permits is left out.
    #[graphql(complexity = "10 + 4 * child_complexity")]
    async fn stages(&self, ctx: &Context<'_>) -> Result<Vec<StageProgress>> {
        let (services, who) = of_request(ctx)?;
        let (county, matter) = (who.county().clone(), self.matter);
        let read = move |db: &_| board::stages(db, &county, matter);
        let stages = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let one = |s: board::StageProgress| StageProgress {
            stage: s.stage.into(),
            permits: count(s.permits),
            done: count(s.done),
        };
        Ok(stages.into_iter().map(one).collect())
    }

    /// When it will be done as it stands today, how far that lies from the target, and whose move it is now. None before it is
    /// planned and once it is given up.
    #[graphql(complexity = "20 + 5 * child_complexity")]
    async fn outlook(&self, ctx: &Context<'_>) -> Result<Option<MatterOutlook>> {
        outlook::of(ctx, self.matter).await
    }

    /// How its permits stand against their days, today.
    #[graphql(complexity = "20 + child_complexity")]
    async fn pressure(&self, ctx: &Context<'_>) -> Result<MatterPressure> {
        let (services, who) = of_request(ctx)?;
        let (county, matter, today) = (who.county().clone(), self.matter, services.today());
        let read = move |db: &_| {
            Ok((board::matter_rows(db, &county, matter)?, board::milestones(db, &county, matter)?))
        };
        let (rows, milestones) = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let permits = rows.map(|(_, permits)| permits).unwrap_or_default();
        let mut pressure = MatterPressure { permits: permits.len(), ..MatterPressure::default() };
        for permit in &permits {
            pressure.done += usize::from(permit.life.is_done());
            pressure.overdue += usize::from(permit.life.is_overdue_at(today));
            pressure.debts += permit.life.live_debts().count();
            pressure.debts_overdue += permit.life.debts_overdue_at(today);
            for card in permit.life.open_cards() {
                pressure.cards += 1;
                pressure.cards_yellow += usize::from(card.colour == Colour::Yellow);
                pressure.cards_red += usize::from(card.colour == Colour::Red);
            }
        }
        for (_, milestone) in &milestones {
            pressure.milestones_late += usize::from(milestone.is_late_at(today));
            pressure.date_changes_open += usize::from(milestone.asked.is_some());
        }
        let ahead = milestones.iter().filter(|(_, m)| m.reached_on.is_none()).map(|(_, m)| m.date);
        pressure.next_milestone = ahead.min().map(Into::into);
        pressure.next_due = permits.iter().filter_map(|p| p.life.next_due()).min().map(Into::into);
        Ok(pressure)
    }
}

connection! {
    /// A page of matters.
    MatterConnection, MatterEdge, MatterSummary
}

/// The county at a glance. The counts open the lists they count.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct Overview {
    #[graphql(skip)]
    today: jiff::civil::Date,
    #[graphql(skip)]
    week_end: jiff::civil::Date,
    /// The day in Beijing it is counted at.
    pub day: Date,
    /// Matters underway.
    pub underway: u32,
    /// Permits whose next act is due from today through the end of the week (Sunday).
    pub due_this_week: u32,
    /// Permits whose next act is overdue.
    pub overdue: u32,
    /// Tolerated deficiencies still owed whose last day has passed.
    pub debts_overdue: u32,
    /// Milestones whose date has passed and that are not reached, or of whose missed date nobody has said why (R14).
    pub milestones_late: u32,
    /// Changes of a milestone's date that are asked for and undecided.
    pub date_changes_open: u32,
    /// Open yellow cards (黄牌).
    pub yellow_cards: u32,
    /// Open red cards (红牌).
    pub red_cards: u32,
}

#[ComplexObject]
impl Overview {
    /// The county's matters.
    #[graphql(complexity = "multiplier(first, 50) * child_complexity")]
    async fn matters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which matters are wanted; all if not said.")] filter: Option<MatterFilterInput>,
        #[graphql(desc = "In which order; changed last first if not said.")] order: Option<MatterOrder>,
        #[graphql(desc = "At most this many, 1 to 200; 50 if not said.")] first: Option<i32>,
        #[graphql(desc = "After the matter of this cursor.")] after: Option<String>,
    ) -> Result<MatterConnection> {
        let size = page_size(first, 50).map_err(bad_input)?;
        let (services, who) = of_request(ctx)?;
        let reach = access::matters(services, who).await?;
        let wanted = self.wanted(filter.unwrap_or_default(), reach)?;
        let order: board::MatterOrder = order.unwrap_or(MatterOrder::LastChange).into();
        let county = who.county().clone();
        let cursor: Option<MatterCursor> = decode(after.as_ref())?;
        let read = move |db: &_| board::matters(db, &county, &wanted, order, cursor.as_ref(), one_more(size));
        let rows = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        let entry = |row: &MatterRows| Ok((encode(&MatterCursor::from(row))?, MatterSummary::from(row)));
        let entries = rows.iter().map(entry).collect::<Result<_>>()?;
        Ok(MatterConnection::of(entries, size, after.is_some()))
    }
}

impl Overview {
    fn wanted(&self, filter: MatterFilterInput, reach: Reach) -> Result<MatterFilter> {
        let yesterday = self.today.saturating_sub(1.day());
        let act_due = match (filter.overdue, filter.due_this_week) {
            (true, true) => Some((jiff::civil::Date::constant(1, 1, 1), self.week_end)),
            (true, false) => Some((jiff::civil::Date::constant(1, 1, 1), yesterday)),
            (false, true) => Some((self.today, self.week_end)),
            (false, false) => None,
        };
        Ok(MatterFilter {
            phase: filter.phase.map(Into::into),
            lead_officer: filter.lead.as_ref().map(node_id::officer).transpose()?,
            implementing_body: filter.implementing_body.as_ref().map(node_id::body).transpose()?,
            text: filter.text.filter(|text| !text.trim().is_empty()),
            act_due,
            debt_overdue_at: filter.debt_overdue.then_some(self.today),
            milestone_late_at: filter.milestone_late.then_some(self.today),
            reach,
        })
    }
}

/// Queries for the overview.
#[derive(Default)]
pub struct OverviewQuery;

#[Object(serial)]
impl OverviewQuery {
    /// The county at a glance: counts, and the list of matters.
    #[graphql(complexity = "10 + child_complexity")]
    async fn overview(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Show at least what stood at this position, as a receipt or a list's change gave it, on whichever gateway."
        )]
        seen: Option<String>,
    ) -> Result<Overview> {
        let (services, who) = of_request(ctx)?;
        seen::shown::<Board>(services, seen).await?;
        let (county, today) = (who.county().clone(), services.today());
        let to_sunday = today.weekday().until(Weekday::Sunday);
        let week_end = today.saturating_add(i32::from(to_sunday).days());
        let reach = access::matters(services, who).await?;
        let read = move |db: &_| board::counts(db, &county, (today, week_end), &reach);
        let counts = services.projections.read::<Board, _>(read).await.map_err(of_read)?;
        Ok(Overview {
            today,
            week_end,
            day: today.into(),
            underway: counts.underway,
            due_this_week: counts.due_this_week,
            overdue: counts.overdue,
            debts_overdue: counts.debts_overdue,
            milestones_late: counts.milestones_late,
            date_changes_open: counts.date_changes_open,
            yellow_cards: counts.yellow_cards,
            red_cards: counts.red_cards,
        })
    }
}
