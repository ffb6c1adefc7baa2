//! What a permit waits for: prerequisites, materials, debts, and what blocks it now.

use super::{
    opinion::ReusedMaterial,
    parts::{DueDay, Handed, officer},
};
use crate::graphql::{
    matter::enums::{Consequence, Debt, Gate, Reaches, SensitiveField, ToleranceMode, Unmet},
    node_id::NodeId,
    scalars::{Date, LegalText, MaterialCode, MilestoneCode, PaperHash, PermitCode, Requirement},
};
use async_graphql::{ID, SimpleObject};
use om_domain::{
    ids::MatterId,
    matter::{
        plan::{Node, RequirementId},
        refusal::Missing,
        state,
    },
};
use std::collections::BTreeSet;

/// A permit or milestone that this permit waits for.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Prerequisite {
    /// The requirement's id.
    pub requirement: Requirement,
    /// The permit waited for, by code; none for a milestone.
    pub permit: Option<PermitCode>,
    /// The milestone waited for, by code; none for a permit.
    pub milestone: Option<MilestoneCode>,
    /// How far it must have come.
    pub reaches: Reaches,
    /// Before which gate, as the plan has it.
    pub gate: Gate,
    /// Before which gate now: the later one if it is tolerated.
    pub gate_now: Gate,
    /// A statutory condition (行政许可法 69): never tolerated past issue.
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: Vec<ToleranceMode>,
    /// The article or list item behind it.
    pub source: LegalText,
    /// Whether it is met.
    pub met: bool,
    /// Why not, if it is not.
    pub unmet: Option<Unmet>,
}

impl Prerequisite {
    pub(super) fn node(node: &Node) -> (Option<PermitCode>, Option<MilestoneCode>) {
        match node {
            Node::Permit(code) => (Some(code.clone().into()), None),
            Node::Milestone(code) => (None, Some(code.clone().into())),
        }
    }
}

/// A material asked for by a permit (申请材料), and whether it was handed in.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Material {
    /// The requirement's id.
    pub requirement: Requirement,
    /// Its code.
    pub code: MaterialCode,
    /// Its name.
    pub name: LegalText,
    /// Before which gate it must be there, as the plan has it.
    pub gate: Gate,
    /// Before which gate now: the later one if it is tolerated.
    pub gate_now: Gate,
    /// A statutory condition (行政许可法 69).
    pub statutory: bool,
    /// Modes in which it may be tolerated; empty: hard.
    pub modes: Vec<ToleranceMode>,
    /// The field where no commitment is taken, if it lies in one.
    pub sensitive: Option<SensitiveField>,
    /// The article or list item behind it.
    pub source: LegalText,
    /// Whether it is met: handed in, or its debt paid.
    pub met: bool,
    /// Of this permit alone: the same code with another permit is another paper.
    pub own: bool,
    /// What was handed in.
    pub handed: Option<Handed>,
    /// Where it lies with the matter already, so that it is not asked for again.
    pub reused_from: Option<ReusedMaterial>,
}

/// A tolerated deficiency (容缺): a requirement moved to a later gate, with a deadline and a fallback.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Tolerance {
    /// The requirement.
    pub requirement: Requirement,
    /// The entry that recorded it, `event:…/…`.
    pub entry: ID,
    /// The mode.
    pub mode: ToleranceMode,
    /// From which gate.
    pub from: Gate,
    /// To which gate.
    pub to: Gate,
    /// Granted on.
    pub on: Date,
    /// By whom, `officer:…`.
    pub by: ID,
    /// The applicant's signed commitment (承诺书).
    pub commitment: PaperHash,
    /// In which form the supplement must come.
    pub form: LegalText,
    /// Last day for the supplement (补齐期限).
    pub due: DueDay,
    /// Whether the deadline was moved; it can be once.
    pub moved: bool,
    /// What follows if it fails.
    pub consequence: Consequence,
    /// What has come of it.
    pub debt: Debt,
    /// Whether it is still owed.
    pub live: bool,
    /// Whether it is still owed and its last day has passed.
    pub overdue: bool,
    /// The day it last changed.
    pub changed_on: Date,
}

impl Tolerance {
    /// Those of a round; nothing is owed any more once it has ended.
    pub(super) fn of(
        matter: MatterId,
        round: &state::Round,
        today: jiff::civil::Date,
    ) -> impl Iterator<Item = Self> {
        let owed: BTreeSet<_> = round.owed().map(|(id, _)| id).collect();
        round.tolerances.iter().map(move |(id, t)| Self::one(matter, id, t, (owed.contains(id), today)))
    }

    fn one(
        matter: MatterId,
        id: &RequirementId,
        t: &state::Tolerance,
        (live, today): (bool, jiff::civil::Date),
    ) -> Self {
        Tolerance {
            requirement: id.clone().into(),
            entry: NodeId::Event(matter, t.entry).id(),
            mode: t.mode.into(),
            from: t.from.into(),
            to: t.to.into(),
            on: t.on.into(),
            by: officer(&t.by),
            commitment: t.commitment.clone().into(),
            form: t.form.clone().into(),
            due: (&t.due).into(),
            moved: t.moved,
            consequence: t.consequence.into(),
            debt: t.debt.into(),
            live,
            overdue: live && t.due.date < today,
            changed_on: t.changed_on.into(),
        }
    }
}

/// A requirement that stands unmet before the permit's next gate.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct BlockedBy {
    /// The requirement.
    pub requirement: Requirement,
    /// The gate it stands before.
    pub gate: Gate,
    /// Why it is not met.
    pub because: Unmet,
    /// The law or list item behind it.
    pub source: LegalText,
}

impl BlockedBy {
    pub(super) fn of(gate: Gate, missing: Missing) -> Self {
        BlockedBy {
            requirement: missing.requirement.into(),
            gate,
            because: missing.because.into(),
            source: missing.source.into(),
        }
    }
}
