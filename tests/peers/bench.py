#!/usr/bin/env python3
"""Ours, peers and raw limits on the permit workload, interleaved on one machine: a table with ratios against the bars.

Every figure is one process in a directory of its own; a round runs each once. README.md beside this file defines the
line of JSON that each prints. Standard library only.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = "onematter"
OURS_BINARY = "onematter-bench"
# beside it: the program, and what it is compared with over HTTP
OUR_BINARIES = [OURS_BINARY, "onematter", "onematter-bare"]
# our systems: the options that make them. The esdb engine speaks to a node of ours in a process of its own.
COUNTIES = 50
SYSTEMS = {
    OURS: [],
    "onematter-esdb": ["--engine", "esdb"],
    f"onematter-{COUNTIES}": ["--counties", str(COUNTIES)],
    f"onematter-esdb-{COUNTIES}": ["--engine", "esdb", "--counties", str(COUNTIES)],
}
PEERS = ["cqrs-es", "cqrs-es-snapshots", "umadb", "umadb-server"]
# where many clients ask, UmaDB is its server, which the bar names (decision 0071); its engine alone is measured and judges no bar
ENGINE_ALONE = ("W2", "umadb")
# a peer of what is asked over HTTP: started and asked by our own program, like the raw limits there
YOGA = "graphql-yoga"
RAW = {
    "W1": ["sqlite", "sqlite-decide", "file"],
    "W2": ["engine", "sqlite", "file"],
    "W3": ["sqlite", "sqlite-small-cache", "sqlite-rows"],
    "W4": ["sqlite", "sqlite-small-cache"],
    "W5": ["sqlite", "sqlite-small-cache"],
    "W6": ["sqlite"],
    "W7": ["axum-json"],
    "W7-anew": ["async-graphql"],
}
# these of the raw limits are in our own program
IN_OURS = RAW["W7"] + RAW["W7-anew"]
SNAPSHOTS_MATTER = ("W1", "W2")
PEERS_TOO = ("W1", "W2", "W3", "W4", "W5", "W6")
YOGA_TOO = ("W7", "W7-anew")
ENGINES = ("E1", "E2", "E3", "E4", "E5", "W9", "W9-empty")
PROVINCE = ("P1", "P2", "P3", "P4")
# how many times --commands, so that ours is at work for a second; F1 has none, W8 and W8-apart their own; the others find a history of
# --events
COMMANDS = {"W1": 1, "W2": 4, "W7": 4, "W7-anew": 4, "W7-signed": 4, "W8": 1, "W8-apart": 1, "E1": 1, "E2": 2, "E3": 4, "F1": 1}
# over in a third of a second: measured so many times in a round, since a machine shared with others is slow for that long now and then
AGAIN = {"W3": 6, "W4": 3, "W5": 3}
TITLES = {
    "W1": "durable commands/s, 1 client",
    "W2": "durable commands/s, 64 clients",
    "W3": "load an aggregate of 100 events, µs",
    "W3-cached": "the same from the cache, µs",
    "W4": "rebuild the board, events/s",
    "W5": "read all in global order, events/s",
    "W6": "bytes on disk an event",
    "W7": "30 permits over HTTP GraphQL, unchanged since the last answer, 64 connections, requests/s",
    "W7-anew": "the same, each answer made anew, requests/s",
    "W7-signed": "the same as W7, asked with a department's token, requests/s",
    "W8": "from acknowledged command to 1,000 subscribers' sockets, p99, ms",
    "W8-apart": "the same, each in words of its own, so that no change is shared",
    "W9": "start to ready, projections current, ms",
    "W9-empty": "start to ready, no projections, ms",
    "F1": "forecast of a matter of 1,000 permits, µs",
    "E1": "each engine: durable commands/s, 1 client",
    "E2": "each engine: durable commands/s, 16 clients",
    "E3": "each engine: durable commands/s, 64 clients",
    "E4": "each engine: read $all in pages, events/s",
    "E5": "each engine: subscribe from the start until caught up, events/s",
    "P1": f"in the history of 1 county or of {COUNTIES}: durable commands/s, 64 clients",
    "P2": f"1 county or {COUNTIES}: load an aggregate of 100 events, µs",
    "P3": f"1 county or {COUNTIES}: subscribe from the start until caught up, events/s",
    "P4": f"1 county or {COUNTIES}: the same for the events of one county, ms",
}
# what grows: sizes, what is compared, whether that may grow with the size, what it is. A rate is compared as time an event.
GROWTH = {
    "W3": ("events", False, "load an aggregate of 100 events, µs"),
    "W4": ("events", False, "rebuild the board, µs an event"),
    "W5": ("events", False, "read all in global order, µs an event"),
    "W9": ("events", False, "start to ready, projections current, ms"),
    "W9-empty": ("events", True, "start to ready, no projections, ms"),
    "G1": ((100, 1_000, 10_000), True, "the overview over HTTP, so many open matters, µs"),
    "G2": ((100, 1_000, 5_000), False, "a command on a matter of so many events, µs"),
    "G3": ((100, 1_000, 5_000), True, "such a matter loaded from the log, µs"),
    # who has had each permit and for how long is counted anew each time
    "G4": ((100, 1_000, 5_000), True, "its page over HTTP, with its last 50 entries, µs"),
    "G5": ((12, 100, 1_000), True, "a command on a matter of so many permits, µs"),
    "G6": ((12, 100, 1_000), True, "its permits over HTTP, µs"),
}
HISTORIES = (100_000, 1_000_000)
MOST = 10_000_000
# growing by less than this beyond the work is chance
CHANCE = 1.5
LESS_IS_BETTER = ("W3", "W3-cached", "W6")
# (workload, what, comparison, bound): what is a raw system, "best peer", or a field of our own line
BARS = [
    ("W1", "raw:sqlite", ">=", 0.7),
    ("W1", "best peer", ">=", 2.5),
    ("W1", "p99_us", "<", 700),
    ("W2", "raw:engine", ">=", 0.5),
    ("W2", "best peer", ">=", 12),
    ("W2", "p99_us", "<", 10_000),
    ("W3", "raw:sqlite", "<=", 1.3),
    ("W3", "p99_us", "<=", 400),
    ("W3-cached", "value", "<=", 20),
    ("W4", "raw:sqlite", ">=", 0.95),
    ("W4", "peak_rss_mib", "<", 128),
    ("W5", "raw:sqlite", ">=", 0.85),
    ("W6", "raw:sqlite", "<=", 1.1),
    ("W7", "raw:axum-json", ">=", 0.5),
    ("W7-anew", "raw:async-graphql", ">=", 0.9),
    ("W8", "value", "<", 50),
    ("W9", "value", "<", 1_000),
    ("W9-empty", "W4 + 2 s", "<", 1),
    ("F1", "value", "<", 5_000),
]
# What was reached on the machine that the bars were set on, of what was measured there as it is here: one commit after another, and
# an aggregate read and decoded. A bar in ms or µs is one of a machine as fast as that.
THERE = {
    ("W1", "raw", "sqlite"): 5_564,
    ("W3", "peer", "umadb"): 819,
}
# (system, over what), where both were measured: no bar, but what one wants to know
BESIDE = [
    ("onematter-esdb", OURS),
    (f"onematter-{COUNTIES}", OURS),
    (f"onematter-esdb-{COUNTIES}", "onematter-esdb"),
]
# the same of figures of one workload under two names: W2 over its peer's engine alone, and over the wire as its server is asked
BESIDE_PEERS = [
    (("W2", "ours", OURS), ("W2", "peer", "umadb")),
    (("E3", "ours", "onematter-esdb"), ("W2", "peer", "umadb-server")),
]


def options():
    full = os.environ.get("FULL") == "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000 if full else 100_000, help="history for W3 to W9, E4, E5 and P")
    sizes = lambda text: tuple(int(size) for size in text.split(","))
    growing = (*HISTORIES, MOST) if full else HISTORIES
    parser.add_argument("--histories", type=sizes, default=growing, help="histories that growth is measured at, comma-separated")
    parser.add_argument("--commands", type=int, default=10_000, help="commands in W1 and E1; twice in E2, four times in W2, E3 and P1, and as many requests in W7")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join([*TITLES, "growth"]), help="workloads, comma-separated; growth: how costs grow")
    parser.add_argument("--without-ours", action="store_true", help="do not build or run our own side")
    parser.add_argument("--as-built", action="store_true", help="build nothing: measure the programs that are there")
    parser.add_argument("--dir", type=Path, default=ROOT / "target" / "bench-data", help="on the disk to be measured")
    return parser.parse_args()


def build(wanted, package, *arguments):
    if wanted.as_built:
        return True
    command = ["cargo", "build", "--release", "--locked", *arguments]
    print(f"building {package}", flush=True)
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode == 0


def built(package, name):
    target = os.environ.get("CARGO_TARGET_DIR")
    return (Path(target).absolute() if target else package / "target") / "release" / name


def installed(wanted):
    """Whether graphql-yoga and its Node are there to be measured; why not is said."""
    folder = ROOT / "tests" / "peers" / "yoga"
    why_not = None
    if not shutil.which("node"):
        why_not = "there is no node"
    elif wanted.as_built:
        why_not = None if (folder / "node_modules" / YOGA).is_dir() else "it is not installed"
    elif not shutil.which("npm"):
        why_not = "there is no npm"
    else:
        print(f"installing {YOGA}", flush=True)
        command = ["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
            why_not = "npm cannot install it"
    if why_not:
        print(f"{YOGA}: left out, {why_not}", flush=True)
    return not why_not


def programs(wanted):
    """(kind, system) -> the command that takes a workload. What does not build or answer is left out, aloud."""
    found, asked = {}, set(wanted.only.split(","))
    raw = dict.fromkeys(system for systems in RAW.values() for system in systems if system not in IN_OURS)
    others = (("peers", "peer", PEERS, PEERS_TOO), ("rawbench", "raw", raw, (*PEERS_TOO, "growth")))
    for name, kind, systems, taken in others:
        if not asked & set(taken):
            continue
        if not build(wanted, name, "--manifest-path", f"tests/{name}/Cargo.toml"):
            sys.exit(f"{name} does not build")
        binary = built(ROOT / "tests" / name, name)
        found.update({(kind, system): [binary, system] for system in systems})
    if wanted.without_ours:
        print("our own side: left out as asked")
    elif not build(wanted, OURS_BINARY, "-p", "om-tests", "-p", "om-gateway", *(f"--bin={name}" for name in OUR_BINARIES)):
        sys.exit(f"{OURS_BINARY} does not build")
    else:
        for system, arguments in SYSTEMS.items():
            found[("ours", system)] = [built(ROOT, OURS_BINARY), "--json", *arguments, "--workload"]
        for system in IN_OURS:
            found[("raw", system)] = [built(ROOT, OURS_BINARY), "--json", "--served", system, "--workload"]
        if asked & set(YOGA_TOO) and installed(wanted):
            found[("peer", YOGA)] = [built(ROOT, OURS_BINARY), "--json", "--served", YOGA, "--workload"]
    return found


def runs(kind, system, workload):
    if kind == "raw":
        return system in RAW.get(workload, [])
    if system == YOGA:
        return workload in YOGA_TOO
    if system == "umadb-server":
        return workload == "W2"
    if kind == "peer":
        return workload in PEERS_TOO and (system != "cqrs-es-snapshots" or workload in SNAPSHOTS_MATTER)
    if workload in PROVINCE:
        return True
    return system == OURS or (system == "onematter-esdb" and workload in ENGINES)


def history(kind, system, workload):
    """The name of the directory that a workload finds filled: the engines read one, the provinces grow theirs."""
    if kind == "raw":
        return "raw-sqlite"
    if kind != "ours":
        return f"{kind}-{system}"
    return f"province-{system}" if workload in PROVINCE else OURS


def at_hand(directory):
    """Everything written so far is on the disk, and what lies here in the system's memory, as far as it fits: no side pays
    for another's writing, nor, being the first to read a file again after minutes, for fetching it."""
    os.sync()
    for file in directory.rglob("*"):
        try:
            if file.is_file():
                with file.open("rb", buffering=0) as stream:
                    while stream.read(1 << 20):
                        pass
        except FileNotFoundError:
            continue
        except OSError as error:
            print(f"not read beforehand: {error}", flush=True)


