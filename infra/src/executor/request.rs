//! What goes into the executor and what comes out of it.
//!
//! Invariants: an [`Outcome`] is an answer that stands (a refusal was computed on the stream's end); a [`Fault`]
//! says whether the command may have been carried out.
//! Deliberately absent: how a refusal or a fault looks over HTTP.

use jiff::Timestamp;
use om_domain::decider::{Actor, Decider, Effective};
use om_domain::ids::{CommandId, CountyId, EventId, IdError, OfficerId};

use crate::event_store::{CommitError, LoadError};
use crate::log::{AppendError, LogError, Position, StreamName};

/// One command for one stream.
pub struct Request<D: Decider> {
    /// The stream.
    pub stream: StreamName,
    /// What is asked.
    pub command: D::Command,
    /// The caller's id of the intention: sent again, it yields the first receipt.
    pub command_id: CommandId,
    /// Who asks; of the stream's county.
    pub by: Actor,
    /// When the actor says it happened, if not now.
    pub effective: Option<Effective>,
    /// The moment by whose state of time it is decided, if not now: for history that is brought in, fact by fact in the
    /// order of effect. What time alone has made true is then stated up to this moment only; recorded is still now.
    /// Whoever sets it settles the stream to now before anybody else may see it.
    pub as_of: Option<Timestamp>,
    /// What the decision needs from other streams.
    pub reads: D::Reads,
    /// The revision that the caller decided on, if it insists on it.
    pub expected: Option<u64>,
    /// The first command of the chain, if this is not it.
    pub correlation: Option<CommandId>,
    /// The fact that led to the command, if a policy gives it.
    pub causation: Option<EventId>,
    /// The request's trace (W3C traceparent); the current span's if none is given.
    pub traceparent: Option<String>,
    /// Who brings it in for the one who acted, in an import of history.
    pub entered_by: Option<OfficerId>,
}

impl<D: Decider> Request<D> {
    /// A request by a person, now, with nothing read from other streams.
    pub fn new(stream: StreamName, command_id: CommandId, by: Actor, command: D::Command) -> Self {
        Self {
            stream,
            command,
            command_id,
            by,
            effective: None,
            as_of: None,
            reads: D::Reads::default(),
            expected: None,
            correlation: None,
            causation: None,
            traceparent: None,
            entered_by: None,
        }
    }
}

impl<D: Decider> Clone for Request<D> {
    fn clone(&self) -> Self {
        Self {
            stream: self.stream.clone(),
            command: self.command.clone(),
            command_id: self.command_id,
            by: self.by.clone(),
            effective: self.effective,
            as_of: self.as_of,
            reads: self.reads.clone(),
            expected: self.expected,
            correlation: self.correlation,
            causation: self.causation,
            traceparent: self.traceparent.clone(),
            entered_by: self.entered_by.clone(),
        }
    }
}

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stream.
    pub stream: StreamName,
    /// The command.
    pub command: CommandId,
    /// The revision of its first fact; what time had made true before it has lower ones.
    pub first_revision: u64,
    /// The revision of its last fact.
    pub last_revision: u64,
    /// The position of the last fact stored with it, to wait for: its own, or what followed from it at once.
    pub position: Position,
    /// The ids of its facts, in order.
    pub events: Vec<EventId>,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Whether it had been carried out before this request came.
    pub repeated: bool,
}

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The stream.
    pub stream: StreamName,
    /// Its last revision, `None` if it was never written to.
    pub revision: Option<u64>,
    /// The position of its last fact, to wait for.
    pub position: Option<Position>,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<R> {
    /// Carried out.
    Done(Receipt),
    /// Already so: nothing to record.
    NoChange(Standing),
    /// The rules refuse. What time alone had made true by then has been recorded.
    Refused {
        /// Why.
        refusal: R,
        /// Where the stream stood.
        standing: Standing,
    },
    /// The stream moved on: since the revision that the caller insists on, or faster than this command could
    /// be decided.
    Conflict(Standing),
    /// The command id was used before, for something else or by somebody else.
    CommandIdReused {
        /// What it was used for.
        first: Receipt,
    },
}

impl<R> Outcome<R> {
    /// A word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done(Receipt { repeated: false, .. }) => "done",
            Self::Done(_) => "repeated",
            Self::NoChange(_) => "no-change",
            Self::Refused { .. } => "refused",
            Self::Conflict(_) => "conflict",
            Self::CommandIdReused { .. } => "command-id-reused",
        }
    }

    /// Whether the stream has facts of this command, by this request or by one before it.
    pub const fn is_recorded(&self) -> bool {
        matches!(self, Self::Done(_) | Self::CommandIdReused { .. })
    }

    /// The position that a projection must have passed to show this outcome.
    pub const fn position(&self) -> Option<Position> {
        match self {
            Self::Done(receipt) | Self::CommandIdReused { first: receipt } => Some(receipt.position),
            Self::NoChange(standing) | Self::Refused { standing, .. } | Self::Conflict(standing) => {
                standing.position
            }
        }
    }
}

/// The command got no answer, through no fault of the rules.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The stream is another county's.
    #[error("an actor of county {county} cannot act on stream {stream}")]
    OtherCounty {
        /// The stream.
        stream: StreamName,
        /// The actor's county.
        county: CountyId,
    },
    /// The stream is another aggregate's.
    #[error("stream {stream} is not a {category}")]
    OtherCategory {
        /// The stream.
        stream: StreamName,
        /// The category that was asked for.
        category: &'static str,
    },
    /// Nothing can be told from the log as it is.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Nothing was recorded.
    #[error("nothing was recorded: {0}")]
    NotRecorded(#[source] CommitError),
    /// It may have been recorded: ask again with the same command id.
    #[error("whether the command was recorded is unknown; send it again with the same command id: {0}")]
    OutcomeUnknown(#[source] LogError),
    /// Whether the papers that a command names are there cannot be told.
    #[error("nothing was recorded: {0}")]
    Papers(#[from] crate::papers::PaperError),
    /// The command has no JSON form.
    #[error("the command cannot be written as JSON: {0}")]
    Unwritable(#[source] serde_json::Error),
    /// The rules state facts of time without end.
    #[error("stream {0}: time's facts have no end; this is a mistake in the rules, please report it")]
    Endless(StreamName),
    /// An id of the platform's own is not well formed.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An id does not make a stream name.
    #[error(transparent)]
    Name(#[from] crate::log::StreamNameError),
}

impl From<LogError> for Fault {
    fn from(error: LogError) -> Self {
        Self::Load(LoadError::Log(error))
    }
}

impl Fault {
    /// Whether the log's server does not answer, so that what is in memory may be shown as what it was.
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Load(LoadError::Log(LogError::Unreachable { .. })))
    }

    /// A word for it, as the API shows it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherCounty { .. } => "FORBIDDEN",
            Self::OtherCategory { .. } => "BAD_STREAM",
            Self::OutcomeUnknown(_) => "OUTCOME_UNKNOWN",
            Self::NotRecorded(CommitError::Append(AppendError::Fault(LogError::DiskFull))) => "DISK_FULL",
            Self::Load(LoadError::Log(LogError::Unreachable { .. }))
            | Self::NotRecorded(CommitError::Append(AppendError::Fault(LogError::Unreachable { .. }))) => {
                "LOG_UNREACHABLE"
            }
            Self::Papers(_) => "PAPERS_UNREACHABLE",
            Self::Load(LoadError::Log(_)) | Self::NotRecorded(CommitError::Append(AppendError::Fault(_))) => {
                "UNAVAILABLE"
            }
            _ => "INTERNAL",
        }
    }
}
