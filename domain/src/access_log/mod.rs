//! The access log (访问记录) of one county's day: who was denied what, and who read what is protected.
//!
//! Invariants: the platform alone writes it, for whoever asked; an entry names things and never holds what they say.
//! Deliberately absent: grants of roles and unmaskings, which are events of their own aggregates; keeping what is written
//! apart by who may read it, which is the policy's ([`crate::access::Action::ReadAccessLog`]).
//! Source: GB/T 22239-2019, 8.1.4.3 (security audit: date, time, user, type of event, whether it succeeded).

pub mod event;
#[cfg(test)]
mod tests;

pub use event::{About, AccessDenied, AccessLogEvent, Accessor, ProtectedRead};

use crate::{
    decider::{Context, Decider, Explained, Fact, Recorded, Role},
    ids::OfficerId,
    naming::Names,
    sources,
};
use serde::{Deserialize, Serialize};

/// The rules of the access log of a day in Beijing, `{county}.access-{YYYY-MM-DD}`.
#[derive(Debug, Clone, Copy)]
pub struct AccessLogDecider;

/// What can be asked of the access log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AccessLogCommand {
    /// Write these down, in this order.
    NoteAccess {
        /// What was denied.
        denied: Vec<AccessDenied>,
        /// What was read.
        read: Vec<ProtectedRead>,
    },
}

/// Why nothing was written down.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum AccessLogRefusal {
    /// Only the platform writes the access log.
    NotThePlatform {
        /// Who asked.
        officer: OfficerId,
    },
}

/// How much a day's log holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccessLog {
    /// Its entries.
    pub entries: u64,
}

impl Decider for AccessLogDecider {
    const CATEGORY: &'static str = "access";
    type State = AccessLog;
    type Command = AccessLogCommand;
    type Event = AccessLogEvent;
    type Refusal = AccessLogRefusal;
    type Reads = ();

    fn evolve(state: &mut AccessLog, _: &Recorded<AccessLogEvent>) {
        state.entries += 1;
    }

    fn decide(
        _: &AccessLog,
        command: &AccessLogCommand,
        ctx: &Context<'_, ()>,
    ) -> Result<Vec<Fact<AccessLogEvent>>, AccessLogRefusal> {
        if !ctx.by.is(Role::System) {
            return Err(AccessLogRefusal::NotThePlatform { officer: ctx.by.officer.clone() });
        }
        let AccessLogCommand::NoteAccess { denied, read } = command;
        let denied = denied.iter().map(|entry| ctx.fact(entry.clone()));
        Ok(denied.chain(read.iter().map(|entry| ctx.fact(entry.clone()))).collect())
    }
}

impl Explained for AccessLogRefusal {
    fn code(&self) -> &'static str {
        "NotThePlatform"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("R18")
    }

    fn source(&self) -> Option<String> {
        Some(sources::DUTIES.into())
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        let Self::NotThePlatform { officer } = self;
        let officer = names.officer_zh(officer);
        crate::naming::tight(&format!("账号 {officer} 不能写入访问记录；访问记录由平台自动记载。"))
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        let Self::NotThePlatform { officer } = self;
        let officer = names.officer_en(officer);
        format!("Account {officer} cannot write the access log; leave it to the platform, which keeps it.")
    }
}
