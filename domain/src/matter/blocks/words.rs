//! Whose move it is, in words.

use super::{Act, Blocking, Mover};
use crate::{matter::plan::Node, naming::Names};

impl Act {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Act::HandIn => "提交申请",
            Act::Correct => "提交补正材料",
            Act::SupplyMaterials => "补充材料",
            Act::PaySupplement => "补齐容缺材料",
            Act::AcceptOrNotice => "受理或一次性告知补正",
            Act::AnswerHandoff => "接收或退回移交",
            Act::HandBack => "办理并移回",
            Act::PreReview => "出具预审意见",
            Act::ConfirmPreReview => "确认预审意见",
            Act::Review => "审查",
            Act::ResumeClock => "完成特别程序并恢复计时",
            Act::HoldHearing => "举行听证",
            Act::Check => "两人实地核查",
            Act::VerifySupplement => "核验补齐材料",
            Act::JudgeFallenPrerequisite => "研判前置失效的影响",
            Act::Decide => "作出决定",
            Act::IssueCertificate => "发证并送达",
            Act::AnswerRenewal => "答复延续申请",
            Act::DecideRevocation => "决定是否撤销",
            Act::ReachMilestone => "达成节点",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        match self {
            Act::HandIn => "hand in the file",
            Act::Correct => "hand in the corrected file",
            Act::SupplyMaterials => "supply materials",
            Act::PaySupplement => "hand in the supplement owed",
            Act::AcceptOrNotice => "accept, or serve the one-time correction notice",
            Act::AnswerHandoff => "receive or return the file handed off",
            Act::HandBack => "do its part and hand the file back",
            Act::PreReview => "give the provisional opinion",
            Act::ConfirmPreReview => "confirm the provisional opinion",
            Act::Review => "review",
            Act::ResumeClock => "finish the excluded procedure and resume the clock",
            Act::HoldHearing => "hold the hearing",
            Act::Check => "check on the spot, two officers",
            Act::VerifySupplement => "verify the supplement",
            Act::JudgeFallenPrerequisite => "judge what the fallen prerequisite means",
            Act::Decide => "decide",
            Act::IssueCertificate => "issue and deliver the certificate",
            Act::AnswerRenewal => "answer the renewal",
            Act::DecideRevocation => "decide whether to revoke",
            Act::ReachMilestone => "reach the milestone",
        }
    }
}

impl Mover {
    /// In words, with the names that are known.
    pub fn zh(&self, names: &Names<'_>) -> String {
        match self {
            Mover::Department(body) | Mover::ImplementingBody(body) => names.body_zh(body),
            Mover::Applicant => "申请人".into(),
        }
    }

    /// In words, with the names that are known.
    pub fn en(&self, names: &Names<'_>) -> String {
        match self {
            Mover::Department(body) | Mover::ImplementingBody(body) => names.body_en(body),
            Mover::Applicant => "the applicant".into(),
        }
    }
}

fn node(node: &Node, names: &Names<'_>) -> String {
    match node {
        Node::Permit(code) => names.permit(code),
        Node::Milestone(code) => names.milestone(code),
    }
}

fn listed<'a>(nodes: impl IntoIterator<Item = &'a Node>, names: &Names<'_>, comma: &str) -> String {
    nodes.into_iter().map(|of| node(of, names)).collect::<Vec<_>>().join(comma)
}

impl Blocking {
    /// One sentence in Chinese, without a full stop.
    pub fn zh(&self, names: &Names<'_>) -> String {
        let since = self.since.map(|since| format!("，自 {since} 起")).unwrap_or_default();
        let what = node(&self.node, names);
        match &self.next {
            None => format!("{what} 在等 {}{since}", listed(&self.lacks, names, "、")),
            Some(next) => {
                let due = next.due.map(|due| format!("，{due} 届满")).unwrap_or_default();
                let (who, act) = (next.mover.zh(names), next.act.name_zh());
                format!("{what}：等{who}{act}{since}{due}")
            }
        }
    }

    /// The same in English.
    pub fn en(&self, names: &Names<'_>) -> String {
        let since = self.since.map(|since| format!(", since {since}")).unwrap_or_default();
        let what = node(&self.node, names);
        match &self.next {
            None => format!("{what} waits for {}{since}", listed(&self.lacks, names, ", ")),
            Some(next) => {
                let due = next.due.map(|due| format!(", by {due}")).unwrap_or_default();
                format!("{what}: {} is to {}{since}{due}", next.mover.en(names), next.act.name_en())
            }
        }
    }
}