def measure(command, workload, events, directory, *arguments):
    at_hand(directory)
    command = [str(c) for c in [*command, workload, "--events", events, "--dir", directory, *arguments]]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"FAILED {' '.join(command)}\n{done.stderr.strip()}", flush=True)
        return None
    # A peer may print lines of its own.
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines[-1] if lines else {}


def run(wanted, found):
    figures, failures, filled = {}, 0, set()
    shutil.rmtree(wanted.dir, ignore_errors=True)
    for number in range(wanted.rounds):
        # each round in an order of its own, the same in every run, so that none always runs after the same neighbour
        order = random.Random(number).sample(list(found.items()), len(found))
        asked = [workload for workload in wanted.only.split(",") if workload in TITLES]
        for workload, again in [(workload, again) for workload in asked for again in range(AGAIN.get(workload, 1))]:
            for (kind, system), command in reversed(order) if again % 2 else order:
                if not runs(kind, system, workload):
                    continue
                arguments = ["--commands", 4 * wanted.commands] if workload == "P1" else []
                if workload not in COMMANDS:
                    events, directory = wanted.events, wanted.dir / history(kind, system, workload)
                    fill = [*command[:-1], "sqlite"] if kind == "raw" else command
                    if directory not in filled:
                        shutil.rmtree(directory, ignore_errors=True)
                        if measure(fill, "fill", events, directory) is None:
                            failures += 1
                            continue
                        filled.add(directory)
                else:
                    events = wanted.commands * COMMANDS[workload]
                    directory = wanted.dir / "fresh"
                    shutil.rmtree(directory, ignore_errors=True)
                line = measure(command, workload, events, directory, *arguments)
                if not line:
                    failures += 1
                    continue
                print(f"round {number + 1} {workload:9} {kind}:{system:20} {line['value']:>14,.1f} {line['unit']}", flush=True)
                figures.setdefault((workload, kind, system), []).append(line)
    return figures, failures


