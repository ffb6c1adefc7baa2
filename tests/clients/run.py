#!/usr/bin/env python3
"""Three official clients and the auditor's script of docs/operations.md against the node of the real binary.

Each client runs the same list and prints "ok NAME" or "FAIL NAME"; "RESTART" asks for the node to be killed and started
again. Ends with a table and "N passed, 0 failed". Run by `make test-slow`, which builds and installs what it needs.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BIN = ROOT / "target" / "debug"
PYTHON = ROOT / ".venv" / "bin" / "python"
CLIENTS = {
    "Rust kurrentdb": [BIN / "esdb_client", "check"],
    "Python kurrentdbclient": [PYTHON, HERE / "checks.py"],
    "Node @kurrent/kurrentdb-client": ["node", HERE / "node" / "checks.mjs"],
}
PATIENCE = 120  # seconds that a client may take; nothing is measured against it


class Node:
    """The node under test, on one port for all its lives."""

    def __init__(self, data, flags):
        self.data, self.flags, self.port = data, flags, 0
        self.start()

    def start(self):
        arguments = ["node", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.flags]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ONEMATTER_")}
        self.process = subprocess.Popen(
            [BIN / "onematter", *arguments], stderr=subprocess.PIPE, text=True, env=environment
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            if ready := re.search(r"esdb://127\.0\.0\.1:(\d+)", line):
                self.port = int(ready[1])
                break
        else:
            sys.exit("the node did not start: " + "".join(said))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(30)

    def restart(self):
        self.stop(signal.SIGKILL)
        self.start()


def onematter(*arguments):
    return subprocess.run([BIN / "onematter", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def run(command, environment, node):
    """What each check of one client came to."""
    client = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    watchdog = threading.Timer(PATIENCE, client.kill)
    watchdog.start()
    results = {}
    for line in client.stdout:
        word, _, rest = line.strip().partition(" ")
        if word == "RESTART":
            node.restart()
            client.stdin.write("\n")
            client.stdin.flush()
        elif word in ("ok", "FAIL"):
            name, _, why = rest.partition(" -- ")
            results[name] = why or word
        else:
            print(line, end="", file=sys.stderr)
    client.wait()
    watchdog.cancel()
    return results


def auditors_script():
    """The script as it stands in the document."""
    text = (ROOT / "docs" / "operations.md").read_text()
    return re.search(r"```python\n(# history\.py.*?)```", text, re.S)[1]


def audit(directory, ca, password, port):
    script = directory / "history.py"
    script.write_text(auditors_script())
    url = f"kurrentdb://audit:{password}@localhost:{port}?tlsCaFile={ca}"
    ran = subprocess.run([PYTHON, script, url, "530322.matter-python"], capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    good = ran.returncode == 0 and len(lines) == 3 and all("PermitApproved" in line for line in lines)
    return "ok" if good else f"exit {ran.returncode}: {ran.stdout}{ran.stderr}"[-500:]


def main():
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        subprocess.run([BIN / "esdb_client", "certificate", directory], check=True)
        ca, key, users = directory / "node.crt", directory / "node.key", directory / "users"
        gateway = onematter("node-user", "add", "gateway", "--role", "rw", "--users", users)
        audits = onematter("node-user", "add", "audit", "--role", "ro", "--users", users)
        node = Node(directory / "data", ["--tls-cert", ca, "--tls-key", key, "--users", users])
        url = f"esdb://%s@localhost:{node.port}?tlsCaFile={ca}"
        environment = {
            "ESDB_RW": url % f"gateway:{gateway}",
            "ESDB_RO": url % f"audit:{audits}",
            "ESDB_BAD": url % "audit:changeit",
        }
        results = {name: run(command, environment, node) for name, command in CLIENTS.items()}
        results["Python kurrentdbclient"]["the auditor's script"] = audit(directory, ca, audits, node.port)
        drained = node.stop()

    checks = list(dict.fromkeys(check for result in results.values() for check in result))
    print(f"{'check':32}" + "".join(f"{name:34}" for name in results))
    for check in checks:
        cells = [result.get(check, "-") for result in results.values()]
        print(f"{check:32}" + "".join(f"{'ok' if cell == 'ok' else '-' if cell == '-' else 'FAILED':34}" for cell in cells))
    failures = [(n, c, why) for n, result in results.items() for c, why in result.items() if why != "ok"]
    for name, check, why in failures:
        print(f"{name}: {check}: {why}")
    passed = sum(why == "ok" for result in results.values() for why in result.values())
    # a client that broke off before its end has fewer results than the longest list
    longest = len(checks) - 1
    missing = sum(max(0, longest - sum(c != "the auditor's script" for c in result)) for result in results.values())
    failed = len(failures) + missing + (drained != 0)
    if drained:
        print(f"the node ended with status {drained} when told to stop")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
