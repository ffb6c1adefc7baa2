//! Which paper a file in the papers' directory says it is.
//!
//! Invariant: what does not lie where a paper belongs is no paper.
//! Deliberately absent: reading papers.

use std::path::{Component, Path};

use om_domain::ids::{CountyId, PaperHash};

use super::INCOMING;

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
