//! Numbers of documents that are still to be given.
//!
//! Invariant: what is proposed follows the highest number recorded for the body, kind and year.
//! Deliberately absent: reserving; see the numbers' own module.

use super::{
    error::{bad_input, not_found},
    matter::{carry_out::of_fault, queries::of_request},
    node_id::NodeId,
};
use crate::access;
use crate::notices::proposed;
use async_graphql::{Context, Enum, ID, Object, Result};
use om_domain::access::Action;
use om_domain::ids::BodyId;
use om_infra::notice_index::NoticeKind;

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NoticeKind", remote = "NoticeKind")]
pub enum Kind {
    /// 申请材料补正一次性告知书.
    Correction,
    /// 受理通知书.
    Acceptance,
    /// 不予受理决定书.
    RefusalOfAcceptance,
    /// 特别程序告知书.
    Suspension,
    /// 延长办理期限告知书.
    Extension,
    /// 准予行政许可决定书.
    Approval,
    /// 不予行政许可决定书.
    Denial,
    /// 准予延续行政许可决定书.
    Renewal,
    /// 不予延续行政许可决定书.
    RefusalOfRenewal,
    /// 撤销行政许可决定书.
    Revocation,
    /// 证件.
    Certificate,
}

/// What can be asked of notices.
#[derive(Default)]
pub struct NoticeQuery;

#[Object(serial)]
impl NoticeQuery {
    /// The number that follows the last one recorded for this kind of document of the body in this year, such as
    /// `（530322）自然资源受字〔2026〕第12号`. Nothing is reserved: two who ask at once are told the same.
    #[graphql(complexity = 20)]
    async fn next_notice_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The kind of document.")] kind: Kind,
        #[graphql(desc = "The body that gives it, `body:…`; the asker's own if left out.")] body: Option<ID>,
    ) -> Result<String> {
        let (services, who) = of_request(ctx)?;
        let body: BodyId = match body {
            None => who.actor.body.clone(),
            Some(id) => match id.parse::<NodeId>() {
                Ok(NodeId::Body(body)) => body,
                _ => return Err(bad_input("that is no id of a body, body:…")),
            },
        };
        access::of_body(services, who, Action::ReadDesk, &body).await?;
        let directory = services.registers.directory(who.county()).await.map_err(of_fault)?.state;
        let Some(known) = directory.body(&body) else { return Err(not_found("the body")) };
        let (kind, year) = (kind.into(), services.today().year());
        let last =
            services.registers.notices.last(who.county(), &body, kind, year).await.map_err(of_fault)?;
        Ok(proposed(who.county(), known, kind, year, last.saturating_add(1)))
    }
}
