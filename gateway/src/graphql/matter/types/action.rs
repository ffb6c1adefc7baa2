//! What the onlooker may do now, and why not: asked of the domain, never decided here.

use crate::graphql::node_id::NodeId;
use async_graphql::{ID, SimpleObject};
use om_domain::{
    decider::{Actor, Explained},
    naming::Names,
};

/// An action, and whether the one who asks may take it now. Buttons come from here.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Action {
    /// The mutation's name, such as `approvePermit`.
    pub name: &'static str,
    /// Whether it may be taken now.
    pub allowed: bool,
    /// The refusal's code, if it may not.
    pub code: Option<&'static str>,
    /// Why not, and what to do, in one sentence; none if it may.
    pub reason: Option<String>,
    /// The same in Chinese.
    pub reason_zh: Option<String>,
    /// The rule behind it, such as `R3`.
    pub rule: Option<&'static str>,
    /// The law or source behind the rule.
    pub source: Option<String>,
    /// In whose place it would be done, `officer:…` (AB岗代办); none where in one's own post.
    pub stands_in_for: Option<ID>,
}

impl Action {
    /// An action and why it may not be taken, of whatever aggregate.
    pub(crate) fn told(name: &'static str, why: Option<&impl Explained>, names: &Names<'_>) -> Self {
        Action {
            name,
            allowed: why.is_none(),
            code: why.map(Explained::code),
            reason: why.map(|why| why.message_en(names)),
            reason_zh: why.map(|why| why.message_zh(names)),
            rule: why.and_then(Explained::rule),
            source: why.and_then(Explained::source),
            stands_in_for: None,
        }
    }

    /// The same, in the place that the actor stands in for.
    #[must_use]
    pub(crate) fn in_place_of(self, acting: &Actor) -> Self {
        let stands_in_for = acting.stands_in_for.clone().map(|officer| NodeId::Officer(officer).id());
        Action { stands_in_for, ..self }
    }
}
