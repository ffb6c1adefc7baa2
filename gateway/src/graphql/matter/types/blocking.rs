//! Who waits for whom (谁在等谁), and where the time went.
//!
//! Invariant: read off the fold by the domain's one function, now as for any past moment.
//! Deliberately absent: everything else that is to be done on a permit; the desk lists all its tasks.

use super::{forecast::code, parts::body, view::View};
use crate::graphql::{lists::outlook::Mover, node_id::NodeId, scalars::Date};
use async_graphql::{Enum, ID, SimpleObject};
use om_domain::{
    ids::PermitCode,
    matter::{
        blocks::{self, Act},
        plan::Node,
        time_split::{Days, Split},
    },
};

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Act")]
pub enum NextAct {
    /// Hand in the file (提交申请).
    HandIn,
    /// Hand in the corrected file (提交补正材料).
    Correct,
    /// Hand in materials that are due before a later gate.
    SupplyMaterials,
    /// Hand in the supplement that is owed (补齐容缺材料).
    PaySupplement,
    /// Accept the file or serve the one-time correction notice.
    AcceptOrNotice,
    /// Receive or return what another department hands off.
    AnswerHandoff,
    /// Do its part and hand the file back; the lead department may recall it.
    HandBack,
    /// Give the provisional opinion of a pre-review.
    PreReview,
    /// Confirm the provisional opinion: the prerequisite has landed.
    ConfirmPreReview,
    /// Review; before the decision something is still to come from elsewhere.
    Review,
    /// Finish the excluded procedure and let the clock run again.
    ResumeClock,
    /// Hold the hearing asked for.
    HoldHearing,
    /// Check on the spot, by two officers.
    Check,
    /// Verify or reject the supplement handed in.
    VerifySupplement,
    /// Judge what a prerequisite that fell away means.
    JudgeFallenPrerequisite,
    /// Decide.
    Decide,
    /// Issue and deliver the certificate.
    IssueCertificate,
    /// Answer a renewal before the certificate expires.
    AnswerRenewal,
    /// Decide a revocation that was proposed.
    DecideRevocation,
    /// Reach the milestone.
    ReachMilestone,
}

/// Where an open permit or milestone stands: whose move it is, or what it waits for.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Blocking {
    /// Code of the permit or milestone.
    pub code: String,
    /// The permit, `permit:…/CODE`; none for a milestone.
    pub permit: Option<ID>,
    /// What is to be done next; none while it waits for others.
    pub act: Option<NextAct>,
    /// Whose move it is; none while it waits for others.
    pub mover: Option<Mover>,
    /// The body whose move it is, `body:…`; none where it is the applicant's.
    pub body: Option<ID>,
    /// Who may do it, in English.
    pub who: Option<String>,
    /// The same in Chinese.
    pub who_zh: Option<String>,
    /// Since which day: of the move, or of the waiting.
    pub since: Option<Date>,
    /// Last day; none where no term runs.
    pub due: Option<Date>,
    /// Working days (工作日) left through the last day; negative when it has passed.
    pub left_working_days: Option<i32>,
    /// Codes of permits and milestones it lacks now, also where they do not hold it up yet.
    pub lacks: Vec<String>,
    /// Codes of those whose move it waits for in the end; its own where the move is its own.
    pub hangs_on: Vec<String>,
    /// Codes of those that wait for it, straight or through others.
    pub holds_up: Vec<String>,
    /// In one sentence.
    pub sentence: String,
    /// The same in Chinese.
    pub sentence_zh: String,
}

