//! The briefing (专报) of a week.
//!
//! Invariants: the requester's own county; pinned to an entry and a day, so that it reads the same for ever.
//! Deliberately absent: what it counts; see `om_domain::briefing`.

use super::{
    error::{Code, bad_input, error},
    lists::of_read,
    matter::{carry_out::of_fault, queries::of_request},
    node_id::{self, NodeId},
    scalars::{Date, Instant},
};
use crate::briefing::{self, MatterRow, NoBriefing, Pin, Report, Row};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use om_domain::{briefing::Done, matter::plan::Node};
use om_projections::board::{self, Board};

/// What a briefing is pinned to: the same week, entry and day give the same briefing for ever.
#[derive(Debug, Clone, InputObject)]
pub struct BriefingPinInput {
    /// The last entry it knows, `event:…/…`, recorded in the week or before.
    pub event: ID,
    /// The day of the week on which its clocks are read.
    pub day: Date,
}

/// What a briefing is pinned to.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BriefingPin {
    /// The last entry it knows, `event:…/…`.
    pub event: ID,
    /// When that was recorded.
    pub recorded: Instant,
    /// The day on which its clocks are read.
    pub day: Date,
}

/// What was recorded in a week, counted.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BriefingDone {
    /// Files received, corrected ones among them.
    pub received: u32,
    /// Files accepted or deemed accepted.
    pub accepted: u32,
    /// Permits approved.
    pub approved: u32,
    /// Permits denied, files not accepted.
    pub denied: u32,
    /// Certificates issued.
    pub issued: u32,
    /// Deficiencies tolerated.
    pub tolerated: u32,
    /// Supplements verified.
    pub supplemented: u32,
    /// Files handed off and received.
    pub handed_off: u32,
    /// Entries recorded late (后期补录, R16).
    pub backfilled: u32,
}

impl From<Done> for BriefingDone {
    fn from(done: Done) -> Self {
        let Done {
            received,
            accepted,
            approved,
            denied,
            issued,
            tolerated,
            supplemented,
            handed_off,
            backfilled,
        } = done;
        BriefingDone {
            received,
            accepted,
            approved,
            denied,
            issued,
            tolerated,
            supplemented,
            handed_off,
            backfilled,
        }
    }
}

/// A matter in a briefing.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BriefingMatter {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// Its name.
    pub name: String,
    /// Where it is in its life, in Chinese.
    pub phase_zh: String,
    /// The same in English.
    pub phase_en: String,
    /// Permits that apply.
    pub permits: u32,
    /// Of them, those to which nothing more is to come.
    pub permits_done: u32,
    /// Of them, late ones.
    pub permits_late: u32,
    /// What was recorded in the week.
    pub done: BriefingDone,
    /// The forecast day of completion when the week began.
    pub completion_before: Option<Date>,
    /// The same now.
    pub completion: Option<Date>,
    /// The day it is to be completed by.
    pub target: Option<Date>,
    /// Working days by which what is tolerated now brings completion forward.
    pub tolerances_save_working_days: i32,
}

/// A row of a briefing.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BriefingRow {
    /// The matter, `matter:…`.
    pub matter: ID,
    /// Its name.
    pub matter_name: String,
    /// The permit, `permit:…/CODE`; none for a milestone.
    pub permit: Option<ID>,
    /// Code and name of the permit, or the milestone's name.
    pub about: String,
    /// The body whose move it is, or against which a card stands, `body:…`; none where it is the applicant's.
    pub body: Option<ID>,
    /// The day it is about: since when, issued on, due on.
    pub on: Option<Date>,
    /// What it says.
    pub sentence: String,
    /// The same in Chinese.
    pub sentence_zh: String,
}

/// The briefing (专报) of a week.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Briefing {
    /// The week's Monday.
    pub monday: Date,
    /// Its Sunday.
    pub sunday: Date,
    /// The Monday of the week before.
    pub week_before: Option<Date>,
    /// The Monday of the week after; it may not have begun.
    pub week_after: Option<Date>,
    /// What it is pinned to: send it as `at`, and the same briefing comes again.
    pub pin: BriefingPin,
    /// What was recorded in the week, over all matters.
    pub done: BriefingDone,
    /// The matters, those with most that is late first.
    #[graphql(complexity = "20 * child_complexity")]
    pub matters: Vec<BriefingMatter>,
    /// What needs coordination (需协调): late permits, and those that hold others up.
    #[graphql(complexity = "20 * child_complexity")]
    pub coordination: Vec<BriefingRow>,
    /// Cards that are open or were issued in the week.
    #[graphql(complexity = "10 * child_complexity")]
    pub cards: Vec<BriefingRow>,
    /// Supplements owed, and tolerances that lapsed in the week.
    #[graphql(complexity = "10 * child_complexity")]
    pub debts: Vec<BriefingRow>,
    /// What is due in the week after.
    #[graphql(complexity = "20 * child_complexity")]
    pub due_next_week: Vec<BriefingRow>,
    /// The whole as plain text in Chinese, as `onematter briefing` prints it.
    pub text_zh: String,
}

