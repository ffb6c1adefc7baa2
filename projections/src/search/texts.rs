//! Which texts a fact brings, and which it takes away.
//!
//! Invariant: total; a text of a project or a permit is replaced as a whole, an entry's sentence stays for ever.

use super::{Kind, SearchRow, Text};
use om_domain::{
    decider::Recorded,
    ids::{LegalText, PermitCode},
    matter::{
        MatterEvent as E,
        event::{Correction, ProjectFacts},
        plan::{Plan, PlannedMilestone, PlannedPermit},
        sentence,
    },
    meeting::MeetingEvent as M,
    naming::Names,
};

/// Where a text comes from.
#[derive(Clone, Copy)]
struct Source {
    event: om_domain::ids::EventId,
    recorded: jiff::Timestamp,
}

impl SearchRow {
    pub(super) fn matter(&mut self, fact: &Recorded<E>) {
        let source = Source { event: fact.id, recorded: fact.recorded };
        match &fact.event {
            E::MatterProposed(e) => self.project(&e.project, source),
            E::ProjectCorrected(e) => self.project(&e.new, source),
            E::MatterPlanned(e) => {
                e.plan.permits.iter().for_each(|permit| self.permit(permit, source));
                self.plan = Some(Plan {
                    permits: e.plan.permits.iter().map(slim).collect(),
                    milestones: e.plan.milestones.iter().map(named).collect(),
                    ..(*e.plan).clone()
                });
                self.replanned = true;
            }
            E::PlanAmended(e) => {
                e.drop.iter().for_each(|code| self.drop_permit(code));
                e.put.iter().for_each(|permit| {
                    self.drop_permit(&permit.code);
                    self.permit(permit, source);
                });
                if let Some(plan) = &mut self.plan {
                    plan.permits.extend(e.put.iter().map(slim));
                }
                self.replanned = true;
            }
            E::MilestonePlanned(e) => {
                if let Some(plan) = &mut self.plan {
                    plan.milestones.retain(|milestone| milestone.code != e.milestone);
                    let (code, name) = (e.milestone.clone(), e.name.clone());
                    plan.milestones.push(PlannedMilestone { code, name, after: Vec::new(), expected: None });
                    self.replanned = true;
                }
            }
            _ => {}
        }
        let names = Names { plan: self.plan.as_ref(), marks: true, ..Names::default() };
        let permit = om_domain::matter::event_permit(&fact.event).cloned();
        let entry = sentence::of(&fact.event, &names);
        let key = format!("{:08}", fact.revision);
        if let Some(number) = number(&fact.event) {
            let text = (format!("{number} · {}", entry.zh), entry.en.clone());
            self.say(Kind::Document, key.clone(), permit.clone(), text, source);
        }
        self.say(Kind::Entry, key, permit, (entry.zh, entry.en), source);
    }

    pub(super) fn meeting(&mut self, fact: &Recorded<M>) {
        let source = Source { event: fact.id, recorded: fact.recorded };
        let plain = |text: &LegalText| (text.to_string(), String::new());
        match &fact.event {
            M::MeetingConvened(e) => {
                let agenda = e.agenda.iter().map(LegalText::as_str);
                let parts: Vec<&str> =
                    [e.title.as_str(), e.place.as_str()].into_iter().chain(agenda).collect();
                let text = (parts.join(" · "), String::new());
                self.say(Kind::Meeting, String::new(), None, text, source);
            }
            M::MeetingClosed(e) => {
                self.say(Kind::Document, "minutes".into(), None, plain(&e.minutes), source);
            }
            M::ResolutionRecorded(e) => {
                self.say(Kind::Resolution, format!("r{:05}", e.number), None, plain(&e.text), source);
            }
            M::TaskAssigned(e) => {
                self.say(Kind::Resolution, format!("t{:05}", e.number), None, plain(&e.text), source);
            }
            _ => {}
        }
    }

    fn say(
        &mut self,
        kind: Kind,
        key: String,
        permit: Option<PermitCode>,
        (zh, en): (String, String),
        source: Source,
    ) {
        let Source { event, recorded } = source;
        self.fresh.push(Text { kind, key, permit, event, recorded, zh, en });
    }

    fn project(&mut self, project: &ProjectFacts, source: Source) {
        let text = format!(
            "{} · {} · {} · {} · {}",
            project.name, project.code, project.kind, project.place, project.applicant
        );
        self.say(Kind::Matter, String::new(), None, (text, String::new()), source);
    }

    fn permit(&mut self, permit: &PlannedPermit, source: Source) {
        let names = Names { marks: true, ..Names::default() };
        let head = format!("{} {}", permit.code, permit.name);
        let zh = format!("{head} · {}", names.body_zh(&permit.lead));
        let en = format!("{head} · {}", names.body_en(&permit.lead));
        let code = &permit.code;
        self.say(Kind::Permit, code.to_string(), Some(code.clone()), (zh, en), source);
        for material in &permit.materials {
            let key = format!("{code}/{}", material.code);
            let text = (material.name.to_string(), String::new());
            self.say(Kind::Material, key, Some(code.clone()), text, source);
        }
    }

    fn drop_permit(&mut self, code: &PermitCode) {
        let Some(plan) = &mut self.plan else { return };
        let mut gone = Vec::new();
        for permit in plan.permits.iter().filter(|permit| permit.code == *code) {
            gone.push((Kind::Permit, code.to_string()));
            let materials = permit.materials.iter();
            gone.extend(materials.map(|m| (Kind::Material, format!("{code}/{}", m.code))));
        }
        plan.permits.retain(|permit| permit.code != *code);
        self.fresh.retain(|text| !gone.contains(&(text.kind, text.key.clone())));
        self.gone.append(&mut gone);
    }
}

/// A permit as far as it gives names.
fn slim(permit: &PlannedPermit) -> PlannedPermit {
    PlannedPermit {
        cooperating: Vec::new(),
        opinions: None,
        statutory: None,
        promised: None,
        extension: None,
        excluded: Vec::new(),
        prerequisites: Vec::new(),
        ..permit.clone()
    }
}

fn named(milestone: &PlannedMilestone) -> PlannedMilestone {
    PlannedMilestone { after: Vec::new(), expected: None, ..milestone.clone() }
}

/// The number of the document that a fact names.
fn number(event: &E) -> Option<&LegalText> {
    Some(match event {
        E::CorrectionNoticed(e) => &e.notice.number,
        E::PermitAccepted(e) => &e.notice.number,
        E::DeemedAcceptanceSetAside(e) => &e.notice.number,
        E::PermitNotAccepted(e) => return e.notice.as_ref().map(|notice| &notice.number),
        E::ClockSuspended(e) => &e.notice.number,
        E::LimitExtended(e) => &e.notice.number,
        E::PermitApproved(e) => &e.notice.number,
        E::PermitDenied(e) => &e.notice.number,
        E::PermitRevoked(e) => &e.notice.number,
        E::RenewalGranted(e) => &e.notice.number,
        E::RenewalRefused(e) => &e.notice.number,
        E::CertificateIssued(e) => &e.certificate.number,
        E::PackageReceived(e) => &e.number,
        E::MatterDesignated(e) => &e.basis,
        E::EntryCorrected(e) => match &e.correction {
            Correction::DocumentNumber { new, .. } => new,
            _ => return None,
        },
        _ => return None,
    })
}
