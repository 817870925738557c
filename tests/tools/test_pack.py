"""The base evidence of many subjects in one pass: the same as asked one by one."""

import gc
from typing import Any

import pytest

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject, subjects
from casewright.tools import pack, toolbox


def test_each_subject_gets_what_it_would_have_got_alone(exchange: Any) -> None:
    asked = exchange.subjects()
    gathered = pack.gather(exchange.ledger, asked)
    assert list(gathered) == list(asked)
    for subject in asked[::4]:
        alone = tuple(toolbox.call(exchange.ledger, tool, (subject,)) for tool in pack.BASE)
        assert [evidence.tool for evidence in gathered[subject]] == list(pack.BASE)
        for together, single in zip(gathered[subject], alone, strict=True):
            if together.tool != "labels":  # which tells how many labels it searched, not where
                if together.tool == "indicators":  # whose query tells what lies over hops around all subjects
                    together, single = (e.model_copy(update={"query": ""}) for e in (together, single))
                assert together == single


def test_each_subject_is_compared_as_if_it_had_been_asked_alone(exchange: Any) -> None:
    asked = exchange.subjects()
    requests = [Request(indicator="inflow_usd"), Request(indicator="new_payers", parameters={"kind": "fiat_in"})]
    wanted = {subject: requests[:: 1 - 2 * (place % 2)][: 1 + place % 3] for place, subject in enumerate(asked)}
    compared = pack.beside(exchange.ledger, wanted)
    assert any(evidence.status == "found" for evidence in compared.values())
    for subject in asked[::3]:
        assert compared[subject].facts == toolbox.replay(exchange.ledger, compared[subject]).facts
        again = toolbox.replay(exchange.ledger, compared[subject]).model_copy(update={"query": ""})
        assert again == compared[subject].model_copy(update={"query": ""})


def test_what_is_gathered_is_evidence_like_any_other(an_exchange: Any) -> None:
    for answers in pack.gather(an_exchange.ledger, an_exchange.subjects()).values():
        for evidence in answers:
            assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


def test_one_account_may_stand_there_in_several_windows(an_exchange: Any) -> None:
    start = 1_730_000_000
    first, second = Subject(id="C-10001", until=start + 180_000), Subject(id="C-10001", since=start + 180_000)
    gathered = pack.gather(an_exchange.ledger, (first, second, first), [pack.Asking("account_profile")])
    assert list(gathered) == [first, second]
    for subject in (first, second):
        assert gathered[subject][0] == toolbox.call(an_exchange.ledger, "account_profile", (subject,))
    assert gathered[first][0].facts != gathered[second][0].facts


def test_a_question_that_fails_costs_only_its_own_answer(an_exchange: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the disk\nis gone")

    broken = toolbox.Tool("flows", fails, {})  # type: ignore[arg-type]
    everything = dict(toolbox.tools())
    monkeypatch.setattr(toolbox, "tools", lambda: {**everything, "flows": broken})
    asked = subjects("C-10001", "C-10002")
    for answers in pack.gather(
        an_exchange.ledger, asked, [pack.Asking("flows"), pack.Asking("account_profile")]
    ).values():
        failed, profile = answers
        assert (failed.status, failed.reason, failed.tool) == ("failed", "the disk is gone", "flows")
        assert failed.arguments["subjects"]
        assert profile.status == "found"


def test_an_unknown_tool_is_told_before_anything_is_asked(an_exchange: Any) -> None:
    with pytest.raises(UsageError, match="did you mean 'flows'"):
        pack.gather(an_exchange.ledger, subjects("C-10001"), [pack.Asking("flow")])


def test_nothing_is_left_behind(an_exchange: Any) -> None:
    pack.gather(an_exchange.ledger, an_exchange.subjects())
    left = an_exchange.ledger.rows("select table_name from duckdb_tables() where temporary")
    assert left == []
    assert an_exchange.ledger.near_legs == "legs"
    assert gc.isenabled()


def test_nobody_asked_nothing_gathered(an_exchange: Any) -> None:
    assert pack.gather(an_exchange.ledger, ()) == {}
