//! Faults and what the caller got wrong, as GraphQL errors: a code, one plain sentence, a trace id.
//!
//! Invariants: a refusal of the domain is data in a payload and never comes here; what happened inside is logged once,
//! here, and never shown.
//! Deliberately absent: HTTP status; that is the edge's.

use crate::edge::rate::Limited;
use async_graphql::{Error, ErrorExtensions, ServerError, Value};
use std::fmt::{Debug, Display};

/// What kind of error it is, as `extensions.code` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The document cannot be parsed.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The document is larger, deeper or dearer than is read.
    TooLarge,
    /// An argument or a variable is not what its type says.
    BadInput,
    /// No credentials, or unknown ones.
    Unauthenticated,
    /// The thing does not exist, or not for this caller.
    NotFound,
    /// The caller's role does not reach so far.
    Forbidden,
    /// Something inside failed; the trace id finds it in the log.
    Internal,
    /// Nothing is wrong with the request; the service cannot take it now.
    Unavailable,
    /// The log's server does not answer; nothing was recorded, and the same request may be sent again.
    LogUnreachable,
    /// Nothing was recorded because the disk is full; it can be once space is freed.
    DiskFull,
    /// Whether a command was recorded is unknown; sent again with its id it will be.
    OutcomeUnknown,
    /// A token was taken from another log, or from one that was restored since: load everything anew.
    Resync,
    /// What was asked to be shown is not shown yet; it will be a moment later.
    Behind,
    /// Took longer than is allowed.
    Timeout,
    /// More was asked for than is answered: come again when `retryAfterSeconds` are over.
    RateLimited,
}

impl Code {
    /// As it stands in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Code::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Code::TooLarge => "TOO_LARGE",
            Code::BadInput => "BAD_USER_INPUT",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::NotFound => "NOT_FOUND",
            Code::Forbidden => "FORBIDDEN",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::LogUnreachable => "LOG_UNREACHABLE",
            Code::DiskFull => "DISK_FULL",
            Code::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Code::Resync => "RESYNC",
            Code::Behind => "BEHIND",
            Code::Timeout => "TIMEOUT",
            Code::RateLimited => "RATE_LIMITED",
        }
    }

    /// Whether the same request may succeed a moment later.
    fn may_come_again(self) -> bool {
        matches!(self, Code::LogUnreachable | Code::Unavailable | Code::OutcomeUnknown | Code::Behind)
    }
}

/// An error of a resolver with its code, and whether the same request may succeed a moment later.
pub fn error(code: Code, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, e| {
        e.set("code", code.as_str());
        if code.may_come_again() {
            e.set("retryable", true);
        }
    })
}

/// An argument that cannot be read.
pub fn bad_input(reason: impl Display) -> Error {
    error(Code::BadInput, reason.to_string())
}

/// The thing does not exist for this caller; whether it exists for another is not said.
pub fn not_found(what: impl Display) -> Error {
    error(Code::NotFound, format!("{what} was not found in your county"))
}

/// Something inside failed: logged here with its cause, shown without.
pub fn fault(doing: &str, cause: &dyn Debug) -> Error {
    tracing::error!(doing, ?cause, "a request failed inside");
    error(Code::Internal, format!("{doing} failed inside; try again, and report the trace id if it persists"))
}

/// A request error made at the edge, before execution; as [`error`].
pub fn server_error(code: Code, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let extensions = error.extensions.get_or_insert_with(Default::default);
    extensions.set("code", code.as_str());
    if code.may_come_again() {
        extensions.set("retryable", true);
    }
    error
}

/// Somebody was turned away by a limit.
pub fn limited(limited: &Limited) -> ServerError {
    let mut error = server_error(Code::RateLimited, limited.to_string());
    let extensions = error.extensions.get_or_insert_with(Default::default);
    extensions.set("retryable", true);
    extensions.set("retryAfterSeconds", limited.seconds());
    error
}

/// The same, of a field.
pub fn limited_here(limited: &Limited) -> Error {
    error(Code::RateLimited, limited.to_string()).extend_with(|_, e| {
        e.set("retryable", true);
        e.set("retryAfterSeconds", limited.seconds());
    })
}

/// How long whoever got this error has to wait, in seconds; none if it is of no limit.
pub fn wait_of(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfterSeconds")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

/// Gives every error its code (`usual` where the library made it) and the trace id.
pub fn finish(errors: &mut [ServerError], usual: Code, trace: &str) {
    for error in errors {
        let extensions = error.extensions.get_or_insert_with(Default::default);
        if extensions.get("code").is_none() {
            let too_large =
                matches!(error.message.as_str(), "Query is too complex." | "Query is nested too deep.");
            extensions.set("code", if too_large { Code::TooLarge } else { usual }.as_str());
        }
        extensions.set("traceId", Value::from(trace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_at_the_edge_says_as_a_resolvers_whether_to_come_again() {
        for (code, again) in
            [(Code::Unavailable, true), (Code::LogUnreachable, true), (Code::Forbidden, false)]
        {
            let said = |extensions: Option<async_graphql::ErrorExtensionValues>| {
                extensions.unwrap().get("retryable") == Some(&Value::from(true))
            };
            assert_eq!(said(server_error(code, "x").extensions), again, "{code:?}");
            assert_eq!(said(error(code, "x").extensions), again, "{code:?}");
        }
    }
}
