//! A permit of a matter (审批事项): what the plan asks, what has happened, what stands in the way, what one may do.
//!
//! Invariant: a field is computed only when it is asked for.

use super::{
    action::Action,
    blocking::{Blocking, TimeSplit},
    card::Card,
    clock::{Limit, PermitClock},
    late::LateBy,
    opinion::{OpinionCount, OpinionsNeeded},
    parts::body,
    requirement::{BlockedBy, Material, Prerequisite, Tolerance},
    round::{Certificate, Check, Decision, Round},
    standing::{Custody, Handoff, PermitStatus, Since, ToleranceProposal},
    view::View,
};
use crate::graphql::{
    matter::enums::{Gate, Handling, Nature, RoundPhase, Stage},
    node_id::NodeId,
    scalars::{Date, LegalText, PermitCode},
};
use async_graphql::{ID, Object, Result};
use om_domain::matter::{
    can_on_permit,
    plan::{Gate as PlanGate, PlannedPermit, RequirementId},
    state,
};
use std::sync::Arc;

/// A permit of a matter.
#[derive(Debug, Clone)]
pub struct Permit {
    view: Arc<View>,
    index: usize,
    code: om_domain::ids::PermitCode,
}

impl Permit {
    pub(super) fn all(view: &Arc<View>) -> impl Iterator<Item = Permit> {
        let permits = view.state.plan.iter().flat_map(|plan| plan.permits.iter().enumerate());
        permits.map(|(index, p)| Permit { view: Arc::clone(view), index, code: p.code.clone() })
    }

    /// The permit of that code, if the plan has it.
    pub fn find(view: &Arc<View>, code: &om_domain::ids::PermitCode) -> Option<Permit> {
        Self::all(view).find(|permit| permit.code == *code)
    }

    fn planned(&self) -> Option<&PlannedPermit> {
        self.view.state.plan.as_deref()?.permits.get(self.index)
    }

    fn state(&self) -> Option<&state::Permit> {
        self.view.state.permits.get(&self.code)
    }

    fn read<T>(&self, field: impl FnOnce(&PlannedPermit) -> T) -> Result<T> {
        self.planned().map(field).ok_or_else(|| crate::graphql::error::fault("reading a plan", &self.code))
    }

    fn round_of(&self, round: &state::Round) -> Option<Round> {
        self.planned().map(|planned| Round::of(&self.view, planned, round))
    }

    fn current(&self) -> Option<&state::Round> {
        self.state()?.round()
    }

    /// The gate that comes next; none once nothing more is to come.
    fn gate_ahead(&self) -> Option<PlanGate> {
        let state = self.state()?;
        if state.not_applicable.is_some() {
            return None;
        }
        use state::RoundPhase as P;
        match state.round().map(|round| round.phase) {
            None | Some(P::Received | P::AwaitingCorrection) => Some(PlanGate::Accept),
            Some(P::PreReview | P::InReview) => Some(PlanGate::Decide),
            Some(P::Approved) => self.planned().filter(|p| p.certificate).map(|_| PlanGate::Issue),
            Some(P::Issued) => None,
            Some(P::Denied | P::NotAccepted | P::Withdrawn | P::Lapsed | P::Revoked) => {
                Some(PlanGate::Accept)
            }
        }
    }

    fn gate_now(&self, id: &RequirementId, planned: PlanGate) -> Gate {
        let tolerated = self.current().and_then(|round| round.live_tolerance(id)).map(|t| t.to);
        tolerated.unwrap_or(planned).into()
    }
}

/// A permit of a matter (审批事项).
#[Object(serial)]
impl Permit {
    /// Its id, `permit:…/CODE`.
    pub async fn id(&self) -> ID {
        NodeId::Permit(self.view.id, self.code.clone()).id()
    }

    /// Its code in the matter's plan, such as `A1`.
    async fn code(&self) -> PermitCode {
        self.code.clone().into()
    }

    /// The matter it belongs to, `matter:…`.
    async fn matter_id(&self) -> ID {
        NodeId::Matter(self.view.id).id()
    }

