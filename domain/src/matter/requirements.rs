//! Which requirements stand before a gate, and which of them are met (R3, R8, R10, R11).
//!
//! Invariant: a live tolerance moves a requirement to its later gate and nowhere else; what the one-time notice did
//! not list is not demanded; a prerequisite that was passed is not asked again, unless it fell away since.
//! Deliberately absent: whether to pass the gate; that is for a person.

use super::{
    authority::At,
    plan::{Gate, Node, Requirement, RequirementId},
    refusal::{Because, Missing},
    state::{Matter, Permit, Round},
};
use jiff::civil::Date;

impl Matter {
    /// The requirements of a permit that stand unmet before this gate on a day.
    pub fn missing_at(&self, code: &crate::ids::PermitCode, gate: Gate, day: Date) -> Vec<Missing> {
        let Ok(at) = self.find(code) else { return vec![] };
        at.planned
            .requirements()
            .filter(|r| demanded(&at, r, gate))
            .filter_map(|r| {
                let because = self.unmet(&r, at.permit, day)?;
                let because = if live(&at, &r.id) { Because::DebtOpen } else { because };
                Some(Missing { requirement: r.id, because, statutory: r.statutory, source: r.source.clone() })
            })
            .collect()
    }

    /// Why a requirement is not met on a day; none if it is, or if what it asks for does not apply to this matter.
    pub fn unmet(&self, requirement: &Requirement<'_>, permit: &Permit, day: Date) -> Option<Because> {
        let expired = || self.has_expired(requirement, day).then_some(Because::Expired);
        let lacking =
            self.not_reached(requirement, permit).filter(|_| !lies_with_matter(requirement, permit, day));
        lacking.or_else(expired)
    }

    /// Whether it was reached by a certificate that is past its term on a day: what has expired is to be cancelled
    /// (行政许可法 70) and carries no gate any more.
    pub(super) fn has_expired(&self, requirement: &Requirement<'_>, day: Date) -> bool {
        let Some(Node::Permit(code)) = requirement.edge.map(|edge| &edge.node) else { return false };
        let other = self.permits.get(code).filter(|other| other.not_applicable.is_none());
        other.and_then(Permit::round).is_some_and(|round| round.has_expired(day))
    }

    /// Why it was never met, whatever has expired since.
    fn not_reached(&self, requirement: &Requirement<'_>, permit: &Permit) -> Option<Because> {
        match (&requirement.id, requirement.edge) {
            (RequirementId::Material(code), _) => {
                let round = permit.round();
                let handed = round.is_some_and(|r| r.materials.contains_key(code));
                let paid = round
                    .and_then(|r| r.tolerances.get(&requirement.id))
                    .is_some_and(|t| t.debt == super::state::Debt::Verified);
                (!handed && !paid).then_some(Because::NotHanded)
            }
            (_, Some(edge)) => match &edge.node {
                Node::Milestone(code) => (!self.milestones.contains_key(code)).then_some(Because::NotReached),
                Node::Permit(code) => {
                    let other = self.permits.get(code)?;
                    let certificate = self.plan.as_ref()?.permit(code)?.certificate;
                    if other.not_applicable.is_some() || other.has_reached(edge.reaches, certificate) {
                        return None;
                    }
                    Some(match other.round() {
                        None => Because::NotBegun,
                        Some(round) if round.phase.allows_new_round() => Because::Ended,
                        Some(_) => Because::Underway,
                    })
                }
            },
            _ => None,
        }
    }

    /// The day a prerequisite was met on, if it was, whatever has expired since.
    pub(super) fn met_on(&self, requirement: &Requirement<'_>, permit: &Permit) -> Option<Date> {
        if self.not_reached(requirement, permit).is_some() {
            return None;
        }
        match &requirement.edge?.node {
            Node::Milestone(code) => self.milestones.get(code).copied(),
            Node::Permit(code) => {
                let other = self.permits.get(code)?;
                if other.not_applicable.is_some() {
                    return other.not_applicable_on;
                }
                let round = other.round()?;
                let accepted = round.accepted.as_ref().map(|a| a.on);
                // what is not served has no effect yet
                let decided = round.decision.as_ref().map(|d| d.on.max(d.notice.served_on));
                match requirement.edge?.reaches {
                    super::plan::Reaches::Accepted => accepted,
                    super::plan::Reaches::Approved => decided,
                    super::plan::Reaches::Issued => round.certificate.as_ref().map(|c| c.on).or(decided),
                }
            }
        }
    }
}

impl Matter {
    /// Prerequisites that fell away after this permit had relied on them, do not stand again and were not judged.
    pub(super) fn open_falls<'a>(
        &'a self,
        at: &'a At<'a>,
        day: Date,
    ) -> impl Iterator<Item = Requirement<'a>> {
        let open = !at.permit.round().is_none_or(|round| round.phase.allows_new_round());
        at.planned.requirements().filter(move |r| {
            let fell = open && at.permit.last_fall(&r.id).is_some() && !at.permit.is_judged(&r.id);
            fell && self.unmet(r, at.permit, day).is_some()
        })
    }
}

/// Whether a prerequisite has fallen away and nobody has judged that the permit can do without it; without a condition
/// of the law it never can (R8).
fn fell(at: &At<'_>, requirement: &Requirement<'_>) -> bool {
    let judged = !requirement.statutory && at.permit.is_judged(&requirement.id);
    at.permit.last_fall(&requirement.id).is_some() && !judged
}

/// Whether a material lies with another permit of the matter and counted for this one by the day.
fn lies_with_matter(requirement: &Requirement<'_>, permit: &Permit, day: Date) -> bool {
    let RequirementId::Material(code) = &requirement.id else { return false };
    permit.round().is_some_and(|round| round.lies.counts_by(code, day))
}

fn live(at: &At<'_>, id: &RequirementId) -> bool {
    at.permit.round().is_some_and(|r| r.live_tolerance(id).is_some())
}

/// The gate a requirement stands at now: the plan's, or the later one a live tolerance moved it to.
pub(super) fn gate_now(round: Option<&Round>, requirement: &Requirement<'_>) -> Gate {
    round.and_then(|r| r.live_tolerance(&requirement.id)).map_or(requirement.gate, |t| t.to)
}

fn demanded(at: &At<'_>, requirement: &Requirement<'_>, gate: Gate) -> bool {
    let round = at.permit.round();
    let now = gate_now(round, requirement);
    if now == Gate::AfterIssue || now > gate {
        return false;
    }
    let Some(round) = round else { return now <= gate };
    if now < gate && fell(at, requirement) {
        return true;
    }
    let material = requirement.edge.is_none();
    if requirement.gate == Gate::Accept && now == Gate::Accept {
        if round.accepted.is_some() {
            let lapsed = round.tolerances.contains_key(&requirement.id);
            return !material && (round.is_deemed() || lapsed) && gate == Gate::Decide;
        }
        let listed = round.correction.as_ref().map(|c| c.listed.contains(&requirement.id));
        return !(material && listed == Some(false));
    }
    now == gate || (now < gate && round.decision.is_none())
}
