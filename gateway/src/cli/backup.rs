//! `backup` and `restore`.
//!
//! Exit status: 0 done; 3 of `backup`: it was taken, and a paper in it is damaged or missing, so somebody has to see to it
//! before older backups are thrown away, or an older copy of the keys could not be deleted; 1 and 2 as for every command.
//! Invariant: a restore that has succeeded has built its projections: what follows is `serve`.
//! Deliberately absent: how a backup is made; that is `om_infra::backup`. A log in a cluster, a vault and papers in
//! PostgreSQL, which have backups of their own.

use super::{
    Failure,
    args::{Backup, Restore},
    out, rebuild,
};
use indicatif::{ProgressBar, ProgressStyle};
use om_domain::calendar::beijing;
use om_infra::{
    backup::{
        self, Erased, KeysChecked, KeysFrom, KeysTaken, KeysTo, Manifest, Restored, Step, Taken, Verified,
    },
    clock::{Clock as _, SystemClock},
    config::EMBEDDED,
    vault,
};
use std::{path::Path, process::ExitCode};

const TO_SEE_TO: u8 = 3;
/// Papers that are named one by one.
const NAMED: usize = 5;

/// Takes a backup.
pub(super) async fn take(args: Backup) -> Result<ExitCode, Failure> {
    if args.log != EMBEDDED {
        return Err(Failure::new(
            "a log in a cluster is not backed up by this command: its nodes hold it",
            "use the cluster's own backup (docs/operations.md, “A cluster”), or `onematter migrate --from esdb://… --to \
             DIR` for a copy; back up a vault and papers in PostgreSQL with pg_dump, papers in a bucket with the store's own copies",
        ));
    }
    for name in backup::left_out(&args.data).unwrap_or_default() {
        eprintln!("note: {name} in the data directory is not known and is left out");
    }
    let bar = bar();
    let (shown, data, to) = (bar.clone(), args.data.clone(), args.to.clone());
    let (keys, days, now) = (args.keys.clone(), args.keep_keys_days, SystemClock.now());
    let taken = blocking(move || {
        let keys = keys.as_deref().map(|dir| KeysTo { dir, days });
        backup::take((&data, &to), keys, now, &|step, done, of| show(&shown, step, done, of))
    });
    let taken = taken.await;
    bar.finish_and_clear();
    let Taken { backup: Verified { manifest, papers, .. }, keys } = taken??;
    if !manifest.files.iter().any(|file| file.path == vault::FILE_NAME) {
        eprintln!(
            "note: there is no {}: if the vault is in PostgreSQL, back it up with pg_dump now",
            vault::FILE_NAME
        );
    }
    let undeleted = tell_of_keys(&args, keys.as_ref());
    tell_of(&papers);
    told(&manifest, args.json, &format!("{}: backed up and verified", args.to.display()))?;
    Ok(if papers.is_short() || undeleted { TO_SEE_TO.into() } else { ExitCode::SUCCESS })
}

/// What is to be said of the copy of the keys, or of there being none; whether an older one must be deleted by somebody.
fn tell_of_keys(args: &Backup, keys: Option<&KeysTaken>) -> bool {
    let Some(taken) = keys else {
        if args.data.join(vault::KEYS_NAME).is_file() {
            eprintln!(
                "note: the keys of personal texts are not in a backup; without a copy of them no name, contact, note or name of a \
                 file can be read after a restore. Say --keys DIR, on another medium than the backups"
            );
        }
        return false;
    };
    eprintln!("{}: the keys of personal texts; {} older copies deleted", taken.path.display(), taken.deleted);
    if !taken.master {
        eprintln!("note: the master key is not in it: keep a copy of the file that --vault-key names");
    }
    for old in &taken.undeleted {
        eprintln!(
            "note: {} is past its term and could not be deleted. Delete it: who was erased since can be read with it",
            old.display()
        );
    }
    !taken.undeleted.is_empty()
}

