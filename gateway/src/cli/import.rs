//! `import template FILE` and `import directory FILE`; `import history FILE` is `history`.
//!
//! Invariant: a file with a fault changes nothing, and every fault is told with its line.
//! Deliberately absent: the checks; they are the domain's.

use super::{
    Failure,
    args::{Import, ImportFile, ImportPart, ImportWhat},
};
use om_domain::{
    access::{Action, may},
    decider::{Actor, Decider, Explained},
    directory::{self, Directory, DirectoryCommand, DirectoryDecider, DirectoryDefinition, MAIN},
    ids::{CommandId, CountyId},
    naming::Names,
    template::{self, TemplateCommand, TemplateDecider},
};
use om_infra::{
    config::EMBEDDED,
    executor::{Executor, Outcome, Request},
    log::sqlite::FILE_NAME,
    platform::{DemoClock, Platform, PlatformOptions},
    recorded::platform_actor,
};
use std::{collections::BTreeSet, fmt::Display, path::Path, sync::Arc};

/// Imports one file.
pub(super) async fn run(import: Import) -> Result<(), Failure> {
    match import.what {
        ImportWhat::Template(file) => template(&file).await,
        ImportWhat::Directory(file) => directory(&file).await,
        ImportWhat::History(file) => super::history::run(&file).await,
    }
}

fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::new(
            format!("{} cannot be read: {error}", file.display()),
            "give the path of a TOML file in UTF-8",
        )
    })
}

fn faults(file: &Path, faults: &[impl Display]) -> Failure {
    let lines: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
    Failure::new(
        format!("{} has {} fault(s), nothing was imported:{}", file.display(), faults.len(), lines.concat()),
        "correct the lines and import it again",
    )
}

async fn template(args: &ImportFile) -> Result<(), Failure> {
    if args.part.is_some() {
        return Err(Failure::new("a template has no parts", "leave --part out; it is for a directory"));
    }
    let source = text(&args.file)?;
    if args.check {
        let shipped = directory::parse(directory::SHIPPED).map_err(|f| faults(&args.file, &f))?;
        let bodies: BTreeSet<_> = shipped.bodies.keys().cloned().collect();
        let definition = template::parse(&source, &bodies).map_err(|f| faults(&args.file, &f))?;
        super::out::line(format!("{}: {} permits, no fault", definition.id, definition.permits.len()))?;
        return Ok(());
    }
    args.data.as_deref().map_or(Ok(()), |data| is_there(data, &args.log))?;
    let (platform, county) = open(args).await?;
    let (what, known, outcome) =
        platform.closed_after(keep_template(args, &platform, &county, &source)).await?;
    report(args, &what, &known, outcome)
}

/// What was imported, by which directory it is told, and what came of it.
type Imported<R> = (String, Arc<Directory>, Outcome<R>);

async fn keep_template(
    args: &ImportFile,
    platform: &Platform,
    county: &CountyId,
    source: &str,
) -> Result<Imported<<TemplateDecider as Decider>::Refusal>, Failure> {
    let reads = platform.registers.for_template(county).await?;
    let bodies = reads.bodies.as_ref().map(|seen| seen.value.clone()).unwrap_or_default();
    if bodies.is_empty() {
        return Err(Failure::new(
            format!("county {county} has no directory, so no department of a template is known"),
            "import the directory first: onematter import directory FILE",
        ));
    }
    let definition = template::parse(source, &bodies).map_err(|f| faults(&args.file, &f))?;
    let id = definition.id.clone();
    let by = args.by.as_deref().unwrap_or("administrator");
    let actor = administrator(platform, county, by, Action::KeepTemplates).await?;
    let stream = Executor::<TemplateDecider>::stream(county, &id)?;
    let command = TemplateCommand::ImportTemplate { definition };
    let mut request = Request::new(stream.clone(), random(), actor, command);
    request.reads = reads;
    let outcome = platform.registers.templates.execute(request).await?;
    let known = platform.registers.directory(county).await?.state;
    let version = platform.registers.templates.state(&stream).await?.state.latest_version();
    Ok((format!("template {id}, version {version}"), known, outcome))
}

async fn directory(args: &ImportFile) -> Result<(), Failure> {
    let source = text(&args.file)?;
    let definition = directory::parse(&source).map_err(|f| faults(&args.file, &f))?;
    if args.check {
        super::out::line(format!(
            "{} bodies, {} officers, no fault",
            definition.bodies.len(),
            definition.officers.len()
        ))?;
        return Ok(());
    }
    let (platform, county) = open(args).await?;
    let (what, known, outcome) =
        platform.closed_after(keep_directory(args, &platform, &county, definition)).await?;
    report(args, &what, &known, outcome)
}