impl Blocking {
    pub(super) fn of(view: &View, block: &blocks::Blocking) -> Self {
        let about = match &block.node {
            Node::Permit(code) => Some(code),
            Node::Milestone(_) => None,
        };
        let names = view.names(about);
        let next = block.next.as_ref();
        let (mover, mover_body) = match next.map(|next| &next.mover) {
            Some(blocks::Mover::Department(of)) => (Some(Mover::Department), Some(body(of))),
            Some(blocks::Mover::ImplementingBody(of)) => (Some(Mover::ImplementingBody), Some(body(of))),
            Some(blocks::Mover::Applicant) => (Some(Mover::Applicant), None),
            None => (None, None),
        };
        let due = next.and_then(|next| next.due);
        Blocking {
            code: code(&block.node),
            permit: about.map(|code| NodeId::Permit(view.id, code.clone()).id()),
            act: next.map(|next| next.act.into()),
            mover,
            body: mover_body,
            who: next.map(|next| next.who.en(&names)),
            who_zh: next.map(|next| next.who.zh(&names)),
            since: block.since.map(Into::into),
            due: due.map(Into::into),
            left_working_days: due.map(|due| view.calendar.working_days_between(view.today(), due)),
            lacks: block.lacks.iter().map(code).collect(),
            hangs_on: block.hangs_on.iter().map(code).collect(),
            holds_up: block.holds_up.iter().map(code).collect(),
            sentence: block.en(&names),
            sentence_zh: block.zh(&names),
        }
    }

    /// Every open permit and milestone, those that hold up most first.
    pub(super) fn all(view: &View) -> Vec<Blocking> {
        let mut blocks = view.state.blocks(view.today());
        blocks.sort_by_key(|block| std::cmp::Reverse(block.holds_up.len()));
        blocks.iter().map(|block| Blocking::of(view, block)).collect()
    }

    /// One of them.
    pub(super) fn of_permit(view: &View, permit: &PermitCode) -> Option<Blocking> {
        let node = Node::Permit(permit.clone());
        view.state.blocks(view.today()).iter().find(|b| b.node == node).map(|b| Blocking::of(view, b))
    }
}

/// A number of days.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(serial)]
pub struct DayCount {
    /// Working days (工作日).
    pub working_days: i32,
    /// Calendar days (日历日).
    pub calendar_days: i32,
}

impl From<Days> for DayCount {
    fn from(days: Days) -> Self {
        DayCount { working_days: days.working, calendar_days: days.calendar }
    }
}

/// Where the time went, from the day the matter started: each day is booked once. A day in review is its custodian's work
/// until the limit ends; beyond it, while a prerequisite is still lacking, it is waiting.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(serial)]
pub struct TimeSplit {
    /// With the custodian, who was to act.
    pub working: DayCount,
    /// For a permit or milestone that must come first.
    pub waiting_for_prerequisite: DayCount,
    /// For the applicant.
    pub waiting_for_applicant: DayCount,
    /// The clock stood still for an excluded procedure.
    pub suspended: DayCount,
    /// All together.
    pub total: DayCount,
}

impl From<Split> for TimeSplit {
    fn from(split: Split) -> Self {
        TimeSplit {
            working: split.working.into(),
            waiting_for_prerequisite: split.waiting_for_prerequisite.into(),
            waiting_for_applicant: split.waiting_for_applicant.into(),
            suspended: split.suspended.into(),
            total: split.total().into(),
        }
    }
}

/// The time booked to one department.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BodyTime {
    /// The department, `body:…`.
    pub body: ID,
    /// Its days, of all its permits together.
    pub time: TimeSplit,
}

/// Where the time of a matter went: the days of all its permits together (事项日).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MatterTime {
    /// Of all permits.
    pub all: TimeSplit,
    /// By the department that had custody; before the first file the one that decides.
    pub by_body: Vec<BodyTime>,
}

impl MatterTime {
    pub(super) fn of(view: &View) -> Self {
        let by_body = view.state.time_by_body(&view.calendar, view.today());
        let mut all = Split::default();
        by_body.values().for_each(|split| all += *split);
        let one = |(of, split): (&_, &Split)| BodyTime { body: body(of), time: (*split).into() };
        MatterTime { all: all.into(), by_body: by_body.iter().map(one).collect() }
    }
}
