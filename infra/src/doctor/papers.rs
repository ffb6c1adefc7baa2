//! The papers that lie as files: each by its hash, and those that the log names.
//!
//! Invariant: every paper is read to its end, and nothing is written.
//! Deliberately absent: papers in a database or a bucket, whose own tools look after them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use om_domain::ids::PaperHash;

use super::{Findings, Kept, OnProgress, What};
use crate::backup;
use crate::log::StoredEvent;
use crate::papers::{DIRECTORY, Placed, named, placed};

const CHECK: &str = "papers";
/// Papers that are named one by one.
const NAMED: usize = 5;

/// The papers that a log names, by county, each with the event that named it first.
#[derive(Default)]
pub(super) struct Named(BTreeMap<(String, PaperHash), String>);

impl Named {
    /// Takes in what an event names.
    pub(super) fn by(&mut self, event: &StoredEvent) {
        for hash in named(&event.payload) {
            let key = (event.stream.county().to_owned(), hash);
            self.0.entry(key).or_insert_with(|| format!("{}, revision {}", event.stream, event.revision));
        }
    }
}

/// What lies in the papers' directory.
#[derive(Default)]
struct Shelf {
    sound: BTreeSet<(String, PaperHash)>,
    damaged: Vec<String>,
    unread: Vec<String>,
    strange: Vec<String>,
}

pub(super) fn papers(
    data: &Path,
    kept: Kept,
    named: Option<&Named>,
    on_progress: OnProgress<'_>,
    findings: &mut Findings,
) {
    let shelf = match shelf(data, on_progress) {
        Ok(shelf) => shelf,
        Err(error) => {
            return findings.damage(
                CHECK,
                error.to_string(),
                "give the directory to the user the server runs as",
            );
        }
    };
    let before = findings.0.len();
    for path in &shelf.damaged {
        findings.damage(
            CHECK,
            format!("{path} is damaged: its bytes do not have the hash that its name says"),
            "take the file of the same name from the last backup (`sha256sum` must say its name), or hand the paper \
             in again; until then it is not given out",
        );
    }
    for what in &shelf.unread {
        findings.damage(CHECK, what.clone(), "check the disk and who may read there");
    }
    if !shelf.strange.is_empty() {
        findings.warning(
            CHECK,
            format!("{} files are no papers of ours: {}", shelf.strange.len(), some(&shelf.strange)),
            "move them out of the data directory; nothing refers to them",
        );
    }
    if kept.papers_in_database {
        return findings.good(CHECK, "papers are kept in a database or a bucket and are not looked at here");
    }
    let Some(Named(named)) = named else { return };
    let missing: Vec<String> = named
        .iter()
        .filter(|((county, hash), _)| {
            let there = |path: &String| path.contains(&format!("/{county}/")) && path.contains(hash.as_str());
            !shelf.sound.contains(&(county.clone(), hash.clone())) && !shelf.damaged.iter().any(there)
        })
        .map(|((_, hash), at)| format!("{hash} ({at})"))
        .collect();
    let said = format!(
        "{} of the {} papers that the log names are not there: {}",
        missing.len(),
        named.len(),
        some(&missing)
    );
    if !missing.is_empty() && shelf.sound.is_empty() {
        findings.warning(
            CHECK,
            said,
            "nothing to do if papers are in a database or a bucket (say --papers as the server is told); otherwise restore papers/ \
             from a backup",
        );
    } else if !missing.is_empty() {
        findings.damage(
            CHECK,
            said,
            "restore these files of papers/ from a backup, or hand the papers in again",
        );
    } else if findings.0.len() == before {
        findings.good(
            CHECK,
            format!(
                "{} papers, each has its hash; the log names {}, all are there",
                shelf.sound.len(),
                named.len()
            ),
        );
    }
}

fn some(all: &[String]) -> String {
    let more = if all.len() > NAMED { ", …" } else { "" };
    all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ") + more
}

fn shelf(data: &Path, on_progress: OnProgress<'_>) -> Result<Shelf, backup::BackupError> {
    let paths = backup::under(data, DIRECTORY)?;
    let mut shelf = Shelf::default();
    for (nth, path) in (1..).zip(&paths) {
        match placed(Path::new(path).strip_prefix(DIRECTORY).unwrap_or(Path::new(path))) {
            Placed::Scratch => {}
            Placed::Unknown => shelf.strange.push(path.clone()),
            Placed::Paper(county, hash) => match backup::facts(data, path) {
                Err(error) => shelf.unread.push(error.to_string()),
                Ok(facts) if facts.sha256 == hash.as_str() => {
                    shelf.sound.insert((county.to_string(), hash));
                }
                Ok(_) => shelf.damaged.push(path.clone()),
            },
        }
        on_progress(What::Papers, nth, paths.len() as u64);
    }
    Ok(shelf)
}
