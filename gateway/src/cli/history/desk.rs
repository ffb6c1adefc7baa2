//! Lines tried one after another, each as a command of its officer on its day.
//!
//! Invariant: what is tried is decided by the rules alone; a fault names the line it keeps out.
//! Deliberately absent: keeping what was tried; the log underneath is on trial.

use super::{
    super::Failure,
    Done, Entry, line,
    papers::Offered,
    table::{Column, Fault, Line},
};
use jiff::SignedDuration;
use om_domain::{
    calendar::end_of_day,
    decider::{Actor, Effective, Explained as _},
    directory::Directory,
    ids::{CountyId, MatterId, OfficerId},
    matter::{Matter, MatterCommand, MatterDecider, MatterRefusal},
    naming::Names,
};
use om_infra::{
    executor::{Executor, Outcome, Request},
    registers::Registers,
};
use std::{collections::BTreeSet, sync::Arc};

/// The account that a line names, if it names one.
pub(super) fn officer(directory: &Directory, line: &Line) -> Result<Option<Actor>, Fault> {
    let Some(asked) = line.get(Column::Officer) else { return Ok(None) };
    let id: Option<OfficerId> = asked.strip_prefix("officer:").unwrap_or(asked).parse().ok();
    id.and_then(|id| directory.actor(&id)).map(Some).ok_or_else(|| {
        line.fault(
            Column::Officer,
            format!("{asked:?} is no account of the directory"),
            "write the account (such as dr-officer-1) of the one who did it; for one who has left, the account of the \
             department that answers for it now",
        )
    })
}

/// What a line is about: the code of its permit, whichever way it is written.
fn about(state: &Matter, line: &Line) -> String {
    let asked = line.get(Column::Permit).unwrap_or_default();
    let permits = state.plan.iter().flat_map(|plan| &plan.permits);
    let named = permits.into_iter().find(|permit| permit.name.as_str() == asked);
    named.map_or_else(|| asked.to_owned(), |permit| permit.code.to_string())
}

/// Where lines are tried.
pub(super) struct Desk {
    pub(super) county: CountyId,
    pub(super) directory: Arc<Directory>,
    pub(super) matters: Arc<Executor<MatterDecider>>,
    pub(super) registers: Registers,
    pub(super) papers: Offered,
    /// Who brings the table in.
    pub(super) entered_by: OfficerId,
}

impl Desk {
    /// Tries a matter's lines. What time has made true by now is stated before, so that only these lines' own past is
    /// decided as of then, and after, so that nothing is left to be stated.
    pub(super) async fn matter(
        &self,
        matter: MatterId,
        entries: &[Entry<'_>],
        done: &mut Done,
        faults: &mut Vec<Fault>,
    ) -> Result<(), Failure> {
        let stream = Executor::<MatterDecider>::stream(&self.county, matter)?;
        self.matters.settle(&stream).await?;
        let mut refused: BTreeSet<String> = BTreeSet::new();
        for entry in entries {
            let state = self.matters.state(&stream).await?.state;
            let about = about(&state, entry.line);
            if refused.contains(&about) {
                continue;
            }
            let fault = match self.line(matter, &state, entry).await? {
                Ok(outcome) => self.counted(&state, &about, entry, outcome, done),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = fault {
                faults.push(fault);
                refused.insert(about);
            }
        }
        self.matters.settle(&stream).await?;
        Ok(())
    }

    /// Counts what came of a line; a fault if it keeps the file out.
    fn counted(
        &self,
        state: &Matter,
        about: &str,
        entry: &Entry<'_>,
        outcome: Outcome<MatterRefusal>,
        done: &mut Done,
    ) -> Option<Fault> {
        let line = entry.line;
        match outcome {
            Outcome::Done(receipt) if receipt.repeated => done.before += 1,
            // the id follows from the line, so the line was brought in; since then its officer may have moved to another
            // department, or the plan may ask for other materials
            Outcome::CommandIdReused { .. } if !line::names_papers(line) => done.before += 1,
            Outcome::Done(_) => done.brought += 1,
            Outcome::NoChange(_) => done.already += 1,
            Outcome::CommandIdReused { .. } => {
                return Some(line.fault(
                    Column::Paper,
                    "this line was brought in before, and a paper it names was another then",
                    "take the line out: what was recorded stands, and is corrected by correctEntry",
                ));
            }
            Outcome::Conflict(_) => {
                let what = "somebody else works on the matter at this moment";
                return Some(line.fault(Column::Matter, what, "import the file again"));
            }
            Outcome::Refused { refusal, .. } => {
                let code = about.parse().ok();
                let names = Names {
                    plan: state.plan.as_deref(),
                    about: code.as_ref(),
                    ..Names::of_directory(&self.directory)
                };
                let (en, zh, code) = (refusal.message_en(&names), refusal.message_zh(&names), refusal.code());
                let todo = format!(
                    "{zh} [{code}]; lines are taken by their day, and later ones of this permit were not tried"
                );
                return Some(line.fault(Column::Event, format!("on {}: {en}", entry.read.date), todo));
            }
        }
        None
    }

    async fn line(
        &self,
        matter: MatterId,
        state: &Matter,
        entry: &Entry<'_>,
    ) -> Result<Result<Outcome<MatterRefusal>, Fault>, Failure> {
        let line = entry.line;
        let asked = line.needed(Column::Officer).and_then(|_| officer(&self.directory, line));
        let (actor, command) = match (asked, line::command(line, &entry.read, state, &self.papers)) {
            (Ok(Some(actor)), Ok(command)) => (actor, command),
            (Ok(None), _) => return Ok(Err(line.fault(Column::Officer, "it is empty", "fill it in"))),
            (Err(fault), _) | (_, Err(fault)) => return Ok(Err(fault)),
        };
        let request = self.request(matter, state, entry, actor, command).await?;
        Ok(Ok(self.matters.execute(request).await?))
    }

    async fn request(
        &self,
        matter: MatterId,
        state: &Matter,
        entry: &Entry<'_>,
        actor: Actor,
        command: MatterCommand,
    ) -> Result<Request<MatterDecider>, Failure> {
        let stream = Executor::<MatterDecider>::stream(&self.county, matter)?;
        let day = entry.read.date;
        let mut reads = self.registers.for_matter(&self.county, matter, state, &command, day).await?;
        reads.missing_papers.retain(|paper| !self.papers.has(paper));
        let end = end_of_day(entry.read.known);
        Ok(Request {
            effective: Some(Effective::On(day)),
            as_of: Some(end.checked_sub(SignedDuration::from_micros(1)).unwrap_or(end)),
            reads,
            entered_by: Some(self.entered_by.clone()),
            ..Request::new(stream, entry.id, actor, command)
        })
    }
}
