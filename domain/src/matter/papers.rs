//! The papers a command names: each must be in the store before the fact that relies on it.
//!
//! Invariants: nothing that names a paper is recorded without it, be it a commitment, a proof, a notice or a decision;
//! a notice that names none is rendered from its own fact, so it has a paper too.
//! Deliberately absent: the store; a decision is told which of its papers are not there.

use super::{Ctx, MatterCommand, MatterRefusal, event::Handed};
use crate::ids::PaperHash;

/// The digits of a hash.
const DIGITS: usize = 64;

/// The papers that an event's payload names: what stands in it as a string of 64 hexadecimal digits and nothing else. Only
/// its own words count; the hashes of its envelope (of requests, of leaves) are no papers.
pub fn named(payload: &[u8]) -> Vec<PaperHash> {
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
    fn a_paper_is_named_by_a_string_that_is_its_hash_and_by_nothing_else() {
        let (a, b) = ("ab".repeat(32), "0".repeat(64));
        let json =
            format!(r#"{{"paper":"{a}","papers":["{b}","{a}"],"note":"see {a}","x":"{a}0","y":"\"{b}"}}"#);
        let found: Vec<String> = named(json.as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(found[..3], [a.clone(), b, a]);
        assert!(named(b"\"").is_empty() && named(b"").is_empty());
    }
}
