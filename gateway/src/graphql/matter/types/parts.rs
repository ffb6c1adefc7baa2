//! Parts that stand in several places: documents, papers, due days, people.

use crate::graphql::{
    matter::enums::Service,
    node_id::{self, NodeId},
    scalars::{Date, LegalText, MaterialCode, PaperHash},
    vault::VaultText,
};
use async_graphql::{ID, SimpleObject};
use om_domain::{
    ids::{BodyId, OfficerId},
    matter::event,
};

/// The id of a body as the API shows it.
pub(crate) fn body(id: &BodyId) -> ID {
    node_id::of_body(id)
}

/// The id of an officer as the API shows it.
pub(crate) fn officer(id: &OfficerId) -> ID {
    NodeId::Officer(id.clone()).id()
}

/// A legal notice or document: no service, no effect.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Notice {
    /// Number of the document (文号).
    pub number: LegalText,
    /// Date of the document.
    pub date: Date,
    /// How it was served (送达方式).
    pub service: Service,
    /// The day it was served.
    pub served_on: Date,
    /// The paper itself, where it has been uploaded.
    pub paper: Option<PaperHash>,
}

impl From<&event::Notice> for Notice {
    fn from(n: &event::Notice) -> Self {
        Notice {
            number: n.number.clone().into(),
            date: n.date.into(),
            service: n.service.into(),
            served_on: n.served_on.into(),
            paper: n.paper.clone().map(Into::into),
        }
    }
}

/// A material that was handed in.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Handed {
    /// Which, by its code in the permit's plan.
    pub material: MaterialCode,
    /// The paper by its hash, where it has been uploaded.
    pub paper: Option<PaperHash>,
    /// The file's name, which lies in the vault.
    pub file_name: Option<VaultText>,
}

impl From<&event::Handed> for Handed {
    fn from(h: &event::Handed) -> Self {
        Handed {
            material: h.material.clone().into(),
            paper: h.paper.clone().map(Into::into),
            file_name: h.file_name.clone().map(Into::into),
        }
    }
}

/// A last day as an event fixed it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct DueDay {
    /// The last day; the term ends with it, in Beijing.
    pub date: Date,
    /// Whether it lies beyond the calendar's last authoritative day and may move with the next holiday notice.
    pub provisional: bool,
    /// The version of the working calendar it was computed by.
    pub calendar: String,
}

impl From<&event::DueOn> for DueDay {
    fn from(due: &event::DueOn) -> Self {
        DueDay { date: due.date.into(), provisional: due.provisional, calendar: due.calendar.to_string() }
    }
}

/// A department's member of the task force.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Member {
    /// The department, `body:…`.
    pub body: ID,
    /// Its member, `officer:…`.
    pub officer: ID,
}

/// The task force (专班).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct TaskForce {
    /// Lead (组长), `officer:…`.
    pub lead: ID,
    /// Deputy lead (副组长), `officer:…`.
    pub deputy: Option<ID>,
    /// One member per department.
    pub members: Vec<Member>,
}

impl From<&event::TaskForce> for TaskForce {
    fn from(t: &event::TaskForce) -> Self {
        TaskForce {
            lead: officer(&t.lead),
            deputy: t.deputy.as_ref().map(officer),
            members: t.members.iter().map(|(b, o)| Member { body: body(b), officer: officer(o) }).collect(),
        }
    }
}