impl From<MatterRow> for BriefingMatter {
    fn from(MatterRow { name, line }: MatterRow) -> Self {
        BriefingMatter {
            matter: NodeId::Matter(line.matter).id(),
            name,
            phase_zh: line.phase.name_zh().into(),
            phase_en: line.phase.name_en().into(),
            permits: line.permits,
            permits_done: line.permits_done,
            permits_late: line.permits_late,
            done: line.done.into(),
            completion_before: line.completion_before.map(Into::into),
            completion: line.completion.map(Into::into),
            target: line.target.map(Into::into),
            tolerances_save_working_days: line.tolerances_save,
        }
    }
}

impl From<Row> for BriefingRow {
    fn from(row: Row) -> Self {
        BriefingRow {
            matter: NodeId::Matter(row.matter).id(),
            matter_name: row.matter_name,
            permit: match row.node {
                Node::Permit(code) => Some(NodeId::Permit(row.matter, code).id()),
                Node::Milestone(_) => None,
            },
            about: row.about,
            body: row.body.map(|body| NodeId::Body(body).id()),
            on: row.on.map(Into::into),
            sentence: row.en,
            sentence_zh: row.zh,
        }
    }
}

impl From<Report> for Briefing {
    fn from(report: Report) -> Self {
        let text_zh = briefing::text(&report);
        let Pin { matter, event, day } = report.pin;
        let rows = |rows: Vec<Row>| rows.into_iter().map(Into::into).collect();
        Briefing {
            monday: report.briefing.week.monday.into(),
            sunday: report.briefing.week.sunday.into(),
            week_before: report.briefing.week.previous().map(|week| week.monday.into()),
            week_after: report.briefing.week.next().map(|week| week.monday.into()),
            pin: BriefingPin {
                event: NodeId::Event(matter, event).id(),
                recorded: report.known.into(),
                day: day.into(),
            },
            done: report.briefing.done.into(),
            matters: report.rows.matters.into_iter().map(Into::into).collect(),
            coordination: rows(report.rows.coordination),
            cards: rows(report.rows.cards),
            debts: rows(report.rows.debts),
            due_next_week: rows(report.rows.due),
            text_zh,
        }
    }
}

/// What can be asked of briefings.
#[derive(Default)]
pub struct BriefingQuery;

#[Object(serial)]
impl BriefingQuery {
    /// The briefing (专报) of a week over all matters of the county: progress, what needs coordination, cards, tolerances,
    /// what is due in the week after. Pinned to an entry and a day: asked for again with them, it reads the same for ever.
    #[graphql(complexity = "500 + child_complexity")]
    async fn briefing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A day of the week; the pin's if not said, else this week.")] week: Option<Date>,
        #[graphql(
            desc = "What it is pinned to; the week's last entry if not said, with the clocks of today or of the \
                          week's last day."
        )]
        at: Option<BriefingPinInput>,
    ) -> Result<Briefing> {
        let (services, who) = of_request(ctx)?;
        let today = services.today();
        let pin = match at {
            None => None,
            Some(BriefingPinInput { event, day }) => {
                let (matter, event) = node_id::event(&event)?;
                Some(Pin { matter, event, day: day.into() })
            }
        };
        let county = who.county().clone();
        let ids = move |db: &_| board::ids(db, &county);
        let matters = services.projections.read::<Board, _>(ids).await.map_err(of_read)?;
        let week = week.map(Into::into).or(pin.map(|pin| pin.day)).unwrap_or(today);
        let about = (&services.registers, &*services.calendars as &dyn om_infra::calendars::Calendars);
        let report = briefing::read(about, who.county(), &matters, (week, pin, today)).await;
        Ok(report.map_err(of_briefing)?.into())
    }
}

fn of_briefing(why: NoBriefing) -> async_graphql::Error {
    match why {
        NoBriefing::Fault(fault) => of_fault(fault),
        NoBriefing::Nothing | NoBriefing::UnknownEntry => error(Code::NotFound, why.to_string()),
        other => bad_input(other.to_string()),
    }
}
