//! The sources of the workspace, for tests that read them.

#![expect(clippy::expect_used, reason = "a source that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const CRATES: [&str; 5] = ["domain", "projections", "infra", "gateway", "tests"];

pub(crate) struct Source {
    /// Relative to the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_owned()
}

/// Every `.rs` file of the five crates. What is generated, or a package of its own, is not ours to judge.
pub(crate) fn rust_files() -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    for name in CRATES {
        collect(&root, &root.join(name), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 10, "the sources were not found below {}", root.display());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    const SKIPPED: [&str; 7] = ["target", "node_modules", "generated", "peers", "rawbench", "web", ".venv"];
    for entry in
        fs::read_dir(folder).expect("a readable folder").map(|entry| entry.expect("a readable entry"))
    {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(root, &path, found);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).expect("a readable file");
            let relative = path.strip_prefix(root).expect("below the root");
            let path = relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            found.push(Source { path, text });
        }
    }
}
