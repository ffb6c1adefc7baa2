//! Which papers an event names, and which paper a file in the papers' directory says it is.
//!
//! Invariant: only an event's own words count; the hashes of its envelope (of requests, of leaves) are no papers.
//! Deliberately absent: reading papers.

use std::path::{Component, Path};

use om_domain::ids::{CountyId, PaperHash};

use super::INCOMING;

/// The digits of a hash.
const DIGITS: usize = 64;

/// The papers that an event's payload names: what stands in it as a string of 64 hexadecimal digits and nothing else.
pub(crate) fn named(payload: &[u8]) -> Vec<PaperHash> {
    let (mut found, mut rest) = (Vec::new(), payload);
    while let Some(at) = rest.iter().position(|byte| *byte == b'"') {
        rest = &rest[at + 1..];
        if rest.get(DIGITS) == Some(&b'"')
            && let Some(hash) = std::str::from_utf8(&rest[..DIGITS]).ok().and_then(|text| text.parse().ok())
        {
            found.push(hash);
            rest = &rest[DIGITS..];
        }
    }
    found
}

/// What a file in the papers' directory is, by its path there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placed {
    /// A paper of a county, where it belongs.
    Paper(CountyId, PaperHash),
    /// On its way in, or left by a process that ended meanwhile.
    Scratch,
    /// Nothing of ours.
    Unknown,
}

/// What a path in the papers' directory says: `COUNTY/ab/cd/HASH.pdf`.
pub(crate) fn placed(path: &Path) -> Placed {
    let parts: Vec<&str> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    if parts.first() == Some(&INCOMING) {
        return Placed::Scratch;
    }
    let [county, one, two, file] = parts[..] else { return Placed::Unknown };
    let (stem, end) = file.split_once('.').unwrap_or((file, ""));
    let known = super::Media::ALL.iter().any(|media| media.extension() == end);
    match (county.parse(), stem.parse::<PaperHash>()) {
        (Ok(county), Ok(hash)) if known && hash.as_str().starts_with(&format!("{one}{two}")) => {
            Placed::Paper(county, hash)
        }
        _ => Placed::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_named_by_a_string_that_is_its_hash_and_by_nothing_else() {
        let (a, b) = ("ab".repeat(32), "0".repeat(64));
        let json =
            format!(r#"{{"paper":"{a}","papers":["{b}","{a}"],"note":"see {a}","x":"{a}0","y":"\"{b}"}}"#);
        let found: Vec<String> = named(json.as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(found[..3], [a.clone(), b, a]);
        assert!(named(b"\"").is_empty() && named(b"").is_empty());
    }

    #[test]
    fn a_path_says_which_paper_it_is() {
        let hash = format!("abcd{}", "0".repeat(60));
        let paper = |path: String| placed(Path::new(&path));
        let county = "530322".parse().unwrap();
        assert_eq!(paper(format!("530322/ab/cd/{hash}.pdf")), Placed::Paper(county, hash.parse().unwrap()));
        assert_eq!(paper(format!("530322/ab/ce/{hash}.pdf")), Placed::Unknown);
        assert_eq!(paper(format!("530322/ab/cd/{hash}.exe")), Placed::Unknown);
        assert_eq!(paper(format!("530322/{hash}.pdf")), Placed::Unknown);
        assert_eq!(paper("incoming/.tmpA".into()), Placed::Scratch);
    }
}
