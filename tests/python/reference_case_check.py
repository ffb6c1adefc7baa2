"""Recomputes the forecast of the municipal road (permits A1 to D2) from docs/domain-forecast.md alone.

Our code is not used: the table of permits below was written by hand, and working days come from the package
`chinesecalendar`. The dates are kept in tests/reference/municipal-road-2023.json, which domain/tests/reference_case.rs
compares with our own forecast, permit by permit.

    python tests/python/reference_case_check.py            checks that the file says what is recomputed
    python tests/python/reference_case_check.py --write    writes the file
    python tests/python/reference_case_check.py --show     prints the dates, and the first calculation's five figures
"""

import datetime
import functools
import json
import sys
from pathlib import Path

import chinese_calendar

START = datetime.date(2023, 6, 12)
FILE = Path(__file__).resolve().parents[1] / "reference" / "municipal-road-2023.json"
W, D = "W", "D"  # working days, calendar days

# code: (statutory, promised, expected excluded working days, has a certificate)
PERMITS = {
    "A1": ((20, W), (3, W), 0, False),
    "A2": ((20, W), (5, W), 0, True),
    "A3": ((20, W), (5, W), 10, False),
    "A4": ((10, W), (5, W), 10, False),
    "A5": ((20, W), (10, W), 15, False),
    "A6": ((30, D), (10, W), 0, False),
    "A7": ((20, W), (3, W), 0, True),
    "A8": ((20, W), (7, W), 0, True),
    "B1": (None, (7, W), 0, False),
    "B2": ((20, W), (5, W), 10, False),
    "B3": ((20, W), (5, W), 0, True),
    "C1": ((15, W), (7, W), 0, True),
    "C2": (None, (27, D), 0, False),
    "C3": ((30, D), (3, W), 0, False),
    "C4": ((7, D), (3, W), 0, True),
    "D1": (None, (12, W), 0, False),
    "D2": ((15, D), (1, W), 0, True),
}
MILESTONE = ("works-completed", ["C4"], (270, D))

# permit: [(what it waits for, before which gate, how far that must have come)]
EDGES = {
    "A2": [("A1", "accept", "decide")],
    "A3": [("A1", "accept", "decide"), ("A2", "decide", "decide")],
    "A4": [("A1", "accept", "decide")],
    "A5": [("A1", "accept", "decide")],
    "A6": [("A2", "accept", "decide")],
    "A7": [("A3", "accept", "decide")],
    "A8": [("A7", "accept", "issue")],
    "B1": [("A3", "accept", "decide"), ("A5", "decide", "decide")],
    "B2": [("A3", "accept", "decide"), ("B1", "decide", "decide")],
    "B3": [("A3", "accept", "decide"), ("B1", "decide", "decide"), ("A8", "issue", "issue")],
    "C1": [("B2", "accept", "decide")],
    "C2": [("B2", "accept", "decide"), ("C1", "decide", "decide")],
    "C3": [("C2", "accept", "decide")],
    "C4": [
        ("C2", "accept", "decide"),
        ("A8", "issue", "issue"),
        ("B3", "issue", "issue"),
        ("C1", "issue", "issue"),
        ("C3", "issue", "decide"),
        ("A4", "issue", "decide"),
        ("A5", "issue", "decide"),
        ("A6", "issue", "decide"),
    ],
    "D1": [("works-completed", "accept", "issue")],
    "D2": [("D1", "accept", "decide")],
}

# What is tolerated in the fourth case, and the gate it moves to.
TOLERATED = {
    ("A3", "A2"): "after issue",
    ("B1", "A5"): "after issue",
    ("B2", "B1"): "after issue",
    ("C2", "C1"): "after issue",
    ("A8", "A7"): "decide",
}

CASES = {
    "statutory-serial": (0, True, {}),
    "statutory-parallel": (0, False, {}),
    "promised-parallel": (1, False, {}),
    "promised-parallel-tolerance": (1, False, TOLERATED),
}

ONE = datetime.timedelta(days=1)


@functools.cache
def working_on_or_after(day):
    while not chinese_calendar.is_workday(day):
        day += ONE
    return day


@functools.cache
def count(day, length):
    """The last day of a term that starts on `day`, which is not counted."""
    number, unit = length
    if unit == D:
        return working_on_or_after(day + number * ONE)
    while number:
        day += ONE
        number -= chinese_calendar.is_workday(day)
    return day