def grow(wanted, command, raw):
    """What our costs are at each size: {workload: [(size, cost, line)]}: where a history is read the median of the rounds, in which the
    sizes take turns; one figure where what is asked for is made first. Of W4, whose bar is set at a million events, `raw:W4` stands beside it."""
    grown, failures = {}, 0

    def keep(workload, size, taken):
        nonlocal failures
        if not taken or not all(taken):
            failures += 1
            return
        line = summarise(taken)
        cost = 1e6 / line["value"] if line["unit"] == "events/s" else line["value"]
        print(f"growth  {workload:9} {size:>12,} {cost:>14,.2f}", flush=True)
        grown.setdefault(workload, []).append((size, cost, line))

    def directory(side, size):
        return wanted.dir / f"{side}-{size}"

    fillers = {"grown": command, **({"grown-raw": raw} if raw else {})}
    filled = []
    for size in wanted.histories:
        for side, program in fillers.items():
            shutil.rmtree(directory(side, size), ignore_errors=True)
            if measure(program, "fill", size, directory(side, size)) is None:
                failures += 1
            else:
                filled.append((side, size))
    for workload in [w for w, (sizes, _, _) in GROWTH.items() if sizes == "events"]:
        taken = {at: [] for at in filled if at[0] == "grown" or workload == "W4"}
        for number in range(wanted.rounds * AGAIN.get(workload, 1)):
            for side, size in list(taken) if number % 2 else reversed(taken):
                taken[side, size].append(measure(fillers[side], workload, size, directory(side, size)))
        for (side, size), lines in taken.items():
            keep(workload if side == "grown" else f"raw:{workload}", size, lines)
    for side, size in filled:
        shutil.rmtree(directory(side, size), ignore_errors=True)
    made = wanted.dir / "grown"
    for workload, (sizes, _, _) in GROWTH.items():
        for size in sizes if sizes != "events" else ():
            shutil.rmtree(made, ignore_errors=True)
            keep(workload, size, [measure(command, workload, size, made)])
    shutil.rmtree(made, ignore_errors=True)
    return grown, failures


