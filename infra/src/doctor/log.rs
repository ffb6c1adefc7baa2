//! The log and what must agree with it: the vault, the clock, directories and templates.
//!
//! Invariant: the log is read once, by `audit`.
//! Deliberately absent: the rules; what an event means is not asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use om_domain::ids::CountyId;

use super::{Findings, Kept, OnProgress, What, papers::Named};
use crate::backup::database_fault;
use crate::credentials::FILE_NAME as CREDENTIALS;
use crate::log::sqlite::audit::{Audit, audit};
use crate::log::{LogId, OpenError};
use crate::vault::{FILE_NAME as VAULT, KEYS_NAME as KEYS, known::Known};

/// Missing references that are named one by one.
const NAMED: usize = 5;

/// What was read of the log.
pub(super) struct Seen {
    audit: Audit,
    /// Of each county, the categories of its streams.
    categories: BTreeMap<String, BTreeSet<String>>,
    /// References that the vault's file does not know, and where; none if there is no such file.
    missing: Option<Vec<String>>,
    missing_count: u64,
    papers: Named,
}

impl Seen {
    pub(super) fn id(&self) -> LogId {
        self.audit.id
    }

    pub(super) fn head(&self) -> u64 {
        self.audit.head
    }

    pub(super) fn papers(&self) -> &Named {
        &self.papers
    }

    pub(super) fn counties(&self) -> Vec<CountyId> {
        self.categories.keys().filter_map(|county| county.parse().ok()).collect()
    }
}

pub(super) fn events(data: &Path, on_progress: OnProgress<'_>, findings: &mut Findings) -> Option<Seen> {
    const CHECK: &str = "log";
    let known = Known::read(data).ok().flatten();
    let mut categories: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut missing, mut missing_count) = (known.is_some().then(Vec::new), 0_u64);
    let mut papers = Named::default();
    let mut each = |event: &crate::log::StoredEvent| {
        papers.by(event);
        let (county, category) = (event.stream.county(), event.stream.category());
        if !categories.get(county).is_some_and(|known| known.contains(category)) {
            categories.entry(county.to_owned()).or_default().insert(category.to_owned());
        }
        let (Some(known), Some(missing)) = (&known, &mut missing) else { return };
        for reference in known.missing_of(event) {
            missing_count += 1;
            if missing.len() < NAMED {
                missing.push(format!("{reference} ({}, revision {})", event.stream, event.revision));
            }
        }
    };
    let found = match audit(data, &mut each, &|done, of| on_progress(What::Leaves, done, of)) {
        Ok(found) => found,
        Err(error) => {
            cannot_open(&error, findings);
            return None;
        }
    };
    if found.is_sound() {
        findings.good(
            CHECK,
            format!(
                "log {}: {} events in {} streams, each fits its leaf; positions and revisions are without a gap",
                found.id, found.events, found.streams
            ),
        );
    }
    for damage in &found.damages {
        findings.damage(
            CHECK,
            damage.to_string(),
            "stop the server, keep the directory as it is, and restore the last backup that verifies (`onematter \
             restore --check`) into a new one",
        );
    }
    if found.more > 0 {
        findings.damage(CHECK, format!("and {} places more", found.more), "as above");
    }
    Some(Seen { audit: found, categories, missing, missing_count, papers })
}

fn cannot_open(error: &OpenError, findings: &mut Findings) {
    let todo = match error {
        OpenError::Missing { .. } => {
            "name the data directory of a server; one whose log is in a cluster is nothing but projections, which can \
             be deleted"
        }
        OpenError::Newer { .. } => "start the newer version, or restore a backup made before the upgrade",
        OpenError::NotALog { .. } => "move the file away, and restore the last backup into a new directory",
        OpenError::InUse { .. } => "end the program that keeps the file locked",
        _ => "check the disk and who may read there; if the file is damaged, restore the last backup",
    };
    findings.damage("log", error.to_string(), todo);
}