    /// Its name.
    async fn name(&self) -> Result<LegalText> {
        self.read(|p| p.name.clone().into())
    }

    /// The stage it belongs to.
    async fn stage(&self) -> Result<Stage> {
        self.read(|p| p.stage.into())
    }

    /// What kind of act it is.
    async fn nature(&self) -> Result<Nature> {
        self.read(|p| p.nature.into())
    }

    /// How it is handled; says who may extend its limit.
    async fn handling(&self) -> Result<Handling> {
        self.read(|p| p.handling.into())
    }

    /// The department that decides it (牵头部门), `body:…`.
    async fn lead(&self) -> Result<ID> {
        self.read(|p| body(&p.lead))
    }

    /// Departments that give opinions (配合部门), `body:…`.
    async fn cooperating(&self) -> Result<Vec<ID>> {
        self.read(|p| p.cooperating.iter().map(body).collect())
    }

    /// Their opinions, where the permit needs them before its approval.
    async fn opinions_needed(&self) -> Result<Option<OpinionsNeeded>> {
        self.read(|p| p.opinions.as_ref().map(Into::into))
    }

    /// How many opinions of the current round are there; none where nobody was asked.
    async fn opinion_count(&self) -> Option<OpinionCount> {
        let (given, asked) = self.current()?.opinions.count();
        (asked > 0).then_some(OpinionCount { given, asked })
    }

    /// The statutory limit of the plan (法定时限); none where no law sets one.
    async fn statutory_limit(&self) -> Result<Option<Limit>> {
        self.read(|p| p.statutory.as_ref().map(Into::into))
    }

    /// The promised limit of the plan (承诺时限).
    async fn promised_limit(&self) -> Result<Option<Limit>> {
        self.read(|p| p.promised.as_ref().map(Into::into))
    }

    /// Whether a certificate is issued after approval; else approval is its end.
    async fn issues_certificate(&self) -> Result<bool> {
        self.read(|p| p.certificate)
    }

    /// Where it stands, as one word.
    async fn status(&self) -> PermitStatus {
        self.state().map_or(PermitStatus::Planned, |state| state.status().into())
    }

    /// Whether a file can be handed in now: not begun, or ended so that a new round is allowed, and every permit and
    /// milestone it waits for before acceptance has come.
    async fn ready(&self) -> bool {
        let today = self.view.today();
        let open =
            self.current().is_none_or(|round| round.phase.allows_new_round() || round.has_expired(today));
        let applies = self.state().is_some_and(|state| state.not_applicable.is_none());
        let waits = self.view.state.missing_at(&self.code, PlanGate::Accept, today);
        open && applies && waits.iter().all(|m| matches!(m.requirement, RequirementId::Material(_)))
    }

    /// Why it does not apply to this matter, if so.
    async fn not_applicable(&self) -> Option<LegalText> {
        self.state()?.not_applicable.clone().map(Into::into)
    }

    /// The one department that has custody of it (在手部门), `body:…`.
    async fn custodian(&self) -> Option<ID> {
        Some(body(&self.state()?.custody.holder))
    }

    /// Who had custody, from which day on.
    #[graphql(complexity = "5 * child_complexity")]
    async fn custody(&self) -> Vec<Custody> {
        let spans = self.state().map(|s| s.custody.spans.as_slice()).unwrap_or_default();
        spans.iter().map(|(holder, since)| Custody { body: body(holder), since: (*since).into() }).collect()
    }

    /// An open offer of custody (移交); custody stays with the offerer until receipt.
    async fn handoff(&self) -> Option<Handoff> {
        let offer = self.state()?.custody.offer.as_ref()?;
        Some(Handoff {
            to: body(&offer.to),
            on: offer.on.into(),
            reason: offer.reason.clone().into(),
            answer_due: (&offer.answer_due).into(),
            overdue: offer.answer_due.date < self.view.today(),
        })
    }

    /// The current round; none until a file was received.
    async fn round(&self) -> Option<Round> {
        self.round_of(self.current()?)
    }

