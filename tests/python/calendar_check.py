"""Compares every day of the working calendar, 2007-2026, with two independent Python packages.

Our side is what our own code prints (the example `print_calendar` of the package om-domain); the other sides are
`chinesecalendar` and `holidays`, pinned in requirements.txt. Exits 1 with the differing days, 0 when there are none.

    python tests/python/calendar_check.py            builds and runs the example
    python tests/python/calendar_check.py FILE       reads its lines from FILE, or from - for standard input
"""

import datetime
import subprocess
import sys
from pathlib import Path

import chinese_calendar
import holidays

FIRST, LAST = datetime.date(2007, 1, 1), datetime.date(2026, 12, 31)
PRINT = ["cargo", "run", "--quiet", "-p", "om-domain", "--example", "print_calendar"]


def printed(source):
    """The lines of our own code, from a file, from standard input, or from running it."""
    if source == "-":
        return sys.stdin.read()
    if source:
        return Path(source).read_text(encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(PRINT, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout


def ours(text):
    """Day to "work" or "off"; anything else, or a day printed twice, is an error."""
    days = {}
    for number, line in enumerate(text.splitlines(), 1):
        day, kind = line.split()
        day = datetime.date.fromisoformat(day)
        if kind not in ("work", "off") or day in days:
            sys.exit(f"line {number}: cannot take {line!r}")
        days[day] = kind
    return days


def main():
    days = ours(printed(sys.argv[1] if len(sys.argv) > 1 else None))
    china = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1))
    peers = {
        "chinesecalendar": lambda day: chinese_calendar.is_workday(day),
        "holidays": lambda day: china.is_working_day(day),
    }
    expected = [FIRST + datetime.timedelta(n) for n in range((LAST - FIRST).days + 1)]
    outside = [day for day in sorted(days) if not FIRST <= day <= LAST]
    passed, failures = 0, [f"{day} ours {days[day]}, outside the years compared" for day in outside]
    for day in expected:
        kind = days.get(day, "missing")
        differing = []
        for name, works in peers.items():
            theirs = "work" if works(day) else "off"
            if theirs != kind:
                differing.append(f"{name} {theirs}")
        if differing:
            failures.append(f"{day} ours {kind}, {', '.join(differing)}")
        else:
            passed += 1
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
