"""Recomputes leaves from docs/decisions/0002-canonical-leaf.md alone.

    leaf_check.py          those of infra/tests/vectors/leaf.json
    leaf_check.py FILE     those of a matter's whole history, as `onematter replay MATTER --json > FILE` wrote it, which has to
                           begin at revision 0 and leave none out

Standard library only. Ends with `N passed, M failed`, and with status 1 if anything failed.
"""

import hashlib
import json
import pathlib
import struct
import sys
import uuid

VECTORS = pathlib.Path(__file__).parents[2] / "infra/tests/vectors/leaf.json"


def prefixed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def canonical(event: dict) -> bytes:
    return b"".join(
        [
            b"\x01",
            prefixed(event["stream"].encode()),
            struct.pack(">Q", event["revision"]),
            uuid.UUID(event["id"]).bytes,
            prefixed(event["kind"].encode()),
            struct.pack(">H", event["version"]),
            struct.pack(">q", event["recorded_us"]),
            prefixed(event["payload"].encode()),
            prefixed(event["metadata"].encode()),
        ]
    )


def history(lines: list[str]) -> tuple[int, int]:
    passed = failed = expected = 0
    for line in filter(None, map(str.strip, lines)):
        said = json.loads(line)
        stored = said["stored"]
        event = stored | {key: said[key] for key in ("revision", "version")} | {"id": said["eventId"], "kind": said["type"]}
        leaf = hashlib.sha256(b"\x00" + canonical(event)).hexdigest()
        wrong = [
            f"computed {leaf}, written {said['leaf']}" if leaf != said["leaf"] else "",
            f"revision {expected} is missing" if said["revision"] != expected else "",
            "what is shown is not what is stored" if json.loads(stored["payload"]) != said["payload"] else "",
        ]
        wrong = [what for what in wrong if what]
        expected = said["revision"] + 1
        print("".join(f"{said['type']}, revision {said['revision']}: {what}\n" for what in wrong), end="")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    return passed, failed


def vectors() -> tuple[int, int]:
    passed = failed = 0
    leaves = set()
    for event in json.loads(VECTORS.read_text(encoding="utf-8")):
        encoded = canonical(event)
        leaf = hashlib.sha256(b"\x00" + encoded).hexdigest()
        leaves.add(leaf)
        if (encoded.hex(), leaf) == (event["canonical"], event["leaf"]):
            passed += 1
        else:
            failed += 1
            print(f"{event['about']}: computed {leaf}, written {event['leaf']}")
    if len(leaves) != passed + failed:
        failed += 1
        print("two different events have the same leaf")
    return passed, failed


def main() -> int:
    files = sys.argv[1:]
    if any(name.startswith("-") for name in files):
        print(__doc__)
        return 2
    counts = [history(pathlib.Path(name).read_text(encoding="utf-8").splitlines()) for name in files] or [vectors()]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
