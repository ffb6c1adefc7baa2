//! `import history`: past approvals of matters that are running, from a table (后期补录, R16).
//!
//! Invariants: every line is a command of the officer it names, decided by the same rules, at the day it took effect and
//! recorded now, so that it is shown as back-filled; all lines are tried on a log in memory first, and one that is refused
//! keeps the whole file out; the papers it names are handed in before anything is recorded; a matter's lines are one append;
//! a command's id follows from its line, so a file brought in again, whole, broken off or with lines added, brings in what
//! is not there yet.
//! Deliberately absent: proposing, planning and starting matters, tolerance, handoffs; those are done as they are now.
//! How the table looks: docs/history-import.md. Why decided as of then: docs/decisions/0033-history-decided-as-of-then.md.

mod line;
mod papers;
mod table;

use super::{
    Failure, args::ImportHistory, import::administrator, out, reading::listed, serve::shared_papers,
};
use jiff::SignedDuration;
use line::Read;
use om_domain::{
    calendar::end_of_day,
    decider::{Actor, Effective, Explained as _},
    directory::Directory,
    ids::{CommandId, CountyId, MatterId, OfficerId},
    matter::{Matter, MatterCommand, MatterDecider, MatterRefusal},
    naming::Names,
};
use om_infra::{
    calendars::{Calendars, CountyCalendars},
    executor::{Executor, Host, Outcome, Request},
    log::{EventLog, trial::TrialLog},
    platform::{DemoClock, Platform, PlatformOptions},
    registers::Registers,
};
use papers::Offered;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{Column, Fault, Line};
use uuid::Uuid;

/// Faults that are told one by one.
const TOLD: usize = 50;

/// Brings a table in, or tries to.
pub(super) async fn run(args: &ImportHistory) -> Result<(), Failure> {
    let bytes = std::fs::read(&args.file).map_err(|error| {
        Failure::new(
            format!("{} cannot be read: {error}", args.file.display()),
            "give the path of a CSV file",
        )
    })?;
    let text = table::decoded(&bytes).map_err(|what| {
        Failure::new(
            format!("{}: {what}", args.file.display()),
            "save it as CSV in UTF-8, and import it again",
        )
    })?;
    let refused = |faults: Vec<Fault>| told(args, &faults);
    let lines = table::read(&text).map_err(refused)?;
    let limit = u64::from(args.papers_max_mib) << 20;
    let mut papers = Offered::beside(&args.file, limit);
    let read = read(&lines, &mut papers).map_err(refused)?;
    if read.is_empty() {
        return Err(Failure::new(
            "the table has headings and no lines",
            "write what happened below the headings",
        ));
    }
    let demo = DemoClock::read(&args.data)?.is_some();
    let log = super::logs::opened(&args.log).await?;
    let shared = shared_papers(args.papers.as_deref(), args.papers_ca.as_deref(), &args.data).await?;
    let options = PlatformOptions {
        demo,
        log,
        papers: shared,
        papers_limit: Some(limit),
        ..PlatformOptions::default()
    };
    let platform = Platform::open(&args.data, options)?;
    let done = brought(args, &platform, read, papers).await;
    platform.shutdown().await;
    report(args, &done?)
}

/// What came of a file.
#[derive(Default)]
struct Done {
    matters: usize,
    /// Lines that are new, that were there before, and that changed nothing.
    brought: usize,
    before: usize,
    already: usize,
    facts: usize,
    /// Files that were handed in, or would be.
    papers: usize,
}

/// A line with what could be read without its matter.
struct Entry<'a> {
    line: &'a Line,
    read: Read,
    id: CommandId,
}

fn read<'a>(lines: &'a [Line], papers: &mut Offered) -> Result<Vec<Entry<'a>>, Vec<Fault>> {
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let content = line.content();
        // two lines that say the same are two acts
        let nth = seen.entry(content.clone()).or_default();
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("import-history/{nth}/{content}").as_bytes());
        *nth += 1;
        match line::read(line, papers) {
            Ok(read) => entries.push(Entry { line, read, id: CommandId(id) }),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

async fn brought(
    args: &ImportHistory,
    platform: &Platform,
    entries: Vec<Entry<'_>>,
    papers: Offered,
) -> Result<Done, Failure> {
    let county: CountyId = args.county.parse()?;
    administrator(platform, &county, &args.by).await?;
    let directory = platform.registers.directory(&county).await?.state;
    let by_matter = sorted(platform, &county, entries).await?.map_err(|faults| told(args, &faults))?;
    let trial = TrialLog::new(Arc::clone(&platform.log));
    let log: Arc<dyn EventLog> = trial.clone();
    let calendars: Arc<dyn Calendars> = Arc::new(CountyCalendars::new(Arc::clone(&log)));
    let host = Host { log, calendars, ..platform.host() };
    let matters = Arc::new(Executor::new(host.clone(), by_matter.len().max(1)));
    let registers = Registers::new(&host, 64, Arc::clone(&matters), Some(Arc::clone(&platform.papers)));
    let desk = Desk { county, directory, matters, registers, papers };
    let mut done = Done { matters: by_matter.len(), ..Done::default() };
    let mut faults = Vec::new();
    for (matter, entries) in &by_matter {
        desk.matter(*matter, entries, &mut done, &mut faults).await?;
    }
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.line);
        return Err(told(args, &faults));
    }
    done.facts = trial.len();
    done.papers = desk.papers.files().count();
    if !args.dry_run {
        for local in desk.papers.files() {
            platform.papers.take_local(&desk.county, local).await.map_err(|error| {
                Failure::new(
                    format!("{} was not handed in, and nothing was imported: {error}", local.file.display()),
                    "see to the file or the store, and import the table again",
                )
            })?;
        }
        trial.commit().await.map_err(|error| {
            Failure::new(
                format!("the file could not be brought in to its end: {error}"),
                "import the same file again: what was brought in is found, the rest follows",
            )
        })?;
    }
    Ok(done)
}

