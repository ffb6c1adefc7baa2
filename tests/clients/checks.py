"""The list of checks with the official Python client; run by run.py, which also restarts the node when asked."""

import os
import sys
import uuid

from kurrentdbclient import KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.exceptions import (
    AccessDeniedError,
    FailedPreconditionError,
    KurrentDBClientError,
    NotFoundError,
    UnauthenticatedError,
    WrongCurrentVersionError,
)

STREAM = "530322.matter-python"
OTHER = "530322.call-python"


def event(n, kind="PermitApproved"):
    return NewEvent(type=kind, data=b'{"n":%d}' % n, id=uuid.UUID(int=n))


def refused(kind, act):
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def revisions(events):
    return [event.stream_position for event in events]


def append(db):
    first = db.append_to_stream(STREAM, current_version=StreamState.NO_STREAM, events=[event(1), event(2)])
    second = db.append_to_stream(STREAM, current_version=1, events=event(3))
    assert second > first, (first, second)
    db.append_to_stream(OTHER, current_version=StreamState.ANY, events=event(4, "CallMade"))


def conflict(db):
    for at in (StreamState.NO_STREAM, 1, 9):
        refused(WrongCurrentVersionError, lambda at=at: db.append_to_stream(STREAM, current_version=at, events=event(9)))
        refused(WrongCurrentVersionError, lambda at=at: db.append_to_stream(STREAM, current_version=at, events=[event(9)]))


def retry(db):
    again = [db.append_to_stream(STREAM, current_version=StreamState.NO_STREAM, events=[event(1), event(2)]) for _ in (1, 2)]
    assert again[0] == again[1] and len(db.get_stream(STREAM)) == 3, again


def forwards(db):
    events = db.get_stream(STREAM)
    assert revisions(events) == [0, 1, 2] and [e.data for e in events] == [b'{"n":1}', b'{"n":2}', b'{"n":3}']
    assert revisions(db.get_stream(STREAM, stream_position=1, limit=1)) == [1]


def backwards(db):
    assert revisions(db.get_stream(STREAM, backwards=True)) == [2, 1, 0]
    assert revisions(db.get_stream(STREAM, backwards=True, stream_position=1)) == [1, 0]


def all_ways(db):
    positions = [e.commit_position for e in db.read_all(filter_exclude=())]
    assert positions == sorted(positions) and len(positions) >= 4
    assert [e.commit_position for e in db.read_all(filter_exclude=(), backwards=True)] == positions[::-1]
    assert [e.commit_position for e in db.read_all(filter_exclude=(), commit_position=positions[2])] == positions[2:]


def missing(db):
    refused(NotFoundError, lambda: db.get_stream("530322.matter-none"))
    assert db.get_stream_metadata(STREAM) == ({}, StreamState.NO_STREAM)


def default_filter(db):
    kinds = {e.type for e in db.read_all()}
    assert {"PermitApproved", "CallMade"} <= kinds, kinds


def restart(db):
    subscription = db.subscribe_to_all(filter_include=(r"530322\.call-python",), filter_by_stream_name=True)
    seen = next(subscription)
    subscription.stop()
    print("RESTART", flush=True)
    sys.stdin.readline()
    db.append_to_stream(OTHER, current_version=0, events=event(5, "CallAnswered"))
    after = db.subscribe_to_all(
        commit_position=seen.commit_position, filter_include=(r"530322\.call-python",), filter_by_stream_name=True
    )
    assert next(after).type == "CallAnswered"
    db.append_to_stream(OTHER, current_version=1, events=event(6, "CallRated"))
    assert next(after).type == "CallRated"
    after.stop()


def never_deleted(db):
    refused(FailedPreconditionError, lambda: db.delete_stream(STREAM, current_version=StreamState.ANY))
    refused(FailedPreconditionError, lambda: db.tombstone_stream(STREAM, current_version=StreamState.ANY))
    assert len(db.get_stream(STREAM)) == 3


def read_only(_):
    audit = KurrentDBClient(os.environ["ESDB_RO"])
    assert len(audit.get_stream(STREAM)) == 3
    refused(AccessDeniedError, lambda: audit.append_to_stream(STREAM, current_version=2, events=event(9)))
    refused(KurrentDBClientError, lambda: audit.append_to_stream(STREAM, current_version=2, events=[event(9)]))


def stranger(_):
    refused(UnauthenticatedError, lambda: KurrentDBClient(os.environ["ESDB_BAD"]).get_stream(STREAM))


CHECKS = {
    "append": append,
    "conflict": conflict,
    "idempotent retry": retry,
    "stream forwards": forwards,
    "stream backwards": backwards,
    "$all both ways": all_ways,
    "missing stream": missing,
    "default filter": default_filter,
    "subscription across a restart": restart,
    "deletion refused": never_deleted,
    "read-only account": read_only,
    "wrong password": stranger,
}

client = KurrentDBClient(os.environ["ESDB_RW"])
for name, check in CHECKS.items():
    try:
        check(client)
        print("ok", name, flush=True)
    except Exception as error:  # noqa: BLE001 — whatever goes wrong is a failed check
        print("FAIL", name, "--", type(error).__name__, str(error).replace("\n", " ")[:300], flush=True)
client.close()
