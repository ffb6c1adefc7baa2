//! Which numbers each body has given its notices, by kind and year: read off the log.
//!
//! Invariant: an answer knows every notice acknowledged before it was asked for.
//! Deliberately absent: refusing a number; documents are numbered by their department, old ones in ways of its own, and
//! what cannot be read as a number of its year counts for nothing.

use std::collections::HashMap;
use std::sync::Arc;

use om_domain::decider::Decider;
use om_domain::ids::{BodyId, CountyId};
use om_domain::matter::event::Notice;
use om_domain::matter::{MatterDecider, MatterEvent};

use crate::executor::Fault;
use crate::log::{EventLog, StoredEvent};
use crate::log_index::{Gathered, LogIndex};
use crate::recorded;

/// The kinds of notices that are numbered by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// 补正告知书.
    Correction,
    /// 受理通知书.
    Acceptance,
    /// 不予受理决定书.
    RefusalOfAcceptance,
    /// 特别程序告知书.
    Suspension,
    /// 延期通知书.
    Extension,
    /// 准予行政许可决定书.
    Approval,
    /// 不予行政许可决定书.
    Denial,
    /// 准予延续决定书.
    Renewal,
    /// 不予延续决定书.
    RefusalOfRenewal,
    /// 撤销行政许可决定书.
    Revocation,
    /// 证件.
    Certificate,
}

/// The facts that are served by a numbered document: the others, most of a log, need not be decoded.
const SERVED: [&str; 12] = [
    "CorrectionNoticed",
    "DeemedAcceptanceSetAside",
    "PermitAccepted",
    "PermitNotAccepted",
    "ClockSuspended",
    "LimitExtended",
    "PermitApproved",
    "PermitDenied",
    "RenewalGranted",
    "RenewalRefused",
    "PermitRevoked",
    "CertificateIssued",
];

impl NoticeKind {
    /// The kind and the notice of a fact that was served; none of another fact.
    pub fn of(event: &MatterEvent) -> Option<(Self, &Notice)> {
        use MatterEvent as E;
        Some(match event {
            E::CorrectionNoticed(e) => (Self::Correction, &e.notice),
            E::DeemedAcceptanceSetAside(e) => (Self::Correction, &e.notice),
            E::PermitAccepted(e) => (Self::Acceptance, &e.notice),
            E::PermitNotAccepted(e) => (Self::RefusalOfAcceptance, e.notice.as_ref()?),
            E::ClockSuspended(e) => (Self::Suspension, &e.notice),
            E::LimitExtended(e) => (Self::Extension, &e.notice),
            E::PermitApproved(e) => (Self::Approval, &e.notice),
            E::PermitDenied(e) => (Self::Denial, &e.notice),
            E::RenewalGranted(e) => (Self::Renewal, &e.notice),
            E::RenewalRefused(e) => (Self::RefusalOfRenewal, &e.notice),
            E::PermitRevoked(e) => (Self::Revocation, &e.notice),
            E::CertificateIssued(e) => (Self::Certificate, &e.certificate),
            _ => return None,
        })
    }
}

type Row = (String, BodyId, NoticeKind, i16);

/// The last number of each row of documents in one log.
pub struct NoticeIndex(LogIndex<Numbers>);

#[derive(Default)]
struct Numbers(HashMap<Row, u32>);

impl Gathered for Numbers {
    const CATEGORY: &'static str = MatterDecider::CATEGORY;

    fn take(&mut self, event: &StoredEvent) -> Result<(), Fault> {
        if !SERVED.contains(&&*event.kind) {
            return Ok(());
        }
        let entry = recorded::decode::<MatterEvent>(event).map_err(|e| Fault::Load(e.into()))?;
        if let Some((kind, notice)) = NoticeKind::of(&entry.fact.event)
            && let Some((year, nth)) = place(notice.number.as_str())
        {
            let row = (event.stream.county().to_owned(), entry.fact.by.body, kind, year);
            let last = self.0.entry(row).or_default();
            *last = nth.max(*last);
        }
        Ok(())
    }
}

impl NoticeIndex {
    /// The index of a log; nothing is read yet.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self(LogIndex::new(log))
    }

    /// Reads on to the log's end, so that whoever asks next need not.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub(crate) async fn read_on(&self) -> Result<(), Fault> {
        self.0.ask(|_| ()).await
    }

    /// The last number that the body has given a notice of this kind in the year; 0 if none.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn last(
        &self,
        county: &CountyId,
        body: &BodyId,
        kind: NoticeKind,
        year: i16,
    ) -> Result<u32, Fault> {
        let row = (county.to_string(), body.clone(), kind, year);
        self.0.ask(|numbers| numbers.0.get(&row).copied().unwrap_or_default()).await
    }
}

/// Year and place out of a number such as `（530322）自然资源受字〔2026〕第12号`.
fn place(number: &str) -> Option<(i16, u32)> {
    let (_, after) = number.split_once('〔')?;
    let (year, nth) = after.split_once('〕')?;
    let nth = nth.strip_suffix('号')?;
    Some((year.parse().ok()?, nth.strip_prefix('第').unwrap_or(nth).parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use om_domain::decider::EventRecord;
    use om_domain::matter::MatterEvent;

    use super::{NoticeKind, SERVED, place};

    #[test]
    fn every_fact_that_a_numbered_document_serves_is_looked_at() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/fixtures/matter");
        let numbered = |(name, version, _): (&'static str, u16, _)| {
            let stored = std::fs::read(format!("{folder}/{name}.v{version}.json")).unwrap();
            let event = MatterEvent::decode(name, version, &stored).unwrap();
            NoticeKind::of(&event).map(|_| name)
        };
        let all: BTreeSet<&str> = MatterEvent::schemas().into_iter().filter_map(numbered).collect();
        assert_eq!(all, SERVED.into());
    }

    #[test]
    fn a_number_is_read_by_its_year_and_place() {
        assert_eq!(place("（530322）自然资源受字〔2026〕第12号"), Some((2026, 12)));
        assert_eq!(place("陆发改许〔2023〕7号"), Some((2023, 7)));
        for other in ["7", "〔2023〕", "陆发改〔2023〕号", "陆发改〔二〇二三〕7号"] {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
