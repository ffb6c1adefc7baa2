//! What keeps the rooms apart, as tests: a forbidden import or a missing module doc fails here, not in a review.

mod sources;

use sources::{CRATES, Source, root, rust_files};

/// (crate, what its sources never name)
const FORBIDDEN: [(&str, &[&str]); 4] = [
    (
        "domain",
        &["tokio", "rusqlite", "cqrs_es", "async_graphql", "axum", "kurrentdb", "om_projections", "om_infra"],
    ),
    ("projections", &["tokio", "axum", "async_graphql", "cqrs_es", "kurrentdb", "om_infra", "om_gateway"]),
    ("infra", &["async_graphql", "om_gateway"]),
    ("gateway", &["rusqlite", "cqrs_es", "kurrentdb"]),
];
const MAY_NAME_CQRS_ES: [&str; 3] =
    ["infra/src/hosting.rs", "infra/src/event_store.rs", "infra/src/executor/mod.rs"];
const LONGEST_FILE: usize = 600;
/// (file, why it may be longer)
const MAY_BE_LONG: [(&str, &str); 3] = [
    (
        "domain/src/matter/event.rs",
        "the vocabulary of what can happen to a matter: a list to look things up in",
    ),
    ("domain/tests/refusals.rs", "one of each refusal: a list that grows with the rules"),
    (
        "domain/tests/matter/tolerance.rs",
        "the five modes side by side, each with its success and its failure",
    ),
];

/// The lines without what follows `//`; good enough for sources that are formatted.
fn code(file: &Source) -> impl Iterator<Item = (usize, &str)> {
    file.text.lines().enumerate().map(|(n, line)| {
        let comment = line.trim_start().starts_with("//");
        (n + 1, if comment { "" } else { line.split(" // ").next().unwrap_or_default() })
    })
}

fn is_in(file: &Source, room: &str) -> bool {
    file.path.strip_prefix(room).is_some_and(|rest| rest.starts_with("/src/"))
}

/// As opposed to tests, examples and benches.
fn ships(file: &Source) -> bool {
    !file.path.ends_with("/tests.rs") && CRATES[..4].iter().any(|room| is_in(file, room))
}

fn fail_if_any(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

/// `name` as a word of its own, used as a path: `name::`, `use name;`, `extern crate name`.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let starts = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"' || c == ':');
        starts
            && (after.starts_with("::")
                || (line.trim_start().starts_with("use ") && after.starts_with([';', ' '])))
    })
}

fn lines_naming<'a>(file: &'a Source, name: &'a str) -> impl Iterator<Item = String> + 'a {
    code(file)
        .filter(move |(_, line)| names_crate(line, name))
        .map(move |(n, line)| format!("{}:{n}: {}", file.path, line.trim()))
}

#[test]
fn no_crate_names_what_its_room_forbids() {
    let files = rust_files();
    let mut wrong = Vec::new();
    for (room, names) in FORBIDDEN {
        for file in files.iter().filter(|file| is_in(file, room)) {
            for name in names {
                wrong.extend(lines_naming(file, name));
            }
        }
    }
    fail_if_any(&wrong, "these imports belong in another room");
}

#[test]
fn cqrs_es_is_named_in_three_files() {
    let files = rust_files();
    let wrong: Vec<String> = files
        .iter()
        .filter(|file| ships(file) && !MAY_NAME_CQRS_ES.contains(&file.path.as_str()))
        .flat_map(|file| lines_naming(file, "cqrs_es"))
        .collect();
    fail_if_any(&wrong, "cqrs-es is hosted by hosting.rs, event_store.rs and the executor alone");
}

/// domain ← projections ← infra ← gateway, by their manifests.
#[test]
fn no_arrow_between_crates_runs_backwards() {
    let mut wrong = Vec::new();
    for (place, room) in CRATES[..4].iter().enumerate() {
        let manifest = std::fs::read_to_string(root().join(room).join("Cargo.toml")).expect("a manifest");
        for later in &CRATES[place..] {
            let name = format!("om-{later}");
            // The gateway's own stories would be a circle too, so dev-dependencies count.
            let dependency = manifest
                .lines()
                .any(|line| line.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['.', ' ', '='])));
            if dependency {
                wrong.push(format!("{room}/Cargo.toml depends on {name}"));
            }
        }
    }
    fail_if_any(&wrong, "nothing depends on a crate that depends on it");
}

