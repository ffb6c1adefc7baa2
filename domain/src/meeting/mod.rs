//! A joint meeting (联席会议): what it resolved, what was done about it, and the tasks it gave.
//!
//! Invariants: a meeting has no licensing power: a resolution is a text until it is linked to the act of the competent body;
//! a task has one owner, whose own date lies within the limit the meeting set; a date that passes is stated once.
//! Deliberately absent: anything that changes a matter; attendance and votes, which the minutes have.

mod can;
pub mod command;
pub mod event;
pub mod refusal;
pub mod sentence;
pub mod state;
#[cfg(test)]
mod tests;
mod words;

pub use can::{Can, can_convene, can_on_meeting, can_on_resolution, can_on_task};
pub use command::MeetingCommand;
pub use event::MeetingEvent;
pub use refusal::{MeetingRefusal, Needs};
pub use state::{Meeting, MeetingPhase, Resolution, Task, TaskState};

use crate::{
    access::{self, Action},
    calendar::days,
    decider::{Actor, Context, Decider, Effective, Fact, Recorded, Role, Seen},
    ids::{BodyId, EventId, LegalText, MatterId, OfficerId},
};
use event::{
    MeetingCancelled, MeetingClosed, MeetingConvened, ResolutionLinked, ResolutionRecorded, TaskAssigned,
    TaskClaimed, TaskDone, TaskOverdue, TaskReported, TaskReturned,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// An entry of a matter that a resolution is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its stored name.
    pub name: LegalText,
    /// The body that acted.
    pub body: BodyId,
    /// The day it took effect.
    pub on: Date,
    /// Whether time alone made it true: nobody's act.
    pub of_time: bool,
}

/// What a decision on a meeting needs from other streams, each with the revision it was read at.
#[derive(Debug, Clone, Default)]
pub struct MeetingReads {
    /// The matters a command names that there are, each with the lead and deputy of its task force.
    pub matters: BTreeMap<MatterId, Seen<BTreeSet<OfficerId>>>,
    /// The bodies of the directory; none if the county has no directory.
    pub bodies: Option<BTreeSet<BodyId>>,
    /// The officers a command names, as the directory knows them.
    pub officers: BTreeMap<OfficerId, Actor>,
    /// The entry a resolution is to be linked to, looked for in its matter (`LinkResolution`).
    pub act: Option<Seen<Option<Act>>>,
}

type Ctx<'a> = Context<'a, MeetingReads>;
type Facts = Result<Vec<Fact<MeetingEvent>>, MeetingRefusal>;

/// The rules of a meeting's stream, `{county}.meeting-{id}`.
#[derive(Debug, Clone, Copy)]
pub struct MeetingDecider;

impl Decider for MeetingDecider {
    const CATEGORY: &'static str = "meeting";
    type State = Meeting;
    type Command = MeetingCommand;
    type Event = MeetingEvent;
    type Refusal = MeetingRefusal;
    type Reads = MeetingReads;

    fn evolve(state: &mut Meeting, fact: &Recorded<MeetingEvent>) {
        state.fold(fact);
    }

    fn settle(state: &Meeting, ctx: &Ctx<'_>) -> Option<Fact<MeetingEvent>> {
        let unstated =
            |task: &Task| task.done.is_none() && task.finished().is_none() && task.overdue.is_none();
        let open = state.tasks.iter().filter(|(_, task)| unstated(task));
        let (number, task) = open.min_by_key(|(number, task)| (task.due(), **number))?;
        let (due, owner) = (task.due(), task.owner.clone());
        let day = days::shift(due, 1);
        let event = TaskOverdue { number: *number, owner, due };
        (day <= ctx.today()).then(|| Fact { event: event.into(), effective: Effective::On(day) })
    }