/// What a copy of the keys is to a backup, and what the first start will do of erasures.
fn tell_of_copy(keys: &KeysChecked, done: bool) {
    let path = keys.path.display();
    match keys.opened {
        Some(opened) => eprintln!(
            "{path}: of this log; its {opened} keys open with the master key {}; of {} texts of the backup {} have no key in it",
            keys.master, keys.texts, keys.without_key
        ),
        None => eprintln!(
            "note: {path}: of this log; its master key {} is not in it, so no key was tried: serve with --vault-key FILE",
            keys.master
        ),
    }
    let then = if done { "the first start" } else { "the first start after a restore" };
    for erased in &keys.restated {
        let day = erased.at.map(|at| format!(" on {}", beijing(at))).unwrap_or_default();
        let (county, subject) = (&erased.county, &erased.subject);
        eprintln!("{county} {subject}: erased{day}, which the backup does not know; {then} records it again");
    }
    for Erased { county, subject, .. } in &keys.destroyed {
        eprintln!(
            "{county} {subject}: erased by the backup's log, and its key is in the copy; {then} destroys it"
        );
    }
    if keys.restated.is_empty() && keys.destroyed.is_empty() {
        eprintln!("no erasure is to be applied again");
    }
}

/// What is to be said of a backup's papers.
fn tell_of(papers: &backup::Papers) {
    let backup::Papers { held, named, missing, damaged } = papers;
    for path in damaged.iter().take(NAMED) {
        eprintln!(
            "note: {path} is damaged: its bytes do not have the hash that its name says. Take it from an older backup, or \
             hand the paper in again; keep the older backups until then"
        );
    }
    if damaged.len() > NAMED {
        eprintln!("note: and {} papers more", damaged.len() - NAMED);
    }
    if *missing > 0 && *held == 0 {
        eprintln!(
            "note: events name {named} papers and none is here: if they are in PostgreSQL, pg_dump backs them up; \
             if in a bucket, the store's own copies do"
        );
    } else if *missing > 0 {
        eprintln!(
            "note: of {named} papers that events name {missing} are not here; `onematter doctor` names them"
        );
    }
}

/// Restores a backup, or only verifies one.
pub(super) async fn restore(args: Restore) -> Result<(), Failure> {
    let bar = bar();
    let (shown, from, data, check) = (bar.clone(), args.from.clone(), args.data.clone(), args.check);
    let (dir, master) = (args.keys.clone(), args.vault_key.clone());
    let done = blocking(move || {
        let on = move |step, done, of| show(&shown, step, done, of);
        let keys = dir.as_deref().map(|dir| KeysFrom { dir, master: master.as_deref() });
        match data {
            Some(data) if !check => backup::restore(&from, &data, keys, &on),
            _ => backup::check(&from, keys, &on),
        }
    });
    let done = done.await;
    bar.finish_and_clear();
    let Restored { backup: Verified { manifest, texts_missing, papers, .. }, keys } = done??;
    if texts_missing > 0 {
        eprintln!(
            "note: {texts_missing} texts that events refer to are not in the backup's vault: they were kept elsewhere, or \
             lost before it was taken"
        );
    }
    tell_of(&papers);
    if let Some(keys) = &keys {
        tell_of_copy(keys, !args.check);
    }
    let Some(data) = args.data.filter(|_| !args.check) else {
        return told(
            &manifest,
            args.json,
            &format!("{}: verified, nothing was restored", args.from.display()),
        );
    };
    if args.keys.is_none() && data.join(vault::FILE_NAME).is_file() {
        eprintln!(
            "note: no keys of personal texts were restored (--keys DIR): the texts of {} cannot be read, and nobody's erasure can be \
             known from the keys. Everything else is there",
            vault::FILE_NAME
        );
    }
    projections(&data).await?;
    told(
        &manifest,
        args.json,
        &format!("{0}: restored; start it with `onematter serve --data {0}`", data.display()),
    )
}

async fn projections(data: &Path) -> Result<(), Failure> {
    for built in rebuild::built(data, EMBEDDED).await? {
        eprintln!("{built}");
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, backup::BackupError> + Send + 'static,
) -> Result<Result<T, backup::BackupError>, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:18} {wide_bar} {pos}/{len} ({per_sec}, {eta})") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, step: Step, done: u64, of: u64) {
    bar.set_message(match step {
        Step::CopyingLog => "copying the log",
        Step::CopyingFiles => "copying files",
        Step::Hashing => "comparing hashes",
        Step::Checking => "checking leaves",
    });
    bar.set_length(of);
    bar.set_position(done);
}

fn told(manifest: &Manifest, json: bool, what: &str) -> Result<(), Failure> {
    if json {
        return out::line(serde_json::to_string(manifest)?);
    }
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let log = &manifest.log;
    out::line(format!(
        "{what}\nlog {}, {} events in {} streams, head {}; {} files, {bytes} bytes; taken {}",
        log.id,
        log.events,
        log.streams,
        log.head,
        manifest.files.len(),
        manifest.taken
    ))
}
