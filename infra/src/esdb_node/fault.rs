//! Refusals and faults as gRPC statuses, with the trailers by which official clients know them.
//!
//! Invariant: a fault whose outcome is unknown is never told as one that stored nothing.
//! Deliberately absent: a wrong expected revision; that is an answer of the protocol, not a status.

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

use crate::log::{AppendError, InvalidAppend, LogError, MAX_APPEND_BYTES};

/// The trailer that names the kind of a fault.
const EXCEPTION: &str = "exception";

/// A status with its kind in the trailers.
pub(super) fn fault(code: Code, exception: &'static str, message: impl Into<String>) -> Status {
    let mut status = Status::new(code, message);
    status.metadata_mut().insert(EXCEPTION, MetadataValue::from_static(exception));
    status
}

/// A request that no server of the protocol could carry out.
pub(super) fn bad_request(message: impl Into<String>) -> Status {
    fault(Code::InvalidArgument, "bad-request", message)
}

/// Nobody is told from anybody else without good credentials.
pub(super) fn not_authenticated() -> Status {
    fault(
        Code::Unauthenticated,
        "not-authenticated",
        "give a user of this node and its password, or its certificate",
    )
}

/// The account is not any more what it was when the call was let in.
pub(super) fn withdrawn() -> Status {
    fault(
        Code::Unauthenticated,
        "not-authenticated",
        "the account was removed from this node or has another password",
    )
}

/// An account uses more than one may.
pub(super) fn too_many(what: &str, limit: usize) -> Status {
    let message = format!("an account has at most {limit} {what} to this node at once");
    fault(Code::ResourceExhausted, "too-many", message)
}

/// A read-only account wants to write.
pub(super) fn access_denied() -> Status {
    fault(Code::PermissionDenied, "access-denied", "this account may read, not append")
}

/// History is never deleted.
pub(super) fn never_deleted() -> Status {
    fault(
        Code::FailedPrecondition,
        "never-deleted",
        "this log deletes nothing: streams are the legal record and cannot be deleted or tombstoned",
    )
}

/// The node goes down; the client finds another or this one again.
pub(super) fn going_down() -> Status {
    Status::unavailable("the node is going down")
}

/// What the log said, as a status.
pub(super) fn of_log(error: LogError) -> Status {
    let message = error.to_string();
    match error {
        LogError::AheadOfLog { .. } => fault(Code::OutOfRange, "ahead-of-log", message),
        LogError::DiskFull => fault(Code::ResourceExhausted, "disk-full", message),
        LogError::Closed
        | LogError::Stopped { .. }
        | LogError::Unreachable { .. }
        | LogError::NoAnswer { .. } => Status::unavailable(message),
        LogError::Refused { .. } => Status::failed_precondition(message),
        LogError::Damaged { .. } => Status::data_loss(message),
        LogError::OtherLog { .. } | LogError::Storage { .. } => Status::internal(message),
    }
}

/// Why an append was not acknowledged, as a status; a conflict is answered elsewhere.
pub(super) fn of_append(error: AppendError) -> Status {
    let message = error.to_string();
    match error {
        AppendError::Conflict { .. } => fault(Code::Aborted, "wrong-expected-version", message),
        AppendError::DuplicateEvent { .. } => fault(Code::AlreadyExists, "duplicate-event", message),
        AppendError::StreamFull { .. } => fault(Code::FailedPrecondition, "stream-full", message),
        AppendError::Invalid(InvalidAppend::TooLarge { .. }) => too_large(message),
        AppendError::Invalid(_) => bad_request(message),
        AppendError::Fault(error) => of_log(error),
    }
}

/// An append of more bytes than the log takes.
pub(super) fn too_large(message: impl Into<String>) -> Status {
    let mut status = fault(Code::InvalidArgument, "maximum-append-size-exceeded", message);
    status.metadata_mut().insert("maximum-append-size", MetadataValue::from(MAX_APPEND_BYTES));
    status
}

/// An event without a property that every event has.
pub(super) fn missing_property(name: &'static str) -> Status {
    let message = format!("the event's metadata lack {name:?}");
    let mut status = fault(Code::InvalidArgument, "missing-required-metadata-property", message);
    status.metadata_mut().insert("required-metadata-properties", MetadataValue::from_static(name));
    status
}