type ByMatter<'a> = BTreeMap<MatterId, Vec<Entry<'a>>>;

/// Finds each line's matter; a matter's lines in the order of their days, and of the file within a day.
async fn sorted<'a>(
    platform: &Platform,
    county: &CountyId,
    entries: Vec<Entry<'a>>,
) -> Result<Result<ByMatter<'a>, Vec<Fault>>, Failure> {
    let known = listed(&*platform.log, county).await?;
    let (mut by_matter, mut faults) = (ByMatter::new(), Vec::new());
    for entry in entries {
        let asked = entry.line.get(Column::Matter).unwrap_or_default();
        let id: Option<MatterId> = asked.strip_prefix("matter:").unwrap_or(asked).parse().ok();
        let mut found = known.iter().filter(|m| Some(m.id) == id || m.code == asked || m.name == asked);
        match (found.next(), found.next()) {
            (Some(matter), None) => by_matter.entry(matter.id).or_default().push(entry),
            (None, _) => faults.push(entry.line.fault(
                Column::Matter,
                format!("county {county} has no matter {asked:?}"),
                "write its project code, its id or its whole name; `onematter board` lists them",
            )),
            (Some(_), Some(_)) => faults.push(entry.line.fault(
                Column::Matter,
                format!("{asked:?} fits more than one matter"),
                "write the project code or the id",
            )),
        }
    }
    for entries in by_matter.values_mut() {
        entries.sort_by_key(|entry| entry.read.date);
    }
    Ok(if faults.is_empty() { Ok(by_matter) } else { Err(faults) })
}

/// What a line is about: the code of its permit, whichever way it is written.
fn about(state: &Matter, line: &Line) -> String {
    let asked = line.get(Column::Permit).unwrap_or_default();
    let permits = state.plan.iter().flat_map(|plan| &plan.permits);
    let named = permits.into_iter().find(|permit| permit.name.as_str() == asked);
    named.map_or_else(|| asked.to_owned(), |permit| permit.code.to_string())
}

/// Where lines are tried.
struct Desk {
    county: CountyId,
    directory: Arc<Directory>,
    matters: Arc<Executor<MatterDecider>>,
    registers: Registers,
    papers: Offered,
}

impl Desk {
    /// Tries a matter's lines. What time has made true by now is stated before, so that only these lines' own past is
    /// decided as of then, and after, so that nothing is left to be stated.
    async fn matter(
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
                Ok(outcome) => self.counted(&state, &about, entry.line, outcome, done),
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
        line: &Line,
        outcome: Outcome<MatterRefusal>,
        done: &mut Done,
    ) -> Option<Fault> {
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
                    plan: state.plan.as_ref(),
                    about: code.as_ref(),
                    ..Names::of_directory(&self.directory)
                };
                let (en, zh, code) = (refusal.message_en(&names), refusal.message_zh(&names), refusal.code());
                let todo = format!("{zh} [{code}]; later lines of the same permit were not tried");
                return Some(line.fault(Column::Event, en, todo));
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
        let (actor, command) =
            match (self.actor(entry.line), line::command(entry.line, &entry.read, state, &self.papers)) {
                (Ok(actor), Ok(command)) => (actor, command),
                (Err(fault), _) | (_, Err(fault)) => return Ok(Err(fault)),
            };
        let request = self.request(matter, state, entry, actor, command).await?;
        Ok(Ok(self.matters.execute(request).await?))
    }

    fn actor(&self, line: &Line) -> Result<Actor, Fault> {
        let asked = line.needed(Column::Officer)?;
        let id: Option<OfficerId> = asked.strip_prefix("officer:").unwrap_or(asked).parse().ok();
        id.and_then(|id| self.directory.actor(&id)).ok_or_else(|| {
            line.fault(
                Column::Officer,
                format!("{asked:?} is no account of the directory"),
                "write the account (such as dr-officer-1) of the one who did it; for one who has left, the account of \
                 the department that answers for it now",
            )
        })
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
            ..Request::new(stream, entry.id, actor, command)
        })
    }
}

fn told(args: &ImportHistory, faults: &[Fault]) -> Failure {
    let mut lines: String = faults.iter().take(TOLD).map(|fault| format!("\n  {fault}")).collect();
    if faults.len() > TOLD {
        lines.push_str(&format!("\n  and {} more", faults.len() - TOLD));
    }
    Failure::new(
        format!("{} has {} fault(s), nothing was imported:{lines}", args.file.display(), faults.len()),
        "correct the lines and import it again; --dry-run tries and records nothing",
    )
}

fn report(args: &ImportHistory, done: &Done) -> Result<(), Failure> {
    let Done { matters, brought, before, already, facts, papers } = done;
    if args.json {
        return out::line(serde_json::json!({
            "matters": matters, "brought": brought, "before": before, "already": already, "facts": facts,
            "papers": papers, "dryRun": args.dry_run,
        }));
    }
    let how = if args.dry_run { "would be brought in; nothing was recorded" } else { "brought in" };
    out::line(format!(
        "{brought} lines of {matters} matter(s) {how} ({facts} facts, {papers} papers); {before} were there before, \
         {already} changed nothing"
    ))
}
