"""The tools of the conversation about reports: when one is due, its text, what to ask the customer."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from casewright.agent.asking.around import Around
from casewright.agent.asking.tools.due_date import due_date
from casewright.agent.asking.tools.questions_to_customer import questions_to_customer
from casewright.agent.asking.tools.report_text import report_text
from casewright.agent.asking.toolset import offered
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.tools.store import Store
from casewright.tools.store.filing import RoleSet, Suspicion, decide
from casewright.tools.warehouse import Ledger


@pytest.fixture
def around(workspace: Workspace, small_exchange: Path, student: Case) -> Iterator[Around]:
    with Ledger.open(small_exchange) as ledger, Store.open(workspace.cases) as store:
        store.save_case(student, "ada")
        yield Around(workspace, ledger, store, student)


def test_the_tools_are_offered_to_a_model_with_their_options_explained() -> None:
    tools = offered()
    for name in ("due_date", "report_text", "questions_to_customer"):
        assert name in tools
        assert all(field.get("description") for field in tools[name].args.values()), tools[name].args


def test_a_due_day_follows_from_a_day_that_is_given(around: Around) -> None:
    found = due_date(around, formed="2025-11-20")
    assert found.status == "found"
    assert str(found.fact("report_due").value) == "2025-11-27"  # type: ignore[union-attr]
    assert str(due_date(around, formed="2025-11-20", regime="fincen").fact("report_due").value) == "2025-12-20"  # type: ignore[union-attr]
    one = due_date(around, formed="2025-11-20", occasion="sanctioned")
    assert str(one.fact("report_due").value) == "2025-11-21"  # type: ignore[union-attr]
    assert due_date(around, formed="2025-10-17").rows == ({"date": "2025-10-20", "holiday": "Deepavali"},)


def test_a_law_without_a_number_has_no_due_day(around: Around) -> None:
    found = due_date(around, formed="2025-11-20", regime="uk")
    assert found.fact("report_due") is None
    assert "as soon as is practicable" in str(found.fact("rule").value)  # type: ignore[union-attr]


def test_the_day_of_the_open_case_is_asked_for_where_nobody_told_it(around: Around) -> None:
    found = due_date(around)
    assert found.status == "empty"
    assert "casewright suspicion CASE-A-7" in found.searched
    assert around.store is not None
    decide(around.store, "CASE-A-7", "ada", Suspicion(formed=date(2025, 11, 21), reason="x"))
    assert str(due_date(around).fact("report_due").value) == "2025-11-28"  # type: ignore[union-attr]


def test_the_text_of_a_report_comes_with_what_is_missing(around: Around) -> None:
    found = report_text(around)
    assert str(found.fact("text").value).startswith("This report concerns account C-14330")  # type: ignore[union-attr]
    assert [str(row["command"]).split()[1] for row in found.table("missing").rows] == ["role", "suspicion"]
    assert found.table("left_out").rows
    assert around.store is not None
    decide(around.store, "CASE-A-7", "ada", RoleSet(person="C-14330", role="victim", reason="x"))
    assert "suspected victim" in str(report_text(around, regime="fincen").fact("text").value)  # type: ignore[union-attr]
    short = report_text(around, characters=3_000).fact("characters")
    assert short is not None
    assert int(short.value) <= 3_000


def test_the_questions_to_the_customer_come_with_the_letter(around: Around) -> None:
    found = questions_to_customer(around)
    count = found.fact("questions")
    assert count is not None
    assert int(count.value) == len(found.rows) >= 4
    assert "Dear Vanessa Lim Hao" in str(found.fact("letter").value)  # type: ignore[union-attr]


def test_without_an_open_case_there_is_nothing_to_draft(around: Around) -> None:
    around.case = None
    for tool in (due_date, report_text, questions_to_customer):
        with pytest.raises(UsageError, match="no open case"):
            tool(around)