def growth(grown):
    """Prints it and judges it: what grows faster than its work is a defect."""
    verdicts = []
    print("\ngrowth (cost at each size; from the smallest to the largest)")
    for workload, (_, with_size, title) in GROWTH.items():
        if len(grown.get(workload, ())) < 2:
            continue
        costs = [(size, cost) for size, cost, _ in grown[workload]]
        (small, first), (large, last) = costs[0], costs[-1]
        bound = large / small if with_size else 1
        met = last / first <= CHANCE * bound
        at = "  ".join(f"{size:,}: {cost:,.2f}" for size, cost in costs)
        print(f"  {workload:10}{title:58}{at}   x {last / first:,.2f}, its work x {bound:,.0f}  {'met' if met else 'MISSED'}")
        verdicts.append({"workload": workload, "costs": costs, "grown": last / first, "work": bound, "met": met})
    return verdicts


def at_size(grown):
    """The bars that are set for logs of a million events and more: a start with few says nothing of one with many."""
    verdicts = []
    rebuilt = {size: cost for size, cost, _ in grown.get("W4", ())}
    raw = {size: cost for size, cost, _ in grown.get("raw:W4", ())}

    def verdict(workload, size, reached, against, bar, at_least=False):
        met = reached >= bar if at_least else reached < bar
        bound = f"{'>=' if at_least else '<'} {bar:,g}"
        print(f"  {workload:10}{size:>12,} events  {against:14}{bound:>12}{reached:>16,.2f}  {'met' if met else 'MISSED'}")
        verdicts.append({"workload": workload, "events": size, "against": against, "bar": bound, "reached": reached, "met": met})

    for size, cost, line in grown.get("W4", ()):
        verdict("W4", size, line["peak_rss_mib"], "peak MiB", 128)
        if size >= HISTORIES[-1] and size in raw:
            verdict("W4", size, raw[size] / cost, "raw:sqlite", 0.95, at_least=True)
    for size, cost, _ in grown.get("W9", ()):
        if size >= HISTORIES[-1]:
            verdict("W9", size, cost, "ms", 1_000)
    for size, cost, _ in grown.get("W9-empty", ()):
        if size >= HISTORIES[-1] and size in rebuilt:
            # an event of W4 in µs, so many of them in ms, and two seconds
            verdict("W9-empty", size, cost, "W4 + 2 s, ms", rebuilt[size] * size / 1_000 + 2_000)
    return verdicts