    /// All rounds, the current one last.
    #[graphql(complexity = "3 * child_complexity")]
    async fn rounds(&self) -> Vec<Round> {
        self.state().into_iter().flat_map(|s| &s.rounds).filter_map(|round| self.round_of(round)).collect()
    }

    /// Where the current round stands; none until a file was received.
    async fn phase(&self) -> Option<RoundPhase> {
        self.current().map(|round| round.phase.into())
    }

    /// The clock of the current round with its arithmetic, read at the moment of the matter; none until it has started.
    async fn clock(&self) -> Option<PermitClock> {
        self.round_of(self.current()?)?.clock
    }

    /// By how much the current round is late; none if it is not.
    async fn late_by(&self) -> Option<LateBy> {
        self.view.state.late(&self.code, &self.view.calendar, self.view.today()).map(Into::into)
    }

    /// Permits and milestones it waits for, met or not.
    #[graphql(complexity = "10 * child_complexity")]
    async fn prerequisites(&self) -> Vec<Prerequisite> {
        let Some((planned, state)) = self.planned().zip(self.state()) else { return Vec::new() };
        let edges = planned
            .requirements()
            .filter_map(|r| Some((r.edge?, self.view.state.unmet(&r, state, self.view.today()))));
        edges
            .map(|(edge, unmet)| {
                let (permit, milestone) = Prerequisite::node(&edge.node);
                Prerequisite {
                    requirement: edge.id().into(),
                    permit,
                    milestone,
                    reaches: edge.reaches.into(),
                    gate: edge.gate.into(),
                    gate_now: self.gate_now(&edge.id(), edge.gate),
                    statutory: edge.statutory,
                    modes: edge.modes.iter().map(|mode| (*mode).into()).collect(),
                    source: edge.source.clone().into(),
                    met: unmet.is_none(),
                    unmet: unmet.map(Into::into),
                }
            })
            .collect()
    }

    /// Materials it asks for (申请材料), handed in or not.
    #[graphql(complexity = "10 * child_complexity")]
    async fn materials(&self) -> Vec<Material> {
        let Some((planned, state)) = self.planned().zip(self.state()) else { return Vec::new() };
        let handed = self.current().map(|round| &round.materials);
        let lies = self.current().map(|round| &round.lies);
        let one = |m: &om_domain::matter::plan::Material| {
            let id = RequirementId::Material(m.code.clone());
            let met = planned
                .requirement(&id)
                .is_some_and(|r| self.view.state.unmet(&r, state, self.view.today()).is_none());
            Material {
                requirement: id.clone().into(),
                code: m.code.clone().into(),
                name: m.name.clone().into(),
                gate: m.gate.into(),
                gate_now: self.gate_now(&id, m.gate),
                statutory: m.statutory,
                modes: m.modes.iter().map(|mode| (*mode).into()).collect(),
                sensitive: m.sensitive.map(Into::into),
                source: m.source.clone().into(),
                met,
                own: m.own,
                reused_from: lies.and_then(|lies| lies.elsewhere(&m.code)).map(Into::into),
                handed: handed.and_then(|handed| handed.get(&m.code)).map(Into::into),
            }
        };
        planned.materials.iter().map(one).collect()
    }

    /// Tolerated deficiencies of the current round (容缺).
    #[graphql(complexity = "10 * child_complexity")]
    async fn tolerances(&self) -> Vec<Tolerance> {
        let today = self.view.today();
        self.current().into_iter().flat_map(|round| Tolerance::of(self.view.id, round, today)).collect()
    }

    /// Tolerances the task-force lead proposed and the department has not answered.
    #[graphql(complexity = "5 * child_complexity")]
    async fn proposals(&self) -> Vec<ToleranceProposal> {
        let answered = |id: &_| self.current().is_some_and(|round| round.tolerances.contains_key(id));
        let open = self.state().into_iter().flat_map(|s| &s.proposals).filter(|(id, _)| !answered(*id));
        open.map(|(id, mode)| ToleranceProposal { requirement: id.clone().into(), mode: (*mode).into() })
            .collect()
    }

