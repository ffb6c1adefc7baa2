//! Who waits for whom (谁在等谁): for each open permit and milestone who must move next, what is to be done, since when and
//! by when; or what it waits for, and whose move that is in the end.
//!
//! Invariants: one answer for each open node, by the fold alone, now as for any past day; a permit in review is its
//! department's to work on until the limit ends, even while a prerequisite is lacking (F6): from then on it waits.
//! Deliberately absent: everything else that is to be done on a permit; the desk lists all its tasks. Days; those are
//! `time_split`'s.

mod words;

use super::{
    authority::At,
    plan::{Gate, Node, PlannedMilestone, RequirementId},
    refusal::{Authority, Because, Missing},
    state::{Debt, Matter, Phase, Round, RoundPhase},
};
use crate::ids::{BodyId, PermitCode};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Hand in the file.
    HandIn,
    /// Hand in the corrected file.
    Correct,
    /// Hand in materials that are due before a later gate.
    SupplyMaterials,
    /// Hand in the supplement that is owed.
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

/// Whose move it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mover {
    /// A department's.
    Department(BodyId),
    /// The applicant's, through the window.
    Applicant,
    /// The implementing body's.
    ImplementingBody(BodyId),
}

/// The next move on a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// What is to be done.
    pub act: Act,
    /// Whose move it is.
    pub mover: Mover,
    /// In which role: who may do it.
    pub who: Authority,
    /// Last day; none where no term runs.
    pub due: Option<Date>,
}

/// Where an open node stands: whose move it is, or what it waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocking {
    /// The permit or milestone.
    pub node: Node,
    /// Who must move next on it; none while it waits for others.
    pub next: Option<Move>,
    /// Since when: of the move, or of the waiting. None where nothing is recorded that it follows from.
    pub since: Option<Date>,
    /// Permits and milestones it lacks now, also where they do not hold it up yet.
    pub lacks: Vec<Node>,
    /// Nodes whose move it waits for in the end; itself where the move is its own.
    pub hangs_on: BTreeSet<Node>,
    /// Nodes that wait for it, straight or through others.
    pub holds_up: BTreeSet<Node>,
}

impl Matter {
    /// Where each open permit and milestone stands on a day, in the order of the plan. Empty before the matter is underway
    /// and after its end.
    pub fn blocks(&self, day: Date) -> Vec<Blocking> {
        let Some(plan) = self.plan.as_ref().filter(|_| self.is_worked_on()) else { return Vec::new() };
        let permits = plan.permits.iter().filter_map(|planned| self.standing(&planned.code, day));
        let milestones = plan.milestones.iter().filter_map(|milestone| self.milestone_stands(milestone, day));
        let mut blocks: Vec<Blocking> = permits.chain(milestones).collect();
        resolve(&mut blocks);
        blocks
    }

    /// Where one open permit stands, without the others: `hangs_on` and `holds_up` are empty.
    pub fn standing(&self, code: &PermitCode, day: Date) -> Option<Blocking> {
        let at = self.find(code).ok().filter(|_| self.is_worked_on())?;
        let (next, since, lacks) = stands(self, &at, day)?;
        let node = Node::Permit(code.clone());
        Some(Blocking { node, next, since, lacks, hangs_on: BTreeSet::new(), holds_up: BTreeSet::new() })
    }

    fn is_worked_on(&self) -> bool {
        matches!(self.phase, Phase::Underway | Phase::Suspended)
    }

    fn milestone_stands(&self, milestone: &PlannedMilestone, day: Date) -> Option<Blocking> {
        if self.milestones.contains_key(&milestone.code) {
            return None;
        }
        let reached = |node: &&Node| super::lifecycle::reached_by(self, node, day);
        let lacks: Vec<Node> = milestone.after.iter().filter(|node| !reached(node)).cloned().collect();
        let body = self.project.as_ref().map(|project| project.implementing_body.clone());
        let next = body.filter(|_| lacks.is_empty()).map(|body| Move {
            act: Act::ReachMilestone,
            mover: Mover::ImplementingBody(body),
            who: Authority::TaskForceLead,
            due: None,
        });
        let came = milestone.after.iter().filter_map(|node| self.came_on(node)).max();
        Some(Blocking {
            node: Node::Milestone(milestone.code.clone()),
            next,
            since: came.max(self.started_on),
            lacks,
            hangs_on: BTreeSet::new(),
            holds_up: BTreeSet::new(),
        })
    }

