//! The projections' files: whether each can be read, is of this log, and how far it is.
//!
//! Invariant: whatever is wrong with them, nothing is lost; they are built again from the log.
//! Deliberately absent: whether rows are right; a rebuild answers that by making them anew.

use std::fs;
use std::path::Path;

use super::Findings;
use super::log::Seen;
use crate::backup::database_fault;
use crate::log::Position;
use crate::runner::look;

const TODO: &str = "build it again: stop the server, onematter rebuild --data DIR; nothing is lost";

pub(super) fn projections(data: &Path, seen: &Seen, findings: &mut Findings) {
    const CHECK: &str = "projections";
    let mut files: Vec<_> = fs::read_dir(data.join("read"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|end| end == "db"));
    files.sort();
    if files.is_empty() {
        findings.good(CHECK, "none are built; the next start builds them");
    }
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(what) = database_fault(&file) {
            findings.warning(CHECK, format!("read/{name} is damaged: {what}"), TODO);
            continue;
        }
        match look(&file) {
            Err(error) => findings.warning(CHECK, format!("read/{name} cannot be read: {error}"), TODO),
            Ok(None) => findings.warning(CHECK, format!("read/{name} has no checkpoint"), TODO),
            Ok(Some((log, _))) if log != seen.id().to_string() => findings.warning(
                CHECK,
                format!("read/{name} was built from another log ({log})"),
                "nothing: the next start builds it again",
            ),
            Ok(Some((_, position))) => {
                let at = position.and_then(|text| text.parse::<Position>().ok()).map_or(0, |at| at.number());
                let head = seen.head();
                if at > head {
                    findings.warning(
                        CHECK,
                        format!("read/{name} stands at {at}, beyond the log's end {head}: the log is an older copy"),
                        TODO,
                    );
                } else {
                    findings.good(CHECK, format!("read/{name} stands at {at} of {head}"));
                }
            }
        }
    }
}
