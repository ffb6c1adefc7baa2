//! What ids are called: for sentences that a person reads.
//!
//! Invariants: what is not known keeps its id; an account is named by its post or body, never by the person, whose name
//! is in the vault.
//! Deliberately absent: facts; those keep their ids.

use crate::{
    directory::Directory,
    ids::{BodyId, MilestoneCode, OfficerId, PermitCode},
    matter::plan::{Plan, RequirementId},
};

/// Where names are looked up. The default knows none, and every id stands for itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The county's directory, for bodies and accounts.
    pub directory: Option<&'a Directory>,
    /// The matter's plan, for permits, milestones and materials.
    pub plan: Option<&'a Plan>,
    /// The permit that is spoken of: its materials come first, where several permits have one of the same code.
    pub about: Option<&'a PermitCode>,
    /// Whether bodies are marked instead of named, to be named when the text is read ([`unmarked`]).
    pub marks: bool,
}

/// What stands before and behind a body's id that is named later; no text of law or of a person holds such characters.
const MARKS: (char, char) = ('\u{2}', '\u{3}');

/// A text whose bodies were marked, with the names they have now.
pub fn unmarked(text: &str, mut name: impl FnMut(&str) -> String) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(MARKS.0) {
        out.push_str(before);
        let (id, behind) = after.split_once(MARKS.1).unwrap_or((after, ""));
        out.push_str(&name(id));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A Chinese sentence with no blank between two Chinese characters: names are put in between words that are set for codes.
pub fn tight(sentence: &str) -> String {
    let wide =
        |c: char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence.chars().peekable();
    while let Some(c) = rest.next() {
        let between = c == ' ' && out.chars().next_back().is_some_and(wide);
        if !(between && rest.peek().copied().is_some_and(wide)) {
            out.push(c);
        }
    }
    out
}

impl<'a> Names<'a> {
    /// With the names of a directory only.
    pub fn of_directory(directory: &'a Directory) -> Self {
        Names { directory: Some(directory), ..Names::default() }
    }

    /// A body's Chinese name.
    pub fn body_zh(&self, id: &BodyId) -> String {
        let body = self.directory.and_then(|d| d.body(id));
        body.map_or_else(|| self.unnamed(id), |body| body.name_zh.to_string())
    }

    /// A body's English name.
    pub fn body_en(&self, id: &BodyId) -> String {
        let body = self.directory.and_then(|d| d.body(id));
        body.map_or_else(|| self.unnamed(id), |body| body.name_en.to_string())
    }

    fn unnamed(&self, id: &BodyId) -> String {
        if self.marks { format!("{}{id}{}", MARKS.0, MARKS.1) } else { id.to_string() }
    }

    /// An account, by its post or body.
    pub fn officer_zh(&self, id: &OfficerId) -> String {
        let entry = self.directory.and_then(|d| d.known(id));
        entry.map_or_else(
            || id.to_string(),
            |entry| {
                let post = entry.post.as_ref().map(ToString::to_string);
                format!("{}（{id}）", post.unwrap_or_else(|| self.body_zh(&entry.body)))
            },
        )
    }

    /// An account, by its body.
    pub fn officer_en(&self, id: &OfficerId) -> String {
        let entry = self.directory.and_then(|d| d.known(id));
        entry.map_or_else(|| id.to_string(), |entry| format!("{id} of {}", self.body_en(&entry.body)))
    }

    /// A permit's code and name.
    pub fn permit(&self, code: &PermitCode) -> String {
        let planned = self.plan.and_then(|plan| plan.permit(code));
        planned.map_or_else(|| code.to_string(), |planned| format!("{code} {}", planned.name))
    }

    /// A milestone's name.
    pub fn milestone(&self, code: &MilestoneCode) -> String {
        let planned = self.plan.and_then(|plan| plan.milestones.iter().find(|m| m.code == *code));
        planned.map_or_else(|| code.to_string(), |planned| planned.name.to_string())
    }

    /// What a permit requires: another permit, a milestone or a material, by its name.
    pub fn requirement(&self, permit: Option<&PermitCode>, id: &RequirementId) -> String {
        let named = match id {
            RequirementId::Permit(code) => {
                self.plan.and_then(|plan| plan.permit(code)).map(|_| self.permit(code))
            }
            RequirementId::Milestone(code) => {
                Some(self.milestone(code)).filter(|name| name.as_str() != code.as_str())
            }
            RequirementId::Material(code) => self.plan.and_then(|plan| {
                let first = permit.or(self.about).and_then(|permit| plan.permit(permit));
                let mut materials = first.into_iter().chain(&plan.permits).flat_map(|p| &p.materials);
                materials.find(|material| material.code == *code).map(|material| material.name.to_string())
            }),
        };
        named.unwrap_or_else(|| id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_put_in_between_leaves_no_blank_and_codes_keep_theirs() {
        assert_eq!(
            tight("须由保管部门 县水务局 办理，期限 2023-06-12 。"),
            "须由保管部门县水务局办理，期限 2023-06-12 。"
        );
        assert_eq!(tight("W 取水许可 现由 县自然资源局 保管"), "W 取水许可现由县自然资源局保管");
    }

    #[test]
    fn bodies_are_marked_and_named_when_read() {
        let names = Names { marks: true, ..Names::default() };
        let id: BodyId = "water".parse().unwrap();
        let text = format!("由{}移交，water 不变", names.body_zh(&id));
        assert_eq!(unmarked(&text, |id| format!("〈{id}〉")), "由〈water〉移交，water 不变");
        assert_eq!(unmarked("没有机构", |_| String::new()), "没有机构");
    }
}