    /// The day a node was done, if it is.
    fn came_on(&self, node: &Node) -> Option<Date> {
        match node {
            Node::Milestone(code) => self.milestones.get(code).copied(),
            Node::Permit(code) => {
                let at = self.find(code).ok().filter(|at| at.permit.is_done(at.planned.certificate))?;
                let round = at.permit.round();
                let issued = round.and_then(|r| r.certificate.as_ref()).map(|c| c.on);
                let decided = round.and_then(|r| r.decision.as_ref()).map(|d| d.on);
                at.permit.not_applicable_on.or(issued).or(decided)
            }
        }
    }
}

type Standing = (Option<Move>, Option<Date>, Vec<Node>);

/// Whose move it is on a permit, or what it waits for; none if nothing more is to come.
fn stands(state: &Matter, at: &At<'_>, day: Date) -> Option<Standing> {
    if at.permit.is_done(at.planned.certificate) {
        return after_the_end(state, at, day).map(|(next, since)| (Some(next), Some(since), Vec::new()));
    }
    let Some(round) = at.permit.round().filter(|round| !round.phase.allows_new_round()) else {
        return Some(not_handed_in(state, at, day));
    };
    if let Some(offer) = &at.permit.custody.offer {
        let who = Authority::Receiver { body: offer.to.clone() };
        let next = department(Act::AnswerHandoff, &offer.to, who, Some(offer.answer_due.date));
        return Some((Some(next), Some(offer.on), lacking(state, at, Gate::Decide, day)));
    }
    Some(match round.phase {
        RoundPhase::Received => {
            let next = custodian(at, Act::AcceptOrNotice, Some(round.intake_due.date));
            (Some(next), Some(round.complete_on()), lacking(state, at, Gate::Accept, day))
        }
        RoundPhase::AwaitingCorrection => {
            let since = round.correction.as_ref().map(|c| c.notice.served_on);
            (Some(applicant(at, Act::Correct, None)), since, Vec::new())
        }
        RoundPhase::Approved => approved(state, at, round, day),
        _ => in_review(state, at, round, day),
    })
}

/// Nothing is handed in, or a round has ended: the applicant's move, once what comes before acceptance is there.
fn not_handed_in(state: &Matter, at: &At<'_>, day: Date) -> Standing {
    let lacks = lacking(state, at, Gate::Accept, day);
    let ended = at.permit.round().and_then(Round::over_on);
    let base = ended.max(state.started_on);
    if !lacks.is_empty() {
        return (None, base, lacks);
    }
    let came = at.planned.requirements().filter(|r| r.gate == Gate::Accept);
    let came = came.filter_map(|r| state.met_on(&r, at.permit)).max();
    (Some(applicant(at, Act::HandIn, None)), base.max(came), lacks)
}