    /// Prerequisites that fell away after it had passed their gate: for a person to judge, until judged or standing again.
    #[graphql(complexity = "3 * child_complexity")]
    async fn fell_away(&self) -> Vec<Since> {
        let ended = self.current().is_none_or(|round| round.phase.allows_new_round());
        let Some(state) = self.state().filter(|_| !ended) else { return Vec::new() };
        state.fell_away.iter().filter(|(id, _)| !state.is_fall_closed(id)).map(Into::into).collect()
    }

    /// Debts for which revocation is proposed, until the department has decided.
    #[graphql(complexity = "3 * child_complexity")]
    async fn revocation_proposed(&self) -> Vec<Since> {
        let open = self.state().into_iter().flat_map(|s| s.open_revocations());
        open.map(|(id, on)| (&(id.clone(), on)).into()).collect()
    }

    /// Its cards (红黄牌) of all rounds, in the order they were issued; those cancelled or cleared stay visible.
    #[graphql(complexity = "10 * child_complexity")]
    async fn cards(&self) -> Vec<Card> {
        let cards = self.state().into_iter().flat_map(|state| state.cards.values());
        cards.map(|card| Card::of(&self.view, &self.code, card)).collect()
    }

    /// The day on which a yellow card (黄牌) comes by rule if nothing happens before (R13); none if none is to come, or it came.
    async fn yellow_card_on(&self) -> Option<Date> {
        let View { state, calendar, settings, .. } = &*self.view;
        state.yellow_on(&self.code, calendar, settings).map(Into::into)
    }

    /// Whether that day is so near, by the county's settings, that its department is to be reminded.
    async fn card_reminder(&self) -> bool {
        let View { state, calendar, settings, .. } = &*self.view;
        let day = state.yellow_on(&self.code, calendar, settings);
        day.is_some_and(|day| self.view.is_reminded_of(day))
    }

    /// The decision of the current round.
    async fn decision(&self) -> Option<Decision> {
        self.round_of(self.current()?)?.decision
    }

    /// The certificate of the current round.
    async fn certificate(&self) -> Option<Certificate> {
        self.round_of(self.current()?)?.certificate
    }

    /// Checks of substance of the current round.
    #[graphql(complexity = "5 * child_complexity")]
    async fn checks(&self) -> Vec<Check> {
        self.current().into_iter().flat_map(|round| &round.checks).map(Into::into).collect()
    }

    /// The gate that comes next; none once nothing more is to come.
    async fn next_gate(&self) -> Option<Gate> {
        self.gate_ahead().map(Into::into)
    }

    /// What stands unmet before the next gate, with its law; empty: nothing stands in the way.
    #[graphql(complexity = "10 * child_complexity")]
    async fn blocked_by(&self) -> Vec<BlockedBy> {
        let Some(gate) = self.gate_ahead() else { return Vec::new() };
        let missing = self.view.state.missing_at(&self.code, gate, self.view.today());
        missing.into_iter().map(|m| BlockedBy::of(gate.into(), m)).collect()
    }

    /// Who must move next on it, what is to be done, since when and by when; or what it waits for. None once nothing more is to
    /// come.
    #[graphql(complexity = "30 + child_complexity")]
    async fn blocking(&self) -> Option<Blocking> {
        Blocking::of_permit(&self.view, &self.code)
    }

    /// Where its time went, from the day the matter started.
    #[graphql(complexity = "10 + child_complexity")]
    async fn time_split(&self) -> TimeSplit {
        self.view.state.time_split(&self.code, &self.view.calendar, self.view.today()).into()
    }

    /// What the one who asks may do with it now, and why not. Empty when the past is looked at.
    #[graphql(complexity = "100 + 25 * child_complexity")]
    async fn can(&self) -> Result<Vec<Action>> {
        self.view.actions(Some(&self.code), |ctx| can_on_permit(&self.view.state, &self.code, ctx)).await
    }
}
