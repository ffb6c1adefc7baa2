//! The papers a table names: files that lie beside it, or the hashes of papers that were handed in before.
//!
//! Invariants: a file is looked at before any line is tried, and handed in before anything is recorded; one that has
//! changed in between keeps everything out.
//! Deliberately absent: which line may name a paper; that is `line`'s.

use super::table::{Column, Fault, Line};
use om_domain::ids::PaperHash;
use om_infra::papers::{LocalPaper, PaperError};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The papers of a table.
pub(super) struct Offered {
    /// Where paths that are not absolute begin.
    beside: PathBuf,
    limit: u64,
    /// By the words in which lines name them.
    named: BTreeMap<String, PaperHash>,
    files: BTreeMap<PaperHash, LocalPaper>,
}

impl Offered {
    /// None yet; paths begin where the table lies, and no file is larger than `limit` bytes.
    pub(super) fn beside(table: &Path, limit: u64) -> Self {
        let beside = table.parent().unwrap_or(Path::new("")).to_owned();
        Self { beside, limit, named: BTreeMap::new(), files: BTreeMap::new() }
    }

    /// Looks at the paper that a field names, if it was not looked at before.
    pub(super) fn look(&mut self, line: &Line, column: Column, words: &str) -> Result<(), Fault> {
        if !self.named.contains_key(words) {
            let hash = match hash(words) {
                Some(hash) => hash,
                None => self.file(line, column, words)?,
            };
            self.named.insert(words.to_owned(), hash);
        }
        Ok(())
    }

    /// The paper that was looked at under these words.
    pub(super) fn get(&self, line: &Line, column: Column, words: &str) -> Result<PaperHash, Fault> {
        let known = self.named.get(words).cloned();
        known.ok_or_else(|| {
            line.fault(column, format!("{words:?} was not looked at"), "import the file again")
        })
    }

    /// Whether a paper lies here as a file, so that it will be there once the table is brought in.
    pub(super) fn has(&self, paper: &PaperHash) -> bool {
        self.files.contains_key(paper)
    }

    /// The files to hand in.
    pub(super) fn files(&self) -> impl Iterator<Item = &LocalPaper> {
        self.files.values()
    }

    fn file(&mut self, line: &Line, column: Column, words: &str) -> Result<PaperHash, Fault> {
        let path = self.beside.join(words.replace('\\', "/"));
        let fault = |what: String, todo: &str| Err(line.fault(column, what, todo));
        let shown = path.display();
        if !path.is_file() {
            return fault(
                format!("there is no file {shown}"),
                "write the path of the scan as seen from the table, or the SHA-256 of a paper that was handed in",
            );
        }
        match LocalPaper::look(&path, self.limit) {
            Ok(local) => {
                let hash = local.paper.hash.clone();
                self.files.insert(hash.clone(), local);
                Ok(hash)
            }
            Err(PaperError::Empty) => fault(format!("{shown} is empty"), "scan it again"),
            Err(PaperError::TooLarge { limit }) => fault(
                format!("{shown} is larger than {limit} bytes"),
                "scan it with fewer dots, or raise --papers-max-mib here and of the server",
            ),
            Err(PaperError::KindUnclear) => fault(
                format!("what {shown} is cannot be told from its name and its bytes"),
                "hand in PDF, PNG, JPEG, TIFF, OFD, Office, DWG or plain text, under its usual ending",
            ),
            Err(PaperError::NotWhatItSays { said }) => fault(
                format!("{shown} is named as {said} and does not begin like one"),
                "name it by what it is, or scan it again",
            ),
            Err(other) => fault(other.to_string(), "check the file and who may read it"),
        }
    }
}

fn hash(words: &str) -> Option<PaperHash> {
    words.strip_prefix("sha256:").unwrap_or(words).to_lowercase().parse().ok()
}
