"""`casewright investigate --model`: what is sent, shown, kept and logged; and the offline model as ever."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, calls, fails, overflows

from casewright.agent import cases, grounding
from casewright.agent.drafting.authors import Authors
from casewright.agent.offline.model import OfflineModel
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import PolicyError, SettingsError
from casewright.tools.store import Store

ASKED = ("investigate", "A-77", "--as", "mei")
NOTHING_TO_ASK = calls(("plan", {"questions": []}))
TEXT = "{account} received USD 2,100.00 from {bank} on 2025-04-14."


def sections(*sentences: tuple[str, list[str]]) -> Any:
    told = [{"text": text, "evidence": evidence} for text, evidence in sentences]
    return calls(("memo", {"sections": [{"title": "What happened", "sentences": told}]}))


@pytest.fixture
def folder(exchange: Any, tmp_path: Path) -> Path:
    """A workspace of its own with the exchange's ledger."""
    workspace = Workspace.init(tmp_path / "workspace", timezone="Asia/Singapore")
    workspace.ledger.write_bytes(exchange.workspace.ledger.read_bytes())
    return workspace.folder


@pytest.fixture
def echo() -> Iterator[Loopback]:
    """A server whose model words a true sentence with the tokens that it was given, and an untrue one."""

    def reply(body: Any) -> Any:
        tool = body["tools"][0]["function"]["name"]
        if tool == "plan":
            return NOTHING_TO_ASK
        given = body["messages"][1]["content"]
        account = given.partition("- subjects: ")[2].split()[0]
        row = next(line for line in given.splitlines() if "largest_in_usd" in line)
        bank = row.partition("with ")[2].partition(")")[0]
        true, untrue = TEXT.format(account=account, bank=bank), f"{account} is a money mule."
        if tool == "memo":
            return sections((true, ["E8"]), (untrue, ["E1"]))
        return calls(("revision", {"sentences": [{"number": 2, "text": untrue, "evidence": ["E1"]}]}))

    with Loopback(reply) as server:
        yield server


def test_a_model_words_the_case_and_people_machines_and_the_log_are_told_how(
    folder: Path, echo: Loopback, casewright: Callable[..., Any]
) -> None:
    model = f"loopback@{echo.url}"
    ran = casewright("-w", folder, *ASKED, "--model", model)
    assert ran.code == 0, ran.err
    assert "worded by loopback@127.0.0.1" in ran.out
    assert "struck 1 sentence(s)" in ran.out
    assert "C-20417 is a money mule." in ran.out
    assert "is a role that nobody gave the subject" in ran.out
    with Store.open(f"sqlite:///{folder}/.casewright/cases.db", create=False) as store:
        case = store.load_case("CASE-A-77")
        entry = next(e for e in store.entries("CASE-A-77") if e.what == "case drafted by a model")
        beside: Any = store.particulars(entry.seq)
        saved = store.entries("CASE-A-77")[-1]
        assert store.verify_audit() is None
    texts = [sentence.text for sentence in case.narrative.sentences]
    assert TEXT.format(account="C-20417", bank="POSB-6240877") in texts
    assert "C-20417 is a money mule." not in texts
    assert grounding.check(case.narrative.sentences, case).clean
    assert (entry.who, entry.payload["writer"]) == ("mei", case.versions.writer)
    usage: Any = entry.payload["usage"]
    assert f"{usage['tokens_in']} tokens in, {usage['tokens_out']} out, USD 0.0000" in ran.out
    assert usage["tokens_in"] >= 400  # with what it took to find out what the model can do
    assert entry.payload["revisions"] == 2
    assert [struck["sentence"] for struck in beside["struck"]] == ["C-20417 is a money mule."]
    assert "C-20417" not in str(entry.payload)
    told: Any = entry.payload["calls"]
    assert sum(call["tokens_in"] for call in told) == usage["tokens_in"]
    assert {call["state"] for call in told} == {"done"}
    assert len({call["request"] for call in told if len(call["request"]) == 64}) == len(told)
    assert saved.payload["writer"] == case.versions.writer
    assert saved.payload["narrative"] == entry.payload["narrative_sha256"]
    answers: Any = saved.payload["evidence"]
    assert [line[:3] for line in answers] == [[one.id, one.tool, one.status] for one in case.evidence]
    again = casewright("-w", folder, *ASKED, "--model", model, "--json").json
    assert again["id"] == "CASE-A-77"
    assert again["drafting"]["usage"]["tokens_in"] == 400


