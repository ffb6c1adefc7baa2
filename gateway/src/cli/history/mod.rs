//! `import history`: past approvals of matters that are running, from a table (后期补录, R16).
//!
//! Invariants: every line is a command of the officer it names, decided by the same rules, at the day it took effect and
//! recorded now, so that it is shown as back-filled, with who brought it in; all lines are tried on a log in memory first, and one that is refused
//! keeps the whole file out; the papers it names are handed in before anything is recorded; a matter's lines are one append;
//! a command's id follows from its line, so a file brought in again, whole, broken off or with lines added, brings in what
//! is not there yet.
//! Deliberately absent: proposing, planning and starting matters, tolerance, handoffs; those are done as they are now.
//! How the table looks: docs/history-import.md. Why decided as of then: docs/decisions/0033-history-decided-as-of-then.md.

mod desk;
mod line;
mod papers;
mod table;

use super::{
    Failure, args::ImportHistory, import::administrator, out, reading::listed, serve::shared_papers,
};
use desk::{Desk, officer};
use line::Read;
use om_domain::{
    access::Action,
    ids::{CommandId, CountyId, MatterId},
};
use om_infra::{
    calendars::{Calendars, CountyCalendars},
    config::EMBEDDED,
    executor::{Executor, Host},
    log::{EventLog, OpenError, sqlite::FILE_NAME, trial::TrialLog},
    platform::{DemoClock, Platform, PlatformOptions},
    registers::Registers,
};
use papers::Offered;
use std::{collections::BTreeMap, sync::Arc};
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
    let lines = table::read(&text).map_err(|faults| told(args, faults))?;
    if lines.is_empty() {
        return Err(Failure::new(
            "the table has headings and no lines",
            "write what happened below the headings",
        ));
    }
    let mut papers = Offered::beside(&args.file, limit(args));
    let (entries, faults) = read(&lines, &mut papers);
    let platform = match opened(args).await {
        // what is wrong with the table can be told without it
        Err(_) if !faults.is_empty() => return Err(told(args, faults)),
        opened => opened?,
    };
    let table = Table { lines: &lines, entries, faults, papers };
    let done = platform.closed_after(brought(args, &platform, table)).await?;
    report(args, &done)
}

fn limit(args: &ImportHistory) -> u64 {
    u64::from(args.papers_max_mib.get()) << 20
}

async fn opened(args: &ImportHistory) -> Result<Platform, Failure> {
    let file = args.data.join(FILE_NAME);
    if args.log == EMBEDDED && !file.is_file() {
        // there is no matter whose past could be brought in, and an import makes no log
        return Err(OpenError::Missing { file }.into());
    }
    let demo = DemoClock::read(&args.data)?.is_some();
    let log = super::logs::opened(&args.log).await?;
    let papers = shared_papers(args.papers.as_deref(), args.papers_ca.as_deref(), &args.data).await?;
    let options =
        PlatformOptions { demo, log, papers, papers_limit: Some(limit(args)), ..PlatformOptions::default() };
    Ok(Platform::open(&args.data, options)?)
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

/// A table, and what is wrong with it by itself.
struct Table<'a> {
    lines: &'a [Line],
    /// The lines that can be read.
    entries: Vec<Entry<'a>>,
    faults: Vec<Fault>,
    papers: Offered,
}

fn read<'a>(lines: &'a [Line], papers: &mut Offered) -> (Vec<Entry<'a>>, Vec<Fault>) {
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
    (entries, faults)
}

async fn brought(args: &ImportHistory, platform: &Platform, table: Table<'_>) -> Result<Done, Failure> {
    let county: CountyId = args.county.parse()?;
    let entered_by = administrator(platform, &county, &args.by, Action::KeepTemplates).await?.officer;
    let directory = platform.registers.directory(&county).await?.state;
    let Table { lines, entries, mut faults, papers } = table;
    let matters = named(platform, &county, lines, &mut faults).await?;
    faults.extend(lines.iter().filter_map(|line| officer(&directory, line).err()));
    if !faults.is_empty() {
        return Err(told(args, faults));
    }
    let by_matter = sorted(entries, &matters);
    let trial = TrialLog::new(Arc::clone(&platform.log));
    let log: Arc<dyn EventLog> = trial.clone();
    let calendars: Arc<dyn Calendars> = Arc::new(CountyCalendars::new(Arc::clone(&log)));
    let host = Host { log, calendars, ..platform.host() };
    let matters = Arc::new(Executor::new(host.clone(), by_matter.len().max(1)));
    let registers = Registers::new(&host, 64, Arc::clone(&matters), Some(Arc::clone(&platform.papers)));
    let desk = Desk { county, directory, matters, registers, papers, entered_by };
    let mut done = Done { matters: by_matter.len(), ..Done::default() };
    for (matter, entries) in &by_matter {
        desk.matter(*matter, entries, &mut done, &mut faults).await?;
    }
    if !faults.is_empty() {
        return Err(told(args, faults));
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

/// The matter of each line, by the line's number.
async fn named(
    platform: &Platform,
    county: &CountyId,
    lines: &[Line],
    faults: &mut Vec<Fault>,
) -> Result<BTreeMap<usize, MatterId>, Failure> {
    let known = listed(&*platform.log, county).await?;
    let mut matters = BTreeMap::new();
    for line in lines {
        let Some(asked) = line.get(Column::Matter) else { continue };
        let id: Option<MatterId> = asked.strip_prefix("matter:").unwrap_or(asked).parse().ok();
        let mut found = known.iter().filter(|m| Some(m.id) == id || m.code == asked || m.name == asked);
        match (found.next(), found.next()) {
            (Some(matter), None) => {
                matters.insert(line.number, matter.id);
            }
            (None, _) => faults.push(line.fault(
                Column::Matter,
                format!("county {county} has no matter {asked:?}"),
                "write its project code, its id or its whole name; `onematter board` lists them",
            )),
            (Some(_), Some(_)) => faults.push(line.fault(
                Column::Matter,
                format!("{asked:?} fits more than one matter"),
                "write the project code or the id",
            )),
        }
    }
    Ok(matters)
}

/// A matter's lines in the order of their days, and of the file within a day.
fn sorted<'a>(
    entries: Vec<Entry<'a>>,
    matters: &BTreeMap<usize, MatterId>,
) -> BTreeMap<MatterId, Vec<Entry<'a>>> {
    let mut by_matter: BTreeMap<MatterId, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in entries {
        if let Some(matter) = matters.get(&entry.line.number) {
            by_matter.entry(*matter).or_default().push(entry);
        }
    }
    for entries in by_matter.values_mut() {
        entries.sort_by_key(|entry| entry.read.date);
    }
    by_matter
}

fn told(args: &ImportHistory, mut faults: Vec<Fault>) -> Failure {
    faults.sort_by_key(|fault| (fault.line, fault.column));
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
