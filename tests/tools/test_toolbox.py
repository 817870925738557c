"""Tools as their signatures tell them: found by walking the folder, called with arguments from outside, asked again."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, Subjects, subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

ROWS = [
    {"src": "C-1", "dst": "0xab", "at": "2024-01-02", "usd": "12.30"},
    {"src": "0xcd", "dst": "C-1", "at": "2024-01-01", "usd": "20"},
    {"src": "C-2", "dst": "0xab", "at": "2024-01-03", "usd": "7"},
]
ALERTS = [{"id": "AL-1", "subject": "C-1", "at": "2024-01-04"}, {"id": "AL-2", "subject": "C-2", "at": "2024-01-05"}]


@pytest.fixture(scope="module")
def ledger(build_ledger: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = build_ledger(tmp_path_factory.mktemp("toolbox") / "ledger.duckdb", ROWS, alerts=ALERTS)
    with Ledger.open(path) as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(toolbox.tools()))
def test_every_tool_has_one_shape(name: str) -> None:
    tool = toolbox.tool(name)
    signature = inspect.signature(tool.function, eval_str=True)
    first, second, *options = signature.parameters.values()
    assert (first.annotation, second.annotation) == (Ledger, Subjects)
    assert signature.return_annotation is Evidence
    for option in options:
        assert option.kind is inspect.Parameter.KEYWORD_ONLY
        assert option.default is not inspect.Parameter.empty, f"{option.name} has no default"
    first_line = tool.doc.splitlines()[0]
    assert first_line.endswith("."), f"{name} begins with {first_line!r}"


@pytest.mark.parametrize("name", sorted(toolbox.tools()))
def test_every_tool_tells_an_unknown_subject_as_searched_and_not_found(ledger: Ledger, name: str) -> None:
    evidence = toolbox.call(ledger, name, subjects("C-404", "C-405"))
    assert evidence.status == "empty"
    assert evidence.tool == name
    assert evidence.searched
    assert not any(table.rows for table in evidence.tables)


@pytest.mark.parametrize("name", sorted(toolbox.tools()))
def test_every_answer_survives_its_json_and_can_be_asked_again(ledger: Ledger, name: str) -> None:
    asked = (Subject(id="C-1", since=1_700_000_000), Subject(id="C-2", until=1_800_000_000))
    evidence = toolbox.call(ledger, name, asked).with_id("E4")
    stored = Evidence.model_validate_json(evidence.model_dump_json())
    assert stored.model_dump_json() == evidence.model_dump_json()
    again = toolbox.replay(ledger, stored)
    assert again.model_dump_json() == evidence.model_dump_json()


@pytest.mark.parametrize("name", sorted(toolbox.tools()))
def test_every_query_can_be_run_by_hand(ledger: Ledger, name: str) -> None:
    evidence = toolbox.call(ledger, name, subjects("C-1", "C-2"))
    assert evidence.query.strip()
    for statement in ledger.connection.extract_statements(evidence.query):
        ledger.connection.execute(statement)


def test_unknown_tools_and_options_are_told_with_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="unknown tool 'alert'; did you mean 'alerts'"):
        toolbox.call(ledger, "alert", subjects("C-1"))
    with pytest.raises(UsageError, match=r"there are .*alerts"):
        toolbox.tool("zzz")
    with pytest.raises(UsageError, match="alerts has no option 'limit'"):
        toolbox.call(ledger, "alerts", subjects("C-1"), limit=3)
    tampered = toolbox.call(ledger, "alerts", subjects("C-1")).model_copy(update={"tool": "os_system"})
    with pytest.raises(UsageError, match="unknown tool 'os_system'"):
        toolbox.replay(ledger, tampered)


def test_a_value_that_an_option_cannot_hold_is_told(ledger: Ledger) -> None:
    known = toolbox.tools()
    numbers = [(n, o) for n, tool in known.items() for o, p in tool.options.items() if "int" in str(p.annotation)]
    if not numbers:
        pytest.skip("no tool takes a number yet")
    name, option = numbers[0]
    with pytest.raises(UsageError, match=f"{name}: {option} = 'many'"):
        toolbox.call(ledger, name, subjects("C-1"), **{option: "many"})


def test_an_account_with_two_windows_takes_two_passes(ledger: Ledger) -> None:
    twice = (Subject(id="C-1", until=5), Subject(id="C-1", since=5))
    with pytest.raises(UsageError, match="stands twice in one pass"):
        toolbox.per_subject(toolbox.call(ledger, "alerts", twice), twice)


def test_one_pass_is_shared_out_to_each_subject(ledger: Ledger) -> None:
    asked = subjects("C-1", "C-2", "C-404")
    shared = toolbox.per_subject(toolbox.call(ledger, "alerts", asked), asked)
    assert {name: evidence.status for name, evidence in shared.items()} == {
        "C-1": "found",
        "C-2": "found",
        "C-404": "empty",
    }
    for name in ("C-1", "C-2"):
        alone = toolbox.replay(ledger, shared[name])
        assert alone.rows == shared[name].rows
        assert alone.facts == shared[name].facts
        assert shared[name].arguments["subjects"] == [{"id": name}]
