//! The number of a document (文号), as a county gives it: `（530322）自然资源受字〔2026〕第12号`.
//!
//! Invariant: a number names the county, the body, the kind, the year and the place in it.
//! Deliberately absent: reserving a number. Two who ask at once are proposed the same one; the documents are the
//! department's, and its registry sees to it that no number is given twice.

use om_domain::{directory::Body, ids::CountyId};
use om_infra::notice_index::NoticeKind;

/// The number of the document that is this year's n-th of its kind and body.
pub fn proposed(county: &CountyId, body: &Body, kind: NoticeKind, year: i16, nth: u32) -> String {
    let name = body.name_zh.as_str();
    let short = name.strip_prefix('县').unwrap_or(name);
    let short = short.strip_suffix('局').unwrap_or(short);
    format!("（{county}）{short}{}字〔{year}〕第{nth}号", word(kind))
}

/// The word of the kind in a number.
fn word(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Correction => "补",
        NoticeKind::Acceptance => "受",
        NoticeKind::RefusalOfAcceptance => "不受",
        NoticeKind::Suspension => "特程",
        NoticeKind::Extension => "延",
        NoticeKind::Approval => "许",
        NoticeKind::Denial => "不许",
        NoticeKind::Renewal => "续",
        NoticeKind::RefusalOfRenewal => "不续",
        NoticeKind::Revocation => "撤",
        NoticeKind::Certificate => "证",
    }
}
