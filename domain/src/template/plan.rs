//! From a template to the plan of one matter.
//!
//! Invariant: a plan has no edge to a permit that was left out, and none that the law demands was ever dropped.
//! Deliberately absent: adding permits; a matter does that by amending its plan. Who implements the matter; that is put in when
//! the plan is recorded ([`Plan::implemented_by`]).

use super::{definition::Definition, state::Template};
use crate::{
    decider::Explained,
    ids::{LegalText, PermitCode, TemplateId},
    matter::plan::{Node, Plan, Settings},
    naming::Names,
    sources,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Why a template gives no plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Unplannable {
    /// The template has no such version.
    NoSuchVersion {
        /// The version asked for; none: the latest.
        version: Option<u32>,
        /// The latest there is; 0 if nothing was imported.
        latest: u32,
    },
    /// The template has no such permit.
    NoSuchPermit {
        /// The template.
        template: TemplateId,
        /// The permit to be left out.
        permit: PermitCode,
    },
    /// Another permit that stays needs it by law (R8).
    NeededByLaw {
        /// The permit to be left out.
        permit: PermitCode,
        /// The one that needs it.
        by: PermitCode,
        /// The law.
        source: LegalText,
    },
    /// Nothing is left.
    NothingLeft {
        /// The template.
        template: TemplateId,
    },
}

impl Template {
    /// The plan of one matter by a version (none: the latest), without the permits left out. A permit that another one needs as a
    /// statutory condition cannot be left out alone.
    pub fn plan(
        &self,
        version: Option<u32>,
        leave_out: &BTreeSet<PermitCode>,
        settings: Settings,
    ) -> Result<Plan, Unplannable> {
        let latest = self.latest_version();
        let number = version.unwrap_or(latest);
        let definition = self.version(number).ok_or(Unplannable::NoSuchVersion { version, latest })?;
        definition.plan(number, leave_out, settings)
    }
}

impl Definition {
    /// The plan of one matter by this definition, as [`Template::plan`] says.
    pub fn plan(
        &self,
        version: u32,
        leave_out: &BTreeSet<PermitCode>,
        settings: Settings,
    ) -> Result<Plan, Unplannable> {
        self.may_leave_out(leave_out)?;
        let stays = |node: &Node| !matches!(node, Node::Permit(code) if leave_out.contains(code));
        let mut permits: Vec<_> =
            self.permits.iter().filter(|permit| !leave_out.contains(&permit.code)).cloned().collect();
        for permit in &mut permits {
            permit.prerequisites.retain(|edge| stays(&edge.node));
        }
        if permits.is_empty() {
            return Err(Unplannable::NothingLeft { template: self.id.clone() });
        }
        let mut milestones = self.milestones.clone();
        milestones.iter_mut().for_each(|milestone| milestone.after.retain(stays));
        Ok(Plan { template: self.id.clone(), version, permits, milestones, settings })
    }

    fn may_leave_out(&self, leave_out: &BTreeSet<PermitCode>) -> Result<(), Unplannable> {
        for permit in leave_out {
            if self.permits.iter().all(|known| &known.code != permit) {
                return Err(Unplannable::NoSuchPermit { template: self.id.clone(), permit: permit.clone() });
            }
            let node = Node::Permit(permit.clone());
            let staying = self.permits.iter().filter(|known| !leave_out.contains(&known.code));
            for other in staying {
                if let Some(edge) =
                    other.prerequisites.iter().find(|edge| edge.statutory && edge.node == node)
                {
                    let (by, source) = (other.code.clone(), edge.source.clone());
                    return Err(Unplannable::NeededByLaw { permit: permit.clone(), by, source });
                }
            }
        }
        Ok(())
    }
}

impl Explained for Unplannable {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchVersion { .. } => "NoSuchTemplateVersion",
            Self::NoSuchPermit { .. } => "NoSuchPermitInTemplate",
            Self::NeededByLaw { .. } => "PermitNeededByLaw",
            Self::NothingLeft { .. } => "NothingLeftOfTemplate",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        matches!(self, Self::NeededByLaw { .. }).then_some("R8")
    }

    fn source(&self) -> Option<String> {
        match self {
            Self::NeededByLaw { source, .. } => Some(source.to_string()),
            Self::NoSuchVersion { .. } | Self::NoSuchPermit { .. } | Self::NothingLeft { .. } => {
                Some(sources::PLAN.into())
            }
        }
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NoSuchVersion { version: Some(version), latest } => {
                format!("模板没有第 {version} 版（最新为第 {latest} 版）；请选用已有版本。")
            }
            Self::NoSuchVersion { version: None, .. } => "模板尚未导入；请先导入模板。".into(),
            Self::NoSuchPermit { template, permit } => {
                format!("模板 {template} 中没有事项 {permit}；请核对要略去的事项。")
            }
            Self::NeededByLaw { permit, by, source } => {
                let (permit, by) = (names.permit(permit), names.permit(by));
                format!("{permit} 是 {by} 的法定条件（{source}），不能略去；请保留，或连同 {by} 一并略去。")
            }
            Self::NothingLeft { template } => format!("模板 {template} 的事项全部被略去；请至少保留一项。"),
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NoSuchVersion { version: Some(version), latest } => {
                format!(
                    "The template has no version {version}, the latest is {latest}; choose one that exists."
                )
            }
            Self::NoSuchVersion { version: None, .. } => {
                "The template has not been imported; import it first.".into()
            }
            Self::NoSuchPermit { template, permit } => {
                format!("Template {template} has no permit {permit}; correct what is to be left out.")
            }
            Self::NeededByLaw { permit, by, source } => {
                let (permit, by) = (names.permit(permit), names.permit(by));
                format!(
                    "{permit} is a statutory condition of {by} ({source}) and cannot be left out; keep it, or leave out {by} too."
                )
            }
            Self::NothingLeft { template } => {
                format!("Every permit of template {template} was left out; keep at least one.")
            }
        }
    }
}
