//! The county's directory: bodies and accounts.

use crate::graphql::{
    matter::{carry_out::of_fault, queries::of_request, types::officer_id},
    me::Role,
    node_id::NodeId,
    scalars::LegalText,
    vault::VaultText,
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use om_domain::{
    directory::{self, BodyKind as DomainBodyKind},
    ids::{BodyId, OfficerId},
};

/// What kind of body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainBodyKind")]
pub enum BodyKind {
    /// A department of the county, the government itself included (部门).
    Department,
    /// A township or town (乡镇).
    Township,
    /// A subdistrict (街道).
    Subdistrict,
    /// An institution that assesses, with no power of its own (机构).
    Institution,
}

/// A body of the county.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Body {
    /// Its id, `body:…`.
    #[graphql(owned)]
    pub id: ID,
    /// Its Chinese name.
    pub name_zh: LegalText,
    /// Its English name.
    pub name_en: LegalText,
    /// What kind of body it is.
    pub kind: BodyKind,
}

/// An officer's account.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Officer {
    /// Its id, `officer:…`.
    #[graphql(owned)]
    pub id: ID,
    /// The body it acts for, `body:…`.
    pub body: ID,
    /// What it may be there.
    pub roles: Vec<Role>,
    /// The post, such as 自然资源局经办人一.
    pub post: Option<LegalText>,
    /// The person, whose name lies in the vault.
    pub person: Option<VaultText>,
}

impl Body {
    /// A body of the directory.
    pub fn of(id: &BodyId, body: &directory::Body) -> Self {
        Body {
            id: NodeId::Body(id.clone()).id(),
            name_zh: body.name_zh.clone().into(),
            name_en: body.name_en.clone().into(),
            kind: body.kind.into(),
        }
    }
}

impl Officer {
    /// An account of the directory.
    pub fn of(id: &OfficerId, entry: &directory::OfficerEntry) -> Self {
        Officer {
            id: officer_id(id),
            body: NodeId::Body(entry.body.clone()).id(),
            roles: entry.roles.iter().map(|role| (*role).into()).collect(),
            post: entry.post.clone().map(Into::into),
            person: entry.person.clone().map(Into::into),
        }
    }
}

/// The directory of one county (机构与账号目录).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Directory {
    /// Its revision; none before anything was recorded.
    pub revision: Option<u64>,
    /// Its bodies, by id.
    #[graphql(complexity = "60 * child_complexity")]
    pub bodies: Vec<Body>,
    /// Its accounts that are not retired, by id.
    #[graphql(complexity = "200 * child_complexity")]
    pub officers: Vec<Officer>,
}

/// Queries for the directory.
#[derive(Default)]
pub struct DirectoryQuery;

#[Object(serial)]
impl DirectoryQuery {
    /// The county's directory: bodies, and the accounts that act for them.
    async fn directory(&self, ctx: &Context<'_>) -> Result<Directory> {
        let (services, who) = of_request(ctx)?;
        let snapshot = services.registers.directory(who.county()).await.map_err(of_fault)?;
        Ok(Directory {
            revision: snapshot.revision,
            bodies: snapshot.state.bodies().map(|(id, body)| Body::of(id, body)).collect(),
            officers: snapshot.state.officers().map(|(id, officer)| Officer::of(id, officer)).collect(),
        })
    }
}
