"""Which alerts a batch is about, in what order they are worked on, and which need a person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import nights
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.agent.batch import night
from casewright.agent.batch.chosen import alerts_named, alerts_where, ids_in
from casewright.agent.batch.night import Asked
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.errors import DataError, UsageError
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import Particulars
from casewright.tools.warehouse import Ledger

ALL = {alert["id"]: alert for alert in nights.alerts()}
AT = {name: clock.epoch(alert["at"]) for name, alert in ALL.items()}


@pytest.fixture(scope="module")
def ledger(night_ledger: Path) -> Iterator[Ledger]:
    with Ledger.open(night_ledger) as found:
        yield found


def where(ledger: Ledger, *conditions: str, timezone: str = "UTC") -> set[str]:
    return {row.alert for row in alerts_where(ledger, conditions, timezone)}


def fulfil(name: str, *values: str) -> set[str]:
    return {alert for alert, told in ALL.items() if told[name] in values}


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("id = A-03", {"A-03"}),
        ("id = A-03, A-05,A-99", {"A-03", "A-05"}),
        ("id != A-03", set(ALL) - {"A-03"}),
        ("subject = C-3110", {"A-11", "A-12"}),
        ('rule="passed-on"', fulfil("rule", "passed-on")),
        ("rule = passed-on,new-payers", set(ALL)),
        ("rule != passed-on", fulfil("rule", "new-payers")),
        ("source = model", fulfil("source", "model")),
        ("SEVERITY = high", fulfil("severity", "high")),
        ("severity = high,low", fulfil("severity", "high", "low")),
        ("severity != high,low", fulfil("severity", "medium", "")),
        ("severity = nothing", set()),
        ("score = 0.5", {"A-06"}),
        ("score != 0.5", set(ALL) - {"A-06"}),
        ("score>0.9", {"A-11", "A-12"}),
        ("score >= 0.9", {"A-10", "A-11", "A-12"}),
        ("score < 1e-3", {"A-01"}),
        ("score <= 0.1", {"A-01", "A-02"}),
        ("at >= 2025-11-13", {"A-10", "A-11", "A-12"}),
        ("at > 2025-11-12", {"A-10", "A-11", "A-12"}),
        ("at = 2025-11-11", {"A-04", "A-05", "A-06"}),
        ("at != 2025-11-11", set(ALL) - {"A-04", "A-05", "A-06"}),
        ("at < 2025-11-11", {"A-01", "A-02", "A-03"}),
        ("at <= 2025-11-10", {"A-01", "A-02", "A-03"}),
        ("at <= 2025-11-10T01:10:00Z", {"A-01", "A-02"}),
        ("at = 2025-11-10T01:10:00Z", {"A-02"}),
        ("rule = x' or '1'='1", set()),
    ],
)
def test_a_condition_chooses_alerts(ledger: Ledger, condition: str, wanted: set[str]) -> None:
    assert where(ledger, condition) == wanted


def test_several_conditions_all_hold_and_none_choose_all(ledger: Ledger) -> None:
    assert where(ledger) == set(ALL)
    assert where(ledger, "severity = high", "score > 0.3") == {"A-06", "A-10"}


def test_a_day_is_one_of_the_workspaces_zone(ledger: Ledger) -> None:
    # In Auckland the alerts of 00:10 to 02:10 UTC are of the afternoon, in New York of the evening before.
    assert where(ledger, "at = 2025-11-10", timezone="Pacific/Auckland") == {"A-01", "A-02", "A-03"}
    assert where(ledger, "at = 2025-11-09", timezone="America/New_York") == {"A-01", "A-02", "A-03"}


OPS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    op=st.sampled_from(sorted(OPS)), tenths=st.integers(-1, 12), second=st.sampled_from([*AT.values(), 1_762_800_000])
)
def test_scores_and_moments_compare_as_numbers(ledger: Ledger, op: str, tenths: int, second: int) -> None:
    score = tenths / 10
    assert where(ledger, f"score {op} {score}") == {n for n, told in ALL.items() if OPS[op](told["score"], score)}
    assert where(ledger, f"at {op} {clock.iso(second)}") == {n for n, at in AT.items() if OPS[op](at, second)}


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("", "is no condition"),
        ("severity", "is no condition"),
        ("severity = ", "is no condition"),
        ("severity == high", "is no condition"),
        ("at => 2025-11-10", "is no condition"),
        ("score = = 1", "is no condition"),
        ("= high", "is no condition"),
        ("severty = high", "did you mean 'severity'"),
        ("colour = red", "there are id, rule"),
        ("severity > low", "= or !=, not >"),
        ("score > much", "is no number"),
        ("score = nan", "is no number"),
        ("score < inf", "is no number"),
        ("at >= yesterday", "is no time"),
        ("at = 2025-13-01", "is no time"),
        ("at = 2025-02-30", "is no time"),
        ("at = 2025-11-10; drop table alerts", "is no time"),
    ],
)
def test_a_wrong_condition_is_told_in_one_line(ledger: Ledger, condition: str, told: str) -> None:
    with pytest.raises(UsageError) as wrong:
        alerts_where(ledger, [condition], "UTC")
    assert told in str(wrong.value)
    assert "\n" not in str(wrong.value)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.from_regex(r"(at|score|rule|id) ?(=|!=|>|<=) ?[^\n]{1,12}", fullmatch=True))
def test_any_text_is_a_condition_or_a_usage_error(ledger: Ledger, text: str) -> None:
    try:
        found = where(ledger, text)
    except UsageError:
        return
    assert found <= set(ALL)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A-1\nA-2\n", ["A-1", "A-2"]),
        ("\ufeffid\r\nA-1\r\nA-2\r\n", ["A-1", "A-2"]),
        ("alert_id,severity\nA-1,high\n", ["A-1"]),
        ("\n# the first of them\n  A-1  \n\n#A-2\nA-3", ["A-1", "A-3"]),
        ('"A-1";x\n"A-2"\ty\n', ["A-1", "A-2"]),
        ("A-1\nA-2\nA-1\n", ["A-1", "A-2"]),
        ("A-1\nid\n", ["A-1", "id"]),
    ],
)
def test_a_file_of_ids_is_read_as_people_write_it(text: str, ids: list[str]) -> None:
    assert ids_in(Path("ids.csv"), text.splitlines(keepends=True)) == ids


@pytest.mark.parametrize("text", ["", "\n\n", "id\n", "# nothing\n"])
def test_a_file_without_ids_is_told(text: str) -> None:
    with pytest.raises(DataError, match=r"ids.csv: there are no ids in this file"):
        ids_in(Path("ids.csv"), text.splitlines(keepends=True))


def test_ids_are_those_that_the_ledger_holds(ledger: Ledger) -> None:
    assert [row.alert for row in alerts_named(ledger, ["A-05", "A-99", "A-02"])] == ["A-02", "A-05"]


def test_what_is_due_first_then_gravest_then_riskiest_comes_first(
    workspace: Workspace, build_ledger: Callable[..., Path], tmp_path: Path
) -> None:
    def alert(name: str, n: int, at: str, severity: str, score: float) -> nights.Values:
        told = {"id": name, "subject": nights.ACCOUNTS[n], "at": f"2025-11-{at}T00:00:00Z", "rule": "r"}
        return {**told, "severity": severity, "score": score}

    wanted = [
        alert("Z", 2, "10", "low", 0.1),
        alert("Y", 3, "11", "high", 0.1),
        alert("X", 4, "11", "medium", 0.9),
        alert("W", 5, "11", "medium", 0.2),
        alert("V", 6, "11", "", 0.9),
    ]
    nights.furnished(workspace, nights.exchange(tmp_path / "l.duckdb", build_ledger, of=wanted[::-1]))
    plan = night.planned(workspace, Asked())
    assert [job.alert for job in plan.jobs] == ["Z", "Y", "X", "W", "V"]
    assert [job.place for job in plan.jobs] == [0, 1, 2, 3, 4]
    assert [plan.due[name] for name in "ZYXWV"] == sorted(plan.due.values())
    assert [job.alert for job in night.planned(workspace, Asked(limit=3)).jobs] == ["Z", "Y", "X"]


def test_a_network_is_one_case_whose_place_is_its_most_urgent_alerts(night_workspace: Workspace) -> None:
    plan = night.planned(night_workspace, Asked())
    assert (len(plan.jobs), plan.cases, plan.sizes()) == (12, nights.CASES, {2: 1})
    by_place: dict[int, list[str]] = {}
    for job in plan.jobs:
        by_place.setdefault(job.place, []).append(job.alert)
    assert sorted(by_place[0]) == ["A-01", "A-02"]
    assert ["A-11", "A-12"] in map(sorted, by_place.values())
    [case] = {job.case for job in plan.jobs if job.alert in ("A-11", "A-12")}
    assert case in ("CASE-A-11", "CASE-A-12")  # that of the leading alert, which investigating it again goes on with


@pytest.mark.usefixtures("evidence_once")
def test_alerts_with_a_case_are_left_out_and_a_subject_in_an_open_case_needs_a_person(
    night_workspace: Workspace,
) -> None:
    nights.worked(night_workspace, nights.begun(night_workspace, Asked(ids=("A-03", "A-11"))))
    plan = night.planned(night_workspace, Asked())
    assert plan.left_out == 2
    assert [(job.alert, job.state) for job in plan.jobs if job.state != "waiting"] == [("A-12", "needs a person")]
    [asking] = [job for job in plan.jobs if job.alert == "A-12"]
    assert asking.reason.endswith('casewright review join CASE-A-11 A-12 --reason "..."')
    named = night.planned(night_workspace, Asked(ids=("A-03", "A-12")))
    assert [(job.alert, job.state) for job in named.jobs] == [("A-03", "waiting"), ("A-12", "needs a person")]


@pytest.mark.usefixtures("evidence_once")
def test_an_alert_whose_case_was_decided_on_needs_a_person_even_when_named(night_workspace: Workspace) -> None:
    nights.worked(night_workspace, nights.begun(night_workspace, Asked(ids=("A-03",))))
    with Store.open(night_workspace.cases) as store:
        reviews.act(store, "CASE-A-03", "escalated", "bo", Particulars(reason="read it all"))
    [job] = night.planned(night_workspace, Asked(ids=("A-03",))).jobs
    assert (job.state, job.case) == ("needs a person", "CASE-A-03")
    assert "casewright review show CASE-A-03" in job.reason
