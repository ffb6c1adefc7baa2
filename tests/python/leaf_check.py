"""Recomputes the leaves of infra/tests/vectors/leaf.json from docs/decisions/0002-canonical-leaf.md alone.

Standard library only. Ends with `N passed, 0 failed`.
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


def main() -> int:
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
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
