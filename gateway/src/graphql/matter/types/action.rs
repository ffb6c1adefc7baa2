//! What the onlooker may do now, and why not: asked of the domain, never decided here.

use async_graphql::SimpleObject;
use om_domain::{decider::Explained, matter::Can, naming::Names};

/// An action, and whether the one who asks may take it now. Buttons come from here.
#[derive(Debug, Clone, SimpleObject)]
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
}

impl Action {
    /// The domain's answer, with the names that are known.
    pub(super) fn of(can: Can, names: &Names<'_>) -> Self {
        Action::told(can.action, can.refusal.as_ref(), names)
    }

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
        }
    }
}