    fn decide(state: &Meeting, command: &MeetingCommand, ctx: &Ctx<'_>) -> Facts {
        use MeetingCommand as C;
        let effective = ctx.day();
        if effective > ctx.today() || !ctx.effective().is_by(ctx.at) {
            return Err(MeetingRefusal::EffectiveInFuture { effective, today: ctx.today() });
        }
        match command {
            C::Settle => Ok(Vec::new()),
            C::ConveneMeeting { title, on, place, chair, matters, bodies, agenda } => {
                let (title, place, chair) = (title.clone(), place.clone(), chair.clone());
                let (matters, bodies, agenda) = (matters.clone(), bodies.clone(), agenda.clone());
                let seen = ctx.read.matters.values().map(|seen| seen.at.clone()).collect();
                let on = *on;
                convene(
                    state,
                    MeetingConvened { title, on, place, chair, matters, bodies, agenda, seen },
                    ctx,
                )
            }
            C::CancelMeeting { reason } => cancel(state, reason, ctx),
            C::RecordResolution { matter, text } => resolve(state, *matter, text, ctx),
            C::LinkResolution { number, event } => link(state, *number, *event, ctx),
            C::AssignTask { text, matter, resolution, owner, limit } => {
                let (matter, resolution, limit) = (*matter, *resolution, *limit);
                let (text, owner) = (text.clone(), owner.clone());
                assign(state, TaskAssigned { number: 0, text, matter, resolution, owner, limit }, ctx)
            }
            C::ClaimTask { number, due } => claim(state, *number, *due, ctx),
            C::ReportTask { number, progress, finished } => report(state, *number, progress, *finished, ctx),
            C::ReturnTask { number, reason } => give_back(state, *number, reason, ctx),
            C::ConfirmTask { number } => confirm(state, *number, ctx),
            C::CloseMeeting { minutes } => close(state, minutes, ctx),
        }
    }
}

fn one(ctx: &Ctx<'_>, event: impl Into<MeetingEvent>) -> Facts {
    Ok(vec![ctx.fact(event)])
}

/// Whoever the meeting's own rules let act, the policy must let act at all.
fn allow(yes: bool, needs: Needs, ctx: &Ctx<'_>) -> Result<(), MeetingRefusal> {
    if yes && access::may(ctx.by, Action::ActInMeeting) {
        Ok(())
    } else {
        Err(MeetingRefusal::NotThisPerson { needs })
    }
}

/// A day on which what is recorded already would come out otherwise.
fn in_order(last: Option<Date>, ctx: &Ctx<'_>) -> Result<(), MeetingRefusal> {
    match last.filter(|last| ctx.day() < *last) {
        Some(last) => Err(MeetingRefusal::BackfillOutOfOrder { effective: ctx.day(), last }),
        None => Ok(()),
    }
}

fn convene(state: &Meeting, event: MeetingConvened, ctx: &Ctx<'_>) -> Facts {
    allow(ctx.by.is(Role::Lead) || ctx.by.is(Role::GovernmentHead), Needs::Lead, ctx)?;
    if state.phase != MeetingPhase::Unknown {
        return Err(MeetingRefusal::MeetingExists);
    }
    if event.matters.is_empty() {
        return Err(MeetingRefusal::NothingToTreat);
    }
    if event.bodies.is_empty() {
        return Err(MeetingRefusal::NobodyInvited);
    }
    if let Some(matter) = event.matters.iter().find(|matter| !ctx.read.matters.contains_key(*matter)) {
        return Err(MeetingRefusal::NoSuchMatter { matter: *matter });
    }
    event.bodies.iter().try_for_each(|body| known_body(body, ctx))?;
    let may_chair = |actor: &Actor| actor.is(Role::Lead) || actor.is(Role::GovernmentHead);
    match ctx.read.officers.get(&event.chair) {
        None => return Err(MeetingRefusal::UnknownOfficer { officer: event.chair }),
        Some(actor) if !may_chair(actor) => return Err(MeetingRefusal::NotAChair { officer: event.chair }),
        Some(_) => {}
    }
    one(ctx, event)
}

fn known_body(body: &BodyId, ctx: &Ctx<'_>) -> Result<(), MeetingRefusal> {
    match &ctx.read.bodies {
        Some(bodies) if !bodies.contains(body) => Err(MeetingRefusal::UnknownBody { body: body.clone() }),
        _ => Ok(()),
    }
}

impl Meeting {
    fn convened(&self) -> Result<&MeetingConvened, MeetingRefusal> {
        self.convened.as_ref().ok_or(MeetingRefusal::NoSuchMeeting)
    }

    /// The meeting, neither closed nor called off.
    fn open(&self) -> Result<&MeetingConvened, MeetingRefusal> {
        let convened = self.convened()?;
        match self.phase {
            MeetingPhase::Convened => Ok(convened),
            is => Err(MeetingRefusal::MeetingEnded { is }),
        }
    }

