//! The papers a command names: each must be in the store before the fact that relies on it.
//!
//! Invariants: nothing that names a paper is recorded without it, be it a commitment, a proof, a notice or a decision;
//! a notice that names none is rendered from its own fact, so it has a paper too.
//! Deliberately absent: the store; a decision is told which of its papers are not there.

use super::{Ctx, MatterCommand, MatterRefusal, event::Handed};
use crate::ids::{PaperHash, hash_bytes};

/// The digits of a hash.
const DIGITS: usize = 64;

/// As what a payload names papers. A field of this name holds nothing else, in any event of any version (`domain/tests/matter/events.rs`).
const FIELDS: [&[u8]; 5] = [b"\"paper\":", b"\"papers\":", b"\"proof\":", b"\"commitment\":", b"\"record\":"];

/// The papers that an event's payload names, as it is stored: strings of 64 hexadecimal digits in fields that hold papers. Of a text that
/// reads like a hash nobody has a paper. Only its own words count; the hashes of its envelope (of requests, of leaves) are no papers.
pub fn named(payload: &[u8]) -> Vec<PaperHash> {
    texts(payload).filter_map(|text| text.parse().ok()).collect()
}

/// The same as the bytes of their hashes: for who reads every event of the log.
pub fn named_bytes(payload: &[u8]) -> Vec<[u8; 32]> {
    texts(payload).map(hash_bytes).collect()
}

/// In 64 bytes in a row that are digits lies one of every 64th: only those are looked at, and what is about them.
fn texts(payload: &[u8]) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = payload.get(at) {
            if !is_digit(*byte) {
                at += DIGITS;
                continue;
            }
            let before = &payload[at.saturating_sub(DIGITS)..at];
            let begun =
                before.iter().rposition(|byte| *byte == b'"').map(|quote| at - before.len() + quote + 1);
            if let Some(text) =
                begun.and_then(|begun| text_at(payload, begun).filter(|_| is_named(payload, begun)))
            {
                at += DIGITS + 1;
                return Some(text);
            }
            let rest = payload[at..].iter().position(|byte| !is_digit(*byte));
            at = rest.map_or(payload.len(), |rest| at + rest) + DIGITS;
        }
        None
    })
}

/// The string that begins here, if it is one of so many digits.
fn text_at(payload: &[u8], begun: usize) -> Option<&str> {
    let text = payload.get(begun..begun + DIGITS)?;
    // no branch on each byte
    let odd = text.iter().fold(0, |odd, byte| odd | u8::from(!is_digit(*byte)));
    if odd != 0 || payload.get(begun + DIGITS) != Some(&b'"') { None } else { str::from_utf8(text).ok() }
}

/// Whether the string that begins here is the value of a field that holds papers, or in the list of one. In a text every quote is
/// escaped, so none holds what a field begins with.
fn is_named(payload: &[u8], begun: usize) -> bool {
    let mut before = &payload[..begun - 1];
    while let Some(one) = before.strip_suffix(b"\",") {
        let Some(quote) = one.len().checked_sub(DIGITS + 1) else { return false };
        if one[quote] != b'"' || text_at(payload, quote + 1).is_none() {
            return false;
        }
        before = &one[..quote];
    }
    let before = before.strip_suffix(b"[").unwrap_or(before);
    FIELDS.iter().any(|field| before.ends_with(field))
}

const fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