def lasts(permit, basis):
    """The limit by that basis, or by the other where there is only that."""
    return PERMITS[permit][basis] or PERMITS[permit][1 - basis] or (0, W)


def slipped(day, days):
    """A gate held back by so many working days."""
    return count(day, (days, W)) if days else day


def recompute(basis, serial, tolerated, slip=(None, None, 0)):
    """Dates, with one gate held back if asked, by raising every date to what its rules ask for, again and again until nothing moves."""
    name, after, takes = MILESTONE
    first = working_on_or_after(START)
    dates = {permit: dict.fromkeys(("accept", "due", "decide", "issue"), first) for permit in PERMITS}
    dates[name] = {"issue": first}
    line = list(PERMITS)  # the template's own order already puts each permit after what it needs
    while True:
        before = {node: dict(gates) for node, gates in dates.items()}
        for permit, (_, _, excluded, certificate) in PERMITS.items():
            bounds = {"accept": [first], "decide": [], "issue": [], "after issue": []}
            for other, gate, reached in EDGES.get(permit, []):
                bounds[tolerated.get((permit, other), gate)].append(dates[other][reached])
                if tolerated.get((permit, other)) == "decide":  # reviewed ahead, but not before the other is in hand
                    bounds["accept"].append(dates[other]["accept"])
            if serial and line.index(permit):
                bounds["accept"].append(dates[line[line.index(permit) - 1]]["issue"])
            mine = dates[permit]
            late = {gate: slip[2] if slip[:2] == (permit, gate) else 0 for gate in ("accept", "decide", "issue")}
            mine["accept"] = slipped(working_on_or_after(max(bounds["accept"])), late["accept"])
            mine["due"] = count(count(mine["accept"], (excluded, W)), lasts(permit, basis))
            mine["decide"] = slipped(max([mine["due"], *bounds["decide"]]), late["decide"])
            issue = slipped(max([mine["decide"], *bounds["issue"]]), late["issue"])
            mine["issue"] = issue if certificate else mine["decide"]
        done = count(max(dates[permit]["issue"] for permit in after), takes)
        dates[name]["issue"] = slipped(done, slip[2] if slip[0] == name else 0)
        if dates == before:
            return dates


def completion(dates):
    return max(day["issue"] for day in dates.values())


def slack(case, dates):
    """Each gate held back by one working day more, until completion moves."""
    found = {}
    for node, gates in dates.items():
        found[node] = {}
        for gate in gates if node in PERMITS else ("accept",):
            if gate == "due" or (gate == "issue" and node in PERMITS and not PERMITS[node][3]):
                continue
            start = dates[node][gate if node in PERMITS else "issue"]
            low, high = 0, sum(chinese_calendar.is_workday(start + n * ONE) for n in range(1, (completion(dates) - start).days + 1))
            while low < high:
                middle = (low + high + 1) // 2
                if completion(recompute(*case, (node, gate, middle))) <= completion(dates):
                    low = middle
                else:
                    high = middle - 1
            found[node][gate] = {"days": low, "latest": slipped(start, low).isoformat()}
    return found


def critical_path(case, dates):
    """Back from the end, at each step to what made the date no earlier (F10)."""
    _, serial, tolerated = case
    name, after, _ = MILESTONE
    line = list(PERMITS)
    end = completion(dates)
    node, gate = max(node for node in dates if dates[node]["issue"] == end), "issue"
    path = []
    while node:
        path.append(node)
        came = None
        if node == name:
            latest = max(after, key=lambda permit: dates[permit]["issue"])
            came = (latest, "issue")
        else:
            for at in {"issue": ["issue", "decide", "accept"], "decide": ["decide", "accept"], "accept": ["accept"]}[gate]:
                if at == "issue" and not PERMITS[node][3]:
                    continue
                own = {"issue": "decide", "decide": "due", "accept": None}[at]
                day = dates[node][own] if own else working_on_or_after(START)
                for other, planned, reached in EDGES.get(node, []):
                    moved = tolerated.get((node, other), planned)
                    ways = [(moved, reached)] + ([("accept", "accept")] if moved == "decide" and planned == "accept" else [])
                    for where, reached in ways:
                        there = dates[other][reached]
                        if where == at and (there > day or (there == day and at == "accept" and not came)):
                            day, came = there, (other, reached)
                if at == "accept" and serial and line.index(node):
                    before = line[line.index(node) - 1]
                    if dates[before]["issue"] > day or (dates[before]["issue"] == day and not came):
                        came = (before, "issue")
                if came:
                    break
        node, gate = came or (None, None)
    return path[::-1]