def durable(figures):
    """How durable what ours acknowledged was, as SQLite said of the connection that wrote; whether that is synced."""
    said = {workload: line.get("note", "") for (workload, kind, system), line in figures.items() if (kind, system) == ("ours", OURS)}
    said = {workload: note for workload, note in said.items() if "synchronous=" in note}
    for workload, note in said.items():
        print(f"  {workload:10}{re.search(r'journal_mode=.*', note).group(0)}")
    return all("synchronous=FULL" in note for note in said.values())


def summarise(lines):
    """Medians over the rounds; `min` and `max` are of the value."""
    values = [line["value"] for line in lines]
    result = dict(lines[-1], value=statistics.median(values), min=min(values), max=max(values), rounds=len(values))
    for field in ("p50_us", "p99_us", "cpu_us_per_op", "peak_rss_mib", "node_cpu_us_per_op", "node_peak_rss_mib"):
        if field in result:
            result[field] = statistics.median(line[field] for line in lines)
    return result


COLUMNS = (
    ("p50_us", 13),
    ("p99_us", 13),
    ("cpu_us_per_op", 11),
    ("peak_rss_mib", 8),
    ("node_cpu_us_per_op", 10),
    ("node_peak_rss_mib", 8),
)


def table(figures, workloads):
    for workload in workloads:
        rows = [(kind, system, line) for (w, kind, system), line in figures.items() if w == workload]
        if not rows:
            continue
        print(f"\n{workload}  {TITLES[workload]}")
        print(f"  {'system':26}{'median':>12}{'min':>12}{'max':>12}{'p50 µs':>13}{'p99 µs':>13}{'cpu µs/op':>11}{'MiB':>8}{'node cpu':>10}{'MiB':>8}")
        for kind, system, line in rows:
            extra = "".join(
                f"{line[field]:>{width},.1f}" if field in line else " " * width
                for field, width in COLUMNS
            )
            print(f"  {kind + ':' + system:26}{line['value']:>12,.1f}{line['min']:>12,.1f}{line['max']:>12,.1f}{extra}")


def judge(figures):
    verdicts = []
    for workload, what, comparison, bound in BARS:
        ours = figures.get((workload, "ours", OURS))
        peers = [
            line["value"]
            for (w, kind, system), line in figures.items()
            if w == workload and kind == "peer" and (w, system) != ENGINE_ALONE
        ]
        if what.startswith("raw:"):
            reference = figures.get((workload, "raw", what[4:]), {}).get("value")
        elif what == "best peer":
            reference = (min if workload in LESS_IS_BETTER else max)(peers, default=None)
        elif what == "W4 + 2 s":
            rate = figures.get(("W4", "ours", OURS), {}).get("value")
            reference = 1_000 * (ours["n"] / rate + 2) if ours and rate else None
        else:
            reference = 1
        reached = None
        if ours and reference:
            reached = ours.get("value" if what.startswith("raw:") or what in ("best peer", "W4 + 2 s") else what)
            reached = None if reached is None else reached / reference
        met = None
        # judged at its size, see `at_size`
        of_a_million = workload.startswith("W9") or (workload, what) == ("W4", "raw:sqlite")
        enough = not of_a_million or (ours and ours["n"] >= 1_000_000)
        if reached is not None and enough:
            met = {">=": reached >= bound, "<=": reached <= bound, "<": reached < bound}[comparison]
        verdicts.append({"workload": workload, "against": what, "bar": f"{comparison} {bound}", "reached": reached, "met": met})
    return verdicts


