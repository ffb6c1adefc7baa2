"""A check for schemathesis: whatever was asked, the caller is told what is wrong with it, and nothing failed inside."""

from datetime import date, datetime

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# what the caller can act on (gateway/src/graphql/error.rs); INTERNAL, TIMEOUT and OUTCOME_UNKNOWN are not among them
OF_THE_CALLER = {
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "TOO_LARGE",
    "BAD_USER_INPUT",
    "NOT_FOUND",
    "FORBIDDEN",
    "RESYNC",
}


@schemathesis.check
def answered(ctx, response, case):
    if response.status_code >= 500:
        raise AssertionError(f"status {response.status_code}: {response.text[:500]}")
    for error in response.json().get("errors") or []:
        code = (error.get("extensions") or {}).get("code")
        if code not in OF_THE_CALLER:
            raise AssertionError(f"{code}: {error.get('message')}")


# texts that fit a scalar, and now and then one that does not: what is not well formed never comes as far as a rule
def _scalar(name, fits, node=nodes.String):
    strays = st.one_of(st.text(max_size=40), st.sampled_from(["", " ", "\u0000", "\u202eW", "𠮷", "长" * 3_000]))
    strategy = fits if node is not nodes.String else st.one_of(fits, fits, fits, strays)
    schemathesis.graphql.scalar(name, strategy.map(node))


CODES = ["A1", "A2", "A3", "B1", "C1", "W"]
_scalar("Instant", st.datetimes(min_value=datetime(2022, 1, 1), max_value=datetime(2027, 1, 1)).map(lambda t: t.isoformat(timespec="seconds") + "Z"))
_scalar("Date", st.dates(min_value=date(2022, 1, 1), max_value=date(2027, 1, 1)).map(str))
_scalar("LegalText", st.sampled_from(["申请材料齐全", "会议纪要〔2023〕1号", "x"]))
_scalar("PermitCode", st.sampled_from(CODES))
_scalar("MilestoneCode", st.sampled_from(["works-completed", "works-started"]))
_scalar("MaterialCode", st.sampled_from(["form", "sealed-drawings"]))
_scalar("ProjectCode", st.integers(1, 999_999).map(lambda n: f"2306-530322-04-01-{n:06}"))
_scalar("Requirement", st.sampled_from([f"permit:{code}" for code in CODES] + ["milestone:works-completed"]))
_scalar("PaperHash", st.binary(min_size=32, max_size=32).map(bytes.hex))
_scalar("VaultRef", st.just("vault:01J9Z3K4M5N6P7Q8R9S0T1V2W3"))
_scalar("UUID", st.uuids().map(str))
_scalar("Yuan", st.integers(-1, 2**54), lambda n: nodes.Int(n))
_scalar("JSON", st.text(max_size=20))