fn in_review(state: &Matter, at: &At<'_>, round: &Round, day: Date) -> Standing {
    let accepted = round.accepted.as_ref().map(|a| a.on);
    let due = own_due(round, day);
    let lacks = lacking(state, at, Gate::Decide, day);
    let holder = &at.permit.custody.holder;
    if let Some((from, until)) = stopped(round) {
        return (Some(custodian(at, Act::ResumeClock, Some(until))), Some(from), lacks);
    }
    if let Some(fallen) = state.open_falls(at, day).next() {
        let since = at.permit.last_fall(&fallen.id);
        return (Some(lead(at, Act::JudgeFallenPrerequisite, None)), since, lacks);
    }
    if *holder != at.planned.lead {
        let since = at.permit.custody.spans.last().map(|(_, since)| *since).or(accepted);
        return (Some(custodian(at, Act::HandBack, due)), since, lacks);
    }
    if round.phase == RoundPhase::PreReview {
        let term = round.pre_review.as_ref().map(|pre_review| pre_review.due.date);
        return match term.filter(|term| *term < day && !lacks.is_empty()) {
            Some(term) => (None, Some(term), lacks),
            None => (Some(custodian(at, Act::PreReview, term)), accepted, lacks),
        };
    }
    if let Some(hearing) = round.hearing.as_ref().filter(|hearing| hearing.held.is_none()) {
        let next = lead(at, Act::HoldHearing, Some(hearing.hold_by.date));
        return (Some(next), Some(hearing.asked_on), lacks);
    }
    if !lacks.is_empty() {
        return match due.filter(|due| *due < day) {
            Some(due) => (None, Some(due), lacks),
            None => (Some(lead(at, Act::Review, due)), accepted, lacks),
        };
    }
    if let Some((next, since)) = owed_at(state, at, round, Gate::Decide, day) {
        return (Some(next), since.or(accepted), lacks);
    }
    let came = at.planned.requirements().filter(|r| r.gate <= Gate::Decide);
    let came = came.filter_map(|r| state.met_on(&r, at.permit)).max();
    let resumed = round.clocks.as_ref().and_then(|clocks| {
        let until = clocks.suspensions.iter().filter_map(|s| s.suspension.until);
        until.max().map(|until| crate::calendar::days::shift(until, 1))
    });
    let act = if round.pre_review.as_ref().is_some_and(|pre_review| !pre_review.confirmed) {
        Act::ConfirmPreReview
    } else if at.planned.site_check && !round.checks.iter().any(|check| check.passed) {
        Act::Check
    } else {
        Act::Decide
    };
    (Some(lead(at, act, due)), accepted.max(came).max(resumed), lacks)
}

fn approved(state: &Matter, at: &At<'_>, round: &Round, day: Date) -> Standing {
    let decided = round.decision.as_ref().map(|decision| decision.on);
    let lacks = lacking(state, at, Gate::Issue, day);
    if let Some(fallen) = state.open_falls(at, day).next() {
        let since = at.permit.last_fall(&fallen.id);
        return (Some(lead(at, Act::JudgeFallenPrerequisite, None)), since, lacks);
    }
    if !lacks.is_empty() {
        return (None, decided, lacks);
    }
    if let Some((next, since)) = owed_at(state, at, round, Gate::Issue, day) {
        return (Some(next), since.or(decided), lacks);
    }
    let due = round.decision.as_ref().and_then(|d| d.delivery_due.as_ref()).map(|due| due.date);
    let came = at.planned.requirements().filter(|r| r.gate == Gate::Issue);
    let came = came.filter_map(|r| state.met_on(&r, at.permit)).max();
    (Some(lead(at, Act::IssueCertificate, due)), decided.max(came), lacks)
}

/// What may still be to do on a permit that is done.
fn after_the_end(state: &Matter, at: &At<'_>, day: Date) -> Option<(Move, Date)> {
    if let Some((_, since)) = at.permit.open_revocations().next() {
        let body = at.planned.lead.clone();
        let who = Authority::HeadOf { body: body.clone() };
        return Some((department(Act::DecideRevocation, &body, who, None), since));
    }
    let fallen = state.open_falls(at, day).next().and_then(|r| at.permit.last_fall(&r.id));
    if let Some(since) = fallen {
        return Some((lead(at, Act::JudgeFallenPrerequisite, None), since));
    }
    let certificate = at.permit.round()?.certificate.as_ref()?;
    let asked = certificate.renewal_asked?;
    Some((lead(at, Act::AnswerRenewal, certificate.valid_until), asked))
}

/// What is owed before a gate by the applicant, or to be verified: materials and supplements.
fn owed_at(
    state: &Matter,
    at: &At<'_>,
    round: &Round,
    gate: Gate,
    day: Date,
) -> Option<(Move, Option<Date>)> {
    let missing = state.missing_at(at.code, gate, day);
    let debt = |m: &Missing| round.live_tolerance(&m.requirement).map(|t| (t.debt, t.due.date, t.changed_on));
    let owed: Vec<_> = missing.iter().filter(|m| m.because == Because::DebtOpen).filter_map(debt).collect();
    if let Some((_, due, since)) = owed.iter().find(|(debt, ..)| *debt == Debt::Received) {
        return Some((lead(at, Act::VerifySupplement, Some(*due)), Some(*since)));
    }
    if let Some((_, due, since)) = owed.iter().min_by_key(|(_, due, _)| *due) {
        return Some((applicant(at, Act::PaySupplement, Some(*due)), Some(*since)));
    }
    let material = missing.iter().any(|m| matches!(m.requirement, RequirementId::Material(_)));
    material.then(|| (applicant(at, Act::SupplyMaterials, None), None))
}