def beside(figures):
    """Our systems over each other, workload by workload, and over what of peers is no bar."""
    pairs = [
        (key, (key[0], key[1], over)) for key in figures for this, over in BESIDE if this == key[2]
    ]
    return [
        {"workload": this[0], "system": this[2], "over": over[2], "ratio": figures[this]["value"] / figures[over]["value"]}
        for this, over in pairs + BESIDE_PEERS
        if this in figures and over in figures
    ]


def speed(figures):
    """How fast this machine was, over the one that the bars were set on."""
    here = {key: figures[key]["value"] / there for key, there in THERE.items() if key in figures}
    return [
        {"workload": workload, "system": f"{kind}:{system}", "ratio": 1 / ratio if workload in LESS_IS_BETTER else ratio}
        for (workload, kind, system), ratio in here.items()
    ]


def sqlite_versions():
    """The raw limit is only a limit for ours on the same SQLite."""
    found = {}
    for name in ("Cargo.lock", "tests/rawbench/Cargo.lock"):
        match = re.search(r'name = "libsqlite3-sys"\nversion = "([^"]+)"', (ROOT / name).read_text())
        found[name] = match and match.group(1)
    if len(set(found.values())) > 1:
        print(f"note: SQLite differs between ours and the raw limit: {found}")
    return found


def node_version():
    """What graphql-yoga runs on; its own version stands in its lock file."""
    if not shutil.which("node"):
        return None
    return subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()


def main():
    wanted = options()
    started = time.time()
    found = programs(wanted)
    lines, failures = run(wanted, found)
    figures = {key: summarise(value) for key, value in lines.items()}
    table(figures, [workload for workload in wanted.only.split(",") if workload in TITLES])
    verdicts = [v for v in judge(figures) if v["workload"] in wanted.only.split(",")]
    print("\nbars (ours over the reference, or ours alone)")
    for v in verdicts:
        reached = "not measured" if v["reached"] is None else f"{v['reached']:,.2f}"
        print(f"  {v['workload']:10}{v['against']:14}{v['bar']:>10}{reached:>16}  {'' if v['met'] is None else 'met' if v['met'] else 'MISSED'}")
    speeds = speed(figures)
    if speeds:
        print("\nthis machine beside the one that the bars were set on (a bar in ms or µs is one of that)")
    for s in speeds:
        print(f"  {s['workload']:10}{s['system']:40}{s['ratio']:>10,.2f}")
    print("\ndurability of what ours acknowledged")
    if not durable(figures):
        failures += 1
        print("FAILED: not synced before it was acknowledged; these figures are worth nothing")
    grown, sizes = [], {}
    if "growth" in wanted.only.split(",") and ("ours", OURS) in found:
        sizes, failed = grow(wanted, found["ours", OURS], found.get(("raw", "sqlite")))
        grown, failures = growth(sizes), failures + failed
        grown += at_size(sizes)
    ratios = beside(figures)
    if ratios:
        print("\nbeside each other (no bars)")
    for r in ratios:
        print(f"  {r['workload']:10}{r['system'] + ' / ' + r['over']:40}{r['ratio']:>10,.2f}")
    report = {
        "machine": {"cpus": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()},
        "seconds": round(time.time() - started),
        "events": wanted.events,
        "commands": wanted.commands,
        "rounds": wanted.rounds,
        "sqlite": sqlite_versions(),
        "node": node_version(),
        "figures": [dict(line, kind=kind, system=system) for (_, kind, system), line in figures.items()],
        "bars": verdicts,
        "ratios": ratios,
        "speed": speeds,
        "growth": grown,
        "sizes": [dict(line, workload=name, size=size, cost=cost) for name, taken in sizes.items() for size, cost, line in taken],
        "failures": failures,
    }
    out = ROOT / "target" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(report, ensure_ascii=False, indent=1))
    print(f"\nwritten to {out.relative_to(ROOT)}; {failures} failed")
    shutil.rmtree(wanted.dir, ignore_errors=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