# The first calculation: every prerequisite before the start, nothing after C4. See the end of docs/domain-forecast.md.
BEFORE_START = {
    "A2": ["A1"],
    "A3": ["A1", "A2"],
    "A4": ["A1"],
    "A5": ["A1"],
    "A6": ["A2"],
    "A7": ["A3"],
    "A8": ["A7"],
    "B1": ["A3", "A5"],
    "B2": ["A3", "B1"],
    "B3": ["B1", "A8"],
    "C1": ["B2"],
    "C2": ["B2", "C1"],
    "C3": ["C2"],
    "C4": ["A8", "B3", "C1", "C3", "A4", "A5", "A6"],
}
THEN_STATUTORY = {"B1": [(15, W)], "C2": [(23, D), (2, W)], "C3": [(5, W)], "C4": [(7, W)]}
SOFT = {("A3", "A2"), ("B1", "A5"), ("B2", "B1"), ("C2", "C1"), ("B3", "A8")}
FIGURES = {
    "statutory serial": (0, True, set(), 431),
    "statutory parallel": (0, False, set(), 232),
    "promised serial": (1, True, set(), 206),
    "promised parallel": (1, False, set(), 121),
    "promised parallel with tolerance": (1, False, SOFT, 81),
}


def first_calculation(basis, serial, dropped):
    finish, last = {}, START
    for permit in [permit for permit in PERMITS if permit[0] != "D"]:
        waits = [finish[other] for other in BEFORE_START.get(permit, []) if (permit, other) not in dropped]
        day = last if serial else max([START, *waits])
        parts = THEN_STATUTORY.get(permit) if basis == 0 else None
        for part in [(PERMITS[permit][2], W), *(parts or [lasts(permit, basis)])]:
            day = count(day, part)
        finish[permit] = last = day
    return (finish["C4"] - START).days


def reference():
    cases = {}
    for case, (basis, serial, tolerated) in CASES.items():
        dates = recompute(basis, serial, tolerated)
        cases[case] = {
            "permits": {
                permit: {gate: day.isoformat() for gate, day in dates[permit].items()} for permit in PERMITS
            },
            "milestones": {MILESTONE[0]: dates[MILESTONE[0]]["issue"].isoformat()},
            "slack": slack((basis, serial, tolerated), dates),
            "critical_path": critical_path((basis, serial, tolerated), dates),
            "completion": completion(dates).isoformat(),
            "calendar_days_to_C4": (dates["C4"]["issue"] - START).days,
        }
    return {"start": START.isoformat(), "cases": cases}


def main():
    found = reference()
    if "--show" in sys.argv:
        for case, said in found["cases"].items():
            print(f"{case}: C4 after {said['calendar_days_to_C4']} calendar days, all by {said['completion']}")
            for permit, day in said["permits"].items():
                print("  ", permit, *day.values())
        for name, (basis, serial, dropped, figure) in FIGURES.items():
            print(f"first calculation, {name}: {first_calculation(basis, serial, dropped)} (was {figure})")
        return 0
    if "--write" in sys.argv:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    passed, failures = 0, []
    for case, said in found["cases"].items():
        there = kept.get("cases", {}).get(case, {})
        rows = {**said["permits"], **{key: said[key] for key in said if key != "permits"}}
        for key, value in rows.items():
            kept_value = there.get("permits", {}).get(key, there.get(key))
            if kept_value == value:
                passed += 1
            else:
                failures.append(f"{case} {key}: recomputed {value}, kept {kept_value}")
    for name, (basis, serial, dropped, figure) in FIGURES.items():
        days = first_calculation(basis, serial, dropped)
        if days == figure:
            passed += 1
        else:
            failures.append(f"first calculation, {name}: {days}, not {figure}")
    if sorted(kept.get("cases", {})) != sorted(found["cases"]) or kept.get("start") != found["start"]:
        failures.append("the file has other cases or another start than this script")
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
