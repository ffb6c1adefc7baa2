//! What each body must do next: one row per task of a permit or a milestone, ordered by due date or by legal risk.
//!
//! Invariants: tasks are a pure function of the permit's life; a permit whose next move is the applicant's, or that
//! needs nothing more, has no row; due dates come from events; what hangs on a task is judged at the day asked about.
//! Deliberately absent: “overdue” (compare `due` with the day asked about), who may do it (the domain's to say).

mod table;

pub(crate) use table::{DDL, TABLE, write};
pub use table::{DeskCursor, DeskOrder, DeskRow, desk};

use crate::{
    life::{Debt, DebtState, Life, Status},
    sql::named,
};
use jiff::civil::Date;
use om_domain::{
    ids::BodyId,
    matter::{
        event::Term,
        plan::{Mode, Nature, RequirementId},
    },
};

named! {
    /// What is to be done.
    pub enum TaskKind {
        /// Accept the file or serve the one-time correction notice.
        AcceptOrNotice = "accept_or_notice",
        /// Give the provisional opinion of a pre-review.
        PreReview = "pre_review",
        /// Confirm the provisional opinion: the prerequisite has landed.
        ConfirmPreReview = "confirm_pre_review",
        /// Decide.
        Decide = "decide",
        /// Resume the clock, or tell a new day, before the told day passes.
        ResumeClock = "resume_clock",
        /// Issue and deliver the certificate.
        IssueCertificate = "issue_certificate",
        /// Receive or return what another department hands off.
        AnswerHandoff = "answer_handoff",
        /// Give the opinion that the lead department asked for.
        GiveOpinion = "give_opinion",
        /// Deal with an objection before the decision.
        TreatObjection = "treat_objection",
        /// Receive the supplement that is owed.
        ReceiveSupplement = "receive_supplement",
        /// Watch a debt that is paid by itself: a prerequisite that must land, a correction that must come.
        WatchDebt = "watch_debt",
        /// Verify or reject a supplement handed in.
        VerifySupplement = "verify_supplement",
        /// Hold the hearing asked for.
        HoldHearing = "hold_hearing",
        /// Answer a renewal before the certificate expires.
        AnswerRenewal = "answer_renewal",
        /// Decide a revocation that was proposed.
        DecideRevocation = "decide_revocation",
        /// Judge what a prerequisite that fell away means.
        JudgeFallenPrerequisite = "judge_fallen_prerequisite",
        /// Answer the task-force lead's proposal to tolerate.
        AnswerToleranceProposal = "answer_tolerance_proposal",
        /// Agree or object to a new date of a milestone (R14).
        AnswerDateChange = "answer_date_change",
        /// Answer a card, or appeal against it.
        AnswerCard = "answer_card",
    }
}

named! {
    /// What hangs on the due date, the heaviest first.
    pub enum Weight {
        /// Silence decides: acceptance or renewal is deemed (行政许可法 32, 50).
        SilenceDecides = "1_silence_decides",
        /// A statutory limit.
        Statutory = "2_statutory",
        /// A promised limit, a told day or a commitment.
        Promised = "3_promised",
        /// An internal term, or none.
        Internal = "4_internal",
    }
}

/// One thing to be done on one permit or about one milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What.
    pub kind: TaskKind,
    /// For which requirement, where it is about one.
    pub requirement: Option<RequirementId>,
    /// The card, where it is about one.
    pub card: Option<u16>,
    /// The body whose move it is.
    pub body: BodyId,
    /// Since which day.
    pub since: Date,
    /// Last day; none where no term runs.
    pub due: Option<Date>,
    /// What hangs on it.
    pub weight: Weight,
    /// The last day of the statutory limit, where the promised one ends before it.
    pub statutory_due: Option<Date>,
}

impl Task {
    /// By what it is told apart from the others of its permit.
    pub(crate) fn key(&self) -> (TaskKind, Option<&RequirementId>, Option<u16>, &BodyId) {
        (self.kind, self.requirement.as_ref(), self.card, &self.body)
    }

    /// The task as it stands on a day: once the statutory limit has run out too, that is what hangs on it.
    #[must_use]
    pub fn on(self, day: Date) -> Self {
        match self.statutory_due.filter(|due| *due < day) {
            Some(due) => Task { due: Some(due), weight: Weight::Statutory, ..self },
            None => self,
        }
    }
}

