#!/usr/bin/env python3
"""Random questions and commands to every field of the schema, made by schemathesis; none may fail inside.

The server holds the demo's matters, and is asked as their lead. Ends with "N passed, 0 failed", a field being one. Run by
`make test-edge`, which builds and installs what it needs. SEED=… repeats a run, EXAMPLES=… asks more of each field.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
SEED = os.environ.get("SEED", "20260302")
EXAMPLES = os.environ.get("EXAMPLES", "8")


def main():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONEMATTER_")}
    with tempfile.TemporaryDirectory() as data:
        serve = [ROOT / "target/debug/onematter", "demo", "--data", f"{data}/demo", "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=clean)
        said = []
        for line in server.stderr:
            said.append(line)
            if found := re.search(r"GraphQL\s+(http://\S+/graphql)", line):
                break
        else:
            sys.exit("the server did not start: " + "".join(said))
        threading.Thread(target=server.stderr.read, daemon=True).start()
        run = [
            ROOT / ".venv/bin/st", "run", found[1], "--header", "Authorization: Bearer dev:lead",
            "--checks", "answered", "--max-examples", EXAMPLES, "--seed", SEED, "--phases", "fuzzing",
            "--suppress-health-check", "all", "--generation-database", "none", "--no-color",
        ]
        environment = {**clean, "SCHEMATHESIS_HOOKS": "answered", "PYTHONPATH": str(HERE)}
        ran = subprocess.run(run, capture_output=True, text=True, env=environment, cwd=data)
        alive = server.poll() is None
        server.terminate()
        drained = server.wait(30)
    print(ran.stdout[-6000:])
    tested = re.search(r"(?:Operations|Tested):?\D+(\d+)", ran.stdout)
    fields = int(tested[1]) if tested else 0
    failures = len(re.findall(r"^_+ .* _+$", ran.stdout, re.M))
    failed = failures + (ran.returncode != 0 and failures == 0) + (not alive) + (drained != 0) + (fields == 0)
    if ran.returncode or not alive or drained:
        print(f"schemathesis ended with {ran.returncode}, the server was {'alive' if alive else 'dead'} and ended with {drained}")
        print(ran.stderr[-2000:])
    print(f"{max(fields - failures, 0)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