    /// The meeting on or after its day: nothing is resolved before it is held.
    fn held(&self, ctx: &Ctx<'_>) -> Result<&MeetingConvened, MeetingRefusal> {
        let convened = self.open()?;
        if ctx.day() < convened.on {
            return Err(MeetingRefusal::NotHeldYet { on: convened.on });
        }
        in_order(self.last, ctx)?;
        Ok(convened)
    }

    fn is_run_by(&self, ctx: &Ctx<'_>) -> bool {
        let officer = &ctx.by.officer;
        self.convened.as_ref().is_some_and(|c| c.chair == *officer) || self.convener.as_ref() == Some(officer)
    }

    fn chaired(&self, ctx: &Ctx<'_>) -> Result<(), MeetingRefusal> {
        let chair = self.convened()?.chair.clone();
        allow(self.is_run_by(ctx), Needs::Chair { chair }, ctx)
    }

    fn task(&self, number: u16) -> Result<&Task, MeetingRefusal> {
        self.convened()?;
        self.tasks.get(&number).ok_or(MeetingRefusal::NoSuchTask { number })
    }

    /// A task that is not done, by somebody of its owner.
    fn owned(&self, number: u16, ctx: &Ctx<'_>) -> Result<&Task, MeetingRefusal> {
        let task = self.task(number)?;
        allow(acts_for(&task.owner, ctx), Needs::Owner { body: task.owner.clone() }, ctx)?;
        undone(task, number)?;
        Ok(task)
    }

    /// A task that is not done, by the chair, the convener, or who leads the matter it is about.
    fn judged(&self, number: u16, ctx: &Ctx<'_>) -> Result<&Task, MeetingRefusal> {
        let task = self.task(number)?;
        let leads = task.matter.and_then(|matter| ctx.read.matters.get(&matter));
        let leads = leads.is_some_and(|seen| seen.value.contains(&ctx.by.officer));
        let chair = self.convened()?.chair.clone();
        allow(leads || self.is_run_by(ctx), Needs::ChairOrLead { chair }, ctx)?;
        undone(task, number)?;
        Ok(task)
    }
}

fn undone(task: &Task, number: u16) -> Result<(), MeetingRefusal> {
    match &task.done {
        Some((on, _)) => Err(MeetingRefusal::TaskEnded { number, on: *on }),
        None => Ok(()),
    }
}

/// Whoever acts for the body, in whatever post but those that only look on.
fn acts_for(body: &BodyId, ctx: &Ctx<'_>) -> bool {
    let acts = [Role::Officer, Role::Head, Role::Township, Role::Clerk, Role::Lead, Role::GovernmentHead];
    ctx.by.body == *body && acts.iter().any(|role| ctx.by.is(*role))
}

fn cancel(state: &Meeting, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.chaired(ctx)?;
    state.open()?;
    in_order(state.last, ctx)?;
    if !state.resolutions.is_empty() || !state.tasks.is_empty() {
        return Err(MeetingRefusal::SomethingRecorded);
    }
    one(ctx, MeetingCancelled { reason: reason.clone() })
}

fn next<T>(of: &BTreeMap<u16, T>) -> u16 {
    of.keys().next_back().map_or(1, |last| last.saturating_add(1))
}

fn resolve(state: &Meeting, matter: MatterId, text: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.chaired(ctx)?;
    let convened = state.held(ctx)?;
    if !convened.matters.contains(&matter) {
        return Err(MeetingRefusal::NotTreated { matter });
    }
    if state.resolutions.values().any(|known| known.matter == matter && known.text == *text) {
        return Ok(Vec::new());
    }
    let (number, text) = (next(&state.resolutions), text.clone());
    one(ctx, ResolutionRecorded { number, matter, text })
}

