"""No name, address, account or alert of the ledger is in any body that leaves, on whatever way it came into a talk."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_openai import ChatOpenAI
from loopback import Loopback, Reply, calls, says
from pydantic import SecretStr

from casewright.agent import cases
from casewright.agent.asking.session import Session
from casewright.agent.filing import rfi
from casewright.agent.settings import FILE, Workspace
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger

ALERT, CASE = "A-QVZU7M", "CASE-A-QVZU7M"
TRON, EVM = "TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF", "0x1b84b322ff6aea901435f28533dc3e6a7e76ebbf"
HASH = "2a3ff27347e57be01dcc28937eaff5369c60d2f0a76e726893dde06257aae0b7"
MEMO = "QUEK BEE KHIM | rent for C-10482, call +65 9123 4567 or wei.tan@example.org"
IN_MEMOS = ("Quek Bee Khim", "9123 4567", "wei.tan@example.org")
PLAIN = "What did C-14330 receive from DBS-4030631816 on A-QVZU7M?"  # a name needs a case
QUESTION = "What did Vanessa Lim Hao (C-14330) receive from DBS-4030631816, and does she know QUEK BEE KHIM or C-10482?"


@pytest.fixture
def desk(workspace: Workspace, build_ledger: Callable[..., Path]) -> Workspace:
    bank = {"dst": "C-14330", "kind": "fiat_in", "asset": "SGD", "network": "fast", "memo": MEMO, "usd": 5702}
    rows = [
        *({**bank, "src": f"DBS-403063181{n}", "at": f"2025-05-14T0{n - 3}:21:00Z", "id": f"Tecb4137148545{n}a"}
          for n in range(4, 9)),
        {"src": "C-14330", "dst": TRON, "at": "2025-05-14T07:23:56Z", "usd": 15000, "network": "tron", "hash": HASH,
         "id": "T0d48960ddc351cb", "kind": "withdrawal"},
        {"src": "C-14330", "dst": EVM, "at": "2025-05-13T07:23:56Z", "usd": 20, "id": "T5d48960ddc351cc"},
        {"src": "C-10482", "dst": "C-14330", "at": "2025-05-13T08:23:56Z", "usd": 25, "id": "T6d48960ddc351cd"},
    ]  # fmt: skip
    people = [
        {"id": "C-14330", "name": "Vanessa Lim Hao", "kind": "person", "born": "2001-02-03", "country": "SG",
         "occupation": "student", "income_usd": "3700.00"},
        {"id": "C-10482", "name": "Rosalind Teo", "kind": "person", "country": "SG"},
    ]  # fmt: skip
    login = {"device": "D-a72a2e823174", "ip": "10.105.218.61"}
    alert = {"id": ALERT, "subject": "C-14330", "at": "2025-05-14T07:23:56Z", "since": "2025-04-14", "rule": "R-1",
             "title": "Credits of DBS-4030631816, by Vanessa Lim Hao", "reason": f"sent on to {TRON}"}  # fmt: skip
    build_ledger(
        workspace.ledger, rows, customers=people, alerts=[alert],
        logins=[{"subject": who, "at": "2025-05-14T06:46:26Z", **login} for who in ("C-14330", "C-10482")],
        labels=[{"id": TRON, "name": "Nordhaus Deposits 7", "category": "exchange"}],
    )  # fmt: skip
    return workspace


def secrets_of(workspace: Workspace) -> set[str]:
    """Every name and id of the ledger, read from its tables, with those of the case and in memos."""
    asked = (
        *("select src from transfers", "select dst from transfers", "select id from transfers"),
        *("select id from customers", "select name from customers", "select born::text from customers"),
        *("select id from alerts", "select device from logins", "select ip from logins", "select hash from transfers"),
        *("select id from labels", "select name from labels"),
    )
    with Ledger.open(workspace.ledger) as ledger:
        held = {str(row[0]) for query in asked for row in ledger.rows(query) if row[0]}
    return held | {CASE, *IN_MEMOS, "Vanessa", "Lim Hao", "Rosalind"}


def leaked(bodies: Sequence[Any], secrets: set[str]) -> list[str]:
    text = json.dumps(bodies, ensure_ascii=False).casefold()
    return sorted(secret for secret in secrets if secret.casefold() in text)


class Careless:
    """A model that asks about everything, names whom it should not, errs, and has to be asked again."""

    def __init__(self) -> None:
        self.turns: dict[str, int] = {}

    def __call__(self, body: dict[str, Any]) -> Reply:
        offered = [tool["function"]["name"] for tool in body.get("tools", ())]
        way = offered[0] if len(offered) == 1 else "answer" if body["messages"][-1]["role"] == "tool" else "ask"
        if "response_format" in body:
            return self.by_json(body)
        self.turns[way] = self.turns.get(way, 0) + 1
        if way == "plan":
            return calls(("plan", {"questions": [{"tool": "flows", "subjects": ["C-10482", "Rosalind Teo"]},
                                                 {"tool": "lookup", "subjects": [TRON]}]}))  # fmt: skip
        if way == "memo":
            if self.turns[way] == 1:
                return calls(("memo", f'{{"sections": [{{"title": "{TRON}'))
            wrong = f"Vanessa Lim Hao sent USD 9,999.00 to {TRON} for Rosalind Teo."
            said = [{"text": wrong, "evidence": ["E1"]}]
            return calls(("memo", {"sections": [{"title": "What happened", "sentences": said}]}))
        if way == "revision":
            again = {"number": 1, "text": f"Rosalind Teo ({EVM}) sent USD 9,999.00.", "evidence": ["E2"]}
            return calls(("revision", {"sentences": [again]}))
        if way == "ask" and "not held by the evidence" not in str(body["messages"][-1]["content"]):
            return calls(*self.asked())
        return says(f"Vanessa Lim Hao (C-14330) received USD 9,999.00 from Rosalind Teo, {EVM}. [E1]")

    def asked(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for tool in ("transfers", "payers", "customer", "logins", "co_users", "labels", "trace", "timeline", "alerts"):
            yield tool, {}
        yield "alert_reason", {}
        yield "flows", {"subjects": ["C-10482"]}
        yield "flows", {"since": "Rosalind Teo"}
        yield "lookup", {"of": EVM, "for": "Rosalind Teo"}

    def by_json(self, body: dict[str, Any]) -> Reply:
        told = str(body["messages"][-1]["content"])
        if "has answered" in told:
            return says(json.dumps({"answer": f"Rosalind Teo, {EVM}, received USD 9,999.00. [E1]"}))
        if "could not be used" in told or "not held by" in told:
            return says('{"tool": "payers", "arguments": {}}')
        return says('{"tool": "payers", "arguments": "all"')


def served(workspace: Workspace, server: Loopback) -> Workspace:
    (workspace.folder / FILE).write_text(f'model = "small@{server.url}"\n[limits]\nretries = 0\n', encoding="utf-8")
    return Workspace.at(workspace.folder)


def talk(workspace: Workspace, **about: Any) -> str:
    with Session.open(workspace, **about) as session:
        list(session.ask(QUESTION if session.around.case else PLAIN))
        return session.thread


def test_a_draft_its_plan_and_its_revisions_give_nobody_away_and_a_letter_asks_no_model(desk: Workspace) -> None:
    model = Careless()
    with Loopback(model) as server:
        workspace = served(desk, server)
        made = cases.draft(workspace, [ALERT], who="mei")[0].case
        sent = len(server.requests)
        with Store.open(workspace.cases) as store:
            letter = rfi.draft(rfi.case_for(store, made.id), ["Who is your landlord?"])
    assert model.turns == {"plan": 2, "memo": 2, "revision": 2}
    assert leaked([*server.requests, *server.probes, *server.headers], secrets_of(desk)) == []
    assert "Vanessa Lim Hao" in letter.text
    assert len(server.requests) == sent


def test_a_turn_its_tools_and_their_errors_give_nobody_away_nor_when_it_is_gone_on_with(desk: Workspace) -> None:
    with Loopback(Careless()) as server:
        desk = served(desk, server)
        for about in ({"alert": ALERT}, {}):
            thread = talk(desk, **about)
            first = server.requests[-1]["messages"]
            talk(desk, thread=thread)
            assert server.requests[-1]["messages"][1 : len(first)] == first[1:]  # what was said before goes out again
            assert len(server.requests[-1]["messages"]) > len(first)
    told = json.dumps(server.requests)
    assert all(words in told for words in ("is outside", "there is no tool", "expected a day", "not held by", "5702"))
    assert leaked([*server.requests, *server.probes, *server.headers], secrets_of(desk)) == []


def test_a_model_without_tool_calls_is_told_of_nobody_either(desk: Workspace) -> None:
    with Loopback(Careless(), tools=False) as server:
        talk(served(desk, server), alert=ALERT)
    assert any("could not be used" in str(body["messages"][-1]) for body in server.requests)
    assert any("has answered" in str(body["messages"][-1]) for body in server.requests)
    assert leaked([*server.requests, *server.probes, *server.headers], secrets_of(desk)) == []


def test_the_same_turn_to_a_model_without_its_guard_would_be_seen(desk: Workspace) -> None:
    with Loopback(Careless()) as server:
        bare = ChatOpenAI(model="small", base_url=server.url, api_key=SecretStr("none"), use_responses_api=False)
        talk(desk, alert=ALERT, model=bare)
    found = leaked(server.requests, secrets_of(desk))
    assert set(found) == secrets_of(desk)