impl MatterCommand {
    /// The papers it names.
    pub fn papers(&self) -> Vec<&PaperHash> {
        match self {
            Self::SubmitPermit { materials, .. }
            | Self::ReceiveCorrection { materials, .. }
            | Self::SupplyMaterials { materials, .. } => handed(materials).collect(),
            Self::SubmitPackage { items } => items.iter().flat_map(|item| handed(&item.materials)).collect(),
            Self::SetAsideLapse { materials, proof, .. } => handed(materials).chain([proof]).collect(),
            Self::NoticeCorrection { notice, .. }
            | Self::AcceptPermit { notice, .. }
            | Self::RefuseAcceptance { notice, .. }
            | Self::GrantRenewal { notice, .. }
            | Self::RefuseRenewal { notice, .. }
            | Self::ApprovePermit { notice, .. }
            | Self::DenyPermit { notice, .. }
            | Self::IssueCertificate { certificate: notice, .. }
            | Self::RevokePermit { notice, .. } => notice.paper.iter().collect(),
            Self::SetAsideDeemedAcceptance { notice, proof, .. } => {
                notice.paper.iter().chain([proof]).collect()
            }
            Self::SuspendClock { notice, proof, .. } | Self::ExtendLimit { notice, proof, .. } => {
                notice.paper.iter().chain(proof).collect()
            }
            Self::TolerateDeficiency { commitment, notice, .. } => {
                [commitment].into_iter().chain(notice.iter().filter_map(|n| n.paper.as_ref())).collect()
            }
            Self::OfferHandoff { papers, .. } => papers.iter().collect(),
            Self::ReceiveSupplement { paper, .. } => paper.iter().collect(),
            Self::RecordHearing { record, .. } => vec![record],
            // named one by one, so that a new command must say which papers it names
            Self::ProposeMatter { .. }
            | Self::CorrectProject { .. }
            | Self::DesignateMatter { .. }
            | Self::ChangeTaskForce { .. }
            | Self::PlanMatter { .. }
            | Self::AmendPlan { .. }
            | Self::StartMatter
            | Self::SuspendMatter { .. }
            | Self::ResumeMatter { .. }
            | Self::CompleteMatter
            | Self::TerminateMatter { .. }
            | Self::RequestOpinion { .. }
            | Self::GiveOpinion { .. }
            | Self::TreatObjection { .. }
            | Self::WithdrawObjection { .. }
            | Self::WithdrawOpinionRequest { .. }
            | Self::WithdrawPermit { .. }
            | Self::MarkNotApplicable { .. }
            | Self::ResumeClock { .. }
            | Self::ReviseDueDates { .. }
            | Self::ReceiveHandoff { .. }
            | Self::ReturnHandoff { .. }
            | Self::WithdrawHandoff { .. }
            | Self::RecallCustody { .. }
            | Self::ProposeTolerance { .. }
            | Self::VerifySupplement { .. }
            | Self::RejectSupplement { .. }
            | Self::MoveSupplementDeadline { .. }
            | Self::ConfirmPreReview { .. }
            | Self::RecordCheck { .. }
            | Self::RequestHearing { .. }
            | Self::RequestRenewal { .. }
            | Self::DeclineRevocation { .. }
            | Self::JudgeFallenPrerequisite { .. }
            | Self::IssueCard { .. }
            | Self::AnswerCard { .. }
            | Self::AppealCard { .. }
            | Self::DecideAppeal { .. }
            | Self::ClearCard { .. }
            | Self::CancelCard { .. }
            | Self::ReachMilestone { .. }
            | Self::PlanMilestone { .. }
            | Self::RequestDateChange { .. }
            | Self::AgreeDateChange { .. }
            | Self::ObjectDateChange { .. }
            | Self::WithdrawDateChange { .. }
            | Self::ApproveDateChange { .. }
            | Self::RefuseDateChange { .. }
            | Self::ExplainMissedMilestone { .. }
            | Self::CorrectEntry { .. }
            | Self::Settle => vec![],
        }
    }
}

fn handed(materials: &[Handed]) -> impl Iterator<Item = &PaperHash> {
    materials.iter().filter_map(|handed| handed.paper.as_ref())
}

/// Refuses what names a paper that is not in the store.
pub(super) fn are_there(command: &MatterCommand, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let missing = &ctx.read.missing_papers;
    let papers: Vec<PaperHash> =
        command.papers().into_iter().filter(|paper| missing.contains(*paper)).cloned().collect();
    if papers.is_empty() { Ok(()) } else { Err(MatterRefusal::PaperMissing { papers }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_named_by_a_field_that_holds_papers_and_by_no_text() {
        let (a, b, c) = ("ab".repeat(32), "0".repeat(64), "c".repeat(64));
        let found = |json: &str| -> Vec<String> {
            let bytes: Vec<_> = named(json.as_bytes()).iter().map(PaperHash::to_bytes).collect();
            assert_eq!(named_bytes(json.as_bytes()), bytes);
            named(json.as_bytes()).iter().map(ToString::to_string).collect()
        };
        let json = format!(r#"{{"handed":[{{"paper":"{a}"}}],"papers":["{b}","{a}","{c}"],"proof":"{c}"}}"#);
        assert_eq!(found(&json), [&a, &b, &a, &c, &c].map(String::as_str));
        let whole = |text: &str| serde_json::json!({ "note": text, "notes": ["x", text, text] }).to_string();
        for text in [
            a.clone(),
            format!("see {a}"),
            format!("\"{a}"),
            format!("\\\"{a}"),
            format!("\"paper\":\"{a}"),
            format!("\"papers\":[\"{a}\",\"{a}"),
        ] {
            assert!(found(&whole(&text)).is_empty(), "{text}");
        }
        assert!(found(&format!(r#"{{"paper":"{a}0","papers":[],"record":"{}"}}"#, &a[1..])).is_empty());
        for length in 0..80 {
            let text = "x".repeat(length);
            assert!(found(&format!(r#"{{"papers":[],"notes":["{text}","{a}"]}}"#)).is_empty(), "{length}");
        }
        assert!(found("\"").is_empty() && found("").is_empty());
    }

    #[test]
    fn a_paper_is_found_wherever_it_stands() {
        let (a, b) = (format!("{:064x}", 0xfeed), "b".repeat(64));
        for before in 0..140 {
            for between in [
                "",
                ",",
                "0",
                "\u{9646}",
                &"f".repeat(70),
                &"1".repeat(64),
                &format!("\"{}\"", "2".repeat(64)),
            ] {
                let json = format!("{}\"paper\":\"{a}\"{between}\"proof\":\"{b}\"", "x".repeat(before));
                let found: Vec<String> = named(json.as_bytes()).iter().map(ToString::to_string).collect();
                assert_eq!(found, [a.as_str(), b.as_str()], "{json}");
            }
        }
    }
}