def test_no_name_and_no_id_of_the_case_leaves_for_the_model(
    folder: Path, echo: Loopback, casewright: Callable[..., Any]
) -> None:
    casewright("-w", folder, *ASKED, "--model", f"loopback@{echo.url}")
    assert len(echo.requests) == 4
    sent = str(echo.requests)
    for secret in ("C-20417", "A-77", "Lim Wei Han", "Wei Han", "POSB-6240877", "TTHQri4ik", "K TAN", "D-51"):
        assert secret not in sent, secret


def test_where_a_run_is_cut_off_the_embedded_draft_is_kept_and_told(
    folder: Path, casewright: Callable[..., Any]
) -> None:
    offline = casewright("-w", folder, *ASKED, "--json").json
    for failure in (fails(401), overflows()):
        with Loopback([failure] * 9) as server:
            ran = casewright("-w", folder, *ASKED, "--model", f"loopback@{server.url}", "--json")
        assert ran.code == 0
        assert ran.json["drafting"]["kept_because"]
        assert ran.json["narrative"] == offline["narrative"]
        assert ran.json["versions"]["writer"] == "embedded 1"
        assert "the embedded writer's draft is kept" in ran.err


def test_the_spending_of_a_case_is_held_to_the_limit_of_a_turn(folder: Path, casewright: Callable[..., Any]) -> None:
    dear = calls(("plan", {"questions": []}), usage=(25_000, 20, 0))
    with Loopback([dear]) as server:
        settings = f'timezone = "Asia/Singapore"\nmodel = "loopback@{server.url}"\n[limits]\nturn_tokens = 30000\n'
        (folder / "casewright.toml").write_text(settings, encoding="utf-8")
        told = casewright("-w", folder, *ASKED, "--json").json["drafting"]
    assert "limit on tokens is reached" in told["kept_because"]
    assert told["usage"]["tokens_in"] >= 25_000


def test_without_a_model_the_payload_and_the_log_are_as_they_were(folder: Path, casewright: Callable[..., Any]) -> None:
    made = casewright("-w", folder, *ASKED, "--json").json
    assert "drafting" not in made
    assert [made["versions"][name] for name in ("writer", "model", "prompts")] == ["embedded 1", "embedded", "none"]
    with Store.open(f"sqlite:///{folder}/.casewright/cases.db", create=False) as store:
        assert [entry.what for entry in store.entries("CASE-A-77")] == ["case saved"]


def test_offline_on_the_command_line_goes_before_the_settings_model(
    folder: Path, echo: Loopback, casewright: Callable[..., Any]
) -> None:
    settings = f'timezone = "Asia/Singapore"\nmodel = "loopback@{echo.url}"\n'
    (folder / "casewright.toml").write_text(settings, encoding="utf-8")
    assert "drafting" not in casewright("-w", folder, *ASKED, "--model", "offline", "--json").json
    assert echo.requests == []
    assert "drafting" in casewright("-w", folder, *ASKED, "--json").json


def test_a_model_that_cannot_be_used_is_told_before_anything_is_asked(folder: Path) -> None:
    workspace = Workspace.at(folder)
    with pytest.raises(PolicyError, match="over the network"):
        cases.draft(workspace, ["A-77"], model="openai:some-model")
    with pytest.raises(SettingsError, match="has no URL"):
        cases.draft(workspace, ["A-77"], model="some-model")
    assert not Store.exists(workspace.cases) or not Store.open(workspace.cases).cases()


def test_the_offline_model_itself_words_a_memo_as_its_name_does(folder: Path) -> None:
    workspace = Workspace.at(folder)
    made = cases.draft(workspace, ["A-77"], model=OfflineModel())[0]
    assert made.case.versions.writer == "embedded 1"
    with Authors(workspace, OfflineModel()) as given, Authors(workspace, "offline") as named:
        assert given.of(made.case) == named.of(made.case)