pub(super) fn vault(data: &Path, kept: Kept, seen: Option<&Seen>, findings: &mut Findings) {
    const CHECK: &str = "vault";
    if kept.vault_in_database {
        return findings.good(CHECK, "personal text is kept in a database and is not looked at here");
    }
    let file = data.join(VAULT);
    if !file.is_file() {
        findings.warning(
            CHECK,
            format!("there is no {VAULT}"),
            "nothing to do if the vault is in a database (say --vault as the server is told); otherwise restore it from a backup, or the texts that \
             events refer to cannot be shown",
        );
        return;
    }
    if let Some(what) = database_fault(&file) {
        findings.damage(
            CHECK,
            format!("{} is damaged: {what}", file.display()),
            "stop the server, keep the directory as it is, and restore the last backup that verifies into a new one",
        );
        return;
    }
    let keys = data.join(KEYS);
    if !keys.is_file() {
        return findings.warning(
            CHECK,
            format!("there is no {KEYS}, so no personal text can be read"),
            "restore it from the newest copy (onematter backup --keys writes them); if there is none, live without these texts",
        );
    }
    if let Some(what) = database_fault(&keys) {
        return findings.damage(
            CHECK,
            format!("{} is damaged: {what}", keys.display()),
            "stop the server, keep the file as it is, and put the newest copy of the keys in its place (docs/operations.md)",
        );
    }
    let Some(seen) = seen else { return };
    match &seen.missing {
        Some(missing) if missing.is_empty() => {
            findings.good(CHECK, "the vault can be read and knows every reference of the log");
        }
        Some(missing) => findings.warning(
            CHECK,
            format!("{} references of the log are not in the vault: {}", seen.missing_count, missing.join(", ")),
            "if they are kept in a database, nothing (say --vault as the server is told); otherwise the vault is older than the log: restore both from one \
             backup, or live without these texts",
        ),
        None => findings.warning(CHECK, "the vault's references cannot be read", "check the disk and who may read there"),
    }
}

/// Passwords, sessions and tokens, where they lie in a file.
pub(super) fn credentials(data: &Path, findings: &mut Findings) {
    const CHECK: &str = "credentials";
    let file = data.join(CREDENTIALS);
    if !file.is_file() {
        return findings.good(CHECK, "none lie here; they are in a database, or nobody can sign in yet");
    }
    match database_fault(&file) {
        None => findings.good(CHECK, "the credentials can be read"),
        Some(what) => findings.damage(
            CHECK,
            format!("{} is damaged: {what}", file.display()),
            "stop the server and take the file from the last backup that verifies, or move it away and make the accounts \
             again (onematter user add)",
        ),
    }
}

pub(super) fn clock(seen: &Seen, now: Timestamp, findings: &mut Findings) {
    match seen.audit.last_recorded {
        Some(last) if last > now => findings.warning(
            "clock",
            format!("the clock shows {now}, and the log was last written at {last}"),
            "set the machine's clock (NTP); until it is right, due dates are not acted on and what is recorded gets the \
             later time",
        ),
        _ => findings.good("clock", "the clock is not behind the log"),
    }
}

/// What nothing can be done without.
pub(super) fn registers(seen: &Seen, findings: &mut Findings) {
    const CHECK: &str = "registers";
    if seen.categories.is_empty() {
        findings.warning(
            CHECK,
            "the log is empty",
            "import the county's directory and a template: onematter import directory FILE, onematter import template FILE",
        );
    }
    for (county, categories) in &seen.categories {
        let has = |category: &str| categories.contains(category);
        if !has("directory") {
            findings.warning(
                CHECK,
                format!("county {county} has no directory: nobody can act there"),
                "import it: onematter import directory FILE",
            );
        }
        if !has("template") {
            findings.warning(
                CHECK,
                format!("county {county} has no template: no matter can be planned there"),
                "import one: onematter import template FILE",
            );
        }
        if has("directory") && has("template") {
            findings.good(CHECK, format!("county {county} has a directory and a template"));
        }
    }
}