/// The permit's tasks, by kind and requirement.
pub fn tasks(life: &Life) -> Vec<Task> {
    let mut tasks = Vec::new();
    main_task(life, &mut tasks);
    if let Some(offer) = &life.offer {
        tasks.push(Task {
            body: offer.to.clone(),
            ..task(life, TaskKind::AnswerHandoff, offer.on, Some(offer.answer_due.on), Weight::Internal)
        });
    }
    if let Some((asked_on, hold_by)) = life.round.hearing {
        tasks.push(task(life, TaskKind::HoldHearing, asked_on, Some(hold_by.on), Weight::Statutory));
    }
    if let Some(renewal) = life.round.renewal {
        let due = Some(renewal.expires_on);
        tasks.push(task(life, TaskKind::AnswerRenewal, renewal.asked_on, due, Weight::SilenceDecides));
    }
    opinions(life, &mut tasks);
    tasks.extend(life.live_debts().map(|debt| debt_task(life, debt)));
    for (kind, open) in [
        (TaskKind::DecideRevocation, &life.revocations),
        (TaskKind::JudgeFallenPrerequisite, &life.fell_away),
        (TaskKind::AnswerToleranceProposal, &life.proposals),
    ] {
        tasks.extend(open.iter().map(|(requirement, since)| Task {
            requirement: Some(requirement.clone()),
            body: life.planned.lead.clone(),
            ..task(life, kind, *since, None, Weight::Internal)
        }));
    }
    tasks.extend(life.open_cards().filter(|card| card.is_unanswered()).map(|card| Task {
        card: Some(card.number),
        body: card.against.clone(),
        ..task(life, TaskKind::AnswerCard, card.changed_on, None, Weight::Internal)
    }));
    tasks.sort_by(|a, b| a.key().cmp(&b.key()));
    tasks
}

/// Each department asked has its own row; the lead has one while an objection is open.
fn opinions(life: &Life, tasks: &mut Vec<Task>) {
    for (body, asked) in life.opinions_awaited() {
        let own = task(life, TaskKind::GiveOpinion, asked.on, Some(asked.due.on), Weight::Promised);
        tasks.push(Task { body: body.clone(), ..own });
    }
    let open = life.status.is_before_decision();
    let objections = life.round.opinions.values().filter_map(|asked| asked.objects_since.filter(|_| open));
    if let Some(since) = objections.min() {
        let lead = life.planned.lead.clone();
        tasks
            .push(Task { body: lead, ..task(life, TaskKind::TreatObjection, since, None, Weight::Internal) });
    }
}

fn task(life: &Life, kind: TaskKind, since: Date, due: Option<Date>, weight: Weight) -> Task {
    let body = life.custodian.clone();
    Task { kind, requirement: None, card: None, body, since, due, weight, statutory_due: None }
}

/// The next step of the permit itself; the custodian's, since the lead department decides only with custody.
fn main_task(life: &Life, tasks: &mut Vec<Task>) {
    let silence =
        if life.planned.nature == Nature::Permit { Weight::SilenceDecides } else { Weight::Promised };
    let waits_for_confirmation = life.round.pre_review_due.is_some() && !life.round.pre_review_confirmed;
    let (kind, weight) = match life.status {
        Status::Submitted => (TaskKind::AcceptOrNotice, silence),
        Status::PreReview => (TaskKind::PreReview, Weight::Internal),
        Status::InReview if waits_for_confirmation => (TaskKind::ConfirmPreReview, review_weight(life)),
        Status::InReview => (TaskKind::Decide, review_weight(life)),
        Status::Suspended => (TaskKind::ResumeClock, Weight::Promised),
        Status::Approved if life.planned.certificate => (TaskKind::IssueCertificate, Weight::Statutory),
        _ => return,
    };
    let own = || life.open_terms().filter(|open| open.term != Term::Hearing).map(|open| open.due).min();
    let due = if life.status == Status::Suspended { life.round.stopped_until() } else { own() };
    let reviewed = life.status == Status::InReview && weight == Weight::Promised;
    let statutory_due = life.round.dues.filter(|_| reviewed).and_then(|dues| dues.statutory);
    let task = Task { statutory_due, ..task(life, kind, life.since, due, weight) };
    // a certificate is the lead department's to issue, wherever the file lies
    let lead = (kind == TaskKind::IssueCertificate).then(|| life.planned.lead.clone());
    tasks.push(Task { body: lead.unwrap_or_else(|| task.body.clone()), ..task });
}

/// The statutory limit weighs where its day comes first or is the only one; else it weighs once it has run out too.
fn review_weight(life: &Life) -> Weight {
    let dues = life.round.dues.unwrap_or_default();
    match (dues.statutory, dues.promised) {
        (Some(statutory), promised) if promised.is_none_or(|promised| statutory <= promised) => {
            Weight::Statutory
        }
        (_, Some(_)) => Weight::Promised,
        _ => Weight::Internal,
    }
}

fn debt_task(life: &Life, debt: &Debt) -> Task {
    let kind = match debt.state {
        DebtState::Received => TaskKind::VerifySupplement,
        _ if debt.mode == Mode::ReceiveOnly => TaskKind::WatchDebt,
        _ if matches!(debt.requirement, RequirementId::Material(_)) => TaskKind::ReceiveSupplement,
        _ => TaskKind::WatchDebt,
    };
    Task {
        requirement: Some(debt.requirement.clone()),
        body: life.planned.lead.clone(),
        ..task(life, kind, debt.changed_on, Some(debt.due), Weight::Promised)
    }
}

#[cfg(test)]
mod tests;