async fn keep_directory(
    args: &ImportFile,
    platform: &Platform,
    county: &CountyId,
    definition: DirectoryDefinition,
) -> Result<Imported<<DirectoryDecider as Decider>::Refusal>, Failure> {
    if definition.county != *county {
        return Err(Failure::new(
            format!("the file is the directory of county {}, not of {county}", definition.county),
            format!("give --county {}", definition.county),
        ));
    }
    let known = platform.registers.directory(county).await?;
    // the first directory names the first administrators, so nobody can import it but the installation itself
    if args.part == Some(ImportPart::Bodies) && known.state.officers().next().is_none() {
        return Err(Failure::new(
            format!("county {county} has no accounts yet, so nobody could import them after its bodies"),
            "import the whole file first, without --part",
        ));
    }
    let actor = if known.revision.is_none() {
        platform_actor(county)?
    } else {
        let default = match args.part {
            Some(ImportPart::Accounts) => "security-administrator",
            _ => "administrator",
        };
        let by = args.by.as_deref().unwrap_or(default);
        administrator(platform, county, by, Action::ImportDirectory).await?
    };
    let part = args.part.map(|part| match part {
        ImportPart::Bodies => directory::ImportPart::Bodies,
        ImportPart::Accounts => directory::ImportPart::Accounts,
    });
    let stream = Executor::<DirectoryDecider>::stream(county, MAIN)?;
    let command = DirectoryCommand::ImportDirectory { definition, part };
    let request = Request::new(stream, random(), actor, command);
    let outcome = platform.registers.directory.execute(request).await?;
    Ok((format!("directory of county {county}"), known.state, outcome))
}

/// Refuses a directory that holds no log: a slip in its name would make a new one.
pub(super) fn is_there(data: &Path, log: &str) -> Result<(), Failure> {
    if log != EMBEDDED || data.join(FILE_NAME).is_file() {
        return Ok(());
    }
    Err(Failure::new(
        format!("{} is no data directory: it holds no log", data.display()),
        "name the one that the server uses; for a new one import the directory first: onematter import directory FILE --data DIR",
    ))
}

async fn open(args: &ImportFile) -> Result<(Platform, CountyId), Failure> {
    let Some(data) = &args.data else {
        return Err(Failure::new(
            "no data directory is given",
            "give --data DIR, or --check to change nothing",
        ));
    };
    let demo = DemoClock::read(data)?.is_some();
    let log = super::logs::opened(&args.log).await?;
    let county = args.county.parse()?;
    let platform = Platform::open(data, PlatformOptions { demo, log, ..PlatformOptions::default() })?;
    Ok((platform, county))
}

/// The account, if it may do this.
pub(super) async fn administrator(
    platform: &Platform,
    county: &CountyId,
    by: &str,
    action: Action,
) -> Result<Actor, Failure> {
    let known = platform.registers.directory(county).await?;
    if known.revision.is_none() {
        return Err(Failure::new(
            format!("county {county} has no directory, so nobody is known there"),
            "check --county and --data, or import the directory first: onematter import directory FILE",
        ));
    }
    match known.state.actor(&by.parse()?) {
        Some(actor) if may(&actor, action) => Ok(actor),
        Some(_) => Err(Failure::new(
            format!("{by} is no administrator of county {county} who keeps that"),
            "name one who does with --by",
        )),
        None => Err(Failure::new(
            format!("the directory of county {county} has no account {by}"),
            "name one that it has with --by",
        )),
    }
}

fn random() -> CommandId {
    CommandId(uuid::Uuid::new_v4())
}

fn report<R: Explained>(
    args: &ImportFile,
    what: &str,
    directory: &Directory,
    outcome: Outcome<R>,
) -> Result<(), Failure> {
    let names = Names::of_directory(directory);
    let said = match outcome {
        Outcome::Done(_) => "imported",
        Outcome::NoChange(_) => "already so, nothing to record",
        Outcome::Refused { refusal, .. } => {
            return Err(Failure::new(refusal.message_en(&names), refusal.message_zh(&names)));
        }
        _ => {
            return Err(Failure::new(
                format!("{what}: somebody else changed it meanwhile"),
                "import it again",
            ));
        }
    };
    if args.json {
        super::out::line(serde_json::json!({ "what": what, "outcome": said }))
    } else {
        super::out::line(format!("{what}: {said}"))
    }
}