#[test]
fn every_module_says_what_it_is() {
    let wrong: Vec<String> = rust_files()
        .iter()
        .filter(|file| ships(file))
        .filter(|file| {
            let first = file.text.lines().next().unwrap_or_default();
            !first.starts_with("//! ") || first.starts_with("//! Placeholder")
        })
        .map(|file| file.path.clone())
        .collect();
    fail_if_any(&wrong, "the first line of a file is its `//!` doc");
}

#[test]
fn nothing_is_left_to_do() {
    let files = rust_files();
    // Spelled in two halves, or this file would find itself.
    let marks = [["to", "do!("].concat(), ["unimple", "mented!("].concat(), ["dbg", "!("].concat()];
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| {
            code(file)
                .filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)))
                .map(|(n, line)| format!("{}:{n}: {}", file.path, line.trim()))
        })
        .collect();
    fail_if_any(&wrong, "a path of the code that is not written");
}

#[test]
fn no_file_is_too_long_to_read() {
    let wrong: Vec<String> = rust_files()
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, path)| *lines > LONGEST_FILE && !MAY_BE_LONG.iter().any(|(long, _)| long == path))
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    fail_if_any(&wrong, "a question from 400 lines, a fault from 600");
    let long =
        |path: &str| rust_files().iter().any(|f| f.path == path && f.text.lines().count() > LONGEST_FILE);
    let needless: Vec<String> =
        MAY_BE_LONG.iter().filter(|(path, _)| !long(path)).map(|(path, _)| (*path).to_owned()).collect();
    fail_if_any(&needless, "exempt from the limit, and no longer than it");
}

#[test]
fn no_source_knows_a_machine() {
    let homes = ["/ho", "/ro", "/wo", "/Us"].iter().zip(["me/", "ot/", "rk/", "ers/"]);
    let homes: Vec<String> = homes.map(|(a, b)| format!("{a}{b}")).collect();
    let files = rust_files();
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| {
            file.text
                .lines()
                .enumerate()
                .filter(|(_, line)| homes.iter().any(|home| starts_a_path(line, home)))
                .map(|(n, line)| format!("{}:{}: {}", file.path, n + 1, line.trim()))
        })
        .collect();
    fail_if_any(&wrong, "a path of one machine");
}

/// At the start of a path, not inside a relative one or a URL.
fn starts_a_path(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        !line[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}'))
    })
}

#[test]
fn these_checks_see_what_they_look_for() {
    assert!(names_crate("use tokio::sync::mpsc;", "tokio"));
    assert!(names_crate("    let x = rusqlite::Connection::open(p);", "rusqlite"));
    assert!(names_crate("use axum;", "axum"));
    assert!(!names_crate("use my_tokio::x;", "tokio"));
    assert!(!names_crate("let note = \"tokio::spawn\";", "tokio"));
    assert!(!names_crate("use crate::tokio::x;", "tokio"));
    assert!(starts_a_path("open(\"/srv/x\")", "/srv/"));
    assert!(!starts_a_path("https://example.org/srv/x", "/srv/"));
}

/// The executor answers fields of an object in the order in which they were asked only where it resolves them one after another
/// (`gateway/src/graphql/order.rs`).
#[test]
fn every_object_of_the_schema_resolves_its_fields_one_after_another() {
    let mut wrong = Vec::new();
    for file in rust_files().iter().filter(|file| is_in(file, "gateway")) {
        let lines: Vec<(usize, &str)> = code(file).collect();
        for (at, (n, line)) in lines.iter().enumerate() {
            let next = lines.get(at + 1).map_or("", |(_, next)| next);
            let object = line.contains("#[Object") && !line.contains("serial");
            let simple =
                line.contains("derive(") && line.contains("SimpleObject") && !next.contains("serial");
            if object || simple {
                wrong.push(format!("{}:{n}: {}", file.path, line.trim()));
            }
        }
    }
    fail_if_any(&wrong, "an object without `serial`");
}