fn link(state: &Meeting, number: u16, event: EventId, ctx: &Ctx<'_>) -> Facts {
    let convened = state.convened()?;
    let resolution = state.resolutions.get(&number).ok_or(MeetingRefusal::NoSuchResolution { number })?;
    let matter = resolution.matter;
    let leads = ctx.read.matters.get(&matter).is_some_and(|seen| seen.value.contains(&ctx.by.officer));
    let found = ctx.read.act.as_ref().and_then(|seen| seen.value.as_ref().map(|act| (act, &seen.at)));
    let own = found.is_some_and(|(act, _)| acts_for(&act.body, ctx));
    allow(leads || own || state.is_run_by(ctx), Needs::ChairOrLead { chair: convened.chair.clone() }, ctx)?;
    if resolution.links.contains_key(&event) {
        return Ok(Vec::new());
    }
    let Some((act, seen)) = found else { return Err(MeetingRefusal::NoSuchEntry { matter, event }) };
    if act.of_time {
        return Err(MeetingRefusal::NobodysAct { event });
    }
    if act.on < convened.on {
        return Err(MeetingRefusal::DoneBefore { event, on: act.on, held: convened.on });
    }
    in_order(Some(resolution.on), ctx)?;
    let (name, body, on, seen) = (act.name.clone(), act.body.clone(), act.on, seen.clone());
    one(ctx, ResolutionLinked { number, matter, event, act: name, body, on, seen })
}

fn assign(state: &Meeting, mut event: TaskAssigned, ctx: &Ctx<'_>) -> Facts {
    state.chaired(ctx)?;
    let convened = state.held(ctx)?;
    if let Some(matter) = event.matter.filter(|matter| !convened.matters.contains(matter)) {
        return Err(MeetingRefusal::NotTreated { matter });
    }
    if let Some(number) = event.resolution.filter(|number| !state.resolutions.contains_key(number)) {
        return Err(MeetingRefusal::NoSuchResolution { number });
    }
    known_body(&event.owner, ctx)?;
    let same = |task: &Task| {
        (&task.text, task.matter, task.resolution, &task.owner, task.limit)
            == (&event.text, event.matter, event.resolution, &event.owner, event.limit)
    };
    if state.tasks.values().any(same) {
        return Ok(Vec::new());
    }
    if event.limit < ctx.day() {
        return Err(MeetingRefusal::LimitHasPassed { limit: event.limit, day: ctx.day() });
    }
    event.number = next(&state.tasks);
    one(ctx, event)
}

fn claim(state: &Meeting, number: u16, due: Date, ctx: &Ctx<'_>) -> Facts {
    let task = state.owned(number, ctx)?;
    match &task.claimed {
        Some((_, _, set)) if *set == due => return Ok(Vec::new()),
        Some((_, _, set)) => return Err(MeetingRefusal::AlreadyClaimed { number, due: *set }),
        None => {}
    }
    if due > task.limit {
        return Err(MeetingRefusal::DueBeyondLimit { number, due, limit: task.limit });
    }
    if due < ctx.day() {
        return Err(MeetingRefusal::DueHasPassed { number, due, day: ctx.day() });
    }
    in_order(Some(task.last), ctx)?;
    one(ctx, TaskClaimed { number, due })
}

fn report(state: &Meeting, number: u16, progress: &LegalText, finished: bool, ctx: &Ctx<'_>) -> Facts {
    let task = state.owned(number, ctx)?;
    let said = task.reports.last().filter(|last| last.returned.is_none());
    if said.is_some_and(|last| last.progress == *progress && last.finished == finished) {
        return Ok(Vec::new());
    }
    in_order(Some(task.last), ctx)?;
    one(ctx, TaskReported { number, progress: progress.clone(), finished })
}

fn give_back(state: &Meeting, number: u16, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    let task = state.judged(number, ctx)?;
    if task.finished().is_none() {
        return Err(MeetingRefusal::NotReported { number });
    }
    in_order(Some(task.last), ctx)?;
    one(ctx, TaskReturned { number, reason: reason.clone() })
}

fn confirm(state: &Meeting, number: u16, ctx: &Ctx<'_>) -> Facts {
    let task = state.judged(number, ctx)?;
    let Some(report) = task.finished() else { return Err(MeetingRefusal::NotReported { number }) };
    if ctx.by.is_one_with(&report.by) {
        return Err(MeetingRefusal::OwnReport { officer: ctx.by.officer.clone() });
    }
    in_order(Some(task.last), ctx)?;
    one(ctx, TaskDone { number })
}

fn close(state: &Meeting, minutes: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.chaired(ctx)?;
    state.held(ctx)?;
    one(ctx, MeetingClosed { minutes: minutes.clone(), on: ctx.day() })
}