/// Permits and milestones that stand unmet before a gate.
fn lacking(state: &Matter, at: &At<'_>, gate: Gate, day: Date) -> Vec<Node> {
    let node = |m: Missing| match m.requirement {
        RequirementId::Permit(code) => Some(Node::Permit(code)),
        RequirementId::Milestone(code) => Some(Node::Milestone(code)),
        RequirementId::Material(_) => None,
    };
    state.missing_at(at.code, gate, day).into_iter().filter_map(node).collect()
}

/// The end of the round's own limit: of the promised one, and once that has run out of the statutory one.
pub(super) fn own_due(round: &Round, day: Date) -> Option<Date> {
    let dues = &round.clocks.as_ref()?.dues;
    let promised = dues.promised.filter(|promised| *promised >= day || dues.statutory.is_none());
    promised.into_iter().chain(dues.statutory).min_by_key(|due| (*due < day, *due))
}

/// Since when the clock stands still, and the last day told.
fn stopped(round: &Round) -> Option<(Date, Date)> {
    let clocks = round.clocks.as_ref().filter(|clocks| clocks.ended_on.is_none())?;
    let open = clocks.suspensions.iter().map(|s| &s.suspension).filter(|s| s.until.is_none());
    open.map(|s| (s.from, s.told_until)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

impl Round {
    /// The day on which the round ended without what it asked for, if it has.
    pub(super) fn over_on(&self) -> Option<Date> {
        let decided = self.decision.as_ref().filter(|d| !d.approved).map(|d| d.on);
        self.ended.as_ref().map(|ended| ended.on).or(decided).filter(|_| self.phase.allows_new_round())
    }
}

fn department(act: Act, body: &BodyId, who: Authority, due: Option<Date>) -> Move {
    Move { act, mover: Mover::Department(body.clone()), who, due }
}

fn custodian(at: &At<'_>, act: Act, due: Option<Date>) -> Move {
    let body = &at.permit.custody.holder;
    department(act, body, Authority::Custodian { body: body.clone() }, due)
}

fn lead(at: &At<'_>, act: Act, due: Option<Date>) -> Move {
    let body = &at.planned.lead;
    department(act, body, Authority::LeadDepartment { body: body.clone() }, due)
}

fn applicant(at: &At<'_>, act: Act, due: Option<Date>) -> Move {
    let who = Authority::Submitter { lead: at.planned.lead.clone() };
    Move { act, mover: Mover::Applicant, who, due }
}

/// Follows what waits to those whose move it is, and back.
fn resolve(blocks: &mut [Blocking]) {
    let index: BTreeMap<Node, usize> =
        blocks.iter().enumerate().map(|(at, block)| (block.node.clone(), at)).collect();
    let waits_for: Vec<Vec<usize>> = blocks
        .iter()
        .map(|block| {
            let waits = block.next.is_none();
            block.lacks.iter().filter(|_| waits).filter_map(|node| index.get(node).copied()).collect()
        })
        .collect();
    for at in 0..blocks.len() {
        let (mut seen, mut open) = (BTreeSet::from([at]), vec![at]);
        while let Some(next) = open.pop() {
            open.extend(waits_for[next].iter().filter(|on| seen.insert(**on)));
        }
        let node = blocks[at].node.clone();
        let ends: BTreeSet<Node> =
            seen.iter().filter(|on| blocks[**on].next.is_some()).map(|on| blocks[*on].node.clone()).collect();
        blocks[at].hangs_on = ends;
        for on in seen.into_iter().filter(|on| *on != at) {
            blocks[on].holds_up.insert(node.clone());
        }
    }
}
